//! 基层负担, counted: every demand with its notice and what it repeats, and sums of them. Minutes are
//! an estimate of the handling, not of the work.

use crate::store::{self, AskedItem, Earlier, Issued};
use ::store::{Db, Error};
use kernel::{Day, Id};
use rules::burden::{Demand, SHORT_NOTICE, bare, is_asked_twice};
use rules::calendar::WorkingCalendar;
use rules::measure::Measure;
use std::collections::{BTreeMap, HashMap, HashSet};
use web::Reach;

/// 一项次: a demand as issued, for one deadline.
#[derive(Clone, Debug)]
pub struct Asking {
    /// The demand.
    pub row: AskedItem,
    /// 提前量: working days from the day after issue to the deadline.
    pub notice: u32,
    /// Organisations that an earlier sheet had asked the same of.
    pub twice: i64,
    /// The first of those: `清教党〔2026〕3号 二、“上报资料包”`; empty when none.
    pub repeats: String,
}

impl Asking {
    /// Whether it came with less than [`SHORT_NOTICE`] working days.
    pub fn is_hurried(&self) -> bool {
        self.notice < SHORT_NOTICE
    }

    /// Estimated seconds of all it was asked of.
    pub fn seconds(&self) -> i64 {
        self.row.asked * self.row.effort_seconds
    }

    /// Month of issue: year and month.
    pub fn month(&self) -> (i16, i8) {
        let day = self.row.issued_at.day();
        (day.year(), day.month())
    }
}

/// 合计
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Load {
    /// 项次
    pub items: i64,
    /// 件: an item asked of an organisation.
    pub duties: i64,
    /// Estimated seconds.
    pub seconds: i64,
    /// 件 that an earlier sheet had asked.
    pub twice: i64,
    /// 项次 with short notice.
    pub hurried: i64,
}

impl Load {
    fn add(&mut self, one: &Asking) {
        self.items += 1;
        self.duties += one.row.asked;
        self.seconds += one.seconds();
        self.twice += one.twice;
        self.hurried += i64::from(one.is_hurried());
    }

    /// All of those.
    pub fn of<'a>(all: impl IntoIterator<Item = &'a Asking>) -> Load {
        let mut load = Load::default();
        all.into_iter().for_each(|one| load.add(one));
        load
    }
}

/// 下达单位: whose sheets they are and who signed them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Issuer {
    /// The issuing organisation.
    pub id: Option<Id>,
    /// Its name.
    pub name: String,
    /// 签发人
    pub signer: String,
}

/// By issuer and signer, the most first.
pub fn by_issuer(all: &[Asking]) -> Vec<(Issuer, Load)> {
    let mut by: BTreeMap<Issuer, Load> = BTreeMap::new();
    for one in all {
        let issuer = Issuer {
            id: one.row.issuer,
            name: one.row.issuer_name.clone().unwrap_or_default(),
            signer: one.row.signer.clone().unwrap_or_default(),
        };
        by.entry(issuer).or_default().add(one);
    }
    let mut by: Vec<(Issuer, Load)> = by.into_iter().collect();
    by.sort_by_key(|(_, load)| std::cmp::Reverse(load.seconds));
    by
}

/// By month of issue, months without any included.
pub fn by_month(all: &[Asking], from: Day, to: Day) -> Vec<((i16, i8), Load)> {
    let mut by = Vec::new();
    let mut month = from.first_of_month();
    while month <= to {
        let key = (month.year(), month.month());
        by.push((key, Load::of(all.iter().filter(|one| one.month() == key))));
        month = month.plus_months(1);
    }
    by
}

/// Every demand of a time within reach, the latest issued first: in four statements, however many.
pub async fn load(db: &Db, reach: &Reach, issued: &Issued) -> Result<Vec<Asking>, Error> {
    let rows = store::asked_items(db, reach, issued).await?;
    let first = rows.iter().map(|row| row.window_from).min();
    let earlier = match first {
        Some(first) => store::standing(db, issued.to, first).await?,
        None => Vec::new(),
    };
    let pairs = pairs(&rows, &earlier)?;
    let mut ids: Vec<Id> = pairs
        .iter()
        .flat_map(|(id, others)| others.iter().map(|other| other.id).chain([*id]))
        .collect();
    ids.sort_unstable();
    ids.dedup();
    let asked = store::asked_of(db, reach, &ids).await?;
    let calendar = WorkingCalendar::national();
    let asking = rows.into_iter().map(|row| {
        let others = pairs.get(&row.id).map_or(&[][..], Vec::as_slice);
        let (twice, repeats) = repeated(&row, others, issued.organisation, &asked);
        Asking {
            notice: calendar
                .workdays(row.issued_at.day().plus_days(1), row.due)
                .days,
            twice,
            repeats,
            row,
        }
    });
    Ok(asking.collect())
}

/// For each demand those of other sheets issued before it that ask the same.
fn pairs<'a>(
    rows: &[AskedItem],
    earlier: &'a [Earlier],
) -> Result<HashMap<Id, Vec<&'a Earlier>>, Error> {
    let measures: Vec<Measure> = earlier
        .iter()
        .map(|one| serde_json::from_str(&one.measure))
        .collect::<Result<_, _>>()?;
    let (mut titles, mut records) = (HashMap::new(), HashMap::new());
    for (at, one) in earlier.iter().enumerate() {
        titles
            .entry(bare(&one.title))
            .or_insert_with(Vec::new)
            .push(at);
        if measures[at].answers_itself() {
            records
                .entry(one.measure.as_str())
                .or_insert_with(Vec::new)
                .push(at);
        }
    }
    let mut pairs: HashMap<Id, Vec<&Earlier>> = HashMap::new();
    for row in rows {
        let measure: Measure = serde_json::from_str(&row.measure)?;
        let own = Demand {
            title: &row.title,
            measure: &measure,
            from: row.window_from,
            to: row.due,
        };
        let alike = titles.get(bare(&row.title)).into_iter().flatten();
        let mut alike: Vec<usize> = alike
            .chain(records.get(row.measure.as_str()).into_iter().flatten())
            .copied()
            .collect();
        alike.sort_unstable();
        alike.dedup();
        let same = alike.into_iter().filter(|at| {
            let one = &earlier[*at];
            let theirs = Demand {
                title: &one.title,
                measure: &measures[*at],
                from: one.window_from,
                to: one.due,
            };
            let before = (one.issued_at, one.id) < (row.issued_at, row.id);
            before && one.source != row.source && is_asked_twice(own, theirs)
        });
        let same: Vec<&Earlier> = same.map(|at| &earlier[at]).collect();
        if !same.is_empty() {
            pairs.insert(row.id, same);
        }
    }
    Ok(pairs)
}

/// Of how many organisations a demand was asked before, and by what first.
fn repeated(
    row: &AskedItem,
    others: &[&Earlier],
    only: Option<Id>,
    asked: &HashMap<Id, HashSet<Id>>,
) -> (i64, String) {
    let nobody = HashSet::new();
    let of = |id: &Id| asked.get(id).unwrap_or(&nobody);
    let meant = |id: &&Id| only.is_none_or(|only| only == **id);
    let own: Vec<&Id> = of(&row.id).iter().filter(meant).collect();
    let shared = |one: &&&Earlier| own.iter().any(|id| of(&one.id).contains(id));
    let before = |id: &&&Id| others.iter().any(|one| of(&one.id).contains(**id));
    let twice = own.iter().filter(before).count();
    let first = others.iter().find(shared);
    let words = first.map_or_else(String::new, |one| {
        format!("{}“{}”", one.source_words, one.title)
    });
    (i64::try_from(twice).unwrap_or(i64::MAX), words)
}
