use ::store::{Fail, Tx, params};
use kernel::{Id, Refusal, TreePath};
use std::borrow::Cow;
use web::Actor;

/// Characters of one message.
pub const MOST: usize = 500;

/// Why a message was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FeedbackRefusal {
    /// Nothing written.
    Empty,
    /// More than [`MOST`] characters.
    TooLong(usize),
    /// Somebody answered before.
    AlreadyAnswered,
}

impl Refusal for FeedbackRefusal {
    fn code(&self) -> &'static str {
        match self {
            FeedbackRefusal::Empty => "feedback_empty",
            FeedbackRefusal::TooLong(_) => "feedback_too_long",
            FeedbackRefusal::AlreadyAnswered => "feedback_answered",
        }
    }

    fn words(&self) -> Cow<'static, str> {
        match self {
            FeedbackRefusal::Empty => "还没有写内容，请用一两句话写清楚。".into(),
            FeedbackRefusal::TooLong(n) => format!("写了 {n} 字，最多 {MOST} 字，请精简。").into(),
            FeedbackRefusal::AlreadyAnswered => "这条意见已经有人答复，请刷新后查看。".into(),
        }
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            FeedbackRefusal::Empty | FeedbackRefusal::TooLong(_) => Some("words"),
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

/// 意见反馈: kept with the page it is about; its number.
pub async fn give_feedback(
    tx: &Tx,
    actor: &Actor,
    page: &str,
    words: &str,
) -> Result<Id, Fail<FeedbackRefusal>> {
    check(words).map_err(Fail::Refused)?;
    let id = tx.new_id();
    let home = actor.home();
    let organisation = home
        .filter(|grant| grant.zone.is_none())
        .map(|grant| grant.node);
    let path = home.map_or_else(TreePath::default, |grant| grant.path.clone());
    let zone = home.and_then(|grant| grant.zone);
    tx.exec(
        "INSERT INTO feedback (id, account, by_name, organisation, path, zone, page, words, at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        params![
            id,
            actor.account,
            &actor.name,
            organisation,
            &path,
            zone,
            page,
            words,
            tx.now()
        ],
    )
    .await?;
    tx.audit(
        "give_feedback",
        ("feedback", id),
        &path,
        serde_json::json!({ "page": page }),
    )
    .await?;
    Ok(id)
}
