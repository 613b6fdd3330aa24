//! 丢字修复: characters whose bytes were lost in a conversion, restored only where the same
//! document spells the word intact elsewhere; anything else is left and reported.

use crate::reading::Damage;
use crate::script::{is_han, simplified};
use crate::text::Glyph;
use encoding_rs::GB18030;

const WHY_REPAIRED: &str = "字节丢失,按文中别处完整写法补回,请核对";
const WHY_SHIFTED: &str = "字节错位,按前一处补回的字重新对齐,请核对";
const WHY_LEFT: &str = "字节丢失,文中没有完整写法,保留原样";

/// A stretch to replace: glyphs `at..end` become `with`.
struct Fix {
    at: usize,
    end: usize,
    /// How many characters before `at` are shown beside the damage.
    context: usize,
    with: Option<String>,
    why: &'static str,
}

/// Repairs what can be repaired, and reports all of it.
pub fn repair_lost_bytes(glyphs: Vec<Glyph>, raw: &[char]) -> (Vec<Glyph>, Vec<Damage>) {
    let chars: Vec<char> = glyphs.iter().map(|g| g.matched).collect();
    let fixes = find(&chars, &glyphs, raw);
    let mut out = Vec::with_capacity(glyphs.len());
    let mut damage = Vec::new();
    let mut at = 0;
    for fix in fixes {
        if fix.at < at {
            continue;
        }
        out.extend_from_slice(&glyphs[at..fix.at]);
        damage.push(report(&fix, &chars, &glyphs, raw));
        let (from, to) = (glyphs[fix.at].from, glyphs[fix.end - 1].to);
        match &fix.with {
            Some(with) => out.extend(with.chars().map(|c| Glyph {
                matched: c,
                shown: c,
                from,
                to,
            })),
            None => out.extend_from_slice(&glyphs[fix.at..fix.end]),
        }
        at = fix.end;
    }
    out.extend_from_slice(&glyphs[at..]);
    (out, damage)
}

fn report(fix: &Fix, chars: &[char], glyphs: &[Glyph], raw: &[char]) -> Damage {
    let start = fix.at.saturating_sub(fix.context);
    let span = [glyphs[start].from, glyphs[fix.end - 1].to];
    let before: String = chars[start..fix.at].iter().collect();
    Damage {
        raw: raw.get(span[0]..span[1]).unwrap_or(&[]).iter().collect(),
        repaired: fix
            .with
            .as_ref()
            .map(|with| before + with.trim_end_matches('”')),
        span,
        why: fix.why.to_owned(),
    }
}

fn find(chars: &[char], glyphs: &[Glyph], raw: &[char]) -> Vec<Fix> {
    let mut fixes = Vec::new();
    let mut i = 0;
    while i < chars.len() {
        let found = match chars[i] {
            '!' => shifted(chars, i)
                .or_else(|| misplaced(chars, i))
                .map(|fix| match realigned(chars, glyphs, raw, i + 1) {
                    Some(rest) => vec![fix, rest],
                    None => vec![closed(chars, fix)],
                }),
            '?' => gloss_remains(chars, i)
                .or_else(|| question(chars, i))
                .map(|f| vec![f]),
            '\u{fffd}' | '□' => Some(vec![replaced(chars, i)]),
            _ => None,
        };
        match found {
            Some(found) => {
                i = found.last().map_or(i + 1, |f| f.end).max(i + 1);
                fixes.extend(found);
            }
            None => i += 1,
        }
    }
    fixes
}

/// The closing quotation mark is lost with the character before it when nothing else closes the
/// open one.
fn closed(chars: &[char], fix: Fix) -> Fix {
    let line = chars[..fix.at].rsplit(|c| *c == '\n').next().unwrap_or(&[]);
    let open =
        line.iter().filter(|c| **c == '“').count() > line.iter().filter(|c| **c == '”').count();
    let closes = chars[fix.end..].iter().take(6).any(|c| *c == '”');
    let with = fix
        .with
        .map(|with| if open && !closes { with + "”" } else { with });
    Fix { with, ..fix }
}

/// Characters that `middle` stands for in `left + middle + right` elsewhere; `None` unless they are
/// always the same.
fn intact(
    chars: &[char],
    left: &[char],
    length: usize,
    right: &[char],
    not_at: usize,
) -> Option<String> {
    let window = left.len() + length + right.len();
    let mut found: Option<&[char]> = None;
    for (i, w) in chars.windows(window).enumerate() {
        let middle = &w[left.len()..left.len() + length];
        let same_place = i + left.len() == not_at;
        if same_place
            || !w.starts_with(left)
            || !w.ends_with(right)
            || !middle.iter().all(|c| is_han(*c))
        {
            continue;
        }
        match found {
            Some(before) if before != middle => return None,
            _ => found = Some(middle),
        }
    }
    found.map(|m| m.iter().collect())
}

fn han_before(chars: &[char], at: usize, most: usize) -> &[char] {
    let n = chars[..at]
        .iter()
        .rev()
        .take(most)
        .take_while(|c| is_han(**c))
        .count();
    &chars[at - n..at]
}

fn han_after(chars: &[char], at: usize, most: usize) -> &[char] {
    let n = chars[at..]
        .iter()
        .take(most)
        .take_while(|c| is_han(**c))
        .count();
    &chars[at..at + n]
}

/// The characters whose GBK form ends in that byte.
fn ending_in(trail: u8) -> Vec<char> {
    (0x81..=0xfe_u8)
        .filter_map(|lead| {
            let bytes = [lead, trail];
            let (text, bad) = GB18030.decode_without_bom_handling(&bytes);
            text.chars()
                .next()
                .filter(|c| !bad && is_han(*c))
                .map(simplified)
        })
        .collect()
}

/// `青少年黨!`: the lead byte of a character was lost, and what is left of it, with the next byte,
/// became an exclamation mark (A3 A1).
fn shifted(chars: &[char], at: usize) -> Option<Fix> {
    let possible = ending_in(0xa3);
    for length in (2..=4).rev() {
        let left = han_before(chars, at, length);
        if left.len() < length {
            continue;
        }
        if let Some(with) = intact(chars, left, 1, &[], at)
            && with.chars().all(|c| possible.contains(&c))
        {
            let context = han_before(chars, at, 4).len();
            return Some(Fix {
                at,
                end: at + 1,
                context,
                with: Some(with),
                why: WHY_REPAIRED,
            });
        }
    }
    None
}

/// An exclamation mark where no sentence ends, inside a word that the document spells one way only.
fn misplaced(chars: &[char], at: usize) -> Option<Fix> {
    let next = chars.get(at + 1).copied().unwrap_or('\n');
    let recent = &chars[at.saturating_sub(12)..at];
    let count = |c: char| recent.iter().filter(|r| **r == c).count();
    let inside = count('“') > count('”') || ",、;)".contains(next);
    let left = han_before(chars, at, 4);
    if !inside || left.len() < 3 || next.is_whitespace() {
        return None;
    }
    let with = intact(chars, left, 1, &[], at)?;
    let context = left.len();
    Some(Fix {
        at,
        end: at + 1,
        context,
        with: Some(with),
        why: WHY_REPAIRED,
    })
}

/// After a lost lead byte the following bytes pair up wrongly until one is used up by an ASCII
/// character; pairing them anew gives the text back. The last character must make a word of the
/// document with what follows it.
fn realigned(chars: &[char], glyphs: &[Glyph], raw: &[char], at: usize) -> Option<Fix> {
    let mut bytes = vec![0xa1_u8];
    for (i, glyph) in glyphs.iter().enumerate().skip(at).take(6) {
        let c = *raw.get(glyph.from)?;
        if c.is_ascii() {
            let right = *chars.get(i + 1)?;
            let with = paired_anew(chars, &bytes, c as u8, right)?;
            return Some(Fix {
                at,
                end: i + 1,
                context: 0,
                with: Some(with),
                why: WHY_SHIFTED,
            });
        }
        let one = c.to_string();
        let (encoded, _, bad) = GB18030.encode(&one);
        if bad || encoded.len() != 2 {
            return None;
        }
        bytes.extend_from_slice(&encoded);
    }
    None
}

fn decoded(bytes: &[u8]) -> Option<Vec<char>> {
    let (text, bad) = GB18030.decode_without_bom_handling(bytes);
    (!bad && bytes.len().is_multiple_of(2)).then(|| text.chars().map(simplified).collect())
}

/// The shifted bytes with their last byte, either as they are or with one pair put back that the
/// conversion dropped because no character stands there.
fn paired_anew(chars: &[char], bytes: &[u8], last: u8, right: char) -> Option<String> {
    let straight = decoded(&[bytes, &[last]].concat()).filter(|text| fits(chars, text, right, 1));
    if let Some(text) = straight {
        return Some(text.into_iter().collect());
    }
    let empty_rows = (0xaa..=0xaf_u8).chain(0xf8..=0xfe);
    let mut found: Vec<Vec<char>> = empty_rows
        .flat_map(|lead| (0xa1..=0xfe_u8).map(move |trail| (lead, trail)))
        .filter_map(|(lead, trail)| decoded(&[bytes, &[lead, trail, last]].concat()))
        .filter(|text| fits(chars, text, right, 2))
        .collect();
    found.sort();
    found.dedup();
    if let [one] = found.as_slice() {
        Some(one.iter().collect())
    } else {
        None
    }
}

/// Whether the last characters make words of the document with their neighbours.
fn fits(chars: &[char], text: &[char], right: char, last: usize) -> bool {
    let mut word = text.to_vec();
    word.push(right);
    let from = word.len().saturating_sub(last * 2);
    word[from..]
        .chunks(2)
        .all(|pair| pair.iter().all(|c| is_han(*c)) && occurs(chars, pair))
}

/// `談?wù)J識`: the remains of a gloss, then the second byte of a lost character.
fn gloss_remains(chars: &[char], at: usize) -> Option<Fix> {
    let close = chars[at..].iter().take(9).position(|c| *c == ')')? + at;
    let inner = &chars[at + 1..close];
    let is_syllable = !inner.is_empty()
        && inner.iter().all(|c| c.is_alphabetic() && !is_han(*c))
        && inner.iter().any(|c| !c.is_ascii());
    if !is_syllable || inner.contains(&'(') {
        return None;
    }
    let letter = *chars.get(close + 1)?;
    let end = if letter.is_ascii_graphic() {
        close + 2
    } else {
        close + 1
    };
    let context = han_before(chars, at, 2).len();
    let right = han_after(chars, end, 1);
    let mut words: Vec<char> = if letter.is_ascii_graphic() && right.len() == 1 {
        ending_in(letter as u8)
            .into_iter()
            .filter(|c| occurs(chars, &[*c, right[0]]))
            .collect()
    } else {
        Vec::new()
    };
    words.sort_unstable();
    words.dedup();
    let with = if let [one] = words.as_slice() {
        Some(one.to_string())
    } else {
        None
    };
    let why = if with.is_some() {
        WHY_REPAIRED
    } else {
        WHY_LEFT
    };
    Some(Fix {
        at,
        end,
        context,
        with,
        why,
    })
}

fn occurs(chars: &[char], word: &[char]) -> bool {
    chars.windows(word.len()).any(|w| w == word)
}

/// A question mark inside a word that is spelled in full elsewhere.
fn question(chars: &[char], at: usize) -> Option<Fix> {
    let (left, right) = (han_before(chars, at, 2), han_after(chars, at + 1, 2));
    if left.len() < 2 || right.len() < 2 {
        return None;
    }
    let with = intact(chars, left, 1, right, at)?;
    Some(Fix {
        at,
        end: at + 1,
        context: 2,
        with: Some(with),
        why: WHY_REPAIRED,
    })
}

/// Replacement marks, one or more.
fn replaced(chars: &[char], at: usize) -> Fix {
    let n = chars[at..]
        .iter()
        .take_while(|c| matches!(c, '\u{fffd}' | '□'))
        .count();
    let end = at + n;
    let context = han_before(chars, at, 3).len();
    for (l, r) in [(3, 2), (2, 2), (3, 1), (2, 1), (1, 2), (3, 0)] {
        let (left, right) = (han_before(chars, at, l), han_after(chars, end, r));
        if left.len() < l || right.len() < r {
            continue;
        }
        for length in [1, 2].into_iter().filter(|length| *length <= n) {
            if let Some(with) = intact(chars, left, length, right, at) {
                return Fix {
                    at,
                    end,
                    context,
                    with: Some(with),
                    why: WHY_REPAIRED,
                };
            }
        }
    }
    Fix {
        at,
        end,
        context,
        with: None,
        why: WHY_LEFT,
    }
}

#[cfg(test)]
mod tests {
    use crate::repair::repair;
    use kernel::document::Document;

    fn of(text: &str) -> (String, Vec<(String, Option<String>)>) {
        let r = repair(&Document::from_text(text));
        let damage = r.damage.into_iter().map(|d| (d.raw, d.repaired)).collect();
        (r.text.as_str().trim_end().to_owned(), damage)
    }

    #[test]
    fn a_lost_lead_byte_is_restored_from_the_intact_word() {
        let said = "办好“青少年黨校”,教育特色的黨建,学校。各“青少年黨!,4月开展。20所“青少年黨!钡膶W校。好“青少年黨!碧厣h建載體";
        let (text, damage) = of(said);
        assert!(
            text.contains("各“青少年党校”,4月开展。20所“青少年党校”的学校。"),
            "{text}"
        );
        assert!(text.ends_with("“青少年党校”特色党建载体"), "{text}");
        assert_eq!(
            damage[0],
            ("青少年黨!".to_owned(), Some("青少年党校".to_owned()))
        );
        assert_eq!(damage[2], ("钡膶W".to_owned(), Some("”的学".to_owned())));
    }

    #[test]
    fn a_real_exclamation_mark_stays() {
        let (text, damage) = of("为实现目标而努力奋斗!同志们,努力奋斗的时刻到了。");
        assert!(text.contains("奋斗!同志"));
        assert!(damage.is_empty());
    }

    #[test]
    fn what_has_no_intact_spelling_is_left_and_reported() {
        let (text, damage) = of("请联系教育\u{fffd}\u{fffd}办公室");
        assert!(text.contains('\u{fffd}'));
        assert_eq!(damage[0].1, None);
        let (text, damage) = of("深化认识、查摆问题。体现谈?wù)J识、谈不足");
        assert!(text.contains("体现谈认识"), "{text}");
        assert_eq!(damage[0].1.as_deref(), Some("现谈认"));
    }
}
