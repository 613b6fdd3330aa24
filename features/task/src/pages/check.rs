//! 核对下发: what each organisation would be asked, and what stands in the way; then the act itself.

use crate::entities::answer;
use crate::entities::plan::{Burden, Load, Obstacle, Plan, Planned};
use crate::entities::sheet::Sheet;
use crate::pages::{Asked, Key, Said, draft_of};
use crate::store::OpenDemand;
use crate::use_cases::issue_sheet::{Issue, issue_sheet};
use crate::{paths, store};
use askama::Template;
use axum::extract::State;
use kernel::{Id, Refusal};
use rules::burden::{Demand, is_asked_twice, minutes_words};
use rules::measure::Measure;
use web::{Actor, App, Form, Frame, reply};

/// Organisations of a list that are written out; the rest is counted.
const MOST: usize = 120;

struct Line {
    id: Id,
    outline: String,
    title: String,
    when: String,
    who: String,
    way: String,
    count: usize,
    answered: usize,
    yes: Vec<(String, String)>,
    no: Vec<(String, String)>,
    not: usize,
}

impl Line {
    /// How many of a list are not written out.
    fn more(&self, all: &usize, shown: &[(String, String)]) -> usize {
        all.saturating_sub(shown.len())
    }
}

struct LoadLine {
    load: Load,
    minutes: String,
    sort: u64,
}

#[derive(Template)]
#[template(path = "sheet_check.html")]
struct CheckPage {
    frame: Frame,
    sheet: Sheet,
    number: String,
    begins: bool,
    first: i64,
    organisations: usize,
    obstacles: Vec<(String, String)>,
    warnings: Vec<String>,
    lines: Vec<Line>,
    loads: Vec<LoadLine>,
    figures: Vec<(&'static str, String, bool)>,
}

/// `GET /sheets/{id}/check`
pub async fn show(
    State(app): State<App>,
    actor: Actor,
    Key(id): Key,
    Asked(query): Asked<Said>,
) -> web::Result {
    let db = app.store.db();
    let (sheet, items) = draft_of(&app, &actor, id).await?;
    if sheet.issued_at.is_some() {
        return reply::see_other(paths::sheet(id));
    }
    let annexes = store::annexes(db, id).await?;
    let ground = store::ground(db, &sheet.path, sheet.period_from, app.store.today()).await?;
    let plan = Plan::of(&sheet, &items, &annexes, &ground);
    let burden = plan.burden(&ground);
    let next = Next::of(&app, &sheet).await?;
    let mut warnings = plan.warnings.clone();
    warnings.extend(next.warning(&sheet));
    warnings.extend(asked_twice(&app, &sheet, &plan).await?);
    let obstacle = |o: &Obstacle| {
        let at = o
            .item()
            .map_or_else(|| "head".to_owned(), |item| format!("item-{item}"));
        (format!("{}#{at}", paths::draft(id)), o.words().into_owned())
    };
    let page = CheckPage {
        frame: Frame::new(&app, &actor, paths::LIST, "核对下发")
            .await?
            .saying(query.said),
        number: format!("{}〔{}〕{}号", sheet.prefix, next.year, next.number),
        begins: next.begins,
        first: next.number,
        organisations: plan.organisations(),
        obstacles: plan.obstacles.iter().map(obstacle).collect(),
        warnings,
        lines: plan.items.iter().map(|p| line(p, &sheet)).collect(),
        figures: super::draft::figures(&plan, &ground),
        loads: loads(burden),
        sheet,
    };
    reply::page(&page)
}

/// The number the sheet would get.
struct Next {
    year: i64,
    number: i64,
    /// Whether its code gave none this year yet.
    begins: bool,
    /// The number the document itself carries.
    cited: Option<i64>,
}

impl Next {
    async fn of(app: &App, sheet: &Sheet) -> web::Result<Next> {
        let year = i64::from(sheet.doc_date.year());
        let last = store::last_number(app.store.db(), &sheet.prefix, year).await?;
        let cited = office::official::DocumentNumber::parse(&sheet.cited_number).ok();
        let cited = cited.map(|n| i64::from(n.n));
        let begins = last == 0;
        let number = if begins { cited.unwrap_or(1) } else { last + 1 };
        Ok(Next {
            year,
            number,
            begins,
            cited,
        })
    }

    fn warning(&self, sheet: &Sheet) -> Option<String> {
        let other = !self.begins && self.cited.is_some_and(|n| n != self.number);
        let said = || {
            format!(
                "原件写的是{}，下发时将编为{}号。",
                sheet.cited_number, self.number
            )
        };
        other.then(said)
    }
}

fn loads(burden: Burden) -> Vec<LoadLine> {
    let line = |load: Load| LoadLine {
        minutes: minutes_words(load.seconds).replace("（估算）", ""),
        sort: load.seconds,
        load,
    };
    burden.loads.into_iter().take(MOST).map(line).collect()
}

fn line(planned: &Planned, sheet: &Sheet) -> Line {
    let side = |applies: bool| {
        planned
            .judged
            .iter()
            .filter(|j| j.applies == applies)
            .take(MOST)
            .map(|j| (j.name.clone(), j.because.clone()))
            .collect()
    };
    let measure = planned.item.measure();
    Line {
        id: planned.item.id,
        outline: planned.item.place(),
        title: planned.item.title.clone(),
        when: planned.item.when_words(sheet.period()),
        who: planned.who_words.clone(),
        way: if measure.answers_itself() {
            answer::words(&measure)
        } else {
            String::new()
        },
        count: planned.count(),
        answered: planned.answered(),
        yes: side(true),
        no: side(false),
        not: planned.judged.len() - planned.count(),
    }
}

/// Words for items that another open sheet asks for already.
async fn asked_twice(app: &App, sheet: &Sheet, plan: &Plan) -> web::Result<Vec<String>> {
    let open = store::open_demands(app.store.db(), sheet).await?;
    let open: Vec<(Measure, OpenDemand)> = open
        .into_iter()
        .map(|one| (serde_json::from_str(&one.measure).unwrap_or_default(), one))
        .collect();
    let mut out = Vec::new();
    for planned in &plan.items {
        let measure = planned.item.measure();
        let own = Demand {
            title: &planned.item.title,
            measure: &measure,
            from: sheet.period_from,
            to: sheet.period_to,
        };
        let same = open.iter().find(|(measure, one)| {
            let theirs = Demand {
                title: &one.title,
                measure,
                from: one.window_from,
                to: one.due,
            };
            is_asked_twice(own, theirs)
        });
        if let Some((_, other)) = same {
            let title = &planned.item.title;
            out.push(format!(
                "“{title}”已在“{}”（{}）中交办过。",
                other.title, other.source_words
            ));
        }
    }
    Ok(out)
}

/// `POST /sheets/{id}/issue`
pub async fn issue(State(app): State<App>, actor: Actor, Key(id): Key, form: Form) -> web::Result {
    let issue = Issue {
        changes: form.version(),
        first_number: form.number("first_number"),
    };
    reply::see_other(issue_sheet(&app, &actor, &form.once(&actor), id, issue).await?)
}
