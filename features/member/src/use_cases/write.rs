//! The writes that every verb is made of. None asks for rights, none audits.

use crate::store::{NO_POST, sealing_place};
use kernel::{Day, Id, TreePath};
use std::collections::HashMap;
use store::{Error, Param, Tx, params, placeholders};

/// 新党员
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewMember {
    /// 姓名
    pub name: String,
    /// `male` or `female`.
    pub sex: String,
    /// 出生日期
    pub birth: Option<Day>,
    /// `full` or `probationary`.
    pub stage: String,
    /// Code of [`crate::words::CATEGORIES`].
    pub category: String,
    /// 入党日期
    pub joined_on: Option<Day>,
    /// 转正日期
    pub full_on: Option<Day>,
    /// 民族
    pub ethnic: Option<String>,
    /// 学历
    pub education: Option<String>,
    /// 岗位
    pub job: Option<String>,
    /// 公民身份号码, valid, in clear: it is sealed here.
    pub id_number: Option<String>,
    /// 电话 in clear: it is sealed here.
    pub phone: Option<String>,
    /// Branch they belong to.
    pub branch: Id,
    /// First day of that relation.
    pub from: Day,
}

/// Adds a member to a branch's roster; the key.
pub async fn create_member(tx: &Tx, new: NewMember) -> Result<Id, Error> {
    let made = create_members(tx, std::slice::from_ref(&new), "joined").await?;
    made.first()
        .copied()
        .ok_or_else(|| Error::Schema("no member made".to_owned()))
}

/// Adds many at once, in as few statements as the databases allow; the keys in the same order.
pub async fn create_members(
    tx: &Tx,
    new: &[NewMember],
    reason: &'static str,
) -> Result<Vec<Id>, Error> {
    let mut branches: Vec<Id> = new.iter().map(|m| m.branch).collect();
    branches.sort_unstable();
    branches.dedup();
    let places: HashMap<Id, org::Node> = org::store::nodes(tx, &branches)
        .await?
        .into_iter()
        .map(|n| (n.id, n))
        .collect();
    let mut ids = Vec::with_capacity(new.len());
    for some in new.chunks(ROWS) {
        ids.extend(insert_members(tx, some, &places, reason).await?);
    }
    Ok(ids)
}

/// Rows of one statement: SQLite looks each parameter up by name, so very long ones are slower
/// than several short ones.
const ROWS: usize = 50;

async fn insert_members(
    tx: &Tx,
    new: &[NewMember],
    places: &HashMap<Id, org::Node>,
    reason: &'static str,
) -> Result<Vec<Id>, Error> {
    let (mut ids, mut members, mut relations) = (vec![], vec![], vec![]);
    for member in new {
        let place = places.get(&member.branch);
        let place = place.ok_or_else(|| Error::Schema("no such branch".to_owned()))?;
        let id = tx.new_id();
        members.push(member_row(tx, id, member, &place.path, place.zone)?);
        relations.push(params![tx.new_id(), id, member.branch, member.from, reason]);
        ids.push(id);
    }
    let columns = [
        "id",
        "name",
        "pinyin",
        "sex",
        "birth",
        "stage",
        "category",
        "joined_on",
        "full_on",
        "ethnic",
        "education",
        "job",
        "id_number",
        "id_blind",
        "phone",
        "branch",
        "path",
        "zone",
        "rank",
    ];
    tx.insert_many("member", &columns, members).await?;
    let columns = ["id", "member", "branch", "from_day", "reason"];
    tx.insert_many("membership", &columns, relations).await?;
    Ok(ids)
}

fn member_row(
    tx: &Tx,
    id: Id,
    new: &NewMember,
    path: &TreePath,
    zone: Option<Id>,
) -> Result<Vec<store::Value>, Error> {
    let keys = &tx.store().keys;
    Ok(params![
        id,
        &new.name,
        org::pinyin::of_person(&new.name),
        &new.sex,
        new.birth,
        &new.stage,
        &new.category,
        new.joined_on,
        new.full_on,
        &new.ethnic,
        &new.education,
        &new.job,
        seal(tx, "id_number", id, new.id_number.as_deref())?,
        new.id_number.as_deref().map(|number| keys.blind(number)),
        seal(tx, "phone", id, new.phone.as_deref())?,
        new.branch,
        path,
        zone,
        NO_POST
    ])
}

/// Seals a field of a member.
pub(crate) fn seal(
    tx: &Tx,
    column: &str,
    member: Id,
    plain: Option<&str>,
) -> Result<Option<String>, Error> {
    let store = tx.store();
    let place = sealing_place(column, member);
    plain
        .map(|plain| store.keys.seal(&store.context, &place, plain))
        .transpose()
}

/// 转入另一支部: ends the relation the day before and begins the new one.
pub async fn move_member(tx: &Tx, member: Id, to: &org::Node, from: Day) -> Result<(), Error> {
    move_members(tx, &[member], to, from).await
}

/// The same for many.
pub async fn move_members(tx: &Tx, members: &[Id], to: &org::Node, from: Day) -> Result<(), Error> {
    for some in members.chunks(500) {
        end_relations(tx, some, from).await?;
        let rows = some
            .iter()
            .map(|id| params![tx.new_id(), *id, to.id, from, "moved"])
            .collect();
        let columns = ["id", "member", "branch", "from_day", "reason"];
        tx.insert_many("membership", &columns, rows).await?;
        let mut values = params![to.id, &to.path, to.zone];
        values.extend(some.iter().map(|id| id.value()));
        let sql = format!(
            "UPDATE member SET branch = $1, path = $2, zone = $3, version = version + 1
             WHERE id IN ({})",
            placeholders(4, some.len())
        );
        tx.exec(&sql, values).await?;
        refresh_ranks(tx, some).await?;
    }
    Ok(())
}

/// Ends the standing relations the day before; those that had not lasted a day go.
pub(crate) async fn end_relations(tx: &Tx, members: &[Id], from: Day) -> Result<(), Error> {
    let list = placeholders(2, members.len());
    let with = |day: Day| {
        let mut values = params![day];
        values.extend(members.iter().map(|id| id.value()));
        values
    };
    let sql = format!(
        "DELETE FROM membership WHERE to_day IS NULL AND from_day >= $1 AND member IN ({list})"
    );
    tx.exec(&sql, with(from)).await?;
    let sql =
        format!("UPDATE membership SET to_day = $1 WHERE to_day IS NULL AND member IN ({list})");
    tx.exec(&sql, with(from.plus_days(-1))).await?;
    Ok(())
}

/// Brings the order of the roster in line with the posts held today.
pub async fn refresh_ranks(tx: &Tx, members: &[Id]) -> Result<(), Error> {
    for some in members.chunks(500) {
        let mut values = params![NO_POST, tx.today()];
        values.extend(some.iter().map(|id| id.value()));
        let sql = format!(
            "UPDATE member SET rank = COALESCE((SELECT MIN(k.rank) FROM post p
               JOIN post_kind k ON k.code = p.kind
               WHERE p.member = member.id AND p.from_day <= CAST($2 AS TEXT)
                 AND (p.to_day IS NULL OR p.to_day >= CAST($2 AS TEXT))), $1)
             WHERE id IN ({})",
            placeholders(3, some.len())
        );
        tx.exec(&sql, values).await?;
    }
    Ok(())
}
