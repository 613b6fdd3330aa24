//! 消息通道: what is set up, whether it works, and what did not arrive.

use super::Asked;
use crate::entities::{Kind, State};
use crate::paths;
use crate::store::{self, ChannelRow};
use askama::Template;
use axum::extract::{Query, State as AppState};
use web::{Actor, App, Frame};

#[derive(Template)]
#[template(path = "channels.html")]
struct ChannelsPage {
    frame: Frame,
    lines: Vec<Line>,
    has_mail: bool,
    only_here: bool,
    sent: i64,
    waiting: i64,
    failed: i64,
}

struct Line {
    path: String,
    name: String,
    kind: &'static str,
    scope: String,
    tag: &'static str,
    state: &'static str,
    trouble: String,
    tested: String,
}

/// `GET /settings/channels`
pub async fn show(
    AppState(app): AppState<App>,
    actor: Actor,
    Query(asked): Query<Asked>,
) -> web::Result {
    let db = app.store.db();
    let channels = store::channels(db).await?;
    let counts = store::count_states(db, app.store.today()).await?;
    let count = |state: State| {
        let found = counts.iter().find(|(code, _)| code == state.code());
        found.map_or(0, |(_, n)| *n)
    };
    web::page(&ChannelsPage {
        frame: Frame::new(&app, &actor, paths::CHANNELS, "消息通道")
            .await?
            .saying(asked.said),
        has_mail: channels.iter().any(|one| one.kind() == Kind::Email),
        lines: channels.iter().map(line).collect(),
        only_here: is_only_here(&app.public_url),
        sent: count(State::Sent),
        waiting: count(State::Queued) + count(State::Sending),
        failed: count(State::Failed),
    })
}

/// Whether links in messages lead nowhere but on the server itself.
fn is_only_here(url: &str) -> bool {
    ["http://127.", "http://localhost", "http://[::1]"]
        .iter()
        .any(|start| url.starts_with(start))
}

/// Its state as a tag's class and word.
pub(super) fn state(channel: &ChannelRow) -> (&'static str, &'static str) {
    let tag = match (channel.enabled, &channel.trouble) {
        (false, _) => "t-free",
        (true, Some(_)) => "f-over",
        (true, None) => "t-done",
    };
    (tag, channel.state_words())
}

fn line(channel: &ChannelRow) -> Line {
    let (tag, state) = state(channel);
    let kind = channel.kind();
    Line {
        path: paths::channel(channel.id),
        name: channel.name.clone(),
        kind: kind.chinese(),
        scope: match kind {
            Kind::Email => "自己设了邮箱的人".to_owned(),
            _ => channel.scope_words().to_owned(),
        },
        tag,
        state,
        trouble: channel
            .trouble
            .clone()
            .filter(|_| channel.enabled)
            .unwrap_or_default(),
        tested: match channel.tested_at {
            Some(at) => at.chinese(),
            None => "没有测试过".to_owned(),
        },
    }
}
