//! Who asks, and how far their rights reach.

use crate::rights::{Right, Role};
use kernel::{Id, TreePath};
use store::{By, Value, params};

/// 任职: a role held at a node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// Which role.
    pub role: Role,
    /// At which node; an organisation, or a zone for an inspector.
    pub node: Id,
    /// The node's name.
    pub node_name: String,
    /// Present path of the organisation; empty for a zone.
    pub path: TreePath,
    /// The zone, if the role is held at one.
    pub zone: Option<Id>,
}

/// Where a thing lies: derived from the loaded row, never from the request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// Present path of its organisation.
    pub path: TreePath,
    /// Zone of its organisation.
    pub zone: Option<Id>,
}

impl Place {
    /// The place of a row that carries a path and a zone.
    pub fn new(path: &TreePath, zone: Option<Id>) -> Place {
        Place {
            path: path.clone(),
            zone,
        }
    }
}

/// 登录者: the account behind a request.
#[derive(Clone, Debug)]
pub struct Actor {
    /// Account.
    pub account: Id,
    /// Name shown.
    pub name: String,
    /// The member the account belongs to.
    pub member: Option<Id>,
    /// Session row.
    pub session: Id,
    /// Token that every form carries.
    pub csrf: String,
    /// Key of what the browser keeps while offline; gone with the session.
    pub offline_key: String,
    /// Must choose a new password before anything else.
    pub must_change_password: bool,
    /// Must set up a second factor before anything else: a role of theirs asks for it.
    pub must_add_factor: bool,
    /// Roles held today.
    pub grants: Vec<Grant>,
}

impl Actor {
    /// As the audit log names them.
    pub fn by(&self) -> By {
        By {
            account: Some(self.account),
            name: self.name.clone(),
        }
    }

    /// How far that right of theirs reaches.
    pub fn reach(&self, right: Right) -> Reach {
        let mut reach = Reach::default();
        for grant in self.grants.iter().filter(|g| right.is_held_by(g.role)) {
            match grant.zone {
                Some(zone) => reach.zones.push(zone),
                None if grant.role.is_of_one_organisation() || right.is_own_work() => {
                    reach.exact.push(grant.path.clone());
                }
                None => reach.subtrees.push(grant.path.clone()),
            }
        }
        reach
    }

    /// Whether they hold that right at that place.
    pub fn can(&self, right: Right, place: &Place) -> bool {
        self.reach(right).covers(place)
    }

    /// Whether they hold that right anywhere.
    pub fn can_anywhere(&self, right: Right) -> bool {
        matches!(right, Right::Public | Right::SignedIn)
            || self.grants.iter().any(|g| right.is_held_by(g.role))
    }

    /// Whether they hold that role anywhere.
    pub fn is(&self, role: Role) -> bool {
        self.grants.iter().any(|g| g.role == role)
    }

    /// The organisation they work for first: their first grant at an organisation.
    pub fn home(&self) -> Option<&Grant> {
        self.grants
            .iter()
            .find(|g| g.zone.is_none())
            .or(self.grants.first())
    }
}

/// 管辖范围: the places a right covers. One rule for lists, single things, files, exports and search.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reach {
    /// Subtrees.
    pub subtrees: Vec<TreePath>,
    /// Single organisations.
    pub exact: Vec<TreePath>,
    /// Zones.
    pub zones: Vec<Id>,
}

impl Reach {
    /// Whether the place lies in it.
    pub fn covers(&self, place: &Place) -> bool {
        self.subtrees.iter().any(|root| place.path.is_within(root))
            || (!place.path.as_str().is_empty() && self.exact.contains(&place.path))
            || place.zone.is_some_and(|zone| self.zones.contains(&zone))
    }

    /// The same rule as SQL over columns that hold path and zone: an expression in brackets, with
    /// its parameters added to `values`. Nothing covered gives `(FALSE)`.
    pub fn sql(&self, path: &str, zone: &str, values: &mut Vec<Value>) -> String {
        let mut terms = Vec::new();
        let mut push = |value: Vec<Value>| {
            values.extend(value);
            values.len()
        };
        for root in self.subtrees.iter().filter(|p| !p.as_str().is_empty()) {
            let from = push(params![root]);
            let to = push(params![root.end()]);
            terms.push(format!("({path} >= ${from} AND {path} < ${to})"));
        }
        for one in self.exact.iter().filter(|p| !p.as_str().is_empty()) {
            terms.push(format!("{path} = ${}", push(params![one])));
        }
        for id in &self.zones {
            terms.push(format!("{zone} = ${}", push(params![*id])));
        }
        if terms.is_empty() {
            "(FALSE)".to_owned()
        } else {
            format!("({})", terms.join(" OR "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn actor(grants: Vec<Grant>) -> Actor {
        Actor {
            account: Id(1),
            name: "周明".to_owned(),
            member: None,
            session: Id(2),
            csrf: String::new(),
            offline_key: String::new(),
            must_change_password: false,
            must_add_factor: false,
            grants,
        }
    }

    fn grant(role: Role, path: &str, zone: Option<i64>) -> Grant {
        Grant {
            role,
            node: Id(1),
            node_name: String::new(),
            path: TreePath::new(path),
            zone: zone.map(Id),
        }
    }

    fn at(path: &str, zone: i64) -> Place {
        Place {
            path: TreePath::new(path),
            zone: Some(Id(zone)),
        }
    }

    #[test]
    fn an_officer_reaches_the_subtree_and_a_secretary_only_home() {
        let officer = actor(vec![grant(Role::Officer, "001", None)]);
        let secretary = actor(vec![grant(Role::Secretary, "001002", None)]);
        assert!(officer.can(Right::SeeDuties, &at("001002", 9)));
        assert!(secretary.can(Right::SeeDuties, &at("001002", 9)));
        assert!(!secretary.can(Right::SeeDuties, &at("001003", 9)));
        assert!(!secretary.can(Right::SeeDuties, &at("001002001", 9)));
    }

    #[test]
    fn an_inspector_reaches_the_zone_wherever_it_lies() {
        let inspector = actor(vec![grant(Role::Inspector, "", Some(9))]);
        assert!(inspector.can(Right::SeeDuties, &at("001002", 9)));
        assert!(!inspector.can(Right::SeeDuties, &at("001002", 8)));
        assert!(!inspector.can(Right::ReviewDuties, &at("001002", 9)));
    }

    #[test]
    fn no_place_is_covered_by_nobody_and_sql_says_the_same() {
        let nobody = actor(vec![]);
        assert!(!nobody.can(Right::SeeDuties, &at("001", 1)));
        let mut values = vec![];
        assert_eq!(
            nobody
                .reach(Right::SeeDuties)
                .sql("d.path", "d.zone", &mut values),
            "(FALSE)"
        );
        let officer = actor(vec![grant(Role::Officer, "001", None)]);
        assert!(!officer.can(Right::SeeDuties, &Place::default()));
        let sql = officer
            .reach(Right::SeeDuties)
            .sql("d.path", "d.zone", &mut values);
        assert_eq!(sql, "((d.path >= $1 AND d.path < $2))");
    }
}
