//! Composition root: configuration, the list of features, and the `zhibu` command line.

pub mod backup;
pub mod check;
pub mod child;
pub mod command;
pub mod config;
pub mod copy;
pub mod demo;
pub mod gate;
pub mod init;
pub mod log;
pub mod maintenance;
pub mod metrics;
pub mod read;
pub mod root;
pub mod serve;
pub mod settings;
pub mod tls;
pub mod trust;
pub mod user;
pub mod worker;

use futures_util::future::BoxFuture;
use kernel::document::Document;
use std::sync::Arc;
use store::{Migration, Store};
use web::app::{Parse, Pieces};
use web::{App, Feature};

/// Every feature, in the order their links stand.
pub fn features() -> Vec<Feature> {
    vec![
        identity::feature(),
        org::feature(),
        member::feature(),
        record::feature(),
        duty::feature(),
        task::feature(),
        supervision::feature(),
        ranking::feature(),
        delivery::feature(),
        web::api::feature(),
        trust::feature(),
        settings::feature(),
        web::design::feature(),
    ]
}

/// Every migration, the store's first.
pub fn migrations() -> Vec<Migration> {
    let own = features()
        .into_iter()
        .flat_map(|feature| feature.migrations);
    [store::migrate::STORE, store::migrate::UPKEEP]
        .into_iter()
        .chain(own)
        .collect()
}

/// What an installation is called and how it is reached.
#[derive(Clone, Debug, Default)]
pub struct Front {
    /// 单位名称
    pub county: String,
    /// Address the outside uses.
    pub public_url: String,
    /// Other machines it may speak to.
    pub outward: web::app::Outward,
}

/// The application over a store that has been migrated.
pub fn application(store: Store, front: &Front, parse: Arc<dyn Parse>) -> (App, Vec<Feature>) {
    let features = features();
    let mut nav: Vec<_> = features.iter().flat_map(|f| f.nav.clone()).collect();
    nav.sort_by_key(|link| link.order);
    let subscribers = features
        .iter()
        .flat_map(|f| f.subscribers.clone())
        .collect();
    let app = App {
        store,
        county: front.county.clone(),
        public_url: front.public_url.clone(),
        upload_limit: 64 * 1024 * 1024,
        nav: Arc::new(nav),
        subscribers: Arc::new(subscribers),
        identify: Arc::new(identity::Sessions),
        parse,
        outward: Arc::new(front.outward.clone()),
        registry: Arc::new(web::app::registry(&features)),
        endpoints: Arc::new(features.iter().flat_map(|f| f.api.clone()).collect()),
    };
    (app, features)
}

/// Pieces of a sheet that wait to be taken; more would only be memory.
pub(crate) const PIECES: usize = 4;

/// Reads office files in this process: for tests and the command line.
pub struct ParseHere;

impl Parse for ParseHere {
    fn document(
        &self,
        file_name: String,
        bytes: Vec<u8>,
    ) -> BoxFuture<'static, Result<Document, String>> {
        Box::pin(async move { parse_file(&file_name, &bytes) })
    }

    fn table(&self, file_name: String, bytes: Vec<u8>, most_rows: usize) -> Pieces {
        let (send, pieces) = tokio::sync::mpsc::channel(PIECES);
        tokio::task::spawn_blocking(move || {
            let mut sink = |piece| send.blocking_send(Ok(piece)).is_ok();
            let read = office::table::read_pieces(&bytes, &file_name, most_rows, &mut sink);
            if let Err(error) = read {
                // Nobody listens any more: nobody misses it.
                let _ = send.blocking_send(Err(error.to_string()));
            }
        });
        pieces
    }
}

/// The document in a file, by the kind its name and content agree on.
pub fn parse_file(file_name: &str, bytes: &[u8]) -> Result<Document, String> {
    let name = file_name.to_lowercase();
    let said = |error: office::OfficeError| error.to_string();
    if name.ends_with(".xlsx") {
        office::xlsx::read_document(bytes).map_err(said)
    } else if name.ends_with(".txt") || name.ends_with(".md") || name == "-" {
        let decoded = office::text::decode(bytes).map_err(said)?;
        Ok(Document::from_text(&decoded.text))
    } else {
        office::docx::read(bytes).map_err(said)
    }
}
