//! No status is ever written: what is kept may be thrown away, and the pages stay as they are.

use crate::world::{excuse, issue, judge, submit};
use duty::use_cases::{Excuse, Judgement};
use testkit::{Caller, County, on_both};

/// A page without the keys that are new each time.
async fn page(caller: &Caller, path: &str) -> String {
    let html = caller.get(path).await.page();
    let mut parts = html.split("name=\"_key\" value=\"");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| {
        text + part.split_once('"').map_or("", |(_, rest)| rest)
    })
}

on_both! {
    async fn deleting_every_kept_duty_and_rebuilding_gives_the_same_pages(app: TestApp) {
        let county = County::build(&app).await;
        let sheet = issue(&app, &county).await;
        submit(&app, county.secretary, sheet.survey(county.first)).await;
        submit(&app, county.secretary, sheet.lecture(county.first)).await;
        submit(&app, county.second_secretary, sheet.survey(county.second)).await;
        let back = Judgement::Return { reason: "缺条数".to_owned(), field: Some("text".to_owned()) };
        judge(&app, county.officer, sheet.survey(county.second), back).await;
        excuse(&app, county.officer, sheet.lecture(county.senior), Excuse::Exempt { reason: "撤并".to_owned() }).await;
        app.pass_days(4);
        duty::maintain::advance(&app.app.store).await.unwrap();
        let officer = County::call(&app, county.officer).await;
        let secretary = County::call(&app, county.second_secretary).await;
        let cell = format!("/progress/{}/{}", sheet.id, sheet.survey(county.second));
        let list = format!("/progress/{}/list", sheet.id);
        let remind = format!("/progress/{}/remind", sheet.id);
        let pages = [
            (&officer, "/progress"), (&officer, "/review"), (&officer, "/office"), (&officer, list.as_str()),
            (&officer, cell.as_str()), (&officer, remind.as_str()), (&secretary, "/duties"),
        ];
        let mut before = Vec::new();
        for (caller, path) in pages {
            before.push(page(caller, path).await);
        }
        let store = &app.app.store;
        store.housekeeping(|tx| async move {
            tx.exec("DELETE FROM duty", vec![]).await?;
            tx.exec("DELETE FROM duty_sum", vec![]).await?;
            Ok(())
        }).await.unwrap();
        assert!(officer.get("/review").await.words().contains("都审核完了"), "nothing is kept now");
        app.pass_ms(1);
        duty::rebuild::rebuild(store).await.unwrap();
        for ((caller, path), before) in pages.into_iter().zip(before) {
            assert!(page(caller, path).await == before, "{path} differs");
        }
    }
}
