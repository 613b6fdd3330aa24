use crate::day;
use kernel::Period;
use proptest::prelude::*;
use rules::cadence::Cadence;

fn period(from: &str, to: &str) -> Period {
    Period::new(day(from), day(to)).unwrap()
}

fn due(code: &str, from: &str, to: &str) -> Vec<String> {
    let cadence = Cadence::parse(code).unwrap();
    let found = cadence.instances(period(from, to));
    found
        .iter()
        .map(|i| format!("{} {}", i.key, i.due))
        .collect()
}

#[test]
fn codes_of_task_sheets_and_back() {
    let table = [
        ("monthly", "每月"),
        ("quarterly", "每季度"),
        ("yearly", "每年"),
        ("half-yearly", "每半年"),
        ("semester", "每学期"),
        ("weekly", "每周"),
        ("daily", "每日"),
        ("monthly-by-25", "每月25日前"),
        ("quarterly-first-month-by-05", "每季度第一个月5日前"),
        ("event-3d-before", "活动前3日"),
        ("monthly-week2-wed", "每月第2个周三"),
        ("quarterly-first-month-week1-mon", "每季度第一个月第1个周一"),
        ("weekly-fri", "每周五"),
        ("yearly-by-06-30", "每年6月30日前"),
        ("periodic-unspecified", "定期"),
        ("irregular", "不定期"),
    ];
    for (code, chinese) in table {
        let cadence = Cadence::parse(code).unwrap();
        assert_eq!(cadence.code().as_deref(), Some(code));
        assert_eq!(cadence.chinese(), chinese);
        let json = serde_json::to_string(&cadence).unwrap();
        assert_eq!(
            serde_json::from_str::<Cadence>(&json).unwrap(),
            cadence,
            "{json}"
        );
    }
    assert_eq!(
        Cadence::Once {
            due: day("2023-03-31")
        }
        .code(),
        None
    );
    for wrong in [
        "",
        "monthly-by-0",
        "monthly-by-32",
        "monthly-by-+5",
        "event-xd-before",
        "monthly-week6-mon",
        "weekly-x",
        "每月",
    ] {
        assert!(
            Cadence::parse(wrong)
                .unwrap_err()
                .to_string()
                .contains("不认识的周期"),
            "{wrong}"
        );
    }
}

#[test]
fn a_sheet_of_march_and_april() {
    let sheet = |code| due(code, "2023-03-13", "2023-04-30");
    assert_eq!(
        sheet("monthly-by-25"),
        ["2023-03 2023-03-25", "2023-04 2023-04-25"]
    );
    assert_eq!(
        sheet("monthly"),
        ["2023-03 2023-03-31", "2023-04 2023-04-30"]
    );
    assert_eq!(sheet("quarterly-first-month-by-05"), ["2023-Q2 2023-04-05"]);
    assert_eq!(sheet("quarterly"), ["2023-Q1 2023-03-31"]);
    assert_eq!(sheet("monthly-week2-wed"), ["2023-04 2023-04-12"]);
    assert_eq!(
        sheet("quarterly-first-month-week1-mon"),
        ["2023-Q2 2023-04-03"]
    );
    assert_eq!(sheet("event-3d-before"), [""; 0]);
    assert_eq!(sheet("irregular"), ["once 2023-04-30"]);
    assert_eq!(sheet("yearly"), [""; 0]);
}

#[test]
fn other_rhythms() {
    assert_eq!(
        due("monthly-by-31", "2026-02-01", "2026-02-28"),
        ["2026-02 2026-02-28"]
    );
    assert_eq!(
        due("monthly-week5-mon", "2026-02-01", "2026-03-31"),
        ["2026-02 2026-02-23", "2026-03 2026-03-30"]
    );
    assert_eq!(
        due("half-yearly", "2026-01-01", "2026-12-31"),
        ["2026-H1 2026-06-30", "2026-H2 2026-12-31"]
    );
    assert_eq!(
        due("semester", "2026-01-01", "2026-12-31"),
        ["2025-S2 2026-01-31", "2026-S1 2026-07-31"]
    );
    assert_eq!(
        due("yearly-by-02-30", "2024-01-01", "2025-12-31"),
        ["2024 2024-02-29", "2025 2025-02-28"]
    );
    assert_eq!(
        due("weekly", "2026-12-28", "2027-01-10"),
        ["2026-W53 2027-01-03", "2027-W01 2027-01-10"]
    );
    assert_eq!(
        due("weekly-mon", "2026-03-17", "2026-03-23"),
        ["2026-W13 2026-03-23"]
    );
    assert_eq!(
        due("daily", "2026-02-28", "2026-03-01"),
        ["2026-02-28 2026-02-28", "2026-03-01 2026-03-01"]
    );
}

#[test]
fn what_comes_once_comes_whatever_the_period() {
    let once = Cadence::Once {
        due: day("2023-05-10"),
    }
    .instances(period("2023-03-01", "2023-04-30"));
    assert_eq!(
        (once.len(), once[0].due, once[0].period),
        (1, day("2023-05-10"), period("2023-03-01", "2023-05-10"))
    );
}

#[test]
fn the_audit_form_is_due_three_days_before_the_meeting() {
    let cadence = Cadence::parse("event-3d-before").unwrap();
    assert_eq!(
        cadence.due_before(day("2023-04-12")),
        Some(day("2023-04-09")),
        "vector 028"
    );
    assert_eq!(Cadence::Daily.due_before(day("2023-04-12")), None);
}

#[test]
fn instances_are_said_in_chinese() {
    let said = |code: &str| {
        let all = Cadence::parse(code)
            .unwrap()
            .instances(period("2026-01-01", "2026-12-31"));
        all.last().unwrap().chinese()
    };
    assert_eq!(said("monthly"), "2026年12月");
    assert_eq!(said("quarterly"), "2026年第4季度");
    assert_eq!(said("half-yearly"), "2026年下半年");
    assert_eq!(said("semester"), "2026年春季学期");
    assert_eq!(said("yearly"), "2026年度");
    assert_eq!(said("daily"), "2026年12月31日");
    assert_eq!(said("weekly"), "2026年12月21日当周");
    assert_eq!(said("irregular"), "");
}

fn cadence() -> impl Strategy<Value = Cadence> {
    prop_oneof![
        prop::option::of(1u8..=31).prop_map(|by_day| Cadence::Monthly { by_day }),
        (1u8..=5, 1u8..=7).prop_map(|(week, weekday)| Cadence::MonthlyWeekday { week, weekday }),
        prop::option::of(1u8..=31)
            .prop_map(|first_month_by_day| Cadence::Quarterly { first_month_by_day }),
        (1u8..=5, 1u8..=7).prop_map(|(week, weekday)| Cadence::QuarterlyWeekday { week, weekday }),
        (1u8..=12, 1u8..=31).prop_map(|(month, day)| Cadence::Yearly { month, day }),
        (1u8..=7).prop_map(|weekday| Cadence::Weekly { weekday }),
        (0u16..=90).prop_map(|days_before| Cadence::EventRelative { days_before }),
        Just(Cadence::HalfYearly),
        Just(Cadence::Semester),
        Just(Cadence::Daily),
    ]
}

proptest! {
    #[test]
    fn every_code_reads_back(cadence in cadence()) {
        let code = cadence.code().unwrap();
        prop_assert_eq!(Cadence::parse(&code).unwrap(), cadence);
    }

    /// Cutting a period in two loses and doubles nothing, so sheets in sequence ask each thing once.
    #[test]
    fn instances_of_the_parts_are_those_of_the_whole(cadence in cadence(), start in 0i32..800, a in 0i32..200, b in 1i32..200) {
        let from = day("2025-01-01").plus_days(start);
        let (cut, to) = (from.plus_days(a), from.plus_days(a + b));
        let all = |x, y| cadence.instances(Period::new(x, y).unwrap());
        let mut parts = all(from, cut);
        parts.extend(all(cut.plus_days(1), to));
        let whole = all(from, to);
        prop_assert_eq!(&parts, &whole);
        prop_assert!(whole.windows(2).all(|w| w[0].key < w[1].key && w[0].due < w[1].due));
        prop_assert!(whole.iter().all(|i| i.period.contains(i.due)));
    }
}
