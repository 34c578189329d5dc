//! Injected randomness: one seed, one stream per policy, a handful of exact draws.
//!
//! Policy draws (jitter, samples, coins) must be cheap and replayable, nonces must be unpredictable. So the host gives
//! one 32-byte [`Seed`]; ChaCha8 (Bernstein) expands it into independent streams; a policy's [`Stream`] is
//! xoshiro256++ (Blackman and Vigna) started from the first 32 bytes of its block; [`Nonces`] are the ChaCha8 bytes
//! themselves. A draw added to one policy therefore never moves another policy's decisions. Outputs are part of the
//! trace format: both generators are named by algorithm, pinned to exact versions and held by recorded outputs.
//!
//! It never reads entropy, never shares a stream between policies, never draws when the outcome is certain, and
//! involves no float. Departure: deriving xoshiro states from ChaCha8 blocks is this crate's own choice; the usual
//! SplitMix64 seeding takes 8 bytes and has no stream number.

mod nonces;
mod script;
mod stream;

pub use nonces::Nonces;
pub use stream::Stream;

use core::{error::Error, fmt};
use rand_chacha::{
    ChaCha8Rng,
    rand_core::{Rng, SeedableRng},
};

/// Distance between two instances of one kind in the stream number.
const KINDS: u64 = 1 << 16;

/// The 32 secret bytes from which every stream of a machine is derived.
///
/// There is no default: a host takes it from the platform's secure source, a test writes it down. Two processes must
/// never run with one seed, since their nonces would be equal. Its `Debug` form does not show the bytes.
///
/// ```
/// use hedgerow::Seed;
/// assert_eq!(format!("{:?}", Seed::new([7; 32])), "Seed(..)");
/// assert_eq!(Seed::from_slice(&[0; 16]).unwrap_err().to_string(), "seed: length 16, want 32");
/// ```
#[derive(Clone)]
pub struct Seed([u8; 32]);

impl Seed {
    /// Takes the 32 bytes as they are.
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Takes a slice of exactly 32 bytes; any other length is an error.
    pub fn from_slice(bytes: &[u8]) -> Result<Self, SeedError> {
        bytes.try_into().map(Self).map_err(|_| SeedError { length: bytes.len() })
    }

    /// The bytes, for a host that hands the seed on.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The ChaCha8 key stream with this seed as key and `id` in the words of the stream number.
    fn key_stream(&self, id: u64) -> ChaCha8Rng {
        let mut block = ChaCha8Rng::from_seed(self.0);
        block.set_stream(id);
        block
    }

    /// The first 32 bytes of the stream's block 0.
    fn block(&self, id: u64) -> [u8; 32] {
        let mut bytes = [0; 32];
        self.key_stream(id).fill_bytes(&mut bytes);
        bytes
    }
}

impl fmt::Debug for Seed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Seed(..)")
    }
}

/// Says that a seed did not have 32 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SeedError {
    /// The length found, in bytes.
    pub length: usize,
}

impl fmt::Display for SeedError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "seed: length {}, want 32", self.length)
    }
}

impl Error for SeedError {}

/// Who draws from a stream; the numbers are stable and append-only.
///
/// Kind 0 is reserved, 14 to 63 are reserved for the core, 64 to 1023 belong to simulators and test models and 1024
/// to 65 535 to hosts; those use [`Stream::derive_raw`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u16)]
pub enum StreamKind {
    /// Nonces of tokens; read by [`Nonces`] only, never by a [`Stream`].
    Nonce = 1,
    /// Backoff jitter and the spread of pushback.
    Backoff = 2,
    /// The coin of randomised hedging.
    HedgeCoin = 3,
    /// Load balancing: sample, start-up and ties, in that order.
    Balance = 4,
    /// The start-up window, drawn once at construction.
    StartWindow = 5,
    /// Jitter of the signal refresh.
    SignalRefresh = 6,
    /// Health and ejection; no draw today.
    Health = 7,
    /// Probes of a concurrency limit.
    LimitProbe = 8,
    /// The compression probe and other draws of work units.
    WorkUnit = 9,
    /// The random digits of a token's time.
    TokenDigits = 10,
    /// The client-side throttle.
    ClientThrottle = 11,
    /// Shedding of a request that carries neither id nor token.
    Shedding = 12,
    /// Samples of plans.
    PlanSample = 13,
}

impl StreamKind {
    /// Every kind, by number.
    pub const ALL: [Self; 13] = [
        Self::Nonce,
        Self::Backoff,
        Self::HedgeCoin,
        Self::Balance,
        Self::StartWindow,
        Self::SignalRefresh,
        Self::Health,
        Self::LimitProbe,
        Self::WorkUnit,
        Self::TokenDigits,
        Self::ClientThrottle,
        Self::Shedding,
        Self::PlanSample,
    ];

    /// The kind of this number; `None` for a number that is none.
    pub fn from_number(number: u16) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| *kind as u16 == number)
    }

    /// The stream number `instance × 65 536 + kind`, modulo 2^64.
    ///
    /// `instance` counts the policy objects of this kind built from one seed, in order of construction, from 0.
    ///
    /// ```
    /// use hedgerow::StreamKind;
    /// assert_eq!(StreamKind::Backoff.id(1), 65_538);
    /// ```
    pub const fn id(self, instance: u64) -> u64 {
        instance.wrapping_mul(KINDS).wrapping_add(self as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

    #[test]
    fn a_seed_of_any_other_length_is_refused_with_its_length() {
        for length in [0, 16, 31, 33, 64] {
            let error = Seed::from_slice(&std::vec![1; length]).unwrap_err();
            assert_eq!(error, SeedError { length });
            assert_eq!(error.to_string(), std::format!("seed: length {length}, want 32"));
        }
        assert_eq!(Seed::from_slice(&[9; 32]).unwrap().as_bytes(), &[9; 32]);
    }

    #[test]
    fn debug_shows_neither_the_seed_nor_the_nonces_ahead() {
        let seed = Seed::new([0xab; 32]);
        assert_eq!(std::format!("{seed:?}"), "Seed(..)");
        assert_eq!(std::format!("{:?}", Nonces::new(&seed, 0)), "Nonces(..)");
    }

    #[test]
    fn kinds_and_instances_have_distinct_stream_numbers() {
        assert_eq!(StreamKind::Nonce.id(0), 1);
        assert_eq!(StreamKind::PlanSample.id(3), 3 * 65_536 + 13);
        assert_eq!(StreamKind::Backoff.id(u64::MAX), 0u64.wrapping_sub(65_536) + 2);
    }
}
