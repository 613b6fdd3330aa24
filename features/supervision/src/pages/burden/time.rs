//! Which year or half of it is looked at.

use crate::pages::value;
use crate::store::{self, Issued};
use ::store::{Db, Error};
use kernel::{Day, Id, Instant};
use std::collections::BTreeMap;
use web::Reach;

/// 年度, or half of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Time {
    /// Year.
    pub year: i16,
    /// 1, 2, or 0 for the whole year.
    pub half: u8,
    from: Day,
}

impl Time {
    /// What the address says; this year where it says nothing.
    pub fn of(query: &BTreeMap<String, String>, today: Day) -> Time {
        let year = value(query, "year").parse().ok();
        let year: i16 = year
            .filter(|year| (2000..2200).contains(year))
            .unwrap_or(today.year());
        let half = match value(query, "half") {
            "1" => 1,
            "2" => 2,
            _ => 0,
        };
        let january = 12 * i32::from(year - today.year()) + 1 - i32::from(today.month());
        let first = january + if half == 2 { 6 } else { 0 };
        Time {
            year,
            half,
            from: today.first_of_month().plus_months(first),
        }
    }

    /// First day.
    pub fn from(self) -> Day {
        self.from
    }

    /// Last day.
    pub fn to(self) -> Day {
        let months = if self.half == 0 { 12 } else { 6 };
        self.from.plus_months(months).plus_days(-1)
    }

    /// `2026年`, `2026年上半年`
    pub fn words(self) -> String {
        let half = ["", "上半年", "下半年"][usize::from(self.half.min(2))];
        format!("{}年{half}", self.year)
    }

    /// What was issued in it.
    pub fn issued(self, organisation: Option<Id>) -> Issued {
        Issued {
            from: Instant::at(self.from(), 0),
            to: Instant::at(self.to().plus_days(1), 0),
            organisation,
        }
    }

    /// An address that keeps it.
    pub fn at(self, path: &str, pairs: &[(&str, &str)]) -> String {
        let year = self.year.to_string();
        let half = match self.half {
            0 => String::new(),
            half => half.to_string(),
        };
        let mut all = vec![("year", year.as_str()), ("half", &half)];
        all.extend(pairs);
        web::reply::with_query(path, &all)
    }
}

/// Years in which anything was issued, and this one; the newest first.
pub async fn years(db: &Db, reach: &Reach, today: Day) -> Result<Vec<i16>, Error> {
    let found = store::issued_between(db, reach).await?;
    let (first, last) = found.map_or((today, today), |(a, b)| (a.min(today), b.max(today)));
    Ok((first.year()..=last.year()).rev().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_half_begins_and_ends_with_its_months() {
        let today: Day = "2026-11-20".parse().unwrap();
        let of = |pairs: &[(&str, &str)]| {
            let own = pairs
                .iter()
                .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()));
            let time = Time::of(&own.collect(), today);
            (time.from().to_string(), time.to().to_string(), time.words())
        };
        let is =
            |from: &str, to: &str, words: &str| (from.to_owned(), to.to_owned(), words.to_owned());
        assert_eq!(of(&[]), is("2026-01-01", "2026-12-31", "2026年"));
        let first = [("year", "2025"), ("half", "1")];
        assert_eq!(of(&first), is("2025-01-01", "2025-06-30", "2025年上半年"));
        let second = [("half", "2"), ("year", "甲")];
        assert_eq!(of(&second), is("2026-07-01", "2026-12-31", "2026年下半年"));
    }
}
