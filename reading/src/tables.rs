//! 表格: header rows and merged cells.

use crate::lines::Line;
use crate::pattern::Pattern;
use crate::text::Text;
use kernel::document::Table;
use std::ops::Range;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    /// 序号
    Number,
    /// 任务, 内容, 举措
    Task,
    /// 环节, 阶段
    Stage,
    /// 完成时间
    Due,
    /// 责任单位
    Target,
    /// 牵头科室, 责任人: who looks after it at the issuer's
    Lead,
    /// 佐证材料
    Evidence,
    /// 数量
    Count,
    /// 计量单位
    Unit,
    /// 名次, 得分
    Rank,
    /// 备注
    Remark,
    /// Anything else.
    Other,
}

/// A cell of a row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CellAt {
    /// Bytes of the text, trimmed.
    pub range: Range<usize>,
    /// It is a merged cell that stands in more than one row.
    pub shared: bool,
}

/// A row under the header.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Row {
    /// One for each column; `None` where nothing stands.
    pub cells: Vec<Option<CellAt>>,
    /// The row's words lie here.
    pub range: Range<usize>,
    /// What a person should check.
    pub doubt: Option<String>,
}

/// A table with a header.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Grid {
    /// What the columns hold.
    pub columns: Vec<Column>,
    /// The header's words.
    pub headers: Vec<Range<usize>>,
    /// Rows, and section rows as lines between them.
    pub rows: Vec<Row>,
}

/// A table taken apart.
#[derive(Clone, Debug, Default)]
pub struct Parsed {
    /// Wide rows above the header, and all rows of a table without one.
    pub before: Vec<Line>,
    /// The table proper.
    pub grid: Option<Grid>,
    /// Wide rows under it.
    pub after: Vec<Line>,
}

static HEADERS: [(Column, Pattern); 12] = [
    (Column::Number, Pattern::new(r"^(?:序号|编号|项号|序|号)$")),
    (
        Column::Rank,
        Pattern::new(r"名次|排名|得分|等次|分数|总分|位次"),
    ),
    (
        Column::Due,
        Pattern::new(r"时限|截止|时间|期限|日期|节点|进度|^月份$|何时"),
    ),
    (
        Column::Remark,
        Pattern::new(r"备注|^说明$|联系|主要问题|存在问题|^问题$|分值|权重|完成情况|评分"),
    ),
    (
        Column::Evidence,
        Pattern::new(
            r"佐证|印证|支撑|材料|备查|留存|资料|成果|痕迹|考核依据|验收|报送内容|完成标志|查看内容|台账",
        ),
    ),
    (
        Column::Lead,
        Pattern::new(
            r"牵头|责任科室|责任股室|责任领导|分管|包抓|督办|指导单位|经办|承办科室|责任处室",
        ),
    ),
    (Column::Unit, Pattern::new(r"^(?:单位|计量单位)$")),
    (
        Column::Target,
        Pattern::new(
            r"责任|单位|部门|主体|对象|范围|负责|实施者|落实人|参加|参与|完成人|主讲|党组织$|学校$",
        ),
    ),
    (
        Column::Count,
        Pattern::new(r"^(?:数量|人数|个数|总数|数值|小计|合计|数据|次数|数)(?:\(.{1,4}\))?$"),
    ),
    (
        Column::Stage,
        Pattern::new(r"环节|阶段|步骤|类别|板块|分类|一级指标"),
    ),
    (
        Column::Task,
        Pattern::new(
            r"任务|内容|事项|项目|措施|举措|要求|重点|工作|活动|主题|议题|做法|目标|指标|要点|清单|安排|标准|专题|主要",
        ),
    ),
    (Column::Other, Pattern::new(r"^$")),
];

/// What a header cell announces.
pub fn column(header: &str) -> Column {
    let word: String = header.chars().filter(|c| !c.is_whitespace()).collect();
    if word.chars().count() > 14 {
        return Column::Other;
    }
    HEADERS
        .iter()
        .find(|(_, p)| p.is_match(&word))
        .map_or(Column::Other, |(c, _)| *c)
}

pub(crate) fn is_header(columns: &[Column]) -> bool {
    let known = columns.iter().filter(|c| **c != Column::Other).count();
    let has = |c: Column| columns.contains(&c);
    known >= 2
        && (has(Column::Task)
            || has(Column::Stage)
            || has(Column::Rank)
            || has(Column::Count)
            || has(Column::Due) && has(Column::Evidence))
        && known * 2 >= columns.len()
}

/// Takes a table apart. `start` is where its text begins in the extracted text.
pub fn parse(table: &Table, text: &Text, start: usize) -> Parsed {
    let rows = place(table, text, start);
    let width = rows.iter().map(Vec::len).max().unwrap_or(0);
    let header = rows.iter().take(8).position(|row| {
        let words: Vec<Column> = distinct(row)
            .iter()
            .map(|c| column(text.at(&c.range)))
            .collect();
        words.len() >= 2
            && is_header(&words)
            && distinct(row)
                .iter()
                .all(|c| text.at(&c.range).chars().count() <= 16)
    });
    let mut parsed = Parsed::default();
    let counted = if header.is_none() {
        count_header(&rows, text)
    } else {
        None
    };
    let Some(header) = header.or(counted) else {
        parsed.before = rows.iter().flat_map(|row| as_line(row, text)).collect();
        return parsed;
    };
    for row in &rows[..header] {
        parsed
            .before
            .extend(distinct(row).into_iter().map(|c| Line {
                range: c.range,
                ..Line::default()
            }));
    }
    let headers: Vec<Range<usize>> = (0..width)
        .map(|i| {
            rows[header]
                .get(i)
                .and_then(Option::as_ref)
                .map_or(0..0, |c| c.range.clone())
        })
        .collect();
    let mut columns: Vec<Column> = headers
        .iter()
        .map(|r| {
            if r.is_empty() {
                Column::Other
            } else {
                column(text.at(r))
            }
        })
        .collect();
    if let Some(header) = counted {
        mark_counts(&mut columns, &rows[header + 1..], text);
    }
    let mut grid = Grid {
        columns,
        headers,
        rows: Vec::new(),
    };
    for row in &rows[header + 1..] {
        let cells = distinct(row);
        let wide = cells.len() == 1 && row.iter().flatten().count() * 3 >= width * 2 && width > 1;
        if wide {
            parsed.after.extend(wide_row(text, &cells[0]));
        } else if !cells.is_empty() {
            let own = row.iter().flatten().filter(|c| !c.range.is_empty());
            let begin = own
                .clone()
                .map(|c| c.range.start)
                .max_by_key(|_| 0)
                .unwrap_or(0);
            let fresh: Vec<&CellAt> = row.iter().flatten().filter(|c| !c.shared).collect();
            let range = match (fresh.first(), fresh.last()) {
                (Some(first), Some(last)) => first.range.start..last.range.end,
                _ => begin..own.map(|c| c.range.end).max().unwrap_or(begin),
            };
            grid.rows.push(Row {
                cells: row.clone(),
                range,
                doubt: None,
            });
        }
    }
    parsed.grid = Some(grid);
    parsed
}

fn is_number(cell: Option<&CellAt>, text: &Text) -> bool {
    cell.is_some_and(|c| crate::counts::number_in(text.at(&c.range)).is_some())
}

/// The header of a table of numbers whose header has no known word: the last row of words before
/// rows with numbers.
fn count_header(rows: &[Vec<Option<CellAt>>], text: &Text) -> Option<usize> {
    let numbers =
        |row: &[Option<CellAt>]| row.iter().filter(|c| is_number(c.as_ref(), text)).count();
    (0..rows.len().min(8).saturating_sub(1)).find(|i| {
        let words = distinct(&rows[*i]).len();
        let below = &rows[*i + 1];
        let starts = below.first().is_some_and(|c| !is_number(c.as_ref(), text));
        words >= 2
            && numbers(&rows[*i]) == 0
            && starts
            && numbers(below) >= 1
            && distinct(below).len() >= 2
    })
}

/// Columns in which most cells are numbers count something.
fn mark_counts(columns: &mut [Column], rows: &[Vec<Option<CellAt>>], text: &Text) {
    for (i, column) in columns.iter_mut().enumerate() {
        let cells = rows
            .iter()
            .filter_map(|r| r.get(i).and_then(Option::as_ref));
        let filled: Vec<&CellAt> = cells.filter(|c| !c.range.is_empty()).collect();
        let numbers = filled.iter().filter(|c| is_number(Some(c), text)).count();
        let rank = matches!(column, Column::Rank | Column::Number);
        if numbers * 2 > filled.len() && !rank {
            *column = Column::Count;
        } else if matches!(column, Column::Count | Column::Due | Column::Evidence) {
            *column = Column::Other;
        }
    }
}

/// Cells of every row on the grid; a merged cell is repeated wherever it reaches.
fn place(table: &Table, text: &Text, start: usize) -> Vec<Vec<Option<CellAt>>> {
    let width = table
        .rows
        .iter()
        .flatten()
        .map(|c| c.column + c.columns.max(1))
        .max()
        .unwrap_or(0)
        .min(256);
    let mut grid: Vec<Vec<Option<CellAt>>> = vec![vec![None; width]; table.rows.len()];
    let mut at = start;
    for (y, row) in table.rows.iter().enumerate() {
        for cell in row {
            let length = cell.text.chars().count();
            let range = text.trimmed(&text.bytes_of(at..at + length));
            at += length + 1;
            let rows = cell.rows.max(1);
            for line in grid.iter_mut().skip(y).take(rows) {
                for place in line.iter_mut().skip(cell.column).take(cell.columns.max(1)) {
                    *place = Some(CellAt {
                        range: range.clone(),
                        shared: rows > 1,
                    });
                }
            }
        }
        at += 1;
    }
    grid
}

/// The cells of a row with words in them, each once.
fn distinct(row: &[Option<CellAt>]) -> Vec<CellAt> {
    let mut out: Vec<CellAt> = Vec::new();
    for cell in row.iter().flatten() {
        if !cell.range.is_empty() && out.last().is_none_or(|last| last.range != cell.range) {
            out.push(cell.clone());
        }
    }
    out
}

/// A row across the width: a section's name groups rows and is dropped, anything else is text.
fn wide_row(text: &Text, cell: &CellAt) -> Vec<Line> {
    let said = text.at(&cell.range);
    let short = said.chars().count() <= 24 && crate::dates::find(said, &[]).is_empty();
    if short {
        Vec::new()
    } else {
        cell_lines(text, &cell.range)
    }
}

/// The lines of a cell.
fn cell_lines(text: &Text, range: &Range<usize>) -> Vec<Line> {
    let mut start = range.start;
    let mut out = Vec::new();
    for part in text.at(range).split_inclusive('\n') {
        let range = text.trimmed(&(start..start + part.len()));
        start += part.len();
        if !range.is_empty() {
            out.push(Line {
                range,
                ..Line::default()
            });
        }
    }
    out
}

/// A row of a table without a header, as text: of one cell its lines, else the row as one line
/// without the number in front.
fn as_line(row: &[Option<CellAt>], text: &Text) -> Vec<Line> {
    let cells = distinct(row);
    if let [one] = cells.as_slice() {
        return cell_lines(text, &one.range);
    }
    let numbered = cells
        .first()
        .is_some_and(|c| text.at(&c.range).chars().all(|c| c.is_ascii_digit()));
    let rest = &cells[usize::from(numbered)..];
    match (rest.first(), rest.last()) {
        (Some(first), Some(last)) => {
            vec![Line {
                range: first.range.start..last.range.end,
                ..Line::default()
            }]
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_announce_their_columns() {
        let cases = [
            ("序号", Column::Number),
            ("工作任务", Column::Task),
            ("完成时限", Column::Due),
            ("责任单位", Column::Target),
            ("牵头科室", Column::Lead),
            ("需提交材料", Column::Evidence),
            ("环节", Column::Stage),
            ("单位", Column::Unit),
            ("名次", Column::Rank),
            ("备注", Column::Remark),
        ];
        for (word, expected) in cases {
            assert_eq!(column(word), expected, "{word}");
        }
    }
}
