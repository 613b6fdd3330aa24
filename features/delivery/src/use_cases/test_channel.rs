//! 发送测试消息: tried at once, outside any transaction; what the other side said is kept.

use crate::entities::Kind;
use crate::outside::Trouble;
use crate::outside::robot::{self, Post, Robot};
use crate::outside::smtp::{self, Letter, MailServer};
use crate::store::{self as rows, ChannelRow};
use ::store::{Error, Fail};
use kernel::TreePath;
use serde_json::json;
use std::convert::Infallible;
use web::{Actor, App};

/// What a test came to.
pub struct Tested {
    /// Whether the other side took it.
    pub went: bool,
    /// Its answer, in words.
    pub words: String,
}

/// Sends a test message, by e-mail to `to`; a success mends the channel.
pub async fn test_channel(
    app: &App,
    actor: &Actor,
    channel: &ChannelRow,
    to: &str,
) -> Result<Tested, Error> {
    let secret = rows::secret_of(app.store.db(), &app.store, channel.id).await?;
    let now = app.store.now();
    let outcome: Result<String, Trouble> = match channel.kind() {
        Kind::Email => {
            let server = MailServer::of(channel, &secret, &app.county);
            smtp::send(&server, &app.outward, &letter(app, &server, to)).await
        }
        Kind::Wecom | Kind::Dingtalk => {
            let post = Post {
                title: "党建工作提醒（测试）".to_owned(),
                text: format!(
                    "**党建工作提醒（测试）**\n\n{}的提醒会发到这个群，一天最多一条。",
                    app.county
                ),
            };
            robot::post(&Robot::of(channel, &secret), &app.outward, now, &post).await
        }
    };
    let tested = match outcome {
        Ok(words) => Tested { went: true, words },
        Err(trouble) => Tested {
            went: false,
            words: trouble.words,
        },
    };
    keep(app, actor, channel, &tested).await?;
    Ok(tested)
}

fn letter(app: &App, server: &MailServer, to: &str) -> Letter {
    let words = format!(
        "这是{}发出的测试邮件。收到它，说明邮件通道可以用。",
        app.county
    );
    let domain = server.sender.rsplit('@').next().unwrap_or("localhost");
    Letter {
        to: to.to_owned(),
        subject: "党建工作提醒（测试）".to_owned(),
        html: format!("<p>{}</p>", crate::digest::escaped(&words)),
        text: words,
        message_id: format!("<zhibu.test.{}@{domain}>", app.store.context.token()),
        at: app.store.now(),
    }
}

async fn keep(
    app: &App,
    actor: &Actor,
    channel: &ChannelRow,
    tested: &Tested,
) -> Result<(), Error> {
    let id = channel.id;
    let words = if tested.went {
        format!("对方已收下。{}", tested.words)
    } else {
        format!("没有发出。{}", tested.words)
    };
    let went = tested.went;
    let kept: Result<(), Fail<Infallible>> = app
        .store
        .write(&actor.by(), |tx| async move {
            rows::note_test(&tx, id, &words).await?;
            if went {
                rows::clear_trouble(&tx, id).await?;
            }
            let place = TreePath::default();
            tx.audit(
                "test_channel",
                ("channel", id),
                &place,
                json!({ "went": went }),
            )
            .await?;
            Ok(())
        })
        .await;
    kept.map_err(|fail| match fail {
        Fail::Store(error) => error,
        _ => Error::Schema("a test found nothing".to_owned()),
    })
}
