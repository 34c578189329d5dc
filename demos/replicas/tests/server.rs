//! One replica, asked over real HTTP on the loopback interface.

use hedgerow_demo_replicas::http::{Answer, Http};
use hedgerow_demo_replicas::placement;
use hedgerow_demo_replicas::process::TempDir;
use hedgerow_demo_replicas::server::{AuditReport, Settings, router};
use hedgerow_demo_replicas::slo::Slo;
use hedgerow_demo_replicas::store::Store;
use hyper::Method;
use hyper::body::Bytes;
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

const PATIENCE: Duration = Duration::from_secs(10);

struct Running {
    url: String,
    http: Http,
    _folder: TempDir,
}

async fn start(name: &str, limit: u32, work: Duration) -> Running {
    let folder = TempDir::new().unwrap();
    let store = Store::open(&folder.path().join("store.redb")).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let settings = Settings { name: name.to_owned(), limit, work, slo: Slo::default() };
    let routes = router(settings, store).unwrap();
    tokio::spawn(async move { axum::serve(listener, routes).await });
    Running { url, http: Http::new(), _folder: folder }
}

impl Running {
    async fn get(&self, key: &str) -> Answer {
        self.http.send(Method::GET, &self.key(key), &[], Bytes::new(), PATIENCE).await.unwrap()
    }

    async fn put(&self, key: &str, value: &'static str, headers: &[(&'static str, &str)]) -> Answer {
        self.http.send(Method::PUT, &self.key(key), headers, Bytes::from(value), PATIENCE).await.unwrap()
    }

    async fn audit(&self, prefix: &str) -> AuditReport {
        let url = format!("{}/audit?prefix={prefix}", self.url);
        let answer = self.http.send(Method::GET, &url, &[], Bytes::new(), PATIENCE).await.unwrap();
        serde_json::from_slice(&answer.body).unwrap()
    }

    fn key(&self, key: &str) -> String {
        format!("{}/kv/{key}", self.url)
    }
}

#[tokio::test]
async fn a_write_repeated_with_its_token_is_applied_once() {
    let server = start("a0", 64, Duration::ZERO).await;
    let token = ("idempotency-key", "\"t-1\"");
    assert_eq!(server.put("k1", "one", &[token, ("x-write-id", "w-1")]).await.body, "applied\n");
    let again = server.put("k1", "two", &[token, ("x-write-id", "w-1")]).await;
    assert_eq!((again.status.as_u16(), again.body.as_ref()), (200, &b"repeated\n"[..]));
    assert_eq!(server.get("k1").await.body, "one");
    let audit = server.audit("w-").await;
    assert_eq!((audit.writes, audit.duplicates.len()), (1, 0));
}

#[tokio::test]
async fn the_audit_finds_a_write_repeated_without_a_token() {
    let server = start("a0", 64, Duration::ZERO).await;
    for _ in 0..2 {
        server.put("k1", "one", &[("x-write-id", "w-1")]).await;
    }
    server.put("k2", "two", &[("x-write-id", "w-2")]).await;
    let audit = server.audit("w-").await;
    assert_eq!((audit.writes, audit.duplicates), (2, ["w-1".to_owned()].into()));
    assert_eq!(server.audit("other-").await.writes, 0);
}

#[tokio::test]
async fn concurrent_copies_of_one_write_are_applied_once() {
    let server = std::sync::Arc::new(start("a0", 64, Duration::ZERO).await);
    let mut copies = JoinSet::new();
    for _ in 0..16 {
        let server = std::sync::Arc::clone(&server);
        copies.spawn(async move {
            server.put("k1", "one", &[("idempotency-key", "t-1"), ("x-write-id", "w-1")]).await.body
        });
    }
    let answers = copies.join_all().await;
    assert_eq!(answers.iter().filter(|body| body.as_ref() == b"applied\n").count(), 1);
    assert_eq!(server.audit("w-").await.duplicates.len(), 0);
}

#[tokio::test]
async fn above_its_limit_it_answers_503_with_retry_after() {
    let server = std::sync::Arc::new(start("a0", 2, Duration::from_millis(300)).await);
    let mut calls = JoinSet::new();
    for _ in 0..6 {
        let server = std::sync::Arc::clone(&server);
        calls.spawn(async move { server.get("none").await });
    }
    let answers = calls.join_all().await;
    let refused: Vec<_> = answers.iter().filter(|answer| answer.status == 503).collect();
    assert_eq!(refused.len(), 4, "two of six at once are admitted");
    assert!(refused.iter().all(|answer| answer.headers["retry-after"] == "0"));
    assert_eq!(server.get("none").await.status, 404, "room again once they are done");
}

#[tokio::test]
async fn every_answer_carries_objectives_and_limits() {
    let server = start("a0", 1, Duration::ZERO).await;
    for answer in [server.put("k", "v", &[]).await, server.get("k").await, server.get("none").await] {
        let field = answer.headers["hedgerow-slo"].to_str().unwrap();
        assert_eq!(field, "v=1, target=10000, max=500000, calls=1000, hedges=50, scope=all");
    }
}

/// Three replicas of a key and the server beside the first, which does not hold it; all know each other.
async fn neighbours(key: &str) -> (Vec<Running>, Running) {
    let names = placement::replicas(key).map(placement::server_name);
    let beside = (0..placement::SERVERS).map(placement::server_name);
    let beside =
        beside.into_iter().find(|name| placement::asks(name, key).as_ref() == Some(&names[0])).unwrap();
    let mut servers = Vec::new();
    for name in names.iter().chain([&beside]) {
        servers.push((name.clone(), start(name, 64, Duration::ZERO).await));
    }
    let urls: BTreeMap<_, _> =
        servers.iter().map(|(name, server)| (name.clone(), server.url.clone())).collect();
    for (_, server) in &servers {
        let (url, body) = (format!("{}/peers", server.url), serde_json::to_vec(&urls).unwrap());
        server.http.send(Method::PUT, &url, &[], body.into(), PATIENCE).await.unwrap();
    }
    let mut servers: Vec<_> = servers.into_iter().map(|(_, server)| server).collect();
    let beside = servers.pop().unwrap();
    (servers, beside)
}

impl Running {
    async fn await_write(&self) {
        let until = tokio::time::Instant::now() + PATIENCE;
        while self.audit("w-").await.writes == 0 {
            assert!(tokio::time::Instant::now() < until, "the write did not arrive");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

#[tokio::test]
async fn a_write_reaches_the_other_replicas_with_its_token() {
    let key = placement::key_name(7);
    let (servers, _) = neighbours(&key).await;
    let headers = [("idempotency-key", "t-1"), ("x-write-id", "w-1")];
    servers[0].put(&key, "one", &headers).await;
    for server in &servers {
        server.await_write().await;
        assert_eq!(server.get(&key).await.body, "one");
        assert_eq!(server.put(&key, "two", &headers).await.body, "repeated\n");
        assert!(server.audit("w-").await.duplicates.is_empty());
    }
}

#[tokio::test]
async fn a_server_passes_on_what_it_does_not_hold() {
    let key = placement::key_name(7);
    let (servers, beside) = neighbours(&key).await;
    let headers = [("idempotency-key", "t-1"), ("x-write-id", "w-1")];
    assert_eq!(beside.put(&key, "one", &headers).await.body, "applied\n");
    assert_eq!(beside.audit("w-").await.writes, 0, "it keeps nothing itself");
    assert_eq!(servers[0].put(&key, "two", &headers).await.body, "repeated\n");
    let answer = beside.get(&key).await;
    assert_eq!((answer.status.as_u16(), answer.body.as_ref()), (200, &b"one"[..]));
    assert!(answer.headers.contains_key("hedgerow-slo"));
}
