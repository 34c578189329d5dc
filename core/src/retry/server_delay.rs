//! Server delay over HTTP: which header counts, and what its text says.
//!
//! Sources: RFC 9110 section 10.2.3 for `Retry-After`; `retry-after-ms` and `x-should-retry` as the Stainless family of
//! SDKs and Azure use them; the rate-limit resets in their three spellings, told apart by size as ky does. Order of
//! precedence: `x-should-retry: false`, `retry-after-ms`, `retry-after`, and on 429 and 503 only `ratelimit-reset`,
//! `x-ratelimit-reset`, `x-rate-limit-reset`. A header that is present but unusable ends the search: the client's own
//! backoff applies, never a weaker header. Nothing here reads a clock; a date or an epoch needs the host's wall time.

use super::{
    http_date,
    pushback::{Hint, Pushback},
};
use crate::time::{Duration, Wall};

/// The headers that carry a server's word about trying again, as texts.
///
/// ```
/// use hedgerow::{Duration, Wall, retry::server_delay::DelayHeaders};
/// let mut headers = DelayHeaders::default();
/// headers.set("Retry-After", "120");
/// assert_eq!(headers.hint(503, None).pushback.retry_after, Some(Duration::from_secs(120)));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DelayHeaders<'a> {
    values: [Option<&'a str>; 6],
}

const SHOULD_RETRY: usize = 0;
const RETRY_AFTER_MS: usize = 1;
const RETRY_AFTER: usize = 2;
const RATELIMIT_RESET: usize = 3;

/// A reset below this is a delay in seconds.
const EPOCH_SECONDS_FROM: u64 = 1_000_000_000;
/// A reset from this on is an epoch in milliseconds.
const EPOCH_MILLIS_FROM: u64 = 100_000_000_000;

impl<'a> DelayHeaders<'a> {
    /// The names that [`Self::set`] takes, in order of precedence.
    pub const NAMES: [&'static str; 6] = [
        "x-should-retry",
        "retry-after-ms",
        "retry-after",
        "ratelimit-reset",
        "x-ratelimit-reset",
        "x-rate-limit-reset",
    ];

    /// Takes one header of the response; other names are ignored, case does not matter.
    ///
    /// A header that comes twice is as unusable as the list that its values would form.
    pub fn set(&mut self, name: &str, value: &'a str) {
        let position = Self::NAMES.iter().position(|known| known.eq_ignore_ascii_case(name));
        if let Some(slot) = position.and_then(|at| self.values.get_mut(at)) {
            *slot = Some(if slot.is_some() { "" } else { value });
        }
    }

    /// What the server said, for a response with this status; `wall` is needed for dates and epochs only.
    ///
    /// O(length of the texts).
    pub fn hint(&self, status: u16, wall: Option<Wall>) -> Hint {
        if self.should_retry() == Some(false) {
            return Hint::NEVER;
        }
        let resets = matches!(status, 429 | 503);
        let last = if resets { Self::NAMES.len() } else { RATELIMIT_RESET };
        let found = (RETRY_AFTER_MS..last).find_map(|at| Some((at, self.value(at)?)));
        let delay = match found {
            None => None,
            Some((RETRY_AFTER_MS, text)) => retry_after_ms(text),
            Some((RETRY_AFTER, text)) => retry_after(text, wall),
            Some((_, text)) => ratelimit_reset(text, wall),
        };
        delay.map_or(Hint::NONE, |delay| Pushback::after(delay).normalized())
    }

    /// What `x-should-retry` says; any value but `true` and `false`, in any case, says nothing.
    pub fn should_retry(&self) -> Option<bool> {
        let text = self.value(SHOULD_RETRY)?;
        if text.eq_ignore_ascii_case("true") {
            return Some(true);
        }
        text.eq_ignore_ascii_case("false").then_some(false)
    }

    fn value(&self, at: usize) -> Option<&'a str> {
        self.values.get(at).copied().flatten().map(trim)
    }
}

/// Reads a `Retry-After` text: ASCII digits are seconds, else it is an HTTP date; `None` is unusable.
///
/// Not limited to an hour yet; [`Pushback::normalized`] does that. A date in the past is "at once"; without a wall
/// time every date is unusable. O(length).
///
/// ```
/// use hedgerow::{Duration, Wall, retry::server_delay::retry_after};
/// let wall = Wall::from_micros(784_111_700_000_000);
/// assert_eq!(retry_after("Sun, 06 Nov 1994 08:49:37 GMT", Some(wall)), Some(Duration::from_secs(77)));
/// assert_eq!(retry_after("-1", Some(wall)), None);
/// ```
pub fn retry_after(text: &str, wall: Option<Wall>) -> Option<Duration> {
    let text = trim(text);
    if let Some(seconds) = decimal(text, 0) {
        return Some(Duration::from_secs(seconds));
    }
    let wall = wall?;
    http_date::parse(text, wall).map(|date| until(date, wall))
}

/// Reads a `retry-after-ms` text: milliseconds as digits, with or without a fraction, cut to microseconds.
pub fn retry_after_ms(text: &str) -> Option<Duration> {
    let text = trim(text);
    let (whole, fraction) = text.split_once('.').map_or((text, None), |(whole, rest)| (whole, Some(rest)));
    let kept = match fraction {
        Some(digits) if is_digits(digits) => digits.get(..3).unwrap_or(digits),
        Some(_) => return None,
        None => "",
    };
    let places = u32::try_from(kept.len()).ok()?;
    let below = if kept.is_empty() { 0 } else { decimal(kept, 0)?.saturating_mul(10_u64.pow(3 - places)) };
    Some(Duration::from_micros(decimal(whole, 0)?.saturating_mul(1000).saturating_add(below)))
}

/// Reads a rate-limit reset: below 10⁹ a delay in seconds, below 10¹¹ an epoch in seconds, else one in milliseconds.
pub fn ratelimit_reset(text: &str, wall: Option<Wall>) -> Option<Duration> {
    let number = decimal(trim(text), 0)?;
    if number < EPOCH_SECONDS_FROM {
        return Some(Duration::from_secs(number));
    }
    let unit = if number < EPOCH_MILLIS_FROM { 1_000_000 } else { 1000 };
    wall.map(|wall| until(Wall::from_micros(number.saturating_mul(unit)), wall))
}

/// Reads ASCII digits with at most `places` (≤ 3) decimals as an integer in units of 10^−places, saturating.
pub(super) fn decimal(text: &str, places: u32) -> Option<u64> {
    let (whole, fraction) = text.split_once('.').map_or((text, None), |(whole, rest)| (whole, Some(rest)));
    let fraction_length = u32::try_from(fraction.map_or(0, str::len)).ok()?;
    if !is_digits(whole) || fraction.is_some_and(|rest| !is_digits(rest)) || fraction_length > places {
        return None;
    }
    let digits = whole.bytes().chain(fraction.unwrap_or("").bytes());
    let number = digits
        .fold(0_u64, |sum, byte| sum.saturating_mul(10).saturating_add(u64::from(byte.wrapping_sub(b'0'))));
    Some(number.saturating_mul(10_u64.saturating_pow(places.saturating_sub(fraction_length))))
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn trim(text: &str) -> &str {
    text.trim_matches([' ', '\t'])
}

/// The time from `wall` to `date`, zero when it has passed.
fn until(date: Wall, wall: Wall) -> Duration {
    Duration::from_micros(date.as_micros().saturating_sub(wall.as_micros()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hint(status: u16, pairs: &[(&'static str, &'static str)]) -> Pushback {
        let mut headers = DelayHeaders::default();
        for (name, value) in pairs {
            headers.set(name, value);
        }
        headers.hint(status, Some(Wall::from_micros(1_767_225_600_000_000))).pushback
    }

    #[test]
    fn an_unusable_header_ends_the_search() {
        assert_eq!(hint(503, &[("retry-after-ms", "soon"), ("retry-after", "3")]), Pushback::NONE);
        assert_eq!(hint(429, &[("retry-after", ""), ("ratelimit-reset", "3")]), Pushback::NONE);
    }

    #[test]
    fn a_header_sent_twice_is_unusable() {
        assert_eq!(hint(503, &[("retry-after", "3"), ("Retry-After", "3")]), Pushback::NONE);
    }

    #[test]
    fn milliseconds_may_have_a_fraction_and_lose_what_is_below_a_microsecond() {
        let micros = |text| retry_after_ms(text).map(Duration::as_micros);
        assert_eq!(micros("1.5"), Some(1500));
        assert_eq!(micros("0.0019"), Some(1));
        assert_eq!(micros("12"), Some(12_000));
        for bad in ["", ".", "1.", ".5", "-1", "1e3", "1.5.5", "1.²"] {
            assert_eq!(micros(bad), None, "{bad}");
        }
    }

    #[test]
    fn the_size_of_a_reset_tells_its_unit() {
        let wall = Some(Wall::from_micros(1_767_225_600_000_000));
        let seconds = |text| ratelimit_reset(text, wall).map(|delay| delay.as_micros() / 1_000_000);
        assert_eq!(seconds("999999999"), Some(999_999_999));
        assert_eq!(seconds("1000000000"), Some(0));
        assert_eq!(seconds("1767225607"), Some(7));
        assert_eq!(seconds("99999999999"), Some(99_999_999_999 - 1_767_225_600));
        assert_eq!(seconds("1767225609000"), Some(9));
        assert_eq!(seconds("soon"), None);
        assert_eq!(ratelimit_reset("1767225607", None), None);
    }

    #[test]
    fn the_word_about_retrying_is_read_without_case() {
        assert_eq!(hint(500, &[("X-Should-Retry", "FALSE")]), Pushback::NEVER);
        assert_eq!(hint(500, &[("x-should-retry", "no")]), Pushback::NONE);
    }
}
