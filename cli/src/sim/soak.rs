//! `hedgerow sim bench --soak`: one long run, and the memory of the process over it.

use crate::{Failure, progress};
use hedgerow_sim::experiments::supermarket::{Running, Supermarket};
use hedgerow_sim::fleet::MOST_CALLS;
use hedgerow_sim::request::{self, Steps};
use serde_json::{Value, json};
use std::time::Instant;

/// What runs for long.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Soak {
    /// 500 servers, the pick alone is the core's.
    Farm,
    /// 16 servers and whole clients, arm `netflix`.
    Clients,
}

/// How often the memory is read.
const READINGS: u64 = 20;

/// One reading.
#[derive(Debug)]
struct Reading {
    events: u64,
    seconds: f64,
    /// Memory that the process holds, in bytes; unknown where the system does not tell it so.
    resident: Option<u64>,
}

/// Runs so many events and tells after every twentieth what the process holds.
pub(super) fn run(what: Soak, events: u64, is_quiet: bool) -> Result<Value, Failure> {
    let mut run = start(what, events)?;
    let bar = progress::bar(usize::try_from(READINGS).unwrap_or_default());
    let (begin, mut readings) = (Instant::now(), Vec::new());
    for step in 1..=READINGS {
        let seen = run(events / READINGS * step);
        let seconds = begin.elapsed().as_secs_f64();
        readings.push(Reading { events: seen, seconds, resident: resident() });
        bar.inc(1);
    }
    bar.finish_and_clear();
    if !is_quiet {
        println!("      events   seconds  resident MB");
        for reading in &readings {
            println!("{}", told(reading));
        }
    }
    Ok(Value::Array(readings.iter().map(document).collect()))
}

/// Something that runs on until so many events have happened, and answers how many have.
fn start(what: Soak, events: u64) -> Result<Box<dyn FnMut(u64) -> u64>, Failure> {
    Ok(match what {
        Soak::Farm => {
            let market =
                Supermarket { servers: 500, lambda: 0.9, d: 2, replacement: false, events, warmup: 0.2 };
            let (mut market, mut seen) = (Running::new(market, 1), 0);
            Box::new(move |until| {
                // An arrival and an end for each call.
                seen += 2 * market.advance((until - seen) / 2);
                seen
            })
        }
        Soak::Clients => {
            // A call has at least one event, so that the calls do not end before the events.
            if events > MOST_CALLS {
                let want = format!("--events: {events}, want at most {MOST_CALLS} with whole clients");
                return Err(Failure::misuse(want));
            }
            let mut steps = Steps::new(&request::bench(events)).map_err(Failure::misuse)?;
            Box::new(move |until| {
                steps.advance(until - steps.events());
                steps.events()
            })
        }
    })
}

fn told(reading: &Reading) -> String {
    let resident = reading.resident.map_or_else(|| "unknown".to_owned(), megabytes);
    format!("{:>12}  {:>8.1}  {resident:>11}", reading.events, reading.seconds)
}

/// Bytes in millions.
#[allow(clippy::cast_precision_loss, reason = "memory has fewer than 2^53 bytes")]
pub(super) fn megabytes(bytes: u64) -> String {
    format!("{:.1}", bytes as f64 / 1e6)
}

fn document(reading: &Reading) -> Value {
    json!({"events": reading.events, "seconds": reading.seconds, "resident_bytes": reading.resident})
}

/// Memory of this process as Linux tells it: the second number of `statm`, in pages of 4096 bytes.
pub(super) fn resident() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/self/statm").ok()?;
    text.split_whitespace().nth(1)?.parse::<u64>().ok().map(|pages| pages * 4096)
}
