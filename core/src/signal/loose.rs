//! Reads any value of any self-describing format, so that one bad record cannot spoil the reading of the others.

use crate::signal::draft::Value;
use alloc::{
    string::{String, ToString},
    vec::Vec,
};
use core::fmt;
use serde::{
    Deserialize, Deserializer,
    de::{IgnoredAny, MapAccess, SeqAccess, Visitor},
};

/// Any value at all; the fields of a map within a map are read over.
pub(super) enum Loose {
    Value(Value),
    Fields(Vec<(String, Value)>),
}

impl Loose {
    pub(super) fn into_value(self) -> Value {
        match self {
            Self::Value(value) => value,
            Self::Fields(_) => Value::Other,
        }
    }
}

impl<'de> Deserialize<'de> for Loose {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(LooseVisitor)
    }
}

struct LooseVisitor;

impl<'de> Visitor<'de> for LooseVisitor {
    type Value = Loose;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Loose, E> {
        Ok(Loose::Value(Value::Flag(flag)))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Loose, E> {
        Ok(Loose::Value(Value::Integer(number.into())))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Loose, E> {
        Ok(Loose::Value(Value::Integer(number.into())))
    }

    fn visit_i128<E>(self, number: i128) -> Result<Loose, E> {
        Ok(Loose::Value(Value::Integer(number)))
    }

    fn visit_u128<E>(self, number: u128) -> Result<Loose, E> {
        Ok(Loose::Value(Value::Integer(i128::try_from(number).unwrap_or(i128::MAX))))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Loose, E> {
        Ok(Loose::Value(Value::Other))
    }

    fn visit_str<E>(self, text: &str) -> Result<Loose, E> {
        Ok(Loose::Value(Value::Text(text.to_string())))
    }

    fn visit_bytes<E>(self, _: &[u8]) -> Result<Loose, E> {
        Ok(Loose::Value(Value::Other))
    }

    fn visit_unit<E>(self) -> Result<Loose, E> {
        Ok(Loose::Value(Value::Other))
    }

    fn visit_none<E>(self) -> Result<Loose, E> {
        Ok(Loose::Value(Value::Other))
    }

    fn visit_some<D: Deserializer<'de>>(self, inner: D) -> Result<Loose, D::Error> {
        Loose::deserialize(inner)
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, inner: D) -> Result<Loose, D::Error> {
        Loose::deserialize(inner)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Loose, A::Error> {
        let mut names = Some(Vec::new());
        while let Some(element) = list.next_element::<Loose>()? {
            match (element, &mut names) {
                (Loose::Value(Value::Text(name)), Some(names)) => names.push(name),
                _ => names = None,
            }
        }
        Ok(Loose::Value(names.map_or(Value::Other, Value::Names)))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Loose, A::Error> {
        let mut fields = Vec::new();
        while let Some(name) = map.next_key::<Loose>()? {
            match name {
                Loose::Value(Value::Text(name)) => {
                    fields.push((name, map.next_value::<Loose>()?.into_value()));
                }
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(Loose::Fields(fields))
    }
}
