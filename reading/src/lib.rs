//! Understands documents, purely: text repair → outline → items with their deadlines, cadence,
//! targets, quantities and evidence; figures of reports with their sums. Every value carries the
//! span it was read from and how sure the reading is. No I/O, no clock, no async.

mod almanac;
mod annexes;
mod build;
mod calendar;
mod clauses;
mod counts;
mod dates;
mod deadline;
mod evidence;
mod figures;
mod flat;
mod furniture;
mod head;
mod hints;
mod identities;
mod items;
mod kind;
mod lines;
mod lost;
mod numerals;
mod outline;
mod parts;
mod pattern;
mod points;
mod reading;
mod recur;
mod repair;
mod respective;
mod rows;
mod script;
mod tables;
mod targets;
mod text;
mod title;

pub use hints::forbidden as forbidden_words;
pub use reading::{
    All, Damage, Figure, Identity, Item, Kind, Reading, Span, TargetTerm, Targets, TermKind,
};
pub use recur::instances as instances_of;

use almanac::Almanac;
use items::Context;
use kernel::Day;
use kernel::document::{Block, Document};
use lines::{Line, Piece};
use outline::Entry;
use repair::Repaired;
use tables::Grid;

/// 读取选项: what the caller knows beside the document.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// The year to read dates in, where the document masks or lacks it.
    pub year: Option<i16>,
    /// The day the page that carried the document was published; a last resort for the year.
    pub published: Option<Day>,
}

/// 读取: what a document says. Never fails: what cannot be read is left out with a warning, or kept
/// with a doubt.
pub fn read(doc: &Document, options: &Options) -> Reading {
    let repaired = repair::repair(doc);
    let flow = Flow::of(doc, &repaired);
    let lines: Vec<Line> = flow.lines();
    let mut head = head::head(&repaired.text, &lines, &repaired.furniture);
    let said: Vec<&str> = lines.iter().map(|l| repaired.text.at(&l.range)).collect();
    let period = head::period(&said, head.full_title.as_deref(), head.doc_date);
    let is_report = kind::is_report(head.title.as_deref(), &repaired.text, &said);
    let opening = said
        .iter()
        .take(4)
        .find_map(|l| opening_year(l))
        .filter(|_| is_report);
    let almanac = almanac_of(&head, &repaired, options, period, opening);
    let mut warnings = repair_warnings(&repaired);
    let (body, grids) = flow.body(&repaired.text, &head.used);
    let (nodes, odd) = outline::tree(&repaired.text, &body);
    let almanac = Almanac {
        period: almanac.period.or_else(|| months_covered(&nodes, &almanac)),
        ..almanac
    };
    let ctx = Context {
        text: &repaired.text,
        almanac,
        recipients: head.recipients.clone(),
        damage: &repaired.damage,
        is_report,
    };
    let mut tasks = items::from_nodes(&ctx, &nodes, &mut warnings);
    for grid in grids.iter().filter(|g| rows::holds_tasks(g)) {
        tasks.extend(rows::items(&ctx, grid));
    }
    tasks.sort_by_key(|t| (t.span[0], t.part.clone()));
    warnings.extend(odd);
    let kind = kind::of(head.title.as_deref(), is_report, &tasks, &grids, &said);
    let (figures, identities) = figures::read(&repaired.text, &body, &grids, kind, &tasks);
    warnings.extend(identities::warnings(&identities));
    warnings.extend(annexes::warning(&said, head.annexes));
    let year = ctx.almanac.year;
    if head.title.is_none() {
        warnings.push("没有找到标题".to_owned());
    }
    if year.is_none()
        && tasks
            .iter()
            .any(|t| t.due.is_none() && t.due_text.is_some())
    {
        warnings.push("年份不明,日期未能确定,请指明年份".to_owned());
    }
    Reading {
        kind,
        title: head.title.take(),
        issuer: head.issuer.take(),
        recipients: head.recipients.take(),
        number: head.number.take(),
        doc_date: head.doc_date,
        year,
        period: ctx.almanac.period,
        tasks,
        figures,
        identities,
        damage: repaired.damage,
        warnings,
    }
}

/// The year: the caller's, the signature's, the title's, the publication date's.
fn almanac_of(
    head: &head::Head,
    repaired: &Repaired,
    options: &Options,
    period: Option<[Day; 2]>,
    opening: Option<i16>,
) -> Almanac {
    let signed = head.signed_year.flatten();
    let masked = head.signed_year == Some(None);
    let title = head.full_title.as_deref().and_then(head::year_in);
    let covered = period.map(|p| p[0].year());
    let published = options
        .published
        .or(repaired.furniture.published)
        .or(repaired.furniture.uploaded);
    let own = options
        .year
        .or(signed)
        .or(title)
        .or(covered)
        .or(opening.filter(|_| !masked));
    let weak = own.is_none() && !masked;
    let elsewhere =
        head::year_of_a_date(repaired.text.as_str()).filter(|_| weak && published.is_none());
    let year_doubt = match (weak && published.is_some(), elsewhere) {
        (true, _) => Some("年份按网页发布日期推定"),
        (_, Some(_)) => Some("年份按文中其他日期推定"),
        _ => None,
    };
    Almanac {
        year: own
            .or(published.map(Day::year).filter(|_| !masked))
            .or(elsewhere),
        year_doubt,
        signature: head.doc_date.or(published.filter(|_| weak)),
        period,
        month: None,
    }
}

/// A report that begins with its year: `2024年,在…领导下`.
fn opening_year(line: &str) -> Option<i16> {
    let year = line.get(..4)?.parse().ok()?;
    (line.get(4..)?.starts_with("年,") && (1990..2100).contains(&year)).then_some(year)
}

/// A monthly plan covers the months it has headings for.
fn months_covered(nodes: &[outline::Node], almanac: &Almanac) -> Option<[Day; 2]> {
    let months: Vec<Day> = nodes
        .iter()
        .filter(|n| n.is_month)
        .filter_map(|n| n.month)
        .filter_map(|(year, month)| Day::new(year.or(almanac.year)?, month, 1))
        .collect();
    let first = months.iter().min()?;
    let last = months.iter().max()?;
    (months.len() > 1).then(|| [*first, last.last_of_month()])
}

fn repair_warnings(repaired: &Repaired) -> Vec<String> {
    let mut warnings = Vec::new();
    if repaired.glossed {
        warnings.push("原文带有拼音注音,已去除".to_owned());
    }
    if repaired.traditional {
        warnings.push("原文为繁体,已转为简体".to_owned());
    }
    if !repaired.damage.is_empty() {
        warnings.push(format!("有{}处文字损坏,请逐处核对", repaired.damage.len()));
    }
    warnings
}

/// Lines and tables in reading order.
struct Flow {
    parts: Vec<Part>,
}

enum Part {
    Line(Line),
    Grid(Grid),
    Cut,
}

impl Flow {
    fn of(doc: &Document, repaired: &Repaired) -> Flow {
        let text = &repaired.text;
        let mut parts = Vec::new();
        for piece in lines::pieces(doc, text) {
            match piece {
                Piece::Line(line) => parts.push(Part::Line(line)),
                Piece::Table(index, start) => {
                    let Some(Block::Table(table)) = doc.blocks.get(index) else {
                        continue;
                    };
                    let parsed = tables::parse(table, text, start);
                    if !parsed.before.is_empty() {
                        parts.push(Part::Cut);
                    }
                    parts.extend(parsed.before.into_iter().map(Part::Line));
                    parts.extend(parsed.grid.into_iter().map(Part::Grid));
                    parts.extend(
                        parsed
                            .after
                            .into_iter()
                            .flat_map(|line| [Part::Cut, Part::Line(line)]),
                    );
                    parts.push(Part::Cut);
                }
            }
        }
        Flow { parts }
    }

    fn lines(&self) -> Vec<Line> {
        self.parts
            .iter()
            .filter_map(|p| {
                if let Part::Line(l) = p {
                    Some(l.clone())
                } else {
                    None
                }
            })
            .collect()
    }

    /// The text proper, without the lines of head and foot, and the tables, flattened ones too.
    fn body(&self, text: &text::Text, used: &[usize]) -> (Vec<Entry>, Vec<Grid>) {
        let lines = self.lines();
        let (mut body, mut grids) = (Vec::new(), Vec::new());
        let mut index = 0;
        let mut skip = 0;
        for part in &self.parts {
            match part {
                Part::Cut => body.push(Entry::Break),
                Part::Grid(grid) => {
                    grids.push(grid.clone());
                    body.push(Entry::Table);
                }
                Part::Line(line) => {
                    let here = index;
                    index += 1;
                    if here < skip {
                        continue;
                    }
                    let table = flat::tabbed(text, &lines, here);
                    let table = table.or_else(|| flat::flattened(text, &lines, here));
                    if let Some((range, grid)) = table {
                        grids.push(grid);
                        skip = range.end;
                        body.push(Entry::Table);
                    } else if used.contains(&here) {
                        body.push(Entry::Break);
                    } else {
                        body.push(Entry::Line(line.clone()));
                    }
                }
            }
        }
        (body, grids)
    }
}
