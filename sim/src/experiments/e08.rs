//! E8 and E8b: exponential backoff and jitter, by the core's own backoff.

use super::occ::{self, BACKOFFS};
use super::{Experiment, InputError, Inputs, Quick, Report, Row, Session};

const SOURCE: &str = "aws-samples/aws-arch-backoff-simulator; its figures computed anew";

pub(super) const CONTENTION: Experiment = Experiment {
    id: "E8",
    title: "contention for one row: backoff and jitter",
    source: SOURCE,
    view: "private",
    kinds: &[("occ", measure)],
    quick: Quick::Some(&[
        ("E8-100-none", &[("runs", 200)]),
        ("E8-100-exponential", &[("runs", 200)]),
        ("E8-100-decorrelated", &[("runs", 200)]),
        ("E8-100-equal", &[("runs", 200)]),
        ("E8-100-full", &[("runs", 200)]),
    ]),
};

pub(super) const CROWDS: Experiment = Experiment {
    id: "E8b",
    title: "contention for one row: 10, 20 and 50 clients",
    source: SOURCE,
    view: "private",
    kinds: &[("occ", measure)],
    quick: Quick::No,
};

fn measure(inputs: &Inputs<'_>, session: &mut Session<'_>) -> Result<Report, InputError> {
    let clients = inputs.whole("clients", 1..=10_000)?;
    let runs = inputs.whole_or("runs", 1..=1_000_000, 200)?;
    let one = inputs.word_or("backoff", &BACKOFFS, "")?;
    inputs.finish()?;
    let names = if one.is_empty() { BACKOFFS.to_vec() } else { vec![one] };
    let rows = names.into_iter().map(|name| {
        let backoff = occ::backoff(name);
        let (mut calls, mut time_us, mut count) = (0, 0, 0_u64);
        for seed in session.seeds(runs) {
            let contest = occ::contest(clients, &backoff, seed);
            (calls, time_us, count) = (calls + contest.calls, time_us + contest.end_us, count + 1);
            session.finished(name);
        }
        let mean = |sum: u64| sum as f64 / count as f64;
        Row::new(name).with("mean.calls", mean(calls)).with("mean.time_ms", mean(time_us) / 1000.0)
    });
    Ok(Report::of(rows.collect()))
}
