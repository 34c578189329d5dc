//! The form of a fleet's document. Times are texts such as `"24ms"`; models are texts such as `"exp(1ms)"`.

use serde::Deserialize;
use serde_json::{Map, Value};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    /// The word by which a list of inputs knows that this is a fleet.
    #[serde(default, rename = "experiment")]
    _experiment: Option<String>,
    #[serde(default)]
    pub(super) name: Option<String>,
    pub(super) servers: Servers,
    #[serde(default)]
    pub(super) pauses: Option<Pauses>,
    /// What else goes wrong, one table each.
    #[serde(default)]
    pub(super) faults: Vec<Map<String, Value>>,
    /// What servers say with replies, one table each.
    #[serde(default)]
    pub(super) says: Vec<Map<String, Value>>,
    /// Delays between pairs of zones.
    #[serde(default)]
    pub(super) links: Vec<Link>,
    #[serde(default)]
    pub(super) clients: Clients,
    #[serde(default)]
    pub(super) keys: Option<Keys>,
    pub(super) load: Load,
    pub(super) objective: Objective,
    #[serde(default)]
    pub(super) search: Search,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Servers {
    pub(super) count: u32,
    #[serde(default = "one")]
    pub(super) zones: u32,
    #[serde(default = "one")]
    pub(super) slots: u32,
    #[serde(default)]
    pub(super) queue_cap: Option<u32>,
    #[serde(default)]
    pub(super) service: Option<String>,
    /// A measured distribution in place of a model: rows of a share and a time.
    #[serde(default)]
    pub(super) quantiles: Option<Vec<(f64, String)>>,
    #[serde(default)]
    pub(super) link: Option<String>,
    #[serde(default)]
    pub(super) link_between_zones: Option<String>,
    #[serde(default)]
    pub(super) errors: f64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Link {
    pub(super) zones: [Value; 2],
    pub(super) delay: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Pauses {
    pub(super) length: String,
    pub(super) gap: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Clients {
    #[serde(default = "one")]
    pub(super) count: u32,
}

impl Default for Clients {
    fn default() -> Self {
        Self { count: one() }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Keys {
    pub(super) count: u64,
    pub(super) replicas: u32,
    #[serde(default)]
    pub(super) zipf: Option<f64>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Load {
    #[serde(default)]
    pub(super) calls_per_second: Option<f64>,
    /// A rate that changes: rows of a time and a rate, straight between them.
    #[serde(default)]
    pub(super) rates: Option<Vec<(String, f64)>>,
    /// Clients that call again when they have thought for so long.
    #[serde(default)]
    pub(super) think: Option<String>,
    #[serde(default)]
    pub(super) calls: Option<u64>,
    /// Share of the calls that must never be sent twice.
    #[serde(default)]
    pub(super) not_idempotent: f64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Objective {
    #[serde(default)]
    pub(super) target: Option<String>,
    #[serde(default)]
    pub(super) max: Option<String>,
    pub(super) quantile: f64,
    pub(super) at_most: String,
    pub(super) extra_load: f64,
}

/// What is tried in place of the usual values.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Search {
    #[serde(default)]
    pub(super) n: Option<Vec<u64>>,
    #[serde(default)]
    pub(super) hedge_limits: Option<Vec<u64>>,
    #[serde(default)]
    pub(super) budget_ratios: Option<Vec<f64>>,
    #[serde(default)]
    pub(super) attempt_timeouts: Option<Vec<String>>,
}

const fn one() -> u32 {
    1
}
