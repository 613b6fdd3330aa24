use ::store::{Fail, Tx, params};
use duty::Key;
use duty::store::find_duty;
use duty::use_cases::may_see;
use kernel::{Id, Refusal, TreePath};
use std::borrow::Cow;
use web::Actor;

/// Characters of one message.
pub const MOST: usize = 500;

/// 意见类别: what makes it a burden. Optional.
pub const KINDS: [(&str, &str); 6] = [
    ("repeated", "重复填报"),
    ("unexplained", "不知道为什么要"),
    ("hurried", "时间太紧"),
    ("laborious", "太费时"),
    ("system", "系统不好用"),
    ("other", "其他"),
];

/// Words of a kind; none for what is no kind.
pub fn kind_words(code: &str) -> Option<&'static str> {
    let found = KINDS.iter().find(|(known, _)| *known == code);
    found.map(|(_, words)| *words)
}

/// Why a message was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FeedbackRefusal {
    /// Nothing written.
    Empty,
    /// More than [`MOST`] characters.
    TooLong(usize),
    /// Not said whether it was adopted.
    NoOutcome,
    /// Somebody answered before.
    AlreadyAnswered,
}

impl Refusal for FeedbackRefusal {
    fn code(&self) -> &'static str {
        match self {
            FeedbackRefusal::Empty => "feedback_empty",
            FeedbackRefusal::TooLong(_) => "feedback_too_long",
            FeedbackRefusal::NoOutcome => "feedback_no_outcome",
            FeedbackRefusal::AlreadyAnswered => "feedback_answered",
        }
    }

    fn words(&self) -> Cow<'static, str> {
        match self {
            FeedbackRefusal::Empty => "还没有写内容，请用一两句话写清楚。".into(),
            FeedbackRefusal::TooLong(n) => format!("写了 {n} 字，最多 {MOST} 字，请精简。").into(),
            FeedbackRefusal::NoOutcome => "还没有选采纳还是说明，请选一项。".into(),
            FeedbackRefusal::AlreadyAnswered => "这条意见已经有人答复，请刷新后查看。".into(),
        }
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            FeedbackRefusal::Empty | FeedbackRefusal::TooLong(_) => Some("words"),
            FeedbackRefusal::NoOutcome => Some("outcome"),
            FeedbackRefusal::AlreadyAnswered => None,
        }
    }
}

/// Whether the words can be taken.
pub fn check(words: &str) -> Result<(), FeedbackRefusal> {
    match words.chars().count() {
        0 => Err(FeedbackRefusal::Empty),
        n if n > MOST => Err(FeedbackRefusal::TooLong(n)),
        _ => Ok(()),
    }
}

/// What somebody says.
#[derive(Clone, Copy, Debug)]
pub struct Said<'a> {
    /// Path of the page it is about; empty where none is known.
    pub page: &'a str,
    /// The duty it is about, if it is about one.
    pub duty: Option<Key>,
    /// Code of one of [`KINDS`], or anything for none.
    pub kind: &'a str,
    /// The words.
    pub words: &'a str,
}

/// 意见反馈: kept with the page and the duty it is about; its number.
pub async fn give_feedback(
    tx: &Tx,
    actor: &Actor,
    said: Said<'_>,
) -> Result<Id, Fail<FeedbackRefusal>> {
    check(said.words).map_err(Fail::Refused)?;
    let id = tx.new_id();
    let home = actor.home();
    let organisation = home
        .filter(|grant| grant.zone.is_none())
        .map(|grant| grant.node);
    let path = home.map_or_else(TreePath::default, |grant| grant.path.clone());
    let zone = home.and_then(|grant| grant.zone);
    let kind = kind_words(said.kind).map_or("", |_| said.kind);
    let duty = duty_of(tx, actor, said.duty).await?;
    tx.exec(
        "INSERT INTO feedback (id, account, by_name, organisation, path, zone, page, kind, words, at,
         requirement, duty_organisation)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        params![
            id,
            actor.account,
            &actor.name,
            organisation,
            &path,
            zone,
            said.page,
            kind,
            said.words,
            tx.now(),
            duty.map(|key| key.requirement),
            duty.map(|key| key.organisation)
        ],
    )
    .await?;
    let detail = serde_json::json!({ "page": said.page, "kind": kind });
    tx.audit("give_feedback", ("feedback", id), &path, detail)
        .await?;
    Ok(id)
}

/// The duty, if there is one and they may see it.
pub async fn duty_of(
    db: &::store::Db,
    actor: &Actor,
    key: Option<Key>,
) -> Result<Option<Key>, ::store::Error> {
    let Some(key) = key else { return Ok(None) };
    let duty = find_duty(db, key).await?;
    Ok(duty.filter(|duty| may_see(actor, duty)).map(|_| key))
}
