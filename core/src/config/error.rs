//! The error of a document: where, what was found, what is allowed, as text without any float formatting.
//!
//! The same document gives the same bytes of error text in every language: what came is shown as it came, long texts
//! are cut, and lists and maps are only named.

use super::{decimal, document::Document};
use alloc::{
    format,
    string::{String, ToString},
};
use core::fmt;

/// The longest text of a document that an error repeats, in bytes.
const LONGEST_QUOTE: usize = 64;

/// A document that breaks a rule: where, what was found, what is allowed.
///
/// ```
/// use hedgerow::config::ConfigError;
/// let error = ConfigError::new("retry.max_attempts", "0", "1..=10");
/// assert_eq!(error.to_string(), "retry.max_attempts: 0, want 1..=10");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError {
    /// Where: names joined by dots, such as `namespaces.cart.limits.calls`; empty for the document itself.
    pub path: String,
    /// What was found, as text.
    pub value: String,
    /// What is allowed, as text.
    pub range: String,
}

impl ConfigError {
    /// Makes an error from its three parts.
    pub fn new(path: impl Into<String>, value: impl Into<String>, range: impl Into<String>) -> Self {
        Self { path: path.into(), value: value.into(), range: range.into() }
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = if self.path.is_empty() { "document" } else { &self.path };
        write!(f, "{path}: {}, want {}", self.value, self.range)
    }
}

impl core::error::Error for ConfigError {}

/// A document's value as an error shows it; long texts are cut, lists and maps are only named.
pub(super) fn shown(document: &Document) -> String {
    match document {
        Document::Null => "null".into(),
        Document::Bool(value) => value.to_string(),
        Document::Integer(value) => value.to_string(),
        Document::Negative(value) => value.to_string(),
        Document::Decimal(value) => decimal::shown(*value),
        Document::Text(text) => quoted(text),
        Document::List(_) => "a list".into(),
        Document::Map(_) => "a map".into(),
    }
}

/// A name of the document as part of a path: cut when long, without control characters.
pub(super) fn name(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        if out.len() >= LONGEST_QUOTE {
            out.push('…');
            break;
        }
        out.push(if c.is_control() { '?' } else { c });
    }
    out
}

/// A text between quotation marks, cut when long.
pub(crate) fn quoted(text: &str) -> String {
    format!("\"{}\"", name(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_cut_and_control_characters_are_masked() {
        let text: String = core::iter::repeat_n('x', 100).collect();
        assert_eq!(shown(&Document::from(text.as_str())).chars().count(), 67);
        assert_eq!(shown(&Document::from("a\nb")), "\"a?b\"");
    }
}
