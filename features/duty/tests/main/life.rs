//! A duty's life, as the school and the office live it.

use crate::world::{actor, ask, duty, lecture, sum, write};
use duty::rebuild;
use duty::store::Key;
use duty::use_cases::{
    Draft, DutyRefusal, Excuse, Judgement, Submission, excuse_duties, find_draft, hand_on_duty,
    review_duties, save_draft, submit_duty, withdraw_submission,
};
use kernel::Id;
use rules::measure::Measure;
use store::{Fail, params};
use testkit::{County, on_both};
use web::Actor;

async fn submit(
    app: &testkit::TestApp,
    who: &Actor,
    key: Key,
    text: &str,
) -> Result<Id, Fail<DutyRefusal>> {
    let what = Submission {
        text: text.to_owned(),
        ..Submission::default()
    };
    write(app, &who.by(), |tx| async move {
        submit_duty(&tx, who, key, &what).await
    })
    .await
}

async fn judge(
    app: &testkit::TestApp,
    who: &Actor,
    key: Key,
    what: Judgement,
) -> Result<(), Fail<DutyRefusal>> {
    write(app, &who.by(), |tx| async move {
        review_duties(&tx, who, &[key], &what).await.map(|_| ())
    })
    .await
}

fn refused<T: std::fmt::Debug>(outcome: Result<T, Fail<DutyRefusal>>) -> DutyRefusal {
    match outcome {
        Err(Fail::Refused(refusal)) => refusal,
        other => panic!("{other:?}"),
    }
}

/// The secretary of the first school lectures on 18 November; the record and what it told.
async fn record_lecture(app: &testkit::TestApp, county: &County) -> (Id, web::RecordChange) {
    let store = app.app.store.clone();
    let (organisation, application) = (county.first, app.app.clone());
    store.housekeeping(|tx| async move {
        let id = tx.new_id();
        tx.exec(
            "INSERT INTO record (id, kind, subkind, organisation, path, day, title, content, speaker_name,
             speaker_is_secretary, attended, created_at, created_by_name)
             VALUES ($1, 'lecture', 'party_lecture', $2, '001002', '2026-11-18', '讲政策', '', '周明', TRUE, 20, $3, '周明')",
            params![id, organisation, tx.now()],
        ).await?;
        let change = web::RecordChange {
            record: id, kind: "lecture".to_owned(), organisation,
            path: kernel::TreePath::new("001002"), day: "2026-11-18".parse().unwrap(),
        };
        application.record_changed(&tx, &change).await?;
        Ok((id, change))
    }).await.unwrap()
}

on_both! {
    async fn a_submission_is_reviewed_returned_put_right_and_accepted(app: TestApp) {
        let county = County::build(&app).await;
        let requirement = ask(&app, &county, Measure::default()).await;
        let key = Key { requirement, organisation: county.first };
        let (secretary, officer) = (actor(&app, county.secretary).await, actor(&app, county.officer).await);
        assert_eq!(duty(&app, requirement, county.first).await.status, "not_started");
        assert_eq!(sum(&app, "001", "not_started").await, 2, "the joint branch does not count");

        submit(&app, &secretary, key, "已收集 41 条").await.unwrap();
        assert_eq!(duty(&app, requirement, county.first).await.status, "awaiting_review");
        assert_eq!(refused(submit(&app, &secretary, key, "再报").await), DutyRefusal::AlreadySubmitted);

        let returned = Judgement::Return { reason: "缺家长会一栏的条数".to_owned(), field: Some("text".to_owned()) };
        judge(&app, &officer, key, returned).await.unwrap();
        let row = duty(&app, requirement, county.first).await;
        assert_eq!((row.status.as_str(), row.returned_field.as_deref()), ("returned", Some("text")));

        app.pass_days(3);
        submit(&app, &secretary, key, "家长会 12 条").await.unwrap();
        judge(&app, &officer, key, Judgement::Accept).await.unwrap();
        let row = duty(&app, requirement, county.first).await;
        assert_eq!(row.status, "done");
        assert_eq!(row.submitted_on, Some("2026-11-20".parse().unwrap()), "put right in time keeps its first date");
        assert_eq!((sum(&app, "001", "done").await, sum(&app, "001", "not_started").await), (1, 1));
        assert!(refused(judge(&app, &officer, key, Judgement::Accept).await) == DutyRefusal::NothingToReview);
    }

    async fn a_withdrawn_submission_is_the_draft_again(app: TestApp) {
        let county = County::build(&app).await;
        let requirement = ask(&app, &county, Measure::default()).await;
        let key = Key { requirement, organisation: county.first };
        let secretary = actor(&app, county.secretary).await;
        submit(&app, &secretary, key, "已收集 41 条").await.unwrap();
        write(&app, &secretary.by(), |tx| { let who = secretary.clone(); async move { withdraw_submission(&tx, &who, key).await } }).await.unwrap();
        let draft = find_draft(app.app.store.db(), key).await.unwrap().unwrap();
        assert_eq!(draft.text, "已收集 41 条");
        assert_eq!(duty(&app, requirement, county.first).await.status, "under_way");
    }

    async fn nobody_works_on_or_reviews_what_is_not_theirs(app: TestApp) {
        let county = County::build(&app).await;
        let requirement = ask(&app, &county, Measure::default()).await;
        let key = Key { requirement, organisation: county.first };
        for stranger in [county.second_secretary, county.inspector, county.officer, county.leader] {
            let stranger = actor(&app, stranger).await;
            assert!(matches!(submit(&app, &stranger, key, "代报").await, Err(Fail::NotFound)));
        }
        let secretary = actor(&app, county.secretary).await;
        submit(&app, &secretary, key, "已完成").await.unwrap();
        for stranger in [county.secretary, county.superior, county.inspector] {
            let stranger = actor(&app, stranger).await;
            assert!(matches!(judge(&app, &stranger, key, Judgement::Accept).await, Err(Fail::NotFound)));
        }
    }

    async fn what_does_not_apply_is_asked_of_nobody(app: TestApp) {
        let county = County::build(&app).await;
        let requirement = ask(&app, &county, Measure::default()).await;
        let row = duty(&app, requirement, county.joint).await;
        assert_eq!(row.not_applicable.as_deref(), Some("没有小学"));
    }

    async fn a_lecture_answers_by_itself_and_its_removal_takes_it_back(app: TestApp) {
        let county = County::build(&app).await;
        let requirement = ask(&app, &county, lecture()).await;
        let store = app.app.store.clone();
        let record = record_lecture(&app, &county).await;
        let row = duty(&app, requirement, county.first).await;
        assert_eq!((row.status.as_str(), row.submitted_on), ("done", Some("2026-11-18".parse().unwrap())));
        assert_eq!(row.counted, format!("[\"{}\"]", record.0));
        let application = app.app.clone();
        store.housekeeping(|tx| async move {
            tx.exec("UPDATE record SET removed_at = 1 WHERE id = $1", params![record.0]).await?;
            Ok(application.record_changed(&tx, &record.1).await?)
        }).await.unwrap();
        assert_eq!(duty(&app, requirement, county.first).await.status, "not_started");
    }

    async fn the_turn_of_the_day_makes_overdue_and_an_extension_takes_it_away(app: TestApp) {
        let county = County::build(&app).await;
        let requirement = ask(&app, &county, Measure::default()).await;
        app.pass_days(11);
        duty::maintain::advance(&app.app.store).await.unwrap();
        assert!(duty(&app, requirement, county.first).await.overdue);
        assert_eq!(sum(&app, "001", "overdue").await, 2);
        let officer = actor(&app, county.officer).await;
        let key = Key { requirement, organisation: county.first };
        let early = Excuse::Extend { to: "2026-11-30".parse().unwrap(), reason: "开会".to_owned() };
        let later = Excuse::Extend { to: "2026-12-10".parse().unwrap(), reason: "校舍搬迁".to_owned() };
        for (what, expected) in [(early, Some(DutyRefusal::DayTooEarly)), (later, None)] {
            let who = officer.clone();
            let outcome = write(&app, &officer.by(), |tx| async move { excuse_duties(&tx, &who, &[key], &what).await }).await;
            match expected {
                Some(refusal) => assert_eq!(refused(outcome), refusal),
                None => assert_eq!(outcome.unwrap(), 1),
            }
        }
        let row = duty(&app, requirement, county.first).await;
        assert_eq!((row.overdue, row.due), (false, "2026-12-10".parse().unwrap()));
        assert_eq!(sum(&app, "001", "overdue").await, 1);
    }

    async fn a_duty_handed_on_can_be_worked_by_the_colleague_alone(app: TestApp) {
        let county = County::build(&app).await;
        let requirement = ask(&app, &county, Measure::default()).await;
        let key = Key { requirement, organisation: county.first };
        let secretary = actor(&app, county.secretary).await;
        let outsider = write(&app, &secretary.by(), |tx| { let who = secretary.clone(); async move {
            hand_on_duty(&tx, &who, key, county.second_secretary, "请办").await } }).await;
        assert_eq!(refused(outsider), DutyRefusal::NotAColleague);
        write(&app, &secretary.by(), |tx| { let who = secretary.clone(); async move {
            hand_on_duty(&tx, &who, key, county.committee_member, "请办").await } }).await.unwrap();
        let row = duty(&app, requirement, county.first).await;
        assert_eq!(row.handed_name.as_deref(), Some("祝委"));
    }

    async fn a_stale_draft_is_an_answer_and_nothing_is_lost(app: TestApp) {
        let county = County::build(&app).await;
        let requirement = ask(&app, &county, Measure::default()).await;
        let key = Key { requirement, organisation: county.first };
        let (first, other) = (actor(&app, county.secretary).await, actor(&app, county.committee_member).await);
        let save = |who: &Actor, text: &str, version: i64| {
            let (who, draft) = (who.clone(), Draft { text: text.to_owned(), version, ..Draft::default() });
            let store = app.app.store.clone();
            async move { store.housekeep(|tx| async move { save_draft(&tx, &who, key, &draft).await }).await }
        };
        assert_eq!(save(&first, "第一稿", 0).await.unwrap(), 1);
        assert_eq!(save(&first, "第二稿", 0).await.unwrap(), 2, "one's own open page goes on saving");
        assert!(matches!(save(&other, "旧页面", 1).await, Err(Fail::Stale)));
        assert_eq!(find_draft(app.app.store.db(), key).await.unwrap().unwrap().text, "第二稿");
        assert_eq!(duty(&app, requirement, county.first).await.status, "under_way");
    }

    async fn rebuilding_from_nothing_changes_nothing(app: TestApp) {
        let county = County::build(&app).await;
        let requirement = ask(&app, &county, Measure::default()).await;
        ask(&app, &county, lecture()).await;
        let key = Key { requirement, organisation: county.first };
        submit(&app, &actor(&app, county.secretary).await, key, "已完成").await.unwrap();
        let before = duty(&app, requirement, county.first).await;
        let sums = sum(&app, "001", "awaiting_review").await;
        let found = rebuild::rebuild(&app.app.store).await.unwrap();
        assert_eq!((found.duties, found.different.len(), found.sums), (6, 0, 0));
        let mut after = duty(&app, requirement, county.first).await;
        after.changed_at = before.changed_at;
        assert_eq!((after, sum(&app, "001", "awaiting_review").await), (before, sums));
    }

    async fn what_is_closed_stays_as_it_stood(app: TestApp) {
        let county = County::build(&app).await;
        let requirement = ask(&app, &county, lecture()).await;
        let end = |store: store::Store| async move {
            store.housekeeping(|tx| async move { Ok(duty::impose::close(&tx, "sheet", Id(1)).await?) }).await.unwrap();
        };
        end(app.app.store.clone()).await;
        app.pass_days(60);
        record_lecture(&app, &county).await;
        let row = duty(&app, requirement, county.first).await;
        assert_eq!((row.status.as_str(), row.overdue), ("not_started", false));
        assert_eq!(rebuild::rebuild(&app.app.store).await.unwrap().different, []);
    }

    async fn a_kept_row_that_lies_is_found(app: TestApp) {
        let county = County::build(&app).await;
        let requirement = ask(&app, &county, Measure::default()).await;
        app.app.store.housekeeping(|tx| async move {
            tx.exec("UPDATE duty SET status = 'done' WHERE requirement = $1", params![requirement]).await?;
            Ok(())
        }).await.unwrap();
        assert_eq!(rebuild::check(&app.app.store).await.unwrap().different.len(), 3);
    }

    async fn many_looks_at_once_count_each_duty_once(app: TestApp) {
        let county = County::build(&app).await;
        for _ in 0..3 {
            ask(&app, &county, lecture()).await;
        }
        app.pass_days(60);
        let store = &app.app.store;
        let looks = (0..8).map(|_| duty::maintain::advance(store));
        for look in futures_util::future::join_all(looks).await {
            look.unwrap();
        }
        let found = duty::rebuild::check(store).await.unwrap();
        assert!(found.different.is_empty() && found.sums == 0, "{found:?}");
    }
}
