//! 分别为: names in a row, then their figures in the same order.

use crate::figures::Placed;
use crate::identities::{is_partition, same_unit, sum_of};
use crate::pattern::Pattern;
use crate::reading::Identity;
use crate::text::Text;
use std::ops::Range;

static ROW: Pattern = Pattern::new(
    r"(?P<names>[^,。;:、\d\n]{1,12}(?:(?:、|和|及|以及)[^,。;:、和及\d\n]{1,12})+?)分别(?:为|是|有|达到|达)",
);
static JOINS: Pattern = Pattern::new(r"、|以及|和|及");

/// Names of a row and the figures that answer them, by index.
struct Row<'t> {
    names: Vec<&'t str>,
    figures: Range<usize>,
}

/// Rows of a stretch of the text that have as many figures as names.
fn rows<'t>(text: &'t Text, range: &Range<usize>, placed: &[Placed]) -> Vec<Row<'t>> {
    let said = text.at(range);
    let mut out = Vec::new();
    for c in ROW.captures_all(said) {
        let (Some(whole), Some(names)) = (c.get(0), c.name("names")) else {
            continue;
        };
        let mut list: Vec<&str> = Vec::new();
        let mut start = 0;
        for join in JOINS.find_all(names.as_str()) {
            list.push(&names.as_str()[start..join.start()]);
            start = join.end();
        }
        list.push(&names.as_str()[start..]);
        let from = range.start + whole.end();
        let sentence = said[whole.end()..].find(['。', ';', '\n']);
        let to = sentence.map_or(range.end, |at| from + at);
        let first = placed.iter().position(|p| p.range.start >= from);
        let Some(first) = first else { continue };
        let figures = first..first + list.len();
        if placed
            .get(figures.end - 1)
            .is_some_and(|p| p.range.end <= to)
        {
            out.push(Row {
                names: list,
                figures,
            });
        }
    }
    out
}

/// Gives each figure of a row the name it belongs to.
pub fn name(text: &Text, range: &Range<usize>, placed: &mut [Placed]) {
    for row in rows(text, range, placed) {
        let noun = noun(&row, placed);
        for (name, i) in row.names.iter().zip(row.figures.clone()) {
            let own = name.strip_suffix(noun.as_str()).unwrap_or(name);
            let own = if own.is_empty() { name } else { own };
            placed[i].figure.label = own.to_owned();
        }
    }
}

/// `党支部97个,高中、小学党支部分别为…`: what the row divides.
fn noun(row: &Row, placed: &[Placed]) -> String {
    let before = row.figures.start.checked_sub(1);
    let label = before.map_or("", |i| placed[i].figure.label.as_str());
    let shared = row.names.last().is_some_and(|n| n.ends_with(label));
    if shared {
        label.to_owned()
    } else {
        String::new()
    }
}

/// Sums of the rows that divide the figure before them.
pub fn sums(text: &Text, range: &Range<usize>, placed: &[Placed]) -> Vec<Identity> {
    let mut out = Vec::new();
    for row in rows(text, range, placed) {
        if row.figures.start == 0 || noun(&row, placed).is_empty() {
            continue;
        }
        let total = &placed[row.figures.start - 1];
        let parts = &placed[row.figures.clone()];
        let values: Vec<f64> = parts.iter().filter_map(|p| p.figure.value).collect();
        let alike = parts
            .iter()
            .all(|p| same_unit(&total.figure.unit, &p.figure.unit));
        let whole = values.len() == parts.len() && alike;
        let Some(value) = total
            .figure
            .value
            .filter(|v| whole && is_partition(*v, &values))
        else {
            continue;
        };
        let end = parts.last().map_or(total.range.end, |p| p.range.end);
        let span = text.span(&(total.range.start..end));
        out.push(sum_of(value, &values, true, &total.figure.label, span));
    }
    out
}
