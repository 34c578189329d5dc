//! One run from start to report: fleet, warm-up, load and pauses, audit.

use crate::arm::Arm;
use crate::check;
use crate::elsewhere::Elsewhere;
use crate::fleet::{Fleet, FleetSettings};
use crate::hedged::Hedged;
use crate::hosts::Host;
use crate::left_out::LeftOut;
use crate::load::{self, Finished};
use crate::pauser::Pauser;
use crate::placement::SERVERS;
use crate::plain::Plain;
use crate::progress::Progress;
use crate::report::{
    ArmResult, HostStalls, PauseSetting, PauseTotals, REPORT_SCHEMA, Report, RunSettings, TraceHash, millis,
};
use crate::rescue;
use crate::scenario;
use crate::schedule::{self, LoadShape, Pause, PauseKind, Planned};
use crate::slo::Slo;
use crate::stalls::{Beat, Stalls};
use crate::warm;
use std::error::Error;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// What a run is made of.
#[derive(Clone, Debug)]
pub struct Options {
    /// Executable that starts a server.
    pub program: PathBuf,
    /// Seed of both schedules.
    pub seed: u64,
    /// The load of each arm.
    pub shape: LoadShape,
    /// Calls of each arm before measuring.
    pub warm_up: u32,
    /// Kinds of pauses.
    pub pauses: Vec<PauseKind>,
    /// Settings of the servers.
    pub fleet: FleetSettings,
    /// Languages in which the load is driven; this process's own arms always run.
    pub hosts: Vec<Host>,
    /// What cannot be measured here, for the report.
    pub left_out: Vec<LeftOut>,
    /// Results of arms measured elsewhere, to be shown beside the own ones.
    pub others: Vec<ArmResult>,
}

/// What came of a run.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The report.
    pub report: Report,
    /// The arms with all their latencies.
    pub arms: Vec<ArmResult>,
}

struct Measured {
    finished: Vec<Finished>,
    pauses: Vec<Pause>,
    stalls: Stalls,
}

/// Runs everything and answers the report; dropping the future ends every process it started.
pub async fn run(options: &Options) -> Result<Outcome, Box<dyn Error>> {
    let planned = schedule::load(options.seed, options.shape);
    let fleet = Fleet::start(&options.program, options.fleet).await?;
    let arms = arms(&fleet)?;
    warm::fill(&fleet, options.shape.keys).await?;
    let shape = LoadShape { requests: options.warm_up, ..options.shape };
    let before = schedule::load(options.seed ^ WARM_UP_SEED, shape);
    for arm in &arms {
        warm::warm_up(arm, &before).await;
    }
    let elsewhere =
        Elsewhere::start(&options.hosts, &options.program, &fleet, options.shape, (&before, &planned))
            .await?;
    let traces = traces(&elsewhere)?;
    let measured = measure(options, &fleet, &arms, &planned, &elsewhere).await;
    let others = elsewhere.results().await?;
    if !fleet.settle(Duration::from_secs(20)).await? {
        return Err("replication did not come to rest".into());
    }
    let mut results = Vec::new();
    for (number, arm) in arms.iter().enumerate() {
        let mut result = ArmResult::collect(arm.name(), "rust", number, &measured.finished);
        result.duplicate_writes = fleet.audit(&format!("{}-", arm.name())).await?.duplicates.len() as u64;
        results.push(result);
    }
    for mut result in others {
        result.duplicate_writes = fleet.audit(&format!("{}-", result.name)).await?.duplicates.len() as u64;
        results.push(result);
    }
    results.extend(options.others.iter().cloned());
    Ok(Outcome { report: report(options, &measured, &results, traces), arms: results })
}

/// Hashes of the scripted scenario in every language; fails when two differ.
fn traces(elsewhere: &Elsewhere) -> Result<Vec<TraceHash>, Box<dyn Error>> {
    let own = TraceHash { language: Host::Rust.name().to_owned(), hash: scenario::hash()? };
    let promised = scenario::promised()?;
    let all: Vec<_> = std::iter::once(own).chain(elsewhere.hashes.iter().cloned()).collect();
    if let Some(other) = all.iter().find(|trace| trace.hash != promised) {
        return Err(format!("the scripted trace is {promised}, in {} {}", other.language, other.hash).into());
    }
    Ok(all)
}

/// The warm-up draws its own calls.
const WARM_UP_SEED: u64 = 0x5741_524d;

/// A moment for the last preparations before the first call is due.
const LEAD: Duration = Duration::from_millis(100);

fn arms(fleet: &Fleet) -> Result<Vec<Arc<Arm>>, Box<dyn Error>> {
    let urls: Vec<String> = fleet.replicas.iter().map(|replica| replica.url.clone()).collect();
    let hedged = Hedged::new(&urls)?;
    Ok(vec![Arc::new(Arm::Plain(Plain::new(urls, Slo::default().max))), Arc::new(Arm::Hedgerow(hedged))])
}

async fn measure(
    options: &Options,
    fleet: &Fleet,
    arms: &[Arc<Arm>],
    planned: &[Planned],
    elsewhere: &Elsewhere,
) -> Measured {
    let span = planned.last().map_or(Duration::ZERO, |call| call.at);
    let pauses = schedule::pauses(options.seed, SERVERS, span, &options.pauses);
    let names: Vec<_> = arms.iter().map(|arm| arm.name()).collect();
    let mut progress = Progress::new((planned.len() * arms.len()) as u64, &names);
    let beat = Beat::start();
    let start = Instant::now() + LEAD;
    elsewhere.begin(start);
    let pauser = Pauser::start(fleet.pids(), &pauses, start);
    let gap = schedule::mean_gap(options.shape.rate);
    let finished = load::drive(arms, planned, gap, start, |one| progress.tick(one)).await;
    progress.finish();
    Measured { finished, pauses: pauser.finish(), stalls: beat.stalls() }
}

fn report(options: &Options, measured: &Measured, results: &[ArmResult], traces: Vec<TraceHash>) -> Report {
    let named = |name: &str| results.iter().find(|arm| arm.name == name);
    let names: Vec<_> = results.iter().map(|arm| arm.name.as_str()).collect();
    let mut check = match (named("plain"), named("hedgerow")) {
        (Some(plain), Some(hedgerow)) => check::check(plain, hedgerow),
        _ => vec!["there is no hedgerow arm beside the plain one".to_owned()],
    };
    for host in options.hosts.iter().filter(|host| **host != Host::Rust) {
        if let [Some(plain), Some(hedgerow)] = host.arms().map(|name| named(&name)) {
            check.extend(check::check_elsewhere(plain, hedgerow));
        }
    }
    Report {
        schema: REPORT_SCHEMA.to_owned(),
        settings: settings(options),
        pauses: totals(&measured.pauses),
        host: HostStalls {
            count: measured.stalls.count,
            total_ms: millis(measured.stalls.total),
            longest_ms: millis(measured.stalls.longest),
        },
        arms: results.iter().map(ArmResult::summary).collect(),
        left_out: options.left_out.clone(),
        rescued: rescue::slowest(&measured.finished, &names, &measured.pauses),
        traces,
        check,
    }
}

fn settings(options: &Options) -> RunSettings {
    let pause = |kind: &PauseKind| PauseSetting {
        length_ms: millis(kind.length),
        mean_gap_ms: millis(kind.mean_gap),
    };
    RunSettings {
        seed: options.seed,
        requests: options.shape.requests,
        rate: options.shape.rate,
        keys: options.shape.keys,
        write_percent: options.shape.write_percent,
        servers: SERVERS,
        limit: options.fleet.limit,
        pauses: options.pauses.iter().map(pause).collect(),
    }
}

fn totals(pauses: &[Pause]) -> PauseTotals {
    let lengths = || pauses.iter().map(Pause::length);
    PauseTotals {
        count: pauses.len() as u64,
        long: lengths().filter(|length| *length >= Duration::from_millis(100)).count() as u64,
        total_ms: millis(lengths().sum()),
        longest_ms: millis(lengths().max().unwrap_or_default()),
    }
}
