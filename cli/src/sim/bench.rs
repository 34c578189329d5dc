//! `hedgerow sim bench`: how many events in a second.

use crate::{Failure, output};
use hedgerow_sim::experiments::supermarket::Supermarket;
use hedgerow_sim::request::{self, Steps};
use serde_json::json;
use std::path::PathBuf;
use std::time::Instant;

/// How much to run.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  hedgerow sim bench --events 50000000 --json -")]
pub(crate) struct Args {
    /// Events of the farm, whose servers are chosen by the core; a tenth of them for whole clients.
    #[arg(long, value_name = "N", default_value_t = 20_000_000, value_parser = clap::value_parser!(u64).range(1000..))]
    events: u64,
    /// Writes the rates as a document, to a file or to `-`.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

impl Args {
    pub(super) fn run(&self) -> Result<(), Failure> {
        let choice = rate(|| Ok(self.choice()))?;
        let clients = rate(|| self.clients())?;
        if self.json.as_deref() != Some("-".as_ref()) {
            println!("{choice:>12.0} events/s  the pick alone is the core's (500 servers, two choices)");
            println!("{clients:>12.0} events/s  whole clients (16 servers, arm netflix)");
        }
        let document =
            json!({"choice_events_per_s": choice.round(), "clients_events_per_s": clients.round()});
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
}

/// Events in a second of a real clock.
#[allow(clippy::cast_precision_loss, reason = "a rate is an estimate")]
fn rate(run: impl FnOnce() -> Result<u64, Failure>) -> Result<f64, Failure> {
    let begin = Instant::now();
    let events = run()?;
    Ok(events as f64 / begin.elapsed().as_secs_f64())
}
