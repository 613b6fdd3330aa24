//! What the pages of drafts send.

use crate::entities::answer;
use crate::entities::item::{Item, names_in};
use crate::entities::sheet::Sheet;
use crate::entities::when::{When, days_in};
use crate::entities::whom::{self, Parts};
use crate::use_cases::edit_items::Deed;
use crate::use_cases::intake::{clip, json};
use crate::use_cases::save_draft::Edit;
use kernel::{Day, Id};
use std::hash::{DefaultHasher, Hash, Hasher};
use web::Form;

/// Where the page wants to go once it is saved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Go {
    /// Nowhere: it saves by itself, or the person goes on with it.
    Stay,
    /// On to the check page.
    Check,
    /// To the page that says whom an item concerns.
    Who(Id),
    /// A deed on the items first.
    Do(Deed),
}

/// A draft as sent.
#[derive(Clone, Debug)]
pub struct DraftForm {
    /// What is to be saved.
    pub edit: Edit,
    /// The sheet as the person sees it now.
    pub sheet: Sheet,
    /// The items as the person sees them now.
    pub items: Vec<Item>,
    /// Anchor of a field, and what is wrong there.
    pub errors: Vec<(String, String)>,
    /// Where to go.
    pub go: Go,
}

/// What a row was when the page was made; the form carries it so that only what its sender changed
/// is saved.
pub fn base(print: &str) -> String {
    let mut hasher = DefaultHasher::new();
    print.hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

/// Reads the draft page's form over what is stored. Only those `reviewers` may be chosen.
pub fn draft(form: &Form, stored: &Sheet, items: &[Item], reviewers: &[Id]) -> DraftForm {
    let key = clip(form.text("_key"), 64);
    let mut errors = Vec::new();
    let sheet = head(form, stored, &mut errors);
    let changed = form.has("s.base") && form.text("s.base") != base(&sheet.print());
    let again = !key.is_empty() && stored.saved_key == key;
    let sheet_edit = (changed || again).then(|| sheet.clone());
    let mut edits = Vec::new();
    let mut seen = Vec::new();
    for item in items {
        let Some(sent) = row(form, item, &mut errors) else {
            seen.push(item.clone());
            continue;
        };
        let name = |field: &str| format!("i{}.{field}", item.id);
        let edited = form.text(&name("base")) != base(&sent.print());
        let was_checked = form.text(&name("was")) == "1";
        let mut sent = sent;
        if !reviewers.contains(&sent.reviewer) {
            sent.reviewer = item.reviewer;
        }
        if !sent.doubts().is_empty() {
            // Correcting what was doubtful is looking at it.
            sent.checked = form.ticked(&name("checked")) || edited;
        }
        let again = !key.is_empty() && item.saved_key == key;
        if edited || again || sent.checked != was_checked {
            edits.push(sent.clone());
        }
        seen.push(sent);
    }
    let edit = Edit {
        key,
        sheet: sheet_edit,
        items: edits,
    };
    DraftForm {
        edit,
        sheet,
        items: seen,
        errors,
        go: go(form),
    }
}

fn go(form: &Form) -> Go {
    let deed = form.text("do");
    if let Some(id) = deed.strip_prefix("who:").and_then(|id| id.parse().ok()) {
        return Go::Who(id);
    }
    match (Deed::parse(deed), form.text("go")) {
        (Some(deed), _) => Go::Do(deed),
        (None, "check") => Go::Check,
        _ => Go::Stay,
    }
}

fn head(form: &Form, stored: &Sheet, errors: &mut Vec<(String, String)>) -> Sheet {
    if !form.has("s.title") {
        return stored.clone();
    }
    let mut day = |field: &str, words: &str, old: Day| {
        let text = form.text(field);
        text.parse().unwrap_or_else(|_| {
            errors.push((
                field.to_owned(),
                format!("{words}不是有效日期，请按 2026-11-30 的样子填写。"),
            ));
            old
        })
    };
    let period_from = day("s.from", "期间的起日", stored.period_from);
    let period_to = day("s.to", "期间的止日", stored.period_to);
    let doc_date = day("s.date", "成文日期", stored.doc_date);
    if period_to < period_from {
        errors.push(("s.to".to_owned(), "期间的止日早于起日，请改正。".to_owned()));
    }
    Sheet {
        title: clip(form.text("s.title"), 200),
        issuer_words: clip(form.text("s.issuer"), 200),
        recipients: clip(form.text("s.recipients"), 200),
        preface: clip(form.text("s.preface"), 4000),
        period_from,
        period_to,
        doc_date,
        prefix: clip(form.text("s.prefix"), 20),
        version: form.number("s.version").unwrap_or(0),
        ..stored.clone()
    }
}

/// One row, over what is stored; none if the page did not show it.
fn row(form: &Form, stored: &Item, errors: &mut Vec<(String, String)>) -> Option<Item> {
    let name = |field: &str| format!("i{}.{field}", stored.id);
    let text = |field: &str| form.text(&name(field)).to_owned();
    if !form.has(&name("title")) {
        return None;
    }
    let place = if stored.place().is_empty() {
        "这一项".to_owned()
    } else {
        stored.place()
    };
    let mut fail = |field: &str, words: String| errors.push((name(field), words));
    let title = clip(&text("title").replace(['\n', '\r'], " "), 200);
    if title.is_empty() {
        fail("title", format!("{place}：请写要做什么。"));
    }
    let (when, due) =
        when(&text("when"), &text("due"), &text("dates"), stored).unwrap_or_else(|words| {
            fail("due", format!("{place}:{words}"));
            (stored.when(), stored.due)
        });
    let mut number = |field: &str, words: &str, most: i64, old: i64| {
        let sent = text(field);
        match sent.parse::<i64>() {
            Ok(n) if (0..=most).contains(&n) => n,
            _ => {
                fail(field, format!("{place}：{words}应为 0 至 {most} 的整数。"));
                old
            }
        }
    };
    let max_files = number("max", "份数", 9, stored.max_files);
    let weight = number("weight", "分值", 100, stored.weight);
    let times = number("times", "次数", 99, 1);
    let who = whom::term(&text("who")).map_or(stored.who.clone(), |who| json(&who));
    let measure = answer::measure(&text("by"), u32::try_from(times).unwrap_or(1));
    let due_words = if due == stored.due {
        stored.due_words.clone()
    } else {
        String::new()
    };
    let evidence = names_in(&text("evidence"));
    let full = clip(&text("text"), 4000);
    let forbidden = format!("{title}\n{full}\n{}", evidence.join("\n"));
    Some(Item {
        outline: clip(&text("outline"), 40),
        forbidden: json(&reading::forbidden_words(&forbidden)),
        title,
        text: full,
        due,
        due_words,
        cadence: when.code(),
        who,
        quantity: clip(&text("quantity"), 60),
        evidence: json(&evidence),
        max_files,
        photo_why: form
            .ticked(&name("photo"))
            .then(|| clip(&text("photo_why"), 200)),
        needs_file: form.ticked(&name("needs_file")),
        measure: measure.map_or(stored.measure.clone(), |m| json(&m)),
        weight,
        substantive: form.ticked(&name("substantive")),
        reviewer: form.id(&name("reviewer")).unwrap_or(stored.reviewer),
        version: form.number(&name("version")).unwrap_or(0),
        ..stored.clone()
    })
}

fn when(
    choice: &str,
    due: &str,
    dates: &str,
    stored: &Item,
) -> Result<(When, Option<Day>), &'static str> {
    const NO_DAY: &str = "不是有效日期，请按 2026-11-30 的样子填写。";
    match choice {
        "" | "once" => match due {
            "" => Ok((When::Once, None)),
            day => Ok((When::Once, Some(day.parse().map_err(|_| NO_DAY)?))),
        },
        "dates" => match days_in(dates) {
            days if days.is_empty() => Err("请写出几个日期，用顿号隔开。"),
            days => Ok((When::Days(days), None)),
        },
        "keep" => Ok((stored.when(), stored.due)),
        code => match When::parse(code) {
            When::Once => Err("没有这种周期，请重新选择。"),
            when => Ok((when, None)),
        },
    }
}

/// Rows of conditions that the page of an item's targets offers.
pub const CONDITIONS: usize = 4;

/// Reads the page that says whom an item concerns.
pub fn parts(form: &Form) -> Parts {
    let mut parts = Parts {
        any: form.text("join") == "any",
        ..Parts::default()
    };
    for n in 0..CONDITIONS {
        if let Some(term) = whom::term(form.text(&format!("c{n}.term")))
            && term != rules::who::Who::All
        {
            parts
                .terms
                .push((form.text(&format!("c{n}.is")) == "not", term));
        }
    }
    parts.named = form.ids("named");
    parts.except = form.ids("except");
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use rules::who::Who;

    #[test]
    fn conditions_make_an_expression() {
        let form = Form::of(&[
            ("join", "all"),
            ("c0.is", "is"),
            ("c0.term", "tag:a"),
            ("c1.is", "not"),
            ("c1.term", "zone:3"),
            ("c2.term", ""),
            ("except", "8"),
        ]);
        let who = parts(&form).join();
        let tag = Who::Tag("a".into());
        let not_zone = Who::Not(Box::new(Who::Zone(Id(3))));
        let not_eight = Who::Not(Box::new(Who::Organisations(vec![Id(8)])));
        assert_eq!(
            who,
            Who::And(vec![Who::And(vec![tag, not_zone]), not_eight])
        );
    }
}
