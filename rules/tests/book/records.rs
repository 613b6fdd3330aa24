//! Records that answer a duty, or are offered for it.

use crate::day;
use crate::duty::{counted, exempted, judge, returned, words};
use crate::measure::{count, lesson};
use kernel::Id;
use rules::duty::FactKind::{Accepted, Submitted};
use rules::duty::Status::*;
use rules::duty::{Demand, FactKind, NextStep};
use rules::measure::{Measure, RecordFact, RecordFilter, RecordQuery};

#[test]
fn records_answer_by_themselves() {
    let held = [lesson(7, "2026-03-08")];
    let duty = judge(&counted(), &[], &held, "2026-03-09");
    assert_eq!(
        (duty.status, duty.next, duty.submitted_on),
        (Done, NextStep::Nothing, Some(day("2026-03-08")))
    );
    assert_eq!(
        words(&duty),
        ["3月8日 计入：“一堂语文课”", "期限2026年3月31日"]
    );
    let before = judge(&counted(), &[], &held, "2026-03-07");
    assert_eq!((before.status, before.next), (NotStarted, NextStep::Record));
    assert_eq!(before.missing, ["应有 1 次记录，已有 0 次"]);
    assert_eq!(before.changes_on, Some(day("2026-03-08")));
    assert_eq!(
        judge(&counted(), &[], &[lesson(7, "2026-04-01")], "2026-04-02").status,
        DoneLate
    );
    assert_eq!(
        judge(&counted(), &[], &[lesson(7, "2026-02-28")], "2026-04-02").status,
        NotStarted
    );
}

#[test]
fn a_closed_period_takes_no_later_record() {
    let monthly = Demand {
        window_to: Some(day("2026-03-31")),
        ..counted()
    };
    let duty = judge(&monthly, &[], &[lesson(7, "2026-04-01")], "2026-04-02");
    assert_eq!((duty.status, duty.overdue), (NotStarted, true));
}

#[test]
fn some_of_the_records_mean_under_way() {
    let two = Demand {
        measure: count(2, RecordFilter::default()),
        ..counted()
    };
    let duty = judge(&two, &[], &[lesson(7, "2026-03-08")], "2026-03-09");
    assert_eq!(
        (duty.status, duty.counted.as_slice()),
        (UnderWay, &[Id(7)][..])
    );
}

#[test]
fn records_settle_what_waits_but_not_what_was_returned_or_excused() {
    let held = [lesson(7, "2026-03-08")];
    let by = |told: &[(&str, FactKind)]| judge(&counted(), told, &held, "2026-04-30").status;
    assert_eq!(by(&[("2026-04-05", Submitted)]), Done);
    assert_eq!(by(&[("2026-03-10", returned())]), Returned);
    assert_eq!(by(&[("2026-03-10", exempted())]), Exempt);
    let put_right = [
        ("2026-03-30", returned()),
        ("2026-04-02", Submitted),
        ("2026-04-03", Accepted),
    ];
    assert_eq!(by(&put_right), Done, "the record's own date is kept");
    let too_late = [
        ("2026-03-10", returned()),
        ("2026-04-20", Submitted),
        ("2026-04-21", Accepted),
    ];
    assert_eq!(
        by(&too_late),
        DoneLate,
        "a record sent back does not settle it behind a person's back"
    );
}

#[test]
fn a_record_without_the_file_asked_for_does_not_settle() {
    let demand = Demand {
        needs_file: true,
        ..counted()
    };
    let bare = RecordFact {
        evidence: 0,
        ..lesson(7, "2026-03-08")
    };
    let duty = judge(&demand, &[], &[bare], "2026-03-09");
    assert_eq!(
        (duty.status, duty.next, duty.missing),
        (
            UnderWay,
            NextStep::Submit,
            vec!["还没有附上材料".to_owned()]
        )
    );
    assert_eq!(
        judge(&demand, &[], &[lesson(7, "2026-03-08")], "2026-03-09").status,
        Done
    );
}

#[test]
fn records_held_are_offered_for_confirmation() {
    let offer = Some(RecordQuery {
        record_kind: "lesson".to_owned(),
        filter: RecordFilter::default(),
    });
    let demand = Demand {
        measure: Measure::Review { offer },
        ..counted()
    };
    let duty = judge(&demand, &[], &[lesson(7, "2026-03-08")], "2026-03-09");
    assert_eq!((duty.status, duty.next), (NotStarted, NextStep::Confirm));
    assert_eq!(
        words(&duty),
        [
            "3月8日 可作佐证：“一堂语文课”",
            "尚缺：尚未报送",
            "期限2026年3月31日"
        ]
    );
    assert_eq!(
        judge(&demand, &[], &[], "2026-03-09").next,
        NextStep::Submit
    );
}
