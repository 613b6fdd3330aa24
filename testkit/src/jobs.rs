//! Background work, when a test says so.

use crate::TestApp;

impl TestApp {
    /// Runs the jobs that are due, as the server does; how many there were.
    pub async fn work(&self) -> usize {
        let mut done = 0;
        while self.work_once().await {
            done += 1;
        }
        done
    }

    /// Runs the next job that is due; false if there is none.
    pub async fn work_once(&self) -> bool {
        let store = &self.app.store;
        let Some(job) = store.claim_job().await.unwrap() else {
            return false;
        };
        let handlers = self.features.iter().flat_map(|f| f.jobs.clone());
        if let Some((_, handler)) = handlers.into_iter().find(|(kind, _)| *kind == job.kind) {
            let payload = serde_json::from_str(&job.payload).unwrap();
            handler(self.app.clone(), payload).await.unwrap();
        }
        store.finish_job(&job).await.unwrap();
        true
    }
}
