//! E23: tokens of many generators in one second: how many share a microsecond, and how many a short nonce with it.

use super::{Experiment, InputError, Inputs, Quick, Report, Row, Session};
use crate::sample::{Arrivals, Rates};
use crate::stream::{Purpose, client_seed};
use hedgerow::token::generator::{Generator, GeneratorSettings};
use hedgerow::{Instant, Nonces, Stream, StreamKind, Wall};

pub(super) const TOKENS: Experiment = Experiment {
    id: "E23",
    title: "tokens of a thousand generators: collisions under a short nonce",
    source: "birthday estimate",
    view: "none",
    kinds: &[("token_collisions", measure)],
    quick: Quick::Whole,
};

/// One generator alone never repeats a time.
const GENERATORS: u64 = 1000;
/// Any wall clock; the first token is of this microsecond or later.
const WALL_US: u64 = 1_700_000_000_000_000;

fn measure(inputs: &Inputs<'_>, session: &mut Session<'_>) -> Result<Report, InputError> {
    let rate = inputs.number("rate", 1.0..=1e8)?;
    let seconds = inputs.whole("seconds", 1..=3600)?;
    let bits = inputs.whole("nonce_bits", 1..=127)?;
    let generators = inputs.whole_or("generators", 1..=1_000_000, GENERATORS)?;
    inputs.finish()?;
    let rates = Rates::constant(rate / generators as f64).map_err(|error| InputError(error.to_string()))?;
    let arrivals = Arrivals::Poisson(rates);
    let mut tokens = Vec::new();
    for generator in 0..generators {
        mint(generator, &arrivals, seconds * 1_000_000, session.seed, (1 << bits) - 1, &mut tokens);
    }
    session.finished("run");
    tokens.sort_unstable();
    let row = Row::new("")
        .with("tokens", tokens.len() as f64)
        .with("same_us_pairs", pairs(tokens.iter().map(|token| token.0)))
        .with("collisions", pairs(tokens.iter()));
    Ok(Report::of(vec![row]))
}

/// Mints at each arrival; keeps the time and the low bits of the nonce.
fn mint(number: u64, arrivals: &Arrivals, end_us: u64, seed: u64, mask: u128, tokens: &mut Vec<(u64, u128)>) {
    let secret = client_seed(seed, number);
    let digits = Stream::derive(&secret, StreamKind::TokenDigits, 0);
    let mut generator = Generator::new(GeneratorSettings::default(), digits, Nonces::new(&secret, 0));
    let (mut gaps, mut now, mut count) = (Purpose::Arrivals.stream(seed, number), 0, 0);
    while let Some(at) = arrivals.next(count, now, &mut gaps).filter(|at| *at < end_us) {
        (now, count) = (at, count + 1);
        let wall = Wall::from_micros(WALL_US + now);
        // A known clock and the default settings: nothing is refused.
        if let Ok(minted) = generator.mint(Some(wall), Instant::from_micros(now)) {
            tokens.push((minted.token.t, minted.token.nonce & mask));
        }
    }
}

/// Pairs of equal neighbours' groups in a sorted list.
fn pairs<T: PartialEq>(sorted: impl Iterator<Item = T>) -> f64 {
    let (mut pairs, mut group, mut before) = (0_u64, 0_u64, None);
    for one in sorted {
        group = if before.as_ref() == Some(&one) { group + 1 } else { 0 };
        pairs += group;
        before = Some(one);
    }
    pairs as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_alike_are_three_pairs() {
        assert!((pairs([1, 2, 2, 2, 5, 5].into_iter()) - 4.0).abs() < 1e-9);
        assert!(pairs([1, 2, 3].into_iter()).abs() < 1e-9);
    }
}
