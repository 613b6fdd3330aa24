//! What programs send and read about duties.

use crate::store::{FactRow, ListedDuty};
use kernel::{Day, Id};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::api::Moment;

/// 事项的一行
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DutyLine {
    /// 事项键：要求-组织
    pub key: String,
    /// 交办单
    pub sheet: Id,
    /// 党组织
    pub organisation: Id,
    /// 党组织名称
    pub organisation_name: String,
    /// 序号
    pub outline: String,
    /// 事项
    pub title: String,
    /// 期限
    pub due: Day,
    /// 状态：not_started、under_way、returned、awaiting_review、done、done_late、exempt
    pub status: String,
    /// 逾期
    pub overdue: bool,
    /// 不适用的原因
    pub not_applicable: Option<String>,
    /// 计入的报送日期
    pub submitted_on: Option<Day>,
    /// 是否按时
    pub on_time: Option<bool>,
}

impl From<ListedDuty> for DutyLine {
    fn from(row: ListedDuty) -> Self {
        DutyLine {
            key: format!("{}-{}", row.requirement, row.organisation),
            sheet: row.sheet,
            organisation: row.organisation,
            organisation_name: row.organisation_name,
            outline: row.outline,
            title: row.title,
            due: row.due,
            status: row.status,
            overdue: row.overdue,
            not_applicable: row.not_applicable,
            submitted_on: row.submitted_on,
            on_time: row.on_time,
        }
    }
}

/// 事项
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DutyOut {
    /// 事项键：要求-组织
    pub key: String,
    /// 交办单
    pub sheet: Id,
    /// 党组织
    pub organisation: Id,
    /// 序号
    pub outline: String,
    /// 事项
    pub title: String,
    /// 要求原文
    pub demand: String,
    /// 出处
    pub source: String,
    /// 期限
    pub due: Day,
    /// 状态
    pub status: String,
    /// 逾期
    pub overdue: bool,
    /// 不适用的原因
    pub not_applicable: Option<String>,
    /// 还差什么
    pub missing: Vec<String>,
    /// 为什么是这个状态
    pub because: Vec<Because>,
    /// 计入的报送日期
    pub submitted_on: Option<Day>,
    /// 是否按时
    pub on_time: Option<bool>,
    /// 最近一次报送
    pub submission: Option<Id>,
    /// 转交给谁
    pub handed_to: Option<String>,
    /// 经过
    pub facts: Vec<FactOut>,
}

/// 一句解释
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Because {
    /// 说到的日期
    pub day: Option<Day>,
    /// 怎么说
    pub words: String,
}

/// 经过的一步
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FactOut {
    /// 做了什么，如 submitted、returned、accepted
    pub kind: String,
    /// 什么时候
    pub at: Moment,
    /// 谁
    pub by: String,
    /// 理由
    pub reason: String,
    /// 说到的日期
    pub day: Option<Day>,
}

impl From<FactRow> for FactOut {
    fn from(fact: FactRow) -> Self {
        FactOut {
            kind: fact.kind,
            at: fact.at.into(),
            by: fact.by_name,
            reason: fact.reason,
            day: fact.day,
        }
    }
}

/// 报送
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SubmissionIn {
    /// 完成情况
    #[serde(default)]
    #[schema(max_length = 2000)]
    pub text: Option<String>,
    /// 材料，先上传
    #[serde(default)]
    pub files: Vec<Id>,
    /// 作为佐证的工作纪实
    #[serde(default)]
    pub records: Vec<Id>,
}

/// 转交
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HandOn {
    /// 同事的账号
    pub to: Id,
    /// 说明
    #[serde(default)]
    #[schema(max_length = 200)]
    pub words: Option<String>,
}

/// 申请延期
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Extension {
    /// 延到哪一天
    pub day: Day,
    /// 理由
    #[schema(min_length = 1, max_length = 500)]
    pub reason: String,
}

/// 宽免的种类
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// 延期
    Extend,
    /// 不同意延期
    Refuse,
    /// 免除
    Exempt,
    /// 取消免除
    Lift,
}

/// 延期、答复、免除
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ExcuseIn {
    /// 做什么
    pub what: What,
    /// 延到哪一天；延期时必填
    #[serde(default)]
    pub day: Option<Day>,
    /// 理由
    #[schema(min_length = 1, max_length = 500)]
    pub reason: String,
}

/// 结论
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// 通过
    Accept,
    /// 退回
    Return,
}

/// 审核
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Review {
    /// 事项键，最多 500 件
    #[schema(min_items = 1, max_items = 500)]
    pub keys: Vec<String>,
    /// 结论
    pub verdict: Verdict,
    /// 退回的理由
    #[serde(default)]
    #[schema(max_length = 500)]
    pub reason: Option<String>,
    /// 要补的一栏：text、file 或 record
    #[serde(default)]
    pub field: Option<String>,
}

/// 审核结果
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ReviewOut {
    /// 已下结论的
    pub done: Vec<String>,
    /// 已被撤回或由别人处理、没有动的
    pub skipped: Vec<String>,
}

/// 撤销审核
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Undo {
    /// 事项键，最多 500 件
    #[schema(min_items = 1, max_items = 500)]
    pub keys: Vec<String>,
}

/// 撤销了几份
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct UndoOut {
    /// 份数
    pub undone: usize,
}
