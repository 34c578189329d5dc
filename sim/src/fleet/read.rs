//! What several parts of a fleet's document share: times, zones, lists of numbers.

use serde_json::Value;

use crate::experiments::{InputError, Inputs};
use crate::sample::{time, whole};
use crate::world::spec::MOST_US;

/// A time in µs, at most a century.
pub(super) fn time_of(name: &str, text: &str) -> Result<u64, InputError> {
    let unit = ["us", "ms", "s"].iter().any(|unit| text.ends_with(unit));
    let us = time(text).ok().filter(|us| unit && (0.0..=MOST_US as f64).contains(us));
    let refused = || InputError(format!("{name}: {text:?}, want a time of 0us or more such as \"24ms\""));
    us.map(whole).ok_or_else(refused)
}

/// The time of a field; `usual` when it is absent.
pub(super) fn length(name: &str, usual_us: u64, inputs: &Inputs<'_>) -> Result<u64, InputError> {
    inputs.text(name)?.map_or(Ok(usual_us), |text| time_of(name, text))
}

/// The zone of a field, by its letter or by its number.
pub(super) fn named_zone(name: &str, inputs: &Inputs<'_>) -> Result<Option<u32>, InputError> {
    inputs.value(name).map(|value| zone(name, value)).transpose()
}

/// A zone by its letter or by its number.
pub(super) fn zone(name: &str, value: &Value) -> Result<u32, InputError> {
    let number = value.as_u64().and_then(|number| u32::try_from(number).ok());
    let letter = value.as_str().filter(|text| text.len() == 1).and_then(|text| text.bytes().next());
    let letter = letter.filter(u8::is_ascii_lowercase).map(|letter| u32::from(letter - b'a'));
    number.or(letter).ok_or_else(|| InputError(format!("{name}: {value}, want a zone such as \"a\" or 0")))
}

/// A list of whole numbers.
pub(super) fn numbers(name: &str, inputs: &Inputs<'_>) -> Result<Vec<u32>, InputError> {
    let value = inputs.value(name).unwrap_or(&Value::Null);
    let read = |list: &Vec<Value>| list.iter().map(|one| u32::try_from(one.as_u64()?).ok()).collect();
    let list: Option<Vec<u32>> = value.as_array().and_then(read);
    list.ok_or_else(|| InputError(format!("{name}: {value}, want a list of numbers such as [0, 1]")))
}
