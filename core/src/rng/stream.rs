//! One policy's draws: a xoshiro256++ generator, or a script in its place, behind the same five questions.
//!
//! `below` follows Lemire ("Fast random integer generation in an interval", 2019): exact, with a rejection whose
//! probability is below n / 2^32 (n / 2^64 for wide ranges). A 32-bit draw is the high half of one output; the low half
//! is dropped, so the number of outputs used never depends on the width of earlier draws. Certain outcomes draw nothing.

use super::{
    Seed, StreamKind,
    script::{Reading, Script},
};
use alloc::{boxed::Box, vec::Vec};
use rand_core::{Rng, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

/// One as a Q32 probability.
const ONE: u64 = 1 << 32;

/// One policy's stream of draws: a generator, or a script in tests.
///
/// All draws are exact integer rules, the same on every target. 40 bytes; a draw is a few integer operations and
/// allocates nothing.
///
/// ```
/// use hedgerow::{Seed, Stream, StreamKind};
/// let mut dice = Stream::derive(&Seed::new([1; 32]), StreamKind::Backoff, 0);
/// assert!((1..=6).contains(&dice.range(1, 6)));
///
/// let mut script = Stream::from_fractions(vec![0, 1 << 31, u32::MAX]);
/// assert_eq!([script.range(80, 120), script.range(80, 120), script.range(80, 120)], [80, 100, 120]);
/// assert_eq!((script.remaining(), script.overdrawn()), (0, 0));
/// ```
#[derive(Clone, Debug)]
pub struct Stream(Source);

#[derive(Clone, Debug)]
enum Source {
    Generator(Xoshiro256PlusPlus),
    // Boxed, so that a script's bookkeeping does not widen the streams of running machines.
    Script(Box<Script>),
}

impl Stream {
    /// Derives the stream of one policy object from the seed; costs one ChaCha8 block.
    ///
    /// `instance` counts the objects of this kind built from one seed, from 0. [`StreamKind::Nonce`] is not for policy
    /// draws: those bytes are nonces.
    pub fn derive(seed: &Seed, kind: StreamKind, instance: u64) -> Self {
        Self::derive_raw(seed, kind.id(instance))
    }

    /// Derives a stream by its number: kinds 64 to 1023 for simulators, 1024 to 65 535 for hosts.
    pub fn derive_raw(seed: &Seed, id: u64) -> Self {
        Self(Source::Generator(Xoshiro256PlusPlus::from_seed(seed.block(id))))
    }

    /// Goes on from a state that [`Self::state`] gave.
    ///
    /// The all-zero state, from which xoshiro never moves, is replaced by the one SplitMix64 makes of 0.
    pub fn from_state(state: [u64; 4]) -> Self {
        let mut bytes = [0; 32];
        for (place, word) in bytes.chunks_exact_mut(8).zip(state) {
            place.copy_from_slice(&word.to_le_bytes());
        }
        Self(Source::Generator(Xoshiro256PlusPlus::from_seed(bytes)))
    }

    /// Replaces the generator by 32-bit words, which go through the full rules, rejection included.
    ///
    /// A 64-bit draw takes two words, the high one first. A draw beyond the end answers 0 and is counted.
    pub fn from_words(words: Vec<u32>) -> Self {
        Self(Source::Script(Box::new(Script::new(Reading::Words, words))))
    }

    /// Replaces the generator by Q32 fractions: `below(n)` answers ⌊f × n / 2^32⌋, without rejection.
    ///
    /// 0 is the least value of a range, 2^31 its middle, 2^32 − 1 the greatest (for n < 2^32). A draw beyond the end
    /// answers 0 and is counted.
    pub fn from_fractions(fractions: Vec<u32>) -> Self {
        Self(Source::Script(Box::new(Script::new(Reading::Fractions, fractions))))
    }

    /// The generator's four state words, for a snapshot; `None` for a script.
    pub fn state(&self) -> Option<[u64; 4]> {
        let Source::Generator(generator) = &self.0 else { return None };
        let mut words = [0; 4];
        for (word, place) in words.iter_mut().zip(generator.state().chunks_exact(8)) {
            *word = place.iter().rev().fold(0, |value, &byte| (value << 8) | u64::from(byte));
        }
        Some(words)
    }

    /// Scripted draws asked beyond the end of the script; a test must find 0. Always 0 for a generator.
    pub const fn overdrawn(&self) -> u64 {
        match &self.0 {
            Source::Generator(_) => 0,
            Source::Script(script) => script.overdrawn(),
        }
    }

    /// Scripted numbers not used yet. Always 0 for a generator.
    pub const fn remaining(&self) -> usize {
        match &self.0 {
            Source::Generator(_) => 0,
            Source::Script(script) => script.remaining(),
        }
    }

    /// Draws 64 uniform bits.
    pub fn u64(&mut self) -> u64 {
        self.wide().unwrap_or(0)
    }

    /// Draws 32 uniform bits: the high half of one 64-bit output.
    pub fn u32(&mut self) -> u32 {
        self.word().unwrap_or(0)
    }

    /// Draws uniformly from `0..n`, exactly; `n ≤ 1` answers 0 without a draw.
    ///
    /// Uses 32-bit draws below 2^32 and 64-bit draws above.
    #[inline]
    pub fn below(&mut self, n: u64) -> u64 {
        if n <= 1 {
            return 0;
        }
        // The way of nearly every draw: a narrow range, and a product that cannot be one to reject.
        if let Source::Generator(generator) = &mut self.0
            && n < ONE
        {
            let product = (generator.next_u64() >> 32) * n;
            return if product as u32 >= n as u32 {
                product >> 32
            } else {
                self.finish_below(product, n as u32)
            };
        }
        self.below_by_any_source(n)
    }

    #[cold]
    fn finish_below(&mut self, product: u64, n: u32) -> u64 {
        self.accept(product, n).unwrap_or(0)
    }

    #[inline(never)]
    fn below_by_any_source(&mut self, n: u64) -> u64 {
        match self.share(n) {
            Some(value) => value,
            None if n < ONE => self.narrow_below(n as u32).unwrap_or(0),
            None => self.wide_below(n).unwrap_or(0),
        }
    }

    /// Draws uniformly from `lo..=hi`; `hi ≤ lo` answers `lo` without a draw.
    pub fn range(&mut self, lo: u64, hi: u64) -> u64 {
        match hi.saturating_sub(lo) {
            0 => lo,
            u64::MAX => self.u64(),
            width => lo + self.below(width + 1),
        }
    }

    /// Answers true with probability `p / 2^32`; 0 and everything from 2^32 up are certain and draw nothing.
    pub fn chance(&mut self, p: u64) -> bool {
        match p {
            0 => false,
            ONE.. => true,
            // Beyond the end of a script the answer is "no", like 0 elsewhere the least consequence.
            _ => self.word().is_some_and(|word| u64::from(word) < p),
        }
    }

    /// The scripted answer of `below(n)` when the script holds fractions.
    fn share(&mut self, n: u64) -> Option<u64> {
        match &mut self.0 {
            Source::Script(script) if script.reading == Reading::Fractions => {
                let fraction = script.take().unwrap_or(0);
                Some(((u128::from(fraction) * u128::from(n)) >> 32) as u64)
            }
            _ => None,
        }
    }

    // `None` beyond the end of a script: the 0 it answers elsewhere would be rejected for ever.

    fn narrow_below(&mut self, n: u32) -> Option<u64> {
        let product = u64::from(self.word()?) * u64::from(n);
        self.accept(product, n)
    }

    /// Lemire's rejection: the high half of the first product whose low half is not below `2^32 mod n`.
    fn accept(&mut self, mut product: u64, n: u32) -> Option<u64> {
        if (product as u32) < n {
            let threshold = n.wrapping_neg() % n;
            while (product as u32) < threshold {
                product = u64::from(self.word()?) * u64::from(n);
            }
        }
        Some(product >> 32)
    }

    fn wide_below(&mut self, n: u64) -> Option<u64> {
        let mut product = u128::from(self.wide()?) * u128::from(n);
        if (product as u64) < n {
            let threshold = n.wrapping_neg() % n;
            while (product as u64) < threshold {
                product = u128::from(self.wide()?) * u128::from(n);
            }
        }
        Some((product >> 64) as u64)
    }

    /// The next 32 bits; `None` beyond the end of a script.
    fn word(&mut self) -> Option<u32> {
        match &mut self.0 {
            Source::Generator(generator) => Some((generator.next_u64() >> 32) as u32),
            Source::Script(script) => script.take(),
        }
    }

    /// The next 64 bits; `None` beyond the end of a script.
    fn wide(&mut self) -> Option<u64> {
        match &mut self.0 {
            Source::Generator(generator) => Some(generator.next_u64()),
            Source::Script(script) => {
                let high = u64::from(script.take()?) << 32;
                match script.reading {
                    Reading::Words => Some(high | u64::from(script.take()?)),
                    Reading::Fractions => Some(high),
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

    #[test]
    fn certain_outcomes_draw_nothing() {
        let mut stream = Stream::from_words(vec![7]);
        assert_eq!((stream.below(0), stream.below(1)), (0, 0));
        assert_eq!((stream.range(5, 5), stream.range(9, 3)), (5, 9));
        assert_eq!((stream.chance(0), stream.chance(ONE), stream.chance(u64::MAX)), (false, true, true));
        assert_eq!((stream.remaining(), stream.overdrawn()), (1, 0));
    }

    #[test]
    fn an_exhausted_script_answers_zero_and_counts_each_question_once() {
        for mut stream in [Stream::from_words(vec![]), Stream::from_fractions(vec![])] {
            assert_eq!((stream.u64(), stream.u32()), (0, 0));
            assert_eq!((stream.below(10), stream.below(1 << 40), stream.range(3, 8)), (0, 0, 3));
            assert!(!stream.chance(1));
            assert_eq!(stream.overdrawn(), 6);
        }
    }

    #[test]
    fn a_word_that_is_rejected_last_ends_the_draw_overdrawn() {
        let mut stream = Stream::from_words(vec![0]);
        assert_eq!(stream.below(10), 0);
        assert_eq!((stream.remaining(), stream.overdrawn()), (0, 1));
    }

    #[test]
    fn the_whole_range_of_64_bits_is_one_plain_draw() {
        let mut stream = Stream::from_words(vec![1, 2, 3]);
        assert_eq!(stream.range(0, u64::MAX), (1 << 32) | 2);
        assert_eq!(stream.remaining(), 1);
        assert_eq!(stream.range(0, u64::MAX - 1), 0);
        assert_eq!(stream.overdrawn(), 1);
    }

    #[test]
    fn a_32_bit_draw_is_the_high_half_of_one_output() {
        let mut narrow = Stream::from_state([1, 2, 3, 4]);
        let mut wide = narrow.clone();
        for _ in 0..100 {
            assert_eq!(u64::from(narrow.u32()), wide.u64() >> 32);
        }
        assert_eq!(narrow.state(), wide.state());
    }

    #[test]
    fn a_stream_goes_on_from_its_stored_state() {
        let mut stream = Stream::derive(&Seed::new([3; 32]), StreamKind::Balance, 0);
        stream.u64();
        let mut restored = Stream::from_state(stream.state().unwrap());
        assert_eq!(restored.u64(), stream.u64());
        assert_ne!(Stream::from_state([0; 4]).state(), Some([0; 4]));
        assert_eq!(Stream::from_words(vec![1]).state(), None);
    }

    #[test]
    fn a_stream_stays_small() {
        assert_eq!(size_of::<Stream>(), 40);
    }
}
