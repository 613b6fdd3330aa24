//! `zhibu init`: the first organisation and the first accounts of a real installation, each with a
//! password of its own, shown once and to be changed.

use crate::command::InitOptions;
use crate::config::Config;
use anyhow::{Result, bail};
use identity::accounts::{Hashed, NewAccount, create_account, grant_role};
use kernel::Id;
use org::NewNode;
use org::use_cases::create_node;
use serde_json::json;
use std::path::PathBuf;
use std::process::ExitCode;
use store::{By, Fail, Store, Tx};
use web::Role;

/// The three administrators and the office: who is needed to set up all the others.
const FIRST: [(&str, Role); 4] = [
    ("system", Role::SystemAdmin),
    ("security", Role::SecurityAdmin),
    ("audit", Role::AuditAdmin),
    ("office", Role::Officer),
];

/// Makes them in an empty database; refuses where there is anything.
pub async fn run(file: Option<PathBuf>, options: InitOptions) -> Result<ExitCode> {
    let config = Config::load(file.as_deref(), &options.place, None)?;
    let store = config.open().await?;
    store.migrate(&crate::migrations()).await?;
    let sql = "SELECT (SELECT COUNT(*) FROM node) + (SELECT COUNT(*) FROM account)";
    let there: i64 = store.db().scalar(sql, vec![]).await?;
    if there > 0 {
        bail!("数据库里已有组织或账号，不能再初始化。新增账号用 zhibu user add");
    }
    known_kind(&store, &options.kind).await?;
    let passwords = first(&store, &options).await?;
    store.close().await;
    println!(
        "已建立“{}”和四个账号。密码只显示这一次，首次登录须更换：",
        options.organisation
    );
    for ((username, role), password) in FIRST.iter().zip(&passwords) {
        println!("  {:<10}{username:<10}{password}", role.chinese());
    }
    println!(
        "请把密码分别交给四个人，不要由一个人保管。下一步：启动服务，用 office 登录导入组织名册。"
    );
    Ok(ExitCode::SUCCESS)
}

async fn known_kind(store: &Store, kind: &str) -> Result<()> {
    let sql = "SELECT code, name FROM node_kind WHERE category = 'organisation' ORDER BY rank";
    let kinds: Vec<(String, String)> = store.db().all(sql, vec![]).await?;
    if kinds.iter().any(|(code, _)| code == kind) {
        return Ok(());
    }
    let known: Vec<String> = kinds
        .iter()
        .map(|(code, name)| format!("{code}（{name}）"))
        .collect();
    bail!("没有叫 {kind} 的组织类别；可用：{}", known.join("、"))
}

async fn first(store: &Store, options: &InitOptions) -> Result<Vec<String>> {
    let mut passwords = Vec::new();
    let mut hashed = Vec::new();
    for _ in FIRST {
        let password = identity::accounts::random_password(&store.context);
        hashed.push(identity::accounts::hash_password(&store.context, &password).await?);
        passwords.push(password);
    }
    let by = By::system();
    let made = store.write(&by, |tx| write(tx, options, hashed)).await;
    match made {
        Ok(()) => Ok(passwords),
        Err(Fail::Refused(refusal)) => bail!("{}", kernel::Refusal::words(&*refusal)),
        Err(Fail::Store(error)) => Err(error.into()),
        Err(other) => bail!("{other:?}"),
    }
}

type Refused = Fail<Box<dyn kernel::Refusal>>;

async fn write(tx: Tx, options: &InitOptions, hashed: Vec<Hashed>) -> Result<(), Refused> {
    let root = create_node(
        &tx,
        NewNode {
            category: "organisation",
            kind: &options.kind,
            name: options.organisation.trim(),
            short_name: options.organisation.trim(),
            parent: None,
            zone: None,
            from: tx.today(),
        },
    )
    .await?;
    let detail = json!({ "kind": &options.kind });
    tx.audit("create_organisation", ("node", root.id), &root.path, detail)
        .await?;
    for ((username, role), password) in FIRST.into_iter().zip(hashed) {
        account(&tx, root.id, username, role, password).await?;
    }
    Ok(())
}

async fn account(
    tx: &Tx,
    root: Id,
    username: &str,
    role: Role,
    password: Hashed,
) -> Result<(), Refused> {
    let new = NewAccount {
        username,
        name: role.chinese(),
        password,
        must_change: true,
        member: None,
    };
    let id = create_account(tx, new).await.map_err(Fail::boxed)?;
    grant_role(tx, id, role, root, tx.today())
        .await
        .map_err(Fail::boxed)?;
    Ok(())
}
