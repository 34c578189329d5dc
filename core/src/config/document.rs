//! The document as plain values: what JSON, a JS object and a Python dict have in common.
//!
//! One visitor reads all of them, so the wasm build carries one deserialiser. Nothing is judged here: NaN,
//! infinities and repeated names are kept as they came, so that the reader can refuse them with their path. Only the
//! depth is bounded, because a host's object may contain itself.

use super::{decimal, json};
use alloc::{string::String, vec::Vec};
use core::fmt;
use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{DeserializeSeed, Error, MapAccess, SeqAccess, Visitor},
    ser::SerializeMap,
};

/// The deepest nesting that is read; the deepest field of the configuration lies at 7.
pub const MAX_DEPTH: u8 = 32;

/// A value of a JSON-shaped document; maps keep order and repetitions.
///
/// ```
/// use hedgerow::config::Document;
/// let document: Document = serde_json::from_str(r#"{"limits": {"calls": 10}}"#).unwrap();
/// let limits = document.get("limits").unwrap();
/// assert_eq!(limits.get("calls"), Some(&Document::Integer(10)));
/// assert_eq!(limits, &Document::map([("calls", 10u64.into())]));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub enum Document {
    /// `null`, `None`, `undefined`.
    Null,
    /// A truth value.
    Bool(bool),
    /// A whole number from zero up.
    Integer(u64),
    /// A whole number below zero.
    Negative(i64),
    /// Any other number, NaN and infinities included.
    Decimal(f64),
    /// A text.
    Text(String),
    /// A list.
    List(Vec<Document>),
    /// Named values in the order they came.
    Map(Vec<(String, Document)>),
}

impl Document {
    /// Makes a map of names and values.
    pub fn map<const N: usize>(mut entries: [(&str, Self); N]) -> Self {
        Self::taking(&mut entries)
    }

    /// The code of all maps, however many entries they have.
    fn taking(entries: &mut [(&str, Self)]) -> Self {
        let own = |(name, value): &mut (&str, Self)| ((*name).into(), core::mem::replace(value, Self::Null));
        Self::Map(entries.iter_mut().map(own).collect())
    }

    /// A number of a language that has one kind of them: whole where it is, of a size that floats hold exactly.
    ///
    /// ```
    /// use hedgerow::config::Document;
    /// assert_eq!(Document::number(-2.0), Document::Negative(-2));
    /// assert_eq!(Document::number(0.5), Document::Decimal(0.5));
    /// ```
    pub fn number(value: f64) -> Self {
        match (decimal::exact(value), decimal::exact(-value)) {
            (Some(whole), _) => Self::Integer(whole),
            (None, Some(whole)) => Self::from(whole.cast_signed().wrapping_neg()),
            (None, None) => Self::Decimal(value),
        }
    }

    /// The first value of this name, when this is a map that has it. O(entries).
    pub fn get(&self, name: &str) -> Option<&Self> {
        match self {
            Self::Map(entries) => entries.iter().find(|(key, _)| key == name).map(|(_, value)| value),
            _ => None,
        }
    }

    /// Compact ASCII JSON; decimals to six places, NaN and infinities as `null`. O(size).
    ///
    /// ```
    /// use hedgerow::config::Document;
    /// assert_eq!(Document::map([("a", 1u64.into())]).to_json(), r#"{"a":1}"#);
    /// ```
    pub fn to_json(&self) -> String {
        let mut out = String::new();
        json::write(&mut out, self);
        out
    }

    /// Whether this is `null`.
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }
}

impl From<bool> for Document {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<u64> for Document {
    fn from(value: u64) -> Self {
        Self::Integer(value)
    }
}

impl From<i64> for Document {
    fn from(value: i64) -> Self {
        u64::try_from(value).map_or(Self::Negative(value), Self::Integer)
    }
}

impl From<f64> for Document {
    fn from(value: f64) -> Self {
        Self::Decimal(value)
    }
}

impl From<&str> for Document {
    fn from(value: &str) -> Self {
        Self::Text(value.into())
    }
}

impl<'de> Deserialize<'de> for Document {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Reader { depth: MAX_DEPTH }.deserialize(deserializer)
    }
}

/// Reads one value that may nest `depth` levels further.
#[derive(Clone, Copy)]
struct Reader {
    depth: u8,
}

impl Reader {
    fn deeper<E: Error>(self) -> Result<Self, E> {
        self.depth.checked_sub(1).map(|depth| Self { depth }).ok_or_else(|| E::custom("nested too deeply"))
    }
}

impl<'de> DeserializeSeed<'de> for Reader {
    type Value = Document;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Document, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Reader {
    type Value = Document;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("null, a truth value, a number, a text, a list or a map")
    }

    fn visit_unit<E>(self) -> Result<Document, E> {
        Ok(Document::Null)
    }

    fn visit_none<E>(self) -> Result<Document, E> {
        Ok(Document::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Document, D::Error> {
        self.deserialize(deserializer)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Document, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Document, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Document, E> {
        Ok(value.into())
    }

    // Languages with unbounded integers: too large for any field, so the size is all that matters.
    fn visit_u128<E>(self, value: u128) -> Result<Document, E> {
        Ok(u64::try_from(value).map_or(Document::Decimal(decimal::beyond(i128::MAX)), Document::Integer))
    }

    fn visit_i128<E>(self, value: i128) -> Result<Document, E> {
        Ok(i64::try_from(value).map_or(Document::Decimal(decimal::beyond(value)), Document::from))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Document, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Document, E> {
        Ok(value.into())
    }

    fn visit_string<E>(self, value: String) -> Result<Document, E> {
        Ok(Document::Text(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Document, A::Error> {
        let inner = self.deeper()?;
        let mut values = Vec::new();
        while let Some(value) = list.next_element_seed(inner)? {
            values.push(value);
        }
        Ok(Document::List(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Document, A::Error> {
        let inner = self.deeper()?;
        let mut entries = Vec::new();
        while let Some(name) = map.next_key::<String>()? {
            entries.push((name, map.next_value_seed(inner)?));
        }
        Ok(Document::Map(entries))
    }
}

impl Serialize for Document {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Integer(value) => serializer.serialize_u64(*value),
            Self::Negative(value) => serializer.serialize_i64(*value),
            Self::Decimal(value) => serializer.serialize_f64(*value),
            Self::Text(text) => serializer.serialize_str(text),
            Self::List(values) => serializer.collect_seq(values),
            Self::Map(entries) => {
                let mut map = serializer.serialize_map(Some(entries.len()))?;
                for (name, value) in entries {
                    map.serialize_entry(name, value)?;
                }
                map.end()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    fn read(json: &str) -> Result<Document, serde_json::Error> {
        serde_json::from_str(json)
    }

    #[test]
    fn every_json_value_is_read_as_it_came() {
        let text = r#"{"a":null,"b":[true,0,-3,18446744073709551615,0.5],"a":"again"}"#;
        let document = read(text).unwrap();
        assert_eq!(document.get("a"), Some(&Document::Null));
        assert_eq!(serde_json::to_string(&document).unwrap(), text);
    }

    #[test]
    fn nesting_is_bounded() {
        let nested = |levels: usize| "[".repeat(levels) + &"]".repeat(levels);
        assert!(read(&nested(usize::from(MAX_DEPTH))).is_ok());
        let error = read(&nested(usize::from(MAX_DEPTH) + 1)).unwrap_err();
        assert!(error.to_string().contains("nested too deeply"), "{error}");
    }

    #[test]
    fn a_whole_number_keeps_its_sign_apart() {
        assert_eq!(Document::from(-1i64), Document::Negative(-1));
        assert_eq!(Document::from(7i64), Document::Integer(7));
    }
}
