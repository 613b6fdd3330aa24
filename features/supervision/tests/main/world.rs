//! A sheet with two items, issued to the small county.

use duty::store::{Key, find_duty};
use duty::use_cases::{DutyRefusal, Excuse, Judgement, Submission};
use duty::{DutyRow, NewRequirement, Target, impose, use_cases};
use kernel::{Id, TreePath};
use rules::measure::{Measure, RecordFilter, RecordQuery};
use rules::who::Who;
use store::{By, Fail, params};
use testkit::{County, TestApp};
use web::{Actor, Identify};

/// The sheet and its two items: 意见征集 due on 20 November, 讲党课 on 30 November.
#[derive(Clone, Copy)]
pub struct Sheet {
    pub id: Id,
    pub survey: Id,
    pub lecture: Id,
}

impl Sheet {
    pub fn survey(&self, organisation: Id) -> Key {
        Key {
            requirement: self.survey,
            organisation,
        }
    }

    pub fn lecture(&self, organisation: Id) -> Key {
        Key {
            requirement: self.lecture,
            organisation,
        }
    }
}

fn requirement(
    county: &County,
    sheet: Id,
    rank: i64,
    title: &str,
    due: &str,
    measure: Measure,
) -> NewRequirement {
    NewRequirement {
        source_kind: "sheet",
        source: sheet,
        item: Id(rank),
        path: TreePath::new("001"),
        rank,
        outline: format!("{rank}."),
        title: title.to_owned(),
        demand: "召开座谈会征集意见，建立台账。".to_owned(),
        source_words: format!("清教党〔2026〕9号 {rank}."),
        period_key: String::new(),
        window_from: "2026-10-01".parse().unwrap(),
        window_to: None,
        due: due.parse().unwrap(),
        due_words: "11月中旬".to_owned(),
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
    }
}

/// Issues it; the joint branch is not asked for the lecture.
pub async fn issue(app: &TestApp, county: &County) -> Sheet {
    issue_as(app, county, 9).await
}

/// The same under another number.
pub async fn issue_as(app: &TestApp, county: &County, number: i64) -> Sheet {
    let county = *county;
    let issued: Result<Sheet, Fail<DutyRefusal>> = app
        .app
        .store
        .write(&By::system(), |tx| async move {
            let sheet = tx.new_id();
            tx.exec(
                "INSERT INTO sheet (id, issuer, path, title, issuer_words, recipients, preface,
                 period_from, period_to, doc_date, prefix, year, number, cited_number, original_name,
                 original_digest, document, warnings, created_at, created_by_name, issued_at, issued_by)
                 VALUES ($1, $2, '001', '第四季度党建工作任务', '', '', '', '2026-10-01', '2026-12-31',
                 '2026-10-01', '清教党', 2026, $4, '', '', '', '', '[]', $3, '何清', $3, '何清')",
                params![sheet, county.bureau, tx.now(), number],
            )
            .await?;
            let query =
                RecordQuery { record_kind: "lecture".to_owned(), filter: RecordFilter::default() };
            let measure = Measure::Count { query, at_least: 1 };
            let requirements = [
                requirement(&county, sheet, 1, "意见征集", "2026-11-20", Measure::default()),
                requirement(&county, sheet, 2, "讲党课", "2026-11-30", measure),
            ];
            let target = |organisation, applies: bool| Target {
                organisation,
                applies,
                because: if applies { "在范围内" } else { "没有小学" }.to_owned(),
            };
            let all = [county.general, county.senior, county.first, county.second, county.joint];
            let targets = [
                all.iter().map(|id| target(*id, true)).collect::<Vec<_>>(),
                all.iter().map(|id| target(*id, *id != county.joint)).collect(),
            ];
            let ids = impose(&tx, &requirements, &targets).await?;
            let detail = serde_json::json!({});
            tx.audit("issue_sheet", ("sheet", sheet), &TreePath::new("001"), detail).await?;
            Ok(Sheet { id: sheet, survey: ids[0], lecture: ids[1] })
        })
        .await;
    issued.unwrap()
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

pub async fn duty(app: &TestApp, key: Key) -> DutyRow {
    find_duty(app.app.store.db(), key).await.unwrap().unwrap()
}

/// Runs the jobs that are due, as the server does.
pub async fn run_jobs(app: &TestApp) {
    let store = &app.app.store;
    let handlers: Vec<_> = app.features.iter().flat_map(|f| f.jobs.clone()).collect();
    while let Some(job) = store.claim_job().await.unwrap() {
        if let Some((_, handler)) = handlers.iter().find(|(kind, _)| *kind == job.kind) {
            let payload = serde_json::from_str(&job.payload).unwrap();
            handler(app.app.clone(), payload).await.unwrap();
        }
        store.finish_job(&job).await.unwrap();
    }
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
