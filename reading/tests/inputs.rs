//! Real documents, read from the folder that `ZHIBU_INPUTS` names; nothing of them stands here.

#![allow(clippy::unwrap_used)] // a test that cannot go on should stop

use kernel::document::Document;
use reading::{Item, Kind, Options, Reading, Targets, read};
use std::path::PathBuf;

fn folder() -> Option<PathBuf> {
    let folder = std::env::var_os("ZHIBU_INPUTS").map(PathBuf::from);
    if folder.is_none() {
        eprintln!("SKIPPED: ZHIBU_INPUTS is not set; real documents were not read");
    }
    folder
}

fn text(name: &str) -> Option<Reading> {
    let said = std::fs::read_to_string(folder()?.join(name)).unwrap();
    Some(read(&Document::from_text(&said), &Options::default()))
}

fn word(name: &str) -> Option<Reading> {
    let bytes = std::fs::read(folder()?.join(name)).unwrap();
    Some(read(
        &office::docx::read(&bytes).unwrap(),
        &Options::default(),
    ))
}

/// What must be the same in every copy of a sheet.
fn essence(reading: &Reading) -> Vec<String> {
    let line = |t: &Item| {
        let due = t.due.map(|d| d.to_string()).unwrap_or_default();
        let targets = serde_json::to_string(&t.targets).unwrap();
        format!(
            "{}{:?} {} {due} {:?} {:?} {targets}",
            t.outline, t.part, t.title, t.recur, t.instances
        )
    };
    reading.tasks.iter().map(line).collect()
}

#[test]
fn three_copies_of_a_sheet_give_the_same_items() {
    let Some(clean) = text("task-sheet-2023-03.txt") else {
        return;
    };
    let damaged = text("task-sheet-2023-03.damaged-web-copy.txt").unwrap();
    let docx = word("task-sheet-2023-03.docx").unwrap();
    assert_eq!(essence(&clean), essence(&damaged));
    assert_eq!(essence(&clean), essence(&docx));
    assert!(
        damaged
            .damage
            .iter()
            .any(|d| d.raw == "青少年黨!" && d.repaired.as_deref() == Some("青少年党校"))
    );
    let marked = damaged
        .tasks
        .iter()
        .filter(|t| t.doubts.iter().any(|d| d.contains("损坏")))
        .count();
    assert_eq!(marked, 3, "each damaged item is marked for a person");
}

#[test]
fn the_task_sheet_is_read_with_its_dates() {
    let Some(r) = text("task-sheet-2023-03.txt") else {
        return;
    };
    assert_eq!((r.kind, r.year), (Kind::Tasks, Some(2023)));
    assert_eq!(
        r.period
            .map(|p| p.map(|d| d.to_string()).join(" "))
            .as_deref(),
        Some("2023-03-01 2023-04-30")
    );
    let find = |outline: &str, part: Option<&str>| {
        r.tasks
            .iter()
            .find(|t| t.outline == outline && t.part.as_deref() == part)
            .unwrap()
    };
    let due = |t: &Item| t.due.map(|d| d.to_string()).unwrap_or_default();
    let collecting = find("二、(三)2.", None);
    assert_eq!(
        (due(collecting).as_str(), collecting.quantity.as_deref()),
        ("2023-03-20", Some("三方面30项"))
    );
    assert_eq!(collecting.evidence, ["意见建议台账"]);
    assert!(find("二、(三)1.", None).due_inferred);
    assert_eq!(find("二、(四)1.", Some("a")).instances.len(), 2);
    assert_eq!(
        find("二、(四)1.", Some("b")).measure_hint.as_deref(),
        Some("lecture_by_secretary")
    );
    assert!(find("三、1.", Some("g")).recur.as_deref() == Some("monthly-by-25"));
    assert!(matches!(&find("三、3.", None).targets, Targets::Named(names) if names.len() == 7));
    assert!(r.warnings.iter().any(|w| w == "正文引用附件1—3,只列出2个"));
    for item in &r.tasks {
        assert!(
            item.due.is_some() || item.recur.is_some() || item.container,
            "{} has no day",
            item.outline
        );
    }
}

#[test]
fn the_county_report_s_sums_are_checked() {
    let Some(r) = text("county-report.txt") else {
        return;
    };
    assert_eq!(r.kind, Kind::Figures);
    assert!(r.tasks.is_empty());
    let holds = |expr: &str| {
        r.identities
            .iter()
            .find(|i| i.expr == expr)
            .map(|i| i.holds)
    };
    for expr in [
        "90 = 1+6+1+53+28+1",
        "15619 = 726+3425+11468",
        "1401 = 962+249+36+154",
        "28% = 270÷962",
    ] {
        assert_eq!(holds(expr), Some(true), "{expr}");
    }
    assert_eq!(
        holds("23 = 2+18+2"),
        Some(false),
        "23 branches, but 22 secretaries"
    );
    assert!(r.figures.iter().all(|f| !f.raw.contains("4050")));
}

#[test]
fn the_annual_plan_is_read_month_by_month() {
    let Some(r) = text("annual-plan-2015.txt") else {
        return;
    };
    assert_eq!((r.kind, r.year), (Kind::Tasks, Some(2015)));
    let monthly: Vec<_> = r
        .tasks
        .iter()
        .filter(|t| t.outline.contains("月份"))
        .collect();
    assert_eq!(monthly.len(), 25);
    assert!(
        monthly
            .iter()
            .all(|t| t.due.is_some() && t.window.is_some())
    );
    assert!(
        r.tasks.iter().all(|t| !t.outline.starts_with('一')),
        "guiding ideology is no task"
    );
    let rhythm = |code: &str| r.tasks.iter().any(|t| t.recur.as_deref() == Some(code));
    assert!(rhythm("periodic-unspecified") && rhythm("irregular"));
}

#[test]
fn reports_set_no_tasks_and_masked_numbers_stay_unknown() {
    for name in [
        "debriefing-report-2020.txt",
        "principal-responsibility-summaries.txt",
    ] {
        let Some(r) = text(name) else { return };
        assert_eq!(r.kind, Kind::Figures, "{name}");
        assert!(r.tasks.is_empty(), "{name}");
        assert!(r.figures.iter().any(|f| f.value.is_none()), "{name}");
    }
}
