//! What the permission matrix and the printed permission table need to know beyond the rights
//! table: which right a handler asks of the object it loads, where the route itself lets everybody
//! signed in pass, and how two places lie to each other.

use kernel::TreePath;
use web::{Place, Right, Role};

/// Routes open to everybody signed in whose handler asks a right of the loaded object, or whether
/// it is one's own: `(start of the path, right)`. A longer start wins.
pub const OBJECT_RIGHTS: &[(&str, Right)] = &[
    // Seen by right at the duty's place; or handed on to oneself.
    ("/duties/{key}", Right::SeeDuties),
    ("/duties/{key}/", Right::WorkOnDuties),
    // Seen by right at the places where the file is used; or uploaded by oneself.
    ("/files/{id}", Right::SeeDuties),
];

/// The right a route asks in the end: its own, or its handler's of the object.
pub fn asked(path: &str, right: Right) -> Right {
    let named = OBJECT_RIGHTS
        .iter()
        .filter(|(start, _)| path.starts_with(start));
    match named.max_by_key(|(start, _)| start.len()) {
        Some((_, of_object)) if right == Right::SignedIn => *of_object,
        _ => right,
    }
}

/// How an object's place lies to the place a role is held at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Relation {
    /// The very organisation.
    Own,
    /// Below it.
    Below,
    /// Above it.
    Above,
    /// Beside it, under the same parent.
    Sibling,
    /// Anywhere else.
    Unrelated,
}

/// The relation of a place to a home.
pub fn relation(home: &TreePath, place: &TreePath) -> Relation {
    let parent = |path: &TreePath| path.ancestors().last();
    if home == place {
        Relation::Own
    } else if place.is_within(home) {
        Relation::Below
    } else if home.is_within(place) {
        Relation::Above
    } else if parent(home).is_some() && parent(home) == parent(place) {
        Relation::Sibling
    } else {
        Relation::Unrelated
    }
}

/// Whether a role held at `home` reaches `place`: MODEL's words once more, written apart from the
/// code that answers requests so that the two can disagree.
pub fn reaches(right: Right, role: Role, home: &Place, place: &Place) -> bool {
    // One works for one's own organisation, whatever one sees below it.
    let is_work = matches!(
        right,
        Right::WorkOnDuties | Right::KeepRecords | Right::ObjectToRankings
    );
    match role {
        Role::SuperiorSecretary if is_work => relation(&home.path, &place.path) == Relation::Own,
        Role::SystemAdmin | Role::SecurityAdmin | Role::AuditAdmin => true,
        Role::Leader | Role::Officer | Role::SuperiorSecretary => {
            matches!(
                relation(&home.path, &place.path),
                Relation::Own | Relation::Below
            )
        }
        Role::Inspector => home.zone.is_some() && home.zone == place.zone,
        Role::Secretary | Role::CommitteeMember | Role::Principal | Role::Member => {
            relation(&home.path, &place.path) == Relation::Own
        }
        Role::Guest => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_relation_has_its_place() {
        let of = |place: &str| relation(&TreePath::new("001001"), &TreePath::new(place));
        assert_eq!(of("001001"), Relation::Own);
        assert_eq!(of("001001002"), Relation::Below);
        assert_eq!(of("001"), Relation::Above);
        assert_eq!(of("001002"), Relation::Sibling);
        assert_eq!(of("002001"), Relation::Unrelated);
        assert_eq!(of("001002001"), Relation::Unrelated);
    }

    #[test]
    fn a_handler_s_own_question_replaces_signed_in_only() {
        assert_eq!(asked("/duties/{key}", Right::SignedIn), Right::SeeDuties);
        assert_eq!(
            asked("/duties/{key}/submit", Right::SignedIn),
            Right::WorkOnDuties
        );
        assert_eq!(
            asked("/duties/{key}/excuse", Right::ExcuseDuties),
            Right::ExcuseDuties
        );
        assert_eq!(asked("/duties", Right::SignedIn), Right::SignedIn);
    }
}
