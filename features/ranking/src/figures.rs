//! 汇总数: what the bulletin, the workbook and the printed table say of an edition, counted from its
//! lines alone.

use crate::entities::{Counts, Line};
use kernel::Period;
use rules::score::{Score, Standing};

/// 汇总数 of lines that were frozen together.
#[derive(Clone, Debug)]
pub struct Figures {
    /// 列入的党组织
    pub listed: usize,
    /// 排名的党组织
    pub ranked: usize,
    /// Items of them all.
    pub counts: Counts,
    /// 平均得分 of those ranked; none when nobody is.
    pub mean: Option<Score>,
    /// The highest score.
    pub best: Option<Score>,
    /// The lowest.
    pub worst: Option<Score>,
    /// How many have full marks.
    pub full: usize,
    /// 片区, or kinds of organisation where there are no zones; the highest mean first.
    pub groups: Vec<Group>,
    /// What the groups are: `片区` or `组织类别`.
    pub grouped_by: &'static str,
    /// 不计入得分的事项及理由
    pub excused: Vec<Excused>,
}

/// 一个片区 (or kind of organisation).
#[derive(Clone, Debug)]
pub struct Group {
    /// Its name.
    pub name: String,
    /// Organisations of it.
    pub listed: usize,
    /// Those ranked.
    pub ranked: usize,
    /// Items of them all.
    pub counts: Counts,
    /// 平均得分 of those ranked.
    pub mean: Option<Score>,
}

/// 不计的事项: one item, one reason, and everybody it was excused for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Excused {
    /// 事项
    pub title: String,
    /// 理由
    pub reason: String,
    /// 党组织
    pub names: Vec<String>,
}

/// 分数段: lowest score of each, and its name; the last takes the rest.
const BANDS: [(u32, &str); 6] = [
    (10_000, "满分"),
    (9_500, "95分以上"),
    (9_000, "90至95分"),
    (8_000, "80至90分"),
    (6_000, "60至80分"),
    (0, "60分以下"),
];

impl Figures {
    /// Counts them.
    pub fn of(lines: &[Line]) -> Figures {
        let scores: Vec<Score> = ranked(lines.iter());
        let zoned = lines.iter().any(|line| line.zone.is_some());
        Figures {
            listed: lines.len(),
            ranked: scores.len(),
            counts: sum(lines.iter()),
            mean: mean(&scores),
            best: scores.iter().copied().max(),
            worst: scores.iter().copied().min(),
            full: scores.iter().filter(|score| score.0 == 10_000).count(),
            groups: groups(lines, zoned),
            grouped_by: if zoned { "片区" } else { "组织类别" },
            excused: excused(lines),
        }
    }

    /// `90.91%`: items in time of those scored.
    pub fn on_time(&self) -> String {
        percent(self.counts.on_time, self.counts.scored())
    }
}

impl Group {
    /// The same of a group.
    pub fn on_time(&self) -> String {
        percent(self.counts.on_time, self.counts.scored())
    }

    /// 平均得分; `—` where nobody is ranked.
    pub fn mean_words(&self) -> String {
        self.mean
            .map_or_else(|| "—".to_owned(), |score| score.to_string())
    }
}

/// How many of the ranked lie in each band, those without anybody left out at both ends.
pub fn bands(lines: &[Line]) -> Vec<(&'static str, u32)> {
    let mut bands = BANDS.map(|(_, name)| (name, 0u32)).to_vec();
    for score in ranked(lines.iter()) {
        if let Some(at) = BANDS.iter().position(|(from, _)| score.0 >= *from) {
            bands[at].1 += 1;
        }
    }
    let first = bands.iter().position(|(_, n)| *n > 0).unwrap_or(0);
    let last = bands.iter().rposition(|(_, n)| *n > 0).unwrap_or(0);
    bands.drain(..first);
    bands.truncate(last + 1 - first);
    bands
}

/// `2026年第三季度`, `2026年上半年`, `2026年`; else the months or days.
pub fn period_words(period: Period) -> String {
    let (from, to) = (period.from, period.to);
    let whole = from == from.first_of_month() && to == to.last_of_month();
    let year = from.year();
    if !whole || year != to.year() {
        return period.chinese();
    }
    match (from.month(), to.month()) {
        (1, 3) => format!("{year}年第一季度"),
        (4, 6) => format!("{year}年第二季度"),
        (7, 9) => format!("{year}年第三季度"),
        (10, 12) => format!("{year}年第四季度"),
        (1, 6) => format!("{year}年上半年"),
        (7, 12) => format!("{year}年下半年"),
        (1, 12) => format!("{year}年"),
        _ => period.chinese(),
    }
}

/// Scores of the lines that have a rank.
fn ranked<'a>(lines: impl Iterator<Item = &'a Line>) -> Vec<Score> {
    lines
        .filter(|line| line.ranks.is_some())
        .filter_map(|line| line.score)
        .collect()
}

fn sum<'a>(lines: impl Iterator<Item = &'a Line>) -> Counts {
    lines.fold(Counts::default(), |sum, line| Counts {
        on_time: sum.on_time + line.counts.on_time,
        late: sum.late + line.counts.late,
        owed: sum.owed + line.counts.owed,
        excused: sum.excused + line.counts.excused,
        unscored: sum.unscored + line.counts.unscored,
    })
}

/// Rounded half up to a hundredth.
fn mean(scores: &[Score]) -> Option<Score> {
    let n = u64::try_from(scores.len()).ok()?;
    let sum: u64 = scores.iter().map(|score| u64::from(score.0)).sum();
    let mean = (sum * 2 + n).checked_div(n * 2)?;
    u32::try_from(mean).ok().map(Score)
}

fn groups(lines: &[Line], zoned: bool) -> Vec<Group> {
    let name = |line: &Line| match (&line.zone, zoned) {
        (Some(zone), true) => zone.name.clone(),
        (None, true) => "未分片区".to_owned(),
        (_, false) => line.kind.name.clone(),
    };
    let mut names: Vec<String> = Vec::new();
    for line in lines {
        let name = name(line);
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let mut groups: Vec<Group> = names
        .into_iter()
        .map(|group| {
            let of_it = || lines.iter().filter(|line| name(line) == group);
            let scores = ranked(of_it());
            Group {
                listed: of_it().count(),
                ranked: scores.len(),
                counts: sum(of_it()),
                mean: mean(&scores),
                name: group,
            }
        })
        .collect();
    groups.sort_by(|a, b| b.mean.cmp(&a.mean));
    groups
}

fn excused(lines: &[Line]) -> Vec<Excused> {
    let mut all: Vec<Excused> = Vec::new();
    for line in lines {
        let items = line.substantive();
        for item in items.filter(|item| item.standing == Standing::Excused) {
            let reason = item.reason.clone().unwrap_or_default();
            let known = all
                .iter_mut()
                .find(|one| one.title == item.title && one.reason == reason);
            match known {
                Some(one) => one.names.push(line.name.clone()),
                None => all.push(Excused {
                    title: item.title.clone(),
                    reason,
                    names: vec![line.name.clone()],
                }),
            }
        }
    }
    all
}

/// `90.91%`, rounded half up; `—` of nothing.
fn percent(part: u32, whole: u32) -> String {
    let (part, whole) = (u64::from(part), u64::from(whole));
    match (part * 20_000 + whole).checked_div(whole * 2) {
        Some(share) => format!("{}.{:02}%", share / 100, share % 100),
        None => "—".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quarters_halves_and_years_have_names() {
        let words = |from: &str, to: &str| {
            period_words(Period {
                from: from.parse().unwrap_or_default(),
                to: to.parse().unwrap_or_default(),
            })
        };
        assert_eq!(words("2026-07-01", "2026-09-30"), "2026年第三季度");
        assert_eq!(words("2026-01-01", "2026-06-30"), "2026年上半年");
        assert_eq!(words("2026-01-01", "2026-12-31"), "2026年");
        assert_eq!(words("2026-02-01", "2026-03-31"), "2026年2月—3月");
    }

    #[test]
    fn shares_and_means_are_rounded_half_up() {
        assert_eq!(percent(1, 3), "33.33%");
        assert_eq!(percent(2, 3), "66.67%");
        assert_eq!(percent(5, 5), "100.00%");
        assert_eq!(percent(0, 0), "—");
        assert_eq!(mean(&[Score(100), Score(101)]), Some(Score(101)));
        assert_eq!(mean(&[]), None);
    }
}
