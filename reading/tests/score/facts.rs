//! Figures, stated sums, the head of the document, damage and warnings.

use crate::tally::Tally;
use crate::wording::{alike, letters, list, same_name, string, strings};
use serde_json::Value;

const HEAD: [&str; 8] = [
    "kind",
    "title",
    "issuer",
    "recipients",
    "number",
    "doc_date",
    "year",
    "period",
];

pub fn head(want: &Value, got: &Value, tally: &mut Tally, misses: &mut Vec<String>) {
    for key in HEAD {
        let Some(expected) = want.get(key) else {
            continue;
        };
        let same = match (expected.as_str(), got[key].as_str()) {
            (Some(a), Some(b)) => letters(a) == letters(b),
            _ => *expected == got[key],
        };
        if !tally.head.add(same) {
            misses.push(format!("{key}: {expected} 读成 {}", got[key]));
        }
    }
}

pub fn figures(want: &Value, got: &Value, tally: &mut Tally, misses: &mut Vec<String>) {
    let read = list(got, "figures");
    let mut taken = vec![false; read.len()];
    for figure in list(want, "figures") {
        let best = read
            .iter()
            .enumerate()
            .filter(|(i, candidate)| !taken[*i] && same_figure(figure, candidate))
            .max_by(|a, b| closeness(figure, a.1).total_cmp(&closeness(figure, b.1)));
        let found = best.map(|(i, _)| i);
        if let Some(i) = found {
            taken[i] = true;
        }
        if !tally.figures.add(found.is_some()) {
            misses.push(format!("数字 {figure}"));
        }
    }
    let wanted = list(want, "figures");
    for phrase in strings(want, "not_figures") {
        let wrong = read.iter().filter(|f| f["role"].is_null()).find(|f| {
            let raw = string(f, "raw");
            !raw.is_empty() && phrase.contains(raw) && !wanted.iter().any(|w| same_figure(w, f))
        });
        if !tally.not_figures.add(wrong.is_none()) {
            misses.push(format!("不是数字: {phrase}"));
        }
    }
}

fn closeness(want: &Value, have: &Value) -> f64 {
    let (a, b) = (string(want, "label"), string(have, "label"));
    if letters(a) == letters(b) {
        2.0
    } else {
        alike(a, b) + f64::from(u8::from(same_name(a, b)))
    }
}

fn same_figure(want: &Value, have: &Value) -> bool {
    let label = letters(string(have, "label"));
    let labelled = letters(string(want, "label"))
        .chars()
        .any(|c| label.contains(c));
    let qualified = want
        .get("qualifier")
        .is_none_or(|q| *q == have["qualifier"]);
    labelled && qualified && amount(want) == amount(have)
}

/// Value and unit; ten thousands counted out, so that `86.5万元` and `865000元` are one amount.
fn amount(figure: &Value) -> (Option<i64>, String) {
    let unit = string(figure, "unit");
    let (times, unit) = match unit.strip_prefix('万') {
        Some(rest) => (10_000.0, rest),
        None => (1.0, unit),
    };
    let value = figure["value"].as_f64();
    (
        value.map(|v| (v * times * 1000.0).round() as i64),
        unit.to_owned(),
    )
}

pub fn identities(want: &Value, got: &Value, tally: &mut Tally, misses: &mut Vec<String>) {
    for identity in list(want, "identities") {
        let found = list(got, "identities")
            .iter()
            .find(|i| sum(string(i, "expr")) == sum(string(identity, "expr")));
        let right = found.is_some_and(|i| i["holds"] == identity["holds"]);
        if !tally.identities.add(right) {
            misses.push(format!("勾稽 {identity}"));
        }
    }
}

/// `90 = 1+6+83` as the total and its parts in order of size.
fn sum(expr: &str) -> (String, Vec<String>) {
    let expr: String = expr.chars().filter(|c| !c.is_whitespace()).collect();
    let (total, parts) = expr.split_once('=').unwrap_or((&expr, ""));
    let mut parts: Vec<String> = parts.split('+').map(str::to_owned).collect();
    parts.sort();
    (total.to_owned(), parts)
}

pub fn damage(want: &Value, got: &Value, tally: &mut Tally, misses: &mut Vec<String>) {
    for word in strings(want, "damage") {
        let repaired = list(got, "damage")
            .iter()
            .any(|d| string(d, "repaired").contains(word));
        if !tally.marks.add(repaired) {
            misses.push(format!("未修复 {word}"));
        }
    }
    for word in strings(want, "warnings") {
        let warned = strings(got, "warnings").iter().any(|w| w.contains(word));
        if !tally.marks.add(warned) {
            misses.push(format!("未提醒 {word}"));
        }
    }
}
