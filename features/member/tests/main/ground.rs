//! What the demo, imports and other features build on.

use kernel::{Day, Id};
use member::use_cases::{NewMember, create_member, move_member, refresh_ranks};
use member::{facts, store as rows};
use std::convert::Infallible;
use store::Fail;
use testkit::{County, TestApp, on_both};

pub fn day(text: &str) -> Day {
    text.parse().unwrap()
}

/// Writes in one go; rules cannot refuse here.
pub async fn write<T, F, Fut>(app: &TestApp, body: F) -> T
where
    F: FnOnce(store::Tx) -> Fut,
    Fut: Future<Output = Result<T, store::Error>>,
{
    let done: Result<T, Fail<Infallible>> = app
        .app
        .store
        .housekeep(|tx| async move { Ok(body(tx).await?) })
        .await;
    done.unwrap()
}

pub fn somebody(name: &str, branch: Id) -> NewMember {
    NewMember {
        name: name.to_owned(),
        sex: "female".to_owned(),
        birth: Some(day("1995-03-08")),
        stage: "full".to_owned(),
        category: "in_post".to_owned(),
        joined_on: Some(day("2018-06-01")),
        full_on: Some(day("2019-06-01")),
        ethnic: None,
        education: None,
        job: None,
        id_number: None,
        phone: None,
        branch,
        from: day("2020-09-01"),
    }
}

on_both! {
    async fn a_number_is_sealed_and_found_by_its_blind_index(app: TestApp) {
        let county = County::build(&app).await;
        let id = write(&app, |tx| async move {
            let new = NewMember { id_number: Some("990000198506150010".to_owned()), ..somebody("单明", county.first) };
            create_member(&tx, new).await
        }).await;
        let store = &app.app.store;
        let found = rows::find(store.db(), id).await.unwrap().unwrap();
        assert_eq!(found.pinyin, "shan ming");
        assert!(!found.id_number.clone().unwrap().contains("19850615"));
        assert_eq!(found.open_id_number(&store.keys).unwrap().unwrap(), "990000198506150010");
        assert_eq!(found.id_blind, Some(store.keys.blind("990000198506150010")));
    }

    async fn facts_count_the_organisation_and_what_lies_below(app: TestApp) {
        let county = County::build(&app).await;
        write(&app, |tx| async move {
            for (name, branch) in [("甲", county.senior), ("乙", county.senior), ("丙", county.junior), ("丁", county.first)] {
                create_member(&tx, somebody(name, branch)).await?;
            }
            let new = org::NewPost { node: county.first, kind: "secretary", member: None, holder: "周明", staffing: Some("principal"), from: day("2024-06-01"), to: None, term_to: None };
            org::use_cases::appoint(&tx, new).await?;
            org::use_cases::tag_node(&tx, county.first, "youth_party_school", day("2024-01-01")).await
        }).await;
        let all = facts::organisation_facts(app.app.store.db(), app.app.store.today()).await.unwrap();
        let of = |id| all.iter().find(|f| f.id == id).unwrap();
        assert_eq!(all.len(), 7);
        assert_eq!((of(county.bureau).members_full, of(county.general).members_full, of(county.senior).members_full), (4, 3, 2));
        assert_eq!(of(county.general).births.len(), 3);
        assert_eq!(of(county.senior).ancestors, [county.bureau, county.general]);
        assert_eq!(of(county.first).secretary.as_ref().unwrap().staffing, "principal");
        assert_eq!(of(county.first).tags, ["youth_party_school"]);
        let before = facts::organisation_facts(app.app.store.db(), day("2020-08-31")).await.unwrap();
        assert!(before.iter().all(|f| f.members() == 0));
    }

    async fn a_post_puts_its_holder_first_and_a_move_keeps_the_past(app: TestApp) {
        let county = County::build(&app).await;
        let ids = write(&app, |tx| async move {
            let a = create_member(&tx, somebody("安一", county.first)).await?;
            let z = create_member(&tx, somebody("周二", county.first)).await?;
            let new = org::NewPost { node: county.first, kind: "secretary", member: Some(z), holder: "周二", staffing: None, from: day("2024-06-01"), to: None, term_to: None };
            org::use_cases::appoint(&tx, new).await?;
            refresh_ranks(&tx, &[a, z]).await?;
            Ok((a, z))
        }).await;
        let db = app.app.store.db();
        let names: Vec<_> = rows::of_branch(db, county.first).await.unwrap().into_iter().map(|m| m.name).collect();
        assert_eq!(names, ["周二", "安一"]);
        write(&app, |tx| async move {
            let to = org::store::find_node(&tx, county.second).await?.unwrap();
            move_member(&tx, ids.0, &to, day("2026-11-10")).await
        }).await;
        let history = rows::history(db, ids.0).await.unwrap();
        let told: Vec<_> = history.iter().map(|s| (s.branch, s.to_day)).collect();
        assert_eq!(told, [(county.second, None), (county.first, Some(day("2026-11-09")))]);
    }
}
