//! What the tables of a client may hold when every one of them is full.
//!
//! Sizes are the bounds that the core's own tests hold its records to, so they are upper bounds on every target. A
//! table grows on demand; one that has just grown has room for twice what it holds.

use core::mem::size_of;
use hedgerow::Config;
use hedgerow::client::action::Note;
use serde_json::{Value, json};

/// A call with its plan of eight entries and its staged timer.
const CALL: u64 = 160 + 64 + 64;
/// A plan longer than this takes room beside the call.
const INLINE_ENTRIES: u64 = 8;
const PLAN_ENTRY: u64 = 5;
const ATTEMPT: u64 = 64;
const STAGES: u64 = 64;
const TIMER: u64 = 32;
/// Timers of a call beside one for each attempt.
const CALL_TIMERS: u64 = 3;
/// An endpoint with its health and its ejection.
const ENDPOINT: u64 = 128 + 16 + 40;
const BREAKER: u64 = 104;

/// One table at its bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Table {
    /// What it holds.
    pub what: &'static str,
    /// How many at most.
    pub most: u64,
    /// Bytes of each; `None` where they depend on what is recorded.
    pub each: Option<u64>,
}

impl Table {
    /// Bytes of the full table.
    pub fn bytes(&self) -> Option<u64> {
        self.each.map(|each| each.saturating_mul(self.most))
    }
}

/// Every table of a client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Memory {
    /// The tables.
    pub tables: Vec<Table>,
}

impl Memory {
    /// The tables of a configuration whose calls make at most so many attempts.
    pub(super) fn of(config: &Config, attempts: u32) -> Self {
        let (attempts, capacity) = (u64::from(attempts), config.capacity);
        let plan = u64::from(config.balance.n).saturating_sub(INLINE_ENTRIES) * PLAN_ENTRY;
        let stages = if config.attempt.timeout.is_some() { STAGES } else { 0 };
        let call = CALL + plan + attempts * (ATTEMPT + stages) + (CALL_TIMERS + attempts) * TIMER;
        let endpoint = ENDPOINT + if config.breaker.is_some() { BREAKER } else { 0 };
        let table = |what, most: u32, each| Table { what, most: u64::from(most), each };
        let mut tables = vec![
            table("calls, undecided and lingering, with their attempts", capacity.calls, Some(call)),
            table("endpoints, beside their names", capacity.endpoints, Some(endpoint)),
            table("namespaces", capacity.namespaces.saturating_add(1), None),
            table("operations", capacity.operations.saturating_add(1), None),
            table("notes that wait", config.trace.notes, Some(size_of::<Note>() as u64)),
            table("finished calls that can be explained", config.trace.explain_calls, None),
        ];
        if config.trace.enabled {
            tables.push(table("records of the trace that wait", config.trace.buffer, None));
        }
        tables.retain(|table| table.most > 0);
        Self { tables }
    }

    /// Bytes of all tables whose records have a size of their own.
    pub fn bytes(&self) -> u64 {
        self.tables.iter().filter_map(Table::bytes).fold(0, u64::saturating_add)
    }

    pub(super) fn to_json(&self) -> Value {
        let table = |table: &Table| json!({"what": table.what, "most": table.most, "bytes_each": table.each});
        json!({"bytes": self.bytes(), "tables": self.tables.iter().map(table).collect::<Vec<_>>()})
    }
}
