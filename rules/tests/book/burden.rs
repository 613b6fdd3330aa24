//! What is asked twice, and the middle of a row of figures.

use crate::day;
use rules::burden::{Demand, bare, is_asked_twice, median};
use rules::measure::{Measure, RecordFilter, RecordQuery};

fn count(kind: &str, at_least: u32) -> Measure {
    let query = RecordQuery {
        record_kind: kind.to_owned(),
        filter: RecordFilter::default(),
    };
    Measure::Count { query, at_least }
}

fn demand<'a>(title: &'a str, measure: &'a Measure, from: &str, to: &str) -> Demand<'a> {
    Demand {
        title,
        measure,
        from: day(from),
        to: day(to),
    }
}

#[test]
fn the_same_title_in_overlapping_time_is_asked_twice() {
    let review = Measure::default();
    let a = demand("上报资料包（11月）", &review, "2026-11-01", "2026-11-25");
    for (title, from, to, twice) in [
        ("上报资料包", "2026-11-20", "2026-12-20", true),
        ("上报资料包（12月）", "2026-11-25", "2026-12-25", true),
        ("上报资料包（12月）", "2026-11-26", "2026-12-25", false),
        ("上报材料", "2026-11-01", "2026-11-25", false),
    ] {
        let b = demand(title, &review, from, to);
        assert_eq!(is_asked_twice(a, b), twice, "{title} {from}");
        assert_eq!(is_asked_twice(b, a), twice, "the other way round");
    }
    assert_eq!(bare("讲党课"), "讲党课");
}

#[test]
fn the_same_records_counted_alike_are_asked_twice_whatever_the_title() {
    let (one, two, other) = (
        count("lecture", 1),
        count("lecture", 2),
        count("open_lesson", 1),
    );
    let a = demand("书记讲党课", &one, "2026-10-01", "2026-12-31");
    let b = |measure| demand("上一次党课", measure, "2026-11-01", "2026-11-30");
    assert!(is_asked_twice(a, b(&one)));
    assert!(!is_asked_twice(a, b(&two)) && !is_asked_twice(a, b(&other)));
    let (review, same) = (Measure::default(), Measure::default());
    let c = demand("甲", &review, "2026-10-01", "2026-12-31");
    assert!(!is_asked_twice(
        c,
        demand("乙", &same, "2026-10-01", "2026-12-31")
    ));
}

#[test]
fn the_median_stands_in_the_middle() {
    assert_eq!(median(vec![]), None);
    assert_eq!(median(vec![9, 1, 5]), Some(5));
    assert_eq!(median(vec![9, 1, 5, 6]), Some(5));
}
