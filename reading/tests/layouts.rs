//! Layouts met in the wild, each in a few invented sentences: what a person would read in them.

#![allow(clippy::unwrap_used)] // a test that cannot go on should stop

use kernel::document::{Block, Cell, Document, Paragraph, Table};
use reading::{Item, Kind, Options, Reading, read};

fn reading(said: &str) -> Reading {
    read(&Document::from_text(said), &Options::default())
}

/// `outline+part due-or-recur` of every item that is no mere heading.
fn items(reading: &Reading) -> Vec<String> {
    let line = |t: &Item| {
        let due = t
            .due
            .map(|d| d.to_string())
            .or(t.recur.clone())
            .unwrap_or("-".to_owned());
        let due = if t.due_inferred {
            format!("({due})")
        } else {
            due
        };
        format!("{}{} {due}", t.outline, t.part.clone().unwrap_or_default())
    };
    reading
        .tasks
        .iter()
        .filter(|t| !t.container)
        .map(line)
        .collect()
}

#[test]
fn deadlines_in_the_heading_s_bracket() {
    let r = reading(
        "关于做好2025年一季度机关党建重点工作的通知\n县直各部门(单位)党组织:\n\
         1.召开组织生活会(完成时限:2月20日前)。各党支部开展谈心谈话,形成班子对照检查材料。\n\
         2.做好党费公示(完成时限:每季度末)。\n3.开展述职评议。1月中下旬进行,党组织书记逐一述职。\n\
         4.报送信息。每月最后一个工作日前报送党建台账。\n清禾县直机关工委\n2025年1月8日",
    );
    assert_eq!(
        items(&r),
        [
            "1. 2025-02-20",
            "2. quarterly",
            "3. 2025-01-31",
            "4. monthly"
        ]
    );
    let titles: Vec<&str> = r.tasks.iter().map(|t| t.title.as_str()).collect();
    assert_eq!(
        titles,
        ["召开组织生活会", "做好党费公示", "开展述职评议", "报送信息"]
    );
    assert!(
        !r.tasks[3].doubts.is_empty(),
        "the last working day is marked for a person"
    );
}

#[test]
fn a_prompt_for_the_month() {
    let r = reading(
        "清禾县教育局2024年9月份党建工作提示\n各学校党组织:\n一、开好党员大会。各党支部在9月6日(周五)前召开党员大会。\n\
         二、庆祝教师节。各学校要在教师节前后走访慰问教师党员。\n三、做好发展党员。请于本月20日前将预审材料送股室审核。\n\
         清禾县教育局党委办公室\n2024年9月2日",
    );
    assert_eq!(
        items(&r),
        ["一、 2024-09-06", "二、 2024-09-10", "三、 2024-09-20"]
    );
    assert!(r.tasks[0].doubts.is_empty(), "the weekday agrees");
}

#[test]
fn stages_and_requirements_of_an_inspection_notice() {
    let r = reading(
        "关于做好迎检工作的通知\n各校(园):\n一、时间安排\n(一)自查阶段(10月16日—10月22日)。各校逐项自查,填写自查表。\n\
         (二)整改阶段(10月23日—10月31日)。各校整改到位,整改报告于10月31日下午5点前报监察室。\n\
         二、工作要求\n各校要高度重视,压实责任。\n清禾县教育局\n2023年10月12日",
    );
    assert_eq!(
        items(&r),
        [
            "一、(一) 2023-10-22",
            "一、(二)a 2023-10-31",
            "一、(二)b 2023-10-31"
        ]
    );
    assert_eq!(r.tasks.last().unwrap().due_time.as_deref(), Some("17:00"));
    assert!(
        r.warnings.iter().any(|w| w.contains("一般要求")),
        "what is passed over is said"
    );
}

#[test]
fn a_table_pasted_with_tabs() {
    let r = reading(
        "青岚镇2024年党建重点任务清单\n序号\t重点任务\t具体内容\t责任单位\t完成时限\n\
         1\t理论学习\t每月开展1次集中学习,建立学习台账\t各村党支部\t全年\n\
         2\t换届回头看\t对换届情况开展回头看\t镇党建办\t6月底\n3\t主题活动\t组织系列活动\t各党支部\t7.1前",
    );
    assert_eq!(items(&r), ["1 monthly", "2 2024-06-30", "3 2024-07-01"]);
}

#[test]
fn bullets_without_numbers_and_next_year() {
    let r = reading(
        "关于报送2023年度党建材料的通知\n各党支部:\n请按以下节点报送:\n●12月15日前报送支部工作总结;\n\
         ●1月上旬,各支部书记述职。\n党委办公室\n2023年12月4日",
    );
    assert_eq!(items(&r), [" 2023-12-15", " 2024-01-10"]);
}

#[test]
fn a_list_of_problems_with_their_limits() {
    let r = reading(
        "关于巡察反馈问题整改任务分工的通知\n各学校党组织:\n一、关于会议不规范的问题\n\
         整改措施:对各支部会议记录开展一次全面检查,建立问题台账。\n责任单位:云岭中学、河东小学\n整改时限:6月15日前\n\
         清禾县教育局党委\n2024年4月10日",
    );
    assert_eq!(items(&r), ["一、 2024-06-15"]);
    assert_eq!(
        serde_json::to_string(&r.tasks[0].targets).unwrap(),
        r#"["云岭中学","河东小学"]"#
    );
}

#[test]
fn a_bulletin_demands_only_in_its_last_section() {
    let r = reading(
        "云湖区教育系统党建督查情况通报\n各学校党组织:\n一、总体情况\n共检查党组织42个,其中优秀12个、良好24个、较差6个。\n\
         二、存在问题\n(一)制度不落实。个别支部3月份未召开支委会。\n三、下步要求\n\
         (一)立行立改。各党组织要于5月15日前完成整改。\n云湖区委教育工委\n2024年4月30日",
    );
    assert_eq!(r.kind, Kind::Ranking);
    assert_eq!(items(&r), ["三、(一) 2024-05-15"]);
    assert!(r.identities[0].holds);
}

#[test]
fn a_whole_notice_inside_one_cell() {
    let said = "关于开展自查的通知\n各党支部:\n1.开展自查。各支部5月底前完成自查。\n2.报送总结。6月10日前报送总结。\n清禾县教育局\n2024年5月6日";
    let cell = Cell {
        column: 0,
        columns: 1,
        rows: 1,
        text: said.to_owned(),
    };
    let table = Table {
        name: None,
        rows: vec![vec![cell]],
    };
    let r = read(
        &Document {
            blocks: vec![Block::Table(table)],
        },
        &Options::default(),
    );
    assert_eq!(items(&r), ["1. 2024-05-31", "2. 2024-06-10"]);
}

#[test]
fn automatic_numbers_make_the_outline() {
    let line = |label: Option<&str>, text: &str| {
        let label = label.map(str::to_owned);
        Block::Paragraph(Paragraph {
            label,
            text: text.to_owned(),
            ..Paragraph::default()
        })
    };
    let doc = Document {
        blocks: vec![
            line(None, "2024年党建工作计划"),
            line(Some("一、"), "抓学习"),
            line(Some("(一)"), "办班。3月底前办好读书班。"),
            line(Some("(二)"), "宣讲。每月25日前上报宣讲情况。"),
        ],
    };
    let r = read(&doc, &Options::default());
    assert_eq!(items(&r), ["一、(一) 2024-03-31", "一、(二) monthly-by-25"]);
    assert_eq!(r.tasks[2].instances.len(), 12);
}

#[test]
fn without_a_year_no_day_is_guessed() {
    let said = "党建工作安排\n各支部:\n1.办班。各支部3月底前办好读书班。\n202X年3月1日";
    let r = reading(said);
    assert_eq!((r.year, r.tasks[0].due), (None, None));
    assert!(!r.tasks[0].doubts.is_empty());
    let told = read(
        &Document::from_text(said),
        &Options {
            year: Some(2024),
            published: None,
        },
    );
    assert_eq!(items(&told), ["1. 2024-03-31"]);
    let published = Options {
        year: None,
        published: "2022-02-01".parse().ok(),
    };
    let weak = read(
        &Document::from_text("党建工作安排\n1.办班。各支部3月底前办好读书班。"),
        &published,
    );
    assert_eq!(items(&weak), ["1. 2022-03-31"]);
    assert!(
        !weak.tasks[0].doubts.is_empty(),
        "a year from the web page is marked"
    );
}

#[test]
fn spans_point_into_the_text_as_extracted() {
    let doc =
        Document::from_text("任务(rèn)單\n1.辦班。各支部3月底前舉(jǔ)辦讀書班。\n2024年2月1日");
    let r = read(&doc, &Options::default());
    let raw: Vec<char> = doc.extracted_text().chars().collect();
    let said = |span: [usize; 2]| raw[span[0]..span[1]].iter().collect::<String>();
    let item = &r.tasks[0];
    assert_eq!(said(item.due_span.unwrap()), "3月底前");
    assert_eq!(said(item.targets_span.unwrap()), "各支部");
    assert_eq!(said(item.span), "1.辦班。各支部3月底前舉(jǔ)辦讀書班。");
}

#[test]
fn full_width_punctuation_and_digits_change_nothing() {
    let said = "关于做好2025年一季度党建工作的通知\n各党支部:\n1.召开组织生活会(完成时限:2月20日前)。各党支部开展谈心谈话;形成检查材料。\n\
                2.报送。各支部要于2月25日前报送计划(含附表),3月底前报送总结!\n清禾县直机关工委\n2025年1月8日";
    let wide = |c: char| match c {
        '!'..='~' if !c.is_ascii_alphabetic() => char::from_u32(c as u32 + 0xfee0).unwrap_or(c),
        _ => c,
    };
    let full: String = said.chars().map(wide).collect();
    let (half, full) = (reading(said), reading(&full));
    assert_eq!(items(&half).len(), 3);
    let narrow = |r: &Reading| {
        let titles: Vec<String> = r
            .tasks
            .iter()
            .map(|t| t.title.chars().filter(|c| c.is_alphanumeric()).collect())
            .collect();
        (
            items(r).len(),
            titles,
            r.tasks.iter().map(|t| t.due).collect::<Vec<_>>(),
            r.period,
            r.doc_date,
        )
    };
    assert_eq!(narrow(&half), narrow(&full));
    let outline: Vec<&str> = full.tasks.iter().map(|t| t.outline.as_str()).collect();
    assert_eq!(outline, ["1.", "2.", "2."], "printed with half-width marks");
}

#[test]
fn nothing_makes_it_panic() {
    let odd = [
        "",
        "\n\n",
        "一、",
        "((((",
        "3月、",
        "每月",
        "“”《",
        "1、\n2、\n3、",
        "\u{fffd}!?)(",
        "序号\n环节\n内容\n完成时间\n1",
    ];
    for said in odd {
        let _ = reading(said);
    }
    let long = "各支部3月底前报送,".repeat(500);
    let _ = reading(&long);
}

#[test]
fn the_issuer_s_mark_is_no_part_of_the_title() {
    let r = reading(
        "中共清禾县教育局机关委员会文件\n清教党〔2025〕12号\n关于开展“三会一课”自查的通知\n\
         各基层党组织:\n一、开展自查。5月底前完成。\n清禾县教育局机关委员会\n2025年4月8日",
    );
    assert_eq!(r.title.as_deref(), Some("关于开展“三会一课”自查的通知"));
    assert_eq!(r.number.as_deref(), Some("清教党〔2025〕12号"));
}

#[test]
fn an_item_in_brackets_at_both_ends_is_no_period() {
    let r = reading(
        "关于做好党建重点工作的通知\n各党支部:\n(一)建立台账,4月底前完成(责任股室:人事股)\n\
         (二)召开部署会。5月9日前召开。\n清禾县教育局\n2025年3月3日",
    );
    assert_eq!(items(&r), ["(一) 2025-04-30", "(二) 2025-05-09"]);
}

#[test]
fn figures_in_the_order_of_their_names() {
    let r = reading(
        "关于教育系统党建工作情况的汇报\n一、基本情况\n现有党总支3个、党支部40个,高中、初中、\
         小学党支部分别为6个、14个、20个。现有党员910名。",
    );
    let said: Vec<String> = r
        .figures
        .iter()
        .map(|f| format!("{}{}", f.label, f.value.unwrap()))
        .collect();
    assert_eq!(
        said,
        [
            "党总支3",
            "党支部40",
            "高中6",
            "初中14",
            "小学20",
            "党员910"
        ]
    );
    let sums: Vec<&str> = r.identities.iter().map(|i| i.expr.as_str()).collect();
    assert_eq!(sums, ["40 = 6+14+20"]);
}
