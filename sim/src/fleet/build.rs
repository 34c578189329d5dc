//! From a fleet's document to a world: every field checked, the error with path, value and range.

use hedgerow::config::Idempotency;
use serde_json::{Map, Value};

use super::choice::Grid;
use super::file::{File, Keys as KeysOf, Link as LinkOf, Load, Pauses, Search, Servers};
use super::read::{time_of, zone};
use super::{Fleet, Objective, faults, sayings};
use crate::experiments::InputError;
use crate::fault::{Fault, Kind, Target, When};
use crate::sample::{Arrivals, Keys, Model, ModelError, Rates, Replay, time, whole};
use crate::world::spec::{Homes, Link, Operation, Placement, ServerSpec, Spec, within};

/// Calls of one run unless the document says otherwise: the quantile 0.999 rests on forty of the measured ones.
const USUAL_CALLS: u64 = 50_000;

/// The most calls that a run may have.
pub const MOST_CALLS: u64 = 1_000_000_000;
/// The first fifth of a run is not measured: queues and estimates settle.
const WARMUP_PPM: u32 = 200_000;
const WHOLE_PPM: f64 = 1e6;
const HOUR_US: f64 = 3.6e9;
const MOST_PER_SECOND: f64 = 1e7;
/// A shorter time limit than this is refused by the configuration.
const LEAST_LIMIT_US: f64 = 1000.0;

pub(super) fn fleet(document: &Map<String, Value>) -> Result<Fleet, InputError> {
    let file = parsed(document)?;
    within("servers.count", file.servers.count, 1, 10_000)?;
    within("clients.count", file.clients.count, 1, 10_000)?;
    let spec = Spec {
        servers: file.servers.count,
        zones: file.servers.zones,
        server: ServerSpec {
            slots: file.servers.slots,
            queue_cap: file.servers.queue_cap,
            ..ServerSpec::default()
        },
        clients: file.clients.count,
        homes: if file.servers.zones > 1 { Homes::Spread } else { Homes::Nowhere },
        arrivals: arrivals(&file.load, file.clients.count)?,
        calls: Some(file.load.calls.unwrap_or(USUAL_CALLS)),
        operations: operations(&file.load)?,
        placement: file.keys.as_ref().map(placement).transpose()?,
        service: vec![service(&file.servers)?],
        link_us: links(&file.servers)?,
        links: file.links.iter().enumerate().map(link).collect::<Result<_, _>>()?,
        sayings: sayings::sayings(&file.says)?,
        error_ppm: ppm("servers.errors", file.servers.errors)?,
        faults: all_faults(&file)?,
        warmup_ppm: WARMUP_PPM,
        ..Spec::default()
    };
    // What the document lists is told by its place there, before the pauses come in front of it.
    let own = spec.faults.iter().skip(usize::from(file.pauses.is_some()));
    own.enumerate().try_for_each(|(at, fault)| fault.check(at, &spec))?;
    spec.check()?;
    let objective = objective(&file)?;
    let grid = grid(&file.search, objective, file.servers.count)?;
    let name = file.name.unwrap_or_else(|| "fleet".to_owned());
    Ok(Fleet { name: file_name(name)?, spec, objective, grid, document: document.clone() })
}

/// The document in its form; what does not fit is told with its path and the reader's own words.
fn parsed(document: &Map<String, Value>) -> Result<File, InputError> {
    serde_path_to_error::deserialize(Value::Object(document.clone())).map_err(|error| {
        let path = error.path().to_string();
        let inner = error.inner();
        InputError(if path == "." { inner.to_string() } else { format!("{path}: {inner}") })
    })
}

/// A name becomes part of the names of drawings.
fn file_name(name: String) -> Result<String, InputError> {
    let fits = |letter: char| letter.is_ascii_alphanumeric() || "-_.".contains(letter);
    if (1..=64).contains(&name.len()) && name.chars().all(fits) {
        return Ok(name);
    }
    Err(InputError(format!("name: {name:?}, want 1 to 64 letters, digits, `-`, `_` or `.`")))
}

/// Calls by chance at a rate, at rates that change, or by clients that think.
fn arrivals(load: &Load, clients: u32) -> Result<Arrivals, InputError> {
    within("load.calls", load.calls.unwrap_or(USUAL_CALLS), 100, MOST_CALLS)?;
    match (load.calls_per_second, &load.rates, &load.think) {
        (Some(rate), None, None) => {
            within("load.calls_per_second", rate, 0.001, MOST_PER_SECOND)?;
            rates("load.calls_per_second", Rates::constant(rate))
        }
        (None, Some(points), None) => {
            let point = |(at, (text, rate)): (usize, &(String, f64))| {
                let name = format!("load.rates[{at}]");
                within(&name, *rate, 0.0, MOST_PER_SECOND)?;
                Ok((time_of(&name, text)?, *rate))
            };
            let points = points.iter().enumerate().map(point).collect::<Result<_, InputError>>()?;
            rates("load.rates", Rates::new(points))
        }
        (None, None, Some(text)) => Ok(Arrivals::Closed { clients, think: model("load.think", text)? }),
        _ => Err(InputError("load: want one of calls_per_second, rates and think".to_owned())),
    }
}

fn rates(name: &str, rates: Result<Rates, ModelError>) -> Result<Arrivals, InputError> {
    rates.map(Arrivals::Poisson).map_err(|error| InputError(format!("{name}: {error}")))
}

/// The delay between two zones.
fn link((at, link): (usize, &LinkOf)) -> Result<Link, InputError> {
    let side = |side: usize| zone(&format!("links[{at}].zones[{side}]"), &link.zones[side]);
    Ok(Link { zones: (side(0)?, side(1)?), us: time_of(&format!("links[{at}].delay"), &link.delay)? })
}

/// The pauses of every server first, then the others as they stand.
fn all_faults(file: &File) -> Result<Vec<Fault>, InputError> {
    let mut all: Vec<_> = file.pauses.iter().map(pauses).collect::<Result<_, _>>()?;
    all.extend(faults::faults(&file.faults)?);
    Ok(all)
}

/// One operation, and a second one that must not be sent twice where the load has such calls.
fn operations(load: &Load) -> Result<Vec<Operation>, InputError> {
    let once = ppm("load.not_idempotent", load.not_idempotent)?;
    let get = Operation { share: WHOLE_PPM as u32 - once, ..Operation::default() };
    let put = Operation {
        name: "put".to_owned(),
        idempotency: Idempotency::None,
        share: once,
        ..Operation::default()
    };
    Ok(if once > 0 { vec![get, put] } else { vec![get] })
}

fn placement(keys: &KeysOf) -> Result<Placement, InputError> {
    within("keys.count", keys.count, 1, 10_000_000)?;
    within("keys.replicas", keys.replicas, 1, 16)?;
    let drawn = match keys.zipf {
        Some(s) => {
            within("keys.zipf", s, 0.0, 10.0)?;
            Keys::zipf(s, keys.count)
        }
        None => Keys::uniform(keys.count),
    };
    Ok(Placement { keys: drawn, replicas: keys.replicas })
}

fn service(servers: &Servers) -> Result<Model, InputError> {
    match (&servers.service, &servers.quantiles) {
        (Some(text), None) => model("servers.service", text),
        (None, Some(rows)) => {
            let row = |(at, (share, text)): (usize, &(f64, String))| {
                Ok((*share, micros(&format!("servers.quantiles[{at}]"), text, 0.0)?))
            };
            let rows: Vec<_> = rows.iter().enumerate().map(row).collect::<Result<_, InputError>>()?;
            Replay::new(rows)
                .map(Model::Replay)
                .map_err(|error| InputError(format!("servers.quantiles: {error}")))
        }
        _ => Err(InputError(
            "servers.service: want either a model here or a table in servers.quantiles".into(),
        )),
    }
}

fn links(servers: &Servers) -> Result<(u64, u64), InputError> {
    let delay = |path, text: &Option<String>| {
        text.as_ref().map(|text| micros(path, text, 0.0).map(whole)).transpose()
    };
    let inside = delay("servers.link", &servers.link)?.unwrap_or(0);
    Ok((inside, delay("servers.link_between_zones", &servers.link_between_zones)?.unwrap_or(inside)))
}

/// Pauses of every server, each for itself. A pause and its gap must take time, or the world would stand still.
fn pauses(pauses: &Pauses) -> Result<Fault, InputError> {
    let taking_time = |path: &str, text: &str| {
        let model = model(path, text)?;
        if model.at(0.5) < 1.0 {
            return Err(InputError(format!("{path}: {text}, want a model whose median is 1us or more")));
        }
        Ok(model)
    };
    let when = When::Random {
        gap: taking_time("pauses.gap", &pauses.gap)?,
        length: taking_time("pauses.length", &pauses.length)?,
    };
    Ok(Fault { kind: Kind::ServerPause, target: Target::EachServer, when })
}

fn objective(file: &File) -> Result<Objective, InputError> {
    let asked = &file.objective;
    within("objective.quantile", asked.quantile, 0.5, 0.9999)?;
    within("objective.extra_load", asked.extra_load, 0.0, 10.0)?;
    let at_most_us = whole(micros("objective.at_most", &asked.at_most, LEAST_LIMIT_US)?);
    let target_us = match &asked.target {
        Some(text) => whole(micros("objective.target", text, 1.0)?),
        None => at_most_us / 2,
    };
    let max_us = match &asked.max {
        Some(text) => Some(whole(micros("objective.max", text, LEAST_LIMIT_US)?)),
        None => None,
    };
    Ok(Objective { target_us, max_us, quantile: asked.quantile, at_most_us, extra_load: asked.extra_load })
}

fn grid(search: &Search, objective: Objective, servers: u32) -> Result<Grid, InputError> {
    let mut grid = Grid::usual(objective, u64::from(servers));
    if let Some(n) = &search.n {
        n.iter().try_for_each(|n| within("search.n", *n, 1, 64))?;
        grid.n.clone_from(n);
    }
    if let Some(limits) = &search.hedge_limits {
        limits.iter().try_for_each(|limit| within("search.hedge_limits", *limit, 0, 1_000_000))?;
        grid.hedge_limits.clone_from(limits);
    }
    if let Some(ratios) = &search.budget_ratios {
        ratios.iter().try_for_each(|ratio| within("search.budget_ratios", *ratio, 0.0, 10.0))?;
        grid.budget_ratios.clone_from(ratios);
    }
    if let Some(timeouts) = &search.attempt_timeouts {
        let read = |text: &String| micros("search.attempt_timeouts", text, LEAST_LIMIT_US).map(whole);
        grid.attempt_timeouts_us = timeouts.iter().map(read).collect::<Result<_, _>>()?;
    }
    Ok(grid)
}

pub(super) fn model(path: &str, text: &str) -> Result<Model, InputError> {
    let model = text.parse::<Model>().and_then(Model::checked);
    model.map_err(|error| InputError(format!("{path}: {error}")))
}

/// A time in µs, at most an hour.
fn micros(path: &str, text: &str, least: f64) -> Result<f64, InputError> {
    let refused = || InputError(format!("{path}: {text:?}, want a time of {least}us to 1h such as \"24ms\""));
    let unit = ["us", "ms", "s"].iter().any(|unit| text.ends_with(unit));
    let us = time(text).ok().filter(|us| unit && (least..=HOUR_US).contains(us));
    us.ok_or_else(refused)
}

fn ppm(path: &str, share: f64) -> Result<u32, InputError> {
    within(path, share, 0.0, 1.0)?;
    Ok((share * WHOLE_PPM + 0.5) as u32)
}
