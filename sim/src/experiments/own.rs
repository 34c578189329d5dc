//! A fleet of one's own: not an experiment with an expectation, but a document that is run like one.

use super::{Experiment, InputError, Inputs, Quick, Report, Session};
use crate::fleet::Fleet;

/// Each client of a fleet knows of its own calls alone.
pub(crate) const FLEET_VIEW: &str = "private";

pub(super) const FLEET: Experiment = Experiment {
    id: "FLEET",
    title: "a fleet of one's own, from a file",
    source: "the user's own document",
    view: FLEET_VIEW,
    kinds: &[("fleet", measure)],
    quick: Quick::No,
};

fn measure(inputs: &Inputs<'_>, session: &mut Session<'_>) -> Result<Report, InputError> {
    Fleet::read(inputs.document())?.report(session)
}
