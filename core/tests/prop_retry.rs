//! Properties of backoff, pushback and the retry decision that must hold for every input.

use hedgerow::config::RetrySettings;
use hedgerow::retry::backoff::{BackoffSettings, Base, Cap, Jitter, Kind, Order};
use hedgerow::retry::budget::{AwsCosts, Budget, BudgetSettings, TOKEN};
use hedgerow::retry::gate::{Question, Terms, gate};
use hedgerow::retry::outcome::FailureClass;
use hedgerow::retry::pushback::{LONGEST, Pushback, PushbackMode, PushbackSettings};
use hedgerow::retry::series::Series;
use hedgerow::time::MAX_MICROS;
use hedgerow::{Duration, Instant, Reason, Seed, Stream, StreamKind};
use proptest::{prelude::*, sample::select, test_runner::RngSeed};

fn config() -> ProptestConfig {
    ProptestConfig {
        cases: 2000,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(5),
        ..ProptestConfig::default()
    }
}

/// Durations of every magnitude, "no limit" among them.
fn duration() -> impl Strategy<Value = Duration> {
    prop_oneof![
        9 => (0_u32..64).prop_flat_map(|bits| 0..1_u64 << bits),
        1 => Just(u64::MAX),
    ]
    .prop_map(Duration::from_micros)
}

fn class() -> impl Strategy<Value = FailureClass> {
    select(FailureClass::ALL.to_vec())
}

fn backoff() -> impl Strategy<Value = BackoffSettings> {
    let jitters = [
        Jitter::None,
        Jitter::Full,
        Jitter::Equal,
        Jitter::Proportional,
        Jitter::Decorrelated,
        Jitter::Anchored,
    ];
    let words = (
        select(vec![Kind::Constant, Kind::Linear, Kind::Exponential]),
        select(jitters.to_vec()),
        select(vec![Order::CapFirst, Order::JitterFirst]),
    );
    let base = prop::option::of(duration()).prop_map(|base| base.map_or(Base::Target, Base::Fixed));
    let cap = prop::option::of(duration()).prop_map(|cap| cap.map_or(Cap::Max, Cap::Fixed));
    let numbers = (prop::option::of(duration()), 1000_u32..=100_000, 0_u32..=1000, duration());
    (words, base, prop::option::of(duration()), cap, numbers).prop_map(
        |(
            (kind, jitter, order),
            base,
            overloaded_base,
            cap,
            (step, factor_milli, proportion_milli, unknown),
        )| {
            BackoffSettings {
                kind,
                base,
                overloaded_base,
                step,
                factor_milli,
                cap,
                jitter,
                order,
                proportion_milli,
                unknown_target: unknown,
            }
        },
    )
}

/// What a delay is drawn from: number, target, max, class and last delay.
fn draw() -> impl Strategy<Value = (u32, Option<Duration>, Duration, FailureClass, Duration)> {
    (1_u32..40, prop::option::of(duration()), duration(), class(), duration())
}

/// The table of the backoff written out: wide integers, every step of the series taken, no early end.
fn slow_bounds(
    s: &BackoffSettings,
    (k, target, max, class, prev): (u32, Option<Duration>, Duration, FailureClass, Duration),
) -> (u128, u128) {
    let top = u128::from(MAX_MICROS);
    let wide = |duration: Duration| u128::from(duration.as_micros());
    let overloaded = s.overloaded_base.filter(|_| class == FailureClass::Overloaded);
    let base = match s.base {
        Base::Fixed(base) => base,
        Base::Target => target.unwrap_or(s.unknown_target),
    };
    let base = wide(overloaded.unwrap_or(base)).min(top);
    let cap = wide(if let Cap::Fixed(cap) = s.cap { cap } else { max });
    if s.jitter == Jitter::Decorrelated {
        let prev = if prev == Duration::ZERO { base } else { wide(prev) };
        return (base.min(cap), base.max((3 * prev).min(u128::from(u64::MAX))).min(cap));
    }
    let step = s.step.map_or(base, wide);
    let nominal = (1..k).fold(base, |n, _| match s.kind {
        Kind::Constant => n,
        Kind::Linear => (n + step).min(top),
        Kind::Exponential => (n * u128::from(s.factor_milli) / 1000).min(top),
    });
    let n = if s.order == Order::CapFirst { nominal.min(cap) } else { nominal };
    let width = n * u128::from(s.proportion_milli) / 1000;
    let (least, greatest) = match s.jitter {
        Jitter::None | Jitter::Decorrelated => (n, n),
        Jitter::Full => (0, n),
        Jitter::Equal => (n / 2, n),
        Jitter::Proportional => (n - width, n + width),
        Jitter::Anchored if k == 1 => (base / 2, base.min(cap).max(base / 2)),
        Jitter::Anchored => (0, n),
    };
    let last = |delay: u128| if s.order == Order::JitterFirst { delay.min(cap) } else { delay };
    (last(least), last(greatest))
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn every_draw_lies_in_its_bounds_and_the_bounds_are_those_of_the_table(
        settings in backoff(),
        (k, target, max, class, prev) in draw(),
        seed in any::<[u8; 32]>(),
    ) {
        let (least, greatest) = settings.bounds(k, target, max, class, prev);
        let slow = slow_bounds(&settings, (k, target, max, class, prev));
        prop_assert_eq!((u128::from(least.as_micros()), u128::from(greatest.as_micros())), slow);
        let mut rng = Stream::derive(&Seed::new(seed), StreamKind::Backoff, 0);
        for _ in 0..4 {
            let mut state = prev;
            let delay = settings.delay(k, target, max, class, &mut state, &mut rng);
            prop_assert!(least <= delay && delay <= greatest, "{delay:?} of {least:?}..={greatest:?}");
            let kept = if settings.jitter == Jitter::Decorrelated { delay } else { prev };
            prop_assert_eq!(state, kept);
        }
    }

    #[test]
    fn the_ends_of_the_bounds_are_drawn(settings in backoff(), (k, target, max, class, prev) in draw()) {
        let (least, greatest) = settings.bounds(k, target, max, class, prev);
        let drawn = |fraction| {
            let mut rng = Stream::from_fractions(vec![fraction]);
            let delay = settings.delay(k, target, max, class, &mut prev.clone(), &mut rng);
            (delay, rng.overdrawn())
        };
        prop_assert_eq!(drawn(0), (least, 0));
        // A fraction of 32 bits reaches the end of a range below 2^32 values only.
        if greatest.as_micros() < u64::from(u32::MAX) && settings.jitter != Jitter::Decorrelated
            && settings.order == Order::CapFirst {
            prop_assert_eq!(drawn(u32::MAX), (greatest, 0));
        }
    }
}

fn pushback() -> impl Strategy<Value = PushbackSettings> {
    let modes = [
        PushbackMode::Floor,
        PushbackMode::Exact,
        PushbackMode::Window,
        PushbackMode::Clamp,
        PushbackMode::Ignore,
    ];
    (select(modes.to_vec()), 0_u32..=1000, duration(), duration()).prop_map(
        |(mode, spread_milli, window, clamp)| PushbackSettings { mode, spread_milli, window, clamp },
    )
}

fn said() -> impl Strategy<Value = Pushback> {
    (prop::option::of(duration()), prop::bool::weighted(0.1), prop::option::of(0_u8..=10)).prop_map(
        |(retry_after, never, max_retries)| Pushback {
            retry_after,
            never,
            max_retries: max_retries.filter(|n| *n > 2),
        },
    )
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_hint_changes_the_delay_as_its_mode_says(
        settings in pushback(), own in duration(), hint in prop::option::of(duration()), fraction in any::<u32>(),
    ) {
        let mut rng = Stream::from_fractions(vec![fraction]);
        let delay = settings.apply(own, hint, &mut rng).as_micros();
        let own_micros = own.as_micros();
        let drew = rng.remaining() == 0;
        let after = hint.map(|after| after.min(LONGEST).as_micros());
        match (settings.mode, after) {
            (_, None) | (PushbackMode::Ignore, _) => prop_assert_eq!(delay, own_micros),
            (PushbackMode::Exact, Some(after)) => prop_assert_eq!(delay, after),
            (PushbackMode::Clamp, Some(after)) => prop_assert_eq!(delay, after.min(settings.clamp.as_micros())),
            (PushbackMode::Window, Some(after)) => {
                let most = own_micros.saturating_add(settings.window.as_micros());
                prop_assert_eq!(delay, after.clamp(own_micros, most.max(own_micros)));
            }
            (PushbackMode::Floor, Some(after)) => {
                let spread = after * u64::from(settings.spread_milli) / 1000;
                let acts = after > own_micros;
                prop_assert!(delay >= own_micros.max(after));
                let most = if acts { after + spread } else { own_micros };
                prop_assert!(delay <= most);
                prop_assert_eq!(drew, acts && spread > 0);
            }
        }
        prop_assert!(settings.mode == PushbackMode::Floor || !drew);
    }

    #[test]
    fn a_grant_breaks_no_rule_and_a_refusal_takes_no_token(
        (backoff, pushback) in (backoff(), pushback()),
        (max_attempts, resend_not_sent) in (1_u8..=10, any::<bool>()),
        (idempotent, target, max) in (any::<bool>(), prop::option::of(duration()), duration()),
        (class, said, made, average) in (class(), said(), 1_u32..12, duration()),
        (deadline, now, stock) in (prop::option::of(duration()), duration(), 0_u64..3),
        seed in any::<[u8; 32]>(),
    ) {
        let settings = RetrySettings { max_attempts, resend_not_sent, backoff, pushback };
        let deadline = deadline.map(|deadline| Instant::ZERO + deadline);
        let terms = Terms { idempotent, target, max, deadline };
        let question = Question { terms, class, pushback: said, made, average };
        let now = Instant::ZERO + now;
        let costs = AwsCosts { transient: 1, timeout: 1, overloaded: 1 };
        let mut budget = Budget::with_level(BudgetSettings::Aws { capacity: 3, costs }, stock * TOKEN, now);
        let mut rng = Stream::derive(&Seed::new(seed), StreamKind::Backoff, 0);
        let result = gate(&settings, &question, &mut Series::new(), &mut budget, &mut rng, now);
        let left = budget.level(now) / TOKEN;
        match result {
            Ok(granted) => {
                prop_assert_eq!(left, stock - 1);
                prop_assert!(class != FailureClass::Fatal && made < u32::from(max_attempts));
                prop_assert!(idempotent || (class == FailureClass::NotSent && resend_not_sent));
                prop_assert!(!said.never || pushback.mode == PushbackMode::Ignore);
                prop_assert!(class != FailureClass::Refused || said.retry_after.is_some());
                prop_assert!(deadline.is_none_or(|deadline| now + granted.delay + average <= deadline));
            }
            Err(refused) => {
                prop_assert_eq!(left, stock);
                let asked = matches!(refused.reason, Reason::RetryNoTime | Reason::RetryBudget);
                prop_assert_eq!(refused.delay.is_some(), asked);
                prop_assert!(refused.reason != Reason::RetryBudget || stock == 0);
            }
        }
    }
}
