//! 经过: the facts of a duty folded, one after another, into where it stands.

use super::{Demand, Fact, FactKind, Line};
use crate::calendar::WorkingCalendar;
use kernel::Day;
use std::collections::BTreeSet;

/// Where the facts alone leave a duty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Course {
    /// Whether anybody has begun.
    pub begun: bool,
    /// The submission that lies before the reviewer, by the date that counts for it.
    pub awaiting: Option<Day>,
    /// The return that is still to be put right.
    pub returned: Option<Return>,
    /// The date that was accepted.
    pub accepted: Option<Day>,
    /// Why it is exempt.
    pub exempt: Option<String>,
    /// 期限, after extensions.
    pub due: Day,
    /// Whether it was ever returned: from then on records settle it only through a person.
    pub sent_back: bool,
    /// When records answered it.
    recorded: Option<Day>,
    /// To whom it was handed on.
    pub handed_to: Option<String>,
    /// An extension asked for and not answered.
    pub extension_asked: Option<Day>,
    /// What was done, in Chinese, in order.
    pub lines: Vec<Line>,
}

/// 一次退回
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Return {
    /// The date the returned submission had.
    pub first: Option<Day>,
    /// Last day on which putting it right keeps that date.
    pub until: Day,
    pub reason: String,
    pub field: Option<String>,
}

impl Course {
    /// Folds facts that are already in order. `recorded` is the day on which records answered the
    /// duty, if they did: what a return then sends back has that date.
    pub fn of(
        demand: &Demand,
        facts: &[&Fact],
        recorded: Option<Day>,
        calendar: &WorkingCalendar,
    ) -> Course {
        let due = first_due(demand, calendar);
        let mut course = Course {
            begun: false,
            awaiting: None,
            returned: None,
            accepted: None,
            exempt: None,
            due,
            recorded,
            sent_back: false,
            handed_to: None,
            extension_asked: None,
            lines: Vec::new(),
        };
        let undone = undone(facts);
        for (n, fact) in facts.iter().enumerate() {
            if undone.contains(&n) {
                course.tell(fact, &format!("{}（已撤销）", judged(&fact.kind)));
            } else {
                course.take(demand, fact, calendar);
            }
        }
        course
    }

    fn tell(&mut self, fact: &Fact, told: &str) {
        self.lines.push(Line {
            day: Some(fact.at.day()),
            words: sentence(fact, told),
        });
    }

    fn take(&mut self, demand: &Demand, fact: &Fact, calendar: &WorkingCalendar) {
        let day = fact.at.day();
        let told = match &fact.kind {
            FactKind::Started => self.start(),
            FactKind::HandedOn { to } => self.hand_on(to),
            FactKind::Submitted => self.submit(day),
            FactKind::Withdrawn => self.withdraw(),
            FactKind::Returned { reason, field } => {
                let until = calendar.add_workdays(day, demand.put_right_workdays).day;
                self.send_back(day, until, reason, field.as_ref())
            }
            FactKind::Accepted => self.accept(day),
            FactKind::ReviewUndone => "撤销审核".to_owned(),
            FactKind::ExtensionAsked { to } => {
                self.extension_asked = Some(*to);
                format!("申请延期至{}", to.chinese())
            }
            FactKind::ExtensionRefused => {
                self.extension_asked = None;
                "不同意延期".to_owned()
            }
            FactKind::Extended { to } => self.extend(first_due(demand, calendar), *to),
            FactKind::Exempted { reason } => {
                self.exempt = Some(reason.clone());
                format!("免除：{reason}")
            }
            FactKind::ExemptionLifted => {
                self.exempt = None;
                "取消免除".to_owned()
            }
        };
        self.tell(fact, &told);
    }

    fn start(&mut self) -> String {
        self.begun = true;
        "开始办理".to_owned()
    }

    fn hand_on(&mut self, to: &str) -> String {
        self.begun = true;
        self.handed_to = Some(to.to_owned());
        format!("转交{to}")
    }

    /// A second submission while one is waiting, or after acceptance, changes no date.
    fn submit(&mut self, day: Day) -> String {
        self.begun = true;
        if self.accepted.is_none() && self.awaiting.is_none() {
            let kept = self
                .returned
                .as_ref()
                .filter(|r| day <= r.until)
                .and_then(|r| r.first);
            self.awaiting = Some(kept.unwrap_or(day));
            if let Some(first) = kept {
                return format!("按期补正，仍按{}报送计", first.chinese());
            }
        }
        "报送".to_owned()
    }

    /// Back to where it was before the submission: a return stays to be put right.
    fn withdraw(&mut self) -> String {
        self.awaiting = None;
        "撤回".to_owned()
    }

    fn send_back(&mut self, day: Day, until: Day, reason: &str, field: Option<&String>) -> String {
        let standing = self.returned.take().and_then(|r| r.first);
        let recorded = self
            .recorded
            .filter(|recorded| *recorded <= day && !self.sent_back);
        let dated = self.awaiting.take().or(self.accepted.take()).or(standing);
        self.sent_back = true;
        self.returned = Some(Return {
            first: dated.into_iter().chain(recorded).min(),
            until,
            reason: reason.to_owned(),
            field: field.cloned(),
        });
        format!("退回：{reason}")
    }

    /// Accepting what was not submitted counts from the day of acceptance; accepting a return after
    /// all, from its first date.
    fn accept(&mut self, day: Day) -> String {
        if self.accepted.is_none() {
            let standing = self.returned.take().and_then(|r| r.first);
            self.accepted = Some(self.awaiting.take().or(standing).unwrap_or(day));
        }
        "审核通过".to_owned()
    }

    /// The latest decision stands, but none brings the deadline before the first one.
    fn extend(&mut self, first: Day, to: Day) -> String {
        self.extension_asked = None;
        self.due = to.max(first);
        format!("延期至{}", self.due.chinese())
    }
}

/// Places of the acceptances and returns that were undone: each undoing takes back the latest one
/// that still stands; one with nothing to take back says nothing.
fn undone(facts: &[&Fact]) -> BTreeSet<usize> {
    let (mut standing, mut undone) = (Vec::new(), BTreeSet::new());
    for (n, fact) in facts.iter().enumerate() {
        match fact.kind {
            FactKind::Accepted | FactKind::Returned { .. } => standing.push(n),
            FactKind::ReviewUndone => undone.extend(standing.pop()),
            _ => {}
        }
    }
    undone
}

/// A judgement in words, for one that was undone.
fn judged(kind: &FactKind) -> String {
    match kind {
        FactKind::Returned { reason, .. } => format!("退回：{reason}"),
        _ => "审核通过".to_owned(),
    }
}

fn first_due(demand: &Demand, calendar: &WorkingCalendar) -> Day {
    if demand.roll_to_workday {
        calendar.roll(demand.due).day
    } else {
        demand.due
    }
}

fn sentence(fact: &Fact, told: &str) -> String {
    let by = if fact.by.is_empty() {
        String::new()
    } else {
        format!("{} ", fact.by)
    };
    // Kinds that ask for a reason themselves have told it already.
    let told_already = matches!(
        fact.kind,
        FactKind::Returned { .. } | FactKind::Exempted { .. }
    );
    match fact
        .reason
        .as_deref()
        .map(str::trim)
        .filter(|r| !r.is_empty() && !told_already)
    {
        Some(reason) => format!("{by}{told}（{reason}）"),
        None => format!("{by}{told}"),
    }
}
