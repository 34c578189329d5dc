//! Weighted choice for programs that bring their own client: a list of endpoints that answers "where next?".
//!
//! The picker owns what the choice reads: each endpoint's place, factor, start, in-flight count and last responses.
//! A program tells it what it sent and what came back; the picker sends nothing, keeps no timer, and never hands
//! out an endpoint that was removed. Retries, hedges, deadlines and budgets are not its business: the client
//! machine has them, over the same [`Choice`].

use super::candidate::{Candidate, Endpoints};
use super::choice::{BalanceSettings, Choice};
use super::health::{Health, HealthSettings};
use super::host::{FACTOR_MAX, Host, HostError, Place};
use super::hot_cold::LoadReport;
use super::score::Factors;
use crate::id::EndpointId;
use crate::id::Table;
use crate::rng::{Seed, Stream, StreamKind};
use crate::time::{Duration, Instant};
use alloc::vec::Vec;

/// Is one endpoint of a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pick {
    /// Where to send.
    pub endpoint: EndpointId,
    /// Its score; lower is better.
    pub score: u64,
    /// Requests in flight there at the decision.
    pub in_flight: u32,
    /// Why the score is higher than in-flight alone.
    pub factors: Factors,
}

#[derive(Clone, Debug)]
struct Entry {
    id: EndpointId,
    factor: u32,
    other_zone: bool,
    other_region: bool,
    ejected: bool,
    barred: bool,
    in_flight: u32,
    up_since: Option<Instant>,
    health: Health,
}

/// The table as the choice reads it, by position.
#[derive(Clone, Debug)]
struct Hosts {
    entries: Vec<Option<Entry>>,
    health: HealthSettings,
    calm_until: Instant,
    /// Whether any endpoint was ever barred.
    guarded: bool,
}

impl Endpoints for Hosts {
    fn candidate(&self, position: u32, now: Instant) -> Candidate {
        let Some(Some(entry)) = self.entries.get(position as usize) else {
            return Candidate::GONE;
        };
        Candidate {
            live: true,
            in_flight: entry.in_flight,
            user_factor: entry.factor,
            other_zone: entry.other_zone,
            other_region: entry.other_region,
            up_since: entry.up_since,
            unhealthy: entry.health.is_unhealthy(&self.health, entry.in_flight, self.calm_until, now),
            ejected: entry.ejected,
            breaker_open: entry.barred,
        }
    }

    fn has_breakers(&self) -> bool {
        self.guarded
    }
}

/// Owns a list of endpoints and picks among them by weighted choice of n.
///
/// ```
/// use hedgerow::balance::{Host, Picker, Place};
/// use hedgerow::{BalanceSettings, HealthSettings, Instant, Seed};
///
/// let here = Place::zone("a");
/// let seed = Seed::new([7; 32]); // from the platform's secure source, outside of tests
/// let mut picker = Picker::new(BalanceSettings::default(), HealthSettings::default(), here, &seed);
/// let near = picker.add(Host::new(Place::zone("a")))?;
/// let far = picker.add(Host::new(Place::zone("b")))?;
///
/// let now = Instant::from_micros(1_000);
/// let plan = picker.pick(&[], now);
/// assert_eq!((plan[0].endpoint, plan[0].score), (near, 1));
/// assert_eq!((plan[1].endpoint, plan[1].score), (far, 4)); // the next one to try
///
/// // Four requests wait next door: the far one is worth its distance.
/// for _ in 0..4 {
///     picker.on_sent(near);
/// }
/// assert_eq!(picker.pick(&[], now)[0].endpoint, far);
///
/// picker.on_response(near, now); // it answered …
/// picker.on_end(near); // … so this request is no longer in flight
/// # Ok::<(), hedgerow::balance::HostError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Picker {
    place: Place,
    ids: Table<()>,
    hosts: Hosts,
    choice: Choice,
    draws: Stream,
    replicas: Vec<u32>,
    plan: Vec<Pick>,
}

impl Picker {
    /// Starts without endpoints. `place` is where this client runs; its streams come from `seed`.
    pub fn new(settings: BalanceSettings, health: HealthSettings, place: Place, seed: &Seed) -> Self {
        let mut start_window = Stream::derive(seed, StreamKind::StartWindow, 0);
        Self {
            place,
            ids: Table::new(),
            hosts: Hosts { entries: Vec::new(), health, calm_until: Instant::ZERO, guarded: false },
            choice: Choice::new(settings, &mut start_window),
            draws: Stream::derive(seed, StreamKind::Balance, 0),
            replicas: Vec::new(),
            plan: Vec::new(),
        }
    }

    /// Adds an endpoint; later picks see it. O(endpoints).
    pub fn add(&mut self, host: Host) -> Result<EndpointId, HostError> {
        let Host { place, factor, up_since } = host;
        if !(1..=FACTOR_MAX).contains(&factor) {
            return Err(HostError::Factor(factor));
        }
        let id = self.ids.insert(()).ok_or(HostError::Full)?;
        let index = id.index() as usize;
        if self.hosts.entries.len() <= index {
            self.hosts.entries.resize(index + 1, None);
        }
        let endpoint = EndpointId::from_id(id);
        let entry = Entry {
            id: endpoint,
            factor,
            other_zone: self.place.is_other_zone(&place),
            other_region: self.place.is_other_region(&place),
            ejected: false,
            barred: false,
            in_flight: 0,
            up_since,
            health: Health::new(),
        };
        if let Some(slot) = self.hosts.entries.get_mut(index) {
            *slot = Some(entry);
        }
        self.choice.add(id.index());
        self.choice.settle(&self.hosts, self.hosts.entries.len() as u32, Instant::ZERO);
        Ok(endpoint)
    }

    /// Removes an endpoint with its state; false when the id is stale. Requests to it may still end. O(endpoints).
    pub fn remove(&mut self, endpoint: EndpointId) -> bool {
        let id = endpoint.id();
        if !self.ids.remove(id) {
            return false;
        }
        if let Some(slot) = self.hosts.entries.get_mut(id.index() as usize) {
            *slot = None;
        }
        self.choice.remove(id.index());
        self.choice.settle(&self.hosts, self.hosts.entries.len() as u32, Instant::ZERO);
        true
    }

    /// Picks up to n endpoints, best first; empty when none is in reach.
    ///
    /// `replicas` are the endpoints that hold what is asked for; an empty list means that all do. Send to the first,
    /// retry and hedge along the rest. O(n + replicas), no allocation once warm. The answer is not re-scored: it
    /// lives until the next pick.
    pub fn pick(&mut self, replicas: &[EndpointId], now: Instant) -> &[Pick] {
        let (ids, entries) = (&self.ids, &self.hosts.entries);
        let known =
            |endpoint: &EndpointId| ids.get(endpoint.id()).map_or(u32::MAX, |()| endpoint.id().index());
        self.replicas.clear();
        self.replicas.extend(replicas.iter().map(known));
        let plan = self.choice.plan(&self.hosts, &self.replicas, None, &mut self.draws, now);
        self.plan.clear();
        self.plan.extend(plan.iter().filter_map(|entry| {
            let endpoint = entries.get(entry.position as usize)?.as_ref()?.id;
            Some(Pick { endpoint, score: entry.score, in_flight: entry.in_flight, factors: entry.factors })
        }));
        &self.plan
    }

    /// Counts a request that was sent; false when the id is stale.
    pub fn on_sent(&mut self, endpoint: EndpointId) -> bool {
        let known = self.with(endpoint, |entry| entry.in_flight = entry.in_flight.saturating_add(1));
        if known {
            self.choice.on_sent(endpoint.id().index());
        }
        known
    }

    /// Tells the policy `peak_ewma` what a request took; false when the id is stale. Any other heeds it not.
    ///
    /// `answered` is false for every failure, definite refusals among them: a fast one does not lower the cost.
    pub fn on_latency(&mut self, endpoint: EndpointId, answered: bool, took: Duration, now: Instant) -> bool {
        let known = self.in_flight(endpoint).is_some();
        if known {
            self.choice.on_end(endpoint.id().index(), answered, took, now);
        }
        known
    }

    /// Tells the policy `hot_cold` what a server said of its load; false when the id is stale. Any other heeds it not.
    pub fn on_report(
        &mut self,
        endpoint: EndpointId,
        in_flight: u32,
        latency: Duration,
        now: Instant,
    ) -> bool {
        let known = self.in_flight(endpoint).is_some();
        if known {
            let position = endpoint.id().index();
            self.choice.on_report(LoadReport { position, in_flight, latency, at: now });
        }
        known
    }

    /// Takes note of an answer, good or bad, that tells of the server; false when the id is stale.
    ///
    /// Not to be told: cancellations, timeouts, requests that were never sent. It does not end the request.
    pub fn on_response(&mut self, endpoint: EndpointId, now: Instant) -> bool {
        self.with(endpoint, |entry| entry.health.on_response(now))
    }

    /// Counts a request whose end is *known*: answer, failure or confirmed cancellation; false when the id is stale.
    ///
    /// A request that was cancelled or timed out is still being worked on, most likely: it ends here only when its
    /// late answer comes or when the program gives up waiting for one.
    pub fn on_end(&mut self, endpoint: EndpointId) -> bool {
        self.with(endpoint, |entry| entry.in_flight = entry.in_flight.saturating_sub(1))
    }

    /// Marks an endpoint as ejected or not, by whatever rule the program has; false when the id is stale.
    pub fn set_ejected(&mut self, endpoint: EndpointId, ejected: bool) -> bool {
        self.with(endpoint, |entry| entry.ejected = ejected)
    }

    /// Bars an endpoint from all plans or lets it in again, as an open [breaker](super::breaker) asks for; false when
    /// the id is stale.
    pub fn set_barred(&mut self, endpoint: EndpointId, barred: bool) -> bool {
        self.hosts.guarded |= barred;
        self.with(endpoint, |entry| entry.barred = barred)
    }

    /// Says that this client did not run until now: nobody is blamed for silence until one window has passed.
    pub fn on_pause(&mut self, now: Instant) {
        self.hosts.calm_until = now + self.hosts.health.window;
    }

    /// Requests in flight at an endpoint, `None` when the id is stale.
    pub fn in_flight(&self, endpoint: EndpointId) -> Option<u32> {
        self.ids.get(endpoint.id())?;
        self.hosts.entries.get(endpoint.id().index() as usize)?.as_ref().map(|entry| entry.in_flight)
    }

    /// The start-up window W, drawn at construction.
    pub fn start_window(&self) -> Duration {
        self.choice.start_window()
    }

    /// The endpoints in the order of the persistent permutation, as numbers of their positions.
    pub fn permutation(&self) -> &[u32] {
        self.choice.permutation()
    }

    /// The stream of draws; tests put a script in its place.
    pub fn draws(&mut self) -> &mut Stream {
        &mut self.draws
    }

    fn with(&mut self, endpoint: EndpointId, change: impl FnOnce(&mut Entry)) -> bool {
        let id = endpoint.id();
        let slot = self.hosts.entries.get_mut(id.index() as usize);
        match slot {
            Some(Some(entry)) if entry.id == endpoint => {
                change(entry);
                true
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::balance::choice::{BalancePolicy, RegionRule};

    const NOW: Instant = Instant::from_micros(5_000_000);

    fn picker(place: Place, other_region: RegionRule) -> Picker {
        let settings = BalanceSettings { other_region, ..BalanceSettings::default() };
        Picker::new(settings, HealthSettings::default(), place, &Seed::new([1; 32]))
    }

    fn anywhere() -> Picker {
        picker(Place::default(), RegionRule::Exclude)
    }

    fn host() -> Host {
        Host::new(Place::default())
    }

    #[test]
    fn a_stale_id_changes_nothing_though_its_slot_is_in_use_again() {
        let mut picker = anywhere();
        let old = picker.add(host()).unwrap();
        assert!(picker.remove(old) && !picker.remove(old));
        let new = picker.add(host()).unwrap();
        assert_eq!(old.id().index(), new.id().index());
        assert!(!picker.on_sent(old) && !picker.on_end(old) && !picker.on_response(old, NOW));
        assert!(!picker.set_ejected(old, true));
        assert_eq!((picker.in_flight(old), picker.in_flight(new)), (None, Some(0)));
        assert_eq!(picker.pick(&[old], NOW)[0].score, 12, "a stale replica is no replica");
        assert_eq!(picker.pick(&[new], NOW)[0].score, 1);
    }

    #[test]
    fn after_a_pause_nobody_is_unhealthy_for_one_window() {
        let mut picker = anywhere();
        let busy = picker.add(host()).unwrap();
        for _ in 0..10 {
            picker.on_sent(busy);
        }
        assert_eq!(picker.pick(&[], NOW)[0].score, 704);
        picker.on_pause(NOW);
        let window = Duration::from_millis(200);
        assert_eq!(picker.pick(&[], NOW + window - Duration::from_micros(1))[0].score, 11);
        assert_eq!(picker.pick(&[], NOW + window)[0].score, 704);
    }

    #[test]
    fn the_permutation_holds_what_the_region_rule_lets_in() {
        let here = || Place::zone("a").in_region("x");
        let far = || Host::new(Place::zone("a").in_region("y"));
        let mut strict = picker(here(), RegionRule::Exclude);
        strict.add(far()).unwrap();
        strict.add(Host::new(here())).unwrap();
        assert_eq!(strict.permutation(), [1]);
        let mut spare = picker(here(), RegionRule::WhenEmpty);
        spare.add(far()).unwrap();
        let near = spare.add(Host::new(here())).unwrap();
        spare.add(far()).unwrap();
        assert_eq!(spare.permutation(), [1]);
        spare.remove(near);
        assert_eq!(spare.permutation(), [0, 2]);
    }

    #[test]
    fn a_factor_out_of_range_is_refused_by_name() {
        let mut picker = anywhere();
        for factor in [0, 1025] {
            let refused = picker.add(Host { factor, ..host() }).unwrap_err();
            assert_eq!(refused, HostError::Factor(factor));
            assert_eq!(std::format!("{refused}"), std::format!("factor: {factor}, want 1 to 1024"));
        }
        let heavy = picker.add(Host { factor: 1024, ..host() }).unwrap();
        assert_eq!((picker.pick(&[], NOW)[0].endpoint, picker.pick(&[], NOW)[0].score), (heavy, 1024));
    }

    #[test]
    fn a_barred_endpoint_is_in_no_plan_until_it_is_let_in_again() {
        let mut picker = anywhere();
        let one = picker.add(host()).unwrap();
        assert!(picker.set_barred(one, true) && picker.pick(&[one], NOW).is_empty());
        assert!(picker.set_barred(one, false) && picker.pick(&[], NOW).len() == 1);
        assert!(picker.set_ejected(one, true) && picker.set_ejected(one, false));
    }

    #[test]
    fn what_a_policy_learned_of_an_endpoint_goes_with_it() {
        for policy in [BalancePolicy::PeakEwma, BalancePolicy::HotCold] {
            let settings = BalanceSettings { policy, ..BalanceSettings::default() };
            let health = HealthSettings::default();
            let mut picker = Picker::new(settings, health, Place::default(), &Seed::new([1; 32]));
            let old = picker.add(host()).unwrap();
            let other = picker.add(host()).unwrap();
            for endpoint in [old, other] {
                let took = Duration::from_millis(if endpoint == old { 900 } else { 40 });
                assert!(
                    picker.on_latency(endpoint, true, took, NOW) && picker.on_report(endpoint, 1, took, NOW)
                );
            }
            assert_eq!(picker.pick(&[], NOW)[0].endpoint, other);
            picker.remove(old);
            assert!(!picker.on_latency(old, true, Duration::ZERO, NOW));
            assert!(!picker.on_report(old, 0, Duration::ZERO, NOW));
            let new = picker.add(host()).unwrap();
            let score = picker.pick(&[], NOW).iter().find(|pick| pick.endpoint == new).unwrap().score;
            assert_eq!(score, 1, "{policy:?}: unmeasured, or not in the pool");
        }
    }

    #[test]
    fn in_flight_never_falls_below_zero() {
        let mut picker = anywhere();
        let id = picker.add(host()).unwrap();
        assert!(picker.on_end(id) && picker.on_sent(id));
        assert_eq!(picker.in_flight(id), Some(1));
    }
}
