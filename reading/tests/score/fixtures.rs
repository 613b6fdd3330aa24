//! The documents and what a person read in them.

use kernel::document::Document;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};

pub struct Fixture {
    pub name: String,
    pub path: PathBuf,
    pub expected: Value,
}

/// The fixtures of one half, by number; `count` of them are expected to be there.
pub fn of(half: &str, count: usize) -> Vec<Fixture> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/corpus")
        .join(half);
    let mut paths: Vec<PathBuf> = fs::read_dir(&folder)
        .unwrap_or_else(|e| panic!("{}: {e}", folder.display()))
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| matches!(extension(path), "docx" | "xlsx" | "txt"))
        .collect();
    paths.sort();
    assert_eq!(paths.len(), count, "documents in {}", folder.display());
    paths.into_iter().map(load).collect()
}

fn load(path: PathBuf) -> Fixture {
    let name = path
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let beside = path.with_extension("expected.json");
    let expected = fs::read_to_string(&beside)
        .map_err(|e| e.to_string())
        .and_then(|text| serde_json::from_str(&text).map_err(|e| e.to_string()))
        .unwrap_or_else(|e| panic!("{}: {e}", beside.display()));
    Fixture {
        name,
        path,
        expected,
    }
}

/// What the reader makes of it, as the JSON it prints.
pub fn read(fixture: &Fixture) -> Result<Value, String> {
    let bytes = fs::read(&fixture.path).map_err(|e| e.to_string())?;
    let document = document(&fixture.path, &bytes)?;
    let reading = reading::read(&document, &reading::Options::default());
    serde_json::to_value(reading).map_err(|e| e.to_string())
}

fn document(path: &Path, bytes: &[u8]) -> Result<Document, String> {
    match extension(path) {
        "docx" => office::docx::read(bytes).map_err(|e| e.to_string()),
        "xlsx" => office::xlsx::read_document(bytes).map_err(|e| e.to_string()),
        _ => office::text::decode(bytes)
            .map(|decoded| Document::from_text(&decoded.text))
            .map_err(|e| e.to_string()),
    }
}

fn extension(path: &Path) -> &str {
    path.extension()
        .and_then(|e| e.to_str())
        .unwrap_or_default()
}
