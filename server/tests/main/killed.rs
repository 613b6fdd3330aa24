//! An import survives the program's sudden death.

use std::process::{Child, Command, Stdio};
use std::time::Duration;
use testkit::{County, On, TestApp};

const ROWS: i64 = 4_000;

/// A process that does not outlive its test.
struct Running(Child);

impl Running {
    fn kill(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Killed before, in the test itself.
        let _ = self.0.kill();
    }
}

/// The server over the same data, on some later day: leases of the day before are over.
fn serve(app: &TestApp, today: &str) -> Running {
    let folder = app.folder();
    let child = Command::new(env!("CARGO_BIN_EXE_zhibu"))
        .args(["serve", "--listen", "127.0.0.1:0", "--today", today])
        .arg("--data")
        .arg(folder.join("data"))
        .arg("--database")
        .arg(format!("sqlite://{}", folder.join("t.db").display()))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    Running(child.unwrap())
}

async fn number(app: &TestApp, sql: &str) -> i64 {
    app.app.store.db().scalar(sql, vec![]).await.unwrap()
}

async fn state(app: &TestApp) -> String {
    let sql = "SELECT state FROM import";
    app.app.store.db().scalar(sql, vec![]).await.unwrap()
}

/// Waits until the import is in that state.
async fn until(app: &TestApp, wanted: &str) {
    for _ in 0..3_000 {
        if state(app).await == wanted {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("still {}", state(app).await);
}

#[tokio::test]
async fn killed_while_it_imports_it_goes_on_and_each_row_is_there_once() {
    let app = TestApp::new(On::Sqlite).await;
    let county = County::build(&app).await;
    let officer = County::call(&app, county.officer).await;
    let mut text = "单位,姓名,性别,出生日期,党员身份\n".to_owned();
    for i in 0..ROWS {
        text.push_str(&format!("第一小学党支部,党员{i},女,1985-06-15,正式\n"));
    }
    let files = [("file", "名册.csv", text.as_bytes())];
    let at = officer
        .upload("/members/import", &[], &files)
        .await
        .led_to();

    let mut first = serve(&app, "2026-11-21");
    until(&app, "checked").await;
    officer.post(&format!("{at}/apply"), &[]).await.led_to();
    let mut made = 0;
    while made == 0 {
        tokio::time::sleep(Duration::from_millis(20)).await;
        made = number(&app, "SELECT created FROM import").await;
    }
    first.kill();
    let made = number(&app, "SELECT created FROM import").await;
    assert!(
        made < ROWS && state(&app).await == "applying",
        "killed too late: {made}"
    );
    assert_eq!(number(&app, "SELECT COUNT(*) FROM member").await, made);

    let mut second = serve(&app, "2026-11-23");
    until(&app, "applied").await;
    second.kill();
    assert_eq!(number(&app, "SELECT COUNT(*) FROM member").await, ROWS);
    assert_eq!(
        number(&app, "SELECT COUNT(DISTINCT name) FROM member").await,
        ROWS
    );
    let words = officer.get(&at).await.words();
    assert!(
        words.contains("已完成") && words.contains("新增 4000，更新 0"),
        "{words}"
    );
}
