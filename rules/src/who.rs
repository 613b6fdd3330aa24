//! 适用范围: the typed expression that says whom a requirement concerns. The same type stands in
//! task sheets, packs and forms; it is evaluated and frozen with its reasons at issue.

use kernel::{Day, Id};
use serde::{Deserialize, Serialize};

/// 适用范围. As JSON `{"who":"tag","of":"youth_party_school"}`, terms nested in `and`, `or`, `not`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "who", content = "of", rename_all = "snake_case")]
pub enum Who {
    /// 全部党组织
    #[default]
    All,
    /// 同时符合: every term; none at all means everybody.
    And(Vec<Who>),
    /// 符合其一: some term; none at all means nobody.
    Or(Vec<Who>),
    /// 除外
    Not(Box<Who>),
    /// 点名: these organisations.
    Organisations(Vec<Id>),
    /// 党组织类别, by the code of the county's table.
    OrganisationKind(String),
    /// 所属单位类别: one of its units is of that kind.
    UnitKind(String),
    /// 标签, such as a youth Party school or a remote education site.
    Tag(String),
    /// 片区
    Zone(Id),
    /// 隶属: that organisation and everything below it.
    Under(Id),
    /// 书记配备方式, by the code of [`crate::organisation::Staffing`].
    SecretaryStaffing(String),
    /// 新任书记: in the post since that day or later.
    SecretaryNewSince(Day),
    /// 党员人数不少于, full and probationary.
    MembersAtLeast(u32),
    /// 党员人数不多于, full and probationary.
    MembersAtMost(u32),
    /// 有适龄党员: some member of at most that age on that day (T-04: the age itself is in).
    HasMembersAged {
        /// Years of age.
        at_most: u16,
        /// The day it is measured on.
        on: Day,
    },
}

/// 党组织情况: what the expression is asked about, as of the day of issue.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrganisationFacts {
    /// The organisation.
    pub id: Id,
    /// Its name.
    pub name: String,
    /// 党组织类别 code.
    pub kind: String,
    /// Kinds of its units.
    pub unit_kinds: Vec<String>,
    /// 标签 codes, of the organisation and its units.
    pub tags: Vec<String>,
    /// 片区
    pub zone: Option<Id>,
    /// 上级党组织, from the root down.
    pub ancestors: Vec<Id>,
    /// 书记; none while the post is vacant.
    pub secretary: Option<SecretaryFact>,
    /// 正式党员
    pub members_full: u32,
    /// 预备党员
    pub members_probationary: u32,
    /// 出生日期 of its members, as far as known.
    pub births: Vec<Day>,
}

/// 书记任职情况
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecretaryFact {
    /// 配备方式 code.
    pub staffing: String,
    /// 任职起始日
    pub since: Day,
}

/// 适用与否及理由
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// Whether the requirement concerns the organisation.
    pub applies: bool,
    /// The fact that decided it, in Chinese: `有青少年党校`, `没有35周岁以下党员`.
    pub because: String,
}

/// What a name is wanted for: ids and codes live in the county's tables, not here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Named<'a> {
    /// 党组织
    Organisation(Id),
    /// 片区
    Zone(Id),
    /// 党组织类别
    OrganisationKind(&'a str),
    /// 单位类别
    UnitKind(&'a str),
    /// 标签
    Tag(&'a str),
    /// 书记配备方式
    Staffing(&'a str),
}

/// Gives the Chinese name of an id or code.
pub type Names<'a> = &'a dyn Fn(Named<'_>) -> String;

impl OrganisationFacts {
    /// 党员总数: full and probationary.
    pub fn members(&self) -> u32 {
        self.members_full.saturating_add(self.members_probationary)
    }

    fn members_aged(&self, at_most: u16, on: Day) -> usize {
        let limit = i32::from(at_most);
        self.births
            .iter()
            .filter(|b| **b <= on && i32::from(b.age_on(on)) <= limit)
            .count()
    }
}

impl Who {
    /// 是否适用: whether it concerns the organisation, and the fact that decided it.
    pub fn evaluate(&self, facts: &OrganisationFacts, names: Names<'_>) -> Verdict {
        match self {
            Who::All => says(true, "面向全部党组织".to_owned()),
            Who::And(terms) if terms.is_empty() => says(true, "面向全部党组织".to_owned()),
            Who::And(terms) => gather(terms, facts, names, |all| all.iter().all(|v| v.applies)),
            Who::Or(terms) if terms.is_empty() => says(false, "没有适用条件".to_owned()),
            Who::Or(terms) => gather(terms, facts, names, |all| all.iter().any(|v| v.applies)),
            Who::Not(term) => {
                let inner = term.evaluate(facts, names);
                says(!inner.applies, inner.because)
            }
            term => term.evaluate_fact(facts, names),
        }
    }

    fn evaluate_fact(&self, facts: &OrganisationFacts, names: Names<'_>) -> Verdict {
        match self {
            Who::Organisations(ids) => either(
                ids.contains(&facts.id),
                || "在点名之列".to_owned(),
                || "未被点名".to_owned(),
            ),
            Who::OrganisationKind(code) => {
                let kind = names(Named::OrganisationKind(&facts.kind));
                says(&facts.kind == code, format!("是{kind}"))
            }
            Who::UnitKind(code) => has(
                facts.unit_kinds.contains(code),
                &names(Named::UnitKind(code)),
            ),
            Who::Tag(code) => has(facts.tags.contains(code), &names(Named::Tag(code))),
            Who::Zone(zone) => match facts.zone {
                Some(own) => says(own == *zone, format!("在{}", names(Named::Zone(own)))),
                None => says(false, "未划入片区".to_owned()),
            },
            Who::Under(top) => {
                let name = names(Named::Organisation(*top));
                let under = facts.id == *top || facts.ancestors.contains(top);
                either(under, || format!("隶属{name}"), || format!("不隶属{name}"))
            }
            Who::MembersAtLeast(n) => says(facts.members() >= *n, members_words(facts)),
            Who::MembersAtMost(n) => says(facts.members() <= *n, members_words(facts)),
            Who::HasMembersAged { at_most, on } => match facts.members_aged(*at_most, *on) {
                0 => says(false, format!("没有{at_most}周岁以下党员")),
                n => says(true, format!("有{n}名{at_most}周岁以下党员")),
            },
            other => other.evaluate_secretary(facts, names),
        }
    }

    fn evaluate_secretary(&self, facts: &OrganisationFacts, names: Names<'_>) -> Verdict {
        let Some(secretary) = &facts.secretary else {
            return says(false, "书记空缺".to_owned());
        };
        match self {
            Who::SecretaryStaffing(code) => {
                let staffing = names(Named::Staffing(&secretary.staffing));
                says(&secretary.staffing == code, format!("书记为{staffing}"))
            }
            Who::SecretaryNewSince(day) => says(
                secretary.since >= *day,
                format!("书记{}任职", secretary.since.chinese()),
            ),
            _ => says(false, String::new()),
        }
    }

    /// 适用范围的中文说法: `全部党组织`, `有青少年党校的党组织`.
    pub fn words(&self, names: Names<'_>) -> String {
        match self {
            Who::All => "全部党组织".to_owned(),
            Who::And(terms) if terms.is_empty() => "全部党组织".to_owned(),
            Who::Or(terms) if terms.is_empty() => "无".to_owned(),
            Who::Organisations(ids) => named_list(ids, names),
            _ => format!("{}党组织", self.clause(names)),
        }
    }

    /// The expression as an attribute, ready to stand before 党组织.
    fn clause(&self, names: Names<'_>) -> String {
        match self {
            Who::All => "全部".to_owned(),
            Who::And(terms) => joined(terms, names, "、且"),
            Who::Or(terms) => joined(terms, names, "、或"),
            Who::Not(term) => format!("除{}以外的", term.words(names)),
            Who::Organisations(ids) => format!("点名({})的", named_list(ids, names)),
            Who::OrganisationKind(code) => {
                format!("类别为{}的", names(Named::OrganisationKind(code)))
            }
            Who::UnitKind(code) => format!("有{}的", names(Named::UnitKind(code))),
            Who::Tag(code) => format!("有{}的", names(Named::Tag(code))),
            Who::Zone(id) => format!("{}的", names(Named::Zone(*id))),
            Who::Under(id) => format!("隶属{}的", names(Named::Organisation(*id))),
            Who::SecretaryStaffing(code) => format!("书记为{}的", names(Named::Staffing(code))),
            Who::SecretaryNewSince(day) => format!("书记{}以后新任的", day.chinese()),
            Who::MembersAtLeast(n) => format!("党员{n}名以上的"),
            Who::MembersAtMost(n) => format!("党员{n}名以下的"),
            Who::HasMembersAged { at_most, on } => {
                format!("有{at_most}周岁以下党员（以{}计）的", on.chinese())
            }
        }
    }
}

fn says(applies: bool, because: String) -> Verdict {
    Verdict { applies, because }
}

fn either(applies: bool, yes: impl Fn() -> String, no: impl Fn() -> String) -> Verdict {
    says(applies, if applies { yes() } else { no() })
}

fn has(holds: bool, name: &str) -> Verdict {
    either(holds, || format!("有{name}"), || format!("没有{name}"))
}

fn members_words(facts: &OrganisationFacts) -> String {
    format!("有{}名党员", facts.members())
}

/// Judges every term and keeps the reasons of those that agree with the outcome.
fn gather(
    terms: &[Who],
    facts: &OrganisationFacts,
    names: Names<'_>,
    decide: impl Fn(&[Verdict]) -> bool,
) -> Verdict {
    let verdicts: Vec<_> = terms.iter().map(|t| t.evaluate(facts, names)).collect();
    let applies = decide(&verdicts);
    let mut reasons: Vec<String> = Vec::new();
    for verdict in verdicts.into_iter().filter(|v| v.applies == applies) {
        if !reasons.contains(&verdict.because) {
            reasons.push(verdict.because);
        }
    }
    says(applies, reasons.join("，"))
}

fn joined(terms: &[Who], names: Names<'_>, with: &str) -> String {
    terms
        .iter()
        .map(|t| t.clause(names))
        .collect::<Vec<_>>()
        .join(with)
}

fn named_list(ids: &[Id], names: Names<'_>) -> String {
    if ids.is_empty() {
        return "未点名任何党组织".to_owned();
    }
    ids.iter()
        .map(|id| names(Named::Organisation(*id)))
        .collect::<Vec<_>>()
        .join("、")
}
