//! What does not go: tried again, laid aside, taken up by a person.

use crate::own::{Reached, reach};
use crate::smtp::{Does, PASSWORD};
use crate::world::issue;
use delivery::entities::Tls;
use testkit::{County, TestApp, on_both};

const MAIL: &str = "zhouming@edu.example.cn";

/// A letter that waits to be sent on Friday at nine, a week later, when the item is a week late.
async fn one_waits(app: TestApp) -> Reached {
    let reached = reach(app, Tls::StartTls).await;
    reached.set_mail().await;
    issue(&reached.app, &reached.county).await;
    reached
        .wants_letters(reached.county.secretary, MAIL, "8")
        .await;
    reached.app.pass_days(7);
    reached
}

on_both! {
    async fn a_busy_server_gets_it_a_minute_later(app: TestApp) {
        let reached = one_waits(app).await;
        reached.mail.will(&[Does::Says("451 Try again later"), Does::Hangs]);
        reached.app.work().await;
        assert!(reached.digests(MAIL).is_empty());
        let states = reached.states().await;
        assert_eq!(states[0].0, "queued");
        assert!(states[0].1.contains("451 Try again later"), "{states:?}");
        reached.app.pass_ms(59_000);
        reached.app.work().await;
        assert_eq!(reached.states().await, states, "not yet");
        reached.app.pass_ms(1_000);
        reached.app.work().await;
        assert!(reached.states().await[0].1.contains("没有在时限内答复"), "{:?}", reached.states().await);
        reached.app.pass_ms(300_000);
        reached.app.work().await;
        assert_eq!(reached.digests(MAIL).len(), 1);
        assert_eq!(reached.states().await[0], ("sent".to_owned(), String::new()));
    }

    async fn what_is_refused_for_good_waits_for_a_person(app: TestApp) {
        let reached = one_waits(app).await;
        reached.mail.will(&[Does::Says("550 <{to}> no such user")]);
        reached.app.work().await;
        let admin = County::call(&reached.app, reached.county.system_admin).await;
        let page = admin.get("/settings/channels/failed").await.page();
        let words = testkit_words(&page);
        assert!(words.contains("邮件服务器没有收下这封信。对方答复：550") && words.contains("（收件地址）") && words.contains("周明"), "{words}");
        assert!(!page.contains(MAIL), "an address is its owner's");
        assert_eq!(admin.post("/settings/channels/failed/retry", &[]).await.status, 422);
        let id = id_in(&page);
        let led = admin.post("/settings/channels/failed/retry", &[("delivery", &id)]).await.led_to();
        assert!(admin.get(&led).await.words().contains("1 件重新排队"));
        reached.app.work().await;
        assert_eq!(reached.digests(MAIL).len(), 1);
        assert!(admin.get("/settings/channels/failed").await.words().contains("没有未送达的"));
        let deeds: Vec<String> = reached.app.app.store.db().column("SELECT action FROM audit WHERE object_kind = 'delivery' ORDER BY id", vec![]).await.unwrap();
        assert_eq!(deeds, ["fail_delivery", "retry_delivery"]);
    }

    async fn tried_six_times_with_growing_pauses_and_then_left(app: TestApp) {
        let reached = one_waits(app).await;
        reached.app.pass_ms(-3_600_000);
        reached.mail.will(&[Does::Says("451 busy"); 6]);
        let mut tried = Vec::new();
        for _ in 0..(9 * 60) {
            reached.app.work().await;
            let n: i64 = reached.app.app.store.db().scalar("SELECT COALESCE(MAX(attempts), 0) FROM delivery", vec![]).await.unwrap();
            if n > tried.len() as i64 {
                tried.push(reached.app.app.store.now().chinese());
            }
            reached.app.pass_ms(60_000);
        }
        assert_eq!(tried, ["11月27日 08:00", "11月27日 08:01", "11月27日 08:06", "11月27日 08:21", "11月27日 09:21", "11月27日 12:21"]);
        assert_eq!(reached.states().await[0].0, "failed");
        let admin = County::call(&reached.app, reached.county.system_admin).await;
        let page = admin.get("/settings/channels/failed").await.page();
        let led = admin.post("/settings/channels/failed/abandon", &[("delivery", &id_in(&page))]).await.led_to();
        assert!(admin.get(&led).await.words().contains("1 件已放弃，不再发。"));
        reached.app.work().await;
        assert!(reached.digests(MAIL).is_empty());
    }

    async fn a_day_has_one_letter_however_often_it_is_tried(app: TestApp) {
        let reached = one_waits(app).await;
        reached.mail.will(&[Does::Says("550 no")]);
        reached.app.work().await;
        let admin = County::call(&reached.app, reached.county.system_admin).await;
        let page = admin.get("/settings/channels/failed").await.page();
        reached.app.pass_days(3);
        reached.app.work().await;
        assert_eq!(reached.digests(MAIL).len(), 1, "Monday's own, the lecture's day");
        let admin = County::call(&reached.app, reached.county.system_admin).await;
        let led = admin.post("/settings/channels/failed/retry", &[("delivery", &id_in(&page))]).await.led_to();
        assert!(admin.get(&led).await.words().contains("1 件当天已另有一封，没有重复发"));
        reached.app.work().await;
        assert_eq!(reached.digests(MAIL).len(), 1);
    }

    async fn a_wrong_password_stops_the_channel_and_is_tried_once(app: TestApp) {
        let reached = one_waits(app).await;
        reached.wants_letters(reached.county.second_secretary, "wuer@edu.example.cn", "8").await;
        reached.app.pass_days(3);
        let admin = County::call(&reached.app, reached.county.system_admin).await;
        let listed = admin.get("/settings/channels").await.page();
        let path = format!("/settings/channels/{}", after(&listed, "<th scope=\"row\"><a href=\"/settings/channels/"));
        let mut form = reached.mail_form();
        form.retain(|(name, _)| *name != "password");
        form.push(("password", "wrong-password".to_owned()));
        form.push(("_version", "1".to_owned()));
        admin.post(&path, &crate::own::borrowed(&form)).await.led_to();
        let before = reached.mail.logins().len();
        reached.app.work().await;
        assert_eq!(reached.mail.logins().len(), before + 1, "a mail house locks out who tries too often");
        let states = reached.states().await;
        let failed = states.iter().filter(|(state, _)| state == "failed").count();
        assert_eq!(failed, 2, "{states:?}");
        let words = admin.get(&path).await.words();
        assert!(words.contains("邮件服务器不认这个用户名和密码"), "{words}");
        let mut form = reached.mail_form();
        form.push(("_version", "2".to_owned()));
        admin.post(&path, &crate::own::borrowed(&form)).await.led_to();
        let page = admin.get("/settings/channels/failed").await.page();
        let ids = ids_in(&page);
        let picked: Vec<(&str, &str)> = ids.iter().map(|id| ("delivery", id.as_str())).collect();
        admin.post("/settings/channels/failed/retry", &picked).await.led_to();
        reached.app.work().await;
        assert_eq!(reached.digests(MAIL).len(), 2, "last Friday's and today's");
        assert_eq!(reached.digests("wuer@edu.example.cn").len(), 1);
        let said = crate::own::everything_said(&reached.app).await;
        assert!(!said.contains(PASSWORD) && !said.contains("wrong-password"));
    }
}

pub fn testkit_words(page: &str) -> String {
    page.split('<')
        .filter_map(|part| part.split_once('>'))
        .map(|(_, text)| text)
        .collect::<Vec<_>>()
        .join(" ")
}

pub fn after(page: &str, start: &str) -> String {
    let at = page
        .find(start)
        .unwrap_or_else(|| panic!("no {start} in {page}"))
        + start.len();
    page[at..]
        .chars()
        .take_while(char::is_ascii_digit)
        .collect()
}

fn ids_in(page: &str) -> Vec<String> {
    page.split("name=\"delivery\" value=\"")
        .skip(1)
        .map(|rest| rest.chars().take_while(char::is_ascii_digit).collect())
        .collect()
}

fn id_in(page: &str) -> String {
    ids_in(page).remove(0)
}
