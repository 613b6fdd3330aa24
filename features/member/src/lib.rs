//! Who: members, their dated relations to branches, the roster in and out of Excel.

pub mod facts;
pub mod id_number;
pub mod store;
pub mod use_cases;
pub mod words;

pub use self::store::Member;
pub use use_cases::NewMember;

use ::store::Migration;
use web::Feature;

/// Its tables, ways in and links.
pub fn feature() -> Feature {
    Feature {
        name: "member",
        migrations: vec![Migration {
            number: 4,
            name: "member",
            sql: include_str!("../migrations/0004_member.sql"),
        }],
        ..Feature::default()
    }
}
