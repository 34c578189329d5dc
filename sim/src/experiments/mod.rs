//! The experiments: published and computed figures, measured again with the real core.
//!
//! An [`Experiment`] says what is measured and how; a [`Case`] is its data: inputs, expected figures, bands. [`run`]
//! measures one case, [`Check::verdict`](check::Check::verdict) compares. Queueing theory comes first: a simulator that misses a closed form
//! is wrong before any policy is blamed. What is not the core (one shared queue, choices on paper) is a *reference
//! model* and marked so in every row.
#![allow(
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "figures are floats made of counts and times far below 2^53"
)]

mod case;
pub mod check;
mod e01;
mod e02;
mod e03;
mod e04;
mod e05;
mod e06;
mod e07;
mod e08;
mod e09;
mod e10;
mod e11;
mod e12;
mod e13;
mod e14;
mod e14b;
mod e15;
mod e21;
mod e22;
mod e23;
mod e24;
mod e26;
mod farm;
pub(crate) mod fleet;
mod inputs;
mod notebook;
mod occ;
mod own;
mod report;
mod rules;
mod session;
pub mod supermarket;

pub use case::Case;
pub use inputs::{InputError, Inputs};
pub(crate) use own::FLEET_VIEW;
pub use report::{Figure, Report, Row, Series};
pub use session::{DEFAULT_SEED, Session, Tracing};

/// Measures the inputs of a case.
pub type Measure = fn(&Inputs<'_>, &mut Session<'_>) -> Result<Report, InputError>;

/// Inputs that are replaced, by name.
pub type Replaced = &'static [(&'static str, u64)];

/// What belongs to the quick check, which runs within a minute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quick {
    /// The whole experiment.
    Whole,
    /// The whole experiment, with some whole numbers of the inputs of these cases replaced.
    But(&'static [(&'static str, Replaced)]),
    /// These of its cases, with some whole numbers of the inputs replaced.
    Some(&'static [(&'static str, Replaced)]),
    /// Nothing.
    No,
}

/// One entry of the registry.
#[derive(Clone, Copy, Debug)]
pub struct Experiment {
    /// Its name, such as `E4`.
    pub id: &'static str,
    /// What it shows.
    pub title: &'static str,
    /// Who published it.
    pub source: &'static str,
    /// Whose sends and ends the balancer is told of.
    pub view: &'static str,
    /// The words that its inputs may have in `experiment`, each with its way of measuring.
    pub kinds: &'static [(&'static str, Measure)],
    /// What of it belongs to the quick check.
    pub quick: Quick,
}

impl Experiment {
    /// The inputs that the quick check replaces in a case; `None` when it leaves the case out.
    pub fn quick(&self, case: &Case) -> Option<Replaced> {
        let of = |cases: &'static [(&'static str, Replaced)]| {
            cases.iter().find(|(id, _)| *id == case.id).map(|(_, replaced)| *replaced)
        };
        match self.quick {
            Quick::Whole => Some(&[]),
            Quick::But(cases) => Some(of(cases).unwrap_or_default()),
            Quick::Some(cases) => of(cases),
            Quick::No => None,
        }
    }
}

/// Every experiment, in the order in which they are run.
pub const ALL: &[&Experiment] = &[
    &e01::SUPERMARKET,
    &e02::SLOW_MIXING,
    &e02::REPLACEMENT,
    &e03::BINS,
    &e04::WEIGHTED,
    &e04::OTHERS,
    &e04::RATIO,
    &e05::CANDIDATES,
    &e06::PRIVATE,
    &e06::STALE,
    &e07::ONE_ZONE,
    &e08::CONTENTION,
    &e08::CROWDS,
    &e09::TAIL,
    &e09::FAN_OUT,
    &e10::SINGLE,
    &e10::FAST_SLOW,
    &e10::EXPONENTIAL,
    &e11::COLLAPSE,
    &e11::RESCUE,
    &e12::THREE,
    &e13::STORM,
    &e14::LAYERS,
    &e14b::TOTAL_FAILURE,
    &e15::PAUSES,
    &e15::REPLY,
    &e21::ALWAYS,
    &e22::MIXTURE,
    &e23::TOKENS,
    &e24::IDENTITY,
    &e26::WEAKNESS,
    &rules::QUANTILES,
    &rules::SAMPLERS,
    &own::FLEET,
];

/// Experiments that wait for what is not available yet: they are neither run nor passed.
pub const AWAITING: &[(&str, &str)] = &[
    ("E16b", "needs the server machine and adaptive limits"),
    ("E17", "needs the shedding policy"),
    ("E17b", "needs the shedding policy with its feedback loop"),
    ("E25", "needs servers of a world that report their load"),
];

/// The experiment of this id.
pub fn find(id: &str) -> Option<&'static Experiment> {
    ALL.iter().copied().find(|experiment| experiment.id == id)
}

/// The experiment that a case belongs to, by its id or, for a user's own inputs, by their kind.
pub fn of_case(case: &Case) -> Result<(&'static Experiment, Measure), InputError> {
    let kind = case.kind();
    let measures = |experiment: &&'static Experiment| {
        let measure = experiment.kinds.iter().find(|(name, _)| *name == kind)?.1;
        Some((*experiment, measure))
    };
    let named = find(case.experiment());
    named.as_ref().and_then(measures).or_else(|| ALL.iter().find_map(measures)).ok_or_else(|| {
        let mut kinds: Vec<_> = ALL.iter().flat_map(|one| one.kinds).map(|(name, _)| *name).collect();
        kinds.sort_unstable();
        kinds.dedup();
        InputError(format!("experiment: {kind:?}, want one of {}", kinds.join(", ")))
    })
}

/// Measures a case.
pub fn run(case: &Case, session: &mut Session<'_>) -> Result<Report, InputError> {
    let (experiment, measure) = of_case(case)?;
    session.arms = if session.chosen.is_empty() { case.arms() } else { session.chosen.clone() };
    session.metrics = case.checks.iter().flat_map(check::Check::metrics).map(str::to_owned).collect();
    let inputs = Inputs::new(&case.inputs);
    let mut report =
        measure(&inputs, session).map_err(|error| InputError(format!("{}: {error}", case.id)))?;
    report.case.clone_from(&case.id);
    report.seed = session.seed;
    report.inputs.clone_from(&case.inputs);
    experiment.view.clone_into(&mut report.view);
    Ok(report)
}
