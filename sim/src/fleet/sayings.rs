//! What the servers of a fleet say with their replies: records of objectives and limits, and hints about trying again.
//!
//! An entry with any of `retry_after`, `never`, `max_retries` and `refuses` is a hint and rides on failures; any other
//! is a record and rides on every reply. Nothing of a record is checked beyond its form: a server may say what it must
//! not, and the client is to judge.

use hedgerow::Duration;
use hedgerow::retry::pushback::Pushback;
use hedgerow::signal::record::Record;
use serde_json::{Map, Value};

use super::read::{length, time_of};
use crate::experiments::{InputError, Inputs};
use crate::world::saying::{Breadth, Saying, Signal, Words};

/// The fields that make an entry a hint.
const HINTS: [&str; 4] = ["retry_after", "never", "max_retries", "refuses"];

/// Reads all of them.
pub(super) fn sayings(list: &[Map<String, Value>]) -> Result<Vec<Saying>, InputError> {
    let one = |(at, fields): (usize, &Map<String, Value>)| {
        let inputs = Inputs::new(fields);
        let saying = saying(&inputs).and_then(|saying| inputs.finish().map(|()| saying));
        saying.map_err(|error| InputError(format!("says[{at}].{error}")))
    };
    list.iter().enumerate().map(one).collect()
}

fn saying(inputs: &Inputs<'_>) -> Result<Saying, InputError> {
    let is_hint = HINTS.iter().any(|name| inputs.value(name).is_some());
    let words = if is_hint { hint(inputs)? } else { Words::Signal(signal(inputs)?) };
    let share = inputs.number_or("share", 0.0..=1.0, 1.0)?;
    Ok(Saying {
        server: number("server", inputs)?,
        from_us: length("from", 0, inputs)?,
        to_us: length("to", u64::MAX, inputs)?,
        share_ppm: (share * 1e6 + 0.5) as u32,
        words,
    })
}

fn hint(inputs: &Inputs<'_>) -> Result<Words, InputError> {
    let max_retries = match inputs.value("max_retries") {
        Some(_) => Some(inputs.whole("max_retries", 0..=255)? as u8),
        None => None,
    };
    let retry_after = time("retry_after", inputs)?;
    let hint = Pushback { retry_after, never: inputs.flag("never")?.unwrap_or(false), max_retries };
    Ok(Words::Pushback { hint, refuses: inputs.flag("refuses")?.unwrap_or(false) })
}

fn signal(inputs: &Inputs<'_>) -> Result<Signal, InputError> {
    let breadth = match inputs.word_or("for", &["namespace", "operation", "all"], "namespace")? {
        "operation" => Breadth::Operation,
        "all" => Breadth::All,
        _ => Breadth::Namespace,
    };
    let record = Record {
        version: inputs.whole_or("version", 0..=u64::MAX, 1)?,
        origin: inputs.text("origin")?.map(str::to_owned),
        target: time("target", inputs)?,
        max: time("max", inputs)?,
        calls: number("calls", inputs)?,
        hedges: number("hedges", inputs)?,
        util: number("util", inputs)?.map(|util| u16::try_from(util).unwrap_or(u16::MAX)),
        ttl: time("ttl", inputs)?,
        reset: inputs.flag("reset")?.unwrap_or(false),
        ..Record::default()
    };
    let renewed_us = length("renewed", 0, inputs)?;
    Ok(Signal { record, breadth, renewed_us, measured: inputs.flag("measured")?.unwrap_or(false) })
}

fn time(name: &str, inputs: &Inputs<'_>) -> Result<Option<Duration>, InputError> {
    inputs.text(name)?.map(|text| time_of(name, text).map(Duration::from_micros)).transpose()
}

fn number(name: &str, inputs: &Inputs<'_>) -> Result<Option<u32>, InputError> {
    match inputs.value(name) {
        None => Ok(None),
        Some(_) => inputs.whole(name, 0..=u64::from(u32::MAX)).map(|number| Some(number as u32)),
    }
}
