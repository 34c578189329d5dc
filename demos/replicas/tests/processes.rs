//! Real processes: they are really stopped, and none is left behind.
#![cfg(unix)]

use hedgerow_demo_replicas::fleet::{Fleet, FleetSettings};
use hedgerow_demo_replicas::http::Http;
use hedgerow_demo_replicas::pauser::Pauser;
use hedgerow_demo_replicas::process;
use hedgerow_demo_replicas::schedule::Pause;
use hyper::Method;
use hyper::body::Bytes;
use std::path::Path;
use std::time::{Duration, Instant};

const PATIENCE: Duration = Duration::from_secs(10);

async fn fleet() -> Fleet {
    let settings = FleetSettings { limit: 64, work: Duration::ZERO };
    Fleet::start(Path::new(env!("CARGO_BIN_EXE_hedgerow-demo-replicas")), settings).await.unwrap()
}

#[tokio::test]
async fn a_request_to_a_stopped_server_waits_until_it_is_continued() {
    let fleet = fleet().await;
    let http = Http::new();
    let url = format!("{}/kv/none", fleet.replicas[2].url);
    let length = Duration::from_millis(300);
    let pause = Pause { server: 2, start: Duration::ZERO, end: length };
    let start = Instant::now();
    let pauser = Pauser::start(fleet.pids(), &[pause], start);
    tokio::time::sleep(Duration::from_millis(50)).await;
    let answer = http.send(Method::GET, &url, &[], Bytes::new(), PATIENCE).await.unwrap();
    assert_eq!(answer.status, 404);
    assert!(start.elapsed() >= length, "answered {:?} into a pause of {length:?}", start.elapsed());
    let done = pauser.finish();
    assert_eq!(done.len(), 1);
    assert!(done[0].server == 2 && done[0].length() >= length / 2, "{done:?}");
}

#[tokio::test]
async fn a_pauser_that_is_dropped_continues_its_servers() {
    let fleet = fleet().await;
    let hour = Duration::from_hours(1);
    let pauses: Vec<_> = (0..6).map(|server| Pause { server, start: Duration::ZERO, end: hour }).collect();
    let pauser = Pauser::start(fleet.pids(), &pauses, Instant::now());
    tokio::time::sleep(Duration::from_millis(50)).await;
    drop(pauser);
    assert!(fleet.settle(Duration::from_secs(5)).await.unwrap(), "every server answers again");
}

#[tokio::test]
async fn a_dropped_fleet_leaves_no_process_even_if_stopped() {
    let fleet = fleet().await;
    let pids = fleet.pids();
    process::suspend(pids[0]).unwrap();
    drop(fleet);
    for pid in pids {
        assert!(process::resume(pid).is_err(), "process {pid} is still there");
    }
}

/// The run is killed in a way it cannot react to, while a server is stopped.
#[cfg(target_os = "linux")]
#[test]
fn servers_die_with_a_killed_run() {
    use std::process::{Command, Stdio};
    let out = process::TempDir::new().unwrap();
    let mut run = Command::new(env!("CARGO_BIN_EXE_hedgerow-demo-replicas"))
        .args(["run", "--quick", "--keys", "10", "--warm-up", "0", "--out"])
        .arg(out.path())
        .env("TMPDIR", out.path())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let started = wait_for(|| Some(children(run.id())).filter(|pids| pids.len() == 6));
    let stopped = started.as_ref().is_some_and(|pids| process::suspend(pids[0]).is_ok());
    run.kill().unwrap();
    run.wait().unwrap();
    assert!(stopped, "six servers should have started");
    let gone = wait_for(|| started.iter().flatten().all(|pid| !running(*pid)).then_some(()));
    assert!(gone.is_some(), "servers outlived the run: {started:?}");
}

#[cfg(target_os = "linux")]
fn wait_for<T>(mut ready: impl FnMut() -> Option<T>) -> Option<T> {
    let until = Instant::now() + PATIENCE;
    loop {
        let found = ready();
        if found.is_some() || Instant::now() > until {
            return found;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[cfg(target_os = "linux")]
fn children(parent: u32) -> Vec<u32> {
    let path = format!("/proc/{parent}/task/{parent}/children");
    let text = std::fs::read_to_string(path).unwrap_or_default();
    text.split_whitespace().filter_map(|pid| pid.parse().ok()).collect()
}

/// Whether a process exists and is not just a dead one that nobody has reaped.
#[cfg(target_os = "linux")]
fn running(pid: u32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit_once(") ").is_some_and(|(_, rest)| !rest.starts_with('Z') && !rest.starts_with('X'))
}
