//! 上级各级组织: the organisations above a row's own, as the first columns of an exported list.

use crate::store as rows;
use kernel::{Id, TreePath};
use office::xlsx::{Column, Value};
use std::collections::HashMap;
use store::{Db, Error};
use web::Reach;

/// Names of the levels, the highest within reach first.
const LEVELS: [&str; 9] = [
    "一级组织",
    "二级组织",
    "三级组织",
    "四级组织",
    "五级组织",
    "六级组织",
    "七级组织",
    "八级组织",
    "九级组织",
];

/// 隶属: names of what stands above, up to the reach of whoever asks.
#[derive(Clone, Debug, Default)]
pub struct Lineage {
    names: HashMap<TreePath, String>,
    zones: HashMap<Id, String>,
    /// Depth of the highest organisation within reach.
    top: usize,
    levels: usize,
}

impl Lineage {
    /// Loads it in two statements, whatever the list.
    pub async fn load(db: &Db, reach: &Reach) -> Result<Lineage, Error> {
        let names: HashMap<TreePath, String> = paths_within(db, reach).await?.into_iter().collect();
        let depths = || names.keys().map(TreePath::depth);
        let (top, bottom) = (depths().min().unwrap_or(1), depths().max().unwrap_or(1));
        let zones = rows::zones(db).await?;
        Ok(Lineage {
            zones: zones.into_iter().map(|zone| (zone.id, zone.name)).collect(),
            levels: (bottom - top).min(LEVELS.len()),
            names,
            top,
        })
    }

    /// The columns: 一级组织, 二级组织, …, 片区, 党组织.
    pub fn columns(&self) -> Vec<Column> {
        let level = |name: &&str| Column::text(name, 24);
        let mut columns: Vec<Column> = LEVELS[..self.levels].iter().map(level).collect();
        columns.push(Column::text("片区", 12));
        columns.push(Column::text("党组织", 28));
        columns
    }

    /// The cells of a row of an organisation at that place; as many as there are columns.
    pub fn cells(&self, path: &TreePath, zone: Option<Id>, name: &str) -> Vec<Value> {
        let mut cells = vec![Value::Empty; self.levels];
        for above in path.ancestors() {
            let level = above.depth().checked_sub(self.top);
            if let Some(cell) = level.and_then(|level| cells.get_mut(level)) {
                *cell = self.names.get(&above).map(String::as_str).into();
            }
        }
        let zone = zone.and_then(|zone| self.zones.get(&zone));
        cells.push(zone.map(String::as_str).into());
        cells.push(name.into());
        cells
    }

    /// The name of the organisation at that path, if it is within reach.
    pub fn name(&self, path: &TreePath) -> Option<&str> {
        self.names.get(path).map(String::as_str)
    }
}

/// Path and name of every organisation within reach, closed ones too: what was theirs stays theirs.
async fn paths_within(db: &Db, reach: &Reach) -> Result<Vec<(TreePath, String)>, Error> {
    let mut values = vec![];
    let within = reach.sql("n.path", "n.zone", &mut values);
    let sql = format!(
        "SELECT n.path, n.name FROM node n
         WHERE n.category = 'organisation' AND n.path <> '' AND {within}
         ORDER BY CASE WHEN n.to_day IS NULL THEN 1 ELSE 0 END, n.id"
    );
    db.all(&sql, values).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_carries_what_stands_above_it_within_reach() {
        let name = |path: &str, name: &str| (TreePath::new(path), name.to_owned());
        let lineage = Lineage {
            names: HashMap::from([
                name("001", "教育局党委"),
                name("001002", "城区总支"),
                name("001002003", "第一小学党支部"),
            ]),
            zones: HashMap::from([(Id(9), "城关片区".to_owned())]),
            top: 1,
            levels: 2,
        };
        let texts = |path: &str, zone| -> Vec<Value> {
            lineage.cells(&TreePath::new(path), zone, "某支部")
        };
        assert_eq!(
            texts("001002003", Some(Id(9))),
            [
                "教育局党委".into(),
                "城区总支".into(),
                "城关片区".into(),
                Value::from("某支部")
            ]
        );
        assert_eq!(
            texts("001007", None),
            [
                "教育局党委".into(),
                Value::Empty,
                Value::Empty,
                Value::from("某支部")
            ]
        );
        assert_eq!(lineage.columns().len(), 4);
    }
}
