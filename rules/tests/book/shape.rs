use crate::day;
use kernel::Id;
use proptest::prelude::*;
use rules::burden::{Effort, ItemShape, minutes_words};
use rules::organisation::*;
use rules::score::*;

#[test]
fn effort_is_priced_by_the_model_of_minutes() {
    let one = Effort {
        clicks: 1,
        characters: 1,
        files: 1,
        pages: 1,
        demands: 1,
        sign_ins: 1,
    };
    assert_eq!(
        one.hundredths(Default::default()),
        250 + 84 + 600 + 150 + 1000 + 2000
    );
    assert_eq!(one.seconds(), 41);
    assert_eq!([one, one].into_iter().sum::<Effort>().seconds(), 82);
}

#[test]
fn an_item_costs_its_reading_and_what_records_do_not_answer() {
    let shape = ItemShape {
        instances: 2,
        answered: 0,
        files: 1,
        characters: 30,
    };
    let effort = Effort::of_item(shape);
    assert_eq!(
        effort,
        Effort {
            clicks: 12,
            characters: 60,
            files: 2,
            pages: 4,
            demands: 1,
            sign_ins: 0
        }
    );
    assert_eq!(effort.seconds(), 109);
    let answered = Effort::of_item(ItemShape {
        answered: 2,
        ..shape
    });
    assert_eq!(answered.seconds(), 10, "only reading is left");
}

#[test]
fn minutes_are_always_called_an_estimate() {
    let table = [
        (0, "0 分钟（估算）"),
        (59, "不到 1 分钟（估算）"),
        (60, "约 1 分钟（估算）"),
        (301, "约 6 分钟（估算）"),
        (7_200, "约 2 小时（估算）"),
        (7_201, "约 2 小时 1 分钟（估算）"),
    ];
    for (seconds, words) in table {
        assert_eq!(minutes_words(seconds), words);
    }
}

#[test]
fn scores_leave_the_excused_out() {
    use Standing::*;
    let of = |items: &[(u32, Standing)]| score(items, Factors::default()).map(|s| s.to_string());
    assert_eq!(
        of(&[(1, OnTime), (1, Late), (2, Owed)]).as_deref(),
        Some("37.5")
    );
    assert_eq!(of(&[(1, OnTime), (5, Excused)]).as_deref(), Some("100.0"));
    assert_eq!(of(&[(1, OnTime), (2, Owed)]).as_deref(), Some("33.33"));
    assert_eq!(of(&[(2, OnTime), (1, Owed)]).as_deref(), Some("66.67"));
    assert_eq!(of(&[(1, Excused)]), None);
    assert_eq!(of(&[]), None);
}

#[test]
fn ties_share_a_rank() {
    let scores = [9500, 9250, 9250, 8800].map(Score);
    assert_eq!(ranks(&scores), [1, 2, 2, 4], "vector 094");
    assert_eq!(scores[1].to_string(), "92.5");
}

#[test]
fn the_tail_never_splits_a_tie() {
    let mut scores: Vec<_> = (0..18).map(|n| Score(9900 - n * 100)).collect();
    scores.extend([Score(5000), Score(5000)]);
    let listed = tail(&scores, TailRule::default());
    assert_eq!(listed.iter().filter(|t| **t).count(), 2, "vector 095");
    assert!(listed[18] && listed[19], "vector 095");
    assert_eq!(
        tail(&[9000, 8000, 8000].map(Score), TailRule::default()),
        [false, true, true]
    );
    assert!(tail(&[], TailRule::default()).is_empty());
}

#[test]
fn the_shipped_terms_are_sound_and_hold_from_their_day() {
    let scoring = Scoring::from_toml(include_str!("../../../packs/scoring.toml")).unwrap();
    assert_eq!(scoring, Scoring::shipped());
    let terms = scoring.on(day("2026-11-20"));
    assert_eq!(terms.factors, Factors::default());
    assert_eq!(terms.tail, TailRule::default());
    assert_eq!(
        (terms.objection_workdays, terms.newcomers_unranked),
        (5, true)
    );
    assert!(!terms.source.document.is_empty());
}

#[test]
fn terms_change_on_a_day_and_bad_ones_are_refused_by_name() {
    let one = |from: &str, late: u32, tail: u32, days: u32| {
        format!(
            "[[terms]]\nfrom = \"{from}\"\ndocument = \"办法\"\non_time = 100\nlate = {late}\nnone = 0\n\
             tail_percent = {tail}\ntail_at_least = 1\nobjection_workdays = {days}\nnewcomers_unranked = true\n"
        )
    };
    let two = one("2026-01-01", 60, 10, 5) + &one("2025-01-01", 50, 10, 3);
    let scoring = Scoring::from_toml(&two).unwrap();
    assert_eq!(scoring.on(day("2025-12-31")).factors.late, 50);
    assert_eq!(scoring.on(day("2026-01-01")).factors.late, 60);
    assert_eq!(
        scoring.on(day("2020-01-01")).factors.late,
        50,
        "the first holds before its day"
    );
    let from = day("2026-01-01");
    for (text, error) in [
        (one("2026-01-01", 101, 10, 5), ScoringError::Factors(from)),
        (one("2026-01-01", 50, 101, 5), ScoringError::Tail(from, 101)),
        (one("2026-01-01", 50, 10, 0), ScoringError::NoDays(from)),
        (
            one("2026-01-01", 50, 10, 5).repeat(2),
            ScoringError::Twice(from),
        ),
        (String::new(), ScoringError::Empty),
    ] {
        assert_eq!(Scoring::from_toml(&text), Err(error));
    }
}

#[test]
fn model_posts_are_thirty_percent_rounded_half_up() {
    let wanted = [1, 7, 10, 13, 23].map(|n| required(n, MODEL_POST_PERCENT));
    assert_eq!(wanted, [1, 2, 3, 4, 7], "vector 089");
    assert_eq!(required(0, MODEL_POST_PERCENT), 0);
}

fn rule(advice: Option<Advice>) -> Option<(&'static str, Force)> {
    advice.map(|a| (a.rule, a.force))
}

#[test]
fn three_full_members_make_a_branch() {
    use Placement::*;
    assert_eq!(
        rule(advise_unit(3, 5, Nowhere)),
        Some(("ORG-01", Force::Must)),
        "vector 010"
    );
    assert_eq!(
        rule(advise_unit(3, 0, Joint)),
        Some(("ORG-01", Force::Must))
    );
    assert_eq!(
        rule(advise_unit(2, 4, Nowhere)),
        Some(("ORG-03", Force::May)),
        "vector 011"
    );
    assert_eq!(rule(advise_unit(2, 4, Joint)), None);
    assert_eq!(rule(advise_unit(3, 0, Own)), None);
    assert_eq!(
        rule(advise_unit(2, 0, Own)),
        Some(("ORG-03", Force::Should))
    );
    assert_eq!(rule(advise_unit(0, 0, Nowhere)), None);
    let advice = advise_unit(3, 5, Nowhere).unwrap();
    assert!(advice.words.contains("应当单独建立党支部") && !advice.source.document.is_empty());
}

#[test]
fn size_decides_the_form_and_fifty_stays_a_branch() {
    assert_eq!(
        [50, 51, 99, 100].map(Size::of),
        [
            Size::Branch,
            Size::GeneralBranch,
            Size::GeneralBranch,
            Size::Committee
        ]
    );
    assert_eq!(
        rule(advise_size(Size::Branch, 51)),
        Some(("ORG-06", Force::Should))
    );
    assert_eq!(
        rule(advise_size(Size::Committee, 40)),
        None,
        "exceptions by need"
    );
    assert_eq!(rule(advise_joint(5)), None);
    assert_eq!(rule(advise_joint(6)), Some(("ORG-03", Force::Should)));
}

#[test]
fn seven_full_members_need_a_committee() {
    assert_eq!(
        rule(advise_committee(7, 0)),
        Some(("ORG-07", Force::Must)),
        "vector 013"
    );
    assert_eq!(rule(advise_committee(6, 0)), None, "vector 013");
    let forces = [2, 3, 5, 7, 8].map(|n| advise_committee(20, n).map(|a| a.force));
    assert_eq!(
        forces,
        [Some(Force::Must), None, None, None, Some(Force::Should)],
        "vector 014"
    );
    assert_eq!(rule(advise_committee(6, 3)), Some(("ORG-08", Force::Must)));
    assert!(has_committee(7) && !has_committee(6));
}

#[test]
fn secretary_and_principal_are_separate_by_derivation() {
    assert_eq!(separate(Some(Id(1)), Some(Id(2))), Some(true));
    assert_eq!(separate(Some(Id(1)), Some(Id(1))), Some(false));
    assert_eq!(separate(None, Some(Id(1))), None);
    assert_eq!(
        rule(advise_staffing(Staffing::Principal, 0)),
        Some(("ORG-17", Force::Should))
    );
    assert_eq!(rule(advise_staffing(Staffing::Teacher, 0)), None);
    for staffing in Staffing::ALL {
        assert_eq!(Staffing::from_code(staffing.code()), Some(staffing));
    }
}

#[test]
fn a_term_ends_on_the_day_of_its_election() {
    let term = Term::of(day("2023-09-15"), 3);
    assert_eq!(
        (term.ends, term.first_reminder),
        (day("2026-09-15"), day("2026-03-15")),
        "vector 016"
    );
    assert_eq!(term.latest, day("2027-09-15"), "vector 017");
    assert!(!term.is_overdue(day("2027-09-15"), true) && term.is_overdue(day("2027-09-16"), true));
    assert!(term.is_overdue(day("2026-09-16"), false));
}

proptest! {
    #[test]
    fn ranks_follow_scores(raw in prop::collection::vec(0u32..=10_000, 0..40)) {
        let scores: Vec<_> = raw.into_iter().map(Score).collect();
        let ranks = ranks(&scores);
        for (i, a) in scores.iter().enumerate() {
            for (j, b) in scores.iter().enumerate() {
                prop_assert_eq!(a.cmp(b), ranks[j].cmp(&ranks[i]));
            }
        }
        let listed = tail(&scores, TailRule::default());
        prop_assert_eq!(scores.is_empty(), !listed.contains(&true));
        prop_assert!(scores.iter().zip(&listed).all(|(s, t)| *t || scores.iter().zip(&listed).all(|(o, in_tail)| !in_tail || o < s)));
    }

    #[test]
    fn a_score_lies_between_none_and_full(items in prop::collection::vec((0u32..1000, prop_oneof![Just(Standing::OnTime), Just(Standing::Late), Just(Standing::Owed), Just(Standing::Excused)]), 0..20)) {
        if let Some(score) = score(&items, Factors::default()) {
            prop_assert!(score.0 <= 10_000);
        }
    }
}
