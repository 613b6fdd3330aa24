//! 分项: the duties that one item holds, each with the date or cadence of its own.

use crate::almanac::{Almanac, Resolved};
use crate::clauses::{sentences, small_clauses};
use crate::dates::{self, Found, Point};
use crate::deadline::{Role, role};
use crate::pattern::Pattern;
use crate::recur::{self, Cadence};
use std::ops::Range;

/// When something is due.
#[derive(Clone, Debug)]
pub enum When {
    /// By a day.
    Date(Found, Resolved, Role),
    /// Again and again.
    Cadence(Cadence),
}

impl When {
    /// Where it is said.
    pub fn range(&self) -> &Range<usize> {
        match self {
            When::Date(found, ..) => &found.range,
            When::Cadence(cadence) => &cadence.range,
        }
    }

    fn is_vague(&self) -> bool {
        match self {
            When::Cadence(c) => {
                c.doubt.is_none() && matches!(c.code.as_str(), "irregular" | "periodic-unspecified")
            }
            When::Date(found, ..) => matches!(found.to, Point::Unclear),
        }
    }
}

/// One duty of an item.
#[derive(Clone, Debug)]
pub struct Duty {
    /// Bytes of the text.
    pub segment: Range<usize>,
    /// Its date or cadence.
    pub when: Option<When>,
}

static AUTHORITY: Pattern = Pattern::new(
    r"^(?:[\p{Han}]{0,8}(?:党组|党委|党工委|工委|党建办|督查组|检查组|考核组|领导小组|组织部|办公室|指导组))(?:将|要|每|适时|不|定|进行|负责|组织|开展|对|于|按)",
);

/// Every deadline and cadence of a text.
pub fn whens(text: &str, almanac: &Almanac, numbered: bool) -> Vec<When> {
    let cadences: Vec<Cadence> = recur::cadences(text)
        .into_iter()
        .filter(|c| is_duty(text, c))
        .collect();
    let taken: Vec<Range<usize>> = recur::cadences(text).into_iter().map(|c| c.range).collect();
    let mut all: Vec<When> = cadences.into_iter().map(When::Cadence).collect();
    for found in dates::find(text, &taken) {
        let role = role(text, &found, numbered);
        if role != Role::No {
            let resolved = almanac.resolve(&found, &text[found.range.clone()]);
            all.push(When::Date(found, resolved, role));
        }
    }
    all.sort_by_key(|w| w.range().start);
    if all.iter().any(|w| !w.is_vague()) {
        all.retain(|w| !w.is_vague());
    }
    all
}

/// Cadences of the issuer's own work, inside titles and in names of things are no duties.
fn is_duty(text: &str, cadence: &Cadence) -> bool {
    let before = &text[..cadence.range.start];
    let said = crate::clauses::after_last(before, &[',', '。', ';', '\n', ':']);
    let clause = &text[before.len() - said.len()..cadence.range.end];
    let rest = &text[cadence.range.end..];
    let quoted = before.matches(['《', '“']).count() > before.matches(['》', '”']).count();
    let named =
        rest.starts_with("报告制度") || rest.starts_with("制度") || rest.starts_with("例会");
    let names_stock = matches!(cadence.code.as_str(), "daily") && rest.starts_with("、零报告");
    let heading = rest.chars().take(12).collect::<String>().contains("制度。");
    !(quoted
        || names_stock
        || heading
        || (named && cadence.code.starts_with("periodic"))
        || AUTHORITY.is_match(clause.trim_start()))
}

/// The day or code two duties are compared by.
fn key(when: &When) -> String {
    match when {
        When::Cadence(c) => format!("{}@{}", c.code, c.range.start),
        When::Date(found, resolved, _) => match resolved.due {
            Some(due) => format!("{due}{:?}{:?}", resolved.days, found.time),
            None => format!("?{}", found.range.start),
        },
    }
}

/// Divides an item into its duties. One date, or one date said twice, makes one duty.
pub fn duties(text: &str, body: &Range<usize>, whens: Vec<When>) -> Vec<Duty> {
    let mut keys: Vec<String> = whens.iter().map(key).collect();
    keys.dedup();
    keys.sort();
    keys.dedup();
    if keys.len() <= 1 {
        let best = whens
            .into_iter()
            .min_by_key(|w| matches!(w, When::Date(_, _, Role::Named)));
        return vec![Duty {
            segment: body.clone(),
            when: best,
        }];
    }
    let mut out = Vec::new();
    let mut whens = merged(whens).into_iter().peekable();
    for sentence in sentences(&text[body.clone()], body.start) {
        let mut here = Vec::new();
        while let Some(when) = whens.next_if(|w| w.range().start < sentence.end) {
            here.push(when);
        }
        if here.is_empty() {
            if has_ratio(&text[sentence.clone()]) {
                out.push(Duty {
                    segment: sentence,
                    when: None,
                });
            } else if let Some(last) = out.last_mut()
                && !crate::evidence::find(&text[sentence.clone()]).is_empty()
            {
                // What is to be kept of a duty belongs to it.
                last.segment.end = sentence.end;
            }
            continue;
        }
        out.extend(in_sentence(text, &sentence, here));
    }
    out
}

/// A date said twice in a row is one.
fn merged(whens: Vec<When>) -> Vec<When> {
    let mut out: Vec<When> = Vec::new();
    for when in whens {
        let again = out
            .last()
            .is_some_and(|last| matches!(when, When::Date(..)) && key(last) == key(&when));
        if !again {
            out.push(when);
        }
    }
    out
}

fn has_ratio(sentence: &str) -> bool {
    static RATIO: Pattern = Pattern::new(
        r"(?:按照?|不低于|不少于)[^。]{0,20}\d+%[^。]{0,12}(?:设立|确定|评选|推荐|建立|配备|落实)",
    );
    RATIO.is_match(sentence)
}

static TRAILING: Pattern = Pattern::new(
    r"^[((,\s]*(?:于|在)?\s*(?:前)?(?:全部|全面|基本)?(?:完成|报送|上报|结束|到位|完毕|落实到位|报)?[。;,!\s))]*$",
);
static CARRIES: Pattern = Pattern::new(
    r"^(?:对|将|把|凡|针对|关于|涉及|属于|需要|能够|不能)|(?:问题|事项|人员|学校|支部|党员|党组织|的|书记|校长|单位|党校|岗)[”’]?,?$",
);

fn in_sentence(text: &str, sentence: &Range<usize>, whens: Vec<When>) -> Vec<Duty> {
    let clauses = small_clauses(&text[sentence.clone()], sentence.start);
    let clause_of = |when: &When| {
        clauses
            .iter()
            .rposition(|c| c.start <= when.range().start)
            .unwrap_or(0)
    };
    let mut starts: Vec<usize> = Vec::new();
    let mut last_clause = None;
    for (i, when) in whens.iter().enumerate() {
        let at = clause_of(when);
        let start = if i == 0 {
            sentence.start
        } else if last_clause == Some(at) {
            when.range().start
        } else {
            let clause = &clauses[at];
            let without = format!(
                "{}{}",
                &text[clause.start..when.range().start],
                &text[when.range().end.min(clause.end)..clause.end]
            );
            let free = last_clause.is_none_or(|l| l + 1 < at);
            let back = free
                && (TRAILING.is_match(&without)
                    || CARRIES.is_match(crate::clauses::bare(&text[clauses[at - 1].clone()])));
            let trailing = free && TRAILING.is_match(&without);
            if trailing {
                last_clause.map_or(sentence.start, |l| clauses[l].end)
            } else if back {
                clauses[at - 1].start
            } else {
                clause.start
            }
        };
        starts.push(start);
        last_clause = Some(at);
    }
    let ends: Vec<usize> = starts
        .iter()
        .skip(1)
        .copied()
        .chain([sentence.end])
        .collect();
    whens
        .into_iter()
        .zip(starts.into_iter().zip(ends))
        .map(|(when, (start, end))| Duty {
            segment: start..end,
            when: Some(when),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(text: &str) -> Vec<String> {
        let signed = "2023-03-01".parse().unwrap();
        let almanac = Almanac {
            year: Some(2023),
            signature: Some(signed),
            ..Almanac::default()
        };
        let whens = whens(text, &almanac, true);
        duties(text, &(0..text.len()), whens)
            .into_iter()
            .map(|d| text[d.segment].to_owned())
            .collect()
    }

    #[test]
    fn one_date_is_one_duty() {
        assert_eq!(
            parts("3月底前完成学习,留存记录。4月的会另行通知。").len(),
            1
        );
        assert_eq!(
            parts("各支部要在3月底前开展谈话,3月底前报送台账。").len(),
            1
        );
    }

    #[test]
    fn several_dates_are_several_duties() {
        let said = parts("各支部要于4月10日前完成采集,4月20日前完成比对,4月底前形成报告。");
        assert_eq!(
            said,
            [
                "各支部要于4月10日前完成采集,",
                "4月20日前完成比对,",
                "4月底前形成报告。"
            ]
        );
        let said = parts("梳理问题,建立台账,3月中旬完成;撰写总结,4月底前上报。");
        assert_eq!(said.len(), 2);
        let said = parts(
            "制度(大会每季度召开1次,支委会每月召开1次),每季度第一个月5日前上报计划表,会前3日上报审核表。",
        );
        assert_eq!(said.len(), 4);
    }

    #[test]
    fn the_issuer_s_own_rhythm_is_no_duty() {
        assert_eq!(parts("3月底前完成整改,学院党委每周调度一次。").len(), 1);
    }
}
