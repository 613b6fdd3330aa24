//! What holds for every duty, whatever happened to it.

use crate::day;
use crate::measure::{count, lesson};
use kernel::{Day, Id, Instant};
use proptest::prelude::*;
use rules::calendar::WorkingCalendar;
use rules::duty::*;
use rules::measure::{Measure, RecordFact, RecordFilter, RecordQuery};

const DAYS: i32 = 90;

fn a_day() -> impl Strategy<Value = Day> {
    (0..DAYS).prop_map(|n| day("2026-02-20").plus_days(n))
}

fn kind() -> impl Strategy<Value = FactKind> {
    prop_oneof![
        1 => Just(FactKind::Started),
        1 => Just(FactKind::HandedOn { to: "陈校长".to_owned() }),
        3 => Just(FactKind::Submitted),
        1 => Just(FactKind::Withdrawn),
        2 => Just(FactKind::Returned { reason: "缺条数".to_owned(), field: None }),
        1 => Just(FactKind::Accepted),
        1 => Just(FactKind::ReviewUndone),
        1 => a_day().prop_map(|to| FactKind::ExtensionAsked { to }),
        1 => Just(FactKind::ExtensionRefused),
        1 => a_day().prop_map(|to| FactKind::Extended { to }),
        1 => Just(FactKind::Exempted { reason: "撤并".to_owned() }),
        1 => Just(FactKind::ExemptionLifted),
    ]
}

fn facts() -> impl Strategy<Value = Vec<Fact>> {
    prop::collection::vec((a_day(), 0i64..86_400_000, kind()), 0..9).prop_map(|told| {
        let fact = |(n, (on, ms, kind)): (i64, (Day, i64, FactKind))| Fact {
            id: Id(n),
            kind,
            at: Instant::at(on, ms),
            by: "周敏".to_owned(),
            by_id: Id(100),
            reason: None,
        };
        (1..).zip(told).map(fact).collect()
    })
}

fn records() -> impl Strategy<Value = Vec<RecordFact>> {
    prop::collection::vec((a_day(), 0u32..2), 0..5).prop_map(|days| {
        let record = |(n, (on, evidence)): (i64, (Day, u32))| RecordFact {
            day: on,
            evidence,
            ..lesson(n, "2026-03-01")
        };
        (1..).zip(days).map(record).collect()
    })
}

fn demand() -> impl Strategy<Value = Demand> {
    let offer = RecordQuery {
        record_kind: "lesson".to_owned(),
        filter: RecordFilter::default(),
    };
    let measure = prop_oneof![
        Just(Measure::default()),
        Just(Measure::Review { offer: Some(offer) }),
        (1u32..3).prop_map(|n| count(n, RecordFilter::default())),
    ];
    let closes = prop::option::of(a_day());
    (
        a_day(),
        a_day(),
        measure,
        closes,
        any::<bool>(),
        any::<bool>(),
    )
        .prop_map(
            |(from, due, measure, window_to, needs_file, roll_to_workday)| Demand {
                window_to,
                needs_file,
                roll_to_workday,
                ..Demand::new(Id(1), from, due, measure)
            },
        )
}

fn judge(demand: &Demand, facts: &[Fact], records: &[RecordFact], as_of: Day) -> Duty {
    evaluate(demand, facts, records, &WorkingCalendar::national(), as_of)
}

fn later(facts: &[Fact], kind: FactKind, on: Day) -> Vec<Fact> {
    let at = facts
        .iter()
        .map(|f| f.at)
        .max()
        .unwrap_or_default()
        .max(Instant::at(on, 0))
        .plus_ms(1);
    let added = Fact {
        id: Id(1000),
        kind,
        at,
        by: "周敏".to_owned(),
        by_id: Id(100),
        reason: None,
    };
    facts.iter().cloned().chain([added]).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn the_order_in_which_things_are_given_does_not_matter(
        demand in demand(),
        (told, shuffled) in facts().prop_flat_map(|f| (Just(f.clone()), Just(f).prop_shuffle())),
        (held, mixed) in records().prop_flat_map(|r| (Just(r.clone()), Just(r).prop_shuffle())),
        as_of in a_day(),
    ) {
        prop_assert_eq!(judge(&demand, &told, &held, as_of), judge(&demand, &shuffled, &mixed, as_of));
    }

    #[test]
    fn what_is_kept_may_be_thrown_away_and_computed_again(demand in demand(), told in facts(), held in records(), as_of in a_day()) {
        let first = judge(&demand, &told, &held, as_of);
        let kept: Duty = serde_json::from_str(&serde_json::to_string(&first).unwrap()).unwrap();
        let read: Demand = serde_json::from_str(&serde_json::to_string(&demand).unwrap()).unwrap();
        let facts: Vec<Fact> = serde_json::from_str(&serde_json::to_string(&told).unwrap()).unwrap();
        prop_assert_eq!(kept, judge(&read, &facts, &held, as_of));
    }

    #[test]
    fn what_lies_ahead_is_not_seen(demand in demand(), told in facts(), held in records(), as_of in a_day()) {
        let past: Vec<_> = told.iter().filter(|f| f.at.day() <= as_of).cloned().collect();
        let had: Vec<_> = held.iter().filter(|r| r.day <= as_of).cloned().collect();
        let mut whole = judge(&demand, &told, &held, as_of);
        let mut part = judge(&demand, &past, &had, as_of);
        whole.changes_on = None;
        part.changes_on = None;
        prop_assert_eq!(whole, part);
    }

    #[test]
    fn nothing_changes_before_the_day_named(demand in demand(), told in facts(), held in records(), as_of in a_day()) {
        let now = judge(&demand, &told, &held, as_of);
        let until = now.changes_on.unwrap_or(as_of.plus_days(DAYS * 2));
        let mut on = as_of.plus_days(1);
        while on < until {
            prop_assert_eq!(&judge(&demand, &told, &held, on), &now);
            on = on.plus_days(1);
        }
    }

    #[test]
    fn an_exemption_goes_before_everything(demand in demand(), told in facts(), held in records()) {
        let end = day("2026-12-31");
        let exempt = judge(&demand, &later(&told, FactKind::Exempted { reason: "撤并".to_owned() }, end), &held, end);
        prop_assert_eq!((exempt.status, exempt.overdue, exempt.next), (Status::Exempt, false, NextStep::Nothing));
    }

    #[test]
    fn acceptance_settles_by_the_date_and_the_deadline(demand in demand(), told in facts(), held in records()) {
        let end = day("2026-12-31");
        let lifted = later(&told, FactKind::ExemptionLifted, end);
        let duty = judge(&demand, &later(&lifted, FactKind::Accepted, end), &held, end);
        let on = duty.submitted_on.unwrap();
        prop_assert_eq!(duty.status, if on <= duty.due { Status::Done } else { Status::DoneLate });
        prop_assert!(!duty.overdue && duty.missing.is_empty());
    }

    #[test]
    fn a_judgement_undone_leaves_everything_as_it_was(demand in demand(), told in facts(), held in records(), accept in any::<bool>()) {
        let end = day("2026-12-31");
        let kind = if accept { FactKind::Accepted } else { FactKind::Returned { reason: "缺条数".to_owned(), field: None } };
        let before = judge(&demand, &told, &held, end);
        let judged = later(&told, kind, end);
        let mut undone = later(&judged, FactKind::ReviewUndone, end);
        undone.iter_mut().skip(told.len() + 1).for_each(|f| f.id = Id(1001));
        let mut after = judge(&demand, &undone, &held, end);
        after.because = before.because.clone();
        prop_assert_eq!(before, after);
    }

    #[test]
    fn a_further_record_never_makes_it_worse(demand in demand(), told in facts(), held in records(), extra in a_day(), as_of in a_day()) {
        let more: Vec<_> = held.iter().cloned().chain([RecordFact { day: extra, ..lesson(50, "2026-03-01") }]).collect();
        let (before, after) = (judge(&demand, &told, &held, as_of), judge(&demand, &told, &more, as_of));
        if !demand.needs_file {
            prop_assert!(after.status >= before.status, "{:?} then {:?}", before.status, after.status);
        }
    }

    #[test]
    fn an_extension_never_makes_it_worse(demand in demand(), told in facts(), held in records(), days in 0i32..60) {
        let end = day("2026-06-30");
        let before = judge(&demand, &told, &held, end);
        let to = before.due.plus_days(days);
        let after = judge(&demand, &later(&told, FactKind::Extended { to }, end), &held, end);
        prop_assert!(after.status >= before.status);
        prop_assert!(after.due >= before.due && (before.overdue || !after.overdue));
    }

    #[test]
    fn the_flags_agree_with_the_status(demand in demand(), told in facts(), held in records(), as_of in a_day()) {
        let duty = judge(&demand, &told, &held, as_of);
        prop_assert!(duty.due >= demand.due);
        prop_assert!(!duty.overdue || (duty.is_owed() && as_of > duty.due));
        prop_assert_eq!(duty.on_time, duty.submitted_on.map(|on| on <= duty.due));
        prop_assert_eq!(duty.next == NextStep::Nothing, duty.status.is_settled());
        prop_assert_eq!(duty.next == NextStep::PutRight, duty.status == Status::Returned);
        prop_assert!(duty.is_owed() || duty.missing.is_empty());
        prop_assert!(!duty.is_owed() || duty.next == NextStep::Submit || !duty.missing.is_empty());
        prop_assert!(duty.changes_on.is_none_or(|on| on > as_of));
        prop_assert!(duty.because.iter().all(|line| !line.words.is_empty()));
    }
}
