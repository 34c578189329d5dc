//! Idempotency tokens: one per call, on every attempt, strictly increasing per generator.
pub mod generator;
pub mod text;
/// A token: time in µs since the Unix epoch, and a nonce.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Token {
    pub t: u64,
    pub nonce: u128,
}
