//! E13: a metastable storm: retries hold down a server that stalled for ten seconds, long after it runs again.
//!
//! One server takes 300 calls a second in order of arrival; its clients wait one second for each attempt. It stalls
//! from 60 s to 70 s. What was queued is too old when it is served, so its callers have given up and tried again: if
//! λ(1 + r) exceeds what it can serve, with r retries for each call, it never catches up. A budget bounds r; a queue
//! that is short, or newest first, removes the bad state.

use super::fleet::{Fleet, arms, named};
use super::{Experiment, InputError, Inputs, Quick, Report, Session};
use crate::fault::{Fault, Kind, Target};
use crate::metrics::Metrics;
use crate::sample::{Arrivals, Model, Rates};
use crate::world::spec::Spec;

const SERVICE_US: f64 = 1e6 / 300.0;
const END_US: u64 = 600_000_000;
const STALL_US: (u64, u64) = (60_000_000, 70_000_000);
const ATTEMPT_US: u64 = 1_000_000;
/// The window in which answered calls are counted.
const WINDOW_S: [u64; 2] = [300, 595];

/// The arms that are compared when nobody names one.
const ARMS: [&str; 7] =
    ["none", "retry1", "retry2", "retry2_budget10", "retry2_drop_expired", "retry2_lifo", "retry2_cap60"];

pub(super) const STORM: Experiment = Experiment {
    id: "E13",
    title: "metastable retry storm after a stall of ten seconds",
    source: "Bronson et al., Metastable Failures in Distributed Systems, HotOS 2021 (shape); computed, five seeds",
    view: "private (of the one client, hence global)",
    kinds: &[("storm300", measure)],
    quick: Quick::Some(&[
        ("E13-140-retry2", &[("seeds", 1)]),
        ("E13-200-retry1", &[("seeds", 1)]),
        ("E13-250-retry2_budget10", &[("seeds", 1)]),
        ("E13-280-retry2_budget10", &[("seeds", 1)]),
        ("E13-280-retry2_lifo", &[("seeds", 1)]),
        ("E13-280-retry2_drop_expired", &[("seeds", 1)]),
        ("E13-200-retry2_cap60", &[("seeds", 1)]),
    ]),
};

fn measure(inputs: &Inputs<'_>, session: &mut Session<'_>) -> Result<Report, InputError> {
    let rate = inputs.number("lambda_", 0.0..=10_000.0)?;
    let own = inputs.text("arm")?;
    let window = inputs.value("window_s").map(serde_json::Value::to_string);
    if window.is_some_and(|window| window != format!("[{},{}]", WINDOW_S[0], WINDOW_S[1])) {
        return Err(InputError(format!("window_s: want {WINDOW_S:?}")));
    }
    let seeds = inputs.whole_or("seeds", 1..=1000, 5)?;
    let reaches = inputs.flag("cancel_reaches_server")?.unwrap_or(false);
    inputs.finish()?;
    let spec = Spec {
        servers: 1,
        arrivals: Arrivals::Poisson(Rates::constant(rate).unwrap_or_else(|_| Rates::none())),
        until_us: Some(END_US),
        end_us: Some(END_US),
        service: vec![Model::exp(SERVICE_US)],
        faults: vec![Fault::once(Kind::Stall, Target::Server(0), STALL_US.0, STALL_US.1)],
        attempt_limit_us: Some(ATTEMPT_US),
        cancel_reaches_server: reaches,
        ..Spec::default()
    };
    let names = own.map_or_else(|| ARMS.to_vec(), |own| vec![own]);
    let own: Vec<_> = names.into_iter().map(named).collect::<Result<_, _>>()?;
    Fleet { spec, seeds, medians: false, extra }.report(&arms(session, &own)?, session)
}

fn extra(run: &Metrics) -> Vec<(&'static str, Option<f64>)> {
    let [from, to] = WINDOW_S.map(|second| second * 1_000_000);
    vec![("goodput_share", run.answered_share(from, to)), ("attempts_per_call", run.amplification())]
}
