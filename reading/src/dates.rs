//! 日期的写法: finds days, months and stretches in a text and says what is written there, without
//! deciding the year ([`crate::almanac`]) or whether it is a deadline ([`crate::deadline`]).

use crate::calendar::{Festival, NAMES};
use crate::numerals::number;
use crate::pattern::Pattern;
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

macro_rules! num {
    () => {
        r"(?:三十一?|二?十[一二三四五六七八九]?|[一二三四五六七八九]|[0-3]?\d)"
    };
}
macro_rules! dash {
    () => {
        r"\s*(?:[—–\-―─~~]+|至|到)\s*"
    };
}
macro_rules! year {
    ($name:literal) => {
        concat!(
            r"(?:(?P<",
            $name,
            r">(?:19|20)\d{2}|20\d?[XxX×*]{1,2}|[XxX×*]{2,4}|二[〇零○Oo0][一二三四五六七八九〇零○]{2}|[今明本当次去])年度?)"
        )
    };
}

static POINT: Pattern = Pattern::new(concat!(
    r"(?P<iy>(?:19|20)\d{2})[-./](?P<im>\d{1,2})[-./](?P<id>\d{1,2})日?",
    // 3月10—15日
    "|",
    year!("ry"),
    "? ?(?P<rm>",
    num!(),
    r")月(?P<r1>",
    num!(),
    ")[日号]?",
    dash!(),
    "(?P<r2>",
    num!(),
    ")[日号]",
    // 3—4月, 3、4月
    "|",
    year!("sy"),
    "?(?P<s1>",
    num!(),
    ")(?P<sc>",
    dash!(),
    "|、)(?P<s2>",
    num!(),
    ")月份?",
    // 3月10日, 3月中旬, 3月
    "|",
    year!("y"),
    "? ?(?P<m>",
    num!(),
    ") ?月份?(?:(?P<d>",
    num!(),
    ") ?[日号]|(?P<t>上中旬|中下旬|上旬|中旬|下旬|月?底|末|初|中))?",
    // 2024年底
    "|",
    year!("ey"),
    "(?:底|末|内|终)|(?P<eb>年底|年末|年终|年内)",
    "|",
    year!("qy"),
    "?第?(?P<q>[一二三四1-4])季度",
    "|",
    year!("hy"),
    "?(?P<h>[上下])半年",
    "|(?P<mo>[本下次])月(?:(?P<mt>上旬|中旬|下旬|底|末)|(?P<md>",
    num!(),
    ")[日号])?|(?P<mb>月底|月末)",
    // 会后3日内
    r"|(?P<rel>[\p{Han}]{0,8}?(?:后|之日起|以内)?(?:\d{1,2}|[一二两三四五六七十])个?(?:工作日|日|天|周|月)(?:之|以)?内)",
    r"|(?P<un>(?:本|每|下|上)?学[期年](?:末|初|结束前|结束时|内)|(?:寒|暑)假(?:前|期间|后|结束前)|开学(?:前|初|后)|放假前|会后|即日)",
    // 10—15日, 25日
    "|(?P<l1>",
    num!(),
    ")[日号]?",
    dash!(),
    "(?P<l2>",
    num!(),
    ")[日号]|(?P<ld>",
    num!(),
    ")[日号]",
    "|(?P<wo>[本下这])周(?P<wd>[一二三四五六日天])|周(?P<wb>[一二三四五六日天])前",
    r"|(?P<pm>1?\d)[.](?P<pd>[0-3]?\d)",
));

static JOIN: Pattern = Pattern::new(concat!(
    r"^(?:[((](?:星期|周|礼拜)[一二三四五六日天][))])?(?:开始)?",
    dash!(),
    "$"
));
static LIST: Pattern = Pattern::new(r"^(?:底前|底|前|中旬|份)?(?:、|和|及|与|,|以及)$");
static WEEKDAY: Pattern = Pattern::new(r"^ ?[((]?(?:星期|周|礼拜)([一二三四五六日天])[))]?");
static TIME: Pattern = Pattern::new(
    r"^\s?[((,]?(?P<p>上午|下午|中午|晚上|晚|早上|早|凌晨)? ?(?:(?P<h>\d{1,2})(?:[::](?P<m>\d{2})|[点时](?:(?P<n>\d{1,2})分?|(?P<half>半)|整|钟)?)|(?P<eod>下班))",
);
static SUFFIX: Pattern = Pattern::new(
    r"^[)) ]{0,2}(?:(?P<around>前后|左右|前夕)|(?P<before>(?:之|以)?前|截止|截至|为止|止|(?:之|以)?内)|(?P<from>起|开始|以来|以后|之后|后))",
);

fn small(text: &str) -> Option<i8> {
    number(text).and_then(|n| i8::try_from(n).ok())
}

fn year(c: &Captures, name: &str) -> Year {
    let Some(said) = c.name(name) else {
        return Year::Unsaid;
    };
    match said.as_str() {
        "今" | "本" | "当" => Year::Offset(0),
        "明" | "次" => Year::Offset(1),
        "去" => Year::Offset(-1),
        digits => number(digits)
            .and_then(|n| i16::try_from(n).ok())
            .map_or(Year::Masked, Year::Known),
    }
}

fn third(text: &str) -> i8 {
    match text {
        "上旬" | "初" => 1,
        "中旬" | "中" => 2,
        "中下旬" => 4,
        "上中旬" => 5,
        _ => 3,
    }
}

/// One match of [`POINT`].
struct Raw {
    range: Range<usize>,
    from: Option<Point>,
    to: Point,
    several: Vec<Point>,
}

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
        && std::mem::discriminant(&last.to) == std::mem::discriminant(&next.to)
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

fn points(text: &str, taken: &[Range<usize>]) -> Vec<Raw> {
    let mut out = Vec::new();
    let mut at = 0;
    while let Some(c) = POINT.captures_at(text, at) {
        let Some(whole) = c.get(0) else { break };
        let range = whole.range();
        let free = !taken
            .iter()
            .any(|t| t.start < range.end && range.start < t.end);
        match raw_point(&c, text).filter(|_| free) {
            Some(raw) => {
                at = raw.range.end.max(range.start + 1);
                out.push(raw);
            }
            None => at = range.start + text[range.start..].chars().next().map_or(1, char::len_utf8),
        }
        if at >= text.len() {
            break;
        }
    }
    out
}

fn raw_point(c: &Captures, text: &str) -> Option<Raw> {
    let mut range = c.get(0)?.range();
    let before = text[..range.start].chars().next_back();
    let after = text[range.end..].chars().next();
    let get = |name: &str| c.name(name).map(|m| m.as_str());
    let num = |name: &str| get(name).and_then(small);
    let starts_with_digit = text[range.clone()].starts_with(|c: char| c.is_ascii_digit());
    if starts_with_digit && before.is_some_and(|b| b.is_ascii_digit() || b == '.') {
        return None;
    }
    let none = || (None, Vec::new());
    let (to, (from, several)) = if let (Some(m), Some(d)) = (num("im"), num("id")) {
        (Point::Day(year(c, "iy"), Some(m), d), none())
    } else if let (Some(m), Some(a), Some(b)) = (num("rm"), num("r1"), num("r2")) {
        let y = year(c, "ry");
        (
            Point::Day(y, Some(m), b),
            (Some(Point::Day(y, Some(m), a)), Vec::new()),
        )
    } else if let (Some(a), Some(b)) = (num("s1"), num("s2")) {
        if after.is_some_and(|c| c.is_ascii_digit())
            || !(1..=12).contains(&a)
            || !(1..=12).contains(&b)
        {
            return None;
        }
        let y = year(c, "sy");
        let first = Point::Month(y, a);
        let list = get("sc") == Some("、");
        if list {
            (Point::Month(y, b), (None, vec![first]))
        } else {
            (Point::Month(y, b), (Some(first), Vec::new()))
        }
    } else if let Some(m) = num("m") {
        (month_point(c, m, text, &mut range)?, none())
    } else if get("ey").is_some() {
        (Point::YearEnd(year(c, "ey")), none())
    } else if get("eb").is_some() {
        let dated = before.is_some_and(|b| b.is_ascii_digit() || "每半".contains(b));
        (
            Point::YearEnd(Year::Unsaid),
            if dated { return None } else { none() },
        )
    } else if let Some(q) = num("q") {
        (Point::Quarter(year(c, "qy"), q), none())
    } else if let Some(h) = get("h") {
        (
            Point::Half(year(c, "hy"), if h == "上" { 1 } else { 2 }),
            none(),
        )
    } else if let Some(offset) = get("mo") {
        let offset = i8::from(offset != "本");
        let day = num("md").unwrap_or(0);
        let point = match (get("mt"), offset) {
            (Some("底" | "末"), 0) => Point::MonthEnd(Year::Unsaid, None),
            (Some(t), 0) => Point::Third(Year::Unsaid, None, third(t)),
            _ => Point::MonthOffset(offset, day),
        };
        (point, none())
    } else if get("mb").is_some() {
        (
            Point::MonthEnd(Year::Unsaid, None),
            if before == Some('每') {
                return None;
            } else {
                none()
            },
        )
    } else if get("rel").is_some() || get("un").is_some() {
        (Point::Unclear, none())
    } else if let (Some(a), Some(b)) = (num("l1"), num("l2")) {
        (
            Point::Day(Year::Unsaid, None, b),
            (Some(Point::Day(Year::Unsaid, None, a)), Vec::new()),
        )
    } else if let Some(d) = num("ld") {
        if before.is_some_and(|b| "月第前每、".contains(b)) {
            return None;
        }
        (Point::Day(Year::Unsaid, None, d), none())
    } else if let Some(day) = get("wd").or(get("wb")) {
        let offset = i8::from(get("wo") == Some("下"));
        (Point::Week(offset, weekday(day)?), none())
    } else {
        let (m, d) = (num("pm")?, num("pd")?);
        let dated = after.is_some_and(|a| "前日—-~至(".contains(a))
            || before.is_some_and(|b| "—-~至到".contains(b));
        if !dated || !(1..=12).contains(&m) || !(1..=31).contains(&d) {
            return None;
        }
        (Point::Day(Year::Unsaid, Some(m), d), none())
    };
    Some(Raw {
        range,
        from,
        to,
        several,
    })
}

/// `3月10日`, `3月中旬`, `3月`; nothing for `3月中小学` or `一月一次`.
fn month_point(c: &Captures, month: i8, text: &str, range: &mut Range<usize>) -> Option<Point> {
    let y = year(c, "y");
    let after = &text[range.end..];
    if !(1..=12).contains(&month) || text[..range.start].ends_with(['每', '第', '个', '满']) {
        return None;
    }
    if let Some(d) = c.name("d").and_then(|d| small(d.as_str())) {
        return Some(Point::Day(y, Some(month), d));
    }
    let month_only = Point::Month(y, month);
    match c.name("t").map(|t| t.as_str()) {
        Some("底" | "末" | "月底") => Some(Point::MonthEnd(y, Some(month))),
        Some(t @ ("上旬" | "中旬" | "下旬" | "中下旬" | "上中旬")) => {
            Some(Point::Third(y, Some(month), third(t)))
        }
        Some(t) => {
            let ends = after.is_empty()
                || after.starts_with([
                    '前', ',', '。', '、', ')', ' ', '\n', '\t', '完', '组', '召', '开', '举',
                ]);
            if ends {
                return Some(Point::Third(y, Some(month), third(t)));
            }
            range.end -= t.len();
            Some(month_only)
        }
        None if after.starts_with('一') && !after.starts_with("一日") => None,
        None => Some(month_only),
    }
}

fn weekday(text: &str) -> Option<i8> {
    "一二三四五六日"
        .chars()
        .position(|c| text.starts_with(c))
        .map(|p| p as i8 + 1)
        .or(text.starts_with('天').then_some(7))
}

/// Named days, only where the words around make them a time.
fn festivals(text: &str, taken: &[Range<usize>]) -> Vec<Raw> {
    let mut out: Vec<Raw> = Vec::new();
    for (name, festival) in NAMES {
        for (start, _) in text.match_indices(name) {
            let mut end = start + name.len();
            let quoted = text[..start].ends_with(['“', '"', '‘', '"']);
            let rest = &text[end..];
            let rest = if quoted {
                rest.trim_start_matches(['”', '"', '’', '"'])
            } else {
                rest
            };
            let rest = rest.strip_prefix('节').unwrap_or(rest);
            let cues = [
                "前后",
                "前夕",
                "之前",
                "以前",
                "前",
                "期间",
                "当天",
                "当日",
                "来临之际",
                "到来之际",
            ];
            let Some(cue) = cues.iter().find(|cue| rest.starts_with(**cue)) else {
                continue;
            };
            end = text.len() - rest.len();
            let open = text[..start]
                .chars()
                .next_back()
                .map_or(0, |c| if quoted { c.len_utf8() } else { 0 });
            let number_before = text[..start]
                .ends_with(|c: char| c.is_ascii_digit() || "二三四五六七八九十月".contains(c));
            if taken.iter().any(|t| t.start < end && start < t.end) || (!quoted && number_before) {
                continue;
            }
            let end = if matches!(*cue, "期间" | "当天" | "当日" | "来临之际" | "到来之际")
            {
                end + cue.len()
            } else {
                end
            };
            let to = Point::Festival(Year::Unsaid, *festival);
            let range = start - open..end;
            if !out
                .iter()
                .any(|r| r.range.start < range.end && range.start < r.range.end)
            {
                out.push(Raw {
                    range,
                    from: None,
                    to,
                    several: Vec::new(),
                });
            }
        }
    }
    out
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
