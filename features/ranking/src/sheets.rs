//! Excel: the lines, every point behind them, and how they were scored.

use crate::bulletin::day;
use crate::entities::{Edition, ItemLine, Line, Rank};
use crate::figures::{Figures, period_words};
use office::OfficeError;
use office::chart::ChartShape;
use office::xlsx::{ChartOut, Column, Kind, SheetOut, Value, Workbook, write_charted};
use rules::score::Standing;

/// 排名 as a workbook; `whole` says whether the reader sees every line of the edition: else there
/// are only the lines given, and no sums over others.
pub fn workbook(
    edition: &Edition,
    whole: bool,
    stage: &str,
    made_at: &str,
) -> Result<Vec<u8>, OfficeError> {
    let figures = Figures::of(&edition.lines);
    let mut sheets = vec![lines(edition, made_at)];
    let mut charts = Vec::new();
    if whole && !figures.groups.is_empty() {
        let (sheet, chart) = groups(&figures);
        charts.extend((figures.ranked > 0).then_some(chart));
        sheets.push(sheet);
    }
    sheets.push(items(edition));
    sheets.push(explained(edition, stage, whole.then_some(&figures)));
    write_charted(&Workbook { sheets }, &charts)
}

fn number(title: &str) -> Column {
    Column::text(title, 7).of(Kind::Integer)
}

fn points(title: &str) -> Column {
    Column::text(title, 9).of(Kind::Decimal)
}

fn count(n: u32) -> Value {
    Value::Integer(i64::from(n))
}

/// 排名 one may know of, a ranking a row; without its rows.
pub fn listed(title: Option<String>) -> SheetOut {
    SheetOut {
        name: "排名".to_owned(),
        title,
        columns: vec![
            Column::text("名称", 34),
            Column::text("评定期", 20),
            Column::text("状态", 10),
            Column::text("公布日期", 14).of(Kind::Day),
            Column::text("现在要做", 30),
        ],
        ..SheetOut::default()
    }
}

/// 排名: an organisation a row.
fn lines(edition: &Edition, made_at: &str) -> SheetOut {
    let columns = vec![
        number("名次"),
        Column::text("党组织", 24),
        Column::text("上级组织", 22),
        Column::text("片区", 10),
        Column::text("组织类别", 11),
        points("得分"),
        number("片区名次"),
        number("同类名次"),
        number("计分事项"),
        number("按时"),
        number("逾期完成"),
        number("未完成"),
        number("不计"),
        number("只要材料"),
        points("合计得分"),
        number("合计权重"),
        Column::text("作情况说明", 7),
        Column::text("不排名的原因", 22),
    ];
    SheetOut {
        name: "排名".to_owned(),
        title: Some(format!("{}（{}）", edition.title, edition.period.chinese())),
        notes: vec![format!(
            "导出时间 {made_at}。得分相同的名次并列；不排名的列在最后，并写明原因。"
        )],
        columns,
        rows: edition.lines.iter().map(line_row).collect(),
    }
}

fn line_row(line: &Line) -> Vec<Value> {
    let place = |rank: Option<Rank>| Value::from(rank.map(|rank| i64::from(rank.place)));
    let (zone, kind) = (
        line.ranks.and_then(|ranks| ranks.zone),
        line.ranks.map(|ranks| ranks.kind),
    );
    vec![
        place(line.ranks.map(|ranks| ranks.whole)),
        line.name.clone().into(),
        line.parent.clone().into(),
        line.zone.as_ref().map(|zone| zone.name.clone()).into(),
        line.kind.name.clone().into(),
        line.score
            .map_or(Value::Empty, |score| Value::Hundredths(i64::from(score.0))),
        place(zone),
        place(kind),
        count(line.counts.scored()),
        count(line.counts.on_time),
        count(line.counts.late),
        count(line.counts.owed),
        count(line.counts.excused),
        count(line.counts.unscored),
        hundredths(line.gained),
        i64::try_from(line.possible).unwrap_or(i64::MAX).into(),
        if line.tail { "是" } else { "" }.into(),
        line.unranked.as_ref().map(|why| why.words()).into(),
    ]
}

fn hundredths(n: u64) -> Value {
    Value::Hundredths(i64::try_from(n).unwrap_or(i64::MAX))
}

/// 片区 (or kinds of organisation), with a chart of their means.
fn groups(figures: &Figures) -> (SheetOut, ChartOut) {
    let name = figures.grouped_by;
    let sheet = SheetOut {
        name: name.to_owned(),
        title: Some(format!("各{name}完成情况")),
        notes: Vec::new(),
        columns: vec![
            Column::text(name, 18),
            number("党组织"),
            number("排名"),
            points("平均得分"),
            number("计分事项"),
            number("按时"),
            number("逾期完成"),
            number("未完成"),
            number("不计"),
            Column::text("按时率", 10),
        ],
        rows: figures
            .groups
            .iter()
            .map(|group| {
                vec![
                    group.name.clone().into(),
                    i64::try_from(group.listed).unwrap_or(i64::MAX).into(),
                    i64::try_from(group.ranked).unwrap_or(i64::MAX).into(),
                    group
                        .mean
                        .map_or(Value::Empty, |mean| Value::Hundredths(i64::from(mean.0))),
                    count(group.counts.scored()),
                    count(group.counts.on_time),
                    count(group.counts.late),
                    count(group.counts.owed),
                    count(group.counts.excused),
                    group.on_time().into(),
                ]
            })
            .collect(),
    };
    let chart = ChartOut {
        sheet: name.to_owned(),
        title: format!("各{name}平均得分（分）"),
        shape: ChartShape::Bars,
        stacked: false,
        category: name.to_owned(),
        series: vec!["平均得分".to_owned()],
    };
    (sheet, chart)
}

/// 事项: every point of every line.
fn items(edition: &Edition) -> SheetOut {
    let columns = vec![
        Column::text("党组织", 24),
        Column::text("片区", 10),
        Column::text("交办单", 18),
        Column::text("序号", 8),
        Column::text("事项", 28),
        Column::text("是否计分", 9),
        number("权重"),
        Column::text("期限", 12).of(Kind::Day),
        Column::text("完成情况", 16),
        points("系数"),
        points("得分"),
        Column::text("报送日期", 12).of(Kind::Day),
        Column::text("审核日期", 12).of(Kind::Day),
        number("计入记录"),
        Column::text("不计的理由", 22),
        Column::text("更正说明", 22),
    ];
    let rows = edition
        .lines
        .iter()
        .flat_map(|line| line.items.iter().map(move |item| item_row(line, item)));
    SheetOut {
        name: "事项".to_owned(),
        title: Some("各党组织逐项得分".to_owned()),
        notes: vec!["得分 = 权重 × 系数；不计的事项和只要材料的事项不进合计。".to_owned()],
        columns,
        rows: rows.collect(),
    }
}

fn item_row(line: &Line, item: &ItemLine) -> Vec<Value> {
    let counted = item.substantive && item.standing != Standing::Excused;
    let only = |value: Value| if counted { value } else { Value::Empty };
    vec![
        line.name.clone().into(),
        line.zone.as_ref().map(|zone| zone.name.clone()).into(),
        item.sheet_label.clone().into(),
        item.outline.clone().into(),
        item.title.clone().into(),
        match (item.substantive, counted) {
            (false, _) => "只要材料",
            (true, false) => "不计",
            (true, true) => "计分",
        }
        .into(),
        only(count(item.weight)),
        item.due.into(),
        item.standing_words().into(),
        only(count_hundredths(item.factor)),
        only(hundredths(u64::from(item.weight) * u64::from(item.factor))),
        item.submitted_on.into(),
        item.judged.as_ref().map(|judged| judged.at.day()).into(),
        i64::try_from(item.records.len()).unwrap_or(0).into(),
        item.reason.clone().into(),
        item.correction.as_ref().map(|c| c.why.clone()).into(),
    ]
}

fn count_hundredths(n: u32) -> Value {
    Value::Hundredths(i64::from(n))
}

/// 说明: the rules, the factors and where they come from.
fn explained(edition: &Edition, stage: &str, figures: Option<&Figures>) -> SheetOut {
    let terms = &edition.terms;
    let factor = |n: u32| format!("{}.{:02}", n / 100, n % 100);
    let sheets: Vec<String> = edition.sheets.iter().map(|s| s.label.clone()).collect();
    let source = match terms.source.article.is_empty() {
        true => terms.source.document.to_string(),
        false => format!("{}（{}）", terms.source.document, terms.source.article),
    };
    let mut rows: Vec<(&str, String)> = vec![
        ("评定期", period_words(edition.period)),
        ("起止日期", edition.period.chinese()),
        ("状态", stage.to_owned()),
        ("版次", edition_words(edition)),
        ("日期", day(edition).chinese()),
        ("依据的交办单", sheets.join("、")),
        (
            "计分范围",
            "评定期内到期的实质事项；只要求报送材料的不计分。".to_owned(),
        ),
        (
            "计分系数",
            format!(
                "按时 {}，逾期完成 {}，未完成 {}",
                factor(terms.factors.on_time),
                factor(terms.factors.late),
                factor(terms.factors.none)
            ),
        ),
        (
            "得分",
            "合计得分 ÷ 合计权重 × 100，保留两位小数，四舍五入。".to_owned(),
        ),
        (
            "退回后补正",
            "在规定时间内补正的，按首次报送日期计。".to_owned(),
        ),
        (
            "不计的事项",
            "经同意免除或不适用的，不进合计权重，理由逐项列明。".to_owned(),
        ),
        (
            "名次",
            "得分相同的并列，其后名次顺延（1、2、2、4）。".to_owned(),
        ),
        (
            "作情况说明",
            format!(
                "末位 {}%，至少 {} 个，并列的一并列入。",
                terms.tail.percent, terms.tail.at_least
            ),
        ),
        (
            "列名不排名",
            match terms.newcomers_unranked {
                true => "不满一个评定期的新建组织、期内撤并的组织和没有可计分事项的组织。",
                false => "期内撤并的组织和没有可计分事项的组织。",
            }
            .to_owned(),
        ),
        ("异议期", format!("{} 个工作日", terms.objection_workdays)),
        ("计分办法依据", source),
    ];
    if let Some(figures) = figures {
        rows.push(("合计", figures.counts.words()));
        rows.extend(figures.mean.map(|mean| ("平均得分", mean.to_string())));
    }
    SheetOut {
        name: "说明".to_owned(),
        columns: vec![Column::text("项目", 16), Column::text("内容", 80)],
        rows: rows
            .into_iter()
            .map(|(name, words)| vec![name.into(), words.into()])
            .collect(),
        ..SheetOut::default()
    }
}

/// `第2版（核实一项异议后重新计算）`
fn edition_words(edition: &Edition) -> String {
    match (edition.number, &edition.change) {
        (0, _) => "草拟，尚未定版".to_owned(),
        (n, None) => format!("第{n}版"),
        (n, Some(change)) => format!("第{n}版（{}）", change.plain()),
    }
}
