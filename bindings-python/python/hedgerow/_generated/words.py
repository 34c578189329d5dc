"""Words of documents and records, in the order of their codes.

Rendered from the core's tables by `cargo xtask gen`; edit those instead.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final, Literal
    Priority = Literal["critical", "degraded", "best_effort", "bulk"]
    Idempotency = Literal["none", "retry", "natural", "token"]
    FailureClass = Literal["fatal", "transient", "timeout", "not_sent", "overloaded", "refused"]
    AttemptKind = Literal["primary", "hedge", "retry"]
    Outcome = Literal["ok", "failed", "cancelled"]
    Cause = Literal["server", "client_pause"]
    StreamName = Literal["backoff", "hedge_coin", "balance", "signal_refresh"]

PRIORITY: Final[tuple[Priority, ...]] = ("critical", "degraded", "best_effort", "bulk")
"""How important a call is, by code."""

IDEMPOTENCY: Final[tuple[Idempotency, ...]] = ("none", "retry", "natural", "token")
"""Whether a call may be sent again, by code."""

FAILURE_CLASSES: Final[tuple[FailureClass, ...]] = ("fatal", "transient", "timeout", "not_sent", "overloaded", "refused")
"""Why an attempt failed, by code less 1."""

ATTEMPT_KINDS: Final[tuple[AttemptKind, ...]] = ("primary", "hedge", "retry")
"""Why an attempt is sent, by code."""

OUTCOMES: Final[tuple[Outcome, ...]] = ("ok", "failed", "cancelled")
"""How a call ended, by code."""

CAUSES: Final[tuple[Cause, ...]] = ("server", "client_pause")
"""Whose fault a timeout was, by code less 1."""

STREAMS: Final[tuple[StreamName, ...]] = ("backoff", "hedge_coin", "balance", "signal_refresh")
"""Streams of draws that a test can script."""

STREAM_NUMBERS: Final[dict[StreamName, int]] = {"backoff": 2, "hedge_coin": 3, "balance": 4, "signal_refresh": 6}
"""Numbers of those streams."""
