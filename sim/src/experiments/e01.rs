//! E1: the supermarket model with many servers, where theory knows the answer.

use super::{Experiment, Quick, supermarket};

/// Quick: the means of fewer events differ by less than half a percent.
pub(super) const SUPERMARKET: Experiment = Experiment {
    id: "E1",
    title: "supermarket model: the shortest of d queues",
    source: "Mitzenmacher, The Power of Two Choices (1996); finite n computed anew",
    view: "global",
    kinds: &[("supermarket", supermarket::measure), ("supermarket_theory", supermarket::theory)],
    quick: Quick::But(&[
        ("E1-n500-d2", &[("events", 30_000_000)]),
        ("E1-n500-d3", &[("events", 15_000_000)]),
        ("E1-n500-d5", &[("events", 15_000_000)]),
    ]),
};
