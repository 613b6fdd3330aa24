//! XML parts as small trees that borrow from their text.

use crate::limits::{Limits, OfficeError};
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;
use std::borrow::Cow;

const WORD: [&str; 2] = [
    "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    "http://purl.oclc.org/ooxml/wordprocessingml/main",
];
const COMPATIBILITY: &str = "http://schemas.openxmlformats.org/markup-compatibility/2006";

/// An element. `name` has no prefix where it belongs to WordprocessingML (or has none in the
/// file), `mc:` for markup compatibility, and the file's own prefix otherwise.
#[derive(Debug, Default)]
pub(crate) struct Node<'a> {
    pub(crate) name: Cow<'a, str>,
    /// The tag between its angle brackets, and how long its name is.
    tag: &'a str,
    name_len: usize,
    pub(crate) children: Vec<Child<'a>>,
}

#[derive(Debug)]
pub(crate) enum Child<'a> {
    Element(Node<'a>),
    Text(Cow<'a, str>),
}

impl<'a> Node<'a> {
    /// Elements directly inside.
    pub(crate) fn elements(&self) -> impl Iterator<Item = &Node<'a>> {
        self.children.iter().filter_map(|child| match child {
            Child::Element(node) => Some(node),
            Child::Text(_) => None,
        })
    }

    /// The first element of that name directly inside.
    pub(crate) fn child(&self, name: &str) -> Option<&Node<'a>> {
        self.elements().find(|node| node.name == name)
    }

    /// An attribute by its name without prefix.
    pub(crate) fn attribute(&self, name: &str) -> Option<String> {
        let tag = BytesStart::from_content(self.tag, self.name_len);
        tag.attributes().with_checks(false).flatten().find_map(|a| {
            if a.key.local_name().as_ref() != name {
                return None;
            }
            a.normalized_value(quick_xml::XmlVersion::Implicit1_0)
                .ok()
                .map(Cow::into_owned)
        })
    }

    /// The `val` of a child element: `<name val="…"/>`.
    pub(crate) fn value(&self, name: &str) -> Option<String> {
        self.child(name)?.attribute("val")
    }

    /// The `val` of a child element as a number.
    pub(crate) fn number(&self, name: &str) -> Option<i64> {
        self.value(name)?.trim().parse().ok()
    }

    /// A switch element such as `<b/>`: on when present without a value that says off.
    pub(crate) fn switch(&self, name: &str) -> Option<bool> {
        let node = self.child(name)?;
        let off = node
            .attribute("val")
            .is_some_and(|v| matches!(v.as_str(), "0" | "false" | "off"));
        Some(!off)
    }

    /// All text inside, however deep.
    pub(crate) fn text(&self, out: &mut String) {
        for child in &self.children {
            match child {
                Child::Text(text) => out.push_str(text),
                Child::Element(node) => node.text(out),
            }
        }
    }
}

/// The prefixes the root element binds to the namespaces that matter here.
struct Prefixes {
    word: Vec<String>,
    compatibility: Vec<String>,
}

impl Prefixes {
    fn of(root: &BytesStart<'_>) -> Prefixes {
        let mut prefixes = Prefixes {
            word: Vec::new(),
            compatibility: Vec::new(),
        };
        for a in root.attributes().with_checks(false).flatten() {
            let key = a.key.as_ref();
            let prefix = match key.strip_prefix("xmlns") {
                Some("") => String::new(),
                Some(rest) if rest.starts_with(':') => rest[1..].to_owned(),
                _ => continue,
            };
            let uri: &str = a.value.as_ref();
            if WORD.contains(&uri) {
                prefixes.word.push(prefix);
            } else if uri == COMPATIBILITY {
                prefixes.compatibility.push(prefix);
            }
        }
        prefixes
    }

    fn name<'a>(&self, tag: &'a str) -> Cow<'a, str> {
        let (prefix, local) = tag.split_once(':').unwrap_or(("", tag));
        if self.word.iter().any(|p| p == prefix) {
            Cow::Borrowed(local)
        } else if self.compatibility.iter().any(|p| p == prefix) && prefix != "mc" {
            Cow::Owned(format!("mc:{local}"))
        } else {
            Cow::Borrowed(tag)
        }
    }
}

/// The root element of an XML part.
pub(crate) fn parse<'a>(
    source: &'a str,
    part: &str,
    limits: &Limits,
) -> Result<Node<'a>, OfficeError> {
    let source = source.strip_prefix('\u{feff}').unwrap_or(source);
    let damaged = || OfficeError::damaged(part);
    let mut reader = Reader::from_str(source);
    reader.config_mut().check_end_names = true;
    let mut prefixes = None;
    let mut count = 0usize;
    let mut open: Vec<Node<'a>> = vec![Node::default()];
    loop {
        let event = reader.read_event().map_err(|_| damaged())?;
        let after = reader.buffer_position() as usize;
        match event {
            Event::Start(ref start) | Event::Empty(ref start) => {
                let closed = matches!(event, Event::Empty(_));
                let end = after
                    .checked_sub(if closed { 2 } else { 1 })
                    .ok_or_else(damaged)?;
                let tag = end
                    .checked_sub(start.len())
                    .and_then(|from| source.get(from..end))
                    .ok_or_else(damaged)?;
                let name_len = start.name().as_ref().len();
                count += 1;
                if count > limits.nodes || open.len() > limits.depth {
                    return Err(OfficeError::TooLarge {
                        what: "内容层次或数量",
                        limit: format!("{} 个", limits.nodes),
                    });
                }
                let prefixes = prefixes.get_or_insert_with(|| Prefixes::of(start));
                let name = prefixes.name(tag.get(..name_len).ok_or_else(damaged)?);
                let node = Node {
                    name,
                    tag,
                    name_len,
                    children: Vec::new(),
                };
                match (closed, open.last_mut()) {
                    (true, Some(parent)) => parent.children.push(Child::Element(node)),
                    _ => open.push(node),
                }
            }
            Event::End(_) => {
                let node = open.pop().ok_or_else(damaged)?;
                open.last_mut()
                    .ok_or_else(damaged)?
                    .children
                    .push(Child::Element(node));
            }
            Event::Text(text) => push_text(&mut open, text.into_inner()),
            Event::CData(text) => push_text(&mut open, text.into_inner()),
            Event::GeneralRef(reference) => {
                let resolved = match reference.resolve_char_ref().map_err(|_| damaged())? {
                    Some(c) => Cow::Owned(c.to_string()),
                    None => {
                        Cow::Borrowed(resolve_predefined_entity(&reference).ok_or_else(damaged)?)
                    }
                };
                push_text(&mut open, resolved);
            }
            Event::DocType(_) => {
                return Err(OfficeError::Unsafe {
                    what: "自定义实体"
                });
            }
            Event::Eof => break,
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
        }
    }
    let top = open.pop().filter(|_| open.is_empty()).ok_or_else(damaged)?;
    top.children
        .into_iter()
        .find_map(|child| match child {
            Child::Element(node) => Some(node),
            Child::Text(_) => None,
        })
        .ok_or_else(damaged)
}

fn push_text<'a>(open: &mut [Node<'a>], text: Cow<'a, str>) {
    if let Some(node) = open.last_mut() {
        node.children.push(Child::Text(text));
    }
}
