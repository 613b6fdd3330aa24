//! Every statement over records.

use crate::kinds;
use ::store::{Db, Error, Tx, Value, params, row};
use kernel::{Day, Id, Instant, TreePath};
use web::{Place, Reach};

row! {
    /// 工作纪实: a record as stored.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Record {
        /// Key.
        pub id: Id,
        /// Code of [`kinds::Kind`].
        pub kind: String,
        /// Code of [`kinds::Subkind`].
        pub subkind: String,
        /// Whose.
        pub organisation: Id,
        /// Its name.
        pub organisation_name: String,
        /// Where that is at present.
        pub path: TreePath,
        /// Its present zone.
        pub zone: Option<Id>,
        /// The day it happened.
        pub day: Day,
        /// 主题
        pub title: String,
        /// 要点
        pub content: String,
        /// The member who spoke, if one of the roster.
        pub speaker: Option<Id>,
        /// 主讲人
        pub speaker_name: String,
        /// Whether they were secretary on that day.
        pub speaker_is_secretary: bool,
        /// When they were born, where known.
        pub speaker_birth: Option<Day>,
        /// 到场党员
        pub attended: i64,
        /// 应到党员
        pub expected: i64,
        /// 其他听众
        pub audience: i64,
        /// When it was entered.
        pub created_at: Instant,
        /// By which account.
        pub created_by: Option<Id>,
        /// Under which name.
        pub created_by_name: String,
        /// When it was taken back.
        pub removed_at: Option<Instant>,
        /// Version of the row.
        pub version: i64,
    }
}

const RECORD: &str = "r.id, r.kind, r.subkind, r.organisation, n.name AS organisation_name, \
    r.path, r.zone, r.day, r.title, r.content, r.speaker, r.speaker_name, r.speaker_is_secretary, \
    r.speaker_birth, r.attended, r.expected, r.audience, r.created_at, r.created_by, \
    r.created_by_name, r.removed_at, r.version";

impl Record {
    /// Where it lies for rights.
    pub fn place(&self) -> Place {
        Place::new(&self.path, self.zone)
    }

    /// `党课`
    pub fn kind_words(&self) -> String {
        kinds::words(&self.kind, &self.subkind)
    }
}

row! {
    /// A record as a line of the ledger.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Line {
        /// Key.
        pub id: Id,
        /// Code of the kind.
        pub kind: String,
        /// Code of the subkind.
        pub subkind: String,
        /// Whose.
        pub organisation_name: String,
        /// Where that is.
        pub path: TreePath,
        /// In which zone.
        pub zone: Option<Id>,
        /// The day it happened.
        pub day: Day,
        /// 主题
        pub title: String,
        /// 主讲人
        pub speaker_name: String,
        /// 到场党员
        pub attended: i64,
        /// 应到党员
        pub expected: i64,
        /// 其他听众
        pub audience: i64,
        /// 佐证份数
        pub evidence: i64,
        /// 要点
        pub content: String,
        /// Who entered it.
        pub created_by_name: String,
    }
}

impl Line {
    /// `党课`
    pub fn kind_words(&self) -> String {
        kinds::words(&self.kind, &self.subkind)
    }

    /// `到 11 人,应到 12 人；其他听众 40 人`
    pub fn there(&self) -> String {
        there_words(self.attended, self.expected, self.audience)
    }
}

/// `到 11 人,应到 12 人；其他听众 40 人`
pub(crate) fn there_words(attended: i64, expected: i64, audience: i64) -> String {
    let members = match (attended, expected) {
        (0, 0) => String::new(),
        (there, asked) if there == asked => format!("党员 {there} 人"),
        (there, 0) => format!("党员 {there} 人"),
        (there, asked) => format!("党员 {there} 人，应到 {asked} 人"),
    };
    let others = if audience > 0 {
        format!("其他听众 {audience} 人")
    } else {
        String::new()
    };
    [members, others]
        .into_iter()
        .filter(|words| !words.is_empty())
        .collect::<Vec<_>>()
        .join("；")
}

/// 筛选
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Code of the kind.
    pub kind: Option<String>,
    /// Code of the subkind.
    pub subkind: Option<String>,
    /// From that day on.
    pub from: Option<Day>,
    /// Until that day.
    pub to: Option<Day>,
    /// That organisation and those below it.
    pub under: Option<TreePath>,
}

impl Filter {
    fn sql(&self, reach: &Reach, values: &mut Vec<Value>) -> String {
        let mut terms = vec![reach.sql("r.path", "r.zone", values)];
        let mut add = |text: &str, value: Vec<Value>| {
            values.extend(value);
            terms.push(format!("{text} ${}", values.len()));
        };
        if let Some(kind) = &self.kind {
            add("r.kind =", params![kind]);
        }
        if let Some(subkind) = &self.subkind {
            add("r.subkind =", params![subkind]);
        }
        if let Some(from) = self.from {
            add("r.day >=", params![from]);
        }
        if let Some(to) = self.to {
            add("r.day <=", params![to]);
        }
        if let Some(under) = &self.under {
            add("r.path >=", params![under]);
            add("r.path <", params![under.end()]);
        }
        terms.push("r.removed_at IS NULL".to_owned());
        terms.join(" AND ")
    }
}

/// The place in the ledger after which a page begins.
pub type After = (Day, Id);

/// 台账: one page, the latest first.
pub async fn ledger(
    db: &Db,
    reach: &Reach,
    filter: &Filter,
    after: Option<After>,
    most: i64,
) -> Result<Vec<Line>, Error> {
    let mut values = vec![];
    let wanted = filter.sql(reach, &mut values);
    let mut beyond = String::new();
    if let Some((day, id)) = after {
        let n = values.len();
        values.extend(params![day, id]);
        beyond = format!(" AND (r.day, r.id) < (${}, ${})", n + 1, n + 2);
    }
    values.extend(params![most]);
    let sql = format!(
        "SELECT r.id, r.kind, r.subkind, n.name AS organisation_name, r.path, r.zone, r.day, r.title,
         r.speaker_name, r.attended, r.expected, r.audience, r.content, r.created_by_name,
         (SELECT COUNT(*) FROM file_use u WHERE u.object_kind = 'record' AND u.object = r.id) AS evidence
         FROM record r JOIN node n ON n.id = r.organisation
         WHERE {wanted}{beyond} ORDER BY r.day DESC, r.id DESC LIMIT ${}",
        values.len()
    );
    db.all(&sql, values).await
}

/// How many records the ledger shows, counted up to `most`.
pub async fn count(db: &Db, reach: &Reach, filter: &Filter, most: i64) -> Result<i64, Error> {
    let mut values = vec![];
    let wanted = filter.sql(reach, &mut values);
    values.extend(params![most]);
    let n = values.len();
    let sql = format!(
        "SELECT COUNT(*) FROM (SELECT 1 AS one FROM record r WHERE {wanted} LIMIT ${n}) counted"
    );
    db.scalar(&sql, values).await
}

/// The record of that id, whoever asks.
pub async fn find(db: &Db, id: Id) -> Result<Option<Record>, Error> {
    let sql = format!(
        "SELECT {RECORD} FROM record r JOIN node n ON n.id = r.organisation WHERE r.id = $1"
    );
    db.find(&sql, params![id]).await
}

row! {
    /// A member's part in a record.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Person {
        /// Who.
        pub member: Id,
        /// Their name today.
        pub name: String,
        /// `present` or `absent`.
        pub part: String,
    }
}

/// Those named in a record, in the roster's order.
pub async fn people(db: &Db, record: Id) -> Result<Vec<Person>, Error> {
    db.all(
        "SELECT p.member, m.name, p.part FROM record_person p JOIN member m ON m.id = p.member
         WHERE p.record = $1 ORDER BY m.path, m.rank, m.pinyin, m.id",
        params![record],
    )
    .await
}

row! {
    /// 经过: what was done to a record.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Event {
        /// When.
        pub at: Instant,
        /// By whom.
        pub by_name: String,
        /// What.
        pub words: String,
    }
}

/// What was done to a record, the latest first.
pub async fn events(db: &Db, record: Id) -> Result<Vec<Event>, Error> {
    let sql = "SELECT at, by_name, words FROM record_event WHERE record = $1 ORDER BY id DESC";
    db.all(sql, params![record]).await
}

/// Appends to what was done.
pub(crate) async fn tell(tx: &Tx, record: Id, words: &str) -> Result<(), Error> {
    tx.exec(
        "INSERT INTO record_event (id, record, at, by_name, words) VALUES ($1, $2, $3, $4, $5)",
        params![tx.new_id(), record, tx.now(), &tx.by().name, words],
    )
    .await?;
    Ok(())
}

/// Whether the member (or, in a post that names nobody of the roster, somebody of that name at that
/// organisation) was secretary of an organisation on that day.
pub(crate) async fn was_secretary(
    db: &Db,
    member: Option<Id>,
    name: &str,
    organisation: Id,
    on: Day,
) -> Result<bool, Error> {
    let sql = "SELECT COUNT(*) FROM post p JOIN node n ON n.id = p.node
               WHERE p.kind = 'secretary' AND n.category = 'organisation'
                 AND p.from_day <= $1 AND (p.to_day IS NULL OR p.to_day >= $1)
                 AND (p.member = $2 OR (p.member IS NULL AND p.holder = $3 AND p.node = $4))";
    let values = params![on, member.unwrap_or_default(), name, organisation];
    Ok(db.scalar::<i64>(sql, values).await? > 0)
}

/// The same happening entered before: its key.
pub(crate) async fn twin(db: &Db, record: &Record) -> Result<Option<Id>, Error> {
    let sql = "SELECT id FROM record WHERE organisation = $1 AND day = $2 AND subkind = $3
               AND title = $4 AND id <> $5 AND removed_at IS NULL";
    let values = params![
        record.organisation,
        record.day,
        &record.subkind,
        &record.title,
        record.id
    ];
    Ok(db.find::<(Id,)>(sql, values).await?.map(|(id,)| id))
}

/// Writes a new row.
pub(crate) async fn insert(tx: &Tx, r: &Record) -> Result<(), Error> {
    tx.exec(
        "INSERT INTO record (id, kind, subkind, organisation, path, zone, day, title, content,
         speaker, speaker_name, speaker_is_secretary, speaker_birth, attended, expected, audience,
         created_at, created_by, created_by_name)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)",
        params![
            r.id, &r.kind, &r.subkind, r.organisation, &r.path, r.zone, r.day, &r.title,
            &r.content, r.speaker, &r.speaker_name, r.speaker_is_secretary, r.speaker_birth,
            r.attended, r.expected, r.audience, r.created_at, r.created_by, &r.created_by_name
        ],
    )
    .await?;
    Ok(())
}

/// Writes over a row that is still the version that was read.
pub(crate) async fn update<R>(tx: &Tx, r: &Record) -> Result<(), ::store::Fail<R>> {
    tx.exec_one(
        "UPDATE record SET kind = $3, subkind = $4, day = $5, title = $6, content = $7,
         speaker = $8, speaker_name = $9, speaker_is_secretary = $10, speaker_birth = $11,
         attended = $12, expected = $13, audience = $14, version = version + 1
         WHERE id = $1 AND version = $2 AND removed_at IS NULL",
        params![
            r.id,
            r.version,
            &r.kind,
            &r.subkind,
            r.day,
            &r.title,
            &r.content,
            r.speaker,
            &r.speaker_name,
            r.speaker_is_secretary,
            r.speaker_birth,
            r.attended,
            r.expected,
            r.audience
        ],
    )
    .await
}

/// Names those who were there and those who were not.
pub(crate) async fn name_people(
    tx: &Tx,
    record: Id,
    present: &[Id],
    absent: &[Id],
) -> Result<(), Error> {
    tx.exec(
        "DELETE FROM record_person WHERE record = $1",
        params![record],
    )
    .await?;
    let part = |members: &[Id], part: &'static str| {
        members
            .iter()
            .map(|member| params![record, *member, part])
            .collect::<Vec<_>>()
    };
    let mut rows = part(present, "present");
    rows.extend(part(absent, "absent"));
    tx.insert_many("record_person", &["record", "member", "part"], rows)
        .await
}
