//! Sending applied writes on to the key's other replicas, in the background and in order.
//!
//! One queue and one worker per peer, both bounded: a peer that is stopped makes its queue grow, a full queue
//! drops. A write is sent with its token and version, so the peer applies it once and only if it is newer. A
//! send that fails is repeated only with a token, because without one the peer could apply it twice.

use crate::http::Http;
use crate::server::{TOKEN_FIELD, VERSION_FIELD, WRITE_ID_FIELD};
use crate::version::Version;
use hyper::Method;
use hyper::body::Bytes;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::sync::mpsc;

/// Writes that may wait for one peer.
const QUEUE: usize = 4096;
/// Longer than any pause of the schedule.
const TIMEOUT: Duration = Duration::from_secs(5);
const TRIES: u32 = 3;

/// A write as it travels between replicas.
#[derive(Clone, Debug)]
pub struct Replicated {
    /// The key.
    pub key: String,
    /// The idempotency token, as the client gave it.
    pub token: Option<String>,
    /// Identity of the logical write, for the audit.
    pub write_id: Option<String>,
    /// The version given by the first server, or by the token.
    pub version: Version,
    /// The value.
    pub body: Bytes,
}

#[derive(Debug, Default)]
struct Counters {
    pending: AtomicU64,
    dropped: AtomicU64,
}

/// The other replicas, once their addresses are known.
#[derive(Debug, Default)]
pub struct Peers {
    queues: OnceLock<BTreeMap<String, mpsc::Sender<Replicated>>>,
    urls: OnceLock<BTreeMap<String, String>>,
    counters: Arc<Counters>,
}

impl Peers {
    /// Starts a worker for each peer, given as name → base URL; a second call changes nothing.
    pub fn connect(&self, urls: BTreeMap<String, String>) {
        let urls = self.urls.get_or_init(|| urls).clone();
        self.queues.get_or_init(|| urls.into_iter().map(|(name, url)| (name, self.start(url))).collect());
    }

    fn start(&self, url: String) -> mpsc::Sender<Replicated> {
        let (sender, mut receiver) = mpsc::channel::<Replicated>(QUEUE);
        let counters = Arc::clone(&self.counters);
        tokio::spawn(async move {
            let http = Http::new();
            while let Some(write) = receiver.recv().await {
                if !deliver(&http, &url, &write).await {
                    counters.dropped.fetch_add(1, Ordering::Relaxed);
                }
                counters.pending.fetch_sub(1, Ordering::AcqRel);
            }
        });
        sender
    }

    /// The base URL of a peer, once it is known.
    pub fn url(&self, name: &str) -> Option<&str> {
        self.urls.get()?.get(name).map(String::as_str)
    }

    /// Queues a write for the named peers; unknown names are left out.
    pub fn send<'a>(&self, names: impl Iterator<Item = &'a String>, write: &Replicated) {
        let Some(queues) = self.queues.get() else { return };
        for queue in names.filter_map(|name| queues.get(name)) {
            self.counters.pending.fetch_add(1, Ordering::AcqRel);
            if queue.try_send(write.clone()).is_err() {
                self.counters.pending.fetch_sub(1, Ordering::AcqRel);
                self.counters.dropped.fetch_add(1, Ordering::Relaxed);
            }
        }
    }

    /// Writes queued or on their way.
    pub fn pending(&self) -> u64 {
        self.counters.pending.load(Ordering::Acquire)
    }

    /// Writes given up: the queue was full or the peer did not answer.
    pub fn dropped(&self) -> u64 {
        self.counters.dropped.load(Ordering::Relaxed)
    }
}

async fn deliver(http: &Http, url: &str, write: &Replicated) -> bool {
    let url = format!("{url}/replica/{}", write.key);
    let mut headers = vec![(VERSION_FIELD, write.version.as_str())];
    headers.extend(write.token.as_deref().map(|token| (TOKEN_FIELD, token)));
    headers.extend(write.write_id.as_deref().map(|id| (WRITE_ID_FIELD, id)));
    let tries = if write.token.is_some() { TRIES } else { 1 };
    for _ in 0..tries {
        let sent = http.send(Method::PUT, &url, &headers, write.body.clone(), TIMEOUT).await;
        if sent.is_ok_and(|answer| answer.status.is_success()) {
            return true;
        }
    }
    false
}
