//! A call's series of delays: which retry comes next, and what the last delay was.
//!
//! The own delay is drawn first in every mode, then the server's hint acts. In mode `exact` a hint starts the series
//! again, so that the next own delay is that of a first retry (gRPC proposal A6). State: two numbers per call.

use super::{backoff::BackoffSettings, outcome::FailureClass, pushback::PushbackSettings};
use crate::{rng::Stream, time::Duration};

/// One call's place in its series of delays; fresh for each call, in no snapshot.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Series {
    /// Attempts that no longer count towards `k`, because an exact hint started the series again.
    skipped: u32,
    prev: Duration,
}

impl Series {
    /// The start of a call.
    pub const fn new() -> Self {
        Self { skipped: 0, prev: Duration::ZERO }
    }

    /// The number of the retry that would come after `made` attempts (primary and retries), 1 being the first.
    pub const fn k(&self, made: u32) -> u32 {
        let k = made.saturating_sub(self.skipped);
        if k == 0 { 1 } else { k }
    }

    /// Draws the own delay, then lets the server's hint change it: at most two draws. O(k).
    pub fn draw(&mut self, ask: &Ask<'_>, made: u32, hint: Option<Duration>, rng: &mut Stream) -> Duration {
        let k = self.k(made);
        let own = ask.backoff.delay(k, ask.target, ask.max, ask.class, &mut self.prev, rng);
        if ask.pushback.restarts(hint) {
            self.skipped = made;
        }
        ask.pushback.apply(own, hint, rng)
    }
}

/// What a draw of [`Series`] looks at.
#[derive(Clone, Copy, Debug)]
pub struct Ask<'a> {
    /// How the own delay is drawn.
    pub backoff: &'a BackoffSettings,
    /// What a hint does to it.
    pub pushback: &'a PushbackSettings,
    /// The class's target at the start of the call.
    pub target: Option<Duration>,
    /// The class's max at the start of the call.
    pub max: Duration,
    /// The failure just seen.
    pub class: FailureClass,
}
