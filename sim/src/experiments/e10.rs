//! E10, E10b and E10c: hedging on paper: the optimum of one reissue, fast and slow, exponential.

use super::{Experiment, InputError, Inputs, Quick, Report, Row, Session};
use crate::reference::single::{Law, Reissue};

pub(super) const SINGLE: Experiment = Experiment {
    id: "E10",
    title: "one reissue: with probability q after d, or always",
    source: "Kaler, He, Elnikety, Optimal Reissue Policies (2017)",
    view: "none",
    kinds: &[("single_r", measure)],
    quick: Quick::Whole,
};

pub(super) const FAST_SLOW: Experiment = Experiment {
    id: "E10b",
    title: "hedging where an answer is fast or slow",
    source: "arithmetic",
    view: "none",
    kinds: &[("fast_slow", fast_slow)],
    quick: Quick::Whole,
};

pub(super) const EXPONENTIAL: Experiment = Experiment {
    id: "E10c",
    title: "hedging an exponential latency at a percentile",
    source: "arithmetic",
    view: "none",
    kinds: &[("exp_hedge", exponential)],
    quick: Quick::Whole,
};

/// Draws behind the simulated quantile: 0.6 % of deviation at the heaviest tail.
const DRAWS: usize = 2_000_000;

fn measure(inputs: &Inputs<'_>, session: &mut Session<'_>) -> Result<Report, InputError> {
    let laws = [
        ("exp(1)", Law::Exp(1.0)),
        ("pareto(1.1,min2)", Law::Pareto(1.1, 2.0)),
        ("lognormal(1,1)", Law::Lognormal(1.0, 1.0)),
    ];
    let name = inputs.word("latency", &laws.map(|law| law.0))?;
    let law = laws.iter().find(|law| law.0 == name).map_or(Law::Exp(1.0), |law| law.1);
    let k = inputs.number("k", 0.01..=0.9999)?;
    let budget = inputs.number("budget", 1e-6..=0.999_999)?;
    inputs.finish()?;
    let never = Reissue { d: f64::INFINITY, q: 0.0, t: law.exceeded(1.0 - k) };
    let arms =
        [("none", never), ("single_d", law.single_d(k, budget)), ("single_r", law.single_r(k, budget))];
    let rows = arms.map(|(arm, reissue)| {
        let simulated = law.simulated(k, reissue, DRAWS, session.seed);
        session.finished(arm);
        let row = Row::model(arm).with("t", reissue.t).with("d", reissue.d).with("q", reissue.q);
        row.with("t_simulated", simulated).with("simulated_over_paper", simulated / reissue.t)
    });
    Ok(Report::of(rows.into()))
}

/// An answer takes `fast`, or `slow` with probability p; a hedge is sent after a delay between the two.
fn fast_slow(inputs: &Inputs<'_>, _session: &mut Session<'_>) -> Result<Report, InputError> {
    let fast = inputs.number("fast_ms", 0.0..=1e6)?;
    let slow = inputs.number("slow_ms", fast..=1e6)?;
    let p = inputs.number("p_slow", 0.0..=1.0)?;
    let delay = inputs.number("hedge_after_ms", fast..=slow)?;
    inputs.finish()?;
    let rescued = slow.min(delay + fast);
    let over = |ms: f64, share: f64| if ms > 10.0 { share } else { 0.0 };
    let plain = Row::model("no_hedge")
        .with("mean_ms", (1.0 - p) * fast + p * slow)
        .with("p_over_10ms", over(fast, 1.0 - p) + over(slow, p));
    let hedged = Row::model("hedge")
        .with("mean_ms", (1.0 - p) * fast + p * (1.0 - p) * rescued + p * p * slow)
        .with("p_over_10ms", over(fast, 1.0 - p) + over(rescued, p * (1.0 - p)) + over(slow, p * p))
        .with("extra_requests", p);
    Ok(Report::of(vec![plain, hedged]))
}

/// Mean 1, hedged at a percentile: beyond the delay the survival falls twice as fast.
fn exponential(inputs: &Inputs<'_>, _session: &mut Session<'_>) -> Result<Report, InputError> {
    let extra = 1.0 - inputs.number("percentile", 0.0..=99.999)? / 100.0;
    inputs.finish()?;
    let delay = -libm::log(extra);
    let exceeded = |p: f64| if p >= extra { -libm::log(p) } else { 0.5 * (delay - libm::log(p)) };
    let row = Row::model("").with("delay", delay).with("extra", extra).with("mean", 1.0 - 0.5 * extra);
    Ok(Report::of(vec![row.with("p99", exceeded(0.01)).with("p99_9", exceeded(0.001))]))
}
