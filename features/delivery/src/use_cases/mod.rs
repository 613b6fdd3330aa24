//! The verbs.

pub mod deliver;
pub mod keep_channel;
pub mod keep_reminders;
pub mod plan_deliveries;
pub mod prove_address;
pub mod resolve_failed;
pub mod test_channel;
