//! What a document promises, whatever servers, networks and callers do: worst cases, reckoned from the settings.
//!
//! A bound holds for every seed and every order of events; none is an estimate. Where a server may change a setting by
//! a signal, the bound under the guard rails of the document is told beside the one without signals. Nothing is
//! simulated and nothing is random.

mod budget;
mod call;
mod memory;
mod words;

pub use budget::{Counted, GrantBounds};
pub use call::{CallBounds, HedgeBounds, Longest};
pub use memory::{Memory, Table};

use hedgerow::Config;
use hedgerow::config::{Idempotency, Priority};
use serde_json::{Value, json};

/// The bounds of a whole document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// One for each class that the document tells apart, the unnamed one first.
    pub classes: Vec<CallBounds>,
    /// Retries and hedges that the budget may grant.
    pub grants: GrantBounds,
    /// What the tables of a client may hold.
    pub memory: Memory,
}

impl Bounds {
    /// The bounds of a configuration. O(namespaces × operations).
    ///
    /// ```
    /// use hedgerow::{Config, Duration};
    /// use hedgerow_why::bounds::Bounds;
    /// let config = r#"{"operations": {"get": {"idempotency": "natural"}}, "hedge": {"max": 2}}"#;
    /// let bounds = Bounds::of(&serde_json::from_str::<Config>(config).unwrap());
    /// let attempts: Vec<_> = bounds.classes.iter().map(|class| class.attempts()).collect();
    /// assert_eq!(attempts, [1, 5]);
    /// // Ten tokens, a tenth of a token for each first attempt, a tenth of a token a second.
    /// assert_eq!(bounds.grants.within(100, Duration::from_secs(60)), Some(26));
    /// ```
    pub fn of(config: &Config) -> Self {
        let mut classes: Vec<CallBounds> = Vec::new();
        for namespace in 0..=config.namespaces.len() as u32 {
            for operation in 0..=config.operations.len() as u32 {
                let bounds = CallBounds::of(config, namespace, operation);
                let unnamed =
                    classes.iter().find(|class| (class.namespace, class.operation) == (0, operation));
                if unnamed.is_none_or(|unnamed| !unnamed.promises_the_same_as(&bounds)) {
                    classes.push(bounds);
                }
            }
        }
        // A call may say itself that it can be sent again.
        let most = |class: &CallBounds| {
            let (natural, critical) = (Idempotency::Natural, Priority::Critical);
            CallBounds::of_call(config, class.namespace, class.operation, natural, critical).attempts()
        };
        let attempts = classes.iter().map(most).max().unwrap_or(1);
        Self { grants: GrantBounds::of(config), memory: Memory::of(config, attempts), classes }
    }

    /// The bounds as a document; times are whole µs, shares and amplifications millionths.
    pub fn to_json(&self, config: &Config) -> Value {
        let name = |class: &CallBounds| words::names(config, class.namespace, class.operation);
        let class = |class: &CallBounds| {
            let (namespace, operation) = name(class);
            let mut value = class.to_json();
            value["namespace"] = namespace.into();
            value["operation"] = operation.into();
            value["amplification_ppm"] = self.grants.amplification_ppm(class.attempts()).into();
            value
        };
        json!({
            "classes": self.classes.iter().map(class).collect::<Vec<_>>(),
            "grants": self.grants.to_json(),
            "memory": self.memory.to_json(),
        })
    }

    /// The bounds in words, for people.
    pub fn to_text(&self, config: &Config) -> String {
        words::text(self, config)
    }
}
