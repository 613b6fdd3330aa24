//! Addresses of this feature's pages.

use crate::store::Key;

/// 待办
pub const TODO: &str = "/duties";
/// 已办
pub const DONE: &str = "/duties/done";
/// 审核
pub const REVIEW: &str = "/review";

/// One duty.
pub fn duty(key: Key) -> String {
    format!("/duties/{key}")
}

/// A verb on one duty.
pub fn verb(key: Key, verb: &str) -> String {
    format!("/duties/{key}/{verb}")
}
