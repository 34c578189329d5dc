//! A whole trace, kept in its compact form.

use alloc::string::String;
use alloc::vec::Vec;

use crate::trace::header::TraceHeader;
use crate::trace::lines::Lines;
use crate::trace::number::{Reader, TraceError};
use crate::trace::record::{Position, TraceRecord};

/// The inputs and decisions of one client from its first moment on.
///
/// It holds checked bytes and decodes them while it is read, so it takes no more memory than its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trace {
    header: TraceHeader,
    bytes: Vec<u8>,
    end: Position,
}

impl Trace {
    /// Makes a trace without records.
    pub fn new(header: TraceHeader) -> Self {
        let end = Position::before_first(header.t0);
        Self { header, bytes: Vec::new(), end }
    }

    /// Reads the bytes that [`Client::poll_trace_bytes`](crate::Client::poll_trace_bytes) or [`Self::to_bytes`] gave.
    ///
    /// Any bytes are answered; each trace has one form, so what is read is written as the same bytes again. O(bytes).
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, TraceError> {
        let mut reader = Reader::new(bytes);
        let header = TraceHeader::read(&mut reader);
        let header = header.map_err(|fault| TraceError { at: reader.at(), fault })?;
        let records = bytes.get(reader.at()..).unwrap_or_default();
        let mut end = Position::before_first(header.t0);
        while !reader.is_at_end() {
            TraceRecord::read(&mut reader, &mut end)
                .map_err(|fault| TraceError { at: reader.at(), fault })?;
        }
        Ok(Self { header, bytes: records.to_vec(), end })
    }

    /// The compact form.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::new();
        self.header.put(&mut out);
        out.extend_from_slice(&self.bytes);
        out
    }

    /// Appends a record; its index is not looked at, it follows the last one.
    pub fn push(&mut self, record: &TraceRecord) {
        record.put(&mut self.bytes, &mut self.end);
    }

    /// Seed, configuration and start of the run.
    pub const fn header(&self) -> &TraceHeader {
        &self.header
    }

    /// How many records there are.
    pub const fn len(&self) -> u64 {
        self.end.index
    }

    /// Whether there is no record.
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The records in order.
    pub fn records(&self) -> impl Iterator<Item = TraceRecord> {
        let mut reader = Reader::new(&self.bytes);
        let mut position = Position::before_first(self.header.t0);
        core::iter::from_fn(move || {
            if reader.is_at_end() {
                return None;
            }
            TraceRecord::read(&mut reader, &mut position).ok()
        })
    }

    /// The JSON Lines form, the header first; lines carry no line end.
    pub fn lines(&self) -> impl Iterator<Item = String> {
        let mut lines = Lines::new();
        let head = lines.header(&self.header);
        core::iter::once(head).chain(self.records().map(move |record| lines.record(&record)))
    }

    /// The hash of the last line: equal hashes mean equal runs.
    pub fn hash(&self) -> u64 {
        let mut lines = Lines::new();
        lines.header(&self.header);
        self.records().for_each(|record| drop(lines.record(&record)));
        lines.hash()
    }
}
