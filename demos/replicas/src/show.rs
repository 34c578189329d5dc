//! Servers and a page for a person: the page drives the real servers, a click on it stops one of them.

use crate::desk::{self, Desk, Message};
use crate::fleet::{Fleet, FleetSettings};
use crate::hosts::Running;
use crate::job;
use crate::placement;
use crate::process;
use crate::report::millis;
use crate::slo::Slo;
use crate::warm;
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, put};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::error::Error;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// What is shown.
#[derive(Clone, Debug)]
pub struct Stage {
    /// Executable that starts a server.
    pub program: PathBuf,
    /// Settings of the servers.
    pub fleet: FleetSettings,
    /// Number of keys.
    pub keys: u32,
    /// Where the page is served.
    pub listen: SocketAddr,
    /// Lets a browser try the page, and ends then.
    pub is_tried: bool,
}

/// The longest pause that the page may ask for.
const LONGEST: Duration = Duration::from_secs(2);

/// The time that a try of the page may take.
const PATIENCE: Duration = Duration::from_mins(1);

/// What the page needs to know.
#[derive(Debug, Serialize)]
struct Shown {
    servers: Vec<job::Address>,
    hedged_servers: Vec<job::Address>,
    zones: [&'static str; 3],
    shards: Vec<Vec<String>>,
    timeout_ms: f64,
    keys: Vec<(String, usize)>,
}

#[derive(Debug)]
struct Switches {
    shown: Shown,
    pids: BTreeMap<String, u32>,
    /// Pauses that run, by server: a server goes on when the last of them ends.
    stopped: Mutex<BTreeMap<String, u32>>,
}

/// Starts servers and page, calls `ready` with the page's address and goes on until the future is dropped.
pub async fn show(stage: &Stage, ready: impl FnOnce(&str)) -> Result<(), Box<dyn Error>> {
    let fleet = Fleet::start(&stage.program, stage.fleet).await?;
    warm::fill(&fleet, stage.keys).await?;
    let switches = Arc::new(Switches {
        shown: shown(&fleet, stage.keys),
        pids: fleet.replicas.iter().map(|one| (one.name.clone(), one.pid)).collect(),
        stopped: Mutex::default(),
    });
    let routes = Router::new()
        .route("/desk/fleet", get(tell_fleet))
        .route("/desk/pause/{server}", put(pause))
        .with_state(switches);
    let mut desk = Desk::open(stage.listen, routes).await?;
    ready(&desk.url);
    if stage.is_tried {
        return tried(stage, &mut desk).await;
    }
    std::future::pending::<()>().await;
    drop(fleet);
    Ok(())
}

async fn tried(stage: &Stage, desk: &mut Desk) -> Result<(), Box<dyn Error>> {
    let browser = Running::tried(&stage.program, &desk.url)?;
    let told = tokio::time::timeout(PATIENCE, desk.hear()).await;
    drop(browser);
    match told {
        Ok(Message::Done(..)) => Ok(()),
        Ok(other) => Err(format!("the page does not do what it should: {other:?}").into()),
        Err(_) => Err("the page does not come to its end".into()),
    }
}

fn shown(fleet: &Fleet, keys: u32) -> Shown {
    let key = |number| {
        let name = placement::key_name(number);
        let shard = placement::shard(&name);
        (name, shard)
    };
    Shown {
        servers: job::addresses(fleet),
        hedged_servers: job::renamed(job::addresses(fleet)),
        zones: placement::ZONES,
        shards: job::shards(),
        timeout_ms: millis(Slo::default().max),
        keys: (0..keys).map(key).collect(),
    }
}

async fn tell_fleet(State(switches): State<Arc<Switches>>) -> Response {
    desk::json(&switches.shown)
}

#[derive(Deserialize)]
struct Length {
    ms: u64,
}

/// Stops a server, continues it after the time asked for, and answers then.
async fn pause(
    State(switches): State<Arc<Switches>>,
    Path(server): Path<String>,
    Query(length): Query<Length>,
) -> StatusCode {
    let Some(pid) = switches.pids.get(&server).copied() else { return StatusCode::NOT_FOUND };
    let pause = Pause::begin(Arc::clone(&switches), server, pid);
    tokio::time::sleep(Duration::from_millis(length.ms).min(LONGEST)).await;
    drop(pause);
    StatusCode::NO_CONTENT
}

/// One running pause; ends also when the page goes away.
struct Pause {
    switches: Arc<Switches>,
    server: String,
    pid: u32,
}

impl Pause {
    fn begin(switches: Arc<Switches>, server: String, pid: u32) -> Self {
        let pause = Self { switches, server, pid };
        // A server that cannot be stopped is one that is gone; the calls show it.
        pause.count(|pauses| pauses + 1, |pid| drop(process::suspend(pid)));
        pause
    }

    /// Changes the number of pauses and acts on the server under the same lock.
    fn count(&self, change: impl Fn(u32) -> u32, act: impl Fn(u32)) {
        let mut stopped = self.switches.stopped.lock().unwrap_or_else(PoisonError::into_inner);
        let pauses = stopped.entry(self.server.clone()).or_default();
        let before = *pauses;
        *pauses = change(before);
        if before.min(*pauses) == 0 {
            act(self.pid);
        }
    }
}

impl Drop for Pause {
    fn drop(&mut self) {
        self.count(|pauses| pauses.saturating_sub(1), |pid| drop(process::resume(pid)));
    }
}
