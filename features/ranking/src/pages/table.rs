//! 名次表: the rows of an edition in one of three groupings.

use crate::entities::{Edition, Line, Rank};
use crate::paths;
use crate::store::Sight;
use kernel::Id;

/// Rows of a page.
const MOST: usize = 300;

/// 分组
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum By {
    /// 总排名
    #[default]
    Whole,
    /// 按片区
    Zone,
    /// 按类别
    Kind,
}

impl By {
    /// Every one, in the tabs' order.
    pub const ALL: [By; 3] = [By::Whole, By::Zone, By::Kind];

    /// As the address says it.
    pub fn code(self) -> &'static str {
        match self {
            By::Whole => "",
            By::Zone => "zone",
            By::Kind => "kind",
        }
    }

    /// The one of that code; anything else is the whole.
    pub fn from_code(code: &str) -> By {
        let found = By::ALL.into_iter().find(|by| by.code() == code);
        found.unwrap_or_default()
    }

    /// What the tab says.
    pub fn chinese(self) -> &'static str {
        match self {
            By::Whole => "总排名",
            By::Zone => "按片区",
            By::Kind => "按类别",
        }
    }

    fn group(self, line: &Line) -> (String, String) {
        match self {
            By::Whole => (String::new(), String::new()),
            By::Zone => match &line.zone {
                Some(zone) => (format!("{:020}", zone.key.0), zone.name.clone()),
                None => ("~".to_owned(), "未分片区".to_owned()),
            },
            By::Kind => (line.kind.key.clone(), line.kind.name.clone()),
        }
    }

    fn rank(self, line: &Line) -> Option<Rank> {
        let ranks = line.ranks?;
        match self {
            By::Whole => Some(ranks.whole),
            By::Zone => ranks.zone,
            By::Kind => Some(ranks.kind),
        }
    }
}

/// A group with its rows.
#[derive(Debug)]
pub struct Group {
    /// Its name; empty for the whole.
    pub name: String,
    /// How many of it are ranked.
    pub ranked: usize,
    /// Its rows on this page.
    pub rows: Vec<Row>,
}

/// One line as a row.
#[derive(Debug)]
pub struct Row {
    /// Where its items are.
    pub href: String,
    /// The line.
    pub line: Line,
    /// Place in the grouping; `—` without one.
    pub place: String,
    /// Whether it is the reader's own.
    pub mine: bool,
}

impl Row {
    /// Width of the bar, of 120.
    pub fn width(&self) -> u32 {
        self.line.score.map_or(0, |score| score.0 * 120 / 10_000)
    }

    /// The other two places: `总第 3，片区第 1`.
    pub fn others(&self, by: &By) -> String {
        let Some(ranks) = self.line.ranks else {
            return String::new();
        };
        let zone = ranks.zone.map(|rank| format!("片区第 {}", rank.place));
        let all = [
            (By::Whole, Some(format!("总第 {}", ranks.whole.place))),
            (By::Zone, zone),
            (By::Kind, Some(format!("同类第 {}", ranks.kind.place))),
        ];
        let others = all.into_iter().filter(|(one, _)| one != by);
        let words: Vec<String> = others.filter_map(|(_, words)| words).collect();
        words.join("，")
    }
}

/// The table of what somebody sees of an edition.
#[derive(Debug)]
pub struct Table {
    /// Groups of this page.
    pub groups: Vec<Group>,
    /// Rows in all.
    pub total: usize,
    /// Rows on this page.
    pub shown: usize,
    /// Where the next page begins.
    pub next: Option<usize>,
}

impl Table {
    /// From the edition's lines within sight, from the row of that number on.
    pub fn of(edition: &Edition, sight: &Sight, by: By, from: usize) -> Table {
        let seen = edition.lines.iter();
        let mut lines: Vec<&Line> = seen.filter(|l| sight.covers(l.organisation)).collect();
        // Stable: within a group the edition's own order stays.
        lines.sort_by_cached_key(|line| by.group(line).0);
        let total = lines.len();
        let page: Vec<&Line> = lines.into_iter().skip(from).take(MOST).collect();
        let shown = page.len();
        let mut groups: Vec<Group> = Vec::new();
        for line in page {
            let name = by.group(line).1;
            if groups.last().is_none_or(|group| group.name != name) {
                groups.push(Group {
                    name,
                    ranked: 0,
                    rows: Vec::new(),
                });
            }
            let Some(group) = groups.last_mut() else {
                continue;
            };
            if let Some(rank) = by.rank(line) {
                group.ranked = usize::try_from(rank.of).unwrap_or(0);
            }
            group.rows.push(row(edition, line, by, sight));
        }
        Table {
            groups,
            total,
            shown,
            next: (from + shown < total).then_some(from + shown),
        }
    }
}

fn row(edition: &Edition, line: &Line, by: By, sight: &Sight) -> Row {
    Row {
        href: href(edition, line.organisation),
        place: by
            .rank(line)
            .map_or_else(|| "—".to_owned(), |rank| rank.place.to_string()),
        mine: sight.all && sight.own.len() <= MOST_OWN && sight.own.contains(&line.organisation),
        line: Line {
            items: Vec::new(),
            ..line.clone()
        },
    }
}

/// Beyond so many own lines none is marked: the reader answers for all of them.
const MOST_OWN: usize = 5;

/// Where a line of that edition is shown.
pub fn href(edition: &Edition, organisation: Id) -> String {
    match (edition.number, edition.replaced_by) {
        (0, _) | (_, None) => paths::line(edition.ranking, organisation),
        (number, Some(_)) => paths::line_in(edition.ranking, organisation, number),
    }
}
