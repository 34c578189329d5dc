//! The map form of records, for RPC metadata, handshake bodies and JSON: flat, with the names of the header form.
//!
//! ```json
//! {"records": [{"ns": "ns1", "op": "get", "v": 17, "target": 10000, "max": 500000, "calls": 1000, "hedges": 50}]}
//! ```
//!
//! These are serde types and tied to no format. `ns` or `op` absent or `"*"` widens the scope. Each record stands
//! alone: one that is invalid is counted and does not drop the others. Only whole numbers are numbers, and a null
//! is a wrong type, not an absent field. The metadata key is [`METADATA_KEY`]; the host checks [`MAX_BYTES`] before
//! it parses, the number of records is checked here.

use crate::signal::{
    draft::{RecordDraft, Value},
    loose::Loose,
    record::Record,
};
use crate::time::Duration;
use alloc::{string::String, vec::Vec};
use core::fmt;
use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{self, SeqAccess, Visitor},
    ser::SerializeMap,
};

/// The key of records in RPC metadata, whose value is JSON text.
pub const METADATA_KEY: &str = "hedgerow-slo";

/// The longest text that a host should parse as records: 64 KiB.
pub const MAX_BYTES: usize = 64 << 10;

/// The most records in one document.
pub const MAX_RECORDS: usize = 1024;

const ANY: &str = "*";

/// The records of one document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Records {
    /// The valid records in order.
    pub entries: Vec<Entry>,
    /// How many invalid records were left out.
    pub invalid: u32,
}

/// A record with the names of its scope, `None` = any.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    /// The namespace's name, `ns`.
    pub namespace: Option<String>,
    /// The operation's name, `op`.
    pub operation: Option<String>,
    /// What it says.
    pub record: Record,
}

impl Serialize for Records {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(1))?;
        map.serialize_entry("records", &self.entries)?;
        map.end()
    }
}

impl<'de> Deserialize<'de> for Records {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(rename = "Records")]
        struct Document {
            records: List,
        }
        Document::deserialize(deserializer).map(|document| document.records.0)
    }
}

impl Serialize for Entry {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = Fields(serializer.serialize_map(None)?);
        let record = &self.record;
        fields.put("ns", self.namespace.as_deref())?;
        fields.put("op", self.operation.as_deref())?;
        fields.put("v", Some(record.version))?;
        fields.put("origin", record.origin.as_deref())?;
        fields.put("target", record.target.map(Duration::as_micros))?;
        fields.put("max", record.max.map(Duration::as_micros))?;
        fields.put("calls", record.calls)?;
        fields.put("hedges", record.hedges)?;
        fields.put("ttl", record.ttl.map(Duration::as_micros))?;
        fields.put("util", record.util)?;
        fields.put("util_target", record.util_target)?;
        fields.put("util_max", record.util_max)?;
        fields.put("compute", record.compute)?;
        fields.put("storage", record.storage)?;
        fields.put("compress", record.compress.as_deref())?;
        fields.put("chunk", record.chunk)?;
        fields.put("page", record.page)?;
        fields.put("reset", record.reset.then_some(true))?;
        fields.0.end()
    }
}

impl<'de> Deserialize<'de> for Entry {
    /// Reads one record; an invalid one is an error.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let attempt = Attempt::deserialize(deserializer)?;
        attempt.0.ok_or_else(|| de::Error::custom("the signal record breaks the rules"))
    }
}

struct Fields<M>(M);

impl<M: SerializeMap> Fields<M> {
    fn put<T: Serialize>(&mut self, name: &str, value: Option<T>) -> Result<(), M::Error> {
        value.map_or(Ok(()), |value| self.0.serialize_entry(name, &value))
    }
}

/// The list of records, where a bad element is counted instead of ending the whole.
struct List(Records);

impl<'de> Deserialize<'de> for List {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ListVisitor;
        impl<'de> Visitor<'de> for ListVisitor {
            type Value = List;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "a list of at most {MAX_RECORDS} records")
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<List, A::Error> {
                let mut records = Records::default();
                let mut count = 0;
                while let Some(Attempt(entry)) = list.next_element()? {
                    count += 1;
                    if count > MAX_RECORDS {
                        return Err(de::Error::invalid_length(count, &self));
                    }
                    match entry {
                        Some(entry) => records.entries.push(entry),
                        None => records.invalid = records.invalid.saturating_add(1),
                    }
                }
                Ok(List(records))
            }
        }
        deserializer.deserialize_seq(ListVisitor)
    }
}

/// One element, `None` when it is no valid record; reading it fails only when the text itself is broken.
struct Attempt(Option<Entry>);

impl<'de> Deserialize<'de> for Attempt {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let fields = match Loose::deserialize(deserializer)? {
            Loose::Fields(fields) => fields,
            Loose::Value(_) => return Ok(Self(None)),
        };
        let (mut draft, mut namespace, mut operation) = (RecordDraft::of_record(), Ok(None), Ok(None));
        for (name, value) in fields {
            match name.as_str() {
                "ns" => namespace = scope_name(value),
                "op" => operation = scope_name(value),
                other => draft.put(other, value),
            }
        }
        let (Ok(namespace), Ok(operation)) = (namespace, operation) else { return Ok(Self(None)) };
        Ok(Self(draft.into_record().map(|record| Entry { namespace, operation, record })))
    }
}

fn scope_name(value: Value) -> Result<Option<String>, ()> {
    match value {
        Value::Text(name) if name == ANY => Ok(None),
        Value::Text(name) => Ok(Some(name)),
        _ => Err(()),
    }
}
