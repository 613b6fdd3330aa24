//! 信任根证书: the page that says how a computer or phone comes to trust the county's own root
//! certificate, and hands it out. Open to everybody, also over plain HTTP: who does not trust it yet
//! cannot come in otherwise, and the fingerprint is what is compared.

use crate::tls::authority::Authority;
use crate::tls::certificate::{fingerprint, short_fingerprint};
use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::http::header;
use axum::routing::get;
use std::sync::Arc;
use web::{App, Failure, Feature, Frame, Result, Right, Route, reply};

/// Where it stands.
pub const PAGE: &str = "/trust";

/// The page and the certificate.
pub fn feature() -> Feature {
    Feature {
        name: "trust",
        routes: vec![
            Route::get(PAGE, Right::Public, get(show)),
            Route::get("/trust/ca.crt", Right::Public, get(download)),
        ],
        ..Feature::default()
    }
}

/// What the server knows of its own root certificate; an extension of its requests.
type Own = Option<Extension<Arc<Authority>>>;

#[derive(Template)]
#[template(path = "trust.html")]
struct TrustPage {
    frame: Frame,
    root: Option<Root>,
    address: String,
}

struct Root {
    name: String,
    until: String,
    sha256: Vec<String>,
    sha1: Vec<String>,
}

/// `GET /trust`
async fn show(State(app): State<App>, own: Own) -> Result {
    let root = match own {
        Some(Extension(authority)) => Some(root(&authority).map_err(broken)?),
        None => None,
    };
    reply::page(&TrustPage {
        frame: Frame::public(&app, "信任根证书"),
        root,
        address: app.public_url.clone(),
    })
}

fn root(authority: &Authority) -> anyhow::Result<Root> {
    let facts = authority.root_facts()?;
    let der = authority.root()?;
    let lines = |print: String| {
        let pairs: Vec<&str> = print.split(':').collect();
        pairs.chunks(8).map(|eight| eight.join(" ")).collect()
    };
    Ok(Root {
        name: common_name(&facts.subject).to_owned(),
        until: facts.to.day().chinese(),
        sha256: lines(fingerprint(&der)),
        sha1: lines(short_fingerprint(&der)),
    })
}

/// The name within `O=…, CN=…`.
pub fn common_name(subject: &str) -> &str {
    subject
        .split(", ")
        .find_map(|part| part.strip_prefix("CN="))
        .unwrap_or(subject)
}

/// `GET /trust/ca.crt`
async fn download(own: Own) -> Result {
    let Some(Extension(authority)) = own else {
        return reply::see_other(PAGE);
    };
    let bytes = authority.root().map_err(broken)?;
    let headers = [
        (header::CONTENT_TYPE, "application/x-x509-ca-cert"),
        (
            header::CONTENT_DISPOSITION,
            "attachment; filename=\"zhibu-ca.crt\"",
        ),
    ];
    Ok(reply::raw((headers, bytes)))
}

fn broken(error: anyhow::Error) -> Failure {
    tracing::error!(%error, "reading the root certificate");
    Failure::Broken(store::Error::Schema(
        "the root certificate is unreadable".to_owned(),
    ))
}
