//! A program that asks through the interface.

use crate::{Answer, Caller, TestApp};
use axum::body::Body;
use axum::http::{Method, Request, header};
use kernel::Id;
use serde_json::Value;
use web::Role;

/// A program with a token.
#[derive(Clone)]
pub struct Program {
    caller: Caller,
    token: String,
}

impl TestApp {
    /// A program of that account, reaching those of its roles; with `read_only` it changes nothing.
    pub async fn program_of(&self, account: Id, roles: &[Role], read_only: bool) -> Program {
        let token = identity::tokens::token_text(&self.app.store.context);
        let text = token.clone();
        let new = identity::tokens::NewToken {
            name: "测试程序".to_owned(),
            roles: roles.to_vec(),
            read_only,
            expires_on: self.app.store.today().plus_days(30),
        };
        self.app
            .store
            .housekeeping(|tx| async move {
                Ok(identity::tokens::insert(&tx, account, &new, &text)
                    .await
                    .map(|_| ())?)
            })
            .await
            .unwrap();
        self.program(&token)
    }

    /// A program with that text for a token.
    pub fn program(&self, token: &str) -> Program {
        Program {
            caller: self.stranger(),
            token: token.to_owned(),
        }
    }
}

impl Program {
    /// Any request; `key` makes it count once.
    pub async fn send(
        &self,
        method: Method,
        path: &str,
        key: Option<&str>,
        kind: &str,
        body: Vec<u8>,
    ) -> Answer {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, "127.0.0.1")
            .header(header::CONTENT_TYPE, kind)
            .header(header::AUTHORIZATION, format!("Bearer {}", self.token));
        if let Some(key) = key {
            request = request.header("idempotency-key", key);
        }
        self.caller
            .ask(request.body(Body::from(body)).unwrap())
            .await
    }

    /// Reads.
    pub async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, None, "text/plain", vec![])
            .await
    }

    /// Does something.
    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.once(path, None, body).await
    }

    /// Does something once under that key.
    pub async fn once(&self, path: &str, key: Option<&str>, body: &Value) -> Answer {
        let body = serde_json::to_vec(body).unwrap();
        self.send(Method::POST, path, key, "application/json", body)
            .await
    }

    /// Replaces something.
    pub async fn put(&self, path: &str, body: &Value) -> Answer {
        let body = serde_json::to_vec(body).unwrap();
        self.send(Method::PUT, path, None, "application/json", body)
            .await
    }
}

impl Answer {
    /// The JSON; fails the test with the answer's own words if it is none.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("{} {}", self.status, self.text))
    }
}
