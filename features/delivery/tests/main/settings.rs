//! The administrator's pages and one's own: what they keep, what they refuse, what they never show.

use crate::own::{KEY, borrowed, code_in, everything_said, outward, reach};
use crate::smtp::{Does, MailHouse, PASSWORD};
use crate::tls::authority;
use delivery::entities::Tls;
use std::io::Write;
use std::sync::{Arc, Mutex};
use testkit::{County, on_both};

const MAIL: &str = "zhouming@edu.example.cn";
const SIGN: &str = "SECsign-9d2e";

/// What the log said.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

on_both! {
    async fn all_is_off_until_somebody_sets_it(app: TestApp) {
        let reached = reach(app, Tls::Implicit).await;
        crate::world::issue(&reached.app, &reached.county).await;
        reached.app.work().await;
        assert!(reached.mail.letters().is_empty() && reached.robots.asked().is_empty());
        let admin = County::call(&reached.app, reached.county.system_admin).await;
        let words = admin.get("/settings/channels").await.words();
        assert!(words.contains("默认都不开") && words.contains("还没有通道") && words.contains("还没有设对外地址"), "{words}");
        let secretary = County::call(&reached.app, reached.county.secretary).await;
        assert_eq!(secretary.get("/settings/channels").await.status, 404);
        let words = secretary.get("/account/reminders").await.words();
        assert!(words.contains("系统还没有开通邮件"), "{words}");
        assert!(secretary.get("/account").await.text.contains("/account/reminders"));
    }

    async fn a_test_message_says_what_the_other_side_answered(app: TestApp) {
        let reached = reach(app, Tls::StartTls).await;
        let path = reached.set_mail().await;
        let admin = County::call(&reached.app, reached.county.system_admin).await;
        let test = format!("{path}/test");
        assert_eq!(admin.post(&test, &[("to", "nobody")]).await.status, 422);
        let led = admin.post(&test, &[("to", MAIL)]).await.led_to();
        let words = admin.get(&led).await.words();
        assert!(words.contains("对方已收下") && words.contains("queued"), "{words}");
        let letter = &reached.mail.letters()[0];
        assert_eq!((letter.to.as_str(), letter.header("subject").as_str()), (MAIL, "党建工作提醒（测试）"));
        assert!(!reached.mail.in_clear().contains("AUTH"), "signs in behind STARTTLS");
        reached.mail.will(&[Does::Says("554 spam")]);
        let answer = admin.post(&test, &[("to", MAIL)]).await;
        assert_eq!(answer.status, 422);
        assert!(answer.words().contains("测试没有成功 邮件服务器没有收下这封信。对方答复：554 spam"), "{}", answer.words());
    }

    async fn secrets_go_in_and_never_come_out(app: TestApp) {
        let log = Log::default();
        let writer = log.clone();
        let subscriber = tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(move || writer.clone()).finish();
        let guard = tracing::subscriber::set_default(subscriber);
        let reached = reach(app, Tls::Implicit).await;
        let mail = reached.set_mail().await;
        let robot = reached.set_robot("dingtalk", "南片", SIGN).await;
        crate::world::issue(&reached.app, &reached.county).await;
        reached.wants_letters(reached.county.secretary, MAIL, "8").await;
        reached.robots.will(&[crate::http::Answers::says(r#"{"errcode":1,"errmsg":"robot-key-5f1c SECsign-9d2e"}"#)]);
        reached.mail.will(&[Does::Says("550 {to} mima-7Qx-sesame")]);
        reached.app.pass_days(7);
        reached.app.work().await;
        let admin = County::call(&reached.app, reached.county.system_admin).await;
        let auditor = County::call(&reached.app, reached.county.audit_admin).await;
        let mut said = everything_said(&reached.app).await;
        for path in [mail.as_str(), robot.as_str(), "/settings/channels", "/settings/channels/failed"] {
            said.push_str(&admin.get(path).await.page());
        }
        let wrong = admin.post(&robot, &[("name", ""), ("url", "https://evil.example/?key=robot-key-5f1c"), ("sign", SIGN)]).await;
        assert_eq!(wrong.status, 422);
        said.push_str(&wrong.text);
        said.push_str(&auditor.get("/audit").await.page());
        drop(guard);
        said.push_str(&String::from_utf8_lossy(&log.0.lock().unwrap()));
        assert_eq!(reached.states().await.iter().filter(|(state, _)| state == "failed").count(), 2, "{:?}", reached.states().await);
        for secret in [PASSWORD, KEY, SIGN, MAIL] {
            let at = said.find(secret);
            assert!(at.is_none(), "{secret} in …{}…", said[at.unwrap().saturating_sub(200)..].chars().take(300).collect::<String>());
        }
        assert!(admin.get(&mail).await.words().contains("已设置，不再显示，重填才改"));
        let words = auditor.get("/audit").await.words();
        assert!(words.contains("设定消息通道") && words.contains("提醒未送达"), "{words}");
    }

    async fn foreign_hosts_are_refused_with_the_reason(app: TestApp) {
        let reached = reach(app, Tls::Implicit).await;
        let admin = County::call(&reached.app, reached.county.system_admin).await;
        for url in ["https://evil.example/send?key=a", "http://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=a", "https://127.0.0.1/send?key=a"] {
            let form = [("kind", "wecom"), ("name", "书记群"), ("url", url), ("enabled", "1")];
            assert_eq!(admin.post("/settings/channels", &form).await.status, 422, "{url}");
        }
        let form = [("kind", "wecom"), ("name", "书记群"), ("node", "没有这个片"), ("url", "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=a")];
        assert!(admin.post("/settings/channels", &form).await.words().contains("没有这个组织或片区"));
        let mut form = reached.mail_form();
        for (name, value) in &mut form {
            match *name {
                "port" => *value = "22".to_owned(),
                "host" => *value = "10.0.0.8".to_owned(),
                _ => {}
            }
        }
        let words = admin.post("/settings/channels", &borrowed(&form)).await.words();
        assert!(words.contains("请先在配置文件的 outward_hosts 里写明"), "{words}");
        let kept: i64 = reached.app.app.store.db().scalar("SELECT COUNT(*) FROM channel", vec![]).await.unwrap();
        assert_eq!(kept, 0);
    }

    async fn a_kept_password_follows_to_no_other_server(app: TestApp) {
        let reached = reach(app, Tls::Implicit).await;
        let path = reached.set_mail().await;
        let admin = County::call(&reached.app, reached.county.system_admin).await;
        let mut form = reached.mail_form();
        form.retain(|(name, _)| *name != "password" && *name != "host");
        form.extend([("host", "smtp.evil.example".to_owned()), ("_version", "1".to_owned())]);
        form.retain(|(name, _)| *name != "port");
        form.push(("port", "465".to_owned()));
        let answer = admin.post(&path, &borrowed(&form)).await;
        assert!(answer.status == 422 && answer.words().contains("请重新填写密码"), "{}", answer.words());
        let mut form = reached.mail_form();
        form.retain(|(name, _)| *name != "password");
        form.push(("_version", "1".to_owned()));
        admin.post(&path, &borrowed(&form)).await.led_to();
        admin.post(&format!("{path}/test"), &[("to", MAIL)]).await.led_to();
        assert_eq!(reached.mail.logins().last().unwrap().1, PASSWORD, "kept where nothing moved");
        admin.post(&format!("{path}/remove"), &[]).await.led_to();
        assert_eq!(admin.get(&path).await.status, 404);
    }

    async fn a_house_without_encryption_or_with_a_strange_certificate_gets_nothing(app: TestApp) {
        let (root, acceptor) = authority();
        let mail = MailHouse::offering(Tls::StartTls, acceptor.clone(), false).await;
        let robots = crate::http::RobotHouse::open(acceptor).await;
        let app = app.reaching(outward(&mail, &robots, root));
        let county = County::build(&app).await;
        let reached = crate::own::Reached { app, county, mail, robots };
        let path = reached.set_mail().await;
        let admin = County::call(&reached.app, reached.county.system_admin).await;
        let answer = admin.post(&format!("{path}/test"), &[("to", MAIL)]).await;
        assert!(answer.words().contains("不支持所选的加密或登录方式"), "{}", answer.words());
        assert!(reached.mail.logins().is_empty() && !reached.mail.in_clear().contains("AUTH"));
        let stranger = authority().0;
        let reached = crate::own::Reached { app: reached.app.reaching(outward(&reached.mail, &reached.robots, stranger)), ..reached };
        let robot = reached.set_robot("wecom", "", "").await;
        let admin = County::call(&reached.app, reached.county.system_admin).await;
        let answer = admin.post(&format!("{robot}/test"), &[]).await;
        assert!(answer.words().contains("对方的证书不受信任"), "{}", answer.words());
        assert!(reached.robots.asked().is_empty());
    }

    async fn an_address_is_proved_by_its_code(app: TestApp) {
        let reached = reach(app, Tls::Implicit).await;
        reached.set_mail().await;
        let secretary = County::call(&reached.app, reached.county.secretary).await;
        for wrong in ["zhouming", "a b@example.cn", "a@b", "x@example.cn\r\nBcc: y@example.cn"] {
            let form = [("email", wrong), ("wants", "1")];
            assert_eq!(secretary.post("/account/reminders", &form).await.status, 422, "{wrong}");
        }
        assert!(secretary.post("/account/reminders", &[("wants", "1")]).await.words().contains("请先填邮箱"));
        let form = [("email", MAIL), ("wants", "1"), ("from", "3"), ("to", "23")];
        secretary.post("/account/reminders", &form).await.led_to();
        reached.app.work().await;
        let page = secretary.get("/account/reminders").await;
        assert!(page.words().contains("未验证") && page.words().contains("30 分钟内有效"), "{}", page.words());
        assert!(page.text.contains("value=\"8\" selected") && page.text.contains("value=\"18\" selected"), "the law's hours hold");
        let code = code_in(&reached.mail.letters()[0].text());
        let wrong = if code == "000000" { "111111" } else { "000000" };
        for _ in 0..5 {
            let answer = secretary.post("/account/reminders/verify", &[("code", wrong)]).await;
            assert!(answer.words().contains("验证码不对"), "{}", answer.words());
        }
        let answer = secretary.post("/account/reminders/verify", &[("code", &code)]).await;
        assert!(answer.words().contains("输错次数太多"), "{}", answer.words());
        assert!(secretary.post("/account/reminders/code", &[]).await.words().contains("请一分钟后再发"));
        reached.app.pass_ms(60_000);
        secretary.post("/account/reminders/code", &[]).await.led_to();
        reached.app.work().await;
        let code = code_in(&reached.mail.letters()[1].text());
        secretary.post("/account/reminders/verify", &[("code", &code)]).await.led_to();
        assert!(secretary.get("/account/reminders").await.words().contains("已验证"));
        let version: i64 = reached.app.app.store.db().scalar("SELECT version FROM address", vec![]).await.unwrap();
        let form = [("email", "other@edu.example.cn"), ("wants", "1"), ("_version", &version.to_string())];
        secretary.post("/account/reminders", &form).await.led_to();
        assert!(secretary.get("/account/reminders").await.words().contains("未验证"), "another address, another code");
        let codes = reached.mail.letters().len();
        for _ in 0..6 {
            reached.app.pass_ms(61_000);
            secretary.post("/account/reminders/code", &[]).await;
            reached.app.work().await;
        }
        assert!(reached.mail.letters().len() <= codes + 3, "five codes a day");
    }
}
