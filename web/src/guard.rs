//! What stands before and behind every handler: who asks, by what right, from where; headers; and
//! the page that explains a failure.

use crate::api::{self, Problem};
use crate::app::App;
use crate::failure::{Explained, Failure};
use crate::page::Frame;
use crate::rights::Right;
use crate::{Actor, reply};
use askama::Template;
use axum::Router;
use axum::extract::{FromRequestParts, Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header, request::Parts};
use axum::middleware::{self, Next};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::MethodRouter;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;

/// The handler behind a guard for that right.
pub(crate) fn protect(app: &App, right: Right, handler: MethodRouter<App>) -> MethodRouter<App> {
    let state = (app.clone(), right);
    handler.layer(middleware::from_fn_with_state(state, guard))
}

/// The endpoint behind a guard for that right: a token says who asks, and refusals are JSON.
pub(crate) fn protect_endpoint(
    app: &App,
    right: Right,
    handler: MethodRouter<App>,
) -> MethodRouter<App> {
    let state = (app.clone(), right);
    handler.layer(middleware::from_fn_with_state(state, guard_endpoint))
}

async fn guard_endpoint(
    State((app, right)): State<(App, Right)>,
    mut request: Request,
    next: Next,
) -> Response {
    let found = match api::bearer(request.headers()) {
        Some(token) => app.identify.bearer(&app.store, token).await,
        None => Ok(None),
    };
    let bearer = match found {
        Ok(Some(bearer)) => bearer,
        Ok(None) => return Problem::unauthorized().into_response(),
        Err(error) => return Problem::from(error).into_response(),
    };
    let changes = !matches!(*request.method(), Method::GET | Method::HEAD);
    if !bearer.actor.can_anywhere(right) {
        return Problem::not_found().into_response();
    }
    if changes && bearer.read_only {
        return Problem::read_only().into_response();
    }
    request.extensions_mut().insert(bearer.actor);
    let mut response = next.run(request).await;
    match response.extensions_mut().remove::<Explained>() {
        Some(explained) => Problem::explained(&explained).into_response(),
        None => response,
    }
}

/// What is true of every answer.
pub(crate) fn around(app: &App, router: Router) -> Router {
    router
        .layer(CatchPanicLayer::custom(|_| {
            let broken = store::Error::Schema("a handler panicked".to_owned());
            Failure::Broken(broken).into_response()
        }))
        .layer(middleware::from_fn_with_state(app.clone(), headers))
        .layer(axum::extract::DefaultBodyLimit::max(
            app.upload_limit + 64 * 1024,
        ))
        .layer(CompressionLayer::new())
}

async fn guard(
    State((app, right)): State<(App, Right)>,
    mut request: Request,
    next: Next,
) -> Response {
    let changes = !matches!(*request.method(), Method::GET | Method::HEAD);
    let scripted = request.headers().contains_key("x-requested-with")
        || request.uri().path().starts_with(api::ROOT);
    let target = request
        .uri()
        .path_and_query()
        .map_or("/", |p| p.as_str())
        .to_owned();
    let actor = match find_actor(&app, request.headers()).await {
        Ok(actor) => actor,
        Err(error) => {
            return explain(&app, None, Failure::Broken(error).into_response(), scripted).await;
        }
    };
    let refused = if changes && !is_same_origin(&app, request.headers()) {
        Some(Failure::Forged.into_response())
    } else {
        admit(right, actor.as_ref(), changes, &target)
    };
    let response = match refused {
        Some(response) => response,
        None => {
            if let Some(actor) = &actor {
                request.extensions_mut().insert(actor.clone());
            }
            next.run(request).await
        }
    };
    explain(&app, actor, response, scripted).await
}

/// Why somebody does not get in; none if they do.
fn admit(right: Right, actor: Option<&Actor>, changes: bool, target: &str) -> Option<Response> {
    if right == Right::Public {
        return None;
    }
    let Some(actor) = actor else {
        if changes {
            return Some(Failure::Forged.into_response());
        }
        let next = utf8_percent_encode(target, NON_ALPHANUMERIC);
        return Some(reply::see_other(format!("/sign-in?next={next}")).into_response());
    };
    let own = target == "/account" || target.starts_with("/account/") || target == "/sign-out";
    if actor.must_change_password && !own {
        return Some(reply::see_other("/account/password").into_response());
    }
    (!actor.can_anywhere(right)).then(|| Failure::NotFound.into_response())
}

async fn find_actor(app: &App, headers: &HeaderMap) -> Result<Option<Actor>, store::Error> {
    match cookie(headers, app.cookie()) {
        Some(token) => app.identify.identify(&app.store, token).await,
        None => Ok(None),
    }
}

/// The value of a cookie.
pub(crate) fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(key, value)| (key == name).then_some(value))
}

/// Browsers say where a form came from; one that says it came from elsewhere is turned away.
/// A client that says nothing is no browser, and holds no cookie by itself.
fn is_same_origin(app: &App, headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|v| v.to_str().ok());
    if text("sec-fetch-site").is_some_and(|site| !matches!(site, "same-origin" | "none")) {
        return false;
    }
    match (text("origin"), text("host")) {
        (Some(origin), Some(host)) => {
            let named = origin.split_once("://").map_or(origin, |(_, rest)| rest);
            named == host || origin == app.public_url.trim_end_matches('/')
        }
        _ => true,
    }
}

/// Puts the page that explains it in place of a bare failure.
async fn explain(
    app: &App,
    actor: Option<Actor>,
    mut response: Response,
    scripted: bool,
) -> Response {
    let Some(explained) = response.extensions_mut().remove::<Explained>() else {
        return response;
    };
    if scripted {
        return Problem::explained(&explained).into_response();
    }
    let frame = match &actor {
        Some(actor) => Frame::new(app, actor, "", &explained.title).await.ok(),
        None => None,
    };
    let frame = frame.unwrap_or_else(|| Frame::public(app, &explained.title));
    let status = explained.status;
    let is_fault = status == StatusCode::INTERNAL_SERVER_ERROR;
    let signs_in = actor.is_none() && status == StatusCode::FORBIDDEN;
    match (ErrorPage {
        frame,
        explained,
        is_fault,
        signs_in,
    })
    .render()
    {
        Ok(html) => (status, Html(html)).into_response(),
        Err(_) => status.into_response(),
    }
}

/// The page that explains a failure and offers a way on.
#[derive(Template)]
#[template(path = "failure.html")]
struct ErrorPage {
    frame: Frame,
    explained: Explained,
    is_fault: bool,
    signs_in: bool,
}

async fn headers(State(app): State<App>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    let mut set = |name, value| {
        headers
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    };
    set(
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; \
         connect-src 'self'; font-src 'self'; frame-src 'self'; form-action 'self'; \
         base-uri 'none'; frame-ancestors 'self'; manifest-src 'self'",
    );
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(header::REFERRER_POLICY, "same-origin");
    set(header::CACHE_CONTROL, "private, no-store");
    set(
        header::HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    );
    set(
        header::HeaderName::from_static("permissions-policy"),
        "geolocation=(), microphone=()",
    );
    if app.is_secure() {
        set(header::STRICT_TRANSPORT_SECURITY, "max-age=31536000");
    }
    response
}

impl FromRequestParts<App> for Actor {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Failure> {
        parts
            .extensions
            .get::<Actor>()
            .cloned()
            .ok_or(Failure::NotFound)
    }
}

/// The signed-in person on a public page, if one.
impl axum::extract::OptionalFromRequestParts<App> for Actor {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Option<Self>, Failure> {
        Ok(parts.extensions.get::<Actor>().cloned())
    }
}
