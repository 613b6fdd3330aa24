//! 党组织情况: what requirements ask about organisations, gathered for all of them at once.

use kernel::{Day, Id};
use rules::who::{OrganisationFacts, SecretaryFact};
use std::collections::HashMap;
use store::{Db, Error, params};

store::row! {
    struct Counted { branch: Id, stage: String, birth: Option<Day> }
}

/// The facts of every organisation that stands on that day, in the tree's order. Members are those
/// of the organisation and of everything below it, by their relations on the day; a fixed number
/// of queries whatever the county's size.
pub async fn organisation_facts(db: &Db, on: Day) -> Result<Vec<OrganisationFacts>, Error> {
    let nodes: Vec<org::Node> = db
        .all(
            &format!(
                "SELECT {} FROM node n WHERE n.category = 'organisation' AND n.from_day <= $1
                   AND (n.to_day IS NULL OR n.to_day >= $1) ORDER BY n.path",
                org::store::NODE
            ),
            params![on],
        )
        .await?;
    let mut unit_kinds = grouped(org::store::unit_kinds(db, on).await?);
    let mut tags = grouped(org::store::tags_on(db, on).await?);
    let mut secretaries: HashMap<Id, SecretaryFact> = HashMap::new();
    for post in org::store::posts_of_kind(db, "secretary", on).await? {
        let staffing = post.staffing.unwrap_or_default();
        secretaries.insert(
            post.node,
            SecretaryFact {
                staffing,
                since: post.from_day,
            },
        );
    }
    let members: Vec<Counted> = db
        .all(
            "SELECT s.branch AS branch, m.stage AS stage, m.birth AS birth
             FROM membership s JOIN member m ON m.id = s.member
             WHERE s.from_day <= $1 AND (s.to_day IS NULL OR s.to_day >= $1)",
            params![on],
        )
        .await?;
    let by_path: HashMap<&str, Id> = nodes.iter().map(|n| (n.path.as_str(), n.id)).collect();
    let mut facts: Vec<OrganisationFacts> = nodes
        .iter()
        .map(|node| OrganisationFacts {
            id: node.id,
            name: node.name.clone(),
            kind: node.kind.clone(),
            unit_kinds: unit_kinds.remove(&node.id).unwrap_or_default(),
            tags: tags.remove(&node.id).unwrap_or_default(),
            zone: node.zone,
            ancestors: node
                .path
                .ancestors()
                .filter_map(|path| by_path.get(path.as_str()).copied())
                .collect(),
            secretary: secretaries.remove(&node.id),
            ..OrganisationFacts::default()
        })
        .collect();
    count(&mut facts, members);
    Ok(facts)
}

/// The facts of one organisation today; none if it does not stand.
pub async fn facts_of(
    db: &Db,
    organisation: Id,
    on: Day,
) -> Result<Option<OrganisationFacts>, Error> {
    let all = organisation_facts(db, on).await?;
    Ok(all.into_iter().find(|facts| facts.id == organisation))
}

fn count(facts: &mut [OrganisationFacts], members: Vec<Counted>) {
    let place: HashMap<Id, usize> = facts.iter().enumerate().map(|(i, f)| (f.id, i)).collect();
    for member in members {
        let Some(own) = place.get(&member.branch).copied() else {
            continue;
        };
        let above: Vec<usize> = facts[own]
            .ancestors
            .iter()
            .filter_map(|id| place.get(id).copied())
            .collect();
        for at in above.into_iter().chain([own]) {
            let fact = &mut facts[at];
            if member.stage == "probationary" {
                fact.members_probationary += 1;
            } else {
                fact.members_full += 1;
            }
            fact.births.extend(member.birth);
        }
    }
}

fn grouped(rows: Vec<(Id, String)>) -> HashMap<Id, Vec<String>> {
    let mut groups: HashMap<Id, Vec<String>> = HashMap::new();
    for (id, code) in rows {
        let group = groups.entry(id).or_default();
        if !group.contains(&code) {
            group.push(code);
        }
    }
    groups
}
