//! 样式: what a paragraph inherits from its style and the styles that one rests on.

use crate::xml::Node;
use std::collections::HashMap;

/// Styles may rest on each other this deep; more is a circle.
const DEPTH: usize = 20;

#[derive(Clone, Debug, Default)]
pub(super) struct Style {
    based_on: Option<String>,
    /// Level 1 to 9; 0 says in so many words that it is none.
    outline: Option<u8>,
    centred: Option<bool>,
    bold: Option<bool>,
    hidden: Option<bool>,
    number: NumberRef,
}

/// 编号引用: the list a paragraph or style asks for.
#[derive(Clone, Debug, Default)]
pub(super) struct NumberRef {
    /// The list; 0 switches numbering off.
    pub(super) list: Option<i64>,
    pub(super) level: Option<usize>,
}

#[derive(Debug, Default)]
pub(super) struct Styles {
    by_id: HashMap<String, Style>,
    /// The paragraph style of paragraphs that name none.
    default_paragraph: Option<String>,
}

impl Styles {
    pub(super) fn read(root: &Node<'_>) -> Styles {
        let mut styles = Styles::default();
        for node in root.elements().filter(|n| n.name == "style") {
            let Some(id) = node.attribute("styleId") else {
                continue;
            };
            let is_default = node
                .attribute("default")
                .is_some_and(|v| v == "1" || v == "true");
            if is_default && node.attribute("type").as_deref() == Some("paragraph") {
                styles.default_paragraph = Some(id.clone());
            }
            styles.by_id.insert(id, Style::read(node));
        }
        styles
    }

    /// The style's own chain, nearest first.
    fn chain<'s>(&'s self, id: Option<&'s str>) -> impl Iterator<Item = (&'s str, &'s Style)> {
        let first = id.or(self.default_paragraph.as_deref());
        let mut next = first.and_then(|id| self.by_id.get_key_value(id));
        std::iter::from_fn(move || {
            let (id, style) = next?;
            next = style
                .based_on
                .as_deref()
                .and_then(|base| self.by_id.get_key_value(base));
            Some((id.as_str(), style))
        })
        .take(DEPTH)
    }

    pub(super) fn outline(&self, id: Option<&str>) -> Option<u8> {
        self.chain(id).find_map(|(_, s)| s.outline)
    }

    pub(super) fn centred(&self, id: Option<&str>) -> Option<bool> {
        self.chain(id).find_map(|(_, s)| s.centred)
    }

    pub(super) fn bold(&self, id: Option<&str>) -> Option<bool> {
        self.chain(id).find_map(|(_, s)| s.bold)
    }

    pub(super) fn hidden(&self, id: Option<&str>) -> Option<bool> {
        self.chain(id).find_map(|(_, s)| s.hidden)
    }

    /// The list the style's chain asks for, its level if said, and the style that asks.
    pub(super) fn number<'s>(
        &'s self,
        id: Option<&'s str>,
    ) -> Option<(i64, Option<usize>, &'s str)> {
        let list = self
            .chain(id)
            .find_map(|(id, s)| s.number.list.map(|list| (list, id)))?;
        let level = self.chain(id).find_map(|(_, s)| s.number.level);
        Some((list.0, level, list.1))
    }

    /// The ids of the style's chain, nearest first.
    pub(super) fn ids<'s>(&'s self, id: Option<&'s str>) -> impl Iterator<Item = &'s str> {
        self.chain(id).map(|(id, _)| id)
    }
}

impl Style {
    fn read(node: &Node<'_>) -> Style {
        let paragraph = node.child("pPr");
        let run = node.child("rPr");
        let named = node.value("name").and_then(|name| level_by_name(&name));
        Style {
            based_on: node.value("basedOn"),
            outline: paragraph.and_then(outline_of).or(named),
            centred: paragraph.and_then(centred_of),
            bold: run.and_then(|r| r.switch("b")),
            hidden: run.and_then(|r| r.switch("vanish")),
            number: paragraph.map(number_of).unwrap_or_default(),
        }
    }
}

/// Heading level of paragraph properties: 1 to 9, or 0 for body text said in so many words.
pub(super) fn outline_of(properties: &Node<'_>) -> Option<u8> {
    let level = properties.number("outlineLvl")?;
    Some(if (0..9).contains(&level) {
        level as u8 + 1
    } else {
        0
    })
}

pub(super) fn centred_of(properties: &Node<'_>) -> Option<bool> {
    properties.value("jc").map(|v| v == "center")
}

pub(super) fn number_of(properties: &Node<'_>) -> NumberRef {
    let Some(node) = properties.child("numPr") else {
        return NumberRef::default();
    };
    NumberRef {
        list: node.number("numId"),
        level: node
            .number("ilvl")
            .and_then(|n| usize::try_from(n).ok())
            .map(|n| n.min(8)),
    }
}

/// `heading 2`, `标题 2`
fn level_by_name(name: &str) -> Option<u8> {
    let name = name.trim().to_lowercase();
    let rest = name
        .strip_prefix("heading")
        .or_else(|| name.strip_prefix("标题"))?;
    rest.trim().parse().ok().filter(|n| (1..=9).contains(n))
}
