//! 公文: the sheet as an official document, for Word and for print.

use crate::entities::item::Item;
use crate::entities::sheet::{Annex, Sheet};
use kernel::Id;
use office::official::{BodyBlock, OfficialDocument, TableColumn};
use std::collections::HashMap;

/// A paragraph of the body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Para {
    /// 1 to 4 for a numbered one, 0 for plain text.
    pub level: u8,
    /// Number and heading.
    pub heading: String,
    /// What follows in the same paragraph.
    pub text: String,
}

/// A line of the table of items.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Place in the outline.
    pub outline: String,
    /// What is asked.
    pub title: String,
    /// Whom.
    pub who: String,
    /// When.
    pub when: String,
    /// What proves it.
    pub evidence: String,
}

/// The document before it takes a form.
#[derive(Clone, Debug)]
pub struct Paper {
    /// Body.
    pub body: Vec<Para>,
    /// Table of items.
    pub lines: Vec<Line>,
    /// Items not addressed to everybody: their place and title, and the names.
    pub lists: Vec<(String, Vec<String>)>,
    /// Names of annexes, in order: those handed out, then our own tables.
    pub annexes: Vec<String>,
}

/// What the sheet says, put in order.
pub fn paper(
    sheet: &Sheet,
    items: &[Item],
    annexes: &[Annex],
    who: &HashMap<Id, String>,
    names: &HashMap<Id, Vec<String>>,
) -> Paper {
    let shown: Vec<&Item> = items.iter().filter(|i| !i.dropped).collect();
    let mut lists = Vec::new();
    let mut lines = Vec::new();
    for item in shown.iter().filter(|i| i.is_asked()) {
        let own = names.get(&item.id).cloned().unwrap_or_default();
        let words = who.get(&item.id).cloned().unwrap_or_default();
        let all = item.who() == rules::who::Who::All;
        let place = format!("{} {}", item.place(), item.title).trim().to_owned();
        lines.push(Line {
            outline: item.place(),
            title: item.title.clone(),
            who: if all {
                format!("全部 {} 个", own.len())
            } else {
                format!("{words}（{} 个）", own.len())
            },
            when: item.when_words(sheet.period()),
            evidence: item.evidence().join("、"),
        });
        if !all && !own.is_empty() {
            lists.push((place, own));
        }
    }
    let mut titles: Vec<String> = annexes
        .iter()
        .map(|a| {
            if a.title.is_empty() {
                format!("附件{}", a.rank)
            } else {
                a.title.clone()
            }
        })
        .collect();
    titles.push("任务一览表".to_owned());
    if !lists.is_empty() {
        titles.push("适用名单".to_owned());
    }
    Paper {
        body: body(&shown),
        lines,
        lists,
        annexes: titles,
    }
}

fn body(items: &[&Item]) -> Vec<Para> {
    let mut out: Vec<Para> = Vec::new();
    let mut last: Option<&str> = None;
    for item in items {
        let text = if item.text.trim().is_empty() {
            item.title.as_str()
        } else {
            item.text.trim()
        };
        let goes_on = !item.outline.is_empty() && last == Some(item.outline.as_str());
        last = Some(item.outline.as_str());
        if goes_on && let Some(para) = out.last_mut() {
            // Parts of one paragraph stand in one paragraph.
            para.text.push_str(text);
            continue;
        }
        let (level, number) = number_of(&item.outline);
        // A short first sentence is the paragraph's heading.
        let (head, rest) = match text.split_once('。') {
            Some((head, rest)) if head.chars().count() <= 40 && level > 0 && !rest.is_empty() => {
                (format!("{head}。"), rest.to_owned())
            }
            _ if item.container => (text.to_owned(), String::new()),
            _ => (String::new(), text.to_owned()),
        };
        out.push(Para {
            level,
            heading: format!("{number}{head}"),
            text: rest,
        });
    }
    out
}

/// The level of the last number of an outline, and the number as printed: `二、(三)2.` → 3, `2.`.
fn number_of(outline: &str) -> (u8, String) {
    let outline = outline.trim();
    let level = match outline.chars().last() {
        None => return (0, String::new()),
        Some('、') => 1,
        Some(')' | '）') => {
            let start = outline.rfind(['(', '（']).unwrap_or(0);
            let own = &outline[start..];
            let arabic = own.chars().any(|c| c.is_ascii_digit());
            return (if arabic { 4 } else { 2 }, full_width(own));
        }
        Some('.' | '．') => 3,
        Some('①'..='⑳') => 4,
        Some(c) if c.is_ascii_digit() => 3,
        Some(_) => 1,
    };
    let body = outline.trim_end_matches(['、', '.', '．']);
    let start = body.rfind(['、', '.', ')', '）']).map_or(0, |at| {
        at + body[at..].chars().next().map_or(1, char::len_utf8)
    });
    (level, outline[start..].to_owned())
}

/// Round brackets as Chinese typesetting prints them.
fn full_width(text: &str) -> String {
    text.replace('(', "\u{ff08}").replace(')', "\u{ff09}")
}

/// The sheet as Word prints it by the national standard.
pub fn official(sheet: &Sheet, paper: &Paper, annexes: &[Annex]) -> OfficialDocument {
    let mut body: Vec<BodyBlock> = sheet
        .preface
        .lines()
        .map(|line| BodyBlock::Paragraph(line.to_owned()))
        .collect();
    body.extend(paper.body.iter().map(block));
    let columns = || {
        vec![
            TableColumn::new("序号", 3),
            TableColumn::new("事项", 8),
            TableColumn::new("谁做", 6),
            TableColumn::new("期限", 5),
            TableColumn::new("佐证", 6),
        ]
    };
    let rows = paper
        .lines
        .iter()
        .map(|l| {
            vec![
                l.outline.clone(),
                l.title.clone(),
                l.who.clone(),
                l.when.clone(),
                l.evidence.clone(),
            ]
        })
        .collect();
    let mut bodies: Vec<(String, Vec<BodyBlock>)> = annexes
        .iter()
        .zip(&paper.annexes)
        .map(|(annex, title)| {
            let words = if annex.file.is_some() {
                "（另附）"
            } else {
                "（未附）"
            };
            (title.clone(), vec![BodyBlock::Paragraph(words.to_owned())])
        })
        .collect();
    bodies.push((
        "任务一览表".to_owned(),
        vec![BodyBlock::Table {
            columns: columns(),
            rows,
        }],
    ));
    if !paper.lists.is_empty() {
        let columns = vec![TableColumn::new("事项", 8), TableColumn::new("党组织", 20)];
        let rows = paper
            .lists
            .iter()
            .map(|(item, names)| vec![item.clone(), names.join("、")]);
        let table = BodyBlock::Table {
            columns,
            rows: rows.collect(),
        };
        bodies.push(("适用名单".to_owned(), vec![table]));
    }
    OfficialDocument {
        issuer_mark: Some(format!("{}文件", sheet.issuer_words)),
        number: sheet.document_number(),
        title: sheet.title.clone(),
        recipients: sheet.recipients.clone(),
        body,
        annexes: paper.annexes.clone(),
        annex_bodies: bodies,
        signer: sheet.issuer_words.clone(),
        date: sheet.doc_date,
        copy_to: String::new(),
        printed_by: None,
    }
}

fn block(para: &Para) -> BodyBlock {
    let whole = || format!("{}{}", para.heading, para.text);
    match (para.level, para.text.is_empty()) {
        (0, _) => BodyBlock::Paragraph(whole()),
        (level, false) => BodyBlock::Lead {
            level,
            heading: para.heading.clone(),
            text: para.text.clone(),
        },
        (1, true) => BodyBlock::Heading1(whole()),
        (2, true) => BodyBlock::Heading2(whole()),
        (3, true) => BodyBlock::Heading3(whole()),
        (_, true) => BodyBlock::Heading4(whole()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_number_of_an_outline_gives_its_level() {
        let cases = [
            ("二、", (1, "二、")),
            ("二、(三)", (2, "（三）")),
            ("二、(三)2.", (3, "2.")),
            ("二、(三)2.(1)", (4, "（1）")),
            ("三、1.", (3, "1.")),
            ("", (0, "")),
            ("12", (3, "12")),
        ];
        for (outline, (level, number)) in cases {
            assert_eq!(number_of(outline), (level, number.to_owned()), "{outline}");
        }
    }
}
