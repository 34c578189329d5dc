//! The load in other languages beside that of this process: at the same time, against the same pauses.

use crate::desk::{Desk, Message};
use crate::fleet::Fleet;
use crate::hosts::{Host, Running};
use crate::job::Job;
use crate::report::{ArmResult, TraceHash};
use crate::schedule::{LoadShape, Planned, mean_gap};
use axum::Router;
use std::error::Error;
use std::path::Path;
use std::time::{Duration, Instant, SystemTime};

/// How long a host may take to start and to warm up.
const TO_START: Duration = Duration::from_mins(1);

/// How long a host may take after the last call was due.
const TO_END: Duration = Duration::from_secs(30);

/// How often is looked whether a host still runs.
const LOOK: Duration = Duration::from_millis(500);

/// Hosts that are warm and wait for the start.
#[derive(Debug)]
pub struct Elsewhere {
    // Hosts end before their desk closes.
    running: Vec<Running>,
    desk: Desk,
    /// Hashes of the scripted trace in each language.
    pub hashes: Vec<TraceHash>,
}

impl Elsewhere {
    /// Starts each host and waits until it is warm.
    pub async fn start(
        hosts: &[Host],
        own: &Path,
        fleet: &Fleet,
        shape: LoadShape,
        (before, planned): (&[Planned], &[Planned]),
    ) -> Result<Self, Box<dyn Error>> {
        let desk = Desk::open(([127, 0, 0, 1], 0).into(), Router::new()).await?;
        let mut all = Self { running: Vec::new(), desk, hashes: Vec::new() };
        for host in hosts.iter().copied().filter(|host| *host != Host::Rust) {
            let job = Job::new(host, fleet, before, planned, mean_gap(shape.rate));
            all.desk.offer(desk_name(host), job);
            // One after the other: their start is work for the processor that would blur another's warm-up.
            all.running.push(Running::start(host, own, &all.desk.url)?);
            let until = Instant::now() + TO_START;
            if let Message::Ready(_, hash) = all.hear(until).await? {
                all.hashes.push(TraceHash { language: host.name().to_owned(), hash });
            }
        }
        Ok(all)
    }

    /// Tells the hosts when the load starts.
    pub fn begin(&self, start: Instant) {
        self.desk.start(SystemTime::now() + start.saturating_duration_since(Instant::now()));
    }

    /// Waits for the results of every host; the last call was due before now.
    pub async fn results(mut self) -> Result<Vec<ArmResult>, Box<dyn Error>> {
        let until = Instant::now() + TO_END;
        let mut done = Vec::new();
        for _ in 0..self.running.len() {
            match self.hear(until).await? {
                Message::Done(host, arms) => done.push((host, arms)),
                other => return Err(format!("a host spoke out of turn: {other:?}").into()),
            }
        }
        let arms_of = |running: &Running| {
            let own = done.iter().filter(|(host, _)| host == desk_name(running.host));
            own.flat_map(|(_, arms)| arms.clone()).collect::<Vec<_>>()
        };
        Ok(self.running.iter().flat_map(arms_of).collect())
    }

    async fn hear(&mut self, until: Instant) -> Result<Message, Box<dyn Error>> {
        loop {
            match tokio::time::timeout(LOOK, self.desk.hear()).await {
                Ok(Message::Failed(host, why)) => return Err(format!("{host}: {why}").into()),
                Ok(message) => return Ok(message),
                Err(_) if Instant::now() >= until => return Err("a host takes too long".into()),
                Err(_) => self.look()?,
            }
        }
    }

    fn look(&mut self) -> Result<(), Box<dyn Error>> {
        for running in &mut self.running {
            // A host may end as soon as its result is taken.
            if running.has_ended() {
                return Err(format!("{} ended before its work was done", running.host.name()).into());
            }
        }
        Ok(())
    }
}

fn desk_name(host: Host) -> &'static str {
    if host == Host::Browser { "browser" } else { host.name() }
}
