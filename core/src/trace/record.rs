//! One record: an input, the time as it was told, and the decisions it caused.
//!
//! The compact form is the kind, the time as a difference to the record before (zigzag, since a host's clock may step
//! back), the arguments, the decisions, and a zero, which no decision begins with.

use alloc::vec::Vec;

use crate::reason::Reason;
use crate::time::Instant;
use crate::trace::decode::read_event;
use crate::trace::encode::{kind_of, put_arguments};
use crate::trace::event::{Event, Input};
use crate::trace::number::{Reader, TraceFault, put};

/// One note or action: `[code, call, attempt, endpoint, value]`, 0 for absent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decision {
    /// What was decided and why.
    pub reason: Reason,
    /// The number of the call.
    pub call: u64,
    /// The number of the attempt.
    pub attempt: u64,
    /// The number of the endpoint.
    pub endpoint: u64,
    /// Kind of a send, wall time of a completion in µs, due time of a wait in µs, version of a signal, else 0.
    pub value: u64,
}

/// One input and what it caused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TraceRecord {
    /// Counts the records of a trace, from 1.
    pub index: u64,
    /// When, as the host told it.
    pub at: Instant,
    /// The input.
    pub event: Event,
    /// Notes and actions in order.
    pub decisions: Vec<Decision>,
}

/// Where a trace stands: what the next record is relative to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Position {
    pub(super) index: u64,
    pub(super) told: Instant,
}

impl Position {
    pub(super) const fn before_first(t0: Instant) -> Self {
        Self { index: 0, told: t0 }
    }

    /// Steps to a record told at `told`; answers the difference that is written.
    fn step_to(&mut self, told: Instant) -> u64 {
        let difference = told.as_micros().wrapping_sub(self.told.as_micros()).cast_signed();
        *self = Self { index: self.index.wrapping_add(1), told };
        (difference.cast_unsigned() << 1) ^ (difference >> 63).cast_unsigned()
    }

    fn step_by(&mut self, written: u64) {
        let difference = (written >> 1) ^ 0u64.wrapping_sub(written & 1);
        let told = Instant::from_micros(self.told.as_micros().wrapping_add(difference));
        *self = Self { index: self.index.wrapping_add(1), told };
    }
}

/// Begins a record; its decisions follow, then [`end`].
pub(super) fn begin(out: &mut Vec<u8>, position: &mut Position, input: &Input<'_>, told: Instant) {
    put(out, kind_of(input));
    put(out, position.step_to(told));
    put_arguments(out, input);
}

pub(super) fn put_decision(out: &mut Vec<u8>, decision: &Decision) {
    let Decision { reason, call, attempt, endpoint, value } = *decision;
    put(out, u64::from(reason.code()) + 1);
    for number in [call, attempt, endpoint, value] {
        put(out, number);
    }
}

pub(super) fn end(out: &mut Vec<u8>) {
    put(out, 0);
}

impl TraceRecord {
    pub(super) fn put(&self, out: &mut Vec<u8>, position: &mut Position) {
        self.event.with_input(|input| begin(out, position, input, self.at));
        self.decisions.iter().for_each(|decision| put_decision(out, decision));
        end(out);
    }

    pub(super) fn read(reader: &mut Reader<'_>, position: &mut Position) -> Result<Self, TraceFault> {
        let kind = reader.number()?;
        position.step_by(reader.number()?);
        let event = read_event(kind, reader)?;
        let mut decisions = Vec::new();
        while let Some(decision) = read_decision(reader)? {
            decisions.push(decision);
        }
        Ok(Self { index: position.index, at: position.told, event, decisions })
    }
}

fn read_decision(reader: &mut Reader<'_>) -> Result<Option<Decision>, TraceFault> {
    let Some(code) = reader.number()?.checked_sub(1) else { return Ok(None) };
    let reason = u16::try_from(code).ok().and_then(Reason::from_code).ok_or(TraceFault::Value)?;
    let (call, attempt) = (reader.number()?, reader.number()?);
    let (endpoint, value) = (reader.number()?, reader.number()?);
    Ok(Some(Decision { reason, call, attempt, endpoint, value }))
}
