//! `/settings/backup`: what was backed up when, and one now.

use crate::backup::runs::{self, PAGE, Run};
use crate::backup::schedule;
use crate::config::Config;
use askama::Template;
use axum::Extension;
use axum::extract::{Query, State};
use kernel::{Id, Refusal, TreePath};
use serde::Deserialize;
use serde_json::json;
use std::borrow::Cow;
use std::sync::Arc;
use store::Fail;
use web::{Actor, App, Form, Frame, Result, reply};

/// Backups shown.
const SHOWN: i64 = 60;
/// Days after which the last good backup is too old.
const TOO_OLD_MS: i64 = 2 * 86_400_000;

/// 备份计划: what the configuration says, in words; `serve` hands it to the page.
#[derive(Clone, Debug)]
pub struct Plan {
    /// When, where to and what stays.
    pub words: String,
    /// Whether they are encrypted.
    pub encrypted: bool,
    /// Whether there is a schedule at all.
    pub scheduled: bool,
}

impl Plan {
    /// Of that configuration.
    pub fn of(config: &Config) -> Plan {
        let wanted = schedule::wanted(config, runs::Kind::Auto);
        let to = std::path::absolute(&wanted.to).unwrap_or(wanted.to);
        let words = match &config.backup {
            Some(plan) => format!(
                "每天 {} 自动备份到 {}，保留最近 {} 天、{} 周、{} 个月的各一份。",
                plan.at,
                to.display(),
                plan.keep_days,
                plan.keep_weeks,
                plan.keep_months
            ),
            None => format!(
                "没有设置定时备份，只有手动备份，放在 {}。请在配置文件里加上 [backup]。",
                to.display()
            ),
        };
        Plan {
            words,
            encrypted: !wanted.recipients.is_empty(),
            scheduled: config.backup.is_some(),
        }
    }
}

/// The flash after a redirect.
#[derive(Deserialize, Default)]
pub struct Said {
    said: Option<String>,
}

struct Line {
    at: String,
    kind: &'static str,
    by: String,
    state: &'static str,
    tag: &'static str,
    name: String,
    holds: String,
    why: String,
}

fn line(run: &Run) -> Line {
    let (state, tag) = match run.state.as_str() {
        "asked" => ("等待", ""),
        "running" => ("进行中", "t-doing"),
        "done" if run.removed_at.is_some() => ("已过保留期", "t-free"),
        "done" if run.missing.unwrap_or(0) > 0 => ("完成，文件不全", "t-warn"),
        "done" => ("完成", "t-done"),
        _ => ("没有成功", "t-back"),
    };
    let kind = match run.kind.as_str() {
        "auto" => "定时",
        "before_upgrade" => "升级前",
        _ => "手动",
    };
    let holds = match (run.row_count, run.file_count, run.bytes) {
        (Some(rows), Some(files), Some(bytes)) => {
            format!("{rows} 行，{files} 份文件，{}", size(bytes))
        }
        _ => String::new(),
    };
    let missing = run.missing.filter(|n| *n > 0);
    Line {
        at: run.ended_at.unwrap_or(run.asked_at).chinese_full(),
        kind,
        by: run.asked_by.clone(),
        state,
        tag,
        name: run.name.clone().unwrap_or_default(),
        holds,
        why: match missing {
            Some(n) => format!("有 {n} 份文件缺失或损坏"),
            None => run.why.clone().unwrap_or_default(),
        },
    }
}

fn size(bytes: i64) -> String {
    match bytes {
        ..1_048_576 => format!("{} KB", (bytes + 1023) / 1024),
        1_048_576..1_073_741_824 => format!("{} MB", (bytes + 524_288) / 1_048_576),
        _ => format!("{} GB", (bytes + 536_870_912) / 1_073_741_824),
    }
}

#[derive(Template)]
#[template(path = "backups.html")]
struct BackupPage {
    frame: Frame,
    plan: String,
    encrypted: bool,
    key: String,
    lines: Vec<Line>,
    busy: bool,
    /// Why somebody should worry.
    alarm: Option<String>,
}

/// `GET /settings/backup`
pub async fn show(
    State(app): State<App>,
    actor: Actor,
    plan: Option<Extension<Arc<Plan>>>,
    Query(query): Query<Said>,
) -> Result {
    let db = app.store.db();
    let runs = runs::list(db, SHOWN).await?;
    let latest = runs::latest_good(db).await?;
    let alarm = match latest {
        None => Some("还没有一份成功的备份。".to_owned()),
        Some(at) if app.store.now().0 - at.0 > TOO_OLD_MS => Some(format!(
            "上一次成功的备份在 {}，已超过两天。",
            at.chinese_full()
        )),
        Some(_) => None,
    };
    let plan = plan.map(|Extension(plan)| plan);
    reply::page(&BackupPage {
        frame: Frame::new(&app, &actor, PAGE, "备份")
            .await?
            .saying(query.said),
        plan: plan.as_ref().map_or(String::new(), |p| p.words.clone()),
        encrypted: plan.as_ref().is_some_and(|p| p.encrypted),
        key: app.store.keys.id().to_owned(),
        busy: runs::is_busy(db).await?,
        lines: runs.iter().map(line).collect(),
        alarm,
    })
}

/// Why no backup is begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BackupRefused {
    /// One waits or is under way.
    AlreadyUnderWay,
}

impl Refusal for BackupRefused {
    fn code(&self) -> &'static str {
        match self {
            BackupRefused::AlreadyUnderWay => "backup_under_way",
        }
    }
    fn words(&self) -> Cow<'static, str> {
        match self {
            BackupRefused::AlreadyUnderWay => "已经有一份备份在进行，请等它完成后再试。".into(),
        }
    }
}

/// `POST /settings/backup`: asks for one; a serving process begins it within seconds.
pub async fn ask(State(app): State<App>, actor: Actor, form: Form) -> Result {
    let name = actor.by().name;
    let receipt = app
        .store
        .write_once(&actor.by(), &form.once(&actor), |tx| async move {
            if runs::is_busy(&tx).await? {
                return Err(Fail::Refused(BackupRefused::AlreadyUnderWay));
            }
            runs::ask(&tx, &name).await?;
            let place = TreePath::default();
            tx.audit("ask_backup", ("backup", Id(0)), &place, json!({}))
                .await?;
            Ok(reply::with_flash(
                PAGE,
                "已开始备份，完成后列在下面；可以离开此页。",
            ))
        })
        .await?;
    reply::see_other(receipt)
}
