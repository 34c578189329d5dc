//! A user's own fleet: a small document that says servers, load and objective, and what follows from it.
//!
//! The document becomes a world like those of the experiments, and the same machines run in it. [`Fleet::read`] refuses
//! what it does not know or cannot mean, with path, value and range. [`Fleet::report`] runs the world under some arms;
//! [`recommend`](Fleet::recommend) looks for the cheapest configuration that meets the objective.
//!
//! Only what the document says is in the world: a service time that depends on the load, or servers that fail
//! together, are not there unless it says so. What comes out is as true as what went in.
#![allow(
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "figures are floats made of counts and times far below 2^53, all of them 0 or more"
)]

mod build;
mod choice;
mod faults;
mod file;
mod read;
mod recommend;
mod sayings;

pub use build::MOST_CALLS;
pub use recommend::{Candidate, Recommendation};

use serde_json::{Map, Value, json};

use crate::arm::Arm;
use crate::experiments::{InputError, Report, Session, fleet as worlds};
use crate::metrics::{Metrics, share};
use crate::world::spec::Spec;

/// What a fleet is asked to reach.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Objective {
    /// The latency that the configuration aims at, in µs; half of `at_most_us` unless the document names one.
    pub target_us: u64,
    /// The longest a call may take, in µs; the library's own limit when it is absent.
    pub max_us: Option<u64>,
    /// The share of all calls that must be answered within `at_most_us`, 0.5 to 0.9999.
    pub quantile: f64,
    /// The latency that this share must not exceed, in µs.
    pub at_most_us: u64,
    /// The most attempts beyond one for each call, as a share of the calls.
    pub extra_load: f64,
}

/// A fleet, read and checked.
#[derive(Clone, Debug)]
pub struct Fleet {
    /// Its name, for headings and files.
    pub name: String,
    /// The world it lives in.
    pub spec: Spec,
    /// What is asked of it.
    pub objective: Objective,
    grid: choice::Grid,
    document: Map<String, Value>,
}

impl Fleet {
    /// Reads the document of a fleet; the error names path, value and range.
    ///
    /// ```
    /// use hedgerow_sim::fleet::Fleet;
    /// let document = serde_json::json!({
    ///     "servers": {"count": 0, "service": "exp(1ms)"},
    ///     "load": {"calls_per_second": 100},
    ///     "objective": {"quantile": 0.99, "at_most": "10ms", "extra_load": 0.05},
    /// });
    /// let refused = Fleet::read(document.as_object().unwrap()).unwrap_err();
    /// assert_eq!(refused.to_string(), "servers.count: 0, want 1..=10000");
    /// ```
    pub fn read(document: &Map<String, Value>) -> Result<Self, InputError> {
        build::fleet(document)
    }

    /// The same fleet with another number of calls in each run.
    pub fn with_calls(mut self, calls: u64) -> Self {
        self.spec.calls = Some(calls);
        if let Some(load) = self.document.get_mut("load") {
            load["calls"] = json!(calls);
        }
        self
    }

    /// Runs the world under the arms of the session, or with the plain and the library's own configuration.
    pub fn report(&self, session: &mut Session<'_>) -> Result<Report, InputError> {
        let own = [self.plain(), Arm::new("defaults", json!({}))];
        let arms = worlds::arms(session, &own)?.into_iter().map(|arm| self.under_objective(arm));
        self.worlds_of().report(&arms.collect::<Vec<_>>(), session)
    }

    /// The report of one finished run of an arm.
    pub(crate) fn report_of(&self, arm: &str, run: Metrics) -> Report {
        self.worlds_of().report_of(arm, run)
    }

    /// An arm with the objective of this fleet laid over it.
    pub(crate) fn under_objective(&self, arm: Arm) -> Arm {
        arm.with(&self.objective_fields())
    }

    fn worlds_of(&self) -> worlds::Fleet {
        worlds::Fleet { spec: self.spec.clone(), seeds: 1, medians: true, extra: worlds::nothing_more }
    }

    /// No hedges, no retries, a server by chance: what the fleet gives without a policy.
    fn plain(&self) -> Arm {
        let fields = json!({
            "hedge": {"strategy": "off"},
            "retry": {"max_attempts": 1},
            "ejection": {"enabled": false},
            "balance": {"policy": "random"},
        });
        Arm::new("plain", fields).with(&self.objective_fields())
    }

    /// The objective as the configuration has it.
    fn objective_fields(&self) -> Value {
        let Objective { target_us, max_us, .. } = self.objective;
        match max_us {
            Some(max_us) => json!({"objective": {"target_us": target_us, "max_us": max_us}}),
            None => json!({"objective": {"target_us": target_us}}),
        }
    }

    /// The share of all calls of a run that were answered in time; `None` without calls.
    fn within(&self, run: &Metrics) -> Option<f64> {
        share(self.in_time(run), run.calls)
    }

    /// Calls of a run that were answered in time.
    fn in_time(&self, run: &Metrics) -> u64 {
        run.ok.saturating_sub(run.latency.above(self.objective.at_most_us))
    }
}
