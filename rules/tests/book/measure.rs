use crate::day;
use kernel::Id;
use rules::measure::*;

pub fn lesson(id: i64, on: &str) -> RecordFact {
    RecordFact {
        id: Id(id),
        kind: "lesson".to_owned(),
        subkind: "report".to_owned(),
        day: day(on),
        title: "一堂语文课".to_owned(),
        speaker_is_secretary: false,
        speaker_age: Some(35),
        attended: 18,
        expected: 20,
        evidence: 1,
    }
}

pub fn count(at_least: u32, filter: RecordFilter) -> Measure {
    Measure::Count {
        query: RecordQuery {
            record_kind: "lesson".to_owned(),
            filter,
        },
        at_least,
    }
}

fn march() -> Window {
    Window {
        from: day("2026-03-01"),
        to: Some(day("2026-03-31")),
    }
}

#[test]
fn the_nth_record_answers_a_count() {
    let records = [
        lesson(3, "2026-03-20"),
        lesson(1, "2026-03-08"),
        lesson(2, "2026-02-28"),
        lesson(4, "2026-03-31"),
    ];
    let two = count(2, RecordFilter::default()).evaluate(&records, march());
    assert_eq!(
        (two.answered, two.on, two.counted),
        (true, Some(day("2026-03-20")), vec![Id(1), Id(3)])
    );
    let four = count(4, RecordFilter::default()).evaluate(&records, march());
    assert_eq!(
        (four.answered, four.missing.as_str()),
        (false, "应有 4 次记录，已有 3 次")
    );
    assert_eq!(four.counted, [Id(1), Id(3), Id(4)]);
}

#[test]
fn a_filter_asks_for_the_speaker_the_kind_and_the_topic() {
    let holds = |filter: RecordFilter, record: &RecordFact| filter.holds(record);
    let speaker = |speaker| RecordFilter {
        speaker,
        ..RecordFilter::default()
    };
    let young = lesson(1, "2026-03-08");
    let older = RecordFact {
        speaker_age: Some(36),
        ..young.clone()
    };
    let unknown = RecordFact {
        speaker_age: None,
        ..young.clone()
    };
    let secretary = RecordFact {
        speaker_is_secretary: true,
        ..older.clone()
    };
    assert!(
        holds(speaker(Speaker::AgedAtMost(35)), &young),
        "35 itself is in"
    );
    assert!(!holds(speaker(Speaker::AgedAtMost(35)), &older));
    assert!(!holds(speaker(Speaker::AgedAtMost(35)), &unknown));
    assert!(
        holds(speaker(Speaker::Secretary), &secretary)
            && !holds(speaker(Speaker::Secretary), &young)
    );
    let topic = |words: &str| RecordFilter {
        topic: Some(words.to_owned()),
        ..RecordFilter::default()
    };
    assert!(holds(topic("语文"), &young) && !holds(topic("数学"), &young));
    let kind = |code: &str| RecordFilter {
        subkind: Some(code.to_owned()),
        ..RecordFilter::default()
    };
    assert!(holds(kind("report"), &young) && !holds(kind("demonstration"), &young));
}

#[test]
fn coverage_needs_one_record_that_reaches_the_share() {
    let measure = |percent| Measure::Coverage {
        query: RecordQuery {
            record_kind: "lesson".to_owned(),
            filter: RecordFilter::default(),
        },
        percent,
    };
    let records = [lesson(1, "2026-03-08")];
    assert!(measure(90).evaluate(&records, march()).answered);
    let short = measure(91).evaluate(&records, march());
    assert_eq!(
        short.missing,
        "参加面应达 91%，最近一次应到 20 人、实到 18 人"
    );
    assert_eq!(
        measure(100).evaluate(&[], march()).missing,
        "尚无记录，参加面应达 100%"
    );
    let nobody_expected = RecordFact {
        attended: 0,
        expected: 0,
        ..lesson(2, "2026-03-09")
    };
    assert!(!measure(100).evaluate(&[nobody_expected], march()).answered);
}

#[test]
fn a_review_only_offers_records() {
    let offer = Some(RecordQuery {
        record_kind: "lesson".to_owned(),
        filter: RecordFilter::default(),
    });
    let measured = Measure::Review { offer }.evaluate(&[lesson(1, "2026-03-08")], march());
    assert_eq!((measured.answered, measured.counted), (false, vec![Id(1)]));
    assert!(
        Measure::default()
            .evaluate(&[lesson(1, "2026-03-08")], march())
            .counted
            .is_empty()
    );
}

#[test]
fn the_stored_form_is_stable() {
    let measure = count(
        1,
        RecordFilter {
            speaker: Speaker::AgedAtMost(35),
            ..RecordFilter::default()
        },
    );
    let json = r#"{"measure":"count","record_kind":"lesson","filter":{"speaker":{"aged_at_most":35}},"at_least":1}"#;
    assert_eq!(serde_json::to_string(&measure).unwrap(), json);
    for measure in [
        measure,
        Measure::default(),
        count(2, RecordFilter::default()),
    ] {
        let json = serde_json::to_string(&measure).unwrap();
        assert_eq!(serde_json::from_str::<Measure>(&json).unwrap(), measure);
    }
    let plain: Measure =
        serde_json::from_str(r#"{"measure":"count","record_kind":"lesson","at_least":2}"#).unwrap();
    assert_eq!(plain, count(2, RecordFilter::default()));
}
