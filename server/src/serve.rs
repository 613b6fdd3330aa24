//! The server: router, background work, graceful stop.

use crate::backup::schedule;
use crate::child::ParseInChild;
use crate::config::Config;
use crate::settings::Plan;
use crate::{Front, application};
use anyhow::{Context as _, Result};
use axum::extract::ConnectInfo;
use axum::http::Request;
use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;
use store::Store;
use tokio::sync::watch;
use tokio::task::JoinSet;
use web::app::JobHandler;
use web::{App, Feature};

/// `zhibu serve`
pub async fn run(config: Config) -> Result<ExitCode> {
    start_log(&config.log);
    let store = config.open().await?;
    if let Some(made) = schedule::before_upgrade(&config, &store).await? {
        println!("升级前已备份：{}", made.place.display());
    }
    let taken = store.migrate(&crate::migrations()).await?;
    tracing::info!(taken, "schema is up to date");
    let listener = bind(&config).await?;
    let address = listener.local_addr()?;
    println!("支部已启动：{}", config.public_url(address.port()));
    serve(config, store, listener).await?;
    Ok(ExitCode::SUCCESS)
}

/// One line of JSON an event. No personal data: requests are named by their route.
pub fn start_log(levels: &str) {
    let filter = tracing_subscriber::EnvFilter::try_new(levels)
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info"));
    let log = tracing_subscriber::fmt()
        .json()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    // A second start in one process (tests) keeps the first log.
    let _ = log.try_init();
}

/// Takes the address the configuration names.
pub async fn bind(config: &Config) -> Result<tokio::net::TcpListener> {
    let address = config.address()?;
    tokio::net::TcpListener::bind(address)
        .await
        .with_context(|| format!("端口 {} 用不了，可能已有程序占用", address.port()))
}

/// Serves until told to stop, then finishes what is under way.
pub async fn serve(config: Config, store: Store, listener: tokio::net::TcpListener) -> Result<()> {
    let port = listener.local_addr()?.port();
    let front = Front {
        county: config.county.clone(),
        public_url: config.public_url(port),
    };
    let (app, features) = application(store.clone(), &front, Arc::new(ParseInChild));
    let (health, plan) = (app.clone(), Arc::new(Plan::of(&config)));
    let router = web::router(&app, &features)
        .route(
            "/healthz",
            axum::routing::get(move || healthy(health.clone())),
        )
        .layer(axum::middleware::from_fn(move |request, next| {
            client(config.trusted_proxy, request, next)
        }))
        .layer(axum::Extension(plan))
        .layer(tower_http::trace::TraceLayer::new_for_http().make_span_with(span));
    let (stop, stopped) = watch::channel(false);
    let mut work = background(&app, &features, &stopped);
    work.spawn(every(Duration::from_secs(5), stopped.clone(), {
        let (config, store) = (config.clone(), store.clone());
        move || upkeep(config.clone(), store.clone())
    }));
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(listener, service)
        .with_graceful_shutdown(told_to_stop())
        .await?;
    tracing::info!("stopping");
    stop.send_replace(true);
    let _ = tokio::time::timeout(Duration::from_secs(10), work.join_all()).await;
    store.close().await;
    Ok(())
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
    let handlers: Vec<_> = features.iter().flat_map(|f| f.jobs.clone()).collect();
    let mut work = JoinSet::new();
    work.spawn(every(Duration::from_secs(1), stopped.clone(), {
        let app = app.clone();
        move || run_jobs(app.clone(), handlers.clone())
    }));
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

/// Runs what is due, one after another.
async fn run_jobs(app: App, handlers: Vec<(&'static str, JobHandler)>) {
    loop {
        let job = match app.store.claim_job().await {
            Ok(Some(job)) => job,
            Ok(None) => return,
            Err(error) => {
                tracing::error!(%error, "claiming a job");
                return;
            }
        };
        let handler = handlers.iter().find(|(kind, _)| *kind == job.kind);
        let payload = serde_json::from_str(&job.payload).unwrap_or_default();
        let outcome = match handler {
            Some((_, handler)) => handler(app.clone(), payload)
                .await
                .map_err(|e| e.to_string()),
            None => Err("nobody does this kind of job".to_owned()),
        };
        let kept = match outcome {
            Ok(()) => app.store.finish_job(&job).await,
            Err(why) => {
                tracing::error!(
                    kind = job.kind,
                    attempts = job.attempts,
                    why,
                    "a job failed"
                );
                app.store.fail_job(&job, &why).await
            }
        };
        if let Err(error) = kept {
            tracing::error!(%error, "keeping a job's outcome");
        }
    }
}
