//! E6: the same with what a client really knows: its own requests.

use super::{Experiment, Quick, notebook};

pub(super) const PRIVATE: Experiment = Experiment {
    id: "E6",
    title: "notebook: weighted choice with private views",
    source: "after jolynch/performance-analysis, load_balancing_analysis; computed",
    view: "private",
    kinds: &[("notebook", notebook::measure)],
    quick: Quick::Some(&[("E6-M50", &[])]),
};
