//! The faults of a fleet's document: a kind, whom it meets, when, and what is different from the usual.
//!
//! `length` is how long it is on; with a `gap` it comes again and again, without one it is on once, from `from` (the
//! beginning) for its length or until `to`. Whom it meets is a `server`, a `zone` or a `client`, by number or by the
//! zone's letter; without one it meets each of its kind for itself.

use serde_json::{Map, Value};

use super::read::{length, named_zone, numbers};
use crate::experiments::{InputError, Inputs};
use crate::fault::{Fault, Kind, Target, Usual, When};
use crate::sample::Model;
use crate::world::spec::MOST_US;

/// Reads all of them.
pub(super) fn faults(list: &[Map<String, Value>]) -> Result<Vec<Fault>, InputError> {
    let one = |(at, fields): (usize, &Map<String, Value>)| {
        let inputs = Inputs::new(fields);
        let fault = fault(&inputs).and_then(|fault| inputs.finish().map(|()| fault));
        fault.map_err(|error| InputError(format!("faults[{at}].{error}")))
    };
    list.iter().enumerate().map(one).collect()
}

fn fault(inputs: &Inputs<'_>) -> Result<Fault, InputError> {
    let kind = inputs.word("kind", Usual::NAMES)?;
    let usual = Usual::named(kind).ok_or_else(|| InputError(format!("kind: {kind}")))?;
    Ok(Fault {
        kind: parameters(usual.kind, inputs)?,
        target: target(usual.target, inputs)?,
        when: when(&usual.when, inputs)?,
    })
}

/// The kind with what the document says of it.
fn parameters(usual: Kind, inputs: &Inputs<'_>) -> Result<Kind, InputError> {
    Ok(match usual {
        Kind::ClientPause { naive_host } => {
            Kind::ClientPause { naive_host: inputs.flag("naive_host")?.unwrap_or(naive_host) }
        }
        Kind::PacketLoss { ppm, rto_us } => {
            Kind::PacketLoss { ppm: share("p", ppm, inputs)?, rto_us: time("rto", rto_us, inputs)? }
        }
        Kind::ClockStep { step_us, mono_back } => Kind::ClockStep {
            step_us: step(step_us, inputs)?,
            mono_back: inputs.flag("mono_back")?.unwrap_or(mono_back),
        },
        Kind::Slow { factor_ppm } => Kind::Slow { factor_ppm: factor(factor_ppm, inputs)? },
        Kind::FastFailure { share_ppm, after_us } => Kind::FastFailure {
            share_ppm: share("share", share_ppm, inputs)?,
            after_us: time("after", after_us, inputs)?,
        },
        Kind::RejectStorm { limit_ppm } => {
            Kind::RejectStorm { limit_ppm: share("limit", limit_ppm, inputs)? }
        }
        Kind::RetryStorm { factor_ppm, ramp_us, cohort_ppm } => Kind::RetryStorm {
            factor_ppm: factor(factor_ppm, inputs)?,
            ramp_us: time("ramp", ramp_us, inputs)?,
            cohort_ppm: share("cohort", cohort_ppm, inputs)?,
        },
        Kind::Deploy { each_us } => Kind::Deploy { each_us: time("each", each_us, inputs)? },
        Kind::Partition { .. } => {
            Kind::Partition { clients: numbers("clients", inputs)?, servers: numbers("servers", inputs)? }
        }
        Kind::Duplicate { ppm } => Kind::Duplicate { ppm: share("p", ppm, inputs)? },
        Kind::Reorder { ppm } => Kind::Reorder { ppm: share("p", ppm, inputs)? },
        plain @ (Kind::ServerPause | Kind::Stall | Kind::Crash) => plain,
    })
}

/// Whom it meets; a target of another kind than the fault's is refused with the rest of the world.
fn target(usual: Target, inputs: &Inputs<'_>) -> Result<Target, InputError> {
    let number = |name: &str| match inputs.value(name) {
        None => Ok(None),
        Some(_) => inputs.whole(name, 0..=u64::from(u32::MAX)).map(|number| Some(number as u32)),
    };
    Ok(match (number("server")?, named_zone("zone", inputs)?, number("client")?) {
        (Some(server), None, None) => Target::Server(server),
        (None, Some(zone), None) => Target::Zone(zone),
        (None, None, Some(client)) => Target::Client(client),
        (None, None, None) => usual,
        _ => return Err(InputError("target: several, want one of server, zone and client".to_owned())),
    })
}

/// When it is on.
fn when(usual: &When, inputs: &Inputs<'_>) -> Result<When, InputError> {
    let (usual_gap, usual_length) = match usual {
        When::Random { gap, length } => (Some(gap), length.clone()),
        When::Listed(list) => {
            let length = list.first().map_or(MOST_US, |(from, to)| to - from);
            (None, Model::Const(length as f64))
        }
    };
    let model = |name: &str| inputs.text(name)?.map(|text| super::build::model(name, text)).transpose();
    let once = inputs.value("from").is_some() || inputs.value("to").is_some();
    let gap = model("gap")?.or_else(|| usual_gap.filter(|_| !once).cloned());
    match gap {
        Some(_) if once => Err(InputError("gap: want either a gap, or from and to".to_owned())),
        Some(gap) => Ok(When::Random { gap, length: model("length")?.unwrap_or(usual_length) }),
        None => {
            let from = length("from", 0, inputs)?;
            let lasts = length("length", usual_length.at(0.5) as u64, inputs)?;
            let to = length("to", from.saturating_add(lasts), inputs)?;
            Ok(When::Listed(vec![(from, to)]))
        }
    }
}

fn share(name: &str, usual_ppm: u32, inputs: &Inputs<'_>) -> Result<u32, InputError> {
    let share = inputs.number_or(name, 0.0..=1.0, f64::from(usual_ppm) / 1e6)?;
    Ok((share * 1e6 + 0.5) as u32)
}

fn factor(usual_ppm: u64, inputs: &Inputs<'_>) -> Result<u64, InputError> {
    let factor = inputs.number_or("factor", 1.0..=1000.0, usual_ppm as f64 / 1e6)?;
    Ok((factor * 1e6 + 0.5) as u64)
}

fn time(name: &str, usual_us: u64, inputs: &Inputs<'_>) -> Result<u64, InputError> {
    length(name, usual_us, inputs)
}

/// A step of a clock, which may go back: `"-5ms"`.
fn step(usual_us: i64, inputs: &Inputs<'_>) -> Result<i64, InputError> {
    let Some(text) = inputs.text("step")? else { return Ok(usual_us) };
    let (back, text) = text.strip_prefix('-').map_or((false, text), |text| (true, text));
    let us = super::read::time_of("step", text)?;
    let us = i64::try_from(us).unwrap_or(i64::MAX);
    Ok(if back { -us } else { us })
}
