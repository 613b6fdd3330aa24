//! 登记、修改 of a member.

use crate::forms::MemberForm;
use crate::store::Member;
use crate::use_cases::write::{NewMember, create_member, seal};
use kernel::{Id, Refusal};
use std::borrow::Cow;
use store::{Error, Fail, Tx, params};
use web::{Actor, Right};

/// Why a member was not saved or moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotSaved {
    /// The ID number is on some roster already.
    NumberTaken,
    /// No such branch within reach.
    NoBranch,
    /// They are there already.
    AlreadyThere,
    /// They left the roster.
    AlreadyGone,
}

impl Refusal for NotSaved {
    fn code(&self) -> &'static str {
        match self {
            NotSaved::NumberTaken => "number_taken",
            NotSaved::NoBranch => "no_branch",
            NotSaved::AlreadyThere => "already_there",
            NotSaved::AlreadyGone => "already_gone",
        }
    }

    fn words(&self) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            NotSaved::NumberTaken => {
                "这个公民身份号码已登记在名册上，请核对号码；如果是从别的支部转来，请联系党建办办理转接"
            }
            NotSaved::NoBranch => "请从列表里选择党支部",
            NotSaved::AlreadyThere => "组织关系已经在这个党支部，不用转接",
            NotSaved::AlreadyGone => "此人已不在名册上，不能修改",
        })
    }

    fn field(&self) -> Option<&'static str> {
        Some(match self {
            NotSaved::NumberTaken => "id_number",
            NotSaved::NoBranch | NotSaved::AlreadyThere => "branch",
            NotSaved::AlreadyGone => return None,
        })
    }
}

/// The branch, if the actor may keep its roster.
pub(crate) async fn branch_of(
    tx: &Tx,
    actor: &Actor,
    branch: Option<Id>,
) -> Result<org::Node, Fail<NotSaved>> {
    let found = match branch {
        Some(id) => org::store::find_node(tx, id).await?,
        None => None,
    };
    found
        .filter(|n| n.category == "organisation" && n.is_active())
        .filter(|n| actor.can(Right::EditMembers, &n.place()))
        .ok_or(Fail::Refused(NotSaved::NoBranch))
}

async fn refuse_known(
    tx: &Tx,
    number: Option<&str>,
    but: Option<Id>,
) -> Result<(), Fail<NotSaved>> {
    let Some(number) = number else { return Ok(()) };
    let blind = tx.store().keys.blind(number);
    let held: Option<(Id,)> = tx
        .find("SELECT id FROM member WHERE id_blind = $1", params![blind])
        .await?;
    match held {
        Some((id,)) if Some(id) != but => Err(Fail::Refused(NotSaved::NumberTaken)),
        _ => Ok(()),
    }
}

/// Puts somebody on a branch's roster.
pub async fn register_member(
    tx: &Tx,
    actor: &Actor,
    form: MemberForm,
) -> Result<Id, Fail<NotSaved>> {
    let branch = branch_of(tx, actor, form.branch).await?;
    refuse_known(tx, form.id_number.as_deref(), None).await?;
    let new = NewMember {
        name: form.name,
        sex: form.sex,
        birth: form.birth,
        stage: form.stage,
        category: form.category,
        joined_on: form.joined_on,
        full_on: form.full_on,
        ethnic: form.ethnic,
        education: form.education,
        job: form.job,
        id_number: form.id_number,
        phone: form.phone,
        branch: branch.id,
        from: form.from,
    };
    let id = create_member(tx, new).await?;
    let detail = serde_json::json!({ "branch": branch.id });
    tx.audit("register_member", ("member", id), &branch.path, detail)
        .await?;
    Ok(id)
}

/// Changes the member that the page showed in `version`. A number or phone left empty stays.
pub async fn edit_member(
    tx: &Tx,
    member: &Member,
    version: i64,
    form: &MemberForm,
) -> Result<(), Fail<NotSaved>> {
    if member.ended_on.is_some() {
        return Err(Fail::Refused(NotSaved::AlreadyGone));
    }
    refuse_known(tx, form.id_number.as_deref(), Some(member.id)).await?;
    let (number, blind) = match &form.id_number {
        Some(number) => (
            seal(tx, "id_number", member.id, Some(number))?,
            Some(tx.store().keys.blind(number)),
        ),
        None => (member.id_number.clone(), member.id_blind.clone()),
    };
    let phone = match &form.phone {
        Some(phone) => seal(tx, "phone", member.id, Some(phone))?,
        None => member.phone.clone(),
    };
    tx.exec_one(
        "UPDATE member SET name = $3, pinyin = $4, sex = $5, birth = $6, stage = $7, category = $8,
           joined_on = $9, full_on = $10, ethnic = $11, education = $12, job = $13, id_number = $14,
           id_blind = $15, phone = $16, version = version + 1
         WHERE id = $1 AND version = $2",
        params![
            member.id,
            version,
            &form.name,
            org::pinyin::of_person(&form.name),
            &form.sex,
            form.birth,
            &form.stage,
            &form.category,
            form.joined_on,
            form.full_on,
            &form.ethnic,
            &form.education,
            &form.job,
            number,
            blind,
            phone
        ],
    )
    .await?;
    let detail = serde_json::json!({ "number_changed": form.id_number.is_some() });
    tx.audit("edit_member", ("member", member.id), &member.path, detail)
        .await?;
    Ok(())
}

/// 组织关系转接 inside the county: both branches must lie where the actor keeps rosters.
pub async fn transfer_member(
    tx: &Tx,
    actor: &Actor,
    member: &Member,
    version: i64,
    branch: Option<Id>,
    from: kernel::Day,
) -> Result<(), Fail<NotSaved>> {
    if member.ended_on.is_some() {
        return Err(Fail::Refused(NotSaved::AlreadyGone));
    }
    let to = branch_of(tx, actor, branch).await?;
    if to.id == member.branch {
        return Err(Fail::Refused(NotSaved::AlreadyThere));
    }
    // The check of the version and the move are one transaction; the move raises the version.
    let now: i64 = tx
        .scalar(
            "SELECT version FROM member WHERE id = $1",
            params![member.id],
        )
        .await?;
    if now != version {
        return Err(Fail::Stale);
    }
    super::write::move_member(tx, member.id, &to, from).await?;
    let detail =
        serde_json::json!({ "from_branch": member.branch, "to_branch": to.id, "from": from });
    tx.audit("transfer_member", ("member", member.id), &to.path, detail)
        .await?;
    Ok(())
}

/// 查看全号: the number in clear, its showing audited with the reason given.
pub async fn unmask_number(
    tx: &Tx,
    member: &Member,
    reason: &str,
) -> Result<Option<String>, Error> {
    let number = member.open_id_number(&tx.store().keys)?;
    let reason: String = reason.chars().take(200).collect();
    let detail = serde_json::json!({ "reason": reason });
    tx.audit(
        "unmask_id_number",
        ("member", member.id),
        &member.path,
        detail,
    )
    .await?;
    Ok(number)
}
