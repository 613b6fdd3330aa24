//! The server: router, background work, graceful stop.

use crate::backup::schedule;
use crate::child::ParseInChild;
use crate::config::Config;
use crate::gate::{Gate, Limits};
use crate::metrics::Board;
use crate::settings::Plan;
use crate::tls::Identity;
use crate::{Front, application, trust};
use anyhow::{Context as _, Result};
use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, Method, Request, StatusCode};
use axum::response::{IntoResponse, Redirect};
use axum::routing::get;
use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;
use store::Store;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tower::ServiceExt;
use web::{App, Feature};

/// `zhibu serve`
pub async fn run(config: Config) -> Result<ExitCode> {
    crate::log::start(&config)?;
    let store = config.open().await?;
    if let Some(made) = schedule::before_upgrade(&config, &store).await? {
        println!("升级前已备份：{}", made.place.display());
    }
    let taken = store.migrate(&crate::migrations()).await?;
    tracing::info!(taken, "schema is up to date");
    let door = bind(&config, &store).await?;
    println!("支部已启动：{}", config.public_url(door.port));
    serve(config, store, door).await?;
    Ok(ExitCode::SUCCESS)
}

/// What the server answers at, taken before it says that it has started.
pub struct Door {
    /// The port really used.
    pub port: u16,
    listener: TcpListener,
    /// Sends everybody over to TLS.
    plain: Option<TcpListener>,
    identity: Option<Arc<Identity>>,
}

/// Takes the addresses the configuration names and reads (or makes) the certificate.
pub async fn bind(config: &Config, store: &Store) -> Result<Door> {
    let identity = Identity::of(config, &store.context)?;
    let listener = take(config.address()?).await?;
    let plain = match &config.http_redirect {
        Some(address) => {
            let address = address.parse().with_context(|| {
                format!("http_redirect = \"{address}\" 不是“地址：端口”，例如 0.0.0.0:80")
            })?;
            Some(take(address).await?)
        }
        None => None,
    };
    Ok(Door {
        port: listener.local_addr()?.port(),
        listener,
        plain,
        identity,
    })
}

async fn take(address: SocketAddr) -> Result<TcpListener> {
    TcpListener::bind(address).await.with_context(|| {
        let port = address.port();
        let reserved = if port < 1024 {
            "；1024 以下的端口需要系统授权（见安装手册里的 systemd 单元）"
        } else {
            ""
        };
        format!("端口 {port} 用不了，可能已有程序占用{reserved}")
    })
}

/// Serves until told to stop, then finishes what is under way.
pub async fn serve(config: Config, store: Store, door: Door) -> Result<()> {
    let front = Front {
        county: config.county.clone(),
        public_url: config.public_url(door.port),
        outward: config.outward()?,
    };
    crate::metrics::start();
    let (app, features) = application(store.clone(), &front, Arc::new(ParseInChild));
    let identity = door.identity;
    let router = router(&config, &app, &features, identity.as_ref());
    let (stop, stopped) = watch::channel(false);
    let mut work = background(&app, &features, &stopped);
    look_after(&mut work, identity.clone(), &stopped);
    work.spawn(every(Duration::from_secs(5), stopped.clone(), {
        let (config, store) = (config.clone(), store.clone());
        move || upkeep(config.clone(), store.clone())
    }));
    let limits = Limits::of(config.most_clients);
    if let Some(listener) = door.plain {
        let gate = Gate {
            listener,
            tls: None,
            limits,
        };
        let onward = onward(front.public_url.clone(), router.clone());
        work.spawn(gate.serve(onward, stopped.clone()));
    }
    let gate = Gate {
        listener: door.listener,
        tls: identity.map(|identity| identity.acceptor()).transpose()?,
        limits,
    };
    tokio::spawn(async move {
        told_to_stop().await;
        tracing::info!("stopping");
        stop.send_replace(true);
    });
    gate.serve(router, stopped).await;
    let _ = tokio::time::timeout(Duration::from_secs(10), work.join_all()).await;
    store.close().await;
    Ok(())
}

/// The application behind what is true of every request here: who asks, how long it took.
fn router(
    config: &Config,
    app: &App,
    features: &[Feature],
    identity: Option<&Arc<Identity>>,
) -> Router {
    let proxy = config.trusted_proxy;
    let board = Board {
        store: app.store.clone(),
        token: config.metrics_token.clone(),
        data: config.data.clone(),
        identity: identity.cloned(),
    };
    let show = move |peer: ConnectInfo<SocketAddr>, headers: HeaderMap| {
        board.clone().show(Some(peer.0), headers)
    };
    let (health, ready) = (app.clone(), app.clone());
    let router = web::router(app, features)
        .route("/healthz", get(move || healthy(health.clone())))
        .route("/readyz", get(move || readiness(ready.clone())))
        .route("/metrics", get(show))
        .layer(axum::middleware::from_fn(crate::metrics::count))
        .layer(axum::middleware::from_fn(move |request, next| {
            client(proxy, request, next)
        }))
        .layer(axum::Extension(Arc::new(Plan::of(config))))
        .layer(tower_http::trace::TraceLayer::new_for_http().make_span_with(span));
    match identity.and_then(|identity| identity.authority()) {
        Some(authority) => router.layer(axum::Extension(Arc::clone(authority))),
        None => router,
    }
}

/// Without TLS nobody gets more than the way to the address with it, and the page that says how to
/// trust the county's root certificate.
fn onward(public_url: String, router: Router) -> Router {
    let open = router.clone();
    Router::new().fallback(move |request: Request<Body>| {
        let (open, public_url) = (open.clone(), public_url.clone());
        async move {
            let path = request.uri().path();
            if path == trust::PAGE || path.starts_with("/trust/") || path.starts_with("/assets/") {
                return open.oneshot(request).await.into_response();
            }
            if !matches!(*request.method(), Method::GET | Method::HEAD) {
                return StatusCode::UPGRADE_REQUIRED.into_response();
            }
            let rest = request
                .uri()
                .path_and_query()
                .map_or("/", |rest| rest.as_str());
            Redirect::permanent(&format!("{public_url}{rest}")).into_response()
        }
    })
}

/// A request in the log: method and path without its query, which may hold words of a person.
fn span<B>(request: &Request<B>) -> tracing::Span {
    tracing::info_span!("request", method = %request.method(), path = request.uri().path())
}

/// Who asks, for the back-off at sign-in: the peer, or what the one trusted proxy says.
async fn client(
    proxy: Option<std::net::IpAddr>,
    mut request: Request<axum::body::Body>,
    next: axum::middleware::Next,
) -> axum::response::Response {
    let peer = request
        .extensions()
        .get::<ConnectInfo<SocketAddr>>()
        .map(|info| info.0.ip());
    let forwarded = request
        .headers()
        .get("x-forwarded-for")
        .and_then(|v| v.to_str().ok())
        .and_then(|v| v.rsplit(',').next())
        .and_then(|v| v.trim().parse().ok());
    let address = match (peer, proxy) {
        (Some(peer), Some(proxy)) if peer == proxy => forwarded.or(Some(peer)),
        (peer, _) => peer,
    };
    if let Some(address) = address {
        request
            .extensions_mut()
            .insert(identity::ClientAddress::of(address));
    }
    next.run(request).await
}

async fn healthy(app: App) -> axum::http::StatusCode {
    match app
        .store
        .db()
        .scalar::<i64>("SELECT COUNT(*) FROM setting", vec![])
        .await
    {
        Ok(_) => axum::http::StatusCode::OK,
        Err(_) => axum::http::StatusCode::SERVICE_UNAVAILABLE,
    }
}

/// Whether requests may be sent here: the database answers and has this program's schema.
async fn readiness(app: App) -> (StatusCode, &'static str) {
    let asked = async {
        let pending = app.store.pending(&crate::migrations()).await;
        let answers = app
            .store
            .db()
            .scalar::<i64>("SELECT COUNT(*) FROM setting", vec![]);
        (pending, answers.await)
    };
    match tokio::time::timeout(Duration::from_secs(3), asked).await {
        Ok((Ok(0), Ok(_))) => (StatusCode::OK, "ready\n"),
        Ok((Ok(_), Ok(_))) => (StatusCode::SERVICE_UNAVAILABLE, "schema\n"),
        _ => (StatusCode::SERVICE_UNAVAILABLE, "database\n"),
    }
}

async fn told_to_stop() {
    let interrupt = async {
        let _ = tokio::signal::ctrl_c().await;
    };
    #[cfg(unix)]
    let terminate = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(_) => std::future::pending().await,
        }
    };
    #[cfg(not(unix))]
    let terminate = std::future::pending::<()>();
    tokio::select! { () = interrupt => {}, () = terminate => {} }
}

/// Jobs, the sealer of the audit chain, and the turn of the day.
fn background(app: &App, features: &[Feature], stopped: &watch::Receiver<bool>) -> JoinSet<()> {
    let mut work = JoinSet::new();
    crate::worker::start(&mut work, app, features, stopped);
    work.spawn(every(Duration::from_secs(1), stopped.clone(), {
        let store = app.store.clone();
        move || {
            let store = store.clone();
            async move {
                if let Err(error) = store.seal_audit().await {
                    tracing::error!(%error, "sealing the audit log");
                }
            }
        }
    }));
    work.spawn(every(Duration::from_secs(60), stopped.clone(), {
        let store = app.store.clone();
        move || {
            let store = store.clone();
            async move {
                if let Err(error) = duty::maintain::advance(&store).await {
                    tracing::error!(%error, "the turn of the day");
                }
            }
        }
    }));
    work
}

/// The certificate as its files change or its end comes near; the sums of the metrics.
fn look_after(
    work: &mut JoinSet<()>,
    identity: Option<Arc<Identity>>,
    stopped: &watch::Receiver<bool>,
) {
    work.spawn(every(Duration::from_secs(30), stopped.clone(), move || {
        let identity = identity.clone();
        async move {
            crate::metrics::keep_up();
            match identity.map(|identity| identity.refresh()) {
                Some(Ok(true)) => tracing::info!("a new certificate is in use"),
                Some(Err(error)) => {
                    tracing::error!(%error, "the certificate stays as it was");
                }
                Some(Ok(false)) | None => {}
            }
        }
    }));
}

/// Backups and the clearing of files, when they are due or asked for.
async fn upkeep(config: Config, store: Store) {
    if let Err(error) = schedule::look(&config, &store).await {
        tracing::error!(error = format!("{error:#}"), "upkeep");
    }
}

async fn every<F, Fut>(pause: Duration, mut stopped: watch::Receiver<bool>, mut body: F)
where
    F: FnMut() -> Fut,
    Fut: Future<Output = ()>,
{
    loop {
        body().await;
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            _ = stopped.changed() => return,
        }
    }
}
