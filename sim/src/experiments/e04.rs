//! E4, E4b and E4c: what zone weights are worth where the whole world is seen.

use super::{Experiment, Quick, notebook};

const SOURCE: &str = "jolynch/performance-analysis, load_balancing_analysis; 100 seeds computed anew";

pub(super) const WEIGHTED: Experiment = Experiment {
    id: "E4",
    title: "notebook: weighted choice of 8",
    source: SOURCE,
    view: "global",
    kinds: &[("notebook", notebook::measure)],
    quick: Quick::Whole,
};

pub(super) const OTHERS: Experiment = Experiment {
    id: "E4b",
    title: "notebook: other rules of choice",
    source: SOURCE,
    view: "global",
    kinds: &[("notebook", notebook::measure)],
    quick: Quick::Some(&[("E4b-jsq", &[])]),
};

/// The reproducible form of "up to 40 %".
pub(super) const RATIO: Experiment = Experiment {
    id: "E4c",
    title: "notebook: weighted choice of 8 against the shortest queue",
    source: SOURCE,
    view: "global",
    kinds: &[("notebook", notebook::measure)],
    quick: Quick::Whole,
};
