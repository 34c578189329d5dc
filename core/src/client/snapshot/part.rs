//! A map of a snapshot, as it is written and as it is read.
//!
//! Numbers beyond 2^53 are written as hexadecimal texts, since one language has no other numbers than floats. What is
//! absent has its plain value; what is present must be what it claims to be.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::config::{ConfigError, Document, quoted};
use crate::time::{Duration, Instant, MAX_MICROS};

type Read<T> = Result<T, ConfigError>;

/// A map that is being written; instants become ages at its time.
pub(crate) struct Entries {
    at: Instant,
    entries: Vec<(String, Document)>,
}

impl Entries {
    pub(super) const fn new(at: Instant) -> Self {
        Self { at, entries: Vec::new() }
    }

    /// The time to which ages refer.
    pub(super) const fn at(&self) -> Instant {
        self.at
    }

    pub(super) fn put(&mut self, name: &str, value: Document) {
        self.entries.push((name.into(), value));
    }

    pub(super) fn number(&mut self, name: &str, value: u64) {
        self.put(name, number(value));
    }

    /// A number that is left out when it is 0.
    pub(super) fn count(&mut self, name: &str, value: u64) {
        if value > 0 {
            self.number(name, value);
        }
    }

    pub(super) fn text(&mut self, name: &str, value: &str) {
        self.put(name, value.into());
    }

    /// A flag that is left out when it is not set.
    pub(super) fn flag(&mut self, name: &str, value: bool) {
        if value {
            self.put(name, value.into());
        }
    }

    /// How long ago this was.
    pub(super) fn age(&mut self, name: &str, when: Option<Instant>) {
        if let Some(when) = when {
            self.number(name, self.at.since(when).as_micros());
        }
    }

    /// How long it is until then; 0 when it has been.
    pub(super) fn left(&mut self, name: &str, until: Option<Instant>) {
        if let Some(until) = until {
            self.number(name, until.since(self.at).as_micros());
        }
    }

    /// A list that is left out when it is empty.
    pub(super) fn list(&mut self, name: &str, values: Vec<Document>) {
        if !values.is_empty() {
            self.put(name, Document::List(values));
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

impl From<Entries> for Document {
    fn from(entries: Entries) -> Self {
        Self::Map(entries.entries)
    }
}

/// A number as a document holds it.
pub(super) fn number(value: u64) -> Document {
    if value <= MAX_MICROS { value.into() } else { Document::Text(format!("0x{value:x}")) }
}

/// Numbers as a list.
pub(super) fn numbers(values: impl IntoIterator<Item = u64>) -> Document {
    Document::List(values.into_iter().map(number).collect())
}

/// A map that is being read, the path to it, and the machine's time as it was written.
pub(super) struct Part<'a> {
    entries: &'a [(String, Document)],
    path: String,
    pub(super) at: Instant,
}

impl<'a> Part<'a> {
    /// The version that a snapshot says it is of; nothing else of it is looked at.
    pub(super) fn version(snapshot: &Document) -> Read<u64> {
        let Some(value) = snapshot.get("version") else {
            return Err(ConfigError::new("snapshot.version", "none", "a number"));
        };
        read(value).ok_or_else(|| refused("snapshot.version".into(), value, "a number"))
    }

    /// A map with these fields and no other, each at most once.
    pub(super) fn of(document: &'a Document, path: &str, known: &[&str]) -> Read<Self> {
        let Document::Map(entries) = document else {
            return Err(refused(path.into(), document, "a map"));
        };
        for (index, (name, _)) in entries.iter().enumerate() {
            let again = entries.iter().take(index).any(|(other, _)| other == name);
            if again || !known.contains(&name.as_str()) {
                let range = if again { "a name given once".into() } else { known.join(", ") };
                return Err(ConfigError::new(path, quoted(name), range));
            }
        }
        Ok(Self { entries, path: path.into(), at: Instant::ZERO })
    }

    /// The same map, with the time to which its ages refer.
    pub(super) fn at(self, at: Instant) -> Self {
        Self { at, ..self }
    }

    /// A map below; one without entries when it is absent.
    pub(super) fn part(&self, name: &str, known: &[&str]) -> Read<Part<'a>> {
        let path = self.path(name);
        match self.get(name) {
            Some(found) => Ok(Part::of(found, &path, known)?.at(self.at)),
            None => Ok(Part { entries: &[], path, at: self.at }),
        }
    }

    /// The maps of a list below.
    pub(super) fn parts(&self, name: &str, known: &[&str]) -> Read<Vec<Part<'a>>> {
        let path = self.path(name);
        let list = self.list(name)?.iter().enumerate();
        list.map(|(index, found)| Ok(Part::of(found, &format!("{path}[{index}]"), known)?.at(self.at)))
            .collect()
    }

    pub(super) fn get(&self, name: &str) -> Option<&'a Document> {
        let found = self.entries.iter().find(|(key, _)| key == name).map(|(_, value)| value);
        found.filter(|value| !value.is_null())
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// A number of at most `most`.
    pub(super) fn number(&self, name: &str, most: u64) -> Read<Option<u64>> {
        let Some(found) = self.get(name) else { return Ok(None) };
        let value = read(found).filter(|value| *value <= most);
        value.map(Some).ok_or_else(|| self.refused(name, found, &format!("0..={most}")))
    }

    /// A number of at most `most`, 0 when it is absent.
    pub(super) fn count(&self, name: &str, most: u64) -> Read<u64> {
        Ok(self.number(name, most)?.unwrap_or(0))
    }

    /// A number of 32 bits, 0 when it is absent.
    pub(super) fn narrow(&self, name: &str) -> Read<u32> {
        Ok(self.count(name, u32::MAX.into())? as u32)
    }

    /// A number that must be there.
    pub(super) fn required(&self, name: &str, most: u64) -> Read<u64> {
        let found = self.number(name, most)?;
        found.ok_or_else(|| ConfigError::new(self.path(name), "none", format!("0..={most}")))
    }

    pub(super) fn text(&self, name: &str) -> Read<Option<&'a str>> {
        match self.get(name) {
            None => Ok(None),
            Some(Document::Text(text)) => Ok(Some(text)),
            Some(other) => Err(self.refused(name, other, "a text")),
        }
    }

    pub(super) fn flag(&self, name: &str) -> Read<bool> {
        match self.get(name) {
            None => Ok(false),
            Some(Document::Bool(value)) => Ok(*value),
            Some(other) => Err(self.refused(name, other, "true or false")),
        }
    }

    /// When this was, out of its age, which is at most that of the machine.
    pub(super) fn age(&self, name: &str) -> Read<Option<Instant>> {
        let age = self.number(name, self.at.as_micros())?;
        Ok(age.map(|age| self.at - Duration::from_micros(age)))
    }

    /// When this will be.
    pub(super) fn left(&self, name: &str) -> Read<Option<Instant>> {
        let left = self.number(name, super::MOST_MICROS)?;
        Ok(left.map(|left| self.at + Duration::from_micros(left)))
    }

    /// A list, empty when it is absent.
    pub(super) fn list(&self, name: &str) -> Read<&'a [Document]> {
        match self.get(name) {
            None => Ok(&[]),
            Some(Document::List(list)) => Ok(list),
            Some(other) => Err(self.refused(name, other, "a list")),
        }
    }

    /// A list of numbers of at most `most`.
    pub(super) fn numbers(&self, name: &str, most: u64) -> Read<Vec<u64>> {
        let list = self.list(name)?.iter().enumerate().map(|(index, found)| {
            let value = read(found).filter(|value| *value <= most);
            value.ok_or_else(|| self.refused(&format!("{name}[{index}]"), found, &format!("0..={most}")))
        });
        list.collect()
    }

    /// A list of exactly N numbers of at most `most`.
    pub(super) fn exactly<const N: usize>(&self, name: &str, most: u64) -> Read<[u64; N]> {
        let found = self.numbers(name, most)?;
        let count = found.len().to_string();
        found.try_into().map_err(|_| ConfigError::new(self.path(name), count, format!("{N} numbers")))
    }

    pub(super) fn refused(&self, name: &str, found: &Document, range: &str) -> ConfigError {
        refused(self.path(name), found, range)
    }

    pub(super) fn path(&self, name: &str) -> String {
        format!("{}.{name}", self.path)
    }
}

fn refused(path: String, found: &Document, range: &str) -> ConfigError {
    let value = match found {
        Document::Map(_) => "a map".into(),
        Document::List(_) => "a list".into(),
        Document::Text(text) => quoted(text),
        other => other.to_json(),
    };
    ConfigError::new(path, value, range)
}

/// A whole number in either form.
fn read(found: &Document) -> Option<u64> {
    match found {
        Document::Integer(value) => Some(*value),
        Document::Decimal(value) => match Document::number(*value) {
            Document::Integer(value) => Some(value),
            _ => None,
        },
        Document::Text(text) => u64::from_str_radix(text.strip_prefix("0x")?, 16).ok(),
        _ => None,
    }
}
