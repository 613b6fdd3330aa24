use crate::day;
use rules::calendar::*;

#[test]
fn months_and_years_keep_the_day_or_stop_at_the_months_end() {
    assert_eq!(
        months_after(day("2026-01-31"), 1),
        day("2026-02-28"),
        "vector 001"
    );
    assert_eq!(
        months_after(day("2024-02-29"), 12),
        day("2025-02-28"),
        "vector 002"
    );
    assert_eq!(years_after(day("2024-02-29"), 4), day("2028-02-29"));
}

#[test]
fn the_deadline_day_is_in_time() {
    assert_eq!(days_after(day("2026-03-01"), 3), day("2026-03-04"));
    assert!(in_time(day("2026-03-04"), day("2026-03-04")));
    assert!(!in_time(day("2026-03-05"), day("2026-03-04")));
}

#[test]
fn limits_include_or_exclude_their_number() {
    let table = [
        (Limit::AtLeast, [false, true, true]),
        (Limit::AtMost, [true, true, false]),
        (Limit::MoreThan, [false, false, true]),
        (Limit::LessThan, [true, false, false]),
    ];
    for (limit, expected) in table {
        assert_eq!([2, 3, 4].map(|n| limit.holds(n, 3)), expected, "{limit:?}");
    }
}

#[test]
fn thirds_of_a_month() {
    let in_march = day("2023-03-13");
    assert_eq!(Third::Early.due(in_march), day("2023-03-10"));
    assert_eq!(Third::Middle.due(in_march), day("2023-03-20"));
    assert_eq!(Third::Late.due(in_march), day("2023-03-31"));
    assert_eq!(Third::Late.due(day("2024-02-01")), day("2024-02-29"));
}

#[test]
fn the_national_table_of_2026() {
    let calendar = WorkingCalendar::national();
    let worked = |d| calendar.is_workday(day(d));
    for off in [
        "2026-01-01",
        "2026-01-03",
        "2026-02-23",
        "2026-04-06",
        "2026-05-05",
        "2026-06-19",
        "2026-10-07",
    ] {
        assert!(!worked(off), "{off}");
    }
    for work in [
        "2026-01-04",
        "2026-02-14",
        "2026-02-28",
        "2026-05-09",
        "2026-09-20",
        "2026-10-10",
        "2026-10-08",
    ] {
        assert!(worked(work), "{work}");
    }
    assert!(!calendar.is_provisional(2026) && calendar.is_provisional(2027));
    assert!(
        calendar
            .year(2026)
            .unwrap()
            .source
            .document
            .contains("2026")
    );
}

#[test]
fn workdays_round_the_national_day() {
    let calendar = WorkingCalendar::national();
    let count = |a, b| calendar.workdays(day(a), day(b));
    assert_eq!(
        count("2026-09-28", "2026-10-08"),
        Counted {
            days: 4,
            provisional: false
        },
        "vector 004"
    );
    assert_eq!(
        count("2026-09-28", "2026-10-09"),
        Counted {
            days: 5,
            provisional: false
        },
        "vector 005"
    );
    assert_eq!(count("2026-10-09", "2026-10-08").days, 0);
}

#[test]
fn a_year_without_a_table_is_provisional() {
    let calendar = WorkingCalendar::national();
    assert_eq!(
        calendar.workdays(day("2027-10-01"), day("2027-10-07")),
        Counted {
            days: 5,
            provisional: true
        }
    );
    assert_eq!(
        calendar.add_workdays(day("2026-12-30"), 2),
        Reached {
            day: day("2027-01-01"),
            provisional: true
        }
    );
    assert!(!calendar.add_workdays(day("2026-12-29"), 2).provisional);
}

#[test]
fn rest_days_roll_forward_when_asked() {
    let calendar = WorkingCalendar::national();
    assert_eq!(calendar.roll(day("2026-10-01")).day, day("2026-10-08"));
    assert_eq!(calendar.roll(day("2026-10-08")).day, day("2026-10-08"));
    assert_eq!(calendar.roll(day("2026-10-10")).day, day("2026-10-10"));
}

#[test]
fn public_notice_counts_working_days() {
    let calendar = WorkingCalendar::national();
    let end = |count| calendar.publicity_end(day("2026-04-30"), 5, count).day;
    assert_eq!(
        end(PublicityCount::Inclusive),
        day("2026-05-09"),
        "vector 007"
    );
    assert_eq!(end(PublicityCount::Strict), day("2026-05-11"), "vector 007");
    let (from, to) = (day("2026-05-20"), day("2026-05-24"));
    assert_eq!(calendar.workdays(from, to).days, 3, "vector 008");
    assert!(
        !calendar.publicity_satisfied(from, to, 5, PublicityCount::Inclusive),
        "vector 008"
    );
    assert!(calendar.publicity_satisfied(
        day("2026-04-30"),
        day("2026-05-09"),
        5,
        PublicityCount::Inclusive
    ));
    assert!(!calendar.publicity_satisfied(
        day("2026-04-30"),
        day("2026-05-09"),
        5,
        PublicityCount::Strict
    ));
}

#[test]
fn a_wrong_calendar_says_what_is_wrong() {
    let said = |body: &str| WorkingCalendar::from_toml(body).unwrap_err().to_string();
    let year = |rest: &str| format!("[[year]]\nyear = 2027\ndocument = \"通知\"\n{rest}\n");
    assert!(said("year = 5").starts_with("日历文件无法读取"));
    assert!(said(&year("off = [[\"2027-05-05\", \"2027-05-01\"]]")).contains("前后颠倒"));
    assert!(said(&year("work = [\"2026-05-05\"]")).contains("2027 年的日历里出现了 2026-05-05"));
    assert!(
        said(&year(
            "off = [[\"2027-05-01\", \"2027-05-01\"]]\nwork = [\"2027-05-01\"]"
        ))
        .contains("既列为放假又列为上班")
    );
    assert!(said(&(year("") + &year(""))).contains("两张日历"));
}

#[test]
fn a_years_table_can_be_put_in() {
    let text =
        "[[year]]\nyear = 2027\ndocument = \"通知\"\noff = [[\"2027-01-01\", \"2027-01-01\"]]\n";
    let table = WorkingCalendar::from_toml(text)
        .unwrap()
        .year(2027)
        .unwrap()
        .clone();
    let calendar = WorkingCalendar::national().with_year(table);
    assert_eq!(
        calendar.add_workdays(day("2026-12-31"), 1),
        Reached {
            day: day("2027-01-04"),
            provisional: false
        }
    );
}
