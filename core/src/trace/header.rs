//! The head of a trace: what a run needs beside its inputs.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::config::Config;
use crate::rng::Seed;
use crate::time::Instant;
use crate::trace::number::{Reader, TraceFault, put, put_text};

/// What the bytes of every trace begin with.
const MAGIC: [u8; 4] = *b"hgtr";
/// The version of both forms.
pub(super) const VERSION: u64 = 1;

/// What a run needs beside its configuration and its inputs.
#[derive(Clone, Debug)]
pub struct TraceHeader {
    /// The version of the library that recorded.
    pub core: String,
    /// The hash of the canonical configuration.
    pub config: u64,
    /// The seed; it makes a trace a secret.
    pub seed: Seed,
    /// The time at which the client was built.
    pub t0: Instant,
}

impl TraceHeader {
    /// The header of a client that is built from these.
    pub fn new(config: &Config, seed: &Seed, now: Instant) -> Self {
        let core = env!("CARGO_PKG_VERSION").to_string();
        Self { core, config: config.canonical_hash(), seed: seed.clone(), t0: now }
    }

    pub(super) fn put(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&MAGIC);
        put(out, VERSION);
        put_text(out, &self.core);
        out.extend_from_slice(&self.config.to_le_bytes());
        out.extend_from_slice(self.seed.as_bytes());
        put(out, self.t0.as_micros());
    }

    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, TraceFault> {
        if reader.array() != Ok(MAGIC) {
            return Err(TraceFault::NotATrace);
        }
        match reader.number()? {
            VERSION => {}
            other => return Err(TraceFault::Version(other)),
        }
        Ok(Self {
            core: reader.text()?,
            config: u64::from_le_bytes(reader.array()?),
            seed: Seed::new(reader.array()?),
            t0: Instant::from_micros(reader.number()?),
        })
    }
}

impl PartialEq for TraceHeader {
    fn eq(&self, other: &Self) -> bool {
        let head = |header: &Self| (header.config, header.t0, *header.seed.as_bytes());
        self.core == other.core && head(self) == head(other)
    }
}

impl Eq for TraceHeader {}
