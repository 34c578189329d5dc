//! What came of a run, arm by arm, as data: the table, the drawing and the check only read it.
//!
//! The JSON forms are described in the README of this demo and carry the name of their schema. An arm that
//! was measured elsewhere (another language, another process) joins as one more [`ArmResult`].

use crate::latency::Latencies;
use crate::left_out::LeftOut;
use crate::load::Finished;
use crate::schedule::Op;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// Schema of the whole report.
pub const REPORT_SCHEMA: &str = "hedgerow-demo-report/1";
/// Schema of one arm's result.
pub const ARM_SCHEMA: &str = "hedgerow-demo-arm/1";

/// Everything one arm measured; results of equal arms can be merged.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct ArmResult {
    /// [`ARM_SCHEMA`].
    pub schema: String,
    /// Name of the arm and prefix of its logical writes.
    pub name: String,
    /// Language or runtime of the client.
    pub language: String,
    /// Calls made.
    pub calls: u64,
    /// Reads among them.
    pub reads: u64,
    /// Writes among them.
    pub writes: u64,
    /// Index in the load of each call that failed.
    pub failed: BTreeSet<u32>,
    /// Failed calls by the slug of their error.
    pub errors_by_kind: BTreeMap<String, u64>,
    /// Copies sent before the first had answered.
    pub hedges: u64,
    /// Copies sent after one had failed.
    pub retries: u64,
    /// Logical writes applied more than once on some server, from the servers' own logs.
    pub duplicate_writes: u64,
    /// Time the arm put down to stalls of its own process, µs; absent if it does not look for them.
    pub lost_us: Option<u64>,
    /// Latency of each call, failed ones included, from its scheduled send, µs.
    pub latencies_us: Latencies,
}

/// The figures of one row of the table.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ArmSummary {
    /// Name of the arm.
    pub name: String,
    /// Language or runtime of the client.
    pub language: String,
    /// Calls made.
    pub calls: u64,
    /// Reads among them.
    pub reads: u64,
    /// Writes among them.
    pub writes: u64,
    /// Percentiles, ms.
    pub latency_ms: Percentiles,
    /// Calls that failed.
    pub errors: u64,
    /// Failed calls by the slug of their error.
    pub errors_by_kind: BTreeMap<String, u64>,
    /// Hedges in a hundred calls.
    pub hedges_percent: f64,
    /// Retries in a hundred calls.
    pub retries_percent: f64,
    /// Both together: requests beyond one a call.
    pub extra_percent: f64,
    /// Logical writes applied more than once on some server.
    pub duplicate_writes: u64,
    /// Time the arm put down to stalls of its own process, ms.
    pub lost_ms: Option<f64>,
}

/// The percentiles of the table, in milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Percentiles {
    /// Median.
    pub p50: f64,
    /// 95 %.
    pub p95: f64,
    /// 99 %.
    pub p99: f64,
    /// 99.9 %.
    #[serde(rename = "p99.9")]
    pub p999: f64,
    /// The slowest call.
    pub max: f64,
}

/// What people call an arm: the language is added where it is not this process's own.
pub fn title(name: &str, language: &str) -> String {
    let called = match language {
        "node" => "Node",
        "chromium" => "Chromium",
        "python" => "Python",
        _ => return name.to_owned(),
    };
    let arm = name.strip_prefix(language).and_then(|rest| rest.strip_prefix('-')).unwrap_or(name);
    format!("{arm}, {called}")
}

impl ArmResult {
    /// An empty result of an arm.
    pub fn new(name: &str, language: &str) -> Self {
        Self {
            schema: ARM_SCHEMA.to_owned(),
            name: name.to_owned(),
            language: language.to_owned(),
            ..Self::default()
        }
    }

    /// The result of arm number `arm` among the finished calls; the servers' audit is added by the caller.
    pub fn collect(name: &str, language: &str, arm: usize, finished: &[Finished]) -> Self {
        let mut result = Self::new(name, language);
        let own = || finished.iter().filter(|one| one.arm == arm);
        for one in own() {
            result.add(one);
        }
        result.latencies_us = own().map(|one| one.latency).collect();
        result
    }

    fn add(&mut self, one: &Finished) {
        self.calls += 1;
        match one.planned.op {
            Op::Get => self.reads += 1,
            Op::Put => self.writes += 1,
        }
        self.hedges += u64::from(one.called.hedges);
        self.retries += u64::from(one.called.retries);
        if let Some(error) = &one.called.error {
            self.failed.insert(one.planned.index);
            *self.errors_by_kind.entry(error.clone()).or_default() += 1;
        }
        if let Some(lost) = one.called.lost {
            *self.lost_us.get_or_insert(0) += lost.as_micros() as u64;
        }
    }

    /// Adds another client's result of the same arm.
    pub fn merge(&mut self, other: &Self) {
        self.calls += other.calls;
        self.reads += other.reads;
        self.writes += other.writes;
        self.failed.extend(&other.failed);
        for (kind, count) in &other.errors_by_kind {
            *self.errors_by_kind.entry(kind.clone()).or_default() += count;
        }
        self.hedges += other.hedges;
        self.retries += other.retries;
        self.duplicate_writes += other.duplicate_writes;
        if let Some(lost) = other.lost_us {
            *self.lost_us.get_or_insert(0) += lost;
        }
        self.latencies_us.merge(&other.latencies_us);
    }

    /// The row of the table.
    pub fn summary(&self) -> ArmSummary {
        let percent = |count: u64| 100.0 * count as f64 / self.calls.max(1) as f64;
        ArmSummary {
            name: self.name.clone(),
            language: self.language.clone(),
            calls: self.calls,
            reads: self.reads,
            writes: self.writes,
            latency_ms: Percentiles::of(&self.latencies_us),
            errors: self.errors_by_kind.values().sum(),
            errors_by_kind: self.errors_by_kind.clone(),
            hedges_percent: percent(self.hedges),
            retries_percent: percent(self.retries),
            extra_percent: percent(self.hedges + self.retries),
            duplicate_writes: self.duplicate_writes,
            lost_ms: self.lost_us.map(|micros| micros as f64 / 1000.0),
        }
    }
}

impl Percentiles {
    fn of(latencies: &Latencies) -> Self {
        let at = |part| millis(latencies.quantile(part));
        Self {
            p50: at(50_000),
            p95: at(95_000),
            p99: at(99_000),
            p999: at(99_900),
            max: millis(latencies.max()),
        }
    }
}

/// A duration in milliseconds.
pub fn millis(duration: Duration) -> f64 {
    duration.as_micros() as f64 / 1000.0
}

/// The whole report.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Report {
    /// [`REPORT_SCHEMA`].
    pub schema: String,
    /// What was asked for.
    pub settings: RunSettings,
    /// How often and how long servers really stood still.
    pub pauses: PauseTotals,
    /// Stalls of the load process, which every arm pays for.
    pub host: HostStalls,
    /// One row for each arm.
    pub arms: Vec<ArmSummary>,
    /// Arms that could not be measured, and why.
    #[serde(default)]
    pub left_out: Vec<LeftOut>,
    /// The slowest call that a hedge or a retry rescued.
    pub rescued: Option<Rescued>,
    /// Hash of the scripted trace in each language of the run.
    #[serde(default)]
    pub traces: Vec<TraceHash>,
    /// What `--check` says about it: empty when all is well.
    pub check: Vec<String>,
}

/// The hash at which one language's play of the scripted scenario ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TraceHash {
    /// Language or runtime.
    pub language: String,
    /// Hash of the last line of the trace, 16 hex digits.
    pub hash: String,
}

/// What was asked for; with the seed, enough to repeat the run.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RunSettings {
    /// Seed of both schedules.
    pub seed: u64,
    /// Calls of each arm.
    pub requests: u32,
    /// Calls a second of each arm.
    pub rate: f64,
    /// Keys.
    pub keys: u32,
    /// Writes in a hundred calls.
    pub write_percent: u32,
    /// Servers.
    pub servers: usize,
    /// Each server's concurrency limit.
    pub limit: u32,
    /// Kinds of pauses.
    pub pauses: Vec<PauseSetting>,
}

/// One kind of pause as asked for.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct PauseSetting {
    /// Length, ms.
    pub length_ms: f64,
    /// Mean gap on one server, ms.
    pub mean_gap_ms: f64,
}

/// How often and how long servers really stood still.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PauseTotals {
    /// Pauses of all servers.
    pub count: u64,
    /// Pauses of 100 ms or more among them.
    pub long: u64,
    /// Their sum over all servers, ms.
    pub total_ms: f64,
    /// The longest, ms.
    pub longest_ms: f64,
}

/// Stalls of the load process itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct HostStalls {
    /// Late wake-ups.
    pub count: u64,
    /// Sum of their lateness, ms.
    pub total_ms: f64,
    /// The worst, ms.
    pub longest_ms: f64,
}

/// A call whose first attempt stood still and whose hedge or retry answered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rescued {
    /// Name of the arm.
    pub arm: String,
    /// Index of the call in the load.
    pub call: u32,
    /// `get` or `put`.
    pub op: String,
    /// The key.
    pub key: String,
    /// Latency from the scheduled send, ms.
    pub latency_ms: f64,
    /// What the servers did meanwhile.
    pub servers: Vec<String>,
    /// The replicas in the order the client drew for this call, best first.
    pub plan: Vec<String>,
    /// Each decision, oldest first.
    pub steps: Vec<RescueStep>,
}

/// One decision in the life of a call.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RescueStep {
    /// When, counted from the start of the call, ms.
    pub at_ms: f64,
    /// What was done.
    pub what: String,
    /// Slug of the reason.
    pub reason: String,
    /// The reason in one sentence.
    pub sentence: String,
}
