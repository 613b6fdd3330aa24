//! The frame of every page: who asks, by what right, in which form, and what they get when it fails.

pub mod actor;
pub mod app;
pub mod assets;
pub mod design;
pub mod failure;
pub mod form;
mod guard;
pub mod page;
pub mod reply;
pub mod rights;
pub mod sheet;

pub use actor::{Actor, Grant, Place, Reach};
pub use app::{App, Feature, Identify, Nav, RecordChange, Route, Subscriber, router};
pub use failure::{Failure, Result};
pub use form::{FieldErrors, Form, Part};
pub use page::Frame;
pub use reply::{Reply, page};
pub use rights::{Right, Role};
