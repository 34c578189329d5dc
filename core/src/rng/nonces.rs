//! Nonces: the ChaCha8 key stream itself, 16 bytes at a time, never reused and never skipped.
//!
//! They stand apart from the policy draws because whoever guesses a nonce could read another's cached answer, and
//! xoshiro is predictable. Nothing of the state is ever stored: restoring it twice would repeat nonces, so a restored
//! machine takes a fresh seed for them.

use super::{Seed, StreamKind};
use core::fmt;
use rand_chacha::{ChaCha8Rng, rand_core::Rng};

/// An endless sequence of unpredictable 16-byte nonces.
///
/// ```
/// use hedgerow::{Nonces, Seed};
/// let mut nonces = Nonces::new(&Seed::new([1; 32]), 0);
/// assert_ne!(nonces.next_nonce(), nonces.next_nonce());
/// ```
#[derive(Clone)]
pub struct Nonces(ChaCha8Rng);

impl Nonces {
    /// Starts the nonce stream of this instance from its beginning.
    ///
    /// One seed and instance must not be used twice: the nonces would be the same. A clone repeats them as well and is
    /// meant for what-if copies of a whole machine.
    pub fn new(seed: &Seed, instance: u64) -> Self {
        Self(seed.key_stream(StreamKind::Nonce.id(instance)))
    }

    /// Takes the next 16 bytes, first byte most significant, so its 32 hex digits are the bytes in order.
    pub fn next_nonce(&mut self) -> u128 {
        let mut bytes = [0; 16];
        self.0.fill_bytes(&mut bytes);
        u128::from_be_bytes(bytes)
    }
}

impl fmt::Debug for Nonces {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Nonces(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nonces_are_the_bytes_of_the_key_stream_without_gap() {
        let seed = Seed::new([5; 32]);
        let mut bytes = [0; 16 * 100];
        seed.key_stream(65_537).fill_bytes(&mut bytes);
        let mut nonces = Nonces::new(&seed, 1);
        for chunk in bytes.chunks(16) {
            assert_eq!(nonces.next_nonce().to_be_bytes(), chunk);
        }
    }
}
