//! 计数: how many duties stand how; and how a status looks on the board.

use rules::duty::Status;
use std::collections::BTreeMap;

/// 件数, by status; what does not apply is not counted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// By code of [`Status`].
    by_status: BTreeMap<String, i64>,
    /// 逾期: owed and the day has passed.
    pub overdue: i64,
}

impl Tally {
    /// Counts one duty that applies.
    pub fn add(&mut self, status: &str, overdue: bool) {
        self.add_many(status, 1);
        self.overdue += i64::from(overdue);
    }

    /// Counts many, as sums are kept: `overdue` is a line of its own there.
    pub fn add_many(&mut self, status: &str, n: i64) {
        if status == "overdue" {
            self.overdue += n;
        } else {
            *self.by_status.entry(status.to_owned()).or_default() += n;
        }
    }

    /// Adds another count.
    pub fn join(&mut self, other: &Tally) {
        for (status, n) in &other.by_status {
            self.add_many(status, *n);
        }
        self.overdue += other.overdue;
    }

    /// How many have that status.
    pub fn of(&self, status: Status) -> i64 {
        self.by_status.get(status.code()).copied().unwrap_or(0)
    }

    /// 已完成: in time or late.
    pub fn done(&self) -> i64 {
        self.of(Status::Done) + self.of(Status::DoneLate)
    }

    /// 应办: all that apply but the exempt.
    pub fn asked(&self) -> i64 {
        self.by_status.values().sum::<i64>() - self.of(Status::Exempt)
    }

    /// 待审核
    pub fn waiting(&self) -> i64 {
        self.of(Status::AwaitingReview)
    }

    /// 完成率, whole percent, rounded down.
    pub fn percent(&self) -> i64 {
        if self.asked() == 0 {
            0
        } else {
            self.done() * 100 / self.asked()
        }
    }

    /// `应办 12 件,完成 4 件,待审核 2 件,逾期 1 件`
    pub fn words(&self) -> String {
        let mut words = format!("应办 {} 件，完成 {} 件", self.asked(), self.done());
        for (label, n) in [
            ("待审核", self.waiting()),
            ("逾期", self.overdue),
            ("免除", self.of(Status::Exempt)),
        ] {
            if n > 0 {
                words.push_str(&format!("，{label} {n} 件"));
            }
        }
        words
    }

    /// Bars of a chart so many pixels wide: class, from, width, in tenths of a pixel as decimals.
    pub fn bars(&self, width: i64) -> Vec<(&'static str, String, String)> {
        let whole = self.asked().max(1);
        let mut from = 0;
        let mut bars = Vec::new();
        for (class, n) in [
            ("k", self.done()),
            ("w", self.waiting()),
            ("x", self.overdue),
        ] {
            let length = n * width * 10 / whole;
            if length > 0 {
                bars.push((class, tenths(from), tenths(length)));
            }
            from += length;
        }
        bars
    }
}

fn tenths(n: i64) -> String {
    format!("{}.{}", n / 10, n % 10)
}

/// 格: how a duty looks on the board.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    /// Class of the cell.
    pub cell: &'static str,
    /// Class of the tag.
    pub tag: &'static str,
    /// Seen beside the word.
    pub glyph: &'static str,
    /// The word.
    pub words: &'static str,
}

/// Every look, in the order of the legend.
pub const LOOKS: [Look; 9] = [
    look("c-done", "t-done", "✓", "完成"),
    look("c-late", "t-late", "✓", "逾期完成"),
    look("c-wait", "t-wait", "●", "待审核"),
    look("c-doing", "t-doing", "◐", "进行中"),
    look("c-back", "t-back", "←", "已退回"),
    look("", "", "○", "未开始"),
    look("c-over", "f-over", "!", "逾期"),
    look("c-free", "t-free", "—", "免除"),
    look("c-na", "f-na", "·", "不适用"),
];

const fn look(
    cell: &'static str,
    tag: &'static str,
    glyph: &'static str,
    words: &'static str,
) -> Look {
    Look {
        cell,
        tag,
        glyph,
        words,
    }
}

/// The look of a duty.
pub fn look_of(status: &str, overdue: bool, applies: bool) -> Look {
    let n = match Status::from_code(status) {
        _ if !applies => 8,
        _ if overdue => 6,
        Some(Status::Done) => 0,
        Some(Status::DoneLate) => 1,
        Some(Status::AwaitingReview) => 2,
        Some(Status::UnderWay) => 3,
        Some(Status::Returned) => 4,
        Some(Status::Exempt) => 7,
        Some(Status::NotStarted) | None => 5,
    };
    LOOKS[n]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_exempt_are_not_asked_and_bars_fill_no_more_than_their_place() {
        let mut tally = Tally::default();
        tally.add("done", false);
        tally.add("done_late", false);
        tally.add("not_started", true);
        tally.add("exempt", false);
        assert_eq!((tally.done(), tally.asked(), tally.percent()), (2, 3, 66));
        assert_eq!(tally.words(), "应办 3 件，完成 2 件，逾期 1 件，免除 1 件");
        assert_eq!(
            tally.bars(110)[0],
            ("k", "0.0".to_owned(), "73.3".to_owned())
        );
    }
}
