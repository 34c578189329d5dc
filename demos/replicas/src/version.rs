//! Versions of a value: the later write wins, on every replica alike.
//!
//! A token carries the time of its own minting, so two copies of one write have one version wherever they
//! arrive. A write without a token has no identity; it takes the time of the server that accepted it first.

use hedgerow::token::text::TokenText;
use std::time::{SystemTime, UNIX_EPOCH};

/// A totally ordered version, kept as text: microseconds of wall time in 20 digits, then a tie-breaker.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version(String);

impl Version {
    /// The version of a write that arrived at `server` from a client, `wall_us` after 1970.
    pub fn of_write(token: Option<&str>, server: &str, wall_us: u64) -> Self {
        match token {
            Some(token) => Self::new(token_time(token).unwrap_or(wall_us), token),
            None => Self::new(wall_us, server),
        }
    }

    fn new(micros: u64, tie: &str) -> Self {
        Self(format!("{micros:020}-{tie}"))
    }

    /// Reads a version that another server rendered with [`Version::as_str`].
    pub fn from_text(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// The text form: its order is the order of versions.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The minting time of a token in one of the core's text forms, in microseconds; `None` for any other text.
pub fn token_time(field: &str) -> Option<u64> {
    TokenText::from_idempotency_key(field).ok().map(|text| text.token().t)
}

/// Microseconds of wall time since 1970.
pub fn wall_us() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_micros() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_gives_the_same_version_on_every_server() {
        let token = "\"018bcfe5-687b-774b-8004-488cd115599d\"";
        assert_eq!(Version::of_write(Some(token), "a0", 1), Version::of_write(Some(token), "b0", 2));
    }

    #[test]
    fn the_time_of_a_token_is_read_to_the_microsecond() {
        assert_eq!(token_time("\"018bcfe5-687b-774b-8004-488cd115599d\""), Some(1_700_000_000_123_456));
        assert_eq!(token_time("any other text"), None);
    }

    #[test]
    fn versions_order_by_time_first() {
        assert!(Version::of_write(None, "z", 9) < Version::of_write(None, "a", 10));
        assert!(Version::of_write(None, "a", 10) < Version::of_write(None, "b", 10));
    }
}
