//! 送达: one try of one message. The row is claimed before anything is sent and settled after; what
//! is told is built at the claim. See docs/adr/0008.

use super::plan_deliveries::owed_in_range;
use crate::digest::{self, Digest, House};
use crate::entities::{Hours, Kind, MOST_TRIES, State, pause_ms};
use crate::outside::robot::{self, Post, Robot};
use crate::outside::smtp::{self, Letter, MailServer};
use crate::outside::{Severity, Trouble};
use crate::store::{self as rows, ChannelRow, DeliveryRow};
use ::store::{By, Error, Fail, Tx};
use futures_util::future::BoxFuture;
use kernel::{Id, Instant, TreePath};
use rules::calendar::WorkingCalendar;
use serde_json::json;
use std::convert::Infallible;
use supervision::store::owed_by;
use web::App;

/// What is to go out.
enum Message {
    Letter { to: String, digest: Digest },
    Post(Post),
}

/// A message claimed for one try.
struct Claimed {
    row: DeliveryRow,
    channel: ChannelRow,
    message: Message,
    at: Instant,
}

/// What the claim came to.
enum Turn {
    Send(Box<Claimed>),
    /// Laid aside without a try, for a person to look at.
    Fail(Box<DeliveryRow>, &'static str),
    Nothing,
}

/// Job `deliver` {delivery}.
pub fn deliver(app: App, payload: serde_json::Value) -> BoxFuture<'static, Result<(), Error>> {
    Box::pin(async move {
        let id: Id = serde_json::from_value(payload["delivery"].clone()).unwrap_or_default();
        let turn = app
            .store
            .housekeeping(|tx| {
                let app = app.clone();
                async move { Ok(claim(&app, &tx, id).await?) }
            })
            .await?;
        match turn {
            Turn::Send(claimed) => {
                let outcome = send(&app, &claimed).await;
                record(&app, &claimed, outcome).await
            }
            Turn::Fail(row, why) => lay_aside(&app, &row, None, why).await,
            Turn::Nothing => Ok(()),
        }
    })
}

async fn claim(app: &App, tx: &Tx, id: Id) -> Result<Turn, Error> {
    let Some(row) = rows::find_delivery(tx, id).await? else {
        return Ok(Turn::Nothing);
    };
    let now = tx.now();
    let interrupted = row.state == State::Sending.code();
    if !interrupted && row.state != State::Queued.code() {
        return Ok(Turn::Nothing);
    }
    if row.busy_until > now {
        rows::waiting(tx, &row).await?;
        return Ok(Turn::Nothing);
    }
    let channel = rows::find_channel(tx, row.channel).await?;
    let Some(channel) = channel.filter(|channel| channel.enabled) else {
        rows::settle(tx, &row, State::Dropped, "通道已停用。").await?;
        return Ok(Turn::Nothing);
    };
    if row.day != now.day() {
        return Ok(Turn::Fail(
            Box::new(row),
            "当天没有发出，过后没有补发；下一个提醒日照常。",
        ));
    }
    if channel.trouble.is_some() {
        return Ok(Turn::Fail(
            Box::new(row),
            "通道有故障，没有再试。请先修好通道。",
        ));
    }
    if interrupted && row.blind > 0 {
        let why = "两次在发送途中中断，不知道对方收到没有，没有再发。";
        return Ok(Turn::Fail(Box::new(row), why));
    }
    let Some(hours) = hours_of(app, tx, &row, channel.kind()).await? else {
        rows::settle(tx, &row, State::Dropped, "本人已关闭，或账号已停用。").await?;
        return Ok(Turn::Nothing);
    };
    match hours.today(&WorkingCalendar::national(), now) {
        None => {
            let why = "当天的送达时段已过，没有发出；下一个提醒日照常。";
            return Ok(Turn::Fail(Box::new(row), why));
        }
        Some(opens) if opens > now => {
            rows::requeue(tx, &row, opens, "").await?;
            return Ok(Turn::Nothing);
        }
        Some(_) => {}
    }
    let Some(message) = message(app, tx, &row, &channel).await? else {
        if interrupted {
            rows::settle(tx, &row, State::Dropped, "").await?;
        } else {
            rows::forget(tx, &row).await?;
        }
        rows::set_told(tx, row.account, now).await?;
        return Ok(Turn::Nothing);
    };
    let blind = row.blind + i64::from(interrupted);
    if !rows::claim(tx, &row, blind).await? {
        return Ok(Turn::Nothing);
    }
    let row = DeliveryRow {
        attempts: row.attempts + 1,
        state: State::Sending.code().to_owned(),
        ..row
    };
    Ok(Turn::Send(Box::new(Claimed {
        row,
        channel,
        message,
        at: now,
    })))
}

/// Between which hours it may go; none when its recipient wants none any more.
async fn hours_of(
    app: &App,
    tx: &Tx,
    row: &DeliveryRow,
    kind: Kind,
) -> Result<Option<Hours>, Error> {
    if kind != Kind::Email {
        return Ok(Some(Hours::WIDEST));
    }
    let address = rows::address(tx, &app.store, row.account).await?;
    let is_open = rows::open_account(tx, row.account).await?.is_some();
    Ok(address
        .filter(|address| is_open && address.is_open())
        .map(|address| address.hours))
}

/// What is to be said now.
async fn message(
    app: &App,
    tx: &Tx,
    row: &DeliveryRow,
    channel: &ChannelRow,
) -> Result<Option<Message>, Error> {
    let today = tx.today();
    let house = House {
        county: &app.county,
        url: app.public_url.trim_end_matches('/'),
    };
    if channel.kind() != Kind::Email {
        // The longest holiday moves a reminder by less than two weeks.
        let due_to = today.plus_days(14);
        let owed = owed_in_range(tx, channel.node, due_to).await?;
        return Ok(digest::for_group(&owed, today, house).map(Message::Post));
    }
    let (Some(name), Some(address)) = (
        rows::open_account(tx, row.account).await?,
        rows::address(tx, &app.store, row.account).await?,
    ) else {
        return Ok(None);
    };
    let owed = owed_by(tx, row.account, today, today.plus_months(24)).await?;
    let noticed = rows::noticed(tx, row.account, tx.now()).await?;
    let reminded = rows::is_reminded(tx, row.account, tx.now()).await?;
    let digest = digest::for_person(&name, &owed, &noticed, reminded, today, house);
    Ok(digest.map(|digest| Message::Letter {
        to: address.email,
        digest,
    }))
}

async fn send(app: &App, claimed: &Claimed) -> Result<String, Trouble> {
    let secret = rows::secret_of(app.store.db(), &app.store, claimed.channel.id)
        .await
        .map_err(|_| {
            Trouble::new(
                Severity::Channel,
                "通道的密钥打不开，请重新填写密码或机器人地址。",
            )
        })?;
    match &claimed.message {
        Message::Letter { to, digest } => {
            let server = MailServer::of(&claimed.channel, &secret, &app.county);
            let domain = server.sender.rsplit('@').next().unwrap_or("localhost");
            let letter = Letter {
                to: to.clone(),
                subject: digest.subject.clone(),
                text: digest.text.clone(),
                html: digest.html.clone(),
                message_id: format!("<zhibu.{}.{}@{domain}>", claimed.row.id, claimed.row.day),
                at: claimed.at,
            };
            smtp::send(&server, &app.outward, &letter).await
        }
        Message::Post(post) => {
            let robot = Robot::of(&claimed.channel, &secret);
            robot::post(&robot, &app.outward, claimed.at, post).await
        }
    }
}

/// What became of the try.
async fn record(
    app: &App,
    claimed: &Claimed,
    outcome: Result<String, Trouble>,
) -> Result<(), Error> {
    let row = &claimed.row;
    match outcome {
        Ok(_) => {
            app.store
                .housekeeping(|tx| async move {
                    rows::settle(&tx, row, State::Sent, "").await?;
                    rows::set_told(&tx, row.account, claimed.at).await?;
                    Ok(())
                })
                .await
        }
        Err(trouble) if trouble.severity == Severity::Passing && row.attempts < MOST_TRIES => {
            tracing::warn!(delivery = %row.id, attempts = row.attempts, "not delivered yet");
            let pause = pause_ms(row.attempts, trouble.wait_ms);
            app.store
                .housekeeping(|tx| async move {
                    let at = tx.now().plus_ms(pause);
                    Ok(rows::requeue(&tx, row, at, &trouble.words).await?)
                })
                .await
        }
        Err(trouble) => {
            let broken = (trouble.severity == Severity::Channel).then_some(claimed.channel.id);
            lay_aside(app, row, broken, &trouble.words).await
        }
    }
}

/// Laid aside for a person, with its reason; a channel that needs mending says so.
async fn lay_aside(
    app: &App,
    row: &DeliveryRow,
    broken: Option<Id>,
    why: &str,
) -> Result<(), Error> {
    tracing::warn!(delivery = %row.id, attempts = row.attempts, "not delivered");
    let outcome: Result<(), Fail<Infallible>> = app
        .store
        .write(&By::system(), |tx| async move {
            rows::settle(&tx, row, State::Failed, why).await?;
            if let Some(channel) = broken {
                rows::set_trouble(&tx, channel, why).await?;
            }
            let detail = json!({ "channel": row.channel, "attempts": row.attempts });
            let object = ("delivery", row.id);
            tx.audit("fail_delivery", object, &TreePath::default(), detail)
                .await?;
            Ok(())
        })
        .await;
    outcome.map_err(|fail| match fail {
        Fail::Store(error) => error,
        _ => Error::Schema("laying aside found nothing".to_owned()),
    })
}
