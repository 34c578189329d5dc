//! What a decision may know of an endpoint, and which endpoints it may choose.
//!
//! The owner of the endpoint table answers with facts; the rule of regions turns them into *in reach* (live, of a
//! region that may be used) and *eligible* (in reach, no open breaker, not the endpoint to be left out). Nothing is
//! kept between decisions.

use super::settings::RegionRule;
use crate::time::Instant;

/// States what the choice reads of one endpoint at one time.
///
/// Endpoints are named by *positions*: stable small integers below 2²⁴ given by the owner of the endpoint table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Present in the topology.
    pub live: bool,
    /// Attempts sent whose end is not known yet, cancelled and timed-out ones included.
    pub in_flight: u32,
    /// The endpoint's own factor, 1 to 1024.
    pub user_factor: u32,
    /// The client has a zone and the endpoint's differs or is unknown.
    pub other_zone: bool,
    /// Client and endpoint have regions, and they differ.
    pub other_region: bool,
    /// When the endpoint came up; `None` means long ago.
    pub up_since: Option<Instant>,
    /// Busy and silent.
    pub unhealthy: bool,
    /// Ejected as an outlier.
    pub ejected: bool,
    /// Behind a breaker that lets nothing through.
    pub breaker_open: bool,
}

impl Candidate {
    /// A position without a live endpoint.
    pub(crate) const GONE: Self = Self {
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
}

/// The owner of the endpoint table, as the choice sees it.
pub(crate) trait Endpoints {
    /// The facts of one position; a position without an endpoint is not live.
    fn candidate(&self, position: u32, now: Instant) -> Candidate;

    /// Whether any endpoint may be behind a breaker; otherwise no candidate is asked for that.
    fn has_breakers(&self) -> bool;
}

/// The owner's table during one decision.
pub(super) struct View<'a, E> {
    endpoints: &'a E,
    other_region: bool,
    /// Whether every member is known to be in reach.
    settled: bool,
    /// Whether any endpoint may be behind a breaker.
    guarded: bool,
    without: Option<u32>,
    now: Instant,
}

impl<'a, E: Endpoints> View<'a, E> {
    pub(super) fn new(
        endpoints: &'a E,
        rule: RegionRule,
        mut members: impl Iterator<Item = u32>,
        without: Option<u32>,
        now: Instant,
    ) -> Self {
        let own_region = |position| {
            let seen = endpoints.candidate(position, now);
            seen.live && !seen.other_region
        };
        let other_region = match rule {
            RegionRule::Exclude => false,
            RegionRule::Weight => true,
            RegionRule::WhenEmpty => !members.any(own_region),
        };
        let guarded = endpoints.has_breakers();
        Self { endpoints, other_region, settled: false, guarded, without, now }
    }

    /// The view of a choice all of whose members are known to be in reach; asked of members only.
    pub(super) fn of_settled(endpoints: &'a E, without: Option<u32>, now: Instant) -> Self {
        let guarded = endpoints.has_breakers();
        Self { endpoints, other_region: true, settled: true, guarded, without, now }
    }

    pub(super) fn candidate(&self, position: u32) -> Candidate {
        self.endpoints.candidate(position, self.now)
    }

    /// Live, and of a region that the rule lets in.
    pub(super) fn is_in_reach(&self, position: u32) -> bool {
        if self.settled {
            return true;
        }
        let seen = self.candidate(position);
        seen.live && (self.other_region || !seen.other_region)
    }

    /// In reach and not behind an open breaker.
    pub(super) fn is_reachable(&self, position: u32) -> bool {
        self.is_in_reach(position) && (!self.guarded || !self.candidate(position).breaker_open)
    }

    /// Reachable, and not the endpoint to be left out.
    pub(super) fn is_eligible(&self, position: u32) -> bool {
        self.without != Some(position) && self.is_reachable(position)
    }

    pub(super) const fn without(&self) -> Option<u32> {
        self.without
    }

    pub(super) const fn now(&self) -> Instant {
        self.now
    }
}
