//! 核对: what issuing a draft would ask of whom, and what stands in its way.

use crate::entities::item::Item;
use crate::entities::sheet::{Annex, Sheet};
use crate::entities::when::{Occasion, When};
use crate::entities::whom::{self, Naming};
use kernel::{Day, Id, Period, Refusal};
use rules::burden::{Effort, ItemShape};
use rules::measure::{RecordFact, Window};
use rules::who::{OrganisationFacts, Who};
use std::borrow::Cow;
use std::collections::HashMap;

/// What applicability and records are judged on.
#[derive(Clone, Debug, Default)]
pub struct Ground {
    /// Organisations as they stand.
    pub facts: Vec<OrganisationFacts>,
    /// Names.
    pub naming: Naming,
    /// Records held, by organisation; those of its subordinates included.
    pub held: HashMap<Id, Vec<RecordFact>>,
    /// 今天
    pub today: Option<Day>,
}

/// An organisation and whether an item concerns it.
#[derive(Clone, Debug)]
pub struct Judged {
    /// Which.
    pub organisation: Id,
    /// Its name.
    pub name: String,
    /// Its zone.
    pub zone: Option<Id>,
    /// Whether it is concerned.
    pub applies: bool,
    /// Why.
    pub because: String,
    /// Occasions that its records already answer.
    pub answered: u32,
}

/// An item as it would be issued.
#[derive(Clone, Debug)]
pub struct Planned {
    /// The item.
    pub item: Item,
    /// Whom it concerns.
    pub who: Who,
    /// The same in words.
    pub who_words: String,
    /// Each time it is asked for.
    pub occasions: Vec<Occasion>,
    /// Everybody asked about.
    pub judged: Vec<Judged>,
}

/// What a draft would ask.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// Items that would be issued.
    pub items: Vec<Planned>,
    /// What stands in the way.
    pub obstacles: Vec<Obstacle>,
    /// What a person should know before issuing.
    pub warnings: Vec<String>,
}

/// 不能下发: why a draft cannot be issued yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// Nothing would be asked.
    NoItems,
    /// It has no title.
    NoTitle,
    /// The issuer's code is no such code.
    BadPrefix,
    /// An item without deadline.
    NoDue { item: Id, place: String },
    /// A deadline that has passed.
    PastDue { item: Id, place: String, due: Day },
    /// A recurring item that does not fall within the period again.
    NeverDue { item: Id, place: String },
    /// A photo without a reason.
    PhotoWithoutWhy { item: Id, place: String },
    /// A demand that must not be made.
    Forbidden {
        item: Id,
        place: String,
        words: String,
    },
    /// A doubtful reading that nobody looked at.
    Unchecked { item: Id, place: String },
    /// It concerns nobody.
    Nobody { item: Id, place: String },
    /// It was issued already.
    AlreadyIssued,
    /// It was given up.
    NotADraft,
}

impl Obstacle {
    /// The item it is about.
    pub fn item(&self) -> Option<Id> {
        match self {
            Obstacle::NoDue { item, .. }
            | Obstacle::PastDue { item, .. }
            | Obstacle::NeverDue { item, .. }
            | Obstacle::PhotoWithoutWhy { item, .. }
            | Obstacle::Forbidden { item, .. }
            | Obstacle::Unchecked { item, .. }
            | Obstacle::Nobody { item, .. } => Some(*item),
            Obstacle::NoItems
            | Obstacle::NoTitle
            | Obstacle::BadPrefix
            | Obstacle::AlreadyIssued
            | Obstacle::NotADraft => None,
        }
    }
}

impl Refusal for Obstacle {
    fn code(&self) -> &'static str {
        match self {
            Obstacle::NoItems => "no_items",
            Obstacle::NoTitle => "no_title",
            Obstacle::BadPrefix => "bad_prefix",
            Obstacle::NoDue { .. } => "no_due",
            Obstacle::PastDue { .. } => "past_due",
            Obstacle::NeverDue { .. } => "never_due",
            Obstacle::PhotoWithoutWhy { .. } => "photo_without_why",
            Obstacle::Forbidden { .. } => "forbidden_demand",
            Obstacle::Unchecked { .. } => "doubt_unchecked",
            Obstacle::Nobody { .. } => "concerns_nobody",
            Obstacle::AlreadyIssued => "already_issued",
            Obstacle::NotADraft => "not_a_draft",
        }
    }

    fn words(&self) -> Cow<'static, str> {
        match self {
            Obstacle::NoItems => "没有要下发的事项。请先加入事项，或恢复已删去的事项。".into(),
            Obstacle::NoTitle => "交办单没有标题。请在草稿里填写标题。".into(),
            Obstacle::BadPrefix => {
                "机关代字应为2至12个汉字，例如“清教党”。请在草稿的“文件信息”里填写。".into()
            }
            Obstacle::NoDue { place, .. } => {
                format!("“{place}”没有期限。请填写日期，或选一个周期。").into()
            }
            Obstacle::PastDue { place, due, .. } => format!(
                "“{place}”的期限{}已经过去。请改期限，或删去这一项。",
                due.chinese()
            )
            .into(),
            Obstacle::NeverDue { place, .. } => {
                format!("“{place}”在期间内不再到期。请改周期或期间，或删去这一项。").into()
            }
            Obstacle::PhotoWithoutWhy { place, .. } => {
                format!("“{place}”要照片但没有写明为什么。请写明理由，或不要照片。").into()
            }
            Obstacle::Forbidden { place, words, .. } => {
                format!("“{place}”含有不得提出的要求（{words}）。请改写要求，或删去这一项。").into()
            }
            Obstacle::Unchecked { place, .. } => {
                format!("“{place}”有拿不准的地方还没有核对。请对照原文，勾选“已核对”。").into()
            }
            Obstacle::Nobody { place, .. } => {
                format!("“{place}”没有适用的党组织。请改“谁做”，或删去这一项。").into()
            }
            Obstacle::AlreadyIssued => "这张交办单已经下发，不能再次下发。".into(),
            Obstacle::NotADraft => "这张交办单不是草稿，不能再改。".into(),
        }
    }

    fn source(&self) -> Option<kernel::Source> {
        matches!(
            self,
            Obstacle::Forbidden { .. } | Obstacle::PhotoWithoutWhy { .. }
        )
        .then(|| kernel::Source {
            document: "整治形式主义为基层减负若干规定".into(),
            article: "（2024年）".into(),
        })
    }
}

/// What one organisation would be asked.
#[derive(Clone, Debug)]
pub struct Load {
    /// Which.
    pub organisation: Id,
    /// Its name.
    pub name: String,
    /// Its zone's name.
    pub zone: String,
    /// Duties: items times occasions.
    pub duties: u32,
    /// Those that its records already answer.
    pub answered: u32,
    /// Estimated seconds.
    pub seconds: u64,
}

/// What the whole sheet would ask.
#[derive(Clone, Debug, Default)]
pub struct Burden {
    /// Each organisation asked anything, the heaviest first.
    pub loads: Vec<Load>,
    /// Days from today until the first deadline.
    pub notice_days: Option<i32>,
    /// Items that ask for a photo.
    pub photos: usize,
}

impl Plan {
    /// Works out a draft.
    pub fn of(sheet: &Sheet, items: &[Item], annexes: &[Annex], ground: &Ground) -> Plan {
        let today = ground.today.unwrap_or(sheet.doc_date);
        let mut plan = Plan::default();
        for item in items.iter().filter(|i| i.is_asked()) {
            let planned = plan_item(sheet, item, ground, today);
            obstacles(&planned, sheet, today, &mut plan.obstacles);
            plan.items.push(planned);
        }
        if plan.items.is_empty() {
            plan.obstacles.push(Obstacle::NoItems);
        }
        if sheet.title.trim().is_empty() {
            plan.obstacles.push(Obstacle::NoTitle);
        }
        if office::official::DocumentNumber::new(&sheet.prefix, 2000, 1).is_err() {
            plan.obstacles.push(Obstacle::BadPrefix);
        }
        plan.warnings = warnings(&plan, annexes, sheet.period(), today);
        plan
    }

    /// How many organisations are asked anything.
    pub fn organisations(&self) -> usize {
        let mut ids: Vec<Id> = self.applying().map(|(_, j)| j.organisation).collect();
        ids.sort();
        ids.dedup();
        ids.len()
    }

    fn applying(&self) -> impl Iterator<Item = (&Planned, &Judged)> {
        let of = |p: &'_ Planned| p.judged.len();
        self.items
            .iter()
            .filter(move |p| of(p) > 0)
            .flat_map(|p| p.judged.iter().filter(|j| j.applies).map(move |j| (p, j)))
    }

    /// What it asks of each organisation and in all.
    pub fn burden(&self, ground: &Ground) -> Burden {
        let today = ground.today;
        let mut by: HashMap<Id, (Load, Effort)> = HashMap::new();
        for (planned, judged) in self.applying() {
            let entry = by.entry(judged.organisation).or_insert_with(|| {
                let zone = judged
                    .zone
                    .and_then(|z| ground.naming.nodes.get(&z).cloned());
                let load = Load {
                    organisation: judged.organisation,
                    name: judged.name.clone(),
                    zone: zone.unwrap_or_default(),
                    duties: 0,
                    answered: 0,
                    seconds: 0,
                };
                (
                    load,
                    Effort {
                        sign_ins: 1,
                        ..Effort::default()
                    },
                )
            });
            entry.0.duties += planned.times();
            entry.0.answered += judged.answered;
            entry.1 += Effort::of_item(planned.shape(planned.times(), judged.answered));
        }
        let mut loads: Vec<Load> = by
            .into_values()
            .map(|(load, effort)| Load {
                seconds: effort.seconds(),
                ..load
            })
            .collect();
        loads.sort_by(|a, b| {
            b.seconds
                .cmp(&a.seconds)
                .then_with(|| a.organisation.cmp(&b.organisation))
        });
        let first = self
            .items
            .iter()
            .flat_map(|p| p.occasions.iter().map(|o| o.due))
            .min();
        Burden {
            loads,
            notice_days: first.zip(today).map(|(due, today)| today.days_until(due)),
            photos: self
                .items
                .iter()
                .filter(|p| p.item.photo_why.is_some())
                .count(),
        }
    }
}

impl Burden {
    /// Duties for each organisation on average, in tenths.
    pub fn average_duties(&self) -> String {
        let n = self.loads.len() as u64;
        let sum: u64 = self.loads.iter().map(|l| u64::from(l.duties)).sum();
        if n == 0 {
            return "0".to_owned();
        }
        let tenths = (sum * 10 + n / 2) / n;
        if tenths.is_multiple_of(10) {
            (tenths / 10).to_string()
        } else {
            format!("{}.{}", tenths / 10, tenths % 10)
        }
    }

    /// Seconds for each organisation on average.
    pub fn average_seconds(&self) -> u64 {
        let n = self.loads.len() as u64;
        if n == 0 {
            0
        } else {
            self.loads
                .iter()
                .map(|l| l.seconds)
                .sum::<u64>()
                .div_ceil(n)
        }
    }

    /// Duties that records already answer, everywhere.
    pub fn answered(&self) -> u32 {
        self.loads.iter().map(|l| l.answered).sum()
    }
}

impl Planned {
    /// How many it concerns.
    pub fn count(&self) -> usize {
        self.judged.iter().filter(|j| j.applies).count()
    }

    /// How often it is asked for.
    pub fn times(&self) -> u32 {
        u32::try_from(self.occasions.len()).unwrap_or(u32::MAX)
    }

    /// How many of those it concerns have already done all of it, by their records.
    pub fn answered(&self) -> usize {
        let times = self.times();
        self.judged
            .iter()
            .filter(|j| j.applies && times > 0 && j.answered >= times)
            .count()
    }

    /// The shape of its cost.
    pub fn shape(&self, instances: u32, answered: u32) -> ItemShape {
        /// Characters of a short account.
        const ACCOUNT: u32 = 20;
        let needs = self.item.needs_file || !self.item.evidence().is_empty();
        let files = u32::from(needs && self.item.max_files > 0);
        ItemShape {
            instances,
            answered,
            files,
            characters: ACCOUNT,
        }
    }

    /// Estimated seconds of one occasion.
    pub fn effort_seconds(&self) -> i64 {
        i64::try_from(Effort::of_item(self.shape(1, 0)).seconds()).unwrap_or(i64::MAX)
    }
}

fn plan_item(sheet: &Sheet, item: &Item, ground: &Ground, today: Day) -> Planned {
    let who = item.who();
    let occasions = item.when().occasions(item.due, sheet.period(), today);
    let measure = item.measure();
    let none = Vec::new();
    let judged = whom::judge(&who, &ground.facts, sheet.issuer, &ground.naming)
        .into_iter()
        .map(|(facts, verdict)| {
            let held = ground.held.get(&facts.id).unwrap_or(&none);
            let answers = |o: &&Occasion| {
                measure.answers_itself()
                    && measure
                        .evaluate(
                            held,
                            Window {
                                from: o.from,
                                to: o.to,
                            },
                        )
                        .answered
            };
            let answered = occasions.iter().filter(answers).count();
            Judged {
                organisation: facts.id,
                name: facts.name.clone(),
                zone: facts.zone,
                applies: verdict.applies,
                because: verdict.because,
                answered: u32::try_from(answered).unwrap_or(0),
            }
        })
        .collect();
    Planned {
        who_words: ground.naming.words(&who),
        item: item.clone(),
        who,
        occasions,
        judged,
    }
}

fn obstacles(planned: &Planned, sheet: &Sheet, today: Day, out: &mut Vec<Obstacle>) {
    let item = &planned.item;
    let place = format!("{} {}", item.place(), item.title)
        .trim()
        .chars()
        .take(40)
        .collect::<String>();
    let id = item.id;
    if planned.occasions.is_empty() {
        out.push(match (item.when(), item.due) {
            (When::Once, None) => Obstacle::NoDue {
                item: id,
                place: place.clone(),
            },
            (When::Once, Some(due)) => Obstacle::PastDue {
                item: id,
                place: place.clone(),
                due,
            },
            (when, due) => match when.days(due, sheet.period()).last() {
                Some(due) if *due < today => Obstacle::PastDue {
                    item: id,
                    place: place.clone(),
                    due: *due,
                },
                _ => Obstacle::NeverDue {
                    item: id,
                    place: place.clone(),
                },
            },
        });
    }
    if item
        .photo_why
        .as_ref()
        .is_some_and(|why| why.trim().is_empty())
    {
        out.push(Obstacle::PhotoWithoutWhy {
            item: id,
            place: place.clone(),
        });
    }
    let forbidden = item.forbidden();
    if !forbidden.is_empty() {
        let words = forbidden.join("、");
        out.push(Obstacle::Forbidden {
            item: id,
            place: place.clone(),
            words,
        });
    }
    if item.is_doubtful() {
        out.push(Obstacle::Unchecked {
            item: id,
            place: place.clone(),
        });
    }
    if planned.count() == 0 {
        out.push(Obstacle::Nobody { item: id, place });
    }
}

fn warnings(plan: &Plan, annexes: &[Annex], period: Period, today: Day) -> Vec<String> {
    /// Less notice than this is worth a word.
    const SHORT_NOTICE: i32 = 7;
    let mut out = Vec::new();
    let first = plan
        .items
        .iter()
        .flat_map(|p| {
            p.occasions
                .iter()
                .map(move |o| (o.due, p.item.title.as_str()))
        })
        .min();
    if let Some((due, title)) = first.filter(|(due, _)| today.days_until(*due) < SHORT_NOTICE) {
        let days = today.days_until(due);
        out.push(format!(
            "通知到首个期限只有 {days} 天（{title}，{}）。",
            due.short()
        ));
    }
    for annex in annexes.iter().filter(|a| a.file.is_none()) {
        let title = if annex.title.is_empty() {
            String::new()
        } else {
            format!("“{}”", annex.title)
        };
        out.push(format!("正文引用的附件{}{title}还没有上传。", annex.rank));
    }
    for planned in plan.items.iter().filter(|p| !p.occasions.is_empty()) {
        let gone: Vec<String> = planned
            .item
            .when()
            .days(planned.item.due, period)
            .into_iter()
            .filter(|day| *day < today)
            .map(Day::short)
            .collect();
        if !gone.is_empty() {
            let title = &planned.item.title;
            out.push(format!("“{title}”中{}已过，不再要求。", gone.join("、")));
        }
    }
    out
}
