//! What a person is written, and when.

use crate::own::{Reached, reach};
use crate::world::{Sheet, issue, submit};
use delivery::entities::Tls;
use store::params;
use testkit::{County, on_both};

const MAIL: &str = "zhouming@edu.example.cn";

async fn remind(reached: &Reached, sheet: &Sheet) {
    let officer = County::call(&reached.app, reached.county.officer).await;
    let org = reached.county.first.to_string();
    let path = format!("/progress/{}/remind", sheet.id);
    officer.post(&path, &[("org", &org)]).await.led_to();
}

on_both! {
    async fn one_letter_a_day_says_what_is_due(app: TestApp) {
        let reached = reach(app, Tls::Implicit).await;
        reached.set_mail().await;
        reached.no_reminders_by_themselves().await;
        let sheet = issue(&reached.app, &reached.county).await;
        reached.wants_letters(reached.county.secretary, MAIL, "8").await;
        reached.app.pass_ms(60_000);
        remind(&reached, &sheet).await;
        reached.app.work().await;
        let letters = reached.digests(MAIL);
        assert_eq!(letters.len(), 1, "{:?}", reached.states().await);
        let letter = &letters[0];
        assert_eq!(letter.header("subject"), "党建工作提醒（11月20日）：今天到期 1 件");
        assert!(letter.header("from").contains("清禾县教育系统"), "{}", letter.header("from"));
        let text = letter.text();
        assert!(text.starts_with("周明，您好：\n\n【今天到期 1 件】\n《第四季度党建工作任务》\n  · 意见征集（11月20日，今天）\n"), "{text}");
        assert!(text.contains("打开待办：http://127.0.0.1/duties"), "{text}");
        assert!(!text.contains("讲党课"), "due in ten days");
        let html = letter.part("text/html");
        assert!(html.contains("<li>意见征集（11月20日，今天）</li>"), "{html}");
        assert!(!html.contains("<img") && !html.contains("src="), "nothing that tells who read it");
        remind(&reached, &sheet).await;
        reached.app.pass_ms(3_600_000);
        reached.app.work().await;
        assert_eq!(reached.digests(MAIL).len(), 1, "one a day");
        reached.app.pass_days(7);
        reached.reminds_by_itself().await;
        reached.app.work().await;
        let letters = reached.digests(MAIL);
        assert_eq!(letters.len(), 2, "a week late, and the lecture in three days");
        assert_eq!(letters[1].header("subject"), "党建工作提醒（11月27日）：已逾期 1 件，即将到期 1 件");
        assert_ne!(letters[0].header("message-id"), letters[1].header("message-id"));
    }

    async fn what_the_office_reminds_of_early_is_told(app: TestApp) {
        let reached = reach(app, Tls::Implicit).await;
        reached.set_mail().await;
        reached.no_reminders_by_themselves().await;
        let sheet = issue(&reached.app, &reached.county).await;
        submit(&reached.app, reached.county.secretary, sheet.survey(reached.county.first)).await;
        reached.wants_letters(reached.county.secretary, MAIL, "8").await;
        reached.app.pass_ms(60_000);
        remind(&reached, &sheet).await;
        reached.app.work().await;
        let letters = reached.digests(MAIL);
        assert_eq!(letters.len(), 1);
        assert!(letters[0].text().contains("【还没有办 1 件】\n《第四季度党建工作任务》\n  · 讲党课（11月30日，还有 10 天）"), "{}", letters[0].text());
    }

    async fn nothing_by_night_on_a_weekend_or_a_holiday(app: TestApp) {
        let reached = reach(app, Tls::Implicit).await;
        reached.set_mail().await;
        reached.no_reminders_by_themselves().await;
        let sheet = issue(&reached.app, &reached.county).await;
        reached.wants_letters(reached.county.secretary, MAIL, "10").await;
        reached.app.pass_ms(10 * 3_600_000);
        remind(&reached, &sheet).await;
        for hours in [0, 3, 10, 14, 13, 8] {
            reached.app.pass_ms(hours * 3_600_000);
            reached.app.work().await;
            assert!(reached.digests(MAIL).is_empty(), "at {}", reached.app.app.store.now().chinese());
        }
        assert_eq!(reached.app.app.store.now().chinese(), "11月22日 19:00");
        for (hours, expected) in [(13, 0), (1, 0), (1, 1)] {
            reached.app.pass_ms(hours * 3_600_000);
            reached.app.work().await;
            assert_eq!(reached.digests(MAIL).len(), expected, "at {}: their own hour is ten", reached.app.app.store.now().chinese());
        }
    }

    async fn a_saturday_that_is_worked_is_a_working_day(app: TestApp) {
        let reached = reach(app, Tls::Implicit).await;
        reached.app.pass_days(-50);
        assert_eq!(reached.app.app.store.today().to_string(), "2026-10-01");
        reached.set_mail().await;
        reached.no_reminders_by_themselves().await;
        let sheet = issue(&reached.app, &reached.county).await;
        reached.wants_letters(reached.county.secretary, MAIL, "8").await;
        remind(&reached, &sheet).await;
        for (days, expected) in [(0, 0), (4, 0), (2, 0), (1, 1)] {
            reached.app.pass_days(days);
            reached.app.work().await;
            assert_eq!(reached.digests(MAIL).len(), expected, "on {}", reached.app.app.store.today());
        }
        reached.app.pass_days(1);
        remind(&reached, &sheet).await;
        reached.app.pass_days(1);
        reached.app.work().await;
        assert_eq!(reached.app.app.store.today().to_string(), "2026-10-10");
        assert_eq!(reached.digests(MAIL).len(), 2, "Saturday, worked");
    }

    async fn whoever_turned_it_off_is_not_written_to(app: TestApp) {
        let reached = reach(app, Tls::Implicit).await;
        reached.set_mail().await;
        reached.no_reminders_by_themselves().await;
        let sheet = issue(&reached.app, &reached.county).await;
        reached.wants_letters(reached.county.secretary, MAIL, "11").await;
        reached.app.pass_ms(60_000);
        remind(&reached, &sheet).await;
        reached.app.work().await;
        assert_eq!(reached.states().await.len(), 1, "waits for eleven");
        let secretary = County::call(&reached.app, reached.county.secretary).await;
        let version: i64 = reached.app.app.store.db().scalar("SELECT version FROM address", vec![]).await.unwrap();
        let version = version.to_string();
        let form = [("email", MAIL), ("from", "11"), ("to", "18"), ("_version", version.as_str())];
        secretary.post("/account/reminders", &form).await.led_to();
        reached.app.pass_ms(3 * 3_600_000);
        reached.app.work().await;
        reached.app.pass_days(7);
        reached.app.work().await;
        assert!(reached.digests(MAIL).is_empty());
        assert_eq!(reached.states().await[0].0, "dropped");
        assert!(!crate::world::notices(&reached.app, reached.county.secretary).await.is_empty(), "in the house as ever");
    }

    async fn what_was_settled_in_between_is_not_mentioned(app: TestApp) {
        let reached = reach(app, Tls::Implicit).await;
        reached.set_mail().await;
        let sheet = issue(&reached.app, &reached.county).await;
        reached.wants_letters(reached.county.secretary, MAIL, "11").await;
        reached.wants_letters(reached.county.second_secretary, "wuer@edu.example.cn", "11").await;
        reached.app.pass_ms(60_000);
        reached.app.work().await;
        remind(&reached, &sheet).await;
        reached.app.pass_days(7);
        reached.app.pass_ms(-3_600_000);
        reached.app.work().await;
        let waiting = reached.states().await;
        assert_eq!(waiting.iter().filter(|(state, _)| state == "queued").count(), 2, "{waiting:?}");
        submit(&reached.app, reached.county.secretary, sheet.survey(reached.county.first)).await;
        for key in [sheet.survey(reached.county.second), sheet.lecture(reached.county.second)] {
            submit(&reached.app, reached.county.second_secretary, key).await;
        }
        reached.app.pass_ms(4 * 3_600_000);
        reached.app.work().await;
        let letters = reached.digests(MAIL);
        let text = letters.last().unwrap().text();
        assert!(text.contains("讲党课") && !text.contains("意见征集"), "{text}");
        assert!(reached.digests("wuer@edu.example.cn").is_empty(), "nothing to say is no letter");
    }

    async fn news_are_told_by_their_first_line_while_they_hold(app: TestApp) {
        let reached = reach(app, Tls::Implicit).await;
        reached.set_mail().await;
        reached.no_reminders_by_themselves().await;
        let sheet = issue(&reached.app, &reached.county).await;
        reached.wants_letters(reached.county.secretary, MAIL, "8").await;
        reached.app.pass_ms(60_000);
        let (first, lecture) = (reached.county.first, sheet.lecture(reached.county.first));
        submit(&reached.app, reached.county.secretary, sheet.survey(first)).await;
        let excuse = duty::use_cases::Excuse::Exempt { reason: "张三生病住院".to_owned() };
        crate::world::excuse(&reached.app, reached.county.officer, lecture, excuse).await;
        reached.app.work().await;
        let text = reached.digests(MAIL)[0].text();
        assert!(text.contains("【新通知 1 条】\n  · “讲党课”已免除，不用再办\n"), "{text}");
        assert!(!text.contains("张三"), "reasons stay in the house");
    }

    async fn what_is_typed_begins_no_header(app: TestApp) {
        let reached = reach(app, Tls::Implicit).await;
        reached.set_mail().await;
        reached.no_reminders_by_themselves().await;
        let sheet = issue(&reached.app, &reached.county).await;
        let survey = sheet.survey;
        reached.app.app.store.housekeeping(|tx| async move {
            let title = "意见\r\nBcc: other@example.cn\r\n\r\n<script>alert(1)</script>";
            tx.exec("UPDATE requirement SET title = $2 WHERE id = $1", params![survey, title]).await?;
            let name = "周明\r\nBcc: third@example.cn";
            tx.exec("UPDATE account SET name = $1 WHERE username = 'secretary'", params![name]).await?;
            Ok(())
        }).await.unwrap();
        reached.wants_letters(reached.county.secretary, MAIL, "8").await;
        reached.app.pass_ms(60_000);
        remind(&reached, &sheet).await;
        reached.app.work().await;
        let letter = &reached.digests(MAIL)[0];
        assert!(!letter.header_names().contains(&"bcc".to_owned()), "{:?}", letter.header_names());
        assert!(letter.text().contains("意见  Bcc: other@example.cn"), "{}", letter.text());
        assert!(!letter.part("text/html").contains("<script"), "written as text");
        assert!(reached.mail.letters().iter().all(|one| one.to == MAIL));
    }
}
