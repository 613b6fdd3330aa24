//! 组织设置: advice on the shape of Party organisations (RULES ORG-01 to ORG-08, ORG-12 to
//! ORG-14, ORG-17). Advice says what the text asks and where it stands; only what the text
//! commands is [`Force::Must`].

use kernel::{Day, Id, Source};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

const BRANCH_REGULATION: &str = "中国共产党支部工作条例（试行）";
/// Not a text but what counties do; advice that rests on it is never a command.
const PRACTICE: &str = "县区教育系统通行做法";

/// 效力: what the wording of the text commands (T-05).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Force {
    /// 应当、必须、不得
    Must,
    /// 一般、原则上: may be passed over with a reason.
    Should,
    /// 建议: a way that the text opens.
    May,
}

/// 建议
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Advice {
    /// Rule id, stable.
    pub rule: &'static str,
    /// How strongly the text says it.
    pub force: Force,
    /// In Chinese.
    pub words: String,
    /// Where it says it.
    pub source: Source,
}

/// 所在组织: where the members of a unit are placed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Placement {
    /// 单独建立的党支部 (or more than a branch)
    Own,
    /// 联合党支部
    Joint,
    /// 尚无
    Nowhere,
}

/// 规模对应的组织形式
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Size {
    /// 党支部: to 50 members.
    Branch,
    /// 党总支: above 50 and below 100.
    GeneralBranch,
    /// 党委: from 100.
    Committee,
}

impl Size {
    /// The form that suits that many members (ORG-06; 50 itself stays a branch).
    pub fn of(members: u32) -> Size {
        match members {
            0..=50 => Size::Branch,
            51..=99 => Size::GeneralBranch,
            _ => Size::Committee,
        }
    }

    /// 中文名
    pub fn chinese(self) -> &'static str {
        match self {
            Size::Branch => "党支部",
            Size::GeneralBranch => "党总支",
            Size::Committee => "党委",
        }
    }
}

/// 单位应否单独建立党支部 (ORG-01, ORG-03): from three full members on a unit has a branch of its
/// own; with fewer a joint branch is suggested. Probationary members do not count.
pub fn advise_unit(full: u32, probationary: u32, placement: Placement) -> Option<Advice> {
    let nobody = full == 0 && probationary == 0;
    match (full, placement) {
        (3.., Placement::Own) | (..3, Placement::Joint) => None,
        (3.., Placement::Joint | Placement::Nowhere) => Some(Advice {
            rule: "ORG-01",
            force: Force::Must,
            words: format!("有正式党员{full}名，达到3名，应当单独建立党支部"),
            source: source(BRANCH_REGULATION, "第四条"),
        }),
        (..3, Placement::Own) => Some(Advice {
            rule: "ORG-03",
            force: Force::Should,
            words: format!("正式党员{full}名，不足3名，原单独设立的党支部宜与邻近单位联合设立"),
            source: source(BRANCH_REGULATION, "第二章"),
        }),
        (..3, Placement::Nowhere) if nobody => None,
        (..3, Placement::Nowhere) => Some(Advice {
            rule: "ORG-03",
            force: Force::May,
            words: format!("正式党员{full}名，不足3名，可与邻近单位成立联合党支部"),
            source: source(BRANCH_REGULATION, "第二章"),
        }),
    }
}

/// 联合党支部覆盖单位数 (ORG-03): generally at most five.
pub fn advise_joint(units: u32) -> Option<Advice> {
    (units > 5).then(|| Advice {
        rule: "ORG-03",
        force: Force::Should,
        words: format!("联合党支部覆盖{units}个单位，一般不超过5个"),
        source: source(BRANCH_REGULATION, "第二章"),
    })
}

/// 组织形式与人数是否相称 (ORG-02, ORG-06).
pub fn advise_size(now: Size, members: u32) -> Option<Advice> {
    let fitting = Size::of(members);
    (now < fitting).then(|| Advice {
        rule: "ORG-06",
        force: Force::Should,
        words: format!(
            "有党员{members}名，现为{}，可报上级党组织批准设立{}",
            now.chinese(),
            fitting.chinese()
        ),
        source: source(PRACTICE, ""),
    })
}

/// 支委会设置 (ORG-07, ORG-08): required from seven full members on, of three to five, generally at
/// most seven; none below. `committee` counts its members, 0 where there is none.
pub fn advise_committee(full: u32, committee: u32) -> Option<Advice> {
    let (rule, force, words) = match (full, committee) {
        (7.., 0) => (
            "ORG-07",
            Force::Must,
            format!("有正式党员{full}名，达到7名，应当设立支部委员会"),
        ),
        (7.., 1..=2) => (
            "ORG-07",
            Force::Must,
            format!("支部委员会由{committee}人组成，应当为3至5人，一般不超过7人"),
        ),
        (7.., 8..) => (
            "ORG-07",
            Force::Should,
            format!("支部委员会由{committee}人组成，一般不超过7人"),
        ),
        (0..=6, 1..) => {
            let words =
                format!("正式党员{full}名，不足7名，不设支部委员会，设书记1名，必要时设副书记1名");
            ("ORG-08", Force::Must, words)
        }
        _ => return None,
    };
    Some(Advice {
        rule,
        force,
        words,
        source: source(BRANCH_REGULATION, "第六章"),
    })
}

/// 支委会是否适用 (ORG-08): below seven full members the general meeting does the committee's work
/// and its frequency is not asked.
pub fn has_committee(full: u32) -> bool {
    full >= 7
}

/// 书记配备方式 (ORG-17)
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Staffing {
    /// 专职
    FullTime,
    /// 校长兼任(一肩挑)
    Principal,
    /// 普通党员教师任书记
    Teacher,
}

impl Staffing {
    /// Every mode.
    pub const ALL: [Staffing; 3] = [Staffing::FullTime, Staffing::Principal, Staffing::Teacher];

    /// Stable code.
    pub fn code(self) -> &'static str {
        match self {
            Staffing::FullTime => "full_time",
            Staffing::Principal => "principal",
            Staffing::Teacher => "teacher",
        }
    }

    /// The mode with that code.
    pub fn from_code(code: &str) -> Option<Staffing> {
        Staffing::ALL.into_iter().find(|s| s.code() == code)
    }

    /// 中文名
    pub fn chinese(self) -> &'static str {
        match self {
            Staffing::FullTime => "专职",
            Staffing::Principal => "校长兼任",
            Staffing::Teacher => "普通党员教师",
        }
    }
}

/// 书记校长是否分设: derived from the two posts, never stored; unknown while one is vacant.
pub fn separate(secretary: Option<Id>, principal: Option<Id>) -> Option<bool> {
    Some(secretary? != principal?)
}

/// 一肩挑应配专职副书记 (ORG-17)
pub fn advise_staffing(staffing: Staffing, full_time_deputies: u32) -> Option<Advice> {
    (staffing == Staffing::Principal && full_time_deputies == 0).then(|| Advice {
        rule: "ORG-17",
        force: Force::Should,
        words: "书记、校长由一人担任，应设专职副书记".to_owned(),
        source: source(PRACTICE, ""),
    })
}

/// 任期: the days of a committee's term (ORG-12 to ORG-14).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Term {
    /// 届满
    pub ends: Day,
    /// 首次提醒: six months before (ORG-14).
    pub first_reminder: Day,
    /// 经批准最迟延至: a year after (ORG-13).
    pub latest: Day,
}

impl Term {
    /// 由选举日期和年限推算: a branch or general branch sits three years, a committee five.
    pub fn of(elected: Day, years: i32) -> Term {
        let ends = elected.plus_months(years.saturating_mul(12));
        Term {
            ends,
            first_reminder: ends.plus_months(-6),
            latest: ends.plus_months(12),
        }
    }

    /// 是否超期: past its end, or past the extension if one was approved (the last day is in).
    pub fn is_overdue(&self, on: Day, extension_approved: bool) -> bool {
        on > if extension_approved {
            self.latest
        } else {
            self.ends
        }
    }
}

fn source(document: &'static str, article: &'static str) -> Source {
    Source {
        document: Cow::Borrowed(document),
        article: Cow::Borrowed(article),
    }
}
