//! The `zhibu` command line.

use clap::Parser;
use std::process::ExitCode;

fn main() -> ExitCode {
    let line = zhibu::command::Line::parse();
    match zhibu::command::run(line) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("zhibu: {error:#}");
            ExitCode::FAILURE
        }
    }
}
