//! `zhibu read`: what the reader understands of a file, without any database.

use crate::command::ReadOptions;
use crate::parse_file;
use anyhow::{Context as _, Result, anyhow};
use std::io::Read;
use std::process::ExitCode;

/// Reads and prints.
pub fn run(options: &ReadOptions) -> Result<ExitCode> {
    let name = options.file.to_string_lossy();
    let mut bytes = Vec::new();
    if name == "-" {
        std::io::stdin().lock().read_to_end(&mut bytes)?;
    } else {
        bytes = std::fs::read(&options.file).with_context(|| format!("打不开 {name}"))?;
    }
    let document = parse_file(&name, &bytes).map_err(|words| anyhow!("{name}:{words}"))?;
    let options_of_reading = reading::Options {
        year: options.year,
        ..reading::Options::default()
    };
    let reading = reading::read(&document, &options_of_reading);
    if options.json {
        println!("{}", serde_json::to_string_pretty(&reading)?);
    } else {
        print!("{}", in_words(&serde_json::to_value(&reading)?));
    }
    Ok(ExitCode::SUCCESS)
}

/// The reading as a person would list it.
fn in_words(reading: &serde_json::Value) -> String {
    let text = |value: &serde_json::Value, key: &str| {
        value[key].as_str().map(str::to_owned).unwrap_or_default()
    };
    let list =
        |value: &serde_json::Value, key: &str| value[key].as_array().cloned().unwrap_or_default();
    let mut out = format!("{}\n", text(reading, "title"));
    for task in list(reading, "tasks") {
        let mark = if task["container"].as_bool() == Some(true) {
            ""
        } else {
            "· "
        };
        let due = task["due"]
            .as_str()
            .or(task["recur"].as_str())
            .unwrap_or("—");
        let part = task["part"].as_str().unwrap_or_default();
        out.push_str(&format!(
            "{mark}{}{part} {}  [{due}]\n",
            text(&task, "outline"),
            text(&task, "title")
        ));
        for doubt in list(&task, "doubts") {
            out.push_str(&format!(
                "    ? {}\n",
                doubt.as_str().map_or(doubt.to_string(), str::to_owned)
            ));
        }
    }
    for figure in list(reading, "figures") {
        out.push_str(&format!(
            "# {} = {}\n",
            text(&figure, "label"),
            text(&figure, "raw")
        ));
    }
    for identity in list(reading, "identities") {
        let holds = if identity["holds"].as_bool() == Some(true) {
            "✓"
        } else {
            "✗"
        };
        out.push_str(&format!("{holds} {}\n", text(&identity, "expr")));
    }
    for warning in list(reading, "warnings") {
        out.push_str(&format!("! {}\n", warning.as_str().unwrap_or_default()));
    }
    out
}
