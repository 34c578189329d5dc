//! E3: balls in bins: two choices instead of one make the fullest bin exponentially less full.
//!
//! Source: Azar, Broder, Karlin and Upfal, "Balanced Allocations" (1994). Each ball is a request that never ends, each
//! bin an endpoint of the core's balancer.

use super::farm::{Farm, Layout};
use super::supermarket::shortest_of;
use super::{Experiment, Figure, InputError, Inputs, Quick, Report, Row, Session};
use crate::stats::band;

pub(super) const BINS: Experiment = Experiment {
    id: "E3",
    title: "balls in bins: the fullest bin for one to four choices",
    source: "Azar et al., Balanced Allocations (1994)",
    view: "global",
    kinds: &[("balls_in_bins", measure)],
    quick: Quick::No,
};

/// From so many bins on, nobody is told apart by replacement: a ball meets its own first draw less than once in a
/// thousand. The core then draws without, at O(1) for a ball instead of O(bins).
const MANY: usize = 1024;

fn measure(inputs: &Inputs<'_>, session: &mut Session<'_>) -> Result<Report, InputError> {
    let bins = inputs.whole("n", 1..=1_000_000)? as usize;
    let runs = inputs.whole("runs", 1..=100_000)?;
    let replacement = inputs.flag("replacement")?.unwrap_or(true) && bins < MANY;
    inputs.finish()?;
    let mut rows = Vec::new();
    for d in 1..=4 {
        let layout = Layout::plain(bins, shortest_of(d, replacement));
        let empty = Farm::new(&layout, session.seed);
        let mut loads = Vec::new();
        for seed in session.seeds(runs) {
            loads.push(f64::from(fullest(&empty, seed)));
            session.finished("run");
        }
        rows.push(row(d, loads));
    }
    Ok(Report::of(rows))
}

/// The band of the fullest bin, p10 to p90, since one run in a hundred has a freak; and how often each load came.
fn row(d: u8, loads: Vec<f64>) -> Row {
    let runs = loads.len() as f64;
    let share =
        |load: u8| loads.iter().filter(|one| (**one - f64::from(load)).abs() < 0.5).count() as f64 / runs;
    let mut row = Row::new(format!("d{d}"));
    for load in 1..=12 {
        row = row.with(format!("share_of_runs.max_is_{load}"), share(load));
    }
    row.with("max_load", band(loads).map_or(Figure::None, |band| Figure::Span(band.p10, band.p90)))
}

/// Throws as many balls as there are bins; the load of the fullest.
fn fullest(empty: &Farm, seed: u64) -> u32 {
    let mut farm = empty.with_chance(seed);
    let mut loads = vec![0_u32; farm.servers()];
    for _ in 0..loads.len() {
        let Some(bin) = farm.choose(0, 0, 0) else { return 0 };
        farm.send(0, bin);
        loads[bin] += 1;
    }
    loads.into_iter().max().unwrap_or(0)
}
