//! Pause-tolerant timer: a timeout in stages, which tells a stopped client from a slow server.
//!
//! A garbage collection, a blocked event loop or a throttled tab stops the client while real time goes on; a single
//! timer then fires on resume and blames a server whose reply already waits to be read. Source: the talk "How Netflix
//! Ensures Highly-Reliable Online Stateful Systems" (Lynch, QCon SF 2023) splits one timeout into a chain of shorter
//! ones, each armed when the one before has *run*, so that a pause costs one stage only. State: the stage, the
//! extensions used, when it is due, and how much time was lost to late observations. Inputs: the observations, each
//! at the time the wheel reported it.
//!
//! Departures, ours: *slack*, an observation late by no more counts as in time and the next stage follows from the
//! due time, so a chain does not drift by the host timer's own lateness; *grace*, a late observation of the last
//! stage re-arms for one more stage instead of ending the timer (after the maximum local pause of Cassandra's failure
//! detector); a hard *ceiling* bounds both. With one stage and no grace it is a plain timer; with slack 0 and no
//! grace, the published chain.
//!
//! It is for local suspicion only: call and attempt timeouts and hedge triggers. It never serves tokens, leases,
//! windows, a caller's deadline or a deadline sent to a server, which all mean real time.

pub use super::expiry::{Cause, ExpiredBy, Expiry, Observation};
use crate::time::{Duration, Instant};

/// A stage's slack is its length divided by this, unless the settings say otherwise.
const SLACK_SHARE: u64 = 8;
/// A stage is at least this many times as long as the host timer's resolution.
const RESOLUTIONS_PER_STAGE: u64 = 4;
/// The shortest wait there is: the wheel fires nothing at the instant it was armed.
const TICK: Duration = Duration::from_micros(1);

/// How pause-tolerant timers run: the `timer` section of the configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PauseSettings {
    /// The number of stages, 1..=16, default 4; fewer for durations near [`Self::resolution`].
    pub stages: u8,
    /// Whether a late observation of the last stage is answered by an extension; default true.
    pub grace: bool,
    /// How late an observation may be and still count as in time, 0..=60 s.
    ///
    /// Default `None`: an eighth of a stage, but at least [`Self::resolution`]. An explicit value is not raised.
    pub slack: Option<Duration>,
    /// The most extensions of one timer, 0..=16, default 4; 0 is no grace.
    pub max_ext: u8,
    /// Ends the timer for certain at this many times the longer of its duration and the call's maximum, 1..=100.
    ///
    /// Default `None`: no ceiling. Hosts whose timers are throttled for minutes, as in hidden browser tabs, want 10.
    pub ceiling_factor: Option<u8>,
    /// How late the host's timers ordinarily are, 0..=1 s, default 1 ms; 0 for exact timers.
    pub resolution: Duration,
}

impl Default for PauseSettings {
    fn default() -> Self {
        Self {
            stages: 4,
            grace: true,
            slack: None,
            max_ext: 4,
            ceiling_factor: None,
            resolution: Duration::from_millis(1),
        }
    }
}

impl PauseSettings {
    /// The settings of a hedge trigger of this delay: one stage, slack of half the delay, one extension, no ceiling.
    ///
    /// Observed late by more than half its delay it waits for one more delay, so that a pause of the client does not
    /// release a burst of hedges.
    pub const fn hedge_trigger(delay: Duration) -> Self {
        Self {
            stages: 1,
            grace: true,
            slack: Some(Duration::from_micros(delay.as_micros() / 2)),
            max_ext: 1,
            ceiling_factor: None,
            resolution: Duration::ZERO,
        }
    }
}

/// A pause-tolerant timer; at most 64 bytes.
///
/// The settings are passed to each call and must be those it was armed with. Each observation is O(1), and there are
/// at most `stages + max_ext` of them.
///
/// ```
/// use hedgerow::{Duration, Instant, timer::pause::*};
/// let settings = PauseSettings::default();
/// let ms = |n: u64| Instant::from_micros(n * 1000);
/// let mut timer = PauseTimer::arm(&settings, Duration::from_millis(500), Duration::ZERO, ms(0));
/// assert_eq!(timer.due(), ms(125));
/// // The client stops from 100 to 700 ms: one stage is lost, the other three still run.
/// assert_eq!(timer.observe(&settings, ms(700)), Observation::Rearmed(ms(825)));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PauseTimer {
    armed: Instant,
    duration: Duration,
    due: Instant,
    /// The end of time when there is no ceiling.
    hard: Instant,
    lost: Duration,
    late_count: u32,
    stages: u8,
    stage: u8,
    ext: u8,
}

impl PauseTimer {
    /// Arms a timer for `duration`; it is not due before [`Self::due`].
    ///
    /// `max` is the effective maximum of the call and serves the ceiling only. A duration of zero expires at the first
    /// observation, one microsecond on at the earliest. "No limit" saturates: do not arm a timer for it.
    pub fn arm(settings: &PauseSettings, duration: Duration, max: Duration, now: Instant) -> Self {
        let hard = match settings.ceiling_factor {
            Some(factor) => now + duration.max(max).saturating_mul(factor as u64),
            None => Instant::MAX,
        };
        let mut timer = Self {
            armed: now,
            duration,
            due: now,
            hard,
            lost: Duration::ZERO,
            late_count: 0,
            stages: stages(settings, duration),
            stage: 0,
            ext: 0,
        };
        // The ceiling is never before the whole duration, so it cannot cut the first stage.
        timer.due = now + timer.stage_length(0).max(TICK);
        timer
    }

    /// When it wants to be observed next.
    pub const fn due(&self) -> Instant {
        self.due
    }

    /// When it was armed.
    pub const fn armed(&self) -> Instant {
        self.armed
    }

    /// The sum of the lateness of all late observations so far.
    pub const fn lost(&self) -> Duration {
        self.lost
    }

    /// How often it was extended for a late observation of its last stage.
    pub(crate) const fn extensions(&self) -> u8 {
        self.ext
    }

    /// Observes the timer: the wheel reported it, at `now`.
    pub fn observe(&mut self, settings: &PauseSettings, now: Instant) -> Observation {
        if now < self.due {
            return Observation::Early;
        }
        let lateness = now.since(self.due);
        let late = lateness > self.slack(settings);
        if late {
            self.lost = self.lost + lateness;
            self.late_count = self.late_count.saturating_add(1);
        }
        if settings.ceiling_factor.is_some() && now >= self.hard {
            return Observation::Expired(self.report(late, ExpiredBy::Ceiling, now));
        }
        let next = if self.stage.saturating_add(1) < self.stages {
            self.stage += 1;
            let base = if late { now } else { self.due };
            base + self.stage_length(self.stage)
        } else if late && self.may_extend(settings) {
            self.ext += 1;
            now + self.longest_stage()
        } else {
            return Observation::Expired(self.report(late, ExpiredBy::Due, now));
        };
        self.due = next.min(self.hard);
        Observation::Rearmed(self.due)
    }

    /// An extension of no length would give no grace, so a duration of zero has none.
    const fn may_extend(&self, settings: &PauseSettings) -> bool {
        settings.grace && self.ext < settings.max_ext && self.duration.as_micros() > 0
    }

    fn report(&self, late: bool, by: ExpiredBy, now: Instant) -> Expiry {
        let wall = now.since(self.armed);
        let paused = late || (self.lost > Duration::ZERO && self.lost >= self.longest_stage());
        Expiry {
            wall,
            live: wall - self.lost,
            lost: self.lost,
            cause: if paused { Cause::ClientPause } else { Cause::Server },
            late_count: self.late_count,
            ext: self.ext,
            by,
        }
    }

    /// The length of a stage: the duration divided evenly, the remainder going to the first stages.
    fn stage_length(&self, stage: u8) -> Duration {
        let (length, longer) = self.division();
        Duration::from_micros(length + u64::from((stage as u64) < longer))
    }

    fn longest_stage(&self) -> Duration {
        self.stage_length(0)
    }

    /// Length of a stage, and how many stages are one microsecond longer.
    fn division(&self) -> (u64, u64) {
        let (micros, stages) = (self.duration.as_micros(), u64::from(self.stages.max(1)));
        (micros / stages, micros % stages)
    }

    fn slack(&self, settings: &PauseSettings) -> Duration {
        let share = Duration::from_micros(self.longest_stage().as_micros().div_ceil(SLACK_SHARE));
        settings.slack.unwrap_or_else(|| share.max(settings.resolution))
    }
}

/// The number of stages that a duration is divided into, at least one.
fn stages(settings: &PauseSettings, duration: Duration) -> u8 {
    let micros = duration.as_micros();
    let shortest = settings.resolution.saturating_mul(RESOLUTIONS_PER_STAGE).as_micros();
    let most = micros.checked_div(shortest).unwrap_or(u64::MAX).min(micros).max(1);
    u64::from(settings.stages).clamp(1, most) as u8
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    const fn at(micros: u64) -> Instant {
        Instant::from_micros(micros)
    }

    const fn long(micros: u64) -> Duration {
        Duration::from_micros(micros)
    }

    fn exact() -> PauseSettings {
        PauseSettings { resolution: Duration::ZERO, ..PauseSettings::default() }
    }

    fn expiry(answer: Observation) -> Expiry {
        match answer {
            Observation::Expired(expiry) => expiry,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_timer_takes_at_most_64_bytes() {
        assert!(size_of::<PauseTimer>() <= 64, "{}", size_of::<PauseTimer>());
    }

    #[test]
    fn the_remainder_goes_to_the_first_stages() {
        let timer = PauseTimer::arm(&exact(), long(1003), long(0), at(0));
        let lengths: Vec<_> = (0..4).map(|stage| timer.stage_length(stage).as_micros()).collect();
        assert_eq!(lengths, [251, 251, 251, 250]);
    }

    #[test]
    fn a_coarse_resolution_leaves_fewer_stages_and_more_slack() {
        let stages_and_slack = |duration| {
            let timer = PauseTimer::arm(&PauseSettings::default(), long(duration), long(0), at(0));
            (timer.stages, timer.slack(&PauseSettings::default()).as_micros())
        };
        assert_eq!(stages_and_slack(3_000), (1, 1000));
        assert_eq!(stages_and_slack(9_000), (2, 1000));
        assert_eq!(stages_and_slack(15_999), (3, 1000));
        assert_eq!(stages_and_slack(16_000), (4, 1000));
        assert_eq!(stages_and_slack(500_000), (4, 15_625));
    }

    #[test]
    fn late_by_the_slack_is_in_time_and_by_one_more_is_late() {
        for (lateness, due, lost) in [(15_625, 250_000, 0), (15_626, 265_626, 15_626)] {
            let mut timer = PauseTimer::arm(&exact(), long(500_000), long(0), at(0));
            let now = at(125_000 + lateness);
            let due = if lost == 0 { due } else { now.as_micros() + 125_000 };
            assert_eq!(timer.observe(&exact(), now), Observation::Rearmed(at(due)));
            assert_eq!(timer.lost(), long(lost));
        }
    }

    #[test]
    fn an_explicit_slack_is_not_raised_by_the_resolution() {
        let settings = PauseSettings { slack: Some(Duration::ZERO), ..PauseSettings::default() };
        let mut timer = PauseTimer::arm(&settings, long(500_000), long(0), at(0));
        assert_eq!(timer.observe(&settings, at(125_001)), Observation::Rearmed(at(250_001)));
    }

    #[test]
    fn an_early_observation_changes_nothing() {
        let mut timer = PauseTimer::arm(&exact(), long(500_000), long(0), at(7));
        let before = timer;
        assert_eq!(timer.observe(&exact(), at(125_006)), Observation::Early);
        assert_eq!(timer, before);
    }

    #[test]
    fn a_duration_of_zero_expires_at_the_first_observation_however_late() {
        for (settings, now, cause) in [
            (exact(), 1, Cause::Server),
            (exact(), 50, Cause::ClientPause),
            (PauseSettings::default(), 50, Cause::Server),
        ] {
            let mut timer = PauseTimer::arm(&settings, Duration::ZERO, long(0), at(0));
            assert_eq!(timer.due(), at(1));
            assert_eq!(expiry(timer.observe(&settings, at(now))).cause, cause);
        }
    }

    #[test]
    fn the_ceiling_counts_from_the_longer_of_duration_and_maximum() {
        let settings = PauseSettings { ceiling_factor: Some(2), ..exact() };
        for (max, hard) in [(100, 2000), (3000, 6000)] {
            let mut timer = PauseTimer::arm(&settings, long(1000), long(max), at(0));
            let before = timer.observe(&settings, at(hard - 1));
            assert_eq!(before, Observation::Rearmed(at(hard)));
            let report = expiry(timer.observe(&settings, at(hard)));
            assert_eq!((report.by, report.wall), (ExpiredBy::Ceiling, long(hard)));
        }
    }

    #[test]
    fn a_pause_of_one_whole_stage_names_the_client_and_a_shorter_one_does_not_hide_a_dead_server() {
        for (lost, cause) in [(124_999, Cause::Server), (125_000, Cause::ClientPause)] {
            let mut timer = PauseTimer::arm(&exact(), long(500_000), long(0), at(0));
            timer.observe(&exact(), at(125_000 + lost));
            timer.observe(&exact(), timer.due());
            timer.observe(&exact(), timer.due());
            let report = expiry(timer.observe(&exact(), timer.due()));
            assert_eq!((report.lost, report.cause, report.late_count), (long(lost), cause, 1));
        }
    }

    #[test]
    fn a_hedge_trigger_waits_once_more_when_observed_late() {
        let settings = PauseSettings::hedge_trigger(long(9001));
        assert_eq!(settings.slack, Some(long(4500)));
        let mut timer = PauseTimer::arm(&settings, long(9001), Duration::MAX, at(0));
        assert_eq!(timer.observe(&settings, at(13_502)), Observation::Rearmed(at(22_503)));
        assert_eq!(expiry(timer.observe(&settings, at(90_000))).ext, 1);
    }

    #[test]
    fn no_limit_saturates_at_the_end_of_time() {
        let settings = PauseSettings { ceiling_factor: Some(100), stages: 1, ..exact() };
        let mut timer = PauseTimer::arm(&settings, Duration::MAX, Duration::MAX, at(5));
        assert_eq!(timer.due(), Instant::MAX);
        assert_eq!(expiry(timer.observe(&settings, Instant::MAX)).lost, Duration::ZERO);
    }
}
