//! 日期的写法: finds days, months and stretches in a text and says what is written there, without
//! deciding the year ([`crate::almanac`]) or whether it is a deadline ([`crate::deadline`]).

use crate::calendar::Festival;
use crate::pattern::Pattern;
use crate::points::{festivals, points, weekday};
use regex::Captures;
use std::ops::Range;

/// The year as written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Year {
    /// Not written.
    Unsaid,
    /// In digits.
    Known(i16),
    /// 202X年
    Masked,
    /// 今年 and next or last year, as an offset.
    Offset(i16),
}

/// A day or stretch as written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Point {
    /// A day; without a month in `25日前`.
    Day(Year, Option<i8>, i8),
    /// 上旬 1, 中旬 2, 下旬 3, 中下旬 4, 上中旬 5
    Third(Year, Option<i8>, i8),
    /// 月底
    MonthEnd(Year, Option<i8>),
    /// A whole month.
    Month(Year, i8),
    /// 季度
    Quarter(Year, i8),
    /// 上半年 1, 下半年 2
    Half(Year, i8),
    /// 年底
    YearEnd(Year),
    /// A named day.
    Festival(Year, Festival),
    /// Day of this (0) or next (1) week, Monday 1.
    Week(i8, i8),
    /// A day of this (0) or next (1) month; the whole month when the day is 0.
    MonthOffset(i8, i8),
    /// A time that has no day: `会后3日内`, `学期末`.
    Unclear,
}

/// What follows the date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cue {
    /// 前, 底前, 止, 内
    Before,
    /// 前后, 左右
    Around,
    /// 起, 开始, 以来
    From,
    /// Nothing.
    Bare,
}

/// A date found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Bytes of the text.
    pub range: Range<usize>,
    /// Begin of a stretch.
    pub from: Option<Point>,
    /// The day, or the end of the stretch.
    pub to: Point,
    /// Further days before `to`: `3月、4月分别`.
    pub several: Vec<Point>,
    /// `14:00`
    pub time: Option<String>,
    /// Weekday written beside it, Monday 1.
    pub weekday: Option<i8>,
    /// What follows it.
    pub cue: Cue,
}

static JOIN: Pattern = Pattern::new(
    r"^(?:[((](?:星期|周|礼拜)[一二三四五六日天][))])?(?:开始)?\s*(?:[—–\-―─~]+|至|到)\s*$",
);
static LIST: Pattern = Pattern::new(r"^(?:底前|底|前|中旬|份)?(?:、|和|及|与|,|以及)$");
static WEEKDAY: Pattern = Pattern::new(r"^ ?[((]?(?:星期|周|礼拜)([一二三四五六日天])[))]?");
static TIME: Pattern = Pattern::new(
    r"^\s?[((,]?(?P<p>上午|下午|中午|晚上|晚|早上|早|凌晨)? ?(?:(?P<h>\d{1,2})(?:[::](?P<m>\d{2})|[点时](?:(?P<n>\d{1,2})分?|(?P<half>半)|整|钟)?)|(?P<eod>下班))",
);
static SUFFIX: Pattern = Pattern::new(
    r"^[)) ]{0,2}(?:(?P<around>前后|左右|前夕)|(?P<before>(?:之|以)?前|截止|截至|为止|止|(?:之|以)?内)|(?P<from>起|开始|以来|以后|之后|后))",
);

/// Every date of the text that does not lie in `taken`, in order.
pub fn find(text: &str, taken: &[Range<usize>]) -> Vec<Found> {
    let mut raw = points(text, taken);
    raw.extend(festivals(text, taken));
    raw.sort_by_key(|r| r.range.start);
    raw.dedup_by(|b, a| b.range.start < a.range.end);
    let mut found: Vec<Found> = Vec::new();
    for point in raw {
        let tail = tail(text, point.range.end);
        let next = Found {
            range: point.range.start..tail.end,
            from: point.from,
            to: point.to,
            several: point.several,
            time: tail.time,
            weekday: tail.weekday,
            cue: tail.cue,
        };
        match found.last_mut().map(|last| join(text, last, &next)) {
            Some(true) => {}
            _ => found.push(next),
        }
    }
    found
}

/// Joins `next` to `last` when they are the ends of a stretch or members of a list.
fn join(text: &str, last: &mut Found, next: &Found) -> bool {
    let Some(between) = text.get(last.range.end..next.range.start) else {
        return false;
    };
    let stretch = JOIN.is_match(between)
        || (between.is_empty() && last.cue == Cue::From && text[..last.range.end].ends_with('起'));
    let plain = |p: &Point| !matches!(p, Point::Unclear);
    if stretch && last.from.is_none() && plain(&last.to) && plain(&next.to) {
        last.from = Some(last.to);
        last.to = inherit(last.to, next.to);
    } else if LIST.is_match(between)
        && last.from.is_none()
        && next.from.is_none()
        && matches!(
            last.to,
            Point::Month(..) | Point::Day(..) | Point::MonthEnd(..) | Point::Third(..)
        )
        && (std::mem::discriminant(&last.to) == std::mem::discriminant(&next.to)
            || matches!(
                (&last.to, &next.to),
                (Point::Month(..), Point::MonthEnd(..))
            ))
        && between != ","
    {
        last.several.push(last.to);
        last.to = inherit(last.to, next.to);
    } else {
        return false;
    }
    last.range.end = next.range.end;
    last.time = next.time.clone().or(last.time.take());
    last.weekday = next.weekday;
    last.cue = next.cue;
    true
}

/// `10日至15日` after a month: the second end takes month and year of the first.
fn inherit(first: Point, second: Point) -> Point {
    let (year, month) = match first {
        Point::Day(y, m, _) | Point::Third(y, m, _) | Point::MonthEnd(y, m) => (y, m),
        Point::Month(y, m) => (y, Some(m)),
        _ => (Year::Unsaid, None),
    };
    match second {
        Point::Day(Year::Unsaid, None, d) => Point::Day(year, month, d),
        Point::Third(Year::Unsaid, None, t) => Point::Third(year, month, t),
        Point::MonthEnd(Year::Unsaid, None) => Point::MonthEnd(year, month),
        Point::Month(Year::Unsaid, m) if Some(m) >= month => Point::Month(year, m),
        Point::Day(Year::Unsaid, Some(m), d) if Some(m) >= month => Point::Day(year, Some(m), d),
        Point::MonthEnd(Year::Unsaid, Some(m)) if Some(m) >= month => {
            Point::MonthEnd(year, Some(m))
        }
        Point::Third(Year::Unsaid, Some(m), t) if Some(m) >= month => {
            Point::Third(year, Some(m), t)
        }
        other => other,
    }
}

struct Tail {
    end: usize,
    time: Option<String>,
    weekday: Option<i8>,
    cue: Cue,
}

/// Weekday, time of day and 前 or 起 after a date.
fn tail(text: &str, from: usize) -> Tail {
    let mut tail = Tail {
        end: from,
        time: None,
        weekday: None,
        cue: Cue::Bare,
    };
    if let Some(c) = WEEKDAY.captures(&text[tail.end..]) {
        tail.weekday = weekday(&c[1]);
        tail.end += c[0].len();
    }
    if let Some(c) = TIME.captures(&text[tail.end..])
        && let Some(time) = clock(&c)
    {
        tail.time = Some(time);
        tail.end += c[0].len();
    }
    if let Some(c) = SUFFIX.captures(&text[tail.end..]) {
        tail.cue = match (c.name("around"), c.name("before")) {
            (Some(_), _) => Cue::Around,
            (_, Some(_)) => Cue::Before,
            _ => Cue::From,
        };
        tail.end += c[0].len();
    }
    tail
}

fn clock(c: &Captures) -> Option<String> {
    if c.name("eod").is_some() {
        return Some("18:00".to_owned());
    }
    let hour: u8 = c.name("h")?.as_str().parse().ok()?;
    let minute: u8 = match (c.name("m").or(c.name("n")), c.name("half")) {
        (Some(m), _) => m.as_str().parse().ok()?,
        (_, Some(_)) => 30,
        _ => 0,
    };
    let later = matches!(
        c.name("p").map(|p| p.as_str()),
        Some("下午" | "晚" | "晚上")
    ) && hour < 12;
    let hour = if later { hour + 12 } else { hour };
    (hour <= 24 && minute < 60).then(|| format!("{hour:02}:{minute:02}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(text: &str) -> Found {
        let found = find(text, &[]);
        assert_eq!(found.len(), 1, "{text}: {found:?}");
        found.into_iter().next().unwrap()
    }

    #[test]
    fn the_ways_of_writing_a_day() {
        let cases = [
            ("3月底前完成", Point::MonthEnd(Year::Unsaid, Some(3))),
            ("三月中旬完成", Point::Third(Year::Unsaid, Some(3), 2)),
            (
                "请于2024年5月6日前报送",
                Point::Day(Year::Known(2024), Some(5), 6),
            ),
            (
                "二〇二四年五月六日",
                Point::Day(Year::Known(2024), Some(5), 6),
            ),
            ("2024-05-06", Point::Day(Year::Known(2024), Some(5), 6)),
            (
                "“七一”前后开展",
                Point::Festival(Year::Unsaid, Festival::Fixed(7, 1)),
            ),
            ("202X年3月底前", Point::MonthEnd(Year::Masked, Some(3))),
            ("明年1月10日前", Point::Day(Year::Offset(1), Some(1), 10)),
            ("25日前报送", Point::Day(Year::Unsaid, None, 25)),
            ("会后3日内报送", Point::Unclear),
            ("5.20前报送", Point::Day(Year::Unsaid, Some(5), 20)),
            ("9月初中教师培训", Point::Month(Year::Unsaid, 9)),
            ("第三季度组织", Point::Quarter(Year::Unsaid, 3)),
        ];
        for (text, point) in cases {
            assert_eq!(one(text).to, point, "{text}");
        }
    }

    #[test]
    fn stretches_lists_times_and_weekdays() {
        let f = one("3月10日至15日集中开展");
        assert_eq!(
            (f.from, f.to),
            (
                Some(Point::Day(Year::Unsaid, Some(3), 10)),
                Point::Day(Year::Unsaid, Some(3), 15)
            )
        );
        let f = one("3月、4月分别开展1期");
        assert_eq!((f.several.len(), f.to), (1, Point::Month(Year::Unsaid, 4)));
        let f = one("3月15日(星期五)下午2点30分前报送");
        assert_eq!(
            (f.weekday, f.time.as_deref(), f.cue),
            (Some(5), Some("14:30"), Cue::Before)
        );
        let f = one("10月8日下午14点前");
        assert_eq!(f.time.as_deref(), Some("14:00"));
        assert!(one("3—4月份").from.is_some());
    }

    #[test]
    fn what_only_looks_like_a_date_is_left() {
        for text in [
            "持续3个月",
            "35周岁以下",
            "一月一主题",
            "附件1、2",
            "28.07%",
            "每月",
            "国庆活动",
            "3.5公里",
        ] {
            assert!(find(text, &[]).is_empty(), "{text}: {:?}", find(text, &[]));
        }
    }
}
