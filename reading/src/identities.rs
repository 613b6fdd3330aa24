//! 勾稽关系: sums and shares that a text states, checked; and figures that disagree.

use crate::figures::Placed;
use crate::pattern::Pattern;
use crate::reading::{Identity, Span};
use crate::text::Text;

static PART_OF: Pattern = Pattern::new(r"其中");
static AMONG: Pattern = Pattern::new(r"^[^,。;\d]{1,16}(?:中|当中|里),?$");
static TOTAL_AFTER: Pattern = Pattern::new(r"[,、;](?:共|合计|共计|总计|共有)[^,。;\d]{0,12}$");
static SENTENCE_END: Pattern = Pattern::new(r"[。;!?\n]");

pub(crate) fn same_unit(a: &str, b: &str) -> bool {
    let class = |u: &str| {
        if matches!(u, "人" | "名" | "位") {
            "人".to_owned()
        } else {
            u.to_owned()
        }
    };
    class(a) == class(b)
}

fn shown(value: f64) -> String {
    if (value - value.round()).abs() < 1e-9 {
        format!("{}", value.round())
    } else {
        format!("{value}")
    }
}

pub(crate) fn sum_of(total: f64, parts: &[f64], stated: bool, label: &str, span: Span) -> Identity {
    let computed = (parts.iter().sum::<f64>() * 1e6).round() / 1e6;
    let terms: Vec<String> = parts.iter().map(|p| shown(*p)).collect();
    Identity {
        expr: format!("{} = {}", shown(total), terms.join("+")),
        holds: (total - computed).abs() < 1e-6,
        stated,
        computed,
        label: label.to_owned(),
        span,
    }
}

/// Parts that do not come near the total are a selection (`其中女党员5名,35岁以下8名`), not a sum.
pub(crate) fn is_partition(total: f64, parts: &[f64]) -> bool {
    let sum: f64 = parts.iter().sum();
    parts.len() >= 2 && sum >= total * 0.85 && sum <= total * 1.15
}

/// Sums stated in prose: `其中…`, `58个支部中,…`, `…,共65个`.
pub fn in_prose(text: &Text, placed: &[Placed]) -> Vec<Identity> {
    let mut out = Vec::new();
    for (i, total) in placed.iter().enumerate() {
        let Some(value) = total.figure.value.filter(|_| total.figure.role.is_none()) else {
            continue;
        };
        let Some(next) = placed.get(i + 1) else {
            continue;
        };
        let between = text.at(&(total.range.end..next.range.start));
        let part_of = PART_OF.is_match(between) && between.chars().count() < 60;
        let among = AMONG
            .captures(between.split(',').next().map_or("", |b| b))
            .is_some()
            && !part_of
            || between
                .split_inclusive(',')
                .next()
                .is_some_and(|b| AMONG.is_match(b));
        if !part_of && !among {
            continue;
        }
        let parts = parts_after(text, placed, i, among);
        let values: Vec<f64> = parts.iter().filter_map(|p| p.figure.value).collect();
        if values.len() < parts.len() || !is_partition(value, &values) {
            continue;
        }
        let end = parts.last().map_or(total.range.end, |p| p.range.end);
        let span = text.span(&(total.range.start..end));
        out.push(sum_of(value, &values, true, &total.figure.label, span));
    }
    out.extend(totals_after(text, placed));
    out
}

/// The figures that follow a total, up to the sentence's end or a change of unit.
fn parts_after<'p>(
    text: &Text,
    placed: &'p [Placed],
    total: usize,
    among: bool,
) -> Vec<&'p Placed> {
    let mut out: Vec<&Placed> = Vec::new();
    let mut last = &placed[total];
    for (n, part) in placed[total + 1..].iter().enumerate() {
        let between = text.at(&(last.range.end..part.range.start));
        let ended = SENTENCE_END.is_match(between) && !(n == 0 && between.contains("其中"));
        let nested = n > 0 && PART_OF.is_match(between);
        let reference = out
            .first()
            .map_or(&placed[total].figure.unit, |p| &p.figure.unit);
        let unit = same_unit(reference, &part.figure.unit) || (among && n == 0);
        if ended || nested || !unit || part.figure.role.is_some() {
            break;
        }
        out.push(part);
        last = part;
    }
    out
}

/// `党委1个,党总支6个,党支部58个,共65个`
fn totals_after(text: &Text, placed: &[Placed]) -> Vec<Identity> {
    let mut out = Vec::new();
    for (i, total) in placed.iter().enumerate().skip(2) {
        let Some(value) = total.figure.value else {
            continue;
        };
        let before = text.at(&(placed[i - 1].range.end..total.range.start));
        if !TOTAL_AFTER.is_match(before) || SENTENCE_END.is_match(before) {
            continue;
        }
        let mut parts: Vec<&Placed> = Vec::new();
        let mut right = total;
        let mut exact = false;
        for part in placed[..i].iter().rev() {
            let between = text.at(&(part.range.end..right.range.start));
            if SENTENCE_END.is_match(between) || !same_unit(&part.figure.unit, &total.figure.unit) {
                break;
            }
            parts.insert(0, part);
            right = part;
            let sum: f64 = parts.iter().filter_map(|p| p.figure.value).sum();
            exact = parts.len() >= 2 && (sum - value).abs() < 1e-6;
            if exact {
                break;
            }
        }
        let values: Vec<f64> = parts.iter().filter_map(|p| p.figure.value).collect();
        if values.len() == parts.len() && (exact || is_partition(value, &values)) {
            let span = text.span(&(parts[0].range.start..total.range.end));
            out.push(sum_of(value, &values, true, &total.figure.label, span));
        }
    }
    out
}

/// `按性别分:男1290名,女1897名`: the parts of a total that was given before.
pub fn by_attribute(text: &Text, placed: &[Placed]) -> Vec<Identity> {
    static DIVIDED: Pattern = Pattern::new(r"按[\p{Han}]{2,6}(?:分|划分|来看|看)[::,]");
    let mut out = Vec::new();
    for m in DIVIDED.find_all(text.as_str()) {
        let Some(first) = placed.iter().position(|p| p.range.start >= m.end()) else {
            continue;
        };
        let near = text.at(&(m.end()..placed[first].range.start));
        if first == 0 || SENTENCE_END.is_match(near) {
            continue;
        }
        let mut parts = vec![&placed[first]];
        parts.extend(
            parts_after(text, placed, first, false)
                .into_iter()
                .filter(|p| p.figure.role.is_none()),
        );
        let values: Vec<f64> = parts.iter().filter_map(|p| p.figure.value).collect();
        let unit = &placed[first].figure.unit;
        let sum: f64 = values.iter().sum();
        let before = placed[..first]
            .iter()
            .rev()
            .filter(|p| same_unit(&p.figure.unit, unit));
        let before: Vec<&Placed> = before.filter(|p| p.figure.role.is_none()).collect();
        let equal = before.iter().find(|p| p.figure.value == Some(sum));
        let close = before
            .iter()
            .find(|p| p.figure.value.is_some_and(|v| is_partition(v, &values)));
        let Some(total) = equal.or(close) else {
            continue;
        };
        let Some(value) = total.figure.value.filter(|_| values.len() >= 2) else {
            continue;
        };
        let end = parts.last().map_or(m.end(), |p| p.range.end);
        out.push(sum_of(
            value,
            &values,
            true,
            &total.figure.label,
            text.span(&(m.start()..end)),
        ));
    }
    out
}

/// The total row of a table.
pub fn column_sum(total: f64, parts: &[f64], header: &str, span: Span) -> Option<Identity> {
    (parts.len() >= 2).then(|| sum_of(total, parts, true, header, span))
}

static SHARE: Pattern = Pattern::new(
    r"占(?:全县|全区|全市|全校|全部|总|本校)?(?P<base>[^,。;\d]{0,16}?)(?:总数|总人数|人数)?的?\s*$",
);

/// `党员270人,占专任教师的28%`, `占教职工总数3575人的40%`, `女党员815名,占57%`.
pub fn shares(text: &Text, placed: &[Placed]) -> Vec<Identity> {
    let mut out = Vec::new();
    for (i, share) in placed.iter().enumerate().skip(1) {
        let (Some(percent), "%") = (share.figure.value, share.figure.unit.as_str()) else {
            continue;
        };
        let before = &placed[i - 1];
        let between = text.at(&(before.range.end..share.range.start));
        if SENTENCE_END.is_match(between) {
            continue;
        }
        let found = if between == "的" {
            share_of_figure(text, placed, i - 1, percent)
        } else if let Some(c) = SHARE.captures(between) {
            let base = c["base"].trim_end_matches('的').to_owned();
            share_of_label(placed, before, &base, percent)
        } else {
            None
        };
        let Some((part, whole)) = found else { continue };
        let (Some(p), Some(w)) = (part.figure.value, whole.figure.value) else {
            continue;
        };
        let computed = (p / w * 10_000.0).round() / 100.0;
        out.push(Identity {
            expr: format!("{}% = {}÷{}", shown(percent), shown(p), shown(w)),
            holds: rounds_to(computed, percent),
            stated: true,
            computed,
            label: format!("{}占{}", part.figure.label, whole.figure.label),
            span: text.span(&(part.range.start.min(whole.range.start)..share.range.end)),
        });
    }
    out
}

/// The base is named, or left to be understood: then the part's label ends in its label.
fn share_of_label<'p>(
    placed: &'p [Placed],
    part: &'p Placed,
    base: &str,
    percent: f64,
) -> Option<(&'p Placed, &'p Placed)> {
    let value = part.figure.value?;
    let alike = |p: &Placed| match base {
        "" if part.figure.label != p.figure.label
            && part.figure.label.ends_with(&p.figure.label) =>
        {
            2
        }
        "" => 0,
        base => common(&p.figure.label, base),
    };
    let fits = |p: &Placed| {
        p.figure
            .value
            .is_some_and(|v| rounds_to(value / v * 100.0, percent))
    };
    let mut bases: Vec<(usize, &Placed)> = placed
        .iter()
        .filter(|p| same_unit(&p.figure.unit, &part.figure.unit))
        .filter(|p| {
            p.figure.role.is_none() && p.figure.value.is_some_and(|v| v >= value && v > 0.0)
        })
        .map(|p| (alike(p), p))
        .filter(|(n, _)| *n >= 2)
        .collect();
    bases.sort_by_key(|(n, p)| (std::cmp::Reverse(fits(p)), std::cmp::Reverse(*n)));
    bases.first().map(|(_, whole)| (part, *whole))
}

/// The base is a figure itself, right before the share.
fn share_of_figure<'p>(
    text: &Text,
    placed: &'p [Placed],
    base: usize,
    percent: f64,
) -> Option<(&'p Placed, &'p Placed)> {
    let whole = &placed[base];
    let value = whole.figure.value.filter(|v| *v > 0.0)?;
    let near: Vec<&Placed> = placed[..base]
        .iter()
        .rev()
        .take_while(|p| !SENTENCE_END.is_match(text.at(&(p.range.end..whole.range.start))))
        .filter(|p| same_unit(&p.figure.unit, &whole.figure.unit) && p.figure.value.is_some())
        .collect();
    let fits = |p: &&&Placed| {
        p.figure
            .value
            .is_some_and(|v| rounds_to(v / value * 100.0, percent))
    };
    near.iter()
        .find(fits)
        .or(near.first())
        .map(|part| (*part, whole))
}

fn rounds_to(computed: f64, said: f64) -> bool {
    let step = if said.fract() == 0.0 {
        0.5
    } else if (said * 10.0).fract().abs() < 1e-9 {
        0.05
    } else {
        0.005
    };
    (computed - said).abs() <= step + 1e-9
}

fn common(a: &str, b: &str) -> usize {
    b.chars().filter(|c| a.contains(*c)).count()
}

/// The same thing counted twice with different results: a total that stands apart from the sum of
/// its parts given elsewhere (`23个党支部` … `22个学校党支部中,…`).
pub fn conflicts(text: &Text, placed: &[Placed], sums: &[Identity]) -> Vec<Identity> {
    let mut out: Vec<Identity> = Vec::new();
    for sum in sums
        .iter()
        .filter(|s| s.holds && s.stated && s.expr.contains('+'))
    {
        for other in placed {
            let figure = &other.figure;
            let Some(value) = figure.value.filter(|_| figure.role.is_none()) else {
                continue;
            };
            let apart = figure.span[1] <= sum.span[0] || figure.span[0] >= sum.span[1];
            let same = figure.label.chars().count() >= 3
                && (sum.label == figure.label
                    || sum.label.ends_with(&figure.label)
                    || figure.label.ends_with(&sum.label));
            let near = value != sum.computed && (value - sum.computed).abs() <= sum.computed * 0.25;
            let known = out
                .iter()
                .any(|o| o.computed == sum.computed && o.expr.starts_with(&shown(value)));
            if apart && same && near && !known && is_total(text, other) {
                let right = sum.expr.split_once(" = ").map_or("", |(_, r)| r);
                out.push(Identity {
                    expr: format!("{} = {right}", shown(value)),
                    holds: false,
                    stated: false,
                    computed: sum.computed,
                    label: figure.label.clone(),
                    span: figure.span,
                });
            }
        }
    }
    out
}

/// A count of everything there is, not of some.
fn is_total(text: &Text, placed: &Placed) -> bool {
    static TOTAL: Pattern = Pattern::new(r"(?:现有|共有|共|有|总计|合计)[^,。;]{0,10}$");
    let start = placed.range.start.saturating_sub(60);
    let start = (start..placed.range.start)
        .find(|i| text.as_str().is_char_boundary(*i))
        .unwrap_or(placed.range.start);
    TOTAL.is_match(text.at(&(start..placed.range.start)))
}

/// Words for the identities that do not hold.
pub fn warnings(found: &[Identity]) -> Vec<String> {
    found
        .iter()
        .filter(|i| !i.holds)
        .map(|i| {
            let (left, right) = i.expr.split_once(" = ").unwrap_or((i.expr.as_str(), ""));
            format!(
                "{}前后不符:文中为{left},按{right}计为{}",
                i.label,
                shown(i.computed)
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figures::prose;
    use crate::repair::repair;
    use kernel::document::Document;

    fn check(raw: &str) -> Vec<(String, bool)> {
        let text = repair(&Document::from_text(raw)).text;
        let placed = prose(&text, &(0..text.as_str().len()));
        let mut found = in_prose(&text, &placed);
        found.extend(shares(&text, &placed));
        found.extend(conflicts(&text, &placed, &found));
        found.into_iter().map(|i| (i.expr, i.holds)).collect()
    }

    #[test]
    fn stated_sums_are_checked() {
        let said = check("学校64所,其中:高中4所,初中11所,九年一贯制学校6所,小学43所;幼儿园27所。");
        assert_eq!(said, [("64 = 4+11+6+43".to_owned(), true)]);
        assert_eq!(
            check("党员1286名,其中在职党员1014名,离退休党员262名。"),
            [("1286 = 1014+262".to_owned(), false)]
        );
        assert!(
            check("党员50人,其中女党员20人,少数民族党员3人。").is_empty(),
            "a selection is no sum"
        );
        assert_eq!(
            check("有党委1个,党总支6个,党支部58个,共有党组织65个。"),
            [("65 = 1+6+58".to_owned(), true)]
        );
    }

    #[test]
    fn shares_and_disagreements() {
        let said = check("专任教师962人。党员270人,占全县专任教职工的28%。");
        assert_eq!(said, [("28% = 270÷962".to_owned(), true)]);
        let said = check("党员1430名(含预备党员32名),占教职工总数3575人的40%。女党员815名,占50%。");
        let expected = [
            ("40% = 1430÷3575".to_owned(), true),
            ("50% = 815÷1430".to_owned(), false),
        ];
        assert_eq!(said, expected);
        let said = check(
            "全县现有23个党支部。在22个学校党支部中,2个党支部配备专职书记,18个党支部由校长兼任书记,2个党支部由教师任书记。",
        );
        assert_eq!(
            said,
            [
                ("22 = 2+18+2".to_owned(), true),
                ("23 = 2+18+2".to_owned(), false)
            ]
        );
    }
}
