//! The small county in October 2026, asked three things that count and one that does not.

use duty::use_cases::DutyRefusal;
use duty::{Key, NewRequirement, Target, impose};
use kernel::{Id, TreePath};
use ranking::entities::{Edition, Line};
use rules::measure::Measure;
use rules::who::Who;
use store::{By, Fail, params};
use testkit::{Caller, County, TestApp};

/// The sheet and its items, all due in November before the 20th: 意见征集 (weight 2) on the 9th,
/// 讲党课 (1) on the 12th, 换届 (1) on the 16th, and 报计划, which only asks for a file.
#[derive(Clone, Copy)]
pub struct Sheet {
    pub survey: Id,
    pub lecture: Id,
    pub election: Id,
}

impl Sheet {
    pub fn key(&self, requirement: Id, organisation: Id) -> Key {
        Key {
            requirement,
            organisation,
        }
    }
}

fn requirement(
    county: &County,
    sheet: Id,
    (rank, title): (i64, &str),
    due: &str,
) -> NewRequirement {
    NewRequirement {
        source_kind: "sheet",
        source: sheet,
        item: Id(rank),
        path: TreePath::new("001"),
        rank,
        outline: format!("{rank}."),
        title: title.to_owned(),
        demand: "按要求完成。".to_owned(),
        source_words: format!("清教党〔2026〕9号 {rank}."),
        period_key: String::new(),
        window_from: "2026-10-01".parse().unwrap(),
        window_to: None,
        due: due.parse().unwrap(),
        due_words: "11月中旬".to_owned(),
        measure: Measure::default(),
        evidence: vec![],
        max_files: 3,
        photo_why: None,
        needs_file: false,
        weight: if rank == 1 { 2 } else { 1 },
        substantive: rank < 4,
        reviewer: county.bureau,
        who: Who::All,
        who_words: "全部党组织".to_owned(),
        effort_seconds: 60,
    }
}

/// Issues it to everybody but the joint branch, which is not asked to elect. Today is 6 November.
pub async fn issue(app: &TestApp, county: &County) -> Sheet {
    app.pass_days(-14);
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
                 '2026-10-01', '清教党', 2026, 9, '', '', '', '', '[]', $3, '何清', $3, '何清')",
                params![sheet, county.bureau, tx.now()],
            )
            .await?;
            // The register knows of number 9.
            task::store::take_number(&tx, "清教党", 2026, 9).await?;
            let requirements = [
                requirement(&county, sheet, (1, "意见征集"), "2026-11-09"),
                requirement(&county, sheet, (2, "讲党课"), "2026-11-12"),
                requirement(&county, sheet, (3, "换届"), "2026-11-16"),
                requirement(&county, sheet, (4, "报计划"), "2026-11-16"),
            ];
            let all = [county.general, county.first, county.second, county.joint];
            let targets = requirements.iter().map(|r| {
                let asked = |id: &Id| Target {
                    organisation: *id,
                    applies: r.title != "换届" || *id != county.joint,
                    because: "换届期未到".to_owned(),
                };
                all.iter().map(asked).collect::<Vec<_>>()
            });
            let targets: Vec<_> = targets.collect();
            let ids = impose(&tx, &requirements, &targets).await?;
            let detail = serde_json::json!({});
            tx.audit("issue_sheet", ("sheet", sheet), &TreePath::new("001"), detail)
                .await?;
            Ok(Sheet {
                survey: ids[0],
                lecture: ids[1],
                election: ids[2],
            })
        })
        .await;
    issued.unwrap()
}

/// The fields of a ranking from 1 October to 19 November.
pub const FIELDS: [(&str, &str); 8] = [
    ("from", "2026-10-01"),
    ("to", "2026-11-19"),
    ("which", "own"),
    ("days", "5"),
    ("title", "十一月排名"),
    ("audience", "meeting"),
    ("prefix", "清教党"),
    ("recipients", "各党组织"),
];

/// The number at the end of an address.
fn id_in(path: &str) -> Id {
    let path = path.split('?').next().unwrap();
    path.rsplit('/').next().unwrap().parse().unwrap()
}

/// Drafts it with those fields in place of the usual ones.
pub async fn draft(officer: &Caller, other: &[(&str, &str)]) -> Id {
    let fields: Vec<(&str, &str)> = FIELDS
        .iter()
        .map(|(name, value)| {
            let changed = other.iter().find(|(n, _)| n == name);
            (*name, changed.map_or(*value, |(_, v)| *v))
        })
        .collect();
    id_in(&officer.post("/rankings/new", &fields).await.led_to())
}

/// Sends a form of the ranking with the version that stands.
pub async fn act(
    app: &TestApp,
    caller: &Caller,
    ranking: Id,
    path: &str,
    fields: &[(&str, &str)],
) -> testkit::Answer {
    let version = version(app, ranking).await.to_string();
    let mut all = fields.to_vec();
    all.push(("_version", &version));
    caller
        .post(&format!("/rankings/{ranking}/{path}"), &all)
        .await
}

pub async fn version(app: &TestApp, ranking: Id) -> i64 {
    let sql = "SELECT version FROM ranking WHERE id = $1";
    let db = app.app.store.db();
    db.scalar(sql, params![ranking]).await.unwrap()
}

/// Drafts it and sends it on 20 November; the jobs that follow are done.
pub async fn send(app: &TestApp, officer: &Caller, other: &[(&str, &str)]) -> Id {
    let ranking = draft(officer, other).await;
    act(app, officer, ranking, "send", &[]).await.led_to();
    app.work().await;
    ranking
}

/// Objects to an item as that secretary.
pub async fn object(secretary: &Caller, ranking: Id, at: Id, item: Id, words: &str) -> String {
    let path = format!("/rankings/{ranking}/lines/{at}/object");
    let item = item.to_string();
    let fields = [("item", item.as_str()), ("words", words)];
    secretary.post(&path, &fields).await.led_to()
}

pub async fn objection(app: &TestApp, ranking: Id) -> Id {
    let sql = "SELECT MAX(id) FROM objection WHERE ranking = $1";
    let db = app.app.store.db();
    db.scalar(sql, params![ranking]).await.unwrap()
}

pub async fn edition(app: &TestApp, ranking: Id, number: Option<i64>) -> Edition {
    let db = app.app.store.db();
    let found = ranking::store::edition(db, ranking, number).await.unwrap();
    found.unwrap()
}

/// `第一小学党支部 87.5 2` for each line: name, score, place.
pub fn told(edition: &Edition) -> Vec<String> {
    let of = |line: &Line| {
        let place = line
            .ranks
            .map_or("—".to_owned(), |r| r.whole.place.to_string());
        format!("{} {} {place}", line.name, line.score_words())
    };
    edition.lines.iter().map(of).collect()
}
