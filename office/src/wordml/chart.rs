//! 图表 in Word: a drawing in the text, a chart part, and the workbook that 编辑数据 opens.
//!
//! The chart is the one our workbooks have: the workbook is written with it, the chart's part is
//! taken out of that and told where Word finds its data and its letters.

use super::{Body, Para, escape};
use crate::chart::{Chart, ChartShape};
use crate::limits::OfficeError;
use crate::xlsx::{ChartOut, Column, Kind, SheetOut, Value, Workbook, write, write_charted};
use std::fmt::Write as _;
use std::io::{Cursor, Read as _};

/// The chart's part in a workbook that has one.
const PART: &str = "xl/charts/chart1.xml";
/// Name of the sheet behind a chart.
const SHEET: &str = "数据";
/// 五号, in hundredths of a point.
const LETTERS: &str = r#"<c:txPr><a:bodyPr/><a:lstStyle/><a:p><a:pPr><a:defRPr sz="1050"><a:latin typeface="宋体"/><a:ea typeface="宋体"/></a:defRPr></a:pPr><a:endParaRPr lang="zh-CN"/></a:p></c:txPr>"#;
const DATA: &str = r#"<c:externalData r:id="rIdData"><c:autoUpdate val="0"/></c:externalData>"#;
/// What Word has no use for at a chart's end: the sheet's page.
const SHEET_PAGE: &str = "<c:printSettings>";
/// What the workbook's part leaves unsaid, said: programs do not agree on what that means.
const UNSAID: [(&str, &str); 6] = [
    (
        r#"<c:lang val="en-US"/>"#,
        r#"<c:lang val="zh-CN"/><c:roundedCorners val="0"/>"#,
    ),
    (
        r#"<c:ser><c:idx val="0"/>"#,
        r#"<c:varyColors val="0"/><c:ser><c:idx val="0"/>"#,
    ),
    (
        r#"<c:showVal val="1"/>"#,
        r#"<c:showLegendKey val="0"/><c:showVal val="1"/><c:showCatName val="0"/><c:showSerName val="0"/><c:showPercent val="0"/><c:showBubbleSize val="0"/>"#,
    ),
    (
        "</c:scaling><c:axPos",
        r#"</c:scaling><c:delete val="0"/><c:axPos"#,
    ),
    (
        r#"<c:legendPos val="b"/><c:layout/>"#,
        r#"<c:legendPos val="b"/><c:layout/><c:overlay val="0"/>"#,
    ),
    (r#" lang="en-US""#, r#" lang="zh-CN""#),
];
/// English metric units in a twip and in a millimetre.
const EMU_TWIP: u32 = 635;
const EMU_MM: u32 = 36_000;

/// A chart of the document and the workbook behind it.
pub(super) struct ChartPart {
    pub(super) xml: String,
    pub(super) workbook: Vec<u8>,
}

impl Body {
    /// A chart as wide as `width` (twips) with its caption under it.
    pub(crate) fn chart(&mut self, chart: &Chart, width: u32) -> Result<(), OfficeError> {
        chart.check()?;
        self.charts.push(part(chart)?);
        let n = self.charts.len();
        let (cx, cy) = (width * EMU_TWIP, height(chart) * EMU_MM);
        let description = escape(&chart.description());
        let _ = write!(
            self.xml,
            r#"<w:p><w:pPr><w:pStyle w:val="Figure"/></w:pPr><w:r><w:drawing><wp:inline distT="0" distB="0" distL="0" distR="0"><wp:extent cx="{cx}" cy="{cy}"/><wp:effectExtent l="0" t="0" r="0" b="0"/><wp:docPr id="{n}" name="图表 {n}" descr="{description}"/><wp:cNvGraphicFramePr/><a:graphic><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/chart"><c:chart r:id="rIdChart{n}"/></a:graphicData></a:graphic></wp:inline></w:drawing></w:r></w:p>"#
        );
        self.para(&Para::new("Caption", &chart.caption));
        Ok(())
    }
}

/// In millimetres: each bar has its room, the page keeps some for its text.
fn height(chart: &Chart) -> u32 {
    let legend = if chart.series.len() > 1 { 10 } else { 0 };
    let bars = match chart.stacked {
        true => chart.categories.len(),
        false => chart.categories.len() * chart.series.len(),
    };
    match chart.shape {
        ChartShape::Bars => (16 + 7 * bars as u32 + legend).clamp(45, 195),
        ChartShape::Columns => 75 + legend,
    }
}

fn part(chart: &Chart) -> Result<ChartPart, OfficeError> {
    let sheet = sheet(chart);
    let drawn = ChartOut {
        sheet: SHEET.to_owned(),
        title: String::new(),
        shape: chart.shape,
        stacked: chart.stacked,
        category: chart.category.clone(),
        series: chart.series.iter().map(|s| s.name.clone()).collect(),
    };
    let book = Workbook {
        sheets: vec![sheet],
    };
    let xml = taken(&write_charted(&book, &[drawn])?)?;
    let (head, _) = xml
        .split_once(SHEET_PAGE)
        .ok_or_else(|| OfficeError::Write("图表无法写入".to_owned()))?;
    let said = UNSAID
        .iter()
        .fold(head.to_owned(), |xml, (from, to)| xml.replace(from, to));
    Ok(ChartPart {
        xml: format!("{said}{LETTERS}{DATA}</c:chartSpace>"),
        workbook: write(&book)?,
    })
}

/// The data as a sheet: names, and a column for each series.
fn sheet(chart: &Chart) -> SheetOut {
    let kind = |values: &[Value]| match values.iter().any(|v| matches!(v, Value::Hundredths(_))) {
        true => Kind::Decimal,
        false => Kind::Integer,
    };
    let mut columns = vec![Column::text(&chart.category, 24)];
    columns.extend(
        chart
            .series
            .iter()
            .map(|s| Column::text(&s.name, 14).of(kind(&s.values))),
    );
    let rows = chart.categories.iter().enumerate().map(|(index, name)| {
        let mut row = vec![Value::Text(name.clone())];
        row.extend(
            chart
                .series
                .iter()
                .map(|s| s.values.get(index).cloned().unwrap_or_default()),
        );
        row
    });
    SheetOut {
        name: SHEET.to_owned(),
        columns,
        rows: rows.collect(),
        ..SheetOut::default()
    }
}

fn taken(workbook: &[u8]) -> Result<String, OfficeError> {
    let fail = |e: &dyn std::fmt::Display| OfficeError::Write(e.to_string());
    let mut zip = zip::ZipArchive::new(Cursor::new(workbook)).map_err(|e| fail(&e))?;
    let mut part = zip.by_name(PART).map_err(|e| fail(&e))?;
    let mut xml = String::new();
    part.read_to_string(&mut xml).map_err(|e| fail(&e))?;
    Ok(xml)
}
