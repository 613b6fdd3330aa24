//! Chores of the house: `cargo xtask arch` holds the invariants that a machine can hold;
//! `cargo xtask permissions [--check]` writes the reviewed table of who reaches what.

mod arch;
mod permissions;

use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> anyhow::Result<()> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap_or(Path::new("."));
    match words.as_slice() {
        ["arch"] => arch::check(root),
        ["permissions"] => permissions::write(root),
        ["permissions", "--check"] => permissions::check(root),
        _ => anyhow::bail!("cargo xtask arch | permissions [--check]"),
    }
}
