//! What a shared machine promises to its workers.

#![allow(
    clippy::float_cmp,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "records are compared number by number, as a host reads them; each is a whole number of its slot"
)]

mod random;
mod threads;
mod workers;

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use hedgerow::client::action::{EndpointSpec, TopologyChange};
use hedgerow::wire::{RECORD, Units};
use hedgerow::{Config, Seed};

use crate::{Shared, Worker};

pub(super) const SEND: f64 = 1.0;
pub(super) const CANCEL: f64 = 2.0;
pub(super) const COMPLETE: f64 = 3.0;

/// Hedges go after 10 ms, one at a time; calls end after 100 ms.
pub(super) const DOCUMENT: &str = r#"{
    "hedge": {"strategy": "fixed", "delay_us": 10000},
    "limits": {"hedges": 1},
    "objective": {"max_us": 100000},
    "budget": {"mode": "off"}
}"#;

pub(super) fn shared(document: &str) -> Shared {
    let config = serde_json::from_str::<Config>(document).unwrap();
    Shared::new(config, &Seed::new([7; 32]), Units::Millis, 0.0)
}

pub(super) fn added(name: &str) -> TopologyChange {
    TopologyChange::Add(EndpointSpec { name: name.into(), ..EndpointSpec::default() })
}

/// A worker with its buffer and what woke it.
pub(super) struct Desk<'a> {
    pub(super) shared: &'a Shared,
    pub(super) me: Worker,
    pub(super) buffer: [f64; 4 * RECORD + 2],
    wakes: Arc<AtomicU32>,
}

impl<'a> Desk<'a> {
    pub(super) fn new(shared: &'a Shared) -> Self {
        let wakes = Arc::new(AtomicU32::new(0));
        let count = wakes.clone();
        let waker = Arc::new(move || {
            count.fetch_add(1, Ordering::Relaxed);
        });
        let me = shared.attach(false, waker).unwrap();
        let mut desk = Self { shared, me, buffer: [0.0; 34], wakes };
        let endpoints = ["a", "b", "c"].map(added);
        shared
            .input(me, &mut desk.buffer, 0.0, |client, now| client.handle_topology(&endpoints, now))
            .unwrap()
            .unwrap();
        desk
    }

    pub(super) fn wakes(&self) -> u32 {
        self.wakes.load(Ordering::Relaxed)
    }

    /// Starts a call that may be hedged.
    pub(super) fn start(&mut self, cookie: f64, now: f64) -> f64 {
        let record = [0.0, cookie, 0.0, 0.0, -1.0, -1.0, -1.0, 255.0 + 256.0 * 2.0];
        self.shared.start(self.me, &mut self.buffer, &record, 0, None, now).unwrap()
    }

    pub(super) fn push(&mut self, code: f64, call: f64, attempt: f64, now: f64) {
        let record = [code, -1.0, call, attempt, -1.0, -1.0, -1.0, if code == 66.0 { 2.0 } else { -1.0 }];
        self.shared.push(self.me, &mut self.buffer, &record, now).unwrap();
    }

    pub(super) fn answer(&mut self, attempt: f64, now: f64) {
        self.push(65.0, -1.0, attempt, now);
    }

    pub(super) fn tick(&mut self, now: f64) {
        self.shared.tick(self.me, &mut self.buffer, now).unwrap();
    }

    /// What the last input left.
    pub(super) fn records(&self) -> Vec<[f64; RECORD]> {
        let count = self.buffer[4 * RECORD] as usize;
        self.buffer.as_chunks::<RECORD>().0[..count].to_vec()
    }

    pub(super) fn next(&self) -> f64 {
        self.buffer[4 * RECORD + 1]
    }

    /// The attempt of the one send that the last input left.
    pub(super) fn sent(&self) -> f64 {
        let sends: Vec<_> = self.records().into_iter().filter(|record| record[0] == SEND).collect();
        assert_eq!(sends.len(), 1, "{sends:?}");
        sends[0][3]
    }
}
