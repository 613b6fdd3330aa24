//! 行: the paragraphs of a document over its repaired text, with headings that stand inside running
//! text given lines of their own.

use crate::numerals::number;
use crate::pattern::Pattern;
use crate::text::Text;
use kernel::document::{Block, Document};
use std::ops::Range;

/// One line of text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line {
    /// Bytes of the repaired text, trimmed.
    pub range: Range<usize>,
    /// The automatic number before it.
    pub label: Option<String>,
    /// Heading level by style.
    pub heading: Option<u8>,
    /// Centred.
    pub centred: bool,
}

/// A line or a table, in reading order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// A paragraph, or part of one.
    Line(Line),
    /// The document's block of that index is a table, and its text begins at that scalar.
    Table(usize, usize),
}

static INLINE_HAN: Pattern = Pattern::new(
    r"[。;;!:](?P<l>(?P<n>[一二三四五六七八九十]{1,3})、|\((?P<p>[一二三四五六七八九十]{1,3})\))",
);
static INLINE_DIGIT: Pattern = Pattern::new(r"[。;;:] ?(?P<l>(?P<n>\d{1,2})[.、])");

/// The lines and tables of a document.
pub fn pieces(doc: &Document, text: &Text) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    let mut at = 0;
    let mut open: Option<Line> = None;
    for (index, block) in doc.blocks.iter().enumerate() {
        match block {
            Block::Paragraph(p) => {
                let length = p.text.chars().count() + 1;
                let range = text.bytes_of(at..at + length);
                at += length;
                match &mut open {
                    Some(line) => line.range.end = range.end,
                    None => {
                        let line = Line {
                            range,
                            label: p.label.clone(),
                            heading: p.heading,
                            centred: p.centred,
                        };
                        open = Some(line);
                    }
                }
                let whole = open
                    .as_ref()
                    .is_some_and(|l| l.range.is_empty() || text.at(&l.range).ends_with('\n'));
                if whole && let Some(line) = open.take() {
                    add_lines(&mut pieces, text, line);
                }
            }
            Block::Table(t) => {
                if let Some(line) = open.take() {
                    add_lines(&mut pieces, text, line);
                }
                pieces.push(Piece::Table(index, at));
                for row in &t.rows {
                    at += row
                        .iter()
                        .map(|c| c.text.chars().count() + 1)
                        .sum::<usize>()
                        + 1;
                }
            }
        }
    }
    if let Some(line) = open.take() {
        add_lines(&mut pieces, text, line);
    }
    pieces
}

fn add_lines(pieces: &mut Vec<Piece>, text: &Text, line: Line) {
    let mut start = line.range.start;
    let mut first = true;
    for part in text.at(&line.range).split_inclusive('\n') {
        let range = start..start + part.len();
        start = range.end;
        for cut in split_inline(text, &range) {
            let range = text.trimmed(&cut);
            if range.is_empty() && !(first && line.label.is_some()) {
                continue;
            }
            let label = if first { line.label.clone() } else { None };
            pieces.push(Piece::Line(Line {
                range,
                label,
                ..line.clone()
            }));
            first = false;
        }
    }
}

/// Cuts running text before headings that stand in it: `…如下。一、基本情况。`
fn split_inline(text: &Text, range: &Range<usize>) -> Vec<Range<usize>> {
    let said = text.at(range);
    let mut cuts: Vec<usize> = Vec::new();
    for c in INLINE_HAN.captures_all(said) {
        if let Some(label) = c.name("l")
            && !in_quotes(&said[..label.start()])
        {
            cuts.push(label.start());
        }
    }
    cuts.extend(digit_cuts(said));
    cuts.sort_unstable();
    cuts.dedup();
    let mut out = Vec::new();
    let mut start = 0;
    for cut in cuts.into_iter().chain([said.len()]) {
        out.push(range.start + start..range.start + cut);
        start = cut;
    }
    out
}

fn in_quotes(before: &str) -> bool {
    let count = |c: char| before.matches(c).count();
    count('“') > count('”') || count('《') > count('》') || count('(') > count(')')
}

/// `1.…;2.…;` in one paragraph: only a run of consecutive numbers counts.
fn digit_cuts(said: &str) -> Vec<usize> {
    let mut cuts = Vec::new();
    let leading = said
        .split(['.', '、'])
        .next()
        .and_then(|n| n.trim().parse::<u64>().ok());
    let mut expected = leading.map_or(1, |n| n + 1);
    for c in INLINE_DIGIT.captures_all(said) {
        let (Some(label), Some(n)) = (c.name("l"), number(&c["n"])) else {
            continue;
        };
        let decimal =
            c["l"].ends_with('.') && said[label.end()..].starts_with(|c: char| c.is_ascii_digit());
        if n == expected && !in_quotes(&said[..label.start()]) && !decimal {
            cuts.push(label.start());
            expected += 1;
        }
    }
    if leading.is_none() && cuts.len() < 2 {
        Vec::new()
    } else {
        cuts
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::repair::repair;

    fn said(raw: &str) -> Vec<String> {
        let doc = Document::from_text(raw);
        let text = repair(&doc).text;
        pieces(&doc, &text)
            .into_iter()
            .filter_map(|p| match p {
                Piece::Line(line) => Some(text.at(&line.range).to_owned()),
                Piece::Table(..) => None,
            })
            .collect()
    }

    #[test]
    fn headings_inside_running_text_get_their_own_lines() {
        let lines = said(
            "现汇报如下。一、基本情况。全县学校64所。二、做法。一是抓学习(见附件1、2)。\n\n完",
        );
        assert_eq!(
            lines,
            [
                "现汇报如下。",
                "一、基本情况。全县学校64所。",
                "二、做法。一是抓学习(见附件1、2)。",
                "完"
            ]
        );
        assert_eq!(said("要求:1.按时报送;2.专人负责。").len(), 3);
    }
}
