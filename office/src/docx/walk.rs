//! From the body's elements to blocks.

use super::numbering::Numbering;
use super::runs::{Runs, alternative};
use super::styles::{self, Styles};
use crate::xml::Node;
use kernel::document::{Block, Cell, Document, Paragraph, Table};

/// Word's own limit is 63 columns; what claims more is cut there.
const COLUMNS: usize = 63;

pub(super) fn document(body: &Node<'_>, styles: &Styles, numbering: Numbering) -> Document {
    let mut walker = Walker { styles, numbering };
    let mut blocks = Vec::new();
    walker.blocks(body, &mut blocks);
    Document { blocks }
}

struct Walker<'s> {
    styles: &'s Styles,
    numbering: Numbering,
}

impl Walker<'_> {
    fn blocks(&mut self, parent: &Node<'_>, out: &mut Vec<Block>) {
        for node in parent.elements() {
            match node.name.as_ref() {
                "p" => self.paragraph(node, out),
                "tbl" => out.push(Block::Table(self.table(node))),
                "sdt" | "sdtContent" | "customXml" | "ins" | "moveTo" => self.blocks(node, out),
                "mc:AlternateContent" => {
                    if let Some(branch) = alternative(node) {
                        self.blocks(branch, out);
                    }
                }
                _ => {}
            }
        }
    }

    /// One paragraph, and the text boxes anchored in it after it.
    fn paragraph(&mut self, node: &Node<'_>, out: &mut Vec<Block>) {
        let properties = node.child("pPr");
        let style = properties.and_then(|p| p.value("pStyle"));
        let style = style.as_deref();
        let mut runs = Runs::default();
        runs.collect(node, self.styles, style);
        let text = runs.text.trim_matches('\n').to_owned();
        let outline = properties
            .and_then(styles::outline_of)
            .or_else(|| self.styles.outline(style));
        let centred = properties
            .and_then(styles::centred_of)
            .or_else(|| self.styles.centred(style));
        let host_is_empty = text.trim().is_empty() && !runs.boxes.is_empty();
        let label = self.label(properties, style);
        if !host_is_empty || label.is_some() {
            out.push(Block::Paragraph(Paragraph {
                label,
                bold: runs.bold(),
                text,
                heading: outline.filter(|level| *level > 0),
                centred: centred == Some(true),
            }));
        }
        for text_box in runs.boxes {
            self.blocks(text_box, out);
        }
    }

    fn label(&mut self, properties: Option<&Node<'_>>, style: Option<&str>) -> Option<String> {
        let own = properties.map(styles::number_of).unwrap_or_default();
        let by_style = self.styles.number(style);
        let (list, level) = match (own.list, by_style) {
            (Some(list), Some((of_style, level, _))) if list == of_style => {
                (list, own.level.or(level))
            }
            (Some(list), _) => (list, own.level),
            (None, Some((list, level, _))) => (list, own.level.or(level)),
            (None, None) => return None,
        };
        if list == 0 {
            return None;
        }
        self.numbering.next(list, level, self.styles, style)
    }

    fn table(&mut self, node: &Node<'_>) -> Table {
        let mut grid = Grid::default();
        let mut rows = Vec::new();
        inside(node, "tr", &mut rows);
        for row in rows {
            let properties = row.child("trPr");
            if properties.is_some_and(|p| p.child("del").is_some()) {
                continue;
            }
            let before = properties.and_then(|p| p.number("gridBefore"));
            grid.new_row(usize::try_from(before.unwrap_or(0)).unwrap_or(0));
            let mut cells = Vec::new();
            inside(row, "tc", &mut cells);
            for cell in cells {
                let properties = cell.child("tcPr");
                let merge = |name| {
                    properties
                        .and_then(|p: &Node<'_>| p.child(name))
                        .map(|n| n.attribute("val").unwrap_or_default() == "restart")
                };
                let columns = properties.and_then(|p| p.number("gridSpan")).unwrap_or(1);
                let columns = usize::try_from(columns).unwrap_or(1).clamp(1, COLUMNS);
                if merge("hMerge") == Some(false) {
                    grid.widen(columns);
                    continue;
                }
                let text = self.cell_text(cell);
                grid.place(columns, merge("vMerge") == Some(false), text);
            }
        }
        Table {
            name: None,
            rows: grid.rows,
        }
    }

    /// Paragraphs of a cell as lines; rows of a table within it as lines too.
    fn cell_text(&mut self, cell: &Node<'_>) -> String {
        let mut blocks = Vec::new();
        self.blocks(cell, &mut blocks);
        let mut lines = Vec::new();
        for block in blocks {
            match block {
                Block::Paragraph(p) => {
                    lines.push(format!("{}{}", p.label.unwrap_or_default(), p.text))
                }
                Block::Table(t) => lines.extend(t.rows.iter().map(|row| {
                    let texts: Vec<_> = row
                        .iter()
                        .map(|c| c.text.as_str())
                        .filter(|t| !t.is_empty())
                        .collect();
                    texts.join(" ")
                })),
            }
        }
        lines.join("\n").trim_end_matches('\n').to_owned()
    }
}

/// Elements of that name, through what may wrap them.
fn inside<'n, 'a>(parent: &'n Node<'a>, name: &str, out: &mut Vec<&'n Node<'a>>) {
    for node in parent.elements() {
        match node.name.as_ref() {
            found if found == name => out.push(node),
            "sdt" | "sdtContent" | "customXml" | "ins" | "moveTo" => inside(node, name, out),
            _ => {}
        }
    }
}

/// Rows as they fill, and which cell reaches down in each column.
#[derive(Default)]
struct Grid {
    rows: Vec<Vec<Cell>>,
    column: usize,
    /// By grid column: row and index of the last cell that begins there.
    open: Vec<Option<(usize, usize)>>,
}

impl Grid {
    fn new_row(&mut self, before: usize) {
        self.rows.push(Vec::new());
        self.column = before.min(COLUMNS);
    }

    /// The next cell of the row; `continues` when it is the lower part of the one above.
    fn place(&mut self, columns: usize, continues: bool, text: String) {
        let (column, row) = (self.column, self.rows.len() - 1);
        self.column += columns;
        if self.open.len() <= column {
            self.open.resize(column + 1, None);
        }
        if continues
            && let Some((above, index)) = self.open[column]
            && let Some(cell) = self.rows.get_mut(above).and_then(|r| r.get_mut(index))
            && above + cell.rows == row
        {
            cell.rows += 1;
            return;
        }
        if self.column > COLUMNS * 2 {
            return;
        }
        self.open[column] = Some((row, self.rows[row].len()));
        self.rows[row].push(Cell {
            column,
            columns,
            rows: 1,
            text,
        });
    }

    /// The cell before reaches over these columns too.
    fn widen(&mut self, columns: usize) {
        self.column += columns;
        if let Some(cell) = self.rows.last_mut().and_then(|r| r.last_mut()) {
            cell.columns += columns;
        }
    }
}
