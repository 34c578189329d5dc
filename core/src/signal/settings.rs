//! What the client allows a server to change, and how often it asks.
//!
//! Guard rails bound what a signal may do: a server that errs, or lies, can slow a client down or make it eager, but
//! only between these rails. The defaults are ours.

use crate::time::Duration;

/// Settings of [`Signals`](crate::signal::merge::Signals).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SignalSettings {
    /// Whether a namespace asks for a handshake at first use and at each refresh; default false.
    pub handshake: bool,
    /// Time between two refreshes; default 30 s, 1 s to 1 h.
    pub refresh: Duration,
    /// Spread of a refresh to either side, in parts per million; default 200 000, at most 500 000.
    pub jitter_ppm: u32,
    /// The lifetime of a record that names none; default 60 s, at least `refresh`.
    pub ttl: Duration,
    /// What a server may ask for at most.
    pub guard: Guard,
}

impl Default for SignalSettings {
    fn default() -> Self {
        Self {
            handshake: false,
            refresh: Duration::from_secs(30),
            jitter_ppm: 200_000,
            ttl: Duration::from_secs(60),
            guard: Guard::default(),
        }
    }
}

/// Guard rails: values beyond them are clamped and counted, never refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Guard {
    /// The least target; default 100 µs, 1 µs to 60 s.
    pub min_target: Duration,
    /// The largest target and max; default 60 s, 1 ms to 1 h.
    pub max_max: Duration,
    /// The most calls; default 10 000, 1 to 1 000 000.
    pub max_calls: u32,
    /// The most hedges; default 1000, at most `max_calls`.
    pub max_hedges: u32,
    /// The shortest lifetime; default 1 s.
    pub ttl_min: Duration,
    /// The longest lifetime; default 1 h.
    pub ttl_max: Duration,
}

impl Default for Guard {
    fn default() -> Self {
        Self {
            min_target: Duration::from_micros(100),
            max_max: Duration::from_secs(60),
            max_calls: 10_000,
            max_hedges: 1000,
            ttl_min: Duration::from_secs(1),
            ttl_max: Duration::from_secs(3600),
        }
    }
}
