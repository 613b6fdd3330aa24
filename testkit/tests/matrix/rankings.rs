//! Rankings: at each organisation one of its own, sent, with its line and an objection to it.

use crate::samples::{Samples, canary, insert};
use crate::world::{Node, write};
use kernel::Id;
use ranking::entities::{
    Audience, Correction, Edition, ItemLine, Line, Named, Ranking, RecordName, Subject, line_of,
    rank,
};
use ranking::store as rows;
use rules::score::{Scoring, Standing};
use store::{Tx, params};
use testkit::TestApp;
use web::Right;

/// Plants them.
pub async fn plant(app: &TestApp, node: &Node, samples: &mut Samples) {
    let place = || vec![node.place.clone()];
    let word = canary("ranking", node);
    let (node_of, title) = (node.clone(), word.clone());
    let id = write(
        app,
        |tx| async move { Ok(sent(&tx, &node_of, &title).await?) },
    )
    .await;
    let sample = samples.add("/rankings/{id}", id, place());
    sample.canary = Some((word, Right::SeeRankings));
    let key = format!("{id}/editions/1");
    samples.add("/rankings/{id}/editions/{number}", key, place());
    let key = format!("{id}/lines/{}", node.id);
    let sample = samples.add("/rankings/{id}/lines/{organisation}", key, place());
    sample.canary = Some((canary("line", node), Right::SeeRankings));

    let word = canary("objection", node);
    let sql = "INSERT INTO objection (id, ranking, edition, organisation, words, at, by_name)
               VALUES ($1, $2, 1, $3, $4, $5, '某人')";
    let objection = insert(app, sql, |tx, own| {
        params![own, id, node.id, &word, tx.now()]
    });
    let key = format!("{id}/objections/{}", objection.await);
    let sample = samples.add("/rankings/{id}/objections/{objection}", key, place());
    sample.canary = Some((word, Right::SeeRankings));
}

async fn sent(tx: &Tx, node: &Node, title: &str) -> Result<Id, store::Error> {
    let day = |text: &str| text.parse().unwrap();
    let ranking = Ranking {
        id: tx.new_id(),
        issuer: node.id,
        path: node.place.path.clone(),
        title: title.to_owned(),
        period_from: day("2026-07-01"),
        period_to: day("2026-09-30"),
        sheets: "[]".to_owned(),
        audience: Audience::Meeting.code().to_owned(),
        objection_days: 5,
        prefix: String::new(),
        recipients: String::new(),
        signer: String::new(),
        edition: 0,
        objections_until: None,
        sent_at: None,
        sent_by: None,
        published_at: None,
        published_by: None,
        withdrawn_at: None,
        withdrawn_by: None,
        withdrawn_why: None,
        created_at: tx.now(),
        created_by_name: "某人".to_owned(),
        version: 1,
    };
    rows::insert_ranking(tx, &ranking).await?;
    let edition = Edition {
        ranking: ranking.id,
        number: 1,
        title: title.to_owned(),
        period: ranking.period(),
        recipients: String::new(),
        signer: String::new(),
        terms: Scoring::shipped().on(ranking.period_to),
        sheets: vec![],
        made_at: tx.now(),
        made_by: "某人".to_owned(),
        change: None,
        replaced_by: None,
        published: None,
        document: None,
        lines: vec![line(tx, node, &ranking)],
    };
    rows::insert_edition(tx, &edition).await?;
    let sql = "UPDATE ranking SET edition = 1, sent_at = $2, sent_by = '某人',
               objections_until = '2026-11-27' WHERE id = $1";
    tx.exec(sql, params![ranking.id, tx.now()]).await?;
    Ok(ranking.id)
}

fn line(tx: &Tx, node: &Node, ranking: &Ranking) -> Line {
    let word = canary("line", node);
    let subject = Subject {
        organisation: node.id,
        name: word.clone(),
        parent: String::new(),
        zone: node.place.zone.map(|key| Named {
            key,
            name: "片区".to_owned(),
        }),
        kind: Named {
            key: "branch".to_owned(),
            name: "党支部".to_owned(),
        },
        from: "2020-01-01".parse().unwrap(),
        to: None,
        into: vec![],
    };
    let item = ItemLine {
        requirement: tx.new_id(),
        sheet: tx.new_id(),
        sheet_label: "清教党〔2026〕5号".to_owned(),
        outline: "一、".to_owned(),
        title: word.clone(),
        substantive: true,
        weight: 1,
        due: "2026-08-31".parse().unwrap(),
        standing: Standing::Owed,
        put_right: false,
        factor: 0,
        submitted_on: None,
        judged: None,
        records: vec![RecordName {
            id: tx.new_id(),
            title: word.clone(),
            day: "2026-08-30".parse().unwrap(),
        }],
        reason: None,
        correction: Some(Correction {
            edition: 1,
            before: Standing::Late,
            why: word,
            by: "某人".to_owned(),
            at: tx.now(),
        }),
    };
    let terms = Scoring::shipped().on(ranking.period_to);
    let mut lines = [line_of(subject, vec![item], &terms, ranking.period())];
    rank(&mut lines, terms.tail);
    let [line] = lines;
    line
}
