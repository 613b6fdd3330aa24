//! Patterns written as constants and compiled once, on first use.

use regex::{Captures, Match, Regex};
use std::sync::OnceLock;

/// A constant regular expression. A pattern that does not compile matches nothing; debug builds,
/// and so the tests, stop at it.
pub struct Pattern {
    source: &'static str,
    compiled: OnceLock<Option<Regex>>,
}

impl Pattern {
    /// The pattern, not yet compiled.
    pub const fn new(source: &'static str) -> Pattern {
        Pattern {
            source,
            compiled: OnceLock::new(),
        }
    }

    fn regex(&self) -> Option<&Regex> {
        let regex = self
            .compiled
            .get_or_init(|| Regex::new(self.source).ok())
            .as_ref();
        debug_assert!(regex.is_some(), "pattern does not compile: {}", self.source);
        regex
    }

    /// Whether it matches anywhere.
    pub fn is_match(&self, text: &str) -> bool {
        self.regex().is_some_and(|r| r.is_match(text))
    }

    /// The first match.
    pub fn find<'t>(&self, text: &'t str) -> Option<Match<'t>> {
        self.regex().and_then(|r| r.find(text))
    }

    /// Every match, without overlap.
    pub fn find_all<'t>(&self, text: &'t str) -> Vec<Match<'t>> {
        self.regex()
            .map(|r| r.find_iter(text).collect())
            .unwrap_or_default()
    }

    /// The groups of the first match.
    pub fn captures<'t>(&self, text: &'t str) -> Option<Captures<'t>> {
        self.regex().and_then(|r| r.captures(text))
    }

    /// The groups of the first match at or after a byte offset.
    pub fn captures_at<'t>(&self, text: &'t str, at: usize) -> Option<Captures<'t>> {
        self.regex().and_then(|r| r.captures_at(text, at))
    }

    /// The groups of every match.
    pub fn captures_all<'t>(&self, text: &'t str) -> Vec<Captures<'t>> {
        self.regex()
            .map(|r| r.captures_iter(text).collect())
            .unwrap_or_default()
    }
}
