//! A browser that signs in with a password and keeps its cookie.

use axum::body::Body;
use axum::http::{Request, header};
use identity::accounts::{NewAccount, create_account, hash_password};
use kernel::Id;
use testkit::{Answer, Caller, TestApp};

/// A password that passes the rules.
pub const PASSWORD: &str = "three-grey-herons";

/// An account that signs in with [`PASSWORD`].
pub async fn account(app: &TestApp, username: &str, name: &str) -> Id {
    account_with(app, username, name, PASSWORD, false).await
}

/// An account with that password.
pub async fn account_with(
    app: &TestApp,
    username: &str,
    name: &str,
    password: &str,
    must_change: bool,
) -> Id {
    let store = &app.app.store;
    let hashed = hash_password(&store.context, password).await.unwrap();
    let by = store::By::system();
    let made = store.write(&by, |tx| async move {
        let new = NewAccount {
            username,
            name,
            password: hashed,
            must_change,
            member: None,
        };
        create_account(&tx, new).await
    });
    made.await.unwrap()
}

/// A browser.
pub struct Browser {
    caller: Caller,
    cookie: String,
}

impl Browser {
    /// One that has signed in.
    pub async fn signed_in(app: &TestApp, username: &str, password: &str) -> Browser {
        let caller = app.stranger();
        let answer = knock(&caller, username, password).await;
        let set = answer.headers["set-cookie"].to_str().unwrap().to_owned();
        let cookie = set.split(';').next().unwrap().to_owned();
        answer.led_to();
        Browser { caller, cookie }
    }

    /// A page.
    pub async fn get(&self, path: &str) -> Answer {
        let request = Request::get(path)
            .header(header::COOKIE, &self.cookie)
            .header("host", "127.0.0.1");
        self.caller.ask(request.body(Body::empty()).unwrap()).await
    }

    /// A form of the page at `from`, with its hidden fields.
    pub async fn post(&self, from: &str, path: &str, fields: &[(&str, &str)]) -> Answer {
        let page = self.get(from).await.text;
        let csrf = between(&page, "name=\"csrf\" content=\"", "\"");
        let key = between(&page, "name=\"_key\" value=\"", "\"");
        let mut all = vec![("_csrf", csrf), ("_key", key)];
        all.extend(
            fields
                .iter()
                .map(|(name, value)| (*name, (*value).to_owned())),
        );
        let request = Request::post(path)
            .header(header::COOKIE, &self.cookie)
            .header("host", "127.0.0.1")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        let body = encoded(&all);
        self.caller
            .ask(request.body(Body::from(body)).unwrap())
            .await
    }
}

fn encoded(fields: &[(&str, String)]) -> String {
    let plain =
        |text: &str| -> String { text.bytes().map(|byte| format!("%{byte:02X}")).collect() };
    let pairs = fields
        .iter()
        .map(|(name, value)| format!("{}={}", plain(name), plain(value)));
    pairs.collect::<Vec<_>>().join("&")
}

/// The text between two marks; empty if there is none.
pub fn between(text: &str, from: &str, to: &str) -> String {
    let Some((_, rest)) = text.split_once(from) else {
        return String::new();
    };
    rest.split_once(to)
        .map_or_else(String::new, |(inner, _)| inner.to_owned())
}

/// Somebody without a session tries the door.
pub async fn knock(caller: &Caller, username: &str, password: &str) -> Answer {
    caller
        .post(
            "/sign-in",
            &[("username", username), ("password", password)],
        )
        .await
}
