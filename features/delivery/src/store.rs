//! Every statement of the feature.

mod addresses;
mod channels;
mod deliveries;

pub use addresses::*;
pub use channels::*;
pub use deliveries::*;
