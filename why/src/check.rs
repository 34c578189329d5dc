//! Every fault of a document, not only the first.
//!
//! The core refuses a document at its first fault. Here that value is left out, which gives it its default, and the
//! document is read again until nothing is refused. A fault that an earlier one may have caused, since its range names
//! a field that was left out, is not told: it may vanish when the earlier one is corrected.

use hedgerow::Config;
use hedgerow::config::{ConfigError, Document};
use serde_json::{Value, json};

use crate::idle::{Idle, idle};

/// What was found in a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// What is refused, in the order in which the core meets it.
    pub faults: Vec<ConfigError>,
    /// What is accepted and has no effect; empty while there are faults.
    pub idle: Vec<Idle>,
}

impl Checked {
    /// Reads the text of a document. O(faults × document).
    ///
    /// Text that is no JSON is one fault of the document itself.
    pub fn of(text: &str) -> Self {
        match serde_json::from_str(text) {
            Ok(document) => Self::of_document(document),
            Err(error) => {
                Self { faults: vec![ConfigError::new("", error.to_string(), "JSON")], idle: Vec::new() }
            }
        }
    }

    /// Reads a document. O(faults × document).
    pub fn of_document(mut document: Document) -> Self {
        let (mut faults, mut left_out) = (Vec::new(), Vec::new());
        loop {
            let fault = match Config::from_document(&document) {
                Ok(config) if left_out.is_empty() => {
                    return Self { faults, idle: idle(&document, &config) };
                }
                Ok(_) => return Self { faults, idle: Vec::new() },
                Err(fault) => fault,
            };
            let taken = leave_out(&mut document, &fault.path);
            if !is_consequence(&fault, &left_out) {
                faults.push(fault.clone());
            }
            left_out.push(fault.path);
            if !taken {
                return Self { faults, idle: Vec::new() };
            }
        }
    }

    /// Whether a client can be built from the document.
    pub fn is_valid(&self) -> bool {
        self.faults.is_empty()
    }

    /// `{valid, faults: [{path, value, range}], without_effect: [{path, because}]}`.
    pub fn to_json(&self) -> Value {
        let fault =
            |fault: &ConfigError| json!({"path": fault.path, "value": fault.value, "range": fault.range});
        let idle = |idle: &Idle| json!({"path": idle.path, "because": idle.because});
        json!({
            "valid": self.is_valid(),
            "faults": self.faults.iter().map(fault).collect::<Vec<_>>(),
            "without_effect": self.idle.iter().map(idle).collect::<Vec<_>>(),
        })
    }
}

/// Whether the range of a fault names a field that was left out before.
fn is_consequence(fault: &ConfigError, left_out: &[String]) -> bool {
    let named = |word: &str| {
        let below = format!(".{word}");
        word.contains('.') && left_out.iter().any(|path| path == word || path.ends_with(&below))
    };
    fault.range.split([' ', ',', '(', ')']).any(named)
}

/// Leaves out what stands at a path, or the deepest section on the way to it; `false` when there is nothing.
fn leave_out(document: &mut Document, path: &str) -> bool {
    let Document::Map(entries) = document else { return false };
    let on_the_way = |name: &str| {
        path.strip_prefix(&shown(name)).filter(|rest| rest.is_empty() || rest.starts_with('.')).map(str::len)
    };
    // Names may hold dots, so the longest that fits is meant.
    let found = entries
        .iter()
        .enumerate()
        .filter_map(|(at, (name, _))| on_the_way(name).map(|rest| (rest, at)))
        .min();
    let Some((rest, at)) = found else { return false };
    let below = path.get(path.len() - rest..).unwrap_or_default().trim_start_matches('.');
    let left_out_below =
        !below.is_empty() && entries.get_mut(at).is_some_and(|(_, value)| leave_out(value, below));
    if !left_out_below {
        entries.remove(at);
    }
    true
}

/// A name as the path of an error shows it.
fn shown(name: &str) -> String {
    let error = Config::from_document(&Document::map([(name, Document::Null)]));
    error.err().filter(|error| error.value == "unknown field").map_or_else(|| name.into(), |error| error.path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> Vec<String> {
        Checked::of(text).faults.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn every_fault_is_told_with_path_value_and_range() {
        let text = r#"{"hedge": {"max": 9, "colour": 1}, "limits": {"calls": 0, "hedges": -1},
            "namespaces": {"cart": {"retry": {"max_attempts": 11}}}, "service": 7}"#;
        let told = told(text);
        assert_eq!(told.len(), 6, "{told:#?}");
        assert!(told[0].starts_with("hedge.colour: unknown field, want "));
        assert!(
            told.contains(&"namespaces.cart.retry.max_attempts: 11, want 1..=10".to_owned()),
            "{told:#?}"
        );
    }

    #[test]
    fn rules_between_fields_are_told_beside_ranges() {
        let text = r#"{"objective": {"target_us": 5000, "max_us": 2000}, "hedge": {"strategy": "fixed"},
            "limits": {"calls": 3, "hedges": 4}}"#;
        let told = told(text);
        assert_eq!(told.len(), 3, "{told:#?}");
        assert!(told.iter().any(|fault| fault.starts_with("hedge.delay_us: null, want")), "{told:#?}");
    }

    #[test]
    fn what_an_earlier_fault_may_have_caused_is_not_told() {
        assert_eq!(told(r#"{"budget": {"mode": "bogus", "capacity": 100}}"#).len(), 1);
        let both = told(r#"{"budget": {"mode": "ratio", "capacity": 100}}"#);
        assert!(both[0].starts_with("budget.capacity: 100, want null unless budget.mode is"), "{both:#?}");
    }

    #[test]
    fn whatever_the_document_is_it_is_answered() {
        for text in
            ["", "[]", "7", "{\"\":1}", "{\"a.b\":{},\"a\":{\"b\":1}}", "{\"limits\":[],\"limits\":{}}"]
        {
            assert!(!Checked::of(text).is_valid(), "{text}");
        }
        let long = format!(r#"{{"{}": 1, "{}": 2}}"#, "x".repeat(100), "\\n".repeat(3));
        assert_eq!(told(&long).len(), 2);
        assert!(Checked::of("{}").is_valid());
    }
}
