"""Reasons by their stable numbers.

Rendered from the core's tables by `cargo xtask gen`; edit those instead.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final, Literal

    ReasonSlug = Literal[
        "actions",
        "attempt_timeout",
        "attempt_timeout_kept",
        "attempts_exhausted",
        "breaker",
        "breaker_closed",
        "breaker_open",
        "breaker_probe",
        "call_cancelled",
        "call_limit",
        "call_timeout",
        "caller_cancelled",
        "capacity",
        "class_unknown",
        "clock_behind",
        "clock_untrusted",
        "deadline",
        "deadline_passed",
        "drain",
        "draining",
        "duplicate",
        "ejected",
        "fatal",
        "handshake",
        "handshake_refresh",
        "handshake_stale",
        "handshake_start",
        "hedge",
        "hedge_after_failure",
        "hedge_budget",
        "hedge_client_stalled",
        "hedge_due",
        "hedge_endpoint_limit",
        "hedge_limit",
        "hedge_no_endpoint",
        "hedge_no_time",
        "hedge_not_idempotent",
        "hedge_off",
        "hedge_postponed",
        "hedge_priority",
        "hedge_pushback",
        "hedge_rearmed",
        "hedge_slo_missed",
        "hedge_too_few_endpoints",
        "hedge_too_few_samples",
        "hedge_waiting",
        "in_zone",
        "late",
        "lease_exhausted",
        "lost_race",
        "no_clock",
        "no_endpoint",
        "no_nonce_seed",
        "non_replica",
        "not_idempotent",
        "ok",
        "orphan",
        "orphan_expired",
        "other_region",
        "other_zone",
        "out_of_range",
        "primary",
        "pushback_stop",
        "response",
        "retry",
        "retry_budget",
        "retry_due",
        "retry_no_endpoint",
        "retry_no_time",
        "retry_off",
        "retry_scheduled",
        "shutdown",
        "signal_applied",
        "signal_clamped",
        "signal_invalid",
        "signal_old_version",
        "signal_refreshed",
        "signal_stale",
        "signal_version_reset",
        "stale_id",
        "starting",
        "token_malformed",
        "unhealthy",
        "unknown_namespace",
        "unknown_operation",
    ]

REASONS: Final[dict[int, ReasonSlug]] = {
    0: "ok",  # The call or question went through.
    10: "draining",  # The client is shutting down and admits no new call.
    11: "unknown_namespace",  # The namespace number was not issued by this client.
    12: "unknown_operation",  # The operation number was not issued by this client.
    13: "deadline_passed",  # The effective deadline does not lie ahead of now.
    14: "capacity",  # The call table is full.
    15: "no_endpoint",  # No live endpoint is in reach.
    16: "breaker_open",  # Every candidate is behind an open breaker.
    17: "call_limit",  # The namespace holds as many call slots as its limit allows.
    18: "clock_untrusted",  # The wall clock lies further behind the last token than the allowed drift.
    19: "no_clock",  # No wall time was given and none is estimated.
    20: "lease_exhausted",  # The lease of timestamps is used up, expired or absent.
    21: "no_nonce_seed",  # The client was restored without a fresh nonce seed.
    30: "primary",  # The first attempt of a call.
    31: "hedge_due",  # The hedge delay passed without an answer.
    32: "hedge_after_failure",  # Another attempt failed, so the hedge goes at once.
    33: "retry_due",  # The backoff wait is over.
    40: "hedge_off",  # Hedging is switched off.
    41: "hedge_not_idempotent",  # The operation must not run twice at the same time.
    42: "hedge_priority",  # The call's priority is below the lowest that is hedged.
    43: "hedge_too_few_endpoints",  # The plan has fewer than two entries.
    44: "hedge_slo_missed",  # The average is at or near the target already.
    45: "hedge_client_stalled",  # The client itself is stalled, so a hedge would punish healthy servers.
    46: "hedge_too_few_samples",  # Too few samples for a quantile.
    50: "hedge_limit",  # As many hedges are in flight as the limit allows.
    51: "hedge_endpoint_limit",  # Every candidate holds as many hedges as its cap allows.
    52: "hedge_budget",  # The budget, or the coin of single_r, refused.
    53: "hedge_pushback",  # A server asked the namespace to wait.
    54: "hedge_no_time",  # The average answer would come after the deadline.
    55: "hedge_no_endpoint",  # No unused live plan entry is left.
    57: "hedge_rearmed",  # The hedge timer was observed late, so it runs once more.
    58: "hedge_postponed",  # A server asked to wait, so the hedge timer moves.
    59: "hedge_waiting",  # As many hedges are in flight as the limit allows, so this one waits for a slot.
    60: "retry_off",  # Retries are switched off.
    62: "not_idempotent",  # The operation must not be sent twice.
    63: "attempts_exhausted",  # The call made as many attempts as allowed.
    64: "retry_budget",  # The budget refused.
    65: "retry_no_time",  # The retry would end after the deadline.
    66: "pushback_stop",  # The server asked not to be tried again.
    67: "retry_no_endpoint",  # No live endpoint is left to try.
    68: "retry_scheduled",  # A retry waits for its backoff.
    69: "attempt_timeout_kept",  # The attempt timed out but goes on, since nothing better may follow.
    80: "response",  # An attempt answered.
    81: "fatal",  # A definite negative answer.
    82: "call_timeout",  # The call's own time is over.
    83: "deadline",  # The caller's deadline passed.
    84: "caller_cancelled",  # The caller gave up.
    85: "shutdown",  # The drain deadline passed.
    100: "lost_race",  # Another attempt won.
    101: "call_timeout",  # The call timed out.
    102: "call_cancelled",  # The caller gave the call up.
    103: "attempt_timeout",  # The attempt timed out and a retry follows.
    104: "shutdown",  # The drain deadline passed.
    105: "deadline",  # The caller's deadline passed.
    120: "stale_id",  # The id is unknown or was freed.
    121: "duplicate",  # The attempt had ended already.
    122: "late",  # The call was decided before this report.
    123: "orphan_expired",  # The end of an attempt was never reported.
    124: "class_unknown",  # The failure class code is unknown and reads as transient.
    140: "signal_applied",  # The record was stored.
    141: "signal_old_version",  # The record is older than the stored one.
    142: "signal_invalid",  # The record breaks the rules and was dropped whole.
    143: "signal_clamped",  # A guard rail clamped a field.
    144: "signal_stale",  # The record that supplied the hedge limit outlived its ttl.
    145: "signal_refreshed",  # The same version again: only its age is renewed.
    146: "signal_version_reset",  # A lower version was accepted because the stored one was too old.
    150: "handshake_start",  # First use of a namespace.
    151: "handshake_refresh",  # The refresh time is over.
    152: "handshake_stale",  # The refresh time is over and the namespace is stale.
    160: "actions",  # Actions are waiting to be drained.
    161: "hedge",  # A hedge timer.
    162: "retry",  # A retry timer.
    163: "attempt_timeout",  # An attempt timeout.
    164: "call_timeout",  # A call timeout.
    165: "deadline",  # A caller's deadline.
    166: "orphan",  # An orphan timer.
    167: "handshake",  # A handshake.
    168: "drain",  # The drain deadline.
    180: "in_zone",  # The endpoint is in the client's zone.
    181: "other_zone",  # The endpoint's zone differs or is unknown.
    182: "non_replica",  # The endpoint is not in the replica list.
    183: "starting",  # The endpoint is starting up.
    184: "unhealthy",  # The endpoint is busy and silent.
    185: "ejected",  # The endpoint is an ejected outlier.
    186: "other_region",  # The endpoint's region differs.
    187: "breaker",  # The endpoint's breaker is open.
    188: "breaker_probe",  # The breaker was open; this attempt alone tries the endpoint.
    189: "breaker_closed",  # The probe succeeded and the breaker is closed.
    200: "clock_behind",  # The wall clock lies behind the last token; tokens run ahead of it.
    201: "token_malformed",  # The text is not a token of this form.
    202: "out_of_range",  # The token's time does not fit the form.
}
"""Short names by code."""

CODES: Final[dict[ReasonSlug, int]] = {
    "draining": 10,
    "unknown_namespace": 11,
    "unknown_operation": 12,
    "deadline_passed": 13,
    "capacity": 14,
    "no_endpoint": 15,
    "breaker_open": 16,
    "call_limit": 17,
    "clock_untrusted": 18,
    "no_clock": 19,
    "lease_exhausted": 20,
    "no_nonce_seed": 21,
}
"""Codes of the reasons for which a call is not admitted."""
