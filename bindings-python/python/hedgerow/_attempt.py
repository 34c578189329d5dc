"""Attempts: one transmission of a call, as the callback sees it."""

from __future__ import annotations

from ._errors import misuse
from ._generated.record import NOT_GIVEN, kind_of, ordinal_of, priority_of, reason_of
from ._generated.words import ATTEMPT_KINDS
from ._scope import INFINITY

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

    from ._generated.record import Record
    from ._generated.words import AttemptKind

OPEN: Final = 0
"""Outstanding."""
UNWANTED: Final = 1
"""Asked to cancel; its end is not known."""
ENDED: Final = 2
"""Its end was reported."""


class Attempt:
    """One transmission of a call: where to, which, and until when."""

    __slots__ = (
        "call",
        "deadline",
        "end",
        "endpoint",
        "id",
        "load",
        "packed",
        "reason",
        "result",
        "running",
        "standing",
        "start",
        "token",
        "value",
    )

    def __init__(self, record: Record, endpoint: str, token: str | None, now: float) -> None:
        self.endpoint: str = endpoint
        """Name of the endpoint to send to."""
        self.deadline: float = record[5]
        """When the call is over at the latest, in seconds of the client's clock (`time.monotonic`)."""
        self.token: str | None = token
        """The idempotency token, the same on every attempt of the call; `None` when the call has none."""
        # What the drivers keep of it.
        self.call = record[2]
        self.id = record[3]
        self.packed = record[7]
        self.reason = -1
        self.start = now
        self.end = -1.0
        self.result = -1
        self.standing = OPEN
        self.value: object = None
        self.running: object = None
        self.load: tuple[int, float, float] | None = None
        """Requests in flight, latency and wall time that the server told."""

    @property
    def number(self) -> int:
        """From 1, in order of sending."""
        return ordinal_of(self.packed)

    @property
    def kind(self) -> AttemptKind:
        """Why it is sent: `primary`, `hedge` while another one may still answer, or `retry`."""
        return ATTEMPT_KINDS[kind_of(self.packed)]

    @property
    def priority(self) -> int:
        """Code of the call's priority."""
        return priority_of(self.packed)

    @property
    def wanted(self) -> bool:
        """Whether its answer may still be of use; a thread that cannot be interrupted may ask."""
        return self.standing == OPEN

    def report(self, *, in_flight: int | None = None, latency: float | None = None, wall: float | None = None) -> None:
        """Takes down what the server told of its load and of its clock with its answer.

        `in_flight` are requests in flight there, of all clients; `latency` the seconds an answer took there at about
        that load (without it, what this attempt took is read): `balance.policy` `hot_cold` heeds these. `wall` is the
        server's wall time in seconds since 1970, read while it answered: `token.clock` `estimated` goes by it. It is
        handed in with the answer; of a failure it is not. Anything else than a number of at least 0 is a `StateError`.
        """
        if in_flight is None and latency is not None:
            raise misuse("latency: of no load, want in_flight beside it")
        requests = NOT_GIVEN if in_flight is None else _requests(in_flight)
        self.load = requests, _seconds("latency", latency), _seconds("wall", wall)

    def why(self) -> int:
        """Code of the reason why it was sent, later of the reason why it was cancelled."""
        return self.reason if self.reason >= 0 else reason_of(self.packed)

    def __repr__(self) -> str:
        """Says which it is, and where it went."""
        return f"<{self.kind} {self.number} at {self.endpoint}>"


def _requests(given: object) -> int:
    if not isinstance(given, int) or given < 0:
        raise misuse(f"in_flight: {given!r}, want a whole number of at least 0")
    return given


def _seconds(name: str, given: object) -> float:
    if given is None:
        return NOT_GIVEN
    if not isinstance(given, (int, float)) or not 0.0 <= given < INFINITY:
        raise misuse(f"{name}: {given!r}, want a number of seconds of at least 0")
    return given
