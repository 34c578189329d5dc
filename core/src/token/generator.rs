//! Minting: timestamps that strictly increase whatever the clock does, each with an unpredictable nonce.
//!
//! The cheapest token needs no network: the client's own wall clock, kept monotonic by `max(base, last + 1)` as the
//! `MonotonicTimestampGenerator` of the Cassandra Java driver does. Stronger orders cost round trips: a lease of
//! consecutive timestamps from a regional service, or a global transaction id with every call, which the caller
//! then passes itself.
//!
//! State: the last timestamp, the lease, the time of the last warning, one stream for digits and one for nonces.
//! Inputs: the wall time the host read, leases, `now`. It never reads a clock, never returns a timestamp at or
//! below an earlier one, and never takes a nonce from a policy stream, because a guessable token lets others read
//! cached results.
//!
//! Departure from the published rule, which randomises the last character of a microsecond timestamp: exactly the
//! digits that the clock does not supply are random (at least the last decimal one), so a coarse browser clock
//! spreads over its whole step. Uniqueness never rests on that digit; it is the nonce's.

use crate::{
    reason::Reason,
    rng::{Nonces, Stream},
    time::{Duration, Instant, Wall},
    token::Token,
};

/// Digits below this many microseconds are random even on a clock that supplies them.
const LEAST_BLOCK_MICROS: u64 = 10;

/// Least time between two `clock_behind` warnings: 10 s, as in the Cassandra Java driver.
const WARNING_INTERVAL: Duration = Duration::from_secs(10);

/// Where a token's time comes from; the weakest tier that suffices is the right one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tier {
    /// The client's own clock, kept monotonic: no round trip.
    ClientMonotonic,
    /// Consecutive times of a lease that the host obtained: one round trip per lease, one order per region.
    Regional,
    /// The host, with each call: linearisable, one round trip per call; nothing is minted here.
    Global,
}

/// What happens when the wall clock lies further behind the last token than the allowed drift.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnDrift {
    /// Tokens go on one microsecond at a time, with a warning.
    Continue,
    /// Minting is refused until the clock catches up.
    Refuse,
}

/// Settings of a [`Generator`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GeneratorSettings {
    /// Where the time comes from; default [`Tier::ClientMonotonic`].
    pub tier: Tier,
    /// Resolution of the host's wall clock, 1 µs to 1 s; default 1 µs.
    pub resolution: Duration,
    /// How far tokens may run ahead of the wall clock in silence; default 1 s, at least the resolution.
    pub max_drift: Duration,
    /// What happens beyond that; default [`OnDrift::Continue`].
    pub on_drift: OnDrift,
}

impl Default for GeneratorSettings {
    fn default() -> Self {
        Self {
            tier: Tier::ClientMonotonic,
            resolution: Duration::from_micros(1),
            max_drift: Duration::from_secs(1),
            on_drift: OnDrift::Continue,
        }
    }
}

/// A fresh token and what the host should know about its clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Minted {
    /// The token.
    pub token: Token,
    /// Whether the warning `clock_behind` is due: tokens run ahead of the clock; at most once per 10 s.
    pub clock_behind: bool,
}

#[derive(Clone, Copy, Debug)]
struct Lease {
    next: u64,
    left: u64,
    expires_at: Instant,
}

/// Mints the tokens of one client; [`Generator::mint`] is O(1) and allocates nothing.
#[derive(Clone, Debug)]
pub struct Generator {
    settings: GeneratorSettings,
    digits: Stream,
    nonces: Option<Nonces>,
    last: Option<u64>,
    lease: Option<Lease>,
    warned_at: Option<Instant>,
}

impl Generator {
    /// Makes a generator that has minted nothing yet.
    pub fn new(settings: GeneratorSettings, digits: Stream, nonces: Nonces) -> Self {
        Self::restored(settings, digits, Some(nonces), None)
    }

    /// Makes a generator that goes on above `last`, the newest time an earlier one minted.
    ///
    /// Nonces are never part of a snapshot, since restoring it twice would repeat them: without a fresh source
    /// minting answers [`Reason::NoNonceSeed`].
    pub fn restored(
        settings: GeneratorSettings,
        digits: Stream,
        nonces: Option<Nonces>,
        last: Option<u64>,
    ) -> Self {
        Self { settings, digits, nonces, last, lease: None, warned_at: None }
    }

    /// Mints a token for a call that passed every earlier check.
    ///
    /// Refuses with [`Reason::NoClock`] (no wall time), [`Reason::ClockUntrusted`] (the drift rule, or no larger
    /// time exists), [`Reason::LeaseExhausted`] (no lease left, or tier `global`) or [`Reason::NoNonceSeed`]. A
    /// refusal draws nothing and changes nothing.
    pub fn mint(&mut self, wall: Option<Wall>, now: Instant) -> Result<Minted, Reason> {
        self.mint_estimated(wall, Duration::ZERO, now)
    }

    /// Mints from an estimated wall time; an error bound above the allowed drift counts as drift.
    ///
    /// See [`ClockOffset`](crate::token::offset::ClockOffset) for the estimate, [`Generator::mint`] for refusals.
    pub fn mint_estimated(
        &mut self,
        wall: Option<Wall>,
        error: Duration,
        now: Instant,
    ) -> Result<Minted, Reason> {
        match self.settings.tier {
            Tier::ClientMonotonic => self.mint_from_clock(wall.ok_or(Reason::NoClock)?, error, now),
            Tier::Regional => self.mint_from_lease(now),
            Tier::Global => Err(Reason::LeaseExhausted),
        }
    }

    /// Takes a lease of `count` consecutive times from `from_t`, valid while `now < expires_at`.
    ///
    /// It replaces the rest of the old one. Times at or below the last token are cut off its head.
    pub fn handle_lease(&mut self, from_t: u64, count: u64, expires_at: Instant, _now: Instant) {
        // Wider than a time, whose largest value may be leased like any other.
        let end = (u128::from(from_t) + u128::from(count)).min(u128::from(u64::MAX) + 1);
        let next = self.last.map_or(from_t.into(), |last| u128::from(from_t).max(u128::from(last) + 1));
        let left = end.saturating_sub(next) as u64;
        self.lease = Some(Lease { next: next as u64, left, expires_at });
    }

    /// The newest time minted; part of a snapshot, because without it a restart could repeat a time.
    pub fn last(&self) -> Option<u64> {
        self.last
    }

    /// When the last warning was given, for a snapshot.
    pub(crate) const fn warned_at(&self) -> Option<Instant> {
        self.warned_at
    }

    /// Goes on from the last warning that a snapshot kept.
    pub(crate) const fn recall_warning(&mut self, at: Option<Instant>) {
        self.warned_at = at;
    }

    /// The stream of random digits, for a snapshot.
    pub fn digits(&self) -> &Stream {
        &self.digits
    }

    /// The settings.
    pub fn settings(&self) -> &GeneratorSettings {
        &self.settings
    }

    fn mint_from_clock(&mut self, wall: Wall, error: Duration, now: Instant) -> Result<Minted, Reason> {
        let floor = self.last.map_or(Some(0), |last| last.checked_add(1)).ok_or(Reason::ClockUntrusted)?;
        let wall = wall.as_micros();
        let ahead = Duration::from_micros(floor.saturating_sub(wall));
        let drifted = ahead > self.settings.max_drift || error > self.settings.max_drift;
        if drifted && self.settings.on_drift == OnDrift::Refuse {
            return Err(Reason::ClockUntrusted);
        }
        let nonces = self.nonces.as_mut().ok_or(Reason::NoNonceSeed)?;
        let block = self.settings.resolution.as_micros().max(LEAST_BLOCK_MICROS);
        // Drawn even when `floor` wins, so that the stream does not depend on the clock.
        let base = (wall - wall % block).saturating_add(self.digits.below(block));
        let token = Token { t: base.max(floor), nonce: nonces.next_nonce() };
        self.last = Some(token.t);
        Ok(Minted { token, clock_behind: drifted && self.warning_due(now) })
    }

    fn mint_from_lease(&mut self, now: Instant) -> Result<Minted, Reason> {
        let lease = self.lease.as_mut().ok_or(Reason::LeaseExhausted)?;
        if lease.left == 0 || now >= lease.expires_at {
            return Err(Reason::LeaseExhausted);
        }
        let nonces = self.nonces.as_mut().ok_or(Reason::NoNonceSeed)?;
        let token = Token { t: lease.next, nonce: nonces.next_nonce() };
        lease.next = lease.next.saturating_add(1);
        lease.left -= 1;
        self.last = Some(token.t);
        Ok(Minted { token, clock_behind: false })
    }

    fn warning_due(&mut self, now: Instant) -> bool {
        let due = self.warned_at.is_none_or(|at| now.since(at) >= WARNING_INTERVAL);
        if due {
            self.warned_at = Some(now);
        }
        due
    }
}
