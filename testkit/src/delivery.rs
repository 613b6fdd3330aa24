//! Reaching machines of the test's own, and running what waits for them.

use crate::TestApp;
use std::sync::Arc;
use web::app::Outward;

impl TestApp {
    /// The same application, allowed to speak to those machines.
    #[must_use]
    pub fn reaching(mut self, outward: Outward) -> TestApp {
        self.app.outward = Arc::new(outward);
        self.router = web::router(&self.app, &self.features);
        self
    }

    /// Runs the jobs that are due, quick and slow, until none is left; as the server does.
    pub async fn run_jobs(&self) {
        zhibu::worker::run_due(&self.app, &self.features).await;
    }
}
