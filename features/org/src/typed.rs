//! What people type into cells: days in many shapes, lists, names with stray blanks.

use kernel::Day;

/// A day as typed: some say only the month.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TypedDay {
    /// The day; the first of the month where only the month was said.
    pub day: Day,
    /// Whether only the month was said.
    pub month_only: bool,
}

impl TypedDay {
    /// Whether it says nothing else than that day.
    pub fn agrees_with(self, day: Day) -> bool {
        if self.month_only {
            (self.day.year(), self.day.month()) == (day.year(), day.month())
        } else {
            self.day == day
        }
    }
}

/// Reads `1985-06-15`, `1985/6/15`, `1985.6.15`, `1985年6月15日`, `19850615`, `1985.6`, `1985年6月`,
/// `198506`.
pub fn day(text: &str) -> Option<TypedDay> {
    let plain: String = text
        .chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| match c {
            '０'..='９' => char::from(b'0' + (c as u32 - '０' as u32) as u8),
            '/' | '.' | '．' | '。' | '－' | '—' | '年' | '月' => '-',
            c => c,
        })
        .collect();
    let plain = plain.trim_end_matches(['日', '号', '-']);
    let parts: Vec<&str> = match plain.len() {
        8 if plain.bytes().all(|b| b.is_ascii_digit()) => {
            vec![&plain[..4], &plain[4..6], &plain[6..]]
        }
        6 if plain.bytes().all(|b| b.is_ascii_digit()) => vec![&plain[..4], &plain[4..]],
        _ => plain.split('-').collect(),
    };
    let number = |at: usize| parts.get(at).and_then(|p| p.parse::<i16>().ok());
    let year = number(0).filter(|y| (1900..2200).contains(y))?;
    let month = i8::try_from(number(1)?).ok()?;
    match parts.len() {
        2 => Day::new(year, month, 1).map(|day| TypedDay {
            day,
            month_only: true,
        }),
        3 => {
            let day = Day::new(year, month, i8::try_from(number(2)?).ok()?)?;
            Some(TypedDay {
                day,
                month_only: false,
            })
        }
        _ => None,
    }
}

/// Digits and letters of full width become plain ones: `１３８` is `138`.
pub fn half_width(text: &str) -> String {
    let plain = |c: char| match c {
        '０'..='９' | 'Ａ'..='Ｚ' | 'ａ'..='ｚ' | '＋' | '－' => {
            char::from_u32(c as u32 - 0xFEE0).unwrap_or(c)
        }
        c => c,
    };
    text.chars().map(plain).collect()
}

/// Splits `甲、乙,丙` into its parts.
pub fn list(text: &str) -> Vec<String> {
    let parts = text.split(['、', ',', '，', ';', '；', '\n']);
    parts
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .map(str::to_owned)
        .collect()
}

/// A name as it is compared: without blanks, brackets of one width.
pub fn name_key(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| match c {
            '（' => '(',
            '）' => ')',
            c => c,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_read_as_people_type_them() {
        for text in [
            "1985-06-15",
            "1985/6/15",
            "1985.6.15",
            "1985年6月15日",
            "19850615",
            " 1985年6月15日 ",
        ] {
            let typed = day(text).unwrap();
            assert_eq!(
                (typed.day.to_string().as_str(), typed.month_only),
                ("1985-06-15", false),
                "{text}"
            );
        }
        for text in ["1985.6", "1985年6月", "198506", "1985-06"] {
            let typed = day(text).unwrap();
            assert!(
                typed.month_only && typed.agrees_with(Day::new(1985, 6, 15).unwrap()),
                "{text}"
            );
        }
        for text in ["2019.13", "1985", "", "今年", "1985-02-30", "𠀀.6"] {
            assert_eq!(day(text), None, "{text}");
        }
    }

    #[test]
    fn lists_have_many_separators() {
        assert_eq!(list("甲、乙， 丙；"), ["甲", "乙", "丙"]);
        assert_eq!(name_key("村小（ 教学点 ）"), "村小(教学点)");
    }
}
