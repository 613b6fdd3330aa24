//! The demo's own task sheets, as Word documents.
