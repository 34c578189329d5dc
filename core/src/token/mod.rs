//! Idempotency tokens: one per call, on every attempt, strictly increasing per generator.
//!
//! A request that may be sent twice must be recognised the second time. A token does that with a timestamp, which
//! orders writes, and a nonce, which tells them apart. [`generator`] mints, [`text`] writes and reads the two text
//! forms, [`offset`] estimates the wall clock where the client's own cannot be trusted, and [`window`] is the
//! server's half: it accepts each token once. Tokens live in wall time because servers compare them; they never
//! touch a timer and no timer touches them.

pub mod generator;
pub mod offset;
pub mod text;
pub mod window;

/// A token: wall time and a nonce; ordered by time, then nonce.
///
/// Equality is of both parts. The same token goes on every attempt of a call, and no two calls share one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Token {
    /// Microseconds since the Unix epoch.
    pub t: u64,
    /// What tells two tokens of one microsecond apart; zero is legal.
    pub nonce: u128,
}
