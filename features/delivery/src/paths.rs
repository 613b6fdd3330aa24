//! Addresses of this feature's pages.

use kernel::Id;

/// 消息通道
pub const CHANNELS: &str = "/settings/channels";
/// A new channel; `?kind=email`.
pub const NEW: &str = "/settings/channels/new";
/// 未送达
pub const FAILED: &str = "/settings/channels/failed";
/// 提醒设置, one's own.
pub const REMINDERS: &str = "/account/reminders";
/// 我的账号
pub const ACCOUNT: &str = "/account";

/// One channel.
pub fn channel(id: Id) -> String {
    format!("{CHANNELS}/{id}")
}
