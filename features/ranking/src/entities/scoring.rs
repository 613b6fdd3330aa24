//! 计分与排名: from items to a score, from scores to ranks. Pure: what is frozen computes the same
//! tomorrow.

use super::{Correction, Counts, ItemLine, Line, Named, Rank, Ranks, Unranked};
use kernel::{Day, Id, Period};
use rules::score::{Factors, Score, Standing, TailRule, Terms, ranks, score, tail};
use std::collections::HashMap;

/// An organisation that was asked something.
#[derive(Clone, Debug)]
pub struct Subject {
    /// Which.
    pub organisation: Id,
    /// Its name.
    pub name: String,
    /// The one above.
    pub parent: String,
    /// 片区
    pub zone: Option<Named>,
    /// 组织类别
    pub kind: Named<String>,
    /// Its first day.
    pub from: Day,
    /// Its last day, once closed.
    pub to: Option<Day>,
    /// Where its members went when it closed.
    pub into: Vec<String>,
}

impl Subject {
    /// Why it is listed without a rank, whatever it scored.
    fn unranked(&self, terms: &Terms, period: Period) -> Option<Unranked> {
        if let Some(on) = self.to.filter(|on| *on < period.to) {
            let into = self.into.clone();
            return Some(Unranked::Closed { on, into });
        }
        let new = terms.newcomers_unranked && self.from > period.from;
        new.then_some(Unranked::Newcomer { from: self.from })
    }
}

/// Its line, still without ranks.
pub fn line_of(subject: Subject, mut items: Vec<ItemLine>, terms: &Terms, period: Period) -> Line {
    let unranked = subject.unranked(terms, period);
    for item in &mut items {
        item.factor = terms.factors.of(item.standing);
    }
    let mut line = Line {
        organisation: subject.organisation,
        name: subject.name,
        parent: subject.parent,
        zone: subject.zone,
        kind: subject.kind,
        score: None,
        gained: 0,
        possible: 0,
        ranks: None,
        tail: false,
        unranked,
        counts: Counts::default(),
        items,
    };
    tally(&mut line, terms.factors);
    line
}

/// Counts and scores what stands in the line.
fn tally(line: &mut Line, factors: Factors) {
    let scored: Vec<(u32, Standing)> = line
        .substantive()
        .map(|item| (item.weight, item.standing))
        .collect();
    let mut counts = Counts::default();
    (line.gained, line.possible) = (0, 0);
    for (weight, standing) in &scored {
        match standing {
            Standing::OnTime => counts.on_time += 1,
            Standing::Late => counts.late += 1,
            Standing::Owed => counts.owed += 1,
            Standing::Excused => {
                counts.excused += 1;
                continue;
            }
        }
        line.gained += u64::from(*weight) * u64::from(factors.of(*standing));
        line.possible += u64::from(*weight);
    }
    counts.unscored = u32::try_from(line.unscored().count()).unwrap_or(u32::MAX);
    line.counts = counts;
    line.score = score(&scored, factors);
    match (line.score, &line.unranked) {
        (None, None) => line.unranked = Some(Unranked::NothingToScore),
        (Some(_), Some(Unranked::NothingToScore)) => line.unranked = None,
        _ => {}
    }
}

/// Ranks the lines in the three groupings, marks the tail, and puts them in order: by rank, then as
/// they came; those without a rank last.
pub fn rank(lines: &mut [Line], rule: TailRule) {
    let in_ranking: Vec<(usize, Score)> = lines
        .iter()
        .enumerate()
        .filter(|(_, line)| line.unranked.is_none())
        .filter_map(|(at, line)| Some((at, line.score?)))
        .collect();
    let whole = places(in_ranking.iter().map(|(at, score)| ((), *at, *score)));
    let zone = places(in_ranking.iter().filter_map(|(at, score)| {
        let zone = lines[*at].zone.as_ref()?;
        Some((zone.key, *at, *score))
    }));
    let kind = places(in_ranking.iter().map(|(at, score)| {
        let kind = lines[*at].kind.key.clone();
        (kind, *at, *score)
    }));
    let scores: Vec<Score> = in_ranking.iter().map(|(_, score)| *score).collect();
    let last: HashMap<usize, bool> = in_ranking
        .iter()
        .map(|(at, _)| *at)
        .zip(tail(&scores, rule))
        .collect();
    for (at, line) in lines.iter_mut().enumerate() {
        line.tail = last.get(&at).copied().unwrap_or(false);
        line.ranks = match (whole.get(&at), kind.get(&at)) {
            (Some(whole), Some(kind)) => Some(Ranks {
                whole: *whole,
                zone: zone.get(&at).copied(),
                kind: *kind,
            }),
            _ => None,
        };
    }
    lines.sort_by_key(|line| line.ranks.map_or(u32::MAX, |ranks| ranks.whole.place));
}

/// Competition ranks within each group.
fn places<G: std::hash::Hash + Eq>(
    scored: impl Iterator<Item = (G, usize, Score)>,
) -> HashMap<usize, Rank> {
    let mut groups: HashMap<G, Vec<(usize, Score)>> = HashMap::new();
    for (group, at, score) in scored {
        groups.entry(group).or_default().push((at, score));
    }
    let mut places = HashMap::new();
    for group in groups.into_values() {
        let scores: Vec<Score> = group.iter().map(|(_, score)| *score).collect();
        let of = u32::try_from(group.len()).unwrap_or(u32::MAX);
        for ((at, _), place) in group.iter().zip(ranks(&scores)) {
            places.insert(*at, Rank { place, of });
        }
    }
    places
}

/// 更正: the same lines with one item standing as corrected, ranked anew. None when there is no such
/// item. Nothing else is read again.
pub fn corrected(
    mut lines: Vec<Line>,
    (organisation, requirement): (Id, Id),
    after: Standing,
    correction: Correction,
    terms: &Terms,
) -> Option<Vec<Line>> {
    let line = lines
        .iter_mut()
        .find(|line| line.organisation == organisation)?;
    let item = line
        .items
        .iter_mut()
        .find(|item| item.requirement == requirement && item.substantive)?;
    item.standing = after;
    item.factor = terms.factors.of(after);
    item.reason = (after == Standing::Excused).then(|| correction.why.clone());
    item.correction = Some(correction);
    tally(line, terms.factors);
    rank(&mut lines, terms.tail);
    Some(lines)
}
