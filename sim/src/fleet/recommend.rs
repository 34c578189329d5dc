//! The search for the cheapest configuration that meets a fleet's objective.
//!
//! The plain fleet is run first; its 95th percentile is the delay of the fixed hedge. Then every way of hedging with
//! every limit, and, from the best of them, other budgets, other numbers of candidates and other time limits of an
//! attempt, one field after the other; while nothing meets the objective also from the one that answers the most calls
//! in time. All run in the same worlds: the seeds, hence arrivals and costs, are the same.
//!
//! An objective is met when in *every* run the wanted share of *all* calls was answered in time (what is refused or
//! fails is not) and the attempts beyond one for each call are allowed, and when of all runs together the late calls
//! are so few that two standard deviations more of them would be allowed, too: what is met by luck is not met. Of those that meet it the one of the least
//! extra load wins, to a tenth of a percent; then the faster one; then the one that was tried first, which sets less.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::choice::{Choice, FIELDS, verified};
use super::{Fleet, Objective};
use crate::arm::{Arm, word};
use crate::experiments::{FLEET_VIEW, Figure, InputError, Report, Row, Session, fleet as worlds};
use crate::metrics::Metrics;
use crate::stats::{Quantile, median};
use crate::world::World;

/// Extra loads that differ by less are the same.
const ALIKE: f64 = 1000.0;

/// One configuration with what it gave.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// What it sets, in words.
    pub name: String,
    /// Its figures, medians over the seeds, but the least share in time and the greatest extra load.
    pub row: Row,
    /// Whether it meets the objective.
    pub meets: bool,
    choice: Choice,
    within: f64,
    extra: f64,
    latency_us: u64,
}

/// What came out of a search.
#[derive(Clone, Debug)]
pub struct Recommendation {
    /// The fleet without any policy.
    pub plain: Candidate,
    /// Everything that was tried, in order.
    pub candidates: Vec<Candidate>,
    /// Where the best of them stands; it meets the objective or comes nearest.
    pub best: usize,
    /// The configuration of the best, ready to use; the core has read it.
    pub config: Value,
    report: Report,
    objective: Objective,
}

impl Fleet {
    /// Looks for the cheapest configuration that meets the objective, `seeds` runs for each that is tried.
    pub fn recommend(&self, seeds: u64, session: &mut Session<'_>) -> Result<Recommendation, InputError> {
        let seeds: Vec<_> = session.seeds(seeds).collect();
        let mut trial = |arm: &Arm, choice| self.measure(arm, choice, &seeds, session);
        let plain = trial(&self.plain(), Choice::default())?;
        let p95 = plain.row.figures.get("p95_ms").and_then(as_us).unwrap_or(self.objective.target_us);
        let mut candidates = Vec::new();
        for choice in self.grid.hedges(two_digits(p95)) {
            candidates.push(trial(&self.arm(choice), choice)?);
        }
        for field in 0..FIELDS {
            for from in self.starts(&candidates) {
                for choice in self.grid.variants(field, from) {
                    candidates.push(trial(&self.arm(choice), choice)?);
                }
            }
        }
        let best = best(&candidates, self.objective);
        let config = self.config(candidates[best].choice)?;
        let mut rows = vec![plain.row.clone()];
        rows.extend(candidates.iter().enumerate().map(|(at, candidate)| Row {
            // Two lines are a drawing; those of every candidate would be a thicket.
            series: if at == best { candidate.row.series.clone() } else { BTreeMap::new() },
            ..candidate.row.clone()
        }));
        let report = Report {
            case: self.name.clone(),
            seed: session.seed,
            inputs: self.document.clone(),
            view: FLEET_VIEW.to_owned(),
            ..Report::of(rows)
        };
        Ok(Recommendation { plain, candidates, best, config, report, objective: self.objective })
    }

    /// From where the next field is varied: the best so far and, while nothing meets the objective, also what answers
    /// the most calls in time, which a smaller budget may make affordable.
    fn starts(&self, candidates: &[Candidate]) -> Vec<Choice> {
        let best = &candidates[best(candidates, self.objective)];
        let fastest = candidates.iter().reduce(|a, b| if b.within > a.within { b } else { a });
        let fastest = fastest.filter(|found| !best.meets && found.choice != best.choice);
        [best].into_iter().chain(fastest).map(|found| found.choice).collect()
    }

    /// How many worlds a search runs at least.
    pub fn worlds(&self, seeds: u64) -> u64 {
        seeds.saturating_mul(self.grid.size() as u64)
    }

    fn arm(&self, choice: Choice) -> Arm {
        Arm::new(choice.name(), self.objective_fields()).with(&choice.fields())
    }

    /// The document of a choice with the operations of the fleet.
    fn config(&self, choice: Choice) -> Result<Value, InputError> {
        let operations: Map<_, _> = self
            .spec
            .operations
            .iter()
            .map(|one| (one.name.clone(), json!({"idempotency": word(one.idempotency)})))
            .collect();
        let document = self.arm(choice).with(&json!({"operations": operations})).fields;
        verified(&document)?;
        Ok(document)
    }

    /// Whether two standard deviations more late calls (of a count, its root) would still be allowed.
    fn is_met_safely(&self, runs: &[Metrics]) -> bool {
        let calls: u64 = runs.iter().map(|run| run.calls).sum();
        let in_time: u64 = runs.iter().map(|run| self.in_time(run)).sum();
        let late = calls.saturating_sub(in_time) as f64;
        late + 2.0 * libm::sqrt(late) <= (1.0 - self.objective.quantile) * calls as f64
    }

    fn measure(
        &self,
        arm: &Arm,
        choice: Choice,
        seeds: &[u64],
        session: &mut Session<'_>,
    ) -> Result<Candidate, InputError> {
        let mut runs = Vec::new();
        for seed in seeds {
            runs.push(World::new(&self.spec, arm, *seed)?.run());
            session.finished(&arm.name);
        }
        worlds::refuse_stuck(&runs)?;
        let of_runs = |figure: &dyn Fn(&Metrics) -> Option<f64>| runs.iter().map(figure).collect::<Vec<_>>();
        let within = of_runs(&|run| self.within(run)).into_iter().map(|share| share.unwrap_or(0.0));
        let within = within.fold(1.0, f64::min);
        let extra = of_runs(&|run| run.amplification().map(|all| all - 1.0));
        let extra = extra.into_iter().flatten().fold(0.0, f64::max);
        let asked = Quantile::ppm((self.objective.quantile * 1e6 + 0.5) as u32);
        let latency = of_runs(&|run| run.latency.quantile(asked).map(|us| us as f64));
        let latency_us = latency.into_iter().collect::<Option<Vec<_>>>().and_then(median);
        let safe = self.is_met_safely(&runs);
        let meets = safe && within >= self.objective.quantile && extra <= self.objective.extra_load;
        let mut row = row(&arm.name, &runs).with("within_share", within).with("extra_load", extra);
        row = row.with("objective_met", Figure::Word(if meets { "yes" } else { "no" }));
        let latency_us = latency_us.map_or(u64::MAX, |us| us as u64);
        Ok(Candidate { name: arm.name.clone(), row, meets, choice, within, extra, latency_us })
    }
}

impl Recommendation {
    /// The best of all that was tried.
    pub fn best(&self) -> &Candidate {
        &self.candidates[self.best]
    }

    /// The report of every candidate, the plain fleet first; lines for drawings of the plain fleet and of the best.
    pub const fn report(&self) -> &Report {
        &self.report
    }

    /// The report with the objective and what is recommended.
    pub fn json(&self) -> Value {
        let mut document = self.report.json();
        let Objective { target_us, max_us, quantile, at_most_us, extra_load } = self.objective;
        document["objective"] = json!({"target_us": target_us, "max_us": max_us, "quantile": quantile,
            "at_most_us": at_most_us, "extra_load": extra_load});
        document["recommended"] =
            json!({"arm": self.best().name, "meets": self.best().meets, "config": self.config});
        document
    }
}

/// The median of each usual figure over the runs, and the latencies of the first run as a line.
fn row(name: &str, runs: &[Metrics]) -> Row {
    let all: Vec<_> = runs.iter().map(worlds::figures).collect();
    let mut row = Row::new(name);
    for (at, (figure, _)) in all.first().into_iter().flatten().enumerate() {
        let values: Option<Vec<f64>> = all.iter().map(|run| run[at].1).collect();
        row = row.with(*figure, Figure::of(values.and_then(median)));
    }
    if let Some(run) = runs.first() {
        worlds::lines(run, &mut row);
        row.series.retain(|name, _| *name == "latency");
    }
    row
}

/// The place of the best: that meets the objective at the least cost, or comes nearest to it.
fn best(candidates: &[Candidate], objective: Objective) -> usize {
    let order = |a: &Candidate, b: &Candidate| rank(a, objective).cmp(&rank(b, objective));
    let places = candidates.iter().enumerate();
    places.min_by(|a, b| order(a.1, b.1).then(Ordering::Less)).map_or(0, |found| found.0)
}

/// Less is better: met at a cost; else affordable and near; else at a cost.
fn rank(candidate: &Candidate, objective: Objective) -> (u8, u64, u64) {
    let cost = (candidate.extra * ALIKE + 0.5) as u64;
    let missed = ((1.0 - candidate.within) * 1e6 + 0.5) as u64;
    if candidate.meets {
        (0, cost, candidate.latency_us)
    } else if candidate.extra <= objective.extra_load {
        (1, missed, cost)
    } else {
        (2, cost, missed)
    }
}

/// A time with no more than two digits that matter.
fn two_digits(us: u64) -> u64 {
    let step = 10_u64.saturating_pow(us.checked_ilog10().unwrap_or(0).saturating_sub(1));
    (us + step / 2) / step * step
}

/// A figure in ms as µs.
fn as_us(figure: &Figure) -> Option<u64> {
    match figure {
        Figure::Number(ms) => Some((ms * 1000.0 + 0.5) as u64),
        _ => None,
    }
}
