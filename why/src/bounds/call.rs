//! The bounds of one call: attempts, how long it takes, how long it waits, when it is hedged.
//!
//! A call timeout counts the time in which the client ran. So the longest call has two numbers: the time of a client
//! that never pauses, and the *live* time (wall time less what late observations lost) of one that pauses at the worst
//! moments, each pause extending the last stage. Wall time as such is bounded only by a ceiling. The timer itself is
//! asked for both, so that its rules stand in one place. An answer that is handed over late still wins; what is
//! bounded is the time until the timeout is told.

use hedgerow::config::{ClassSettings, Idempotency, Priority};
use hedgerow::hedge::delay::Strategy;
use hedgerow::retry::outcome::FailureClass;
use hedgerow::retry::pushback::{LONGEST, PushbackMode, PushbackSettings};
use hedgerow::timer::pause::{Observation, PauseSettings, PauseTimer};
use hedgerow::{Config, Duration, Instant};
use serde_json::{Value, json};

const PPM: u128 = 1_000_000;

/// The bounds of one class.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallBounds {
    /// The number of the namespace, 0 the unnamed one.
    pub namespace: u32,
    /// The number of the operation, 0 the unnamed one.
    pub operation: u32,
    /// Whether its calls may be sent again.
    pub idempotency: Idempotency,
    /// The primary and its retries.
    pub sends: u8,
    /// Hedges of one call.
    pub hedges: u8,
    /// Until the call timeout, with the configured max.
    pub longest: Longest,
    /// The same with the greatest max that a signal may name.
    pub signalled: Longest,
    /// The least and the greatest wait before each retry that the server gives no hint for, without signals.
    pub waits: Vec<(Duration, Duration)>,
    /// The longest wait before any retry, hints of servers included, without signals.
    pub longest_wait: Duration,
    /// When hedges go out; `None` when the class has none.
    pub hedge: Option<HedgeBounds>,
}

/// How long a call can go on until its call timeout ends it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Longest {
    /// When the host observes every stage within the slack: the max and one slack.
    pub awake: Duration,
    /// Time in which the client ran, whatever pauses there are.
    pub live: Duration,
    /// Wall time up to the observation that ends it; `None` without a ceiling.
    pub wall: Option<Duration>,
}

/// How long after an attempt a hedge may follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HedgeBounds {
    /// Not before, unless a failure sends it at once.
    pub least: Duration,
    /// Not later, by a client that is awake; a hedge that could not be answered in time is not sent.
    pub greatest: Duration,
    /// Whether a failure sends the next hedge at once.
    pub after_failure: bool,
}

impl CallBounds {
    /// The bounds of a class whose calls are as its operation says. O(stages + attempts).
    pub fn of(config: &Config, namespace: u32, operation: u32) -> Self {
        let (idempotency, priority) = config.operation(operation);
        Self::of_call(config, namespace, operation, idempotency, priority)
    }

    /// The bounds of a call that says itself whether it may be sent again and how important it is.
    pub fn of_call(
        config: &Config,
        namespace: u32,
        operation: u32,
        idempotency: Idempotency,
        priority: Priority,
    ) -> Self {
        let settings = config.class(namespace, operation);
        let max = settings.objective.max;
        let repeats = idempotency != Idempotency::None || settings.retry.resend_not_sent;
        let sends = if repeats { settings.retry.max_attempts.max(1) } else { 1 };
        let hedges = hedges(&settings, idempotency, priority);
        let waits = waits(&settings, sends);
        Self {
            namespace,
            operation,
            idempotency,
            sends,
            hedges,
            longest: Longest::of(&config.timer.pause, max),
            signalled: Longest::of(&config.timer.pause, max.max(config.signal.guard.max_max)),
            longest_wait: longest_wait(&settings, &waits),
            waits,
            hedge: (hedges > 0).then(|| hedge_bounds(&settings)),
        }
    }

    /// Attempts of one call, all kinds together.
    pub const fn attempts(&self) -> u32 {
        self.sends as u32 + self.hedges as u32
    }

    /// Whether another class differs by its name only.
    pub(super) fn promises_the_same_as(&self, other: &Self) -> bool {
        *self == Self { namespace: self.namespace, operation: self.operation, ..other.clone() }
    }

    pub(super) fn to_json(&self) -> Value {
        let waits = self.waits.iter().map(
            |(least, greatest)| json!({"least_us": least.as_micros(), "greatest_us": greatest.as_micros()}),
        );
        let hedge = self.hedge.map(|hedge| {
            json!({"least_us": hedge.least.as_micros(), "greatest_us": hedge.greatest.as_micros(),
                "after_failure": hedge.after_failure})
        });
        json!({
            "attempts": self.attempts(),
            "primary_and_retries": self.sends,
            "hedges": self.hedges,
            "longest": self.longest.to_json(),
            "longest_when_signalled": self.signalled.to_json(),
            "waits": waits.collect::<Vec<_>>(),
            "longest_wait_us": self.longest_wait.as_micros(),
            "hedge": hedge,
        })
    }
}

impl Longest {
    /// Asks the timer of a call with this max.
    fn of(settings: &PauseSettings, max: Duration) -> Self {
        let slack = slack(settings, max);
        let wall = settings.ceiling_factor.map(|factor| max.saturating_mul(u64::from(factor)));
        // An extension follows a late observation only, and then the lateness is not live time. The last observation
        // of all may be in time and up to the slack after it was due.
        let extended = extended(&PauseSettings { ceiling_factor: None, ..*settings }, max, slack);
        Self { awake: max + slack, live: wall.map_or(extended, |wall| wall.min(extended)) + slack, wall }
    }

    fn to_json(self) -> Value {
        json!({"awake_us": self.awake.as_micros(), "live_us": self.live.as_micros(),
            "wall_us": self.wall.map(Duration::as_micros)})
    }
}

/// The live time of a timer whose every observation is late.
fn extended(settings: &PauseSettings, max: Duration, slack: Duration) -> Duration {
    let mut timer = PauseTimer::arm(settings, max, max, Instant::ZERO);
    loop {
        let late = timer.due() + slack + Duration::from_micros(1);
        if let Observation::Expired(expiry) = timer.observe(settings, late) {
            return expiry.live;
        }
    }
}

/// The greatest lateness that still counts as in time.
fn slack(settings: &PauseSettings, max: Duration) -> Duration {
    let in_time = |lateness: u64| {
        let mut timer = PauseTimer::arm(settings, max, max, Instant::ZERO);
        let now = timer.due() + Duration::from_micros(lateness);
        timer.observe(settings, now);
        timer.lost() == Duration::ZERO
    };
    let (mut known, mut beyond) = (0, 1 << 40);
    while beyond - known > 1 {
        let middle = known + (beyond - known) / 2;
        if in_time(middle) { known = middle } else { beyond = middle }
    }
    Duration::from_micros(known)
}

fn hedges(settings: &ClassSettings, idempotency: Idempotency, priority: Priority) -> u8 {
    let off = settings.hedge.delay.strategy == Strategy::Off || priority > settings.hedge.lowest_priority;
    let once = matches!(idempotency, Idempotency::None | Idempotency::Retry);
    if off || once { 0 } else { settings.hedge.max }
}

/// The interval of the own delay before each retry, cut to the max, after which no retry is sent.
fn waits(settings: &ClassSettings, sends: u8) -> Vec<(Duration, Duration)> {
    let (target, max) = (settings.objective.target, settings.objective.max);
    let mut before = Duration::ZERO;
    let interval =
        |k: u32, before: Duration, class| settings.retry.backoff.bounds(k, target, max, class, before);
    let mut all = Vec::new();
    for k in 1..u32::from(sends) {
        let [usual, overloaded] =
            [FailureClass::Transient, FailureClass::Overloaded].map(|class| interval(k, before, class));
        // A decorrelated delay follows from the one before; the least of all follows from none.
        let least = interval(k, Duration::ZERO, FailureClass::Transient).0.min(overloaded.0).min(usual.0);
        before = usual.1.max(overloaded.1);
        all.push((least.min(max), before.min(max)));
    }
    all
}

fn longest_wait(settings: &ClassSettings, waits: &[(Duration, Duration)]) -> Duration {
    let Some(own) = waits.iter().map(|(_, greatest)| *greatest).max() else { return Duration::ZERO };
    let PushbackSettings { mode, spread_milli, window, clamp } = settings.retry.pushback;
    let spread = LONGEST.as_micros().saturating_mul(u64::from(spread_milli)) / 1000;
    let hinted = match mode {
        PushbackMode::Floor => LONGEST + Duration::from_micros(spread),
        PushbackMode::Exact => LONGEST,
        PushbackMode::Window => own + window,
        PushbackMode::Clamp => clamp,
        PushbackMode::Ignore => own,
    };
    own.max(hinted).min(settings.objective.max)
}

fn hedge_bounds(settings: &ClassSettings) -> HedgeBounds {
    let (delay, max) = (&settings.hedge.delay, settings.objective.max);
    let (least, greatest) = match (delay.strategy, settings.objective.target) {
        (Strategy::Fixed, _) => {
            let fixed = delay.delay.unwrap_or(max);
            (fixed, fixed)
        }
        (Strategy::Slo, Some(target)) => (aimed(settings, target), max),
        (Strategy::SingleR, Some(target)) => (aimed(settings, target), target.max(delay.min_delay)),
        (Strategy::Off | Strategy::Quantile | Strategy::Slo | Strategy::SingleR, _) => (Duration::ZERO, max),
    };
    HedgeBounds {
        least: least.min(max),
        greatest: greatest.min(max),
        after_failure: settings.hedge.after_failure,
    }
}

/// The least of `target − average`: no hedge is armed from the miss ratio on, and none is below the floor of samples.
fn aimed(settings: &ClassSettings, target: Duration) -> Duration {
    let delay = &settings.hedge.delay;
    let missed = u128::from(target.as_micros()) * u128::from(delay.miss_ratio_ppm) / PPM;
    let left = target - Duration::from_micros(u64::try_from(missed).unwrap_or(u64::MAX));
    target.min(left.max(delay.min_delay))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bounds(text: &str) -> CallBounds {
        let config: Config = serde_json::from_str(text).unwrap();
        CallBounds::of(&config, 0, config.operations.len() as u32)
    }

    #[test]
    fn attempts_follow_idempotency() {
        let attempts = |word: &str| {
            let text =
                format!(r#"{{"operations": {{"op": {{"idempotency": "{word}"}}}}, "hedge": {{"max": 2}}}}"#);
            bounds(&text).attempts()
        };
        assert_eq!(["none", "retry", "natural", "token"].map(attempts), [1, 3, 5, 5]);
        assert_eq!(bounds(r#"{"retry": {"resend_not_sent": true}}"#).attempts(), 3);
    }

    #[test]
    fn a_timer_of_four_stages_may_be_extended_four_times() {
        let longest = bounds(r#"{"objective": {"max_us": 500000}}"#).longest;
        let told = [longest.awake, longest.live].map(Duration::as_micros);
        assert_eq!(told, [515_625, 500_000 + 4 * 125_000 + 15_625]);
        let text = r#"{"objective": {"max_us": 500000}, "timer": {"ceiling_factor": 1, "slack_us": 0}}"#;
        let longest = bounds(text).longest;
        assert_eq!((longest.live.as_micros(), longest.wall), (500_000, Some(Duration::from_millis(500))));
    }

    #[test]
    fn waits_are_those_of_the_backoff_and_end_at_the_max() {
        let text = r#"{"objective": {"target_us": 10000, "max_us": 15000},
            "operations": {"op": {"idempotency": "retry"}}}"#;
        let ms = |pair: &(Duration, Duration)| (pair.0.as_micros() / 1000, pair.1.as_micros() / 1000);
        let bounds = bounds(text);
        assert_eq!(bounds.waits.iter().map(ms).collect::<Vec<_>>(), [(5, 10), (0, 15)]);
        assert_eq!(bounds.longest_wait, Duration::from_millis(15));
    }

    #[test]
    fn a_hedge_aims_at_the_target() {
        let text = r#"{"objective": {"target_us": 10000, "max_us": 50000},
            "operations": {"op": {"idempotency": "natural"}}}"#;
        let hedge = bounds(text).hedge.unwrap();
        assert_eq!(
            (hedge.least.as_micros(), hedge.greatest.as_micros(), hedge.after_failure),
            (500, 50_000, true)
        );
    }
}
