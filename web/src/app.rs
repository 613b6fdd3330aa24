//! The application: its state, its features and the router made of their routes.

use crate::guard;
use crate::rights::Right;
use crate::{Actor, assets};
use axum::Router;
use axum::http::Method;
use axum::routing::MethodRouter;
use futures_util::future::BoxFuture;
use kernel::{Day, Id, TreePath};
use std::sync::Arc;
use store::{Migration, Store, Tx};

/// 路由: one way in. A route without a right cannot be written.
#[derive(Clone)]
pub struct Route {
    /// Method.
    pub method: Method,
    /// Pattern, `/duties/{id}`.
    pub path: &'static str,
    /// What it asks for; the handler asks again for the place.
    pub right: Right,
    /// What answers.
    pub handler: MethodRouter<App>,
}

impl Route {
    /// A page.
    pub fn get(path: &'static str, right: Right, handler: MethodRouter<App>) -> Route {
        Route {
            method: Method::GET,
            path,
            right,
            handler,
        }
    }

    /// A form or another request that changes something.
    pub fn post(path: &'static str, right: Right, handler: MethodRouter<App>) -> Route {
        Route {
            method: Method::POST,
            path,
            right,
            handler,
        }
    }
}

/// Counts what a link of the bar leads to, for one person.
pub type Count = fn(App, Actor) -> BoxFuture<'static, crate::Result<i64>>;

/// 导航: a link of the bar, shown to those who hold the right.
#[derive(Clone)]
pub struct Nav {
    /// Place in the bar, low first.
    pub order: u8,
    /// Word.
    pub label: &'static str,
    /// Where it goes.
    pub path: &'static str,
    /// Who sees it.
    pub right: Right,
    /// A further condition.
    pub shown: fn(&Actor) -> bool,
    /// Number beside it.
    pub count: Option<Count>,
}

/// What changed about a record, told to its subscribers inside the same transaction.
#[derive(Clone, Debug)]
pub struct RecordChange {
    /// Which.
    pub record: Id,
    /// Its kind.
    pub kind: String,
    /// Whose.
    pub organisation: Id,
    /// Where that is.
    pub path: TreePath,
    /// The day it happened.
    pub day: Day,
}

/// Something that follows from a record, in the record's transaction.
pub type Subscriber = fn(Tx, RecordChange) -> BoxFuture<'static, Result<(), store::Error>>;

/// A job's handler.
pub type JobHandler = fn(App, serde_json::Value) -> BoxFuture<'static, Result<(), store::Error>>;

/// 功能: what one capability brings.
#[derive(Clone, Default)]
pub struct Feature {
    /// Name, the crate's.
    pub name: &'static str,
    /// Its tables.
    pub migrations: Vec<Migration>,
    /// Its ways in.
    pub routes: Vec<Route>,
    /// Its links in the bar.
    pub nav: Vec<Nav>,
    /// What it does when a record of any kind changes.
    pub subscribers: Vec<Subscriber>,
    /// Its jobs, by kind.
    pub jobs: Vec<(&'static str, JobHandler)>,
}

/// Finds who is behind a session's token.
pub trait Identify: Send + Sync {
    /// The actor, if the session lives.
    fn identify<'a>(
        &'a self,
        store: &'a Store,
        token: &'a str,
    ) -> BoxFuture<'a, Result<Option<Actor>, store::Error>>;

    /// An account with the rights it has now, for work that goes on after its request: no session,
    /// no token. None if there is no such account, or it is suspended.
    fn account<'a>(
        &'a self,
        store: &'a Store,
        account: Id,
    ) -> BoxFuture<'a, Result<Option<Actor>, store::Error>>;
}

/// Pieces of a sheet as they are read; dropping it ends the reading. An error is the sentence that
/// says why not, and the last that comes.
pub type Pieces = tokio::sync::mpsc::Receiver<Result<kernel::table::Piece, String>>;

/// Turns an uploaded office file into its document; in a child process when serving.
pub trait Parse: Send + Sync {
    /// The document, or the sentence that says why not.
    fn document(
        &self,
        file_name: String,
        bytes: Vec<u8>,
    ) -> BoxFuture<'static, Result<kernel::document::Document, String>>;

    /// The rows of an uploaded sheet, at most so many, piece by piece.
    fn table(&self, file_name: String, bytes: Vec<u8>, most_rows: usize) -> Pieces;
}

/// What every handler can reach. Cheap to clone.
#[derive(Clone)]
pub struct App {
    /// Database, files, clock.
    pub store: Store,
    /// 单位名称: `清禾县教育系统`.
    pub county: String,
    /// Address the outside uses; decides cookies and links.
    pub public_url: String,
    /// Bytes one request may upload.
    pub upload_limit: usize,
    /// Links of the bar, in order.
    pub nav: Arc<Vec<Nav>>,
    /// Told of each record's change.
    pub subscribers: Arc<Vec<Subscriber>>,
    /// Who is behind a token.
    pub identify: Arc<dyn Identify>,
    /// Reads uploaded office files.
    pub parse: Arc<dyn Parse>,
    /// The router's own registry, for the permission matrix.
    pub registry: Arc<Vec<(Method, &'static str, Right)>>,
}

impl App {
    /// Whether the outside speaks TLS to us (or to the proxy before us).
    pub fn is_secure(&self) -> bool {
        self.public_url.starts_with("https://")
    }

    /// Name of the session cookie: `__Host-` needs TLS.
    pub fn cookie(&self) -> &'static str {
        if self.is_secure() {
            "__Host-zhibu"
        } else {
            "zhibu"
        }
    }

    /// Tells the subscribers of a record's change, inside its transaction.
    pub async fn record_changed(&self, tx: &Tx, change: &RecordChange) -> Result<(), store::Error> {
        for subscriber in self.subscribers.iter() {
            subscriber(tx.clone(), change.clone()).await?;
        }
        Ok(())
    }
}

/// The registry of all routes, for [`App::registry`].
pub fn registry(features: &[Feature]) -> Vec<(Method, &'static str, Right)> {
    let routes = features.iter().flat_map(|feature| &feature.routes);
    routes
        .map(|route| (route.method.clone(), route.path, route.right))
        .collect()
}

/// The router: each route behind the guard that asks for its right.
pub fn router(app: &App, features: &[Feature]) -> Router {
    let mut router: Router<App> = Router::new();
    for route in features
        .iter()
        .flat_map(|feature| feature.routes.iter().cloned())
    {
        router = router.route(route.path, guard::protect(app, route.right, route.handler));
    }
    let router = router
        .route("/assets/{print}/{*name}", axum::routing::get(assets::serve))
        .fallback_service(
            guard::protect(app, Right::Public, axum::routing::any(nothing_here))
                .with_state(app.clone()),
        );
    guard::around(app, router.with_state(app.clone()))
}

async fn nothing_here() -> crate::Failure {
    crate::Failure::NotFound
}
