"""Calls on asyncio.

One timer for each client and loop, armed by `loop.call_at`. A tick that comes later than due by more than the core
tolerates lets the loop deliver what has arrived first: after a stall asyncio runs expired timers in the same turn in
which it reads its sockets, before any task sees what was read.
"""

from __future__ import annotations

import asyncio
from asyncio import CancelledError
from contextlib import suppress
from functools import partial
from threading import get_ident

from ._async_call import AsyncCall
from ._attempt import ENDED
from ._clock import HOST
from ._errors import misuse
from ._generated.record import SEND
from ._pending import respond
from ._scope import INFINITY, scope

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ._attempt import Attempt
    from ._clock import Clock, Timer
    from ._generated.record import Record
    from ._state import Recipe, State, Turn


class AsyncioDriver:
    """Brings actions to the calls of one loop, and keeps its timer."""

    __slots__ = ("__weakref__", "_clock", "_late", "_timer", "_tolerance", "armed", "loop", "state", "thread")

    def __init__(self, state: State, loop: asyncio.AbstractEventLoop) -> None:
        self.state = state
        self.loop = loop
        self.thread = get_ident()
        self._clock: Clock | None = None if state.clock is HOST else state.clock  # type: ignore[assignment]
        self._tolerance = state.native.late_tolerance()
        self._timer: Timer | None = None
        self.armed = INFINITY
        """When the timer fires."""
        self._late = False
        state.join(self)

    def arm(self, at: float) -> None:
        """Sees to it that the timer fires at the latest at this time."""
        if at >= self.armed or self._late:
            return
        if self._timer is not None:
            self._timer.cancel()
        self.armed = at
        if self._clock is not None:
            self._timer = self._clock.call_at(at, self._fired)
        else:
            # Loops may count from another zero than the host's clock.
            delay = max(at - self.state.clock.now(), 0.0)
            self._timer = self.loop.call_at(self.loop.time() + delay, self._fired)

    def due(self, at: float) -> None:
        """The same from whatever thread."""
        if at >= self.armed or self.loop.is_closed():
            return
        if get_ident() == self.thread:
            self.arm(at)
            return
        with suppress(RuntimeError):  # closed meanwhile: nobody waits there
            self.loop.call_soon_threadsafe(self.arm, at)

    def call(self, *given: Any) -> AsyncioCall:
        """A call of the task that runs."""
        call = AsyncioCall(self, *given)
        task = asyncio.current_task(self.loop)
        if task is None:
            raise misuse("a call is awaited in a task")
        call.task, call.base = task, task.cancelling()
        return call

    def has_ended(self) -> bool:
        """Whether the loop is closed."""
        return self.loop.is_closed()

    def deliver(self, record: Record, now: float) -> None:
        """Hands an action to its call, from whatever thread."""
        if get_ident() == self.thread:
            self._receive(record, now)
            return
        try:
            self.loop.call_soon_threadsafe(self._receive, record, now)
        except RuntimeError:
            # The loop is closed, and nobody waits there.
            if record[0] == SEND:
                self.state.unwanted(record[3], now)

    def made(self, cookie: int) -> AsyncioCall | None:
        """The call with this cookie, made out of its recipe now if it was not; `None` when it is over."""
        calls = self.state.calls
        entry: Any = calls.get(cookie)
        if entry.__class__ is list:
            entry = calls[cookie] = self._make(cookie, entry)
        return entry  # type: ignore[no-any-return]

    def _make(self, cookie: int, recipe: Recipe) -> AsyncioCall:
        _, task, base, fn, args, depth, now, takes, first = recipe
        call = AsyncioCall(self, self.state, cookie, fn, args, takes, depth, None)
        call.task, call.base = task, base
        if first is not None:
            call.inline = call.adopt(first, now)
        return call

    def begun(self, cookie: int, turn: Turn | int, now: float) -> AsyncioCall:
        """Goes on with a call whose start was denied, or led to more than one send."""
        if isinstance(turn, int):
            raise self.state.denied(cookie, turn, now) from None
        call = self.made(cookie)
        if call is None:
            raise AssertionError("a call ended before it began")
        self.state.perform(turn, now)
        return call

    def respond(self, first: Attempt) -> Turn | None:
        """Hands in the answer of an attempt with a report of its server."""
        return respond(self.state.native, first, self.state.clock.now())

    def ended(self, cookie: int, record: Record) -> tuple[AsyncioCall, Attempt]:
        """The call whose inline attempt has ended, and that attempt."""
        call = self.made(cookie)
        attempt = None if call is None else call.find(record[3])
        if call is None or attempt is None:
            raise AssertionError("a call ended before its attempt")
        call.inline = None
        return call, attempt

    def _receive(self, record: Record, now: float) -> None:
        call = self.made(record[1])
        if call is not None:
            call.receive(record, now)
            self.arm(self.state.native.poll_timeout())
        elif record[0] == SEND:
            self.state.unwanted(record[3], now)

    def _fired(self) -> None:
        due, now = self.armed, self.state.clock.now()
        self._timer = None
        self.armed = INFINITY
        if now - due <= self._tolerance:
            self._tick()
            return
        self._late = True
        self.state.native.handle_late_tick(due, now)
        self.loop.call_soon(self.loop.call_soon, self._after_io)

    def _after_io(self) -> None:
        self._late = False
        self._tick()

    def _tick(self) -> None:
        self.arm(self.state.timeout(self.state.clock.now()))


class AsyncioCall(AsyncCall):
    """A call that an asyncio task waits for."""

    __slots__ = ("_interrupted", "_tasks", "_waiter", "base", "task")

    driver: AsyncioDriver
    task: asyncio.Task[Any]
    base: int
    """Cancellations that the task had been asked for when the call began."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self._interrupted = False
        self._tasks: set[asyncio.Task[None]] = set()
        self._waiter: asyncio.Future[None] | None = None

    async def guarded(self, answer: Any, attempt: Attempt) -> None:
        """Awaits the inline attempt and reports its end."""
        try:
            value = await answer
        except (CancelledError, Exception) as error:
            self.inline = None
            self._failed(attempt, error)
        else:
            self.inline = None
            self.is_own()
            self.answered(attempt, value)

    async def broke(self, attempt: Attempt, error: BaseException) -> None:
        """Reports the end of an inline attempt that was awaited elsewhere; raises what is the caller's."""
        try:
            self._failed(attempt, error)
        except (GeneratorExit, KeyboardInterrupt, SystemExit):
            self.abandon()
            raise
        except BaseException:
            self.abandon()
            await self.join()
            raise

    def _failed(self, attempt: Attempt, error: BaseException) -> None:
        own = self.is_own()
        if isinstance(error, Exception):
            self.failed(attempt, error)
        elif own and isinstance(error, CancelledError):
            self.cancelled(attempt)
        else:
            raise error

    def is_own(self) -> bool:
        """Whether the cancellation that arrived is this call's alone; it is taken back."""
        if not self._interrupted:
            return False
        self._interrupted = False
        return self.task.uncancel() <= self.base

    def interrupt(self) -> None:
        """Cancels the inline attempt."""
        if not self._interrupted:
            self._interrupted = True
            self.task.cancel()

    def spawn(self, attempt: Attempt) -> None:
        """Begins a task for an attempt."""
        task = self.driver.loop.create_task(self._beside(attempt))
        attempt.running = task
        self._tasks.add(task)
        task.add_done_callback(partial(self._gone, attempt))

    def cancel(self, attempt: Attempt) -> None:
        """Cancels the task of an attempt."""
        task: Any = attempt.running
        if task is not None:
            task.cancel()

    def wake(self) -> None:
        """Wakes the task that waits."""
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    async def park(self) -> None:
        """Waits until it is woken."""
        self._waiter = self.driver.loop.create_future()
        try:
            await self._waiter
        finally:
            self._waiter = None

    async def join(self) -> None:
        """Waits until no task of the call is left."""
        for task in self._tasks:
            task.cancel()
        cancelled: CancelledError | None = None
        while self._tasks:
            try:
                await asyncio.wait(self._tasks)
            except CancelledError as error:
                # Raised when they are gone: some libraries cancel again and again.
                cancelled = error
        if cancelled is not None:
            raise cancelled

    def _gone(self, attempt: Attempt, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if attempt.standing != ENDED:
            # Cancelled before its first step.
            self.cancelled(attempt)

    async def _beside(self, attempt: Attempt) -> None:
        scope.set(self.scope(attempt))
        try:
            value = await self.awaitable(attempt)
        except CancelledError:
            self.cancelled(attempt)
        except Exception as error:
            self.failed(attempt, error)
        except BaseException as error:
            self.fatal = error
            self.cancelled(attempt)
            self.wake()
            if self.inline is not None:
                self.interrupt()
            raise
        else:
            self.answered(attempt, value)
