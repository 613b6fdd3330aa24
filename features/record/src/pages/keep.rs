//! 记一次 and 修改: one page, the normal case preset.

use crate::files::{self, Accept, FileRow, Held, Offered};
use crate::forms::{self, GUEST, Typed};
use crate::kinds::{KINDS, Kind, Subkind};
use crate::pages::people::{Roster, roster};
use crate::paths::{self, Key};
use crate::store::{self, Record};
use crate::use_cases::{MOST_FILES, NewRecord, RecordRefusal, change_record, keep_record};
use ::store::Fail;
use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Html;
use kernel::Id;
use org::store::Node;
use serde::Deserialize;
use web::{Actor, App, Failure, FieldErrors, Form, Frame, Right, reply};

/// What the address carries.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Asked {
    kind: Option<String>,
    subkind: Option<String>,
    #[serde(rename = "for")]
    duty: Option<String>,
    organisation: Option<String>,
    title: Option<String>,
}

impl Asked {
    /// The organisation of the duty it is for, or the one named.
    fn organisation(&self) -> Option<Id> {
        let of_duty = self
            .duty
            .as_deref()
            .and_then(|d| d.split_once('-'))
            .map(|(_, id)| id);
        of_duty
            .or(self.organisation.as_deref())
            .and_then(|id| id.parse().ok())
    }
}

#[derive(Template)]
#[template(path = "keep.html")]
struct Page {
    frame: Frame,
    heading: &'static str,
    action: String,
    back: String,
    errors: FieldErrors,
    typed: Typed,
    /// Where else it could be entered; empty when there is one place only.
    organisations: Vec<Node>,
    node: Node,
    subkinds: Vec<Subkind>,
    has_youth_school: bool,
    roster: Roster,
    files: Vec<FileRow>,
    held: Vec<Held>,
    version: i64,
    /// What stands now, when somebody was quicker.
    theirs: Vec<(&'static str, String)>,
    most_files: usize,
}

impl Page {
    fn is_present(&self, id: &Id) -> bool {
        self.typed.present.contains(id)
    }
    fn is_kept(&self, file: &FileRow) -> bool {
        self.typed.kept.contains(&file.file)
    }
    fn speaks(&self, id: &Id) -> bool {
        self.typed.speaker == id.to_string()
    }
    fn is_guest(&self) -> bool {
        self.typed.speaker == GUEST
    }
    fn error(&self, field: &str) -> Option<&String> {
        self.errors.get(field)
    }
}

/// `GET /records/new`
pub async fn start(
    State(app): State<App>,
    actor: Actor,
    Query(asked): Query<Asked>,
) -> web::Result {
    let node = choose(&app, &actor, asked.organisation()).await?;
    let roster = roster(&app, &actor, &node, &[]).await?;
    let kind = asked.kind.as_deref().and_then(Kind::from_code);
    let subkind = asked.subkind.as_deref().and_then(Subkind::from_code);
    let kind = kind.or(subkind.map(Subkind::kind));
    let everyone: Vec<Id> = roster.members().map(|m| m.id).collect();
    let subkind = subkind.or(kind.and_then(|k| k.subkinds().first().copied()));
    let secretary = roster.secretary.filter(|_| kind == Some(Kind::Lecture));
    let typed = Typed {
        organisation: Some(node.id),
        subkind: subkind.map(|s| s.code().to_owned()).unwrap_or_default(),
        day: app.store.today().to_string(),
        title: asked.title.unwrap_or_default().chars().take(200).collect(),
        speaker: secretary.map(|id| id.to_string()).unwrap_or_default(),
        listed: everyone.clone(),
        present: everyone,
        ..Typed::default()
    };
    let mut page = page(&app, &actor, node, roster, typed).await?;
    if let Some(kind) = kind {
        page.subkinds = kind.subkinds().to_vec();
    }
    reply::page(&page)
}

/// `POST /records`
pub async fn keep(State(app): State<App>, actor: Actor, form: Form) -> web::Result {
    let typed = Typed::read(&form);
    let node = choose(&app, &actor, typed.organisation).await?;
    let offered = files::offered(&app, &actor, Accept::Evidence, &form, "file").await?;
    let new = match command(&typed, node.id, &offered) {
        Ok(new) => new,
        Err(errors) => return again(&app, &actor, node, typed, &offered, errors).await,
    };
    let (inner, sent) = (app.clone(), offered.clone());
    let (by, once) = (actor.by(), form.once(&actor));
    let kept = app.store.write_once(&by, &once, |tx| async move {
        let files = sent.save(&tx).await?;
        let id = keep_record(&inner, &tx, NewRecord { files, ..new }).await?;
        Ok(reply::with_flash(
            &paths::record(id),
            "已记入台账；相关事项已自动更新。",
        ))
    });
    match kept.await {
        Ok(receipt) => reply::see_other(receipt),
        Err(Fail::Refused(refusal)) => {
            again(
                &app,
                &actor,
                node,
                typed,
                &offered,
                forms::at_field(&refusal),
            )
            .await
        }
        Err(fail) => Err(fail.into()),
    }
}

/// `GET /records/{id}/edit`
pub async fn edit(State(app): State<App>, actor: Actor, Key(id): Key) -> web::Result {
    let (record, node) = own(&app, &actor, id).await?;
    reply::page(&edit_page(&app, &actor, record, node, None).await?)
}

/// `POST /records/{id}/edit`
pub async fn change(State(app): State<App>, actor: Actor, Key(id): Key, form: Form) -> web::Result {
    let (record, node) = own(&app, &actor, id).await?;
    let typed = Typed::read(&form);
    let offered = files::offered(&app, &actor, Accept::Evidence, &form, "file").await?;
    let had = files::files_of(app.store.db(), "record", &[id]).await?;
    let kept: Vec<Id> = had
        .iter()
        .map(|f| f.file)
        .filter(|f| typed.kept.contains(f))
        .collect();
    let new = match command(&typed, node.id, &offered) {
        Ok(new) => new,
        Err(errors) => {
            return edit_again(&app, &actor, shown(record, &form), typed, &offered, errors).await;
        }
    };
    let (inner, sent, version) = (app.clone(), offered.clone(), form.version());
    let (by, once) = (actor.by(), form.once(&actor));
    let changed = app.store.write_once(&by, &once, |tx| async move {
        let files = kept.into_iter().chain(sent.save(&tx).await?).collect();
        let new = NewRecord { files, ..new };
        change_record(&inner, &tx, id, version, new).await?;
        Ok(reply::with_flash(
            &paths::record(id),
            "已保存修改；相关事项已自动更新。",
        ))
    });
    match changed.await {
        Ok(receipt) => reply::see_other(receipt),
        Err(Fail::Refused(refusal)) => {
            edit_again(
                &app,
                &actor,
                shown(record, &form),
                typed,
                &offered,
                forms::at_field(&refusal),
            )
            .await
        }
        Err(Fail::Stale) => stale(&app, &actor, id, typed, &offered).await,
        Err(fail) => Err(fail.into()),
    }
}

/// The record under the version that the page showed, so that a form shown again does not overwrite
/// what somebody saved meanwhile.
fn shown(record: Record, form: &Form) -> Record {
    Record {
        version: form.version(),
        ..record
    }
}

fn command(typed: &Typed, organisation: Id, offered: &Offered) -> Result<NewRecord, FieldErrors> {
    let mut errors = FieldErrors::new();
    if let Some(complaint) = offered.complaint() {
        errors.insert("file", complaint);
    }
    match typed.command(organisation, vec![]) {
        Ok(new) if errors.is_empty() => Ok(new),
        Ok(_) => Err(errors),
        Err(more) => {
            errors.extend(more);
            Err(errors)
        }
    }
}

/// The organisation to enter it for: the one asked for, else the only one, else one's own.
async fn choose(app: &App, actor: &Actor, asked: Option<Id>) -> web::Result<Node> {
    let nodes = org::store::organisations(app.store.db(), &actor.reach(Right::KeepRecords)).await?;
    let home = actor.home().map(|grant| grant.node);
    let wanted = asked.or(home.filter(|id| nodes.iter().any(|n| n.id == *id)));
    let node = match wanted {
        Some(id) => nodes.into_iter().find(|n| n.id == id),
        None => nodes.into_iter().next(),
    };
    node.filter(|n| actor.can(Right::KeepRecords, &n.place()))
        .ok_or(Failure::NotFound)
}

pub(crate) async fn own(app: &App, actor: &Actor, id: Id) -> web::Result<(Record, Node)> {
    let db = app.store.db();
    let record = store::find(db, id).await?.ok_or(Failure::NotFound)?;
    if !actor.can(Right::KeepRecords, &record.place()) {
        return Err(Failure::NotFound);
    }
    if record.removed_at.is_some() {
        return Err(Failure::Refused(Box::new(RecordRefusal::Removed)));
    }
    let node = org::store::find_node(db, record.organisation)
        .await?
        .ok_or(Failure::NotFound)?;
    Ok((record, node))
}

async fn page(
    app: &App,
    actor: &Actor,
    node: Node,
    roster: Roster,
    typed: Typed,
) -> web::Result<Page> {
    const HEADING: &str = "记一次党课或公开课";
    let db = app.store.db();
    let reach = actor.reach(Right::KeepRecords);
    let organisations = org::store::organisations(db, &reach).await?;
    let tags = org::store::tags_of(db, node.id).await?;
    Ok(Page {
        frame: Frame::new(app, actor, paths::RECORDS, HEADING).await?,
        heading: HEADING,
        action: paths::RECORDS.to_owned(),
        back: paths::RECORDS.to_owned(),
        errors: FieldErrors::new(),
        typed,
        organisations: if organisations.len() > 1 {
            organisations
        } else {
            vec![]
        },
        has_youth_school: tags.iter().any(|tag| tag.code == "youth_party_school"),
        node,
        subkinds: KINDS
            .iter()
            .flat_map(|kind| kind.subkinds().iter().copied())
            .collect(),
        roster,
        files: vec![],
        held: vec![],
        version: 0,
        theirs: vec![],
        most_files: MOST_FILES,
    })
}

/// The form as it was typed, with what to put right; files that came with it are kept.
async fn again(
    app: &App,
    actor: &Actor,
    node: Node,
    typed: Typed,
    offered: &Offered,
    errors: FieldErrors,
) -> web::Result {
    let roster = roster(app, actor, &node, &typed.listed).await?;
    let mut page = page(app, actor, node, roster, typed).await?;
    page.held = offered.hold(app).await?;
    page.errors = errors;
    reply::invalid(&page)
}

async fn edit_page(
    app: &App,
    actor: &Actor,
    record: Record,
    node: Node,
    typed: Option<Typed>,
) -> web::Result<Page> {
    let db = app.store.db();
    let people = store::people(db, record.id).await?;
    let files = files::files_of(db, "record", &[record.id]).await?;
    let had: Vec<Id> = people
        .iter()
        .map(|p| p.member)
        .chain(record.speaker)
        .collect();
    let kept = files.iter().map(|f| f.file).collect();
    let typed = typed.unwrap_or_else(|| Typed::of(&record, &people, kept));
    let roster = roster(app, actor, &node, &had).await?;
    let mut page = page(app, actor, node, roster, typed).await?;
    page.heading = "修改记录";
    page.frame.title = "修改记录".to_owned();
    page.action = format!("{}/edit", paths::record(record.id));
    page.back = paths::record(record.id);
    page.organisations = vec![];
    page.files = files;
    page.version = record.version;
    Ok(page)
}

async fn edit_again(
    app: &App,
    actor: &Actor,
    record: Record,
    typed: Typed,
    offered: &Offered,
    errors: FieldErrors,
) -> web::Result {
    let node = org::store::find_node(app.store.db(), record.organisation).await?;
    let node = node.ok_or(Failure::NotFound)?;
    let mut page = edit_page(app, actor, record, node, Some(typed)).await?;
    page.held = offered.hold(app).await?;
    page.errors = errors;
    reply::invalid(&page)
}

/// Somebody was quicker: both texts, and the form ready to be saved over the newer version.
async fn stale(app: &App, actor: &Actor, id: Id, typed: Typed, offered: &Offered) -> web::Result {
    let (record, node) = own(app, actor, id).await?;
    let theirs = vec![
        ("类别", record.kind_words()),
        ("日期", record.day.chinese()),
        ("题目", record.title.clone()),
        ("主讲人", record.speaker_name.clone()),
        (
            "到场",
            store::there_words(record.attended, record.expected, record.audience),
        ),
        ("要点", record.content.clone()),
    ];
    let mut page = edit_page(app, actor, record, node, Some(typed)).await?;
    page.held = offered.hold(app).await?;
    page.theirs = theirs;
    let broken = |_| Failure::Broken(::store::Error::Schema("a template failed".to_owned()));
    Ok(reply::raw((
        StatusCode::CONFLICT,
        Html(page.render().map_err(broken)?),
    )))
}
