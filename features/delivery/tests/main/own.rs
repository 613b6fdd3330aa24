//! The office's channels and one person's settings, as the pages set them.

use crate::http::RobotHouse;
use crate::smtp::{MailHouse, PASSWORD, USER};
use crate::tls::authority;
use delivery::entities::Tls;
use kernel::Id;
use store::params;
use testkit::{County, TestApp};
use web::app::Outward;

/// The application with the mail server and the robots' house it may speak to.
pub struct Reached {
    pub app: TestApp,
    pub county: County,
    pub mail: MailHouse,
    pub robots: RobotHouse,
}

/// Opens both houses, behind an authority the configuration names.
pub async fn reach(app: TestApp, tls: Tls) -> Reached {
    let (root, acceptor) = authority();
    let mail = MailHouse::open(tls, acceptor.clone()).await;
    let robots = RobotHouse::open(acceptor).await;
    let app = app.reaching(outward(&mail, &robots, root));
    let county = County::build(&app).await;
    Reached {
        app,
        county,
        mail,
        robots,
    }
}

pub fn outward(mail: &MailHouse, robots: &RobotHouse, root: String) -> Outward {
    Outward {
        hosts: vec![
            format!("localhost:{}", mail.port),
            format!("localhost:{}", robots.port),
        ],
        authorities: root,
        patience: Some(std::time::Duration::from_millis(700)),
    }
}

impl Reached {
    /// The mail channel's form.
    pub fn mail_form(&self) -> Vec<(&'static str, String)> {
        [
            ("kind", "email"),
            ("host", "localhost"),
            ("port", &self.mail.port.to_string()),
            ("tls", self.mail.tls.code()),
            ("sender", USER),
            ("username", USER),
            ("password", PASSWORD),
            ("enabled", "1"),
        ]
        .map(|(name, value)| (name, value.to_owned()))
        .to_vec()
    }

    /// The administrator sets the mail server up; where it stands.
    pub async fn set_mail(&self) -> String {
        let form = self.mail_form();
        self.set(&borrowed(&form)).await
    }

    /// A robot's address at the test's house.
    pub fn robot_url(&self) -> String {
        format!("https://localhost:{}/send?key={KEY}", self.robots.port)
    }

    /// The administrator sets a robot up.
    pub async fn set_robot(&self, kind: &str, node: &str, sign: &str) -> String {
        let url = self.robot_url();
        self.set(&[
            ("kind", kind),
            ("name", "书记群"),
            ("node", node),
            ("url", &url),
            ("sign", sign),
            ("enabled", "1"),
        ])
        .await
    }

    async fn set(&self, form: &[(&str, &str)]) -> String {
        let admin = County::call(&self.app, self.county.system_admin).await;
        let led = admin.post("/settings/channels", form).await.led_to();
        led.split('?').next().unwrap().to_owned()
    }

    /// Somebody gives their address, reads the code there and types it in.
    pub async fn wants_letters(&self, account: Id, email: &str, from: &str) {
        let person = County::call(&self.app, account).await;
        let form = [
            ("email", email),
            ("wants", "1"),
            ("from", from),
            ("to", "18"),
        ];
        person.post("/account/reminders", &form).await.led_to();
        self.app.work().await;
        let letters = self.mail.letters();
        let own = letters.iter().rfind(|one| one.to == email);
        let letter = own.expect("a letter with the code");
        let code = code_in(&letter.text());
        let form = [("code", code.as_str())];
        person
            .post("/account/reminders/verify", &form)
            .await
            .led_to();
    }

    /// Letters to that address that are no codes.
    pub fn digests(&self, email: &str) -> Vec<crate::smtp::Taken> {
        let mut letters = self.mail.letters();
        letters.retain(|one| one.to == email && one.header("subject").contains("提醒（"));
        letters
    }

    /// States and reasons of the messages, in order.
    pub async fn states(&self) -> Vec<(String, String)> {
        let sql = "SELECT state, reason FROM delivery ORDER BY id";
        self.app.app.store.db().all(sql, vec![]).await.unwrap()
    }

    /// The morning's reminders come.
    pub async fn reminds_by_itself(&self) {
        let store = &self.app.app.store;
        store
            .housekeeping(|tx| async move {
                let nothing = serde_json::json!({});
                Ok(tx.enqueue("remind", &nothing, tx.now(), None).await?)
            })
            .await
            .unwrap();
    }

    /// The morning's reminders are not asked for: the test reminds by itself.
    pub async fn no_reminders_by_themselves(&self) {
        self.app
            .app
            .store
            .housekeeping(|tx| async move {
                tx.exec("DELETE FROM job WHERE kind = $1", params!["remind"])
                    .await?;
                Ok(())
            })
            .await
            .unwrap();
    }
}

pub const KEY: &str = "robot-key-5f1c";

pub fn borrowed<'f>(form: &'f [(&'static str, String)]) -> Vec<(&'f str, &'f str)> {
    form.iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect()
}

/// The six digits in a letter.
pub fn code_in(text: &str) -> String {
    let at = text.find("验证码：").expect("a code") + "验证码：".len();
    text[at..].chars().take(6).collect()
}

/// Everything the database holds, as text, without what is sealed.
pub async fn everything_said(app: &TestApp) -> String {
    let mut said = String::new();
    for sql in [
        "SELECT detail FROM audit",
        "SELECT actor FROM audit",
        "SELECT payload FROM job",
        "SELECT COALESCE(error, '') AS e FROM job",
        "SELECT reason FROM delivery",
        "SELECT COALESCE(trouble, '') AS t FROM channel",
        "SELECT COALESCE(tested_words, '') AS t FROM channel",
        "SELECT secret FROM channel",
        "SELECT email FROM address",
        "SELECT code FROM address",
        "SELECT COALESCE(code_trouble, '') AS t FROM address",
        "SELECT answer FROM receipt",
    ] {
        let found: Vec<String> = app.app.store.db().column(sql, vec![]).await.unwrap();
        said.push_str(&found.join("\n"));
    }
    said
}
