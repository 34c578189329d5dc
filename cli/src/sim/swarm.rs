//! `hedgerow sim swarm`: random worlds, every invariant checked after every event.

use crate::{Failure, output, progress};
use hedgerow_sim::metrics::Coverage;
use hedgerow_sim::swarm::{Case, Failure as Broken};
use serde_json::{Map, json};
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// How long to search, or which world to repeat.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  hedgerow sim swarm --minutes 10 --seed 1000\n  hedgerow sim swarm --seed 42 --without 0,3 --clients 2\n\n\
    Exits with 1 at the first world that breaks an invariant, after it was made smaller."
)]
pub(crate) struct Args {
    /// Minutes of search; without it, and without `--worlds`, one world is run.
    #[arg(long, value_name = "M", conflicts_with_all = ["without", "clients", "calls"])]
    minutes: Option<f64>,
    /// How many worlds to draw at most.
    #[arg(long, value_name = "N", conflicts_with_all = ["without", "clients", "calls"])]
    worlds: Option<u64>,
    /// The seed of the first world; the next ones count up.
    #[arg(long, value_name = "S")]
    seed: Option<u64>,
    /// Faults, and after them things that servers say, to leave out: places in the drawn lists, separated by commas.
    #[arg(long, value_name = "K,K", value_delimiter = ',')]
    without: Vec<usize>,
    /// Clients in place of those drawn.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    clients: Option<u32>,
    /// Calls in place of those drawn.
    #[arg(long, value_name = "N")]
    calls: Option<u64>,
    /// Prints the world and the configuration as well.
    #[arg(long)]
    describe: bool,
    /// Writes what was covered as a document, to a file or to `-`.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

impl Args {
    pub(super) fn run(&self) -> Result<(), Failure> {
        let (until, seed) = (self.until()?, super::seed(self.seed));
        let most = self.worlds.unwrap_or(if self.minutes.is_some() { u64::MAX } else { 1 });
        let (mut coverage, mut worlds) = (Coverage::default(), 0_u64);
        let bar = progress::spinner();
        while worlds < most && (worlds == 0 || until.is_none_or(|until| Instant::now() < until)) {
            match self.world(seed.wrapping_add(worlds)) {
                Ok(covered) => coverage.join(&covered),
                Err(broken) => {
                    bar.finish_and_clear();
                    return self.tell(broken);
                }
            }
            worlds += 1;
            bar.set_message(format!("{worlds} worlds"));
            bar.tick();
        }
        bar.finish_and_clear();
        if self.json.as_deref() != Some("-".as_ref()) {
            println!("{worlds} worlds, no invariant broken");
            let never: Vec<_> = coverage.never().collect();
            println!(
                "never seen: {}",
                if never.is_empty() { "nothing".to_owned() } else { never.join(", ") }
            );
        }
        let counts: Map<_, _> =
            coverage.counts().map(|(name, count)| (name.to_owned(), json!(count))).collect();
        output::json(self.json.as_deref(), &json!({"worlds": worlds, "seed": seed, "sometimes": counts}))
    }

    fn until(&self) -> Result<Option<Instant>, Failure> {
        let Some(minutes) = self.minutes else { return Ok(None) };
        let length = Duration::try_from_secs_f64(minutes * 60.0);
        let length = length.map_err(|_| Failure::Misuse(format!("minutes: {minutes}, want 0 or more")))?;
        Ok(Instant::now().checked_add(length))
    }

    fn world(&self, seed: u64) -> Result<Coverage, Broken> {
        let case = Case { seed, without: self.without.clone(), clients: self.clients, calls: self.calls };
        if self.describe {
            eprintln!("{}", case.describe());
        }
        case.run()
    }

    /// Makes a failing world smaller and tells how to repeat it.
    fn tell(&self, broken: Broken) -> Result<(), Failure> {
        eprintln!("broken: {broken}\nmaking it smaller …");
        let least = Case::shrink(broken, Case::run).with_story();
        eprintln!("{least}");
        let document = json!({"broken": least.what, "events": least.story, "repeat": least.case.to_string()});
        output::json(self.json.as_deref(), &document)?;
        Err(Failure::Found)
    }
}
