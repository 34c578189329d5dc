//! HTTP: what a response means for the call, and which requests may be sent twice.
//!
//! Sources: RFC 9110 for statuses, idempotent and safe methods, RFC 8470 for 425, the idempotency-key draft for 409
//! on a repeated token; the classes are ours. One table for every binding; a host may still override what it knows
//! better. A status alone cannot tell all, so the request's place in the call and a few headers are inputs too.
//! Stateless. 1xx answers are the host's business and never come here.

use super::{
    outcome::{Ended, FailureClass},
    pushback::Hint,
    server_delay::DelayHeaders,
};
use crate::{config::Idempotency, time::Wall};

/// A final response, as far as it matters here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Response<'a> {
    /// The status code; 0 for an opaque response.
    pub status: u16,
    /// The headers that speak about trying again.
    pub headers: DelayHeaders<'a>,
    /// Whether this answers a later attempt that carried the same idempotency token as the first.
    pub repeats_token: bool,
    /// Wall time, for dates and epochs; without it those are unusable.
    pub wall: Option<Wall>,
}

/// What a response means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    /// The outcome to report.
    pub ended: Ended,
    /// The server's word about trying again, to report with a failure.
    pub hint: Hint,
    /// Whether the status lies outside 100..=599, which hosts count.
    pub unclassified: bool,
}

impl Response<'_> {
    /// Reads class and pushback together. O(length of the headers).
    ///
    /// ```
    /// use hedgerow::retry::{http::Response, outcome::{Ended, FailureClass}};
    /// let mut response = Response { status: 503, ..Default::default() };
    /// assert_eq!(response.read().ended, Ended::Failed(FailureClass::Transient));
    /// response.headers.set("retry-after", "0");
    /// assert_eq!(response.read().ended, Ended::Failed(FailureClass::Overloaded));
    /// ```
    pub fn read(&self) -> Reading {
        let hint = self.headers.hint(self.status, self.wall);
        let delayed = hint.pushback.retry_after.is_some();
        let mut ended = match self.status {
            503 if delayed => Ended::Failed(FailureClass::Overloaded),
            // A refusal of the content is final unless the server says when it would take it.
            413 if delayed => Ended::Failed(FailureClass::Refused),
            // The original is still running under this token.
            409 if self.repeats_token => Ended::Failed(FailureClass::Overloaded),
            status => self::status(status),
        };
        if ended == Ended::Failed(FailureClass::Fatal) && self.headers.should_retry() == Some(true) {
            ended = Ended::Failed(FailureClass::Transient);
        }
        Reading { ended, hint, unclassified: !(100..=599).contains(&self.status) }
    }
}

/// What a status means without any header, on a first attempt.
///
/// 100–399 success; 408, 425, 500, 502–504 transient; 421 not sent; 429 overloaded; an unknown one from 500 on transient;
/// all others fatal, among them the known server errors that no repetition changes.
pub const fn status(code: u16) -> Ended {
    match code {
        100..=399 => Ended::Success,
        408 | 425 | 500 | 502..=504 => Ended::Failed(FailureClass::Transient),
        421 => Ended::Failed(FailureClass::NotSent),
        429 => Ended::Failed(FailureClass::Overloaded),
        0..=499 | 501 | 505..=508 | 510 | 511 => Ended::Failed(FailureClass::Fatal),
        _ => Ended::Failed(FailureClass::Transient),
    }
}

/// Whether a request with this method may be sent twice, and whether at the same time.
///
/// `method` is as the caller wrote it: DELETE, GET, HEAD, OPTIONS, POST and PUT are known in any case, as the Fetch
/// standard normalises them, others only in capitals. A bare PUT or DELETE is retried but not hedged: two concurrent copies
/// may straddle another writer's update. `token` says that the request carries a token its operation honours.
///
/// ```
/// use hedgerow::{config::Idempotency, retry::http::idempotency};
/// assert_eq!(idempotency("get", false), Idempotency::Natural);
/// assert_eq!(idempotency("PUT", false), Idempotency::Retry);
/// assert_eq!(idempotency("POST", false), Idempotency::None);
/// assert_eq!(idempotency("POST", true), Idempotency::Token);
/// ```
pub fn idempotency(method: &str, token: bool) -> Idempotency {
    let is = |name: &str| method.eq_ignore_ascii_case(name);
    if token {
        Idempotency::Token
    } else if is("GET") || is("HEAD") || is("OPTIONS") || matches!(method, "TRACE" | "QUERY") {
        Idempotency::Natural
    } else if is("PUT") || is("DELETE") {
        Idempotency::Retry
    } else {
        Idempotency::None
    }
}

/// What a request's body is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Body {
    /// There is none.
    None,
    /// Bytes in memory.
    Bytes,
    /// Text in memory.
    Text,
    /// A function that makes the body anew for each attempt.
    Factory,
    /// A stream, which can be read once.
    Stream,
}

impl Body {
    /// Whether the request can be sent again at all.
    pub const fn is_repeatable(self) -> bool {
        !matches!(self, Self::Stream)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statuses_outside_the_range_are_counted_and_follow_the_unknown_rule() {
        let read = |status| Response { status, ..Default::default() }.read();
        for (status, class, unclassified) in [
            (0, FailureClass::Fatal, true),
            (99, FailureClass::Fatal, true),
            (499, FailureClass::Fatal, false),
            (509, FailureClass::Transient, false),
            (599, FailureClass::Transient, false),
            (600, FailureClass::Transient, true),
            (u16::MAX, FailureClass::Transient, true),
        ] {
            let reading = read(status);
            assert_eq!(
                (reading.ended, reading.unclassified),
                (Ended::Failed(class), unclassified),
                "{status}"
            );
        }
    }

    #[test]
    fn a_conflict_is_final_on_the_first_attempt_and_a_wait_on_a_later_one() {
        let conflict =
            |repeats_token| Response { status: 409, repeats_token, ..Default::default() }.read().ended;
        assert_eq!(conflict(false), Ended::Failed(FailureClass::Fatal));
        assert_eq!(conflict(true), Ended::Failed(FailureClass::Overloaded));
    }

    #[test]
    fn the_word_to_retry_moves_only_what_is_fatal() {
        let read = |status| {
            let mut response = Response { status, ..Default::default() };
            response.headers.set("x-should-retry", "True");
            response.read().ended
        };
        assert_eq!(read(501), Ended::Failed(FailureClass::Transient));
        assert_eq!(read(200), Ended::Success);
        assert_eq!(read(429), Ended::Failed(FailureClass::Overloaded));
    }

    #[test]
    fn a_method_is_known_in_the_case_that_fetch_normalises() {
        assert_eq!(idempotency("dElEtE", false), Idempotency::Retry);
        assert_eq!(idempotency("trace", false), Idempotency::None);
        assert_eq!(idempotency("QUERY", false), Idempotency::Natural);
        assert_eq!(idempotency("query", false), Idempotency::None);
    }
}
