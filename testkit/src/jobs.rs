//! Background work, when a test says so.

use crate::TestApp;

impl TestApp {
    /// Where its database (`t.db`, on SQLite) and its `data` lie, for a second program over the
    /// same.
    pub fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }

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
