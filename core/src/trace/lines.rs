//! The lines of a trace: compact ASCII JSON whose bytes are the same in every language.
//!
//! Keys stand in one fixed order without spaces. Integers below 2^53 are numbers, larger ones texts of 16 hex digits.
//! An optional argument that was not given has no key. The hash of a line stands last.

use alloc::string::String;

use crate::trace::chain::Chain;
use crate::trace::header::{TraceHeader, VERSION};
use crate::trace::line::Line;
use crate::trace::record::{Decision, TraceRecord};

/// Renders the lines of one trace in order, each chained to the one before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lines {
    chain: Chain,
}

impl Lines {
    /// Starts before the first line.
    pub const fn new() -> Self {
        Self { chain: Chain::new() }
    }

    /// The first line.
    pub fn header(&mut self, header: &TraceHeader) -> String {
        let mut line = Line::new();
        line.number("v", VERSION);
        line.text("core", &header.core);
        line.hex("config", header.config);
        line.bytes("seed", header.seed.as_bytes());
        line.number("t0", header.t0.as_micros());
        self.close(line)
    }

    /// The line of a record.
    pub fn record(&mut self, record: &TraceRecord) -> String {
        let mut line = Line::new();
        line.number("i", record.index);
        line.number("t", record.at.as_micros());
        line.event(&record.event);
        line.key("d");
        line.list(&record.decisions, put_decision);
        self.close(line)
    }

    /// The hash of the last line.
    pub const fn hash(&self) -> u64 {
        self.chain.hash()
    }

    fn close(&mut self, mut line: Line) -> String {
        let hash = self.chain.append(&line.clone().finish());
        line.hex("h", hash);
        line.finish()
    }
}

fn put_decision(line: &mut Line, decision: &Decision) {
    let Decision { reason, call, attempt, endpoint, value } = *decision;
    let row = [u64::from(reason.code()), call, attempt, endpoint, value];
    line.list(&row, |line, number| line.value(*number));
}
