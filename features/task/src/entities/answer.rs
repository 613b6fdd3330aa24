//! 完成方式: what answers an item, as forms offer it.

use record::kinds::{Kind, Subkind};
use rules::measure::{Measure, RecordFilter, RecordQuery, Speaker};
use rules::who::Who;

/// A way to answer, by code.
struct Way {
    code: &'static str,
    words: &'static str,
    kind: Kind,
    subkind: Option<Subkind>,
    speaker: Speaker,
}

/// Answered by a submission that a person accepts.
pub const REVIEW: &str = "review";
/// An expression the form does not offer, kept as it is.
pub const KEEP: &str = "keep";

const fn way(
    code: &'static str,
    words: &'static str,
    kind: Kind,
    subkind: Option<Subkind>,
    speaker: Speaker,
) -> Way {
    Way {
        code,
        words,
        kind,
        subkind,
        speaker,
    }
}

/// Ways that records answer by themselves, the general one first.
const WAYS: &[Way] = &[
    way(
        "lecture",
        "党课或宣讲记录",
        Kind::Lecture,
        None,
        Speaker::Any,
    ),
    way(
        "party_lecture",
        "党课记录",
        Kind::Lecture,
        Some(Subkind::PartyLecture),
        Speaker::Any,
    ),
    way(
        "lecture_by_secretary",
        "书记讲课记录",
        Kind::Lecture,
        None,
        Speaker::Secretary,
    ),
    way(
        "youth_lecture",
        "青少年党校宣讲记录",
        Kind::Lecture,
        Some(Subkind::YouthLecture),
        Speaker::Any,
    ),
    way(
        "report_lesson",
        "汇报课记录",
        Kind::Lesson,
        Some(Subkind::ReportLesson),
        Speaker::Any,
    ),
    way(
        "report_lesson_young",
        "35周岁以下党员教师汇报课记录",
        Kind::Lesson,
        Some(Subkind::ReportLesson),
        Speaker::AgedAtMost(35),
    ),
    way(
        "demonstration_lesson",
        "示范课记录",
        Kind::Lesson,
        Some(Subkind::DemonstrationLesson),
        Speaker::Any,
    ),
];

/// Code and words of every way a form offers.
pub fn choices() -> impl Iterator<Item = (&'static str, &'static str)> {
    std::iter::once((REVIEW, "报送后由人审核")).chain(WAYS.iter().map(|w| (w.code, w.words)))
}

/// The measure of that code, asked for `times`.
pub fn measure(code: &str, times: u32) -> Option<Measure> {
    if code == REVIEW {
        return Some(Measure::default());
    }
    let way = WAYS.iter().find(|w| w.code == code)?;
    let filter = RecordFilter {
        subkind: way.subkind.map(|s| s.code().to_owned()),
        speaker: way.speaker,
        topic: None,
    };
    let query = RecordQuery {
        record_kind: way.kind.code().to_owned(),
        filter,
    };
    Some(Measure::Count {
        query,
        at_least: times.max(1),
    })
}

/// Code of a measure and how often; [`KEEP`] where the form offers no such way.
pub fn code(of: &Measure) -> (&'static str, u32) {
    match of {
        Measure::Review { offer: None } => (REVIEW, 1),
        Measure::Count { at_least, .. } => {
            let same = |way: &&Way| measure(way.code, *at_least).as_ref() == Some(of);
            (WAYS.iter().find(same).map_or(KEEP, |w| w.code), *at_least)
        }
        Measure::Review { .. } | Measure::Coverage { .. } => (KEEP, 1),
    }
}

/// What answers it, in words.
pub fn words(of: &Measure) -> String {
    match code(of) {
        (REVIEW, _) => "报送后由人审核".to_owned(),
        (KEEP, _) if of.answers_itself() => "由记录自动完成".to_owned(),
        (KEEP, _) => "报送后由人审核".to_owned(),
        (code, times) => {
            let way = WAYS
                .iter()
                .find(|w| w.code == code)
                .map_or("记录", |w| w.words);
            if times > 1 {
                format!("由{way}自动完成（{times} 次）")
            } else {
                format!("由{way}自动完成")
            }
        }
    }
}

/// The way a reading suggests, if one fits.
pub fn hinted(hint: Option<&str>, who: &Who) -> Option<&'static str> {
    let hint = match (hint?, who) {
        ("lecture", Who::Tag(tag)) if tag == "youth_party_school" => "youth_lecture",
        ("report_lesson", Who::HasMembersAged { at_most: 35, .. }) => "report_lesson_young",
        (hint, _) => hint,
    };
    WAYS.iter().find(|w| w.code == hint).map(|w| w.code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_is_read_back_as_it_was_chosen() {
        for (chosen, _) in choices() {
            let made = measure(chosen, 2).unwrap();
            let times = if chosen == REVIEW { 1 } else { 2 };
            assert_eq!(code(&made), (chosen, times));
        }
        assert_eq!(
            words(&measure("lecture_by_secretary", 1).unwrap()),
            "由书记讲课记录自动完成"
        );
    }
}
