//! Properties of the hedge delay and of the limiter that must hold for every input.

use hedgerow::{
    DelayInput, DelaySettings, Duration, Estimator, EstimatorSettings, Instant, Limiter, Reason, Seed,
    Strategy as Rule, Stream, StreamKind,
};
use proptest::{prelude::*, test_runner::RngSeed};

fn config() -> ProptestConfig {
    ProptestConfig {
        cases: 1000,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(5),
        ..ProptestConfig::default()
    }
}

fn settings() -> impl Strategy<Value = DelaySettings> {
    let rule = prop::sample::select(vec![Rule::Off, Rule::Fixed, Rule::Quantile, Rule::SingleR, Rule::Slo]);
    let delays = (prop::option::of(duration()), duration());
    (rule, delays, 100_u32..=500_000, 1_u32..100, 500_000_u32..=1_000_000).prop_map(
        |(strategy, (delay, min_delay), budget_fraction_ppm, min_samples, miss_ratio_ppm)| DelaySettings {
            strategy,
            delay,
            min_delay,
            budget_fraction_ppm,
            min_samples,
            miss_ratio_ppm,
        },
    )
}

fn duration() -> impl Strategy<Value = Duration> {
    (0_u32..64).prop_flat_map(|bits| 0..1_u64 << bits).prop_map(Duration::from_micros)
}

fn input() -> impl Strategy<Value = DelayInput> {
    let target = prop::option::of(duration());
    (target, duration(), 0_u32..200, prop::option::of(duration()))
        .prop_map(|(target, average, samples, quantile)| DelayInput { target, average, samples, quantile })
}

/// One event of a limiter's life: a question under some limit, or the end of a slot.
#[derive(Clone, Copy, Debug)]
enum Event {
    Acquire(u32),
    Release,
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![(0_u32..6).prop_map(Event::Acquire), Just(Event::Release)]
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn slots_in_flight_are_within_the_limit_at_every_grant(events in prop::collection::vec(event(), 1..200)) {
        let mut limiter = Limiter::new();
        let mut held: Vec<()> = Vec::new();
        for event in events {
            match event {
                Event::Acquire(limit) => {
                    let room = held.len() < limit as usize;
                    prop_assert_eq!(limiter.has_room(limit), room);
                    prop_assert_eq!(limiter.try_acquire(limit), room);
                    if room {
                        held.push(());
                        prop_assert!(limiter.in_flight() <= limit);
                    }
                }
                Event::Release => {
                    held.pop();
                    limiter.release();
                }
            }
            prop_assert_eq!(limiter.in_flight() as usize, held.len());
        }
    }

    #[test]
    fn an_average_at_the_miss_ratio_of_enough_samples_arms_nothing(settings in settings(), input in input()) {
        let Some(target) = input.target.filter(|_| matches!(settings.strategy, Rule::Slo | Rule::SingleR)) else {
            return Ok(());
        };
        let missed = u128::from(input.average.as_micros()) * 1_000_000
            >= u128::from(target.as_micros()) * u128::from(settings.miss_ratio_ppm);
        let told = settings.delay(input) == Err(Reason::HedgeSloMissed);
        prop_assert_eq!(told, missed && input.samples >= settings.min_samples);
    }

    #[test]
    fn a_delay_by_samples_respects_every_floor(settings in settings(), input in input()) {
        let Ok(delay) = settings.delay(input) else { return Ok(()) };
        let quantile = input.quantile.unwrap_or(Duration::ZERO);
        match (settings.strategy, input.target) {
            (Rule::Fixed, _) => prop_assert_eq!(Some(delay), settings.delay),
            (Rule::Off, _) => prop_assert!(false, "off never has a delay"),
            (Rule::Quantile, _) | (_, None) => prop_assert_eq!(delay, quantile),
            (_, Some(target)) if input.samples < settings.min_samples => prop_assert_eq!(delay, target),
            (rule, Some(target)) => {
                prop_assert!(delay >= settings.min_delay && delay >= target - input.average);
                prop_assert!(rule == Rule::SingleR || delay >= quantile);
                let floors = [target - input.average, settings.min_delay, quantile];
                prop_assert!(floors.contains(&delay));
            }
        }
    }

    #[test]
    fn a_quantile_that_is_not_asked_never_matters(settings in settings(), input in input()) {
        if !settings.needs_quantile(input.target, input.samples) {
            let blind = DelayInput { quantile: None, ..input };
            prop_assert_eq!(settings.delay(input), settings.delay(blind));
        }
    }

    #[test]
    fn a_coin_is_a_probability_that_spends_at_most_the_share(
        settings in settings(),
        above in 0_u64..1 << 42,
        rest in 0_u64..1 << 42,
    ) {
        let settings = DelaySettings { strategy: Rule::SingleR, ..settings };
        let coin = settings.coin(Some(Duration::ZERO), settings.min_samples, above + rest, above).unwrap();
        prop_assert!(coin <= 1 << 32);
        if coin < 1 << 32 {
            // coin × above ≤ B × window, and one more would exceed it.
            let allowed = (u128::from(settings.budget_fraction_ppm) * u128::from(above + rest)) << 32;
            let spent = |coin: u64| u128::from(coin) * u128::from(above) * 1_000_000;
            prop_assert!(spent(coin) <= allowed && spent(coin + 1) > allowed);
        }
    }
}

/// Share of requests (ppm) that would hedge in a stationary run of 20 000 with latencies from `draw`.
fn hedged_share(rule: Rule, target: Duration, mut draw: impl FnMut(&mut Stream) -> u64) -> u64 {
    let settings = DelaySettings {
        strategy: rule,
        delay: None,
        min_delay: Duration::ZERO,
        budget_fraction_ppm: 50_000,
        min_samples: 10,
        miss_ratio_ppm: 950_000,
    };
    let estimator = EstimatorSettings {
        idle_reset: Duration::from_secs(60),
        half: Duration::from_secs(10),
        refresh_every: 64,
    };
    let mut class = Estimator::new(estimator);
    let mut stream = Stream::derive(&Seed::new([3; 32]), StreamKind::HedgeCoin, 0);
    let (mut hedged, requests) = (0_u64, 20_000);
    for number in 0..requests {
        let now = Instant::from_micros(number * 1000);
        let latency = Duration::from_micros(draw(&mut stream));
        let samples = class.samples(now);
        let quantile = class.quantile_upper(settings.quantile_ppm(), now);
        let known = DelayInput { target: Some(target), average: class.average(now), samples, quantile };
        if let Some(delay) = settings.delay(known).ok().filter(|&delay| latency > delay) {
            let (window, above) = class.window_above(delay, now);
            let sent = settings.coin(known.target, samples, window, above).is_none_or(|p| stream.chance(p));
            hedged += u64::from(sent);
        }
        class.success(latency, target, now);
    }
    hedged * 1_000_000 / requests
}

#[test]
fn no_more_than_the_share_hedges_when_latencies_are_stationary() {
    // Uniform to 20 ms: the plain rule with a 12 ms target and an average of about 8 ms would hedge after 4 ms, four in five.
    // 20 000 requests at 5 %: four standard deviations are 0.62 %.
    for rule in [Rule::Slo, Rule::Quantile, Rule::SingleR] {
        let share = hedged_share(rule, Duration::from_millis(12), |stream| stream.range(0, 20_000));
        assert!(share <= 56_200, "{rule:?} hedged {share} ppm");
        assert!(share >= 10_000, "{rule:?} hedged {share} ppm, so the test says nothing");
    }
}
