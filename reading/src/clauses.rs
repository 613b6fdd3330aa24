//! 分句: sentences and clauses as byte ranges; brackets and quotation marks are kept whole.

use std::ops::Range;

fn split(text: &str, base: usize, ends: &str, keep_brackets: bool) -> Vec<Range<usize>> {
    let mut out = Vec::new();
    let (mut start, mut depth) = (0, 0i32);
    for (i, c) in text.char_indices() {
        match c {
            '(' | '《' | '“' | '〔' | '<' => depth += 1,
            ')' | '》' | '”' | '〕' | '>' => depth = (depth - 1).max(0),
            '\n' => depth = 0,
            _ => {}
        }
        if ends.contains(c) && (depth == 0 || !keep_brackets) {
            let end = i + c.len_utf8();
            out.push(base + start..base + end);
            start = end;
        }
    }
    out.push(base + start..base + text.len());
    out.retain(|r| !text[r.start - base..r.end - base].trim().is_empty());
    out
}

/// Sentences: up to a full stop, a semicolon or a line's end.
pub fn sentences(text: &str, base: usize) -> Vec<Range<usize>> {
    split(text, base, "。!?;;\n", true)
}

/// Clauses: up to a comma or any end of a sentence, brackets kept whole.
pub fn clauses(text: &str, base: usize) -> Vec<Range<usize>> {
    split(text, base, ",,。!?;;\n:", true)
}

/// Clauses, also inside brackets and quotation marks.
pub fn small_clauses(text: &str, base: usize) -> Vec<Range<usize>> {
    split(text, base, ",,。!?;;\n:()<>", false)
}

/// What follows the last of these characters; all of the text when it has none.
pub fn after_last<'t>(text: &'t str, ends: &[char]) -> &'t str {
    text.rsplit(ends).next().unwrap_or(text)
}

/// The text without the punctuation and white space at its ends.
pub fn bare(text: &str) -> &str {
    text.trim_matches(|c: char| {
        c.is_whitespace() || ",,。;;::、.!<>●■◆★▲•◇☆※○□◎".contains(crate::script::narrow(c))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_are_kept_whole() {
        let text = "各支部(党员大会每季度1次,支委会每月1次)要落实,5日前报送。会前3日报表;";
        let said: Vec<&str> = sentences(text, 0).into_iter().map(|r| &text[r]).collect();
        assert_eq!(said.len(), 2);
        let said: Vec<&str> = clauses(text, 0).into_iter().map(|r| &text[r]).collect();
        assert_eq!(
            said,
            [
                "各支部(党员大会每季度1次,支委会每月1次)要落实,",
                "5日前报送。",
                "会前3日报表;"
            ]
        );
    }
}
