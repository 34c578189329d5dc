//! One replica: reads and writes over HTTP, its own concurrency limit, replication to its peers.
//!
//! A write is applied at most once per `Idempotency-Key`, in one transaction of the [`Store`]; then it is
//! sent on to the key's other replicas in the background, with the same token and version, where the same
//! rule holds. A request for a key it does not hold is passed on to the replica in its zone. Above its concurrency limit the server answers 503 with `Retry-After`. Every answer carries
//! the objectives and limits as a [`Slo`]. The server knows nothing of pauses: it is stopped from outside.

use crate::cors;
use crate::http::{Http, NoAnswer};
use crate::placement;
use crate::replicate::{Peers, Replicated};
use crate::slo::{RESPONSE_FIELD, Slo};
use crate::store::{Store, StoreError, Write, Written};
use crate::version::{Version, wall_us};
use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, put};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

/// Request field of the idempotency token.
pub const TOKEN_FIELD: &str = "idempotency-key";
/// Request field with the identity of a logical write, for the audit only.
pub const WRITE_ID_FIELD: &str = "x-write-id";
/// Request field with the version of a replicated write.
pub const VERSION_FIELD: &str = "x-version";

/// Settings of one server.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Its name, by which peers know it.
    pub name: String,
    /// Requests worked on at once; above it the answer is 503.
    pub limit: u32,
    /// Work of each request besides the store's.
    pub work: Duration,
    /// What clients are told.
    pub slo: Slo,
}

/// What the audit of one server answers.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct AuditReport {
    /// Logical writes applied.
    pub writes: u64,
    /// Identities of the logical writes applied more than once.
    pub duplicates: BTreeSet<String>,
    /// Replicated writes still on their way to a peer.
    pub pending: u64,
    /// Replicated writes given up.
    pub dropped: u64,
    /// Requests refused with 503 since the start.
    pub refused: u64,
}

/// A running replica's shared state.
#[derive(Debug)]
pub struct Server {
    settings: Settings,
    store: Arc<Store>,
    peers: Peers,
    http: Http,
    in_flight: AtomicU32,
    refused: AtomicU64,
    slo_header: HeaderValue,
}

/// Builds the routes of one replica; fails when its objectives cannot travel in a header.
pub fn router(settings: Settings, store: Store) -> Result<Router, Box<dyn Error>> {
    let slo_header = HeaderValue::try_from(settings.slo.header()?)?;
    let server = Arc::new(Server {
        settings,
        store: Arc::new(store),
        peers: Peers::default(),
        http: Http::new(),
        in_flight: AtomicU32::new(0),
        refused: AtomicU64::new(0),
        slo_header,
    });
    let routes = Router::new()
        .route("/kv/{key}", get(read).put(write))
        .route("/replica/{key}", put(write_replica))
        .route("/peers", put(set_peers))
        .route("/audit", get(audit))
        .with_state(server)
        .layer(axum::middleware::from_fn(cors::for_loopback));
    Ok(routes)
}

/// One admitted request; dropping it makes room for the next.
struct Permit<'a>(&'a AtomicU32);

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

impl Server {
    fn admit(&self) -> Option<Permit<'_>> {
        let permit = Permit(&self.in_flight);
        if self.in_flight.fetch_add(1, Ordering::AcqRel) < self.settings.limit {
            return Some(permit);
        }
        self.refused.fetch_add(1, Ordering::Relaxed);
        None
    }

    /// Where a key is that this server does not hold; none if it holds it or knows no other server.
    fn elsewhere(&self, key: &str) -> Option<String> {
        let replica = placement::asks(&self.settings.name, key)?;
        self.peers.url(&replica).map(|url| format!("{url}/kv/{key}"))
    }

    /// Passes a request on, with its token, and its answer back.
    async fn forward(&self, method: Method, url: &str, headers: &HeaderMap, body: Bytes) -> Response {
        let passed = [TOKEN_FIELD, WRITE_ID_FIELD];
        let headers: Vec<_> =
            passed.into_iter().filter_map(|name| text(headers, name).map(|value| (name, value))).collect();
        match self.http.send(method, url, &headers, body, self.settings.slo.max).await {
            Ok(answer) => self.answer(answer.status, answer.body),
            Err(NoAnswer::Timeout) => self.answer(StatusCode::GATEWAY_TIMEOUT, "the replica is silent\n"),
            Err(_) => self.answer(StatusCode::BAD_GATEWAY, "the replica is out of reach\n"),
        }
    }

    fn answer(&self, status: StatusCode, body: impl IntoResponse) -> Response {
        let slo = (HeaderName::from_static(RESPONSE_FIELD), self.slo_header.clone());
        (status, [slo], body).into_response()
    }

    /// The limit is passed in bursts of a few milliseconds only, so another try may follow at once.
    fn busy(&self) -> Response {
        let mut response = self.answer(StatusCode::SERVICE_UNAVAILABLE, "above the concurrency limit\n");
        response.headers_mut().insert("retry-after", HeaderValue::from_static("0"));
        response
    }

    fn failed(&self, error: &dyn Error) -> Response {
        self.answer(StatusCode::INTERNAL_SERVER_ERROR, format!("{error}\n"))
    }
}

async fn read(State(server): State<Arc<Server>>, Path(key): Path<String>) -> Response {
    let Some(_permit) = server.admit() else { return server.busy() };
    if let Some(url) = server.elsewhere(&key) {
        return server.forward(Method::GET, &url, &HeaderMap::new(), Bytes::new()).await;
    }
    let value = server.store.get(&key);
    tokio::time::sleep(server.settings.work).await;
    match value {
        Ok(Some(value)) => server.answer(StatusCode::OK, value),
        Ok(None) => server.answer(StatusCode::NOT_FOUND, "no such key\n"),
        Err(error) => server.failed(&error),
    }
}

async fn write(
    State(server): State<Arc<Server>>,
    Path(key): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let Some(_permit) = server.admit() else { return server.busy() };
    if let Some(url) = server.elsewhere(&key) {
        return server.forward(Method::PUT, &url, &headers, body).await;
    }
    let version = Version::of_write(text(&headers, TOKEN_FIELD), &server.settings.name, wall_us());
    let write = Replicated {
        token: text(&headers, TOKEN_FIELD).map(str::to_owned),
        write_id: text(&headers, WRITE_ID_FIELD).map(str::to_owned),
        key,
        version,
        body,
    };
    let written = apply(&server.store, &write).await;
    if matches!(written, Ok(Written::Applied)) {
        let others = placement::replicas(&write.key).map(placement::server_name);
        server.peers.send(others.iter().filter(|name| **name != server.settings.name), &write);
    }
    tokio::time::sleep(server.settings.work).await;
    written_answer(&server, written)
}

async fn write_replica(
    State(server): State<Arc<Server>>,
    Path(key): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let Some(version) = text(&headers, VERSION_FIELD) else {
        return server.answer(StatusCode::BAD_REQUEST, "a replicated write needs a version\n");
    };
    let write = Replicated {
        token: text(&headers, TOKEN_FIELD).map(str::to_owned),
        write_id: text(&headers, WRITE_ID_FIELD).map(str::to_owned),
        key,
        version: Version::from_text(version),
        body,
    };
    let written = apply(&server.store, &write).await;
    written_answer(&server, written)
}

/// Runs the transaction on a thread of its own, where it ends even if the client goes away.
async fn apply(store: &Arc<Store>, write: &Replicated) -> Result<Written, StoreError> {
    let (store, write) = (Arc::clone(store), write.clone());
    let done = tokio::task::spawn_blocking(move || {
        store.put(&Write {
            key: &write.key,
            value: &write.body,
            token: write.token.as_deref(),
            version: &write.version,
            write_id: write.write_id.as_deref(),
        })
    });
    match done.await {
        Ok(written) => written,
        Err(panic) => std::panic::resume_unwind(panic.into_panic()),
    }
}

fn written_answer(server: &Server, written: Result<Written, StoreError>) -> Response {
    match written {
        Ok(Written::Applied) => server.answer(StatusCode::OK, "applied\n"),
        Ok(Written::Repeated) => server.answer(StatusCode::OK, "repeated\n"),
        Ok(Written::Older) => server.answer(StatusCode::OK, "older\n"),
        Err(error) => server.failed(&error),
    }
}

async fn set_peers(State(server): State<Arc<Server>>, body: Bytes) -> Response {
    match serde_json::from_slice(&body) {
        Ok(urls) => {
            server.peers.connect(urls);
            server.answer(StatusCode::NO_CONTENT, ())
        }
        Err(error) => server.answer(StatusCode::BAD_REQUEST, format!("{error}\n")),
    }
}

#[derive(Deserialize)]
struct AuditQuery {
    prefix: String,
}

async fn audit(State(server): State<Arc<Server>>, Query(query): Query<AuditQuery>) -> Response {
    match server.store.audit(&query.prefix) {
        Ok(audit) => {
            let report = AuditReport {
                writes: audit.writes,
                duplicates: audit.duplicates.into_iter().collect(),
                pending: server.peers.pending(),
                dropped: server.peers.dropped(),
                refused: server.refused.load(Ordering::Relaxed),
            };
            let body = serde_json::to_vec(&report).unwrap_or_default();
            server.answer(StatusCode::OK, body)
        }
        Err(error) => server.failed(&error),
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}
