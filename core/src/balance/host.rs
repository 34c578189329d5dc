//! What is known of an endpoint when it is added: where it runs, since when, and how much it should get.
//!
//! A place is a zone inside a region, by name. Names are compared when an endpoint is added and not looked at again.

use crate::time::Instant;
use alloc::boxed::Box;
use core::fmt;

/// Largest factor an endpoint may have of its own.
pub(super) const FACTOR_MAX: u32 = 1024;

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
