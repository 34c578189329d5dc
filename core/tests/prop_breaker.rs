//! The breaker against a list of dated results, the heartbeat detector against a list of intervals.

use hedgerow::{Breaker, BreakerSettings, Duration, Instant, PhiDetector, PhiSettings};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

fn config() -> ProptestConfig {
    ProptestConfig {
        cases: 400,
        rng_seed: RngSeed::Fixed(7),
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

/// Keeps every result with its time, and what is asked is counted anew.
struct Model {
    settings: BreakerSettings,
    results: Vec<(u64, bool)>,
    /// End of the sleep while it is not closed.
    open_until: Option<u64>,
    probing: bool,
}

impl Model {
    fn allows(&self, now: u64) -> bool {
        !self.probing && self.open_until.is_none_or(|until| now >= until)
    }

    fn result(&mut self, success: bool, now: u64) -> bool {
        if self.open_until.is_some() {
            return false;
        }
        self.results.push((now, success));
        let width = self.settings.window.as_micros() / 10;
        let kept = || self.results.iter().filter(|(at, _)| at / width + 10 > now / width);
        let (all, failed) = (kept().count(), kept().filter(|(_, success)| !success).count());
        let share = failed as u64 * 1_000_000 >= all as u64 * u64::from(self.settings.failure_ppm);
        let opens = all as u64 >= u64::from(self.settings.min_requests) && share;
        if opens {
            self.open_until = Some(now + self.settings.sleep.as_micros());
        }
        opens
    }

    fn probe(&mut self, success: Option<bool>, now: u64) {
        if !std::mem::take(&mut self.probing) {
            return;
        }
        match success {
            Some(true) => (self.open_until, self.results) = (None, Vec::new()),
            Some(false) => self.open_until = Some(now + self.settings.sleep.as_micros()),
            None => self.open_until = Some(now),
        }
    }
}

fn any_settings() -> impl Strategy<Value = BreakerSettings> {
    let window = prop_oneof![Just(1_000_000), Just(1_000_007), Just(10_000_000), 1_000_000_u64..60_000_000];
    let share = prop_oneof![Just(10_000), Just(500_000), Just(1_000_000), 10_000_u32..1_000_000];
    (window, 1_u32..12, share, 100_000_u64..3_000_000).prop_map(
        |(window, min_requests, failure_ppm, sleep)| {
            let (window, sleep) = (Duration::from_micros(window), Duration::from_micros(sleep));
            BreakerSettings { window, min_requests, failure_ppm, sleep }
        },
    )
}

/// A pause before the step, what happens, and whether it is good.
fn any_steps() -> impl Strategy<Value = Vec<(u64, u8, bool)>> {
    let pause = prop_oneof![4 => Just(0), 4 => 0_u64..150_000, 2 => 0_u64..1_500_000, 1 => 0_u64..80_000_000];
    vec((pause, 0_u8..8, any::<bool>()), 1..200)
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn the_breaker_does_what_a_list_of_dated_results_does(settings in any_settings(), steps in any_steps()) {
        let mut breaker = Breaker::new();
        let mut model = Model { settings, results: Vec::new(), open_until: None, probing: false };
        let mut now = 0;
        for (pause, step, good) in steps {
            now += pause;
            let at = Instant::from_micros(now);
            match step {
                0 if breaker.allows(at) => {
                    model.probing = model.open_until.is_some();
                    prop_assert_eq!(breaker.on_sent(at), model.probing);
                }
                1 => {
                    let told = (pause % 3 > 0).then_some(good);
                    breaker.on_probe(&settings, told, at);
                    model.probe(told, now);
                }
                _ => prop_assert_eq!(breaker.on_result(&settings, good, at), model.result(good, now)),
            }
            prop_assert_eq!(breaker.allows(at), model.allows(now));
            prop_assert_eq!(breaker.is_closed(), model.open_until.is_none());
        }
    }

    #[test]
    fn suspicion_follows_the_mean_of_a_list_of_intervals(
        intervals in vec(0_u64..4_000_000, 0..150), threshold_milli in 500_u32..50_000, silence in 0_u64..400_000_000,
    ) {
        let initial_mean = Duration::from_millis(700);
        let mut detector = PhiDetector::new(PhiSettings { threshold_milli, initial_mean }).unwrap();
        detector.add(3, Instant::ZERO);
        let mut now = 0;
        for interval in &intervals {
            now += interval;
            prop_assert!(detector.heartbeat(3, Instant::from_micros(now)));
        }
        let last = &intervals[intervals.len().saturating_sub(64)..];
        let mean = last.iter().sum::<u64>().checked_div(last.len() as u64).unwrap_or(700_000).max(1);
        let phi = u128::from(silence) * 65_536_000 / (u128::from(mean) * 150_902);
        let suspected = detector.suspect(3, Instant::from_micros(now + silence));
        prop_assert_eq!(suspected, phi >= u128::from(threshold_milli));
    }
}
