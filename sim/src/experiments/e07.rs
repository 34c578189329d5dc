//! E7: all clients in one zone: a soft rule spills what a strict one lets queue.

use super::{Experiment, Quick, notebook};

pub(super) const ONE_ZONE: Experiment = Experiment {
    id: "E7",
    title: "notebook: every client in one zone",
    source: "after jolynch/performance-analysis, load_balancing_analysis; computed",
    view: "global",
    kinds: &[("notebook", notebook::measure)],
    quick: Quick::Whole,
};
