//! Reasons: why the core decided what it decided, as stable numbers and slugs.
//!
//! Number and slug are part of the contract and append-only; the describing text is not. A slug may stand in two
//! ranges (`call_timeout` completes, cancels and wakes): the number tells which. A refusal is not an error, it is a
//! verdict that carries one of these.

macro_rules! reasons {
    ($($name:ident = $code:literal, $slug:literal, $text:literal;)*) => {
        /// Why a decision fell; see [`Reason::code`] and [`Reason::slug`] for the stable forms.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        #[repr(u16)]
        pub enum Reason {
            $(#[doc = $text] $name = $code,)*
        }

        impl Reason {
            /// Every reason, ascending by code.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The reason with this code.
            pub const fn from_code(code: u16) -> Option<Self> {
                match code {
                    $($code => Some(Self::$name),)*
                    _ => None,
                }
            }

            /// The stable short name; unique within its range of codes.
            pub const fn slug(self) -> &'static str {
                match self {
                    $(Self::$name => $slug,)*
                }
            }

            /// One sentence for people.
            pub const fn text(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)*
                }
            }
        }
    };
}

reasons! {
    Ok = 0, "ok", "The call or question went through.";
    Draining = 10, "draining", "The client is shutting down and admits no new call.";
    UnknownNamespace = 11, "unknown_namespace", "The namespace number was not issued by this client.";
    UnknownOperation = 12, "unknown_operation", "The operation number was not issued by this client.";
    DeadlinePassed = 13, "deadline_passed", "The effective deadline does not lie ahead of now.";
    Capacity = 14, "capacity", "The call table is full.";
    NoEndpoint = 15, "no_endpoint", "No live endpoint is in reach.";
    BreakerOpen = 16, "breaker_open", "Every candidate is behind an open breaker.";
    CallLimit = 17, "call_limit", "The namespace holds as many call slots as its limit allows.";
    ClockUntrusted = 18, "clock_untrusted", "The wall clock lies further behind the last token than the allowed drift.";
    NoClock = 19, "no_clock", "No wall time was given and none is estimated.";
    LeaseExhausted = 20, "lease_exhausted", "The lease of timestamps is used up, expired or absent.";
    NoNonceSeed = 21, "no_nonce_seed", "The client was restored without a fresh nonce seed.";
    Primary = 30, "primary", "The first attempt of a call.";
    HedgeDue = 31, "hedge_due", "The hedge delay passed without an answer.";
    HedgeAfterFailure = 32, "hedge_after_failure", "Another attempt failed, so the hedge goes at once.";
    RetryDue = 33, "retry_due", "The backoff wait is over.";
    HedgeOff = 40, "hedge_off", "Hedging is switched off.";
    HedgeNotIdempotent = 41, "hedge_not_idempotent", "The operation must not run twice at the same time.";
    HedgePriority = 42, "hedge_priority", "The call's priority is below the lowest that is hedged.";
    HedgeTooFewEndpoints = 43, "hedge_too_few_endpoints", "The plan has fewer than two entries.";
    HedgeSloMissed = 44, "hedge_slo_missed", "The average is at or near the target already.";
    HedgeClientStalled = 45, "hedge_client_stalled", "The client itself is stalled, so a hedge would punish healthy servers.";
    HedgeTooFewSamples = 46, "hedge_too_few_samples", "Too few samples for a quantile.";
    HedgeLimit = 50, "hedge_limit", "As many hedges are in flight as the limit allows.";
    HedgeEndpointLimit = 51, "hedge_endpoint_limit", "Every candidate holds as many hedges as its cap allows.";
    HedgeBudget = 52, "hedge_budget", "The budget, or the coin of single_r, refused.";
    HedgePushback = 53, "hedge_pushback", "A server asked the namespace to wait.";
    HedgeNoTime = 54, "hedge_no_time", "The average answer would come after the deadline.";
    HedgeNoEndpoint = 55, "hedge_no_endpoint", "No unused live plan entry is left.";
    HedgeRearmed = 57, "hedge_rearmed", "The hedge timer was observed late, so it runs once more.";
    HedgePostponed = 58, "hedge_postponed", "A server asked to wait, so the hedge timer moves.";
    HedgeWaiting = 59, "hedge_waiting", "As many hedges are in flight as the limit allows, so this one waits for a slot.";
    RetryOff = 60, "retry_off", "Retries are switched off.";
    NotIdempotent = 62, "not_idempotent", "The operation must not be sent twice.";
    AttemptsExhausted = 63, "attempts_exhausted", "The call made as many attempts as allowed.";
    RetryBudget = 64, "retry_budget", "The budget refused.";
    RetryNoTime = 65, "retry_no_time", "The retry would end after the deadline.";
    PushbackStop = 66, "pushback_stop", "The server asked not to be tried again.";
    RetryNoEndpoint = 67, "retry_no_endpoint", "No live endpoint is left to try.";
    RetryScheduled = 68, "retry_scheduled", "A retry waits for its backoff.";
    AttemptTimeoutKept = 69, "attempt_timeout_kept", "The attempt timed out but goes on, since nothing better may follow.";
    Response = 80, "response", "An attempt answered.";
    Fatal = 81, "fatal", "A definite negative answer.";
    CallTimeout = 82, "call_timeout", "The call's own time is over.";
    Deadline = 83, "deadline", "The caller's deadline passed.";
    CallerCancelled = 84, "caller_cancelled", "The caller gave up.";
    Shutdown = 85, "shutdown", "The drain deadline passed.";
    LostRace = 100, "lost_race", "Another attempt won.";
    CancelCallTimeout = 101, "call_timeout", "The call timed out.";
    CallCancelled = 102, "call_cancelled", "The caller gave the call up.";
    CancelAttemptTimeout = 103, "attempt_timeout", "The attempt timed out and a retry follows.";
    CancelShutdown = 104, "shutdown", "The drain deadline passed.";
    CancelDeadline = 105, "deadline", "The caller's deadline passed.";
    StaleId = 120, "stale_id", "The id is unknown or was freed.";
    Duplicate = 121, "duplicate", "The attempt had ended already.";
    Late = 122, "late", "The call was decided before this report.";
    OrphanExpired = 123, "orphan_expired", "The end of an attempt was never reported.";
    ClassUnknown = 124, "class_unknown", "The failure class code is unknown and reads as transient.";
    SignalApplied = 140, "signal_applied", "The record was stored.";
    SignalOldVersion = 141, "signal_old_version", "The record is older than the stored one.";
    SignalInvalid = 142, "signal_invalid", "The record breaks the rules and was dropped whole.";
    SignalClamped = 143, "signal_clamped", "A guard rail clamped a field.";
    SignalStale = 144, "signal_stale", "The record that supplied the hedge limit outlived its ttl.";
    SignalRefreshed = 145, "signal_refreshed", "The same version again: only its age is renewed.";
    SignalVersionReset = 146, "signal_version_reset", "A lower version was accepted because the stored one was too old.";
    HandshakeStart = 150, "handshake_start", "First use of a namespace.";
    HandshakeRefresh = 151, "handshake_refresh", "The refresh time is over.";
    HandshakeStale = 152, "handshake_stale", "The refresh time is over and the namespace is stale.";
    Actions = 160, "actions", "Actions are waiting to be drained.";
    WakeHedge = 161, "hedge", "A hedge timer.";
    WakeRetry = 162, "retry", "A retry timer.";
    WakeAttemptTimeout = 163, "attempt_timeout", "An attempt timeout.";
    WakeCallTimeout = 164, "call_timeout", "A call timeout.";
    WakeDeadline = 165, "deadline", "A caller's deadline.";
    WakeOrphan = 166, "orphan", "An orphan timer.";
    WakeHandshake = 167, "handshake", "A handshake.";
    WakeDrain = 168, "drain", "The drain deadline.";
    InZone = 180, "in_zone", "The endpoint is in the client's zone.";
    OtherZone = 181, "other_zone", "The endpoint's zone differs or is unknown.";
    NonReplica = 182, "non_replica", "The endpoint is not in the replica list.";
    Starting = 183, "starting", "The endpoint is starting up.";
    Unhealthy = 184, "unhealthy", "The endpoint is busy and silent.";
    Ejected = 185, "ejected", "The endpoint is an ejected outlier.";
    OtherRegion = 186, "other_region", "The endpoint's region differs.";
    Breaker = 187, "breaker", "The endpoint's breaker is open.";
    BreakerProbe = 188, "breaker_probe", "The breaker was open; this attempt alone tries the endpoint.";
    BreakerClosed = 189, "breaker_closed", "The probe succeeded and the breaker is closed.";
    ClockBehind = 200, "clock_behind", "The wall clock lies behind the last token; tokens run ahead of it.";
    TokenMalformed = 201, "token_malformed", "The text is not a token of this form.";
    OutOfRange = 202, "out_of_range", "The token's time does not fit the form.";
}

impl Reason {
    /// The stable number.
    pub const fn code(self) -> u16 {
        self as u16
    }

    /// What the reasons of this one's range of codes tell, as a heading for people.
    ///
    /// ```
    /// use hedgerow::Reason;
    /// assert_eq!(Reason::CallLimit.topic(), "Why a call is not admitted");
    /// ```
    pub const fn topic(self) -> &'static str {
        match self.code() {
            0..10 => "Success",
            10..30 => "Why a call is not admitted",
            30..40 => "Why an attempt is sent",
            40..50 => "Why a call is not hedged",
            50..60 => "Why a hedge is denied or moved",
            60..80 => "Why a call is not retried, and what is scheduled",
            80..100 => "Why a call is complete",
            100..120 => "Why an attempt is cancelled",
            120..140 => "Why a report is ignored",
            140..150 => "What became of a signal",
            150..160 => "Why signals are fetched",
            160..180 => "Why to wake",
            180..200 => "Where an endpoint stands in a plan",
            _ => "Tokens",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_ascend_and_come_back() {
        assert!(Reason::ALL.windows(2).all(|pair| pair[0].code() < pair[1].code()));
        assert!(Reason::ALL.iter().all(|&reason| Reason::from_code(reason.code()) == Some(reason)));
    }

    #[test]
    fn a_slug_is_unique_within_its_range_of_codes() {
        for pair in Reason::ALL.iter().flat_map(|a| Reason::ALL.iter().map(move |b| (a, b))) {
            let same_range = pair.0.code() / 20 == pair.1.code() / 20;
            assert!(pair.0 == pair.1 || !same_range || pair.0.slug() != pair.1.slug(), "{pair:?}");
        }
    }
}
