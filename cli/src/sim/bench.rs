//! `hedgerow sim bench`: how many events in a second.

use super::soak::{self, Soak};
use crate::{Failure, output};
use hedgerow_sim::arm::Arm;
use hedgerow_sim::experiments::supermarket::Supermarket;
use hedgerow_sim::request::{self, Steps};
use hedgerow_sim::sample::{Arrivals, Model, Rates};
use hedgerow_sim::world::{Progress, World, spec::Spec};
use serde_json::json;
use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Instant;

/// How much to run.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  hedgerow sim bench --events 50000000 --json -\n  hedgerow sim bench --soak farm --events 1e9\n  \
    hedgerow sim bench --events 1e6 --fleet 100x1000"
)]
pub(crate) struct Args {
    /// Events of the farm, whose servers are chosen by the core; a tenth of them for whole clients.
    #[arg(long, value_name = "N", default_value = "2e7", value_parser = events)]
    events: u64,
    /// Runs this alone, all the events, and tells the memory of the process over it.
    #[arg(long, value_name = "WHAT", conflicts_with = "fleet")]
    soak: Option<Soak>,
    /// Clients and servers of the fleet.
    #[arg(long, value_name = "CxS", default_value = "1000x1000")]
    fleet: Size,
    /// Writes the rates as a document, to a file or to `-`.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

/// Clients and servers.
#[derive(Clone, Copy, Debug)]
struct Size(u32, u32);

impl FromStr for Size {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let numbers =
            text.split_once('x').and_then(|(one, two)| Some((one.parse().ok()?, two.parse().ok()?)));
        let within = |(clients, servers): &(u32, u32)| {
            (1..=100_000).contains(clients) && (1..=10_000).contains(servers)
        };
        let (clients, servers) = numbers
            .filter(within)
            .ok_or("want clients x servers, such as 1000x1000: 1..=100000 and 1..=10000")?;
        Ok(Self(clients, servers))
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}x{}", self.0, self.1)
    }
}

/// What a fleet of many clients takes.
struct Fleet {
    build_s: f64,
    rate: f64,
    /// Memory of the process when it had run, in bytes.
    resident: Option<u64>,
}

/// A whole number of events, which may be written as `1e9`.
fn events(text: &str) -> Result<u64, String> {
    let whole = text.parse::<u64>().ok();
    let number = whole.or_else(|| {
        let (digits, zeros) = text.split_once(['e', 'E'])?;
        digits.parse::<u64>().ok()?.checked_mul(10_u64.checked_pow(zeros.parse().ok()?)?)
    });
    number
        .filter(|number| (1000..=1_000_000_000_000_000).contains(number))
        .ok_or_else(|| "want a whole number from 1000 to 1e15, such as 1e9".to_owned())
}

impl Args {
    pub(super) fn run(&self) -> Result<(), Failure> {
        if let Some(what) = self.soak {
            let is_quiet = self.json.as_deref() == Some("-".as_ref());
            let readings = soak::run(what, self.events, is_quiet)?;
            return output::json(self.json.as_deref(), &json!({"soak": readings}));
        }
        let choice = rate(|| Ok(self.choice()))?;
        let clients = rate(|| self.clients())?;
        let fleet = self.fleet()?;
        if self.json.as_deref() != Some("-".as_ref()) {
            println!("{choice:>12.0} events/s  the pick alone is the core's (500 servers, two choices)");
            println!("{clients:>12.0} events/s  whole clients (16 servers, arm netflix)");
            println!("{:>12.0} events/s  whole clients (a fleet of {}, arm netflix)", fleet.rate, self.fleet);
            println!("{:>12.2} s         to build that fleet", fleet.build_s);
            let resident = fleet.resident.map_or_else(|| "unknown".to_owned(), soak::megabytes);
            println!("{resident:>12} MB        of memory when it had run");
        }
        let document = json!({
            "choice_events_per_s": choice.round(),
            "clients_events_per_s": clients.round(),
            "fleet": self.fleet.to_string(),
            "fleet_events_per_s": fleet.rate.round(),
            "fleet_build_s": fleet.build_s,
            "fleet_resident_bytes": fleet.resident,
        });
        output::json(self.json.as_deref(), &document)
    }

    /// An arrival and an end for each call.
    fn choice(&self) -> u64 {
        let market = Supermarket {
            servers: 500,
            lambda: 0.9,
            d: 2,
            replacement: false,
            events: self.events,
            warmup: 0.2,
        };
        std::hint::black_box(market.mean_time(1));
        self.events
    }

    fn clients(&self) -> Result<u64, Failure> {
        // Some four events belong to a call.
        let calls = (self.events / 40).max(100);
        let mut steps = Steps::new(&request::bench(calls)).map_err(Failure::misuse)?;
        steps.advance(u64::MAX);
        Ok(steps.events())
    }

    /// Every client calls any server, so that nothing of the last call is in the cache.
    fn fleet(&self) -> Result<Fleet, Failure> {
        let Size(clients, servers) = self.fleet;
        let spec = Spec {
            servers,
            clients,
            arrivals: Arrivals::Poisson(
                Rates::constant(500.0 * f64::from(servers)).map_err(Failure::misuse)?,
            ),
            calls: Some(self.events / 40),
            service: vec![Model::exp(1000.0)],
            ..Spec::default()
        };
        let arm = Arm::named("netflix").map_err(Failure::misuse)?;
        let begin = Instant::now();
        let world = World::new(&spec, &arm, 1).map_err(Failure::misuse)?;
        let build_s = begin.elapsed().as_secs_f64();
        let (mut world, begin) = (world, Instant::now());
        while world.advance(u64::MAX) == Progress::Running {}
        let rate = per_second(world.events(), begin);
        Ok(Fleet { build_s, rate, resident: soak::resident() })
    }
}

/// Events in a second of a real clock.
fn rate(run: impl FnOnce() -> Result<u64, Failure>) -> Result<f64, Failure> {
    let begin = Instant::now();
    let events = run()?;
    Ok(per_second(events, begin))
}

#[allow(clippy::cast_precision_loss, reason = "a rate is an estimate")]
fn per_second(events: u64, begin: Instant) -> f64 {
    events as f64 / begin.elapsed().as_secs_f64()
}
