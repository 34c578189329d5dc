"""Calls on trio.

One system task for each client and run keeps the timer while calls wait. A tick that comes later than due by more
than the core tolerates passes one checkpoint first, so that tasks see what has arrived in their sockets.
"""

from __future__ import annotations

import math
from contextlib import suppress
from contextvars import copy_context
from threading import get_ident

import trio

from ._async_call import AsyncCall
from ._clock import HOST
from ._generated.record import SEND
from ._scope import INFINITY, scope

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ._attempt import Attempt
    from ._clock import Clock, Timer
    from ._generated.record import Record
    from ._state import State


class TrioDriver:
    """Brings actions to the calls of one run of trio, and keeps its timer."""

    __slots__ = (
        "__weakref__",
        "_armed",
        "_clock",
        "_late",
        "_sleeper",
        "_timer",
        "_token",
        "_tolerance",
        "run",
        "state",
        "thread",
    )

    def __init__(self, state: State, run: object) -> None:
        self.state = state
        self.run = run
        self.thread = get_ident()
        self._token = trio.lowlevel.current_trio_token()
        self._clock: Clock | None = None if state.clock is HOST else state.clock  # type: ignore[assignment]
        self._tolerance = state.native.late_tolerance()
        self._armed = INFINITY
        self._late = False
        self._sleeper: trio.CancelScope | None = None
        self._timer: Timer | None = None
        state.join(self)

    def arm(self, at: float) -> None:
        """Sees to it that the core is asked at the latest at this time."""
        if at >= self._armed or self._late:
            return
        self._armed = at
        if self._clock is not None:
            if self._timer is not None:
                self._timer.cancel()
            self._timer = self._clock.call_at(at, self._fired)
        elif self._sleeper is not None:
            self._sleeper.deadline = self._deadline()
        else:
            self._sleeper = trio.CancelScope(deadline=self._deadline())
            trio.lowlevel.spawn_system_task(self._sleep, self._sleeper)

    def due(self, at: float) -> None:
        """The same from whatever thread."""
        if at >= self._armed or self.has_ended():
            return
        if get_ident() == self.thread:
            self.arm(at)
            return
        with suppress(trio.RunFinishedError):  # ended meanwhile: nobody waits there
            self._token.run_sync_soon(self.arm, at)

    def call(self, *given: Any) -> TrioCall:
        """A call of the task that runs."""
        return TrioCall(self, *given)

    def has_ended(self) -> bool:
        """Whether the run is over."""
        try:
            self._token.run_sync_soon(bool)
        except trio.RunFinishedError:
            return True
        return False

    def deliver(self, record: Record, now: float) -> None:
        """Hands an action to its call, from whatever thread."""
        if get_ident() == self.thread:
            self._receive(record, now)
            return
        try:
            self._token.run_sync_soon(self._receive, record, now)
        except trio.RunFinishedError:
            if record[0] == SEND:
                self.state.unwanted(record[3], now)

    def _receive(self, record: Record, now: float) -> None:
        call: Any = self.state.calls.get(record[1])
        if call is not None:
            call.receive(record, now)
            self.arm(self.state.native.poll_timeout())
        elif record[0] == SEND:
            self.state.unwanted(record[3], now)

    def _deadline(self) -> float:
        # trio counts from a zero of its own.
        return trio.current_time() + max(self._armed - self.state.clock.now(), 0.0)

    async def _sleep(self, sleeper: trio.CancelScope) -> None:
        with sleeper:
            await trio.sleep(math.inf)
        self._sleeper = None
        due, now = self._armed, self.state.clock.now()
        self._armed = INFINITY
        if now - due > self._tolerance:
            self._late = True
            self.state.native.handle_late_tick(due, now)
            await trio.lowlevel.checkpoint()
            self._late = False
        self._tick()

    def _fired(self) -> None:
        self._timer = None
        self._armed = INFINITY
        self._tick()

    def _tick(self) -> None:
        self.arm(self.state.timeout(self.state.clock.now()))


class TrioCall(AsyncCall):
    """A call that a trio task waits for."""

    __slots__ = ("_event", "_inline_scope", "_left")

    driver: TrioDriver

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self._event = trio.Event()
        self._inline_scope: trio.CancelScope | None = None
        self._left = 0

    async def guarded(self, answer: Any, attempt: Attempt) -> None:
        """Awaits the inline attempt and reports its end."""
        with trio.CancelScope() as self._inline_scope:
            try:
                value = await answer
            except Exception as error:
                self.inline = None
                self.failed(attempt, error)
            else:
                self.inline = None
                self.answered(attempt, value)
        if self.inline is not None:
            self.inline = None
            self.cancelled(attempt)

    def interrupt(self) -> None:
        """Cancels the inline attempt."""
        if self._inline_scope is not None:
            self._inline_scope.cancel()

    def spawn(self, attempt: Attempt) -> None:
        """Begins a task for an attempt."""
        cancel = attempt.running = trio.CancelScope()
        self._left += 1
        trio.lowlevel.spawn_system_task(self._beside, attempt, cancel, context=copy_context())

    def cancel(self, attempt: Attempt) -> None:
        """Cancels the task of an attempt."""
        if isinstance(attempt.running, trio.CancelScope):
            attempt.running.cancel()

    def wake(self) -> None:
        """Wakes the task that waits."""
        self._event.set()

    async def park(self) -> None:
        """Waits until it is woken."""
        await self._event.wait()
        self._event = trio.Event()

    async def join(self) -> None:
        """Waits until no task of the call is left."""
        for attempt in self.attempts:
            self.cancel(attempt)
        with trio.CancelScope(shield=True):
            while self._left > 0:
                await self.park()

    async def _beside(self, attempt: Attempt, cancel: trio.CancelScope) -> None:
        scope.set(self.scope(attempt))
        ended = False
        try:
            with cancel:
                try:
                    value = await self.awaitable(attempt)
                except Exception as error:
                    ended = True
                    self.failed(attempt, error)
                else:
                    ended = True
                    self.answered(attempt, value)
        except trio.Cancelled:
            # The run itself ends.
            raise
        except BaseException as error:
            # Goes to the caller; a system task must not raise it.
            self.fatal = error
            self.interrupt()
        finally:
            if not ended:
                self.cancelled(attempt)
            self._left -= 1
            self.wake()
