//! 修复后的文字: repaired text that still knows where every character came from.

use std::ops::Range;

/// One character on its way through the repairs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Glyph {
    /// The form in which patterns are matched.
    pub matched: char,
    /// The form that is shown.
    pub shown: char,
    /// First scalar of the extracted text it stands for.
    pub from: usize,
    /// End (exclusive) of what it stands for.
    pub to: usize,
}

/// Repaired text. Byte ranges of [`Text::as_str`] turn into spans of the extracted text.
#[derive(Clone, Debug, Default)]
pub struct Text {
    matched: String,
    glyphs: Vec<Glyph>,
    glyph_of_byte: Vec<u32>,
}

impl Text {
    /// From repaired characters.
    pub fn new(glyphs: Vec<Glyph>) -> Text {
        let mut matched = String::with_capacity(glyphs.len() * 3);
        let mut glyph_of_byte = Vec::with_capacity(glyphs.len() * 3 + 1);
        for (i, glyph) in glyphs.iter().enumerate() {
            matched.push(glyph.matched);
            glyph_of_byte.resize(matched.len(), i as u32);
        }
        glyph_of_byte.push(glyphs.len() as u32);
        Text {
            matched,
            glyphs,
            glyph_of_byte,
        }
    }

    /// The form in which patterns are matched.
    pub fn as_str(&self) -> &str {
        &self.matched
    }

    /// The matched form of a byte range.
    pub fn at(&self, range: &Range<usize>) -> &str {
        self.matched.get(range.clone()).unwrap_or("")
    }

    fn glyphs_of(&self, range: &Range<usize>) -> &[Glyph] {
        let index = |byte: usize| {
            self.glyph_of_byte
                .get(byte)
                .map_or(self.glyphs.len(), |i| *i as usize)
        };
        self.glyphs
            .get(index(range.start)..index(range.end))
            .unwrap_or(&[])
    }

    /// How a byte range is shown.
    pub fn shown(&self, range: &Range<usize>) -> String {
        self.glyphs_of(range).iter().map(|g| g.shown).collect()
    }

    /// The span of the extracted text that a byte range was read from.
    pub fn span(&self, range: &Range<usize>) -> [usize; 2] {
        let glyphs = self.glyphs_of(range);
        match (glyphs.first(), glyphs.last()) {
            (Some(first), Some(last)) => [first.from, last.to],
            _ => {
                let at = self
                    .glyph_of_byte
                    .get(range.start)
                    .and_then(|i| self.glyphs.get(*i as usize));
                let at = at.map_or(self.glyphs.last().map_or(0, |g| g.to), |g| g.from);
                [at, at]
            }
        }
    }

    /// The byte range of the characters read from a range of the extracted text.
    pub fn bytes_of(&self, raw: Range<usize>) -> Range<usize> {
        let first = self.glyphs.partition_point(|g| g.from < raw.start);
        let last = self.glyphs.partition_point(|g| g.from < raw.end);
        self.byte_of_glyph(first)..self.byte_of_glyph(last.max(first))
    }

    fn byte_of_glyph(&self, index: usize) -> usize {
        self.glyph_of_byte
            .partition_point(|i| (*i as usize) < index)
    }

    /// The range without white space at its ends.
    pub fn trimmed(&self, range: &Range<usize>) -> Range<usize> {
        let text = self.at(range);
        let start = range.start + (text.len() - text.trim_start().len());
        start..start + text.trim().len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_turn_into_spans_and_back() {
        let glyphs = [('来', 0, 6), ('源', 6, 7), (':', 7, 8)].map(|(c, from, to)| Glyph {
            matched: c,
            shown: c,
            from,
            to,
        });
        let text = Text::new(glyphs.to_vec());
        assert_eq!(text.span(&(0..6)), [0, 7]);
        assert_eq!(text.bytes_of(6..8), 3..7);
        assert_eq!(text.shown(&(0..3)), "来");
    }
}
