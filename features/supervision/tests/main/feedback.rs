//! “这件事是负担？”, and its answer.

use crate::world::{issue, notices};
use axum::body::Body;
use axum::http::{Request, header};
use testkit::{County, on_both};

/// Where the first message of the office's list is answered.
fn answer(all: &str) -> String {
    let action = all.split("action=\"/feedback/").nth(2).unwrap();
    format!("/feedback/{}", action.split('"').next().unwrap())
}

on_both! {
    async fn the_office_sees_which_duty_it_is_about_and_the_leader_answers_nothing(app: TestApp) {
        let county = County::build(&app).await;
        let sheet = issue(&app, &county).await;
        let key = sheet.survey(county.first);
        let secretary = County::call(&app, county.secretary).await;
        let item = secretary.get(&format!("/duties/{key}")).await.page();
        let way = format!("/feedback?duty={key}");
        assert!(item.contains(&way));
        let form = secretary.get(&way).await;
        assert!(form.words().contains("关于： 清教党〔2026〕9号 1.“意见征集”"), "{}", form.words());
        let said = [("duty", key.to_string()), ("kind", "repeated".to_owned()), ("words", "上月报过".to_owned())];
        let said: Vec<(&str, &str)> = said.iter().map(|(k, v)| (*k, v.as_str())).collect();
        secretary.post("/feedback", &said).await.led_to();
        // Somebody else's duty is not spoken about.
        let foreign = sheet.survey(county.second).to_string();
        secretary.post("/feedback", &[("duty", &foreign), ("words", "别的学校")]).await.led_to();
        let leader = County::call(&app, county.leader).await;
        let all = leader.get("/feedback/all?kind=repeated").await;
        let page = all.page();
        assert!(page.contains(&format!("<a href=\"/progress/{}/{key}\">清教党〔2026〕9号 1.“意见征集”</a>", sheet.id)), "{page}");
        assert!(!page.contains("/answer") && !page.contains("别的学校"));
        let all = leader.get("/feedback/all").await.page();
        assert!(!all.contains(&foreign));
        app.pass_days(7);
        let officer = County::call(&app, county.officer).await;
        let leader = County::call(&app, county.leader).await;
        let secretary = County::call(&app, county.secretary).await;
        let page = officer.get("/feedback/all?state=open").await;
        assert!(page.words().contains("已 5 个工作日"), "{}", page.words());
        let action = answer(&page.text);
        let seen = action.replace("/answer", "/seen");
        assert_eq!(leader.post(&seen, &[]).await.status, 404);
        officer.post(&seen, &[]).await.led_to();
        let own = secretary.get("/feedback").await.words();
        assert!(own.contains("已看，等答复") && own.contains("已看 11月27日 09:00 · 何清"), "{own}");
        let given = [("words", "不改"), ("outcome", "explained")];
        assert_eq!(leader.post(&action, &given).await.status, 404);
        officer.post(&action, &given).await.led_to();
        let open = officer.get("/feedback/all?state=open").await.words();
        assert!(open.contains("1 条等答复") && !open.contains("别的学校"), "{open}");
        let answered = officer.get("/feedback/all?state=answered").await.words();
        assert!(answered.contains("说明") && answered.contains("用时 5 个工作日"), "{answered}");
        let sign_in = app.stranger().get("/sign-in").await.words();
        assert!(sign_in.contains("登录不了、有意见，请找清禾县教育系统系统管理员或党建办"), "{sign_in}");
    }

    async fn what_a_school_says_is_answered_and_the_answer_arrives(app: TestApp) {
        let county = County::build(&app).await;
        let secretary = County::call(&app, county.secretary).await;
        let said = [("page", "/duties/3-4?tab=x"), ("words", "同一张表一个月报三次")];
        let led = secretary.post("/feedback", &said).await.led_to();
        let own = secretary.get(&led).await.words();
        assert!(own.contains("已收到") && own.contains("同一张表一个月报三次") && own.contains("等答复"), "{own}");
        let officer = County::call(&app, county.officer).await;
        let all = officer.get("/feedback/all").await.page();
        assert!(all.contains("第一小学党支部 · 周明") && all.contains("关于：一件事项<"));
        let action = answer(&all);
        assert_eq!(officer.post(&action, &[]).await.status, 422);
        let words = officer.post(&action, &[("words", "以后只报一次")]).await;
        assert!(words.status == 422 && words.words().contains("请选一项") && words.text.contains("以后只报一次"));
        let given = [("words", "以后只报一次"), ("outcome", "adopted")];
        officer.post(&action, &given).await.led_to();
        assert_eq!(officer.post(&action, &given).await.status, 409);
        assert_eq!(notices(&app, county.secretary).await, ["您反映的情况有了答复"]);
        let own = secretary.get("/feedback").await.words();
        assert!(own.contains("已答复：采纳") && own.contains("以后只报一次"), "{own}");
        let other = County::call(&app, county.second_secretary).await;
        assert!(!other.get("/feedback").await.words().contains("一个月报三次"));
        assert_eq!(other.post(&action, &[("words", "代答")]).await.status, 404);
    }

    async fn nothing_and_too_much_are_refused_and_the_words_are_kept(app: TestApp) {
        let county = County::build(&app).await;
        let member = County::call(&app, county.committee_member).await;
        assert_eq!(member.post("/feedback", &[]).await.status, 422);
        let long = "负".repeat(501);
        let answer = member.post("/feedback", &[("words", &long)]).await;
        assert_eq!(answer.status, 422);
        assert!(answer.words().contains("写了 501 字，最多 500 字") && answer.text.contains(&long));
        let hostile = [("words", "<script>alert(1)</script>"), ("page", "javascript:alert(1)")];
        member.post("/feedback", &hostile).await.led_to();
        let page = member.get("/feedback").await.page();
        assert!(!page.contains("<script>alert") && !page.contains("javascript:"));
    }

    async fn the_page_one_came_from_is_filled_in(app: TestApp) {
        let county = County::build(&app).await;
        let account = county.secretary;
        let minted = app.app.store.housekeeping(|tx| async move { Ok(identity::mint_session(&tx, account).await?) }).await.unwrap();
        let request = Request::builder()
            .uri("/feedback")
            .header(header::HOST, "127.0.0.1")
            .header(header::COOKIE, format!("zhibu={}", minted.token))
            .header(header::REFERER, "http://127.0.0.1/duties/5-6?said=x");
        let page = app.stranger().ask(request.body(Body::empty()).unwrap()).await.page();
        assert!(page.contains("name=\"page\" value=\"/duties/5-6\""));
    }
}
