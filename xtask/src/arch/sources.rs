//! What may stand in which source file.

use super::files::File;
use super::{Finding, finding};
use regex::Regex;

const PURE: &str = "2. kernel, rules and reading: no I/O, no async, no clock, no randomness";
const STATEMENTS: &str = "5. SQL stands with the stored state: not in kernel, rules, reading, office, web, nor in a feature's forms, paths, sheets, entities, words or lib.rs; in pages only what a page reads, in a file rows.rs";
const CONTEXT: &str =
    "6. time, randomness and ids come from store's context, its only exception to the lint";
const LENGTH: &str = "7. no file over 600 lines";
const HANDLERS: &str = "8. no function of a page over 100 lines";
const NAMES: &str = "9. no unit's name and no year's slogan in code or schema";
const RED_LINES: &str =
    "10. the two words of the red lines stand in one list of reading, and in no other place";
const ROOMS: &str = "11. no utils, common, manager or helper";
const ROUTES: &str = "12. routes are made by web::Route, which asks for a right";

/// Lines a file may have.
const MOST_LINES: usize = 600;
/// Lines a function of a page may have.
const MOST_OF_A_FUNCTION: usize = 100;
/// The list of demands that the red lines forbid.
const FORBIDDEN_LIST: &str = "reading/src/hints.rs";

pub fn check(files: &[File]) -> anyhow::Result<Vec<Finding>> {
    let mut findings = Vec::new();
    for file in files {
        findings.extend(length(file));
        findings.extend(red_lines(file));
        findings.extend(rooms(file));
    }
    let sources: Vec<&File> = files
        .iter()
        .filter(|file| file.is("rs") || file.is("sql"))
        .collect();
    let patterns = Patterns::new()?;
    for file in sources.into_iter().filter(|file| !file.is_test()) {
        findings.extend(lines(file, &patterns));
        findings.extend(functions(file));
    }
    Ok(findings)
}

struct Patterns {
    effects: Regex,
    statement: Regex,
    names: Regex,
    routes: Regex,
    writes: Regex,
}

impl Patterns {
    fn new() -> anyhow::Result<Patterns> {
        Ok(Patterns {
            effects: Regex::new(
                r"\b(std::(fs|net|env|process|thread|time)|SystemTime|Instant::now|async fn|\.await|println!|eprintln!|thread_rng|getrandom)\b",
            )?,
            statement: Regex::new(
                r#"["(]\s*(SELECT\s|INSERT INTO\s|UPDATE [a-z_]+ SET|DELETE FROM\s)"#,
            )?,
            // The invented county of the demo, and slogans of the kind '某某提升年'.
            names: Regex::new("清禾|(主题|攻坚|提升|落实|创新|深化|巩固|建设)年[”\"活]")?,
            routes: Regex::new(r"\.route\(")?,
            writes: Regex::new(r#""(INSERT INTO|UPDATE [a-z_]+ SET|DELETE FROM)\s"#)?,
        })
    }
}

fn lines(file: &File, patterns: &Patterns) -> Vec<Finding> {
    let mut findings = Vec::new();
    let home = file.home();
    let is_pure = matches!(home.as_str(), "kernel" | "rules" | "reading");
    let is_demo = file.path.starts_with("server/src/demo") || home == "xtask";
    for (number, line) in file.code() {
        let mut note = |rule| findings.push(finding(rule, file, number, line.trim()));
        if is_pure && patterns.effects.is_match(line) {
            note(PURE);
        }
        if file.is("rs") && is_without_statements(file) && patterns.statement.is_match(line) {
            note(STATEMENTS);
        }
        if file.path.contains("/src/pages/") && patterns.writes.is_match(line) {
            note(STATEMENTS);
        }
        if !is_demo && patterns.names.is_match(line) {
            note(NAMES);
        }
        let excused =
            line.trim_start().starts_with('#') && line.contains("clippy::disallowed_methods");
        if excused && file.path != "store/src/context.rs" {
            note(CONTEXT);
        }
        if home.starts_with("features") && patterns.routes.is_match(line) {
            note(ROUTES);
        }
    }
    findings
}

/// Rooms that hold no statement. The others (`store`, `use_cases`, imports, kept rows, jobs) hold
/// the statements of the tables they keep.
fn is_without_statements(file: &File) -> bool {
    let home = file.home();
    if matches!(
        home.as_str(),
        "kernel" | "rules" | "reading" | "office" | "web"
    ) {
        return true;
    }
    let Some(room) = file.path.strip_prefix(&format!("{home}/src/")) else {
        return false;
    };
    if room.ends_with("/rows.rs") {
        return false;
    }
    let room = room.split(['/', '.']).next().unwrap_or_default();
    home.starts_with("features")
        && matches!(
            room,
            "pages" | "forms" | "paths" | "sheets" | "entities" | "lib" | "words"
        )
}

fn length(file: &File) -> Option<Finding> {
    let written = ["rs", "html", "js", "mjs", "css", "sql", "py", "sh"];
    let lines = file.text.lines().count();
    let too_long = lines > MOST_LINES && written.iter().any(|ending| file.is(ending));
    too_long.then(|| finding(LENGTH, file, 0, format!("{lines} lines")))
}

fn red_lines(file: &File) -> Vec<Finding> {
    // Written so that this file does not hold them.
    const WORDS: [&str; 2] = ["\u{6253}\u{5361}", "\u{79ef}\u{5206}"];
    if file.path == FORBIDDEN_LIST || (file.home() == "reading" && file.is_test()) {
        return Vec::new();
    }
    let lines = file.text.lines().enumerate();
    lines
        .filter(|(_, line)| WORDS.iter().any(|word| line.contains(word)))
        .map(|(at, line)| finding(RED_LINES, file, at + 1, line.trim()))
        .collect()
}

fn rooms(file: &File) -> Option<Finding> {
    let last = file.path.rsplit('/').next().unwrap_or_default();
    let folder = file.path.rsplit('/').nth(1).unwrap_or_default();
    let vague = |name: &str| {
        let name = name.trim_end_matches('s');
        ["util", "common", "manager", "helper", "misc"].contains(&name)
    };
    let stem = last.split('.').next().unwrap_or_default();
    (file.is("rs") && (vague(stem) || vague(folder)))
        .then(|| finding(ROOMS, file, 0, "by its name"))
}

/// Functions of pages: from `fn` at the start of an item to the brace that ends it.
fn functions(file: &File) -> Vec<Finding> {
    let is_page = file.home().starts_with("features") && file.path.contains("/src/pages/");
    if !is_page || !file.is("rs") {
        return Vec::new();
    }
    let mut findings = Vec::new();
    let mut start: Option<(usize, String, &str)> = None;
    for (number, line) in file.code() {
        let word = line.trim_start();
        let indent = &line[..line.len() - word.len()];
        let begins = [
            "pub async fn ",
            "pub fn ",
            "async fn ",
            "fn ",
            "pub(crate) async fn ",
            "pub(crate) fn ",
            "pub(super) async fn ",
            "pub(super) fn ",
        ];
        if begins.iter().any(|begin| word.starts_with(begin)) {
            start = Some((number, indent.to_owned(), word));
        }
        let Some((first, at, head)) = &start else {
            continue;
        };
        if line.starts_with(at.as_str()) && word == "}" && *at == indent {
            let length = number - first + 1;
            if length > MOST_OF_A_FUNCTION {
                findings.push(finding(
                    HANDLERS,
                    file,
                    *first,
                    format!("{length} lines: {head}"),
                ));
            }
            start = None;
        }
    }
    findings
}
