//! 散开的表格: tables that a copy flattened to one cell a line, or pasted with tabs between cells.

use crate::lines::Line;
use crate::numerals::number;
use crate::tables::{CellAt, Column, Grid, Row, column, is_header};
use crate::text::Text;
use std::ops::Range;

/// A table that was flattened to one cell a line: the lines it takes and what it holds.
pub fn flattened(text: &Text, lines: &[Line], from: usize) -> Option<(Range<usize>, Grid)> {
    let said = |i: usize| lines.get(i).map(|l| text.at(&l.range));
    let mut columns = Vec::new();
    let mut at = from;
    while let Some(word) = said(at).filter(|w| w.chars().count() <= 10) {
        let column = column(word);
        if column == Column::Other || word.ends_with(['。', ':']) {
            break;
        }
        if column == Column::Number && at > from {
            return None;
        }
        columns.push(column);
        at += 1;
    }
    let leads = matches!(columns.first(), Some(Column::Number)) || columns.len() >= 4;
    if columns.len() < 3 || !leads || !is_header(&columns) {
        return None;
    }
    let headers = (from..at).map(|i| lines[i].range.clone()).collect();
    let mut grid = Grid {
        columns,
        headers,
        rows: Vec::new(),
    };
    let numbered = grid.columns[0] == Column::Number;
    while let Some((row, next)) = flat_row(
        text,
        lines,
        at,
        &grid.columns,
        numbered,
        grid.rows.len() as u64 + 1,
    ) {
        grid.rows.push(row);
        at = next;
    }
    (!grid.rows.is_empty()).then_some((from..at, grid))
}

/// A table pasted as text, a row a line and a tab between cells: the lines it takes.
pub fn tabbed(text: &Text, lines: &[Line], from: usize) -> Option<(Range<usize>, Grid)> {
    let headers = tab_cells(text, lines.get(from)?);
    let columns: Vec<Column> = headers.iter().map(|r| column(text.at(r))).collect();
    if headers.len() < 3 || !is_header(&columns) {
        return None;
    }
    let mut grid = Grid {
        columns,
        headers,
        rows: Vec::new(),
    };
    let mut at = from + 1;
    while let Some(line) = lines.get(at) {
        let cells = tab_cells(text, line);
        if cells.len() < 2 {
            break;
        }
        let exact = cells.len() == grid.columns.len();
        let placed = if exact {
            cells.into_iter().map(Some).collect()
        } else {
            placed(text, cells, &grid.columns)
        };
        let cell = |range: Range<usize>| CellAt {
            range,
            shared: false,
        };
        let cells = placed.into_iter().map(|c| c.map(cell)).collect();
        let doubt = (!exact).then(|| "这一行的列数与表头不同,各列请核对".to_owned());
        grid.rows.push(Row {
            cells,
            range: line.range.clone(),
            doubt,
        });
        at += 1;
    }
    (!grid.rows.is_empty()).then_some((from..at, grid))
}

fn tab_cells(text: &Text, line: &Line) -> Vec<Range<usize>> {
    let mut start = line.range.start;
    let mut out = Vec::new();
    for part in text.at(&line.range).split('\t') {
        out.push(text.trimmed(&(start..start + part.len())));
        start += part.len() + 1;
    }
    out
}

fn flat_row(
    text: &Text,
    lines: &[Line],
    at: usize,
    columns: &[Column],
    numbered: bool,
    expected: u64,
) -> Option<(Row, usize)> {
    let said = |i: usize| lines.get(i).map(|l| text.at(&l.range));
    let is_number = |i: usize, n: u64| {
        said(i).is_some_and(|w| {
            w.chars().count() <= 3 && number(w.trim_end_matches(['.', '、'])) == Some(n)
        })
    };
    let width = columns.len();
    let mut cells: Vec<Range<usize>> = Vec::new();
    let mut next = at;
    if numbered && !is_number(at, expected) {
        return None;
    }
    while let Some(line) = lines.get(next) {
        if numbered && next > at && is_number(next, expected + 1) {
            break;
        }
        let word = text.at(&line.range);
        let open = cells.last().is_some_and(|c| joins(text.at(c), word));
        if !open && cells.len() == width {
            break;
        }
        match cells.last_mut().filter(|_| open) {
            Some(cell) => cell.end = line.range.end,
            None => cells.push(line.range.clone()),
        }
        next += 1;
    }
    if cells.len() < 2 || (!numbered && cells.len() < width) {
        return None;
    }
    let range = cells[0].start..cells[cells.len() - 1].end;
    let exact = cells.len() == width;
    let placed = if exact {
        cells.into_iter().map(Some).collect()
    } else {
        placed(text, cells, columns)
    };
    let cells = placed
        .into_iter()
        .map(|c| {
            c.map(|range| CellAt {
                range,
                shared: false,
            })
        })
        .collect();
    let doubt = (!exact).then(|| "表格被拆成一行一格且列数不齐,各列请核对".to_owned());
    Some((
        Row {
            cells,
            range,
            doubt,
        },
        next,
    ))
}

/// Whether a cell goes on in the next line.
fn joins(cell: &str, next: &str) -> bool {
    cell.ends_with(['至', '—', '-', '~', '、', ',', '和', '('])
        || next.starts_with(['至', '—', '~', '、', ',', ')', '。'])
}

/// Fewer cells than columns: the date goes to its column, the others keep their order.
fn placed(text: &Text, cells: Vec<Range<usize>>, columns: &[Column]) -> Vec<Option<Range<usize>>> {
    let due = columns.iter().position(|c| *c == Column::Due);
    let dated = cells.iter().rposition(|c| {
        let said = text.at(c);
        said.chars().count() <= 24
            && !(crate::dates::find(said, &[]).is_empty()
                && crate::recur::cadences(said).is_empty())
    });
    let mut out = vec![None; columns.len()];
    let mut at = 0;
    for (i, cell) in cells.into_iter().enumerate() {
        if let (Some(due), Some(dated)) = (due, dated)
            && i == dated
        {
            out[due] = Some(cell);
            at = at.max(due + 1);
            continue;
        }
        while at < columns.len() && (out[at].is_some() || Some(at) == due) {
            at += 1;
        }
        if at < columns.len() {
            out[at] = Some(cell);
            at += 1;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lines::{Piece, pieces};
    use crate::repair::repair;
    use kernel::document::Document;

    fn rows(raw: &str) -> Vec<Vec<String>> {
        let doc = Document::from_text(raw);
        let text = repair(&doc).text;
        let lines: Vec<Line> = pieces(&doc, &text)
            .into_iter()
            .filter_map(|p| {
                if let Piece::Line(line) = p {
                    Some(line)
                } else {
                    None
                }
            })
            .collect();
        let found = tabbed(&text, &lines, 0).or_else(|| flattened(&text, &lines, 0));
        let cell = |c: &Option<CellAt>| {
            c.as_ref()
                .map_or("-".to_owned(), |c| text.at(&c.range).to_owned())
        };
        let rows = found.map(|(_, grid)| grid.rows).unwrap_or_default();
        rows.iter()
            .map(|row| row.cells.iter().map(cell).collect())
            .collect()
    }

    #[test]
    fn one_cell_a_line() {
        let said = rows(
            "序号\n环节\n内容\n完成时间\n1\n动员\n开会\n3月8日前\n2\n学习\n读书\n3月9日至\n4月2日\n其他",
        );
        assert_eq!(
            said,
            [
                ["1", "动员", "开会", "3月8日前"],
                ["2", "学习", "读书", "3月9日至\n4月2日"]
            ]
        );
    }

    #[test]
    fn tabs_between_cells() {
        assert_eq!(
            rows("任务\t单位\t时限\n办班\t各支部\t3月底"),
            [["办班", "各支部", "3月底"]]
        );
    }
}
