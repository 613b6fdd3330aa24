use crate::day;
use kernel::Id;
use proptest::prelude::*;
use rules::who::{Named, OrganisationFacts, SecretaryFact, Who};

fn names(named: Named<'_>) -> String {
    match named {
        Named::Organisation(Id(1)) => "清禾县第一中学党总支".to_owned(),
        Named::Organisation(id) => format!("党组织{id}"),
        Named::Zone(Id(7)) => "城区片区".to_owned(),
        Named::Zone(id) => format!("片区{id}"),
        Named::OrganisationKind("branch") => "党支部".to_owned(),
        Named::UnitKind("kindergarten") => "幼儿园".to_owned(),
        Named::Tag("youth_party_school") => "青少年党校".to_owned(),
        Named::Staffing("principal") => "校长兼任".to_owned(),
        Named::OrganisationKind(c) | Named::UnitKind(c) | Named::Tag(c) | Named::Staffing(c) => {
            c.to_owned()
        }
    }
}

fn school() -> OrganisationFacts {
    OrganisationFacts {
        id: Id(12),
        name: "柳湾小学党支部".to_owned(),
        kind: "branch".to_owned(),
        unit_kinds: vec!["kindergarten".to_owned()],
        tags: vec!["youth_party_school".to_owned()],
        zone: Some(Id(7)),
        ancestors: vec![Id(1)],
        secretary: Some(SecretaryFact {
            staffing: "principal".to_owned(),
            since: day("2026-01-05"),
        }),
        members_full: 5,
        members_probationary: 1,
        births: vec![day("1991-03-31"), day("1970-01-01")],
    }
}

#[test]
fn every_term_decides_and_says_why() {
    let code = |text: &str| text.to_owned();
    let table = [
        (Who::All, true, "面向全部党组织"),
        (Who::Organisations(vec![Id(12)]), true, "在点名之列"),
        (Who::Organisations(vec![Id(13)]), false, "未被点名"),
        (Who::OrganisationKind(code("branch")), true, "是党支部"),
        (Who::OrganisationKind(code("committee")), false, "是党支部"),
        (Who::UnitKind(code("kindergarten")), true, "有幼儿园"),
        (Who::Tag(code("youth_party_school")), true, "有青少年党校"),
        (Who::Zone(Id(7)), true, "在城区片区"),
        (Who::Zone(Id(8)), false, "在城区片区"),
        (Who::Under(Id(1)), true, "隶属清禾县第一中学党总支"),
        (Who::Under(Id(2)), false, "不隶属党组织2"),
        (
            Who::SecretaryStaffing(code("principal")),
            true,
            "书记为校长兼任",
        ),
        (
            Who::SecretaryNewSince(day("2026-01-01")),
            true,
            "书记2026年1月5日任职",
        ),
        (
            Who::SecretaryNewSince(day("2026-02-01")),
            false,
            "书记2026年1月5日任职",
        ),
        (Who::MembersAtLeast(6), true, "有6名党员"),
        (Who::MembersAtMost(5), false, "有6名党员"),
        (
            Who::HasMembersAged {
                at_most: 35,
                on: day("2026-03-31"),
            },
            true,
            "有1名35周岁以下党员",
        ),
        (
            Who::HasMembersAged {
                at_most: 34,
                on: day("2026-03-31"),
            },
            false,
            "没有34周岁以下党员",
        ),
        (
            Who::HasMembersAged {
                at_most: 34,
                on: day("2026-03-30"),
            },
            true,
            "有1名34周岁以下党员",
        ),
        (Who::And(vec![]), true, "面向全部党组织"),
        (Who::Or(vec![]), false, "没有适用条件"),
    ];
    for (who, applies, because) in table {
        let verdict = who.evaluate(&school(), &names);
        assert_eq!(
            (verdict.applies, verdict.because.as_str()),
            (applies, because),
            "{who:?}"
        );
    }
}

#[test]
fn a_vacant_post_is_a_reason() {
    let vacant = OrganisationFacts {
        secretary: None,
        tags: vec![],
        zone: None,
        ..school()
    };
    let said = |who: Who| who.evaluate(&vacant, &names).because;
    assert_eq!(said(Who::SecretaryNewSince(day("2026-01-01"))), "书记空缺");
    assert_eq!(
        said(Who::Tag("youth_party_school".to_owned())),
        "没有青少年党校"
    );
    assert_eq!(said(Who::Zone(Id(7))), "未划入片区");
}

#[test]
fn combined_terms_keep_the_reasons_that_decided() {
    let tag = || Who::Tag("youth_party_school".to_owned());
    let and = Who::And(vec![tag(), Who::MembersAtLeast(50)]);
    let verdict = and.evaluate(&school(), &names);
    assert_eq!(
        (verdict.applies, verdict.because.as_str()),
        (false, "有6名党员")
    );
    let or = Who::Or(vec![tag(), Who::MembersAtLeast(50)]);
    assert_eq!(or.evaluate(&school(), &names).because, "有青少年党校");
    let not = Who::Not(Box::new(tag())).evaluate(&school(), &names);
    assert_eq!((not.applies, not.because.as_str()), (false, "有青少年党校"));
}

#[test]
fn an_expression_is_said_in_chinese() {
    let tag = || Who::Tag("youth_party_school".to_owned());
    let table = [
        (Who::All, "全部党组织"),
        (tag(), "有青少年党校的党组织"),
        (
            Who::SecretaryNewSince(day("2026-01-01")),
            "书记2026年1月1日以后新任的党组织",
        ),
        (
            Who::Not(Box::new(tag())),
            "除有青少年党校的党组织以外的党组织",
        ),
        (
            Who::And(vec![tag(), Who::Zone(Id(7))]),
            "有青少年党校的、且城区片区的党组织",
        ),
        (
            Who::Organisations(vec![Id(1), Id(3)]),
            "清禾县第一中学党总支、党组织3",
        ),
        (Who::MembersAtMost(2), "党员2名以下的党组织"),
    ];
    for (who, words) in table {
        assert_eq!(who.words(&names), words);
    }
}

#[test]
fn the_stored_form_is_stable() {
    let who = Who::And(vec![
        Who::Tag("a".to_owned()),
        Who::Not(Box::new(Who::Zone(Id(9007199254740993)))),
    ]);
    let json = r#"{"who":"and","of":[{"who":"tag","of":"a"},{"who":"not","of":{"who":"zone","of":"9007199254740993"}}]}"#;
    assert_eq!(serde_json::to_string(&who).unwrap(), json);
    assert_eq!(
        serde_json::from_str::<Who>(r#"{"who":"all"}"#).unwrap(),
        Who::All
    );
    assert!(serde_json::from_str::<Who>(r#"{"who":"slogan"}"#).is_err());
}

fn who() -> impl Strategy<Value = Who> {
    let id = || any::<i64>().prop_map(Id);
    let date = (0i32..20_000).prop_map(|n| day("1980-01-01").plus_days(n));
    let leaf = prop_oneof![
        Just(Who::All),
        prop::collection::vec(id(), 0..4).prop_map(Who::Organisations),
        "[a-z_]{1,9}".prop_map(Who::Tag),
        "[a-z_]{1,9}".prop_map(Who::UnitKind),
        id().prop_map(Who::Zone),
        id().prop_map(Who::Under),
        date.clone().prop_map(Who::SecretaryNewSince),
        (0u32..12).prop_map(Who::MembersAtLeast),
        (0u32..12).prop_map(Who::MembersAtMost),
        (20u16..60, date).prop_map(|(at_most, on)| Who::HasMembersAged { at_most, on }),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Who::And),
            prop::collection::vec(inner.clone(), 0..4).prop_map(Who::Or),
            inner.prop_map(|w| Who::Not(Box::new(w))),
        ]
    })
}

proptest! {
    #[test]
    fn json_reads_back(who in who()) {
        let json = serde_json::to_string(&who).unwrap();
        prop_assert_eq!(serde_json::from_str::<Who>(&json).unwrap(), who);
    }

    #[test]
    fn logic_holds_and_every_verdict_has_a_reason(a in who(), b in who()) {
        let facts = school();
        let holds = |w: &Who| w.evaluate(&facts, &names).applies;
        prop_assert_eq!(holds(&Who::And(vec![a.clone(), b.clone()])), holds(&a) && holds(&b));
        prop_assert_eq!(holds(&Who::Or(vec![a.clone(), b.clone()])), holds(&a) || holds(&b));
        prop_assert_eq!(holds(&Who::Not(Box::new(a.clone()))), !holds(&a));
        prop_assert!(!a.evaluate(&facts, &names).because.is_empty());
        prop_assert!(!a.words(&names).is_empty());
    }
}
