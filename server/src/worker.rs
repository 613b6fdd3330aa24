//! 后台任务的办理: lanes of workers, each job under a lease that is renewed while it runs.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use store::jobs::{Job, Lane, RENEW_MS};
use tokio::sync::watch;
use tokio::task::JoinSet;
use web::app::JobHandler;
use web::{App, Feature};

/// How many jobs that wait for other machines run at once.
const SLOW_AT_ONCE: usize = 4;
/// How long an idle worker rests.
const REST: Duration = Duration::from_secs(1);

/// Every handler, and which kinds are slow.
#[derive(Clone)]
pub struct Handlers {
    by_kind: Arc<HashMap<&'static str, JobHandler>>,
    slow: Arc<Vec<&'static str>>,
}

impl Handlers {
    /// Those of the features.
    pub fn of(features: &[Feature]) -> Handlers {
        let slow: Vec<_> = features.iter().flat_map(|f| f.slow_jobs.clone()).collect();
        let quick = features.iter().flat_map(|f| f.jobs.clone());
        Handlers {
            slow: Arc::new(slow.iter().map(|(kind, _)| *kind).collect()),
            by_kind: Arc::new(quick.chain(slow).collect()),
        }
    }

    fn lane(&self, slow: bool) -> Lane<'_> {
        if slow {
            Lane::Only(&self.slow)
        } else {
            Lane::AllBut(&self.slow)
        }
    }
}

/// Starts both lanes: what is quick one after another, what waits for others a few at a time.
pub fn start(
    work: &mut JoinSet<()>,
    app: &App,
    features: &[Feature],
    stopped: &watch::Receiver<bool>,
) {
    let handlers = Handlers::of(features);
    for (slow, width) in [(false, 1), (true, SLOW_AT_ONCE)] {
        work.spawn(lane(
            app.clone(),
            handlers.clone(),
            slow,
            width,
            stopped.clone(),
        ));
    }
}

/// One lane until told to stop; then what is under way is finished and nothing more is claimed.
async fn lane(
    app: App,
    handlers: Handlers,
    slow: bool,
    width: usize,
    mut stopped: watch::Receiver<bool>,
) {
    let mut running = JoinSet::new();
    while !*stopped.borrow() {
        while running.len() < width {
            match app.store.claim_job_of(handlers.lane(slow)).await {
                Ok(Some(job)) => {
                    let (app, handlers) = (app.clone(), handlers.clone());
                    running.spawn(async move { run(app, handlers, job).await.is_ok() });
                }
                Ok(None) => break,
                Err(error) => {
                    tracing::error!(%error, "claiming a job");
                    break;
                }
            }
        }
        let is_full = running.len() >= width;
        tokio::select! {
            Some(_) = running.join_next(), if !running.is_empty() => {}
            () = tokio::time::sleep(REST), if !is_full => {}
            _ = stopped.changed() => {}
        }
    }
    while running.join_next().await.is_some() {}
}

/// Runs one job, renewing its lease, and keeps the outcome.
async fn run(app: App, handlers: Handlers, job: Job) -> Result<(), String> {
    let outcome = match handlers.by_kind.get(job.kind.as_str()) {
        Some(handler) => {
            let payload = serde_json::from_str(&job.payload).unwrap_or_default();
            tokio::select! {
                outcome = handler(app.clone(), payload) => outcome.map_err(|e| e.to_string()),
                // Another worker has it: whatever this one were to say no longer counts.
                () = lose_lease(&app, &job) => return Err("its lease was lost".to_owned()),
            }
        }
        None => Err("nobody does this kind of job".to_owned()),
    };
    let kept = match &outcome {
        Ok(()) => app.store.finish_job(&job).await,
        Err(why) => {
            tracing::error!(
                kind = job.kind,
                attempts = job.attempts,
                why,
                "a job failed"
            );
            app.store.fail_job(&job, why).await
        }
    };
    if let Err(error) = kept {
        tracing::error!(%error, "keeping a job's outcome");
    }
    outcome
}

/// Renews the lease until it is lost.
async fn lose_lease(app: &App, job: &Job) {
    loop {
        tokio::time::sleep(Duration::from_millis(RENEW_MS)).await;
        match app.store.renew_job(job).await {
            Ok(true) => {}
            Ok(false) => {
                tracing::warn!(kind = job.kind, "a lease was lost");
                return;
            }
            Err(error) => tracing::error!(%error, "renewing a lease"),
        }
    }
}

/// Runs the next job that is due, of either lane, and says what came of it; none if there is none.
/// For tests and the command line.
pub async fn run_next(app: &App, features: &[Feature]) -> Option<Result<(), String>> {
    match app.store.claim_job().await {
        Ok(Some(job)) => Some(run(app.clone(), Handlers::of(features), job).await),
        Ok(None) => None,
        Err(error) => Some(Err(error.to_string())),
    }
}
