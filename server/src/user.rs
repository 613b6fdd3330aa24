//! `zhibu user`: accounts from the command line, above all the first ones.

use crate::backup::schedule::before_upgrade;
use crate::command::Place;
use crate::config::Config;
use anyhow::{Context as _, Result, anyhow, bail};
use clap::{Args, Subcommand};
use identity::accounts::{NewAccount, create_account, grant_role};
use kernel::Id;
use std::path::PathBuf;
use std::process::ExitCode;
use store::{By, Fail, Store, params};
use web::Role;

/// What can be done to accounts.
#[derive(Subcommand, Clone)]
pub enum UserVerb {
    /// 新建账号并授予角色；密码随机生成，只显示一次，首次登录须更换
    Add(Add),
    /// 列出账号与角色
    List(Place),
    /// 关闭一个账号的两步验证：手机和备用码都丢了，又没有别的系统管理员时用
    ResetSecondFactor(ResetSecondFactor),
}

/// `user reset-second-factor`
#[derive(Args, Clone)]
pub struct ResetSecondFactor {
    #[command(flatten)]
    place: Place,
    /// 登录名
    #[arg(long)]
    username: String,
}

/// `user add`
#[derive(Args, Clone)]
pub struct Add {
    #[command(flatten)]
    place: Place,
    /// 登录名
    #[arg(long)]
    username: String,
    /// 姓名
    #[arg(long)]
    name: String,
    /// 角色代码，如 officer、secretary、system_admin
    #[arg(long)]
    role: String,
    /// 任职的组织或片区的全称；省略时为最上级组织
    #[arg(long)]
    at: Option<String>,
}

/// Does it.
pub async fn run(file: Option<PathBuf>, verb: UserVerb) -> Result<ExitCode> {
    match verb {
        UserVerb::Add(add) => {
            let config = Config::load(file.as_deref(), &add.place, None)?;
            let store = config.open().await?;
            before_upgrade(&config, &store).await?;
            store.migrate(&crate::migrations()).await?;
            let password = create(&store, &add).await?;
            store.close().await;
            println!(
                "已建立账号 {}，初始密码（只显示这一次）：{password}",
                add.username
            );
        }
        UserVerb::ResetSecondFactor(reset) => {
            let store = Config::load(file.as_deref(), &reset.place, None)?
                .open()
                .await?;
            store.migrate(&crate::migrations()).await?;
            reset_second_factor(&store, &reset.username).await?;
            store.close().await;
            println!("{} 的两步验证已重置，登录已全部退出。", reset.username);
        }
        UserVerb::List(place) => {
            let store = Config::load(file.as_deref(), &place, None)?.open().await?;
            let sql = "SELECT a.username, g.role, n.name FROM account a
                       LEFT JOIN role_grant g ON g.account = a.id LEFT JOIN node n ON n.id = g.node
                       ORDER BY a.username, g.id";
            for (username, role, place) in store
                .db()
                .all::<(String, Option<String>, Option<String>)>(sql, vec![])
                .await?
            {
                let role = role
                    .as_deref()
                    .and_then(Role::from_code)
                    .map_or("无角色", Role::chinese);
                println!("{username}\t{role}\t{}", place.unwrap_or_default());
            }
            store.close().await;
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn reset_second_factor(store: &Store, username: &str) -> Result<()> {
    let sql = "SELECT id FROM account WHERE username = $1";
    let found: Option<(Id,)> = store
        .db()
        .find(sql, params![username.trim().to_lowercase()])
        .await?;
    let (account,) = found.with_context(|| format!("没有用户名为 {username} 的账号"))?;
    let by = By::system();
    let reset = store.write(&by, |tx| async move {
        identity::reset_second_factor(&tx, account).await
    });
    match reset.await {
        Ok(()) => Ok(()),
        Err(Fail::Refused(refusal)) => bail!("{}", kernel::Refusal::words(&refusal)),
        Err(Fail::Store(error)) => Err(error.into()),
        Err(other) => bail!("{other:?}"),
    }
}

async fn create(store: &Store, add: &Add) -> Result<String> {
    let role = Role::from_code(&add.role)
        .with_context(|| format!("没有叫 {} 的角色；可用：{}", add.role, codes()))?;
    let node = place_of(store, add.at.as_deref()).await?;
    let password = identity::accounts::random_password(&store.context);
    let hashed = identity::accounts::hash_password(&store.context, &password).await?;
    let made = store
        .write(&By::system(), |tx| async move {
            let new = NewAccount {
                username: &add.username,
                name: &add.name,
                password: hashed,
                must_change: true,
                member: None,
            };
            let account = create_account(&tx, new).await.map_err(Fail::boxed)?;
            let today = tx.today();
            grant_role(&tx, account, role, node, today)
                .await
                .map_err(Fail::boxed)?;
            Ok(())
        })
        .await;
    match made {
        Ok(()) => Ok(password),
        Err(Fail::Refused(refusal)) => bail!("{}", kernel::Refusal::words(&*refusal)),
        Err(Fail::Store(error)) => Err(error.into()),
        Err(other) => bail!("{other:?}"),
    }
}

fn codes() -> String {
    Role::ALL
        .iter()
        .map(|r| r.code())
        .collect::<Vec<_>>()
        .join("、")
}

async fn place_of(store: &Store, name: Option<&str>) -> Result<Id> {
    let found: Option<(Id,)> = match name {
        Some(name) => {
            let sql = "SELECT id FROM node WHERE name = $1 AND category IN ('organisation', 'zone')
                       AND to_day IS NULL";
            store.db().find(sql, params![name]).await?
        }
        None => {
            let sql =
                "SELECT id FROM node WHERE category = 'organisation' ORDER BY path, id LIMIT 1";
            store.db().find(sql, vec![]).await?
        }
    };
    found.map(|(id,)| id).ok_or_else(|| match name {
        Some(name) => anyhow!("没有叫“{name}”的组织或片区"),
        None => anyhow!("还没有任何组织：请先导入组织，或用 zhibu demo 试用"),
    })
}
