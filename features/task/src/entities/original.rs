//! 原文: the document as it came in, with marks where items were read.

use crate::entities::item::Item;
use kernel::document::{Block, Document};

/// A stretch of text, perhaps marked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// The text.
    pub text: String,
    /// The mark it stands in.
    pub mark: Option<Mark>,
}

/// 标记
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// Anchor of the mark, unique on the page.
    pub anchor: String,
    /// Anchor of the item's row.
    pub item: String,
    /// Whether a person must look.
    pub doubt: bool,
}

/// A paragraph or a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// 段落
    Paragraph {
        /// Class of the paragraph: `mid` where it is centred.
        class: &'static str,
        /// Number that Word printed before it.
        label: String,
        /// Text.
        pieces: Vec<Piece>,
    },
    /// 表格: rows of cells.
    Table(Vec<Vec<Cell>>),
}

/// A cell with its spans.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    /// Columns covered.
    pub columns: usize,
    /// Rows covered.
    pub rows: usize,
    /// Text.
    pub pieces: Vec<Piece>,
}

/// A marked range of the extracted text.
struct Range {
    from: usize,
    to: usize,
    mark: Mark,
}

/// The document's parts with the marks of its items. Positions count as
/// [`Document::extracted_text`] counts them.
pub fn parts(document: &Document, items: &[Item]) -> Vec<Part> {
    let marks = ranges(items);
    let mut at = 0;
    let mut out = Vec::new();
    for block in &document.blocks {
        match block {
            Block::Paragraph(p) => {
                let pieces = cut(&p.text, at, &marks);
                at += p.text.chars().count() + 1;
                if p.text.trim().is_empty() {
                    continue;
                }
                let label = p.label.clone().unwrap_or_default();
                let class = if p.centred { "mid" } else { "" };
                out.push(Part::Paragraph {
                    class,
                    label,
                    pieces,
                });
            }
            Block::Table(table) => {
                let mut rows = Vec::new();
                for row in &table.rows {
                    let mut cells = Vec::new();
                    for cell in row {
                        let pieces = cut(&cell.text, at, &marks);
                        at += cell.text.chars().count() + 1;
                        cells.push(Cell {
                            columns: cell.columns.max(1),
                            rows: cell.rows.max(1),
                            pieces,
                        });
                    }
                    at += 1;
                    rows.push(cells);
                }
                out.push(Part::Table(rows));
            }
        }
    }
    out
}

/// What was read, in the order of the text; where two overlap, the first stands.
fn ranges(items: &[Item]) -> Vec<Range> {
    let mut all = Vec::new();
    for item in items.iter().filter(|i| !i.dropped) {
        let spans = item.spans();
        let doubt = item.is_doubtful();
        let own = [spans.due, spans.targets, spans.quantity];
        let mut own: Vec<_> = own.into_iter().flatten().chain(spans.evidence).collect();
        if own.is_empty() {
            // Nothing finer was read: the beginning of the item itself.
            own.extend(
                spans
                    .text
                    .filter(|_| !item.container)
                    .map(|[a, b]| [a, b.min(a + 12)]),
            );
        }
        for (n, [from, to]) in own.into_iter().enumerate() {
            let mark = Mark {
                anchor: format!("m{}-{n}", item.id),
                item: format!("item-{}", item.id),
                doubt: doubt && (n == 0 || spans.due.is_none()),
            };
            all.push(Range { from, to, mark });
        }
    }
    all.sort_by_key(|r| (r.from, r.to));
    let mut reached = 0;
    all.retain(|r| {
        let free = r.from >= reached && r.to > r.from;
        if free {
            reached = r.to;
        }
        free
    });
    all
}

/// Cuts a text that begins at `start` where marks begin and end. A mark never reaches over the end
/// of its paragraph or cell.
fn cut(text: &str, start: usize, marks: &[Range]) -> Vec<Piece> {
    let chars: Vec<char> = text.chars().collect();
    let end = start + chars.len();
    let mut pieces = Vec::new();
    let mut at = start;
    let mut push = |from: usize, to: usize, mark: Option<Mark>| {
        if from < to {
            let text = chars[from - start..to - start].iter().collect();
            pieces.push(Piece { text, mark });
        }
    };
    for range in marks.iter().filter(|r| r.to > start && r.from < end) {
        let (from, to) = (range.from.max(start), range.to.min(end));
        push(at, from, None);
        let mut mark = range.mark.clone();
        if range.from < start {
            // Goes on in the next paragraph or cell: an anchor stands once on a page.
            mark.anchor = format!("{}-{start}", mark.anchor);
        }
        push(from, to, Some(mark));
        at = to;
    }
    push(at, end, None);
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entities::item::Spans;
    use kernel::Id;
    use kernel::document::{Paragraph, Table};

    fn item(spans: Spans) -> Item {
        Item {
            id: Id(7),
            sheet: Id(1),
            rank: 1,
            outline: String::new(),
            part: None,
            container: false,
            title: "学习".into(),
            text: String::new(),
            due: None,
            due_words: String::new(),
            cadence: String::new(),
            who: String::new(),
            targets_words: String::new(),
            quantity: String::new(),
            evidence: "[]".into(),
            max_files: 1,
            photo_why: None,
            needs_file: false,
            measure: String::new(),
            weight: 1,
            substantive: true,
            reviewer: Id(1),
            spans: serde_json::to_string(&spans).unwrap(),
            doubts: r#"["请核对"]"#.into(),
            forbidden: "[]".into(),
            confidence: 90,
            checked: false,
            dropped: false,
            saved_key: String::new(),
            version: 1,
        }
    }

    fn text(pieces: &[Piece]) -> String {
        let show = |p: &Piece| match &p.mark {
            Some(mark) => format!("[{}{}]", p.text, if mark.doubt { "?" } else { "" }),
            None => p.text.clone(),
        };
        pieces.iter().map(show).collect()
    }

    #[test]
    fn marks_stand_where_the_words_were_read_in_paragraphs_and_cells() {
        let paragraph = Paragraph {
            text: "各支部3月底前学习。".into(),
            ..Paragraph::default()
        };
        let cell = |text: &str, column| kernel::document::Cell {
            column,
            columns: 1,
            rows: 1,
            text: text.into(),
        };
        let table = Table {
            name: None,
            rows: vec![vec![cell("1", 0), cell("台账", 1)]],
        };
        let document = Document {
            blocks: vec![Block::Paragraph(paragraph), Block::Table(table)],
        };
        let extracted: Vec<char> = document.extracted_text().chars().collect();
        let at = |words: &str| {
            let n = words.chars().count();
            let start = (0..extracted.len())
                .find(|i| extracted[*i..].iter().take(n).collect::<String>() == words)
                .unwrap();
            [start, start + n]
        };
        let spans = Spans {
            due: Some(at("3月底前")),
            evidence: vec![at("台账")],
            ..Spans::default()
        };
        let parts = parts(&document, &[item(spans)]);
        let Part::Paragraph { pieces, .. } = &parts[0] else {
            panic!("{parts:?}")
        };
        assert_eq!(text(pieces), "各支部[3月底前?]学习。");
        let Part::Table(rows) = &parts[1] else {
            panic!("{parts:?}")
        };
        assert_eq!(text(&rows[0][1].pieces), "[台账]");
    }
}
