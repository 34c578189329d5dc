"""The flat form of an action, as the core writes it: (code, cookie, call, attempt, endpoint, time, argument, packed).

Nothing else knows the numbers.

Rendered from the core's tables by `cargo xtask gen`; edit those instead.
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

WITH_TOKEN: Final = 65536
"""Beside those of a start: the caller brings a token."""

NO_HEDGES: Final = 131072
"""Beside those of a start: no hedges."""

NO_RETRIES: Final = 262144
"""Beside those of a start: no retries."""

NEVER: Final = 256
"""Beside the class of a failure: the server asked not to be tried again."""


def reason_of(packed: int) -> int:
    """Code of the reason."""
    return packed & 0xFFFF


def ordinal_of(packed: int) -> int:
    """Number of the attempt that is sent, from 1; of a completed call, how many were sent."""
    return packed >> 16 & 0xFF


def kind_of(packed: int) -> int:
    """Code of the kind of a send."""
    return packed >> 24 & 0x3


def priority_of(packed: int) -> int:
    """Code of the priority of a send."""
    return packed >> 26 & 0x3


def has_token(packed: int) -> bool:
    """Whether a token of the core's own form travels with a send."""
    return packed >> 28 & 0x1 != 0


def outcome_of(packed: int) -> int:
    """Code of the outcome of a completed call, 0 for an answer."""
    return packed >> 24 & 0x3


def class_of(packed: int) -> int:
    """Code of the failure class that ended a call, 0 for none."""
    return packed >> 26 & 0x7


def cause_of(packed: int) -> int:
    """Code of who was to blame for a timeout, 0 for nobody."""
    return packed >> 29 & 0x3
