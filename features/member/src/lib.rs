//! Who: members, their dated relations to branches, the roster in and out of Excel. The page of an
//! organisation stands here too, since it shows them.

pub mod facts;
pub mod forms;
pub mod ground;
pub mod id_number;
mod pages;
pub mod paths;
pub mod sheets;
pub mod store;
mod tree;
pub mod use_cases;
pub mod words;

pub use self::store::Member;
pub use use_cases::NewMember;

use ::store::Migration;
use axum::routing::{get, post};
use org::import::{self, Kind};
use org::pages::import_flow as flow;
use pages::{
    close, edit, exchange, member, organisation, organisation_export, posts, roster, roster_export,
};
use use_cases::import_members::Members;
use web::{Feature, Nav, Right, Route};

fn always(_: &web::Actor) -> bool {
    true
}

/// Its tables, ways in and links.
pub fn feature() -> Feature {
    const SEE: Right = Right::SeeMembers;
    const EDIT: Right = Right::EditMembers;
    const TREE: Right = Right::SeeOrganisations;
    const SHAPE: Right = Right::EditOrganisations;
    Feature {
        name: "member",
        migrations: vec![Migration {
            number: 4,
            name: "member",
            sql: include_str!("../migrations/0004_member.sql"),
        }],
        routes: vec![
            Route::get("/organisations", TREE, get(organisation::home)),
            Route::get("/organisations/{id}", TREE, get(organisation::show)),
            Route::get(
                "/organisations/{id}/below/export",
                TREE,
                get(organisation_export::below),
            ),
            Route::get(
                "/organisations/{id}/posts/export",
                TREE,
                get(organisation_export::posts),
            ),
            Route::get("/organisations/{id}/close", SHAPE, get(close::show)),
            Route::post("/organisations/{id}/close", SHAPE, post(close::save)),
            Route::get("/organisations/{id}/posts/new", SHAPE, get(posts::new)),
            Route::post("/organisations/{id}/posts/new", SHAPE, post(posts::create)),
            Route::post("/posts/{id}/end", SHAPE, post(posts::end)),
            Route::get(
                "/organisations/{id}/members",
                SEE,
                get(roster::of_organisation),
            ),
            Route::get(
                "/organisations/{id}/members/export",
                SEE,
                get(roster_export::of_organisation),
            ),
            Route::get("/members", SEE, get(roster::everybody)),
            Route::get("/members/list/export", SEE, get(roster_export::everybody)),
            Route::post("/members/list/export", SEE, post(roster_export::asked_for)),
            Route::post("/members/find", SEE, post(roster::find)),
            Route::get("/members/new", EDIT, get(edit::new)),
            Route::post("/members/new", EDIT, post(edit::create)),
            Route::get("/members/template", EDIT, get(exchange::template)),
            Route::get("/members/export", SEE, get(exchange::export)),
            Route::get("/members/import", EDIT, get(flow::upload::<Members>)),
            Route::post("/members/import", EDIT, post(flow::receive::<Members>)),
            Route::get("/members/import/{id}", EDIT, get(flow::show::<Members>)),
            Route::get(
                "/members/import/{id}/columns",
                EDIT,
                get(flow::show_columns::<Members>),
            ),
            Route::post(
                "/members/import/{id}/columns",
                EDIT,
                post(flow::set_columns::<Members>),
            ),
            Route::get(
                "/members/import/{id}/rows",
                EDIT,
                get(flow::list::<Members>),
            ),
            Route::post(
                "/members/import/{id}/choose",
                EDIT,
                post(flow::choose::<Members>),
            ),
            Route::get("/members/import/{id}/bad", EDIT, get(flow::bad::<Members>)),
            Route::post(
                "/members/import/{id}/apply",
                EDIT,
                post(flow::apply::<Members>),
            ),
            Route::post(
                "/members/import/{id}/undo",
                EDIT,
                post(flow::undo::<Members>),
            ),
            Route::post(
                "/members/import/{id}/cancel",
                EDIT,
                post(flow::cancel::<Members>),
            ),
            Route::get("/members/{id}", SEE, get(member::show)),
            Route::post(
                "/members/{id}/unmask",
                Right::UnmaskMembers,
                post(member::unmask),
            ),
            Route::post("/members/{id}/move", EDIT, post(member::transfer)),
            Route::get("/members/{id}/edit", EDIT, get(edit::edit)),
            Route::post("/members/{id}/edit", EDIT, post(edit::save)),
        ],
        nav: vec![
            Nav {
                order: 40,
                label: "组织",
                path: "/organisations",
                right: TREE,
                shown: always,
                count: None,
            },
            Nav {
                order: 50,
                label: "党员",
                path: paths::MEMBERS,
                right: SEE,
                shown: always,
                count: None,
            },
        ],
        jobs: vec![
            (Members::CHECK, import::check::run::<Members>),
            (Members::APPLY, import::apply::run::<Members>),
            (Members::UNDO, import::undo::run::<Members>),
        ],
        ..Feature::default()
    }
}
