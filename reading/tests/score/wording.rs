//! How alike two wordings are: punctuation, width and spaces aside.

use serde_json::Value;

/// The letters and digits of `text`, full width folded.
pub fn letters(text: &str) -> String {
    text.chars()
        .map(fold)
        .filter(|c| c.is_alphanumeric())
        .collect()
}

/// An outline number as printed, with half-width brackets and without spaces.
pub fn outline(text: &str) -> String {
    text.chars()
        .map(fold)
        .filter(|c| !c.is_whitespace())
        .collect()
}

fn fold(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        _ => c,
    }
}

/// Dice's measure over pairs of letters, 0 to 1.
pub fn alike(a: &str, b: &str) -> f64 {
    let (a, b) = (pairs(a), pairs(b));
    if a.is_empty() || b.is_empty() {
        return 0.0;
    }
    2.0 * shared(&a, &b) / (a.len() + b.len()) as f64
}

/// How much of `part` stands in `whole`, 0 to 1.
pub fn contained(part: &str, whole: &str) -> f64 {
    let (part, whole) = (pairs(part), pairs(whole));
    if part.is_empty() {
        return 0.0;
    }
    shared(&part, &whole) / part.len() as f64
}

/// Whether two names mean the same: one stands in the other, or they are nearly alike.
pub fn same_name(a: &str, b: &str) -> bool {
    let (x, y) = (letters(a), letters(b));
    !x.is_empty() && !y.is_empty() && (x.contains(&y) || y.contains(&x) || alike(a, b) >= 0.6)
}

fn pairs(text: &str) -> Vec<(char, char)> {
    let letters: Vec<char> = letters(text).chars().collect();
    letters.windows(2).map(|w| (w[0], w[1])).collect()
}

fn shared(a: &[(char, char)], b: &[(char, char)]) -> f64 {
    let mut rest = b.to_vec();
    let mut count = 0;
    for pair in a {
        if let Some(at) = rest.iter().position(|p| p == pair) {
            rest.swap_remove(at);
            count += 1;
        }
    }
    f64::from(count)
}

/// The items of an array under `key`, or nothing.
pub fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value[key].as_array().map_or(&[], Vec::as_slice)
}

/// The strings of an array under `key`.
pub fn strings<'a>(value: &'a Value, key: &str) -> Vec<&'a str> {
    list(value, key).iter().filter_map(Value::as_str).collect()
}

/// The string under `key`, or nothing.
pub fn string<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}
