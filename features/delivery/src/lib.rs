//! 送达: reminders leave the house by e-mail and by the robots of 企业微信 and 钉钉, one message a
//! day, in working hours, and only where somebody asked for it.

pub mod digest;
pub mod entities;
pub mod forms;
pub mod outside;
pub mod pages;
pub mod paths;
pub mod store;
pub mod use_cases;

use ::store::{Db, Error, Migration};
use entities::State;
use kernel::Day;
use web::Feature;

/// Its tables, ways in and links.
pub fn feature() -> Feature {
    Feature {
        name: "delivery",
        migrations: vec![Migration {
            number: 11,
            name: "delivery",
            sql: include_str!("../migrations/0011_delivery.sql"),
        }],
        routes: pages::routes(),
        nav: pages::nav(),
        jobs: vec![(
            supervision::store::CARRY,
            use_cases::plan_deliveries::plan_deliveries,
        )],
        slow_jobs: vec![
            (store::DELIVER, use_cases::deliver::deliver),
            (
                use_cases::prove_address::SEND_CODE,
                use_cases::prove_address::send_code,
            ),
        ],
        ..Feature::default()
    }
}

/// 消息通道的状况 in one line, for the command line.
pub async fn state_words(db: &Db, today: Day) -> Result<String, Error> {
    let channels = store::channels(db).await?;
    if channels.is_empty() {
        return Ok("没有设置，提醒只在系统内".to_owned());
    }
    let mut parts: Vec<String> = channels
        .iter()
        .map(|channel| format!("{}{}", channel.name, channel.state_words()))
        .collect();
    let counts = store::count_states(db, today).await?;
    for (code, n) in counts {
        if code == State::Failed.code() {
            parts.push(format!("未送达 {n} 件待处理"));
        }
    }
    Ok(parts.join("，"))
}
