//! Weighted choice for programs that bring their own client: a list of endpoints that answers "where next?".
//!
//! The picker owns what the choice reads: each endpoint's place, factor, start, in-flight count and last responses.
//! A program tells it what it sent and what came back; the picker sends nothing, keeps no timer, and never hands
//! out an endpoint that was removed. Retries, hedges, deadlines and budgets are not its business: the client
//! machine has them, over the same [`Choice`].

use super::choice::{BalanceSettings, Candidate, Choice, Endpoints};
use super::health::{Health, HealthSettings};
use super::score::Factors;
use crate::EndpointId;
use crate::id::Table;
use crate::rng::{Seed, Stream, StreamKind};
use crate::time::{Duration, Instant};
use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt;

/// Largest factor an endpoint may have of its own.
const FACTOR_MAX: u32 = 1024;

/// Says where something runs; what is unknown is `None`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// Failure domain inside the region.
    pub zone: Option<Box<str>>,
    /// Region; unknown counts as the same region as everything.
    pub region: Option<Box<str>>,
}

impl Place {
    /// Makes a place of a known zone and an unknown region.
    pub fn zone(zone: &str) -> Self {
        Self { zone: Some(zone.into()), region: None }
    }

    /// The same place in a known region.
    pub fn in_region(self, region: &str) -> Self {
        Self { region: Some(region.into()), ..self }
    }

    /// Whether the zone factor applies to `there`, seen from here.
    pub fn is_other_zone(&self, there: &Self) -> bool {
        self.zone.is_some() && self.zone != there.zone
    }

    /// Whether `there` is known to be in another region.
    pub fn is_other_region(&self, there: &Self) -> bool {
        self.region.is_some() && there.region.is_some() && self.region != there.region
    }
}

/// Describes an endpoint to be added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Host {
    /// Where it runs.
    pub place: Place,
    /// Multiplies its score, 1 to 1024; 2 takes half the load of 1 when all are busy.
    pub factor: u32,
    /// When it came up; `None` means long ago. Pass `now` for one that has just appeared.
    pub up_since: Option<Instant>,
}

impl Host {
    /// Describes an endpoint of factor 1 that has been up for long.
    pub fn new(place: Place) -> Self {
        Self { place, factor: 1, up_since: None }
    }
}

/// Tells why an endpoint was not added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HostError {
    /// The factor is 0 or above 1024.
    Factor(u32),
    /// 2²⁴ endpoints are present.
    Full,
}

impl fmt::Display for HostError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Factor(value) => write!(f, "factor: {value}, want 1 to {FACTOR_MAX}"),
            Self::Full => f.write_str("endpoints: no position left"),
        }
    }
}

impl core::error::Error for HostError {}

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
}

impl Endpoints for Hosts {
    fn candidate(&self, position: u32, now: Instant) -> Candidate {
        let Some(Some(entry)) = self.entries.get(position as usize) else {
            return GONE;
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
            breaker_open: false,
        }
    }
}

const GONE: Candidate = Candidate {
    live: false,
    in_flight: 0,
    user_factor: 1,
    other_zone: false,
    other_region: false,
    up_since: None,
    unhealthy: false,
    ejected: false,
    breaker_open: false,
};

/// Owns a list of endpoints and picks among them by weighted choice of n.
///
/// ```
/// use hedgerow::balance::choice::BalanceSettings;
/// use hedgerow::balance::health::HealthSettings;
/// use hedgerow::balance::picker::{Host, Picker, Place};
/// use hedgerow::{Instant, Seed};
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
/// # Ok::<(), hedgerow::balance::picker::HostError>(())
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
            hosts: Hosts { entries: Vec::new(), health, calm_until: Instant::ZERO },
            choice: Choice::new(settings, &mut start_window),
            draws: Stream::derive(seed, StreamKind::Balance, 0),
            replicas: Vec::new(),
            plan: Vec::new(),
        }
    }

    /// Adds an endpoint; later picks see it.
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
            in_flight: 0,
            up_since,
            health: Health::new(),
        };
        if let Some(slot) = self.hosts.entries.get_mut(index) {
            *slot = Some(entry);
        }
        self.choice.add(id.index());
        Ok(endpoint)
    }

    /// Removes an endpoint with its state; false when the id is stale. Requests to it may still end.
    pub fn remove(&mut self, endpoint: EndpointId) -> bool {
        let id = endpoint.id();
        if self.ids.remove(id).is_none() {
            return false;
        }
        if let Some(slot) = self.hosts.entries.get_mut(id.index() as usize) {
            *slot = None;
        }
        self.choice.remove(id.index());
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
        self.with(endpoint, |entry| entry.in_flight = entry.in_flight.saturating_add(1))
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
