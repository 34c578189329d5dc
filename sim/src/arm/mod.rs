//! Arms: what a run is compared by. An arm is a configuration document laid over the base, under a name.
//!
//! The base is the library's defaults with every operation of the world declared as the world says (mostly `natural`:
//! else nothing is ever hedged or retried). An arm's fields are laid over it, object by object; anything else replaces
//! what lay there. Its document is checked by the core alone, so that an arm of a policy that is not available is
//! refused with the core's own words. Three arms change the server of the world, too, and say so.

mod named;

use hedgerow::config::{Document, Idempotency};
use hedgerow::{Config, ConfigError};
use serde_json::{Map, Value, json};

use crate::world::spec::{Discipline, Operation, ServerSpec};

/// Notes that a checked world keeps between two events: far more than one event can cause.
const CHECKED_NOTES: u64 = 65_536;

/// What an arm changes of the world's servers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ServerChange {
    /// Which waiting request is next.
    pub discipline: Option<Discipline>,
    /// Waiting requests at which one more is refused.
    pub queue_cap: Option<u32>,
    /// Age at which a waiting request is skipped, in µs.
    pub expire_us: Option<u64>,
}

impl ServerChange {
    /// The server with these changes.
    pub fn over(self, server: ServerSpec) -> ServerSpec {
        ServerSpec {
            slots: server.slots,
            discipline: self.discipline.unwrap_or(server.discipline),
            queue_cap: self.queue_cap.or(server.queue_cap),
            expire_us: self.expire_us.or(server.expire_us),
        }
    }
}

/// A named configuration.
#[derive(Clone, Debug, PartialEq)]
pub struct Arm {
    /// Its name, in tables and reports.
    pub name: String,
    /// Fields laid over the base.
    pub fields: Value,
    /// What it changes of the servers.
    pub server: ServerChange,
    /// Whether each zone is declared as a region of its own.
    pub zones_are_regions: bool,
}

impl Arm {
    /// An arm of these fields.
    pub fn new(name: impl Into<String>, fields: Value) -> Self {
        Self { name: name.into(), fields, server: ServerChange::default(), zones_are_regions: false }
    }

    /// An arm that a user hands in: a configuration document as text.
    pub fn from_json(name: &str, text: &str) -> Result<Self, ConfigError> {
        let fields: Value = serde_json::from_str(text)
            .map_err(|error| ConfigError::new("arm", error.to_string(), "a configuration document"))?;
        if !fields.is_object() {
            return Err(ConfigError::new("arm", fields.to_string(), "a configuration document"));
        }
        Ok(Self::new(name, fields))
    }

    /// The arm that the simulator knows by this name, or `name={…}` with a document of one's own.
    ///
    /// The error lists the names.
    ///
    /// ```
    /// use hedgerow_sim::arm::Arm;
    /// assert_eq!(Arm::named("weighted_n8_w4").unwrap().fields["balance"]["n"], 8);
    /// assert_eq!(Arm::named("weighted(8, 4)").unwrap().fields, Arm::named("weighted_n8_w4").unwrap().fields);
    /// assert_eq!(Arm::named(r#"mine={"hedge": {"max": 2}}"#).unwrap().fields["hedge"]["max"], 2);
    /// assert!(Arm::named("fastest").unwrap_err().to_string().starts_with("arm: \"fastest\", want one of netflix, "));
    /// ```
    pub fn named(name: &str) -> Result<Self, ConfigError> {
        match name.split_once('=') {
            Some((name, text)) => Self::from_json(name, text),
            None => named::find(name),
        }
    }

    /// The names that the simulator knows; of families with arguments, one each.
    pub const fn names() -> &'static [&'static str] {
        named::NAMES
    }

    /// The same arm with further fields laid over it.
    pub fn with(mut self, fields: &Value) -> Self {
        lay_over(&mut self.fields, fields);
        self
    }

    /// The same arm in another name.
    pub fn called(self, name: impl Into<String>) -> Self {
        Self { name: name.into(), ..self }
    }

    /// The whole document of a world with these operations, as its clients get it.
    pub(crate) fn document(&self, operations: &[Operation], checked: bool) -> ArmDocument {
        let named = |operation: &Operation| {
            (operation.name.clone(), json!({"idempotency": word(operation.idempotency)}))
        };
        let operations: Map<_, _> = operations.iter().map(named).collect();
        // What is kept to be told later decides nothing; the simulator asks for none of it unless the arm does.
        let (notes, explained) = if checked { (CHECKED_NOTES, 1) } else { (0, 0) };
        let mut value =
            json!({"operations": operations, "trace": {"explain_calls": explained, "notes": notes}});
        lay_over(&mut value, &self.fields);
        ArmDocument { value, zones_are_regions: self.zones_are_regions }
    }
}

/// A document that lacks nothing but the place of its client.
#[derive(Clone, Debug)]
pub(crate) struct ArmDocument {
    value: Value,
    zones_are_regions: bool,
}

impl ArmDocument {
    /// The configuration of a client that lives in this zone.
    pub(crate) fn config(&self, zone: Option<&str>) -> Result<Config, ConfigError> {
        let mut value = self.value.clone();
        if let Some(zone) = zone {
            lay_over(&mut value, &json!({"locality": {"zone": zone}}));
            if self.zones_are_regions {
                lay_over(&mut value, &json!({"locality": {"region": zone}}));
            }
        }
        let document: Document = serde_json::from_value(value)
            .map_err(|error| ConfigError::new("arm", error.to_string(), "a configuration document"))?;
        Config::from_document(&document)
    }
}

/// The word of the document for an idempotency.
pub(crate) const fn word(idempotency: Idempotency) -> &'static str {
    match idempotency {
        Idempotency::None => "none",
        Idempotency::Retry => "retry",
        Idempotency::Natural => "natural",
        Idempotency::Token => "token",
    }
}

/// Lays fields over a document: objects field by field, anything else replaces.
fn lay_over(below: &mut Value, above: &Value) {
    match (below, above) {
        (Value::Object(below), Value::Object(above)) => {
            for (name, value) in above {
                lay_over(below.entry(name.clone()).or_insert(Value::Null), value);
            }
        }
        (below, above) => *below = above.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_named_arm_is_valid() {
        for name in named::NAMES {
            let arm = Arm::named(name).unwrap();
            let config = arm.document(&[Operation::default()], false).config(Some("a"));
            assert_eq!(config.err(), None, "{name}");
        }
    }

    #[test]
    fn fields_are_laid_over_object_by_object() {
        let mut below = json!({"a": {"b": 1, "c": 2}, "d": [1]});
        lay_over(&mut below, &json!({"a": {"b": null}, "d": [2, 3], "e": {}}));
        assert_eq!(below, json!({"a": {"b": null, "c": 2}, "d": [2, 3], "e": {}}));
    }

    #[test]
    fn a_field_out_of_range_is_refused_with_its_path() {
        let arm = Arm::from_json("mine", r#"{"retry": {"max_attempts": 0}}"#).unwrap();
        let error = arm.document(&[Operation::default()], false).config(None).unwrap_err();
        assert!(error.to_string().starts_with("retry.max_attempts: 0, want "), "{error}");
        assert!(Arm::from_json("mine", "[]").is_err() && Arm::from_json("mine", "{").is_err());
    }
}
