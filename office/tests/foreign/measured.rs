//! 公文排版量一量: a bulletin as LibreOffice prints it, measured against GB/T 9704-2012 (rules GW-01
//! to GW-07). Letters are measured by their em box, so that it does not matter which fonts stand in
//! for 仿宋_GB2312 and 方正小标宋简体. The renderer moves the block by a quarter of a millimetre to
//! whole cells of the character grid, hence the tolerance of one.

use super::day;
use super::reader::{left_to_look_at, python};
use office::chart::{Chart, ChartSeries, ChartShape};
use office::official::{self, BodyBlock, DocumentNumber, OfficialDocument, TableColumn};
use office::xlsx::Value;
use serde::Deserialize;
use std::path::Path;
use std::process::Command;

const LEFT: f64 = 28.0;
const RIGHT: f64 = 184.0;
const TOP: f64 = 37.0;
const FOOT: f64 = 262.0;
/// A line and a character of the grid.
const LINE: f64 = 225.0 / 22.0;
const CHAR: f64 = 156.0 / 28.0;
/// 4号 in millimetres.
const NUMBER_CHAR: f64 = 14.0 * 25.4 / 72.0;
const NEAR: f64 = 1.0;

#[derive(Debug, Deserialize)]
struct Page {
    width: f64,
    height: f64,
    lines: Vec<Line>,
    strokes: Vec<Stroke>,
}

#[derive(Debug, Deserialize)]
struct Line {
    text: String,
    size: f64,
    left: f64,
    right: f64,
    top: f64,
    bottom: f64,
    count: usize,
    pitch: f64,
    red: bool,
}

#[derive(Debug, Deserialize)]
struct Stroke {
    left: f64,
    right: f64,
    top: f64,
    bottom: f64,
    colour: Option<serde_json::Value>,
}

impl Line {
    fn middle(&self) -> f64 {
        (self.top + self.bottom) / 2.0
    }

    fn centre(&self) -> f64 {
        (self.left + self.right) / 2.0
    }

    fn is_page_number(&self) -> bool {
        self.text.starts_with('—')
    }
}

impl Page {
    fn line(&self, text: &str) -> &Line {
        let found = self.lines.iter().find(|l| l.text.contains(text));
        found.unwrap_or_else(|| panic!("no line with {text} in {:#?}", self.lines))
    }

    fn has(&self, text: &str) -> bool {
        self.lines.iter().any(|l| l.text.contains(text))
    }

    /// Lines of the text, without the page number.
    fn text(&self) -> Vec<&Line> {
        self.lines.iter().filter(|l| !l.is_page_number()).collect()
    }
}

#[track_caller]
fn near(found: f64, wanted: f64, what: &str) {
    assert!(
        (found - wanted).abs() <= NEAR,
        "{what}: {found:.2} mm, wanted {wanted:.2}"
    );
}

fn bulletin() -> OfficialDocument {
    // No marks and no figures, so that every full line shows the grid.
    let words =
        "各基层党组织要对照任务清单逐项检查工作落实情况认真总结经验查找不足明确整改措施和完成时限";
    let zones = ["城区片区", "东部片区", "南部片区", "西部片区", "北部片区"];
    OfficialDocument {
        issuer_mark: Some("清禾县教育局党组文件".into()),
        number: DocumentNumber::new("清教党", 2026, 12).ok(),
        title: "关于2026年第三季度党建重点任务完成情况的通报".into(),
        recipients: "各中心校党支部，各县直学校（幼儿园）党组织".into(),
        body: vec![
            BodyBlock::Heading1("一、总体情况".into()),
            BodyBlock::Paragraph(words.repeat(26)),
            BodyBlock::Heading1("二、各片区情况".into()),
            BodyBlock::Caption("表1 各片区完成情况".into()),
            BodyBlock::Table {
                columns: vec![
                    TableColumn::new("片区", 3).centred(),
                    TableColumn::new("按时完成", 2).centred(),
                ],
                rows: zones
                    .iter()
                    .map(|z| vec![(*z).to_owned(), "12".to_owned()])
                    .collect(),
            },
            BodyBlock::Chart(Chart {
                caption: "图1 各片区完成情况（项）".into(),
                shape: ChartShape::Bars,
                stacked: true,
                category: "片区".into(),
                categories: zones.iter().map(|z| (*z).to_owned()).collect(),
                series: vec![
                    series("按时完成", &[96, 88, 91, 79, 84]),
                    series("逾期完成", &[3, 8, 0, 12, 9]),
                    series("未完成", &[1, 4, 9, 9, 7]),
                ],
            }),
            BodyBlock::Chart(Chart {
                caption: "图2 各片区平均得分".into(),
                shape: ChartShape::Columns,
                category: "片区".into(),
                categories: zones.iter().map(|z| (*z).to_owned()).collect(),
                series: vec![ChartSeries {
                    name: "平均得分".into(),
                    values: [9_650, 9_210, 8_875, 8_540, 8_905]
                        .map(Value::Hundredths)
                        .to_vec(),
                }],
                ..Chart::default()
            }),
            BodyBlock::Paragraph(words.repeat(2)),
        ],
        annexes: Vec::new(),
        annex_bodies: Vec::new(),
        signer: "中共清禾县教育局党组".into(),
        date: day("2026-10-20"),
        copy_to: "县委组织部，县委教育工作领导小组秘书组".into(),
        printed_by: Some(("清禾县教育局办公室".into(), day("2026-10-20"))),
    }
}

fn series(name: &str, values: &[i64]) -> ChartSeries {
    ChartSeries {
        name: name.into(),
        values: values.iter().map(|n| Value::Integer(*n)).collect(),
    }
}

/// The pages as printed, or `None` where there is no Python to measure them.
fn printed(name: &str, bytes: &[u8]) -> Option<Vec<Page>> {
    let python = python()?;
    let folder = tempfile::tempdir().unwrap();
    let docx = folder.path().join(format!("{name}.docx"));
    std::fs::write(&docx, bytes).unwrap();
    left_to_look_at(&format!("{name}.docx"), bytes);
    let profile = folder.path().join("profile");
    let made = Command::new("soffice")
        .arg(format!(
            "-env:UserInstallation=file://{}",
            profile.display()
        ))
        .args(["--headless", "--convert-to", "pdf", "--outdir"])
        .args([folder.path(), docx.as_path()])
        .output()
        .unwrap_or_else(|e| panic!("LibreOffice (soffice) is missing: {e}"));
    let pdf = folder.path().join(format!("{name}.pdf"));
    assert!(pdf.exists(), "{}", String::from_utf8_lossy(&made.stderr));
    left_to_look_at(&format!("{name}.pdf"), &std::fs::read(&pdf).unwrap());
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/foreign/measure.py");
    let said = Command::new(python)
        .args(["-X", "utf8"])
        .args([script.as_path(), pdf.as_path()])
        .output()
        .unwrap();
    assert!(
        said.status.success(),
        "{}",
        String::from_utf8_lossy(&said.stderr)
    );
    Some(serde_json::from_slice(&said.stdout).unwrap())
}

#[test]
fn a_printed_bulletin_stands_where_the_standard_wants_it() {
    let Some(pages) = printed("通报", &official::write(&bulletin()).unwrap()) else {
        return;
    };
    assert!(pages.len() >= 3, "{} pages", pages.len());
    for (index, page) in pages.iter().enumerate() {
        near(page.width, 210.0, "width of the paper");
        near(page.height, 297.0, "height of the paper");
        within_the_block(page, index + 1);
        page_number(page, index + 1);
    }
    head(&pages[0]);
    full_page(&pages[1]);
    drawn(&pages);
    signed(&pages);
    imprint(pages.last().unwrap());
}

/// GW-01: nothing of the text stands outside the block.
fn within_the_block(page: &Page, number: usize) {
    for line in page.text() {
        let fits = line.left >= LEFT - NEAR
            && line.right <= RIGHT + NEAR
            && line.top >= TOP - NEAR
            && line.bottom <= FOOT + NEAR;
        assert!(fits, "page {number}, outside the block: {line:?}");
    }
    for stroke in &page.strokes {
        let fits = stroke.left >= LEFT - NEAR
            && stroke.right <= RIGHT + NEAR
            && stroke.top >= TOP - NEAR
            && stroke.bottom <= FOOT + NEAR;
        assert!(fits, "page {number}, outside the block: {stroke:?}");
    }
}

/// GW-07: 4号, between dashes whose upper edge is 7 mm under the block; one character from the right
/// on odd pages, from the left on even ones.
fn page_number(page: &Page, number: usize) {
    let line = page.line(&format!("—{number}—"));
    assert_eq!(line.size, 14.0);
    // A dash stands in the middle of its box.
    near(line.middle(), FOOT + 7.0, "the page number's dashes");
    match number % 2 {
        1 => near(line.right, RIGHT - NUMBER_CHAR, "an odd page's number"),
        _ => near(line.left, LEFT + NUMBER_CHAR, "an even page's number"),
    }
}

/// GW-03 to GW-06 on the first page.
fn head(page: &Page) {
    let mark = page.line("清禾县教育局党组文件");
    assert!(mark.red, "the issuer's mark is red");
    near(mark.top, TOP + 35.0, "the issuer mark's upper edge");
    near(
        mark.centre(),
        (LEFT + RIGHT) / 2.0,
        "the issuer mark's middle",
    );
    let number = page.line("清教党〔2026〕12号");
    assert_eq!(number.size, 16.0);
    near(number.centre(), (LEFT + RIGHT) / 2.0, "the number's middle");
    // Two empty lines, and the number's own place in its line.
    near(number.middle(), mark.bottom + 2.5 * LINE, "the number");
    let red = page.strokes.iter().find(|s| is_red(s)).unwrap();
    near(
        red.top,
        number.bottom + 4.0,
        "the red line under the number",
    );
    near(red.left, LEFT, "the red line's left end");
    near(red.right, RIGHT, "the red line's right end");
    let title = page.line("关于2026年第三季度");
    assert_eq!(title.size, 22.0);
    // Two empty lines under the red line; the title's own lines are 32 points high.
    near(
        title.middle(),
        red.top + 2.0 * LINE + 16.0 * 25.4 / 72.0,
        "the title",
    );
    let to = page.line("各中心校党支部");
    near(to.left, LEFT, "the recipients");
}

fn is_red(stroke: &Stroke) -> bool {
    stroke.colour == Some(serde_json::json!([1.0, 0.0, 0.0]))
}

/// GW-02 on a page of nothing but text: 22 lines of 28 characters that fill the block.
fn full_page(page: &Page) {
    let lines = page.text();
    assert_eq!(lines.len(), 22, "lines of a full page");
    for line in &lines {
        assert_eq!(line.count, 28, "characters of a full line: {line:?}");
        assert_eq!(line.size, 16.0);
        near(line.left, LEFT, "a line's left edge");
        near(line.right, RIGHT, "a line's right edge");
        assert!(
            (line.pitch - CHAR).abs() < 0.05,
            "character pitch: {line:?}"
        );
    }
    for (index, line) in lines.iter().enumerate() {
        let middle = TOP + (index as f64 + 0.5) * LINE;
        // Letters stand a little under the middle of an exact line.
        assert!((line.middle() - middle).abs() <= 1.5 * NEAR, "{line:?}");
    }
    let last = lines[21].middle() - lines[0].middle();
    near(last, 21.0 * LINE, "from the first line to the last");
}

/// The charts are drawn, with names, figures and bars in our colours.
fn drawn(pages: &[Page]) {
    let page = pages.iter().find(|p| p.has("图1")).unwrap();
    for text in ["按时完成", "逾期完成", "未完成", "城区片区", "96"] {
        assert!(page.has(text), "{text} is missing beside the chart");
    }
    let bars = |colour: [f64; 3]| {
        let colour = Some(serde_json::json!(colour));
        page.strokes.iter().filter(|s| s.colour == colour).count()
    };
    assert!(bars([0.61, 0.11, 0.11]) >= 5, "red bars");
    assert!(bars([0.85, 0.83, 0.8]) >= 4, "pale bars");
    let page = pages.iter().find(|p| p.has("图2")).unwrap();
    assert!(page.has("96.50") && page.has("89.05"));
    let caption = page.line("图2");
    near(caption.centre(), (LEFT + RIGHT) / 2.0, "a caption's middle");
}

/// GW-07: three lines for the seal, the date four characters from the right, the signer centred over
/// the place that the date takes in half-width figures.
fn signed(pages: &[Page]) {
    let page = pages
        .iter()
        .find(|p| p.has("2026年10月20日") && !p.has("印发\n"))
        .unwrap();
    let (signer, date) = (
        page.line("中共清禾县教育局党组"),
        page.line("2026年10月20日"),
    );
    near(date.right, RIGHT - 4.0 * CHAR, "the date's right end");
    near(
        date.middle(),
        signer.middle() + LINE,
        "the date under the signer",
    );
    let axis = RIGHT - 4.0 * CHAR - 7.0 * CHAR / 2.0;
    near(signer.centre(), axis, "the signer over the date");
    let above = page
        .lines
        .iter()
        .rev()
        .find(|l| l.top < signer.top)
        .unwrap();
    near(
        signer.middle(),
        above.middle() + 4.0 * LINE,
        "room for the seal",
    );
}

/// 版记: at the foot of the last page, between lines as wide as the block.
fn imprint(page: &Page) {
    let rules: Vec<&Stroke> = page
        .strokes
        .iter()
        .filter(|s| (s.right - s.left) > 150.0 && s.bottom - s.top < 1.0 && s.top > 200.0)
        .collect();
    let last = rules.iter().map(|s| s.bottom).fold(0.0, f64::max);
    near(last, FOOT, "the imprint's last line");
    let copy = page.line("抄送：");
    assert_eq!(copy.size, 14.0);
    near(copy.left, LEFT + NUMBER_CHAR, "the imprint's text");
    let printed = page.line("印发");
    near(
        printed.right,
        RIGHT - NUMBER_CHAR,
        "the printing day's right end",
    );
    // LibreOffice does not draw the thin line between the two.
    let first = rules.iter().map(|s| s.top).fold(f64::MAX, f64::min);
    assert!(
        first < copy.top && copy.top - first < 4.0,
        "a line over the imprint: {rules:?}"
    );
}
