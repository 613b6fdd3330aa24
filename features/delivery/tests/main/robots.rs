//! What a group is told, and how the robots' answers are heeded.

use crate::http::Answers;
use crate::own::{KEY, Reached, reach};
use crate::world::{issue, submit};
use delivery::entities::Tls;
use testkit::on_both;

const SIGN: &str = "SECsign-9d2e";

fn text_of(reached: &Reached, at: usize) -> String {
    let body = &reached.robots.asked()[at].body;
    let said = if body["markdown"]["text"].is_string() {
        &body["markdown"]["text"]
    } else {
        &body["markdown"]["content"]
    };
    said.as_str().unwrap_or_else(|| panic!("{body}")).to_owned()
}

on_both! {
    async fn a_zone_s_group_reads_who_still_owes_and_once_a_day(app: TestApp) {
        let reached = reach(app, Tls::Implicit).await;
        reached.set_robot("wecom", "南片", "").await;
        let sheet = issue(&reached.app, &reached.county).await;
        submit(&reached.app, reached.county.second_secretary, sheet.survey(reached.county.second)).await;
        reached.app.work().await;
        assert_eq!(reached.robots.asked().len(), 1);
        let asked = &reached.robots.asked()[0];
        assert_eq!(asked.target, format!("/send?key={KEY}"));
        assert_eq!(asked.body["msgtype"], "markdown");
        let text = text_of(&reached, 0);
        assert!(text.starts_with("**党建工作提醒（11月20日）**\n\n今天到期 1 件。"), "{text}");
        assert!(text.contains("> 柳湾联合党支部 1 件") && text.contains("(http://127.0.0.1/duties)"), "{text}");
        for other in ["第二小学", "第一小学", "周明", "吴二"] {
            assert!(!text.contains(other), "{other} in {text}");
        }
        reached.app.pass_ms(3_600_000);
        reached.app.work().await;
        assert_eq!(reached.robots.asked().len(), 1, "once a day");
        for _ in 1..7 {
            reached.app.pass_days(1);
            reached.app.work().await;
        }
        assert_eq!(reached.robots.asked().len(), 1, "then sparsely");
        reached.app.pass_days(1);
        reached.app.work().await;
        assert_eq!(reached.robots.asked().len(), 2);
        assert!(text_of(&reached, 1).contains("> 第二小学党支部 1 件"), "the lecture in three days");
    }

    async fn a_subtree_s_group_and_nothing_where_nothing_is_owed(app: TestApp) {
        let reached = reach(app, Tls::Implicit).await;
        reached.set_robot("wecom", "第一小学党支部", "").await;
        let sheet = issue(&reached.app, &reached.county).await;
        submit(&reached.app, reached.county.secretary, sheet.survey(reached.county.first)).await;
        reached.app.work().await;
        assert!(reached.robots.asked().is_empty());
        assert!(reached.states().await.is_empty());
    }

    async fn dingtalk_is_signed_and_its_refusal_is_said_in_words(app: TestApp) {
        let reached = reach(app, Tls::Implicit).await;
        let path = reached.set_robot("dingtalk", "", SIGN).await;
        reached.robots.will(&[Answers::says(r#"{"errcode":310000,"errmsg":"description:sign not match"}"#)]);
        issue(&reached.app, &reached.county).await;
        reached.app.work().await;
        let asked = &reached.robots.asked()[0];
        let stamp = reached.app.app.store.now().0;
        assert!(asked.target.contains(&format!("&timestamp={stamp}&sign=")), "{}", asked.target);
        assert_eq!(asked.body["markdown"]["title"], "党建工作提醒（11月20日）");
        let states = reached.states().await;
        assert_eq!(states[0].0, "failed");
        assert!(states[0].1.starts_with("加签密钥不对，或本机的时间不准。对方答复：errcode 310000"), "{states:?}");
        let admin = testkit::County::call(&reached.app, reached.county.system_admin).await;
        assert!(admin.get(&path).await.words().contains("有故障，已停止发送：加签密钥不对"));
        assert!(admin.get("/settings/channels").await.words().contains("有故障"));
        admin.post(&format!("{path}/test"), &[]).await.led_to();
        assert!(!admin.get(&path).await.words().contains("已停止发送"), "a test that goes mends it");
    }

    async fn a_robot_that_is_busy_is_left_alone_as_long_as_it_asks(app: TestApp) {
        let reached = reach(app, Tls::Implicit).await;
        reached.set_robot("wecom", "", "").await;
        reached.robots.will(&[
            Answers::says(r#"{"errcode":45009,"errmsg":"api freq out of limit"}"#),
            Answers::With("429 Too Many Requests", "Retry-After: 1800\r\n", ""),
            Answers::With("500 Oops", "", "<html>"),
            Answers::Hangs,
        ]);
        issue(&reached.app, &reached.county).await;
        // Ten minutes for the limit, half an hour as asked, then its own a quarter and an hour.
        for (minutes, expected) in [(0, 1), (9, 1), (1, 2), (29, 2), (1, 3), (14, 3), (1, 4), (59, 4), (1, 5)] {
            reached.app.pass_ms(minutes * 60_000);
            reached.app.work().await;
            assert_eq!(reached.robots.asked().len(), expected, "{:?}", reached.states().await);
        }
        assert_eq!(reached.states().await[0].0, "sent");
    }

    async fn no_other_address_is_followed(app: TestApp) {
        let reached = reach(app, Tls::Implicit).await;
        reached.set_robot("wecom", "", "").await;
        reached.robots.will(&[Answers::With("302 Found", "Location: https://localhost:1/\r\n", "")]);
        issue(&reached.app, &reached.county).await;
        reached.app.work().await;
        assert_eq!(reached.states().await[0], ("failed".to_owned(), "对方要求转到别的地址（302），没有跟随。".to_owned()));
    }
}
