//! STUB (helper B): seed, streams, draws. See spec 02.
use crate::time::Instant;
use alloc::vec::Vec;
use rand_xoshiro::Xoshiro256PlusPlus;

/// 32 bytes from which every stream is derived. (stub)
#[derive(Clone)]
pub struct Seed([u8; 32]);
impl Seed {
    pub const fn new(bytes: [u8; 32]) -> Self { Self(bytes) }
    /// Any length but 32 is refused: `seed: length 16, want 32`.
    pub fn from_slice(bytes: &[u8]) -> Result<Self, SeedError> { todo!() }
    pub const fn as_bytes(&self) -> &[u8; 32] { &self.0 }
}
/// Wrong seed length. Display: `seed: length 16, want 32`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SeedError { pub length: usize }

/// Stream kinds of spec 02; the numbers are the contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u16)]
pub enum StreamKind { Nonce = 1, Backoff = 2, HedgeCoin = 3, Balance = 4, StartWindow = 5, SignalRefresh = 6, Health = 7, LimitProbe = 8, WorkUnit = 9, TokenDigits = 10, ClientThrottle = 11, Shedding = 12, PlanSample = 13 }

/// One policy's stream of draws: a generator, or a script in tests.
#[derive(Clone, Debug)]
pub struct Stream(());
impl Stream {
    pub fn derive(seed: &Seed, kind: StreamKind, instance: u64) -> Self { todo!() }
    /// The same by raw stream number (kinds 64.. of simulators and hosts).
    pub fn derive_raw(seed: &Seed, id: u64) -> Self { todo!() }
    pub fn from_state(state: [u64; 4]) -> Self { todo!() }
    /// The generator's state; `None` for a script.
    pub fn state(&self) -> Option<[u64; 4]> { todo!() }
    /// Scripted 32-bit words (full rule incl. rejection). Exhaustion never panics: it answers 0 and `overdrawn()` counts it.
    pub fn from_words(words: Vec<u32>) -> Self { todo!() }
    /// Scripted Q32 fractions.
    pub fn from_fractions(fractions: Vec<u32>) -> Self { todo!() }
    /// Scripted draws asked beyond the end of the script (a test must find 0).
    pub fn overdrawn(&self) -> u64 { todo!() }
    /// Scripted draws not used yet.
    pub fn remaining(&self) -> usize { todo!() }
    pub fn u64(&mut self) -> u64 { todo!() }
    pub fn u32(&mut self) -> u32 { todo!() }
    pub fn below(&mut self, n: u64) -> u64 { todo!() }
    pub fn range(&mut self, lo: u64, hi: u64) -> u64 { todo!() }
    /// `p` in Q32, 0..=2^32.
    pub fn chance(&mut self, p: u64) -> bool { todo!() }
}

/// Unpredictable 16-byte nonces (ChaCha8 directly).
#[derive(Clone)]
pub struct Nonces(());
impl Nonces {
    pub fn new(seed: &Seed, instance: u64) -> Self { todo!() }
    pub fn next_nonce(&mut self) -> u128 { todo!() }
}
