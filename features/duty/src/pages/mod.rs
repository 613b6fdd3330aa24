//! The screens: the school's side and the reviewer's.

pub mod review;
pub mod school;

use rules::duty::Status;

/// The design's class for a status' tag.
pub fn tag_class(status: Status) -> &'static str {
    match status {
        Status::NotStarted => "t-none",
        Status::UnderWay => "t-doing",
        Status::Returned => "t-back",
        Status::AwaitingReview => "t-wait",
        Status::Done => "t-done",
        Status::DoneLate => "t-late",
        Status::Exempt => "t-free",
    }
}
