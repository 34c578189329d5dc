//! The server's utilization meter: which share of its requests miss the two objectives it announces.
//!
//! The shape is published (Netflix, *Enhancing Netflix Reliability with Service-Level Prioritized Load Shedding*,
//! 2024: an overall figure beside the shares above target and above max, storage and compute); the window, the
//! integer shares and what counts into the overall figure are ours. Storage is kept apart: the published record is
//! the maximum of the others.
//!
//! State per namespace and operation: ten slots of a sliding window on an absolute grid. Inputs: the time each
//! served request took, queueing included, and the host's own readings. A shed request is not a served one. It
//! never guesses from too few samples: it then says nothing.

use crate::{
    signal::{advice::Load, record::MAX_BASIS_POINTS},
    time::{Duration, Instant},
};

const SLOTS: usize = 10;

/// Settings of a [`Meter`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MeterSettings {
    /// How far back it looks; default 10 s, in ten slots.
    pub window: Duration,
    /// Requests below which it gives no share; default 20, 1 to 10 000.
    pub min_samples: u32,
}

impl Default for MeterSettings {
    fn default() -> Self {
        Self { window: Duration::from_secs(10), min_samples: 20 }
    }
}

/// Requests counted in one slot or over the window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Served {
    /// All of them.
    pub total: u32,
    /// Those slower than the target.
    pub over_target: u32,
    /// Those slower than the max.
    pub over_max: u32,
}

/// Counts served requests over a sliding window; O(1) per request, O(10) per report, 120 bytes of slots.
///
/// ```
/// use hedgerow::{Duration, Instant, signal::meter::{Meter, MeterSettings}};
/// let mut meter = Meter::new(MeterSettings { min_samples: 4, ..MeterSettings::default() });
/// let (target, max) = (Duration::from_millis(10), Duration::from_millis(500));
/// for millis in [5, 9, 10, 11] {
///     meter.served(Duration::from_millis(millis), target, max, Instant::ZERO);
/// }
/// let load = meter.report(Some(1000), Some(1700), Instant::ZERO);
/// assert_eq!((load.util_target, load.util_max, load.util), (Some(2500), Some(0), Some(2500)));
/// ```
#[derive(Clone, Debug)]
pub struct Meter {
    settings: MeterSettings,
    slots: [Served; SLOTS],
    /// Number of the newest slot on the grid.
    newest: u64,
    refused: u64,
}

impl Meter {
    /// Makes a meter without samples.
    pub fn new(settings: MeterSettings) -> Self {
        Self { settings, slots: [Served::default(); SLOTS], newest: 0, refused: 0 }
    }

    /// Counts a served request by the time it took at the server; slower means strictly above.
    pub fn served(&mut self, elapsed: Duration, target: Duration, max: Duration, now: Instant) {
        self.advance(now);
        let place = self.place(self.newest);
        if let Some(slot) = self.slots.get_mut(place) {
            slot.add(Served {
                total: 1,
                over_target: u32::from(elapsed > target),
                over_max: u32::from(elapsed > max),
            });
        }
    }

    /// The utilizations for a record; `compute` and `storage` are the host's, in basis points.
    ///
    /// A reading above 10 000 is refused, counted and left out. The overall figure is the largest of the two shares
    /// and `compute`, of those that are known.
    pub fn report(&mut self, compute: Option<u32>, storage: Option<u32>, now: Instant) -> Load {
        let served = self.window(now);
        let enough = served.total > 0 && served.total >= self.settings.min_samples;
        let share = |slow: u32| enough.then(|| basis_points(slow, served.total));
        let (util_target, util_max) = (share(served.over_target), share(served.over_max));
        let (compute, storage) = (self.reading(compute), self.reading(storage));
        let util = [util_target, util_max, compute].into_iter().flatten().max();
        Load { util, util_target, util_max, compute, storage }
    }

    /// What was served within the window.
    pub fn window(&mut self, now: Instant) -> Served {
        self.advance(now);
        let mut sum = Served::default();
        self.slots.iter().for_each(|&slot| sum.add(slot));
        sum
    }

    /// How many readings of the host were refused.
    pub const fn refused(&self) -> u64 {
        self.refused
    }

    /// Empties the slots that the grid passed since the last look. O(10).
    fn advance(&mut self, now: Instant) {
        let width = (self.settings.window.as_micros() / SLOTS as u64).max(1);
        let current = now.as_micros() / width;
        let passed = current.saturating_sub(self.newest).min(SLOTS as u64);
        for step in 0..passed {
            let place = self.place(current.saturating_sub(step));
            if let Some(slot) = self.slots.get_mut(place) {
                *slot = Served::default();
            }
        }
        self.newest = self.newest.max(current);
    }

    const fn place(&self, slot: u64) -> usize {
        (slot % self.slots.len() as u64) as usize
    }

    fn reading(&mut self, told: Option<u32>) -> Option<u16> {
        let fitting = u16::try_from(told?).ok().filter(|&points| points <= MAX_BASIS_POINTS);
        if fitting.is_none() {
            self.refused = self.refused.saturating_add(1);
        }
        fitting
    }
}

impl Served {
    fn add(&mut self, more: Self) {
        self.total = self.total.saturating_add(more.total);
        self.over_target = self.over_target.saturating_add(more.over_target);
        self.over_max = self.over_max.saturating_add(more.over_max);
    }
}

/// ⌊10 000 · part / whole⌋ of a whole above zero.
fn basis_points(part: u32, whole: u32) -> u16 {
    let points = u64::from(part) * u64::from(MAX_BASIS_POINTS) / u64::from(whole.max(1));
    u16::try_from(points).unwrap_or(MAX_BASIS_POINTS).min(MAX_BASIS_POINTS)
}
