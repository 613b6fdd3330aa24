//! 任职、免职: posts of organisations, units and bodies, and the order of the roster that follows.

use crate::store as rows;
use crate::use_cases::refresh_ranks;
use kernel::{Day, Id, Refusal};
use org::store::Post;
use org::{NewPost, Node};
use std::borrow::Cow;
use store::{Fail, Tx, params};
use web::{Actor, Right};

/// Why somebody was not appointed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotAppointed {
    /// The post is not in the county's table.
    UnknownPost,
    /// Neither a member chosen nor a name typed.
    Nobody,
    /// The member chosen is on no roster within reach.
    NotAMember,
    /// The post ended before.
    AlreadyEnded,
}

impl Refusal for NotAppointed {
    fn code(&self) -> &'static str {
        match self {
            NotAppointed::UnknownPost => "unknown_post",
            NotAppointed::Nobody => "nobody",
            NotAppointed::NotAMember => "not_a_member",
            NotAppointed::AlreadyEnded => "already_ended",
        }
    }

    fn words(&self) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            NotAppointed::UnknownPost => "请选择职务",
            NotAppointed::Nobody => "请从名册里选人，或填写姓名",
            NotAppointed::NotAMember => "选择的人已不在名册上，请重新选择",
            NotAppointed::AlreadyEnded => "这一任已经结束，不用再免职",
        })
    }

    fn field(&self) -> Option<&'static str> {
        Some(match self {
            NotAppointed::UnknownPost => "kind",
            NotAppointed::Nobody | NotAppointed::NotAMember => "holder",
            NotAppointed::AlreadyEnded => return None,
        })
    }
}

/// What the form says.
#[derive(Clone, Debug)]
pub struct Appointment {
    /// Code of the post.
    pub kind: String,
    /// Who, from the roster.
    pub member: Option<Id>,
    /// Or a name.
    pub holder: String,
    /// 配备方式 code.
    pub staffing: Option<String>,
    /// First day.
    pub from: Day,
    /// 届满
    pub term_to: Option<Day>,
}

/// Posts that one person holds at a time: a new holder ends the old one's.
const SINGLE: &[&str] = &["secretary", "principal"];

/// Appoints.
pub async fn appoint_to_post(
    tx: &Tx,
    actor: &Actor,
    node: &Node,
    what: Appointment,
) -> Result<Id, Fail<NotAppointed>> {
    if !org::store::post_kinds(tx)
        .await?
        .iter()
        .any(|k| k.code == what.kind)
    {
        return Err(Fail::Refused(NotAppointed::UnknownPost));
    }
    let member = match what.member {
        Some(id) => {
            let found = rows::find(tx, id).await?;
            let found =
                found.filter(|m| m.ended_on.is_none() && actor.can(Right::SeeMembers, &m.place()));
            Some(found.ok_or(Fail::Refused(NotAppointed::NotAMember))?)
        }
        None => None,
    };
    let holder = member
        .as_ref()
        .map_or(what.holder.clone(), |m| m.name.clone());
    if holder.is_empty() {
        return Err(Fail::Refused(NotAppointed::Nobody));
    }
    let mut touched: Vec<Id> = member.iter().map(|m| m.id).collect();
    if SINGLE.contains(&what.kind.as_str()) {
        for post in org::store::posts_of(tx, node.id, what.from).await? {
            if post.kind == what.kind && post.to_day.is_none() {
                end(tx, &post, what.from).await?;
                touched.extend(post.member);
            }
        }
    }
    let id = org::use_cases::appoint(
        tx,
        NewPost {
            node: node.id,
            kind: &what.kind,
            member: member.as_ref().map(|m| m.id),
            holder: &holder,
            staffing: what.staffing.as_deref(),
            from: what.from,
            to: None,
            term_to: what.term_to,
        },
    )
    .await?;
    refresh_ranks(tx, &touched).await?;
    let detail = serde_json::json!({ "kind": what.kind, "from": what.from });
    tx.audit("appoint_to_post", ("post", id), &node.path, detail)
        .await?;
    Ok(id)
}

async fn end(tx: &Tx, post: &Post, from: Day) -> Result<(), store::Error> {
    let last = from.plus_days(-1).max(post.from_day);
    tx.exec(
        "UPDATE post SET to_day = $2, version = version + 1 WHERE id = $1",
        params![post.id, last],
    )
    .await?;
    Ok(())
}

/// Ends a post from today on.
pub async fn end_post(tx: &Tx, node: &Node, post: &Post) -> Result<(), Fail<NotAppointed>> {
    if post.to_day.is_some() {
        return Err(Fail::Refused(NotAppointed::AlreadyEnded));
    }
    end(tx, post, tx.today()).await?;
    if let Some(member) = post.member {
        refresh_ranks(tx, &[member]).await?;
    }
    tx.audit(
        "end_post",
        ("post", post.id),
        &node.path,
        serde_json::json!({ "kind": post.kind }),
    )
    .await?;
    Ok(())
}
