"""Events: every decision of the core, told to one listener after it was made.

The listener is called outside of the core and may use the client. One that raises is reported once and not called
again; calls go on.
"""

from __future__ import annotations

from ._generated.reasons import REASONS
from ._generated.record import (
    CANCEL,
    COMPLETE,
    HANDSHAKE,
    SEND,
    cause_of,
    class_of,
    kind_of,
    ordinal_of,
    outcome_of,
    reason_of,
)
from ._generated.words import ATTEMPT_KINDS, CAUSES, FAILURE_CLASSES, OUTCOMES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    from ._generated.reasons import ReasonSlug
    from ._generated.record import Record

    Listener: TypeAlias = Callable[["Event"], object]

_TYPES = {SEND: "send", CANCEL: "cancel", COMPLETE: "complete", HANDSHAKE: "handshake"}


class Event:
    """Something that the core decided: when, why, and what it concerns (-1 for nothing)."""

    __slots__ = ("at", "attempt", "call", "endpoint", "packed", "reason", "time", "type", "value")

    def __init__(self, record: Record, now: float, endpoint: str) -> None:
        self.type: str = _TYPES.get(record[0], "note")
        """`send`, `cancel`, `complete`, `refuse`, `handshake` or `note`."""
        self.at: float = now
        """When, in seconds of the client's clock."""
        self.reason: ReasonSlug = REASONS[reason_of(record[7])]
        self.call: int = record[2]
        """Id of the call, the same on all its events."""
        self.attempt: int = record[3]
        self.endpoint: str = endpoint
        """Name of the endpoint, empty for none."""
        self.time: float = record[5]
        """Of a send the deadline, of a completion the seconds since its start, of a note its value."""
        self.value: float = record[6]
        """Of a send the seconds left, of a completion the seconds in which this process did not run."""
        self.packed: int = record[7]

    @property
    def kind(self) -> str | None:
        """Of a send: `primary`, `hedge` or `retry`."""
        return ATTEMPT_KINDS[kind_of(self.packed)] if self.type == "send" else None

    @property
    def number(self) -> int:
        """Of a send, which it is, from 1; of a completion, how many there were."""
        return ordinal_of(self.packed)

    @property
    def outcome(self) -> str | None:
        """Of a completion: `ok`, `failed` or `cancelled`."""
        return OUTCOMES[outcome_of(self.packed)] if self.type == "complete" else None

    @property
    def failure(self) -> str | None:
        """Of a completion: the failure class it ended with, if any."""
        found = class_of(self.packed) if self.type == "complete" else 0
        return FAILURE_CLASSES[found - 1] if found > 0 else None

    @property
    def cause(self) -> str | None:
        """Of a completion by a timeout: whose fault it was."""
        found = cause_of(self.packed) if self.type == "complete" else 0
        return CAUSES[found - 1] if found > 0 else None

    def __repr__(self) -> str:
        return f"<{self.type} {self.reason} call={self.call} attempt={self.attempt} endpoint={self.endpoint!r}>"


def refused(reason: int, now: float) -> Event:
    """The event of a call that was not admitted."""
    event = Event((0, -1, -1, -1, -1, 0.0, 0.0, reason), now, "")
    event.type = "refuse"
    return event


class Sink:
    """Tells the listener, in order."""

    __slots__ = ("_listener", "_telling", "_waiting")

    def __init__(self, listener: Listener) -> None:
        self._listener: Listener | None = listener
        self._waiting: list[Event] = []
        self._telling = False

    def push(self, event: Event) -> None:
        """Lets an event wait to be told."""
        if self._listener is not None:
            self._waiting.append(event)

    def deliver(self) -> None:
        """Tells what waits, unless a listener further up is at it and will be told."""
        if self._telling:
            return
        self._telling = True
        try:
            while self._waiting:
                self._tell(self._waiting.pop(0))
        finally:
            self._telling = False

    def _tell(self, event: Event) -> None:
        if self._listener is None:
            return
        try:
            self._listener(event)
        except Exception:
            # Imported where it is needed: most programs never get here.
            from logging import getLogger

            self._listener = None
            getLogger("hedgerow").exception("the listener of events raised and is not called again")
