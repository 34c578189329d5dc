//! E22: hedging among replicas that are slow independently of each other, after several delays.
//!
//! Service is a mixture: nine of ten answers take 1 to 10 ms, the others 20 ms to 10 s. Nothing queues. The plain mean
//! lies above a target of 10 ms and would switch hedging off exactly where it helps; the mean clamped at the target
//! does not. After 6 ms the quantile 0.99 is a cliff: both answers take longer than 16 ms with a probability of 0.1 × 0.1
//! exactly, and nothing takes between 16 and 20 ms, so that single runs answer either; medians over seeds are told.

use super::fleet::{Fleet, arms, named};
use super::{Experiment, InputError, Inputs, Quick, Report, Session};
use crate::metrics::{Metrics, share};
use crate::sample::{Arrivals, Rates, cassandra_mix};
use crate::world::spec::{ServerSpec, Spec};

/// Low enough that no server has a second request often; slots are for all.
const RATE: f64 = 100.0;
const SERVERS: u32 = 12;
const SLOTS: u32 = 1_000_000;
/// Above this a call was slow, in µs.
const SLOW_US: u64 = 500_000;

pub(super) const MIXTURE: Experiment = Experiment {
    id: "E22",
    title: "hedging on a mixture of fast, collecting and stuck replicas",
    source: "jolynch/performance-analysis, snitch_lpf_comparison (mixture); computed, two million draws",
    view: "private (of the one client, hence global)",
    kinds: &[("cassandra_mix", measure)],
    quick: Quick::Some(&[
        ("E22-None", &[("draws", 500_000), ("seeds", 1)]),
        ("E22-22", &[("draws", 500_000), ("seeds", 1)]),
    ]),
};

fn measure(inputs: &Inputs<'_>, session: &mut Session<'_>) -> Result<Report, InputError> {
    let calls = inputs.whole_or("draws", 1..=100_000_000, 2_000_000)?;
    let never = inputs.value("hedge_after_ms").is_none();
    let delay_us = inputs.number_or("hedge_after_ms", 0.0..=60_000.0, 0.0)? * 1000.0;
    let seeds = inputs.whole_or("seeds", 1..=1000, 5)?;
    inputs.finish()?;
    let spec = Spec {
        servers: SERVERS,
        server: ServerSpec { slots: SLOTS, ..ServerSpec::default() },
        arrivals: Arrivals::Poisson(Rates::constant(RATE).unwrap_or_else(|_| Rates::none())),
        calls: Some(calls),
        service: vec![cassandra_mix()],
        ..Spec::default()
    };
    let limit = if never { 0 } else { 1_000_000 };
    let own = named(&format!("hedge_fixed({}, {limit})", delay_us as u64))?;
    Fleet { spec, seeds, medians: true, extra }.report(&arms(session, &[own])?, session)
}

fn extra(run: &Metrics) -> Vec<(&'static str, Option<f64>)> {
    let clamped = |most: u64| Some(run.latency.clamped_mean(most)? / 1000.0);
    vec![
        ("mean_clamped_10_ms", clamped(10_000)),
        ("mean_clamped_500_ms", clamped(SLOW_US)),
        ("over_500_ms_share", share(run.latency.above(SLOW_US), run.calls)),
    ]
}
