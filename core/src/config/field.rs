//! A field of the configuration document, described as data.
//!
//! Reader, writer and checks walk these descriptions, and the types of every language, the JSON Schema and the
//! reference pages are rendered from them: a default or a range stands nowhere else.

use super::{decimal::fixed, table};
use alloc::{
    format,
    string::{String, ToString},
};

/// Every field of the document, grouped as the reference shows them.
///
/// ```
/// let calls = hedgerow::config::fields().iter().find(|field| field.path == "limits.calls").unwrap();
/// assert_eq!(calls.range(), "1..=1000000");
/// ```
pub fn fields() -> &'static [Field] {
    &table::FIELDS
}

/// One field: where it stands, what it takes, what it means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Field {
    /// Names joined by dots; `<op>` stands for any operation's name.
    pub path: &'static str,
    /// Type and range.
    pub kind: Kind,
    /// The value when the document gives none.
    pub default: Default,
    /// Whether `retry.preset` fills the field when it is not given; [`Self::default`] then is that of its default.
    pub by_preset: bool,
    /// Whether `null` is allowed; `About::null` says what it means.
    pub nullable: bool,
    /// Where in the document the field may stand.
    pub scope: Scope,
    /// What else must hold for the field to have an effect; given without it, it is refused.
    pub used_when: &'static [Condition],
}

/// What the reference says of a field beyond its row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct About {
    /// One sentence on what the field does.
    pub meaning: &'static str,
    /// Unit of a number, empty for a pure number.
    pub unit: &'static str,
    /// What `null` means, empty when it is not allowed.
    pub null: &'static str,
    /// Who published the default, or `ours`.
    pub source: &'static str,
}

/// Type and range of a field. Numbers are inclusive bounds in the stored unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// `true` or `false`.
    Bool,
    /// A whole number.
    Integer {
        /// The least value.
        min: u64,
        /// The greatest value.
        max: u64,
    },
    /// A whole number of microseconds.
    Duration {
        /// The least value, in microseconds.
        min: u64,
        /// The greatest value, in microseconds.
        max: u64,
    },
    /// A whole number of microseconds, or a word for a value that is known only later.
    DurationOr {
        /// The word.
        word: &'static str,
        /// The least number, in microseconds.
        min: u64,
        /// The greatest number, in microseconds.
        max: u64,
    },
    /// A decimal fraction, rounded half up to parts per million.
    Ratio {
        /// The least value, in parts per million.
        min: u64,
        /// The greatest value, in parts per million.
        max: u64,
    },
    /// A decimal of at most three places; a fourth is refused.
    Thousandths {
        /// The least value, in thousandths.
        min: u64,
        /// The greatest value, in thousandths.
        max: u64,
    },
    /// One of a few words, in the order of their codes.
    Word(&'static [&'static str]),
    /// Any text.
    Text {
        /// The greatest length, in bytes.
        max_bytes: u64,
    },
    /// A map of the fields below this path, or `null` for a feature that is off.
    Section,
}

/// A default, in the stored unit of the field's kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Default {
    /// `null`.
    Null,
    /// A truth value.
    Bool(bool),
    /// A number in the stored unit: microseconds, parts per million, thousandths or ones.
    Number(u64),
    /// A word.
    Word(&'static str),
    /// A text.
    Text(&'static str),
}

/// Where in the document a field may stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Scope {
    /// At the top only: one value for the whole client.
    Client,
    /// At the top, and again under `operations.<op>`, `namespaces.<ns>` and `namespaces.<ns>.operations.<op>`.
    Class,
    /// Under `operations.<op>` only.
    Operation,
}

/// Another field that must hold one of these words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Condition {
    /// Path of the other field.
    pub path: &'static str,
    /// The words, one of which it must hold.
    pub words: &'static [&'static str],
}

impl Field {
    /// What the reference says of the field. O(fields).
    pub fn about(&self) -> About {
        let row = table::FIELDS.iter().position(|field| field.path == self.path);
        let found = row.and_then(|row| table::ABOUT.get(row).copied()).unwrap_or(about(""));
        match self.kind {
            Kind::Duration { .. } | Kind::DurationOr { .. } => found.unit("µs"),
            _ => found,
        }
    }

    /// What the field takes, as the text of an error and of the reference.
    pub fn range(&self) -> String {
        let mut range = match self.kind {
            Kind::Bool => "true or false".into(),
            Kind::Integer { min, max } | Kind::Duration { min, max } => span(&min, &max),
            Kind::DurationOr { word, min, max } => format!("{} or \"{word}\"", span(&min, &max)),
            Kind::Ratio { min, max } => span(&fixed(min, 6), &fixed(max, 6)),
            Kind::Thousandths { min, max } => {
                format!("{} with at most three decimals", span(&fixed(min, 3), &fixed(max, 3)))
            }
            Kind::Word(words) => list(words.iter()),
            Kind::Text { max_bytes } => format!("a text of at most {max_bytes} bytes"),
            Kind::Section => "a map".into(),
        };
        if self.nullable {
            range.push_str(" or null");
        }
        range
    }

    /// The default as the document writes it, words and texts between quotation marks.
    pub fn default_text(&self) -> String {
        match self.default {
            Default::Null => "null".into(),
            Default::Bool(value) => value.to_string(),
            Default::Number(value) => self.number_text(value),
            Default::Word(text) | Default::Text(text) => format!("\"{text}\""),
        }
    }

    /// A number of the stored unit as the document writes it.
    pub(super) fn number_text(&self, value: u64) -> String {
        match self.kind {
            Kind::Ratio { .. } => fixed(value, 6),
            Kind::Thousandths { .. } => fixed(value, 3),
            _ => value.to_string(),
        }
    }

    /// The words of the field, in the order of their codes; empty when it takes none.
    pub fn words(&self) -> &'static [&'static str] {
        match self.kind {
            Kind::Word(words) => words,
            _ => &[],
        }
    }
}

fn span(min: &impl ToString, max: &impl ToString) -> String {
    let (min, max) = (min.to_string(), max.to_string());
    if min == max { min } else { format!("{min}..={max}") }
}

/// Names as `a, b or c`.
pub(super) fn list<'a>(names: impl Iterator<Item = &'a &'a str>) -> String {
    let mut names = names.peekable();
    let mut out = String::new();
    while let Some(name) = names.next() {
        if !out.is_empty() {
            out.push_str(if names.peek().is_some() { ", " } else { " or " });
        }
        out.push_str(name);
    }
    out
}

/// Builders of the table's rows; constant functions, because the table is a constant.
impl Field {
    pub(super) const fn new(path: &'static str, kind: Kind, default: Default) -> Self {
        Self { path, kind, default, by_preset: false, nullable: false, scope: Scope::Client, used_when: &[] }
    }

    pub(super) const fn class(self) -> Self {
        Self { scope: Scope::Class, ..self }
    }

    pub(super) const fn operation(self) -> Self {
        Self { scope: Scope::Operation, ..self }
    }

    pub(super) const fn or_null(self) -> Self {
        Self { nullable: true, ..self }
    }

    pub(super) const fn filled(self) -> Self {
        Self { by_preset: true, ..self }
    }

    pub(super) const fn preset(self) -> Self {
        self.class().filled()
    }

    pub(super) const fn when(self, used_when: &'static [Condition]) -> Self {
        Self { used_when, ..self }
    }
}

pub(super) const fn about(meaning: &'static str) -> About {
    About { meaning, unit: "", null: "", source: "ours" }
}

impl About {
    pub(super) const fn unit(self, unit: &'static str) -> Self {
        Self { unit, ..self }
    }

    pub(super) const fn null(self, null: &'static str) -> Self {
        Self { null, ..self }
    }

    pub(super) const fn from(self, source: &'static str) -> Self {
        Self { source, ..self }
    }
}
