//! 对应栏目: which column of somebody's sheet is which of ours. Guessed by name; where the guess is
//! not sure, a person says; what they said is remembered for the next file with the same header.

use super::{Import, Kind};
use kernel::Id;
use kernel::table::Row;
use office::xlsx::SheetOut;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use store::{Db, Error, Keys, Store, Tx, params};

/// Our title → place of the sheet's column.
pub type Mapping = BTreeMap<String, usize>;

/// Values shown beside a column.
const SAMPLES: usize = 3;
/// Characters of a value shown.
const SAMPLE_CHARS: usize = 24;

/// What is kept of a file's beginning.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Head {
    /// Titles of its columns.
    pub header: Vec<String>,
    /// The first values of each column.
    pub samples: Vec<Vec<String>>,
}

impl Head {
    /// From the header and the first rows.
    pub fn of(header: &[String], rows: &[Row]) -> Head {
        let of_column = |at: usize| {
            let cells = rows.iter().filter_map(|row| row.cells.get(at));
            let said = cells.map(|c| clean(c)).filter(|c| !c.is_empty());
            said.take(SAMPLES)
                .map(|c| c.chars().take(SAMPLE_CHARS).collect())
                .collect()
        };
        Head {
            header: header.to_vec(),
            samples: (0..header.len()).map(of_column).collect(),
        }
    }

    /// Sealed for that import.
    pub fn seal(&self, store: &Store, import: Id) -> Result<String, Error> {
        let text = serde_json::to_string(self)?;
        let place = format!("import/head/{import}");
        store.keys.seal(&store.context, &place, &text)
    }

    /// The head of that import.
    pub fn open(keys: &Keys, import: &Import) -> Result<Head, Error> {
        let Some(sealed) = &import.head else {
            return Ok(Head::default());
        };
        let place = format!("import/head/{}", import.id);
        Ok(serde_json::from_str(&keys.open(&place, sealed)?)?)
    }

    /// Columns that nothing is made of, by their titles.
    pub fn ignored(&self, mapping: &Mapping) -> Vec<&str> {
        let used: Vec<usize> = mapping.values().copied().collect();
        let unused = self
            .header
            .iter()
            .enumerate()
            .filter(|(at, title)| !title.is_empty() && !used.contains(at));
        unused
            .map(|(_, title)| title.as_str())
            .filter(|title| !OURS_TO_IGNORE.contains(title))
            .collect()
    }
}

/// Columns nobody misses: what we add ourselves, and what Excel users count by.
const OURS_TO_IGNORE: [&str; 2] = ["原因", "序号"];

/// 猜测
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guess {
    /// What it comes to.
    pub mapping: Mapping,
    /// Whether nobody needs to look.
    pub is_sure: bool,
}

/// The columns as their names tell.
pub fn guess<K: Kind>(template: &SheetOut, header: &[String]) -> Guess {
    let mut mapping = Mapping::new();
    let mut is_sure = true;
    let titles = || template.columns.iter().map(|c| c.title.as_str());
    for title in titles() {
        let named = |found: &String| found == title || stem(found) == title;
        let alias = |found: &String| K::aliases(title).contains(&stem(found));
        let places = |fits: &dyn Fn(&String) -> bool| -> Vec<usize> {
            let all = header.iter().enumerate();
            all.filter(|(_, found)| fits(found))
                .map(|(at, _)| at)
                .collect()
        };
        let named = places(&named);
        let found = if named.is_empty() {
            places(&alias)
        } else {
            named
        };
        let free = found
            .iter()
            .find(|at| !mapping.values().any(|used| used == *at));
        is_sure &= found.len() < 2;
        if let Some(at) = free {
            mapping.insert(title.to_owned(), *at);
        }
    }
    for title in titles() {
        if mapping.contains_key(title) {
            continue;
        }
        let near = header.iter().enumerate().position(|(at, found)| {
            let free = !mapping.values().any(|used| *used == at);
            free && is_near::<K>(title, stem(found))
        });
        if let Some(at) = near {
            mapping.insert(title.to_owned(), at);
            is_sure = false;
        }
    }
    is_sure &= missing(template, &mapping).is_empty();
    Guess { mapping, is_sure }
}

/// A title without what is explained in brackets behind it.
fn stem(title: &str) -> &str {
    title.split(['(', '（']).next().unwrap_or(title)
}

fn is_near<K: Kind>(title: &str, found: &str) -> bool {
    let long = |text: &str| text.chars().count() >= 2;
    long(found)
        && !OURS_TO_IGNORE.contains(&found)
        && (title.contains(found)
            || std::iter::once(&title)
                .chain(K::aliases(title))
                .any(|known| long(known) && found.contains(known)))
}

/// Columns that must be there and are not.
pub fn missing<'t>(template: &'t SheetOut, mapping: &Mapping) -> Vec<&'t str> {
    let needed = template.columns.iter().filter(|c| c.required);
    needed
        .map(|c| c.title.as_str())
        .filter(|title| !mapping.contains_key(*title))
        .collect()
}

/// The rows in our order of columns; empty ones are left out.
pub fn bring(template: &SheetOut, mapping: &Mapping, rows: Vec<Row>) -> Vec<Row> {
    let places: Vec<Option<usize>> = template
        .columns
        .iter()
        .map(|column| mapping.get(&column.title).copied())
        .collect();
    let cell = |row: &Row, at: Option<usize>| {
        at.and_then(|at| row.cells.get(at))
            .map_or_else(String::new, |c| clean(c))
    };
    rows.into_iter()
        .map(|row| Row {
            cells: places.iter().map(|at| cell(&row, *at)).collect(),
            number: row.number,
        })
        .filter(|row| row.cells.iter().any(|c| !c.is_empty()))
        .collect()
}

/// A cell without blanks at its ends and without the marks that copying from elsewhere leaves and
/// nobody sees.
fn clean(cell: &str) -> String {
    let unseen = |c: char| matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}' | '\u{feff}');
    if cell.chars().any(unseen) {
        let seen: String = cell.chars().filter(|c| !unseen(*c)).collect();
        seen.trim().to_owned()
    } else {
        cell.trim().to_owned()
    }
}

/// The header as it is remembered by; tells nothing about it.
fn print(keys: &Keys, header: &[String]) -> String {
    keys.blind(&header.join("\u{1f}"))
}

/// The mapping somebody chose for that header before.
pub async fn remembered(
    db: &Db,
    keys: &Keys,
    kind: &str,
    organisation: Id,
    header: &[String],
) -> Result<Option<Mapping>, Error> {
    let sql = "SELECT mapping FROM import_columns
               WHERE kind = $1 AND organisation = $2 AND header = $3";
    let values = params![kind, organisation, print(keys, header)];
    let found: Vec<String> = db.column(sql, values).await?;
    let found = found.first().map(|text| serde_json::from_str(text));
    Ok(found.transpose()?)
}

/// Keeps a mapping for the next file with that header.
pub async fn remember(
    tx: &Tx,
    import: &Import,
    header: &[String],
    mapping: &Mapping,
) -> Result<(), Error> {
    let header = print(&tx.store().keys, header);
    let text = serde_json::to_string(mapping)?;
    tx.exec(
        "INSERT INTO import_columns (kind, organisation, header, mapping, at)
         VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (kind, organisation, header) DO UPDATE SET mapping = $4, at = $5",
        params![&import.kind, import.organisation, header, text, tx.now()],
    )
    .await?;
    Ok(())
}
