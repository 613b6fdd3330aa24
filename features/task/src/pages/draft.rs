//! 核对读出的任务: the items as an editable table beside the document they were read from.

use crate::entities::answer;
use crate::entities::item::Item;
use crate::entities::original::{self, Part, Piece};
use crate::entities::plan::{Ground, Plan};
use crate::entities::sheet::{Annex, Sheet};
use crate::entities::when::{When, joined};
use crate::entities::whom;
use crate::forms::{self, DraftForm, Go};
use crate::pages::{Asked, Key, Pair, Said, draft_of};
use crate::use_cases::edit_items::edit_items;
use crate::use_cases::intake::clip;
use crate::use_cases::save_draft::{Saved, save_draft};
use crate::use_cases::{annexes as annex_cases, close_sheet};
use crate::{paths, store};
use ::store::OnceKey;
use askama::Template;
use axum::extract::State;
use axum::http::HeaderMap;
use kernel::{Id, Period};
use record::files::{Accept, offered};
use rules::who::Who;
use std::collections::HashMap;
use web::{Actor, App, Failure, Form, Frame, reply};

/// A choice of a select: value, words, whether chosen.
pub(crate) type Choice = (String, String, bool);

pub(crate) struct Row {
    pub n: usize,
    pub item: Item,
    pub marks: String,
    pub first_mark: String,
    pub who: Vec<Choice>,
    pub count: usize,
    pub when: Vec<Choice>,
    pub days: String,
    pub dates: String,
    pub due: String,
    pub evidence: String,
    pub ways: Vec<Choice>,
    pub times: u32,
    pub way_words: String,
    pub reviewers: Vec<Choice>,
    pub doubts: Vec<(&'static str, String)>,
    pub forbidden: String,
    pub base: String,
    pub errors: Vec<(String, String)>,
    pub sourced: bool,
}

impl Row {
    /// Doubts of one cell, if nobody looked at them yet.
    pub fn doubts_of(&self, cell: &str) -> Vec<&str> {
        if self.item.checked {
            return Vec::new();
        }
        self.doubts
            .iter()
            .filter(|(c, _)| *c == cell)
            .map(|(_, words)| words.as_str())
            .collect()
    }

    /// The error at a field.
    pub fn error(&self, field: &str) -> Option<&str> {
        let name = format!("i{}.{field}", self.item.id);
        self.errors
            .iter()
            .find(|(f, _)| *f == name)
            .map(|(_, words)| words.as_str())
    }

    /// Whether the lower part of the row opens by itself.
    pub fn is_open(&self) -> bool {
        !self.forbidden.is_empty() || !self.errors.is_empty()
    }
}

/// A row of the table: an item, or a heading that only groups.
pub(crate) enum Entry {
    Item(Box<Row>),
    Heading(Box<Item>),
}

#[derive(Template)]
#[template(path = "sheet_draft.html")]
struct DraftPage {
    frame: Frame,
    sheet: Sheet,
    base: String,
    sentence: String,
    doubtful: usize,
    first_doubt: Option<Id>,
    warnings: Vec<String>,
    parts: Vec<Part>,
    entries: Vec<Entry>,
    dropped: Vec<Item>,
    annexes: Vec<Annex>,
    errors: Vec<(String, String)>,
    figures: Vec<(&'static str, String, bool)>,
}

impl DraftPage {
    fn head_error(&self, field: &str) -> Option<&str> {
        self.errors
            .iter()
            .find(|(f, _)| f == field)
            .map(|(_, words)| words.as_str())
    }
}

/// `GET /sheets/{id}/draft`
pub async fn show(
    State(app): State<App>,
    actor: Actor,
    Key(id): Key,
    Asked(query): Asked<Said>,
) -> web::Result {
    let (sheet, items) = draft_of(&app, &actor, id).await?;
    if sheet.issued_at.is_some() {
        return reply::see_other(paths::sheet(id));
    }
    let mut page = page(&app, &actor, sheet, items, Vec::new()).await?;
    page.frame = page.frame.saying(query.said);
    reply::page(&page)
}

async fn page(
    app: &App,
    actor: &Actor,
    sheet: Sheet,
    items: Vec<Item>,
    errors: Vec<(String, String)>,
) -> web::Result<DraftPage> {
    let db = app.store.db();
    let annexes = store::annexes(db, sheet.id).await?;
    let ground = store::ground(db, &sheet.path, sheet.period_from, app.store.today()).await?;
    let document = serde_json::from_str(&sheet.document)?;
    let parts = original::parts(&document, &items);
    let marks = marks(&parts);
    let plan = Plan::of(&sheet, &items, &annexes, &ground);
    let tools = Tools::of(&sheet, &ground);
    let mut entries = Vec::new();
    let mut n = 0;
    for item in items.iter().filter(|i| !i.dropped) {
        if item.container {
            entries.push(Entry::Heading(Box::new(item.clone())));
            continue;
        }
        n += 1;
        let own = format!("i{}.", item.id);
        let errors = errors
            .iter()
            .filter(|(f, _)| f.starts_with(&own))
            .cloned()
            .collect();
        entries.push(Entry::Item(Box::new(
            tools.row(n, item, &marks, &plan, errors),
        )));
    }
    let doubtful: Vec<Id> = items
        .iter()
        .filter(|i| i.is_doubtful())
        .map(|i| i.id)
        .collect();
    let mut frame = Frame::new(app, actor, paths::LIST, "核对读出的任务").await?;
    frame.wide = true;
    let mut warnings = crate::entities::item::list(&sheet.warnings);
    warnings.extend(plan.warnings.iter().filter(|w| w.contains("附件")).cloned());
    Ok(DraftPage {
        frame,
        sentence: format!("从“{}”读出 {n} 件事", sheet.original_name),
        doubtful: doubtful.len(),
        first_doubt: doubtful.first().copied(),
        base: forms::base(&sheet.print()),
        warnings,
        parts,
        entries,
        dropped: items.iter().filter(|i| i.dropped).cloned().collect(),
        annexes,
        errors,
        figures: figures(&plan, &ground),
        sheet,
    })
}

/// The burden in figures: words, figure, whether it calls for a look.
pub(crate) fn figures(plan: &Plan, ground: &Ground) -> Vec<(&'static str, String, bool)> {
    let burden = plan.burden(ground);
    let heaviest = burden.loads.first().map_or(0, |l| l.seconds);
    let minutes = rules::burden::minutes_words;
    let mut figures = vec![
        (
            "每个组织平均",
            format!("{} 件", burden.average_duties()),
            false,
        ),
        ("每个组织平均用时", minutes(burden.average_seconds()), false),
        ("最多的一个", minutes(heaviest), false),
        ("记录已能回答", format!("{} 件", burden.answered()), false),
        (
            "要照片的事项",
            format!("{} 项", burden.photos),
            burden.photos > 0,
        ),
    ];
    if let Some(days) = burden.notice_days {
        figures.push(("到首个期限", format!("{days} 天"), days < 7));
    }
    figures
}

/// Anchors of each item's marks, as the page has them.
fn marks(parts: &[Part]) -> HashMap<String, Vec<String>> {
    let mut by: HashMap<String, Vec<String>> = HashMap::new();
    let mut add = |pieces: &[Piece]| {
        for mark in pieces.iter().filter_map(|p| p.mark.as_ref()) {
            by.entry(mark.item.clone())
                .or_default()
                .push(mark.anchor.clone());
        }
    };
    for part in parts {
        match part {
            Part::Paragraph { pieces, .. } => add(pieces),
            Part::Table(rows) => rows.iter().flatten().for_each(|cell| add(&cell.pieces)),
        }
    }
    by
}

/// Choices that every row of one page offers.
struct Tools<'a> {
    sheet: &'a Sheet,
    ground: &'a Ground,
    presets: Vec<(String, String)>,
    reviewers: Vec<(Id, String)>,
}

const CADENCES: [&str; 13] = [
    "weekly-fri",
    "monthly",
    "monthly-by-05",
    "monthly-by-10",
    "monthly-by-15",
    "monthly-by-20",
    "monthly-by-25",
    "monthly-by-28",
    "quarterly",
    "quarterly-first-month-by-05",
    "quarterly-first-month-by-10",
    "half-yearly",
    "yearly",
];

impl<'a> Tools<'a> {
    fn of(sheet: &'a Sheet, ground: &'a Ground) -> Tools<'a> {
        let presets = presets(sheet, ground)
            .into_iter()
            .filter_map(|who| {
                let n = whom::count(&who, &ground.facts, sheet.issuer, &ground.naming);
                (n > 0 || who == Who::All)
                    .then(|| {
                        Some((
                            whom::key(&who)?,
                            format!("{} {n} 个", ground.naming.short(&who)),
                        ))
                    })
                    .flatten()
            })
            .collect();
        Tools {
            sheet,
            ground,
            presets,
            reviewers: reviewers(sheet, ground),
        }
    }

    fn row(
        &self,
        n: usize,
        item: &Item,
        marks: &HashMap<String, Vec<String>>,
        plan: &Plan,
        errors: Vec<(String, String)>,
    ) -> Row {
        let period = self.sheet.period();
        let own = marks
            .get(&format!("item-{}", item.id))
            .cloned()
            .unwrap_or_default();
        let planned = plan.items.iter().find(|p| p.item.id == item.id);
        let count = planned.map_or(0, |p| p.count());
        let (way, times) = answer::code(&item.measure());
        let mut ways: Vec<Choice> = answer::choices()
            .map(|(code, words)| (code.to_owned(), words.to_owned(), code == way))
            .collect();
        if way == answer::KEEP {
            ways.push((way.to_owned(), answer::words(&item.measure()), true));
        }
        let reviewer =
            |(id, name): &(Id, String)| (id.to_string(), name.clone(), *id == item.reviewer);
        let when = item.when();
        Row {
            n,
            first_mark: own.first().cloned().unwrap_or_default(),
            sourced: !own.is_empty(),
            marks: own.join(" "),
            who: self.who_choices(&item.who(), count),
            count,
            days: days_words(&when, item, period),
            dates: match &when {
                When::Days(days) => joined(days, "、"),
                _ => String::new(),
            },
            when: when_choices(&when),
            due: item.due.map(|d| d.to_string()).unwrap_or_default(),
            evidence: item.evidence().join("、"),
            ways,
            times,
            way_words: if way == answer::REVIEW {
                String::new()
            } else {
                answer::words(&item.measure())
            },
            reviewers: self.reviewers.iter().map(reviewer).collect(),
            doubts: item
                .doubts()
                .into_iter()
                .map(|d| (cell_of(&d), d))
                .collect(),
            forbidden: item.forbidden().join("、"),
            base: forms::base(&item.print()),
            item: item.clone(),
            errors,
        }
    }

    fn who_choices(&self, who: &Who, count: usize) -> Vec<Choice> {
        let own = whom::key(who);
        let known = own
            .as_ref()
            .is_some_and(|own| self.presets.iter().any(|(key, _)| key == own));
        let mut out = Vec::new();
        if !known {
            let words = clip(&self.ground.naming.short(who), 30);
            out.push(("keep".to_owned(), format!("{words} {count} 个"), true));
        }
        let chosen = |key: &String| known && own.as_ref() == Some(key);
        out.extend(
            self.presets
                .iter()
                .map(|(key, words)| (key.clone(), words.clone(), chosen(key))),
        );
        out
    }
}

/// The conditions a row offers: those that some organisation meets, the usual ones first.
pub(crate) fn presets(sheet: &Sheet, ground: &Ground) -> Vec<Who> {
    let today = ground.today.unwrap_or(sheet.doc_date);
    let facts = whom::concerned(&Who::All, &ground.facts, sheet.issuer);
    let mut out = vec![Who::All];
    let mut tags: Vec<&String> = facts.iter().flat_map(|f| &f.tags).collect();
    tags.sort();
    tags.dedup();
    out.extend(tags.into_iter().map(|t| Who::Tag(t.clone())));
    out.push(Who::HasMembersAged {
        at_most: 35,
        on: sheet.period_to,
    });
    out.push(Who::SecretaryNewSince(today.plus_months(-12)));
    for staffing in rules::organisation::Staffing::ALL {
        out.push(Who::SecretaryStaffing(staffing.code().to_owned()));
    }
    let mut kinds: Vec<&String> = facts.iter().map(|f| &f.kind).collect();
    kinds.sort();
    kinds.dedup();
    if kinds.len() > 1 {
        out.extend(kinds.into_iter().map(|k| Who::OrganisationKind(k.clone())));
    }
    let mut units: Vec<&String> = facts.iter().flat_map(|f| &f.unit_kinds).collect();
    units.sort();
    units.dedup();
    out.extend(units.into_iter().map(|k| Who::UnitKind(k.clone())));
    let mut zones: Vec<Id> = facts.iter().filter_map(|f| f.zone).collect();
    zones.sort();
    zones.dedup();
    out.extend(zones.into_iter().map(Who::Zone));
    out.extend([
        Who::MembersAtMost(2),
        Who::MembersAtLeast(7),
        Who::MembersAtLeast(51),
    ]);
    out
}

/// Who may review: the issuer, and the general branches and committees right under it.
fn reviewers(sheet: &Sheet, ground: &Ground) -> Vec<(Id, String)> {
    const SUPERIORS: [&str; 3] = ["general_branch", "committee", "joint_committee"];
    let issuer = ground.naming.nodes.get(&sheet.issuer).cloned();
    let mut out = vec![(
        sheet.issuer,
        issuer.unwrap_or_else(|| "发文单位".to_owned()),
    )];
    let direct = whom::concerned(&Who::All, &ground.facts, sheet.issuer);
    let superior = direct
        .into_iter()
        .filter(|f| SUPERIORS.contains(&f.kind.as_str()));
    out.extend(superior.map(|f| (f.id, f.name.clone())));
    out
}

fn when_choices(when: &When) -> Vec<Choice> {
    let code = when.code();
    let mut out = vec![("once".to_owned(), "一次".to_owned(), *when == When::Once)];
    let days = matches!(when, When::Days(_));
    out.push(("dates".to_owned(), "几个日期".to_owned(), days));
    if !days && *when != When::Once && !CADENCES.contains(&code.as_str()) {
        out.push((code.clone(), when.words(), true));
    }
    for one in CADENCES {
        out.push((one.to_owned(), When::parse(one).words(), code == one));
    }
    out
}

fn days_words(when: &When, item: &Item, period: Period) -> String {
    if *when == When::Once {
        return String::new();
    }
    let days: Vec<String> = when
        .days(item.due, period)
        .iter()
        .map(|d| d.short())
        .collect();
    match days.len() {
        0 => "期间内没有到期日".to_owned(),
        n => format!("{}，分 {n} 次：{}", when.words(), days.join("、")),
    }
}

/// The cell that a doubt is about, by its words.
fn cell_of(doubt: &str) -> &'static str {
    let holds = |words: &[&str]| words.iter().any(|w| doubt.contains(w));
    if holds(&["谁做", "对象", "适用", "任职"]) {
        "who"
    } else if holds(&[
        "期限", "日期", "周期", "年份", "时间", "日", "月", "星期", "周", "期末",
    ]) {
        "when"
    } else if holds(&["佐证", "材料"]) {
        "evidence"
    } else {
        "what"
    }
}

/// `POST /sheets/{id}/draft`: saves the rows that were changed, then goes where the button says.
pub async fn save(
    State(app): State<App>,
    actor: Actor,
    Key(id): Key,
    headers: HeaderMap,
    form: Form,
) -> web::Result {
    let (sheet, items) = draft_of(&app, &actor, id).await?;
    let by_script = headers.contains_key("x-requested-with");
    let allowed = reviewer_ids(&app, &sheet).await?;
    let DraftForm {
        edit,
        sheet: seen,
        items,
        errors,
        go,
    } = forms::draft(&form, &sheet, &items, &allowed);
    if !errors.is_empty() {
        if by_script {
            // What is half typed is no error yet; it is not stored either.
            return Err(Failure::Unreadable("还有没填好的地方，改好后会自动保存。"));
        }
        return reply::invalid(&page(&app, &actor, seen, items, errors).await?);
    }
    let key = edit.key.clone();
    match save_draft(&app, &actor, id, edit, !by_script).await? {
        Saved::Done => {}
        Saved::Stale(conflict) => {
            return Err(Failure::Stale {
                yours: conflict.yours,
                theirs: conflict.theirs,
            });
        }
    }
    if by_script {
        return reply::json(&serde_json::json!({ "saved": true }));
    }
    match go {
        Go::Stay => reply::done(&paths::draft(id), "已保存草稿"),
        Go::Check => reply::see_other(paths::check(id)),
        Go::Who(item) => reply::see_other(paths::who(id, item)),
        Go::Do(deed) => {
            // Saved first, so that nothing typed is lost; the deed itself happens once.
            let key = format!("{key}:{}", form.text("do"));
            let once = OnceKey {
                account: actor.account,
                key,
            };
            reply::see_other(edit_items(&app, &actor, &once, id, deed).await?)
        }
    }
}

async fn reviewer_ids(app: &App, sheet: &Sheet) -> web::Result<Vec<Id>> {
    let children = org::store::children(app.store.db(), sheet.issuer).await?;
    let mut ids: Vec<Id> = children
        .into_iter()
        .filter(|n| n.category == "organisation" && n.path.is_within(&sheet.path))
        .map(|n| n.id)
        .collect();
    ids.push(sheet.issuer);
    Ok(ids)
}

/// `POST /sheets/{id}/discard`
pub async fn discard(
    State(app): State<App>,
    actor: Actor,
    Key(id): Key,
    form: Form,
) -> web::Result {
    reply::see_other(close_sheet::discard_draft(&app, &actor, &form.once(&actor), id).await?)
}

/// `POST /sheets/{id}/annexes`
pub async fn add_annexes(
    State(app): State<App>,
    actor: Actor,
    Key(id): Key,
    form: Form,
) -> web::Result {
    let (sheet, items) = draft_of(&app, &actor, id).await?;
    let given = offered(&app, &actor, Accept::Evidence, &form, "annex").await?;
    let nothing = "请先选择附件文件，再按“存附件”。".to_owned();
    let complaint = given.complaint().or(given.is_empty().then_some(nothing));
    if let Some(words) = complaint {
        let errors = vec![("annexes".to_owned(), words)];
        return reply::invalid(&page(&app, &actor, sheet, items, errors).await?);
    }
    let rank = form.number("rank").filter(|n| (1..=30).contains(n));
    let once = form.once(&actor);
    reply::see_other(annex_cases::add_annexes(&app, &actor, &once, id, rank, given).await?)
}

/// `POST /sheets/{id}/annexes/{rank}/remove`
pub async fn remove_annex(
    State(app): State<App>,
    actor: Actor,
    Pair(id, rank): Pair,
    form: Form,
) -> web::Result {
    let once = form.once(&actor);
    reply::see_other(annex_cases::remove_annex(&app, &actor, &once, id, rank.0).await?)
}
