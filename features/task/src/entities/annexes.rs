//! 附件: those a text cites and those it lists.

use std::collections::BTreeMap;

/// Annexes of a text by number, with the name where it is listed. Those only cited have none.
pub fn in_text(text: &str) -> BTreeMap<i64, String> {
    /// No sheet has more; a larger number is something else.
    const MOST: i64 = 30;
    let mut found: BTreeMap<i64, String> = BTreeMap::new();
    for (at, _) in text.match_indices("附件") {
        for n in numbers(&text[at + "附件".len()..])
            .into_iter()
            .filter(|n| (1..=MOST).contains(n))
        {
            found.entry(n).or_default();
        }
    }
    for (n, name) in listed(text) {
        if (1..=MOST).contains(&n) {
            found.insert(n, name);
        }
    }
    found
}

/// `1、2`, `1—3`: the numbers that follow the word.
fn numbers(rest: &str) -> Vec<i64> {
    let mut out: Vec<i64> = Vec::new();
    let mut digits = String::new();
    let mut range_from = None;
    for c in rest.chars().chain(['\n']) {
        if c.is_ascii_digit() {
            digits.push(c);
            continue;
        }
        if let Ok(n) = digits.parse::<i64>() {
            let from: i64 = range_from.take().map_or(n, |from: i64| from + 1);
            out.extend((from..=n).take(30));
        }
        let had = !digits.is_empty();
        digits.clear();
        match c {
            '—' | '-' | '–' | '至' | '~' if had => range_from = out.last().copied(),
            '—' | '、' | ',' | ' ' if had || range_from.is_some() => {}
            _ => break,
        }
    }
    out
}

/// The list of annexes under `附件:`, each on a line of its own or the first beside the word.
fn listed(text: &str) -> Vec<(i64, String)> {
    let mut out = Vec::new();
    let mut inside = false;
    for line in text.lines().map(str::trim) {
        let after = ["附件:", "附件："]
            .iter()
            .find_map(|head| line.strip_prefix(head));
        if let Some(rest) = after {
            inside = true;
            match (numbered(rest), rest.trim()) {
                (Some(entry), _) => out.push(entry),
                (None, "") => {}
                (None, name) => out.push((1, clean(name))),
            }
        } else if inside {
            match numbered(line) {
                Some(entry) => out.push(entry),
                None if line.is_empty() => {}
                None => inside = false,
            }
        }
    }
    out
}

fn numbered(line: &str) -> Option<(i64, String)> {
    let line = line.trim();
    let end = line.find(|c: char| !c.is_ascii_digit())?;
    let n = line[..end].parse().ok()?;
    let name = line[end..].strip_prefix(['.', '.', '、', '．', ' '])?;
    let name = clean(name);
    (!name.is_empty()).then_some((n, name))
}

fn clean(name: &str) -> String {
    name.trim()
        .trim_matches(['《', '》', '。', ';', '；'])
        .chars()
        .take(120)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cited_and_listed_annexes_are_told_apart() {
        let text = "学习有关文件(见附件1、2)。评价表见附件3。\n附件:\n1.议事规则参考文本\n2.会议制度\n\n某局";
        let found: Vec<_> = in_text(text).into_iter().collect();
        let wanted = [(1, "议事规则参考文本"), (2, "会议制度"), (3, "")];
        assert_eq!(found, wanted.map(|(n, name)| (n, name.to_owned())));
    }

    #[test]
    fn ranges_and_single_names_are_read() {
        assert_eq!(in_text("详见附件1—3。").len(), 3);
        let one: Vec<_> = in_text("附件：任务清单").into_iter().collect();
        assert_eq!(one, [(1, "任务清单".to_owned())]);
        assert!(in_text("没有附件。").is_empty());
    }
}
