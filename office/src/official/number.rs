//! 发文字号

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// 发文字号: issuer's code, year and serial number, as `清教党〔2023〕3号` (GW-03, GB/T 9704 7.2.5).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct DocumentNumber {
    /// 机关代字: 2 to 12 Chinese characters.
    pub prefix: String,
    /// Full year.
    pub year: u16,
    /// 发文顺序号, from 1.
    pub n: u32,
}

/// 发文字号不合规范: why, and how it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotADocumentNumber {
    /// Round or square brackets instead of `〔〕`.
    #[error("年份要用六角括号〔〕，例如：清教党〔2023〕3号。")]
    Brackets,
    /// The year is not four plain digits of 1000 to 2999.
    #[error("年份要写四位阿拉伯数字，例如：清教党〔2023〕3号。")]
    Year,
    /// `第` before the number.
    #[error("顺序号前不加“第”字，例如：清教党〔2023〕3号。")]
    Ordinal,
    /// `03号`, or no number at all.
    #[error("顺序号用阿拉伯数字，不编虚位（3号不写成03号），例如：清教党〔2023〕3号。")]
    Serial,
    /// No `号` at the end.
    #[error("发文字号末尾要有“号”字，例如：清教党〔2023〕3号。")]
    End,
    /// The issuer's code is missing or not of Chinese characters.
    #[error("机关代字应为2至12个汉字，例如：清教党〔2023〕3号。")]
    Prefix,
}

impl DocumentNumber {
    /// The number with those parts, if they can stand in one.
    pub fn new(prefix: &str, year: u16, n: u32) -> Result<DocumentNumber, NotADocumentNumber> {
        let count = prefix.chars().count();
        if !(2..=12).contains(&count) || !prefix.chars().all(is_han) {
            return Err(NotADocumentNumber::Prefix);
        }
        if !(1000..3000).contains(&year) {
            return Err(NotADocumentNumber::Year);
        }
        if n == 0 {
            return Err(NotADocumentNumber::Serial);
        }
        Ok(DocumentNumber {
            prefix: prefix.to_owned(),
            year,
            n,
        })
    }

    /// Reads one exactly as the standard writes it; only blanks around it are forgiven.
    pub fn parse(text: &str) -> Result<DocumentNumber, NotADocumentNumber> {
        let (prefix, rest) = text
            .trim()
            .split_once('〔')
            .ok_or(NotADocumentNumber::Brackets)?;
        let (year, rest) = rest.split_once('〕').ok_or(NotADocumentNumber::Brackets)?;
        let serial = rest.strip_suffix('号').ok_or(NotADocumentNumber::End)?;
        if serial.starts_with('第') {
            return Err(NotADocumentNumber::Ordinal);
        }
        let digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
        if year.len() != 4 || !digits(year) {
            return Err(NotADocumentNumber::Year);
        }
        if !digits(serial) || serial.starts_with('0') {
            return Err(NotADocumentNumber::Serial);
        }
        let year = year.parse().map_err(|_| NotADocumentNumber::Year)?;
        let n = serial.parse().map_err(|_| NotADocumentNumber::Serial)?;
        DocumentNumber::new(prefix, year, n)
    }
}

impl fmt::Display for DocumentNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}〔{}〕{}号", self.prefix, self.year, self.n)
    }
}

impl FromStr for DocumentNumber {
    type Err = NotADocumentNumber;
    fn from_str(s: &str) -> Result<Self, Self::Err> {
        DocumentNumber::parse(s)
    }
}

fn is_han(c: char) -> bool {
    matches!(u32::from(c), 0x3005 | 0x3007 | 0x3400..=0x4DBF | 0x4E00..=0x9FFF | 0xF900..=0xFAFF | 0x20000..=0x323AF)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_written_as_it_is_read() {
        for text in [
            "清教党〔2023〕3号",
            "清发〔1999〕120号",
            "清教直党〔2026〕1号",
        ] {
            assert_eq!(DocumentNumber::parse(text).unwrap().to_string(), text);
        }
        assert_eq!(DocumentNumber::parse(" 清教党〔2023〕3号 ").unwrap().n, 3);
    }

    #[test]
    fn what_the_standard_forbids_is_refused_with_the_reason() {
        use NotADocumentNumber::*;
        let cases = [
            ("清教党[2023]5号", Brackets),
            ("清教党（2023）5号", Brackets),
            ("清教党〔2023〕05号", Serial),
            ("清教党〔2023〕第5号", Ordinal),
            ("清教党〔23〕5号", Year),
            ("清教党〔２０２３〕5号", Year),
            ("清教党〔3023〕5号", Year),
            ("清教党〔2023〕５号", Serial),
            ("清教党〔2023〕0号", Serial),
            ("清教党〔2023〕号", Serial),
            ("清教党〔2023〕5", End),
            ("清〔2023〕5号", Prefix),
            ("QJD〔2023〕5号", Prefix),
            ("〔2023〕5号", Prefix),
            ("清教 党〔2023〕5号", Prefix),
            ("", Brackets),
        ];
        for (text, why) in cases {
            assert_eq!(DocumentNumber::parse(text), Err(why), "{text}");
        }
    }
}
