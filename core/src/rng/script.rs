//! Scripted draws: what a test puts in place of a generator.
//!
//! A script of words replaces the generator's 32-bit outputs and goes through the full rule of each draw, rejection
//! included. A script of fractions fixes the outcome and not the generator: each bounded draw is the given share of its
//! range. Running out never panics and never falls back silently: it is counted, and a test must find the count at 0.

use alloc::vec::Vec;

/// How the numbers of a script are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reading {
    /// Raw 32-bit outputs.
    Words,
    /// Q32 fractions of the range of each draw.
    Fractions,
}

/// A finite list of draws with its position.
#[derive(Clone, Debug)]
pub(super) struct Script {
    pub(super) reading: Reading,
    draws: Vec<u32>,
    used: usize,
    overdrawn: u64,
}

impl Script {
    pub(super) const fn new(reading: Reading, draws: Vec<u32>) -> Self {
        Self { reading, draws, used: 0, overdrawn: 0 }
    }

    /// The next number; `None` beyond the end, which is counted.
    pub(super) fn take(&mut self) -> Option<u32> {
        let Some(&draw) = self.draws.get(self.used) else {
            self.overdrawn = self.overdrawn.saturating_add(1);
            return None;
        };
        self.used += 1;
        Some(draw)
    }

    pub(super) const fn overdrawn(&self) -> u64 {
        self.overdrawn
    }

    pub(super) const fn remaining(&self) -> usize {
        self.draws.len().saturating_sub(self.used)
    }
}
