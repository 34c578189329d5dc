//! Chance of the world: one stream for each purpose, and draws that belong to an attempt.
//!
//! Arms are compared in the *same* world (common random numbers): arrivals, faults and placement each read a stream of
//! their own, so that a policy that asks for more draws moves none of theirs. What one attempt meets, its service time
//! and its way over the link, is drawn by the number of its call and its place within it, never by the server chosen
//! or by what was drawn before.
//!
//! Every stream is `SplitMix64(run seed ⊕ FNV-1a-64(purpose) ⊕ index)` (Steele, Lea and Flood, "Fast splittable
//! pseudorandom number generators", 2014); its first four outputs are the state of the core's xoshiro256++, or the
//! 32 bytes of a client's seed.

use hedgerow::{Seed, Stream};

/// Where uniform 64-bit words come from.
pub trait Draws {
    /// Draws 64 uniform bits.
    fn draw(&mut self) -> u64;
}

impl Draws for Stream {
    #[inline]
    fn draw(&mut self) -> u64 {
        self.u64()
    }
}

/// What a stream is for; the names enter the derivation and never change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// When calls arrive, and which client makes them.
    Arrivals,
    /// What serving an attempt costs.
    Service,
    /// What a message meets on its way.
    Link,
    /// When faults begin and end.
    Faults,
    /// Keys and the replicas that hold them.
    Placement,
    /// The secret of one client.
    Client,
    /// Sizes and settings of a random world.
    Swarm,
}

impl Purpose {
    /// The name that enters the derivation.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Arrivals => "arrivals",
            Self::Service => "service",
            Self::Link => "link",
            Self::Faults => "faults",
            Self::Placement => "placement",
            Self::Client => "client",
            Self::Swarm => "swarm",
        }
    }

    /// The generator of one entity of this purpose.
    pub const fn of(self, run_seed: u64, index: u64) -> SplitMix64 {
        SplitMix64(run_seed ^ fnv1a64(self.name().as_bytes()) ^ index)
    }

    /// The xoshiro256++ stream of one entity of this purpose.
    pub fn stream(self, run_seed: u64, index: u64) -> Stream {
        Stream::from_state(self.of(run_seed, index).words())
    }

    /// The draws that belong to one attempt of one call, the same in every arm; attempts count from 0.
    ///
    /// The derivation is taken once for all calls (`base`), so that a draw costs one addition and one mix.
    pub const fn base(self, run_seed: u64) -> AttemptDraws {
        AttemptDraws(run_seed ^ fnv1a64(self.name().as_bytes()))
    }
}

/// The draws of all attempts of a run, for one purpose.
#[derive(Clone, Copy, Debug)]
pub struct AttemptDraws(u64);

impl AttemptDraws {
    /// The draws of attempt number `attempt` (from 0) of call number `call`.
    #[inline]
    pub const fn of(self, call: u64, attempt: u8) -> SplitMix64 {
        SplitMix64(self.0 ^ call.wrapping_shl(8) ^ attempt as u64)
    }
}

/// The 32 bytes from which client number `client` derives its own streams.
pub fn client_seed(run_seed: u64, client: u64) -> Seed {
    let mut bytes = [0; 32];
    let words = Purpose::Client.of(run_seed, client).words();
    for (place, word) in bytes.chunks_exact_mut(8).zip(words) {
        place.copy_from_slice(&word.to_le_bytes());
    }
    Seed::new(bytes)
}

/// The generator SplitMix64: one addition and one mix for an output.
///
/// ```
/// use hedgerow_sim::stream::{Draws, SplitMix64};
/// let mut published = SplitMix64::new(1_234_567);
/// assert_eq!(published.draw(), 6_457_827_717_110_365_317);
/// assert_eq!(published.draw(), 3_203_168_211_198_807_973);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct SplitMix64(u64);

impl SplitMix64 {
    /// Starts from this state.
    pub const fn new(state: u64) -> Self {
        Self(state)
    }

    /// The next four outputs.
    fn words(mut self) -> [u64; 4] {
        core::array::from_fn(|_| self.draw())
    }
}

impl Draws for SplitMix64 {
    #[inline]
    fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix(self.0)
    }
}

/// Mixes a number so that neighbours have nothing in common: the output step of SplitMix64.
#[inline]
pub const fn mix(word: u64) -> u64 {
    let z = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// FNV-1a with 64 bits.
pub const fn fnv1a64(bytes: &[u8]) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    let mut at = 0;
    while at < bytes.len() {
        hash = (hash ^ bytes[at] as u64).wrapping_mul(0x100_0000_01b3);
        at += 1;
    }
    hash
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_hash_of_a_word_is_met() {
        assert_eq!(fnv1a64(b""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(fnv1a64(b"foobar"), 0x85944171f73967e8);
    }

    #[test]
    fn purposes_entities_and_attempts_draw_apart() {
        let mut seen = std::collections::BTreeSet::new();
        for purpose in [Purpose::Arrivals, Purpose::Service, Purpose::Link, Purpose::Faults] {
            for index in 0..100 {
                assert!(seen.insert(purpose.stream(7, index).u64()));
            }
        }
        let service = Purpose::Service.base(7);
        for (call, attempt) in (0..1000).flat_map(|call| (0..4).map(move |attempt| (call, attempt))) {
            let first = service.of(call, attempt).draw();
            assert_eq!(first, service.of(call, attempt).draw());
            seen.insert(first);
        }
        assert_eq!(seen.len(), 400 + 4000);
    }

    #[test]
    fn a_client_has_its_own_secret() {
        let (one, two) = (client_seed(1, 0), client_seed(1, 1));
        assert_ne!(one.as_bytes(), two.as_bytes());
        assert_eq!(one.as_bytes(), client_seed(1, 0).as_bytes());
    }
}
