//! What these tests share: a county with every type of value in it, and sums to compare by.

use kernel::{Id, TreePath};
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::path::PathBuf;
use store::portable::{Sum, sum_of, tables};
use store::{By, Clock, Context, Fail, Store, params};
use testkit::{County, Fresh, On, TestApp};
use zhibu::backup::{Made, Wanted, make, restore};

/// Words that a careless step would change: quotes, line ends, four-byte characters, a formula.
pub const ODD_WORDS: &str = "“柳湾”\r\n\t=1+1 <script>'\"\\ \u{20BB7}😀\u{3000}末";

/// Both databases, or SQLite alone where no PostgreSQL is named.
pub fn databases() -> Vec<On> {
    if testkit::has_postgres() {
        vec![On::Sqlite, On::Postgres]
    } else {
        vec![On::Sqlite]
    }
}

/// The small county with a stored file, a sealed field, odd words, nulls and bytes; the digest of
/// the file and the member whose number is sealed.
pub async fn furnish(app: &TestApp) -> (County, String, Id) {
    let county = County::build(app).await;
    let store = &app.app.store;
    let digest = store.files.put("会议记录".as_bytes()).unwrap();
    let member = Id(77);
    let done: Result<(), Fail<Infallible>> = store
        .write(&By::system(), |tx| async move {
            let store = tx.store().clone();
            let digest = store.files.put("会议记录".as_bytes())?;
            let file = "INSERT INTO file (id, digest, media, kind, name, bytes, created_at)
                        VALUES ($1, $2, 'text/plain', 'text', $3, 12, $4)";
            tx.exec(file, params![Id(1), digest, ODD_WORDS, tx.now()])
                .await?;
            let sealed =
                store
                    .keys
                    .seal(&store.context, "member/id_number/77", "990000198506150010")?;
            let row = "INSERT INTO member (id, name, pinyin, sex, stage, category, id_number,
                       branch, path) VALUES ($1, '周倩', 'zhouqian zq', '女', 'full', 'teacher', $2,
                       $3, $4)";
            let place = TreePath::new("/".to_owned());
            tx.exec(row, params![member, sealed, county.first, &place])
                .await?;
            let upload = "INSERT INTO upload (id, account, name, length, received, created_at)
                          VALUES ($1, $2, 'a.pdf', 3, 3, $3)";
            tx.exec(upload, params![Id(5), county.secretary, tx.now()])
                .await?;
            let part = "INSERT INTO upload_part (upload, position, bytes) VALUES ($1, 0, $2)";
            tx.exec(part, params![Id(5), vec![0u8, 255, 10]]).await?;
            tx.audit("fill_demo", ("file", Id(1)), &place, serde_json::json!({}))
                .await?;
            Ok(())
        })
        .await;
    done.unwrap();
    while store.seal_audit().await.unwrap() > 0 {}
    (county, digest, member)
}

/// Rows and sum of every table but those that say what was backed up when.
pub async fn sums(store: &Store) -> BTreeMap<String, Sum> {
    let mut sums = BTreeMap::new();
    for table in tables(store.db()).await.unwrap() {
        if table.name != "upkeep" {
            let sum = sum_of(store.db(), &table).await.unwrap();
            sums.insert(table.name, sum);
        }
    }
    sums
}

/// A backup of the application into a folder of its own.
pub async fn back_up(app: &TestApp) -> (Made, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let made = make(&app.app.store, &wanted(folder.path().to_owned()))
        .await
        .unwrap();
    (made, folder)
}

/// Not encrypted, into that folder.
pub fn wanted(to: PathBuf) -> Wanted {
    Wanted {
        to,
        prefix: "zhibu".to_owned(),
        county: "清禾县教育系统".to_owned(),
        recipients: Vec::new(),
    }
}

/// Restoring that backup into that place, with the application's key.
pub fn asked(made: &Made, app: &TestApp, to: &Fresh) -> restore::Wanted {
    restore::Wanted {
        from: made.place.clone(),
        identity: None,
        settings: to.settings.clone(),
        key: Some(app.data().join("zhibu.key")),
        files: None,
        without_key: false,
    }
}

/// A context for restoring.
pub fn context() -> Context {
    Context::seeded(clock(), 3)
}

/// Nine in the morning of the county's day.
pub fn clock() -> Clock {
    let today = testkit::COUNTY_TODAY.parse().unwrap();
    Clock::fixed(kernel::Instant::at(today, 9 * 3_600_000))
}
