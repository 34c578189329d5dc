//! gRPC: what a status code means, and the server's pushback trailer.
//!
//! Sources: the gRPC status codes and proposal A6. Only UNAVAILABLE is retried as such; RESOURCE_EXHAUSTED is a refusal,
//! DEADLINE_EXCEEDED a timeout. ABORTED is to be repeated at a higher level, so it is fatal here. A service config
//! may name more codes; its reader reports those as transient itself.

use super::{
    outcome::{Ended, FailureClass},
    pushback::{Hint, Pushback},
};
use crate::time::Duration;

/// The metadata key of the pushback trailer.
pub const PUSHBACK_KEY: &str = "grpc-retry-pushback-ms";

/// What a gRPC status code means; unknown codes are fatal.
pub const fn status(code: u32) -> Ended {
    match code {
        0 => Ended::Success,
        4 => Ended::Failed(FailureClass::Timeout),
        8 => Ended::Failed(FailureClass::Overloaded),
        14 => Ended::Failed(FailureClass::Transient),
        _ => Ended::Failed(FailureClass::Fatal),
    }
}

/// Reads the values of [`PUSHBACK_KEY`], in order; no other header says anything to a gRPC call.
///
/// Exactly one value, an optional `-` and ASCII digits within signed 32 bits, is a delay in milliseconds; a negative one,
/// anything else and a second value mean "do not retry". Unlike an unusable `Retry-After`, an unusable value stops:
/// both follow their own specification. O(length).
///
/// ```
/// use hedgerow::retry::grpc;
/// assert_eq!(grpc::pushback(&["1500"]).pushback.retry_after.map(|d| d.as_micros()), Some(1_500_000));
/// assert!(grpc::pushback(&["soon"]).pushback.never);
/// assert_eq!(grpc::pushback(&[]).pushback, Default::default());
/// ```
pub fn pushback(values: &[&str]) -> Hint {
    match values {
        [] => Hint::NONE,
        [value] => match milliseconds(value) {
            Some(millis) => Pushback::after(Duration::from_millis(millis)).normalized(),
            None => Hint::NEVER,
        },
        _ => Hint::NEVER,
    }
}

/// A non-negative count of milliseconds; `None` when the value means "never".
fn milliseconds(text: &str) -> Option<u64> {
    // The standard parser also takes a plus sign, which the proposal does not know.
    if text.starts_with('+') {
        return None;
    }
    text.parse::<i32>().ok().and_then(|millis| u64::try_from(millis).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_range_is_that_of_signed_32_bits() {
        assert!(!pushback(&["2147483647"]).pushback.never);
        assert!(pushback(&["2147483648"]).pushback.never);
        assert!(pushback(&["+1"]).pushback.never);
        assert!(pushback(&[" 1"]).pushback.never);
    }

    #[test]
    fn a_long_delay_is_cut_to_an_hour_and_said_so() {
        let hint = pushback(&["2147483647"]);
        assert_eq!(hint.pushback.retry_after, Some(Duration::from_secs(3600)));
        assert!(hint.clamped);
    }
}
