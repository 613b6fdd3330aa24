//! From what was read to the rows of a draft.

use crate::entities::annexes;
use crate::entities::answer;
use crate::entities::item::{Item, Spans, names_in};
use crate::entities::sheet::Annex;
use crate::entities::when::When;
use kernel::document::{Block, Document};
use kernel::{Day, Id, Period};
use office::official::DocumentNumber;
use reading::{Reading, TargetTerm, Targets, TermKind};
use rules::cadence::Cadence;
use rules::who::Who;
use std::collections::HashMap;

/// What the county's tables say of names in a document.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// Organisations by the names of their units and of themselves.
    pub organisations: HashMap<String, Id>,
    /// Zones by name.
    pub zones: HashMap<String, Id>,
    /// Codes of tags.
    pub tags: Vec<String>,
    /// Codes of kinds.
    pub kinds: Vec<String>,
}

/// What stands above the items.
#[derive(Clone, Debug)]
pub struct Head {
    /// 标题
    pub title: String,
    /// 发文单位
    pub issuer_words: String,
    /// 主送单位
    pub recipients: String,
    /// What stands before the first item.
    pub preface: String,
    /// 期间
    pub period: Period,
    /// 成文日期
    pub doc_date: Day,
    /// The number the document carries.
    pub number: Option<DocumentNumber>,
}

/// The head of a draft, with what the document leaves open filled in from `today`.
pub fn head(reading: &Reading, document: &Document, file_stem: &str, today: Day) -> Head {
    let doc_date = reading.doc_date.unwrap_or(today);
    let period = reading.period.and_then(|[from, to]| Period::new(from, to));
    let period = period.unwrap_or_else(|| {
        let quarter_end = doc_date
            .first_of_month()
            .plus_months(2 - i32::from((doc_date.month() - 1) % 3));
        Period {
            from: doc_date.first_of_month(),
            to: quarter_end.last_of_month(),
        }
    });
    let or = |text: &Option<String>, other: &str| {
        text.as_deref()
            .map(str::trim)
            .filter(|t| !t.is_empty())
            .unwrap_or(other)
            .to_owned()
    };
    let recipients = or(&reading.recipients, "各基层党组织");
    Head {
        title: without_mark(&or(&reading.title, file_stem), document),
        issuer_words: or(&reading.issuer, ""),
        preface: preface(reading, document),
        recipients: recipients.trim_end_matches([':', '：']).to_owned(),
        period,
        doc_date,
        number: reading
            .number
            .as_deref()
            .and_then(|n| DocumentNumber::parse(n).ok()),
    }
}

/// The title without the issuer's mark (`…文件`) that a red-headed paper prints above it.
fn without_mark(title: &str, document: &Document) -> String {
    let first = document.blocks.iter().find_map(|block| match block {
        Block::Paragraph(p) if !p.text.trim().is_empty() => Some(p.text.trim()),
        _ => None,
    });
    let rest = first
        .filter(|f| f.ends_with("文件"))
        .and_then(|mark| title.strip_prefix(mark));
    rest.map(str::trim)
        .filter(|rest| !rest.is_empty())
        .unwrap_or(title)
        .to_owned()
}

const PREFACE: &str =
    "现将有关工作任务交办如下，请结合实际抓好落实。已有记录能够证明的事项，不再另行报送。";

/// The sentences between the addressees and the first item; a sentence of our own if there is none.
fn preface(reading: &Reading, document: &Document) -> String {
    let first = reading
        .tasks
        .iter()
        .map(|t| t.span[0])
        .min()
        .unwrap_or(usize::MAX);
    let mut at = 0;
    let mut addressed = false;
    let mut kept: Vec<&str> = Vec::new();
    for block in &document.blocks {
        let Block::Paragraph(p) = block else { break };
        let start = at;
        at += p.text.chars().count() + 1;
        if at > first || start >= first {
            break;
        }
        let text = p.text.trim();
        if addressed && is_sentence(text) {
            kept.push(text);
        }
        addressed |= text.ends_with([':', '：']) && text.chars().count() <= 40;
    }
    if kept.is_empty() {
        PREFACE.to_owned()
    } else {
        kept.join("\n")
    }
}

fn is_sentence(text: &str) -> bool {
    text.chars().count() > 20 && text.ends_with(['。', ':', '：', '.', ';'])
}

/// The items of a draft. Headings that only group stay, to be printed as headings.
pub fn items(
    reading: &Reading,
    sheet: Id,
    issuer: Id,
    known: &Known,
    today: Day,
    mut new_id: impl FnMut() -> Id,
) -> Vec<Item> {
    let end = reading.period.map_or(today, |[_, to]| to);
    (1_i64..)
        .zip(&reading.tasks)
        .map(|(rank, task)| item(task, rank, (new_id(), sheet, issuer), known, (today, end)))
        .collect()
}

fn item(
    task: &reading::Item,
    rank: i64,
    (id, sheet, issuer): (Id, Id, Id),
    known: &Known,
    (today, end): (Day, Day),
) -> Item {
    let mut doubts = task.doubts.clone();
    let (when, due) = when(task, &mut doubts);
    let who = whom(task, known, (today, due.unwrap_or(end)), &mut doubts);
    let measure = answer::hinted(task.measure_hint.as_deref(), &who)
        .and_then(|code| answer::measure(code, 1))
        .unwrap_or_default();
    let evidence = names_in(&task.evidence.join("、"));
    let by_records = measure.answers_itself();
    if doubts.is_empty() && task.due_inferred {
        doubts.push("原文未写期限，按期末推定".to_owned());
    }
    let most = if by_records {
        1
    } else {
        i64::try_from(evidence.len()).unwrap_or(3).clamp(1, 5)
    };
    Item {
        id,
        sheet,
        rank,
        outline: clip(&task.outline, 40),
        part: task.part.clone(),
        container: task.container,
        title: clip(&task.title, 200),
        text: clip(&task.text, 4000),
        due,
        due_words: clip(task.due_text.as_deref().unwrap_or_default(), 60),
        cadence: when.code(),
        who: json(&who),
        targets_words: clip(task.targets_text.as_deref().unwrap_or_default(), 200),
        quantity: clip(task.quantity.as_deref().unwrap_or_default(), 60),
        needs_file: !evidence.is_empty() && !by_records,
        evidence: json(&evidence),
        max_files: most,
        photo_why: None,
        measure: json(&measure),
        weight: if task.substantive_hint { 5 } else { 1 },
        substantive: task.substantive_hint || by_records,
        reviewer: issuer,
        spans: json(&spans(task)),
        doubts: json(&doubts),
        forbidden: json(&task.forbidden),
        confidence: (task.confidence * 100.0).round().clamp(0.0, 100.0) as i64,
        checked: false,
        dropped: false,
        saved_key: String::new(),
        version: 1,
    }
}

fn spans(task: &reading::Item) -> Spans {
    Spans {
        text: Some(task.span).filter(|[a, b]| a < b),
        due: task.due_span,
        targets: task.targets_span,
        quantity: task.quantity_span,
        evidence: task.evidence_spans.clone(),
    }
}

/// The cadence, or the day of what is asked once.
fn when(task: &reading::Item, doubts: &mut Vec<String>) -> (When, Option<Day>) {
    if task.container {
        return (When::Once, None);
    }
    if let Some(code) = &task.recur {
        match Cadence::parse(code) {
            Ok(cadence) => {
                if matches!(cadence, Cadence::EventRelative { .. }) {
                    doubts.push("随活动而定的期限，系统按期末一次交办，请核对".to_owned());
                }
                return (When::Every(cadence), None);
            }
            Err(_) => doubts.push("没有读懂周期，请核对何时".to_owned()),
        }
    }
    if task.instances.len() > 1 {
        return (When::Days(task.instances.clone()), None);
    }
    if task.due.is_none() {
        doubts.push("原文没有写期限，请填写".to_owned());
    }
    (When::Once, task.due)
}

/// Words that name people inside every organisation, not some organisations.
const PEOPLE: [&str; 9] = [
    "书记",
    "校长",
    "委员",
    "支委",
    "党员",
    "教师",
    "班子成员",
    "党务工作者",
    "负责人",
];

fn whom(
    task: &reading::Item,
    known: &Known,
    (today, on): (Day, Day),
    doubts: &mut Vec<String>,
) -> Who {
    let mut named = Vec::new();
    let mut classes: Vec<(TermKind, Vec<Who>)> = Vec::new();
    let mut unknown = Vec::new();
    for term in task.target_terms.iter().filter(|t| t.kind != TermKind::All) {
        match understood(term, known, today, on) {
            Some(Who::Organisations(ids)) => named.extend(ids),
            Some(who) => {
                if matches!(who, Who::SecretaryNewSince(_)) {
                    let since = today.plus_months(-12).chinese();
                    doubts.push(format!("“{}”按{since}以后任职计，请核对", term.text));
                }
                match classes.iter_mut().find(|(kind, _)| *kind == term.kind) {
                    Some((_, terms)) => terms.push(who),
                    None => classes.push((term.kind, vec![who])),
                }
            }
            None => unknown.push(term.text.clone()),
        }
    }
    let leftover = match &task.targets {
        Targets::Named(words) if named.is_empty() && classes.is_empty() && unknown.is_empty() => {
            words
                .iter()
                .filter(|w| !PEOPLE.iter().any(|p| w.contains(p)))
                .cloned()
                .collect()
        }
        _ => Vec::new(),
    };
    unknown.extend(leftover);
    if !unknown.is_empty() {
        unknown.dedup();
        doubts.push(format!(
            "“{}”没有对应的组织或条件，请核对谁做",
            unknown.join("、")
        ));
    }
    if !named.is_empty() {
        return Who::Organisations(named);
    }
    let mut terms: Vec<Who> = classes
        .into_iter()
        .map(|(_, mut terms)| {
            if terms.len() == 1 {
                terms.remove(0)
            } else {
                Who::Or(terms)
            }
        })
        .collect();
    match terms.len() {
        0 => Who::All,
        1 => terms.remove(0),
        _ => Who::And(terms),
    }
}

/// Kinds of units that the reader's words stand for.
const SCHOOLS: [&str; 5] = [
    "complete_secondary",
    "nine_year",
    "junior_secondary",
    "complete_primary",
    "village_primary",
];

fn understood(term: &TargetTerm, known: &Known, today: Day, on: Day) -> Option<Who> {
    let value = term.value.as_str();
    match term.kind {
        TermKind::All => Some(Who::All),
        TermKind::Tag => known
            .tags
            .iter()
            .any(|t| t == value)
            .then(|| Who::Tag(value.to_owned())),
        TermKind::Named => known
            .organisations
            .get(value)
            .map(|id| Who::Organisations(vec![*id])),
        TermKind::Zone => {
            let by_name =
                |(name, _): &(&String, &Id)| name.contains(value) || value.contains(*name);
            known
                .zones
                .iter()
                .find(by_name)
                .map(|(_, id)| Who::Zone(*id))
        }
        TermKind::Kind => {
            let unit = |code: &str| Some(Who::UnitKind(code.to_owned()));
            match value {
                "senior_school" => unit("complete_secondary"),
                "nine_year_school" => unit("nine_year"),
                "junior_school" => unit("junior_secondary"),
                "school" => Some(Who::Or(
                    SCHOOLS
                        .iter()
                        .map(|c| Who::UnitKind((*c).to_owned()))
                        .collect(),
                )),
                "general_branch" => Some(Who::OrganisationKind(value.to_owned())),
                other => known
                    .kinds
                    .iter()
                    .any(|k| k == other)
                    .then(|| unit(other))
                    .flatten(),
            }
        }
        TermKind::Predicate => match value.split_once(':') {
            Some(("members_aged_at_most", age)) => Some(Who::HasMembersAged {
                at_most: age.parse().ok()?,
                on,
            }),
            _ => match value {
                "secretary_new" => Some(Who::SecretaryNewSince(today.plus_months(-12))),
                "secretary_full_time" => Some(Who::SecretaryStaffing("full_time".to_owned())),
                _ => None,
            },
        },
    }
}

/// The annexes a document cites or lists.
pub fn annexes(document: &Document) -> Vec<Annex> {
    let text = document.extracted_text();
    let found = annexes::in_text(&text).into_iter();
    found
        .map(|(rank, title)| Annex {
            rank,
            title,
            file: None,
        })
        .collect()
}

/// JSON of plain data; plain data always has one.
pub fn json<T: serde::Serialize>(value: &T) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

/// At most so many characters, without blanks around them and with plain line ends, as a form
/// would send them back.
pub fn clip(text: &str, most: usize) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let cut: String = text.trim().chars().take(most).collect();
    cut.trim_end().to_owned()
}
