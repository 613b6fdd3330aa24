//! The screens: the school's side and the reviewer's.

pub mod review;
pub mod school;
