//! The load-balancing notebook: sixteen servers in three zones, and one request in a hundred that is slow.
//!
//! Servers have one slot, serve in order of arrival and belong to zones by index modulo 3 (6, 5 and 5 of them). Calls
//! arrive by Poisson at 10 000 per second, call i from zone i modulo 3. Service is Pareto of shape 2 and mean 0.4 ms,
//! 0.8 ms more across zones; calls with i modulo 1000 below 10 take a further Pareto of mean 20 ms. Shape 2 has no
//! variance, so arms are compared by medians over seeds. Source: jolynch/performance-analysis, notebook
//! `load_balancing_analysis`.

use super::farm::{Farm, Layout};
use super::{Figure, InputError, Inputs, Report, Row, Series, Session};
use crate::reference::mgk::SharedQueue;
use crate::sample::{Arrivals, Keys, Model, Rates};
use crate::stats::{Samples, Summary, median};
use crate::stream::Purpose;
use hedgerow::BalanceSettings;

const SERVERS: usize = 16;
const ZONES: usize = 3;
/// Of a thousand calls in a row, the first so many are slow.
const SLOW_OF_1000: u64 = 10;
/// What another zone adds.
const ACROSS_US: u64 = 800;
/// The model's name of one shared queue.
const SHARED: &str = "mgk";

/// The world of one run, without the arm.
#[derive(Clone, Debug)]
pub(super) struct Notebook {
    pub(super) calls: u64,
    pub(super) rate: f64,
    /// Whether some calls are slow.
    pub(super) slow: bool,
    /// The zone of every call; `None` for call number modulo 3.
    pub(super) zone: Option<usize>,
    /// Clients with a view of their own; 1 for a global view.
    pub(super) clients: u64,
    /// How late views are told of sends and ends, in µs.
    pub(super) stale_us: u64,
}

/// What a run measured.
#[derive(Debug)]
struct Run {
    summary: Summary,
    local_share: f64,
    cdf: Vec<(f64, f64)>,
}

/// What an arm says of choosing; the rest of its document has no part here.
#[derive(Clone, Copy, Debug)]
struct Chooser {
    balance: BalanceSettings,
    /// Zones are regions.
    regions: bool,
}

impl Chooser {
    fn named(name: &str, session: &Session<'_>) -> Result<Self, InputError> {
        let arm = session.arm(name)?;
        let balance = arm.document(&[], false).config(None)?.balance;
        Ok(Self { balance, regions: arm.zones_are_regions })
    }
}

/// Where requests go: to the core's balancers or into the shared queue.
enum Servers {
    Farm(Farm),
    Shared(SharedQueue),
}

impl Notebook {
    fn run(&self, arm: Option<Chooser>, seed: u64) -> Run {
        let mut servers = self.servers(arm, seed);
        let mut gaps = Purpose::Arrivals.stream(seed, 0);
        let (clients, mut who) = (Keys::uniform(self.clients), Purpose::Placement.stream(seed, 0));
        let arrivals = Arrivals::Poisson(Rates::constant(self.rate).unwrap_or_else(|_| Rates::none()));
        let (work, extra) = (Model::pareto(2.0, 400.0), Model::pareto(2.0, 20_000.0));
        let services = Purpose::Service.base(seed);
        let (mut now, mut local, mut latencies) = (0, 0_u64, Samples::new());
        for call in 0..self.calls {
            let Some(at) = arrivals.next(call, now, &mut gaps) else { break };
            now = at;
            let mut draws = services.of(call, 0);
            let mut service = work.sample(&mut draws);
            if self.slow && call % 1000 < SLOW_OF_1000 {
                service += extra.sample(&mut draws);
            }
            let zone = self.zone.unwrap_or((call % ZONES as u64) as usize);
            let client = clients.sample(&mut who) as u32;
            let Some((end, near)) = servers.serve(client, zone, service, now) else { continue };
            local += u64::from(near);
            latencies.add(end - now);
        }
        let local_share = local as f64 / latencies.len().max(1) as f64;
        Run { summary: latencies.summary(), local_share, cdf: latencies.cdf() }
    }

    fn servers(&self, arm: Option<Chooser>, seed: u64) -> Servers {
        let Some(Chooser { balance, regions }) = arm else {
            return Servers::Shared(SharedQueue::new(SERVERS));
        };
        let views = self.clients as usize;
        let stale_us = self.stale_us;
        let layout = Layout { servers: SERVERS, zones: ZONES, views, balance, regions, stale_us };
        Servers::Farm(Farm::new(&layout, seed))
    }
}

impl Servers {
    /// When the request ends, and whether its server is in its zone.
    fn serve(&mut self, client: u32, zone: usize, service_us: u64, now: u64) -> Option<(u64, bool)> {
        let cost = |server: usize| service_us + if server % ZONES == zone { 0 } else { ACROSS_US };
        match self {
            Self::Farm(farm) => {
                farm.advance(now);
                let server = farm.choose(client, zone, now)?;
                Some((farm.serve(client, server, cost(server), now), server % ZONES == zone))
            }
            Self::Shared(queue) => {
                let server = queue.first_free();
                Some((queue.serve(server, cost(server), now), server % ZONES == zone))
            }
        }
    }
}

/// Medians over the seeds of one arm, measured once in a sitting.
pub(super) fn row(
    world: &Notebook,
    name: &str,
    seeds: u64,
    session: &mut Session<'_>,
) -> Result<Row, InputError> {
    let arm = if name == SHARED { None } else { Some(Chooser::named(name, session)?) };
    session.once(&format!("{name} {seeds} {world:?}"), |session| {
        let mut runs = Vec::new();
        for seed in session.seeds(seeds) {
            runs.push(world.run(arm, seed));
            session.finished(name);
        }
        Ok(medians(name, arm.is_none(), &runs))
    })
}

fn medians(name: &str, model: bool, runs: &[Run]) -> Row {
    let ms = |us: Option<u64>| us.map(|us| us as f64 / 1000.0);
    let middle = |of: &dyn Fn(&Run) -> Option<f64>| Figure::of(median(runs.iter().filter_map(of).collect()));
    let mut row = Row { model, ..Row::new(name) }
        .with("median.mean_ms", middle(&|run| Some(run.summary.mean? / 1000.0)))
        .with("median.p50_ms", middle(&|run| ms(run.summary.p50)))
        .with("median.p90_ms", middle(&|run| ms(run.summary.p90)))
        .with("median.p95_ms", middle(&|run| ms(run.summary.p95)))
        .with("median.p99_ms", middle(&|run| ms(run.summary.p99)))
        .with("median.local_share", middle(&|run| Some(run.local_share)))
        .with("requests", runs.iter().map(|run| run.summary.n as f64).sum::<f64>());
    if let Some(first) = runs.first() {
        row.series
            .insert("latency", Series { title: "latency", x: "ms", y: "share", points: first.cdf.clone() });
    }
    row
}

/// Reads the inputs that every experiment of the notebook has.
pub(super) fn measure(inputs: &Inputs<'_>, session: &mut Session<'_>) -> Result<Report, InputError> {
    let view = inputs.word_or("view", &["global", "stale", "private"], "global")?;
    let clients = inputs.whole_or("clients", 1..=10_000, 1)?;
    inputs.word_or("assignment", &["uniform per request"], "uniform per request")?;
    let zone = inputs.word_or("all_clients_zone", &["a", "b", "c", ""], "")?;
    let world = Notebook {
        calls: inputs.whole_or("requests", 1..=100_000_000, 60_000)?,
        rate: inputs.number_or("rate", 0.0..=1e6, 10_000.0)?,
        slow: inputs.flag("slow_requests")?.unwrap_or(true),
        zone: ["a", "b", "c"].iter().position(|name| *name == zone),
        clients: if view == "private" { clients } else { 1 },
        stale_us: if view == "stale" { inputs.whole("stale_us", 1..=3_600_000_000)? } else { 0 },
    };
    let seeds = inputs.whole_or("seeds", 1..=100_000, 50)?;
    let own = own_arm(inputs)?;
    inputs.finish()?;
    let mut names = session.arms.clone();
    if names.is_empty() {
        names = own.map_or_else(|| ARMS.map(str::to_owned).to_vec(), |own| vec![own]);
    }
    let rows = names.iter().map(|name| row(&world, name, seeds, session)).collect::<Result<_, _>>()?;
    Ok(Report::of(rows))
}

/// What is compared when nobody names an arm.
const ARMS: [&str; 8] = [
    "weighted_n8_w4",
    "weighted_n8_w1",
    SHARED,
    "jsq",
    "two_distinct",
    "two_with_replacement",
    "round_robin",
    "random",
];

/// The arm of the inputs; `weighted` takes its parameters from fields of their own.
fn own_arm(inputs: &Inputs<'_>) -> Result<Option<String>, InputError> {
    Ok(match inputs.text("arm")? {
        Some("weighted") => {
            let n = inputs.whole("n", 1..=64)?;
            let weight = inputs.whole("zone_weight", 1..=4096)?;
            Some(format!("weighted_n{n}_w{weight}"))
        }
        other => other.map(str::to_owned),
    })
}
