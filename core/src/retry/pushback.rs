//! Pushback: what a server says about trying again, in one normal form, and what it does to a drawn delay.
//!
//! Sources: gRPC proposal A6 (`exact`), AWS SDK standard retry 2.0 (`clamp`) and 2.1 (`window`), Finagle (`ignore`);
//! `floor` is ours: the hint is a floor, never shortened and never cut to a deadline. The map form is the one
//! published with Netflix's prioritized load shedding. Inputs are the own delay, which is drawn first in every mode,
//! and the hint. The *spread* is ours too: clients told the same delay would return together, so a floor that acts
//! adds up to a tenth of itself. Stateless; it never sleeps and never decides whether to retry.

use super::server_delay::decimal;
use crate::{rng::Stream, time::Duration};

/// The longest delay that a server can ask for; more is cut to this.
pub const LONGEST: Duration = Duration::from_secs(3600);
/// The most retries that a server can grant; more is read as this.
pub const MOST_RETRIES: u8 = 10;

/// What a server said about trying again; the default says nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Pushback {
    /// Not before this time has passed.
    pub retry_after: Option<Duration>,
    /// Not at all.
    pub never: bool,
    /// Not more retries than this in the whole call, 0..=10.
    pub max_retries: Option<u8>,
}

/// A parsed [`Pushback`] and whether something in it was cut to its limit, for the counter of such values.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Hint {
    /// What the server said.
    pub pushback: Pushback,
    /// Whether a delay above one hour was cut.
    pub clamped: bool,
}

/// A map form that breaks its rules; the record is dropped whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct InvalidMap;

impl core::fmt::Display for InvalidMap {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(
            "pushback map: want maxRetries an integer ≥ 0, retryAfterSeconds a number of ≤ 3 decimals",
        )
    }
}

impl core::error::Error for InvalidMap {}

impl Hint {
    /// The server said nothing.
    pub const NONE: Self = Self { pushback: Pushback::NONE, clamped: false };
    /// The server said never.
    pub const NEVER: Self = Self { pushback: Pushback::NEVER, clamped: false };
}

impl Pushback {
    /// Says nothing.
    pub const NONE: Self = Self { retry_after: None, never: false, max_retries: None };
    /// Says "do not try again".
    pub const NEVER: Self = Self { retry_after: None, never: true, max_retries: None };

    /// Says "not before this time has passed".
    pub const fn after(delay: Duration) -> Self {
        Self { retry_after: Some(delay), ..Self::NONE }
    }

    /// Reads the map form `{maxRetries, retryAfterSeconds}` from the text of its two numbers.
    ///
    /// `maxRetries` is an integer ≥ 0 (0 means never, above 10 is 10); `retryAfterSeconds` is an integer or a decimal of
    /// at most three fractional digits (negative means never). Anything else is [`InvalidMap`]. O(length).
    ///
    /// ```
    /// use hedgerow::retry::pushback::Pushback;
    /// let hint = Pushback::from_map(Some("1"), Some("0.25")).unwrap();
    /// assert_eq!((hint.pushback.max_retries, hint.pushback.retry_after.unwrap().as_micros()), (Some(1), 250_000));
    /// assert!(Pushback::from_map(Some("-1"), None).is_err());
    /// ```
    pub fn from_map(
        max_retries: Option<&str>,
        retry_after_seconds: Option<&str>,
    ) -> Result<Hint, InvalidMap> {
        let mut said = Self::NONE;
        if let Some(text) = max_retries {
            let count = decimal(text, 0).ok_or(InvalidMap)?.min(u64::from(MOST_RETRIES));
            said.max_retries = Some(count as u8);
        }
        if let Some(text) = retry_after_seconds {
            let (negative, magnitude) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
            let millis = decimal(magnitude, 3).ok_or(InvalidMap)?;
            said.never = negative && millis > 0;
            said.retry_after = (!said.never).then(|| Duration::from_millis(millis));
        }
        Ok(said.normalized())
    }

    /// The normal form: a delay of at most one hour, at most 10 retries, and no retry left means never.
    pub fn normalized(self) -> Hint {
        let clamped = self.retry_after.is_some_and(|after| after > LONGEST);
        let pushback = Self {
            retry_after: self.retry_after.map(|after| after.min(LONGEST)),
            never: self.never || self.max_retries == Some(0),
            max_retries: self.max_retries.map(|count| count.min(MOST_RETRIES)),
        };
        Hint { pushback, clamped }
    }
}

/// What a hint does to the own delay; `a` is the hint.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum PushbackMode {
    /// `a` plus a spread when `a` is longer, else the own delay. The default.
    #[default]
    Floor,
    /// `a`, and the series of own delays starts again.
    Exact,
    /// `a`, held between the own delay and [`PushbackSettings::window`] above it.
    Window,
    /// `a`, at most [`PushbackSettings::clamp`].
    Clamp,
    /// The own delay, whatever the server says; `never` and `max_retries` are ignored too.
    Ignore,
}

/// `retry.pushback.*`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PushbackSettings {
    /// What a hint does.
    pub mode: PushbackMode,
    /// Thousandths of the hint by which a floor that acts is spread, 0..=1000.
    pub spread_milli: u32,
    /// How far a hint may lie above the own delay in mode `window`.
    pub window: Duration,
    /// The longest hint obeyed in mode `clamp`.
    pub clamp: Duration,
}

impl PushbackSettings {
    /// Combines the own delay with a hint, drawing the spread only when a floor acts and has one.
    ///
    /// A hint above one hour counts as one hour. At most one draw. O(1).
    ///
    /// ```
    /// use hedgerow::{Duration, retry::preset::Preset, rng::Stream};
    /// let (own, hint) = (Duration::from_millis(50), Duration::from_secs(10));
    /// let delay = Preset::Aws21.pushback().apply(own, Some(hint), &mut Stream::from_fractions(vec![]));
    /// assert_eq!(delay, Duration::from_millis(5050));
    /// ```
    pub fn apply(&self, own: Duration, hint: Option<Duration>, rng: &mut Stream) -> Duration {
        let Some(after) = hint.map(|after| after.min(LONGEST)) else { return own };
        match self.mode {
            PushbackMode::Floor if after > own => after + self.spread(after, rng),
            PushbackMode::Floor | PushbackMode::Ignore => own,
            PushbackMode::Exact => after,
            PushbackMode::Window => own.max(after.min(own + self.window)),
            PushbackMode::Clamp => after.min(self.clamp),
        }
    }

    /// Whether a hint starts the series of own delays again, so that the next retry counts as the first.
    pub fn restarts(&self, hint: Option<Duration>) -> bool {
        self.mode == PushbackMode::Exact && hint.is_some()
    }

    /// Whether the server's word is heard at all; if not, `never` and `max_retries` do not stop a call.
    pub fn is_heard(&self) -> bool {
        self.mode != PushbackMode::Ignore
    }

    /// A random part of the hint; an empty range draws nothing.
    fn spread(&self, after: Duration, rng: &mut Stream) -> Duration {
        // At most an hour times 2^32, which fits 64 bits.
        let widest = after.as_micros().saturating_mul(u64::from(self.spread_milli)) / 1000;
        Duration::from_micros(rng.range(0, widest))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_map_reads_its_numbers_exactly() {
        let read = |n, s| Pushback::from_map(n, s).map(|hint| hint.pushback);
        assert_eq!(read(None, None), Ok(Pushback::NONE));
        assert_eq!(read(Some("11"), None).unwrap().max_retries, Some(10));
        assert_eq!(read(Some("99999999999999999999"), None).unwrap().max_retries, Some(10));
        assert_eq!(read(None, Some("0.001")).unwrap().retry_after, Some(Duration::from_millis(1)));
        assert_eq!(read(None, Some("-0.0")).unwrap(), Pushback::after(Duration::ZERO));
        assert_eq!(read(None, Some("-0.001")).unwrap(), Pushback::NEVER);
        for bad in ["", "1.0001", "1e3", "+1", "1.", ".5", "--1", "-", "NaN", " 1", "true"] {
            assert_eq!(read(None, Some(bad)), Err(InvalidMap), "{bad}");
        }
        for bad in ["", "1.0", "-1", "x"] {
            assert_eq!(read(Some(bad), None), Err(InvalidMap), "{bad}");
        }
    }

    #[test]
    fn a_hint_above_one_hour_counts_as_one_hour() {
        let settings = PushbackSettings {
            mode: PushbackMode::Exact,
            spread_milli: 0,
            window: Duration::ZERO,
            clamp: Duration::ZERO,
        };
        let mut rng = Stream::from_fractions(alloc::vec![]);
        assert_eq!(settings.apply(Duration::ZERO, Some(Duration::MAX), &mut rng), LONGEST);
        assert!(Pushback::after(Duration::MAX).normalized().clamped);
        assert!(!Pushback::after(LONGEST).normalized().clamped);
    }
}
