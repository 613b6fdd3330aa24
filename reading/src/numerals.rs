//! 数字: Arabic and Chinese numerals.

/// The value of digits or of a Chinese numeral (`三十一`, `二〇二三`, `两`), if it is one.
pub fn number(text: &str) -> Option<u64> {
    let text = text.trim();
    if text.is_empty() {
        return None;
    }
    if text.bytes().all(|b| b.is_ascii_digit()) {
        return text.parse().ok();
    }
    let has_unit = text.chars().any(|c| "十百千万亿".contains(c));
    if has_unit {
        by_units(text)
    } else {
        by_digits(text)
    }
}

/// Value of one digit, Chinese or Arabic.
fn digit(c: char) -> Option<u64> {
    "〇一二三四五六七八九"
        .chars()
        .position(|d| d == c)
        .map(|p| p as u64)
        .or(match c {
            '零' | '○' => Some(0),
            '两' => Some(2),
            '元' => Some(1),
            _ => c.to_digit(10).map(u64::from),
        })
}

fn by_digits(text: &str) -> Option<u64> {
    text.chars()
        .try_fold(0u64, |sum, c| sum.checked_mul(10)?.checked_add(digit(c)?))
}

fn by_units(text: &str) -> Option<u64> {
    let (mut total, mut section, mut last) = (0u64, 0u64, None);
    for c in text.chars() {
        match c {
            '十' | '百' | '千' => {
                let unit = match c {
                    '十' => 10,
                    '百' => 100,
                    _ => 1000,
                };
                section += last.take().unwrap_or(1) * unit;
            }
            '万' | '亿' => {
                let unit = if c == '万' { 10_000 } else { 100_000_000 };
                total = (total + section + last.take().unwrap_or(0)).checked_mul(unit)?;
                section = 0;
            }
            _ => last = Some(digit(c)?),
        }
    }
    Some(total + section + last.unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::number;

    #[test]
    fn chinese_numerals_have_their_values() {
        let cases = [
            ("三十一", 31),
            ("十", 10),
            ("二〇二三", 2023),
            ("两万", 20000),
            ("一百零五", 105),
            ("12", 12),
        ];
        for (text, value) in cases {
            assert_eq!(number(text), Some(value), "{text}");
        }
        assert_eq!(number("几"), None);
    }
}
