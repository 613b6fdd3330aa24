//! The texts of the repository.

use std::path::Path;

/// A text with its path from the root, `/` between its parts.
pub struct File {
    pub path: String,
    pub text: String,
}

/// Folders that hold nothing of ours, or nothing written by hand.
const LEFT_OUT: &[&str] = &["target", ".git", "node_modules", "corpus", "prototypes"];
const ENDINGS: &[&str] = &[
    "rs", "html", "js", "mjs", "css", "sql", "toml", "md", "py", "sh", "txt", "tsv",
];

/// Every text that the invariants speak of.
pub fn all(root: &Path) -> anyhow::Result<Vec<File>> {
    let mut files = Vec::new();
    walk(root, root, &mut files)?;
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(files)
}

fn walk(root: &Path, folder: &Path, files: &mut Vec<File>) -> anyhow::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let (path, name) = (
            entry.path(),
            entry.file_name().to_string_lossy().into_owned(),
        );
        if entry.file_type()?.is_dir() {
            if !LEFT_OUT.contains(&name.as_str()) {
                walk(root, &path, files)?;
            }
            continue;
        }
        let ending = path
            .extension()
            .and_then(|ending| ending.to_str())
            .unwrap_or_default();
        if ENDINGS.contains(&ending) {
            let parts = path.strip_prefix(root)?.components();
            let parts: Vec<_> = parts
                .map(|part| part.as_os_str().to_string_lossy())
                .collect();
            files.push(File {
                path: parts.join("/"),
                text: std::fs::read_to_string(&path)?,
            });
        }
    }
    Ok(())
}

impl File {
    /// Whether its name ends so.
    pub fn is(&self, ending: &str) -> bool {
        self.path
            .rsplit_once('.')
            .is_some_and(|(_, found)| found == ending)
    }

    /// The crate's folder it lies in, `features/org`.
    pub fn home(&self) -> String {
        let parts: Vec<&str> = self.path.split('/').collect();
        match parts.as_slice() {
            ["features", name, ..] => format!("features/{name}"),
            [name, _, ..] => (*name).to_owned(),
            _ => String::new(),
        }
    }

    /// Whether it is a test, or serves tests only.
    pub fn is_test(&self) -> bool {
        self.path.starts_with("testkit/")
            || self.path.starts_with("bench/")
            || self
                .path
                .split('/')
                .any(|part| matches!(part, "tests" | "tests.rs" | "examples"))
    }

    /// Lines of the program with their numbers: without comments and without the module of tests
    /// that ends a file.
    pub fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let lines = self
            .text
            .lines()
            .enumerate()
            .map(|(at, line)| (at + 1, line));
        lines
            .take_while(|(_, line)| line.trim() != "#[cfg(test)]")
            .filter(|(_, line)| !line.trim_start().starts_with("//"))
    }
}
