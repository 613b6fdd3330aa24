//! Addresses of this feature's pages.

use duty::Key;
use kernel::Id;

/// 首页, which leads on.
pub const HOME: &str = "/";
/// 总览
pub const OFFICE: &str = "/office";
/// 进度
pub const PROGRESS: &str = "/progress";
/// 待阅
pub const NOTICES: &str = "/notices";
/// 已阅
pub const READ: &str = "/notices/read";
/// 意见反馈
pub const FEEDBACK: &str = "/feedback";
/// 学校怎么说
pub const ALL_FEEDBACK: &str = "/feedback/all";

/// The same as a workbook.
pub const FEEDBACK_EXPORT: &str = "/feedback/all/export";
/// 基层负担
pub const BURDEN: &str = "/burden";

/// Its items.
pub const BURDEN_ITEMS: &str = "/burden/items";
/// Its items as a workbook.
pub const BURDEN_ITEMS_EXPORT: &str = "/burden/items/export";

/// The board of a sheet.
pub fn board(sheet: Id) -> String {
    format!("{PROGRESS}?sheet={sheet}")
}

/// Why a duty stands as it does.
pub fn cell(sheet: Id, key: Key) -> String {
    format!("{PROGRESS}/{sheet}/{key}")
}

/// Duties of a sheet one by one; of every open sheet when none is named.
pub fn list(sheet: Option<Id>) -> String {
    match sheet {
        Some(sheet) => format!("{PROGRESS}/{sheet}/list"),
        None => format!("{PROGRESS}/all/list"),
    }
}

/// The board as a workbook.
pub fn export(sheet: Id) -> String {
    format!("{PROGRESS}/{sheet}/export")
}

/// Whom to remind.
pub fn remind(sheet: Id) -> String {
    format!("{PROGRESS}/{sheet}/remind")
}
