//! The promises of pause-tolerant timers, over random settings, durations and patterns of lateness.
//!
//! The figures of a timer (stages, longest stage, slack) are computed here anew from the published rule.

use hedgerow::{Cause, Duration, ExpiredBy, Expiry, Instant, Observation, PauseSettings, PauseTimer};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

const fn at(micros: u64) -> Instant {
    Instant::from_micros(micros)
}

/// What follows from settings and duration alone.
#[derive(Clone, Copy, Debug)]
struct Figures {
    stages: u64,
    shortest: u64,
    longest: u64,
    slack: u64,
}

fn figures(settings: &PauseSettings, duration: u64) -> Figures {
    let resolution = settings.resolution.as_micros();
    let mut stages = u64::from(settings.stages);
    if resolution > 0 {
        stages = stages.min((duration / (4 * resolution)).max(1));
    }
    stages = stages.clamp(1, duration.max(1));
    let (shortest, longest) = (duration / stages, duration.div_ceil(stages));
    let slack = settings.slack.map_or(longest.div_ceil(8).max(resolution), Duration::as_micros);
    Figures { stages, shortest, longest, slack }
}

#[derive(Clone, Copy, Debug)]
struct Observed {
    due: u64,
    now: u64,
}

/// A timer's life: every observation, and the report.
#[derive(Debug)]
struct Life {
    observed: Vec<Observed>,
    expiry: Expiry,
}

impl Life {
    fn end(&self) -> u64 {
        self.observed.last().unwrap().now
    }

    fn late(&self, slack: u64) -> impl Iterator<Item = Observed> {
        self.observed.iter().copied().filter(move |seen| seen.now - seen.due > slack)
    }
}

/// Plays a timer whose host runs at `wake(due, earliest)`, where `earliest` is the first time the wheel can fire it.
fn play(
    settings: &PauseSettings,
    duration: u64,
    max: u64,
    armed: u64,
    mut wake: impl FnMut(u64, u64) -> u64,
) -> Life {
    let max = Duration::from_micros(max);
    let mut timer = PauseTimer::arm(settings, Duration::from_micros(duration), max, at(armed));
    let (mut observed, mut now) = (Vec::new(), armed);
    loop {
        let due = timer.due().as_micros();
        let earliest = due.max(now.saturating_add(1));
        if due > now {
            assert_eq!(timer.observe(settings, at(due - 1)), Observation::Early);
        }
        now = wake(due, earliest).max(earliest);
        observed.push(Observed { due, now });
        match timer.observe(settings, at(now)) {
            Observation::Early => panic!("early at {now}, due {due}"),
            Observation::Rearmed(next) => assert_eq!(next, timer.due()),
            Observation::Expired(expiry) => return Life { observed, expiry },
        }
    }
}

fn config() -> ProptestConfig {
    ProptestConfig {
        cases: 1000,
        rng_seed: RngSeed::Fixed(2),
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

/// A number of at most `bits` bits, every length equally likely.
fn any_length(bits: u32) -> impl Strategy<Value = u64> {
    (1..=bits, any::<u64>()).prop_map(|(bits, number)| number >> (64 - bits))
}

/// Exact host timers, automatic slack, no ceiling.
fn plain() -> impl Strategy<Value = PauseSettings> {
    (1_u8..=16, any::<bool>(), 0_u8..=16).prop_map(|(stages, grace, max_ext)| PauseSettings {
        stages,
        grace,
        max_ext,
        resolution: Duration::ZERO,
        ..PauseSettings::default()
    })
}

/// Every setting within its range.
fn any_settings() -> impl Strategy<Value = PauseSettings> {
    let slack = prop::option::of(any_length(25).prop_map(Duration::from_micros));
    (plain(), slack, prop::option::of(1_u8..=100), any_length(20)).prop_map(
        |(plain, slack, ceiling_factor, resolution)| PauseSettings {
            slack,
            ceiling_factor,
            resolution: Duration::from_micros(resolution),
            ..plain
        },
    )
}

/// How late each observation is; none after the last.
fn lateness() -> impl Strategy<Value = Vec<u64>> {
    let one = prop_oneof![2 => Just(0), 3 => any_length(40)];
    prop::collection::vec(one, 0..40)
}

fn in_turn(lateness: &[u64]) -> impl FnMut(u64, u64) -> u64 {
    let mut lateness = lateness.iter();
    move |_, earliest| earliest.saturating_add(lateness.next().copied().unwrap_or(0))
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn it_never_expires_before_its_duration(
        settings in any_settings(), duration in any_length(40), max in any_length(40), armed in any_length(50),
        lateness in lateness(),
    ) {
        let life = play(&settings, duration, max, armed, in_turn(&lateness));
        prop_assert!(life.end() >= armed + duration);
    }

    #[test]
    fn observed_in_time_it_expires_within_one_slack(
        settings in plain(), duration in 1_u64..1 << 40, armed in any_length(50), shares in prop::collection::vec(0_u64..=16, 16),
    ) {
        let Figures { stages, slack, .. } = figures(&settings, duration);
        let mut shares = shares.into_iter();
        let life = play(&settings, duration, 0, armed, |due, _| due + slack * shares.next().unwrap() / 16);
        let wall = life.end() - armed;
        prop_assert!((duration..=duration + slack).contains(&wall), "{wall}");
        prop_assert_eq!(life.observed.len() as u64, stages);
        prop_assert_eq!((life.expiry.lost, life.expiry.cause), (Duration::ZERO, Cause::Server));
    }

    #[test]
    fn one_pause_consumes_at_most_one_stage(
        settings in plain(), duration in any_length(40).prop_map(|duration| duration + 1), from in 0_u64..1200,
        length in any_length(45),
    ) {
        let Figures { longest, slack, .. } = figures(&settings, duration);
        let from = (u128::from(duration) * u128::from(from) / 1000) as u64;
        let until = from + length;
        let life = play(&settings, duration, 0, 0, |_, due| if (from..until).contains(&due) { until } else { due });
        let ran = life.end() - (life.end().min(until) - life.end().min(from));
        // A pause that ends within the slack counts as in time, and the slack is then part of what it consumes.
        let unseen = if life.expiry.late_count == 0 { slack } else { 0 };
        prop_assert!(ran + longest + unseen >= duration, "ran {ran} of {duration}");
    }

    #[test]
    fn after_a_late_observation_a_whole_stage_runs(
        settings in plain(), duration in any_length(40).prop_map(|duration| duration + 1), lateness in lateness(),
    ) {
        let figures = figures(&settings, duration);
        let life = play(&settings, duration, 0, 0, in_turn(&lateness));
        let extensions = life.observed.len() as u64 - figures.stages;
        prop_assert_eq!(u64::from(life.expiry.ext), extensions);
        if settings.grace {
            let last_was_late = life.late(figures.slack).any(|seen| seen.now == life.end());
            prop_assert!(!last_was_late || life.expiry.ext == settings.max_ext, "fired on a late observation");
            for (index, seen) in life.observed.iter().enumerate() {
                let extended = (index as u64 + 1).saturating_sub(figures.stages) as u8;
                if seen.now - seen.due > figures.slack && extended < settings.max_ext {
                    // The next stage may be one of the shorter ones; an extension is as long as the longest.
                    let last = index as u64 + 1 >= figures.stages;
                    let whole = if last { figures.longest } else { figures.shortest };
                    prop_assert!(life.end() - seen.now >= whole);
                }
            }
        }
    }

    #[test]
    fn its_observations_are_bounded_on_both_sides(
        settings in any_settings(), duration in any_length(40), max in any_length(40), lateness in lateness(),
    ) {
        let figures = figures(&settings, duration);
        let life = play(&settings, duration, max, 0, in_turn(&lateness));
        let most = figures.stages + if settings.grace { u64::from(settings.max_ext) } else { 0 };
        prop_assert!(life.observed.len() as u64 <= most);
        prop_assert!(life.expiry.by == ExpiredBy::Ceiling || life.observed.len() as u64 >= figures.stages);
    }

    #[test]
    fn the_report_adds_up(
        settings in any_settings(), duration in 1_u64..1 << 40, max in any_length(40), armed in any_length(50),
        lateness in lateness(),
    ) {
        let figures = figures(&settings, duration);
        let life = play(&settings, duration, max, armed, in_turn(&lateness));
        let lost: u64 = life.late(figures.slack).map(|seen| seen.now - seen.due).sum();
        let last_was_late = life.late(figures.slack).any(|seen| seen.now == life.end());
        let paused = lost >= figures.longest || last_was_late;
        let Expiry { wall, live, late_count, cause, .. } = life.expiry;
        prop_assert_eq!(life.expiry.lost.as_micros(), lost);
        prop_assert_eq!(wall.as_micros(), life.end() - armed);
        prop_assert_eq!(live.as_micros(), life.end() - armed - lost);
        prop_assert_eq!(late_count as usize, life.late(figures.slack).count());
        prop_assert_eq!(cause, if paused { Cause::ClientPause } else { Cause::Server });
    }

    #[test]
    fn the_first_observation_past_the_ceiling_ends_it(
        settings in any_settings(), factor in 1_u8..=100, duration in any_length(40), max in any_length(40),
        lateness in lateness(),
    ) {
        let settings = PauseSettings { ceiling_factor: Some(factor), ..settings };
        let hard = u64::from(factor) * duration.max(max);
        let life = play(&settings, duration, max, 0, in_turn(&lateness));
        let past = life.observed.iter().position(|seen| seen.now >= hard);
        prop_assert!(past.is_none_or(|index| index + 1 == life.observed.len()));
        prop_assert_eq!(life.expiry.by == ExpiredBy::Ceiling, past.is_some());
        prop_assert!(life.observed.iter().all(|seen| seen.due <= hard.max(1)));
    }

    #[test]
    fn any_numbers_end_without_a_panic(
        (stages, grace, max_ext) in any::<(u8, bool, u8)>(), slack in prop::option::of(any_length(64)),
        ceiling_factor in any::<Option<u8>>(), resolution in any_length(64), duration in any_length(64),
        max in any_length(64), armed in any_length(64), times in prop::collection::vec(any_length(64), 600),
    ) {
        let settings = PauseSettings {
            stages, grace, max_ext, ceiling_factor,
            slack: slack.map(Duration::from_micros),
            resolution: Duration::from_micros(resolution),
        };
        let (duration, max) = (Duration::from_micros(duration), Duration::from_micros(max));
        let mut timer = PauseTimer::arm(&settings, duration, max, at(armed));
        let mut due = 0;
        for time in times {
            match timer.observe(&settings, at(time)) {
                Observation::Early => prop_assert!(at(time) < timer.due()),
                Observation::Rearmed(_) => due += 1,
                Observation::Expired(expiry) => {
                    prop_assert_eq!(expiry.live + expiry.lost, expiry.wall.max(expiry.lost));
                    break;
                }
            }
        }
        prop_assert!(due <= 255 + 255);
    }
}
