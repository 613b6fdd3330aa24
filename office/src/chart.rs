//! 图表: bars over categories, drawn by Word, WPS or Excel itself from data that stay editable.

use crate::limits::OfficeError;
use crate::xlsx::Value;

/// 图形
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ChartShape {
    /// 条形图: lying bars, the first category at the top; for names of some length.
    #[default]
    Bars,
    /// 柱形图: standing bars, for short names and for bands.
    Columns,
}

/// 系列: one value for each category.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChartSeries {
    /// Name in the legend, shown where there is more than one.
    pub name: String,
    /// Numbers ([`Value::Integer`], [`Value::Hundredths`]) or [`Value::Empty`], in the order of
    /// the categories.
    pub values: Vec<Value>,
}

/// 图
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chart {
    /// 图题, printed under it: `图1 各片区按时完成率（%）`.
    pub caption: String,
    /// How the bars lie.
    pub shape: ChartShape,
    /// Whether the series stand on each other rather than beside each other.
    pub stacked: bool,
    /// What the categories are, the first column's title in the data behind: `片区`.
    pub category: String,
    /// The categories' names.
    pub categories: Vec<String>,
    /// One to four series.
    pub series: Vec<ChartSeries>,
}

impl Chart {
    /// 文字说明: what somebody hears who does not see the picture.
    pub fn description(&self) -> String {
        let mut out = format!("{}。", self.caption);
        for (index, category) in self.categories.iter().enumerate() {
            let values: Vec<String> = self
                .series
                .iter()
                .filter_map(|s| {
                    let said = said(s.values.get(index)?)?;
                    Some(match self.series.len() {
                        1 => said,
                        _ => format!("{}{said}", s.name),
                    })
                })
                .collect();
            out.push_str(&format!("{category}：{}；", values.join("，")));
        }
        out.trim_end_matches('；').to_owned()
    }

    /// Refuses what could not be drawn.
    pub(crate) fn check(&self) -> Result<(), OfficeError> {
        let whole = |s: &ChartSeries| s.values.len() == self.categories.len();
        if self.categories.is_empty() || self.series.is_empty() || !self.series.iter().all(whole) {
            return Err(OfficeError::Write(format!(
                "图表“{}”的数据不全",
                self.caption
            )));
        }
        Ok(())
    }
}

fn said(value: &Value) -> Option<String> {
    match value {
        Value::Integer(n) => Some(n.to_string()),
        Value::Hundredths(n) => {
            let sign = if *n < 0 { "-" } else { "" };
            let n = n.unsigned_abs();
            Some(format!("{sign}{}.{:02}", n / 100, n % 100))
        }
        Value::Text(_) | Value::Day(_) | Value::Empty => None,
    }
}
