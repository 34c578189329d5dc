//! The endpoints of a service: who they are, what is in flight at each, and what a pick needs to know of them.
//!
//! An endpoint keeps its slot after removal until its last attempt has ended, so that running attempts may still win
//! and in-flight counts stay exact; then the slot is freed and its next id has another generation.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use crate::balance::breaker::{Breaker, BreakerSettings, LearnedBreaker};
use crate::balance::choice::{Candidate, Endpoints as ReadEndpoints};
use crate::balance::ejection::Ejection;
use crate::balance::health::{Health, HealthSettings};
use crate::client::action::EndpointSpec;
use crate::client::call::{ENTRY_INDEX_BITS, entry_index, plan_entry};
use crate::id::{Id, Table};
use crate::reason::Reason;
use crate::time::Instant;

/// More slots than any plan entry can name are never handed out.
const MAX_SLOTS: u32 = 1 << ENTRY_INDEX_BITS;

/// One server, or one pool of servers behind an address.
#[derive(Clone, Debug)]
pub(crate) struct Endpoint {
    pub(crate) name: String,
    pub(crate) up_since: Option<Instant>,
    pub(crate) in_flight: u32,
    pub(crate) hedges: u32,
    pub(crate) factor: u32,
    pub(crate) health: Health,
    /// Boxed, because hardly any client has breakers; `None` when this one has none.
    breaker: Option<Box<Breaker>>,
    pub(crate) removed: bool,
    pub(crate) pool: bool,
    other_zone: bool,
    other_region: bool,
}

impl Endpoint {
    pub(crate) fn breaker(&self) -> Option<&Breaker> {
        self.breaker.as_deref()
    }

    /// Whether its breaker, if any, lets an attempt through.
    pub(crate) fn allows(&self, now: Instant) -> bool {
        self.breaker.as_ref().is_none_or(|breaker| breaker.allows(now))
    }
}

/// The client's own place, which an endpoint's zone and region are compared with.
#[derive(Clone, Debug, Default)]
pub(crate) struct Locality {
    pub(crate) zone: Option<String>,
    pub(crate) region: Option<String>,
}

impl Locality {
    /// A client with a zone treats an unknown zone as another one.
    fn other_zone(&self, zone: Option<&String>) -> bool {
        self.zone.is_some() && zone != self.zone.as_ref()
    }

    /// A client or an endpoint without a region is of the same region.
    fn other_region(&self, region: Option<&String>) -> bool {
        matches!((&self.region, region), (Some(own), Some(other)) if own != other)
    }
}

/// The table of endpoints.
#[derive(Clone, Debug)]
pub(crate) struct EndpointTable {
    table: Table<Endpoint>,
    /// Slots of live endpoints in the byte order of their names; a name stands once, with its endpoint.
    names: Vec<u32>,
    locality: Locality,
    breaker: Option<BreakerSettings>,
}

impl EndpointTable {
    pub(crate) const fn new(locality: Locality, breaker: Option<BreakerSettings>) -> Self {
        Self { table: Table::new(), names: Vec::new(), locality, breaker }
    }

    /// Adds an endpoint whose name no live one has; `None` when no slot is left.
    pub(crate) fn add(&mut self, spec: &EndpointSpec, up_since: Option<Instant>) -> Option<Id> {
        if self.table.len() >= MAX_SLOTS {
            return None;
        }
        let endpoint = Endpoint {
            name: spec.name.clone(),
            up_since,
            in_flight: 0,
            hedges: 0,
            factor: spec.factor.unwrap_or(1),
            health: Health::new(),
            breaker: self.breaker.map(|_| Box::default()),
            removed: false,
            pool: spec.pool,
            other_zone: self.locality.other_zone(spec.zone.as_ref()),
            other_region: self.locality.other_region(spec.region.as_ref()),
        };
        let (Ok(place) | Err(place)) = self.place(&spec.name);
        let id = self.table.insert(endpoint)?;
        self.names.insert(place, id.index());
        Some(id)
    }

    /// Takes over zone, region, factor and pool; an `up_since` only when one is given.
    pub(crate) fn update(&mut self, id: Id, spec: &EndpointSpec, up_since: Option<Instant>) {
        let (other_zone, other_region) =
            (self.locality.other_zone(spec.zone.as_ref()), self.locality.other_region(spec.region.as_ref()));
        if let Some(endpoint) = self.table.get_mut(id) {
            endpoint.other_zone = other_zone;
            endpoint.other_region = other_region;
            endpoint.factor = spec.factor.unwrap_or(1);
            endpoint.pool = spec.pool;
            endpoint.up_since = up_since.or(endpoint.up_since);
        }
    }

    /// Marks an endpoint removed and frees it when nothing is in flight there.
    pub(crate) fn remove(&mut self, id: Id) {
        let live = self.table.get(id).filter(|endpoint| !endpoint.removed);
        if let Some(Ok(place)) = live.map(|endpoint| self.place(&endpoint.name)) {
            self.names.remove(place);
        }
        if let Some(endpoint) = self.table.get_mut(id) {
            endpoint.removed = true;
        }
        self.free_if_idle(id);
    }

    /// Counts an attempt; answers whether it is the probe of the endpoint's breaker.
    pub(crate) fn on_sent(&mut self, id: Id, hedge: bool, now: Instant) -> bool {
        let Some(endpoint) = self.table.get_mut(id) else { return false };
        endpoint.in_flight = endpoint.in_flight.saturating_add(1);
        endpoint.hedges = endpoint.hedges.saturating_add(u32::from(hedge));
        endpoint.breaker.as_mut().is_some_and(|breaker| breaker.on_sent(now))
    }

    /// Tells the breaker of a live endpoint what came of an attempt, `None` when it told nothing of the server.
    ///
    /// Answers whether that opened or closed it, and until when it is open.
    pub(crate) fn on_result(
        &mut self,
        id: Id,
        probe: bool,
        success: Option<bool>,
        now: Instant,
    ) -> Option<(Reason, Instant)> {
        let settings = self.breaker?;
        let breaker = self.table.get_mut(id).filter(|endpoint| !endpoint.removed)?.breaker.as_mut()?;
        let opened = if probe {
            breaker.on_probe(&settings, success, now);
            !success?
        } else {
            breaker.on_result(&settings, success?, now).then_some(true)?
        };
        Some(if opened {
            (Reason::Breaker, now + settings.sleep)
        } else {
            (Reason::BreakerClosed, Instant::ZERO)
        })
    }

    pub(crate) fn on_ended(&mut self, id: Id, hedge: bool) {
        if let Some(endpoint) = self.table.get_mut(id) {
            endpoint.in_flight = endpoint.in_flight.saturating_sub(1);
            endpoint.hedges = endpoint.hedges.saturating_sub(u32::from(hedge));
        }
        self.free_if_idle(id);
    }

    pub(crate) fn on_response(&mut self, id: Id, now: Instant) {
        if let Some(endpoint) = self.table.get_mut(id) {
            endpoint.health.on_response(now);
        }
    }

    fn free_if_idle(&mut self, id: Id) {
        if self.table.get(id).is_some_and(|endpoint| endpoint.removed && endpoint.in_flight == 0) {
            self.table.remove(id);
        }
    }

    pub(crate) fn get(&self, id: Id) -> Option<&Endpoint> {
        self.table.get(id)
    }

    /// A live endpoint by name. O(log endpoints).
    pub(crate) fn by_name(&self, name: &str) -> Option<Id> {
        let slot = self.names.get(self.place(name).ok()?)?;
        self.at(*slot).map(|(id, _)| id)
    }

    /// Where a name is among the names, or where it would be.
    fn place(&self, name: &str) -> Result<usize, usize> {
        self.names.binary_search_by(|slot| {
            self.at(*slot).map_or("", |(_, endpoint)| endpoint.name.as_str()).cmp(name)
        })
    }

    /// The live endpoint at a slot, if any.
    pub(crate) fn at(&self, position: u32) -> Option<(Id, &Endpoint)> {
        self.table.at(position).filter(|(_, endpoint)| !endpoint.removed)
    }

    /// What a plan keeps of the endpoint at a slot; 0, which names none, for a free slot.
    pub(crate) fn entry(&self, position: u32) -> u32 {
        self.table.generation(position).map_or(0, |generation| plan_entry(position, generation))
    }

    /// The live endpoint that a plan entry names.
    pub(crate) fn by_entry(&self, entry: u32) -> Option<(Id, &Endpoint)> {
        let (id, endpoint) = self.at(entry_index(entry))?;
        (plan_entry(id.index(), id.generation()) == entry).then_some((id, endpoint))
    }

    /// Whether a breaker lets an attempt through to any of these slots. O(slots behind open breakers).
    pub(crate) fn any_allows(&self, positions: &[u32], now: Instant) -> bool {
        let allows = |position: &u32| self.at(*position).is_some_and(|(_, endpoint)| endpoint.allows(now));
        self.breaker.is_none() || positions.iter().any(allows)
    }

    /// Goes on with an endpoint's health from what a snapshot kept.
    pub(crate) fn recall_health(&mut self, id: Id, answers: [Option<Instant>; 2]) {
        if let Some(endpoint) = self.table.get_mut(id) {
            endpoint.health.recall(answers);
        }
    }

    /// Goes on with an endpoint's breaker, if it has one, from what a snapshot kept.
    pub(crate) fn recall_breaker(&mut self, id: Id, learned: &LearnedBreaker) {
        if let Some(breaker) = self.table.get_mut(id).and_then(|endpoint| endpoint.breaker.as_mut()) {
            breaker.recall(learned);
        }
    }

    pub(crate) fn live(&self) -> u32 {
        self.names.len() as u32
    }

    /// Slots, taken or free: positions lie below.
    pub(crate) fn slots(&self) -> u32 {
        self.table.slots()
    }
}

/// What a pick reads: the table with the health of its endpoints.
pub(crate) struct View<'a> {
    pub(crate) table: &'a EndpointTable,
    pub(crate) ejection: &'a Ejection,
    pub(crate) health: &'a HealthSettings,
    /// Until then nobody is unhealthy: an observation of ours was late.
    pub(crate) calm_until: Instant,
}

impl ReadEndpoints for View<'_> {
    /// Part of the loop over candidates: as a call of its own it costs a quarter of a pick.
    #[inline]
    fn candidate(&self, position: u32, now: Instant) -> Candidate {
        let Some((_, endpoint)) = self.table.at(position) else { return Candidate::GONE };
        Candidate {
            live: true,
            in_flight: endpoint.in_flight,
            user_factor: endpoint.factor,
            other_zone: endpoint.other_zone,
            other_region: endpoint.other_region,
            up_since: endpoint.up_since,
            unhealthy: endpoint.health.is_unhealthy(self.health, endpoint.in_flight, self.calm_until, now),
            ejected: self.ejection.is_ejected(position),
            breaker_open: !endpoint.allows(now),
        }
    }

    fn has_breakers(&self) -> bool {
        self.table.breaker.is_some()
    }
}
