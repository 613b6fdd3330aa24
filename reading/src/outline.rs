//! 提纲: numbers before paragraphs, typed or automatic, and the tree they make.

use crate::lines::Line;
use crate::numerals::number;
use crate::pattern::Pattern;
use crate::text::Text;
use std::ops::Range;

/// The look of a number; numbers of one look stand on one level.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// 第一部分
    Part,
    /// 一、
    Han,
    /// (一)
    HanBracket,
    /// 1. or 1、
    Digit,
    /// (1) or 1)
    DigitBracket,
    /// ①
    Circle,
    /// A.
    Letter,
    /// 三月份:
    Month,
    /// ● and its like; it prints no number.
    Bullet,
    /// A heading by style, without a number.
    Heading(u8),
    /// An automatic number of another look.
    Other,
}

/// A number before a paragraph.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// Its look.
    pub style: Style,
    /// Its value.
    pub value: u64,
    /// As printed, with half-width brackets.
    pub printed: String,
    /// Bytes of the line it takes, 0 for automatic numbers.
    pub length: usize,
}

/// A numbered paragraph with the unnumbered ones that belong to it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Node {
    /// `二、(三)2.`
    pub outline: String,
    /// The node above.
    pub parent: Option<usize>,
    /// Whether numbered paragraphs stand below it.
    pub has_children: bool,
    /// Bytes of the text after the number.
    pub content: Range<usize>,
    /// Bytes with the number.
    pub whole: Range<usize>,
    /// Year and month that a monthly plan's heading sets.
    pub month: Option<(Option<i16>, i8)>,
    /// A month's heading itself.
    pub is_month: bool,
    /// A table comes next.
    pub before_table: bool,
    /// Unnumbered: a paragraph before any number or a heading by style.
    pub unnumbered: bool,
}

static TYPED: Pattern = Pattern::new(concat!(
    r"^(?:(?P<part>第[一二三四五六七八九十]{1,3}(?:部分|章|节|项|条|阶段)[、:. ]?)",
    r"|(?P<han>[一二三四五六七八九十]{1,3})(?:[、.]|, ?)",
    r"|\((?P<hb>[一二三四五六七八九十]{1,3})\)[、.]?",
    r"|\((?P<db>\d{1,2})\)[、.]?|(?P<db2>\d{1,2})\)[、.]?",
    r"|(?P<d>\d{1,2}) ?[.、]|(?P<circle>[①-⑳])[、.]?",
    r"|(?P<letter>[A-Ha-h])[.、)]|(?P<bullet>[●■◆★▲•◇☆※◎]) ?)"
));
static MONTH: Pattern = Pattern::new(
    r"^[((【]?(?:(?P<y>20\d{2})年)?(?P<m>\d{1,2}|十[一二]?|[一二三四五六七八九])月份?(?:(?:党建)?(?:重点)?工作(?:安排|任务|重点)?)?[】))]?(?:[::]|$)",
);
static SPACED: Pattern = Pattern::new(r"^(\d{1,2}) +[\p{Han}“]");

/// The number a line begins with. `expected` says which value would come next in a style.
pub fn label(line: &str, expected: &dyn Fn(Style) -> u64) -> Option<Label> {
    if let Some(c) = MONTH.captures(line)
        && let Some(value) = number(&c["m"]).filter(|m| (1..=12).contains(m))
    {
        let printed = c[0].trim_end_matches([':', ' ']).to_owned();
        return Some(Label {
            style: Style::Month,
            value,
            printed,
            length: c[0].len(),
        });
    }
    if let Some(c) = TYPED.captures(line) {
        let length = c[0].len();
        let rest = &line[length..];
        let group = |name: &str| c.name(name).map(|m| m.as_str());
        let numbered = |style: Style, n: &str| {
            Some(Label {
                style,
                value: number(n)?,
                printed: c[0].trim().to_owned(),
                length,
            })
        };
        if group("bullet").is_some() {
            return Some(Label {
                style: Style::Bullet,
                value: 0,
                printed: String::new(),
                length,
            });
        }
        if group("part").is_some() {
            let n: String = c[0]
                .chars()
                .skip(1)
                .take_while(|c| "一二三四五六七八九十".contains(*c))
                .collect();
            return numbered(Style::Part, &n);
        }
        if let Some(n) = group("han") {
            return numbered(Style::Han, n);
        }
        if let Some(n) = group("hb") {
            return numbered(Style::HanBracket, n);
        }
        if let Some(n) = group("db").or(group("db2")) {
            return numbered(Style::DigitBracket, n);
        }
        if let Some(n) = group("d") {
            let runs_on = rest.starts_with(|c: char| c.is_ascii_digit());
            let next = number(n) == Some(expected(Style::Digit));
            return if runs_on && (!next || looks_like_a_date(rest)) {
                None
            } else {
                numbered(Style::Digit, n)
            };
        }
        if let Some(circle) = group("circle").and_then(|c| c.chars().next()) {
            let value = u64::from(circle as u32 - '①' as u32 + 1);
            return Some(Label {
                style: Style::Circle,
                value,
                printed: c[0].trim().to_owned(),
                length,
            });
        }
        if let Some(letter) = group("letter").and_then(|l| l.chars().next()) {
            let value = u64::from(letter.to_ascii_lowercase() as u32 - 'a' as u32 + 1);
            return Some(Label {
                style: Style::Letter,
                value,
                printed: c[0].trim().to_owned(),
                length,
            });
        }
    }
    let c = SPACED.captures(line)?;
    let value = number(&c[1])?;
    let length = c[1].len();
    (value == expected(Style::Digit) && value > 0).then(|| Label {
        style: Style::Digit,
        value,
        printed: c[1].to_owned(),
        length,
    })
}

/// `3.10前`, `3.8—4.2`: a date, not a number before text.
fn looks_like_a_date(rest: &str) -> bool {
    let after = rest.trim_start_matches(|c: char| c.is_ascii_digit());
    after.starts_with(['日', '前', '—', '-', '~', '至', '.'])
}

fn automatic(printed: &str) -> Label {
    let narrow: String = printed.trim().chars().map(crate::script::narrow).collect();
    let typed = label(&narrow, &|_| 0).filter(|l| l.length == narrow.len());
    match typed {
        Some(typed) => Label {
            length: 0,
            printed: narrow,
            ..typed
        },
        None => Label {
            style: Style::Other,
            value: 0,
            printed: narrow,
            length: 0,
        },
    }
}

/// What the tree is made from, in reading order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    /// A line of text.
    Line(Line),
    /// A table.
    Table,
    /// Head or foot of the document, or the edge of a table.
    Break,
}

/// The tree of a run of lines, and what is odd about its numbers. Text after a table or a break
/// belongs to no number before it.
pub fn tree(text: &Text, entries: &[Entry]) -> (Vec<Node>, Vec<String>) {
    let mut builder = Builder {
        text,
        nodes: Vec::new(),
        stack: Vec::new(),
        odd: Vec::new(),
        cut: false,
    };
    for entry in entries {
        match entry {
            Entry::Line(line) => builder.add(line),
            Entry::Table => builder.table(),
            Entry::Break => builder.cut = true,
        }
    }
    (builder.nodes, builder.odd)
}

struct Level {
    style: Style,
    value: u64,
    node: usize,
    printed: String,
}

struct Builder<'t> {
    text: &'t Text,
    nodes: Vec<Node>,
    stack: Vec<Level>,
    odd: Vec<String>,
    cut: bool,
}

impl Builder<'_> {
    fn table(&mut self) {
        self.cut = true;
        if let Some(node) = self.nodes.last_mut() {
            node.before_table = true;
        }
    }

    fn add(&mut self, line: &Line) {
        let said = self.text.at(&line.range);
        let expected = |style: Style| {
            self.stack
                .iter()
                .find(|l| l.style == style)
                .map_or(1, |l| l.value + 1)
        };
        let label = match &line.label {
            Some(printed) => Some(automatic(printed)),
            None => label(said, &expected),
        };
        match (label, line.heading) {
            (Some(label), _) => self.numbered(line, label),
            (None, Some(level)) if said.chars().count() <= 40 => {
                let label = Label {
                    style: Style::Heading(level),
                    value: 0,
                    printed: String::new(),
                    length: 0,
                };
                self.numbered(line, label);
            }
            _ => self.unnumbered(line),
        }
    }

    fn numbered(&mut self, line: &Line, label: Label) {
        self.cut = false;
        let same = self.stack.iter().position(|l| l.style == label.style);
        let resets = matches!(label.style, Style::Part) || matches!(label.style, Style::Heading(_));
        let depth = if resets {
            same.unwrap_or(0)
        } else {
            same.unwrap_or_else(|| self.depth_of_new(&label))
        };
        let last = same.map(|i| self.stack[i].value);
        self.stack.truncate(depth);
        let counted = !matches!(
            label.style,
            Style::Other | Style::Bullet | Style::Month | Style::Heading(_) | Style::Letter
        );
        let skipped = last.is_some_and(|last| label.value > last + 1) && counted;
        let prefix: String = self.stack.iter().map(|l| l.printed.as_str()).collect();
        let outline = format!("{prefix}{}", label.printed);
        if skipped {
            self.odd.push(format!("序号“{outline}”之前有跳号"));
        }
        let parent = self.stack.last().map(|l| l.node);
        if let Some(parent) = parent {
            self.nodes[parent].has_children = true;
        }
        let said = self.text.at(&line.range);
        let inherited = parent.and_then(|p| self.nodes[p].month);
        let month = if label.style == Style::Month {
            let year = MONTH
                .captures(said)
                .and_then(|c| c.name("y").and_then(|y| y.as_str().parse().ok()));
            i8::try_from(label.value).ok().map(|m| (year, m))
        } else {
            inherited
        };
        self.nodes.push(Node {
            outline,
            parent,
            has_children: false,
            content: self
                .text
                .trimmed(&(line.range.start + label.length..line.range.end)),
            whole: line.range.clone(),
            month,
            is_month: label.style == Style::Month,
            before_table: false,
            unnumbered: matches!(label.style, Style::Heading(_)),
        });
        let node = self.nodes.len() - 1;
        self.stack.push(Level {
            style: label.style,
            value: label.value,
            node,
            printed: label.printed,
        });
    }

    /// A style not yet open goes below the innermost level, but `一、` always begins at the top.
    fn depth_of_new(&self, label: &Label) -> usize {
        let above = |l: &Level| matches!(l.style, Style::Part | Style::Heading(_));
        match label.style {
            Style::Han => self.stack.iter().take_while(|l| above(l)).count(),
            _ => self.stack.len(),
        }
    }

    /// Unnumbered text belongs to the number above it, else it stands alone.
    fn unnumbered(&mut self, line: &Line) {
        let last = self.stack.last().map(|l| l.node);
        match last {
            Some(node) if self.nodes.len() == node + 1 && !self.cut => {
                let node = &mut self.nodes[node];
                if node.content.is_empty() {
                    node.content = line.range.clone();
                }
                node.content.end = line.range.end;
                node.whole.end = line.range.end;
            }
            _ => self.nodes.push(Node {
                content: line.range.clone(),
                whole: line.range.clone(),
                unnumbered: true,
                ..Node::default()
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lines::{Piece, pieces};
    use crate::repair::repair;
    use kernel::document::Document;

    fn outlines(raw: &str) -> (Vec<String>, usize) {
        let doc = Document::from_text(raw);
        let text = repair(&doc).text;
        let entries: Vec<Entry> = pieces(&doc, &text)
            .into_iter()
            .map(|p| {
                if let Piece::Line(line) = p {
                    Entry::Line(line)
                } else {
                    Entry::Table
                }
            })
            .collect();
        let (nodes, odd) = tree(&text, &entries);
        (nodes.into_iter().map(|n| n.outline).collect(), odd.len())
    }

    #[test]
    fn outlines_are_printed_as_they_stand() {
        let raw = "一、抓学习\n(一)学习班\n(二)宣讲\n1.办好\n2. 20所学校\n二、常规\n(三)、月报\n1、一\n3、三";
        let said = outlines(raw);
        let expected = [
            "一、",
            "一、(一)",
            "一、(二)",
            "一、(二)1.",
            "一、(二)2.",
            "二、",
            "二、(三)、",
            "二、(三)、1、",
            "二、(三)、3、",
        ];
        assert_eq!(said.0, expected);
        assert_eq!(said.1, 1, "a skipped number is reported");
    }

    #[test]
    fn numbers_that_run_into_figures() {
        assert_eq!(
            outlines("一、抓实\n1.12所学校要办班\n2.3家单位").0,
            ["一、", "一、1.", "一、2."]
        );
        assert_eq!(outlines("3.10前报送").0, [""]);
    }

    #[test]
    fn months_head_their_items() {
        let said = outlines("三、每月安排\n三月份:\n1、开学\n四月份:祭扫\n");
        assert_eq!(
            said.0,
            ["三、", "三、三月份", "三、三月份1、", "三、四月份"]
        );
    }
}
