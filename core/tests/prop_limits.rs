//! Properties of adaptive limits that must hold for every sample, the windows against a list of what they held.

use hedgerow::limit::algorithm::{Limit, LimitSettings};
use hedgerow::limit::window::{Gathered, Window, WindowSettings};
use hedgerow::limit::{AimdSettings, Bounds, Gradient2Settings, Sample, VegasSettings};
use hedgerow::{Duration, Instant, Seed, Stream, StreamKind};
use proptest::{prelude::*, test_runner::RngSeed};

fn config() -> ProptestConfig {
    ProptestConfig {
        cases: 500,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(10),
        ..ProptestConfig::default()
    }
}

fn sample() -> impl Strategy<Value = Sample> {
    let rtt = (0_u32..64).prop_flat_map(|bits| 0..1_u64 << bits).prop_map(Duration::from_micros);
    let in_flight = prop_oneof![0_u32..300, any::<u32>()];
    (prop::option::weighted(0.9, rtt), in_flight, prop::bool::weighted(0.2))
        .prop_map(|(rtt, in_flight, dropped)| Sample { rtt, in_flight, dropped })
}

fn bounds() -> impl Strategy<Value = Bounds> {
    (1_u32..=1_000_000, 1_u32..=1_000_000, 1_u32..=1_000_000).prop_map(|(a, b, c)| {
        let mut sorted = [a, b, c];
        sorted.sort_unstable();
        Bounds { min: sorted[0], initial: sorted[1], max: sorted[2] }
    })
}

fn algorithm() -> impl Strategy<Value = LimitSettings> {
    let share = 1_u32..=1_000_000;
    prop_oneof![
        (bounds(), 500_000_u32..1_000_000, 1_u64..10_000_000).prop_map(|(bounds, backoff_ppm, timeout)| {
            LimitSettings::Aimd(AimdSettings { bounds, backoff_ppm, timeout: Duration::from_micros(timeout) })
        }),
        (bounds(), share.clone(), 0_u32..=1000, 1_000_000_u32..=10_000_000, 500_000_u32..=1_000_000)
            .prop_map(|(bounds, smoothing_ppm, queue, tolerance_ppm, drop_factor_ppm)| {
                LimitSettings::Gradient2(Gradient2Settings {
                    bounds,
                    smoothing_ppm,
                    queue,
                    tolerance_ppm,
                    drop_factor_ppm,
                    ..Gradient2Settings::DEFAULT
                })
            }),
        (bounds(), share, 1_u32..50, 1_u32..=10_000).prop_map(
            |(bounds, smoothing_ppm, alpha, probe_multiplier)| {
                let beta = alpha * 2;
                LimitSettings::Vegas(VegasSettings { bounds, smoothing_ppm, alpha, beta, probe_multiplier })
            }
        ),
        (1_u32..1000).prop_map(LimitSettings::Fixed),
    ]
}

/// The slow model of a window: the samples themselves.
#[derive(Default)]
struct Listed {
    next: Option<u64>,
    held: Vec<Sample>,
}

impl Listed {
    fn add(&mut self, settings: &WindowSettings, sample: Sample, now: u64) -> Gathered {
        if !sample.dropped && sample.rtt.is_none_or(|rtt| rtt < settings.min_rtt) {
            return Gathered::Ignored;
        }
        self.held.push(sample);
        match self.next {
            None => {
                self.next = Some(now + settings.min.as_micros());
                Gathered::Opened
            }
            Some(next) if now <= next => Gathered::Held,
            Some(_) => self.close(settings, now),
        }
    }

    fn close(&mut self, settings: &WindowSettings, now: u64) -> Gathered {
        let held = std::mem::take(&mut self.held);
        let rtts: Vec<u64> =
            held.iter().filter(|one| !one.dropped).filter_map(|one| Some(one.rtt?.as_micros())).collect();
        let (least, most) = (settings.min.as_micros(), settings.max.as_micros());
        let length = rtts.iter().min().map_or(least, |&shortest| (2 * shortest).clamp(least, most));
        self.next = Some(now + length);
        if held.len() < settings.min_samples as usize {
            return Gathered::Underfull;
        }
        let mean = (!rtts.is_empty()).then(|| rtts.iter().sum::<u64>() / rtts.len() as u64);
        Gathered::Closed(Sample {
            rtt: mean.map(Duration::from_micros),
            in_flight: held.iter().map(|one| one.in_flight).max().unwrap_or(0),
            dropped: held.iter().any(|one| one.dropped),
        })
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_limit_stays_within_its_bounds(
        settings in algorithm(),
        samples in prop::collection::vec(sample(), 1..200),
    ) {
        let mut rng = Stream::derive(&Seed::new([3; 32]), StreamKind::LimitProbe, 0);
        let mut limit = Limit::new(settings, &mut rng);
        let Bounds { initial, min, max } = settings.bounds();
        prop_assert_eq!(limit.limit(), initial);
        for sample in samples {
            limit.step(sample, &mut rng);
            prop_assert!((min..=max).contains(&limit.limit()), "{} of {min}..={max}", limit.limit());
        }
    }

    #[test]
    fn a_drop_never_raises_a_limit_and_an_idle_one_never_moves_it_up(
        settings in algorithm(),
        samples in prop::collection::vec(sample(), 1..100),
    ) {
        let mut rng = Stream::derive(&Seed::new([4; 32]), StreamKind::LimitProbe, 0);
        let mut limit = Limit::new(settings, &mut rng);
        for sample in samples {
            let before = limit.estimate_u();
            limit.step(sample, &mut rng);
            let counts = match settings {
                LimitSettings::Gradient2(settings) => sample.dropped && settings.drop_factor_ppm < 1_000_000,
                _ => sample.dropped,
            };
            let idle = u64::from(sample.in_flight) * 2_000_000 < before && !sample.dropped;
            prop_assert!(!(counts || idle) || limit.estimate_u() <= before);
        }
    }

    #[test]
    fn a_window_hands_over_what_a_list_of_its_samples_tells(
        steps in prop::collection::vec((sample(), 0_u64..40_000), 1..200),
        (min, extra, min_samples, min_rtt) in (10_000_u64..50_000, 0_u64..100_000, 1_u32..20, 0_u64..2_000),
    ) {
        let settings = WindowSettings {
            min: Duration::from_micros(min),
            max: Duration::from_micros(min + extra),
            min_samples,
            min_rtt: Duration::from_micros(min_rtt),
        };
        let (mut window, mut listed, mut now) = (Window::new(settings), Listed::default(), 0);
        for (sample, pause) in steps {
            // Times beyond what a window adds up exactly are for the bounds above.
            let rtt = sample.rtt.map(|rtt| rtt.min(Duration::from_secs(60)));
            let sample = Sample { rtt, ..sample };
            now += pause;
            prop_assert_eq!(window.add(sample, Instant::from_micros(now)), listed.add(&settings, sample, now));
        }
    }
}
