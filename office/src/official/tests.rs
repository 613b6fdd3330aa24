//! What an office sees when it opens the file.

use super::*;
use kernel::document::{Block, Document};

pub(super) fn sample() -> OfficialDocument {
    OfficialDocument {
        issuer_mark: Some("清禾县教育局党组文件".into()),
        number: Some(DocumentNumber::new("清教党", 2023, 3).unwrap()),
        title: "关于做好上半年基层党建工作的通知".into(),
        recipients: "各基层党组织".into(),
        body: vec![
            BodyBlock::Paragraph("现将有关事项通知如下。".into()),
            BodyBlock::Heading1("一、重点任务".into()),
            BodyBlock::Lead {
                level: 2,
                heading: "（一）开好会议。".into(),
                text: "按时召开 <支委会> & 党员大会。".into(),
            },
            BodyBlock::Table {
                columns: vec![
                    TableColumn::new("序号", 1).centred(),
                    TableColumn::new("任务", 6),
                ],
                rows: vec![vec!["1".into(), "甲\n乙".into()]],
            },
        ],
        annexes: vec!["任务清单".into(), "评价表".into()],
        annex_bodies: vec![("任务清单".into(), vec![BodyBlock::Paragraph("略。".into())])],
        signer: "中共清禾县教育局党组".into(),
        date: "2023-03-13".parse().unwrap(),
        copy_to: "县委组织部".into(),
        printed_by: Some(("清禾县教育局办公室".into(), "2023-03-14".parse().unwrap())),
    }
}

fn read(doc: &OfficialDocument) -> Document {
    crate::docx::read(&write(doc).unwrap()).unwrap()
}

#[test]
fn the_text_comes_back_in_the_order_of_the_standard() {
    let lines: Vec<String> = read(&sample())
        .extracted_text()
        .lines()
        .filter(|l| !l.trim().is_empty())
        .map(str::to_owned)
        .collect();
    let wanted = [
        "清禾县教育局党组文件",
        "清教党〔2023〕3号",
        "关于做好上半年基层党建工作的通知",
        "各基层党组织：",
        "现将有关事项通知如下。",
        "一、重点任务",
        "（一）开好会议。按时召开 <支委会> & 党员大会。",
        "序号\t任务\t",
        "1\t甲",
        "乙\t",
        "附件：1.任务清单",
        "2.评价表",
        "中共清禾县教育局党组",
        "2023年3月13日",
        "附件1",
        "任务清单",
        "略。",
        "\u{3000}抄送：县委组织部。",
        "\u{3000}清禾县教育局办公室\t2023年3月14日印发\u{3000}",
    ];
    assert_eq!(lines, wanted);
}

#[test]
fn headings_can_be_navigated() {
    let headings: Vec<_> = read(&sample())
        .blocks
        .into_iter()
        .filter_map(|b| match b {
            Block::Paragraph(p) => p.heading.map(|level| (level, p.text)),
            Block::Table(_) => None,
        })
        .collect();
    assert_eq!(headings, [(1, "一、重点任务".to_owned())]);
}

#[test]
fn the_text_block_is_156_by_225_millimetres() {
    // GB/T 9704: left 28, top 37, so right 26 and bottom 35 on 210 × 297.
    assert_eq!(PAGE_BLOCK_TWIPS, (156 * 14_400 + 127) / 254 + 1);
    assert_eq!(
        16_838 - crate::wordml::mm(370) - crate::wordml::mm(350),
        (225 * 14_400 + 127) / 254
    );
}

#[test]
fn titles_break_into_even_lines_at_good_places() {
    let lines = |t: &str| layout::title_lines(t);
    assert_eq!(lines("关于召开会议的通知"), ["关于召开会议的通知"]);
    assert_eq!(
        lines("中共清禾县教育局党组关于进一步加强中小学校党建工作的通知"),
        [
            "中共清禾县教育局党组",
            "关于进一步加强中小学校党建工作的通知"
        ]
    );
    let dated = lines("关于做好全县教育系统2026年上半年基层党建工作的通知");
    assert!(dated.iter().any(|l| l.contains("2026年")), "{dated:?}");
    let long = lines("中共清禾县教育局党组关于做好全县教育系统2026年上半年基层党建工作的通知");
    assert_eq!(
        long,
        [
            "中共清禾县教育局党组关于做好全县",
            "教育系统2026年上半年基层党建工作的通知"
        ]
    );
    assert_eq!(
        lines("关于2026年第三季度党建重点任务完成情况的通报"),
        ["关于2026年第三季度", "党建重点任务完成情况的通报"]
    );
    assert_eq!(lines("上半行\n下半行"), ["上半行", "下半行"]);
    for line in lines(&"很长的标题".repeat(20)) {
        assert!(line.chars().count() <= 20, "{line}");
    }
}

#[test]
fn a_document_without_head_or_foot_is_still_one() {
    let bare = OfficialDocument {
        issuer_mark: None,
        number: None,
        recipients: String::new(),
        annexes: Vec::new(),
        annex_bodies: Vec::new(),
        copy_to: String::new(),
        printed_by: None,
        ..sample()
    };
    assert!(read(&bare).extracted_text().starts_with("关于做好"));
    let error = write(&OfficialDocument {
        title: " ".into(),
        ..bare
    })
    .unwrap_err();
    assert!(error.to_string().contains("没有标题"));
}

#[test]
fn a_plain_list_comes_back_as_a_table() {
    let doc = crate::plain::PlainDocument {
        title: "签到表".into(),
        notes: vec!["单位：清禾中学党支部".into()],
        blocks: vec![BodyBlock::Table {
            columns: vec![TableColumn::new("姓名", 1)],
            rows: vec![vec!["\u{1}甲\u{0}".into()]],
        }],
        landscape: true,
    };
    let read = crate::docx::read(&crate::plain::write(&doc).unwrap()).unwrap();
    assert_eq!(
        read.extracted_text(),
        "签到表\n单位：清禾中学党支部\n姓名\t\n甲\t\n\n"
    );
}

#[test]
fn a_chart_without_figures_is_refused_and_one_with_them_does_not_disturb_reading() {
    let chart = |values: Vec<crate::xlsx::Value>| OfficialDocument {
        body: vec![BodyBlock::Chart(Chart {
            caption: "图1 各片区平均得分".into(),
            category: "片区".into(),
            categories: vec!["城区片区".into()],
            series: vec![ChartSeries {
                name: "平均得分".into(),
                values,
            }],
            ..Chart::default()
        })],
        ..sample()
    };
    let error = write(&chart(Vec::new())).unwrap_err();
    assert!(error.to_string().contains("“图1 各片区平均得分”的数据不全"));
    let text = read(&chart(vec![crate::xlsx::Value::Integer(90)])).extracted_text();
    assert!(text.contains("图1 各片区平均得分"), "{text}");
}
