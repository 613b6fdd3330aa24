use crate::day;
use crate::measure::count;
use kernel::{Day, Id, Instant};
use rules::calendar::WorkingCalendar;
use rules::duty::*;
use rules::measure::{Measure, RecordFact, RecordFilter};
use rules::score::Standing;

/// Facts in the order given, at nine o'clock of their day.
pub fn facts(told: &[(&str, FactKind)]) -> Vec<Fact> {
    (1i64..)
        .zip(told)
        .map(|(n, (on, kind))| Fact {
            id: Id(n),
            kind: kind.clone(),
            at: Instant::at(day(on), 9 * 3_600_000 + n),
            by: "周敏".to_owned(),
            by_id: Id(100),
            reason: None,
        })
        .collect()
}

pub fn returned() -> FactKind {
    FactKind::Returned {
        reason: "缺家长会一栏的条数".to_owned(),
        field: Some("text".to_owned()),
    }
}

pub fn exempted() -> FactKind {
    FactKind::Exempted {
        reason: "撤并".to_owned(),
    }
}

fn review() -> Demand {
    Demand::new(
        Id(1),
        day("2026-03-01"),
        day("2026-03-20"),
        Measure::default(),
    )
}

pub fn counted() -> Demand {
    Demand::new(
        Id(1),
        day("2026-03-01"),
        day("2026-03-31"),
        count(1, RecordFilter::default()),
    )
}

pub fn judge(
    demand: &Demand,
    told: &[(&str, FactKind)],
    records: &[RecordFact],
    as_of: &str,
) -> Duty {
    evaluate(
        demand,
        &facts(told),
        records,
        &WorkingCalendar::national(),
        day(as_of),
    )
}

fn status(told: &[(&str, FactKind)], as_of: &str) -> (Status, bool, Option<Day>) {
    let duty = judge(&review(), told, &[], as_of);
    (duty.status, duty.overdue, duty.submitted_on)
}

pub fn words(duty: &Duty) -> Vec<String> {
    let line = |l: &Line| {
        l.day
            .map_or_else(|| l.words.clone(), |d| format!("{} {}", d.short(), l.words))
    };
    duty.because.iter().map(line).collect()
}

/// What was done, seen on which day, and the status, overdue and date that follow.
type Told<'a> = (
    &'a [(&'a str, FactKind)],
    &'a str,
    Status,
    bool,
    Option<Day>,
);

use FactKind::{Accepted, ExemptionLifted, Started, Submitted, Withdrawn};
use Status::*;

#[test]
fn the_life_of_a_submission() {
    let on = |d: &str| Some(day(d));
    let table: &[Told<'_>] = &[
        (&[], "2026-03-20", NotStarted, false, None),
        (&[], "2026-03-21", NotStarted, true, None),
        (
            &[("2026-03-10", Started)],
            "2026-03-20",
            UnderWay,
            false,
            None,
        ),
        (
            &[("2026-03-20", Submitted)],
            "2026-03-19",
            NotStarted,
            false,
            None,
        ),
        (
            &[("2026-03-20", Submitted)],
            "2026-03-25",
            AwaitingReview,
            false,
            on("2026-03-20"),
        ),
        (
            &[("2026-03-18", Submitted), ("2026-03-18", Withdrawn)],
            "2026-03-19",
            UnderWay,
            false,
            None,
        ),
        (
            &[("2026-03-18", Submitted), ("2026-03-18", Withdrawn)],
            "2026-03-21",
            UnderWay,
            true,
            None,
        ),
        (
            &[("2026-03-20", Submitted), ("2026-03-25", Accepted)],
            "2026-03-25",
            Done,
            false,
            on("2026-03-20"),
        ),
        (
            &[("2026-03-21", Submitted), ("2026-03-25", Accepted)],
            "2026-03-25",
            DoneLate,
            false,
            on("2026-03-21"),
        ),
        (
            &[("2026-03-21", Accepted)],
            "2026-03-25",
            DoneLate,
            false,
            on("2026-03-21"),
        ),
        (
            &[("2026-03-10", exempted())],
            "2026-04-25",
            Exempt,
            false,
            None,
        ),
        (
            &[("2026-03-10", exempted()), ("2026-03-12", ExemptionLifted)],
            "2026-03-21",
            NotStarted,
            true,
            None,
        ),
        (
            &[
                ("2026-03-20", Submitted),
                ("2026-03-23", Accepted),
                ("2026-03-24", Withdrawn),
            ],
            "2026-03-25",
            Done,
            false,
            on("2026-03-20"),
        ),
    ];
    for (told, as_of, expected, overdue, submitted) in table {
        assert_eq!(
            status(told, as_of),
            (*expected, *overdue, *submitted),
            "{told:?} as of {as_of}"
        );
    }
}

#[test]
fn a_return_put_right_within_five_working_days_keeps_its_first_date() {
    let first = ("2026-03-19", Submitted);
    let back = ("2026-03-23", returned());
    let in_time = [
        first.clone(),
        back.clone(),
        ("2026-03-30", Submitted),
        ("2026-03-31", Accepted),
    ];
    assert_eq!(
        status(&in_time, "2026-03-31"),
        (Done, false, Some(day("2026-03-19")))
    );
    let too_late = [
        first.clone(),
        back.clone(),
        ("2026-03-31", Submitted),
        ("2026-04-01", Accepted),
    ];
    assert_eq!(
        status(&too_late, "2026-04-01"),
        (DoneLate, false, Some(day("2026-03-31")))
    );

    let waiting = judge(&review(), &[first.clone(), back.clone()], &[], "2026-03-24");
    assert_eq!(
        (waiting.status, waiting.overdue, waiting.next),
        (Returned, false, NextStep::PutRight)
    );
    assert_eq!(waiting.put_right_until, Some(day("2026-03-30")));
    assert_eq!(waiting.returned_field.as_deref(), Some("text"));
    assert_eq!(waiting.missing, ["缺家长会一栏的条数"]);
    assert_eq!(
        words(&waiting),
        [
            "3月19日 周敏 报送",
            "3月23日 周敏 退回：缺家长会一栏的条数",
            "尚缺：缺家长会一栏的条数",
            "2026年3月30日前补正，仍按首次报送日期计",
            "期限2026年3月20日",
        ]
    );
    assert!(judge(&review(), &[first, back], &[], "2026-03-31").overdue);
}

#[test]
fn a_withdrawn_correction_is_still_a_return() {
    let told = [
        ("2026-03-19", Submitted),
        ("2026-03-23", returned()),
        ("2026-03-24", Submitted),
        ("2026-03-24", Withdrawn),
    ];
    assert_eq!(
        status(&told, "2026-03-24"),
        (Returned, false, Some(day("2026-03-19")))
    );
}

#[test]
fn a_late_first_submission_has_no_date_to_keep_but_its_own() {
    let told = [("2026-03-23", Submitted), ("2026-03-24", returned())];
    let duty = judge(&review(), &told, &[], "2026-03-24");
    assert_eq!((duty.overdue, duty.on_time), (true, Some(false)));
}

#[test]
fn an_accepted_duty_may_be_sent_back() {
    let told = [
        ("2026-03-19", Submitted),
        ("2026-03-20", Accepted),
        ("2026-03-23", returned()),
    ];
    assert_eq!(status(&told, "2026-03-23").0, Returned);
    let accepted_after_all = [told.to_vec(), vec![("2026-04-20", Accepted)]].concat();
    assert_eq!(
        status(&accepted_after_all, "2026-04-20"),
        (Done, false, Some(day("2026-03-19")))
    );
}

#[test]
fn an_undone_review_never_happened() {
    let submitted = ("2026-03-19", Submitted);
    let accepted = ("2026-03-20", Accepted);
    let back = ("2026-03-20", returned());
    let undone = ("2026-03-20", FactKind::ReviewUndone);
    let waits = (AwaitingReview, false, Some(day("2026-03-19")));
    for judged in [accepted.clone(), back.clone()] {
        let told = [submitted.clone(), judged, undone.clone()];
        assert_eq!(status(&told, "2026-03-20"), waits);
    }
    let again = [submitted.clone(), back.clone(), undone.clone(), accepted];
    assert_eq!(status(&again, "2026-03-20").0, Done);
    let earlier_return_stands = [
        submitted.clone(),
        back.clone(),
        ("2026-03-23", Submitted),
        ("2026-03-24", Accepted),
        ("2026-03-24", FactKind::ReviewUndone),
    ];
    let duty = judge(&review(), &earlier_return_stands, &[], "2026-03-24");
    assert_eq!(
        (duty.status, duty.submitted_on),
        (AwaitingReview, Some(day("2026-03-19")))
    );
    assert_eq!(words(&duty)[3], "3月24日 周敏 审核通过（已撤销）");
    let nothing_to_undo = [undone.clone(), submitted, undone];
    assert_eq!(status(&nothing_to_undo, "2026-03-20"), waits);
}

#[test]
fn a_return_that_was_undone_does_not_hold_records_back() {
    let told = [
        ("2026-03-10", Submitted),
        ("2026-03-11", returned()),
        ("2026-03-11", FactKind::ReviewUndone),
    ];
    let held = [crate::measure::lesson(1, "2026-03-12")];
    assert_eq!(judge(&counted(), &told, &held, "2026-03-13").status, Done);
}

#[test]
fn a_reason_is_told_once() {
    let mut told = facts(&[("2026-03-19", Submitted), ("2026-03-20", returned())]);
    told[1].reason = Some("缺家长会一栏的条数".to_owned());
    let duty = evaluate(
        &review(),
        &told,
        &[],
        &WorkingCalendar::national(),
        day("2026-03-20"),
    );
    assert_eq!(words(&duty)[1], "3月20日 周敏 退回：缺家长会一栏的条数");
}

#[test]
fn an_extension_moves_the_deadline_and_answers_the_request() {
    let asked = [(
        "2026-03-18",
        FactKind::ExtensionAsked {
            to: day("2026-03-31"),
        },
    )];
    assert_eq!(
        judge(&review(), &asked, &[], "2026-03-18").extension_asked,
        Some(day("2026-03-31"))
    );
    let refused = [
        asked.to_vec(),
        vec![("2026-03-19", FactKind::ExtensionRefused)],
    ]
    .concat();
    assert_eq!(
        judge(&review(), &refused, &[], "2026-03-19").extension_asked,
        None
    );
    let extended = |to: &str| {
        [
            asked.to_vec(),
            vec![("2026-03-19", FactKind::Extended { to: day(to) })],
        ]
        .concat()
    };
    let duty = judge(&review(), &extended("2026-03-31"), &[], "2026-03-31");
    assert_eq!(
        (duty.due, duty.overdue, duty.extension_asked),
        (day("2026-03-31"), false, None)
    );
    assert_eq!(
        words(&duty).last().unwrap(),
        "期限2026年3月31日（原为2026年3月20日，经延期）"
    );
    let mistaken = [
        extended("2027-03-31"),
        vec![(
            "2026-03-19",
            FactKind::Extended {
                to: day("2026-03-10"),
            },
        )],
    ]
    .concat();
    assert_eq!(
        judge(&review(), &mistaken, &[], "2026-03-19").due,
        day("2026-03-20"),
        "never before the first"
    );
    let late = [
        vec![("2026-03-25", Submitted), ("2026-03-26", Accepted)],
        extended("2026-03-31"),
    ]
    .concat();
    assert_eq!(status(&late, "2026-03-31").0, Done);
}

#[test]
fn what_does_not_apply_is_not_owed() {
    let demand = Demand {
        not_applicable: Some("没有35周岁以下党员".to_owned()),
        ..review()
    };
    let duty = judge(&demand, &[], &[], "2026-04-30");
    assert_eq!(
        (duty.overdue, duty.next, duty.is_owed()),
        (false, NextStep::Nothing, false)
    );
    assert_eq!(
        words(&duty),
        ["不适用：没有35周岁以下党员", "期限2026年3月20日"]
    );
    assert_eq!(Standing::of(&duty), Standing::Excused);
}

#[test]
fn a_hand_on_is_shown_and_means_under_way() {
    let told = [(
        "2026-03-05",
        FactKind::HandedOn {
            to: "陈校长".to_owned(),
        },
    )];
    let duty = judge(&review(), &told, &[], "2026-03-06");
    assert_eq!(
        (duty.status, duty.handed_to.as_deref()),
        (UnderWay, Some("陈校长"))
    );
    assert_eq!(words(&duty)[0], "3月5日 周敏 转交陈校长");
}

#[test]
fn a_rest_day_deadline_rolls_only_when_the_rule_asks() {
    let demand = Demand {
        due: day("2026-10-05"),
        roll_to_workday: true,
        ..review()
    };
    let duty = judge(&demand, &[], &[], "2026-10-08");
    assert_eq!((duty.due, duty.overdue), (day("2026-10-08"), false));
    assert_eq!(
        words(&duty).last().unwrap(),
        "期限2026年10月8日（原为2026年10月5日，遇休息日顺延）"
    );
    assert!(
        judge(
            &Demand {
                roll_to_workday: false,
                ..demand
            },
            &[],
            &[],
            "2026-10-08"
        )
        .overdue
    );
}

#[test]
fn standing_for_the_score() {
    let of = |told: &[(&str, FactKind)]| Standing::of(&judge(&review(), told, &[], "2026-04-01"));
    assert_eq!(of(&[]), Standing::Owed);
    assert_eq!(of(&[("2026-03-20", Submitted)]), Standing::OnTime);
    assert_eq!(of(&[("2026-03-21", Submitted)]), Standing::Late);
    assert_eq!(
        of(&[("2026-03-19", Submitted), ("2026-03-20", returned())]),
        Standing::Owed
    );
    assert_eq!(of(&[("2026-03-19", exempted())]), Standing::Excused);
}

#[test]
fn codes_are_those_of_the_stored_form() {
    for status in Status::ALL {
        assert_eq!(serde_json::to_value(status).unwrap(), status.code());
        assert_eq!(Status::from_code(status.code()), Some(status));
        assert!(!status.chinese().is_empty());
    }
    for kind in [
        Submitted,
        returned(),
        exempted(),
        FactKind::ReviewUndone,
        FactKind::Extended {
            to: day("2026-03-31"),
        },
    ] {
        let json = serde_json::to_value(&kind).unwrap();
        assert_eq!(json["fact"], kind.code());
        assert_eq!(serde_json::from_value::<FactKind>(json).unwrap(), kind);
    }
}
