//! E9 and E9b: what a rare slow answer does to whoever waits for many, and what one hedge for each key saves.

use super::{Experiment, Figure, InputError, Inputs, Quick, Report, Row, Session};
use crate::reference::tail::{Reads, share_slow};
use crate::stats::Quantile;

pub(super) const TAIL: Experiment = Experiment {
    id: "E9",
    title: "The Tail at Scale: reads of a thousand keys, hedged after 10 ms",
    source: "Dean and Barroso, The Tail at Scale (2013); the curve of one key is ours",
    view: "none",
    kinds: &[("bigtable_curve", measure)],
    quick: Quick::Whole,
};

pub(super) const FAN_OUT: Experiment = Experiment {
    id: "E9b",
    title: "fan-out: how many requests meet a slow leaf",
    source: "Dean and Barroso, The Tail at Scale (2013)",
    view: "none",
    kinds: &[("fanout", fan_out)],
    quick: Quick::Whole,
};

fn measure(inputs: &Inputs<'_>, session: &mut Session<'_>) -> Result<Report, InputError> {
    let reads = Reads {
        keys: inputs.whole("keys", 1..=1_000_000)?,
        reads: inputs.whole("reads", 1..=100_000_000)?,
        hedge_after_ms: inputs.number("hedge_after_ms", 0.0..=1e6)?,
    };
    inputs.finish()?;
    let drawn = reads.draw(session.seed);
    session.finished("run");
    let ms = |us: Option<u64>| Figure::of(us.map(|us| us as f64 / 1000.0));
    let arms = [("no_hedge", &drawn.plain), ("hedge", &drawn.hedged)];
    let mut rows: Vec<_> = arms
        .into_iter()
        .map(|(arm, samples)| {
            let row = Row::model(arm).with("p50_ms", ms(samples.quantile(Quantile::P50)));
            row.with("p99_9_ms", ms(samples.quantile(Quantile::P99_9)))
        })
        .collect();
    if let Some(hedged) = rows.pop() {
        rows.push(hedged.with("extra_requests", drawn.extra));
    }
    Ok(Report::of(rows))
}

/// The published pairs when nothing else is asked for.
const PUBLISHED: [&str; 2] = ["p_slow(100, 0.01)", "p_slow(2000, 0.0001)"];

fn fan_out(inputs: &Inputs<'_>, session: &mut Session<'_>) -> Result<Report, InputError> {
    inputs.finish()?;
    let asked = if session.metrics.is_empty() {
        PUBLISHED.map(str::to_owned).to_vec()
    } else {
        session.metrics.clone()
    };
    let mut row = Row::model("");
    for metric in asked {
        let wrong = || InputError(format!("metric: {metric}, want p_slow(leaves, share)"));
        let arguments = metric.strip_prefix("p_slow(").and_then(|rest| rest.strip_suffix(')'));
        let (leaves, share) = arguments.and_then(|both| both.split_once(',')).ok_or_else(wrong)?;
        let (leaves, share) = (leaves.trim().parse::<u32>(), share.trim().parse::<f64>());
        let (Ok(leaves), Ok(share)) = (leaves, share) else { return Err(wrong()) };
        row = row.with(metric.clone(), share_slow(leaves, share));
    }
    Ok(Report::of(vec![row]))
}
