//! Changes of the endpoints as a document, for hosts that hold no types of ours: the list that a trace shows.

use super::document::Document;
use super::error::{self, ConfigError};
use crate::client::action::{EndpointSpec, TopologyChange};
use crate::time::{Instant, MAX_MICROS};
use alloc::{
    format,
    string::{String, ToString},
    vec::Vec,
};

const FIELDS: &str = "do, name, zone, region, factor, up_since_us or pool";

/// Reads a list of `{do: "add" | "update" | "remove", name, zone?, region?, factor?, up_since_us?, pool?}`.
///
/// Types and names of fields are checked here, their ranges when the machine applies the list.
///
/// ```
/// use hedgerow::config::{Document, topology};
/// let add = Document::map([("do", "add".into()), ("name", "a".into())]);
/// assert_eq!(topology(&Document::List(vec![add])).unwrap().len(), 1);
/// let error = topology(&Document::List(vec![true.into()])).unwrap_err();
/// assert_eq!(error.to_string(), "endpoints[0]: true, want a map");
/// ```
pub fn topology(document: &Document) -> Result<Vec<TopologyChange>, ConfigError> {
    let Document::List(list) = document else {
        return Err(ConfigError::new("endpoints", error::shown(document), "a list"));
    };
    let mut changes = Vec::new();
    for (at, change) in list.iter().enumerate() {
        changes.push(read(&format!("endpoints[{at}]"), change)?);
    }
    Ok(changes)
}

fn read(path: &str, document: &Document) -> Result<TopologyChange, ConfigError> {
    let Document::Map(entries) = document else {
        return Err(ConfigError::new(path, error::shown(document), "a map"));
    };
    let mut word = None;
    let mut spec = EndpointSpec::default();
    for (name, value) in entries {
        let at = format!("{path}.{}", error::name(name));
        match name.as_str() {
            "do" => word = text(&at, value)?,
            "name" => spec.name = text(&at, value)?.unwrap_or_default(),
            "zone" => spec.zone = text(&at, value)?,
            "region" => spec.region = text(&at, value)?,
            "factor" => spec.factor = whole(&at, value, u64::from(u32::MAX))?.map(|factor| factor as u32),
            "up_since_us" => spec.up_since = whole(&at, value, MAX_MICROS)?.map(Instant::from_micros),
            "pool" => spec.pool = flag(&at, value)?,
            _ => return Err(ConfigError::new(at, "unknown field", FIELDS)),
        }
    }
    match word.as_deref() {
        Some("add") => Ok(TopologyChange::Add(spec)),
        Some("update") => Ok(TopologyChange::Update(spec)),
        Some("remove") => Ok(TopologyChange::Remove(spec.name)),
        other => {
            let shown = other.map_or_else(|| "nothing".into(), error::quoted);
            Err(ConfigError::new(format!("{path}.do"), shown, "add, update or remove"))
        }
    }
}

fn text(path: &str, value: &Document) -> Result<Option<String>, ConfigError> {
    match value {
        Document::Null => Ok(None),
        Document::Text(text) => Ok(Some(text.clone())),
        other => Err(ConfigError::new(path, error::shown(other), "a text")),
    }
}

fn whole(path: &str, value: &Document, most: u64) -> Result<Option<u64>, ConfigError> {
    match value {
        Document::Null => Ok(None),
        Document::Integer(number) if *number <= most => Ok(Some(*number)),
        other => Err(ConfigError::new(path, error::shown(other), format!("0..={most}"))),
    }
}

fn flag(path: &str, value: &Document) -> Result<bool, ConfigError> {
    match value {
        Document::Bool(value) => Ok(*value),
        other => Err(ConfigError::new(path, error::shown(other), "true or false".to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_json(json: &str) -> Result<Vec<TopologyChange>, ConfigError> {
        topology(&serde_json::from_str(json).unwrap())
    }

    #[test]
    fn every_field_is_read() {
        let json = r#"[{"do": "update", "name": "a", "zone": "z", "region": null, "factor": 2, "up_since_us": 5,
            "pool": true}, {"do": "remove", "name": "b"}]"#;
        let spec = EndpointSpec {
            name: "a".into(),
            zone: Some("z".into()),
            factor: Some(2),
            up_since: Some(Instant::from_micros(5)),
            pool: true,
            ..EndpointSpec::default()
        };
        let expected = [TopologyChange::Update(spec), TopologyChange::Remove("b".into())];
        assert_eq!(read_json(json).unwrap(), expected);
    }

    #[test]
    fn what_is_wrong_is_told_by_path_value_and_range() {
        for (json, text) in [
            ("{}", "endpoints: a map, want a list"),
            (r#"[{"name": "a"}]"#, "endpoints[0].do: nothing, want add, update or remove"),
            (r#"[{"do": "put"}]"#, "endpoints[0].do: \"put\", want add, update or remove"),
            (r#"[{"do": "add", "weight": 1}]"#, "endpoints[0].weight: unknown field, want do, name, zone"),
            (r#"[{"do": "add", "factor": -1}]"#, "endpoints[0].factor: -1, want 0..=4294967295"),
            (r#"[{"do": "add", "name": 5}]"#, "endpoints[0].name: 5, want a text"),
            (r#"[{"do": "add", "pool": null}]"#, "endpoints[0].pool: null, want true or false"),
        ] {
            let error = read_json(json).unwrap_err().to_string();
            assert!(error.starts_with(text), "{error}");
        }
    }
}
