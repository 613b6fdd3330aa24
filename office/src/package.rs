//! The container of an Office file: a zip that is not trusted.

use crate::limits::{Limits, OfficeError};
use std::io::{Cursor, Read};
use zip::ZipArchive;
use zip::result::ZipError;

const OLE: &[u8] = &[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];
const LOCAL_ENTRY: &[u8] = b"PK\x03\x04";
const CENTRAL_ENTRY: &[u8] = b"PK\x01\x02";

/// An opened container with what is left of its budget.
pub(crate) struct Package<'a> {
    archive: ZipArchive<Cursor<&'a [u8]>>,
    limits: Limits,
    inflated: u64,
}

impl<'a> Package<'a> {
    /// Opens after looking at the first bytes, the number of entries and their names.
    pub(crate) fn open(bytes: &'a [u8], limits: Limits) -> Result<Package<'a>, OfficeError> {
        if bytes.is_empty() {
            return Err(OfficeError::Empty);
        }
        if bytes.starts_with(OLE) {
            return Err(if is_encrypted_ole(bytes) {
                OfficeError::Encrypted
            } else {
                OfficeError::OldFormat
            });
        }
        if bytes.starts_with(b"%PDF") {
            return Err(OfficeError::WrongKind {
                wanted: "Word 或 Excel 文件",
                found: " PDF",
            });
        }
        if !bytes.starts_with(LOCAL_ENTRY) {
            return Err(OfficeError::NotAnOfficeFile);
        }
        // The archive's index is held in memory, so it is counted before it is read. A file inside
        // the file may hold such marks too, hence the wide margin; `len` below is the exact check.
        if count_up_to(bytes, CENTRAL_ENTRY, limits.entries * 20) >= limits.entries * 20 {
            return Err(OfficeError::TooManyEntries {
                limit: limits.entries,
            });
        }
        let archive = ZipArchive::new(Cursor::new(bytes)).map_err(|e| zip_error(e, "压缩目录"))?;
        if archive.len() > limits.entries {
            return Err(OfficeError::TooManyEntries {
                limit: limits.entries,
            });
        }
        let package = Package {
            archive,
            limits,
            inflated: 0,
        };
        package.check_names()?;
        Ok(package)
    }

    fn check_names(&self) -> Result<(), OfficeError> {
        for name in self.archive.file_names_raw() {
            let name = String::from_utf8_lossy(name);
            let climbs = name.split(['/', '\\']).any(|part| part == "..");
            if climbs || name.starts_with(['/', '\\']) || name.contains(['\0', ':']) {
                return Err(OfficeError::Unsafe {
                    what: "指向文件之外的路径",
                });
            }
            if name.to_ascii_lowercase().ends_with("vbaproject.bin") {
                return Err(OfficeError::MacroEnabled);
            }
        }
        Ok(())
    }

    /// Whether there is an entry of that name.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.archive.index_for_name(name).is_some()
    }

    /// One part inflated, or `None` when there is no such part.
    pub(crate) fn part(&mut self, name: &str) -> Result<Option<Vec<u8>>, OfficeError> {
        let Some(index) = self.archive.index_for_name(name) else {
            return Ok(None);
        };
        let left = self.limits.inflated - self.inflated;
        let file = self
            .archive
            .by_index(index)
            .map_err(|e| zip_error(e, name))?;
        let mut out = Vec::new();
        file.take(left + 1)
            .read_to_end(&mut out)
            .map_err(|_| OfficeError::damaged(name))?;
        self.inflated += out.len() as u64;
        if self.inflated > self.limits.inflated {
            return Err(OfficeError::inflated(&self.limits));
        }
        Ok(Some(out))
    }

    /// One part as text; XML is UTF-8 unless it begins with a byte order mark that says otherwise.
    pub(crate) fn text(&mut self, name: &str) -> Result<Option<String>, OfficeError> {
        let Some(bytes) = self.part(name)? else {
            return Ok(None);
        };
        let text = match encoding_rs::Encoding::for_bom(&bytes) {
            Some((encoding, _)) => match encoding.decode(&bytes) {
                (text, _, false) => text.into_owned(),
                _ => return Err(OfficeError::damaged(name)),
            },
            None => String::from_utf8(bytes).map_err(|_| OfficeError::damaged(name))?,
        };
        Ok(Some(text))
    }

    /// Inflates every part into nothing, to learn whether the whole stays under the limits; for
    /// readers that keep no count themselves and hold strings and styles in memory.
    pub(crate) fn measure(&mut self) -> Result<(), OfficeError> {
        let mut total = 0u64;
        let mut buffer = vec![0u8; 64 << 10];
        for index in 0..self.archive.len() {
            let mut file = self
                .archive
                .by_index(index)
                .map_err(|e| zip_error(e, "压缩目录"))?;
            let name = String::from_utf8_lossy(file.name_raw()).to_ascii_lowercase();
            let mut part = PartMeasure::of(&name);
            loop {
                let n = file
                    .read(&mut buffer)
                    .map_err(|_| OfficeError::damaged("压缩内容"))?;
                if n == 0 {
                    break;
                }
                total += n as u64;
                if total > self.limits.inflated || !part.add(&buffer[..n]) {
                    return Err(OfficeError::inflated(&self.limits));
                }
            }
        }
        Ok(())
    }
}

/// Longest stretch of XML without a tag: a streaming reader holds it in one piece.
const LONGEST_TEXT: usize = 4 << 20;
/// Strings a workbook shares between its cells, and its other indexes, are held in memory.
const SHARED_STRINGS: u64 = 128 << 20;
const SHARED_TAGS: u64 = 5_000_000;
const INDEX: u64 = 32 << 20;

/// What one part has come to so far.
struct PartMeasure {
    is_xml: bool,
    bytes_left: u64,
    tags_left: u64,
    since_tag: usize,
}

impl PartMeasure {
    fn of(name: &str) -> PartMeasure {
        let is_xml = name.ends_with(".xml") || name.ends_with(".rels");
        let (bytes_left, tags_left) = if name.ends_with("sharedstrings.xml") {
            (SHARED_STRINGS, SHARED_TAGS)
        } else if is_xml && !name.contains("/worksheets/") {
            (INDEX, SHARED_TAGS)
        } else {
            (u64::MAX, u64::MAX)
        };
        PartMeasure {
            is_xml,
            bytes_left,
            tags_left,
            since_tag: 0,
        }
    }

    /// Whether the part is still within bounds.
    fn add(&mut self, chunk: &[u8]) -> bool {
        let Some(left) = self.bytes_left.checked_sub(chunk.len() as u64) else {
            return false;
        };
        self.bytes_left = left;
        if !self.is_xml {
            return true;
        }
        for piece in chunk.split_inclusive(|b| *b == b'<') {
            self.since_tag += piece.len();
            if self.since_tag > LONGEST_TEXT {
                return false;
            }
            if piece.ends_with(b"<") {
                self.since_tag = 0;
                let Some(left) = self.tags_left.checked_sub(1) else {
                    return false;
                };
                self.tags_left = left;
            }
        }
        true
    }
}

fn zip_error(error: ZipError, part: &str) -> OfficeError {
    match error {
        ZipError::InvalidPassword => OfficeError::Encrypted,
        ZipError::UnsupportedArchive(why) if why == ZipError::PASSWORD_REQUIRED => {
            OfficeError::Encrypted
        }
        _ => OfficeError::damaged(part),
    }
}

/// Encrypted Office files are old containers that hold a stream of this name, in UTF-16.
fn is_encrypted_ole(bytes: &[u8]) -> bool {
    let name: Vec<u8> = "EncryptedPackage".bytes().flat_map(|b| [b, 0]).collect();
    bytes.windows(name.len()).any(|w| w == name)
}

fn count_up_to(bytes: &[u8], mark: &[u8], enough: usize) -> usize {
    bytes
        .windows(mark.len())
        .filter(|w| *w == mark)
        .take(enough)
        .count()
}
