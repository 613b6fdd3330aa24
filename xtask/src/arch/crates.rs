//! The arrows between crates, from their Cargo.toml files.

use super::files::File;
use super::{Finding, finding};

const ARROWS: &str = "1. arrows: kernel <- rules, reading <- features <- server; kernel <- store, office <- web <- features; ground <- work <- readers";
const PURE: &str = "2. kernel, rules and reading: no I/O, no async, no clock, no randomness";
const DATABASE: &str = "3. only store opens a database";
const LINTS: &str = "4. every crate takes the workspace's lints";

/// Which of our crates each may use; test dependencies are free.
const MAY_USE: &[(&str, &[&str])] = &[
    ("kernel", &[]),
    ("rules", &["kernel"]),
    ("reading", &["kernel"]),
    ("office", &["kernel"]),
    ("store", &["kernel"]),
    ("web", &["kernel", "store", "office"]),
];
/// What features may use besides the features before them.
const FEATURES_MAY: &[&str] = &["kernel", "rules", "reading", "office", "store", "web"];
/// Ground, work, readers: a feature may use those before it.
const FEATURES: &[&str] = &[
    "org",
    "identity",
    "member",
    "record",
    "duty",
    "task",
    "supervision",
    "ranking",
];
/// Libraries that only compute.
const COMPUTE: &[&str] = &[
    "jiff",
    "serde",
    "serde_json",
    "thiserror",
    "toml",
    "regex",
    "encoding_rs",
];
/// Libraries that speak to a database.
const DRIVERS: &[&str] = &[
    "sea-orm",
    "sqlx",
    "rusqlite",
    "libsqlite3-sys",
    "tokio-postgres",
    "postgres",
    "diesel",
];

pub fn check(files: &[File]) -> anyhow::Result<Vec<Finding>> {
    let mut findings = Vec::new();
    for file in files
        .iter()
        .filter(|file| file.path.ends_with("/Cargo.toml"))
    {
        let manifest: toml::Table = file.text.parse()?;
        let home = file.home();
        let name = home.rsplit('/').next().unwrap_or_default().to_owned();
        let uses: Vec<&str> = manifest
            .get("dependencies")
            .and_then(toml::Value::as_table)
            .map(|table| table.keys().map(String::as_str).collect())
            .unwrap_or_default();
        for used in uses {
            findings.extend(one_use(file, &name, used));
        }
        let lints = manifest
            .get("lints")
            .and_then(|lints| lints.get("workspace"));
        if lints.and_then(toml::Value::as_bool) != Some(true) {
            findings.push(finding(
                LINTS,
                file,
                0,
                "[lints] workspace = true is missing",
            ));
        }
    }
    Ok(findings)
}

fn one_use(file: &File, name: &str, used: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    if is_ours(used) && !may_use(name, used) {
        findings.push(finding(ARROWS, file, 0, format!("{name} uses {used}")));
    }
    if matches!(name, "kernel" | "rules" | "reading") && !is_ours(used) && !COMPUTE.contains(&used)
    {
        findings.push(finding(PURE, file, 0, format!("{name} uses {used}")));
    }
    if name != "store" && DRIVERS.contains(&used) {
        findings.push(finding(DATABASE, file, 0, format!("{name} uses {used}")));
    }
    findings
}

fn is_ours(used: &str) -> bool {
    MAY_USE.iter().any(|(name, _)| *name == used)
        || FEATURES.contains(&used)
        || matches!(used, "zhibu" | "testkit" | "xtask")
}

fn may_use(name: &str, used: &str) -> bool {
    if matches!(name, "server" | "testkit" | "xtask" | "bench") {
        return true;
    }
    if let Some((_, may)) = MAY_USE.iter().find(|(other, _)| *other == name) {
        return may.contains(&used);
    }
    let before = FEATURES.iter().take_while(|feature| **feature != name);
    FEATURES_MAY.contains(&used) || before.into_iter().any(|feature| *feature == used)
}
