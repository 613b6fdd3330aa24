//! 新建、修改: one form for every category of node.

use crate::forms::NodeForm;
use crate::paths;
use crate::store::{self as rows, Code, FigureKind, Node};
use crate::use_cases::{NotSaved, create_organisation, edit_organisation};
use askama::Template;
use axum::extract::{Path, Query, State};
use kernel::{Id, Refusal};
use serde::Deserialize;
use std::collections::HashMap;
use store::Fail;
use web::{Actor, App, Failure, FieldErrors, Form, Frame, Place, Result, Right, reply};

#[derive(Template)]
#[template(path = "edit.html")]
struct EditPage {
    frame: Frame,
    action: String,
    back: String,
    node: Option<Node>,
    category: String,
    version: i64,
    shown: Shown,
    kinds: Vec<Code>,
    parents: Vec<Node>,
    zones: Vec<Node>,
    groups: Vec<Node>,
    contacts: Vec<Node>,
    tags: Vec<(Code, bool)>,
    units: Vec<(Node, String, bool)>,
    figures: Vec<(FigureKind, String)>,
    errors: Vec<(&'static str, String)>,
}

impl EditPage {
    fn error(&self, field: &str) -> Option<&String> {
        self.errors
            .iter()
            .find(|(name, _)| *name == field)
            .map(|(_, words)| words)
    }

    fn is_organisation(&self) -> bool {
        self.category == "organisation"
    }
}

/// The texts in the fields.
#[derive(Clone, Debug, Default)]
struct Shown {
    kind: String,
    name: String,
    short_name: String,
    issued_code: String,
    parent: String,
    zone: String,
    group: String,
    contact: String,
    tags: Vec<String>,
    units: Vec<Id>,
    from: String,
    figures: HashMap<String, String>,
}

impl Shown {
    fn typed(form: &Form) -> Shown {
        let text = |name: &str| form.text(name).to_owned();
        Shown {
            kind: text("kind"),
            name: text("name"),
            short_name: text("short_name"),
            issued_code: text("issued_code"),
            parent: text("parent"),
            zone: text("zone"),
            group: text("group"),
            contact: text("contact"),
            tags: form.all("tag").map(str::to_owned).collect(),
            units: form.ids("unit"),
            from: text("from"),
            figures: form
                .fields()
                .filter_map(|(k, v)| Some((k.strip_prefix("figure_")?.to_owned(), v.to_owned())))
                .collect(),
        }
    }

    async fn stored(app: &App, node: &Node) -> std::result::Result<Shown, store::Error> {
        let (db, today) = (app.store.db(), app.store.today());
        let upper = async |tree: &str| -> std::result::Result<String, store::Error> {
            let ends = rows::ends(db, tree, node.id, true, today).await?;
            Ok(ends.first().map_or_else(String::new, |n| n.id.to_string()))
        };
        let figures = rows::figures(db, &[node.id], i64::from(today.year())).await?;
        Ok(Shown {
            kind: node.kind.clone(),
            name: node.name.clone(),
            short_name: node.short_name.clone(),
            issued_code: node.issued_code.clone().unwrap_or_default(),
            parent: upper("subordination").await?,
            zone: node.zone.map(|z| z.to_string()).unwrap_or_default(),
            group: upper("group").await?,
            contact: upper("contact").await?,
            tags: rows::tags_of(db, node.id)
                .await?
                .into_iter()
                .map(|t| t.code)
                .collect(),
            units: rows::units_of(db, node.id)
                .await?
                .into_iter()
                .map(|u| u.id)
                .collect(),
            from: today.to_string(),
            figures: figures
                .into_iter()
                .map(|f| (f.code, f.value.to_string()))
                .collect(),
        })
    }
}

#[derive(Deserialize)]
pub struct NewQuery {
    parent: Option<String>,
    category: Option<String>,
}

const CATEGORIES: &[(&str, &str)] = &[
    ("organisation", "党组织"),
    ("unit", "单位"),
    ("zone", "片区、集团或联系点"),
    ("body", "其他机构"),
];

fn category_word(category: &str) -> &'static str {
    CATEGORIES
        .iter()
        .find(|(code, _)| *code == category)
        .map_or("组织", |(_, word)| word)
}

/// The node with its place checked for editing: else there is none.
pub(crate) async fn editable(app: &App, actor: &Actor, id: Id) -> Result<Node> {
    let node = rows::find_node(app.store.db(), id)
        .await?
        .ok_or(Failure::NotFound)?;
    // A zone made before any organisation lies nowhere: whoever may edit anywhere may edit it.
    let nowhere = node.category == "zone" && node.path == Place::default().path;
    let here = actor.can(Right::EditOrganisations, &node.place());
    if here || (nowhere && actor.can_anywhere(Right::EditOrganisations)) {
        Ok(node)
    } else {
        Err(Failure::NotFound)
    }
}

async fn build(
    app: &App,
    actor: &Actor,
    category: &str,
    node: Option<Node>,
    shown: Shown,
    errors: FieldErrors,
) -> Result<EditPage> {
    let db = app.store.db();
    let mine = actor.reach(Right::EditOrganisations);
    let groupings = rows::of_category(db, "zone").await?;
    let of = |kind: &str| {
        groupings
            .iter()
            .filter(|n| n.kind == kind)
            .cloned()
            .collect::<Vec<_>>()
    };
    let word = category_word(category);
    let title = match &node {
        Some(node) => format!("修改：{}", node.name),
        None => format!("新建{word}"),
    };
    Ok(EditPage {
        frame: Frame::new(app, actor, paths::ORGANISATIONS, &title).await?,
        action: node.as_ref().map_or_else(
            || format!("{}?category={category}", paths::NEW),
            |n| paths::edit(n.id),
        ),
        back: node.as_ref().map_or(paths::ORGANISATIONS.to_owned(), |n| {
            paths::organisation(n.id)
        }),
        version: node.as_ref().map_or(0, |n| n.version),
        category: category.to_owned(),
        kinds: rows::kinds(db, category).await?,
        parents: if node.is_none() {
            rows::organisations(db, &mine).await?
        } else {
            vec![]
        },
        zones: of("zone"),
        groups: of("education_group"),
        contacts: of("contact_point"),
        tags: tag_boxes(app, &shown).await?,
        units: unit_boxes(app, actor, category, &shown).await?,
        figures: figure_fields(app, category, &shown).await?,
        node,
        shown,
        errors: errors.into_iter().collect(),
    })
}

async fn tag_boxes(app: &App, shown: &Shown) -> Result<Vec<(Code, bool)>> {
    let tags = rows::tag_kinds(app.store.db()).await?;
    let held = |tag: &Code| shown.tags.contains(&tag.code);
    Ok(tags
        .into_iter()
        .map(|tag| {
            let on = held(&tag);
            (tag, on)
        })
        .collect())
}

/// The units an organisation may cover, with their kinds; other categories cover none.
async fn unit_boxes(
    app: &App,
    actor: &Actor,
    category: &str,
    shown: &Shown,
) -> Result<Vec<(Node, String, bool)>> {
    if category != "organisation" {
        return Ok(vec![]);
    }
    let db = app.store.db();
    let kinds = rows::kind_names(db).await?;
    let units = rows::beside(db, &actor.reach(Right::EditOrganisations)).await?;
    let line = |unit: Node| {
        let kind = kinds.get(&unit.kind).cloned().unwrap_or_default();
        let held = shown.units.contains(&unit.id);
        (unit, kind, held)
    };
    Ok(units
        .into_iter()
        .filter(|u| u.category == "unit")
        .map(line)
        .collect())
}

/// The fields of a unit's yearly figures.
async fn figure_fields(
    app: &App,
    category: &str,
    shown: &Shown,
) -> Result<Vec<(FigureKind, String)>> {
    if category != "unit" {
        return Ok(vec![]);
    }
    let kinds = rows::figure_kinds(app.store.db()).await?;
    let value = |kind: &FigureKind| shown.figures.get(&kind.code).cloned().unwrap_or_default();
    Ok(kinds
        .into_iter()
        .map(|kind| {
            let typed = value(&kind);
            (kind, typed)
        })
        .collect())
}

/// GET /organisations/new
pub async fn new(State(app): State<App>, actor: Actor, Query(query): Query<NewQuery>) -> Result {
    let category = known_category(query.category.as_deref())?;
    let parent = query.parent.unwrap_or_else(|| {
        actor
            .home()
            .filter(|g| g.zone.is_none())
            .map_or_else(String::new, |g| g.node.to_string())
    });
    let from = app.store.today().to_string();
    let shown = Shown {
        parent,
        from,
        ..Shown::default()
    };
    reply::page(&build(&app, &actor, category, None, shown, FieldErrors::new()).await?)
}

fn known_category(asked: Option<&str>) -> Result<&'static str> {
    let asked = asked.unwrap_or("organisation");
    let found = CATEGORIES.iter().find(|(code, _)| *code == asked);
    found.map(|(code, _)| *code).ok_or(Failure::NotFound)
}

/// POST /organisations/new
pub async fn create(
    State(app): State<App>,
    actor: Actor,
    Query(query): Query<NewQuery>,
    form: Form,
) -> Result {
    let category = known_category(query.category.as_deref())?;
    let read = match NodeForm::read(&form, app.store.today()) {
        Ok(read) => read,
        Err(errors) => {
            return reply::invalid(
                &build(&app, &actor, category, None, Shown::typed(&form), errors).await?,
            );
        }
    };
    let who = actor.clone();
    let done = app
        .store
        .write_once(&actor.by(), &form.once(&actor), |tx| async move {
            let node = create_organisation(&tx, &who, category, &read).await?;
            Ok(reply::with_flash(&paths::organisation(node.id), "已新建。"))
        })
        .await;
    answer(&app, &actor, category, None, &form, done).await
}

/// GET /organisations/{id}/edit
pub async fn edit(State(app): State<App>, actor: Actor, Path(id): Path<Id>) -> Result {
    let node = editable(&app, &actor, id).await?;
    let shown = Shown::stored(&app, &node).await?;
    let category = node.category.clone();
    reply::page(
        &build(
            &app,
            &actor,
            &category,
            Some(node),
            shown,
            FieldErrors::new(),
        )
        .await?,
    )
}

/// POST /organisations/{id}/edit
pub async fn save(State(app): State<App>, actor: Actor, Path(id): Path<Id>, form: Form) -> Result {
    let node = editable(&app, &actor, id).await?;
    let category = node.category.clone();
    let read = match NodeForm::read(&form, app.store.today()) {
        Ok(read) => read,
        Err(errors) => {
            let page = build(
                &app,
                &actor,
                &category,
                Some(node),
                Shown::typed(&form),
                errors,
            )
            .await?;
            return reply::invalid(&page);
        }
    };
    let (who, was, version) = (actor.clone(), node.clone(), form.version());
    let done = app
        .store
        .write_once(&actor.by(), &form.once(&actor), |tx| async move {
            edit_organisation(&tx, &who, &was, version, &read).await?;
            Ok(reply::with_flash(
                &paths::organisation(was.id),
                "已保存，改动已记入沿革。",
            ))
        })
        .await;
    answer(&app, &actor, &category, Some(node), &form, done).await
}

async fn answer(
    app: &App,
    actor: &Actor,
    category: &str,
    node: Option<Node>,
    form: &Form,
    done: std::result::Result<String, Fail<NotSaved>>,
) -> Result {
    match done {
        Ok(receipt) => reply::see_other(receipt),
        Err(Fail::Refused(refusal)) if refusal.field().is_some() => {
            let field = refusal.field().unwrap_or("name");
            let errors = FieldErrors::from([(field, refusal.words().into_owned())]);
            reply::invalid(&build(app, actor, category, node, Shown::typed(form), errors).await?)
        }
        Err(Fail::Stale) => {
            let Some(now) = rows::find_node(app.store.db(), node.map_or(Id(0), |n| n.id)).await?
            else {
                return Err(Failure::NotFound);
            };
            let pair = |label: &str, text: &str| (label.to_owned(), text.to_owned());
            Err(Failure::Stale {
                yours: vec![
                    pair("名称", form.text("name")),
                    pair("简称", form.text("short_name")),
                ],
                theirs: vec![pair("名称", &now.name), pair("简称", &now.short_name)],
            })
        }
        Err(other) => Err(other.into()),
    }
}
