//! Files of ours in the hands of others: python-docx and openpyxl where `ZHIBU_PYTHON` names a
//! Python that has them; printed by LibreOffice and measured with pdfplumber. `ZHIBU_LOOK` names a folder to leave the files in, to be looked at.

#![allow(clippy::unwrap_used)]

mod charts;
mod measured;
mod reader;

use kernel::Day;
use office::official::{self, BodyBlock, DocumentNumber, OfficialDocument, TableColumn};
use office::plain::{self, PlainDocument};
use office::xlsx::{self, Column, Kind, SheetOut, Value, Workbook};
use reader::python_says;

fn day(s: &str) -> Day {
    s.parse().unwrap()
}

fn notice() -> OfficialDocument {
    let duty = "各基层党组织要结合本单位实际，认真对照任务要求，明确责任人和完成时限，确保各项工作落到实处。";
    let mut body = vec![
        BodyBlock::Paragraph(format!(
            "为进一步加强全县教育系统党的建设，现将2026年上半年重点任务印发给你们。{duty}"
        )),
        BodyBlock::Heading1("一、严格落实组织生活制度".into()),
        BodyBlock::Lead {
            level: 2,
            heading: "（一）按时召开会议。".into(),
            text: format!("每季度至少召开1次党员大会，每月召开1次支部委员会会议。{duty}"),
        },
        BodyBlock::Heading2("（二）规范会议记录".into()),
        BodyBlock::Heading3("1.记录要素齐全".into()),
        BodyBlock::Paragraph(duty.repeat(2)),
        BodyBlock::Heading4("（1）写明“应到”“实到”人数".into()),
        BodyBlock::Paragraph(duty.repeat(3)),
        BodyBlock::Heading1("二、任务分工".into()),
        BodyBlock::Table {
            columns: vec![
                TableColumn::new("序号", 2).centred(),
                TableColumn::new("任务", 8),
                TableColumn::new("完成时限", 4).centred(),
                TableColumn::new("责任单位", 5),
            ],
            rows: (1..=12)
                .map(|n| {
                    vec![
                        n.to_string(),
                        "报送组织生活会材料并完成整改台账".into(),
                        "2026年6月底前".into(),
                        "各基层党组织".into(),
                    ]
                })
                .collect(),
        },
    ];
    body.push(BodyBlock::Paragraph(duty.into()));
    OfficialDocument {
        issuer_mark: Some("清禾县教育局党组文件".into()),
        number: DocumentNumber::new("清教党", 2026, 3).ok(),
        title: "中共清禾县教育局党组关于做好全县教育系统2026年上半年基层党建工作的通知".into(),
        recipients: "各中心校党支部，各县直学校（幼儿园）党组织".into(),
        body,
        annexes: vec![
            "清禾县教育系统党建工作任务清单".into(),
            "党员积极作用发挥情况评价表（供各党支部在组织生活会前填写使用）".into(),
        ],
        annex_bodies: vec![
            (
                "清禾县教育系统党建工作任务清单".into(),
                vec![BodyBlock::Paragraph(duty.repeat(3))],
            ),
            (
                "党员积极作用发挥情况评价表".into(),
                vec![BodyBlock::Paragraph(duty.into())],
            ),
        ],
        signer: "中共清禾县教育局党组".into(),
        date: day("2026-02-03"),
        copy_to: "县委组织部，县委教育工作领导小组秘书组，县直机关工委，各乡镇党委，局党组各成员"
            .into(),
        printed_by: Some(("清禾县教育局办公室".into(), day("2026-02-03"))),
    }
}

#[test]
fn python_docx_opens_an_official_document() {
    let script = r#"
import sys, docx
d = docx.Document(sys.argv[1])
s = d.sections[0]
print(*[round(x.mm) for x in (s.page_width, s.page_height, s.top_margin, s.bottom_margin, s.left_margin, s.right_margin)])
print(next(p.text for p in d.paragraphs if p.style.name == '发文字号'))
print([p.text for p in d.paragraphs if p.style.name.lower().startswith('heading 1')])
print(len(d.tables), len(d.tables[0].rows), sum(c.width for c in d.tables[0].rows[0].cells) // 635)
"#;
    let Some(said) = python_says(script, "通知.docx", &official::write(&notice()).unwrap())
    else {
        return;
    };
    let lines: Vec<_> = said.lines().collect();
    assert_eq!(lines[0], "210 297 37 35 28 26");
    assert_eq!(lines[1], "清教党〔2026〕3号");
    assert_eq!(lines[2], "['一、严格落实组织生活制度', '二、任务分工']");
    assert_eq!(lines[3], format!("1 13 {}", official::PAGE_BLOCK_TWIPS));
}

#[test]
fn python_docx_opens_a_plain_list() {
    let doc = PlainDocument {
        title: "党员大会签到表".into(),
        notes: vec!["党支部：清禾中学党支部　　时间：2026年3月20日".into()],
        blocks: vec![BodyBlock::Table {
            columns: vec![
                TableColumn::new("序号", 1).centred(),
                TableColumn::new("姓名", 3),
                TableColumn::new("签名", 4),
            ],
            rows: (1..=60)
                .map(|n| vec![n.to_string(), format!("党员{n}"), String::new()])
                .collect(),
        }],
        landscape: false,
    };
    let script =
        "import sys, docx; d = docx.Document(sys.argv[1]); print(d.tables[0].cell(60, 1).text)";
    let Some(said) = python_says(script, "签到表.docx", &plain::write(&doc).unwrap()) else {
        return;
    };
    assert_eq!(said.trim(), "党员60");
}

#[test]
fn openpyxl_sees_types_not_formulas() {
    let sheet = SheetOut {
        name: "党费".into(),
        title: Some("党费收缴表".into()),
        notes: vec!["应缴金额以元为单位".into()],
        columns: vec![
            Column::text("姓名", 12).required(),
            Column::text("备注", 20).choices(["正常", "减免"]),
            Column::text("月数", 8).of(Kind::Integer),
            Column::text("金额", 10).of(Kind::Decimal),
            Column::text("日期", 12).of(Kind::Day),
        ],
        rows: vec![vec![
            "=1+1".into(),
            "@减免".into(),
            Value::Integer(3),
            Value::Hundredths(1_205),
            Value::Day(day("2026-03-31")),
        ]],
    };
    let script = r#"
import sys, openpyxl
w = openpyxl.load_workbook(sys.argv[1])
s = w.active
print([(c.value if not hasattr(c.value, 'date') else str(c.value.date()), c.data_type) for c in s[4]])
print(s.freeze_panes, s.auto_filter.ref, s.page_setup.orientation, s.page_setup.paperSize, s.print_title_rows, s.oddFooter.center.text)
print([(str(v.sqref), v.formula1) for v in s.data_validations.dataValidation])
print(s['A3'].font.name, s['A3'].value, s.merged_cells.ranges)
"#;
    let book = Workbook {
        sheets: vec![sheet],
    };
    let Some(said) = python_says(script, "党费.xlsx", &xlsx::write(&book).unwrap()) else {
        return;
    };
    let lines: Vec<_> = said.lines().collect();
    assert_eq!(
        lines[0],
        "[('=1+1', 's'), ('@减免', 's'), (3, 'n'), (12.05, 'n'), ('2026-03-31', 'd')]"
    );
    assert_eq!(lines[1], "A4 A3:E4 landscape 9 $3:$3 第 &P 页，共 &N 页");
    assert!(lines[2].contains("正常,减免"), "{}", lines[2]);
    assert!(lines[3].starts_with("宋体 *姓名"), "{}", lines[3]);
}
