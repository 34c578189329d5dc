//! Six server processes and the certainty that none of them outlives the run.
//!
//! Dropping a [`Fleet`] continues, kills and reaps every process and removes its folder. Should this process
//! be killed itself, the kernel kills the servers (see [`process::die_with_parent`]).

use crate::http::Http;
use crate::placement::{SERVERS, server_name, zone};
use crate::process::{self, TempDir};
use crate::serve::Ready;
use crate::server::AuditReport;
use hyper::Method;
use hyper::body::Bytes;
use std::collections::BTreeMap;
use std::error::Error;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// Settings of every server of the fleet.
#[derive(Clone, Copy, Debug)]
pub struct FleetSettings {
    /// Concurrency limit of each server.
    pub limit: u32,
    /// Work of each request.
    pub work: Duration,
}

/// One server process.
#[derive(Debug)]
pub struct Replica {
    /// Its name.
    pub name: String,
    /// Its zone.
    pub zone: &'static str,
    /// Base URL.
    pub url: String,
    /// Process number, for stopping and continuing it.
    pub pid: u32,
    child: Child,
}

/// The running servers, in the order of [`server_name`].
#[derive(Debug)]
pub struct Fleet {
    /// The servers.
    pub replicas: Vec<Replica>,
    folder: TempDir,
}

impl Fleet {
    /// Starts all servers from the executable `program` and tells each where its peers are.
    pub async fn start(program: &Path, settings: FleetSettings) -> Result<Self, Box<dyn Error>> {
        let folder = TempDir::new()?;
        let mut fleet = Self { replicas: Vec::with_capacity(SERVERS), folder };
        for server in 0..SERVERS {
            // Pushed one by one: if a later one fails, dropping the fleet ends the earlier ones.
            let replica = start_replica(program, server, fleet.folder.path(), settings)?;
            fleet.replicas.push(replica);
        }
        fleet.introduce().await?;
        Ok(fleet)
    }

    async fn introduce(&self) -> Result<(), Box<dyn Error>> {
        let urls: BTreeMap<_, _> =
            self.replicas.iter().map(|one| (one.name.clone(), one.url.clone())).collect();
        let body = Bytes::from(serde_json::to_vec(&urls)?);
        let http = Http::new();
        for replica in &self.replicas {
            let url = format!("{}/peers", replica.url);
            http.send(Method::PUT, &url, &[], body.clone(), Duration::from_secs(5)).await?;
        }
        Ok(())
    }

    /// Asks every server what it applied of the writes whose identity starts with `prefix`.
    ///
    /// Counts are summed; a write applied twice on several servers is one duplicate.
    pub async fn audit(&self, prefix: &str) -> Result<AuditReport, Box<dyn Error>> {
        let http = Http::new();
        let mut sum = AuditReport::default();
        for replica in &self.replicas {
            let url = format!("{}/audit?prefix={prefix}", replica.url);
            let answer = http.send(Method::GET, &url, &[], Bytes::new(), Duration::from_secs(5)).await?;
            let one: AuditReport = serde_json::from_slice(&answer.body)?;
            sum.writes += one.writes;
            sum.duplicates.extend(one.duplicates);
            sum.pending += one.pending;
            sum.dropped += one.dropped;
            sum.refused += one.refused;
        }
        Ok(sum)
    }

    /// Waits until all replication has arrived, at most `limit`; answers whether it has.
    pub async fn settle(&self, limit: Duration) -> Result<bool, Box<dyn Error>> {
        let until = tokio::time::Instant::now() + limit;
        while self.audit("none").await?.pending > 0 {
            if tokio::time::Instant::now() >= until {
                return Ok(false);
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(true)
    }

    /// Process numbers of the servers, in order.
    pub fn pids(&self) -> Vec<u32> {
        self.replicas.iter().map(|replica| replica.pid).collect()
    }
}

fn start_replica(
    program: &Path,
    server: usize,
    folder: &Path,
    settings: FleetSettings,
) -> Result<Replica, Box<dyn Error>> {
    let name = server_name(server);
    let mut command = Command::new(program);
    command.args(["server", "--with-parent", "--name", &name]).arg("--folder").arg(folder);
    command.args(["--limit", &settings.limit.to_string()]);
    command.args(["--work-us", &settings.work.as_micros().to_string()]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
    match read_ready(&mut child) {
        Ok(ready) => Ok(Replica {
            name,
            zone: zone(server),
            url: format!("http://{}", ready.address),
            pid: child.id(),
            child,
        }),
        Err(error) => {
            end(&mut child);
            Err(format!("server {name} did not start: {error}").into())
        }
    }
}

fn read_ready(child: &mut Child) -> Result<Ready, Box<dyn Error>> {
    let out = child.stdout.take().ok_or("its standard output is closed")?;
    let mut line = String::new();
    BufReader::new(out).read_line(&mut line)?;
    Ok(serde_json::from_str(&line)?)
}

fn end(child: &mut Child) {
    // A process that is already gone is what is wanted.
    let _ = process::resume(child.id());
    let _ = child.kill();
    let _ = child.wait();
}

impl Drop for Fleet {
    fn drop(&mut self) {
        for replica in &mut self.replicas {
            end(&mut replica.child);
        }
    }
}
