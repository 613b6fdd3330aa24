//! A real task sheet, where the folder of real documents is at hand (`ZHIBU_INPUTS`).

#![allow(clippy::unwrap_used)]

use kernel::document::Block;
use std::path::PathBuf;

fn inputs() -> Option<PathBuf> {
    let found = std::env::var_os("ZHIBU_INPUTS")
        .map(PathBuf::from)
        .filter(|p| p.is_dir());
    if found.is_none() {
        eprintln!("SKIPPED: ZHIBU_INPUTS names no folder of real documents");
    }
    found
}

#[test]
fn a_real_task_sheet_reads_like_its_text() {
    let Some(inputs) = inputs() else { return };
    let document =
        office::docx::read(&std::fs::read(inputs.join("task-sheet-2023-03.docx")).unwrap())
            .unwrap();
    let text = std::fs::read_to_string(inputs.join("task-sheet-2023-03.txt")).unwrap();
    let mut wanted = text.lines().filter(|line| !line.trim().is_empty());
    for block in &document.blocks {
        let lines: Vec<String> = match block {
            Block::Paragraph(p) => {
                vec![format!("{}{}", p.label.clone().unwrap_or_default(), p.text)]
            }
            Block::Table(t) => t
                .rows
                .iter()
                .map(|r| {
                    r.iter()
                        .map(|c| c.text.as_str())
                        .collect::<Vec<_>>()
                        .join("\t")
                })
                .collect(),
        };
        for line in lines.iter().filter(|line| !line.trim().is_empty()) {
            assert_eq!(Some(line.as_str()), wanted.next());
        }
    }
    assert_eq!(
        wanted.next(),
        None,
        "the document ends before its text does"
    );
}
