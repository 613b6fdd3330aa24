//! 修改纪实

use super::keep_record::{audit, fill, settle};
use super::{NewRecord, RecordRefusal};
use crate::store::{self, Record};
use ::store::{Fail, Tx};
use kernel::Id;
use web::App;

/// Changes a record that is still the version that was read. Its organisation stays.
///
/// # Errors
/// [`RecordRefusal`]; stale when somebody was quicker.
pub async fn change_record(
    app: &App,
    tx: &Tx,
    id: Id,
    version: i64,
    new: NewRecord,
) -> Result<(), Fail<RecordRefusal>> {
    let before = store::find(tx, id).await?.ok_or(Fail::NotFound)?;
    if before.removed_at.is_some() {
        return Err(Fail::Refused(RecordRefusal::Removed));
    }
    if before.version != version {
        return Err(Fail::Stale);
    }
    let mut record = before.clone();
    fill(tx, &mut record, &new).await?;
    let files = crate::files::files_of(tx, "record", &[id]).await?;
    store::update(tx, &record).await?;
    settle(app, tx, &record, &new).await?;
    let files_differ = files.iter().map(|f| f.file).ne(new.files.iter().copied());
    store::tell(tx, id, &what_changed(&before, &record, files_differ)).await?;
    audit(tx, "change_record", &record, new.files.len()).await?;
    Ok(())
}

/// `修改:日期、题目`
fn what_changed(before: &Record, after: &Record, files_differ: bool) -> String {
    let differs = [
        ("类别", before.subkind != after.subkind),
        ("日期", before.day != after.day),
        ("题目", before.title != after.title),
        (
            "主讲人",
            (before.speaker, &before.speaker_name) != (after.speaker, &after.speaker_name),
        ),
        (
            "到场人数",
            (before.attended, before.expected, before.audience)
                != (after.attended, after.expected, after.audience),
        ),
        ("要点", before.content != after.content),
        ("佐证", files_differ),
    ];
    let names: Vec<_> = differs
        .iter()
        .filter(|(_, differs)| *differs)
        .map(|(n, _)| *n)
        .collect();
    if names.is_empty() {
        "保存，内容未变".to_owned()
    } else {
        format!("修改：{}", names.join("、"))
    }
}
