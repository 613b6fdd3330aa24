//! The place of a node in a tree, as text that sorts in tree order.

use serde::{Deserialize, Serialize};
use std::fmt;

/// 隶属路径: one label of [`TreePath::LABEL`] characters for each level, from the root down
/// (`001002`). A subtree is one range of text, so rights and sums need no recursion.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Default)]
#[serde(transparent)]
pub struct TreePath(String);

impl TreePath {
    /// Characters a level takes.
    pub const LABEL: usize = 3;

    /// A path as stored.
    pub fn new(text: impl Into<String>) -> Self {
        TreePath(text.into())
    }

    /// The stored text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// 是否在其下: whether this place is `other` or below it. The empty path is nowhere: nothing
    /// lies under it, it lies under nothing.
    pub fn is_within(&self, other: &TreePath) -> bool {
        !self.0.is_empty() && !other.0.is_empty() && self.0.starts_with(&other.0)
    }

    /// The path of the `n`-th child (0 to 46,655).
    pub fn child(&self, n: u32) -> TreePath {
        const DIGITS: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";
        let mut label = [b'0'; Self::LABEL];
        let mut rest = n;
        for slot in label.iter_mut().rev() {
            *slot = DIGITS[(rest % 36) as usize];
            rest /= 36;
        }
        TreePath(format!("{}{}", self.0, String::from_utf8_lossy(&label)))
    }

    /// 上级路径: every proper ancestor, from the root down.
    pub fn ancestors(&self) -> impl Iterator<Item = TreePath> + '_ {
        (1..self.depth()).map(|level| TreePath(self.0[..level * Self::LABEL].to_owned()))
    }

    /// How many levels from the root: the root is 1.
    pub fn depth(&self) -> usize {
        self.0.len() / Self::LABEL
    }

    /// First text after the subtree: `path >= self and path < self.end()`.
    pub fn end(&self) -> String {
        format!("{}~", self.0)
    }
}

impl fmt::Display for TreePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn children_sort_after_their_parent_and_before_its_end() {
        let root = TreePath::new("001");
        let child = root.child(37);
        assert_eq!(child.as_str(), "001011");
        assert!(child.is_within(&root) && child > root && child.as_str() < root.end().as_str());
        assert!(!root.is_within(&child));
    }

    #[test]
    fn the_empty_path_is_nowhere() {
        let nowhere = TreePath::default();
        assert!(!TreePath::new("001").is_within(&nowhere) && !nowhere.is_within(&nowhere));
    }

    #[test]
    fn ancestors_run_from_the_root() {
        let up: Vec<_> = TreePath::new("001002003")
            .ancestors()
            .map(|p| p.to_string())
            .collect();
        assert_eq!(up, ["001", "001002"]);
    }
}
