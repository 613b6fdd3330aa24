use kernel::Refusal;
use std::borrow::Cow;

/// Why a verb on a duty did not happen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DutyRefusal {
    /// The sheet was closed.
    SheetClosed,
    /// It does not apply; frozen at issue.
    DoesNotApply(String),
    /// Nothing was written, no file and no record.
    NothingToSubmit,
    /// Text longer than 2,000 characters.
    TextTooLong(usize),
    /// More files than the item allows.
    TooManyFiles { most: i64, came: usize },
    /// The item needs a file.
    FileMissing,
    /// A file or record that is not the submitter's.
    NotYours,
    /// It waits for review already.
    AlreadySubmitted,
    /// It is done or exempt.
    AlreadySettled,
    /// It was checked before it could be withdrawn.
    AlreadyChecked,
    /// There is nothing to review.
    NothingToReview,
    /// A return without its reason.
    ReasonMissing,
    /// A day in the past, or not after the deadline.
    DayTooEarly,
    /// Somebody outside the organisation, or without an account.
    NotAColleague,
}

impl Refusal for DutyRefusal {
    fn code(&self) -> &'static str {
        match self {
            DutyRefusal::SheetClosed => "sheet_closed",
            DutyRefusal::DoesNotApply(_) => "does_not_apply",
            DutyRefusal::NothingToSubmit => "nothing_to_submit",
            DutyRefusal::TextTooLong(_) => "text_too_long",
            DutyRefusal::TooManyFiles { .. } => "too_many_files",
            DutyRefusal::FileMissing => "file_missing",
            DutyRefusal::NotYours => "not_yours",
            DutyRefusal::AlreadySubmitted => "already_submitted",
            DutyRefusal::AlreadySettled => "already_settled",
            DutyRefusal::AlreadyChecked => "already_checked",
            DutyRefusal::NothingToReview => "nothing_to_review",
            DutyRefusal::ReasonMissing => "reason_missing",
            DutyRefusal::DayTooEarly => "day_too_early",
            DutyRefusal::NotAColleague => "not_a_colleague",
        }
    }

    fn words(&self) -> Cow<'static, str> {
        match self {
            DutyRefusal::SheetClosed => {
                "这份交办单已经结束，事项保持结束时的状态，不再办理。".into()
            }
            DutyRefusal::DoesNotApply(reason) => {
                format!("这一项对本组织不适用：{reason}。不需要报送。").into()
            }
            DutyRefusal::NothingToSubmit => {
                "还没有可报送的内容。请写一句完成情况，或勾选已有记录，或添加佐证材料。".into()
            }
            DutyRefusal::TextTooLong(n) => {
                format!("完成情况有 {n} 字，最多 2000 字。请精简后再报送。").into()
            }
            DutyRefusal::TooManyFiles { most, came } => {
                format!("这一项最多交 {most} 份材料，现在有 {came} 份。请移除多出的材料。").into()
            }
            DutyRefusal::FileMissing => {
                "这一项要求交材料。请添加文件，或勾选带有材料的记录。".into()
            }
            DutyRefusal::NotYours => "所选的材料或记录不属于本组织，没有报送。请重新选择。".into(),
            DutyRefusal::AlreadySubmitted => "已经报送，正在等待审核。要修改，请先撤回。".into(),
            DutyRefusal::AlreadySettled => "这一项已经办结，不需要再报送。".into(),
            DutyRefusal::AlreadyChecked => "审核人已经处理，不能再撤回。".into(),
            DutyRefusal::NothingToReview => {
                "这一项当前没有待审核的报送，可能已被撤回或由别人处理。".into()
            }
            DutyRefusal::ReasonMissing => "请写明理由，学校要照着它补正。".into(),
            DutyRefusal::DayTooEarly => "新的期限要晚于原期限，并且不早于今天。".into(),
            DutyRefusal::NotAColleague => "只能转交给本组织有账号的同事。".into(),
        }
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            DutyRefusal::NothingToSubmit | DutyRefusal::TextTooLong(_) => Some("text"),
            DutyRefusal::TooManyFiles { .. } | DutyRefusal::FileMissing => Some("file"),
            DutyRefusal::NotYours => Some("record"),
            DutyRefusal::ReasonMissing => Some("reason"),
            DutyRefusal::DayTooEarly => Some("day"),
            DutyRefusal::NotAColleague => Some("to"),
            _ => None,
        }
    }
}
