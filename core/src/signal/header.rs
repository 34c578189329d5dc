//! The response field `Hedgerow-Slo`: one record for the request's own namespace and operation, or wider.
//!
//! ```text
//! Hedgerow-Slo: v=17, target=10000, max=500000, calls=1000, hedges=50, util=1200, compress=(lz4), chunk=65536
//! ```
//!
//! A structured-field dictionary (RFC 9651) with the names of the map form, `-` for `_`. Only integers are
//! numbers. `scope=op` (the default), `ns` or `all` widens the record. Unknown members of any well-formed type are
//! read over; a repeated member counts by its last value; an empty field is no record. Whatever else is not a
//! dictionary by the RFC is refused whole. At most 4096 bytes and 64 members are read.

use crate::signal::{
    draft::{RecordDraft, Value},
    field::{self, Broken, Member},
    item::Item,
    record::Record,
    scope::Scope,
};
use crate::time::Duration;
use alloc::string::String;
use core::fmt::{self, Write};

/// The response field's name.
pub const SLO_FIELD: &str = "Hedgerow-Slo";

/// How wide a record is meant, seen from the request that it answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Breadth {
    /// The request's namespace and operation, `scope=op`.
    #[default]
    Operation,
    /// Every operation of the request's namespace, `scope=ns`.
    Namespace,
    /// Everything, `scope=all`.
    All,
}

impl Breadth {
    /// Returns the scope that is meant in the answer to a request of this namespace and operation.
    pub const fn scope(self, namespace: u32, operation: u32) -> Scope {
        match self {
            Self::Operation => Scope { namespace: Some(namespace), operation: Some(operation) },
            Self::Namespace => Scope { namespace: Some(namespace), operation: None },
            Self::All => Scope::ALL,
        }
    }
}

/// A record as the response field carries it.
///
/// ```
/// use hedgerow::signal::header::SloField;
/// let field = SloField::parse("v=17, target=10000, max=500000").unwrap().unwrap();
/// assert_eq!(field.record.version, 17);
/// assert_eq!(field.to_text().unwrap(), "v=17, target=10000, max=500000");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SloField {
    /// How wide it is meant.
    pub breadth: Breadth,
    /// What it says.
    pub record: Record,
}

/// Why a header field is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldError {
    /// It is longer than 4096 bytes.
    TooLong,
    /// It has more than 64 members.
    TooManyMembers,
    /// It is no dictionary from this byte on.
    Syntax {
        /// Offset in bytes.
        at: usize,
    },
    /// A member is missing, of a wrong type, or out of its range.
    Invalid,
    /// A text or number to be written cannot travel in a structured field.
    Unwritable,
}

impl fmt::Display for FieldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong => write!(f, "more than {} bytes", field::MAX_FIELD_BYTES),
            Self::TooManyMembers => write!(f, "more than {} members", field::MAX_MEMBERS),
            Self::Syntax { at } => write!(f, "not a dictionary at byte {at}"),
            Self::Invalid => f.write_str("a member is missing, of a wrong type or out of range"),
            Self::Unwritable => f.write_str("a text or number cannot travel in a structured field"),
        }
    }
}

impl core::error::Error for FieldError {}

impl From<Broken> for FieldError {
    fn from(broken: Broken) -> Self {
        match broken {
            Broken::TooLong => Self::TooLong,
            Broken::TooManyMembers => Self::TooManyMembers,
            Broken::Syntax(at) => Self::Syntax { at },
        }
    }
}

impl SloField {
    /// Reads a field; `None` when it is empty or blank. O(length).
    pub fn parse(text: &str) -> Result<Option<Self>, FieldError> {
        if is_blank(text) {
            return Ok(None);
        }
        let (mut draft, mut breadth) = (RecordDraft::of_record(), Some(Breadth::Operation));
        field::read_dictionary(text, |key, member| match key {
            "scope" => breadth = read_breadth(member),
            // The names of the map form are spelt with a hyphen here.
            key if key.contains('_') => {}
            key => draft.put(&key.replace('-', "_"), value(member)),
        })?;
        let record = draft.into_record().ok_or(FieldError::Invalid)?;
        Ok(Some(Self { breadth: breadth.ok_or(FieldError::Invalid)?, record }))
    }

    /// Writes the field; fails when the origin, a codec's name or a number above 15 digits cannot travel in one.
    pub fn to_text(&self) -> Result<String, FieldError> {
        let record = &self.record;
        let mut members = Members::default();
        members.number("v", Some(record.version))?;
        members.string("origin", record.origin.as_deref())?;
        members.number("target", record.target.map(Duration::as_micros))?;
        members.number("max", record.max.map(Duration::as_micros))?;
        members.number("calls", record.calls)?;
        members.number("hedges", record.hedges)?;
        members.number("util", record.util)?;
        members.number("util-target", record.util_target)?;
        members.number("util-max", record.util_max)?;
        members.number("compute", record.compute)?;
        members.number("storage", record.storage)?;
        members.number("ttl", record.ttl.map(Duration::as_micros))?;
        members.tokens("compress", record.compress.as_deref())?;
        members.number("chunk", record.chunk)?;
        members.number("page", record.page)?;
        match self.breadth {
            Breadth::Operation => {}
            Breadth::Namespace => members.plain("scope=ns"),
            Breadth::All => members.plain("scope=all"),
        }
        members.flag("reset", record.reset);
        Ok(members.text)
    }
}

/// A dictionary being written.
#[derive(Debug, Default)]
pub(super) struct Members {
    pub(super) text: String,
}

impl Members {
    pub(super) fn plain(&mut self, member: &str) {
        if !self.text.is_empty() {
            self.text.push_str(", ");
        }
        self.text.push_str(member);
    }

    /// Writes an integer; one of more than 15 digits does not fit a structured field.
    pub(super) fn number(&mut self, key: &str, number: Option<impl Into<u64>>) -> Result<(), FieldError> {
        let Some(number) = number.map(Into::into) else { return Ok(()) };
        if number > field::MAX_INTEGER {
            return Err(FieldError::Unwritable);
        }
        self.plain(key);
        write!(self.text, "={number}").map_err(|_| FieldError::Unwritable)
    }

    pub(super) fn flag(&mut self, key: &str, flag: bool) {
        if flag {
            self.plain(key);
        }
    }

    pub(super) fn string(&mut self, key: &str, text: Option<&str>) -> Result<(), FieldError> {
        if let Some(text) = text {
            let quoted = field::quote(text).ok_or(FieldError::Unwritable)?;
            self.plain(key);
            self.text.push('=');
            self.text.push_str(&quoted);
        }
        Ok(())
    }

    pub(super) fn tokens(&mut self, key: &str, names: Option<&[String]>) -> Result<(), FieldError> {
        let Some(names) = names else { return Ok(()) };
        if !names.iter().all(|name| field::is_token(name)) {
            return Err(FieldError::Unwritable);
        }
        self.plain(key);
        self.text.push_str("=(");
        self.text.push_str(&names.join(" "));
        self.text.push(')');
        Ok(())
    }
}

pub(super) fn is_blank(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' ' | b'\t'))
}

/// The member's value in the terms of a record.
pub(super) fn value(member: Member<'_>) -> Value {
    match member {
        Member::Item(Item::Integer(number)) => Value::Integer(number.into()),
        Member::Item(Item::Text(text)) => Value::Text(text.unescaped()),
        Member::Item(Item::Flag(flag)) => Value::Flag(flag),
        Member::Item(Item::Token(_) | Item::Other) => Value::Other,
        Member::List(list) => {
            let names = list.items().map(|item| match item {
                Item::Token(name) => Some(String::from(name)),
                _ => None,
            });
            names.collect::<Option<_>>().map_or(Value::Other, Value::Names)
        }
    }
}

fn read_breadth(member: Member<'_>) -> Option<Breadth> {
    match member {
        Member::Item(Item::Token("op")) => Some(Breadth::Operation),
        Member::Item(Item::Token("ns")) => Some(Breadth::Namespace),
        Member::Item(Item::Token("all")) => Some(Breadth::All),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_reaches_as_far_as_it_says() {
        let scope = |namespace, operation| Scope { namespace, operation };
        assert_eq!(Breadth::Operation.scope(3, 5), scope(Some(3), Some(5)));
        assert_eq!(Breadth::Namespace.scope(3, 5), scope(Some(3), None));
        assert_eq!(Breadth::All.scope(3, 5), scope(None, None));
    }
}
