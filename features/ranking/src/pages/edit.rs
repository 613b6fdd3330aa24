//! 草拟: which period, which sheets, who reads it.

use super::of_office;
use crate::entities::{Audience, Ranking};
use crate::store::SheetOption;
use crate::use_cases::{Draft, change_ranking, delete_ranking, draft_ranking};
use crate::{paths, store};
use ::store::Fail;
use askama::Template;
use axum::extract::State;
use kernel::{Day, Id, Period, Refusal, TreePath};
use rules::score::Scoring;
use serde::Deserialize;
use task::pages::{Asked, Key};
use web::{Actor, App, Failure, FieldErrors, Form, Frame, Right, reply};

/// What the address asks for: a period to begin with.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Query {
    #[serde(default)]
    from: Option<String>,
    #[serde(default)]
    to: Option<String>,
}

#[derive(Template)]
#[template(path = "ranking_edit.html")]
struct EditPage {
    frame: Frame,
    /// None for a new one.
    ranking: Option<Ranking>,
    /// Only the paper and the audience can still change.
    sent: bool,
    draft: Draft,
    chosen: bool,
    presets: Vec<(String, String)>,
    offices: Vec<(Id, String)>,
    sheets: Vec<SheetOption>,
    audiences: [Audience; 3],
    /// Title that an empty one becomes.
    title: String,
    errors: FieldErrors,
}

impl EditPage {
    fn action(&self) -> String {
        match &self.ranking {
            Some(ranking) => paths::verb(ranking.id, "edit"),
            None => paths::NEW.to_owned(),
        }
    }

    fn day(&self, day: &Option<Day>) -> String {
        day.map(|day| day.to_string()).unwrap_or_default()
    }
}

/// `2026年第三季度党建工作排名`
fn title_of(period: Period) -> String {
    const QUARTERS: [&str; 4] = ["一", "二", "三", "四"];
    let (from, to) = (period.from, period.to);
    let quarter = quarter_of(from);
    if (quarter.from, quarter.to) == (from, to) {
        let n = usize::try_from(from.quarter() - 1).unwrap_or(0);
        return format!("{}年第{}季度党建工作排名", from.year(), QUARTERS[n.min(3)]);
    }
    format!("{}党建工作排名", period.chinese())
}

/// The quarter that day lies in.
fn quarter_of(day: Day) -> Period {
    let back = i32::from((day.month() - 1) % 3);
    let from = day.first_of_month().plus_months(-back);
    Period {
        from,
        to: from.plus_months(2).last_of_month(),
    }
}

/// Periods offered: the last quarter, and this one as far as it has gone.
fn presets(today: Day) -> Vec<(String, Period)> {
    let this = quarter_of(today);
    let last = quarter_of(this.from.plus_days(-1));
    let mut all = vec![(format!("上季度（{}）", last.chinese()), last)];
    if today > this.from {
        let to = today.plus_days(-1);
        let words = format!("本季度至昨天（{}—{}）", this.from.short(), to.short());
        all.push((
            words,
            Period {
                from: this.from,
                to,
            },
        ));
    }
    all
}

/// Offices of the person, the first of their grants first.
async fn offices(app: &App, actor: &Actor) -> web::Result<Vec<(Id, String, TreePath)>> {
    let mut all: Vec<(Id, String, TreePath)> = Vec::new();
    for grant in &actor.grants {
        let ranks = grant.zone.is_none() && Right::RankOrganisations.is_held_by(grant.role);
        if ranks && all.iter().all(|(id, ..)| *id != grant.node) {
            let node = org::store::find_node(app.store.db(), grant.node).await?;
            all.extend(node.map(|node| (node.id, node.name, node.path)));
        }
    }
    Ok(all)
}

/// `GET /rankings/new`
pub async fn new(State(app): State<App>, actor: Actor, Asked(query): Asked<Query>) -> web::Result {
    let day = |text: Option<String>| text.and_then(|text| text.parse::<Day>().ok());
    let asked = day(query.from).zip(day(query.to));
    let asked = asked.and_then(|(from, to)| Period::new(from, to));
    let offices = offices(&app, &actor).await?;
    let (office, name, path) = offices.first().cloned().ok_or(Failure::NotFound)?;
    let sheets = store::sheet_options(app.store.db(), &path).await?;
    let period = asked.unwrap_or_else(|| begin_with(&sheets, app.store.today()));
    let prefix = store::last_prefix(app.store.db(), office).await?;
    let prefix = match prefix {
        Some(prefix) => prefix,
        None => task::store::last_prefix(app.store.db(), office)
            .await?
            .unwrap_or_default(),
    };
    let draft = Draft {
        issuer: Some(office),
        title: String::new(),
        from: Some(period.from),
        to: Some(period.to),
        sheets: vec![],
        audience: Audience::Meeting,
        objection_days: i64::from(Scoring::shipped().on(period.to).objection_workdays),
        prefix,
        recipients: format!("{name}所属各党组织"),
        signer: String::new(),
    };
    web::page(&page(&app, &actor, None, draft, FieldErrors::new()).await?)
}

/// The last quarter if anything fell due in it, else this one so far.
fn begin_with(sheets: &[SheetOption], today: Day) -> Period {
    let presets = presets(today);
    let touches = |p: &Period| sheets.iter().any(|s| s.first <= p.to && s.last >= p.from);
    let found = presets.iter().find(|(_, period)| touches(period));
    let first = found.or(presets.first()).map(|(_, period)| *period);
    first.unwrap_or_else(|| quarter_of(today))
}

async fn page(
    app: &App,
    actor: &Actor,
    ranking: Option<Ranking>,
    draft: Draft,
    errors: FieldErrors,
) -> web::Result<EditPage> {
    let offices = offices(app, actor).await?;
    let path = match &ranking {
        Some(ranking) => ranking.path.clone(),
        None => {
            let own = offices.iter().find(|(id, ..)| Some(*id) == draft.issuer);
            own.or(offices.first()).ok_or(Failure::NotFound)?.2.clone()
        }
    };
    let title = if ranking.is_some() {
        "改设定"
    } else {
        "新建排名"
    };
    let preset = |(words, period): (String, Period)| {
        let href = format!("{}?from={}&to={}", paths::NEW, period.from, period.to);
        (words, href)
    };
    let period = draft.from.zip(draft.to);
    let period = period.and_then(|(from, to)| Period::new(from, to));
    Ok(EditPage {
        frame: Frame::new(app, actor, paths::LIST, title).await?,
        sheets: store::sheet_options(app.store.db(), &path).await?,
        presets: presets(app.store.today()).into_iter().map(preset).collect(),
        offices: offices
            .into_iter()
            .map(|(id, name, _)| (id, name))
            .collect(),
        sent: ranking.as_ref().is_some_and(|k| k.sent_at.is_some()),
        chosen: !draft.sheets.is_empty(),
        title: period.map(title_of).unwrap_or_default(),
        audiences: Audience::ALL,
        ranking,
        draft,
        errors,
    })
}

fn draft_of(form: &Form) -> Draft {
    let (from, to) = (form.day("from"), form.day("to"));
    let period = from.zip(to).and_then(|(from, to)| Period::new(from, to));
    let title = match form.text("title") {
        "" => period.map(title_of).unwrap_or_default(),
        title => title.to_owned(),
    };
    let chosen = form.text("which") == "chosen";
    Draft {
        issuer: form.id("issuer"),
        sheets: if chosen { form.ids("sheet") } else { vec![] },
        audience: Audience::from_code(form.text("audience")).unwrap_or(Audience::Meeting),
        objection_days: form.number("days").unwrap_or(0),
        prefix: form.text("prefix").to_owned(),
        recipients: form.text("recipients").to_owned(),
        signer: form.text("signer").to_owned(),
        title,
        from,
        to,
    }
}

/// `POST /rankings/new`
pub async fn create(State(app): State<App>, actor: Actor, form: Form) -> web::Result {
    let draft = draft_of(&form);
    let outcome = app
        .store
        .write_once(&actor.by(), &form.once(&actor), |tx| {
            let (actor, draft) = (&actor, &draft);
            async move {
                let id = draft_ranking(&tx, actor, draft).await?;
                Ok(paths::ranking(id))
            }
        })
        .await;
    match outcome {
        Ok(receipt) => reply::see_other(receipt),
        Err(Fail::Refused(refusal)) if refusal.field().is_some() => {
            let field = refusal.field().unwrap_or("title");
            let errors = FieldErrors::from([(field, refusal.words().into_owned())]);
            reply::invalid(&page(&app, &actor, None, draft, errors).await?)
        }
        Err(fail) => Err(fail.into()),
    }
}

/// `GET /rankings/{id}/edit`
pub async fn show(State(app): State<App>, actor: Actor, Key(id): Key) -> web::Result {
    let ranking = of_office(&app, &actor, id).await?;
    if ranking.published_at.is_some() || ranking.withdrawn_at.is_some() {
        return reply::see_other(paths::ranking(id));
    }
    let draft = kept(&ranking);
    web::page(&page(&app, &actor, Some(ranking), draft, FieldErrors::new()).await?)
}

fn kept(ranking: &Ranking) -> Draft {
    Draft {
        issuer: Some(ranking.issuer),
        title: ranking.title.clone(),
        from: Some(ranking.period_from),
        to: Some(ranking.period_to),
        sheets: ranking.chosen_sheets(),
        audience: ranking.audience(),
        objection_days: ranking.objection_days,
        prefix: ranking.prefix.clone(),
        recipients: ranking.recipients.clone(),
        signer: ranking.signer.clone(),
    }
}

/// What a draft says, field by field, for two to compare.
fn said(draft: &Draft) -> Vec<(String, String)> {
    let day = |day: Option<Day>| day.map(|day| day.chinese()).unwrap_or_default();
    let rows = [
        ("标题", draft.title.clone()),
        ("评定期", format!("{}至{}", day(draft.from), day(draft.to))),
        ("公布范围", draft.audience.chinese().to_owned()),
        ("异议期", format!("{} 个工作日", draft.objection_days)),
        ("主送", draft.recipients.clone()),
        ("签发人", draft.signer.clone()),
    ];
    rows.map(|(name, words)| (name.to_owned(), words)).to_vec()
}

/// `POST /rankings/{id}/edit`
pub async fn save(State(app): State<App>, actor: Actor, Key(id): Key, form: Form) -> web::Result {
    let ranking = of_office(&app, &actor, id).await?;
    let mut draft = draft_of(&form);
    if ranking.sent_at.is_some() {
        // The form no longer shows what is frozen.
        let kept = kept(&ranking);
        (draft.from, draft.to, draft.sheets) = (kept.from, kept.to, kept.sheets);
        draft.objection_days = kept.objection_days;
    }
    let version = form.version();
    let outcome = app
        .store
        .write_once(&actor.by(), &form.once(&actor), |tx| {
            let (actor, draft) = (&actor, &draft);
            async move {
                change_ranking(&tx, actor, (id, version), draft).await?;
                Ok(reply::with_flash(&paths::ranking(id), "设定已保存。"))
            }
        })
        .await;
    match outcome {
        Ok(receipt) => reply::see_other(receipt),
        Err(Fail::Refused(refusal)) if refusal.field().is_some() => {
            let field = refusal.field().unwrap_or("title");
            let errors = FieldErrors::from([(field, refusal.words().into_owned())]);
            reply::invalid(&page(&app, &actor, Some(ranking), draft, errors).await?)
        }
        Err(Fail::Stale) => Err(Failure::Stale {
            yours: said(&draft),
            theirs: said(&kept(&ranking)),
        }),
        Err(fail) => Err(fail.into()),
    }
}

/// `POST /rankings/{id}/delete`
pub async fn delete(State(app): State<App>, actor: Actor, Key(id): Key, form: Form) -> web::Result {
    let version = form.version();
    let receipt = app
        .store
        .write_once(&actor.by(), &form.once(&actor), |tx| {
            let actor = &actor;
            async move {
                delete_ranking(&tx, actor, id, version).await?;
                Ok(reply::with_flash(paths::LIST, "草拟的排名已删除。"))
            }
        })
        .await?;
    reply::see_other(receipt)
}
