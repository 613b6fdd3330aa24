//! One object of each kind at each organisation, marked with a word of its own. A feature adds its
//! kind with one call in [`plant`]: `samples.at_each_node("/things/{id}", …)`.

use crate::world::{Node, Person, World, write};
use crate::{rankings, sheets};
use kernel::Id;
use store::{Tx, params};
use testkit::TestApp;
use web::{Place, Right};

/// An object that a route names.
#[derive(Clone, Debug)]
pub struct Sample {
    /// The start of the route's pattern, up to and with the last `{…}`; or a whole pattern, where a
    /// form names the object.
    pub pattern: &'static str,
    /// The same with the object's key in it.
    pub path: String,
    /// Fields that name it, where the address does not.
    pub fields: Vec<(&'static str, String)>,
    /// Where it lies; several where several places give a right to it; none where it lies nowhere.
    pub places: Vec<Place>,
    /// Whose it is, for what is somebody's own.
    pub owner: Option<Id>,
    /// The ends of the routes it serves; all when none are named.
    pub only: Option<&'static [&'static str]>,
    /// A word that only those may read who hold that right where it lies.
    pub canary: Option<(String, Right)>,
}

impl Sample {
    /// Whether that person may read its canary.
    pub fn is_seen_by(&self, person: &Person, right: Right) -> bool {
        person.may(right, &self.places) || (self.owner.is_some() && self.owner == person.account)
    }
}

/// All of them.
#[derive(Default)]
pub struct Samples(pub Vec<Sample>);

impl Samples {
    /// An object with the same route at each organisation: its key, and its canary.
    pub fn add(
        &mut self,
        pattern: &'static str,
        key: impl ToString,
        places: Vec<Place>,
    ) -> &mut Sample {
        let at = pattern.find('{').unwrap_or(pattern.len());
        let path = format!("{}{}", &pattern[..at], key.to_string());
        self.0.push(Sample {
            pattern,
            path,
            fields: vec![],
            places,
            owner: None,
            only: None,
            canary: None,
        });
        let last = self.0.len() - 1;
        &mut self.0[last]
    }

    /// The objects of a route: those whose pattern it begins with; the longest wins.
    pub fn of(&self, route: &str) -> Vec<&Sample> {
        let fits = |sample: &&Sample| {
            let rest = route.strip_prefix(sample.pattern);
            let below = |rest: &str| sample.pattern.contains('{') && rest.starts_with('/');
            rest.is_some_and(|rest| {
                (rest.is_empty() || below(rest))
                    && sample.only.is_none_or(|ends| ends.contains(&rest))
            })
        };
        let longest = self
            .0
            .iter()
            .filter(fits)
            .map(|sample| sample.pattern.len())
            .max();
        self.0
            .iter()
            .filter(fits)
            .filter(|sample| Some(sample.pattern.len()) == longest)
            .collect()
    }
}

/// Plants all kinds.
pub async fn plant(app: &TestApp, world: &World) -> Samples {
    let mut samples = Samples::default();
    identity(app, world, &mut samples).await;
    for node in &world.nodes {
        ground(app, node, &mut samples).await;
        evidence(app, node, &mut samples).await;
        sheets::plant(app, node, &mut samples).await;
        rankings::plant(app, node, &mut samples).await;
    }
    for person in world.people.iter().filter(|person| person.comes_in) {
        let account = person.account.unwrap();
        samples
            .add("/uploads/{id}", upload(app, account).await, vec![])
            .owner = person.account;
        samples
            .add("/notices/{id}", notice(app, account).await, vec![])
            .owner = person.account;
    }
    samples
}

async fn ground(app: &TestApp, node: &Node, samples: &mut Samples) {
    let place = || vec![node.place.clone()];
    samples.add("/organisations/{id}", node.id, place());

    let (id, word) = import(app, node, "organisation").await;
    samples
        .add("/organisations/import/{id}", id, place())
        .canary = Some((word, Right::EditOrganisations));

    let (id, word) = import(app, node, "member").await;
    samples.add("/members/import/{id}", id, place()).canary = Some((word, Right::EditMembers));

    let (id, word) = member(app, node).await;
    samples.add("/members/{id}", id, place()).canary = Some((word, Right::SeeMembers));

    let (id, word) = post(app, node).await;
    samples.add("/posts/{id}", id, place()).canary = Some((word, Right::SeeOrganisations));
}

async fn evidence(app: &TestApp, node: &Node, samples: &mut Samples) {
    let place = || vec![node.place.clone()];
    let (id, word) = record(app, node).await;
    samples.add("/records/{id}", id, place()).canary = Some((word, Right::SeeRecords));

    let (id, word) = file(app, node).await;
    samples.add("/files/{id}", id, place()).canary = Some((word, Right::SeeDuties));

    let (id, word) = feedback(app, node).await;
    let sample = samples.add("/feedback/{id}", id, place());
    sample.canary = Some((word, Right::SeeFeedback));
    sample.fields = vec![
        ("words", "已改".to_owned()),
        ("outcome", "adopted".to_owned()),
    ];
}

async fn identity(app: &TestApp, world: &World, samples: &mut Samples) {
    let db = app.app.store.db();
    let officer = world.county.officer;
    samples.add("/accounts/{id}", officer, vec![]);
    let sql = "SELECT id FROM role_grant WHERE account = $1";
    let grant: Id = db.scalar(sql, params![officer]).await.unwrap();
    samples.add("/roles/grants/{id}", grant, vec![]);
    samples.add("/settings/channels/{id}", channel(app).await, vec![]);
    for person in world.people.iter().filter(|person| person.comes_in) {
        let account = person.account.unwrap();
        app.session_of(account).await;
        let sql = "SELECT MAX(id) FROM session WHERE account = $1";
        let session: Id = db.scalar(sql, params![account]).await.unwrap();
        samples.add("/account/sessions/{id}", session, vec![]).owner = Some(account);
        app.program_of(account, &[], true).await;
        let sql = "SELECT MAX(id) FROM access_token WHERE account = $1";
        let token: Id = db.scalar(sql, params![account]).await.unwrap();
        samples.add("/account/tokens/{id}", token, vec![]).owner = Some(account);
    }
}

/// A word that stands nowhere else.
pub fn canary(kind: &str, node: &Node) -> String {
    format!("{kind}canary{}x", node.place.path)
}

pub async fn insert(
    app: &TestApp,
    sql: &'static str,
    values: impl FnOnce(&Tx, Id) -> Vec<store::Value>,
) -> Id {
    write(app, |tx| async move {
        let id = tx.new_id();
        let values = values(&tx, id);
        tx.exec(sql, values).await?;
        Ok(id)
    })
    .await
}

async fn import(app: &TestApp, node: &Node, kind: &'static str) -> (Id, String) {
    let word = canary(&format!("{kind}import"), node);
    let sql = "INSERT INTO import (id, kind, organisation, path, file_name, at, by_name, plan, state, bads)
               VALUES ($1, $2, $3, $4, $5, $6, '某人', '', 'checked', 1)";
    let id = insert(app, sql, |tx, id| {
        params![id, kind, node.id, &node.place.path, &word, tx.now()]
    });
    let id = id.await;
    // A row of it, sealed as they are.
    let sql = "INSERT INTO import_row (import, number, verdict, state, content)
               VALUES ($1, $2, 'bad', 'left', $3)";
    insert(app, sql, |tx, _| {
        let row = serde_json::json!({
            "number": 2, "title": &word, "cells": [&word], "verdict": { "do": "bad", "reason": &word },
        });
        let (keys, context) = (&tx.store().keys, &tx.store().context);
        let place = format!("import_row/{id}/2");
        let content = keys.seal(context, &place, &row.to_string()).unwrap();
        params![id, 2i64, content]
    })
    .await;
    (id, word)
}

async fn post(app: &TestApp, node: &Node) -> (Id, String) {
    let word = canary("post", node);
    let sql = "INSERT INTO post (id, node, kind, holder, from_day)
               VALUES ($1, $2, 'party_worker', $3, '2024-01-01')";
    (
        insert(app, sql, |_, id| params![id, node.id, &word]).await,
        word,
    )
}

async fn record(app: &TestApp, node: &Node) -> (Id, String) {
    let word = canary("record", node);
    let sql = "INSERT INTO record (id, kind, subkind, organisation, path, zone, day, title, content,
                 speaker_name, speaker_is_secretary, attended, created_at, created_by_name)
               VALUES ($1, 'lecture', 'party_lecture', $2, $3, $4, '2026-10-20', $5, $5, $5, FALSE, 3, $6, $5)";
    let id = insert(app, sql, |tx, id| {
        params![
            id,
            node.id,
            &node.place.path,
            node.place.zone,
            &word,
            tx.now()
        ]
    });
    (id.await, word)
}

async fn feedback(app: &TestApp, node: &Node) -> (Id, String) {
    let word = canary("feedback", node);
    let sql =
        "INSERT INTO feedback (id, account, by_name, organisation, path, zone, page, words, at)
               VALUES ($1, 0, $2, $3, $4, $5, '/', $2, $6)";
    let id = insert(app, sql, |tx, id| {
        params![
            id,
            &word,
            node.id,
            &node.place.path,
            node.place.zone,
            tx.now()
        ]
    });
    (id.await, word)
}

async fn notice(app: &TestApp, account: Id) -> Id {
    let sql = "INSERT INTO notice (id, account, kind, words, link, dedupe, at, show_at)
               VALUES ($1, $2, 'issued', '有新的交办单', '/account', 'x', 0, 0)";
    insert(app, sql, |_, id| params![id, account]).await
}

async fn member(app: &TestApp, node: &Node) -> (Id, String) {
    let word = canary("member", node);
    let sql = "INSERT INTO member (id, name, pinyin, sex, stage, category, branch, path, zone)
               VALUES ($1, $2, '', 'female', 'full', 'teacher', $3, $4, $5)";
    let id = insert(app, sql, |_, id| {
        params![id, &word, node.id, &node.place.path, node.place.zone]
    });
    (id.await, word)
}

/// A picture (as far as routes care) used as evidence there.
async fn file(app: &TestApp, node: &Node) -> (Id, String) {
    let word = canary("file", node);
    let digest = app.app.store.files.put(word.as_bytes()).unwrap();
    let sql = "INSERT INTO file (id, digest, media, kind, name, bytes, small, created_at)
               VALUES ($1, $2, 'image/png', 'png', $3, 20, $2, $4)";
    let id = insert(app, sql, |tx, id| params![id, &digest, &word, tx.now()]).await;
    let sql = "INSERT INTO file_use (file, object_kind, object, rank, organisation, path, zone)
               VALUES ($2, 'submission', $1, 0, $3, $4, $5)";
    insert(app, sql, |_, object| {
        params![object, id, node.id, &node.place.path, node.place.zone]
    })
    .await;
    (id, word)
}

/// A mail server on this machine, where none listens.
async fn channel(app: &TestApp) -> Id {
    let sql = "INSERT INTO channel (id, kind, name, enabled, host, port, tls, username, sender, secret)
               VALUES ($1, 'email', '邮件', FALSE, '127.0.0.1', 25, 'none', '', 'dangjian@edu.example.cn', '')";
    insert(app, sql, |_, id| params![id]).await
}

async fn upload(app: &TestApp, account: Id) -> Id {
    let sql = "INSERT INTO upload (id, account, name, length, received, created_at)
               VALUES ($1, $2, '记录.pdf', 10, 0, $3)";
    insert(app, sql, |tx, id| params![id, account, tx.now()]).await
}
