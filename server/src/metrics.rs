//! 运行指标 in Prometheus' text: what a technician watches. No names, no addresses, no ids of people.

use crate::tls::Identity;
use axum::extract::{MatchedPath, Request};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use std::fmt::Write as _;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use store::{Store, params};
use tokio::time::Instant;

/// Upper bounds in seconds: a page should take 0.1, a report 0.5.
const BOUNDS: [f64; 11] = [
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 2.0, 10.0,
];

/// What is counted in this process; the first call begins it.
fn recorder() -> Option<&'static PrometheusHandle> {
    static HANDLE: OnceLock<Option<PrometheusHandle>> = OnceLock::new();
    HANDLE
        .get_or_init(|| {
            let builder = PrometheusBuilder::new()
                .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &BOUNDS)
                .ok()?;
            builder.install_recorder().ok()
        })
        .as_ref()
}

/// Begins counting.
pub fn start() {
    if recorder().is_none() {
        tracing::warn!("metrics could not be started");
    }
}

/// Folds what was counted since into its sums; each half minute, whether or not anybody asks.
pub fn keep_up() {
    if let Some(recorder) = recorder() {
        recorder.run_upkeep();
    }
}

/// Counts a request by the route that answered it, never by its address.
pub async fn count(request: Request, next: Next) -> Response {
    let begun = Instant::now();
    let method = match request.method().as_str() {
        known @ ("GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE" | "OPTIONS") => {
            known.to_owned()
        }
        _ => "other".to_owned(),
    };
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or_else(|| "none".to_owned(), |path| path.as_str().to_owned());
    let response = next.run(request).await;
    let status = response.status().as_u16().to_string();
    metrics::counter!("zhibu_http_requests_total",
        "method" => method, "route" => route.clone(), "status" => status)
    .increment(1);
    metrics::histogram!("zhibu_http_request_seconds", "route" => route)
        .record(begun.elapsed().as_secs_f64());
    response
}

/// Who may read them, and what they are read from.
#[derive(Clone)]
pub struct Board {
    /// The store.
    pub store: Store,
    /// Opens to who brings it, from anywhere; without one only the loopback may read.
    pub token: Option<String>,
    /// The data directory, for the room left on its disk.
    pub data: PathBuf,
    /// The certificate shown, for the days it has left.
    pub identity: Option<Arc<Identity>>,
}

impl Board {
    /// `GET /metrics`
    pub async fn show(self, peer: Option<SocketAddr>, headers: HeaderMap) -> Response {
        if !self.admits(peer.map(|peer| peer.ip()), &headers) {
            return StatusCode::NOT_FOUND.into_response();
        }
        let mut text = recorder().map(PrometheusHandle::render).unwrap_or_default();
        match self.present(&mut text).await {
            Ok(()) => {
                let kind = [(
                    header::CONTENT_TYPE,
                    "text/plain; version=0.0.4; charset=utf-8",
                )];
                (kind, text).into_response()
            }
            Err(error) => {
                tracing::error!(%error, "reading the metrics");
                StatusCode::SERVICE_UNAVAILABLE.into_response()
            }
        }
    }

    /// With a token set, who brings it; without, the machine itself and nobody behind a proxy on it.
    fn admits(&self, peer: Option<IpAddr>, headers: &HeaderMap) -> bool {
        match &self.token {
            Some(token) => headers
                .get(header::AUTHORIZATION)
                .and_then(|value| value.to_str().ok())
                .and_then(|value| value.strip_prefix("Bearer "))
                .is_some_and(|brought| is_same(brought, token)),
            None => {
                peer.is_some_and(|peer| peer.is_loopback())
                    && !headers.contains_key("x-forwarded-for")
                    && !headers.contains_key("forwarded")
            }
        }
    }

    /// What is asked for at the moment of asking.
    async fn present(&self, text: &mut String) -> Result<(), store::Error> {
        let db = self.store.db();
        let now = self.store.now();
        let backend = match self.store.backend() {
            store::Backend::Sqlite => "sqlite",
            store::Backend::Postgres => "postgres",
        };
        let mut say = Sayer(text);
        say.kind("zhibu_build_info", "Version and database of the program.");
        say.line(
            "zhibu_build_info",
            &[
                ("version", env!("CARGO_PKG_VERSION")),
                ("database", backend),
            ],
            1.0,
        );
        self.jobs(&mut say).await?;
        say.kind(
            "zhibu_db_connections",
            "Database connections by side and state.",
        );
        for (side, open, idle) in self.store.connections() {
            let busy = open.saturating_sub(idle);
            say.line(
                "zhibu_db_connections",
                &[("side", side), ("state", "busy")],
                f64::from(busy),
            );
            say.line(
                "zhibu_db_connections",
                &[("side", side), ("state", "idle")],
                f64::from(idle),
            );
        }
        let open: (i64, Option<i64>) = db
            .find(
                "SELECT COUNT(*) AS n, MIN(at) AS oldest FROM audit WHERE seq IS NULL",
                vec![],
            )
            .await?
            .unwrap_or((0, None));
        let lag = open.1.map_or(0, |oldest| now.0 - oldest).max(0);
        say.one(
            "zhibu_audit_unsealed",
            "Audit entries not yet in the chain.",
            open.0 as f64,
        );
        say.one(
            "zhibu_audit_lag_seconds",
            "Age of the oldest of them.",
            lag as f64 / 1000.0,
        );
        let sql = "SELECT COUNT(*) FROM session WHERE expires_at > $1 AND seen_at > $2";
        let alive: i64 = db
            .scalar(sql, params![now, now.plus_ms(-8 * 3_600_000)])
            .await?;
        say.one("zhibu_sessions", "Sessions alive.", alive as f64);
        if let Some(free) = crate::check::disk(&self.data) {
            say.one(
                "zhibu_disk_free_bytes",
                "Room left for the data.",
                free.free as f64,
            );
            say.one(
                "zhibu_disk_size_bytes",
                "Size of that disk.",
                free.size as f64,
            );
        }
        if let Some(facts) = self
            .identity
            .as_ref()
            .and_then(|identity| identity.certificate())
        {
            let left = (facts.to.0 - now.0) as f64 / 1000.0;
            say.one(
                "zhibu_certificate_left_seconds",
                "Until the certificate ends.",
                left,
            );
        }
        if let Some(bytes) = resident() {
            say.one(
                "zhibu_process_resident_bytes",
                "Memory of the process.",
                bytes as f64,
            );
        }
        Ok(())
    }

    async fn jobs(&self, say: &mut Sayer<'_>) -> Result<(), store::Error> {
        let now = self.store.now();
        let sql = "SELECT kind,
              CASE WHEN dead THEN 'dead' WHEN lease_until > $1 THEN 'running' ELSE 'waiting' END AS state,
              COUNT(*) AS n FROM job GROUP BY 1, 2 ORDER BY 1, 2";
        let jobs: Vec<(String, String, i64)> = self.store.db().all(sql, params![now]).await?;
        say.kind("zhibu_jobs", "Jobs by kind and state.");
        for (kind, state, count) in &jobs {
            say.line(
                "zhibu_jobs",
                &[("kind", kind), ("state", state)],
                *count as f64,
            );
        }
        let sql =
            "SELECT MIN(run_at) FROM job WHERE dead = FALSE AND run_at <= $1 AND lease_until <= $1";
        let oldest: Option<i64> = self.store.db().scalar(sql, params![now]).await?;
        let late = oldest.map_or(0, |oldest| now.0 - oldest) as f64 / 1000.0;
        say.one(
            "zhibu_jobs_late_seconds",
            "How long the next job is overdue.",
            late,
        );
        Ok(())
    }
}

/// The same time whatever was brought.
fn is_same(brought: &str, token: &str) -> bool {
    use sha2::{Digest, Sha256};
    let (a, b) = (Sha256::digest(brought), Sha256::digest(token));
    a.iter().zip(b.iter()).fold(0, |sum, (a, b)| sum | (a ^ b)) == 0
}

fn resident() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kilobytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kilobytes * 1024)
}

/// Writes gauges.
struct Sayer<'a>(&'a mut String);

impl Sayer<'_> {
    fn kind(&mut self, name: &str, what: &str) {
        let _ = writeln!(self.0, "# HELP {name} {what}\n# TYPE {name} gauge");
    }

    fn line(&mut self, name: &str, labels: &[(&str, &str)], value: f64) {
        let plain = |text: &str| {
            text.replace('\\', "\\\\")
                .replace('"', "\\\"")
                .replace('\n', " ")
        };
        let labels: Vec<String> = labels
            .iter()
            .map(|(key, text)| format!("{key}=\"{}\"", plain(text)))
            .collect();
        let _ = writeln!(self.0, "{name}{{{}}} {value}", labels.join(","));
    }

    fn one(&mut self, name: &str, what: &str, value: f64) {
        self.kind(name, what);
        let _ = writeln!(self.0, "{name} {value}");
    }
}
