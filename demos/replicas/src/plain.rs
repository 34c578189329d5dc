//! The plain arm: what a careful program does without a policy library.
//!
//! Keep-alive, round robin over the key's replicas, one timeout per attempt, and for idempotent methods up to
//! two immediate retries on the next replica. GET and PUT are both idempotent by method. No token.

use crate::arm::{Called, value};
use crate::http::Http;
use crate::placement;
use crate::schedule::{Op, Planned};
use crate::server::WRITE_ID_FIELD;
use hyper::Method;
use hyper::body::Bytes;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// Attempts of one call at most.
pub const ATTEMPTS: usize = 3;

/// One client per zone, as three programs would have.
#[derive(Debug)]
pub struct Plain {
    clients: Vec<ZoneClient>,
    urls: Vec<String>,
    timeout: Duration,
}

#[derive(Debug, Default)]
struct ZoneClient {
    http: Http,
    next: AtomicUsize,
}

impl Plain {
    /// Makes the clients; `urls` are the servers' base URLs by server index.
    pub fn new(urls: Vec<String>, timeout: Duration) -> Self {
        let clients = placement::ZONES.map(|_| ZoneClient::default()).into();
        Self { clients, urls, timeout }
    }

    /// Makes one call.
    pub async fn call(&self, planned: &Planned, id: &str) -> Called {
        let client = &self.clients[planned.index as usize % self.clients.len()];
        let key = placement::key_name(planned.key);
        let replicas = placement::replicas(&key);
        let mut called = Called::default();
        for attempt in 0..ATTEMPTS {
            let replica = replicas[client.next.fetch_add(1, Ordering::Relaxed) % replicas.len()];
            called.retries = attempt as u32;
            called.error = self.attempt(client, replica, planned.op, &key, id).await.err();
            if called.error.as_deref().is_none_or(|error| !repeatable(error)) {
                break;
            }
        }
        called
    }

    async fn attempt(
        &self,
        client: &ZoneClient,
        replica: usize,
        op: Op,
        key: &str,
        id: &str,
    ) -> Result<(), String> {
        let url = format!("{}/kv/{key}", self.urls[replica]);
        let sent = match op {
            Op::Get => client.http.send(Method::GET, &url, &[], Bytes::new(), self.timeout).await,
            Op::Put => {
                let body = Bytes::from(value(key, id));
                client.http.send(Method::PUT, &url, &[(WRITE_ID_FIELD, id)], body, self.timeout).await
            }
        };
        match sent {
            Ok(answer) if answer.status.is_success() => Ok(()),
            Ok(answer) => Err(format!("status_{}", answer.status.as_u16())),
            Err(error) => Err(error.to_string()),
        }
    }
}

/// Whether another try may help: anything but a refusal of the request itself.
fn repeatable(error: &str) -> bool {
    !error.starts_with("status_4") || error == "status_429"
}
