//! Cases: the inputs of an experiment with what is expected of it, as data.

use super::InputError;
use super::check::Check;
use serde_json::{Map, Value};

/// The cases of the published and computed figures, shared with every other test of the project.
const CONFORMANCE: &str = include_str!("../../../tests/vectors/15-experiments.json");
/// Cases of the same experiments beyond those.
const FURTHER: &str = include_str!("../../cases.json");

/// One set of inputs and its expectations.
#[derive(Clone, Debug)]
pub struct Case {
    /// Its name; the part before the first `-` names the experiment.
    pub id: String,
    /// Where the figures are from.
    pub source: String,
    /// `published`, `computed` or `ours`.
    pub tag: String,
    /// How the source was read.
    pub reading: String,
    /// The inputs.
    pub inputs: Map<String, Value>,
    /// What is expected; empty for inputs of one's own.
    pub checks: Vec<Check>,
}

impl Case {
    /// Reads a case, or bare inputs, which expect nothing.
    pub fn read(value: &Value) -> Result<Self, InputError> {
        let text = |name: &str| value[name].as_str().unwrap_or_default().to_owned();
        let inputs = value.get("config").unwrap_or(value).as_object();
        let inputs = inputs.ok_or_else(|| InputError(format!("config: {value}, want an object")))?;
        let tolerance = &value["tolerance"];
        let checks =
            value["expect"].as_array().into_iter().flatten().map(|check| Check::read(check, tolerance));
        let mut inputs = inputs.clone();
        // A script of events is an input like any other.
        if let Some(steps) = value["steps"].as_array().filter(|steps| !steps.is_empty()) {
            inputs.insert("steps".to_owned(), Value::from(steps.clone()));
        }
        let id = match text("id") {
            id if id.is_empty() => {
                inputs.get("experiment").and_then(Value::as_str).unwrap_or_default().to_owned()
            }
            id => id,
        };
        Ok(Self {
            id,
            source: text("source"),
            tag: text("tag"),
            reading: text("reading"),
            inputs,
            checks: checks.collect::<Result<_, _>>()?,
        })
    }

    /// Reads a document: one case, bare inputs, or an object whose `cases` are many.
    pub fn read_all(text: &str) -> Result<Vec<Self>, InputError> {
        let document: Value =
            serde_json::from_str(text).map_err(|error| InputError(format!("document: {error}")))?;
        Self::read_document(&document)
    }

    /// Reads one case, bare inputs, or an object whose `cases` are many.
    pub fn read_document(document: &Value) -> Result<Vec<Self>, InputError> {
        match document["cases"].as_array() {
            Some(cases) => cases.iter().map(Self::read).collect(),
            None => Ok(vec![Self::read(document)?]),
        }
    }

    /// The cases that come with the simulator.
    pub fn shipped() -> Result<Vec<Self>, InputError> {
        let mut cases = Self::read_all(CONFORMANCE)?;
        cases.extend(Self::read_all(FURTHER)?);
        Ok(cases)
    }

    /// The id of the experiment it belongs to.
    pub fn experiment(&self) -> &str {
        self.id.split('-').next().unwrap_or_default()
    }

    /// What kind of experiment its inputs are for.
    pub fn kind(&self) -> &str {
        self.inputs.get("experiment").and_then(Value::as_str).unwrap_or_default()
    }

    /// The arms that its expectations name, in their order.
    pub fn arms(&self) -> Vec<String> {
        let mut arms: Vec<String> = Vec::new();
        for arm in self.checks.iter().flat_map(Check::arms) {
            if !arms.contains(&arm) {
                arms.push(arm);
            }
        }
        arms
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shipped_cases_are_read_and_have_an_id_of_their_own() {
        let cases = Case::shipped().unwrap();
        assert!(cases.len() > 100);
        let mut ids: Vec<_> = cases.iter().map(|case| &case.id).collect();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), cases.len());
    }

    #[test]
    fn arms_are_those_that_the_expectations_name() {
        let arms = |id: &str| Case::shipped().unwrap().into_iter().find(|case| case.id == id).unwrap().arms();
        assert_eq!(arms("E4c-ratio"), ["weighted_n8_w4", "jsq"]);
        assert_eq!(arms("E4b-order").len(), 6);
        assert_eq!(arms("E4-weighted8"), Vec::<String>::new());
    }

    #[test]
    fn bare_inputs_are_a_case_without_expectations() {
        let cases = Case::read_all(r#"{"experiment": "fanout"}"#).unwrap();
        assert_eq!((cases[0].id.as_str(), cases[0].checks.len()), ("fanout", 0));
        Case::read_all("[]").unwrap_err();
        Case::read_all("{").unwrap_err();
    }
}
