//! Ending a sheet: closed when its time is over, void when it should not have been issued; and
//! giving up a draft.

use crate::{paths, store};
use ::store::{Fail, OnceKey, Tx};
use kernel::{Id, Refusal};
use std::borrow::Cow;
use web::{Actor, App, Right};

/// Why it was not ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CloseRefusal {
    /// It never was issued.
    StillADraft,
    /// It is ended already.
    AlreadyClosed,
    /// It was issued; only a draft can be given up.
    AlreadyIssued,
    /// Void without a reason.
    NoReason,
}

impl Refusal for CloseRefusal {
    fn code(&self) -> &'static str {
        match self {
            CloseRefusal::StillADraft => "still_a_draft",
            CloseRefusal::AlreadyClosed => "already_closed",
            CloseRefusal::AlreadyIssued => "already_issued",
            CloseRefusal::NoReason => "no_reason",
        }
    }

    fn words(&self) -> Cow<'static, str> {
        match self {
            CloseRefusal::StillADraft => {
                "这张交办单还是草稿，没有下发，不能结束。不要了可以放弃草稿。"
            }
            CloseRefusal::AlreadyClosed => "这张交办单已经结束。",
            CloseRefusal::AlreadyIssued => "这张交办单已经下发，不能放弃。发错了请作废并写明理由。",
            CloseRefusal::NoReason => "作废要写明理由，收到的党组织会看到。请填写后再提交。",
        }
        .into()
    }

    fn field(&self) -> Option<&'static str> {
        matches!(self, CloseRefusal::NoReason).then_some("why")
    }
}

/// 结束 or 作废: its duties stay as they stand and are asked of nobody. Its number is kept.
pub async fn close_sheet(
    app: &App,
    actor: &Actor,
    once: &OnceKey,
    id: Id,
    why: String,
    voided: bool,
) -> Result<String, Fail<CloseRefusal>> {
    let who = actor.clone();
    app.store
        .write_once(&actor.by(), once, |tx| async move {
            let sheet = may_issue(&tx, &who, id).await?;
            if sheet.issued_at.is_none() {
                return Err(Fail::Refused(CloseRefusal::StillADraft));
            }
            if sheet.closed_at.is_some() {
                return Err(Fail::Refused(CloseRefusal::AlreadyClosed));
            }
            if voided && why.is_empty() {
                return Err(Fail::Refused(CloseRefusal::NoReason));
            }
            store::set_closed(&tx, id, &why, voided).await?;
            duty::impose::close(&tx, "sheet", id).await?;
            let code = if voided { "void_sheet" } else { "close_sheet" };
            let detail = serde_json::json!({ "number": sheet.number_words() });
            tx.audit(code, ("sheet", id), &sheet.path, detail).await?;
            let said = if voided {
                "已作废，文号保留不再使用"
            } else {
                "已结束"
            };
            Ok(web::reply::with_flash(&paths::sheet(id), said))
        })
        .await
}

/// 放弃草稿
pub async fn discard_draft(
    app: &App,
    actor: &Actor,
    once: &OnceKey,
    id: Id,
) -> Result<String, Fail<CloseRefusal>> {
    let who = actor.clone();
    app.store
        .write_once(&actor.by(), once, |tx| async move {
            let sheet = may_issue(&tx, &who, id).await?;
            if sheet.issued_at.is_some() {
                return Err(Fail::Refused(CloseRefusal::AlreadyIssued));
            }
            store::delete_draft(&tx, id).await?;
            tx.audit(
                "discard_draft",
                ("sheet", id),
                &sheet.path,
                serde_json::json!({}),
            )
            .await?;
            Ok(web::reply::with_flash(paths::LIST, "已放弃草稿"))
        })
        .await
}

async fn may_issue(
    tx: &Tx,
    actor: &Actor,
    id: Id,
) -> Result<crate::entities::sheet::Sheet, Fail<CloseRefusal>> {
    let sheet = store::find_sheet(tx, id).await?.ok_or(Fail::NotFound)?;
    if !actor.can(Right::IssueSheets, &sheet.place()) {
        return Err(Fail::NotFound);
    }
    Ok(sheet)
}
