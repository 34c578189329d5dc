//! Why a call did what it did: its plan, every note and action with time and reason, and the levels at each gate.
//!
//! A ledger keeps the entries of running calls and of the last `trace.explain_calls` finished ones, in blocks of a
//! pool: after warm-up nothing is allocated. With `explain_calls` 0 nothing is kept at all.

use alloc::collections::VecDeque;
use alloc::string::String;
use alloc::vec::Vec;

use crate::balance::score::Factors;
use crate::client::Client;
use crate::client::action::tells_a_time;
use crate::id::{AttemptId, CallId, EndpointId, Id};
use crate::reason::Reason;
use crate::time::{Duration, Instant};

/// Entries of one block.
const BLOCK: usize = 8;
/// A call keeps at most this many entries, so that a host repeating itself cannot grow the ledger.
const MOST_ENTRIES: u32 = 256;
const NONE: u32 = u32::MAX;

/// What happened to a call, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// The call.
    pub call: CallId,
    /// Whether the call is forgotten but for this.
    pub finished: bool,
    /// Whether entries are missing because the call had too many.
    pub truncated: bool,
    /// The plan drawn at the start (and those drawn anew for retries), best candidate first.
    pub plan: Vec<PlanLine>,
    /// Notes, actions and gate levels in order.
    pub events: Vec<ExplainedEvent>,
}

/// One candidate of a plan and what its score was made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanLine {
    /// The endpoint.
    pub endpoint: EndpointId,
    /// Its name, empty when it is gone.
    pub name: String,
    /// The score: base times factors.
    pub score: u64,
    /// Attempts in flight when the plan was drawn.
    pub in_flight: u32,
    /// What its place is made of (codes 180 to 186): `in_zone` where client and endpoint are of one zone, then the factors
    /// that applied. Policies that know no zones tell none.
    pub factors: Vec<Reason>,
}

/// One note or action of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExplainedEvent {
    /// When.
    pub at: Instant,
    /// What and why.
    pub reason: Reason,
    /// The attempt concerned.
    pub attempt: Option<AttemptId>,
    /// The endpoint concerned.
    pub endpoint: Option<EndpointId>,
    /// Its name, empty when there is none or it is gone.
    pub name: String,
    /// Kind of a send, wall time of a completion, due time of a wait, else 0.
    pub value: u64,
    /// What the gate saw, when a gate was asked.
    pub levels: Option<Levels>,
}

/// What a gate saw.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Levels {
    /// The class's average latency.
    pub average: Duration,
    /// The hedge delay; at the retry gate the backoff that was drawn, 0 when none was.
    pub delay: Duration,
    /// What the budget held, in micro-tokens.
    pub budget: u64,
    /// Hedges of the namespace in flight.
    pub hedges: u32,
    /// The limit they were compared with.
    pub hedge_limit: u32,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Entry {
    Plan {
        endpoint: Id,
        score: u64,
        in_flight: u32,
        factors: Factors,
    },
    Event {
        at: Instant,
        reason: Reason,
        attempt: Option<AttemptId>,
        endpoint: Option<EndpointId>,
        value: u64,
    },
    /// Belongs to the event that follows it.
    Levels(Levels),
}

#[derive(Clone, Debug)]
struct Block {
    entries: [Option<Entry>; BLOCK],
    next: u32,
}

#[derive(Clone, Debug)]
struct Record {
    call: Id,
    first: u32,
    last: u32,
    entries: u32,
}

/// The entries of running and lately finished calls.
#[derive(Clone, Debug)]
pub(crate) struct Ledger {
    keep: usize,
    records: Vec<Record>,
    free_records: Vec<u32>,
    blocks: Vec<Block>,
    free_blocks: u32,
    finished: VecDeque<u32>,
}

impl Ledger {
    pub(crate) const fn new(keep: u32) -> Self {
        Self {
            keep: keep as usize,
            records: Vec::new(),
            free_records: Vec::new(),
            blocks: Vec::new(),
            free_blocks: NONE,
            finished: VecDeque::new(),
        }
    }

    /// Opens the record of a call; the answer is what the call keeps.
    pub(crate) fn open(&mut self, call: Id) -> u32 {
        if self.keep == 0 {
            return NONE;
        }
        let record = Record { call, first: NONE, last: NONE, entries: 0 };
        if let Some(index) = self.free_records.pop() {
            if let Some(slot) = self.records.get_mut(index as usize) {
                *slot = record;
            }
            return index;
        }
        self.records.push(record);
        (self.records.len() - 1) as u32
    }

    /// Appends an entry. O(1).
    pub(crate) fn push(&mut self, record: u32, entry: Entry) {
        let Some(found) = self.records.get(record as usize) else { return };
        let (entries, last) = (found.entries, found.last);
        if entries < MOST_ENTRIES {
            let block =
                if (entries as usize).is_multiple_of(BLOCK) { self.append_block(record) } else { last };
            if let Some(slot) = self
                .blocks
                .get_mut(block as usize)
                .and_then(|block| block.entries.get_mut(entries as usize % BLOCK))
            {
                *slot = Some(entry);
            }
        }
        if let Some(found) = self.records.get_mut(record as usize) {
            found.entries = entries.saturating_add(1);
        }
    }

    fn append_block(&mut self, record: u32) -> u32 {
        let block = self.take_block();
        let Some(found) = self.records.get_mut(record as usize) else { return block };
        let before = found.last;
        found.last = block;
        if before == NONE {
            found.first = block;
        } else if let Some(before) = self.blocks.get_mut(before as usize) {
            before.next = block;
        }
        block
    }

    fn take_block(&mut self) -> u32 {
        if let Some(block) = self.blocks.get_mut(self.free_blocks as usize) {
            let taken = self.free_blocks;
            self.free_blocks = block.next;
            *block = Block { entries: [None; BLOCK], next: NONE };
            return taken;
        }
        self.blocks.push(Block { entries: [None; BLOCK], next: NONE });
        (self.blocks.len() - 1) as u32
    }

    /// The call is forgotten; its record joins the finished ones and the oldest of them goes.
    pub(crate) fn finish(&mut self, record: u32) {
        if record == NONE {
            return;
        }
        self.finished.push_back(record);
        if self.finished.len() > self.keep
            && let Some(oldest) = self.finished.pop_front()
        {
            self.release(oldest);
        }
    }

    fn release(&mut self, record: u32) {
        let Some(found) = self.records.get_mut(record as usize) else { return };
        let (first, last) = (found.first, found.last);
        found.first = NONE;
        found.last = NONE;
        if let Some(block) = self.blocks.get_mut(last as usize) {
            block.next = self.free_blocks;
            self.free_blocks = first;
        }
        self.free_records.push(record);
    }

    /// The record of a finished call.
    pub(crate) fn find_finished(&self, call: Id) -> Option<u32> {
        self.finished
            .iter()
            .rev()
            .copied()
            .find(|&record| self.records.get(record as usize).is_some_and(|found| found.call == call))
    }

    /// Entries of a record in order, and whether some are missing; `None` for no record.
    pub(crate) fn entries(&self, record: u32) -> Option<(Vec<Entry>, bool)> {
        let found = self.records.get(record as usize)?;
        let mut entries = Vec::new();
        let mut at = found.first;
        while let Some(block) = self.blocks.get(at as usize) {
            entries.extend(block.entries.iter().flatten());
            at = block.next;
        }
        Some((entries, found.entries > MOST_ENTRIES))
    }
}

/// Turns the bits of a score's factors into reasons.
fn factor_reasons(factors: Factors) -> impl Iterator<Item = Reason> {
    const BITS: [(u8, Reason); 6] = [
        (Factors::OTHER_ZONE, Reason::OtherZone),
        (Factors::NON_REPLICA, Reason::NonReplica),
        (Factors::STARTING, Reason::Starting),
        (Factors::UNHEALTHY, Reason::Unhealthy),
        (Factors::EJECTED, Reason::Ejected),
        (Factors::OTHER_REGION, Reason::OtherRegion),
    ];
    BITS.into_iter().filter(move |&(bit, _)| factors.has(bit)).map(|(_, reason)| reason)
}

impl Client {
    /// What happened to a call that runs or was one of the last `trace.explain_calls` to finish, and why.
    pub fn explain(&self, call: CallId) -> Option<Explanation> {
        let running = self.calls.get(call.id()).map(|found| found.ledger);
        let record = running.or_else(|| self.journal.ledger.find_finished(call.id()))?;
        let (entries, truncated) = self.journal.ledger.entries(record)?;
        let finished = running.is_none();
        let mut told = Explanation { call, finished, truncated, plan: Vec::new(), events: Vec::new() };
        let mut seen = None;
        for entry in entries {
            match entry {
                Entry::Plan { endpoint, score, in_flight, factors } => told.plan.push(PlanLine {
                    endpoint: EndpointId::from_id(endpoint),
                    name: self.name_of(Some(endpoint)),
                    score,
                    in_flight,
                    factors: self.place_reasons(factors),
                }),
                Entry::Levels(levels) => seen = Some(levels),
                Entry::Event { at, reason, attempt, endpoint, value } => told.events.push(ExplainedEvent {
                    at: self.shift.outward(at),
                    reason,
                    attempt,
                    endpoint,
                    name: self.name_of(endpoint.map(EndpointId::id)),
                    value: if tells_a_time(reason) { self.shift.value(value) } else { value },
                    levels: seen.take(),
                }),
            }
        }
        Some(told)
    }

    /// What speaks for and against a candidate; where the policy counts zones, the factor's absence is the own zone.
    fn place_reasons(&self, factors: Factors) -> Vec<Reason> {
        let zones = self.config.zone.is_some() && self.config.balance.policy.knows_zones();
        let in_zone = (zones && !factors.has(Factors::OTHER_ZONE)).then_some(Reason::InZone);
        in_zone.into_iter().chain(factor_reasons(factors)).collect()
    }

    fn name_of(&self, endpoint: Option<Id>) -> String {
        endpoint.and_then(|id| self.endpoints.get(id)).map(|found| found.name.clone()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(value: u64) -> Entry {
        Entry::Event { at: Instant::ZERO, reason: Reason::Primary, attempt: None, endpoint: None, value }
    }

    #[test]
    fn finished_records_beyond_the_bound_give_their_blocks_back() {
        let mut ledger = Ledger::new(2);
        for call in 1..=100 {
            let record = ledger.open(Id::new(call, 1));
            (0..20).for_each(|value| ledger.push(record, event(value)));
            ledger.finish(record);
        }
        assert_eq!((ledger.records.len(), ledger.blocks.len()), (3, 9));
        assert!(ledger.find_finished(Id::new(98, 1)).is_none());
        let (entries, truncated) = ledger.entries(ledger.find_finished(Id::new(100, 1)).unwrap()).unwrap();
        assert_eq!((entries.len(), truncated), (20, false));
    }

    #[test]
    fn a_call_with_too_many_entries_is_truncated_not_grown() {
        let mut ledger = Ledger::new(1);
        let record = ledger.open(Id::new(0, 1));
        (0..1000).for_each(|value| ledger.push(record, event(value)));
        let (entries, truncated) = ledger.entries(record).unwrap();
        assert_eq!((entries.len(), truncated), (256, true));
    }
}
