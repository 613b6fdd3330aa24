//! Two processes behind one address, over one PostgreSQL: neither knows of the other.

use crate::running::{Heard, Running, run, said};
use testkit::{County, On, TestApp, has_postgres};

struct Pair {
    app: TestApp,
    one: Running,
    other: Running,
    _folder: tempfile::TempDir,
}

/// A migrated database of its own with the small county, and two servers over it that share the
/// data directory, as an address with two of them behind it would.
async fn pair() -> (Pair, County) {
    let app = TestApp::new(On::Postgres).await;
    let county = County::build(&app).await;
    let sql = "SELECT current_database()";
    let name: String = app.app.store.db().scalar(sql, vec![]).await.unwrap();
    let server = std::env::var("ZHIBU_TEST_POSTGRES").unwrap();
    let folder = tempfile::tempdir().unwrap();
    let settings = format!("database = \"{server}/{name}\"\npublic_url = \"http://127.0.0.1\"\n");
    let (one, other) = tokio::join!(
        Running::start(folder.path(), &settings),
        Running::start(folder.path(), &settings)
    );
    let pair = Pair {
        app,
        one,
        other,
        _folder: folder,
    };
    (pair, county)
}

fn between<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    let rest = text.split_once(before).map_or("", |(_, rest)| rest);
    rest.split_once(after).map_or("", |(found, _)| found)
}

/// Signs in and gives the cookie.
async fn sign_in(server: &Running, password: &str) -> String {
    let body = format!("username=jiang&password={password}");
    let heard = server.ask("POST", "/sign-in", &[], &body).await;
    assert_eq!(heard.status, 303, "{}", heard.body);
    let cookie = heard.header("set-cookie");
    cookie.split(';').next().unwrap_or_default().to_owned()
}

async fn get(server: &Running, cookie: &str, path: &str) -> Heard {
    server.ask("GET", path, &[("Cookie", cookie)], "").await
}

async fn audited(app: &TestApp, action: &str) -> i64 {
    let sql = "SELECT COUNT(*) FROM audit WHERE action = $1";
    let db = app.app.store.db();
    db.scalar(sql, store::params![action]).await.unwrap()
}

#[tokio::test]
async fn a_session_of_one_works_at_the_other_and_a_form_sent_to_both_is_done_once() {
    if !has_postgres() {
        return;
    }
    let (pair, _county) = pair().await;
    let file = format!("zhibu-{}.toml", pair.one.port);
    let words = [
        "user",
        "add",
        "--config",
        &file,
        "--username",
        "jiang",
        "--name",
        "江一帆",
    ];
    let made = run(
        &pair.one.folder,
        &[&words[..], &["--role", "system_admin"]].concat(),
    );
    let words = said(&made);
    let password = words
        .rsplit('：')
        .next()
        .unwrap_or_default()
        .trim()
        .to_owned();
    let cookie = sign_in(&pair.one, &password).await;
    let page = get(&pair.other, &cookie, "/account/password").await;
    assert_eq!(page.status, 200, "{words}");
    let csrf = between(&page.body, "name=\"_csrf\" value=\"", "\"").to_owned();
    let key = between(&page.body, "name=\"_key\" value=\"", "\"").to_owned();
    let changed = format!(
        "_csrf={csrf}&_key={key}&present={password}&password=three-grey-herons&again=three-grey-herons"
    );
    let headers = [("Cookie", cookie.as_str())];
    let heard = pair
        .other
        .ask("POST", "/account/password", &headers, &changed)
        .await;
    assert_eq!(heard.status, 303, "{}", heard.body);

    let body = format!("_csrf={csrf}&_key=once&name=%E6%9F%B3&username=liu");
    let (a, b) = tokio::join!(
        pair.one.ask("POST", "/accounts", &headers, &body),
        pair.other.ask("POST", "/accounts", &headers, &body)
    );
    assert!(
        [a.status, b.status].iter().all(|status| *status < 400),
        "{a:?} {b:?}"
    );
    assert_eq!(
        audited(&pair.app, "create_account").await,
        2,
        "jiang and liu"
    );

    let left = pair
        .one
        .ask("POST", "/sign-out", &headers, &format!("_csrf={csrf}"))
        .await;
    assert_eq!(left.status, 303);
    assert_eq!(
        get(&pair.other, &cookie, "/account").await.status,
        303,
        "the session is gone there too"
    );
}

#[tokio::test]
async fn jobs_queued_together_are_each_done_once() {
    if !has_postgres() {
        return;
    }
    let (pair, _county) = pair().await;
    let store = &pair.app.app.store;
    // A job that fails counts its tries, and is tried again after two seconds at the earliest: one
    // that two processes claimed at once would show two tries at first sight.
    let queued = store.housekeeping(|tx| async move {
        for n in 0..40 {
            let key = format!("two-{n}");
            let kind = "nobody-does-this";
            tx.enqueue(kind, &serde_json::json!({}), kernel::Instant(0), Some(&key))
                .await?;
        }
        Ok(())
    });
    queued.await.unwrap();
    let mut first_seen = std::collections::BTreeMap::new();
    for _ in 0..300 {
        let sql = "SELECT id, attempts FROM job WHERE kind = 'nobody-does-this' AND attempts > 0";
        let tried: Vec<(kernel::Id, i64)> = store.db().all(sql, vec![]).await.unwrap();
        for (id, attempts) in tried {
            first_seen.entry(id).or_insert(attempts);
        }
        if first_seen.len() == 40 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(30)).await;
    }
    assert_eq!(first_seen.len(), 40);
    assert!(
        first_seen.values().all(|tries| *tries == 1),
        "{first_seen:?}"
    );
}
