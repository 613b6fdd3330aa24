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
        match zhibu::worker::run_next(&self.app, &self.features).await {
            Some(outcome) => {
                outcome.unwrap();
                true
            }
            None => false,
        }
    }
}
