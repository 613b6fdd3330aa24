//! Files of ours read by programs that are not: Python where `ZHIBU_PYTHON` names one. Shared with
//! the features that write such files.

use std::ffi::OsString;
use std::path::Path;
use std::process::Command;

/// Leaves the file in the folder that `ZHIBU_LOOK` names.
pub fn left_to_look_at(name: &str, bytes: &[u8]) {
    if let Some(folder) = std::env::var_os("ZHIBU_LOOK") {
        std::fs::write(Path::new(&folder).join(name), bytes).unwrap();
    }
}

/// The Python that has python-docx, openpyxl and pdfplumber.
pub fn python() -> Option<OsString> {
    let python = std::env::var_os("ZHIBU_PYTHON");
    if python.is_none() {
        eprintln!(
            "SKIPPED: ZHIBU_PYTHON names no Python with python-docx, openpyxl and pdfplumber"
        );
    }
    python
}

/// What Python prints about a file of ours, or `None` where there is no such Python.
pub fn python_says(script: &str, name: &str, bytes: &[u8]) -> Option<String> {
    left_to_look_at(name, bytes);
    let python = python()?;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    let out = Command::new(python)
        .args(["-X", "utf8", "-c", script])
        .arg(&path)
        .output()
        .unwrap();
    assert!(
        out.status.success(),
        "{}",
        String::from_utf8_lossy(&out.stderr)
    );
    Some(String::from_utf8(out.stdout).unwrap())
}
