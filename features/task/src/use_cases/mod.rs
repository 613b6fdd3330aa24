//! One file a verb.

pub mod annexes;
pub mod close_sheet;
pub mod draft_sheet;
pub mod edit_items;
pub mod intake;
pub mod issue_sheet;
pub mod save_draft;
