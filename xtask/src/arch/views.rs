//! What may stand in a template, a style sheet or a script.

use super::files::File;
use super::{Finding, finding};
use regex::Regex;

const INLINE: &str =
    "13. no style, script or handler inside a page (the policy of the header refuses it)";
const TOKEN: &str = "14. every form that changes something carries the token";
const FOREIGN: &str = "15. nothing comes from another host";

pub fn check(files: &[File]) -> anyhow::Result<Vec<Finding>> {
    let inline = Regex::new(
        r#"(?i)\sstyle\s*=|\son[a-z]+\s*=\s*["']|<style|<script(>|\s+[^s])|javascript:"#,
    )?;
    let foreign = Regex::new(
        r#"(?i)(src|href|action|url|@import|fetch)\s*[=(]?\s*["'(]?(https?:)?//[a-z0-9]"#,
    )?;
    let mut findings = Vec::new();
    let shown = |file: &&File| {
        file.path.contains("/views/") || (file.path.starts_with("web/assets/") && !file.is("md"))
    };
    for file in files.iter().filter(shown) {
        for (at, line) in file.text.lines().enumerate() {
            if file.is("html") && inline.is_match(line) {
                findings.push(finding(INLINE, file, at + 1, line.trim()));
            }
            if foreign.is_match(line) {
                findings.push(finding(FOREIGN, file, at + 1, line.trim()));
            }
        }
        findings.extend(forms(file));
    }
    Ok(findings)
}

/// Forms sent by POST without a token; the door is open to everybody, so its form has none.
fn forms(file: &File) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut rest = file.text.as_str();
    while let Some(at) = rest.find("<form") {
        let form = &rest[at..];
        let end = form.find("</form>").unwrap_or(form.len());
        let (form, after) = form.split_at(end);
        rest = after;
        let sends = form
            .split('>')
            .next()
            .is_some_and(|tag| tag.to_lowercase().contains("method=\"post\""));
        let has_token = form.contains("name=\"_csrf\"") || form.contains("{% include");
        if sends && !has_token && !form.contains("action=\"/sign-in") {
            let line = file.text[..file.text.len() - after.len() - form.len()]
                .lines()
                .count()
                .max(1);
            findings.push(finding(
                TOKEN,
                file,
                line,
                form.lines().next().unwrap_or_default(),
            ));
        }
    }
    findings
}
