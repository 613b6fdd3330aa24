//! Reaching machines of the test's own.

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
}
