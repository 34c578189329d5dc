//! What a document promises of extra attempts, looked for in every window of a run.

use std::collections::BTreeMap;

use hedgerow::client::action::AttemptKind;
use hedgerow::{CallId, Config, Duration, Instant};
use hedgerow_why::bounds::{Counted, GrantBounds};

/// When calls ran and when more attempts were granted.
#[derive(Debug)]
pub(crate) struct Promises {
    bounds: GrantBounds,
    /// When each call began and, once it is decided, ended.
    calls: BTreeMap<CallId, (Instant, Instant)>,
    granted: Vec<Instant>,
}

impl Promises {
    pub(crate) fn new(config: &Config) -> Self {
        Self { bounds: GrantBounds::of(config), calls: BTreeMap::new(), granted: Vec::new() }
    }

    /// An attempt was sent; a hedge is granted as it is sent.
    pub(crate) fn sent(&mut self, call: CallId, kind: AttemptKind, at: Instant) {
        match kind {
            AttemptKind::Primary => drop(self.calls.insert(call, (at, Instant::MAX))),
            AttemptKind::Hedge => self.granted.push(at),
            AttemptKind::Retry => {}
        }
    }

    /// A retry was granted; it is sent after its wait.
    pub(crate) fn granted(&mut self, at: Instant) {
        self.granted.push(at);
    }

    pub(crate) fn completed(&mut self, call: CallId, wall: Duration) {
        if let Some((began, ended)) = self.calls.get_mut(&call) {
            *ended = *began + wall;
        }
    }

    /// Every window from one grant to a later one holds no more than was promised.
    pub(crate) fn hold(&mut self) {
        self.granted.sort_unstable();
        for (before, &from) in self.granted.iter().enumerate() {
            for (after, &to) in self.granted.iter().enumerate().skip(before) {
                let extra = (after - before + 1) as u64;
                let promised = self.bounds.within(self.first_attempts(from, to), to.since(from));
                assert!(
                    promised.is_none_or(|most| extra <= most),
                    "{extra} extra attempts, promised {promised:?}: {from:?} to {to:?}, {:?}",
                    self.bounds
                );
            }
        }
    }

    fn first_attempts(&self, from: Instant, to: Instant) -> u64 {
        let counts = |(began, ended): &&(Instant, Instant)| match self.bounds.counted() {
            Counted::Sent => (from..=to).contains(began),
            Counted::SentSince(before) => from.since(*began) <= before && *began <= to,
            Counted::Running => *began <= to && *ended >= from,
        };
        self.calls.values().filter(counts).count() as u64
    }
}
