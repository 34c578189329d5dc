//! What is being read: the last value of each known name, of whatever type, before any of them is judged.
//!
//! Every wire form has named values of the same few types, so one table serves them all. A repeated name keeps its
//! last value even when an earlier one was of a wrong type; a name that is not in the table is none of our business.

use crate::{signal::record::Record, time::Duration};
use alloc::{string::String, vec::Vec};

/// A value as either wire form gives it.
#[derive(Clone, Debug)]
pub(super) enum Value {
    /// A whole number.
    Integer(i128),
    /// A text in quotes.
    Text(String),
    /// A list of names.
    Names(Vec<String>),
    /// A boolean.
    Flag(bool),
    /// Anything else that is well formed, and wrong wherever a record has a field.
    Other,
}

/// The value is not of the field's type or does not fit it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct WrongType;

/// The names of a record in the map form.
const RECORD: [&str; 16] = [
    "v",
    "origin",
    "target",
    "max",
    "calls",
    "hedges",
    "util",
    "util_target",
    "util_max",
    "compute",
    "storage",
    "compress",
    "chunk",
    "page",
    "ttl",
    "reset",
];

/// The values of a record.
pub(super) type RecordDraft = Draft<16>;

/// The last value of each of `N` names.
#[derive(Clone, Debug)]
pub(super) struct Draft<const N: usize> {
    names: &'static [&'static str; N],
    values: [Option<Value>; N],
}

impl RecordDraft {
    pub(super) fn of_record() -> Self {
        Self::new(&RECORD)
    }

    /// The record, if every field has its type and lies within its range.
    pub(super) fn into_record(mut self) -> Option<Record> {
        self.record().ok().filter(Record::is_valid)
    }

    fn record(&mut self) -> Result<Record, WrongType> {
        Ok(Record {
            version: self.number("v")?.ok_or(WrongType)?,
            origin: self.text("origin")?,
            target: self.micros("target")?,
            max: self.micros("max")?,
            calls: self.number("calls")?,
            hedges: self.number("hedges")?,
            util: self.number("util")?,
            util_target: self.number("util_target")?,
            util_max: self.number("util_max")?,
            compute: self.number("compute")?,
            storage: self.number("storage")?,
            compress: self.names("compress")?,
            chunk: self.size("chunk")?,
            page: self.size("page")?,
            ttl: self.micros("ttl")?,
            reset: self.flag("reset")?,
        })
    }
}

impl<const N: usize> Draft<N> {
    pub(super) fn new(names: &'static [&'static str; N]) -> Self {
        Self { names, values: [const { None }; N] }
    }

    /// Keeps a value; an unknown name is ignored.
    pub(super) fn put(&mut self, name: &str, value: Value) {
        if let Some(slot) = self.slot(name) {
            *slot = Some(value);
        }
    }

    fn slot(&mut self, name: &str) -> Option<&mut Option<Value>> {
        self.names.iter().position(|&known| known == name).and_then(|at| self.values.get_mut(at))
    }

    fn take(&mut self, name: &str) -> Option<Value> {
        self.slot(name)?.take()
    }

    pub(super) fn number<T: TryFrom<i128>>(&mut self, name: &str) -> Result<Option<T>, WrongType> {
        self.integer(name)?.map(|number| T::try_from(number).map_err(|_| WrongType)).transpose()
    }

    // One for every type of number that is read by it.
    #[inline(never)]
    fn integer(&mut self, name: &str) -> Result<Option<i128>, WrongType> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::Integer(number)) => Ok(Some(number)),
            Some(_) => Err(WrongType),
        }
    }

    pub(super) fn micros(&mut self, name: &str) -> Result<Option<Duration>, WrongType> {
        Ok(self.number(name)?.map(Duration::from_micros))
    }

    /// A size that a guard rail clamps later, so that a large number only needs to stay large.
    fn size(&mut self, name: &str) -> Result<Option<u32>, WrongType> {
        let size = self.number::<u128>(name)?;
        Ok(size.map(|size| u32::try_from(size).unwrap_or(u32::MAX)))
    }

    pub(super) fn text(&mut self, name: &str) -> Result<Option<String>, WrongType> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::Text(text)) => Ok(Some(text)),
            Some(_) => Err(WrongType),
        }
    }

    pub(super) fn names(&mut self, name: &str) -> Result<Option<Vec<String>>, WrongType> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::Names(names)) => Ok(Some(names)),
            Some(_) => Err(WrongType),
        }
    }

    pub(super) fn flag(&mut self, name: &str) -> Result<bool, WrongType> {
        match self.take(name) {
            None => Ok(false),
            Some(Value::Flag(flag)) => Ok(flag),
            Some(_) => Err(WrongType),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(values: &[(&str, i128)]) -> Option<Record> {
        let mut draft = Draft::of_record();
        for &(name, value) in values {
            draft.put(name, Value::Integer(value));
        }
        draft.into_record()
    }

    #[test]
    fn a_number_beyond_its_field_is_refused_and_a_size_is_kept_large() {
        assert_eq!(record(&[("v", 1), ("calls", 1 << 32)]), None);
        assert_eq!(record(&[("v", 1), ("hedges", -1)]), None);
        assert_eq!(record(&[("v", 1), ("util", 10_001)]), None);
        assert_eq!(record(&[("v", 1), ("chunk", -1)]), None);
        assert_eq!(record(&[("v", 1), ("page", 1 << 40)]).unwrap().page, Some(u32::MAX));
    }

    #[test]
    fn the_last_value_of_a_name_counts_whatever_came_before() {
        let mut draft = Draft::of_record();
        draft.put("v", Value::Integer(3));
        draft.put("target", Value::Text("ten".into()));
        draft.put("target", Value::Integer(10));
        draft.put("colour", Value::Other);
        assert_eq!(draft.into_record().unwrap().target, Some(Duration::from_micros(10)));
    }
}
