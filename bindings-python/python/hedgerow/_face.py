"""What both faces of a client have beside `call`."""

from __future__ import annotations

from ._clock import HOST
from ._endpoint import Endpoint, endpoint
from ._errors import misuse
from ._generated.record import NO_RETRIES
from ._state import State, document_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any, Literal, Self, TypeAlias

    from ._clock import Clock, HostClock
    from ._event import Listener
    from ._failure import Classify
    from ._generated.config import Policy
    from ._state import Placement

    Nested: TypeAlias = Literal["outer", "inner"]


class Face:
    """One service as its callers see it."""

    __slots__ = ("_retries_inside", "_state")

    def __init__(
        self,
        policy: Policy | Mapping[str, Any] | None = None,
        *,
        endpoints: Iterable[str | Endpoint] = (),
        state: State | None = None,
        placement: Placement | None = None,
        classify: Classify | None = None,
        nested: Nested = "outer",
        seed: bytes | None = None,
        clock: Clock | HostClock = HOST,
        on_event: Listener | None = None,
        snapshot: Mapping[str, Any] | None = None,
        elapsed: float = 0.0,
    ) -> None:
        if nested not in ("outer", "inner"):
            raise misuse(f"nested: {nested!r}, want 'outer' or 'inner'")
        self._retries_inside = nested == "inner"
        if state is None:
            endpoints = tuple(endpoints)
            state = State(
                policy,
                endpoints=endpoints,
                placement=placement,
                classify=classify,
                seed=seed,
                clock=clock,
                on_event=on_event,
                snapshot=snapshot,
                elapsed=elapsed,
            )
        elif policy is not None and document_of(policy) != state.document:
            raise misuse("policy: another one than that of the state, which has one already")
        elif tuple(endpoints) or placement or classify or seed or on_event or snapshot or clock is not HOST:
            raise misuse("state: it has its endpoints, placement, classify, seed, clock, listener and past already")
        self._state = state

    @property
    def state(self) -> State:
        """What another face of the same service may share: `AsyncClient(state=client.state)`."""
        return self._state

    @property
    def endpoints(self) -> list[str]:
        """Names of the endpoints, in the order in which they were added."""
        return list(self._state.endpoints.names())

    def add_endpoint(self, added: str | Endpoint) -> None:
        """Adds an endpoint while calls run; one with a known name is changed."""
        one = endpoint(added)
        self._state.change([one.change("add")], [one])

    def update_endpoint(self, changed: Endpoint) -> None:
        """Changes a known endpoint."""
        self._state.change([changed.change("update")], [changed])

    def remove_endpoint(self, name: str) -> None:
        """Removes an endpoint; attempts at it go on, and may still win."""
        self._state.change([{"do": "remove", "name": name}], [])

    def set_endpoints(self, endpoints: Iterable[str | Endpoint]) -> None:
        """Makes these the endpoints: adds, changes and removes what differs."""
        wanted = [endpoint(one) for one in endpoints]
        names = {one.name for one in wanted}
        gone: list[dict[str, object]] = [{"do": "remove", "name": name} for name in self.endpoints if name not in names]
        self._state.change(gone + [one.change("add") for one in wanted], wanted)

    def in_flight(self, name: str) -> int:
        """Attempts at an endpoint whose end is not known."""
        self._state.check()
        return self._state.native.in_flight(self._state.endpoints.number(name))

    def add_namespace(self, name: str) -> None:
        """Makes a namespace known that the document does not name; it has the unnamed values."""
        self._state.check()
        self._state.namespaces.learn(name)

    def add_operation(self, name: str) -> None:
        """Makes an operation known that the document does not name; it has the unnamed values."""
        self._state.check()
        self._state.operations.learn(name)

    def signal(self, field: str, *, namespace: str | None = None, op: str | None = None) -> int:
        """Hands in what a server said in its response field `Hedgerow-Slo`.

        Answers the version of the record, -1 when the field is not readable or the names are not known.
        """
        state = self._state
        state.check()
        space, operation = state.namespaces.number(namespace), state.operations.number(op)
        if space is None or operation is None:
            return -1
        now = state.clock.now()
        version, turn = state.native.handle_signal_header(field, space, operation, now)
        state.perform(turn, now)
        return version

    def signals(self, records: Mapping[str, Any]) -> int:
        """Hands in what a server said in the map form: `{"records": [{"ns": …, "op": …, "v": 1, "target": …}]}`.

        It is the body of a handshake, or metadata of an RPC. Answers how many records were not valid; each stands
        alone.
        """
        state = self._state
        state.check()
        now = state.clock.now()
        invalid, turn = state.native.handle_signals(records, now)
        state.perform(turn, now)
        return invalid

    def clock_sample(self, *, sent: float, received: float, wall: float) -> None:
        """Hands in a reading of a server's wall clock: `token.clock` `estimated` mints by these.

        `sent` and `received` are times of the client's clock around the request, `wall` is what the server said, in
        seconds since 1970. An attempt that reports `wall` with its answer hands one in by itself.
        """
        self._state.check()
        if not self._state.native.handle_clock(sent, received, wall, self._state.clock.now()):
            raise misuse(f"clock_sample: {(sent, received, wall)!r}, want three times from 0")

    def lease(self, *, start: int, count: int, expires: float) -> None:
        """Hands in a lease of timestamps, in the place of the rest of the last; `token.tier` `regional` mints from it.

        `count` timestamps from `start` on (microseconds since 1970), good until `expires` of the client's clock.
        """
        self._state.check()
        if not self._state.native.handle_lease(start, count, expires, self._state.clock.now()):
            raise misuse(f"lease: {(start, count, expires)!r}, want whole numbers and a time from 0")

    def suspended(self) -> None:
        """Tells that the machine slept, so that its clock may have stood still: clock samples are dropped."""
        self._state.check()
        self._state.native.handle_suspended(self._state.clock.now())

    def snapshot(self) -> dict[str, Any]:
        """What the client has learned until now, as plain values that JSON keeps, for `restore`.

        Averages, records of servers, budgets, limits, health and ejections, counters; never calls, nor what would let a
        token be minted twice.
        """
        self._state.check()
        return self._state.native.snapshot(self._state.clock.now())

    @classmethod
    def restore(
        cls,
        snapshot: Mapping[str, Any],
        policy: Policy | Mapping[str, Any] | None = None,
        *,
        elapsed: float = 0.0,
        **options: Any,
    ) -> Self:
        """Builds a client that goes on from a snapshot, in another process or under another policy.

        `elapsed` are the seconds that passed since it was taken, 0 when that is not known: ages grow by them. Options
        are those of the class. What does not fit is dropped and counted in `stats()["snapshot_dropped"]`; a document
        that is no snapshot is a `ConfigError`.
        """
        return cls(policy, snapshot=snapshot, elapsed=elapsed, **options)

    def stats(self) -> dict[str, Any]:
        """Every counter of the core."""
        self._state.check()
        counters: dict[str, Any] = self._state.native.stats()
        return counters

    def explain(self, call: int) -> dict[str, Any] | None:
        """Why a call did what it did: its plan, its decisions, what each gate saw.

        `call` is the id of its events. `None` when it is forgotten (`trace.explain_calls`).
        """
        self._state.check()
        told: dict[str, Any] | None = self._state.native.explain(call)
        return told

    def take_trace(self) -> bytes:
        """What was recorded since it was last taken, if the document says `trace.enabled`.

        All answers, one behind the other in a file, are a trace that `python -m hedgerow explain` and `replay` read.
        When `trace.buffer` records wait, recording ends. It holds the seed, and is as secret. Also after `close`.
        """
        return self._state.native.take_trace()

    @property
    def pending(self) -> int:
        """Calls whose caller waits."""
        return len(self._state.calls)

    def drain(self, within: float | None = None) -> None:
        """Denies later calls and lets those that run come to their end.

        With `within`, what is undecided after so many seconds ends with `shutdown`.
        """
        self._state.drain(within)

    def _inside(self, depth: int) -> int:
        """What the words of a call say so deep inside of others: the outermost one retries."""
        return 0 if depth == 0 or self._retries_inside else NO_RETRIES
