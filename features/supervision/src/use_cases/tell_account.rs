//! 通知本人: what another feature has to tell one account, at once.

use crate::store::{NewNotice, add_notices};
use ::store::Error;
use futures_util::future::BoxFuture;
use kernel::Id;
use serde::Deserialize;
use web::App;

#[derive(Deserialize)]
struct Told {
    account: Id,
    words: String,
    link: String,
    dedupe: String,
}

/// Job `account_notice` {account, words, link, dedupe}: about the account itself, so no working
/// hours are waited for.
pub fn account_notice(
    app: App,
    payload: serde_json::Value,
) -> BoxFuture<'static, Result<(), Error>> {
    Box::pin(async move {
        let told: Told = serde_json::from_value(payload)?;
        app.store
            .housekeeping(|tx| async move {
                let notice = NewNotice {
                    account: told.account,
                    kind: "account",
                    words: told.words,
                    link: told.link,
                    dedupe: told.dedupe,
                    show_at: tx.now(),
                };
                add_notices(&tx, &[notice]).await?;
                Ok(())
            })
            .await
    })
}
