//! 编号格式: how a number of an automatic list is printed (ECMA-376 17.18.59 `ST_NumberFormat`).

const DIGITS: [char; 10] = ['〇', '一', '二', '三', '四', '五', '六', '七', '八', '九'];
const LEGAL: [char; 10] = ['零', '壹', '贰', '叁', '肆', '伍', '陆', '柒', '捌', '玖'];
const STEMS: &str = "甲乙丙丁戊己庚辛壬癸";
const BRANCHES: &str = "子丑寅卯辰巳午未申酉戌亥";

/// The number as that format prints it; formats that are not known, and numbers a format has no
/// sign for, print as plain digits.
pub fn print(n: i64, format: &str) -> String {
    let printed = match format {
        "none" => Some(String::new()),
        "decimalZero" => Some(format!("{n:02}")),
        "decimalFullWidth" | "decimalFullWidth2" => Some(full_width(n)),
        "lowerLetter" => letters(n),
        "upperLetter" => letters(n).map(|s| s.to_uppercase()),
        "lowerRoman" => roman(n),
        "upperRoman" => roman(n).map(|s| s.to_uppercase()),
        "chineseCounting" | "taiwaneseCounting" if n >= 100 => Some(positional(n)),
        "ideographDigital"
        | "japaneseDigitalTenThousand"
        | "taiwaneseDigital"
        | "koreanDigital2" => Some(positional(n)),
        "chineseCounting"
        | "chineseCountingThousand"
        | "taiwaneseCounting"
        | "taiwaneseCountingThousand" => thousands(n, &DIGITS, &['十', '百', '千'], true, '零'),
        "japaneseCounting" => {
            thousands(n, &DIGITS, &['十', '百', '千'], true, '〇').map(|s| drop_japanese(&s))
        }
        "chineseLegalSimplified" | "ideographLegalTraditional" | "japaneseLegal" => {
            thousands(n, &LEGAL, &['拾', '佰', '仟'], false, '零')
        }
        "ideographTraditional" => nth(STEMS, n),
        "ideographZodiac" => nth(BRANCHES, n),
        "decimalEnclosedCircle" | "decimalEnclosedCircleChinese" => circled(n),
        "decimalEnclosedParen" => enclosed(n, 0x2474),
        "decimalEnclosedFullstop" => enclosed(n, 0x2488),
        "ideographEnclosedCircle" => (1..=10).contains(&n).then(|| sign(0x3280, n)),
        _ => None,
    };
    printed.unwrap_or_else(|| n.to_string())
}

fn sign(first: u32, n: i64) -> String {
    u32::try_from(n - 1)
        .ok()
        .and_then(|k| char::from_u32(first + k))
        .map(String::from)
        .unwrap_or_default()
}

fn enclosed(n: i64, first: u32) -> Option<String> {
    (1..=20).contains(&n).then(|| sign(first, n))
}

fn circled(n: i64) -> Option<String> {
    match n {
        0 => Some("⓪".to_owned()),
        1..=20 => Some(sign(0x2460, n)),
        21..=35 => Some(sign(0x3251, n - 20)),
        36..=50 => Some(sign(0x32B1, n - 35)),
        _ => None,
    }
}

fn nth(signs: &str, n: i64) -> Option<String> {
    let k = usize::try_from(n).ok()?.checked_sub(1)?;
    signs.chars().nth(k).map(String::from)
}

fn full_width(n: i64) -> String {
    n.to_string()
        .chars()
        .map(|c| match c.to_digit(10) {
            Some(d) => char::from_u32('０' as u32 + d).unwrap_or(c),
            None => c,
        })
        .collect()
}

fn positional(n: i64) -> String {
    n.to_string()
        .chars()
        .map(|c| c.to_digit(10).map_or(c, |d| DIGITS[d as usize]))
        .collect()
}

/// a … z, aa, bb, … as Word repeats them.
fn letters(n: i64) -> Option<String> {
    let k = usize::try_from(n).ok()?.checked_sub(1)?;
    let letter = char::from(b'a' + u8::try_from(k % 26).ok()?);
    (k < 780).then(|| letter.to_string().repeat(k / 26 + 1))
}

fn roman(n: i64) -> Option<String> {
    const SIGNS: [(i64, &str); 13] = [
        (1000, "m"),
        (900, "cm"),
        (500, "d"),
        (400, "cd"),
        (100, "c"),
        (90, "xc"),
        (50, "l"),
        (40, "xl"),
        (10, "x"),
        (9, "ix"),
        (5, "v"),
        (4, "iv"),
        (1, "i"),
    ];
    if !(1..4000).contains(&n) {
        return None;
    }
    let (mut left, mut out) = (n, String::new());
    for (value, signs) in SIGNS {
        while left >= value {
            out.push_str(signs);
            left -= value;
        }
    }
    Some(out)
}

/// 一百零三; `short_ten` prints 十一 rather than 一十一.
fn thousands(
    n: i64,
    digits: &[char; 10],
    units: &[char; 3],
    short_ten: bool,
    zero: char,
) -> Option<String> {
    if !(0..10_000).contains(&n) {
        return None;
    }
    if n == 0 {
        return Some(digits[0].to_string());
    }
    let (mut out, mut gap) = (String::new(), false);
    for (power, unit) in [
        (1000, Some(units[2])),
        (100, Some(units[1])),
        (10, Some(units[0])),
        (1, None),
    ] {
        let digit = (n / power % 10) as usize;
        if digit == 0 {
            gap = !out.is_empty();
            continue;
        }
        if gap {
            out.push(zero);
            gap = false;
        }
        if !(short_ten && power == 10 && digit == 1 && out.is_empty()) {
            out.push(digits[digit]);
        }
        out.extend(unit);
    }
    Some(out)
}

/// Japanese counting says 百 for 一百 and has no sign for a gap.
fn drop_japanese(s: &str) -> String {
    s.replace("一千", "千")
        .replace("一百", "百")
        .replace("一十", "十")
        .replace('〇', "")
}

#[cfg(test)]
mod tests {
    use super::print;

    #[test]
    fn every_format_prints_as_word_prints_it() {
        let cases = [
            (1, "chineseCounting", "一"),
            (10, "chineseCounting", "十"),
            (21, "chineseCounting", "二十一"),
            (101, "chineseCounting", "一〇一"),
            (11, "chineseCountingThousand", "十一"),
            (103, "chineseCountingThousand", "一百零三"),
            (110, "chineseCountingThousand", "一百一十"),
            (1005, "chineseCountingThousand", "一千零五"),
            (12, "ideographDigital", "一二"),
            (20, "ideographDigital", "二〇"),
            (12, "japaneseCounting", "十二"),
            (120, "japaneseCounting", "百二十"),
            (12, "chineseLegalSimplified", "壹拾贰"),
            (3, "ideographTraditional", "丙"),
            (2, "lowerLetter", "b"),
            (28, "upperLetter", "BB"),
            (14, "lowerRoman", "xiv"),
            (4, "upperRoman", "IV"),
            (7, "decimalZero", "07"),
            (3, "decimalEnclosedCircle", "③"),
            (21, "decimalEnclosedCircleChinese", "㉑"),
            (2, "decimalEnclosedParen", "⑵"),
            (2, "decimalEnclosedFullstop", "⒉"),
            (12, "decimalFullWidth", "１２"),
            (5, "decimal", "5"),
            (5, "somethingNew", "5"),
        ];
        for (n, format, said) in cases {
            assert_eq!(print(n, format), said, "{format}");
        }
    }

    #[test]
    fn absurd_numbers_stay_short() {
        for format in [
            "lowerLetter",
            "lowerRoman",
            "chineseCountingThousand",
            "decimalEnclosedCircle",
        ] {
            assert_eq!(print(i64::MAX, format), i64::MAX.to_string());
        }
        assert_eq!(print(-3, "lowerLetter"), "-3");
    }
}
