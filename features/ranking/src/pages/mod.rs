//! The screens.
use web::{Nav, Route};
/// Ways in.
pub fn routes() -> Vec<Route> {
    vec![]
}
/// Links of the bar.
pub fn nav() -> Vec<Nav> {
    vec![]
}
