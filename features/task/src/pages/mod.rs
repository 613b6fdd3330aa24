//! One file a screen.

pub mod check;
pub mod draft;
pub mod issued;
pub mod item;
pub mod list;
pub mod new;
pub mod paper;
pub mod who;

use crate::entities::item::Item;
use crate::entities::sheet::Sheet;
use crate::store;
use axum::extract::{FromRequestParts, Path, Query};
use axum::http::request::Parts;
use kernel::Id;
use serde::Deserialize;
use web::{Actor, App, Failure, Right};

/// The ids of an address; what is no id leads nowhere, like an id that is nobody's.
#[derive(Clone, Copy, Debug)]
pub struct Key(pub Id);

/// A sheet and one of its items (or annexes).
#[derive(Clone, Copy, Debug)]
pub struct Pair(pub Id, pub Id);

impl FromRequestParts<App> for Key {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Key, Failure> {
        let Path(text) = Path::<String>::from_request_parts(parts, app)
            .await
            .map_err(|_| Failure::NotFound)?;
        text.parse().map(Key).map_err(|_| Failure::NotFound)
    }
}

impl FromRequestParts<App> for Pair {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Pair, Failure> {
        let Path((a, b)) = Path::<(String, String)>::from_request_parts(parts, app)
            .await
            .map_err(|_| Failure::NotFound)?;
        match (a.parse(), b.parse()) {
            (Ok(a), Ok(b)) => Ok(Pair(a, b)),
            _ => Err(Failure::NotFound),
        }
    }
}

/// The sentence after a deed, from the address.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Said {
    #[serde(default)]
    pub said: Option<String>,
}

/// The address's query; one that is malformed asks for nothing.
pub struct Asked<T>(pub T);

impl<T> FromRequestParts<App> for Asked<T>
where
    T: serde::de::DeserializeOwned + Default + Send,
{
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Asked<T>, Failure> {
        let query = Query::<T>::from_request_parts(parts, app).await;
        Ok(Asked(query.map(|Query(query)| query).unwrap_or_default()))
    }
}

/// A draft that the person may work on, with its items.
pub(crate) async fn draft_of(app: &App, actor: &Actor, id: Id) -> web::Result<(Sheet, Vec<Item>)> {
    let db = app.store.db();
    let sheet = store::find_sheet(db, id).await?.ok_or(Failure::NotFound)?;
    if !actor.can(Right::IssueSheets, &sheet.place()) {
        return Err(Failure::NotFound);
    }
    let items = store::items(db, id).await?;
    Ok((sheet, items))
}

/// A sheet that the person may see: a draft where they may issue, an issued one where it concerns
/// them.
pub(crate) async fn seen(app: &App, actor: &Actor, id: Id) -> web::Result<Sheet> {
    let db = app.store.db();
    if !store::may_see(db, actor, id).await? {
        return Err(Failure::NotFound);
    }
    store::find_sheet(db, id).await?.ok_or(Failure::NotFound)
}
