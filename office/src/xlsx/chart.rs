//! 工作表上的图表, told by the titles of the columns it draws.

use super::sheet::{Kind, SheetOut};
use crate::chart::ChartShape;
use crate::limits::OfficeError;
use rust_xlsxwriter::{
    Chart, ChartAxis, ChartAxisTickType, ChartDataLabel, ChartDataLabelPosition, ChartFont,
    ChartFormat, ChartLegendPosition, ChartLine, ChartSolidFill, ChartType, Color,
};

/// 工作表上的图表: stands under its table, on the same sheet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChartOut {
    /// Name of the sheet, as in [`SheetOut::name`].
    pub sheet: String,
    /// 图题
    pub title: String,
    /// How the bars lie.
    pub shape: ChartShape,
    /// Whether the series stand on each other rather than beside each other.
    pub stacked: bool,
    /// Title of the column with the categories.
    pub category: String,
    /// Titles of the columns with the numbers, one to four.
    pub series: Vec<String>,
}

/// The state's red, then greys apart enough to be told on a grey print; each with the colour of
/// the figures on it.
const PALETTE: [(u32, u32); 4] = [
    (0x9C_1C_1C, 0xFF_FF_FF),
    (0xD9_D4_CB, 0x33_33_33),
    (0x8C_86_7D, 0xFF_FF_FF),
    (0xF4_F1_EC, 0x33_33_33),
];
const INK: u32 = 0x33_33_33;
/// Pixels of a chart's width; its height follows the categories.
const WIDTH: u32 = 720;
/// Pixels of a row nobody gave a height.
const ROW: u32 = 20;

/// Where the rows of a written sheet are.
pub(crate) struct Place {
    /// Name on the tab.
    pub(crate) tab: String,
    pub(crate) first: u32,
    pub(crate) last: u32,
}

impl ChartOut {
    /// The chart as Excel keeps it, over the rows of the written sheet, and the rows it covers.
    pub(crate) fn draw(
        &self,
        sheet: &SheetOut,
        place: &Place,
    ) -> Result<(Chart, u32), OfficeError> {
        if place.last < place.first || self.series.is_empty() {
            return Err(OfficeError::Write("图表没有数据".to_owned()));
        }
        let at = |title: &str| {
            let missing = || OfficeError::Write(format!("工作表没有“{title}”一列，图表无法绘制"));
            let index = sheet.columns.iter().position(|c| c.title == title);
            index.map(|i| i as u16).ok_or_else(missing)
        };
        let range = |column: u16| (place.tab.as_str(), place.first, column, place.last, column);
        let category = at(&self.category)?;
        let mut chart = Chart::new(self.kind());
        for (index, title) in self.series.iter().enumerate() {
            let column = at(title)?;
            let kind = sheet.columns[usize::from(column)].kind;
            let (fill, text) = PALETTE[index % PALETTE.len()];
            let series = chart.add_series();
            series
                .set_name((place.tab.as_str(), place.first.saturating_sub(1), column))
                .set_categories(range(category))
                .set_values(range(column))
                .set_format(&mut bar(fill))
                .set_data_label(&self.label(kind, text))
                .set_gap(if self.series.len() > 1 && !self.stacked {
                    80
                } else {
                    60
                });
            if self.stacked {
                series.set_overlap(100);
            }
        }
        self.axes(&mut chart);
        let entries = place.last - place.first + 1;
        let bars = match self.stacked {
            true => entries,
            false => entries * self.series.len() as u32,
        };
        let height = match self.shape {
            ChartShape::Bars => (80 + bars * 24).clamp(200, 1_600),
            ChartShape::Columns => 360,
        };
        chart.set_width(WIDTH).set_height(height);
        Ok((chart, height / ROW + 1))
    }

    fn kind(&self) -> ChartType {
        match (self.shape, self.stacked) {
            (ChartShape::Bars, false) => ChartType::Bar,
            (ChartShape::Bars, true) => ChartType::BarStacked,
            (ChartShape::Columns, false) => ChartType::Column,
            (ChartShape::Columns, true) => ChartType::ColumnStacked,
        }
    }

    /// Figures at the bars instead of a scale; on stacked bars in them, and no noughts.
    fn label(&self, kind: Kind, text: u32) -> ChartDataLabel {
        let (colour, place) = match self.stacked {
            true => (text, ChartDataLabelPosition::Center),
            false => (INK, ChartDataLabelPosition::OutsideEnd),
        };
        let format = match (kind, self.stacked) {
            (Kind::Decimal, false) => "0.00",
            (Kind::Decimal, true) => "0.00;-0.00;;",
            (_, false) => "0",
            (_, true) => "0;-0;;",
        };
        let mut label = ChartDataLabel::new();
        label
            .show_value()
            .set_position(place)
            .set_num_format(format)
            .set_font(ChartFont::new().set_color(Color::RGB(colour)));
        label
    }

    /// The names' axis is a plain line; the figures need neither scale nor grid beside them.
    fn axes(&self, chart: &mut Chart) {
        let mut line = ChartLine::new();
        line.set_color(Color::RGB(INK)).set_width(0.75);
        let quiet = |axis: &mut ChartAxis| {
            axis.set_min(0).set_major_gridlines(false).set_hidden(true);
        };
        match self.shape {
            ChartShape::Bars => {
                chart.y_axis().set_reverse();
                names(chart.y_axis(), &line);
                quiet(chart.x_axis());
            }
            ChartShape::Columns => {
                names(chart.x_axis(), &line);
                quiet(chart.y_axis());
            }
        }
        match self.title.is_empty() {
            true => chart.title().set_hidden(),
            false => chart
                .title()
                .set_name(&self.title)
                .set_font(ChartFont::new().set_size(12).set_color(Color::RGB(INK))),
        };
        match self.series.len() {
            1 => chart.legend().set_hidden(),
            _ => chart
                .legend()
                .set_position(ChartLegendPosition::Bottom)
                .set_font(ChartFont::new().set_color(Color::RGB(INK))),
        };
        chart
            .chart_area()
            .set_format(ChartFormat::new().set_no_border());
    }
}

fn names(axis: &mut ChartAxis, line: &ChartLine) {
    axis.set_format(ChartFormat::new().set_line(line))
        .set_major_tick_type(ChartAxisTickType::None)
        .set_minor_tick_type(ChartAxisTickType::None)
        .set_font(ChartFont::new().set_color(Color::RGB(INK)));
}

fn bar(fill: u32) -> ChartFormat {
    let mut format = ChartFormat::new();
    format
        .set_solid_fill(ChartSolidFill::new().set_color(Color::RGB(fill)))
        .set_border(ChartLine::new().set_color(Color::RGB(INK)).set_width(0.5));
    format
}
