//! 公民身份号码: checked as GB 11643 says (rule CD-09), kept sealed, shown masked.

use kernel::Day;

/// A valid number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdNumber(String);

/// Why a text is no ID number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotAnIdNumber {
    /// Not seventeen digits and a digit or X.
    Shape,
    /// The day of birth in it does not exist.
    Birth,
    /// The last character does not fit the others.
    Check,
}

impl NotAnIdNumber {
    /// What the user reads.
    pub fn words(self) -> &'static str {
        match self {
            NotAnIdNumber::Shape => "公民身份号码应为18位：17位数字加1位数字或X，请核对。",
            NotAnIdNumber::Birth => "公民身份号码里的出生日期不存在，请核对第7至14位。",
            NotAnIdNumber::Check => {
                "公民身份号码的最后一位与前17位不符，多半是抄错了一位，请核对。"
            }
        }
    }
}

impl IdNumber {
    /// Reads what somebody typed: blanks go, `x` becomes `X`, full-width digits become plain.
    pub fn parse(typed: &str) -> Result<IdNumber, NotAnIdNumber> {
        let plain: String = typed
            .chars()
            .filter(|c| !c.is_whitespace() && *c != '\'')
            .map(|c| match c {
                '０'..='９' => char::from(b'0' + (c as u32 - '０' as u32) as u8),
                'x' | 'ｘ' | 'Ｘ' => 'X',
                c => c,
            })
            .collect();
        let digits: Vec<u32> = plain
            .chars()
            .take(17)
            .map_while(|c| c.to_digit(10))
            .collect();
        let last = plain.chars().nth(17);
        if plain.chars().count() != 18
            || digits.len() != 17
            || !last.is_some_and(|c| c.is_ascii_digit() || c == 'X')
        {
            return Err(NotAnIdNumber::Shape);
        }
        let number = IdNumber(plain);
        if number.birth_in().is_none() {
            return Err(NotAnIdNumber::Birth);
        }
        const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
        const CHECKS: [char; 11] = ['1', '0', 'X', '9', '8', '7', '6', '5', '4', '3', '2'];
        let sum: u32 = digits
            .iter()
            .zip(WEIGHTS)
            .map(|(digit, weight)| digit * weight)
            .sum();
        if last == Some(CHECKS[(sum % 11) as usize]) {
            Ok(number)
        } else {
            Err(NotAnIdNumber::Check)
        }
    }

    /// The eighteen characters.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn birth_in(&self) -> Option<Day> {
        let part = |range: std::ops::Range<usize>| self.0.get(range)?.parse::<i16>().ok();
        Day::new(
            part(6..10)?,
            part(10..12)?.try_into().ok()?,
            part(12..14)?.try_into().ok()?,
        )
    }

    /// 出生日期
    pub fn birth(&self) -> Option<Day> {
        self.birth_in()
    }

    /// 性别 code.
    pub fn sex(&self) -> &'static str {
        let odd = self.0.as_bytes().get(16).is_some_and(|b| b % 2 == 1);
        if odd { "male" } else { "female" }
    }

    /// `990000********0010`
    pub fn masked(&self) -> String {
        mask(&self.0, 6, 4)
    }
}

/// All but the first and last characters as stars.
pub fn mask(text: &str, head: usize, tail: usize) -> String {
    let n = text.chars().count();
    let shown = |i: usize| n > head + tail && (i < head || i >= n - tail);
    text.chars()
        .enumerate()
        .map(|(i, c)| if shown(i) { c } else { '*' })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_character_must_fit_and_the_day_exist() {
        let ok = IdNumber::parse("11010519491231002x").unwrap();
        assert_eq!(ok.as_str(), "11010519491231002X");
        assert_eq!(
            IdNumber::parse("110105194912310021"),
            Err(NotAnIdNumber::Check)
        );
        assert_eq!(
            IdNumber::parse("99000019990229001X"),
            Err(NotAnIdNumber::Birth)
        );
        assert_eq!(IdNumber::parse("99000019850615"), Err(NotAnIdNumber::Shape));
        assert_eq!(
            IdNumber::parse("99000019850615001𠀀"),
            Err(NotAnIdNumber::Shape)
        );
    }

    #[test]
    fn sex_and_birth_are_in_it_and_the_mask_hides_them() {
        let male = IdNumber::parse(" 990000 19850615 0010").unwrap();
        let female = IdNumber::parse("990000198506150029").unwrap();
        assert_eq!((male.sex(), female.sex()), ("male", "female"));
        assert_eq!(male.birth(), Day::new(1985, 6, 15));
        assert_eq!(male.masked(), "990000********0010");
    }
}
