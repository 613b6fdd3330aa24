//! Accounts of every role, each with a random password.

use super::county::County;
use anyhow::{Result, anyhow};
use identity::accounts::{NewAccount, create_account, grant_role, hash_password, random_password};
use kernel::{Id, TreePath};
use store::{By, Fail, Store};
use web::{Actor, Grant, Role};

/// An account as printed.
#[derive(Clone, Debug)]
pub struct Listed {
    pub role: &'static str,
    pub role_words: &'static str,
    pub organisation: String,
    pub username: String,
    pub password: String,
    /// Worth showing on the terminal beside the first of each role.
    pub featured: bool,
}

/// Who acts in the demo's quarters.
#[derive(Clone, Debug)]
pub struct People {
    pub officer: Actor,
    /// One secretary for each first-level organisation, in the county's order.
    pub secretaries: Vec<Actor>,
}

struct Wanted {
    role: Role,
    second: Option<Role>,
    node: Id,
    path: TreePath,
    organisation: String,
    username: String,
    name: String,
    member: Option<Id>,
    featured: bool,
}

/// Makes them; the passwords are in the list and nowhere else.
pub async fn build(store: &Store, county: &County) -> Result<(People, Vec<Listed>)> {
    let wanted = wanted(store, county).await?;
    let mut passwords = Vec::new();
    for _ in &wanted {
        let password = random_password(&store.context);
        let hashed = hash_password(&store.context, &password).await?;
        passwords.push((password, hashed));
    }
    let hashes: Vec<_> = passwords.iter().map(|(_, hash)| hash.clone()).collect();
    let wanted_ref = &wanted;
    let made: Result<Vec<Id>, Fail<Box<dyn kernel::Refusal>>> = store
        .write(&By::system(), |tx| async move {
            let mut ids = Vec::new();
            for (one, password) in wanted_ref.iter().zip(hashes) {
                let new = NewAccount {
                    username: &one.username,
                    name: &one.name,
                    password,
                    must_change: false,
                    member: one.member,
                };
                let id = create_account(&tx, new).await.map_err(Fail::boxed)?;
                let from = tx.today().plus_months(-12);
                grant_role(&tx, id, one.role, one.node, from)
                    .await
                    .map_err(Fail::boxed)?;
                if let Some(second) = one.second {
                    grant_role(&tx, id, second, one.node, from)
                        .await
                        .map_err(Fail::boxed)?;
                }
                ids.push(id);
            }
            Ok(ids)
        })
        .await;
    let ids = made.map_err(|fail| anyhow!("{fail:?}"))?;
    let listed = wanted
        .iter()
        .zip(&passwords)
        .map(|(one, (password, _))| Listed {
            role: one.role.code(),
            role_words: one.role.chinese(),
            organisation: one.organisation.clone(),
            username: one.username.clone(),
            password: password.clone(),
            featured: one.featured,
        });
    let listed = listed.collect();
    Ok((people(county, &wanted, &ids)?, listed))
}

fn people(county: &County, wanted: &[Wanted], ids: &[Id]) -> Result<People> {
    let actors: Vec<Actor> = wanted
        .iter()
        .zip(ids)
        .map(|(one, id)| actor(one, *id))
        .collect();
    let of = |role: Role, node: Id| {
        actors
            .iter()
            .find(|a| a.is(role) && a.grants.iter().any(|g| g.node == node))
            .cloned()
    };
    let secretaries: Option<Vec<Actor>> = county
        .organisations
        .iter()
        .map(|o| {
            of(
                if o.is_general {
                    Role::SuperiorSecretary
                } else {
                    Role::Secretary
                },
                o.id,
            )
        })
        .collect();
    let officer = of(Role::Officer, county.department);
    match (officer, secretaries) {
        (Some(officer), Some(secretaries)) => Ok(People {
            officer,
            secretaries,
        }),
        _ => Err(anyhow!("the demo lacks somebody")),
    }
}

fn actor(one: &Wanted, id: Id) -> Actor {
    let grant = |role| Grant {
        role,
        node: one.node,
        node_name: one.organisation.clone(),
        path: one.path.clone(),
        zone: None,
    };
    Actor {
        account: id,
        name: one.name.clone(),
        member: one.member,
        session: Id::default(),
        csrf: String::new(),
        offline_key: String::new(),
        must_change_password: false,
        must_add_factor: false,
        grants: std::iter::once(one.role)
            .chain(one.second)
            .map(grant)
            .collect(),
    }
}

store::row! {
    struct Holder {
        node: Id,
        node_name: String,
        path: TreePath,
        kind: String,
        holder: String,
        member: Option<Id>,
    }
}

async fn wanted(store: &Store, county: &County) -> Result<Vec<Wanted>> {
    let office = |role: Role, username: &str, name: &str, node: Id, place: &str| Wanted {
        role,
        second: None,
        node,
        path: county.department_path.clone(),
        organisation: place.to_owned(),
        username: username.to_owned(),
        name: name.to_owned(),
        member: None,
        featured: false,
    };
    let (top, department) = ("中共清禾县委教育工作委员会", "中共清禾县教育局机关委员会");
    let mut all = vec![
        office(
            Role::Officer,
            "dangjianban",
            "周砚青",
            county.department,
            department,
        ),
        office(
            Role::Officer,
            "dangjianban2",
            "何若溪",
            county.department,
            department,
        ),
        office(Role::Leader, "lingdao", "段立民", county.committee, top),
        office(Role::SystemAdmin, "xitong", "任系远", county.committee, top),
        office(
            Role::SecurityAdmin,
            "anquan",
            "卫安平",
            county.committee,
            top,
        ),
        office(Role::AuditAdmin, "shenji", "严审成", county.committee, top),
    ];
    for (i, (zone, name)) in county.zones.iter().enumerate() {
        let person = ["柯南平", "施东海", "秦西林", "章南生", "潘北峰", "鲁河源"][i];
        all.push(Wanted {
            path: TreePath::default(),
            ..office(
                Role::Inspector,
                &format!("ducha{}", i + 1),
                person,
                *zone,
                name,
            )
        });
    }
    let holders: Vec<Holder> = store
        .db()
        .all(
            "SELECT p.node, n.name AS node_name, n.path, p.kind, p.holder, p.member FROM post p
             JOIN node n ON n.id = p.node WHERE p.to_day IS NULL ORDER BY n.path, p.id",
            vec![],
        )
        .await?;
    all.extend(of_holders(county, &holders));
    Ok(all)
}

/// Every secretary; organisation members of the first branches; one principal and one member.
fn of_holders(county: &County, holders: &[Holder]) -> Vec<Wanted> {
    let mut all = Vec::new();
    let (mut secretaries, mut committee, mut generals) = (0, 0, 0);
    for holder in holders {
        let general = county
            .organisations
            .iter()
            .any(|o| o.is_general && o.id == holder.node);
        let ordinary = county
            .organisations
            .iter()
            .any(|o| !o.is_general && o.id == holder.node);
        let own = |role: Role, username: String| Wanted {
            role,
            second: None,
            node: holder.node,
            path: holder.path.clone(),
            organisation: holder.node_name.clone(),
            username,
            name: holder.holder.clone(),
            member: holder.member,
            featured: false,
        };
        match holder.kind.as_str() {
            "secretary" if general => {
                generals += 1;
                all.push(own(Role::SuperiorSecretary, format!("zongzhi{generals}")));
            }
            "secretary" => {
                secretaries += 1;
                let primary = holder.node_name.ends_with("小学党支部") && secretaries < 60;
                all.push(Wanted {
                    featured: primary && committee < 40,
                    ..own(Role::Secretary, format!("shuji{secretaries}"))
                });
            }
            "organisation_member" if committee < 6 || (ordinary && committee < 24) => {
                committee += 1;
                all.push(own(Role::CommitteeMember, format!("zuzhi{committee}")));
            }
            "publicity_member" if committee == 3 => {
                all.push(own(Role::Principal, "xiaozhang1".to_owned()));
            }
            "discipline_member" if committee == 4 => {
                all.push(own(Role::Member, "dangyuan1".to_owned()));
            }
            _ => {}
        }
    }
    let mut shown = 0;
    for one in &mut all {
        one.featured = one.featured && shown < 3;
        shown += usize::from(one.featured);
    }
    all
}
