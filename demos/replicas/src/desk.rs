//! Where hosts in other languages fetch their job and hand in their results: a small HTTP server of this process.
//!
//! It also serves the JavaScript itself from the folders of the sources, so that a page finds everything at
//! one origin. It listens on the loopback address only; whatever changes something is a PUT, which pages of other
//! origins may not send.

use crate::job::Job;
use crate::report::ArmResult;
use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, put};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::error::Error;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;

/// Folders and files that may be served, below the root of the sources.
const SERVED: [&str; 4] =
    ["demos/replicas/page/", "bindings-wasm/lib/", "bindings-wasm/dist/", "tests/traces/scripted.json"];

/// Largest result that is taken.
const RESULT_LIMIT: usize = 64 << 20;

/// What a host tells.
#[derive(Clone, Debug)]
pub enum Message {
    /// It is warm and waits for the start; the hash of its scripted trace.
    Ready(String, String),
    /// It has done its job.
    Done(String, Vec<ArmResult>),
    /// It cannot go on.
    Failed(String, String),
}

/// The start of the load in milliseconds of the wall clock, once it is known.
#[derive(Clone, Copy, Debug, Serialize)]
struct Start {
    start_ms: f64,
}

#[derive(Debug)]
struct Shared {
    jobs: Mutex<BTreeMap<String, Job>>,
    messages: mpsc::UnboundedSender<Message>,
    start: watch::Receiver<Option<Start>>,
}

/// A running desk; dropping it closes it.
#[derive(Debug)]
pub struct Desk {
    /// Its base URL.
    pub url: String,
    shared: Arc<Shared>,
    start: watch::Sender<Option<Start>>,
    messages: mpsc::UnboundedReceiver<Message>,
    task: JoinHandle<()>,
}

impl Drop for Desk {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Desk {
    /// Opens the desk; `more` is served beside it.
    pub async fn open(listen: SocketAddr, more: Router) -> Result<Self, Box<dyn Error>> {
        let listener = tokio::net::TcpListener::bind(listen).await?;
        let url = format!("http://{}", listener.local_addr()?);
        let (start, started) = watch::channel(None);
        let (sender, messages) = mpsc::unbounded_channel();
        let shared = Arc::new(Shared { jobs: Mutex::default(), messages: sender, start: started });
        let routes = router(Arc::clone(&shared)).merge(more);
        let task = tokio::spawn(async move {
            // An accept that fails is tried again by the server; it never ends by itself.
            let _ = axum::serve(listener, routes).await;
        });
        Ok(Self { url, shared, start, messages, task })
    }

    /// Lays out the job of a host.
    pub fn offer(&self, host: &str, job: Job) {
        locked(&self.shared.jobs).insert(host.to_owned(), job);
    }

    /// The next thing that a host tells.
    pub async fn hear(&mut self) -> Message {
        match self.messages.recv().await {
            Some(message) => message,
            None => Message::Failed("desk".into(), "it is closed".into()),
        }
    }

    /// Tells every host that waits when the load starts.
    pub fn start(&self, at: std::time::SystemTime) {
        let since = at.duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        self.start.send_replace(Some(Start { start_ms: since.as_secs_f64() * 1000.0 }));
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/", get(|| async { Redirect::temporary("/demos/replicas/page/index.html") }))
        .route("/desk/job/{host}", get(job))
        .route("/desk/ready/{host}", put(ready))
        .route("/desk/result/{host}", put(result))
        .route("/desk/failed/{host}", put(failed))
        .route("/{*path}", get(file))
        .layer(axum::extract::DefaultBodyLimit::max(RESULT_LIMIT))
        .with_state(shared)
}

async fn job(State(shared): State<Arc<Shared>>, Path(host): Path<String>) -> Response {
    let job = locked(&shared.jobs).get(&host).cloned();
    job.map_or_else(|| StatusCode::NOT_FOUND.into_response(), |job| json(&job))
}

#[derive(Deserialize)]
struct Ready {
    hash: String,
}

/// Answers when the start is known.
async fn ready(State(shared): State<Arc<Shared>>, Path(host): Path<String>, body: Bytes) -> Response {
    let Ok(Ready { hash }) = serde_json::from_slice(&body) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let mut start = shared.start.clone();
    tell(&shared, Message::Ready(host, hash));
    let Ok(known) = start.wait_for(Option::is_some).await.map(|start| *start) else {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    };
    known.map_or_else(|| StatusCode::SERVICE_UNAVAILABLE.into_response(), |start| json(&start))
}

async fn result(State(shared): State<Arc<Shared>>, Path(host): Path<String>, body: Bytes) -> StatusCode {
    match serde_json::from_slice(&body) {
        Ok(arms) => tell(&shared, Message::Done(host, arms)),
        Err(error) => tell(&shared, Message::Failed(host, error.to_string())),
    }
    StatusCode::NO_CONTENT
}

async fn failed(State(shared): State<Arc<Shared>>, Path(host): Path<String>, body: Bytes) -> StatusCode {
    tell(&shared, Message::Failed(host, String::from_utf8_lossy(&body).into_owned()));
    StatusCode::NO_CONTENT
}

fn tell(shared: &Shared, message: Message) {
    // Fails only when the run is over and nobody listens.
    let _ = shared.messages.send(message);
}

/// An answer with a document.
pub fn json(document: &impl Serialize) -> Response {
    let body = serde_json::to_vec(document).unwrap_or_default();
    ([(header::CONTENT_TYPE, "application/json")], body).into_response()
}

async fn file(Path(path): Path<String>) -> Response {
    let known = SERVED.iter().any(|served| path.starts_with(served)) && !path.contains("..");
    let content = if known {
        std::fs::read(std::path::Path::new(crate::hosts::ROOT).join(&path))
    } else {
        return StatusCode::NOT_FOUND.into_response();
    };
    match content {
        Ok(content) => {
            let fields = [(header::CONTENT_TYPE, mime(&path)), (header::CACHE_CONTROL, "no-cache")];
            (fields, content).into_response()
        }
        Err(_) => StatusCode::NOT_FOUND.into_response(),
    }
}

fn mime(path: &str) -> &'static str {
    match path.rsplit_once('.').map_or("", |(_, end)| end) {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" => "application/json",
        "svg" => "image/svg+xml",
        "wasm" => "application/wasm",
        _ => "application/octet-stream",
    }
}
