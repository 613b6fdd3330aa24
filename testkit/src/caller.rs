//! Somebody who asks for pages and sends forms.

use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use identity::Minted;
use tower::ServiceExt;

/// A browser with at most one session.
#[derive(Clone)]
pub struct Caller {
    router: axum::Router,
    session: Option<Minted>,
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    /// Status.
    pub status: StatusCode,
    /// Where it leads, for a redirect.
    pub location: String,
    /// The page, or other text.
    pub text: String,
    /// The bytes.
    pub bytes: Vec<u8>,
    /// Headers.
    pub headers: axum::http::HeaderMap,
}

impl Caller {
    pub(crate) fn new(router: axum::Router, session: Option<Minted>) -> Caller {
        Caller { router, session }
    }

    /// The forms' token.
    pub fn csrf(&self) -> &str {
        self.session.as_ref().map_or("", |minted| &minted.csrf)
    }

    /// Asks for a page.
    pub async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, None, Body::empty()).await
    }

    /// Sends a form as its page would: with the token and a fresh key, unless the fields bring them.
    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        static KEY: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(1);
        let key = KEY
            .fetch_add(1, std::sync::atomic::Ordering::Relaxed)
            .to_string();
        let mut all: Vec<(&str, &str)> = fields.to_vec();
        for (name, value) in [("_csrf", self.csrf()), ("_key", key.as_str())] {
            if !fields.iter().any(|(k, _)| *k == name) {
                all.push((name, value));
            }
        }
        let body = serde_urlencoded::to_string(&all).unwrap();
        let kind = "application/x-www-form-urlencoded";
        self.send(Method::POST, path, Some(kind), body.into()).await
    }

    /// Sends a form with files: (field, file name, bytes).
    pub async fn upload(
        &self,
        path: &str,
        fields: &[(&str, &str)],
        files: &[(&str, &str, &[u8])],
    ) -> Answer {
        const EDGE: &str = "zhibu-test-edge";
        let mut body = Vec::new();
        let mut all = fields.to_vec();
        all.push(("_csrf", self.csrf()));
        all.push(("_key", "upload"));
        for (name, value) in all {
            let head =
                format!("--{EDGE}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n");
            body.extend_from_slice(head.as_bytes());
            body.extend_from_slice(value.as_bytes());
            body.extend_from_slice(b"\r\n");
        }
        for (field, name, bytes) in files {
            let head = format!(
                "--{EDGE}\r\nContent-Disposition: form-data; name=\"{field}\"; filename=\"{name}\"\r\n\r\n"
            );
            body.extend_from_slice(head.as_bytes());
            body.extend_from_slice(bytes);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(format!("--{EDGE}--\r\n").as_bytes());
        let kind = format!("multipart/form-data; boundary={EDGE}");
        self.send(Method::POST, path, Some(&kind), body.into())
            .await
    }

    /// Any request.
    pub async fn send(&self, method: Method, path: &str, kind: Option<&str>, body: Body) -> Answer {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, "127.0.0.1");
        if let Some(minted) = &self.session {
            request = request.header(header::COOKIE, format!("zhibu={}", minted.token));
        }
        if let Some(kind) = kind {
            request = request.header(header::CONTENT_TYPE, kind);
        }
        self.ask(request.body(body).unwrap()).await
    }

    /// A request made by the test; the cookie is the test's affair.
    pub async fn ask(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = axum::body::to_bytes(body, usize::MAX)
            .await
            .unwrap()
            .to_vec();
        let location = parts
            .headers
            .get(header::LOCATION)
            .and_then(|v| v.to_str().ok());
        Answer {
            status: parts.status,
            location: location.unwrap_or_default().to_owned(),
            text: String::from_utf8_lossy(&bytes).into_owned(),
            bytes,
            headers: parts.headers,
        }
    }
}

impl Answer {
    /// The page; fails the test with the page's own words if there is none.
    #[track_caller]
    pub fn page(self) -> String {
        assert_eq!(self.status, StatusCode::OK, "{}", self.words());
        self.text
    }

    /// Where a form led; fails the test with the page's own words if it did not go through.
    #[track_caller]
    pub fn led_to(self) -> String {
        assert_eq!(self.status, StatusCode::SEE_OTHER, "{}", self.words());
        self.location
    }

    /// The text a person would read: without tags, blanks folded.
    pub fn words(&self) -> String {
        visible(&self.text)
    }
}

/// The text of a page without its tags, blanks folded.
pub fn visible(html: &str) -> String {
    let mut text = String::new();
    let mut in_tag = false;
    for c in html.chars() {
        match c {
            '<' => in_tag = true,
            '>' => {
                in_tag = false;
                text.push(' ');
            }
            c if !in_tag => text.push(c),
            _ => {}
        }
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
