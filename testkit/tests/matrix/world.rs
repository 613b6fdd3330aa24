//! The people who try every door, and the organisations they try them at.

use axum::body::Body;
use axum::http::{header, request::Builder};
use identity::Minted;
use kernel::{Id, TreePath};
use store::{Fail, Tx, params};
use testkit::matrix::reaches;
use testkit::{Answer, Caller, County, TestApp};
use web::{Place, Right, Role};

/// An organisation at which each kind of object lies once.
#[derive(Clone, Debug)]
pub struct Node {
    pub id: Id,
    pub place: Place,
}

/// Somebody who tries.
#[derive(Clone, Debug)]
pub struct Person {
    pub name: &'static str,
    /// None for the stranger.
    pub account: Option<Id>,
    /// Roles with the places they are held at, as the test knows them.
    pub holds: Vec<(Role, Place)>,
    /// Whether the door opens to them at all.
    pub comes_in: bool,
}

impl Person {
    /// Whether the rights table and the places let them.
    pub fn may(&self, right: Right, places: &[Place]) -> bool {
        let reach =
            |role: Role, home: &Place| places.iter().any(|place| reaches(right, role, home, place));
        self.comes_in
            && match right {
                Right::Public | Right::SignedIn => true,
                right => self.holds.iter().any(|(role, home)| {
                    right.is_held_by(*role) && (places.is_empty() || reach(*role, home))
                }),
            }
    }

    /// A browser of theirs.
    pub async fn call(&self, app: &TestApp) -> Browser {
        let caller = app.stranger();
        let Some(account) = self.account else {
            return Browser {
                caller,
                session: None,
            };
        };
        let minted = write(app, |tx| async move {
            Ok(identity::mint_session(&tx, account).await?)
        })
        .await;
        if self.name == "an expired session" {
            let sql = "UPDATE session SET expires_at = 1 WHERE account = $1";
            write(app, |tx| async move {
                Ok(tx.exec(sql, params![account]).await?)
            })
            .await;
        }
        Browser {
            caller,
            session: Some(minted),
        }
    }
}

/// A browser whose requests the test writes itself.
pub struct Browser {
    caller: Caller,
    session: Option<Minted>,
}

impl Browser {
    /// The forms' token.
    pub fn csrf(&self) -> &str {
        self.session.as_ref().map_or("", |minted| &minted.csrf)
    }

    /// Sends it with the cookie.
    pub async fn ask(&self, request: Builder, body: Body) -> Answer {
        let mut request = request.header(header::HOST, "127.0.0.1");
        if let Some(minted) = &self.session {
            request = request.header(header::COOKIE, format!("zhibu={}", minted.token));
        }
        self.caller.ask(request.body(body).unwrap()).await
    }
}

/// The county with its people and organisations.
pub struct World {
    pub county: County,
    pub people: Vec<Person>,
    pub nodes: Vec<Node>,
}

/// Writes outside every use case.
pub async fn write<T, F, Fut>(app: &TestApp, body: F) -> T
where
    F: FnOnce(Tx) -> Fut,
    Fut: Future<Output = Result<T, Fail<std::convert::Infallible>>>,
{
    app.app.store.housekeep(body).await.unwrap()
}

store::row! {
    struct NodeRow { id: Id, path: TreePath, zone: Option<Id> }
}

/// Builds it: the small county, a group below a branch, and a tree that is nobody's.
pub async fn build(app: &TestApp) -> World {
    let county = County::build(app).await;
    write(app, |tx| async move {
        add_node(
            &tx,
            "party_group",
            "第一党小组",
            "001002001",
            Some(county.town),
            Some(county.first),
        )
        .await?;
        let root = add_node(&tx, "committee", "外区党委", "002", None, None).await?;
        add_node(&tx, "branch", "外区党支部", "002001", None, Some(root)).await?;
        Ok(())
    })
    .await;
    let sql = "SELECT id, path, zone FROM node WHERE category = 'organisation' ORDER BY path";
    let nodes: Vec<NodeRow> = app.app.store.db().all(sql, vec![]).await.unwrap();
    let nodes: Vec<Node> = nodes
        .into_iter()
        .map(|row| Node {
            id: row.id,
            place: Place::new(&row.path, row.zone),
        })
        .collect();
    let people = people(app, &county, &nodes).await;
    World {
        county,
        people,
        nodes,
    }
}

async fn add_node(
    tx: &Tx,
    kind: &'static str,
    name: &'static str,
    path: &'static str,
    zone: Option<Id>,
    parent: Option<Id>,
) -> Result<Id, store::Error> {
    let id = tx.new_id();
    tx.exec(
        "INSERT INTO node (id, category, kind, name, short_name, pinyin, path, zone, from_day)
         VALUES ($1, 'organisation', $2, $3, $3, '', $4, $5, '2020-01-01')",
        params![id, kind, name, TreePath::new(path), zone],
    )
    .await?;
    if let Some(parent) = parent {
        tx.exec(
            "INSERT INTO edge (id, tree, child, parent, from_day)
             VALUES ($1, 'subordination', $2, $3, '2020-01-01')",
            params![tx.new_id(), id, parent],
        )
        .await?;
    }
    Ok(id)
}

async fn people(app: &TestApp, county: &County, nodes: &[Node]) -> Vec<Person> {
    let at = |id: Id| {
        nodes
            .iter()
            .find(|node| node.id == id)
            .unwrap()
            .place
            .clone()
    };
    let south = Place {
        path: TreePath::default(),
        zone: Some(county.south),
    };
    let known = [
        (
            "system_admin",
            county.system_admin,
            Role::SystemAdmin,
            at(county.bureau),
        ),
        (
            "security_admin",
            county.security_admin,
            Role::SecurityAdmin,
            at(county.bureau),
        ),
        (
            "audit_admin",
            county.audit_admin,
            Role::AuditAdmin,
            at(county.bureau),
        ),
        ("leader", county.leader, Role::Leader, at(county.bureau)),
        ("officer", county.officer, Role::Officer, at(county.bureau)),
        ("inspector", county.inspector, Role::Inspector, south),
        (
            "superior_secretary",
            county.superior,
            Role::SuperiorSecretary,
            at(county.general),
        ),
        (
            "secretary",
            county.secretary,
            Role::Secretary,
            at(county.first),
        ),
        (
            "committee_member",
            county.committee_member,
            Role::CommitteeMember,
            at(county.first),
        ),
    ];
    let mut people: Vec<Person> = known
        .into_iter()
        .map(|(name, account, role, home)| person(name, Some(account), vec![(role, home)]))
        .collect();
    let first = at(county.first);
    let added = [
        (
            "officer of a general branch",
            Role::Officer,
            county.general,
            at(county.general),
        ),
        (
            "leader of a general branch",
            Role::Leader,
            county.general,
            at(county.general),
        ),
        ("principal", Role::Principal, county.first, first.clone()),
        ("member", Role::Member, county.first, first.clone()),
    ];
    for (name, role, node, home) in added {
        let account = add(app, name, Some((role, node, None))).await;
        people.push(person(name, Some(account), vec![(role, home)]));
    }
    people.extend(outsiders(app, county, at(county.second)).await);
    people
}

/// Those who hold nothing, or no longer what they held.
async fn outsiders(app: &TestApp, county: &County, second: Place) -> Vec<Person> {
    let secretary = |to: Option<&'static str>| Some((Role::Secretary, county.first, to));
    let mut people = vec![person("a stranger", None, vec![])];
    people[0].comes_in = false;
    for name in ["a suspended account", "an expired session"] {
        let account = add(app, name, secretary(None)).await;
        people.push(Person {
            comes_in: false,
            ..person(name, Some(account), vec![])
        });
    }
    let suspended = people[1].account;
    let sql = "UPDATE account SET suspended_at = 1 WHERE id = $1";
    write(app, |tx| async move {
        Ok(tx.exec(sql, params![suspended]).await?)
    })
    .await;
    // Moved from the first to the second primary school: the old role has ended.
    let moved = add(app, "a moved member", secretary(Some("2026-11-19"))).await;
    let node = county.second;
    write(app, |tx| async move {
        Ok(grant(&tx, moved, Role::Secretary, node, None).await?)
    })
    .await;
    people.push(person(
        "a moved member",
        Some(moved),
        vec![(Role::Secretary, second)],
    ));
    let nobody = add(app, "an account without a role", None).await;
    people.push(person("an account without a role", Some(nobody), vec![]));
    people
}

fn person(name: &'static str, account: Option<Id>, holds: Vec<(Role, Place)>) -> Person {
    Person {
        name,
        account,
        holds,
        comes_in: true,
    }
}

async fn add(
    app: &TestApp,
    name: &'static str,
    role: Option<(Role, Id, Option<&'static str>)>,
) -> Id {
    write(app, |tx| async move {
        let id = tx.new_id();
        tx.exec(
            "INSERT INTO account (id, username, name, password_hash, must_change, created_at)
             VALUES ($1, $2, $3, '', FALSE, $4)",
            params![id, format!("u{id}"), name, tx.now()],
        )
        .await?;
        if let Some((role, node, to)) = role {
            grant(&tx, id, role, node, to).await?;
        }
        Ok(id)
    })
    .await
}

async fn grant(
    tx: &Tx,
    account: Id,
    role: Role,
    node: Id,
    to: Option<&'static str>,
) -> Result<(), store::Error> {
    tx.exec(
        "INSERT INTO role_grant (id, account, role, node, from_day, to_day)
         VALUES ($1, $2, $3, $4, '2020-01-01', $5)",
        params![tx.new_id(), account, role.code(), node, to],
    )
    .await?;
    Ok(())
}
