//! How a rule says no.

use std::borrow::Cow;

/// 依据: the document and article a refusal or requirement rests on.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Source {
    /// Title of the document, or the sheet's number.
    pub document: Cow<'static, str>,
    /// Article or outline within it; empty when the whole document is meant.
    pub article: Cow<'static, str>,
}

/// 不予办理: a coded 'no' in the field's words. Each use case has an exhaustive enum of its own;
/// this is what all of them turn into at the door.
pub trait Refusal: std::fmt::Debug + Send + Sync {
    /// Stable code, `snake_case`, for scripts and the audit log.
    fn code(&self) -> &'static str;
    /// What the user reads: the place, the reason and the way out.
    fn words(&self) -> Cow<'static, str>;
    /// The form field it belongs to, if one.
    fn field(&self) -> Option<&'static str> {
        None
    }
    /// The rule behind it, if one.
    fn source(&self) -> Option<Source> {
        None
    }
}
