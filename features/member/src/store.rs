//! The queries over members and their dated relations to branches.

use kernel::{Day, Id, TreePath};
use store::{Db, Error, Keys, Value, params};
use web::{Place, Reach};

store::row! {
    /// 党员
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Member {
        /// Key.
        pub id: Id,
        /// 姓名
        pub name: String,
        /// Sort key.
        pub pinyin: String,
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
        /// 公民身份号码, sealed.
        pub id_number: Option<String>,
        /// Its blind index.
        pub id_blind: Option<String>,
        /// 电话, sealed.
        pub phone: Option<String>,
        /// Present branch.
        pub branch: Id,
        /// Present path of the branch.
        pub path: TreePath,
        /// Present zone of the branch.
        pub zone: Option<Id>,
        /// Rank of their highest post, 900 without one.
        pub rank: i64,
        /// Day they left the roster, if they did.
        pub ended_on: Option<Day>,
        /// Version of the row.
        pub version: i64,
    }
}

/// Columns of [`Member`] under the alias `m`.
pub const MEMBER: &str = "m.id, m.name, m.pinyin, m.sex, m.birth, m.stage, m.category, \
    m.joined_on, m.full_on, m.ethnic, m.education, m.job, m.id_number, m.id_blind, m.phone, \
    m.branch, m.path, m.zone, m.rank, m.ended_on, m.version";

/// Rank of somebody without a post.
pub const NO_POST: i64 = 900;

impl Member {
    /// Where they are for rights.
    pub fn place(&self) -> Place {
        Place::new(&self.path, self.zone)
    }

    /// The ID number in clear. Whoever shows it audits that.
    pub fn open_id_number(&self, keys: &Keys) -> Result<Option<String>, Error> {
        let place = sealing_place("id_number", self.id);
        self.id_number
            .as_ref()
            .map(|sealed| keys.open(&place, sealed))
            .transpose()
    }

    /// The phone number in clear.
    pub fn open_phone(&self, keys: &Keys) -> Result<Option<String>, Error> {
        let place = sealing_place("phone", self.id);
        self.phone
            .as_ref()
            .map(|sealed| keys.open(&place, sealed))
            .transpose()
    }
}

/// Where a sealed field of a member belongs.
pub fn sealing_place(column: &str, member: Id) -> String {
    format!("member/{column}/{member}")
}

store::row! {
    /// 组织关系: a member's dated relation to a branch.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Membership {
        /// Key.
        pub id: Id,
        /// Who.
        pub member: Id,
        /// Where.
        pub branch: Id,
        /// Name of it.
        pub branch_name: String,
        /// First day.
        pub from_day: Day,
        /// Last day, once ended.
        pub to_day: Option<Day>,
        /// Why it began: `joined`, `moved`, `imported`.
        pub reason: String,
    }
}

/// 筛选: what a roster shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Only that branch itself.
    pub branch: Option<Id>,
    /// That organisation and below.
    pub under: Option<TreePath>,
    /// Code of the stage.
    pub stage: Option<String>,
    /// Code of the category.
    pub category: Option<String>,
    /// Code of the sex.
    pub sex: Option<String>,
    /// Born on that day or later.
    pub born_from: Option<Day>,
    /// Part of the name.
    pub name: Option<String>,
    /// Only those whose ID number is not known.
    pub without_number: bool,
}

impl Filter {
    fn sql(&self, values: &mut Vec<Value>) -> String {
        let mut terms = vec!["m.ended_on IS NULL".to_owned()];
        let mut add = |text: &str, value: Vec<Value>| {
            values.extend(value);
            terms.push(text.replace('?', &format!("${}", values.len())));
        };
        if let Some(branch) = self.branch {
            add("m.branch = ?", params![branch]);
        }
        if let Some(under) = &self.under {
            add("m.path >= ?", params![under]);
            add("m.path < ?", params![under.end()]);
        }
        if let Some(stage) = &self.stage {
            add("m.stage = ?", params![stage]);
        }
        if let Some(category) = &self.category {
            add("m.category = ?", params![category]);
        }
        if let Some(sex) = &self.sex {
            add("m.sex = ?", params![sex]);
        }
        if let Some(day) = self.born_from {
            add("m.birth >= ?", params![day]);
        }
        if self.without_number {
            terms.push("m.id_number IS NULL".to_owned());
        }
        self.name_sql(values, terms)
    }

    fn name_sql(&self, values: &mut Vec<Value>, mut terms: Vec<String>) -> String {
        if let Some(name) = &self.name {
            let plain: String = name
                .chars()
                .filter(|c| !matches!(c, '%' | '_' | '\\'))
                .collect();
            values.extend(params![format!("%{plain}%")]);
            terms.push(format!("m.name LIKE ${}", values.len()));
        }
        terms.join(" AND ")
    }
}

/// The place in a roster after which a page begins.
pub type After = (TreePath, i64, String, Id);

/// 名册: one page in the order of branch, post, pinyin; one row more than `most` says there is more.
pub async fn roster(
    db: &Db,
    reach: &Reach,
    filter: &Filter,
    after: Option<&After>,
    most: i64,
) -> Result<Vec<Member>, Error> {
    let mut values = vec![];
    let within = reach.sql("m.path", "m.zone", &mut values);
    let wanted = filter.sql(&mut values);
    let mut beyond = String::new();
    if let Some((path, rank, pinyin, id)) = after {
        let n = values.len();
        values.extend(params![path, *rank, pinyin, *id]);
        beyond = format!(
            " AND (m.path, m.rank, m.pinyin, m.id) > (${}, ${}, ${}, ${})",
            n + 1,
            n + 2,
            n + 3,
            n + 4
        );
    }
    values.extend(params![most]);
    let sql = format!(
        "SELECT {MEMBER} FROM member m WHERE {within} AND {wanted}{beyond}
         ORDER BY m.path, m.rank, m.pinyin, m.id LIMIT ${}",
        values.len()
    );
    db.all(&sql, values).await
}

store::row! {
    /// 合计 of a roster.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
    pub struct Sums {
        /// 党员
        pub members: i64,
        /// 正式党员
        pub full_members: i64,
        /// 预备党员
        pub probationary: i64,
        /// 女党员
        pub women: i64,
        /// 离退休
        pub retired: i64,
        /// 35 and younger, born on the given day or later.
        pub young: i64,
        /// Without ID number.
        pub without_number: i64,
    }
}

/// Counts over a whole roster; `young_from` is the earliest birth that counts as young.
pub async fn sums(db: &Db, reach: &Reach, filter: &Filter, young_from: Day) -> Result<Sums, Error> {
    let mut values = params![young_from];
    let within = reach.sql("m.path", "m.zone", &mut values);
    let wanted = filter.sql(&mut values);
    let count = |when: &str| {
        format!("CAST(COALESCE(SUM(CASE WHEN {when} THEN 1 ELSE 0 END), 0) AS BIGINT)")
    };
    let sql = format!(
        "SELECT COUNT(*) AS members, {} AS full_members, {} AS probationary, {} AS women, {} AS retired,
                {} AS young, {} AS without_number
         FROM member m WHERE {within} AND {wanted}",
        count("m.stage = 'full'"),
        count("m.stage = 'probationary'"),
        count("m.sex = 'female'"),
        count("m.category = 'retired'"),
        count("m.birth >= CAST($1 AS TEXT)"),
        count("m.id_number IS NULL"),
    );
    let found = db.find::<Sums>(&sql, values).await?;
    Ok(found.unwrap_or_default())
}

/// The member of that id.
pub async fn find(db: &Db, id: Id) -> Result<Option<Member>, Error> {
    db.find(
        &format!("SELECT {MEMBER} FROM member m WHERE m.id = $1"),
        params![id],
    )
    .await
}

/// The members of a branch itself who are on its roster today, by post and pinyin.
pub async fn of_branch(db: &Db, branch: Id) -> Result<Vec<Member>, Error> {
    let sql = format!(
        "SELECT {MEMBER} FROM member m WHERE m.branch = $1 AND m.ended_on IS NULL
         ORDER BY m.rank, m.pinyin, m.id"
    );
    db.all(&sql, params![branch]).await
}

/// Everybody on the roster at that place or below, by branch, post and pinyin.
pub async fn under(db: &Db, path: &TreePath) -> Result<Vec<Member>, Error> {
    let sql = format!(
        "SELECT {MEMBER} FROM member m WHERE m.path >= $1 AND m.path < $2 AND m.ended_on IS NULL
         ORDER BY m.path, m.rank, m.pinyin, m.id"
    );
    db.all(&sql, params![path, path.end()]).await
}

/// Members by their ids, in no order.
pub async fn by_ids(db: &Db, ids: &[Id]) -> Result<Vec<Member>, Error> {
    let list = store::placeholders(1, ids.len());
    let sql = format!("SELECT {MEMBER} FROM member m WHERE m.id IN ({list})");
    db.all(
        &sql,
        ids.iter().map(|id| store::Param::value(*id)).collect(),
    )
    .await
}

/// The relations of a member, the latest first.
pub async fn history(db: &Db, member: Id) -> Result<Vec<Membership>, Error> {
    db.all(
        "SELECT s.id, s.member, s.branch, n.name AS branch_name, s.from_day, s.to_day, s.reason
         FROM membership s JOIN node n ON n.id = s.branch
         WHERE s.member = $1 ORDER BY s.from_day DESC, s.id DESC",
        params![member],
    )
    .await
}

/// Members each organisation had of its own on a day: (organisation, number).
pub async fn counts_on(db: &Db, on: Day) -> Result<Vec<(Id, i64)>, Error> {
    db.all(
        "SELECT branch, COUNT(*) AS n FROM membership
         WHERE from_day <= $1 AND (to_day IS NULL OR to_day >= $1) GROUP BY branch",
        params![on],
    )
    .await
}

/// Members whose blind index is one of those, wherever they are.
pub async fn by_blinds(db: &Db, blinds: &[String]) -> Result<Vec<Member>, Error> {
    let mut found = Vec::new();
    for some in blinds.chunks(500) {
        let list = store::placeholders(1, some.len());
        let sql = format!("SELECT {MEMBER} FROM member m WHERE m.id_blind IN ({list})");
        found.extend(
            db.all::<Member>(&sql, some.iter().map(store::Param::value).collect())
                .await?,
        );
    }
    Ok(found)
}

/// Members on the rosters of those branches.
pub async fn of_branches(db: &Db, branches: &[Id]) -> Result<Vec<Member>, Error> {
    let mut found = Vec::new();
    for some in branches.chunks(500) {
        let list = store::placeholders(1, some.len());
        let sql = format!(
            "SELECT {MEMBER} FROM member m WHERE m.ended_on IS NULL AND m.branch IN ({list})"
        );
        let values = some.iter().map(|id| store::Param::value(*id)).collect();
        found.extend(db.all::<Member>(&sql, values).await?);
    }
    Ok(found)
}

/// Members of those names within reach.
pub async fn by_names(db: &Db, reach: &Reach, names: &[String]) -> Result<Vec<Member>, Error> {
    let mut found = Vec::new();
    for some in names.chunks(500) {
        let mut values: Vec<Value> = some.iter().map(store::Param::value).collect();
        let list = store::placeholders(1, some.len());
        let within = reach.sql("m.path", "m.zone", &mut values);
        let sql = format!(
            "SELECT {MEMBER} FROM member m
             WHERE m.ended_on IS NULL AND m.name IN ({list}) AND {within}"
        );
        found.extend(db.all::<Member>(&sql, values).await?);
    }
    Ok(found)
}

store::row! {
    /// A post a member holds or held.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct HeldPost {
        /// Name of the post.
        pub word: String,
        /// Name of where it is.
        pub node_name: String,
        /// First day.
        pub from_day: Day,
        /// Last day, once left.
        pub to_day: Option<Day>,
    }
}

/// Every post of a member, the latest first.
pub async fn posts_of_member(db: &Db, member: Id) -> Result<Vec<HeldPost>, Error> {
    db.all(
        "SELECT k.name AS word, n.name AS node_name, p.from_day, p.to_day FROM post p
         JOIN post_kind k ON k.code = p.kind JOIN node n ON n.id = p.node
         WHERE p.member = $1 ORDER BY p.from_day DESC, p.id DESC",
        params![member],
    )
    .await
}
