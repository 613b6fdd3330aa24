//! What the demo, imports and other features build on.

use kernel::{Day, Id};
use org::use_cases::{
    NewNode, NewPost, appoint, cover_unit, create_node, set_figures, set_zone, tag_node,
};
use org::{Node, store as rows};
use std::convert::Infallible;
use store::Fail;
use testkit::{County, TestApp, on_both};

fn day(text: &str) -> Day {
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

fn new(
    category: &'static str,
    kind: &'static str,
    name: &'static str,
    parent: Option<Id>,
    zone: Option<Id>,
) -> NewNode<'static> {
    NewNode {
        category,
        kind,
        name,
        short_name: name,
        parent,
        zone,
        from: day("2024-09-01"),
    }
}

on_both! {
    async fn nodes_get_the_next_place_below_their_parent(app: TestApp) {
        let county = County::build(&app).await;
        let made: Vec<Node> = write(&app, |tx| async move {
            let a = create_node(&tx, new("organisation", "branch", "第三小学党支部", Some(county.bureau), Some(county.south))).await?;
            let b = create_node(&tx, new("organisation", "branch", "第四小学党支部", Some(county.bureau), None)).await?;
            let root = create_node(&tx, new("organisation", "work_committee", "清禾县教育工委", None, None)).await?;
            let school = create_node(&tx, new("unit", "complete_primary", "第三小学", Some(a.id), None)).await?;
            cover_unit(&tx, a.id, school.id, day("2024-09-01")).await?;
            tag_node(&tx, a.id, "youth_party_school", day("2024-09-01")).await?;
            tag_node(&tx, a.id, "youth_party_school", day("2025-09-01")).await?;
            set_figures(&tx, school.id, 2026, &[("pupils_primary", 812), ("staff_full_time", 40)]).await?;
            appoint(&tx, NewPost { node: a.id, kind: "secretary", member: None, holder: "单明", staffing: Some("full_time"), from: day("2024-09-01"), to: None, term_to: Some(day("2027-08-31")) }).await?;
            Ok(vec![a, b, root, school])
        }).await;
        let paths: Vec<_> = made.iter().map(|n| n.path.as_str()).collect();
        assert_eq!(paths, ["001005", "001006", "002", "001005"]);
        assert_eq!((made[0].zone, made[3].zone), (Some(county.south), Some(county.south)));
        let db = app.app.store.db();
        assert_eq!(rows::units_of(db, made[0].id).await.unwrap().len(), 1);
        assert_eq!(rows::tags_of(db, made[0].id).await.unwrap().len(), 1);
        let below: Vec<_> = rows::children(db, county.bureau).await.unwrap().into_iter().map(|n| n.name).collect();
        assert_eq!(below.len(), 6);
        assert_eq!(rows::zones(db).await.unwrap().len(), 2);
    }

    async fn a_zone_change_takes_what_lies_below_along(app: TestApp) {
        let county = County::build(&app).await;
        write(&app, |tx| async move { set_zone(&tx, county.general, Some(county.south), day("2026-11-01")).await }).await;
        let db = app.app.store.db();
        for id in [county.general, county.senior, county.junior] {
            assert_eq!(rows::find_node(db, id).await.unwrap().unwrap().zone, Some(county.south));
        }
        let then = rows::edges(db, "zone", day("2026-10-31")).await.unwrap();
        assert!(then.iter().any(|e| e.child == county.general && e.parent == county.town));
        let now = rows::edges(db, "zone", day("2026-11-20")).await.unwrap();
        assert!(now.iter().any(|e| e.child == county.senior && e.parent == county.south));
    }
}
