//! What the tests of this crate share: a configuration and a client on a clock that stands still.
#![allow(dead_code, reason = "each test file uses its part")]

use hedgerow_tokio::{Builder, CallOptions, Client, Config, ManualClock, testing};
use std::time::Duration;

/// Hedges after 5 ms, gives up after 500 ms, three operations.
pub(crate) const DOCUMENT: &str = r#"{
    "objective": {"target_us": 10000, "max_us": 500000},
    "hedge": {"strategy": "fixed", "delay_us": 5000},
    "retry": {"backoff": {"jitter": "none"}},
    "operations": {
        "get": {"idempotency": "natural"},
        "put": {"idempotency": "token"},
        "set": {"idempotency": "retry"},
        "post": {"idempotency": "none"}
    }
}"#;

pub(crate) fn config() -> Config {
    parse(DOCUMENT)
}

pub(crate) fn parse(document: &str) -> Config {
    serde_json::from_str(document).expect("a valid document")
}

pub(crate) fn manual(change: impl FnOnce(Builder) -> Builder) -> (Client, ManualClock) {
    let clock = ManualClock::new();
    let builder = testing::builder(config(), &["a", "b", "c"], &clock);
    (change(builder).build().expect("a client"), clock)
}

pub(crate) const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

pub(crate) fn get() -> CallOptions<'static> {
    CallOptions::op("get")
}
