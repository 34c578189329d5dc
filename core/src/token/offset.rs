//! Estimates the wall clock from round trips to a server, for clients whose own clock a user can set.
//!
//! Cristian's *Probabilistic clock synchronization* (1989): a server's time, read somewhere within a round trip,
//! tells the offset of its clock to the client's monotonic one with an error of at most half the round trip. Of the
//! last eight samples the one with the smallest round trip is the best.
//!
//! State: a ring of samples. Inputs: three times per sample. It reads no clock and never steers one. Ours are the
//! number of samples, the limit on a round trip and the growth of the error bound by 200 ppm of a sample's age,
//! which covers the drift of ordinary quartz.

use crate::time::{Duration, Instant, Wall};

const SAMPLES: usize = 8;
const DRIFT_PPM: u64 = 200;
const LONGEST_ROUND_TRIP: Duration = Duration::from_secs(5);

#[derive(Clone, Copy, Debug)]
struct Sample {
    round_trip: Duration,
    received: Instant,
    offset: i128,
}

/// An estimated wall time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Estimate {
    /// The wall time.
    pub wall: Wall,
    /// How far it may be off either way.
    pub error: Duration,
    /// Wall time minus monotonic time, in microseconds.
    pub offset: i128,
}

/// The offset of a trusted wall clock to the client's monotonic one; O(1), eight samples.
///
/// ```
/// use hedgerow::{Instant, Wall, token::offset::ClockOffset};
/// let mut clock = ClockOffset::new();
/// let (send, received) = (Instant::from_micros(1_000), Instant::from_micros(5_000));
/// assert!(clock.observe(send, received, Wall::from_micros(1_003_000)));
/// let estimate = clock.estimate(received).unwrap();
/// assert_eq!((estimate.wall.as_micros(), estimate.error.as_micros()), (1_005_000, 2_000));
/// ```
#[derive(Clone, Debug, Default)]
pub struct ClockOffset {
    samples: [Option<Sample>; SAMPLES],
    next: usize,
    rejected: u64,
}

impl ClockOffset {
    /// Makes an estimator without samples.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes a sample: client monotonic times of sending and receiving, and the server's wall time in between.
    ///
    /// False, and counted, when it was received before it was sent or the round trip exceeds 5 s.
    pub fn observe(&mut self, sent: Instant, received: Instant, server: Wall) -> bool {
        let round_trip = received.since(sent);
        if received < sent || round_trip > LONGEST_ROUND_TRIP {
            self.rejected = self.rejected.saturating_add(1);
            return false;
        }
        let middle = sent.as_micros().midpoint(received.as_micros());
        let offset = i128::from(server.as_micros()) - i128::from(middle);
        if let Some(slot) = self.samples.get_mut(self.next) {
            *slot = Some(Sample { round_trip, received, offset });
        }
        self.next = (self.next + 1) % SAMPLES;
        true
    }

    /// Drops all samples: after a suspend or a restore the monotonic clock may have stood still.
    pub fn clear(&mut self) {
        self.samples = [None; SAMPLES];
    }

    /// The estimate at `now`, `None` without a sample.
    pub fn estimate(&self, now: Instant) -> Option<Estimate> {
        let best = self.best()?;
        let wall = (i128::from(now.as_micros()) + best.offset).max(0);
        let growth = now.since(best.received).saturating_mul(DRIFT_PPM).as_micros() / 1_000_000;
        let half_trip = best.round_trip.as_micros().div_ceil(2);
        Some(Estimate {
            wall: Wall::from_micros(u64::try_from(wall).unwrap_or(u64::MAX)),
            error: Duration::from_micros(half_trip.saturating_add(growth)),
            offset: best.offset,
        })
    }

    /// Samples refused so far.
    pub const fn rejected(&self) -> u64 {
        self.rejected
    }

    /// The smallest round trip; the newest of equals.
    fn best(&self) -> Option<&Sample> {
        let (newer_half, older_half) = (self.samples.get(..self.next)?, self.samples.get(self.next..)?);
        let newest_first = newer_half.iter().rev().chain(older_half.iter().rev());
        newest_first.flatten().min_by_key(|sample| sample.round_trip)
    }
}
