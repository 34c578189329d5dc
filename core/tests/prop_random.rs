//! Draws against counting: every value of a bounded draw is answered by equally many generator outputs.

use hedgerow::{Seed, Stream, StreamKind};
use proptest::{prelude::*, test_runner::RngSeed};

fn config() -> ProptestConfig {
    ProptestConfig {
        cases: 2000,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(2),
        ..ProptestConfig::default()
    }
}

/// Whether `below(n)` accepts this first word, and what it then answers.
fn narrow(n: u64, word: u128) -> Option<u64> {
    let mut stream = Stream::from_words(vec![word as u32]);
    let value = stream.below(n);
    (stream.overdrawn() == 0).then_some(value)
}

/// The same for a 64-bit output.
fn wide(n: u64, output: u128) -> Option<u64> {
    let mut stream = Stream::from_words(vec![(output >> 32) as u32, output as u32]);
    let value = stream.below(n);
    (stream.overdrawn() == 0).then_some(value)
}

/// Checks that exactly ⌊2^bits / n⌋ outputs answer `value`.
///
/// The product output × n grows with the output, so the outputs whose product has `value` as its high part form one
/// interval, of which the rule may cut off only the lower end: its accepted part is found by looking at its borders.
fn check_share(
    n: u64,
    value: u64,
    bits: u32,
    draw: fn(u64, u128) -> Option<u64>,
) -> Result<(), TestCaseError> {
    let (space, n_wide) = (1_u128 << bits, u128::from(n));
    let share = space / n_wide;
    let last = (space * (u128::from(value) + 1)).div_ceil(n_wide) - 1;
    let first = last + 1 - share;
    prop_assert_eq!(draw(n, first), Some(value));
    prop_assert_eq!(draw(n, first + share / 2), Some(value));
    prop_assert_eq!(draw(n, last), Some(value));
    if first > 0 {
        prop_assert_ne!(draw(n, first - 1), Some(value));
    }
    if last + 1 < space {
        prop_assert_ne!(draw(n, last + 1), Some(value));
    }
    Ok(())
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn each_value_of_a_narrow_draw_has_the_same_number_of_words(
        (n, value) in (2_u64..1 << 32).prop_flat_map(|n| (Just(n), 0..n)),
    ) {
        check_share(n, value, 32, narrow)?;
    }

    #[test]
    fn each_value_of_a_small_draw_has_the_same_number_of_words(
        (n, value) in (2_u64..2000).prop_flat_map(|n| (Just(n), 0..n)),
    ) {
        check_share(n, value, 32, narrow)?;
    }

    #[test]
    fn each_value_of_a_wide_draw_has_the_same_number_of_outputs(
        (n, value) in (1_u64 << 32..u64::MAX).prop_flat_map(|n| (Just(n), 0..n)),
    ) {
        check_share(n, value, 64, wide)?;
    }

    #[test]
    fn the_output_just_below_the_threshold_is_rejected_and_the_one_at_it_is_not(half in 1_u64 << 31..1 << 63) {
        let n = 2 * half + 1;
        let threshold = (1_u128 << 64) % u128::from(n);
        // An odd n has an inverse modulo 2^64, by which any low half of the product can be had.
        let output_of = |low: u64| u128::from(low.wrapping_mul(inverse(n)));
        prop_assert_eq!(wide(n, output_of(threshold as u64 - 1)), None);
        prop_assert!(wide(n, output_of(threshold as u64)).is_some());
    }

    #[test]
    fn a_range_stays_within_its_ends(state: [u64; 4], lo: u64, hi: u64) {
        let value = Stream::from_state(state).range(lo, hi);
        prop_assert!(value >= lo && value <= hi.max(lo));
    }

    #[test]
    fn draws_of_one_stream_leave_every_other_stream_alone(seed: [u8; 32], draws in 0..50_u32, instance in 1_u64..9) {
        let seed = Seed::new(seed);
        let alone: Vec<u64> = sequence(Stream::derive(&seed, StreamKind::Balance, 0));
        let mut others = [
            Stream::derive(&seed, StreamKind::Balance, instance),
            Stream::derive(&seed, StreamKind::Backoff, 0),
        ];
        for _ in 0..draws {
            for other in &mut others {
                other.u64();
            }
        }
        prop_assert_eq!(&alone, &sequence(Stream::derive(&seed, StreamKind::Balance, 0)));
        prop_assert!(others.into_iter().all(|other| sequence(other) != alone));
    }

    #[test]
    fn a_fraction_is_its_share_of_the_range(fraction: u32, n in 2_u64..) {
        let mut stream = Stream::from_fractions(vec![fraction]);
        prop_assert_eq!(u128::from(stream.below(n)), u128::from(fraction) * u128::from(n) / (1 << 32));
    }
}

/// The inverse of an odd number modulo 2^64: each step of Newton's iteration doubles the right bits, from 3 on.
fn inverse(n: u64) -> u64 {
    (0..5).fold(n, |guess, _| guess.wrapping_mul(2_u64.wrapping_sub(n.wrapping_mul(guess))))
}

fn sequence(mut stream: Stream) -> Vec<u64> {
    (0..8).map(|_| stream.u64()).collect()
}

/// Chi-square of `draws` answers of `below(n)` over `bins` equal bins.
fn chi_square(n: u64, bins: u32, draws: u32) -> f64 {
    let mut stream = Stream::derive(&Seed::new([42; 32]), StreamKind::LimitProbe, n);
    let mut counts = vec![0_u32; bins as usize];
    for _ in 0..draws {
        counts[(stream.below(n) / (n / u64::from(bins))) as usize] += 1;
    }
    let expected = f64::from(draws) / f64::from(bins);
    counts.iter().map(|&count| (f64::from(count) - expected).powi(2) / expected).sum()
}

#[test]
fn draws_are_uniform_within_the_band_of_one_in_ten_thousand() {
    // 200 000 draws each; the limits are the 0.9999 quantiles of chi-square with bins − 1 degrees of freedom.
    for (n, bins, limit) in
        [(2, 2, 15.14), (10, 10, 33.72), (1000, 20, 49.6), (3 << 40, 3, 18.43), (3 << 62, 12, 37.37)]
    {
        let statistic = chi_square(n, bins, 200_000);
        assert!(statistic < limit, "below({n}): chi-square {statistic} of {bins} bins, want < {limit}");
    }
}

#[test]
fn a_chance_comes_true_as_often_as_it_says() {
    // 200 000 draws: four standard deviations are at most 0.45 %, 894 hits.
    for percent in [5, 50, 93] {
        let mut stream = Stream::derive(&Seed::new([7; 32]), StreamKind::HedgeCoin, 0);
        let hits = (0..200_000).filter(|_| stream.chance((percent << 32) / 100)).count() as u64;
        assert!(hits.abs_diff(2000 * percent) < 894, "chance of {percent} %: {hits} hits");
    }
}
