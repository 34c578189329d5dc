//! E14: layers that each retry multiply their attempts.

use super::{Experiment, InputError, Inputs, Quick, Report, Row, Session};

pub(super) const LAYERS: Experiment = Experiment {
    id: "E14",
    title: "retries in layers: how far they multiply",
    source: "arithmetic",
    view: "none",
    kinds: &[("amplification", measure)],
    quick: Quick::Whole,
};

fn measure(inputs: &Inputs<'_>, _session: &mut Session<'_>) -> Result<Report, InputError> {
    let layers = inputs.whole("layers", 0..=64)?;
    let attempts = inputs.number("attempts_per_layer", 0.0..=1000.0)?;
    inputs.finish()?;
    let factor = (0..layers).fold(1.0, |factor, _| factor * attempts);
    Ok(Report::of(vec![Row::model("").with("factor", factor)]))
}
