//! One verb a file.

mod change_record;
mod keep_record;
mod refusal;
mod remove_record;

pub use change_record::change_record;
pub use keep_record::{Attendance, MOST_FILES, NewRecord, Speaker, keep_record};
pub use refusal::RecordRefusal;
pub use remove_record::{Removal, UNDO_MS, remove_record};
