//! 权限表: printed as sentences, and as a workbook for an auditor.

use crate::paths;
use crate::rights_table::{granted, reach_words, sentence};
use crate::sheets;
use crate::store::{self as rows, ListGrants};
use askama::Template;
use axum::extract::State;
use kernel::Id;
use org::Lineage;
use web::sheet;
use web::{Actor, App, Frame, Result, Role, reply};

#[derive(Template)]
#[template(path = "rights.html")]
struct RightsPage {
    frame: Frame,
    sentences: Vec<(&'static str, String)>,
    rights: Vec<(&'static str, Vec<(&'static str, &'static str)>)>,
}

/// `GET /roles/rights`
pub async fn show(State(app): State<App>, actor: Actor) -> Result {
    let rights = granted().map(|right| {
        let held = Role::ALL.iter().filter(|role| right.is_held_by(**role));
        (
            right.chinese(),
            held.map(|role| (role.chinese(), reach_words(right, *role)))
                .collect(),
        )
    });
    reply::page(&RightsPage {
        frame: Frame::new(&app, &actor, paths::ROLES, "权限表").await?,
        sentences: Role::ALL
            .iter()
            .map(|role| (role.chinese(), sentence(*role)))
            .collect(),
        rights: rights.collect(),
    })
}

/// `GET /roles/rights.xlsx`, and `GET /audit/rights.xlsx` for the auditor: who may do what, which
/// right each way in asks for, and who holds what today.
pub async fn workbook(State(app): State<App>, _actor: Actor) -> Result {
    let whole = web::Reach {
        subtrees: rows::roots(app.store.db()).await?,
        ..web::Reach::default()
    };
    let above = Lineage::load(app.store.db(), &whole).await?;
    let today = app.store.today();
    let mut grants = sheets::grants(sheet::title(&app, "今日在任的角色"), &above);
    let mut after = (String::new(), Id(0));
    loop {
        let asked = ListGrants {
            words: "",
            role: None,
            with_ended: false,
            after: (&after.0, after.1),
            limit: sheet::CHUNK as i64,
        };
        let lines = rows::grants(app.store.db(), &asked, today).await?;
        let Some(last) = lines.last() else { break };
        after = (last.path.to_string(), last.id);
        let held = lines.iter().filter(|line| line.from_day <= today);
        grants
            .rows
            .extend(held.map(|line| sheets::grant(line, &above)));
    }
    let book = vec![sheets::rights(), sheets::routes(&app.registry), grants];
    sheet::file(&app, &app.county, "权限表", book)
}
