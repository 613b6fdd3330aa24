//! 图表 in the hands of others: Word's and Excel's own, with data that can be edited.

use super::reader::python_says;
use office::chart::{Chart, ChartSeries, ChartShape};
use office::official::BodyBlock;
use office::plain::{self, PlainDocument};
use office::xlsx::{self, ChartOut, Column, Kind, SheetOut, Value, Workbook};

#[test]
fn word_opens_the_chart_and_its_workbook() {
    let doc = PlainDocument {
        title: "各片区完成情况".into(),
        blocks: vec![BodyBlock::Chart(Chart {
            caption: "图1 各片区完成情况（项）".into(),
            shape: ChartShape::Bars,
            stacked: true,
            category: "片区".into(),
            categories: vec!["城区片区".into(), "=1+1".into()],
            series: vec![
                ChartSeries {
                    name: "按时完成".into(),
                    values: vec![Value::Integer(96), Value::Integer(88)],
                },
                ChartSeries {
                    name: "平均得分".into(),
                    values: vec![Value::Hundredths(9_605), Value::Empty],
                },
            ],
        })],
        ..PlainDocument::default()
    };
    let script = r#"
import sys, io, docx, openpyxl
from lxml import etree
d = docx.Document(sys.argv[1])
shape = d.inline_shapes[0]
print(round(shape.width.mm), shape._inline.docPr.get('descr'))
parts = {str(p.partname): p for p in d.part.package.iter_parts()}
chart = parts['/word/charts/chart1.xml']
print(chart.content_type)
root = etree.fromstring(chart.blob)
ns = {'c': 'http://schemas.openxmlformats.org/drawingml/2006/chart'}
say = lambda path: [e.text or e.get('val') for e in root.iterfind(path, ns)]
print(say('.//c:barDir'), say('.//c:grouping'), say('.//c:ser/c:tx//c:v'), say('.//c:ser/c:val//c:v'))
print(say('.//c:cat//c:f')[0], say('.//c:val//c:f'), say('.//c:showVal'), say('.//c:showSerName'), say('.//c:catAx/c:delete'))
book = openpyxl.load_workbook(io.BytesIO(parts['/word/embeddings/chart1.xlsx'].blob))
print([[c.value for c in row] for row in book['数据']], book['数据']['A3'].data_type)
"#;
    let Some(said) = python_says(script, "图.docx", &plain::write(&doc).unwrap()) else {
        return;
    };
    let lines: Vec<_> = said.lines().collect();
    assert_eq!(
        lines,
        [
            "170 图1 各片区完成情况（项）。城区片区：按时完成96，平均得分96.05；=1+1：按时完成88",
            "application/vnd.openxmlformats-officedocument.drawingml.chart+xml",
            "['bar'] ['stacked'] ['按时完成', '平均得分'] ['96', '88', '96.05']",
            "数据!$A$2:$A$3 ['数据!$B$2:$B$3', '数据!$C$2:$C$3'] ['1', '1'] ['0', '0'] ['0']",
            "[['片区', '按时完成', '平均得分'], ['城区片区', 96, 96.05], ['=1+1', 88, None]] s",
        ]
    );
}

#[test]
fn excel_draws_the_columns_that_were_named() {
    let sheet = SheetOut {
        name: "片区/情况".into(),
        title: Some("各片区完成情况".into()),
        columns: vec![
            Column::text("片区", 16),
            Column::text("单位数", 10).of(Kind::Integer),
            Column::text("平均得分", 12).of(Kind::Decimal),
        ],
        rows: vec![
            vec![
                "城区片区".into(),
                Value::Integer(9),
                Value::Hundredths(9_650),
            ],
            vec![
                "东部片区".into(),
                Value::Integer(7),
                Value::Hundredths(9_210),
            ],
        ],
        ..SheetOut::default()
    };
    let book = Workbook {
        sheets: vec![
            SheetOut {
                name: "排名".into(),
                columns: vec![Column::text("单位", 16)],
                ..SheetOut::default()
            },
            sheet,
        ],
    };
    let chart = ChartOut {
        sheet: "片区/情况".into(),
        title: "各片区平均得分".into(),
        shape: ChartShape::Columns,
        category: "片区".into(),
        series: vec!["平均得分".into()],
        ..ChartOut::default()
    };
    let script = r#"
import sys, openpyxl
w = openpyxl.load_workbook(sys.argv[1])
print([(s.title, len(s._charts)) for s in w])
c = w['片区 情况']._charts[0]
s = c.series[0]
print(c.type, s.tx.strRef.f, s.cat.strRef.f if s.cat.strRef else s.cat.numRef.f, s.val.numRef.f)
print(c.anchor._from.row, c.anchor._from.col, c.title.tx.rich.p[0].r[0].t)
"#;
    let bytes = xlsx::write_charted(&book, &[chart]).unwrap();
    let Some(said) = python_says(script, "图.xlsx", &bytes) else {
        return;
    };
    let lines: Vec<_> = said.lines().collect();
    assert_eq!(
        lines,
        [
            "[('排名', 0), ('片区 情况', 1)]",
            "col '片区 情况'!$C$2 '片区 情况'!$A$3:$A$4 '片区 情况'!$C$3:$C$4",
            "5 0 各片区平均得分",
        ]
    );
}
