//! What the feature speaks of, without database or request.

pub mod annexes;
pub mod answer;
pub mod item;
pub mod original;
pub mod plan;
pub mod sheet;
pub mod when;
pub mod whom;
