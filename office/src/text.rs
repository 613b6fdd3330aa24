//! 纯文本: bytes to characters, in the encodings Chinese offices use.

use crate::limits::OfficeError;
use encoding_rs::{Encoding, GB18030, UTF_8, UTF_16BE, UTF_16LE};

/// 读出的文字
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decoded {
    /// The text without byte order mark; every line ends with a single line feed.
    pub text: String,
    /// `UTF-8`, `UTF-16LE`, `UTF-16BE` or `GB18030`.
    pub encoding: &'static str,
}

/// Decodes UTF-8 and UTF-16 by their marks, then UTF-8, then GB18030 (which GBK and GB 2312 are
/// parts of).
///
/// # Errors
/// [`OfficeError::Empty`]; [`OfficeError::NotText`] for bytes that are not wholly text in one of
/// them, or hold control characters no text has.
pub fn decode(bytes: &[u8]) -> Result<Decoded, OfficeError> {
    if bytes.is_empty() {
        return Err(OfficeError::Empty);
    }
    let (text, encoding) = match Encoding::for_bom(bytes) {
        Some((encoding, mark)) => (strictly(encoding, &bytes[mark..]), encoding),
        None => match strictly(UTF_8, bytes) {
            Some(text) => (Some(text), UTF_8),
            None => (strictly(GB18030, bytes), GB18030),
        },
    };
    let text = text.ok_or(OfficeError::NotText)?;
    if text.chars().any(is_binary) {
        return Err(OfficeError::NotText);
    }
    let encoding = match encoding {
        e if e == UTF_16LE => "UTF-16LE",
        e if e == UTF_16BE => "UTF-16BE",
        e if e == GB18030 => "GB18030",
        _ => "UTF-8",
    };
    Ok(Decoded {
        text: text.replace("\r\n", "\n").replace('\r', "\n"),
        encoding,
    })
}

fn strictly(encoding: &'static Encoding, bytes: &[u8]) -> Option<String> {
    encoding
        .decode_without_bom_handling_and_without_replacement(bytes)
        .map(|text| text.into_owned())
}

/// Control characters that occur in no text file; form feed and the old end-of-file mark do.
fn is_binary(c: char) -> bool {
    c < ' ' && !matches!(c, '\t' | '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{1a}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(bytes: &[u8]) -> (String, &'static str) {
        let decoded = decode(bytes).unwrap();
        (decoded.text, decoded.encoding)
    }

    #[test]
    fn each_encoding_of_an_office_is_read() {
        let text = "清禾县\r\n教育局";
        let wanted = "清禾县\n教育局".to_owned();
        assert_eq!(said(text.as_bytes()), (wanted.clone(), "UTF-8"));
        assert_eq!(
            said(&[b"\xef\xbb\xbf", text.as_bytes()].concat()),
            (wanted.clone(), "UTF-8")
        );
        assert_eq!(said(&GB18030.encode(text).0), (wanted.clone(), "GB18030"));
        let little: Vec<u8> = [0xFEFF]
            .into_iter()
            .chain(text.encode_utf16())
            .flat_map(u16::to_le_bytes)
            .collect();
        let big: Vec<u8> = [0xFEFF]
            .into_iter()
            .chain(text.encode_utf16())
            .flat_map(u16::to_be_bytes)
            .collect();
        assert_eq!(said(&little), (wanted.clone(), "UTF-16LE"));
        assert_eq!(said(&big), (wanted, "UTF-16BE"));
    }

    #[test]
    fn rare_characters_of_names_survive() {
        let name = "𬭎㛃䶮";
        assert_eq!(said(&GB18030.encode(name).0).0, name);
    }

    #[test]
    fn binary_is_refused() {
        for bytes in [
            &b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"[..],
            b"%PDF-1.4\n\xff\xff\0",
            b"PK\x03\x04\x14\0",
        ] {
            assert_eq!(decode(bytes), Err(OfficeError::NotText));
        }
        assert_eq!(decode(b""), Err(OfficeError::Empty));
    }
}
