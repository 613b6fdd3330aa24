//! The permission table: every route of the router's own registry against every role. A change of
//! a right shows as a changed line of a file that somebody reviews.

use anyhow::{Context, bail};
use identity::rights_table::reach_words;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use testkit::matrix::asked;
use web::{Right, Role};

const LEGEND: &str = "\
# Who reaches which route. Written by `cargo xtask permissions`; do not edit by hand.
# 全部: everywhere. 本组织及以下: the node the role is held at and all below. 本组织: that organisation only.
# 片区: the organisations of the zone. 本人: only what is one's own. —: answered as if it did not exist.
# `of object` is the right the handler asks of the thing it loads, where the route itself lets
# everybody signed in pass because a thing may also be one's own (uploaded, or handed on to one).
";

/// Writes the table.
pub fn write(root: &Path) -> anyhow::Result<()> {
    let path = place(root);
    std::fs::write(&path, table()?).with_context(|| path.display().to_string())
}

/// Fails if the table in the repository is not the one the program would write.
pub fn check(root: &Path) -> anyhow::Result<()> {
    let path = place(root);
    let stored = std::fs::read_to_string(&path).unwrap_or_default();
    let wanted = table()?;
    if stored == wanted {
        return Ok(());
    }
    for line in wanted
        .lines()
        .filter(|line| !stored.lines().any(|other| other == *line))
    {
        println!("+ {line}");
    }
    for line in stored
        .lines()
        .filter(|line| !wanted.lines().any(|other| other == *line))
    {
        println!("- {line}");
    }
    bail!(
        "{} is not current: run `cargo xtask permissions` and review it",
        path.display()
    )
}

fn place(root: &Path) -> PathBuf {
    root.join("docs/permissions.tsv")
}

fn table() -> anyhow::Result<String> {
    let mut routes = web::app::registry(&zhibu::features());
    routes.sort_by_key(|(method, path, _)| (*path, method.to_string()));
    let mut text = LEGEND.to_owned();
    write!(text, "method\tpath\tright\tof object\tnobody")?;
    for role in Role::ALL {
        write!(text, "\t{}", role.code())?;
    }
    writeln!(text)?;
    for (method, path, right) in routes {
        let of_object = asked(path, right);
        let (code, object) = (
            right.code(),
            if of_object == right {
                ""
            } else {
                of_object.code()
            },
        );
        let nobody = if right == Right::Public {
            "全部"
        } else {
            "—"
        };
        write!(text, "{method}\t{path}\t{code}\t{object}\t{nobody}")?;
        for role in Role::ALL {
            let own = !object.is_empty() && *role != Role::Guest;
            let reach = match reach_words(of_object, *role) {
                "—" if own => "本人",
                words => words,
            };
            write!(text, "\t{reach}")?;
        }
        writeln!(text)?;
    }
    Ok(text)
}
