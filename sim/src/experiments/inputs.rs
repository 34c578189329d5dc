//! The inputs of an experiment: a flat document, read strictly.
//!
//! Every field is asked for by name, with its range. What is missing, out of range or of another kind is refused with
//! its path, its value and what was wanted; so is a field that nobody asked for.

use serde_json::{Map, Value};
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fmt;
use std::ops::RangeInclusive;

/// Tells which input is wrong: path, value and range.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InputError(pub String);

impl fmt::Display for InputError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for InputError {}

impl From<hedgerow::ConfigError> for InputError {
    fn from(error: hedgerow::ConfigError) -> Self {
        Self(error.to_string())
    }
}

/// Reads the fields of one document and remembers which were read.
#[derive(Debug)]
pub struct Inputs<'a> {
    fields: &'a Map<String, Value>,
    read: RefCell<BTreeSet<&'a str>>,
}

impl<'a> Inputs<'a> {
    /// Begins to read; the field `experiment`, which chose the reader, is read already.
    pub fn new(fields: &'a Map<String, Value>) -> Self {
        Self { fields, read: RefCell::new(BTreeSet::from(["experiment"])) }
    }

    /// A whole number within a range.
    pub fn whole(&self, name: &str, range: RangeInclusive<u64>) -> Result<u64, InputError> {
        let value = self.value(name).ok_or_else(|| missing(name))?;
        value.as_u64().filter(|number| range.contains(number)).ok_or_else(|| {
            InputError(format!(
                "{name}: {value}, want a whole number from {} to {}",
                range.start(),
                range.end()
            ))
        })
    }

    /// A whole number within a range; `default` when it is absent.
    pub fn whole_or(&self, name: &str, range: RangeInclusive<u64>, default: u64) -> Result<u64, InputError> {
        if self.value(name).is_none() { Ok(default) } else { self.whole(name, range) }
    }

    /// A finite number within a range.
    pub fn number(&self, name: &str, range: RangeInclusive<f64>) -> Result<f64, InputError> {
        let value = self.value(name).ok_or_else(|| missing(name))?;
        value.as_f64().filter(|number| range.contains(number)).ok_or_else(|| {
            InputError(format!("{name}: {value}, want a number from {} to {}", range.start(), range.end()))
        })
    }

    /// A finite number within a range; `default` when it is absent.
    pub fn number_or(&self, name: &str, range: RangeInclusive<f64>, default: f64) -> Result<f64, InputError> {
        if self.value(name).is_none() { Ok(default) } else { self.number(name, range) }
    }

    /// A word out of a list.
    pub fn word(&self, name: &str, words: &[&'static str]) -> Result<&'static str, InputError> {
        let value = self.value(name).ok_or_else(|| missing(name))?;
        let known = words.iter().find(|word| value.as_str() == Some(word));
        known.copied().ok_or_else(|| InputError(format!("{name}: {value}, want one of {}", words.join(", "))))
    }

    /// A word out of a list; `default` when it is absent.
    pub fn word_or(
        &self,
        name: &str,
        words: &[&'static str],
        default: &'static str,
    ) -> Result<&'static str, InputError> {
        if self.value(name).is_none() { Ok(default) } else { self.word(name, words) }
    }

    /// Any text; `None` when it is absent.
    pub fn text(&self, name: &str) -> Result<Option<&'a str>, InputError> {
        match self.value(name) {
            None => Ok(None),
            Some(value) => {
                let text =
                    value.as_str().ok_or_else(|| InputError(format!("{name}: {value}, want a text")))?;
                Ok(Some(text))
            }
        }
    }

    /// True or false; `None` when it is absent.
    pub fn flag(&self, name: &str) -> Result<Option<bool>, InputError> {
        match self.value(name) {
            None => Ok(None),
            Some(Value::Bool(flag)) => Ok(Some(*flag)),
            Some(value) => Err(InputError(format!("{name}: {value}, want true or false"))),
        }
    }

    /// The value of a field as it stands; `None` when it is absent or null.
    pub fn value(&self, name: &str) -> Option<&'a Value> {
        let (name, value) = self.fields.get_key_value(name)?;
        self.read.borrow_mut().insert(name);
        (!value.is_null()).then_some(value)
    }

    /// The whole document, for a reader that is strict itself.
    pub fn document(&self) -> &'a Map<String, Value> {
        self.read.borrow_mut().extend(self.fields.keys().map(String::as_str));
        self.fields
    }

    /// Refuses the fields that were not read.
    pub fn finish(&self) -> Result<(), InputError> {
        let read = self.read.borrow();
        match self.fields.iter().find(|(name, _)| !read.contains(name.as_str())) {
            Some((name, value)) => {
                Err(InputError(format!("{name}: {value}, this experiment has no such input")))
            }
            None => Ok(()),
        }
    }
}

fn missing(name: &str) -> InputError {
    InputError(format!("{name}: missing"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn refused(fields: &Value, read: impl Fn(&Inputs<'_>) -> Result<(), InputError>) -> String {
        read(&Inputs::new(fields.as_object().unwrap())).unwrap_err().to_string()
    }

    #[test]
    fn a_wrong_input_is_refused_with_path_value_and_range() {
        let whole = |inputs: &Inputs<'_>| inputs.whole("n", 1..=9).map(drop);
        assert_eq!(refused(&json!({"n": 0}), whole), "n: 0, want a whole number from 1 to 9");
        assert_eq!(refused(&json!({"n": "x"}), whole), "n: \"x\", want a whole number from 1 to 9");
        assert_eq!(refused(&json!({}), whole), "n: missing");
        let word = |inputs: &Inputs<'_>| inputs.word("view", &["global", "private"]).map(drop);
        assert_eq!(refused(&json!({"view": "all"}), word), "view: \"all\", want one of global, private");
    }

    #[test]
    fn an_input_that_nobody_reads_is_refused() {
        let finish = |inputs: &Inputs<'_>| inputs.whole("n", 1..=9).and_then(|_| inputs.finish());
        let fields = json!({"experiment": "x", "n": 1, "m": 2});
        assert_eq!(refused(&fields, finish), "m: 2, this experiment has no such input");
    }
}
