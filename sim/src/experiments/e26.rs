//! E26: where weighted choice is weak: one slow server, and weights that know nothing of speed.
//!
//! Twelve servers in three zones hold keys in three replicas, one of each zone; one server takes ten times as long.
//! Weights keep a call at the replica of its own zone until four are in flight there, however slow it is; the better of
//! two knows only queues and leaves sooner. Hedges, and the factor of silent servers, make good what the weights do.

use serde_json::json;

use super::fleet::{Fleet, arms, named, nothing_more};
use super::{Experiment, InputError, Inputs, Quick, Report, Session};
use crate::fault::{Fault, Kind, Target};
use crate::sample::{Arrivals, Keys, Model, Rates};
use crate::world::spec::{Homes, MOST_US, Placement, ServerSpec, Spec, WHOLE_PPM};

pub(super) const WEAKNESS: Experiment = Experiment {
    id: "E26",
    title: "one slow server: weights without and with hedging",
    source: "weakness check of weighted choice; computed",
    view: "private",
    kinds: &[("slow_replica", measure)],
    quick: Quick::Whole,
};

fn measure(inputs: &Inputs<'_>, session: &mut Session<'_>) -> Result<Report, InputError> {
    let servers = inputs.whole_or("servers", 3..=1000, 12)? as u32;
    let slots = inputs.whole_or("slots", 1..=1000, 4)? as u32;
    let slower = inputs.whole_or("slower", 1..=1000, 10)?;
    let load = inputs.number_or("load", 0.0..=2.0, 0.5)?;
    let calls = inputs.whole_or("requests", 1..=100_000_000, 60_000)?;
    let clients = inputs.whole_or("clients", 1..=10_000, 3)? as u32;
    let seeds = inputs.whole_or("seeds", 1..=1000, 9)?;
    inputs.finish()?;
    let rate = load * f64::from(servers) * f64::from(slots) * 1000.0;
    let factor_ppm = slower * u64::from(WHOLE_PPM);
    let spec = Spec {
        servers,
        zones: 3,
        server: ServerSpec { slots, ..ServerSpec::default() },
        clients,
        homes: Homes::Spread,
        arrivals: Arrivals::Poisson(Rates::constant(rate).unwrap_or_else(|_| Rates::none())),
        calls: Some(calls),
        placement: Some(Placement { keys: Keys::uniform(10_000), replicas: 3 }),
        service: vec![Model::exp(1000.0)],
        faults: vec![Fault::once(Kind::Slow { factor_ppm }, Target::Server(0), 0, MOST_US)],
        ..Spec::default()
    };
    let plain = json!({"balance": {"weights": {"unhealthy": 1}}, "ejection": {"enabled": false}});
    let own = [
        named("netflix_no_hedge")?.with(&plain).called("weighted"),
        named("p2c")?,
        named("netflix")?.called("weighted_hedged"),
    ];
    Fleet { spec, seeds, medians: false, extra: nothing_more }.report(&arms(session, &own)?, session)
}
