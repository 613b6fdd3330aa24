//! Which task that was read answers which task a person read.

use crate::wording::{alike, contained, outline, string};
use serde_json::Value;

/// For each expected task the index of the read one, if any. First by outline and part, then by
/// the likeness of the titles, then by the words of the deadline.
pub fn pair(expected: &[Value], got: &[Value]) -> Vec<Option<usize>> {
    let mut pairing = Pairing {
        of: vec![None; expected.len()],
        taken: vec![false; got.len()],
    };
    pairing.take_best(expected, got, by_outline);
    pairing.take_best(expected, got, by_title);
    pairing.take_best(expected, got, by_due_text);
    pairing.of
}

struct Pairing {
    of: Vec<Option<usize>>,
    taken: Vec<bool>,
}

impl Pairing {
    /// Pairs what is left, most alike first; `rate` says `None` for what may not be paired.
    fn take_best(
        &mut self,
        expected: &[Value],
        got: &[Value],
        rate: fn(&Value, &Value) -> Option<f64>,
    ) {
        let mut rated = Vec::new();
        for (e, want) in expected
            .iter()
            .enumerate()
            .filter(|(e, _)| self.of[*e].is_none())
        {
            for (g, have) in got.iter().enumerate().filter(|(g, _)| !self.taken[*g]) {
                if let Some(rate) = rate(want, have) {
                    rated.push((rate + tie_break(want, have), e, g));
                }
            }
        }
        rated.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)).then(a.2.cmp(&b.2)));
        for (_, e, g) in rated {
            if self.of[e].is_none() && !self.taken[g] {
                self.of[e] = Some(g);
                self.taken[g] = true;
            }
        }
    }
}

fn by_outline(want: &Value, have: &Value) -> Option<f64> {
    let number = want["outline"].as_str()?;
    let same_part = match want.get("part") {
        Some(part) => *part == have["part"],
        None => true,
    };
    let rate = likeness(want, have);
    (same_part && outline(number) == outline(string(have, "outline")) && rate >= 0.2)
        .then_some(rate)
}

fn by_title(want: &Value, have: &Value) -> Option<f64> {
    let rate = likeness(want, have);
    (rate >= 0.5).then_some(rate)
}

fn by_due_text(want: &Value, have: &Value) -> Option<f64> {
    let rate = likeness(want, have);
    let due_text = want["due_text"].as_str()?;
    (due_text == string(have, "due_text") && rate >= 0.3).then_some(rate)
}

/// Titles compared with titles; a title that stands in the other's text counts almost as much.
fn likeness(want: &Value, have: &Value) -> f64 {
    let title = string(want, "title");
    let whole = format!("{} {}", string(have, "title"), string(have, "text"));
    alike(title, string(have, "title")).max(0.9 * contained(title, &whole))
}

/// Between parts of one paragraph the text is the same: the date then tells which is meant. A
/// container stands back behind the items in it, and what may be read behind what must be.
fn tie_break(want: &Value, have: &Value) -> f64 {
    let date = want["due"].is_string() && want["due"] == have["due"];
    let container = have["container"] == true;
    let optional = want["optional"] == true;
    (if date { 0.05 } else { 0.0 })
        - (if container { 0.3 } else { 0.0 })
        - (if optional { 0.3 } else { 0.0 })
}
