//! The estimators against slow obvious models: a sorted list, whole-number division, a list of everything seen.

use hedgerow::{Bucket, Duration, Ewma, Histogram, Instant};
use proptest::{prelude::*, test_runner::RngSeed};

const HALF: u64 = 1000;

fn config() -> ProptestConfig {
    ProptestConfig {
        cases: 500,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(4),
        ..ProptestConfig::default()
    }
}

fn micros(value: u64) -> Duration {
    Duration::from_micros(value)
}

/// A latency of any magnitude, beyond the histogram's range included.
fn latency() -> impl Strategy<Value = u64> {
    (0_u32..34).prop_flat_map(|bits| 0..1_u64 << bits)
}

/// Sample values with the time that passes before each.
fn arrivals() -> impl Strategy<Value = Vec<(u64, u64)>> {
    let pause = prop_oneof![8 => 0..HALF / 4, 1 => HALF..4 * HALF];
    prop::collection::vec((pause, latency()), 1..200)
}

/// The samples that a window shows at `now`, ascending: those of the current and the previous grid cell.
fn visible(samples: &[(u64, u64)], now: u64) -> Vec<u64> {
    let mut seen: Vec<u64> = samples
        .iter()
        .filter(|(at, _)| now / HALF - at / HALF <= 1)
        .map(|(_, value)| (*value).min(u64::from(u32::MAX)))
        .collect();
    seen.sort_unstable();
    seen
}

/// Nearest rank: the least sample such that at least a share `ppm` of all is not above it.
fn nearest_rank(sorted: &[u64], ppm: u32) -> Option<u64> {
    let reached = |count: usize| count as u64 * 1_000_000 >= sorted.len() as u64 * u64::from(ppm);
    (1..=sorted.len()).find(|&count| reached(count)).map(|count| sorted[count - 1])
}

/// The average by whole-number division, as its definition reads.
#[derive(Default)]
struct SlowAverage {
    state: i128,
    count: u32,
    last: u64,
}

impl SlowAverage {
    fn forget(&mut self, idle: u64, now: u64) {
        if now - self.last > idle {
            self.count = 0;
        }
    }

    fn average(&self) -> i128 {
        if self.count == 0 { 0 } else { (self.state + 32_768).div_euclid(65_536) }
    }

    fn move_to(&mut self, value: u64, now: u64) {
        let x = i128::from(value.min((1 << 40) - 1)) * 65_536;
        self.state = if self.count == 0 { x } else { self.state + (x - self.state).div_euclid(32) };
        self.last = now;
    }

    fn step(&mut self, bound: bool, value: u64, now: u64) {
        if !bound {
            self.move_to(value, now);
            self.count += 1;
        } else if self.count > 0 && i128::from(value) > self.average() {
            self.move_to(value, now);
        }
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_quantile_is_the_bucket_of_the_nearest_rank_in_the_sorted_window(
        arrivals in arrivals(),
        ppm in 0_u32..=1_000_000,
        wait in 0..3 * HALF,
    ) {
        let mut window = Histogram::new(micros(HALF), 1);
        let mut samples = Vec::new();
        let mut now = 0;
        for (pause, value) in arrivals {
            now += pause;
            window.record(micros(value), Instant::from_micros(now));
            samples.push((now, value));
        }
        now += wait;
        let sorted = visible(&samples, now);
        let at = Instant::from_micros(now);
        prop_assert_eq!(window.samples(at), sorted.len() as u64);
        let exact = nearest_rank(&sorted, ppm);
        prop_assert_eq!(window.quantile(ppm, at), exact.map(|value| Bucket::of(micros(value))));
        prop_assert_eq!(window.cached_quantile(ppm, at), window.quantile(ppm, at));
        if let (Some(bucket), Some(exact)) = (window.quantile(ppm, at), exact) {
            let (upper, middle) = (bucket.high().as_micros(), bucket.middle().as_micros());
            prop_assert!(upper >= exact && (upper - exact) * 1000 <= exact * 63);
            prop_assert!(middle.abs_diff(exact) * 1000 <= exact * 32);
            let above = sorted.iter().filter(|&&value| value > upper).count() as u64;
            prop_assert!(above * 1_000_000 <= sorted.len() as u64 * u64::from(1_000_000 - ppm));
        }
        let limit = micros(sorted.first().copied().unwrap_or(7) + 1);
        let from = sorted.iter().filter(|&&value| Bucket::of(micros(value)) >= Bucket::of(limit)).count() as u64;
        prop_assert_eq!(window.samples_from(limit, at), from);
    }

    #[test]
    fn reads_never_change_a_later_uncached_answer(
        arrivals in arrivals(),
        looks in prop::collection::vec(any::<bool>(), 200),
    ) {
        let mut watched = Histogram::new(micros(HALF), 1);
        let mut alone = watched.clone();
        let mut now = 0;
        for ((pause, value), look) in arrivals.into_iter().zip(looks) {
            now += pause;
            let at = Instant::from_micros(now);
            if look {
                watched.cached_quantile(500_000, at + micros(HALF / 2));
            }
            watched.record(micros(value), at + micros(HALF / 2));
            alone.record(micros(value), at + micros(HALF / 2));
            now += HALF / 2;
            let later = Instant::from_micros(now + HALF / 3);
            prop_assert_eq!(watched.quantile(900_000, later), alone.quantile(900_000, later));
        }
    }

    #[test]
    fn a_cached_quantile_is_renewed_exactly_when_it_is_due(
        arrivals in arrivals(),
        reads in prop::collection::vec(0..4_u8, 200),
        refresh_every in 1_u32..20,
    ) {
        let mut window = Histogram::new(micros(HALF), refresh_every);
        // What the model remembers: grid cell, samples then, samples since, the answer.
        let mut cached: Option<(u64, u64, u64, Option<Bucket>)> = None;
        let mut now = 0;
        for ((pause, value), read) in arrivals.into_iter().zip(reads) {
            now += pause;
            let at = Instant::from_micros(now);
            window.record(micros(value), at);
            cached = cached.map(|(grid, then, since, answer)| (grid, then, since + 1, answer));
            if read > 0 {
                continue;
            }
            let due = cached.is_none_or(|(grid, then, since, _)| {
                grid != now / HALF || since >= u64::from(refresh_every).min(1 + then / 8)
            });
            if due {
                cached = Some((now / HALF, window.samples(at), 0, window.quantile(700_000, at)));
            }
            prop_assert_eq!(window.cached_quantile(700_000, at), cached.unwrap().3);
        }
    }

    #[test]
    fn the_average_is_that_of_whole_number_division(
        events in prop::collection::vec((any::<bool>(), prop_oneof![latency(), any::<u64>()], 0..1500_u64), 1..100),
    ) {
        const IDLE: u64 = 1000;
        let mut average = Ewma::new(micros(IDLE));
        let mut model = SlowAverage::default();
        let mut now = 0;
        for (bound, value, pause) in events {
            now += pause * pause / 2000; // mostly short, sometimes longer than the idle limit
            let at = Instant::from_micros(now);
            model.forget(IDLE, now);
            prop_assert_eq!(average.count(at), model.count);
            prop_assert_eq!(i128::from(average.average(at).as_micros()), model.average());
            if bound {
                average.bound(micros(value), at);
            } else {
                average.sample(micros(value), at);
            }
            model.step(bound, value, now);
            prop_assert_eq!(i128::from(average.state_q16()), model.state);
            prop_assert_eq!(average.count(at), model.count);
            prop_assert_eq!(i128::from(average.average(at).as_micros()), model.average());
        }
    }

    #[test]
    fn the_average_stays_between_the_least_and_the_greatest_sample(
        values in prop::collection::vec(latency(), 1..100),
    ) {
        let mut average = Ewma::new(micros(1));
        for &value in &values {
            average.sample(micros(value), Instant::ZERO);
        }
        let read = average.average(Instant::ZERO).as_micros();
        prop_assert!(values.iter().min() <= Some(&read) && Some(&read) <= values.iter().max());
    }
}
