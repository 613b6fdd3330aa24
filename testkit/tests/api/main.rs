//! The interface for programs: who comes in, what counts once, what is refused and in which words.
#![allow(clippy::unwrap_used)]

use axum::http::Method;
use serde_json::{Value, json};
use testkit::{County, Program, TestApp, on_both};
use web::Role;

async fn of_officer(app: &TestApp) -> (County, Program) {
    let county = County::build(app).await;
    let program = app
        .program_of(county.officer, &[Role::Officer], false)
        .await;
    (county, program)
}

fn member(branch: kernel::Id, name: &str) -> Value {
    json!({
        "name": name, "sex": "female", "birth": "1990-03-05", "stage": "full",
        "category": "in_post", "branch": branch.to_string(),
    })
}

on_both! {
    async fn a_token_opens_what_its_roles_reach_and_nothing_without_it(app: TestApp) {
        let (_, officer) = of_officer(&app).await;
        let me = officer.get("/api/v1/me").await.json();
        assert_eq!(me["name"], "何清（接口）");
        assert_eq!(me["roles"][0]["role_name"], "党建办");
        for path in ["/api/v1/me", "/api/v1/members", "/api/v1/organisations"] {
            let refused = app.program("zb_0000").get(path).await;
            assert_eq!(refused.status, 401);
            assert_eq!(refused.headers["www-authenticate"], "Bearer");
            assert_eq!(refused.headers["content-type"], "application/problem+json");
            assert_eq!(refused.json()["code"], "unauthorized");
        }
        // Nobody comes in by a cookie, and a token opens no page.
        let county_officer = County::call(&app, app_account(&app, "officer").await).await;
        assert_eq!(county_officer.get("/api/v1/me").await.status, 401);
        assert!(officer.get("/office").await.location.starts_with("/sign-in"));
    }

    async fn what_lies_elsewhere_is_not_there(app: TestApp) {
        let (county, officer) = of_officer(&app).await;
        let secretary = app
            .program_of(county.second_secretary, &[Role::Secretary], false)
            .await;
        let made = officer.post("/api/v1/members", &member(county.first, "林一")).await;
        assert_eq!(made.status, 201, "{}", made.text);
        let id = made.json()["id"].as_str().unwrap().to_owned();
        let elsewhere = secretary.get(&format!("/api/v1/members/{id}")).await;
        let nowhere = secretary.get("/api/v1/members/77").await;
        assert_eq!((elsewhere.status, &elsewhere.text), (nowhere.status, &nowhere.text));
        assert_eq!(elsewhere.status, 404);
        let listed = secretary.get("/api/v1/members").await.json();
        assert_eq!(listed["items"], json!([]));
        assert_eq!(secretary.get("/api/v1/accounts").await.status, 404);
    }

    async fn a_key_makes_a_request_count_once(app: TestApp) {
        let (county, officer) = of_officer(&app).await;
        let body = member(county.first, "林一");
        let first = officer.once("/api/v1/members", Some("k-1"), &body).await;
        let again = officer.once("/api/v1/members", Some("k-1"), &body).await;
        assert_eq!((first.status.as_u16(), again.status.as_u16()), (201, 201));
        assert_eq!(first.json(), again.json());
        let listed = officer.get("/api/v1/members").await.json();
        assert_eq!(listed["items"].as_array().unwrap().len(), 1);
        let other = officer.once("/api/v1/members", Some("k-1"), &member(county.first, "林二")).await;
        assert_eq!(other.status, 422);
        assert_eq!(other.json()["code"], "idempotency_key_reused");
    }

    async fn pages_follow_each_other_without_gap_or_repetition(app: TestApp) {
        let (county, officer) = of_officer(&app).await;
        for n in 0..7 {
            let branch = if n % 2 == 0 { county.first } else { county.second };
            let made = officer.post("/api/v1/members", &member(branch, &format!("林{n}"))).await;
            assert_eq!(made.status, 201, "{}", made.text);
        }
        let mut seen = Vec::new();
        let mut path = "/api/v1/members?limit=3".to_owned();
        loop {
            let page = officer.get(&path).await.json();
            for item in page["items"].as_array().unwrap() {
                seen.push(item["id"].as_str().unwrap().to_owned());
            }
            let Some(next) = page["next"].as_str() else { break };
            path = format!("/api/v1/members?limit=3&after={next}");
        }
        let mut once = seen.clone();
        once.sort();
        once.dedup();
        assert_eq!((seen.len(), once.len()), (7, 7));
    }

    async fn what_is_wrong_is_named_by_its_field(app: TestApp) {
        let (county, officer) = of_officer(&app).await;
        let bad = officer.post("/api/v1/members", &json!({
            "name": "", "stage": "full", "category": "in_post", "branch": county.first.to_string(),
            "id_number": "123",
        })).await;
        assert_eq!(bad.status, 422);
        let fields: Vec<_> = bad.json()["errors"].as_array().unwrap().iter()
            .map(|e| e["field"].as_str().unwrap().to_owned()).collect();
        assert_eq!(fields, ["id_number", "name", "sex"]);
        let unknown = officer.post("/api/v1/members", &json!({ "nickname": "小林" })).await;
        assert_eq!(unknown.status, 422);
        let cut = officer.send(Method::POST, "/api/v1/members", None, "application/json", b"{\"na".to_vec()).await;
        assert_eq!(cut.status, 400);
        let form = officer.send(Method::POST, "/api/v1/members", None, "text/plain", b"{}".to_vec()).await;
        assert_eq!(form.status, 415);
    }

    async fn a_stale_version_is_told(app: TestApp) {
        let (county, officer) = of_officer(&app).await;
        let made = officer.post("/api/v1/members", &member(county.first, "林一")).await.json();
        let path = format!("/api/v1/members/{}", made["id"].as_str().unwrap());
        let mut edit = member(county.first, "林一一");
        edit.as_object_mut().unwrap().remove("branch");
        edit["version"] = made["version"].clone();
        assert_eq!(officer.put(&path, &edit).await.status, 200);
        let late = officer.put(&path, &edit).await;
        assert_eq!((late.status.as_u16(), late.json()["code"].clone()), (409, json!("stale")));
        assert_eq!(officer.get(&path).await.json()["name"], "林一一");
    }

    async fn a_reading_token_changes_nothing_and_a_taken_back_one_opens_nothing(app: TestApp) {
        let county = County::build(&app).await;
        let reader = app.program_of(county.officer, &[Role::Officer], true).await;
        let refused = reader.post("/api/v1/members", &member(county.first, "林一")).await;
        assert_eq!((refused.status.as_u16(), refused.json()["code"].clone()), (403, json!("read_only")));
        let person = County::call(&app, county.officer).await;
        let page = person.get("/account/tokens").await.page();
        assert!(page.contains("测试程序") && page.contains("只读"));
        let id = page.split("/account/tokens/").nth(1).unwrap().split('/').next().unwrap();
        person.post(&format!("/account/tokens/{id}/revoke"), &[]).await.led_to();
        assert_eq!(reader.get("/api/v1/me").await.status, 401);
    }

    async fn a_token_is_shown_once_and_kept_nowhere(app: TestApp) {
        let county = County::build(&app).await;
        let person = County::call(&app, county.officer).await;
        let fields = [("name", "门户"), ("roles", "officer"), ("expires_on", "2027-01-31"), ("_key", "t1")];
        let page = person.post("/account/tokens", &fields).await.page();
        let token = page.split("<code class=\"wrap-any\">").nth(1).unwrap().split('<').next().unwrap();
        assert_eq!(app.program(token).get("/api/v1/me").await.status, 200);
        let again = person.post("/account/tokens", &fields).await;
        assert!(!again.text.contains(token) && again.led_to().starts_with("/account/tokens"));
        let rows: Vec<String> = app.app.store.db()
            .column("SELECT answer FROM receipt", vec![]).await.unwrap();
        assert!(rows.iter().all(|row| !row.contains(token)));
        let beyond = [("name", "门户"), ("roles", "leader"), ("expires_on", "2027-01-31")];
        assert_eq!(person.post("/account/tokens", &beyond).await.status, 422);
    }

    async fn a_role_given_up_no_longer_reaches(app: TestApp) {
        let (county, officer) = of_officer(&app).await;
        assert_eq!(officer.get("/api/v1/members").await.status, 200);
        app.app.store.housekeeping(|tx| async move {
            tx.exec("UPDATE role_grant SET to_day = '2026-11-19' WHERE account = $1", store::params![county.officer]).await?;
            Ok(())
        }).await.unwrap();
        assert_eq!(officer.get("/api/v1/members").await.status, 404);
    }

    async fn the_document_describes_every_endpoint(app: TestApp) {
        let document = app.stranger().get("/api/v1/openapi.json").await.json();
        let mut described = 0;
        for endpoint in app.app.endpoints.iter() {
            let method = endpoint.route.method.as_str().to_lowercase();
            let operation = &document["paths"][endpoint.route.path][&method];
            assert!(operation["summary"].is_string(), "{method} {}", endpoint.route.path);
            assert!(operation["responses"].as_object().unwrap().keys().any(|s| s.starts_with('2')));
            described += 1;
        }
        assert!(described >= 40, "{described}");
        let county = County::build(&app).await;
        let page = County::call(&app, county.secretary).await.get("/api").await;
        assert!(page.words().contains("管辖范围内的党员"), "{}", page.words());
    }
}

async fn app_account(app: &TestApp, username: &str) -> kernel::Id {
    app.app
        .store
        .db()
        .scalar(
            "SELECT id FROM account WHERE username = $1",
            store::params![username],
        )
        .await
        .unwrap()
}
