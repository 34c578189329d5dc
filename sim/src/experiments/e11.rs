//! E11 and E11b: hedging among servers that pause. Without a limit it is metastable; with a small one it is not.
//!
//! Twelve servers serve for 1 ms on average and pause for 24 ms every 2 s or so. One client sends to the better of two
//! and hedges to the other of the two after 9 ms. Nothing is cancelled at the server, and a hedge holds its slot until
//! it ends itself. At a load of 0.9 a pause lets so many calls hedge that their copies keep every queue long.

use super::fleet::{Fleet, arms, named, nothing_more};
use super::{Experiment, InputError, Inputs, Quick, Report, Session};
use crate::fault::{Fault, Target};
use crate::sample::{Arrivals, Model, Rates};
use crate::world::spec::Spec;

const SERVERS: u32 = 12;
const SERVICE_US: f64 = 1000.0;
/// A limit that does not bind.
const UNLIMITED: u64 = 1_000_000;

pub(super) const COLLAPSE: Experiment = Experiment {
    id: "E11",
    title: "hedging collapse: pauses, hedges without and with a limit",
    source: "hedging under server pauses; computed, nine seeds",
    view: "private (of the one client, hence global)",
    kinds: &[("pauses24", measure)],
    quick: Quick::Whole,
};

pub(super) const RESCUE: Experiment = Experiment {
    id: "E11b",
    title: "hedging at moderate load: the pauses leave the tail",
    source: "hedging under server pauses; computed, nine seeds",
    view: "private (of the one client, hence global)",
    kinds: &[("pauses24", measure)],
    quick: Quick::Whole,
};

fn measure(inputs: &Inputs<'_>, session: &mut Session<'_>) -> Result<Report, InputError> {
    let rho = inputs.number("rho", 0.0..=2.0)?;
    let delay_us = inputs.number_or("hedge_after_ms", 0.0..=60_000.0, 9.0)? * 1000.0;
    let limit = inputs.whole_or("hedge_limit", 0..=UNLIMITED, UNLIMITED)?;
    let calls = inputs.whole_or("requests", 1..=100_000_000, 60_000)?;
    let seeds = inputs.whole_or("seeds", 1..=100_000, 9)?;
    let reaches = inputs.flag("cancel_reaches_server")?.unwrap_or(false);
    inputs.finish()?;
    let rate = rho * f64::from(SERVERS) * 1e6 / SERVICE_US;
    let spec = Spec {
        servers: SERVERS,
        arrivals: Arrivals::Poisson(Rates::constant(rate).unwrap_or_else(|_| Rates::none())),
        calls: Some(calls),
        service: vec![Model::exp(SERVICE_US)],
        faults: vec![Fault::server_pauses(Target::EachServer)],
        cancel_reaches_server: reaches,
        ..Spec::default()
    };
    let own = named(&format!("hedge_fixed({}, {limit})", delay_us as u64))?;
    Fleet { spec, seeds, medians: false, extra: nothing_more }.report(&arms(session, &[own])?, session)
}
