//! 谁做: the applicability expression as forms carry it, and the organisations it is asked about.

use kernel::{Day, Id};
use rules::who::{Named, OrganisationFacts, Verdict, Who};
use std::collections::HashMap;

/// Chinese names of what expressions mention.
#[derive(Clone, Debug, Default)]
pub struct Naming {
    /// Organisations and zones.
    pub nodes: HashMap<Id, String>,
    /// Kinds of organisations and units.
    pub kinds: HashMap<String, String>,
    /// Tags.
    pub tags: HashMap<String, String>,
}

impl Naming {
    /// The name, or words that admit there is none.
    pub fn of(&self, named: Named<'_>) -> String {
        let code = |table: &HashMap<String, String>, code: &str| {
            table.get(code).cloned().unwrap_or_else(|| code.to_owned())
        };
        match named {
            Named::Organisation(id) | Named::Zone(id) => self
                .nodes
                .get(&id)
                .cloned()
                .unwrap_or_else(|| "（已撤销）".to_owned()),
            Named::OrganisationKind(kind) | Named::UnitKind(kind) => code(&self.kinds, kind),
            Named::Tag(tag) => code(&self.tags, tag),
            Named::Staffing(staffing) => rules::organisation::Staffing::from_code(staffing)
                .map_or_else(|| staffing.to_owned(), |s| s.chinese().to_owned()),
        }
    }

    /// The expression in words.
    pub fn words(&self, who: &Who) -> String {
        who.words(&|named| self.of(named))
    }

    /// The expression in words for a list of choices, without the closing 党组织.
    pub fn short(&self, who: &Who) -> String {
        match who {
            Who::All => "全部".to_owned(),
            _ => {
                let words = self.words(who);
                words
                    .strip_suffix("的党组织")
                    .map_or(words.clone(), str::to_owned)
            }
        }
    }
}

/// One condition as a form's value: `tag:youth_party_school`, `most:2`. None for combinations.
pub fn key(who: &Who) -> Option<String> {
    Some(match who {
        Who::All => "all".to_owned(),
        Who::OrganisationKind(code) => format!("kind:{code}"),
        Who::UnitKind(code) => format!("unit:{code}"),
        Who::Tag(code) => format!("tag:{code}"),
        Who::Zone(id) => format!("zone:{id}"),
        Who::Under(id) => format!("under:{id}"),
        Who::SecretaryStaffing(code) => format!("staffing:{code}"),
        Who::SecretaryNewSince(day) => format!("new:{day}"),
        Who::MembersAtLeast(n) => format!("least:{n}"),
        Who::MembersAtMost(n) => format!("most:{n}"),
        Who::HasMembersAged { at_most, on } => format!("aged:{at_most}:{on}"),
        Who::And(_) | Who::Or(_) | Who::Not(_) | Who::Organisations(_) => return None,
    })
}

/// The condition behind a form's value.
pub fn term(key: &str) -> Option<Who> {
    let Some((kind, of)) = key.split_once(':') else {
        return (key == "all").then_some(Who::All);
    };
    let code = || (!of.is_empty() && of.len() <= 64).then(|| of.to_owned());
    match kind {
        "kind" => code().map(Who::OrganisationKind),
        "unit" => code().map(Who::UnitKind),
        "tag" => code().map(Who::Tag),
        "zone" => of.parse().ok().map(Who::Zone),
        "under" => of.parse().ok().map(Who::Under),
        "staffing" => code().map(Who::SecretaryStaffing),
        "new" => of.parse().ok().map(Who::SecretaryNewSince),
        "least" => of.parse().ok().map(Who::MembersAtLeast),
        "most" => of.parse().ok().map(Who::MembersAtMost),
        "aged" => {
            let (at_most, on) = of.split_once(':')?;
            let on: Day = on.parse().ok()?;
            Some(Who::HasMembersAged {
                at_most: at_most.parse().ok()?,
                on,
            })
        }
        _ => None,
    }
}

/// The expression taken apart for a form: conditions, organisations named besides, exceptions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parts {
    /// Whether one condition is enough.
    pub any: bool,
    /// Conditions, each perhaps negated.
    pub terms: Vec<(bool, Who)>,
    /// Organisations named besides (or alone).
    pub named: Vec<Id>,
    /// Organisations left out whatever the conditions say.
    pub except: Vec<Id>,
}

impl Parts {
    /// The expression.
    pub fn join(self) -> Who {
        let mut terms: Vec<Who> = self
            .terms
            .into_iter()
            .map(|(not, term)| if not { Who::Not(Box::new(term)) } else { term })
            .collect();
        let base = match (terms.len(), self.named.is_empty()) {
            (0, true) => Who::All,
            (0, false) => Who::Organisations(self.named.clone()),
            (1, _) => terms.remove(0),
            _ if self.any => Who::Or(terms),
            _ => Who::And(terms),
        };
        let alone = matches!(base, Who::Organisations(_));
        let base = match base {
            Who::All => Who::All,
            base if self.named.is_empty() || alone => base,
            base => Who::Or(vec![base, Who::Organisations(self.named)]),
        };
        if self.except.is_empty() {
            return base;
        }
        Who::And(vec![
            base,
            Who::Not(Box::new(Who::Organisations(self.except))),
        ])
    }

    /// Takes it apart; none when it is deeper than a form shows.
    pub fn of(who: &Who) -> Option<Parts> {
        let mut parts = Parts::default();
        let mut rest = who.clone();
        if let Who::And(terms) = &who
            && let [base, Who::Not(out)] = terms.as_slice()
            && let Who::Organisations(ids) = out.as_ref()
        {
            parts.except.clone_from(ids);
            rest = base.clone();
        }
        if let Who::Or(terms) = &rest.clone()
            && let [base, Who::Organisations(ids)] = terms.as_slice()
        {
            parts.named.clone_from(ids);
            rest = base.clone();
        }
        match rest {
            Who::All => {}
            Who::Organisations(ids) => parts.named.extend(ids),
            Who::And(terms) => parts.terms = leaves(terms)?,
            Who::Or(terms) => {
                parts.any = true;
                parts.terms = leaves(terms)?;
            }
            one => parts.terms = leaves(vec![one])?,
        }
        Some(parts)
    }
}

fn leaves(terms: Vec<Who>) -> Option<Vec<(bool, Who)>> {
    let leaf = |term: Who| match term {
        Who::Not(inner) if key(&inner).is_some() => Some((true, *inner)),
        term if key(&term).is_some() => Some((false, term)),
        _ => None,
    };
    terms.into_iter().map(leaf).collect()
}

/// The ids an expression names.
fn mentioned(who: &Who, out: &mut Vec<Id>) {
    match who {
        Who::Organisations(ids) => out.extend(ids),
        Who::Under(id) => out.push(*id),
        Who::And(terms) | Who::Or(terms) => terms.iter().for_each(|t| mentioned(t, out)),
        Who::Not(term) => mentioned(term, out),
        _ => {}
    }
}

/// 基层党组织: those that an issuer's sheet is asked about. Its direct subordinates are; what lies
/// deeper only where the expression names it or an organisation above it.
pub fn concerned<'f>(
    who: &Who,
    facts: &'f [OrganisationFacts],
    issuer: Id,
) -> Vec<&'f OrganisationFacts> {
    let mut ids = Vec::new();
    mentioned(who, &mut ids);
    let is_asked = |f: &&OrganisationFacts| {
        f.id != issuer
            && f.ancestors.contains(&issuer)
            && (f.ancestors.last() == Some(&issuer)
                || ids.contains(&f.id)
                || ids
                    .iter()
                    .any(|id| *id != issuer && f.ancestors.contains(id)))
    };
    facts.iter().filter(is_asked).collect()
}

/// Each organisation asked about, with its verdict.
pub fn judge<'f>(
    who: &Who,
    facts: &'f [OrganisationFacts],
    issuer: Id,
    naming: &Naming,
) -> Vec<(&'f OrganisationFacts, Verdict)> {
    concerned(who, facts, issuer)
        .into_iter()
        .map(|f| (f, who.evaluate(f, &|named| naming.of(named))))
        .collect()
}

/// How many it applies to.
pub fn count(who: &Who, facts: &[OrganisationFacts], issuer: Id, naming: &Naming) -> usize {
    judge(who, facts, issuer, naming)
        .iter()
        .filter(|(_, v)| v.applies)
        .count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fact(id: i64, ancestors: &[i64], tags: &[&str]) -> OrganisationFacts {
        OrganisationFacts {
            id: Id(id),
            name: format!("第{id}党支部"),
            ancestors: ancestors.iter().copied().map(Id).collect(),
            tags: tags.iter().map(|t| (*t).to_owned()).collect(),
            ..OrganisationFacts::default()
        }
    }

    #[test]
    fn keys_are_read_as_they_are_written() {
        let keys = [
            "all",
            "tag:remote",
            "zone:7",
            "new:2026-01-01",
            "most:2",
            "aged:35:2026-12-31",
        ];
        for text in keys {
            assert_eq!(key(&term(text).unwrap()).as_deref(), Some(text));
        }
        assert_eq!(term("zone:x"), None);
        assert_eq!(term("nothing"), None);
    }

    #[test]
    fn an_expression_survives_the_form() {
        let parts = Parts {
            any: false,
            terms: vec![(false, Who::Tag("a".into())), (true, Who::Zone(Id(3)))],
            named: vec![Id(9)],
            except: vec![Id(4)],
        };
        assert_eq!(Parts::of(&parts.clone().join()), Some(parts));
        assert_eq!(Parts::default().join(), Who::All);
        let named = Parts {
            named: vec![Id(1), Id(2)],
            ..Parts::default()
        };
        assert_eq!(named.clone().join(), Who::Organisations(vec![Id(1), Id(2)]));
        assert_eq!(Parts::of(&named.clone().join()), Some(named));
    }

    #[test]
    fn direct_subordinates_are_asked_and_deeper_ones_only_by_name() {
        let facts = [
            fact(1, &[], &[]),
            fact(2, &[1], &["t"]),
            fact(3, &[1, 2], &["t"]),
            fact(4, &[1], &[]),
        ];
        let naming = Naming::default();
        let tag = Who::Tag("t".into());
        assert_eq!(count(&Who::All, &facts, Id(1), &naming), 2);
        assert_eq!(count(&tag, &facts, Id(1), &naming), 1);
        assert_eq!(
            count(&Who::Organisations(vec![Id(3)]), &facts, Id(1), &naming),
            1
        );
        assert_eq!(count(&Who::Under(Id(2)), &facts, Id(1), &naming), 2);
    }
}
