//! The records of one client by scope: what a record changes, what is in force, and how old it is.
//!
//! Source: the handshake, the two objectives and the two limits are published; scopes, versions, guard rails and
//! staleness are ours. A record is stored under (namespace, operation), (namespace, any) or (any, any), and each
//! field resolves on its own, the narrowest scope first, then the configuration.
//!
//! State: one merged record per scope and one halving counter per namespace. Inputs: records, the firing of a
//! namespace's refresh timer, `now`. Servers are not trusted: a record is refused whole or clamped and counted,
//! and nothing panics. Never: a refused record changes anything; an absent field means zero; age alone brings the
//! configured values back, because an old measurement beats a static guess. A client that cannot hear its server
//! must not amplify, so the hedge limit halves at each refresh without news.

use crate::{
    reason::Reason,
    rng::Stream,
    signal::record::Record,
    signal::sorted::Sorted,
    signal::stored::Stored,
    time::{Duration, Instant},
};

pub use crate::signal::{
    clamped::{Clamped, Field},
    scope::Scope,
    settings::{Guard, SignalSettings},
};

/// After this many lifetimes without news a record's version binds no more, and hedges halve.
const SILENCE_IN_TTLS: u64 = 10;

/// Halvings from which a limit is zero whatever it was.
const MAX_HALVINGS: u8 = 63;

const PPM: u128 = 1_000_000;

/// What came of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Received {
    /// [`Reason::SignalApplied`], [`Reason::SignalRefreshed`], [`Reason::SignalOldVersion`] or
    /// [`Reason::SignalInvalid`].
    pub verdict: Reason,
    /// How many fields a guard rail clamped.
    pub clamped: u32,
    /// Whether a lower version was accepted because the stored record was silent for too long.
    pub version_reset: bool,
    /// Which fields were clamped.
    pub fields: Clamped,
}

/// Values in force for a class; as an argument, the configured ones that fill what no record gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Effective {
    /// The latency to meet; `None` while unknown.
    pub target: Option<Duration>,
    /// When to give up.
    pub max: Duration,
    /// Concurrent normal requests.
    pub calls: u32,
    /// Concurrent hedges.
    pub hedges: u32,
}

/// What the firing of a namespace's refresh timer came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refresh {
    /// The reason for the handshake: [`Reason::HandshakeRefresh`] or [`Reason::HandshakeStale`].
    pub reason: Reason,
    /// The namespace's halvings in force, at most 63.
    pub halvings: u8,
}

/// The signals of one client; resolving is O(log scopes), and so is receiving but for the first of a scope.
#[derive(Clone, Debug)]
pub struct Signals {
    settings: SignalSettings,
    scopes: Sorted<Scope, Stored>,
    /// Only namespaces that halve now.
    halvings: Sorted<u32, u8>,
    revision: u64,
}

impl Signals {
    /// Makes an empty store.
    pub fn new(settings: SignalSettings) -> Self {
        Self { settings, scopes: Sorted::new(), halvings: Sorted::new(), revision: 0 }
    }

    /// Applies, refreshes or refuses a record.
    ///
    /// In this order: each field's range; the version against the stored one of the same origin, unless that has
    /// been silent for more than ten lifetimes; what must hold between fields, on the merged record; the guard
    /// rails. A record that is applied or refreshes ends the halvings of its namespace.
    pub fn receive(&mut self, scope: Scope, record: &Record, now: Instant) -> Received {
        let scope = scope.normal();
        if !record.is_valid() {
            return Received::without_clamps(Reason::SignalInvalid);
        }
        let mut version_reset = false;
        if let Some(stored) = self.scopes.get_mut(scope)
            && stored.origin.as_deref() == record.origin.as_deref()
        {
            let order = record.version.cmp(&stored.version);
            if silent_for_long(stored, &self.settings, now) {
                version_reset = order.is_lt();
            } else if order.is_lt() {
                return Received::without_clamps(Reason::SignalOldVersion);
            } else if order.is_eq() {
                stored.received_at = now;
                self.heard(scope);
                return Received::without_clamps(Reason::SignalRefreshed);
            }
        }
        let Some(fields) = self.apply(scope, record, now) else {
            return Received::without_clamps(Reason::SignalInvalid);
        };
        self.heard(scope);
        Received { verdict: Reason::SignalApplied, clamped: fields.len(), version_reset, fields }
    }

    /// The values in force: field by field from the narrowest scope, then the configured ones.
    ///
    /// Across scopes the smaller wins: `target ≤ max`, because a broad max is a promise to give up that a narrow
    /// target cannot extend, and `hedges ≤ calls`. Halvings act on the hedges last.
    pub fn effective(&self, namespace: u32, operation: u32, configured: Effective) -> Effective {
        let found = self.find(namespace, operation);
        let max = found.iter().flatten().find_map(|stored| stored.values.max()).unwrap_or(configured.max);
        let target = found.iter().flatten().find_map(|stored| stored.values.target()).or(configured.target);
        let calls =
            found.iter().flatten().find_map(|stored| stored.values.calls()).unwrap_or(configured.calls);
        let hedges =
            found.iter().flatten().find_map(|stored| stored.values.hedges).unwrap_or(configured.hedges);
        let halvings = u32::from(self.halvings(namespace));
        Effective {
            target: target.map(|target| target.min(max)),
            max,
            calls,
            hedges: hedges.min(calls).checked_shr(halvings).unwrap_or(0),
        }
    }

    /// Whether the record that supplied the class's hedge limit outlived its ttl; configured values never do.
    pub fn is_stale(&self, namespace: u32, operation: u32, now: Instant) -> bool {
        self.hedge_limit_until(namespace, operation).is_some_and(|(until, _)| now > until)
    }

    /// Until when the record that supplies the hedge limit of a class is fresh, and its version; `None` when no record
    /// does.
    pub(crate) fn hedge_limit_until(&self, namespace: u32, operation: u32) -> Option<(Instant, u64)> {
        let found = self.find(namespace, operation);
        let supplies = found.iter().flatten().find(|stored| stored.values.hedges.is_some())?;
        Some((supplies.received_at + self.ttl(supplies), supplies.version))
    }

    /// Grows when a record is applied or refreshed, or a halving acts; until then [`Signals::effective`] is constant.
    pub const fn revision(&self) -> u64 {
        self.revision
    }

    /// The newest version applied under the narrowest scope that has one: what a request tells as `seen`.
    pub fn seen(&self, namespace: u32, operation: u32) -> Option<u64> {
        self.find(namespace, operation).iter().flatten().next().map(|stored| stored.version)
    }

    /// How often the namespace's hedge limit is halved now.
    pub fn halvings(&self, namespace: u32) -> u8 {
        self.halvings.get(namespace).copied().unwrap_or(0)
    }

    /// Scopes stored.
    pub fn len(&self) -> usize {
        self.scopes.len()
    }

    /// Whether no record was ever applied.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The delay to a namespace's next refresh: one draw, uniform around `refresh` by the jitter.
    ///
    /// Any record for the namespace restarts the timer with a new delay.
    pub fn refresh_delay(&self, stream: &mut Stream) -> Duration {
        let refresh = u128::from(self.settings.refresh.as_micros());
        let jitter = u128::from(self.settings.jitter_ppm).min(PPM);
        let low = refresh * (PPM - jitter) / PPM;
        let high = refresh * (PPM + jitter) / PPM;
        let bound = |micros: u128| u64::try_from(micros).unwrap_or(u64::MAX);
        Duration::from_micros(stream.range(bound(low), bound(high)))
    }

    /// Notes that a namespace's refresh timer fired: halves its hedges once more after ten lifetimes of silence.
    ///
    /// The newest of the records that bear on the namespace decides, so one for "any, any" counts too. A namespace
    /// without any record is never halved. O(operations of the namespace).
    pub fn on_refresh(&mut self, namespace: u32, now: Instant) -> Refresh {
        let newest = self.newest(namespace);
        let stale = newest.is_some_and(|stored| self.is_old(stored, now));
        if newest.is_some_and(|stored| silent_for_long(stored, &self.settings, now)) {
            let halvings = self.halvings(namespace).saturating_add(1).min(MAX_HALVINGS);
            self.halvings.put(namespace, halvings);
            self.revision = self.revision.saturating_add(1);
        }
        let reason = if stale { Reason::HandshakeStale } else { Reason::HandshakeRefresh };
        Refresh { reason, halvings: self.halvings(namespace) }
    }

    /// The settings.
    pub const fn settings(&self) -> &SignalSettings {
        &self.settings
    }

    /// What a snapshot keeps: of each scope the record that all so far amount to, and when the last of them came.
    pub(crate) fn learned(&self) -> impl Iterator<Item = (Scope, Record, Instant)> {
        self.scopes.iter().map(|(scope, stored)| (*scope, stored.record(), stored.received_at))
    }

    /// How often the hedge limit of each silent namespace was halved, for a snapshot.
    pub(crate) fn learned_halvings(&self) -> impl Iterator<Item = (u32, u8)> {
        self.halvings.iter().copied()
    }

    /// Goes on from the record of a scope that a snapshot kept, within the present guard rails; false when it is none.
    pub(crate) fn recall(&mut self, scope: Scope, record: &Record, received_at: Instant) -> bool {
        self.revision = self.revision.saturating_add(1);
        record.is_valid() && self.apply(scope.normal(), record, received_at).is_some()
    }

    /// Goes on from the halvings that a snapshot kept.
    pub(crate) fn recall_halvings(&mut self, namespace: u32, halvings: u8) {
        self.revision = self.revision.saturating_add(1);
        self.halvings.put(namespace, halvings.min(MAX_HALVINGS));
    }

    fn apply(&mut self, scope: Scope, record: &Record, now: Instant) -> Option<Clamped> {
        let guard = &self.settings.guard;
        if let Some(stored) = self.scopes.get_mut(scope) {
            return stored.apply(record, guard, now);
        }
        let mut stored = Stored::default();
        let clamped = stored.apply(record, guard, now)?;
        self.scopes.put(scope, stored);
        Some(clamped)
    }

    pub(super) fn find(&self, namespace: u32, operation: u32) -> [Option<&Stored>; 3] {
        Scope::chain(namespace, operation).map(|scope| self.scopes.get(scope))
    }

    /// The newest of the records that bear on a namespace; of equals the one that lives longest.
    fn newest(&self, namespace: u32) -> Option<&Stored> {
        let first = Scope { namespace: Some(namespace), operation: None };
        let last = Scope { namespace: Some(namespace), operation: Some(u32::MAX) };
        let own = self.scopes.between(first, last);
        own.chain(self.scopes.get(Scope::ALL)).max_by_key(|stored| (stored.received_at, self.ttl(stored)))
    }

    fn ttl(&self, stored: &Stored) -> Duration {
        stored.values.ttl().unwrap_or(self.settings.ttl)
    }

    fn is_old(&self, stored: &Stored, now: Instant) -> bool {
        now.since(stored.received_at) > self.ttl(stored)
    }

    /// A record for a scope arrived: its namespace, or every one, is in touch again.
    fn heard(&mut self, scope: Scope) {
        match scope.namespace {
            Some(namespace) => {
                self.halvings.remove(namespace);
            }
            None => self.halvings.clear(),
        }
        self.revision = self.revision.saturating_add(1);
    }
}

impl Received {
    const fn without_clamps(verdict: Reason) -> Self {
        Self { verdict, clamped: 0, version_reset: false, fields: Clamped::NONE }
    }
}

fn silent_for_long(stored: &Stored, settings: &SignalSettings, now: Instant) -> bool {
    let ttl = stored.values.ttl().unwrap_or(settings.ttl);
    now.since(stored.received_at) > ttl.saturating_mul(SILENCE_IN_TTLS)
}
