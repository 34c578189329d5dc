//! Experiments with whole clients: worlds run over seeds, their figures as rows.
//!
//! With several seeds a figure stands twice: as `median.x`, and as `x` with the least and the greatest value, so that
//! an expectation of `x` holds for every seed; or, where an experiment compares medians only, with the median.
//! Figures that some arms lack are `nothing`, never 0.

use super::{Figure, InputError, Report, Row, Series, Session, Tracing};
use hedgerow::trace::Trace;
use serde_json::json;

use crate::arm::Arm;
use crate::metrics::{Metrics, Second, share};
use crate::stats::median;
use crate::world::spec::Spec;
use crate::world::{Progress, World};

/// What beside the usual figures an experiment asks of a run, or in place of those of the same name.
pub(crate) type Extra = fn(&Metrics) -> Vec<(&'static str, Option<f64>)>;

/// No further figures.
pub(crate) fn nothing_more(_: &Metrics) -> Vec<(&'static str, Option<f64>)> {
    Vec::new()
}

/// One world of an experiment.
#[derive(Debug)]
pub(crate) struct Fleet {
    pub(crate) spec: Spec,
    pub(crate) seeds: u64,
    /// Whether a plain figure is the median over the seeds.
    pub(crate) medians: bool,
    pub(crate) extra: Extra,
}

impl Fleet {
    /// The rows of these arms.
    pub(crate) fn report(&self, arms: &[Arm], session: &mut Session<'_>) -> Result<Report, InputError> {
        let rows = arms.iter().map(|arm| self.row(arm, session)).collect::<Result<_, _>>()?;
        Ok(self.with_faults(Report::of(rows)))
    }

    /// The report of one finished run.
    pub(crate) fn report_of(&self, arm: &str, run: Metrics) -> Report {
        self.with_faults(Report::of(vec![self.summary(arm, &[run])]))
    }

    fn with_faults(&self, report: Report) -> Report {
        let faults = self.spec.faults.iter().flat_map(|fault| {
            let listed = fault.when.listed().iter();
            listed.map(|&(from, to)| (fault.kind.name().to_owned(), from as f64 / 1e6, to as f64 / 1e6))
        });
        let faults = faults.collect();
        Report { faults, ..report }
    }

    fn row(&self, arm: &Arm, session: &mut Session<'_>) -> Result<Row, InputError> {
        let key = format!("{arm:?} {} {:?}", self.seeds, self.spec);
        session.once(&key, |session| {
            let mut runs = Vec::new();
            for seed in session.seeds(self.seeds) {
                if session.trace == Tracing::Wanted {
                    let (run, lines) = traced(&self.spec, arm, seed)?;
                    session.trace = Tracing::Taken(lines);
                    runs.push(run);
                } else {
                    runs.push(World::new(&self.spec, arm, seed)?.run());
                }
                session.finished(&arm.name);
            }
            refuse_stuck(&runs)?;
            Ok(self.summary(&arm.name, &runs))
        })
    }

    fn summary(&self, name: &str, runs: &[Metrics]) -> Row {
        let all: Vec<_> = runs
            .iter()
            .map(|run| {
                let mut figures = figures(run);
                for (name, value) in (self.extra)(run) {
                    match figures.iter_mut().find(|(known, _)| *known == name) {
                        Some(known) => known.1 = value,
                        None => figures.push((name, value)),
                    }
                }
                figures
            })
            .collect();
        let mut row = Row::new(name);
        for (at, (figure, first)) in all.first().into_iter().flatten().enumerate() {
            let values: Option<Vec<f64>> = all.iter().map(|run| run.get(at)?.1).collect();
            let spread = values.as_ref().and_then(|values| {
                let least = values.iter().copied().reduce(f64::min)?;
                Some(Figure::Span(least, values.iter().copied().reduce(f64::max)?))
            });
            let middle = Figure::of(values.and_then(median));
            if runs.len() > 1 {
                let plain = if self.medians { middle.clone() } else { spread.unwrap_or(Figure::None) };
                row = row.with(*figure, plain).with(format!("median.{figure}"), middle);
            } else {
                row = row.with(*figure, Figure::of(*first));
            }
        }
        if let Some(run) = runs.first() {
            lines(run, &mut row);
        }
        row
    }
}

/// A call that is open while nothing will happen to it is a fault, never a figure.
pub(crate) fn refuse_stuck(runs: &[Metrics]) -> Result<(), InputError> {
    match runs.iter().find(|run| run.stuck) {
        None => Ok(()),
        Some(run) => Err(InputError(format!(
            "arm {}: a call is open at {} us and nothing will happen to it, which is a fault of the simulator or the core",
            run.arm, run.to_us
        ))),
    }
}

/// Events between two times at which a trace is taken out of its client: far fewer than it has room for.
const TRACE_EVERY: u64 = 1024;

/// A run with the trace of client 0. Recording changes no decision.
fn traced(spec: &Spec, arm: &Arm, seed: u64) -> Result<(Metrics, String), InputError> {
    let arm = arm.clone().with(&json!({"trace": {"enabled": true}}));
    let (mut world, mut bytes) = (World::new(spec, &arm, seed)?, Vec::new());
    loop {
        let progress = world.advance(TRACE_EVERY);
        for client in 0..spec.clients {
            // What the others recorded is dropped, or it would wait until their room is used up.
            let mut others = Vec::new();
            let into = if client == 0 { &mut bytes } else { &mut others };
            world.client_mut(client).map(|client| client.poll_trace_bytes(into));
        }
        if progress != Progress::Running {
            break;
        }
    }
    let trace = Trace::from_bytes(&bytes).map_err(|error| InputError(format!("trace: {error}")))?;
    let lines = trace.lines().map(|line| line + "\n").collect();
    Ok((world.finish(), lines))
}

/// The arms of an experiment: those that were chosen, or its own.
pub(crate) fn arms(session: &Session<'_>, own: &[Arm]) -> Result<Vec<Arm>, InputError> {
    if session.chosen.is_empty() {
        return Ok(own.to_vec());
    }
    session.chosen.iter().map(|name| session.arm(name)).collect()
}

/// The arm of a name.
pub(crate) fn named(name: &str) -> Result<Arm, InputError> {
    Ok(Arm::named(name)?)
}

/// The figures that every run has; times in ms.
pub(crate) fn figures(run: &Metrics) -> Vec<(&'static str, Option<f64>)> {
    let summary = run.latency.summary();
    let ms = |us: Option<u64>| us.map(|us| us as f64 / 1000.0);
    let count = |count: u64| Some(count as f64);
    vec![
        ("requests", count(run.calls)),
        ("answered_share", share(run.ok, run.calls)),
        ("failed_share", share(run.failed, run.calls)),
        ("refused_share", share(run.refused(), run.calls)),
        ("open", count(run.open)),
        ("retries", count(run.retries)),
        ("hedges", count(run.hedges)),
        ("hedge_wins", count(run.hedge_wins)),
        ("hedged_share", run.hedged_share()),
        ("amplification", run.amplification()),
        ("work", run.work()),
        ("local_share", run.local_share()),
        ("cancels", count(run.cancels)),
        ("late", count(run.late)),
        ("lost", count(run.lost)),
        ("target_miss_share", share(run.target_misses, run.calls)),
        ("goodput_per_s", run.goodput()),
        ("budget_min_tokens", run.budget_min.map(|level| level as f64 / 1e6)),
        ("hedges_in_flight_max", count(u64::from(run.hedges_in_flight_max))),
        ("open_max", count(run.open_max)),
        ("queue_max", count(run.queue_max)),
        ("events", count(run.events)),
        ("mean_ms", summary.mean.map(|mean| mean / 1000.0)),
        ("variance_ms2", summary.variance.map(|variance| variance / 1e6)),
        ("p50_ms", ms(summary.p50)),
        ("p90_ms", ms(summary.p90)),
        ("p95_ms", ms(summary.p95)),
        ("p99_ms", ms(summary.p99)),
        ("p99_9_ms", ms(summary.p99_9)),
        ("max_ms", ms(summary.max)),
    ]
}

/// What is drawn of a run: its latencies, and its calls over time.
pub(crate) fn lines(run: &Metrics, row: &mut Row) {
    let step_s = run.series.step_us() as f64 / 1e6;
    let over_time = |of: fn(&Second) -> u64| {
        let steps = run.series.steps().iter().enumerate();
        steps.map(|(at, step)| (at as f64 * step_s, of(step) as f64 / step_s)).collect()
    };
    let line = |title, y, of: fn(&Second) -> u64| (title, Series { title, x: "s", y, points: over_time(of) });
    let latency = Series { title: "latency", x: "ms", y: "share", points: run.latency.cdf() };
    row.series.extend([
        ("latency", latency),
        line("attempts", "attempts/s", |step| step.attempts),
        line("failures", "calls/s", |step| step.failed),
        line("goodput", "calls/s", |step| step.ok),
        line("hedges", "attempts/s", |step| step.hedges),
        line("retries", "attempts/s", |step| step.retries),
        line("target_misses", "calls/s", |step| step.misses),
    ]);
}
