//! 日期的样子: one pattern for every way a day or stretch is written, and what each match says.

use crate::calendar::NAMES;
use crate::dates::{Point, Year};
use crate::numerals::number;
use crate::pattern::Pattern;
use regex::Captures;
use std::ops::Range;

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

pub(crate) fn small(text: &str) -> Option<i8> {
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
pub(crate) struct Raw {
    pub range: Range<usize>,
    pub from: Option<Point>,
    pub to: Point,
    pub several: Vec<Point>,
}

pub(crate) fn points(text: &str, taken: &[Range<usize>]) -> Vec<Raw> {
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

pub(crate) fn weekday(text: &str) -> Option<i8> {
    "一二三四五六日"
        .chars()
        .position(|c| text.starts_with(c))
        .map(|p| p as i8 + 1)
        .or(text.starts_with('天').then_some(7))
}

/// Named days, only where the words around make them a time.
pub(crate) fn festivals(text: &str, taken: &[Range<usize>]) -> Vec<Raw> {
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
