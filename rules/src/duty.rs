//! 履职事项: the engine. What is demanded, what happened and what was recorded go in; the status,
//! why it is so and what to do next come out. Nothing here is stored by hand: the same facts give
//! the same answer, always.

use crate::calendar::WorkingCalendar;
use crate::measure::{Measure, RecordFact};
use kernel::{Day, Id, Instant};
use serde::{Deserialize, Serialize};

mod course;
mod evaluate;
pub use evaluate::evaluate;

/// 要求(对一个党组织、一个期间): one requirement asked of one subject for one period.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Demand {
    /// The requirement it comes from.
    pub requirement: Id,
    /// 期限: the last day that is in time (T-02).
    pub due: Day,
    /// Records count from this day.
    pub window_from: Day,
    /// Records count until this day; none while a late record may still answer. A recurring duty
    /// closes with its period, so that April's meeting never answers for March.
    pub window_to: Option<Day>,
    /// 完成标准
    pub measure: Measure,
    /// 佐证材料上限: most files a submission may carry.
    pub evidence_max: u32,
    /// 需要照片的理由; none when no photo is asked for.
    pub photo: Option<String>,
    /// Whether a file must be handed in; a record then answers only with a file of its own.
    pub needs_file: bool,
    /// 实质事项: whether it is scored.
    pub substantive: bool,
    /// 权重
    pub weight: u32,
    /// 不适用的理由, frozen at issue; none when it applies.
    pub not_applicable: Option<String>,
    /// 退回后补正期: working days within which a put-right return keeps its first date.
    pub put_right_workdays: u32,
    /// 遇休息日顺延 (T-03); off unless the rule asks for it.
    pub roll_to_workday: bool,
}

impl Demand {
    /// A demand with the usual terms: one point, three files, no photo, five working days to put a
    /// return right.
    pub fn new(requirement: Id, window_from: Day, due: Day, measure: Measure) -> Demand {
        let substantive = measure.answers_itself();
        Demand {
            requirement,
            due,
            window_from,
            window_to: None,
            measure,
            evidence_max: 3,
            photo: None,
            needs_file: false,
            substantive,
            weight: 1,
            not_applicable: None,
            put_right_workdays: 5,
            roll_to_workday: false,
        }
    }
}

/// 事实的种类. As JSON `{"fact":"returned","reason":"…","field":"…"}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "fact", rename_all = "snake_case")]
pub enum FactKind {
    /// 已开始: a draft was saved.
    Started,
    /// 转交: handed on inside the school.
    HandedOn {
        /// Who has it now.
        to: String,
    },
    /// 报送
    Submitted,
    /// 撤回: taken back before it was checked.
    Withdrawn,
    /// 退回
    Returned {
        /// What is to be put right.
        reason: String,
        /// The form field it is about, if one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        field: Option<String>,
    },
    /// 审核通过
    Accepted,
    /// 撤销审核: the latest acceptance or return that still stands never happened.
    ReviewUndone,
    /// 申请延期
    ExtensionAsked {
        /// The day asked for.
        to: Day,
    },
    /// 不同意延期
    ExtensionRefused,
    /// 延期
    Extended {
        /// The new deadline; never earlier than the first one.
        to: Day,
    },
    /// 免除
    Exempted {
        /// Why.
        reason: String,
    },
    /// 取消免除
    ExemptionLifted,
}

impl FactKind {
    /// Stable code, the same as in JSON.
    pub fn code(&self) -> &'static str {
        match self {
            FactKind::Started => "started",
            FactKind::HandedOn { .. } => "handed_on",
            FactKind::Submitted => "submitted",
            FactKind::Withdrawn => "withdrawn",
            FactKind::Returned { .. } => "returned",
            FactKind::Accepted => "accepted",
            FactKind::ReviewUndone => "review_undone",
            FactKind::ExtensionAsked { .. } => "extension_asked",
            FactKind::ExtensionRefused => "extension_refused",
            FactKind::Extended { .. } => "extended",
            FactKind::Exempted { .. } => "exempted",
            FactKind::ExemptionLifted => "exemption_lifted",
        }
    }
}

/// 事实: something somebody did about a duty. Appended, never changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fact {
    /// Its row; settles the order of facts of one instant.
    pub id: Id,
    /// What was done.
    pub kind: FactKind,
    /// When.
    pub at: Instant,
    /// By whom, as shown.
    pub by: String,
    /// By whom.
    pub by_id: Id,
    /// In whose words why, where the kind does not ask for a reason itself.
    pub reason: Option<String>,
}

/// 状态: computed, never set. Ordered by precedence, the strongest last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// 未开始
    NotStarted,
    /// 进行中
    UnderWay,
    /// 退回
    Returned,
    /// 待审核
    AwaitingReview,
    /// 逾期完成
    DoneLate,
    /// 已完成
    Done,
    /// 免除
    Exempt,
}

impl Status {
    /// Every status, in the order of a duty's life.
    pub const ALL: [Status; 7] = [
        Status::NotStarted,
        Status::UnderWay,
        Status::Returned,
        Status::AwaitingReview,
        Status::DoneLate,
        Status::Done,
        Status::Exempt,
    ];

    /// Stable code, the same as in JSON.
    pub fn code(self) -> &'static str {
        match self {
            Status::NotStarted => "not_started",
            Status::UnderWay => "under_way",
            Status::Returned => "returned",
            Status::AwaitingReview => "awaiting_review",
            Status::DoneLate => "done_late",
            Status::Done => "done",
            Status::Exempt => "exempt",
        }
    }

    /// The status with that code.
    pub fn from_code(code: &str) -> Option<Status> {
        Status::ALL.into_iter().find(|s| s.code() == code)
    }

    /// 状态的中文名
    pub fn chinese(self) -> &'static str {
        match self {
            Status::NotStarted => "未开始",
            Status::UnderWay => "进行中",
            Status::Returned => "退回",
            Status::AwaitingReview => "待审核",
            Status::DoneLate => "逾期完成",
            Status::Done => "已完成",
            Status::Exempt => "免除",
        }
    }

    /// Words for a tag; the plain case needs none.
    pub fn words(self) -> &'static str {
        if self == Status::NotStarted {
            ""
        } else {
            self.chinese()
        }
    }

    /// Whether it is settled: done, done late or exempt.
    pub fn is_settled(self) -> bool {
        self >= Status::DoneLate
    }
}

/// 下一步: the one thing the subject may do about it now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NextStep {
    /// 报送
    Submit,
    /// 记一笔: enter the record that answers it.
    Record,
    /// 确认使用: records already held are offered, confirming them submits it.
    Confirm,
    /// 补正
    PutRight,
    /// 等待审核
    Wait,
    /// 无需操作
    Nothing,
}

impl NextStep {
    /// Stable code, the same as in JSON.
    pub fn code(self) -> &'static str {
        match self {
            NextStep::Submit => "submit",
            NextStep::Record => "record",
            NextStep::Confirm => "confirm",
            NextStep::PutRight => "put_right",
            NextStep::Wait => "wait",
            NextStep::Nothing => "nothing",
        }
    }

    /// What the button says; empty where there is none.
    pub fn chinese(self) -> &'static str {
        match self {
            NextStep::Submit => "报送",
            NextStep::Record => "去记录",
            NextStep::Confirm => "确认使用",
            NextStep::PutRight => "去补正",
            NextStep::Wait | NextStep::Nothing => "",
        }
    }
}

/// 说明: one sentence of the explanation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// The day it is about, if one.
    pub day: Option<Day>,
    /// In Chinese.
    pub words: String,
}

/// 履职事项的状态及说明
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Duty {
    /// 状态
    pub status: Status,
    /// 逾期: the subject still owes it and the day has passed.
    pub overdue: bool,
    /// 不适用, with the reason.
    pub not_applicable: Option<String>,
    /// 期限, after extensions.
    pub due: Day,
    /// 报送日期: the first date that counts; a return put right in time keeps its first date. For
    /// what records answered, the day they did.
    pub submitted_on: Option<Day>,
    /// 是否按时; none while nothing counts yet.
    pub on_time: Option<bool>,
    /// 补正期限: until when a return may be put right and keep its first date.
    pub put_right_until: Option<Day>,
    /// 退回所指的栏目
    pub returned_field: Option<String>,
    /// 转交给
    pub handed_to: Option<String>,
    /// 申请延期至, while nobody has answered.
    pub extension_asked: Option<Day>,
    /// 计入或可用作佐证的记录
    pub counted: Vec<Id>,
    /// 尚缺
    pub missing: Vec<String>,
    /// 说明: what happened, what counted, until when.
    pub because: Vec<Line>,
    /// 下一步
    pub next: NextStep,
    /// The first later day on which the passing of time alone may change this; none if never.
    pub changes_on: Option<Day>,
}

impl Duty {
    /// 是否尚欠: whether the subject still has something to do. Reminders go to these only.
    pub fn is_owed(&self) -> bool {
        self.not_applicable.is_none()
            && !self.status.is_settled()
            && self.status != Status::AwaitingReview
    }
}

/// What [`evaluate`] reads; bundled so that its parts share it.
struct Case<'a> {
    demand: &'a Demand,
    records: &'a [RecordFact],
    calendar: &'a WorkingCalendar,
    as_of: Day,
}
