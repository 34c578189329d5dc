//! E6: the same with what a client really knows: its own requests; and with what all know, but late (E6b).

use super::{Experiment, Quick, notebook};

pub(super) const PRIVATE: Experiment = Experiment {
    id: "E6",
    title: "notebook: weighted choice with private views",
    source: "after jolynch/performance-analysis, load_balancing_analysis; computed",
    view: "private",
    kinds: &[("notebook", notebook::measure)],
    quick: Quick::Some(&[("E6-M50", &[])]),
};

pub(super) const STALE: Experiment = Experiment {
    id: "E6b",
    title: "notebook: choice by old news",
    source: "after Mitzenmacher, How Useful Is Old Information? (IEEE TPDS 2000); computed",
    view: "stale",
    kinds: &[("notebook", notebook::measure)],
    quick: Quick::Whole,
};
