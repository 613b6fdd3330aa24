//! A requirement of every branch of the small county, as its office would issue it.

use duty::store::{DutyRow, Key, find_duty};
use duty::use_cases::DutyRefusal;
use duty::{NewRequirement, Target, impose};
use kernel::{Id, TreePath};
use rules::measure::{Measure, RecordFilter, RecordQuery};
use rules::who::Who;
use store::{By, Fail, Tx};
use testkit::{County, TestApp};
use web::{Actor, Identify};

/// Asked of the two primary schools; the joint branch is not concerned. Due on 30 November.
pub async fn ask(app: &TestApp, county: &County, measure: Measure) -> Id {
    let county = *county;
    let due = "2026-11-30".parse().unwrap();
    let requirement = NewRequirement {
        source_kind: "sheet",
        source: Id(1),
        item: Id(1),
        path: TreePath::new("001"),
        rank: 1,
        outline: "一、(一)".to_owned(),
        title: "意见征集".to_owned(),
        demand: "召开座谈会征集意见，建立台账。".to_owned(),
        source_words: "清教党〔2026〕9号 一、(一)".to_owned(),
        period_key: String::new(),
        window_from: "2026-10-01".parse().unwrap(),
        window_to: None,
        due,
        due_words: "11月底前".to_owned(),
        measure,
        evidence: vec!["台账".to_owned()],
        max_files: 3,
        photo_why: None,
        needs_file: false,
        weight: 1,
        substantive: true,
        reviewer: county.bureau,
        who: Who::All,
        who_words: "全部党组织".to_owned(),
        effort_seconds: 60,
    };
    let target = |organisation, applies: bool| Target {
        organisation,
        applies,
        because: if applies {
            "在范围内"
        } else {
            "没有小学"
        }
        .to_owned(),
    };
    let targets = vec![vec![
        target(county.first, true),
        target(county.second, true),
        target(county.joint, false),
    ]];
    write(app, &By::system(), |tx| async move {
        let ids = impose(&tx, &[requirement], &targets).await?;
        tx.audit(
            "issue_sheet",
            ("sheet", Id(1)),
            &TreePath::new("001"),
            serde_json::json!({}),
        )
        .await?;
        Ok(ids[0])
    })
    .await
    .unwrap()
}

/// One lecture by anybody answers it.
pub fn lecture() -> Measure {
    let query = RecordQuery {
        record_kind: "lecture".to_owned(),
        filter: RecordFilter::default(),
    };
    Measure::Count { query, at_least: 1 }
}

pub async fn write<T, F, Fut>(app: &TestApp, by: &By, body: F) -> Result<T, Fail<DutyRefusal>>
where
    F: FnOnce(Tx) -> Fut,
    Fut: Future<Output = Result<T, Fail<DutyRefusal>>>,
{
    app.app.store.write(by, body).await
}

/// The actor behind an account.
pub async fn actor(app: &TestApp, account: Id) -> Actor {
    let store = &app.app.store;
    let minted = store
        .housekeeping(|tx| async move { Ok(identity::mint_session(&tx, account).await?) })
        .await
        .unwrap();
    identity::Sessions
        .identify(store, &minted.token)
        .await
        .unwrap()
        .unwrap()
}

pub async fn duty(app: &TestApp, requirement: Id, organisation: Id) -> DutyRow {
    find_duty(
        app.app.store.db(),
        Key {
            requirement,
            organisation,
        },
    )
    .await
    .unwrap()
    .unwrap()
}

/// How many duties of the sheet stand so, seen from a place.
pub async fn sum(app: &TestApp, place: &str, status: &str) -> i64 {
    let sql = "SELECT COALESCE(CAST(SUM(n) AS BIGINT), 0) AS n FROM duty_sum WHERE place = $1 AND status = $2";
    app.app
        .store
        .db()
        .scalar(sql, store::params![place, status])
        .await
        .unwrap()
}
