//! 文字修复: from the extracted text to text that patterns can read, in the order that keeps the
//! most: glosses first, then script and width, then page furniture, then lost bytes.

use crate::furniture::{self, Furniture};
use crate::lost;
use crate::reading::Damage;
use crate::script;
use crate::text::{Glyph, Text};
use kernel::document::{Block, Document};
use std::ops::Range;

/// What the repairs give.
pub struct Repaired {
    /// The text to read.
    pub text: Text,
    /// What was lost in the bytes, repaired or not.
    pub damage: Vec<Damage>,
    /// What the site around the document said.
    pub furniture: Furniture,
    /// Whether pinyin glosses were taken out.
    pub glossed: bool,
    /// Whether much of it was in traditional characters.
    pub traditional: bool,
}

/// Repairs the extracted text of a document.
pub fn repair(doc: &Document) -> Repaired {
    let raw: Vec<char> = doc.extracted_text().chars().collect();
    let cells = cell_ranges(doc);
    let glyphs = to_glyphs(&raw);
    let before = glyphs.len();
    let glyphs = without_glosses(&glyphs);
    let glossed = glyphs.len() < before;
    let (glyphs, changed) = simplify(glyphs);
    let (glyphs, furniture) = furniture::without_furniture(glyphs, &cells);
    let (glyphs, damage) = lost::repair_lost_bytes(glyphs, &raw);
    let traditional = changed * 50 > glyphs.len() && changed > 10;
    Repaired {
        text: Text::new(glyphs),
        damage,
        furniture,
        glossed,
        traditional,
    }
}

/// Where the table cells lie in the extracted text: furniture is looked for outside them.
fn cell_ranges(doc: &Document) -> Vec<Range<usize>> {
    let mut ranges = Vec::new();
    let mut at = 0;
    for block in &doc.blocks {
        let start = at;
        match block {
            Block::Paragraph(p) => at += p.text.chars().count() + 1,
            Block::Table(t) => {
                for row in &t.rows {
                    at += row
                        .iter()
                        .map(|c| c.text.chars().count() + 1)
                        .sum::<usize>()
                        + 1;
                }
                ranges.push(start..at);
            }
        }
    }
    ranges
}

fn to_glyphs(raw: &[char]) -> Vec<Glyph> {
    raw.iter()
        .enumerate()
        .filter(|(_, c)| !matches!(c, '\u{200b}' | '\u{feff}' | '\u{ad}' | '\r'))
        .map(|(i, c)| Glyph {
            matched: script::narrow(*c),
            shown: *c,
            from: i,
            to: i + 1,
        })
        .collect()
}

const TONED: &str = "āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜńňǹḿĀÁǍÀĒÉĚÈŌÓǑÒ";

fn is_tone(c: char) -> bool {
    TONED.contains(c) || ('\u{300}'..='\u{304}').contains(&c) || c == '\u{30c}'
}

/// The length of a gloss `(lái)` that begins at the bracket, if one does.
fn gloss_length(glyphs: &[Glyph]) -> Option<usize> {
    if glyphs.first()?.matched != '(' {
        return None;
    }
    let end = glyphs.iter().take(10).position(|g| g.matched == ')')?;
    let inner = &glyphs[1..end];
    let letters = inner
        .iter()
        .all(|g| g.matched.is_ascii_lowercase() || "üêɡ".contains(g.matched) || is_tone(g.matched));
    let tones = inner.iter().filter(|g| is_tone(g.matched)).count();
    (letters && tones == 1 && !inner.is_empty()).then_some(end + 1)
}

fn without_glosses(glyphs: &[Glyph]) -> Vec<Glyph> {
    let mut out: Vec<Glyph> = Vec::with_capacity(glyphs.len());
    let mut i = 0;
    while let Some(glyph) = glyphs.get(i) {
        let length = gloss_length(&glyphs[i..]);
        match (length, out.last_mut()) {
            (Some(length), Some(last)) if !last.matched.is_whitespace() => {
                last.to = glyphs[i + length - 1].to;
                i += length;
            }
            _ => {
                out.push(*glyph);
                i += 1;
            }
        }
    }
    out
}

fn simplify(mut glyphs: Vec<Glyph>) -> (Vec<Glyph>, usize) {
    let mut changed = 0;
    for glyph in &mut glyphs {
        let simple = script::simplified(glyph.matched);
        if simple != glyph.matched {
            changed += 1;
            glyph.matched = simple;
            glyph.shown = simple;
        }
    }
    (glyphs, changed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn repaired(text: &str) -> Text {
        repair(&Document::from_text(text)).text
    }

    #[test]
    fn glosses_go_and_other_brackets_stay() {
        let text = repaired("來(lái)源于平臺(tái)(app)和(試行)<也可根據(jù)需要>");
        assert_eq!(
            text.as_str().trim_end(),
            "来源于平台(app)和(试行)<也可根据需要>"
        );
        assert_eq!(text.span(&(0..3)), [0, 6]);
    }

    #[test]
    fn the_printed_form_is_kept_beside_the_matched_one() {
        let said = "3月底前\u{ff0c}完成\u{ff08}试行\u{ff09}。";
        let text = repaired(said);
        assert_eq!(text.as_str().trim_end(), "3月底前,完成(试行)。");
        assert_eq!(text.shown(&(0..text.as_str().len())).trim_end(), said);
    }
}
