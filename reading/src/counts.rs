//! 统计表: figures of tables that count things, with their column and row sums.

use crate::clauses::bare;
use crate::figures::{Placed, prose};
use crate::identities;
use crate::pattern::Pattern;
use crate::reading::{Figure, Identity};
use crate::tables::{Column, Grid, Row};
use crate::text::Text;
use std::ops::Range;

static TOTAL: Pattern = Pattern::new(r"^(?:合计|总计|共计|小计|总数)$");

/// Whether a table counts things: it has columns of numbers and sets no tasks.
pub fn holds_counts(grid: &Grid) -> bool {
    grid.columns.contains(&Column::Count) && !sets_tasks(grid)
}

fn sets_tasks(grid: &Grid) -> bool {
    let tasks = [Column::Due, Column::Evidence, Column::Rank];
    grid.columns.iter().any(|c| tasks.contains(c))
}

fn cell<'t>(text: &'t Text, row: &Row, index: usize) -> Option<(&'t str, Range<usize>)> {
    let cell = row.cells.get(index)?.as_ref()?;
    Some((text.at(&cell.range), cell.range.clone()))
}

/// A plain number, or one with its unit (`47所`).
pub fn number_in(said: &str) -> Option<(f64, String)> {
    static CELL: Pattern = Pattern::new(r"^(?P<n>\d[\d,]*(?:\.\d+)?) ?(?P<u>[\p{Han}%]{0,3})$");
    let c = CELL.captures(said.trim())?;
    if matches!(&c["u"], "年" | "月" | "日" | "年度" | "学年") {
        return None;
    }
    let value = c["n"].replace(',', "").parse().ok()?;
    Some((value, c["u"].to_owned()))
}

/// `党员(名)`: the name and its unit.
fn header_of(header: &str) -> (String, Option<String>) {
    match header.split_once('(') {
        Some((name, rest)) => {
            let unit = rest
                .trim_end_matches(')')
                .trim_start_matches("单位:")
                .to_owned();
            (
                bare(name).to_owned(),
                Some(unit).filter(|u| u.chars().count() <= 3),
            )
        }
        None => (bare(header).to_owned(), None),
    }
}

/// What the header adds to a row's name: nothing when it is a year or only says 数量.
fn adds(header: &str) -> bool {
    static SAYS_NOTHING: Pattern = Pattern::new(
        r"^(?:数量|人数|个数|总数|数值|数据|数|(?:19|20)\d{2}年?度?|本年|上年|今年|去年|本期|上期)$",
    );
    !SAYS_NOTHING.is_match(header)
}

/// Figures and sums of a table. `unit` is the one its title names for all of it.
pub fn read(text: &Text, grid: &Grid, unit: Option<&str>) -> (Vec<Placed>, Vec<Identity>) {
    let (mut out, mut sums) = (Vec::new(), Vec::new());
    if sets_tasks(grid) || !grid.columns.contains(&Column::Count) {
        return (out, sums);
    }
    let named = grid
        .columns
        .iter()
        .position(|c| !matches!(c, Column::Number | Column::Count | Column::Unit));
    let units = grid.columns.iter().position(|c| *c == Column::Unit);
    let mut columns: Vec<(usize, Vec<f64>)> = Vec::new();
    columns.extend(
        (0..grid.columns.len())
            .filter(|i| grid.columns[*i] == Column::Count)
            .map(|i| (i, Vec::new())),
    );
    for row in &grid.rows {
        let name = named.and_then(|i| cell(text, row, i)).map_or("", |c| c.0);
        let name = name
            .trim_start_matches("其中")
            .trim_start_matches(':')
            .trim();
        let part = named
            .and_then(|i| cell(text, row, i))
            .is_some_and(|c| c.0.starts_with("其中"));
        let row_unit = units
            .and_then(|i| cell(text, row, i))
            .map(|c| c.0.to_owned());
        let mut across: Vec<f64> = Vec::new();
        let mut here = Vec::new();
        for (column, values) in &mut columns {
            let Some((said, range)) = cell(text, row, *column) else {
                continue;
            };
            let Some((value, own_unit)) = number_in(said) else {
                continue;
            };
            let (header, header_unit) = header_of(text.at(&grid.headers[*column]));
            let own_unit = Some(own_unit).filter(|u| !u.is_empty());
            let percent = header_unit.clone().filter(|u| u == "%");
            let said_unit = percent.or(own_unit).or(row_unit.clone()).or(header_unit);
            let figure = Figure {
                label: label(name, &header),
                value: Some(value),
                unit: said_unit.or(unit.map(str::to_owned)).unwrap_or_default(),
                raw: said.to_owned(),
                span: text.span(&range),
                ..Figure::default()
            };
            let is_share = figure.unit == "%";
            if TOTAL.is_match(name) && !is_share {
                sums.extend(identities::column_sum(value, values, &header, figure.span));
            } else if TOTAL.is_match(&header) && !is_share {
                sums.extend(identities::column_sum(value, &across, name, figure.span));
            }
            if !part && !is_share && !TOTAL.is_match(name) {
                values.push(value);
            }
            if !is_share && !TOTAL.is_match(&header) {
                across.push(value);
            }
            here.push(Placed {
                figure: Figure {
                    role: is_share.then(|| "percent".to_owned()),
                    ..figure
                },
                range,
            });
        }
        let words = (0..grid.columns.len())
            .filter(|i| Some(*i) != units && Some(*i) != named && grid.columns[*i] != Column::Count)
            .filter_map(|i| cell(text, row, i))
            .flat_map(|(_, range)| prose(text, &range));
        here.extend(words);
        sums.extend(identities::in_prose(text, &here));
        out.extend(here);
    }
    (out, sums)
}

fn label(name: &str, header: &str) -> String {
    match (name.is_empty(), adds(header)) {
        (true, _) => header.to_owned(),
        (false, true) if !(TOTAL.is_match(name) && TOTAL.is_match(header)) => {
            format!("{name}{header}")
        }
        _ => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_cells() {
        assert_eq!(number_in("47所"), Some((47.0, "所".to_owned())));
        assert_eq!(number_in("1,120"), Some((1120.0, String::new())));
        assert_eq!(number_in("一中"), None);
        assert_eq!(number_in("2024年"), None);
        assert_eq!(
            header_of("党员(名)"),
            ("党员".to_owned(), Some("名".to_owned()))
        );
    }
}
