//! E5: how many candidates, and how much a zone should weigh.

use super::{Experiment, Quick, notebook};

pub(super) const CANDIDATES: Experiment = Experiment {
    id: "E5",
    title: "notebook: the number of candidates and the weight of a zone",
    source: "jolynch/performance-analysis, load_balancing_analysis; 100 seeds computed anew",
    view: "global",
    kinds: &[("notebook", notebook::measure)],
    quick: Quick::Some(&[("E5-n4", &[]), ("E5-w16", &[])]),
};
