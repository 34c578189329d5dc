//! Windows: an algorithm is stepped once for many requests, because one request is noise.
//!
//! Source: Netflix *concurrency-limits*, `WindowedLimit`. A window hands over the mean response time of its successes, the
//! most requests in progress (the last value is that of a lull) and whether anything was dropped. One with too few
//! samples is discarded. Departures: the sample that opens a window belongs to it, and the response time of a drop is not
//! used, since a failure within 50 µs is not a fast server.
//!
//! When a client's limit and a server's act on one path, the client's window should be at least twice the server's, or
//! the two chase each other.

use super::{LONGEST_RTT, Sample};
use crate::time::{Duration, Instant};

/// How samples are gathered (`limits.adaptive.window`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WindowSettings {
    /// The shortest window, 10 ms to 60 s.
    pub min: Duration,
    /// The longest, from `min` to 60 s; between them it spans two of the shortest response times seen.
    pub max: Duration,
    /// Samples below which a window is discarded, 1 to 100 000.
    pub min_samples: u32,
    /// A shorter response time is no sample, 0 to 1 s; a drop always is one.
    pub min_rtt: Duration,
}

impl WindowSettings {
    /// As published: 1 s, ten samples, 100 µs.
    pub const DEFAULT: Self = Self {
        min: Duration::from_secs(1),
        max: Duration::from_secs(1),
        min_samples: 10,
        min_rtt: Duration::from_micros(100),
    };
}

/// What became of one sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gathered {
    /// It was too short to tell anything.
    Ignored,
    /// It opened the first window.
    Opened,
    /// The window goes on.
    Held,
    /// The window closed with too few samples.
    Underfull,
    /// The window closed; this is what it saw.
    Closed(Sample),
}

impl Gathered {
    /// The number by which bindings tell it, from 1 in the order above; 0 is for a sample that was not gathered.
    pub const fn code(self) -> u8 {
        match self {
            Self::Ignored => 1,
            Self::Opened => 2,
            Self::Held => 3,
            Self::Underfull => 4,
            Self::Closed(_) => 5,
        }
    }
}

/// Gathers samples; one is O(1).
#[derive(Clone, Copy, Debug)]
pub struct Window {
    settings: WindowSettings,
    /// When the open window may close; `None` before the first sample.
    next: Option<Instant>,
    seen: Seen,
}

/// The samples of the open window.
#[derive(Clone, Copy, Debug, Default)]
struct Seen {
    count: u32,
    successes: u32,
    sum: u64,
    shortest: Option<Duration>,
    most_in_flight: u32,
    dropped: bool,
}

impl Window {
    /// Starts with no window open.
    pub fn new(settings: WindowSettings) -> Self {
        Self { settings, next: None, seen: Seen::default() }
    }

    /// Takes the sample of a request that ended at `now`. A window closes with the first sample after its end.
    pub fn add(&mut self, sample: Sample, now: Instant) -> Gathered {
        if !sample.dropped && sample.rtt.is_none_or(|rtt| rtt < self.settings.min_rtt) {
            return Gathered::Ignored;
        }
        self.seen.add(sample);
        let Some(next) = self.next else {
            self.next = Some(now + self.settings.min);
            return Gathered::Opened;
        };
        if now <= next {
            return Gathered::Held;
        }
        let seen = core::mem::take(&mut self.seen);
        self.next = Some(now + self.length(seen.shortest));
        if seen.count < self.settings.min_samples {
            return Gathered::Underfull;
        }
        Gathered::Closed(seen.summary())
    }

    /// Discards the open window.
    pub fn reset(&mut self) {
        self.next = None;
        self.seen = Seen::default();
    }

    fn length(&self, shortest: Option<Duration>) -> Duration {
        let WindowSettings { min, max, .. } = self.settings;
        shortest.map_or(min, |rtt| rtt.saturating_mul(2).max(min).min(max))
    }
}

impl Seen {
    fn add(&mut self, sample: Sample) {
        self.count = self.count.saturating_add(1);
        self.most_in_flight = self.most_in_flight.max(sample.in_flight);
        self.dropped |= sample.dropped;
        if let Some(rtt) = sample.rtt.filter(|_| !sample.dropped) {
            self.successes = self.successes.saturating_add(1);
            self.sum = self.sum.saturating_add(rtt.as_micros().min(LONGEST_RTT));
            self.shortest = Some(self.shortest.map_or(rtt, |shortest| shortest.min(rtt)));
        }
    }

    fn summary(&self) -> Sample {
        let mean = self.sum.checked_div(u64::from(self.successes)).map(Duration::from_micros);
        Sample { rtt: mean, in_flight: self.most_in_flight, dropped: self.dropped }
    }
}
