//! The book of rules: pure and sync. It reads no clock; the day is always an argument. What a
//! county may set is data (`packs/`); the mechanism is here.
//!
//! [`duty`] is the engine: a demand, its facts and the records that bear on it go in, a status
//! with its explanation comes out. The other modules say who is asked ([`who`]), when
//! ([`cadence`], [`calendar`]), what answers it ([`measure`]), what it costs ([`burden`]) and what
//! it is worth ([`score`]). [`organisation`] advises on the shape of Party organisations.

pub mod burden;
pub mod cadence;
pub mod calendar;
pub mod duty;
pub mod measure;
pub mod organisation;
pub mod score;
pub mod who;
