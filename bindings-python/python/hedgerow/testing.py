"""Clients whose time, transport and chance are a test's own.

With a `ManualClock` no real timer exists and nothing sleeps. An asynchronous test moves the clock (`advance`,
`advance_to_next`); a thread that waits for a retry moves it itself. The seed is fixed, so a test that passes once
passes always.

>>> from hedgerow.testing import Line, ManualClock, ScriptedTransport, make_client
>>> clock = ManualClock()
>>> client = make_client({"operations": {"get": {"idempotency": "retry"}}}, endpoints=["a", "b"], clock=clock)
>>> transport = ScriptedTransport(clock, [Line(fails="transient"), Line(after=0.03, answer="row")])
>>> client.call(transport.run, op="get")
'row'
>>> [attempt.kind for attempt in transport.sent]
['primary', 'retry']
"""

from __future__ import annotations

from sys import modules
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

from ._async_client import AsyncClient
from ._client import Client
from ._failure import as_failure, mark
from ._generated.words import STREAM_NUMBERS
from ._scope import INFINITY
from ._state import document_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from threading import Condition

    from ._attempt import Attempt
    from ._face import Face
    from ._failure import Failure
    from ._generated.config import Policy
    from ._generated.words import FailureClass, StreamName

T = TypeVar("T")

TEST_SEED: Final = bytes(range(1, 33))
"""The seed of every client of a test. It is no secret."""

_YEAR_2026 = 1_767_225_600.0
_WORD = 2**32
# Turns of an event loop after which everything has run that waits for no timer.
_TURNS = 20


class _Timer:
    __slots__ = ("_clock", "at", "callback")

    def __init__(self, clock: ManualClock, at: float, callback: Callable[[], object]) -> None:
        self._clock = clock
        self.at = at
        self.callback = callback

    def cancel(self) -> None:
        """Takes the timer back."""
        self._clock.forget(self)


class ManualClock:
    """A clock at rest, moved by hand; `start` and the times it tells are seconds."""

    def __init__(self, start: float = 0.0, wall: float = _YEAR_2026) -> None:
        self._now = start
        self._wall = wall
        self._timers: list[_Timer] = []

    def now(self) -> float:
        """Monotonic seconds."""
        return self._now

    def wall(self) -> float:
        """Seconds since 1970."""
        return self._wall + self._now

    @property
    def timers(self) -> int:
        """Timers that are armed."""
        return len(self._timers)

    @property
    def next(self) -> float:
        """When the next timer is due, infinity for never."""
        return min((timer.at for timer in self._timers), default=INFINITY)

    def call_at(self, when: float, callback: Callable[[], object]) -> _Timer:
        """Calls back when the time has come."""
        timer = _Timer(self, when, callback)
        self._timers.append(timer)
        return timer

    def forget(self, timer: _Timer) -> None:
        """Takes a timer back."""
        if timer in self._timers:
            self._timers.remove(timer)

    def wait(self, condition: Condition, seconds: float) -> None:
        """Lets a thread wait: the clock moves, as nobody else is there to move it."""
        if seconds == INFINITY:
            condition.wait(1.0)
        else:
            self.jump(seconds)

    def jump(self, seconds: float) -> None:
        """Moves at once, as after a pause of the process: everything that became due fires then, late."""
        self._now += seconds
        while self.next <= self._now:
            self._fire()

    async def sleep(self, seconds: float) -> None:
        """Waits for so many seconds of this clock."""
        wake = _event()
        timer = self.call_at(self._now + seconds, wake.set)
        try:
            await wake.wait()
        finally:
            timer.cancel()

    async def settle(self) -> None:
        """Lets everything run that waits for no timer."""
        for _ in range(_TURNS):
            await _turn()

    async def advance(self, seconds: float) -> None:
        """Moves the clock, stopping at every timer on the way."""
        end = self._now + seconds
        await self.settle()
        while self.next <= end:
            await self._move_to(self.next)
        await self._move_to(end)

    async def advance_to_next(self) -> float:
        """Moves to the next timer and fires it; answers by how much the clock moved, 0 when no timer is armed."""
        await self.settle()
        before, due = self._now, self.next
        if due == INFINITY:
            return 0.0
        await self._move_to(due)
        return self._now - before

    async def _move_to(self, at: float) -> None:
        self._now = max(self._now, at)
        while self.next <= self._now:
            self._fire()
            await self.settle()
        await self.settle()

    def _fire(self) -> None:
        first = min(self._timers, key=lambda timer: timer.at)
        self._timers.remove(first)
        first.callback()


class Line(Generic[T]):
    """How one attempt goes: `after` so many seconds (never, when infinite) it gives its answer, or fails."""

    __slots__ = ("after", "answer", "fails")

    def __init__(
        self, *, after: float = 0.0, answer: T | None = None, fails: Failure | FailureClass | None = None
    ) -> None:
        self.after = after
        self.answer = answer
        self.fails: Failure | FailureClass | None = fails


class ScriptedError(Exception):
    """What the script raised for an attempt."""


class ScriptedTransport(Generic[T]):
    """Answers attempts by a script, one line for each; behind its end the last one is repeated."""

    def __init__(self, clock: ManualClock, lines: Sequence[Line[T]]) -> None:
        if not lines:
            raise ValueError("a script has at least one line")
        self._clock = clock
        self._lines = lines
        self.sent: list[Attempt] = []
        """What was sent, in order."""
        self.stopped: list[Attempt] = []
        """What was told to stop, in order."""

    async def send(self, attempt: Attempt) -> T:
        """Performs an attempt, for `AsyncClient.call`."""
        line = self._next(attempt)
        if line.after > 0:
            try:
                await self._clock.sleep(line.after)
            except BaseException:
                self.stopped.append(attempt)
                raise
        return self._end(line, attempt)

    def run(self, attempt: Attempt) -> T:
        """Performs an attempt in the thread that calls, for `Client.call`."""
        line = self._next(attempt)
        self._clock.jump(line.after)
        return self._end(line, attempt)

    def _next(self, attempt: Attempt) -> Line[T]:
        line = self._lines[min(len(self.sent), len(self._lines) - 1)]
        self.sent.append(attempt)
        return line

    def _end(self, line: Line[T], attempt: Attempt) -> T:
        if line.fails is None:
            return line.answer  # type: ignore[return-value]
        raise mark(ScriptedError(f"attempt {attempt.number}"), as_failure(line.fails))


def make_client(
    policy: Policy | Mapping[str, Any] | None = None,
    *,
    clock: ManualClock | None = None,
    attempts: int | None = None,
    draws: Mapping[StreamName, Sequence[float]] | None = None,
    **options: Any,
) -> Client:
    """Builds a client with a clock at rest and a fixed seed; options are those of `Client`.

    `attempts` bounds the attempts of every call, whatever the policy says: 1 shows what fails without any retry.
    `draws` replaces the draws of a policy, each from 0 up to 1; behind the last one the script begins again.
    """
    client = Client(_limited(policy, attempts), **_defaults(clock, options))
    return _scripted(client, draws)


def make_async_client(
    policy: Policy | Mapping[str, Any] | None = None,
    *,
    clock: ManualClock | None = None,
    attempts: int | None = None,
    draws: Mapping[StreamName, Sequence[float]] | None = None,
    **options: Any,
) -> AsyncClient:
    """Builds a client as `make_client` does, for asyncio and trio."""
    client = AsyncClient(_limited(policy, attempts), **_defaults(clock, options))
    return _scripted(client, draws)


F = TypeVar("F", bound="Face")


def _scripted(client: F, draws: Mapping[StreamName, Sequence[float]] | None) -> F:
    for name, fractions in (draws or {}).items():
        words = [min(max(int(fraction * _WORD), 0), _WORD - 1) for fraction in fractions]
        client.state.native.script_fractions(STREAM_NUMBERS[name], words)
    return client


def _defaults(clock: ManualClock | None, options: dict[str, Any]) -> dict[str, Any]:
    return {"seed": TEST_SEED, **options, "clock": ManualClock() if clock is None else clock}


def _limited(policy: Policy | Mapping[str, Any] | None, attempts: int | None) -> Mapping[str, Any]:
    document = document_of(policy)
    return document if attempts is None else _with_attempts(document, attempts, top=True)


def _with_attempts(table: Mapping[str, Any], attempts: int, *, top: bool) -> dict[str, Any]:
    """The same tables with this number of attempts at the top, and with no exception from it below."""
    found = dict(table)
    if top or "max_attempts" in found.get("retry", {}):
        found["retry"] = {**found.get("retry", {}), "max_attempts": attempts}
    for name in ("operations", "namespaces"):
        if name in found:
            below = found[name].items()
            found[name] = {key: _with_attempts(entry, attempts, top=False) for key, entry in below}
    return found


def _in_trio() -> bool:
    trio = modules.get("trio")
    return trio is not None and trio.lowlevel.in_trio_task()


def _event() -> Any:
    if _in_trio():
        return modules["trio"].Event()
    from asyncio import Event

    return Event()


async def _turn() -> None:
    if _in_trio():
        await modules["trio"].lowlevel.checkpoint()
    else:
        from asyncio import sleep

        await sleep(0)


__all__ = [
    "TEST_SEED",
    "Line",
    "ManualClock",
    "ScriptedError",
    "ScriptedTransport",
    "make_async_client",
    "make_client",
]
