//! A server's records as documents, for hosts that hold no types of ours.
//!
//! The names are those of the records' own JSON form. A value of a wrong type is refused with its path; whether the
//! record is one that may stand is for the machine to say, which answers and counts it.

use super::document::Document;
use super::error::{self, ConfigError};
use crate::signal::map::{Entry, MAX_RECORDS, Records};
use crate::signal::record::Record;
use crate::time::Duration;
use alloc::{format, string::String, vec::Vec};

const ANY: &str = "*";

/// Reads one record: `{v, origin?, target?, max?, calls?, hedges?, ttl?, util?, …, reset?}`, times in µs.
///
/// ```
/// use hedgerow::config::{Document, record};
/// let document = Document::map([("v", 7u64.into()), ("hedges", 20u64.into())]);
/// assert_eq!(record(&document).unwrap().hedges, Some(20));
/// let error = record(&Document::map([("v", "7".into())])).unwrap_err();
/// assert_eq!(error.to_string(), "record.v: \"7\", want a whole number");
/// ```
pub fn record(document: &Document) -> Result<Record, ConfigError> {
    if !matches!(document, Document::Map(_)) {
        return Err(ConfigError::new("record", error::shown(document), "a map"));
    }
    let mut fields = Fields { document, fault: None };
    let record = Record {
        version: fields.number("v").unwrap_or(0),
        origin: fields.text("origin"),
        target: fields.time("target"),
        max: fields.time("max"),
        calls: fields.count("calls"),
        hedges: fields.count("hedges"),
        util: fields.share("util"),
        util_target: fields.share("util_target"),
        util_max: fields.share("util_max"),
        compute: fields.share("compute"),
        storage: fields.share("storage"),
        compress: fields.texts("compress"),
        chunk: fields.count("chunk"),
        page: fields.count("page"),
        ttl: fields.time("ttl"),
        reset: fields.flag("reset"),
    };
    fields.fault.map_or(Ok(record), Err)
}

/// Reads `{records: [{ns?, op?, v, …}]}`; what is no record, or breaks a record's rules, is left out and counted. More
/// than [`MAX_RECORDS`] are refused.
pub fn records(document: &Document) -> Result<Records, ConfigError> {
    let Some(Document::List(list)) = document.get("records") else {
        let shown = document.get("records").map_or_else(|| "nothing".into(), error::shown);
        return Err(ConfigError::new("records", shown, "a list"));
    };
    if list.len() > MAX_RECORDS {
        return Err(ConfigError::new(
            "records",
            format!("{} records", list.len()),
            format!("at most {MAX_RECORDS}"),
        ));
    }
    let mut read = Records::default();
    for each in list {
        match entry(each) {
            Ok(entry) if entry.record.is_valid() => read.entries.push(entry),
            _ => read.invalid = read.invalid.saturating_add(1),
        }
    }
    Ok(read)
}

fn entry(document: &Document) -> Result<Entry, ConfigError> {
    let mut fields = Fields { document, fault: None };
    let mut name = |name| fields.text(name).filter(|name| name != ANY);
    let (namespace, operation) = (name("ns"), name("op"));
    match fields.fault {
        Some(fault) => Err(fault),
        None => Ok(Entry { namespace, operation, record: record(document)? }),
    }
}

/// The values of a record, each perhaps absent, and the first that is of a wrong type.
struct Fields<'a> {
    document: &'a Document,
    fault: Option<ConfigError>,
}

impl<'a> Fields<'a> {
    fn get(&self, name: &str) -> Option<&'a Document> {
        self.document.get(name).filter(|value| !value.is_null())
    }

    fn number(&mut self, name: &str) -> Option<u64> {
        match self.get(name)? {
            Document::Integer(number) => Some(*number),
            other => self.refuse(name, other, "a whole number"),
        }
    }

    fn time(&mut self, name: &str) -> Option<Duration> {
        self.number(name).map(Duration::from_micros)
    }

    /// A number beyond the type reads as its greatest, which no rule of a record takes for a small one.
    fn count(&mut self, name: &str) -> Option<u32> {
        self.number(name).map(|number| u32::try_from(number).unwrap_or(u32::MAX))
    }

    fn share(&mut self, name: &str) -> Option<u16> {
        self.number(name).map(|number| u16::try_from(number).unwrap_or(u16::MAX))
    }

    fn flag(&mut self, name: &str) -> bool {
        let value = match self.get(name) {
            None => None,
            Some(Document::Bool(flag)) => Some(*flag),
            Some(other) => self.refuse(name, other, "true or false"),
        };
        value.unwrap_or(false)
    }

    fn text(&mut self, name: &str) -> Option<String> {
        match self.get(name)? {
            Document::Text(text) => Some(text.clone()),
            other => self.refuse(name, other, "a text"),
        }
    }

    fn texts(&mut self, name: &str) -> Option<Vec<String>> {
        let value = self.get(name)?;
        let Document::List(list) = value else { return self.refuse(name, value, "a list of texts") };
        let each = |item: &Document| match item {
            Document::Text(text) => Some(text.clone()),
            other => self.refuse(name, other, "a text"),
        };
        list.iter().map(each).collect()
    }

    fn refuse<T>(&mut self, name: &str, value: &Document, want: &str) -> Option<T> {
        if self.fault.is_none() {
            self.fault = Some(ConfigError::new(format!("record.{name}"), error::shown(value), want));
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    fn document(json: &str) -> Document {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn a_document_reads_as_the_records_own_form_does() {
        let json = r#"{"records": [{"ns": "a", "op": "*", "v": 3, "origin": "o", "target": 10000, "max": 500000,
            "calls": 5, "hedges": 2, "ttl": 2000000, "util": 1, "util_target": 2, "util_max": 3, "compute": 4,
            "storage": 5, "compress": ["zstd"], "chunk": 4096, "page": 8192, "reset": true}, {"v": 0}, 5]}"#;
        let own: Records = serde_json::from_str(json).unwrap();
        assert_eq!(own.entries.len(), 1);
        assert_eq!(records(&document(json)).unwrap(), own);
    }

    #[test]
    fn a_record_that_may_not_stand_is_read_for_the_machine_to_refuse() {
        let read = record(&document(r#"{"v": 0, "calls": 99999999999, "util": 70000}"#)).unwrap();
        assert_eq!((read.version, read.calls, read.util), (0, Some(u32::MAX), Some(u16::MAX)));
        assert!(!read.is_valid());
    }

    #[test]
    fn what_is_of_another_type_is_told_by_its_path() {
        for (json, text) in [
            ("[]", "record: a list, want a map"),
            (r#"{"v": 1, "calls": -1}"#, "record.calls: -1, want a whole number"),
            (r#"{"v": 1, "compress": ["a", 1]}"#, "record.compress: 1, want a text"),
            (r#"{"v": 1, "reset": "yes"}"#, "record.reset: \"yes\", want true or false"),
        ] {
            assert_eq!(record(&document(json)).unwrap_err().to_string(), text);
        }
        assert_eq!(records(&document("{}")).unwrap_err().to_string(), "records: nothing, want a list");
    }
}
