//! One value of a document, read by what its field takes.
//!
//! Whole numbers may come as floats when they are whole, since one language has no other numbers. A ratio is compared
//! with its range as given and then rounded half up to parts per million; a number of thousandths must be exactly the
//! float that its three decimals denote. Nothing is cut or moved into range.

use super::{
    decimal,
    document::Document,
    field::{Field, Kind},
    layer::Value,
};

/// The value in its stored unit, `None` when the field does not take it.
pub(super) fn read(field: &Field, document: &Document) -> Option<Value> {
    if document.is_null() { field.nullable.then_some(Value::Null) } else { typed(field.kind, document) }
}

fn typed(kind: Kind, document: &Document) -> Option<Value> {
    match kind {
        Kind::Bool => match document {
            Document::Bool(value) => Some(Value::Bool(*value)),
            _ => None,
        },
        Kind::Integer { min, max } | Kind::Duration { min, max } => within(whole(document)?, min, max),
        Kind::DurationOr { word, min, max } => match document {
            Document::Text(text) => (text == word).then_some(Value::Word(0)),
            _ => within(whole(document)?, min, max),
        },
        Kind::Ratio { min, max } => decimal::ppm(number(document)?, min, max).map(Value::Number),
        Kind::Thousandths { min, max } => within(decimal::thousandths(number(document)?)?, min, max),
        Kind::Word(words) => match document {
            Document::Text(text) => {
                words.iter().zip(0u8..).find(|(word, _)| *word == text).map(|(_, code)| Value::Word(code))
            }
            _ => None,
        },
        Kind::Text { max_bytes } => match document {
            Document::Text(text) => (text.len() as u64 <= max_bytes).then(|| Value::Text(text.clone())),
            _ => None,
        },
        Kind::Section => matches!(document, Document::Map(_)).then_some(Value::Bool(true)),
    }
}

fn within(value: u64, min: u64, max: u64) -> Option<Value> {
    (min..=max).contains(&value).then_some(Value::Number(value))
}

/// A whole number that every language can write, from zero up.
fn whole(document: &Document) -> Option<u64> {
    match document {
        Document::Integer(value) => Some(*value),
        Document::Decimal(value) => decimal::whole(*value),
        _ => None,
    }
}

fn number(document: &Document) -> Option<f64> {
    match document {
        Document::Integer(value) => Some(decimal::of(*value)),
        Document::Decimal(value) => Some(*value),
        _ => None,
    }
}
