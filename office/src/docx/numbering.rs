//! 自动编号: the labels Word prints before paragraphs, worked out from `numbering.xml`.

use super::numerals;
use super::styles::Styles;
use crate::xml::Node;
use std::collections::{HashMap, HashSet};

/// Levels in a list.
const LEVELS: usize = 9;
/// A label longer than this is no label; it keeps a hostile file from multiplying itself.
const LABEL_CHARS: usize = 40;
/// Lists may point to each other through styles this often; more is a circle.
const HOPS: usize = 8;

#[derive(Clone, Debug)]
struct Level {
    start: i64,
    format: String,
    text: String,
    /// The style whose paragraphs stand on this level.
    style: Option<String>,
    /// One-based level after which this one starts again; 0 for never.
    restart: Option<usize>,
    /// All numbers in the label are plain digits.
    legal: bool,
}

#[derive(Clone, Debug, Default)]
struct Abstract {
    levels: [Option<Level>; LEVELS],
    /// The style that holds the real definition.
    style_link: Option<String>,
}

#[derive(Clone, Debug, Default)]
struct List {
    abstract_id: i64,
    starts: [Option<i64>; LEVELS],
    levels: [Option<Level>; LEVELS],
}

/// The lists of a document and how far each has counted.
#[derive(Debug, Default)]
pub(super) struct Numbering {
    abstracts: HashMap<i64, Abstract>,
    lists: HashMap<i64, List>,
    counts: HashMap<i64, [Option<i64>; LEVELS]>,
    /// Lists that have been met, for their own starting numbers count once.
    met: HashSet<(i64, usize)>,
}

impl Numbering {
    pub(super) fn read(root: &Node<'_>) -> Numbering {
        let mut numbering = Numbering::default();
        for node in root.elements() {
            if node.name == "abstractNum"
                && let Some(id) = node.attribute("abstractNumId").and_then(|v| v.parse().ok())
            {
                numbering.abstracts.insert(id, read_abstract(node));
            } else if node.name == "num"
                && let Some(id) = node.attribute("numId").and_then(|v| v.parse().ok())
            {
                numbering.lists.insert(id, read_list(node));
            }
        }
        numbering
    }

    /// Counts one paragraph on and gives its label; `None` where nothing is printed. `level` is
    /// what the paragraph says; else it is found by the paragraph's styles.
    pub(super) fn next(
        &mut self,
        list: i64,
        level: Option<usize>,
        styles: &Styles,
        style: Option<&str>,
    ) -> Option<String> {
        let (list_id, abstract_id) = self.resolve(list, styles)?;
        let level = level
            .or_else(|| self.level_of_style(list_id, abstract_id, styles, style))
            .unwrap_or(0)
            .min(LEVELS - 1);
        self.level(list_id, abstract_id, level)?;
        let count = self.advance(list_id, abstract_id, level);
        let label = self.label(list_id, abstract_id, level, count)?;
        let label: String = label.trim().chars().take(LABEL_CHARS).collect();
        (!label.is_empty()).then_some(label)
    }

    /// Follows `numStyleLink` to the list and definition that really count.
    fn resolve(&self, list: i64, styles: &Styles) -> Option<(i64, i64)> {
        let mut id = list;
        for _ in 0..HOPS {
            let abstract_id = self.lists.get(&id)?.abstract_id;
            let link = self.abstracts.get(&abstract_id)?.style_link.as_deref();
            match link.and_then(|style| styles.number(Some(style))) {
                Some((linked, _, _)) if linked != id => id = linked,
                _ => return Some((id, abstract_id)),
            }
        }
        None
    }

    fn level(&self, list: i64, abstract_id: i64, level: usize) -> Option<&Level> {
        let own = self.lists.get(&list).and_then(|l| l.levels[level].as_ref());
        own.or_else(|| {
            self.abstracts
                .get(&abstract_id)
                .and_then(|a| a.levels[level].as_ref())
        })
    }

    fn level_of_style(
        &self,
        list: i64,
        abstract_id: i64,
        styles: &Styles,
        style: Option<&str>,
    ) -> Option<usize> {
        styles.ids(style).find_map(|id| {
            (0..LEVELS).find(|l| {
                self.level(list, abstract_id, *l)
                    .is_some_and(|level| level.style.as_deref() == Some(id))
            })
        })
    }

    fn start(&self, list: i64, abstract_id: i64, level: usize) -> i64 {
        let own = self.lists.get(&list).and_then(|l| l.starts[level]);
        own.or_else(|| self.level(list, abstract_id, level).map(|l| l.start))
            .unwrap_or(1)
    }

    /// Counts the level on, starts the lower ones again; returns the numbers of all levels.
    fn advance(&mut self, list: i64, abstract_id: i64, level: usize) -> [i64; LEVELS] {
        let mut counts = self.counts.get(&abstract_id).copied().unwrap_or_default();
        let own_start = self.lists.get(&list).and_then(|l| l.starts[level]);
        let first_time = self.met.insert((list, level));
        counts[level] = Some(match (counts[level], own_start) {
            (_, Some(start)) if first_time => start,
            (Some(n), _) => n.saturating_add(1),
            (None, _) => self.start(list, abstract_id, level),
        });
        for (lower, count) in counts.iter_mut().enumerate().skip(level + 1) {
            let restart = self.level(list, abstract_id, lower).and_then(|l| l.restart);
            if restart.is_none_or(|after| level < after) {
                *count = None;
            }
        }
        // A higher level that has printed nothing yet counts as standing on its first number.
        for (higher, count) in counts.iter_mut().enumerate().take(level) {
            count.get_or_insert(self.start(list, abstract_id, higher));
        }
        self.counts.insert(abstract_id, counts);
        std::array::from_fn(|l| counts[l].unwrap_or_else(|| self.start(list, abstract_id, l)))
    }

    fn label(
        &self,
        list: i64,
        abstract_id: i64,
        level: usize,
        counts: [i64; LEVELS],
    ) -> Option<String> {
        let definition = self.level(list, abstract_id, level)?;
        if definition.format == "bullet" {
            return Some(definition.text.chars().map(bullet).collect());
        }
        let mut out = String::new();
        let mut chars = definition.text.chars().peekable();
        while let Some(c) = chars.next() {
            let place = chars
                .peek()
                .and_then(|d| d.to_digit(10))
                .filter(|d| c == '%' && *d >= 1);
            let Some(place) = place else {
                out.push(c);
                continue;
            };
            chars.next();
            let place = place as usize - 1;
            let format = match self.level(list, abstract_id, place) {
                Some(_) if definition.legal => "decimal",
                Some(l) => l.format.as_str(),
                None => "decimal",
            };
            out.push_str(&numerals::print(counts[place], format));
        }
        Some(out)
    }
}

/// Bullets are signs of symbol fonts; what they look like is said with a plain sign.
fn bullet(c: char) -> char {
    match u32::from(c) {
        0xF06E | 0xF0A7 => '■',
        0xF075 => '◆',
        0xF0D8 | 0xF0E8 => '➢',
        0xF0FC => '✓',
        0xE000..=0xF8FF => '●',
        _ => c,
    }
}

fn read_abstract(node: &Node<'_>) -> Abstract {
    let mut definition = Abstract {
        style_link: node.value("numStyleLink"),
        ..Abstract::default()
    };
    for (level, read) in node
        .elements()
        .filter(|n| n.name == "lvl")
        .filter_map(read_level)
    {
        definition.levels[level] = Some(read);
    }
    definition
}

fn read_list(node: &Node<'_>) -> List {
    let mut list = List {
        abstract_id: node.number("abstractNumId").unwrap_or(-1),
        ..List::default()
    };
    for change in node.elements().filter(|n| n.name == "lvlOverride") {
        let level = change
            .attribute("ilvl")
            .and_then(|v| v.parse::<usize>().ok())
            .filter(|l| *l < LEVELS);
        let Some(level) = level else { continue };
        list.starts[level] = change.number("startOverride");
        list.levels[level] = change
            .child("lvl")
            .and_then(read_level)
            .map(|(_, read)| read);
    }
    list
}

fn read_level(node: &Node<'_>) -> Option<(usize, Level)> {
    let level = node
        .attribute("ilvl")?
        .parse::<usize>()
        .ok()
        .filter(|l| *l < LEVELS)?;
    // Formats newer than the standard stand in an AlternateContent; its fallback is plain digits.
    let format = node.value("numFmt").or_else(|| {
        node.child("mc:AlternateContent")?
            .elements()
            .find_map(|branch| branch.value("numFmt"))
    });
    let read = Level {
        start: node.number("start").unwrap_or(0),
        format: format.unwrap_or_else(|| "decimal".to_owned()),
        text: node.value("lvlText").unwrap_or_default(),
        style: node.value("pStyle"),
        restart: node
            .number("lvlRestart")
            .and_then(|n| usize::try_from(n).ok()),
        legal: node.switch("isLgl").unwrap_or(false),
    };
    Some((level, read))
}
