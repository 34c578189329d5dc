//! What a client has learned, as a document, and a client that goes on from it.
//!
//! A process that restarts has forgotten which endpoint is slow, what its servers asked for and how much of a budget was
//! spent: it begins with the mistakes it had learned to avoid. A snapshot keeps what was *learned*: averages and
//! histograms, signal records and halvings, budgets, pushback, adaptive limits, health, ejections, breakers and costs of
//! endpoints, the order of sampling, the debt of pauses, the states of the policy streams, the time of the last token,
//! the counters. It never keeps what was *under way*: calls, attempts and their in-flight counts, timers, an open window
//! of a limit, reports of load (they live for a second); nor nonces, because two clients restored from one snapshot
//! would mint the same tokens, nor leases and samples of a clock, which a pause makes worthless.
//!
//! Instants are stored as ages, and the machine's own time beside them. A restored machine goes on at that time plus
//! what passed meanwhile, whatever clock its host has now: the [`Shift`](super::shift::Shift) between the two is applied
//! where times enter and leave. So ages grow by exactly what passed, and windows on the grid of time keep their places.
//!
//! A snapshot comes from outside: a number out of its range, a name that is not known or a list that is none is refused
//! with path, value and range, and whatever a document says, a table holds no more than the configuration allows. What
//! does not fit (another version, another algorithm, a name beyond the capacity, an endpoint that the host does not
//! name) is dropped and counted, one for each part, in [`snapshot_dropped`](crate::Stats::snapshot_dropped): never guessed.
//!
//! Endpoints come back with the host's first topology, which alone knows who is there: what it names is remembered, what
//! it does not name is dropped. A restored client records no trace, since a trace begins with a client that knows nothing.

mod books;
mod classes;
mod counters;
mod endpoints;
mod part;
mod streams;

pub(crate) use endpoints::Past;

use alloc::format;
use alloc::string::ToString;

use crate::client::Client;
use crate::client::shift::Shift;
use crate::config::{Config, ConfigError, Document};
use crate::rng::Seed;
use crate::stall::StallLevel;
use crate::stats::bump;
use crate::time::{Duration, Instant, Monotone};
use crate::trace::Recorder;
use part::{Entries, Part};

/// Version of the form of a snapshot.
const VERSION: u64 = 1;

/// The longest that may have passed meanwhile, or lie ahead: 71 years.
const MOST_MICROS: u64 = 1 << 51;

/// The longest that a machine may have run: twice that, so that a time of its future is always a time.
const MOST_AT: u64 = 1 << 52;

const FIELDS: &[&str] = &[
    "version",
    "config",
    "at_us",
    "streams",
    "token",
    "balance",
    "calm_us",
    "sweep_us",
    "stall",
    "topology",
    "budget",
    "namespaces",
    "operations",
    "signals",
    "halvings",
    "classes",
    "endpoints",
    "order",
    "counters",
];

impl Client {
    /// What this client has learned until now, for [`Client::restore`]. O(endpoints + classes × buckets in use).
    ///
    /// The document may be kept as JSON or in any form that serde writes. It holds no secret but the time of the last
    /// token, yet names of endpoints, namespaces and operations.
    pub fn snapshot(&self, now: Instant) -> Document {
        let at = self.clock.last().max(self.shift.inward(now));
        let mut top = Entries::new(at);
        top.number("version", VERSION);
        top.text("config", &format!("{:016x}", self.config.canonical_hash()));
        top.number("at_us", at.as_micros());
        top.put("streams", self.learned_streams());
        top.put("token", self.learned_token(at));
        top.put("balance", self.learned_balance(at));
        top.left("calm_us", (self.calm_until > at).then_some(self.calm_until));
        top.left("sweep_us", Some(self.ejection.next_sweep()));
        top.put("stall", self.learned_stall(at));
        top.flag("topology", self.topology_seen);
        self.put_books(&mut top);
        self.put_classes(&mut top);
        self.put_endpoints(&mut top);
        top.put("counters", self.stats().to_document());
        top.into()
    }

    /// Makes a client that goes on from a [`Client::snapshot`], perhaps in another process and under another configuration.
    ///
    /// `elapsed` is the real time that passed since the snapshot was taken, 0 if it is not known (at most 71 years count):
    /// ages grow by it. Nonces are keyed with a fresh `nonce_seed`, secret and unique as that of [`Client::new`]; without
    /// one, minting is denied `no_nonce_seed`. Hand in the topology next: an endpoint of the snapshot that the first one
    /// does not name is forgotten, and one that only it names has just come up.
    ///
    /// # Errors
    /// When the document is no snapshot: path, value and range. A snapshot of another version is dropped whole, and the
    /// client is a new one; it then needs the seed.
    ///
    /// ```
    /// use hedgerow::{Client, Config, Duration, Instant, Seed};
    /// let client = Client::new(Config::default(), &Seed::new([7; 32]), Instant::ZERO);
    /// let kept = client.snapshot(Instant::from_micros(5));
    /// let (fresh, slept) = (Seed::new([8; 32]), Duration::from_secs(60));
    /// let restored = Client::restore(&kept, Config::default(), Some(&fresh), slept, Instant::ZERO).unwrap();
    /// assert_eq!(restored.stats().snapshot_dropped, 0);
    /// ```
    pub fn restore(
        snapshot: &Document,
        config: Config,
        nonce_seed: Option<&Seed>,
        elapsed: Duration,
        now: Instant,
    ) -> Result<Self, ConfigError> {
        let version = Part::version(snapshot)?;
        if version != VERSION {
            return Self::of_another_version(version, config, nonce_seed, now);
        }
        let top = Part::of(snapshot, "snapshot", FIELDS)?;
        let at = Instant::from_micros(top.required("at_us", MOST_AT)?);
        let same = top.text("config")? == Some(format!("{:016x}", config.canonical_hash()).as_str());
        let resumed = at + Duration::from_micros(elapsed.as_micros().min(MOST_MICROS));
        // Every stream is replaced below.
        let mut client = Self::new(config, &nonce_seed.cloned().unwrap_or(Seed::new([0; 32])), resumed);
        client.shift = Shift::between(Monotone::new(now).last(), resumed);
        client.journal.trace = Recorder::of_restored(client.config.trace);
        let top = top.at(at);
        client.recall_streams(&top.part("streams", streams::FIELDS)?, nonce_seed)?;
        client.recall_token(&top.part("token", streams::TOKEN)?, nonce_seed)?;
        client.recall_counters(&top)?;
        client.recall_balance(&top.part("balance", streams::BALANCE)?)?;
        client.recall_health(&top, resumed)?;
        client.recall_books(&top)?;
        client.recall_endpoints(&top, same)?;
        Ok(client)
    }

    fn of_another_version(
        version: u64,
        config: Config,
        nonce_seed: Option<&Seed>,
        now: Instant,
    ) -> Result<Self, ConfigError> {
        let Some(seed) = nonce_seed else {
            let range = format!("{VERSION}, or a seed for a new client");
            return Err(ConfigError::new("snapshot.version", version.to_string(), range));
        };
        let mut client = Self::new(config, seed, now);
        bump(&mut client.journal.stats.snapshot_dropped);
        Ok(client)
    }

    fn learned_stall(&self, at: Instant) -> Document {
        let (debt, covered, level) = self.stall.learned();
        let mut stall = Entries::new(at);
        stall.number("debt_us", debt.as_micros());
        stall.age("covered_age_us", Some(covered.min(at)));
        stall.number("level", level as u64);
        stall.into()
    }

    /// The calm after a pause, the sweeps, the debt of pauses, whether a topology was there.
    fn recall_health(&mut self, top: &Part<'_>, resumed: Instant) -> Result<(), ConfigError> {
        self.topology_seen = top.flag("topology")?;
        self.calm_until = top.left("calm_us")?.unwrap_or(Instant::ZERO);
        if let Some(next) = top.left("sweep_us")? {
            self.ejection.recall_sweep(next.min(resumed + self.config.ejection.interval));
        }
        let stall = top.part("stall", &["debt_us", "covered_age_us", "level"])?;
        let levels = [StallLevel::Ok, StallLevel::Warn, StallLevel::Trip];
        let level = levels.get(stall.number("level", 2)?.unwrap_or(0) as usize).copied().unwrap_or_default();
        let debt = Duration::from_micros(stall.number("debt_us", MOST_MICROS)?.unwrap_or(0));
        let covered = stall.age("covered_age_us")?;
        self.stall.recall(debt, covered.unwrap_or(resumed), level);
        Ok(())
    }

    fn dropped(&mut self) {
        bump(&mut self.journal.stats.snapshot_dropped);
    }
}
