"""The state of one service: the core, its endpoints, and the calls that wait; shared by every face of it.

Each input answers a turn: when to wake, and records of what is to be done. Records go to the driver of their call by
the cookie; a driver runs a call in the thread or the event loop that waits for it.

A call stands in the table as a list, its recipe, until something happens to it beside its answer. Only then its driver
makes it an object, so that a call that succeeds never pays for one. Nothing is decided here.
"""

from __future__ import annotations

from itertools import count
from os import urandom
from weakref import ref

from ._clock import HOST
from ._endpoint import Endpoints, endpoint
from ._errors import StateError, misuse, refusal
from ._event import Event, Sink, refused
from ._generated.record import HANDSHAKE, SEND
from ._names import Names
from ._native import Client as Native

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from typing import Any, TypeAlias

    from ._clock import Clock, HostClock
    from ._endpoint import Endpoint
    from ._event import Listener
    from ._failure import Classify
    from ._generated.config import Policy
    from ._generated.record import Record
    from ._pending import Driver, Pending

    Recipe: TypeAlias = list[Any]
    Placement: TypeAlias = Callable[[str], Iterable[str]]
    Turn: TypeAlias = tuple[float, *tuple[Record, ...]]

# A drain's own timer is due behind whatever is due at the very microsecond.
_JUST_AFTER = 2e-6


class State:
    """What the faces of one service share: budgets, limits, endpoints, averages."""

    __slots__ = (
        "__weakref__",
        "_drivers",
        "_idempotency",
        "_stopped",
        "calls",
        "classify",
        "clock",
        "cookie",
        "document",
        "endpoints",
        "namespaces",
        "native",
        "operations",
        "placement",
        "sink",
    )

    def __init__(
        self,
        policy: Policy | Mapping[str, Any] | None,
        *,
        endpoints: Iterable[str | Endpoint] = (),
        placement: Placement | None = None,
        classify: Classify | None = None,
        seed: bytes | None = None,
        clock: Clock | HostClock = HOST,
        on_event: Listener | None = None,
        snapshot: Mapping[str, Any] | None = None,
        elapsed: float = 0.0,
    ) -> None:
        self.document: Mapping[str, Any] = document_of(policy)
        self.clock = clock
        seed, listened, now = urandom(32) if seed is None else seed, on_event is not None, clock.now()
        if snapshot is None:
            self.native = Native(self.document, seed, now, listened)
        else:
            self.native = Native.restore(snapshot, self.document, seed, elapsed, now, listened)
        self.calls: dict[int, Recipe | Pending] = {}
        self._drivers: tuple[ref[Driver], ...] = ()
        self.cookie = count().__next__
        self.endpoints = Endpoints()
        self.placement = placement
        self.classify = classify
        self.sink = None if on_event is None else Sink(on_event)
        operations = _section(self.document, "operations")
        self.namespaces = Names(_section(self.document, "namespaces"), self.native.namespace)
        self.operations = Names(operations, self.native.operation)
        self._idempotency: dict[str | None, str] = {
            name: dict(entry).get("idempotency", "") for name, entry in operations.items()
        }
        self._stopped: StateError | None = None
        self.change([one.change("add") for one in map(endpoint, endpoints)], map(endpoint, endpoints))

    def join(self, driver: Driver) -> None:
        """Has a driver told of timers that are armed by what it knows nothing of, for as long as it lives."""
        self._drivers = (*(known for known in self._drivers if known() is not None), ref(driver))

    def check(self) -> None:
        """Raises when the client was closed."""
        if self._stopped is not None:
            raise self._stopped

    def mints(self, operation: str | None) -> bool:
        """Whether calls of an operation get a token from the core, which needs the wall time for it."""
        return self._idempotency.get(operation) == "token"

    def change(self, changes: list[dict[str, object]], known: Iterable[Endpoint]) -> None:
        """Applies changes of the endpoints, all or none; `known` are those added and updated, in order."""
        self.check()
        if not changes:
            return
        now = self.clock.now()
        ids, turn = self.native.handle_topology(changes, now)
        for change in changes:
            if change["do"] == "remove":
                self.endpoints.drop(str(change["name"]))
        for one, number in zip(known, ids, strict=True):
            self.endpoints.put(one, number)
        self.perform(turn, now)

    def denied(self, cookie: int, reason: int, now: float) -> Exception:
        """Forgets a call that was not admitted; answers the error to raise."""
        del self.calls[cookie]
        if self._stopped is not None:
            return self._stopped
        if self.sink is not None:
            self.sink.push(refused(reason, now))
            self.sink.deliver()
        return refusal(reason)

    def perform(self, turn: Turn, now: float) -> None:
        """Has every action of a turn performed, tells everyone who sleeps when to wake, and tells the listener."""
        calls = self.calls
        for record in turn[1:]:
            if self.sink is not None:
                self.sink.push(self._event(record, now))
            entry = calls.get(record[1])
            if entry is not None:
                driver: Driver = entry[0] if isinstance(entry, list) else entry.driver
                driver.deliver(record, now)
            elif record[0] == SEND:
                self.unwanted(record[3], now)
        for known in self._drivers:
            sleeper = known()
            if sleeper is not None:
                sleeper.due(turn[0])
        if self.sink is not None:
            self._tell_notes(now)

    def unwanted(self, attempt: int, now: float) -> None:
        """Reports an attempt that nobody began, because its call is over."""
        self.perform(self.native.handle_cancelled(attempt, now), now)

    def timeout(self, now: float) -> float:
        """Fires what is due; answers when to wake next."""
        native = self.native
        if native.poll_timeout() <= now:
            self.perform(native.handle_timeout(now), now)
        return native.poll_timeout()

    def drain(self, within: float | None) -> None:
        """Denies later calls; with a time, what is undecided then ends with `shutdown`."""
        self.check()
        now = self.clock.now()
        deadline = -1.0 if within is None else now + max(within, 0.0)
        self.perform(self.native.drain(deadline, now), now)

    def close(self) -> None:
        """Ends every call that waits; the state is not used again."""
        if self._stopped is not None:
            return
        self.drain(0.0)
        self._stopped = StateError("closed", "the client was closed")
        now = self.clock.now() + _JUST_AFTER
        self.perform(self.native.handle_timeout(now), now)

    def _event(self, record: Record, now: float) -> Event:
        return Event(record, now, "" if record[0] == HANDSHAKE else self.endpoints.name(record[4]))

    def _tell_notes(self, now: float) -> None:
        sink = self.sink
        if sink is None:
            return
        while notes := self.native.poll_notes():
            for note in notes:
                sink.push(self._event(note, now))
        sink.deliver()


def document_of(policy: Policy | Mapping[str, Any] | None) -> Mapping[str, Any]:
    """The document of a policy, which may be one already."""
    if policy is None:
        return {}
    render = getattr(policy, "to_dict", None)
    if render is not None:
        rendered: Mapping[str, Any] = render()
        return rendered
    if not hasattr(policy, "keys"):
        raise misuse(f"policy: {type(policy).__name__}, want a Policy or a document")
    return policy  # type: ignore[return-value]


def _section(document: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = document.get(name)
    return found if hasattr(found, "items") else {}  # type: ignore[return-value]
