//! 任务标题: a heading where the document gives one, else the duty itself without its date and
//! subject.

use crate::clauses::{bare, clauses, small_clauses};
use crate::pattern::Pattern;
use crate::script::narrow;
use std::ops::Range;

static LEAD: Pattern = Pattern::new(
    r"^(?:同时|另外|此外|其中|并|且|还|均|都|一般|原则上|要求|确保|务必|必须|应当|应|要|须|需|请|分别|各自|按时|及时|前|内|,|:|\s|\()+",
);
static TRAIL: Pattern =
    Pattern::new(r"(?:务必|必须|应当|应|要|须|需|请|均|都|于|在|自|从|每|一般|原则上|,|:|\(|\s)+$");
static OBJECT: Pattern = Pattern::new(
    r"^(?:对|将|把|凡|涉及|关于|针对|能够|需要|属于|不能|符合|未|已|新|因|由于)|(?:问题|事项|项目|人员|学校|支部|党员|的|项|类|名单|资料|材料|表)$",
);
static ADVERBIAL: Pattern = Pattern::new(
    r"^(?:以|按照|按|根据|围绕|结合|通过|依托|针对|在|随着|遵循|本着|坚持)[^,]*(?:,|:)$",
);
static EMPTY_VERB: Pattern = Pattern::new(
    r"^(?:前|之前|内)?(?:全部|全面|基本)?(?:完成|报送|上报|结束|到位|补齐|销号|完毕|落实|报|交|按照?(?:有关|相关)?(?:要求|规定)?)?$",
);
const LONGEST: usize = 42;

/// The first stop outside brackets and quotation marks.
fn heading_end(content: &str) -> Option<usize> {
    let mut depth = 0i32;
    for (i, c) in content.char_indices().take(90) {
        match c {
            '(' | '《' | '“' => depth += 1,
            ')' | '》' | '”' => depth -= 1,
            '\n' => return Some(i),
            '。' | ':' if depth <= 0 => return Some(i),
            _ => {}
        }
    }
    None
}

/// The heading at the begin of an item, and where the text after it begins.
pub fn heading(content: &str) -> Option<(Range<usize>, usize)> {
    let end = heading_end(content)?;
    let after = end + content[end..].chars().next().map_or(1, char::len_utf8);
    let said = &content[..end];
    let rest = content[after..].trim();
    let count = said.chars().count();
    let open = said.matches(['(', '《', '“']).count() > said.matches([')', '》', '”']).count();
    let bracket = said.find('(').unwrap_or(said.len());
    let dated = !crate::dates::find(&said[..bracket], &[]).is_empty()
        || !crate::recur::cadences(&said[..bracket]).is_empty();
    let is_heading = (if content[end..].starts_with(':') {
        4..=40
    } else {
        2..=60
    })
    .contains(&count)
        && !rest.is_empty()
        && !open
        && said[..bracket].chars().count() <= 40
        && !(dated && said.contains(','));
    (is_heading && !(dated && bracket == said.len())).then_some((0..end, after))
}

/// A heading without the date in its bracket.
pub fn without_bracket(said: &str) -> String {
    let said = bare(said);
    let open = said.find(|c| narrow(c) == '(');
    let close = said.ends_with(|c| narrow(c) == ')');
    match open {
        Some(open) if close && open > 0 && dated(&said[open..]) => bare(&said[..open]).to_owned(),
        _ => said.to_owned(),
    }
}

fn dated(bracket: &str) -> bool {
    let narrow: String = bracket.chars().map(crate::script::narrow).collect();
    let responsible =
        narrow.contains("责任") || narrow.contains("牵头") || narrow.contains("完成时");
    responsible
        || !crate::dates::find(&narrow, &[]).is_empty()
        || !crate::recur::cadences(&narrow).is_empty()
}

/// What is left of a clause without the ranges in `without`, in pieces.
fn left(clause: &Range<usize>, without: &[Range<usize>]) -> Vec<Range<usize>> {
    let mut out = Vec::new();
    let mut at = clause.start;
    let mut cuts: Vec<&Range<usize>> = without
        .iter()
        .filter(|r| r.start < clause.end && clause.start < r.end)
        .collect();
    cuts.sort_by_key(|r| r.start);
    for cut in cuts {
        if cut.start > at {
            out.push(at..cut.start);
        }
        at = at.max(cut.end);
    }
    if at < clause.end {
        out.push(at..clause.end);
    }
    out
}

fn stripped(text: &str, mut range: Range<usize>) -> Option<Range<usize>> {
    let said = &text[range.clone()];
    let kept = bare(said);
    range.start += said.find(kept).unwrap_or(0);
    range.end = range.start + kept.len();
    if let Some(m) = LEAD.find(&text[range.clone()]) {
        range.start += m.end();
    }
    if let Some(m) = TRAIL.find(&text[range.clone()]) {
        range.end = range.start + m.start();
    }
    let said = &text[range.clone()];
    let balanced = said.matches('(').count() == said.matches(')').count();
    let said = if balanced {
        said
    } else {
        said.trim_matches(['(', ')'])
    };
    let start = range.start + text[range.clone()].find(said).unwrap_or(0);
    (!said.is_empty()).then(|| start..start + said.len())
}

/// The words of a duty: pieces of `text` to be shown one after the other, with the given separator
/// before each. `moment` is its date; `subject` whom it names.
pub fn of_duty(
    text: &str,
    segment: &Range<usize>,
    moment: Option<&Range<usize>>,
    subject: Option<&Range<usize>>,
) -> Vec<(&'static str, Range<usize>)> {
    let said = &text[segment.clone()];
    let before = moment.map_or("", |m| text.get(segment.start..m.start).unwrap_or(""));
    let in_bracket = before.matches(['(', '<']).count() > before.matches([')', '>']).count();
    let clauses = if in_bracket {
        small_clauses(said, segment.start)
    } else {
        clauses(said, segment.start)
    };
    let holds = |c: &Range<usize>, r: &Range<usize>| c.start < r.end && r.start < c.end;
    let adverbial = |c: &Range<usize>| ADVERBIAL.is_match(text[c.clone()].trim());
    let first = clauses.iter().position(|c| !adverbial(c)).unwrap_or(0);
    let at = moment
        .and_then(|m| clauses.iter().position(|c| holds(c, m)))
        .unwrap_or(first);
    let mut without: Vec<Range<usize>> = moment.into_iter().cloned().collect();
    let starts_duty = |s: &&Range<usize>| !text[..s.start].ends_with(['将', '把', '对']);
    without.extend(subject.filter(starts_duty).cloned());
    let pieces = |i: usize| -> Vec<Range<usize>> {
        clauses
            .get(i)
            .map(|c| {
                left(c, &without)
                    .into_iter()
                    .filter_map(|r| stripped(text, r))
                    .collect()
            })
            .unwrap_or_default()
    };
    let length = |ranges: &[Range<usize>]| {
        ranges
            .iter()
            .map(|r| text[r.clone()].chars().count())
            .sum::<usize>()
    };
    let own = pieces(at);
    let weak = own.iter().all(|r| EMPTY_VERB.is_match(&text[r.clone()]));
    let before = if at > 0 { pieces(at - 1) } else { Vec::new() };
    let mut out: Vec<(&'static str, Range<usize>)> = Vec::new();
    if own.is_empty() {
        let next = (at + 1..clauses.len()).map(pieces).find(|p| length(p) > 1);
        out.extend(next.unwrap_or(before).into_iter().map(|r| ("", r)));
    } else if weak && !before.is_empty() {
        out.extend(before.into_iter().map(|r| ("", r)));
        let objects = out.iter().all(|(_, r)| OBJECT.is_match(&text[r.clone()]));
        out.extend(own.into_iter().filter(|_| objects).map(|r| (",", r)));
    } else {
        let object =
            length(&before) <= 24 && before.iter().any(|r| OBJECT.is_match(&text[r.clone()]));
        if object && moment.is_some() {
            out.extend(before.into_iter().map(|r| ("", r)));
        }
        let joined = !out.is_empty();
        out.extend(
            own.into_iter()
                .enumerate()
                .map(|(i, r)| (if joined && i == 0 { "," } else { "" }, r)),
        );
    }
    if out.is_empty() {
        out.extend(subject.cloned().map(|r| ("", r)));
    }
    out
}

/// Cuts a title that is too long, at a comma where there is one.
pub fn shortened(title: &str) -> String {
    let title = bare(title).trim_end_matches(|c| narrow(c) == '(');
    let aside = title.rfind(|c| narrow(c) == '<').filter(|i| *i > 6);
    let aside = aside.filter(|_| title.ends_with(|c| narrow(c) == '>'));
    let title = bare(aside.map_or(title, |i| &title[..i])).to_owned();
    if title.chars().count() <= LONGEST {
        return title;
    }
    let head: String = title.chars().take(LONGEST).collect();
    match head.rfind(|c| ",、;".contains(narrow(c))) {
        Some(cut) if head[..cut].chars().count() > 10 => head[..cut].to_owned(),
        _ => head + "…",
    }
}

/// The quoted name in a long title of a part, with its verb or the noun after it where they stay
/// short: `按期轮流上好“党员教师汇报课”并…` → `“党员教师汇报课”`.
pub fn quoted(title: &str) -> Option<String> {
    const SHORT: usize = 14;
    static QUOTED: Pattern = Pattern::new(
        r"(?P<verb>(?:开展|举办|组织|召开|完成|参加|上好|讲好|做好|评选|推进|落实|建立|创建|推荐|申报|设立)(?:好|了)?\d{0,2}[次期场节个]?)?(?P<name>“[^“”]{4,12}”)(?P<noun>(?:主题|专题|系列)?(?:活动|行动|工程|制度|课程|台账|评选|培训班|品牌|竞赛|大讲堂|党日))?",
    );
    if title.chars().count() <= SHORT {
        return None;
    }
    let c = QUOTED.captures(title)?;
    let part = |name: &str| c.name(name).map_or("", |m| m.as_str());
    let (verb, name, noun) = (part("verb"), part("name"), part("noun"));
    let tries = [
        format!("{verb}{name}{noun}"),
        format!("{name}{noun}"),
        name.to_owned(),
    ];
    tries.into_iter().find(|t| t.chars().count() <= SHORT)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn duty(text: &str) -> String {
        let found = crate::dates::find(text, &[]);
        let subject = crate::targets::find(text).map(|f| f.range);
        let moment = found.first().map(|f| &f.range);
        of_duty(text, &(0..text.len()), moment, subject.as_ref())
            .into_iter()
            .map(|(s, r)| format!("{s}{}", &text[r]))
            .collect()
    }

    #[test]
    fn titles_of_duties() {
        let cases = [
            (
                "各党组织书记要于6月5日前把党课题目报局机关党委",
                "把党课题目报局机关党委",
            ),
            (
                "12月20日17:00前,各党支部将评议结果汇总表报局党委。",
                "将评议结果汇总表报局党委",
            ),
            (
                "操作员名单3月20日前报局组织人事股;",
                "操作员名单报局组织人事股",
            ),
            (
                "对系统提示的错漏项,5月15日前补齐;",
                "对系统提示的错漏项,补齐",
            ),
            (
                "能够马上改的,5月底前全部销号,更新整改台账;",
                "能够马上改的,全部销号",
            ),
            (
                "云岭中学、河东小学要继续做好站点管理,配合验收。",
                "继续做好站点管理",
            ),
        ];
        for (text, expected) in cases {
            assert_eq!(duty(text), expected, "{text}");
        }
    }

    #[test]
    fn a_long_part_is_called_by_the_name_it_quotes() {
        let said = |t: &str| quoted(t).unwrap_or_default();
        assert_eq!(
            said("组织骨干教师到教学点轮流展示“党员教师汇报课”并集体评议"),
            "“党员教师汇报课”"
        );
        assert_eq!(
            said("在全体党员中广泛开展“亮身份”以外的“书香支部”活动和交流"),
            "“书香支部”活动"
        );
        assert_eq!(said("开展“书香支部”活动"), "");
        assert_eq!(said("把党课题目和讲稿的初稿一并报局机关党委审定"), "");
    }

    #[test]
    fn headings_end_where_the_text_begins() {
        let text = "开展自查。各支部5月底前完成。";
        assert_eq!(heading(text).map(|(r, _)| &text[r]), Some("开展自查"));
        assert_eq!(heading("各支部5月底前完成自查,建立台账。"), None);
        assert_eq!(without_bracket("学习阶段(5月7日—5月18日)"), "学习阶段");
    }
}
