//! E14b: a budget under total failure: every attempt fails at once, and the budget alone bounds what is sent.

use serde_json::json;

use super::fleet::{Fleet, arms, named};
use super::{Experiment, InputError, Inputs, Quick, Report, Session};
use crate::fault::{Fault, Kind, Target};
use crate::metrics::Metrics;
use crate::sample::{Arrivals, Rates};
use crate::world::spec::{MOST_US, Spec, WHOLE_PPM};

const RATE: f64 = 1000.0;
const FAILS_AFTER_US: u64 = 100;

pub(super) const TOTAL_FAILURE: Experiment = Experiment {
    id: "E14b",
    title: "retries under total failure, without and with a budget",
    source: "Google, Site Reliability Engineering (retry budget); computed",
    view: "private (of the one client, hence global)",
    kinds: &[("total_failure", measure)],
    quick: Quick::Whole,
};

fn measure(inputs: &Inputs<'_>, session: &mut Session<'_>) -> Result<Report, InputError> {
    let calls = inputs.whole_or("calls", 1..=100_000_000, 100_000)?;
    let retries = inputs.whole_or("retries", 0..=9, 2)?;
    let ratio = inputs.number_or("ratio", 0.0..=10.0, 0.2)?;
    let initial = inputs.whole_or("initial_tokens", 0..=100, 0)?;
    let min_rate = inputs.number_or("min_rate", 0.0..=1000.0, 0.0)?;
    inputs.finish()?;
    let always = Kind::FastFailure { share_ppm: WHOLE_PPM, after_us: FAILS_AFTER_US };
    let spec = Spec {
        servers: 3,
        arrivals: Arrivals::Poisson(Rates::constant(RATE).unwrap_or_else(|_| Rates::none())),
        calls: Some(calls),
        faults: vec![Fault::once(always, Target::Zone(0), 0, MOST_US)],
        ..Spec::default()
    };
    let attempts = json!({"retry": {"max_attempts": retries + 1}});
    let ratio = json!({"budget": {"mode": "ratio", "ratio": ratio, "initial": initial, "cap": 100, "min_rate": min_rate}});
    let free = named("retry2")?.with(&attempts);
    let own = [free.clone().called("no_budget"), free.with(&ratio).called("budget")];
    let extra = |run: &Metrics| vec![("attempts_per_call", run.amplification())];
    Fleet { spec, seeds: 1, medians: false, extra }.report(&arms(session, &own)?, session)
}
