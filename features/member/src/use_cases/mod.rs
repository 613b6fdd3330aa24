//! What is done to the roster. The functions of [`write`] change rows and leave the audit entry to
//! whoever calls them; each verb has a file of its own.

pub mod appoint_to_post;
pub mod close_organisation;
pub mod import_members;
pub mod save_member;
pub mod write;

pub use write::{NewMember, create_member, create_members, move_member, refresh_ranks};
