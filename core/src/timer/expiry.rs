//! What an observed timer answers, and the report of one that expired: how long, how much of it lost, whose fault.
//!
//! A pause worth at least one stage, or one that itself ended the timer, points to the client; a short one elsewhere
//! does not hide a dead server. The threshold is ours. An expiry that points to the client must not count against an
//! endpoint's health and must not feed a latency estimate.

use crate::time::{Duration, Instant};

/// Whom an expiry points to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The client ran, and the server did not answer.
    Server,
    /// The client lost a stage or more, or paused at the very end; says nothing about the server.
    ClientPause,
}

/// What ended a timer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExpiredBy {
    /// The last stage or extension ran out.
    Due,
    /// The hard ceiling passed.
    Ceiling,
}

/// The report of a timer that expired.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expiry {
    /// Real time since it was armed.
    pub wall: Duration,
    /// `wall` without `lost`.
    pub live: Duration,
    /// The sum of the lateness of all late observations.
    pub lost: Duration,
    /// Whom it points to: the client if `lost` reaches one stage or the last observation was late.
    pub cause: Cause,
    /// How many observations were late.
    pub late_count: u32,
    /// How many extensions were used.
    pub ext: u8,
    /// What ended it.
    pub by: ExpiredBy,
}

/// The answer to one observation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Observation {
    /// Not yet due; nothing changed.
    Early,
    /// The next stage or an extension runs and is due then; arm it on the wheel.
    ///
    /// A time at or before `now` is possible; the wheel moves it to the next microsecond, and lateness still counts
    /// from the time given here, so that the chain does not drift.
    Rearmed(Instant),
    /// The timer is over.
    Expired(Expiry),
}
