//! What people do with duties, and what follows: for tests of every feature that reads them.

use crate::TestApp;
use duty::store::find_duty;
use duty::use_cases::{self, DutyRefusal, Excuse, Judgement, Submission};
use duty::{DutyRow, Key};
use kernel::Id;
use store::{Fail, params};
use web::{Actor, Identify};

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

/// Hands it in with a sentence.
pub async fn submit(app: &TestApp, account: Id, key: Key) {
    let who = actor(app, account).await;
    let what = Submission {
        text: "已收集 41 条".to_owned(),
        ..Submission::default()
    };
    let done: Result<Id, Fail<DutyRefusal>> = app
        .app
        .store
        .write(&who.by(), |tx| {
            let who = &who;
            async move { use_cases::submit_duty(&tx, who, key, &what).await }
        })
        .await;
    done.unwrap();
}

/// Reviews it.
pub async fn judge(app: &TestApp, account: Id, key: Key, what: Judgement) {
    let who = actor(app, account).await;
    let done: Result<_, Fail<DutyRefusal>> = app
        .app
        .store
        .write(&who.by(), |tx| {
            let who = &who;
            async move { use_cases::review_duties(&tx, who, &[key], &what).await }
        })
        .await;
    done.unwrap();
}

/// Extends or exempts it.
pub async fn excuse(app: &TestApp, account: Id, key: Key, what: Excuse) {
    let who = actor(app, account).await;
    let done: Result<_, Fail<DutyRefusal>> = app
        .app
        .store
        .write(&who.by(), |tx| {
            let who = &who;
            async move { use_cases::excuse_duties(&tx, who, &[key], &what).await }
        })
        .await;
    done.unwrap();
}

/// It as kept.
pub async fn duty(app: &TestApp, key: Key) -> DutyRow {
    find_duty(app.app.store.db(), key).await.unwrap().unwrap()
}

/// The first lines of an account's notices, the newest first.
pub async fn notices(app: &TestApp, account: Id) -> Vec<String> {
    let sql = "SELECT words FROM notice WHERE account = $1 ORDER BY id DESC";
    let all: Vec<String> = app
        .app
        .store
        .db()
        .column(sql, params![account])
        .await
        .unwrap();
    all.iter()
        .map(|words| words.lines().next().unwrap_or_default().to_owned())
        .collect()
}
