//! The text of a paragraph: its runs, and what hides among them.

use super::styles::Styles;
use crate::xml::Node;

/// What the runs of one paragraph say.
#[derive(Default)]
pub(super) struct Runs<'n, 'a> {
    pub(super) text: String,
    /// Whether any run with visible text was seen, and whether one of them was not bold.
    seen: bool,
    plain_seen: bool,
    /// Text boxes anchored here, read after the paragraph.
    pub(super) boxes: Vec<&'n Node<'a>>,
}

impl<'n, 'a> Runs<'n, 'a> {
    /// Whether every run with visible text is bold.
    pub(super) fn bold(&self) -> bool {
        self.seen && !self.plain_seen
    }

    /// Collects everything inside a paragraph, or inside something that wraps runs.
    pub(super) fn collect(&mut self, node: &'n Node<'a>, styles: &Styles, style: Option<&str>) {
        for child in node.elements() {
            match child.name.as_ref() {
                "r" => self.run(child, styles, style),
                "ins" | "moveTo" | "hyperlink" | "smartTag" | "fldSimple" | "dir" | "bdo"
                | "sdt" | "sdtContent" | "customXml" => self.collect(child, styles, style),
                "mc:AlternateContent" => {
                    if let Some(branch) = alternative(child) {
                        self.collect(branch, styles, style);
                    }
                }
                "m:oMath" | "m:oMathPara" => child.text(&mut self.text),
                // Deleted text, marks and properties say nothing.
                _ => {}
            }
        }
    }

    fn run(&mut self, run: &'n Node<'a>, styles: &Styles, style: Option<&str>) {
        let properties = run.child("rPr");
        let run_style = properties.and_then(|p| p.value("rStyle"));
        // A run without a style of its own inherits nothing but the paragraph's.
        let by_style = |pick: fn(&Styles, Option<&str>) -> Option<bool>| {
            run_style
                .as_deref()
                .and_then(|id| pick(styles, Some(id)))
                .or_else(|| pick(styles, style))
        };
        let hidden = properties
            .and_then(|p| p.switch("vanish"))
            .or_else(|| by_style(Styles::hidden));
        if hidden == Some(true) {
            return;
        }
        let before = self.text.len();
        self.content(run, styles, style);
        if self.text[before..].trim().is_empty() {
            return;
        }
        let bold = properties
            .and_then(|p| p.switch("b"))
            .or_else(|| by_style(Styles::bold));
        self.seen = true;
        self.plain_seen |= bold != Some(true);
    }

    fn content(&mut self, run: &'n Node<'a>, styles: &Styles, style: Option<&str>) {
        for child in run.elements() {
            match child.name.as_ref() {
                "t" => child.text(&mut self.text),
                "tab" | "ptab" => self.text.push('\t'),
                "br" | "cr" => self.text.push('\n'),
                "noBreakHyphen" => self.text.push('-'),
                "sym" => self.text.extend(symbol(child)),
                "ruby" => {
                    if let Some(base) = child.child("rubyBase") {
                        self.collect(base, styles, style);
                    }
                }
                "mc:AlternateContent" => {
                    if let Some(branch) = alternative(child) {
                        self.content(branch, styles, style);
                    }
                }
                "drawing" | "pict" | "object" => find_boxes(child, &mut self.boxes),
                _ => {}
            }
        }
    }
}

/// One branch of the two ways something is said: the modern one, unless it says nothing.
pub(super) fn alternative<'n, 'a>(node: &'n Node<'a>) -> Option<&'n Node<'a>> {
    let branch = |name: &'static str| node.elements().find(move |n| n.name == name);
    let (choice, fallback) = (branch("mc:Choice"), branch("mc:Fallback"));
    let says = |n: &&Node<'_>| {
        let mut text = String::new();
        n.text(&mut text);
        !text.trim().is_empty()
    };
    choice
        .filter(says)
        .or(fallback.filter(says))
        .or(choice)
        .or(fallback)
}

fn find_boxes<'n, 'a>(node: &'n Node<'a>, boxes: &mut Vec<&'n Node<'a>>) {
    for child in node.elements() {
        match child.name.as_ref() {
            "txbxContent" => boxes.push(child),
            "mc:AlternateContent" => {
                if let Some(branch) = alternative(child) {
                    find_boxes(branch, boxes);
                }
            }
            _ => find_boxes(child, boxes),
        }
    }
}

/// A sign of a symbol font, by what it looks like.
fn symbol(node: &Node<'_>) -> Option<char> {
    let code = u32::from_str_radix(&node.attribute("char")?, 16).ok()?;
    let font = node.attribute("font").unwrap_or_default().to_lowercase();
    let low = code & 0xFF;
    let sign = match (font.as_str(), low) {
        ("wingdings", 0xFE) | ("wingdings 2", 0x52) => '☑',
        ("wingdings", 0xFD | 0x78) | ("wingdings 2", 0x53 | 0x54) => '☒',
        ("wingdings", 0xA8 | 0x6F | 0x71 | 0x72) | ("wingdings 2", 0xA3) => '□',
        ("wingdings", 0xFC) | ("wingdings 2", 0x50) => '√',
        ("wingdings", 0xFB) | ("wingdings 2", 0x4F) => '×',
        ("wingdings", 0x6E) => '■',
        ("wingdings", 0x6C) => '●',
        ("wingdings", 0xA1) => '○',
        ("wingdings", 0xAB) => '★',
        ("wingdings", 0xE0) => '→',
        ("wingdings", 0x81..=0x8A) => char::from_u32(0x2460 + low - 0x81)?,
        ("wingdings", 0x8C..=0x95) => char::from_u32(0x2776 + low - 0x8C)?,
        _ if !(0xE000..=0xF8FF).contains(&code) => char::from_u32(code)?,
        _ => '□',
    };
    Some(sign)
}
