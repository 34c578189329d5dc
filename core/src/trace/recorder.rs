//! Writes the trace of one client into one buffer that is used again and again.

use alloc::vec::Vec;
use core::fmt;

use crate::config::{Config, TraceSettings};
use crate::rng::Seed;
use crate::time::Instant;
use crate::trace::event::Input;
use crate::trace::header::TraceHeader;
use crate::trace::number::Reader;
use crate::trace::record::{self, Decision, Position, TraceRecord};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Tracing is not enabled.
    Off,
    /// Between two inputs.
    Ready,
    /// Inside an input.
    Open,
    /// The buffer was full once: a trace with a gap cannot be repeated, so recording has ended.
    Ended,
}

/// Writes the trace of one client.
///
/// Allocates only while its buffer grows to the largest number of bytes that ever waited.
#[derive(Clone)]
pub(crate) struct Recorder {
    state: State,
    header: Option<TraceHeader>,
    header_taken: bool,
    bytes: Vec<u8>,
    /// Bytes before this offset were handed out.
    taken: usize,
    /// Finished records that wait.
    waiting: u32,
    most: u32,
    written: Position,
    read: Position,
    lost: u64,
}

impl Recorder {
    pub(crate) fn new(settings: TraceSettings, config: &Config, seed: &Seed, now: Instant) -> Self {
        let state = if settings.enabled { State::Ready } else { State::Off };
        let header = settings.enabled.then(|| TraceHeader::new(config, seed, now));
        Self::empty(state, header, settings.buffer, now)
    }

    /// One of a client whose past it does not know: it records nothing and counts what it would have, if asked to.
    pub(crate) fn of_restored(settings: TraceSettings) -> Self {
        let state = if settings.enabled { State::Ended } else { State::Off };
        Self::empty(state, None, settings.buffer, Instant::ZERO)
    }

    /// One that has recorded nothing yet.
    fn empty(state: State, header: Option<TraceHeader>, most: u32, now: Instant) -> Self {
        let start = Position::before_first(now);
        Self {
            state,
            header,
            header_taken: false,
            bytes: Vec::new(),
            taken: 0,
            waiting: 0,
            most,
            written: start,
            read: start,
            lost: 0,
        }
    }

    /// Begins the record of an input, told at `told` (before the clamp).
    #[inline]
    pub(crate) fn begin(&mut self, input: &Input<'_>, told: Instant) {
        if self.state != State::Off {
            self.begin_record(input, told);
        }
    }

    // Out of line, as what follows: a call that is not recorded passes by at the price of a comparison.
    #[cold]
    fn begin_record(&mut self, input: &Input<'_>, told: Instant) {
        self.end();
        if self.waiting >= self.most {
            self.state = State::Ended;
        }
        if self.state == State::Ended {
            self.lost = self.lost.saturating_add(1);
            return;
        }
        self.make_room();
        self.state = State::Open;
        record::begin(&mut self.bytes, &mut self.written, input, told);
    }

    /// Moves what waits to the front once half of the buffer was handed out: each byte moves at most once on average.
    fn make_room(&mut self) {
        if self.taken > 0 && self.taken >= self.bytes.len() / 2 {
            self.bytes.drain(..self.taken.min(self.bytes.len()));
            self.taken = 0;
        }
    }

    #[inline]
    pub(crate) fn decide(&mut self, decision: impl FnOnce() -> Decision) {
        if self.state == State::Open {
            self.put_decision(&decision());
        }
    }

    #[cold]
    fn put_decision(&mut self, decision: &Decision) {
        record::put_decision(&mut self.bytes, decision);
    }

    /// Ends the record of the input begun last.
    #[inline]
    pub(crate) fn end(&mut self) {
        if self.state == State::Open {
            record::end(&mut self.bytes);
            self.state = State::Ready;
            self.waiting += 1;
        }
    }

    /// Inputs that were not recorded because the buffer had been full.
    pub(crate) const fn lost(&self) -> u64 {
        self.lost
    }

    pub(crate) const fn header(&self) -> Option<&TraceHeader> {
        self.header.as_ref()
    }

    /// The oldest finished record.
    pub(crate) fn poll(&mut self) -> Option<TraceRecord> {
        if self.waiting == 0 {
            return None;
        }
        let mut reader = Reader::new(self.bytes.get(self.taken..)?);
        let record = TraceRecord::read(&mut reader, &mut self.read).ok()?;
        self.taken += reader.at();
        self.waiting -= 1;
        Some(record)
    }

    /// Appends all finished records to `out`, before the first of them the header; answers how many bytes.
    pub(crate) fn poll_bytes(&mut self, out: &mut Vec<u8>) -> usize {
        let before = out.len();
        if let (Some(header), false) = (&self.header, self.header_taken) {
            header.put(out);
            self.header_taken = true;
        }
        out.extend_from_slice(self.bytes.get(self.taken..).unwrap_or_default());
        self.bytes.clear();
        self.taken = 0;
        self.waiting = 0;
        self.read = self.written;
        out.len() - before
    }
}

/// Shows how much waits and nothing of it: records hold tokens.
impl fmt::Debug for Recorder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { state, waiting, lost, .. } = self;
        f.debug_struct("Recorder")
            .field("state", state)
            .field("waiting", waiting)
            .field("lost", lost)
            .finish_non_exhaustive()
    }
}
