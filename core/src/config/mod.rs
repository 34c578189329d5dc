//! Configuration: one JSON-shaped document for every language, its table of fields, and the settings it resolves to.
//!
//! A document is read once, when a client is built. [`fields`] describes every field: default, range, unit, meaning,
//! source; nothing of that stands anywhere else. Reading is strict: unknown names, values of another type, out of
//! range or not finite, and fields that contradict each other are refused with a [`ConfigError`] that names path,
//! value and range. Nothing is silently replaced or ignored.
//!
//! `objective`, `limits`, `hedge` and `retry` may be repeated under `operations.<op>`, `namespaces.<ns>` and
//! `namespaces.<ns>.operations.<op>`; the most specific given field wins, field by field, in the order pair, namespace,
//! operation, top. A preset named in one of these places gives all the fields it fills there. Every class that can
//! result is checked when the document is read, so [`Config::class`] cannot fail.
//!
//! ```
//! use hedgerow::config::Config;
//! let config: Config = serde_json::from_str(
//!     r#"{"objective": {"max_us": 500000}, "operations": {"scan": {"objective": {"max_us": 2000000}}}}"#,
//! ).unwrap();
//! assert_eq!(config.class(0, 1).objective.max.as_micros(), 2_000_000);
//! let error = serde_json::from_str::<Config>(r#"{"retry": {"max_attempts": 0}}"#).unwrap_err();
//! assert!(error.to_string().starts_with("retry.max_attempts: 0, want 1..=10"));
//! ```

mod adaptive;
mod build;
mod decimal;
pub mod document;
mod endpoint;
mod error;
mod field;
mod fill;
pub(crate) mod json;
mod layer;
mod order;
mod read;
mod records;
mod rules;
mod scalar;
mod settings;
mod table;
mod topology;
mod write;

pub use document::{Document, MAX_DEPTH};
pub use endpoint::{MAX_ENDPOINT_FACTOR, MAX_ENDPOINT_TEXT, check_endpoint};
pub use error::ConfigError;
pub(crate) use error::quoted;
pub use field::{About, Condition, Default as FieldDefault, Field, Kind as FieldKind, Scope, fields};
pub use json::Fnv;
pub(crate) use json::write_text as write_json_text;
pub(crate) use order::ordered;
pub use read::MAX_NAME;
pub use records::{record, records};
pub use settings::{
    AttemptSettings, BudgetRule, Capacity, ClassSettings, HedgeSettings, Idempotency, Limits, Objective,
    Operation, Priority, RetrySettings, TimerSettings, TokenClock, TokenSettings, TraceSettings,
};
pub use topology::topology;

use crate::{
    balance::{
        breaker::BreakerSettings, choice::BalanceSettings, ejection::EjectionSettings, health::HealthSettings,
    },
    latency::EstimatorSettings,
    signal::merge::SignalSettings,
    stall::StallSettings,
};
use alloc::{string::String, vec::Vec};
use core::ops::Deref;
use layer::Layers;
use read::Given;
use serde::{Deserialize, Deserializer, de::Error};
use table::Key;

/// A validated configuration; `Config::default()` is that of the empty document.
///
/// It dereferences to its [`Settings`], which can be read and not changed: to change a configuration, change the
/// document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    settings: Settings,
    layers: Layers,
}

/// Notes kept for a listener that the document does not provide for: a host drains them after each of its calls.
const NOTES_FOR_A_LISTENER: u32 = 1024;

/// The settings of a whole client; those of a class are [`Config::class`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Settings {
    /// Name of the service, a label of at most 64 bytes.
    pub service: String,
    /// Region the client runs in.
    pub region: Option<String>,
    /// Zone the client runs in; `None` means that the zone factor never applies.
    pub zone: Option<String>,
    /// Pause-tolerant timers.
    pub timer: TimerSettings,
    /// Attempts that do not end by themselves.
    pub attempt: AttemptSettings,
    /// What a class learns of its latency.
    pub estimator: EstimatorSettings,
    /// How endpoints are ordered.
    pub balance: BalanceSettings,
    /// When a busy endpoint counts as silent.
    pub health: HealthSettings,
    /// When an outlier is ejected.
    pub ejection: EjectionSettings,
    /// When nothing is sent to an endpoint that fails; `None` means never.
    pub breaker: Option<BreakerSettings>,
    /// When the client itself counts as stalled.
    pub stall: StallSettings,
    /// What retries and hedges ask before they are sent.
    pub budget: BudgetRule,
    /// How tokens are minted.
    pub token: TokenSettings,
    /// How a server's signals are obeyed.
    pub signal: SignalSettings,
    /// What is kept to be told later.
    pub trace: TraceSettings,
    /// The bounds of the tables.
    pub capacity: Capacity,
    /// Named namespaces in byte order; number = index + 1, 0 is the unnamed default.
    pub namespaces: Vec<String>,
    /// Named operations in byte order; number = index + 1, 0 is the unnamed default.
    pub operations: Vec<Operation>,
}

impl Deref for Config {
    type Target = Settings;

    fn deref(&self) -> &Settings {
        &self.settings
    }
}

impl Config {
    /// Reads and checks a document. O(document × fields + named namespaces × named operations that override).
    ///
    /// ```
    /// use hedgerow::config::{Config, Document};
    /// let document = Document::map([("hedge", Document::map([("strategy", "fast".into())]))]);
    /// let error = Config::from_document(&document).unwrap_err();
    /// assert_eq!(error.to_string(), "hedge.strategy: \"fast\", want off, fixed, quantile, single_r or slo");
    /// ```
    pub fn from_document(document: &Document) -> Result<Self, ConfigError> {
        let mut given = read::read(document)?;
        let explicit = given.layers.clone();
        fill::fill(&mut given.layers);
        rules::check(&explicit, &given)?;
        given.layers.settle();
        Ok(Self::build(given))
    }

    /// Resolved settings of a class. A number beyond the document's names sees the unnamed values. O(fields).
    pub fn class(&self, namespace: u32, operation: u32) -> ClassSettings {
        self.layers.view(namespace, operation).class()
    }

    /// Idempotency and priority of an operation; a number beyond the document's names has the defaults. O(1).
    pub fn operation(&self, operation: u32) -> (Idempotency, Priority) {
        let named = (operation as usize).checked_sub(1).and_then(|at| self.operations.get(at));
        named.map_or_else(Default::default, |operation| (operation.idempotency, operation.priority))
    }

    /// The same configuration for a host with a listener: notes are kept, 1024 of them unless the document says how many.
    pub fn with_notes(&self) -> Self {
        let notes = if self.trace.notes == 0 { NOTES_FOR_A_LISTENER } else { self.trace.notes };
        self.with_trace(TraceSettings { notes, ..self.trace })
    }

    /// The same configuration, recorded otherwise: what is recorded decides nothing.
    pub fn with_trace(&self, trace: TraceSettings) -> Self {
        let mut changed = self.clone();
        changed.settings.trace = trace;
        changed
    }

    fn build(given: Given) -> Self {
        let Given { layers, namespaces, operations } = given;
        let operations = (1u32..).zip(operations).map(|(number, name)| {
            let view = layers.view(0, number);
            Operation { name, idempotency: view.idempotency(), priority: view.priority() }
        });
        let operations = operations.collect();
        let top = layers.view(0, 0);
        let settings = Settings {
            service: top.text(Key::Service).unwrap_or_default(),
            region: top.text(Key::Region),
            zone: top.text(Key::Zone),
            timer: top.timer(),
            attempt: top.attempt(),
            estimator: top.estimator(),
            balance: top.balance(),
            health: top.health(),
            ejection: top.ejection(),
            breaker: top.breaker(),
            stall: top.stall(),
            budget: top.budget(),
            token: top.token(layers.largest(Key::ObjectiveMax)),
            signal: top.signal(),
            trace: top.trace(),
            capacity: top.capacity(),
            namespaces,
            operations,
        };
        Self { settings, layers }
    }
}

impl Default for Config {
    fn default() -> Self {
        let mut given = Given::default();
        fill::fill(&mut given.layers);
        Self::build(given)
    }
}

impl<'de> Deserialize<'de> for Config {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let document = Document::deserialize(deserializer)?;
        Self::from_document(&document).map_err(D::Error::custom)
    }
}
