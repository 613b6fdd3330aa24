//! How notices say what is to be handed in and who must act, one invented sentence each.

#![allow(clippy::unwrap_used)] // a test that cannot go on should stop

mod evidence;
mod targets;

use kernel::document::Document;
use reading::{Item, Options, read};

/// The items read from a notice with this one paragraph.
fn items(sentence: &str) -> Vec<Item> {
    let said = format!(
        "关于做好2025年党建重点工作的通知\n各基层党组织:\n一、重点工作\n(一){sentence}\n\
         (二)召开部署会。5月9日前召开。\n清禾县教育局\n2025年3月3日"
    );
    let reading = read(&Document::from_text(&said), &Options::default());
    let tasks = reading.tasks.into_iter().filter(|t| !t.container);
    tasks.filter(|t| t.outline.ends_with("(一)")).collect()
}

fn check(cases: &[(&str, &str)], read: impl Fn(&[Item]) -> String) {
    let wrong: Vec<String> = cases
        .iter()
        .filter_map(|(sentence, expected)| {
            let got = read(&items(sentence));
            (got != *expected).then(|| format!("{sentence}\n  {expected}\n  {got}"))
        })
        .collect();
    assert!(
        wrong.is_empty(),
        "{} of {}:\n{}",
        wrong.len(),
        cases.len(),
        wrong.join("\n")
    );
}
