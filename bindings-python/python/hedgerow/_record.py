"""The flat form of an action, as the core writes it.

A record is (code, cookie, call, attempt, endpoint, time, argument, packed): packed is reason + 2^16 x ordinal + 2^24 x
detail. This file knows the numbers; nothing else does.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final, TypeAlias

    Record: TypeAlias = tuple[int, int, int, int, int, float, float, int]

SEND: Final = 1
CANCEL: Final = 2
COMPLETE: Final = 3
REJECT: Final = 4
HANDSHAKE: Final = 5
NOTE: Final = 6

NOT_GIVEN: Final = -1
"""Stands for a number that is not given."""
OPERATIONS_OWN: Final = 255
"""Stands for the priority or the idempotency that the operation has."""
WITH_TOKEN: Final = 1 << 16
NO_HEDGES: Final = 1 << 17
NO_RETRIES: Final = 1 << 18
NEVER: Final = 256
CANCELLED: Final = 99
"""Stands for an attempt that ended without an answer, as asked."""

_REASON = 0xFFFF
_ORDINAL = 16
_DETAIL = 24


def reason_of(packed: int) -> int:
    """Code of the reason."""
    return packed & _REASON


def ordinal_of(packed: int) -> int:
    """Number of the attempt, from 1; of a completion, how many were sent."""
    return packed >> _ORDINAL & 0xFF


def kind_of(packed: int) -> int:
    """Code of the kind of a send."""
    return packed >> _DETAIL & 3


def priority_of(packed: int) -> int:
    """Code of the priority of a send."""
    return packed >> _DETAIL + 2 & 3


def has_token(packed: int) -> bool:
    """Whether a token travels with a send."""
    return packed >> _DETAIL & 16 != 0


def outcome_of(packed: int) -> int:
    """Code of the outcome of a completion, 0 for an answer."""
    return packed >> _DETAIL & 3


def class_of(packed: int) -> int:
    """Code of the failure class of a completion, 0 for none."""
    return packed >> _DETAIL + 2 & 7


def cause_of(packed: int) -> int:
    """Code of who was to blame for a timeout, 0 for nobody."""
    return packed >> _DETAIL + 5 & 3
