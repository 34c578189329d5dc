"""The native layer: numbers in, numbers out.

Times are float seconds of one monotonic clock, ids are ints below 2^53, −1 stands where nothing is given. All
arguments are positional. Every object may be shared by threads; one made before a fork is refused after it
(`StateError`, code `closed_after_fork`), and one in which a panic happened is `poisoned`. Errors are those of
`hedgerow._errors`: `ConfigError` for a document, `StateError` for a misuse.
"""

from array import array
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias, final

Record: TypeAlias = tuple[int, int, int, int, int, float, float, int]
"""An action or note: code, cookie, call, attempt, endpoint, time, argument, packed.

Code: 1 send, 2 cancel, 3 complete, 4 reject, 5 handshake, 6 note. −1 stands for an id that there is none of; the
endpoint of a handshake is the namespace's number. Time: of a send the effective deadline, of a completion the wall time
it took, of a note its value. Argument: of a send the time remaining, of a completion the time lost to the client's own
pauses. Packed: reason code + 2^16 × ordinal (of a completion: attempts sent) + 2^24 × detail. Detail of a send: kind (0
primary, 1 hedge, 2 retry) + 4 × priority + 16 when a token travels, to be asked by `token(call)`; of a completion:
outcome (0 ok, 1 failed, 2 cancelled) + 4 × failure class + 32 × cause (0 none, 1 server, 2 the client's pause).
"""

Turn: TypeAlias = tuple[float, *tuple[Record, ...]]
"""When to wake (infinity for never), then everything that is to be done now, oldest first."""

Document: TypeAlias = Mapping[str, Any]

@final
class Client:
    """One service: its endpoints, its calls, and every decision about them."""

    def __new__(cls, config: Document, seed: bytes, now: float, listener: bool, /) -> Client:
        """Builds a client without endpoints from its document and 32 secret bytes.

        With a listener notes are kept and `handle_response` always answers its records.
        """
    def start(
        self,
        cookie: int,
        namespace: int,
        operation: int,
        replicas: tuple[int, ...],
        deadline: float,
        wall: float,
        packed: int,
        now: float,
        /,
    ) -> Turn | int:
        """Starts a call: what it led to, or the code of the reason why it is denied.

        `deadline` is absolute, `wall` seconds since 1970, `packed` priority + 2^8 × idempotency (255: the operation's) +
        2^16 when the caller has a token of its own.
        """
    def start_with_token(
        self,
        token: str,
        cookie: int,
        namespace: int,
        operation: int,
        replicas: tuple[int, ...],
        deadline: float,
        wall: float,
        packed: int,
        now: float,
        /,
    ) -> Turn | int:
        """Starts a call with a token of this library's form that the caller brings."""
    def handle_response(self, attempt: int, now: float, /) -> Turn | None:
        """An attempt answered.

        `None`: its answer became its call's, nothing else is to be done, and the time to wake is not earlier than the one
        last told, so that a timer armed for that may stay.
        """
    def handle_failure(
        self, attempt: int, packed: int, retry_after: float, max_retries: int, now: float, /
    ) -> Turn:
        """An attempt failed; `packed` is its class + 256 when the server said never."""
    def handle_cancelled(self, attempt: int, now: float, /) -> Turn:
        """An attempt is over and produced nothing."""
    def cancel(self, call: int, now: float, /) -> Turn:
        """The caller gives a call up."""
    def handle_timeout(self, now: float, /) -> Turn:
        """The host's timer fired."""
    def push_events(self, records: array[float], now: float, /) -> tuple[int, Turn]:
        """Takes inputs, eight floats each: how many it took (fewer when the next is none), and what they led to."""
    def poll_actions(self) -> Turn:
        """Waiting actions; every input has already answered its own."""
    def poll_notes(self) -> list[Record]:
        """Waiting notes, oldest first, at most 64; only with a listener or where the document asks for them."""
    def poll_timeout(self) -> float:
        """When to wake, infinity for never."""
    def poll_timeout_reason(self) -> int:
        """What waits there, a reason's code; 0 for nothing."""
    def namespace(self, name: str, /) -> int:
        """The number of a namespace, which is made known if it was not."""
    def operation(self, name: str, /) -> int:
        """The number of an operation, which is made known if it was not."""
    def endpoint(self, name: str, /) -> int:
        """The id of a live endpoint, or −1."""
    def endpoint_name(self, endpoint: int, /) -> str | None:
        """The name of an endpoint that is live or has attempts in flight."""
    def handle_topology(self, changes: Sequence[Document], now: float, /) -> tuple[list[int], Turn]:
        """Applies changes of the endpoints, all or none: the ids of those added and updated, and what it led to."""
    def handle_signal_header(
        self, text: str, namespace: int, operation: int, now: float, /
    ) -> tuple[int, Turn]:
        """Hands in the field `Hedgerow-Slo` of an answer: its record's version (−1: none to read), what it led to."""
    def handle_signal(self, record: Document, namespace: int, operation: int, now: float, /) -> Turn:
        """Hands in one record for a class, for a namespace (operation −1) or for all (both −1)."""
    def handle_signals(self, records: Document, now: float, /) -> tuple[int, Turn]:
        """Hands in the document of a handshake: how many records were invalid, and what it led to."""
    def handle_pause(self, start: float, end: float, now: float, /) -> None:
        """The client did not run from `start` to `end`."""
    def handle_late_tick(self, due: float, now: float, /) -> None:
        """A timer due at one time fired at another: a pause, when it is later than the configured slack."""
    def handle_throttled(self, now: float, /) -> None:
        """Timers are throttled from now on."""
    def handle_resumed(self, now: float, /) -> None:
        """The throttling has ended."""
    def reset_stall(self, now: float, /) -> None:
        """Forgets the stall debt."""
    def drain(self, deadline: float, now: float, /) -> Turn:
        """Denies later starts; what is undecided at the deadline (−1: none) ends."""
    def token(self, call: int, /) -> str | None:
        """The token of a call in the form that headers carry, if it has one."""
    def in_flight(self, endpoint: int, /) -> int:
        """Attempts at an endpoint whose end is not known."""
    def calls_held(self, namespace: int, /) -> int:
        """Call slots that a namespace holds."""
    def hedges_in_flight(self, namespace: int, /) -> int:
        """Hedges of a namespace in flight."""
    def state(self, call: int, /) -> int:
        """Where a call stands: 0 one outstanding, 1 racing, 2 waiting, 3 lingering, 4 gone."""
    def is_idle(self) -> bool:
        """Whether no call is undecided and none lingers."""
    def late_tolerance(self) -> float:
        """The lateness above which a host lets its event loop turn once more before the timeout."""
    def config_json(self) -> str:
        """The configuration in force, as canonical JSON."""
    def stats(self) -> dict[str, Any]:
        """Every counter."""
    def explain(self, call: int, /) -> dict[str, Any] | None:
        """What happened to a call and why; `None` when it is forgotten."""
    def take_trace(self) -> bytes:
        """The waiting records of the trace; joined, all answers are one trace. It holds the seed."""
    def script_words(self, kind: int, words: Sequence[int], /) -> None:
        """Puts a script of words in the place of the stream of this kind, for tests."""
    def script_fractions(self, kind: int, fractions: Sequence[int], /) -> None:
        """Puts a script of fractions of 2^32 in the place of the stream of this kind, for tests."""

def config_json(document: Document, /) -> str:
    """The canonical configuration of a document: every field present, compact JSON."""

def config_hash(document: Document, /) -> str:
    """The hash of the canonical configuration, 16 hex digits."""
