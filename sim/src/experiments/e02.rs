//! E2 and E2b: near saturation a system mixes slowly, and among few servers it shows whether one is drawn twice.

use super::{Experiment, Quick, supermarket};

/// Load 0.99: 10⁸ events and more before the mean stands still.
pub(super) const SLOW_MIXING: Experiment = Experiment {
    id: "E2",
    title: "supermarket model near saturation",
    source: "Mitzenmacher, The Power of Two Choices (1996); finite n computed anew",
    view: "global",
    kinds: &[("supermarket", supermarket::measure)],
    quick: Quick::No,
};

/// Ten servers.
pub(super) const REPLACEMENT: Experiment = Experiment {
    id: "E2b",
    title: "drawing with and without replacement among ten servers",
    source: "computed",
    view: "global",
    kinds: &[("supermarket", supermarket::measure)],
    quick: Quick::Some(&[("E2b-n10", &[("events", 10_000_000)])]),
};
