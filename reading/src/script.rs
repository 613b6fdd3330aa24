//! 繁简: traditional characters, their simplified forms, and full-width forms.

use std::collections::HashMap;
use std::sync::OnceLock;

/// Two lines of equal length: a character of the first becomes the one below it. Drawn from
/// OpenCC's character table (Apache-2.0), limited to what GBK holds; characters that are also good
/// simplified ones (乾 藉 著) are left alone.
const TABLE: &str = include_str!("data/traditional.txt");

fn table() -> &'static HashMap<char, char> {
    static TABLE_MAP: OnceLock<HashMap<char, char>> = OnceLock::new();
    TABLE_MAP.get_or_init(|| {
        let mut lines = TABLE.lines();
        let (from, to) = (lines.next().unwrap_or(""), lines.next().unwrap_or(""));
        from.chars().zip(to.chars()).collect()
    })
}

/// The simplified form of a character; itself when it has none.
pub fn simplified(c: char) -> char {
    if c.is_ascii() {
        c
    } else {
        table().get(&c).copied().unwrap_or(c)
    }
}

/// The form in which patterns are matched: full-width letters, digits and brackets made half-width,
/// the different spaces made one.
pub fn narrow(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        '\u{3000}' | '\u{a0}' | '\u{2002}'..='\u{200a}' => ' ',
        '〈' => '<',
        '〉' => '>',
        '﹒' | '.' => '.',
        _ => c,
    }
}

/// Whether it is a Chinese character.
pub fn is_han(c: char) -> bool {
    matches!(c, '\u{4e00}'..='\u{9fff}' | '\u{3400}'..='\u{4dbf}' | '〇')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn traditional_becomes_simplified_and_simplified_stays() {
        let said: String = "黨組織著名檢査臺賬".chars().map(simplified).collect();
        assert_eq!(said, "党组织著名检查台账");
    }

    #[test]
    fn full_width_becomes_half_width() {
        let wide = "\u{ff08}\u{ff13}月\u{ff11}\u{ff10}日\u{ff09}\u{ff0c}";
        let said: String = wide.chars().map(narrow).collect();
        assert_eq!(said, "(3月10日),");
    }
}
