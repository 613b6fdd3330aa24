//! What is done to the tree. The functions of [`write`] change rows and leave the audit entry to
//! whoever calls them (a page, an import, the demo); each verb has a file of its own.

pub mod close_organisation;
pub mod create_organisation;
pub mod edit_organisation;
pub mod import_organisations;
pub mod move_organisation;
pub mod write;

pub use close_organisation::{NotClosed, close_node};
pub use create_organisation::{NotSaved, create_organisation};
pub use edit_organisation::edit_organisation;
pub use move_organisation::{NotMoved, move_organisation};
pub use write::{
    NewNode, NewPost, appoint, cover_unit, create_node, group_node, set_figures, set_zone,
    tag_node, uncover_unit, untag_node,
};
