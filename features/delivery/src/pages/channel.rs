//! 一个通道: its form, its test, its end. What is secret goes in and is never shown again.

use super::{Asked, id};
use crate::entities::{Kind, Secret, Tls};
use crate::forms::{self, Typed};
use crate::paths;
use crate::store::{self, ChannelRow};
use crate::use_cases::keep_channel::{ChannelRefused, add_channel, change_channel, remove_channel};
use crate::use_cases::test_channel::test_channel;
use ::store::Fail;
use askama::Template;
use axum::extract::{Path, Query, State};
use kernel::{Id, Refusal};
use web::{Actor, App, Failure, FieldErrors, Form, Frame, reply};

/// Organisations and zones offered while typing.
const OFFERED: i64 = 300;

#[derive(Template)]
#[template(path = "channel.html")]
struct ChannelPage {
    frame: Frame,
    errors: FieldErrors,
    kind: Kind,
    /// None for a new one.
    kept: Option<Kept>,
    typed: Typed,
    ways: [Tls; 3],
    nodes: Vec<String>,
    /// Where a test letter went.
    to: String,
}

/// What a channel already there shows of itself.
struct Kept {
    path: String,
    version: i64,
    tag: &'static str,
    state: &'static str,
    trouble: String,
    tested: String,
    has_password: bool,
    has_sign: bool,
}

async fn blank(
    app: &App,
    actor: &Actor,
    kind: Kind,
    typed: Typed,
    errors: FieldErrors,
) -> web::Result<ChannelPage> {
    let title = match kind {
        Kind::Email => "设置邮件通道".to_owned(),
        kind => format!("新增{}", kind.chinese()),
    };
    Ok(ChannelPage {
        frame: Frame::new(app, actor, paths::CHANNELS, &title).await?,
        errors,
        kind,
        kept: None,
        typed,
        ways: Tls::ALL,
        nodes: identity::node_names(app.store.db(), OFFERED).await?,
        to: String::new(),
    })
}

async fn filled(
    app: &App,
    actor: &Actor,
    channel: &ChannelRow,
    typed: Typed,
    errors: FieldErrors,
) -> web::Result<ChannelPage> {
    let secret = secret(app, channel.id).await;
    let (tag, state) = super::channels::state(channel);
    let tested = channel.tested_at.zip(channel.tested_words.clone());
    let kept = Kept {
        path: paths::channel(channel.id),
        version: channel.version,
        tag,
        state,
        trouble: channel.trouble.clone().unwrap_or_default(),
        tested: tested.map_or(String::new(), |(at, words)| {
            format!("{}：{words}", at.chinese())
        }),
        has_password: !secret.password.is_empty(),
        has_sign: !secret.sign.is_empty(),
    };
    let title = channel.name.clone();
    Ok(ChannelPage {
        frame: Frame::new(app, actor, paths::CHANNELS, &title).await?,
        kept: Some(kept),
        ..blank(app, actor, channel.kind(), typed, errors).await?
    })
}

/// What is kept sealed; nothing where it does not open, so that it can be given anew.
async fn secret(app: &App, id: Id) -> Secret {
    store::secret_of(app.store.db(), &app.store, id)
        .await
        .unwrap_or_default()
}

async fn found(app: &App, text: &str) -> web::Result<ChannelRow> {
    store::find_channel(app.store.db(), id(text)?)
        .await?
        .ok_or(Failure::NotFound)
}

/// `GET /settings/channels/new?kind=…`
pub async fn new(State(app): State<App>, actor: Actor, Query(asked): Query<Asked>) -> web::Result {
    let kind = Kind::from_code(&asked.kind).unwrap_or(Kind::Email);
    if kind == Kind::Email
        && let Some(there) = store::mail_channel(app.store.db()).await?
    {
        return reply::see_other(paths::channel(there.id));
    }
    let page = blank(&app, &actor, kind, Typed::new(kind), FieldErrors::new()).await?;
    web::page(&page)
}

/// `POST /settings/channels`
pub async fn add(State(app): State<App>, actor: Actor, form: Form) -> web::Result {
    let kind = Kind::from_code(form.text("kind")).unwrap_or(Kind::Email);
    let typed = Typed::read(&form);
    let judged = forms::judge(&app, kind, &typed, None).await?;
    let (new, secret) = match judged {
        Ok(judged) => judged,
        Err(errors) => {
            return reply::invalid(&blank(&app, &actor, kind, typed, errors).await?);
        }
    };
    let receipt = app
        .store
        .write_once(&actor.by(), &form.once(&actor), |tx| {
            let (new, secret) = (&new, &secret);
            async move {
                let path = add_channel(&tx, new, secret).await?;
                Ok(reply::with_flash(
                    &path,
                    "已保存。请发一条测试消息，确认能收到。",
                ))
            }
        })
        .await;
    match receipt {
        Ok(receipt) => reply::see_other(receipt),
        Err(Fail::Refused(refusal)) => {
            reply::invalid(&blank(&app, &actor, kind, typed, at_field(&refusal)).await?)
        }
        Err(fail) => Err(fail.into()),
    }
}

fn at_field(refusal: &ChannelRefused) -> FieldErrors {
    let field = refusal.field().unwrap_or("name");
    FieldErrors::from([(field, refusal.words().into_owned())])
}

/// `GET /settings/channels/{id}`
pub async fn one(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> web::Result {
    let channel = found(&app, &id).await?;
    let typed = Typed::of(&channel);
    let mut page = filled(&app, &actor, &channel, typed, FieldErrors::new()).await?;
    page.frame = page.frame.saying(asked.said);
    web::page(&page)
}

/// `POST /settings/channels/{id}`
pub async fn save(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<String>,
    form: Form,
) -> web::Result {
    let channel = found(&app, &id).await?;
    let typed = Typed::read(&form);
    let before = secret(&app, channel.id).await;
    let judged = forms::judge(&app, channel.kind(), &typed, Some((&channel, before))).await?;
    let (new, secret) = match judged {
        Ok(judged) => judged,
        Err(errors) => {
            return reply::invalid(&filled(&app, &actor, &channel, typed, errors).await?);
        }
    };
    let (id, version) = (channel.id, form.version());
    let receipt = app
        .store
        .write_once(&actor.by(), &form.once(&actor), |tx| {
            let (new, secret) = (&new, &secret);
            async move {
                change_channel(&tx, id, version, new, secret).await?;
                Ok(reply::with_flash(&paths::channel(id), "已保存。"))
            }
        })
        .await?;
    reply::see_other(receipt)
}

/// `POST /settings/channels/{id}/test`
pub async fn test(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<String>,
    form: Form,
) -> web::Result {
    let channel = found(&app, &id).await?;
    let to = form.text("to").to_owned();
    let mut errors = FieldErrors::new();
    if channel.kind() == Kind::Email && !crate::outside::smtp::is_address(&to) {
        errors.insert(
            "to",
            "请填一个能收信的邮箱，像 name@example.cn。".to_owned(),
        );
    } else {
        let tested = test_channel(&app, &actor, &channel, &to).await?;
        if tested.went {
            return reply::done(&paths::channel(channel.id), "测试消息已发出，对方已收下。");
        }
        errors.insert("test", tested.words);
    }
    let channel = found(&app, &id).await?;
    let mut page = filled(&app, &actor, &channel, Typed::of(&channel), errors).await?;
    page.to = to;
    reply::invalid(&page)
}

/// `POST /settings/channels/{id}/remove`
pub async fn remove(
    State(app): State<App>,
    actor: Actor,
    Path(channel): Path<String>,
    form: Form,
) -> web::Result {
    let id = id(&channel)?;
    let receipt = app
        .store
        .write_once(&actor.by(), &form.once(&actor), |tx| async move {
            remove_channel(&tx, id).await?;
            Ok::<_, Fail<ChannelRefused>>(reply::with_flash(paths::CHANNELS, "通道已删除。"))
        })
        .await?;
    reply::see_other(receipt)
}
