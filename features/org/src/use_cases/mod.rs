//! What is done to the tree. The functions of [`write`] change rows and leave the audit entry to
//! whoever calls them (a page, an import, the demo); each verb has a file of its own.

pub mod write;

pub use write::{
    NewNode, NewPost, appoint, cover_unit, create_node, group_node, set_figures, set_zone, tag_node,
    uncover_unit, untag_node,
};
