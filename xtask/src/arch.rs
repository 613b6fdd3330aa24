//! The invariants that a machine can hold. Each finding names the broken one and the place.

mod crates;
mod files;
mod sources;
mod views;

use files::File;
use std::path::Path;

/// A broken invariant.
pub struct Finding {
    /// Which one, as a sentence of what should be.
    pub rule: &'static str,
    /// `path` or `path:line`.
    pub place: String,
    /// What was found there.
    pub found: String,
}

/// Prints what is broken; fails if anything is.
pub fn check(root: &Path) -> anyhow::Result<()> {
    let files = files::all(root)?;
    let mut findings = crates::check(&files)?;
    findings.extend(sources::check(&files)?);
    findings.extend(views::check(&files)?);
    findings.sort_by(|a, b| (a.rule, &a.place).cmp(&(b.rule, &b.place)));
    let mut rule = "";
    for finding in &findings {
        if finding.rule != rule {
            rule = finding.rule;
            println!("{rule}");
        }
        println!("    {}: {}", finding.place, finding.found);
    }
    anyhow::ensure!(
        findings.is_empty(),
        "{} places break an invariant",
        findings.len()
    );
    println!("{} files keep the invariants", files.len());
    Ok(())
}

fn finding(rule: &'static str, file: &File, line: usize, found: impl Into<String>) -> Finding {
    let place = if line == 0 {
        file.path.clone()
    } else {
        format!("{}:{line}", file.path)
    };
    Finding {
        rule,
        place,
        found: found.into(),
    }
}
