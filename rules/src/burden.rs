//! 负担估算: what the system itself costs a school, in UX.md's model of minutes. It prices the
//! handling, not the work, and is called an estimate wherever it is shown.

use crate::measure::Measure;
use kernel::Day;
use serde::{Deserialize, Serialize};
use std::iter::Sum;
use std::ops::{Add, AddAssign, Mul};

/// 操作量: what handling a demand takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Effort {
    /// 点击
    pub clicks: u32,
    /// 输入的汉字
    pub characters: u32,
    /// 选取的文件
    pub files: u32,
    /// 打开的页面
    pub pages: u32,
    /// 读懂的要求
    pub demands: u32,
    /// 登录
    pub sign_ins: u32,
}

/// 单价: hundredths of a second for each (tenths cannot hold a character's 0.84 s).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prices {
    /// Deciding and clicking.
    pub click: u32,
    /// Typing one Chinese character.
    pub character: u32,
    /// Choosing a file.
    pub file: u32,
    /// A page on the slow line.
    pub page: u32,
    /// Reading a demand.
    pub demand: u32,
    /// Signing in.
    pub sign_in: u32,
}

impl Default for Prices {
    fn default() -> Self {
        Prices {
            click: 250,
            character: 84,
            file: 600,
            page: 150,
            demand: 1000,
            sign_in: 2000,
        }
    }
}

/// 事项的形态: what of an item decides its path through the pages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemShape {
    /// 期数: how often it comes within the sheet.
    pub instances: u32,
    /// 现有记录已能完成的期数
    pub answered: u32,
    /// New files each time.
    pub files: u32,
    /// Characters typed each time.
    pub characters: u32,
}

impl Effort {
    /// 用时, hundredths of a second.
    pub fn hundredths(self, prices: Prices) -> u64 {
        let cost = |n: u32, price: u32| u64::from(n) * u64::from(price);
        cost(self.clicks, prices.click)
            + cost(self.characters, prices.character)
            + cost(self.files, prices.file)
            + cost(self.pages, prices.page)
            + cost(self.demands, prices.demand)
            + cost(self.sign_ins, prices.sign_in)
    }

    /// 用时, whole seconds, rounded up, at the usual prices.
    pub fn seconds(self) -> u64 {
        self.hundredths(Prices::default()).div_ceil(100)
    }

    /// 一个事项的操作量: read it once; each instance that no record answers is submitted on the
    /// path of two pages and four clicks, two more when a new file is chosen.
    pub fn of_item(shape: ItemShape) -> Effort {
        let open = shape.instances.saturating_sub(shape.answered);
        let one = Effort {
            clicks: if shape.files > 0 { 6 } else { 4 },
            characters: shape.characters,
            files: shape.files,
            pages: 2,
            ..Effort::default()
        };
        Effort {
            demands: 1,
            ..one * open
        }
    }
}

impl Add for Effort {
    type Output = Effort;
    fn add(self, other: Effort) -> Effort {
        Effort {
            clicks: self.clicks.saturating_add(other.clicks),
            characters: self.characters.saturating_add(other.characters),
            files: self.files.saturating_add(other.files),
            pages: self.pages.saturating_add(other.pages),
            demands: self.demands.saturating_add(other.demands),
            sign_ins: self.sign_ins.saturating_add(other.sign_ins),
        }
    }
}

impl AddAssign for Effort {
    fn add_assign(&mut self, other: Effort) {
        *self = *self + other;
    }
}

impl Mul<u32> for Effort {
    type Output = Effort;
    fn mul(self, n: u32) -> Effort {
        Effort {
            clicks: self.clicks.saturating_mul(n),
            characters: self.characters.saturating_mul(n),
            files: self.files.saturating_mul(n),
            pages: self.pages.saturating_mul(n),
            demands: self.demands.saturating_mul(n),
            sign_ins: self.sign_ins.saturating_mul(n),
        }
    }
}

impl Sum for Effort {
    fn sum<I: Iterator<Item = Effort>>(efforts: I) -> Effort {
        efforts.fold(Effort::default(), Add::add)
    }
}

/// 提前量: fewer working days than this between issue and deadline is short notice.
pub const SHORT_NOTICE: u32 = 5;

/// 要求: what of a demand decides whether it is asked twice.
#[derive(Clone, Copy, Debug)]
pub struct Demand<'a> {
    /// What is asked, in a few words.
    pub title: &'a str,
    /// What answers it.
    pub measure: &'a Measure,
    /// Its time begins.
    pub from: Day,
    /// Its time ends: the deadline, or the end of the sheet's period.
    pub to: Day,
}

/// 是否重复要求: two demands of different sheets that ask the same in overlapping time: by the same
/// title (without what an instance carries in brackets), or by the same records counted alike.
pub fn is_asked_twice(a: Demand<'_>, b: Demand<'_>) -> bool {
    let overlap = a.from <= b.to && b.from <= a.to;
    let by_records = || a.measure.answers_itself() && a.measure == b.measure;
    overlap && (bare(a.title) == bare(b.title) || by_records())
}

/// The title without its instance: `上报资料包` of `上报资料包（11月）`.
pub fn bare(title: &str) -> &str {
    title.split('（').next().unwrap_or_default().trim()
}

/// 中位数, of any order; rounded down between two. None of nothing.
pub fn median(mut values: Vec<i64>) -> Option<i64> {
    values.sort_unstable();
    let middle = values.len() / 2;
    match values.len() {
        0 => None,
        n if n % 2 == 1 => Some(values[middle]),
        _ => Some((values[middle - 1] + values[middle]).div_euclid(2)),
    }
}

/// 用时的说法: `约 6 分钟(估算)`, from whole seconds, rounded up to minutes.
pub fn minutes_words(seconds: u64) -> String {
    match (seconds, seconds.div_ceil(60)) {
        (0, _) => "0 分钟（估算）".to_owned(),
        (1..60, _) => "不到 1 分钟（估算）".to_owned(),
        (_, minutes @ 0..120) => format!("约 {minutes} 分钟（估算）"),
        (_, minutes) if minutes % 60 == 0 => format!("约 {} 小时（估算）", minutes / 60),
        (_, minutes) => format!("约 {} 小时 {} 分钟（估算）", minutes / 60, minutes % 60),
    }
}
