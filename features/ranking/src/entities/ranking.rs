//! 排名: a period and its sheets, on the way from draft to publication.

use crate::use_cases::RankingRefusal;
use kernel::{Day, Id, Instant, Period, TreePath};
use web::{Place, Role};

store::row! {
    /// 排名, without its lines.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Ranking {
        /// Key.
        pub id: Id,
        /// 评定单位
        pub issuer: Id,
        /// Its path: where the ranking lies.
        pub path: TreePath,
        /// 标题
        pub title: String,
        /// First day of the period.
        pub period_from: Day,
        /// Last day of it.
        pub period_to: Day,
        /// JSON: the sheets chosen; empty for every one of the issuer's own.
        pub sheets: String,
        /// Code of [`Audience`].
        pub audience: String,
        /// 异议期, working days.
        pub objection_days: i64,
        /// 机关代字; empty to publish without a number.
        pub prefix: String,
        /// 主送
        pub recipients: String,
        /// 签发人
        pub signer: String,
        /// The edition that stands; 0 while it is a draft.
        pub edition: i64,
        /// 异议截止日: the last day on which to object.
        pub objections_until: Option<Day>,
        /// 送核
        pub sent_at: Option<Instant>,
        /// By whom.
        pub sent_by: Option<String>,
        /// 公布
        pub published_at: Option<Instant>,
        /// By whom.
        pub published_by: Option<String>,
        /// 撤回
        pub withdrawn_at: Option<Instant>,
        /// By whom.
        pub withdrawn_by: Option<String>,
        /// Why.
        pub withdrawn_why: Option<String>,
        /// 起草
        pub created_at: Instant,
        /// By whom.
        pub created_by_name: String,
        /// Version of the row.
        pub version: i64,
    }
}

/// Columns of [`Ranking`] under the alias `k`.
pub const COLUMNS: &str = "k.id, k.issuer, k.path, k.title, k.period_from, k.period_to, k.sheets, \
    k.audience, k.objection_days, k.prefix, k.recipients, k.signer, k.edition, k.objections_until, \
    k.sent_at, k.sent_by, k.published_at, k.published_by, k.withdrawn_at, k.withdrawn_by, \
    k.withdrawn_why, k.created_at, k.created_by_name, k.version";

/// Where a ranking stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// 草拟: computed anew each time it is looked at.
    Draft,
    /// 送核: frozen, open to objections.
    Sent,
    /// 待公布: the days to object are over.
    Closed,
    /// 已公布
    Published,
    /// 已撤回
    Withdrawn,
}

impl Stage {
    /// What users read.
    pub fn chinese(self) -> &'static str {
        match self {
            Stage::Draft => "草拟",
            Stage::Sent => "送核中",
            Stage::Closed => "待公布",
            Stage::Published => "已公布",
            Stage::Withdrawn => "已撤回",
        }
    }

    /// Class of its tag.
    pub fn tag(self) -> &'static str {
        match self {
            Stage::Draft => "",
            Stage::Sent => "t-doing",
            Stage::Closed => "t-wait",
            Stage::Published => "t-done",
            Stage::Withdrawn => "t-free",
        }
    }
}

/// 公布范围: who reads every line once it is published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    /// 季度例会参会人员
    Meeting,
    /// 全体党务工作者
    Workers,
    /// 只发各组织本单位成绩
    OwnLine,
}

impl Audience {
    /// Every one, the default first.
    pub const ALL: [Audience; 3] = [Audience::Meeting, Audience::Workers, Audience::OwnLine];

    /// Code in the database and in forms.
    pub fn code(self) -> &'static str {
        match self {
            Audience::Meeting => "meeting",
            Audience::Workers => "workers",
            Audience::OwnLine => "own_line",
        }
    }

    /// The one of that code.
    pub fn from_code(code: &str) -> Option<Audience> {
        Audience::ALL.into_iter().find(|one| one.code() == code)
    }

    /// What users read.
    pub fn chinese(self) -> &'static str {
        match self {
            Audience::Meeting => "季度例会参会人员",
            Audience::Workers => "全体党务工作者",
            Audience::OwnLine => "只发各组织本单位成绩",
        }
    }

    /// Who that is.
    pub fn small(self) -> &'static str {
        match self {
            Audience::Meeting => "领导、党建办、片区督查员、总支（党委）书记、支部书记看全部名次",
            Audience::Workers => "在参会人员之外，支委委员也看全部名次",
            Audience::OwnLine => "各组织只看自己的得分和名次，不看别人的",
        }
    }

    /// Roles that read every line.
    pub fn roles(self) -> &'static [Role] {
        use Role::{CommitteeMember, Inspector, Leader, Officer, Secretary, SuperiorSecretary};
        match self {
            Audience::Meeting => &[Leader, Officer, Inspector, SuperiorSecretary, Secretary],
            Audience::Workers => &[
                Leader,
                Officer,
                Inspector,
                SuperiorSecretary,
                Secretary,
                CommitteeMember,
            ],
            Audience::OwnLine => &[],
        }
    }
}

impl Ranking {
    /// Where it lies.
    pub fn place(&self) -> Place {
        Place::new(&self.path, None)
    }

    /// 评定期
    pub fn period(&self) -> Period {
        Period {
            from: self.period_from,
            to: self.period_to.max(self.period_from),
        }
    }

    /// 公布范围
    pub fn audience(&self) -> Audience {
        Audience::from_code(&self.audience).unwrap_or(Audience::OwnLine)
    }

    /// The sheets chosen; none for every one of the issuer's own.
    pub fn chosen_sheets(&self) -> Vec<Id> {
        serde_json::from_str(&self.sheets).unwrap_or_default()
    }

    /// Where it stands on that day.
    pub fn stage(&self, today: Day) -> Stage {
        let open = self.objections_until.is_some_and(|last| today <= last);
        match (self.withdrawn_at, self.published_at, self.sent_at) {
            (Some(_), ..) => Stage::Withdrawn,
            (_, Some(_), _) => Stage::Published,
            (_, _, None) => Stage::Draft,
            _ if open => Stage::Sent,
            _ => Stage::Closed,
        }
    }

    /// What stands in the way of publishing it on that day, with so many objections unanswered.
    pub fn obstacle(&self, today: Day, unanswered: i64) -> Option<RankingRefusal> {
        match (self.stage(today), self.objections_until) {
            (Stage::Withdrawn, _) => Some(RankingRefusal::Withdrawn),
            (Stage::Published, _) => Some(RankingRefusal::AlreadyPublished),
            (Stage::Draft, _) | (_, None) => Some(RankingRefusal::NotSent),
            (Stage::Sent, Some(last)) => Some(RankingRefusal::ObjectionsOpen(last)),
            (Stage::Closed, _) if unanswered > 0 => Some(RankingRefusal::Unanswered(unanswered)),
            (Stage::Closed, _) => None,
        }
    }
}
