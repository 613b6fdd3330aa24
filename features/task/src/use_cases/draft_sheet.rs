//! Drafting a sheet from a document.

use crate::entities::sheet::Sheet;
use crate::paths;
use crate::store;
use crate::use_cases::intake::{self, Known, clip, json};
use ::store::{Error, Fail, OnceKey, Tx, params};
use kernel::document::Document;
use kernel::{Id, Refusal};
use reading::Reading;
use record::files::Taken;
use std::borrow::Cow;
use web::{Actor, App, Place, Right};

/// Where the bytes of the original are.
#[derive(Clone, Debug)]
pub enum Original {
    /// They came with the form.
    Taken(Taken),
    /// They are a file already.
    Held {
        file: Id,
        name: String,
        digest: String,
    },
}

impl Original {
    /// Its name.
    pub fn name(&self) -> &str {
        match self {
            Original::Taken(taken) => &taken.name,
            Original::Held { name, .. } => name,
        }
    }

    /// Digest of its bytes.
    pub fn digest(&self) -> &str {
        match self {
            Original::Taken(taken) => &taken.digest,
            Original::Held { digest, .. } => digest,
        }
    }
}

/// 起草: what a draft is made of.
#[derive(Clone, Debug)]
pub struct NewDraft {
    /// Who issues it.
    pub issuer: Id,
    /// The file.
    pub original: Original,
    /// What is in it.
    pub document: Document,
    /// What was understood.
    pub reading: Reading,
}

/// Why no draft was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DraftRefusal {
    /// There is nothing to read.
    NoText,
}

impl Refusal for DraftRefusal {
    fn code(&self) -> &'static str {
        match self {
            DraftRefusal::NoText => "no_text",
        }
    }

    fn words(&self) -> Cow<'static, str> {
        match self {
            DraftRefusal::NoText => {
                "文件里没有文字（可能是扫描件或图片）。请上传能选中文字的 docx，或粘贴正文。".into()
            }
        }
    }

    fn field(&self) -> Option<&'static str> {
        Some("file")
    }
}

/// Keeps the draft; the address of its page.
pub async fn draft_sheet(
    app: &App,
    actor: &Actor,
    once: &OnceKey,
    new: NewDraft,
) -> Result<String, Fail<DraftRefusal>> {
    let store = app.store.clone();
    let actor = actor.clone();
    store
        .write_once(&actor.by(), once, |tx| {
            let actor = actor.clone();
            async move { Ok(paths::draft(keep(&tx, &actor, new).await?)) }
        })
        .await
}

async fn keep(tx: &Tx, actor: &Actor, new: NewDraft) -> Result<Id, Fail<DraftRefusal>> {
    let issuer = org::store::find_node(tx, new.issuer)
        .await?
        .ok_or(Fail::NotFound)?;
    let place = Place::new(&issuer.path, None);
    if issuer.category != "organisation" || !actor.can(Right::IssueSheets, &place) {
        return Err(Fail::NotFound);
    }
    if new.document.extracted_text().trim().is_empty() {
        return Err(Fail::Refused(DraftRefusal::NoText));
    }
    let name = new.original.name().to_owned();
    let digest = new.original.digest().to_owned();
    let file = match &new.original {
        Original::Taken(taken) => record::files::save_taken(tx, taken, tx.by().account).await?,
        Original::Held { file, .. } => *file,
    };
    let stem = name
        .rsplit_once('.')
        .map_or(name.as_str(), |(stem, _)| stem);
    let head = intake::head(&new.reading, &new.document, stem, tx.today());
    let last = store::last_prefix(tx, issuer.id).await?;
    let cited = head.number.clone();
    let prefix = last
        .or(cited.as_ref().map(|n| n.prefix.clone()))
        .unwrap_or_default();
    let sheet = Sheet {
        id: tx.new_id(),
        issuer: issuer.id,
        path: issuer.path.clone(),
        title: clip(&head.title, 200),
        issuer_words: if head.issuer_words.is_empty() {
            issuer.name.clone()
        } else {
            head.issuer_words
        },
        recipients: clip(&head.recipients, 200),
        preface: clip(&head.preface, 4000),
        period_from: head.period.from,
        period_to: head.period.to,
        doc_date: head.doc_date,
        prefix,
        year: None,
        number: None,
        cited_number: cited.map(|n| n.to_string()).unwrap_or_default(),
        original: Some(file),
        original_name: name,
        document: json(&new.document),
        warnings: json(&new.reading.warnings),
        created_at: tx.now(),
        created_by_name: tx.by().name.clone(),
        issued_at: None,
        issued_by: None,
        closed_at: None,
        closed_why: None,
        voided: false,
        saved_key: String::new(),
        version: 1,
        changes: 1,
    };
    store::insert_sheet(tx, &sheet, &digest).await?;
    record::files::attach(tx, file, "sheet", sheet.id, 0, issuer.id, &place).await?;
    let known = known(tx).await?;
    let items = intake::items(
        &new.reading,
        sheet.id,
        issuer.id,
        &known,
        tx.today(),
        || tx.new_id(),
    );
    store::insert_items(tx, &items).await?;
    for annex in intake::annexes(&new.document) {
        store::put_annex(tx, sheet.id, &annex).await?;
    }
    let detail = serde_json::json!({ "items": items.len() });
    tx.audit("draft_sheet", ("sheet", sheet.id), &sheet.path, detail)
        .await?;
    Ok(sheet.id)
}

/// What documents may name.
async fn known(tx: &Tx) -> Result<Known, Error> {
    let mut known = Known::default();
    let organisations: Vec<(String, Id)> = tx
        .all(
            "SELECT path, id FROM node WHERE category = 'organisation' AND to_day IS NULL",
            vec![],
        )
        .await?;
    let by_path: std::collections::HashMap<String, Id> = organisations.into_iter().collect();
    let named: Vec<(String, String, String)> = tx
        .all(
            "SELECT name, short_name, path FROM node
             WHERE category IN ('organisation', 'unit') AND to_day IS NULL ORDER BY path, id",
            params![],
        )
        .await?;
    for (name, short, path) in named {
        let Some(id) = by_path.get(&path) else {
            continue;
        };
        for name in [name.as_str(), short.as_str(), school_name(&name)] {
            if name.chars().count() >= 3 {
                known.organisations.entry(name.to_owned()).or_insert(*id);
            }
        }
    }
    known.zones = org::store::zones(tx)
        .await?
        .into_iter()
        .map(|z| (z.name, z.id))
        .collect();
    known.tags = org::store::tag_kinds(tx)
        .await?
        .into_iter()
        .map(|t| t.code)
        .collect();
    known.kinds = org::store::kind_names(tx).await?.into_keys().collect();
    Ok(known)
}

/// `第一小学党支部` is known as `第一小学`.
fn school_name(organisation: &str) -> &str {
    ["联合党支部", "党总支部", "党总支", "党支部", "党委"]
        .iter()
        .find_map(|end| organisation.strip_suffix(end))
        .unwrap_or(organisation)
}
