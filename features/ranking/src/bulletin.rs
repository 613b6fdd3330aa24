//! 通报: the published ranking as an official document. Every figure is the edition's; every sentence
//! is ours; nobody is named. What only the office can know stands as 〔待补〕, to be filled in Word.

use crate::entities::{Edition, Line};
use crate::figures::{Figures, bands, period_words};
use kernel::Day;
use office::official::{BodyBlock, Chart, ChartSeries, ChartShape, OfficialDocument, TableColumn};
use office::xlsx::Value;
use rules::score::Standing;

/// What the office has yet to write.
const GAP: &str = "〔待补〕";
/// Names of one list in a sentence or cell before it becomes `等`.
const MOST_NAMES: usize = 30;

/// What a bulletin is made from.
#[derive(Clone, Debug)]
pub struct Bulletin<'a> {
    /// The edition, with every line and item.
    pub edition: &'a Edition,
    /// 发文机关
    pub issuer: &'a str,
    /// 送核日期和异议截止日, once sent.
    pub checked: Option<(Day, Day)>,
    /// 异议: raised, and upheld.
    pub objections: (usize, usize),
}

/// 通报的标题: the ranking's own where it is one, else by the period.
pub fn title(edition: &Edition) -> String {
    if edition.title.trim().ends_with("通报") {
        return edition.title.trim().to_owned();
    }
    format!(
        "关于{}党建重点任务完成情况的通报",
        period_words(edition.period)
    )
}

/// 成文日期: of the publication; of the edition before that.
pub fn day(edition: &Edition) -> Day {
    let at = edition.published.as_ref().map(|published| published.at);
    at.unwrap_or(edition.made_at).day()
}

/// The document, to be written by [`office::official::write`].
pub fn official(bulletin: &Bulletin<'_>) -> OfficialDocument {
    let edition = bulletin.edition;
    let figures = Figures::of(&edition.lines);
    let or_gap = |text: &str| match text.trim() {
        "" => GAP.to_owned(),
        text => text.to_owned(),
    };
    let mut body = vec![text(format!(
        "现将{}党建重点任务完成情况通报如下。",
        period_words(edition.period)
    ))];
    whole(&mut body, bulletin, &figures);
    groups(&mut body, &figures);
    places(&mut body, edition, &figures);
    tail(&mut body, edition);
    asks(&mut body, edition);
    OfficialDocument {
        issuer_mark: Some(format!("{}文件", bulletin.issuer)),
        number: edition.document.as_ref().and_then(|d| d.official()),
        title: title(edition),
        recipients: or_gap(&edition.recipients),
        body,
        annexes: Vec::new(),
        annex_bodies: Vec::new(),
        signer: bulletin.issuer.to_owned(),
        date: day(edition),
        copy_to: GAP.to_owned(),
        printed_by: Some((bulletin.issuer.to_owned(), day(edition))),
    }
}

fn text(words: String) -> BodyBlock {
    BodyBlock::Paragraph(words)
}

fn heading(words: String) -> BodyBlock {
    BodyBlock::Heading1(words)
}

/// 一、总体情况
fn whole(body: &mut Vec<BodyBlock>, bulletin: &Bulletin<'_>, figures: &Figures) {
    let edition = bulletin.edition;
    body.push(heading("一、总体情况".to_owned()));
    body.push(text(scope_words(edition, figures)));
    let mut scores = format!(
        "列入通报的党组织{}个，排名的{}个",
        figures.listed, figures.ranked
    );
    if figures.listed > figures.ranked {
        let without = figures.listed - figures.ranked;
        scores.push_str(&format!("，列名不排名的{without}个"));
    }
    if let (Some(mean), Some(best), Some(worst)) = (figures.mean, figures.best, figures.worst) {
        scores.push_str(&format!("。平均得分{mean}分，最高{best}分，最低{worst}分"));
    }
    if figures.full > 0 {
        scores.push_str(&format!("，满分的{}个", figures.full));
    }
    body.push(text(scores + "。"));
    body.push(text(method_words(edition)));
    body.extend(checked_words(bulletin).map(text));
}

fn scope_words(edition: &Edition, figures: &Figures) -> String {
    let counts = figures.counts;
    let sheets: Vec<String> = edition
        .sheets
        .iter()
        .map(|sheet| match sheet.label == sheet.title {
            true => format!("《{}》", sheet.title),
            false => format!("《{}》（{}）", sheet.title, sheet.label),
        })
        .collect();
    let mut words = format!(
        "本次通报以{}为依据，对{}到期的实质事项计分，共{}项次：按时完成{}项次，占{}；逾期完成{}项次；未完成{}项次。",
        named(&sheets),
        edition.period.chinese(),
        counts.scored(),
        counts.on_time,
        figures.on_time(),
        counts.late,
        counts.owed
    );
    if counts.excused > 0 {
        words.push_str(&format!(
            "经同意免除或不适用的{}项次不计入得分，理由见第三部分。",
            counts.excused
        ));
    }
    if counts.unscored > 0 {
        words.push_str(&format!("只要求报送材料的{}项次不计分。", counts.unscored));
    }
    words
}

/// How scores come about, by the terms that the edition keeps.
fn method_words(edition: &Edition) -> String {
    let factor = |n: u32| match (n / 100, n % 100) {
        (whole, 0) => whole.to_string(),
        (whole, part) if part % 10 == 0 => format!("{whole}.{}", part / 10),
        (whole, part) => format!("{whole}.{part:02}"),
    };
    let factors = edition.terms.factors;
    format!(
        "得分按各事项权重和完成情况计算：按时完成的系数为{}，逾期完成的为{}，未完成的为{}，折算为百分制；退回后按期补正的，按首次报送日期计。得分相同的名次并列。",
        factor(factors.on_time),
        factor(factors.late),
        factor(factors.none)
    )
}

fn checked_words(bulletin: &Bulletin<'_>) -> Option<String> {
    let (sent, until) = bulletin.checked?;
    let (raised, upheld) = bulletin.objections;
    let mut words = format!(
        "各党组织的成绩已于{}送本单位核对，异议期至{}。",
        sent.chinese(),
        until.chinese()
    );
    match (raised, upheld) {
        (0, _) => words.push_str("其间没有收到异议。"),
        (raised, 0) => words.push_str(&format!("共收到异议{raised}条，经核实均不成立。")),
        (raised, upheld) if raised == upheld => {
            words.push_str(&format!("共收到异议{raised}条，经核实成立，已据此更正。"))
        }
        (raised, upheld) => words.push_str(&format!(
            "共收到异议{raised}条，经核实成立{upheld}条，已据此更正；不成立{}条。",
            raised - upheld
        )),
    }
    Some(words)
}

/// 二、各片区情况, with a table and a chart.
fn groups(body: &mut Vec<BodyBlock>, figures: &Figures) {
    let what = figures.grouped_by;
    body.push(heading(format!("二、各{what}情况")));
    let with_mean: Vec<_> = figures.groups.iter().filter(|g| g.mean.is_some()).collect();
    let order: Vec<String> = with_mean
        .iter()
        .map(|group| format!("{}{}分", group.name, group.mean_words()))
        .collect();
    if !order.is_empty() {
        body.push(text(format!(
            "按排名的党组织平均得分由高到低，各{what}依次为：{}。",
            order.join("，")
        )));
    }
    body.push(BodyBlock::Caption(format!("表1 各{what}完成情况")));
    body.push(group_table(figures));
    if with_mean.len() > 1 {
        body.push(BodyBlock::Chart(Chart {
            caption: format!("图1 各{what}平均得分（分）"),
            shape: ChartShape::Bars,
            category: what.to_owned(),
            categories: with_mean.iter().map(|g| g.name.clone()).collect(),
            series: vec![ChartSeries {
                name: "平均得分".to_owned(),
                values: with_mean
                    .iter()
                    .map(|g| {
                        g.mean
                            .map_or(Value::Empty, |s| Value::Hundredths(i64::from(s.0)))
                    })
                    .collect(),
            }],
            ..Chart::default()
        }));
    }
}

fn group_table(figures: &Figures) -> BodyBlock {
    let columns = vec![
        TableColumn::new(figures.grouped_by, 5).centred(),
        TableColumn::new("党组织", 3).centred(),
        TableColumn::new("排名", 3).centred(),
        TableColumn::new("平均得分", 4).centred(),
        TableColumn::new("按时", 3).centred(),
        TableColumn::new("逾期", 3).centred(),
        TableColumn::new("未完成", 3).centred(),
        TableColumn::new("按时率", 4).centred(),
    ];
    let row = |group: &crate::figures::Group| {
        vec![
            group.name.clone(),
            group.listed.to_string(),
            group.ranked.to_string(),
            group.mean_words(),
            group.counts.on_time.to_string(),
            group.counts.late.to_string(),
            group.counts.owed.to_string(),
            group.on_time(),
        ]
    };
    BodyBlock::Table {
        columns,
        rows: figures.groups.iter().map(row).collect(),
    }
}

/// 三、排名: the table, the bands, those without a rank and what was not counted, with reasons.
fn places(body: &mut Vec<BodyBlock>, edition: &Edition, figures: &Figures) {
    body.push(heading("三、排名".to_owned()));
    body.push(BodyBlock::Caption("表2 各党组织得分和名次".to_owned()));
    body.push(rank_table(&edition.lines, figures.grouped_by == "片区"));
    let bands = bands(&edition.lines);
    if bands.len() > 1 {
        body.push(BodyBlock::Chart(Chart {
            caption: "图2 得分分布（党组织个数）".to_owned(),
            shape: ChartShape::Columns,
            category: "得分".to_owned(),
            categories: bands.iter().map(|(name, _)| (*name).to_owned()).collect(),
            series: vec![ChartSeries {
                name: "党组织个数".to_owned(),
                values: bands
                    .iter()
                    .map(|(_, n)| Value::Integer(i64::from(*n)))
                    .collect(),
            }],
            ..Chart::default()
        }));
    }
    let unranked: Vec<&Line> = edition.lines.iter().filter(|l| l.ranks.is_none()).collect();
    if !unranked.is_empty() {
        body.push(text(format!("以下{}个党组织列名不排名。", unranked.len())));
        body.push(BodyBlock::Caption("表3 列名不排名的党组织".to_owned()));
        body.push(unranked_table(&unranked));
    }
    if !figures.excused.is_empty() {
        body.push(text(
            "经同意免除或不适用的事项不计入得分，列明如下。".to_owned(),
        ));
        let n = if unranked.is_empty() { 3 } else { 4 };
        body.push(BodyBlock::Caption(format!("表{n} 不计入得分的事项")));
        body.push(excused_table(figures));
    }
}

/// The place in the group stands beside the whole one, as `3/12`.
fn rank_table(lines: &[Line], zoned: bool) -> BodyBlock {
    let columns = vec![
        TableColumn::new("名次", 3).centred(),
        TableColumn::new("党组织", 11),
        TableColumn::new("得分", 4).centred(),
        TableColumn::new(if zoned { "片区内" } else { "同类内" }, 4).centred(),
        TableColumn::new("计分", 3).centred(),
        TableColumn::new("按时", 3).centred(),
        TableColumn::new("逾期", 3).centred(),
        TableColumn::new("未完成", 4).centred(),
    ];
    let rows = lines.iter().filter_map(|line| {
        let ranks = line.ranks?;
        let in_group = if zoned { ranks.zone } else { Some(ranks.kind) };
        Some(vec![
            ranks.whole.place.to_string(),
            line.name.clone(),
            line.score_words(),
            in_group.map_or_else(
                || "—".to_owned(),
                |rank| format!("{}/{}", rank.place, rank.of),
            ),
            line.counts.scored().to_string(),
            line.counts.on_time.to_string(),
            line.counts.late.to_string(),
            line.counts.owed.to_string(),
        ])
    });
    BodyBlock::Table {
        columns,
        rows: rows.collect(),
    }
}

fn unranked_table(lines: &[&Line]) -> BodyBlock {
    let row = |line: &&Line| {
        let why = line.unranked.as_ref().map(|why| why.words());
        vec![line.name.clone(), why.unwrap_or_default()]
    };
    BodyBlock::Table {
        columns: vec![TableColumn::new("党组织", 6), TableColumn::new("原因", 8)],
        rows: lines.iter().map(row).collect(),
    }
}

fn excused_table(figures: &Figures) -> BodyBlock {
    let columns = vec![
        TableColumn::new("事项", 4),
        TableColumn::new("理由", 4),
        TableColumn::new("党组织", 9),
    ];
    let row = |one: &crate::figures::Excused| {
        vec![one.title.clone(), one.reason.clone(), named(&one.names)]
    };
    BodyBlock::Table {
        columns,
        rows: figures.excused.iter().map(row).collect(),
    }
}

/// 四、作情况说明的党组织
fn tail(body: &mut Vec<BodyBlock>, edition: &Edition) {
    let tail: Vec<&Line> = edition.tail().collect();
    body.push(heading("四、作情况说明的党组织".to_owned()));
    if tail.is_empty() {
        body.push(text("本期没有需要作情况说明的党组织。".to_owned()));
        return;
    }
    let rule = edition.terms.tail;
    body.push(text(format!(
        "按照得分列末位{}%、至少{}个、并列的一并列入的办法，以下{}个党组织在季度例会上作情况说明。",
        rule.percent,
        rule.at_least,
        tail.len()
    )));
    for (n, line) in (1..).zip(tail) {
        body.push(text(format!("{n}.{}。", tail_words(line))));
    }
}

/// `柳湾联合党支部，得分62.5分：未完成2项（讲党课、走访慰问），逾期完成1项（自查）`
fn tail_words(line: &Line) -> String {
    let titles = |standing: Standing| -> Vec<String> {
        let of_it = line.substantive().filter(|item| item.standing == standing);
        of_it.map(|item| item.title.clone()).collect()
    };
    let parts: Vec<String> = [(Standing::Owed, "未完成"), (Standing::Late, "逾期完成")]
        .into_iter()
        .filter_map(|(standing, word)| {
            let titles = titles(standing);
            (!titles.is_empty()).then(|| format!("{word}{}项（{}）", titles.len(), named(&titles)))
        })
        .collect();
    let head = format!("{}，得分{}分", line.name, line.score_words());
    match parts.is_empty() {
        true => head,
        false => format!("{head}：{}", parts.join("，")),
    }
}

/// 五、有关要求: short, for the office to complete.
fn asks(body: &mut Vec<BodyBlock>, edition: &Edition) {
    body.push(heading("五、有关要求".to_owned()));
    let mut asks = vec![(
        "抓紧补办。",
        format!("有未完成事项的党组织要逐项明确责任人，于{GAP}前办结并报送。"),
    )];
    if edition.tail().next().is_some() {
        asks.push((
            "作好说明。",
            format!("第四部分所列党组织要查明原因、提出措施，在{GAP}召开的季度例会上作情况说明。"),
        ));
    }
    asks.push(("其他要求。", GAP.to_owned()));
    for (n, (head, rest)) in ["一", "二", "三"].into_iter().zip(asks) {
        body.push(BodyBlock::Lead {
            level: 2,
            heading: format!("（{n}）{head}"),
            text: rest,
        });
    }
}

/// Names in a row, the first of them where there are too many for a sentence.
fn named(names: &[String]) -> String {
    match names.get(MOST_NAMES..) {
        Some([_, ..]) => format!("{}等{}个", names[..MOST_NAMES].join("、"), names.len()),
        _ => names.join("、"),
    }
}
