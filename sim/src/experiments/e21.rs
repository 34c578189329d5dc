//! E21: always-on speculation: every request stands in two queues, and the tail is shorter for it.
//!
//! The cost has no variance, so that only the order of the quantiles is looked at. The rival without speculation sends
//! to the shorter of the same two queues, which knows as much.

use super::{Experiment, Figure, InputError, Inputs, Quick, Report, Row, Session};
use crate::reference::speculation::Pairs;
use crate::sample::{Arrivals, Model, Rates};
use crate::stats::{Samples, median};
use crate::stream::Purpose;

pub(super) const ALWAYS: Experiment = Experiment {
    id: "E21",
    title: "always-on speculation: two queues, first to start",
    source: "jolynch/performance-analysis, speculation_analysis",
    view: "reference model",
    kinds: &[("always_on_speculation", measure)],
    quick: Quick::Whole,
};

/// One quantile of a run.
type Of = fn(&Samples) -> Option<u64>;

fn measure(inputs: &Inputs<'_>, session: &mut Session<'_>) -> Result<Report, InputError> {
    let servers = inputs.whole_or("servers", 2..=1000, 10)?;
    let rate = inputs.number_or("rate", 0.0..=1e7, 18_000.0)?;
    let requests = inputs.whole_or("requests", 1..=10_000_000, 60_000)?;
    let seeds = inputs.whole_or("seeds", 1..=1000, 9)?;
    inputs.finish()?;
    let arms = [("single", false), ("speculation", true)];
    let rows = arms.map(|(name, both)| {
        let mut row = Row::model(name);
        let runs: Vec<_> =
            session.seeds(seeds).map(|seed| run(servers, rate, requests, both, seed)).collect();
        session.finished(name);
        let figures: [(&str, Of); 4] = [
            ("p50_ms", |run| run.summary().p50),
            ("p95_ms", |run| run.summary().p95),
            ("p99_ms", |run| run.summary().p99),
            ("p99_9_ms", |run| run.summary().p99_9),
        ];
        for (figure, of) in figures {
            let values = runs.iter().filter_map(|run| Some(of(run)? as f64 / 1000.0)).collect();
            row = row.with(format!("median.{figure}"), Figure::of(median(values)));
        }
        row
    });
    Ok(Report::of(rows.into()))
}

fn run(servers: u64, rate: f64, requests: u64, both: bool, seed: u64) -> Samples {
    let arrivals = Arrivals::Poisson(Rates::constant(rate).unwrap_or_else(|_| Rates::none()));
    let (mut gaps, mut pairs) = (Purpose::Arrivals.stream(seed, 0), Purpose::Placement.stream(seed, 0));
    let (costs, model) = (Purpose::Service.base(seed), Model::pareto(1.5, 400.0));
    let mut world = Pairs::new(servers as usize);
    let mut now = 0;
    for call in 0..requests {
        let Some(at) = arrivals.next(call, now, &mut gaps) else { break };
        now = at;
        let first = pairs.below(servers);
        let second = (first + 1 + pairs.below(servers - 1)) % servers;
        let drawn = [first as usize, second as usize];
        let cost = model.sample(&mut costs.of(call, 0));
        if both {
            world.arrive(&drawn, cost, now);
        } else {
            world.serve_until(now);
            let shorter = drawn.into_iter().min_by_key(|server| world.in_system(*server, now));
            world.arrive(&shorter.map_or([drawn[0]], |server| [server]), cost, now);
        }
    }
    let mut latencies = Samples::new();
    world.finish().into_iter().for_each(|latency| latencies.add(latency));
    latencies
}
