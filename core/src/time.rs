//! Time as an argument: instants, durations, wall time and the monotone clamp.
//!
//! The core never reads a clock. A host passes `now` with each event, in microseconds since an origin it chooses,
//! and the machine that owns the policies clamps it once so that no policy below ever sees time go back. All
//! arithmetic saturates. Wall time is a type of its own because only tokens, accept windows and HTTP dates may
//! look at it; it never meets the monotonic clock.

use core::ops::{Add, Sub};

/// The largest microsecond count that a host may pass or configure: 2^53 − 1, exact in every language's number.
pub const MAX_MICROS: u64 = (1 << 53) - 1;

/// Monotonic time in microseconds since an origin that the host chooses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(u64);

/// A length of time in microseconds; [`Duration::MAX`] means "no limit" and arms no timer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Duration(u64);

/// Microseconds since 1970-01-01 UTC; used by tokens, accept windows and HTTP dates only.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Wall(u64);

impl Instant {
    /// The origin.
    pub const ZERO: Self = Self(0);
    /// The end of time; an addition that would pass it stops here.
    pub const MAX: Self = Self(u64::MAX);

    /// Makes an instant from microseconds since the host's origin.
    pub const fn from_micros(micros: u64) -> Self {
        Self(micros)
    }

    /// Microseconds since the host's origin.
    pub const fn as_micros(self) -> u64 {
        self.0
    }

    /// The time that passed since `earlier`, zero when `earlier` lies ahead.
    pub const fn since(self, earlier: Self) -> Duration {
        Duration(self.0.saturating_sub(earlier.0))
    }
}

impl Duration {
    /// No time at all.
    pub const ZERO: Self = Self(0);
    /// "No limit".
    pub const MAX: Self = Self(u64::MAX);

    /// Makes a duration from microseconds.
    pub const fn from_micros(micros: u64) -> Self {
        Self(micros)
    }

    /// Makes a duration from milliseconds, saturating.
    pub const fn from_millis(millis: u64) -> Self {
        Self(millis.saturating_mul(1000))
    }

    /// Makes a duration from seconds, saturating.
    pub const fn from_secs(secs: u64) -> Self {
        Self(secs.saturating_mul(1_000_000))
    }

    /// Length in microseconds.
    pub const fn as_micros(self) -> u64 {
        self.0
    }

    /// The product, stopping at "no limit".
    pub const fn saturating_mul(self, factor: u64) -> Self {
        Self(self.0.saturating_mul(factor))
    }

    /// Whether this means "no limit".
    pub const fn is_unlimited(self) -> bool {
        self.0 == u64::MAX
    }
}

impl Wall {
    /// Makes a wall time from microseconds since the Unix epoch.
    pub const fn from_micros(micros: u64) -> Self {
        Self(micros)
    }

    /// Microseconds since the Unix epoch.
    pub const fn as_micros(self) -> u64 {
        self.0
    }
}

impl Add<Duration> for Instant {
    type Output = Self;
    fn add(self, rhs: Duration) -> Self {
        Self(self.0.saturating_add(rhs.0))
    }
}

impl Sub<Duration> for Instant {
    type Output = Self;
    fn sub(self, rhs: Duration) -> Self {
        Self(self.0.saturating_sub(rhs.0))
    }
}

impl Add for Duration {
    type Output = Self;
    fn add(self, rhs: Self) -> Self {
        Self(self.0.saturating_add(rhs.0))
    }
}

impl Sub for Duration {
    type Output = Self;
    fn sub(self, rhs: Self) -> Self {
        Self(self.0.saturating_sub(rhs.0))
    }
}

/// The monotone clamp: turns whatever a host says into time that never goes back, and counts what it corrected.
///
/// ```
/// use hedgerow::{Instant, Monotone};
/// let mut clock = Monotone::new(Instant::ZERO);
/// assert_eq!(clock.observe(Instant::from_micros(10)).as_micros(), 10);
/// assert_eq!(clock.observe(Instant::from_micros(7)).as_micros(), 10);
/// assert_eq!((clock.steps_back(), clock.largest_back().as_micros()), (1, 3));
/// ```
#[derive(Clone, Debug, Default)]
pub struct Monotone {
    last: Instant,
    steps_back: u64,
    largest_back: Duration,
    bad: u64,
}

impl Monotone {
    /// Starts at `now`; a time above [`MAX_MICROS`] starts at zero and is counted as bad.
    pub fn new(now: Instant) -> Self {
        let mut clock = Self::default();
        clock.observe(now);
        clock
    }

    /// Clamps one observation of the host's clock. O(1).
    pub fn observe(&mut self, told: Instant) -> Instant {
        if told.0 > MAX_MICROS {
            self.bad = self.bad.saturating_add(1);
            return self.last;
        }
        if told < self.last {
            self.steps_back = self.steps_back.saturating_add(1);
            self.largest_back = self.largest_back.max(self.last.since(told));
        }
        self.last = self.last.max(told);
        self.last
    }

    /// The last accepted time.
    pub const fn last(&self) -> Instant {
        self.last
    }

    /// How often the host's clock stepped back.
    pub const fn steps_back(&self) -> u64 {
        self.steps_back
    }

    /// The largest step back.
    pub const fn largest_back(&self) -> Duration {
        self.largest_back
    }

    /// How often the host's clock gave no usable number.
    pub const fn bad(&self) -> u64 {
        self.bad
    }
}
