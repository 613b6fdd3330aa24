//! Two workers send once; a worker that dies is followed by another, and nothing is sent blindly
//! more than once; a slow house holds up nobody.

use crate::own::{Reached, reach};
use crate::smtp::Does;
use crate::world::issue;
use delivery::entities::Tls;
use kernel::Id;
use std::time::Duration;
use testkit::{TestApp, on_both};
use tokio::sync::watch;
use tokio::task::JoinSet;

const MAIL: &str = "zhouming@edu.example.cn";
/// Longer than a lease, and than a message is left to its worker.
const DEAD_MS: i64 = 200_000;

async fn planned(app: TestApp) -> Reached {
    let reached = reach(app, Tls::Implicit).await;
    reached.set_mail().await;
    issue(&reached.app, &reached.county).await;
    reached
        .wants_letters(reached.county.secretary, MAIL, "8")
        .await;
    reached.app.pass_days(7);
    reached
}

async fn jobs(reached: &Reached, kind: &str) -> i64 {
    let sql = "SELECT COUNT(*) FROM job WHERE kind = $1 AND dead = FALSE";
    reached
        .app
        .app
        .store
        .db()
        .scalar(sql, store::params![kind])
        .await
        .unwrap()
}

/// Runs the morning's jobs until the letter is planned, and no further.
async fn until_planned(reached: &Reached) {
    use store::jobs::Lane;
    let quick: Vec<_> = reached
        .app
        .features
        .iter()
        .flat_map(|f| f.jobs.clone())
        .collect();
    let slow: Vec<_> = reached
        .app
        .features
        .iter()
        .flat_map(|f| f.slow_jobs.iter().map(|(kind, _)| *kind))
        .collect();
    let store = &reached.app.app.store;
    while let Some(job) = store.claim_job_of(Lane::AllBut(&slow)).await.unwrap() {
        let (_, handler) = quick.iter().find(|(kind, _)| *kind == job.kind).unwrap();
        let payload = serde_json::from_str(&job.payload).unwrap();
        handler(reached.app.app.clone(), payload).await.unwrap();
        store.finish_job(&job).await.unwrap();
    }
    assert_eq!(jobs(reached, "deliver").await, 1);
}

/// A worker that dies when the mail house has the letter and has not said so.
async fn dies_on_the_way(reached: &Reached, letters: usize) {
    reached.mail.will(&[Does::TakesAndHangs]);
    let before = reached.mail.letters().len();
    tokio::select! {
        _ = reached.app.work() => panic!("it did not hang"),
        () = reached.mail.until(before + 1) => {}
    }
    assert_eq!(reached.digests(MAIL).len(), letters);
}

on_both! {
    async fn two_workers_send_once(app: TestApp) {
        let reached = planned(app).await;
        until_planned(&reached).await;
        tokio::join!(reached.app.work(), reached.app.work(), reached.app.work());
        assert_eq!(reached.digests(MAIL).len(), 1);
    }

    async fn a_worker_that_died_before_sending_is_followed(app: TestApp) {
        let reached = planned(app).await;
        until_planned(&reached).await;
        let claimed = reached.app.app.store.claim_job().await.unwrap().unwrap();
        assert_eq!(claimed.kind, "deliver");
        reached.app.work().await;
        assert!(reached.digests(MAIL).is_empty(), "it is the other one's");
        reached.app.pass_ms(DEAD_MS);
        reached.app.work().await;
        assert_eq!(reached.digests(MAIL).len(), 1);
        reached.app.app.store.finish_job(&claimed).await.unwrap();
    }

    async fn a_worker_that_died_on_the_way_is_followed_once(app: TestApp) {
        let reached = planned(app).await;
        until_planned(&reached).await;
        dies_on_the_way(&reached, 1).await;
        reached.app.work().await;
        assert_eq!(reached.digests(MAIL).len(), 1, "as long as it may live");
        reached.app.pass_ms(DEAD_MS);
        dies_on_the_way(&reached, 2).await;
        let letters = reached.digests(MAIL);
        assert_eq!(letters[0].header("message-id"), letters[1].header("message-id"), "a mail system shows it once");
        reached.app.pass_ms(DEAD_MS);
        reached.app.work().await;
        assert_eq!(reached.digests(MAIL).len(), 2, "not a third time");
        let states = reached.states().await;
        assert_eq!(states[0], ("failed".to_owned(), "两次在发送途中中断，不知道对方收到没有，没有再发。".to_owned()));
    }

    async fn a_lease_is_renewed_by_its_holder_alone(app: TestApp) {
        let reached = planned(app).await;
        until_planned(&reached).await;
        let store = &reached.app.app.store;
        let first = store.claim_job().await.unwrap().unwrap();
        reached.app.pass_ms(100_000);
        assert!(store.renew_job(&first).await.unwrap());
        reached.app.pass_ms(100_000);
        assert!(store.claim_job().await.unwrap().is_none(), "renewed");
        reached.app.pass_ms(100_000);
        let second = store.claim_job().await.unwrap().unwrap();
        assert_eq!((second.id, second.attempts), (first.id, 2));
        assert!(!store.renew_job(&first).await.unwrap());
        store.finish_job(&first).await.unwrap();
        store.fail_job(&first, "late").await.unwrap();
        assert!(store.renew_job(&second).await.unwrap(), "the first one's word no longer counts");
    }

    async fn a_job_that_kills_its_workers_is_laid_aside_and_can_be_taken_up(app: TestApp) {
        let reached = planned(app).await;
        until_planned(&reached).await;
        let store = &reached.app.app.store;
        for _ in 0..5 {
            assert!(store.claim_job().await.unwrap().is_some());
            reached.app.pass_ms(DEAD_MS);
        }
        assert!(store.claim_job().await.unwrap().is_none());
        let admin = testkit::County::call(&reached.app, reached.county.system_admin).await;
        let page = admin.get("/settings/channels/failed").await.page();
        assert!(page.contains("送达一条消息") && page.contains("办理它的程序多次中断"), "{page}");
        let id = crate::given_up::after(&page, "name=\"job\" value=\"");
        admin.post("/settings/channels/failed/retry", &[("job", &id)]).await.led_to();
        reached.app.work().await;
        assert_eq!(reached.digests(MAIL).len(), 1);
    }

    async fn a_house_that_says_nothing_holds_up_nobody(app: TestApp) {
        let reached = planned(app).await;
        until_planned(&reached).await;
        reached.mail.will(&[Does::Hangs; 4]);
        let (stop, stopped) = watch::channel(false);
        let mut work = JoinSet::new();
        zhibu::worker::start(&mut work, &reached.app.app, &reached.app.features, &stopped);
        tokio::time::sleep(Duration::from_millis(100)).await;
        reached.app.app.store.housekeeping(|tx| async move {
            let payload = serde_json::json!({ "sheet": Id(1) });
            Ok(tx.enqueue("sheet_issued", &payload, tx.now(), None).await?)
        }).await.unwrap();
        tokio::time::sleep(Duration::from_millis(1_500)).await;
        assert_eq!(jobs(&reached, "sheet_issued").await, 0, "done while the letter waits");
        stop.send_replace(true);
        tokio::time::timeout(Duration::from_secs(10), work.join_all()).await.expect("stops when told to");
    }
}
