//! E22: hedging among replicas that are slow independently of each other, after several delays.
//!
//! Service is a mixture: nine of ten answers take 1 to 10 ms, the others 20 ms to 10 s. Nothing queues. The plain mean
//! lies above a target of 10 ms and would switch hedging off exactly where it helps; the mean clamped at the target
//! does not.
//!
//! After 6 ms the quantile 0.99 is a plateau: both answers take longer than 16 ms with a probability of 0.1 × 0.1, and
//! nothing takes between 16 and 20 ms, so that every time between is a quantile 0.99, and whether the element of that
//! rank is the last below or the first above is a coin toss for any number of calls, and for medians over seeds. There the
//! ends are told: `p99_lo_ms` and `p99_hi_ms` are the elements three standard deviations of the rank below and
//! above. Where they lie further apart than a density could put them, `p99_ms` is the upper one, as in the expected
//! figure. Everywhere else it is the element of the rank, as in all experiments.

use super::fleet::{Fleet, arms, named};
use super::{Experiment, InputError, Inputs, Quick, Report, Session};
use crate::metrics::{Metrics, share};
use crate::sample::{Arrivals, Rates, cassandra_mix, whole};
use crate::stats::{Quantile, Samples};
use crate::world::spec::{ServerSpec, Spec};

/// Low enough that no server has a second request often; slots are for all.
const RATE: f64 = 100.0;
const SERVERS: u32 = 12;
const SLOTS: u32 = 1_000_000;
/// No density of this mixture puts the ends of its quantile 0.99 further apart than by this factor.
const PLATEAU: f64 = 1.1;
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
    let (lo, hi) = ends_of_p99(&run.latency);
    let is_plateau = lo.zip(hi).is_some_and(|(lo, hi)| hi > lo * PLATEAU);
    let mut figures = vec![
        ("mean_clamped_10_ms", clamped(10_000)),
        ("mean_clamped_500_ms", clamped(SLOW_US)),
        ("over_500_ms_share", share(run.latency.above(SLOW_US), run.calls)),
    ];
    if is_plateau {
        figures.extend([("p99_ms", hi), ("p99_lo_ms", lo), ("p99_hi_ms", hi)]);
    }
    figures
}

/// Between which times the quantile 0.99 of the distribution lies, in ms: by three standard deviations of its rank.
fn ends_of_p99(latency: &Samples) -> (Option<f64>, Option<f64>) {
    const Q: f64 = 0.99;
    let deviation = 3.0 * libm::sqrt(Q * (1.0 - Q) / latency.len().max(1) as f64);
    let at = |share: f64| {
        let found = latency.quantile(Quantile::ppm(whole(share * 1e6) as u32));
        found.map(|us| us as f64 / 1000.0)
    };
    (at(Q - deviation), at(Q + deviation))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ends_enclose_a_plateau_and_meet_where_there_is_none() {
        let mut samples = Samples::new();
        (0..99_000).for_each(|at| samples.add(10_000 + at / 100));
        (0..1000).for_each(|at| samples.add(20_000 + at));
        let (lo, hi) = ends_of_p99(&samples);
        assert!((10.98..11.0).contains(&lo.unwrap()) && (20.0..20.1).contains(&hi.unwrap()), "{lo:?} {hi:?}");
        let mut dense = Samples::new();
        (0..100_000).for_each(|at| dense.add(10_000 + at));
        let (lo, hi) = ends_of_p99(&dense);
        assert!(hi.unwrap() < lo.unwrap() * PLATEAU, "{lo:?} {hi:?}");
        assert_eq!(ends_of_p99(&Samples::new()), (None, None));
    }
}
