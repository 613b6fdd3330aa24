//! 版头、落款和附件: title, issuer, recipients, number, date, annexes; and the lines they take.

use crate::dates::{Point, find};
use crate::furniture::Furniture;
use crate::lines::Line;
use crate::numerals::number;
use crate::pattern::Pattern;
use crate::text::Text;
use kernel::Day;

/// What stands before and after the text proper.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Head {
    /// 标题
    pub title: Option<String>,
    /// The title with the bracket that says its period.
    pub full_title: Option<String>,
    /// 发文单位
    pub issuer: Option<String>,
    /// 主送单位
    pub recipients: Option<String>,
    /// 文号
    pub number: Option<String>,
    /// 成文日期
    pub doc_date: Option<Day>,
    /// A year beside the signature that has no day, or a masked one (`None` inside).
    pub signed_year: Option<Option<i16>>,
    /// Entries of the annex list; `None` when the document has none.
    pub annexes: Option<usize>,
    /// Lines that belong to all this, by index.
    pub used: Vec<usize>,
}

static NUMBER: Pattern = Pattern::new(r"^[\p{Han}]{1,12} ?[〔\[((【]\d{4}[〕\]))】] ?\d{1,4}号$");
static RECIPIENTS: Pattern = Pattern::new(
    r"^[^。;0-9]{0,40}(?:单位|组织|支部|党委|总支|党组|学校|中学|小学|幼儿园|学区|部门|科室|股室|乡镇|街道|社区|工委|学院|校长|书记|同志|各校|会员|机关)[^。;]{0,24}:$",
);
static ORGANISATION: Pattern = Pattern::new(
    r"^[^,。;:、]{3,36}(?:委员会|党委|党组|工委|党工委|总支|支部|局|办公室|小组|委|政府|组织部|宣传部|中心校?|学区|学校|中学|小学|幼儿园|学院|大学|协会|指挥部|街道|机关|联盟|联合会|集团|处|公司|科|股)$",
);
static ENDS_TITLE: Pattern = Pattern::new(
    r"(?:通知|通报|方案|计划|要点|安排|清单|任务单|交办单|任务书|一览表|分解表|推进表|明细表|统计表|任务|规程|办法|细则|意见|函|报告|汇报|总结|述职|材料|表|配档表|行事历|情况|公告|范文|制度|提示|台账|总结八篇|要求|活动|决定|提纲|纪要|简报|日历|手册|说明|排名|汇总|名册)(?:[((].{0,30}[))])?$",
);
static NOT_TITLE: Pattern = Pattern::new(
    r"^附件? ?\d{0,2}[::]?$|^.{0,12}〔\d{4}〕第?\d{1,4}[期号]$|^[((]?第\d{1,3}期.{0,12}$|^(?:时间|地点|主持人?|出席|列席|记录|会议时间)[::]|^截至.{4,14}$|^统计截止.*",
);
static DATE_LINE: Pattern = Pattern::new(concat!(
    r"^(?P<org>[^\d。;:,〔((]{4,40}?[ ]*)?[((]?(?P<y>(?:19|20)\d{2}|20\d?[XxX×*]{1,2}|[XxX×*]{2,4}|二[〇零○Oo0][一二三四五六七八九〇零○]{2})[年./-] ?",
    r"(?P<m>\d{1,2}|[一二三四五六七八九十]{1,2}|[Xx×*]{1,2})(?:[月./-] ?(?:(?P<d>\d{1,2}|[一二三四五六七八九十]{1,3}|[Xx×*]{1,2})日?)?)[))]?(?:印发)?$"
));
static ANNEX: Pattern = Pattern::new(r"^附件?(?:\d{1,2})?[::] ?");
static ANNEX_ENTRY: Pattern = Pattern::new(
    r"^(?:附件)?\d{1,2} ?[.、:]? ?[^。]{2,60}$|^[((]附件[^。]{2,60}[))]$|^《[^。]{2,60}》$",
);
static GLUED_TITLE: Pattern = Pattern::new(
    r"^(?:\d{1,2}、)?(?P<t>[^,。;:]{6,50}?(?:汇报|总结|述职报告|报告|材料|通知|方案|计划))(?:各位|大家|尊敬|同志|为|现|根据|一、)",
);
static PERIOD_LINE: Pattern = Pattern::new(r"^[((][^()()]{4,30}[))]$");
static CREDIT: Pattern = Pattern::new(
    r"^(?:述职人|汇报人|报告人|联系人|联系电话|电话|邮箱|电子邮箱|制表单位|制表日期|制表人|填表人|填报单位|填报人|审核人|签发人|单位[((]盖章[))]|抄送|主题词|印发单位)[::]",
);

/// Reads head and foot. `lines` are the lines outside tables (and the lines that wide table rows
/// stand for), in order.
pub fn head(text: &Text, lines: &[Line], furniture: &Furniture) -> Head {
    let said: Vec<&str> = lines.iter().map(|l| text.at(&l.range)).collect();
    let mut head = Head::default();
    let start = body_start(&said, lines);
    find_number(&said, start, &mut head);
    find_recipients(&said, &mut head);
    find_signature(&said, text, lines, &mut head);
    find_title(&said, text, lines, start, &mut head);
    find_annexes(&said, &mut head);
    for (i, line) in said.iter().enumerate() {
        let period =
            PERIOD_LINE.is_match(line) && !find(line, &[]).is_empty() && line.chars().count() < 30;
        if period || CREDIT.is_match(line) {
            head.used.push(i);
        }
    }
    if head.title.is_none() {
        let glued = said.first().and_then(|line| GLUED_TITLE.captures(line));
        let glued = glued.and_then(|c| c.name("t").map(|t| t.as_str().to_owned()));
        head.title = furniture.file_name.clone().or(glued);
        head.full_title = head.title.clone();
    }
    if head.issuer.is_none() {
        head.issuer = head.title.as_deref().and_then(issuer_in_title);
    }
    head.used.sort_unstable();
    head.used.dedup();
    head
}

/// The first line of the text proper: a recipient line, a numbered line or a long paragraph.
fn body_start(said: &[&str], lines: &[Line]) -> usize {
    said.iter()
        .enumerate()
        .position(|(i, line)| {
            let label = lines[i].label.is_some() || crate::outline::label(line, &|_| 1).is_some();
            label || RECIPIENTS.is_match(line) || line.chars().count() > 60 || line.ends_with('。')
        })
        .unwrap_or(said.len())
}

fn find_number(said: &[&str], start: usize, head: &mut Head) {
    let found = said
        .iter()
        .take(start.max(8))
        .position(|line| NUMBER.is_match(line));
    if let Some(i) = found {
        let number: String = said[i].chars().filter(|c| !c.is_whitespace()).collect();
        head.number = Some(
            number
                .replace(['[', '【', '('], "〔")
                .replace([']', '】', ')'], "〕"),
        );
        head.used.push(i);
    }
}

fn find_recipients(said: &[&str], head: &mut Head) {
    let found = said.iter().take(14).position(|line| {
        line.chars().count() <= 70
            && RECIPIENTS.is_match(line)
            && crate::outline::label(line, &|_| 1).is_none()
    });
    if let Some(i) = found {
        head.recipients = Some(said[i].trim_end_matches([':', ':']).to_owned());
        head.used.push(i);
    }
}

fn find_signature(said: &[&str], text: &Text, lines: &[Line], head: &mut Head) {
    let is_dated = |i: &usize| {
        DATE_LINE.captures(said[*i]).is_some_and(|c| {
            let org = c.name("org").map_or("", |m| m.as_str());
            org.is_empty() || org.ends_with(' ') || ORGANISATION.is_match(org)
        })
    };
    let dated: Vec<usize> = (0..said.len()).filter(is_dated).collect();
    let has_issuer = |i: &usize| {
        let own = DATE_LINE
            .captures(said[*i])
            .is_some_and(|c| c.name("org").is_some());
        own || *i > 0 && ORGANISATION.is_match(said[*i - 1])
    };
    let chosen = dated.iter().find(|i| has_issuer(i)).or(dated.last());
    head.used.extend(&dated);
    let Some(&i) = chosen else { return };
    let Some(c) = DATE_LINE.captures(said[i]) else {
        return;
    };
    let part = |name: &str| c.name(name).and_then(|m| number(m.as_str()));
    let year = part("y").and_then(|y| i16::try_from(y).ok());
    head.signed_year = Some(year);
    if let (Some(y), Some(m), Some(d)) = (year, part("m"), part("d")) {
        head.doc_date = i8::try_from(m)
            .ok()
            .zip(i8::try_from(d).ok())
            .and_then(|(m, d)| Day::new(y, m, d));
    }
    if let Some(org) = c.name("org") {
        let at = lines[i].range.start;
        head.issuer = Some(text.shown(&(at..at + org.end())).trim().to_owned());
    } else if i > 0 && ORGANISATION.is_match(said[i - 1]) {
        head.issuer = Some(text.shown(&lines[i - 1].range));
        head.used.push(i - 1);
    }
}

fn find_title(said: &[&str], text: &Text, lines: &[Line], start: usize, head: &mut Head) {
    let mut title: Option<String> = None;
    for i in 0..start.min(said.len()) {
        let line = said[i];
        if NOT_TITLE.is_match(line) || is_issuer_mark(line) {
            head.used.push(i);
            continue;
        }
        if head.used.contains(&i) || CREDIT.is_match(line) || PERIOD_LINE.is_match(line) {
            continue;
        }
        let complete = title.as_deref().is_some_and(|t| ENDS_TITLE.is_match(t));
        let shown = text.shown(&lines[i].range);
        match &mut title {
            None if ORGANISATION.is_match(line) && !ENDS_TITLE.is_match(line) => {
                head.issuer.get_or_insert(shown);
            }
            None => title = Some(shown),
            Some(so_far) if !complete && so_far.chars().count() < 60 => so_far.push_str(&shown),
            Some(_) => {}
        }
        head.used.push(i);
    }
    let later = || {
        let mut rest = (start..said.len().min(start + 12)).filter(|i| !head.used.contains(i));
        rest.find(|i| {
            said[*i].chars().count() < 50 && ENDS_TITLE.is_match(said[*i]) && lines[*i].centred
        })
    };
    if title.is_none()
        && let Some(i) = later()
    {
        title = Some(text.shown(&lines[i].range));
        head.used.push(i);
    }
    head.full_title = title.clone();
    head.title = title.map(|t| without_dated_bracket(t.trim()).to_owned());
}

/// 发文机关标志: `某某委员会文件`, alone on its line.
fn is_issuer_mark(line: &str) -> bool {
    static MARK: Pattern = Pattern::new(
        r"^[^,。;:《》“”]{3,40}(?:委员会|党委|党组|工委|总支|支部|局|办公室|小组|政府|部|委|院|中心校?|学区|学校|中学|小学|幼儿园|学院|大学|机关)文件$",
    );
    let said: String = line.chars().filter(|c| !c.is_whitespace()).collect();
    MARK.is_match(&said) && !said.contains("关于")
}

/// `台账(2025年5月)`: the bracket says the period, not the title.
fn without_dated_bracket(title: &str) -> &str {
    let Some(open) = title.rfind(['(', '\u{ff08}']) else {
        return title;
    };
    let bracket: String = title[open..].chars().map(crate::script::narrow).collect();
    let aside =
        bracket.ends_with(')') && (!find(&bracket, &[]).is_empty() || bracket.contains("单位:"));
    if aside && open > 12 {
        title[..open].trim_end()
    } else {
        title
    }
}

/// `某某局关于…的通知` names its issuer.
fn issuer_in_title(title: &str) -> Option<String> {
    let (before, _) = title.split_once("关于")?;
    ORGANISATION
        .is_match(before.trim())
        .then(|| before.trim().to_owned())
}

fn find_annexes(said: &[&str], head: &mut Head) {
    let Some(first) = said.iter().position(|line| ANNEX.is_match(line)) else {
        return;
    };
    let rest = ANNEX
        .find(said[first])
        .map_or("", |m| &said[first][m.end()..]);
    let mut count = entries_in(rest);
    head.used.push(first);
    for (i, line) in said.iter().enumerate().skip(first + 1) {
        let listed = ANNEX_ENTRY.is_match(line)
            && !head.used.contains(&i)
            && crate::dates::find(line, &[]).is_empty();
        if !listed {
            break;
        }
        head.used.push(i);
        count += usize::from(!line.starts_with('('));
    }
    head.annexes = Some(count);
}

/// Entries that stand on the line of the word 附件 itself.
fn entries_in(rest: &str) -> usize {
    if rest.trim().is_empty() {
        return 0;
    }
    let numbered = rest
        .split(|c: char| c.is_whitespace())
        .filter(|w| crate::outline::label(w, &|_| 1).is_some())
        .count();
    numbered.max(1)
}

/// 期间: the days that the title, its bracket or the first paragraph says the document covers.
pub fn period(lines: &[&str], title: Option<&str>, signature: Option<Day>) -> Option<[Day; 2]> {
    let bracket = lines
        .iter()
        .take(40)
        .filter(|l| PERIOD_LINE.is_match(l) && l.chars().count() < 30);
    let mut sources: Vec<(&str, bool)> = bracket.map(|l| (*l, true)).collect();
    sources.extend(title.map(|t| (t, false)));
    let introduction = lines
        .iter()
        .take(14)
        .filter(|l| l.contains("现将") || l.contains("梳理") || l.contains("现就"));
    let near: Vec<(&str, bool)> = introduction.map(|l| (*l, false)).collect();
    sources.extend(near);
    static HEADS_PERIOD: Pattern = Pattern::new(r"(?:活动|实施|开展|行动|起止)时间[::。]?$");
    let under = lines
        .windows(2)
        .filter(|w| HEADS_PERIOD.is_match(w[0]) && w[1].chars().count() < 30);
    sources.extend(under.map(|w| (w[1].trim_end_matches('。'), true)));
    let known = title.and_then(year_in).or(signature.map(Day::year));
    sources
        .into_iter()
        .find_map(|(source, bracket)| period_in(source, bracket, known, signature))
}

static PLAN: Pattern = Pattern::new(
    r"((?:19|20)\d{2})年度?(?:[^年,。]{0,24})(?:计划|要点|安排|任务|重点工作|行事历|清单|责任分解|配档)",
);
static SEMESTER: Pattern = Pattern::new(
    r"(?P<a>20\d{2})\s?(?:—|-|~|至|―|–|─)+\s?(?P<b>20\d{2})\s?学年度?第?(?P<n>[一二12上下])学期|(?P<y>20\d{2})年(?P<s>春|秋)季?学期",
);
static NOT_A_PLAN: Pattern =
    Pattern::new(r"总结|汇报|述职|报告|情况|组织生活会|民主评议|考核结果|通报");
static FOLLOWS_PERIOD: Pattern = Pattern::new(
    r"^[)) ]*(?:份|试行|需要|期间|全(?:县|区|市|系统))?[^,。;]{0,16}(?:工作|任务|计划|安排|清单|要点|重点|试行|行事历|督查)|^[)) ]*$",
);

/// The year of the first date that is written with one.
pub fn year_of_a_date(text: &str) -> Option<i16> {
    static DATED: Pattern = Pattern::new(r"(20\d{2})(?:年\d{1,2}月|[-./]\d{1,2}[-./]\d{1,2})");
    DATED.captures(text).and_then(|c| c[1].parse().ok())
}

/// 学期: September to January, or mid-February to mid-July; schools differ by days.
fn semester(c: &regex::Captures) -> Option<[Day; 2]> {
    let year = |name: &str| c.name(name).and_then(|m| m.as_str().parse::<i16>().ok());
    let first = c.name("n").is_some_and(|n| "一1上".contains(n.as_str()));
    let (from, to) = match (year("a"), year("b"), year("y")) {
        (Some(a), Some(b), _) if first => ((a, 9, 1), (b, 1, 31)),
        (_, Some(b), _) => ((b, 2, 15), (b, 7, 15)),
        (_, _, Some(y)) if c.name("s").is_some_and(|s| s.as_str() == "秋") => {
            ((y, 9, 1), (y + 1, 1, 31))
        }
        (_, _, Some(y)) => ((y, 2, 15), (y, 7, 15)),
        _ => return None,
    };
    Day::new(from.0, from.1, from.2)
        .zip(Day::new(to.0, to.1, to.2))
        .map(|(a, b)| [a, b])
}

/// The first year written in digits.
pub fn year_in(text: &str) -> Option<i16> {
    static YEAR: Pattern = Pattern::new(r"((?:19|20)\d{2})(?:年|[—-]\d{4}学年)");
    YEAR.captures(text).and_then(|c| c[1].parse().ok())
}

fn period_in(
    source: &str,
    bracket: bool,
    year: Option<i16>,
    signature: Option<Day>,
) -> Option<[Day; 2]> {
    let almanac = crate::almanac::Almanac {
        year,
        signature,
        ..Default::default()
    };
    for found in find(source, &[]) {
        let months =
            |p: Point| matches!(p, Point::Month(..) | Point::Quarter(..) | Point::Half(..));
        let whole = months(found.to) && found.from.is_none_or(months);
        let follows = FOLLOWS_PERIOD.is_match(&source[found.range.end..]);
        if !(whole || bracket && found.from.is_some()) || !(bracket || follows) {
            continue;
        }
        if NOT_A_PLAN.is_match(source) && !bracket {
            continue;
        }
        let resolved = almanac.resolve(&found, "");
        let last = resolved.due?;
        let first = match (resolved.window, resolved.days.first()) {
            (_, Some(day)) => day.first_of_month(),
            (Some(window), _) => window[0],
            _ => last.first_of_month(),
        };
        return Some([first.min(last), last]);
    }
    if let Some(c) = SEMESTER.captures(source) {
        return semester(&c);
    }
    let plan = PLAN
        .captures(source)
        .filter(|_| !NOT_A_PLAN.is_match(source))?;
    let year: i16 = plan[1].parse().ok()?;
    let past = signature.is_some_and(|s| s.year() > year);
    let whole = Day::new(year, 1, 1).zip(Day::new(year, 12, 31));
    whole.filter(|_| !past).map(|(a, b)| [a, b])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lines::{Piece, pieces};
    use crate::repair::repair;
    use kernel::document::Document;

    fn read(raw: &str) -> Head {
        let doc = Document::from_text(raw);
        let r = repair(&doc);
        let lines: Vec<Line> = pieces(&doc, &r.text)
            .into_iter()
            .filter_map(|p| {
                if let Piece::Line(l) = p {
                    Some(l)
                } else {
                    None
                }
            })
            .collect();
        head(&r.text, &lines, &r.furniture)
    }

    #[test]
    fn the_parts_of_an_official_document() {
        let h = read(concat!(
            "清教党〔2024〕7号\n清禾县教育局党委\n关于做好四月份党建工作的\n通知\n各党支部:\n现通知如下。\n一、办班。4月底前完成。\n",
            "附件:1.统计表\n2.汇总表\n清禾县教育局党委\n2024年4月2日\n"
        ));
        assert_eq!(h.title.as_deref(), Some("关于做好四月份党建工作的通知"));
        assert_eq!(h.issuer.as_deref(), Some("清禾县教育局党委"));
        assert_eq!(h.number.as_deref(), Some("清教党〔2024〕7号"));
        assert_eq!(h.recipients.as_deref(), Some("各党支部"));
        assert_eq!(
            h.doc_date.map(|d| d.to_string()).as_deref(),
            Some("2024-04-02")
        );
        assert_eq!(h.annexes, Some(2));
    }

    #[test]
    fn periods_are_read_from_title_bracket_and_introduction() {
        let days = |source: &str| {
            period(&[], Some(source), None).map(|p| p.map(|d| d.to_string()).join("/"))
        };
        assert_eq!(
            days("清禾县2024年第二季度党建任务清单").as_deref(),
            Some("2024-04-01/2024-06-30")
        );
        assert_eq!(
            days("2024年党建工作要点").as_deref(),
            Some("2024-01-01/2024-12-31")
        );
        assert_eq!(days("关于召开2022年度组织生活会的通知"), None);
        assert_eq!(
            days("2024年5月份重点工作安排").as_deref(),
            Some("2024-05-01/2024-05-31")
        );
        let bracket = period(&["(2024年3月—4月)"], None, None).map(|p| p[1].to_string());
        assert_eq!(bracket.as_deref(), Some("2024-04-30"));
    }
}
