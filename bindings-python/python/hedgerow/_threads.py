"""Calls of threads: the thread that calls is the one that waits.

Without an executor the thread runs every attempt itself, one after another. With one, attempts run in the executor's
threads and the caller waits, so that a hedge can be sent while another attempt is silent. No thread is ever made
here, and none can be interrupted: a loser runs to its end, and its answer is counted as late.

A thread that waits asks the core for the time to wake and sees to the timers of every call on its way. It is woken when
another thread, such as one of the executor in which an attempt failed, led to a timer that is due before.
"""

from __future__ import annotations

from contextvars import copy_context
from threading import Condition, Lock

from ._attempt import Attempt
from ._generated.record import SEND
from ._pending import Pending, respond
from ._scope import INFINITY, scope

TYPE_CHECKING = False
if TYPE_CHECKING:
    from concurrent.futures import Executor, Future
    from typing import Any

    from ._generated.record import Record
    from ._state import Recipe, State, Turn


class Threads:
    """Brings actions to the calls of threads."""

    __slots__ = ("__weakref__", "_asleep", "_lock", "_tolerance", "executor", "state")

    def __init__(self, state: State, executor: Executor | None) -> None:
        self.state = state
        self.executor = executor
        self._lock = Lock()
        self._asleep: set[ThreadCall] = set()
        self._tolerance = state.native.late_tolerance()
        state.join(self)

    def deliver(self, record: Record, now: float) -> None:
        """Hands an action to its call, from whatever thread."""
        call = self.made(record[1])
        if call is not None:
            call.receive(record, now)
        elif record[0] == SEND:
            self.state.unwanted(record[3], now)

    def due(self, at: float) -> None:
        """Wakes whoever sleeps longer than until this time."""
        if self._asleep:
            with self._lock:
                wanted = [call for call in self._asleep if call.until > at]
            for call in wanted:
                call.stir()

    def made(self, cookie: int) -> ThreadCall | None:
        """The call with this cookie, made out of its recipe now if it was not; `None` when it is over."""
        calls = self.state.calls
        with self._lock:
            # Whoever takes the entry out owns it: a call that ends meanwhile does not find it, and comes here.
            entry: Any = calls.pop(cookie, None)
            if entry is None:
                return None
            if entry.__class__ is list:
                entry = self._make(cookie, entry)
            calls[cookie] = entry
            return entry  # type: ignore[no-any-return]

    def call(self, *given: Any) -> ThreadCall:
        """A call of the thread that runs."""
        return ThreadCall(self, self.state, *given)

    def _make(self, cookie: int, recipe: Recipe) -> ThreadCall:
        _, fn, args, depth, now, takes, first = recipe
        call = self.call(cookie, fn, args, takes, depth, None)
        if first is not None:
            call.adopt(first, now)
        return call

    def begun(self, cookie: int, turn: Turn | int, now: float) -> Any:
        """Goes on with a call whose start was denied, or led to more than one send."""
        if isinstance(turn, int):
            raise self.state.denied(cookie, turn, now) from None
        call = self.made(cookie)
        if call is None:
            raise AssertionError("a call ended before it began")
        self.state.perform(turn, now)
        self.state.timeout(now)
        return call.finish()

    def respond(self, first: Attempt) -> Turn | None:
        """Hands in the answer of an attempt with a report of its server."""
        return respond(self.state.native, first, self.state.clock.now())

    def answered(self, cookie: int, first: Record | Attempt, turn: Turn | None, value: object) -> Any:
        """Goes on with a call to which more happened than its answer."""
        call, attempt = self._ended(cookie, first)
        call.take(attempt, turn, value)
        return call.finish()

    def failed(self, cookie: int, first: Record | Attempt, error: Exception) -> Any:
        """Goes on with a call whose first attempt failed."""
        call, attempt = self._ended(cookie, first)
        call.failed(attempt, error)
        return call.finish()

    def abandoned(self, cookie: int, first: Record | Attempt) -> None:
        """Gives up a call whose attempt raised what is no `Exception`."""
        self._ended(cookie, first)[0].abandon()

    def _ended(self, cookie: int, first: Record | Attempt) -> tuple[ThreadCall, Attempt]:
        call = self.made(cookie)
        if call is None:
            raise AssertionError("a call ended before its attempt")
        # Somebody may have made the call before its first attempt was written down.
        known = call.find(first.id if isinstance(first, Attempt) else first[3])
        return call, known or call.adopt(first, self.state.clock.now())

    def rest(self, call: ThreadCall) -> None:
        """Waits until something happened to the call, or a timer was due and was seen to."""
        state = self.state
        # Asleep before the core is asked: whoever arms a timer from then on finds it here.
        call.lie_down()
        with self._lock:
            self._asleep.add(call)
        try:
            due = call.until = state.native.poll_timeout()
            now = state.clock.now()
            if due > now and not call.sleep(due - now):
                return
        finally:
            with self._lock:
                self._asleep.discard(call)
        fired = state.clock.now()
        if fired - due > self._tolerance and due > now:
            state.native.handle_late_tick(due, fired)
        state.timeout(fired)


class ThreadCall(Pending):
    """A call that a thread waits for."""

    __slots__ = ("_changed", "_futures", "_held", "_over", "_stirred", "until")

    driver: Threads

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self._changed = Condition()
        self._futures: dict[Attempt, Future[None]] = {}
        self._held = False
        self._over: list[Attempt] = []
        self._stirred = False
        self.until = INFINITY
        """When the thread that waits wakes by itself."""

    def receive(self, record: Record, now: float) -> None:
        """Performs one action; actions of one call come from several threads."""
        with self._changed:
            self._held = True
            try:
                super().receive(record, now)
            finally:
                self._held = False
            over, self._over = self._over, []
        for attempt in over:
            super().cancelled(attempt)

    def cancelled(self, attempt: Attempt) -> None:
        """Reports that an attempt is over; later where the call is locked, since a report may lead to other calls."""
        with self._changed:
            if self._held:
                self._over.append(attempt)
                return
        super().cancelled(attempt)

    def begin(self, attempt: Attempt) -> None:
        """Lets the thread that waits begin it."""
        self.sends.append(attempt)
        self._changed.notify()

    def stop(self, attempt: Attempt) -> None:
        """Ends what has not begun; what runs is left to itself."""
        future = self._futures.get(attempt)
        if attempt in self.sends:
            self.sends.remove(attempt)
            self.cancelled(attempt)
        elif future is not None and future.cancel():
            self.cancelled(attempt)

    def wake(self) -> None:
        """Wakes the thread that waits."""
        with self._changed:
            self._changed.notify()

    def is_over(self, attempt: Attempt) -> bool:
        """Whether no thread of the executor has it."""
        return attempt not in self._futures

    def lie_down(self) -> None:
        """Is about to sleep, for as long as the core will say."""
        self._stirred, self.until = False, INFINITY

    def stir(self) -> None:
        """Wakes the thread that waits, to ask the core again."""
        with self._changed:
            self._stirred = True
            self._changed.notify()

    def sleep(self, seconds: float) -> bool:
        """Waits; `False` when it was woken before the time was over."""
        with self._changed:
            if self._has_news():
                return False
            self.state.clock.wait(self._changed, seconds)
            return not self._has_news()

    def finish(self) -> Any:
        """Runs attempts and waits until the call is decided."""
        try:
            while self.decision is None:
                if self.fatal is not None:
                    raise self.fatal
                if self.sends:
                    self._launch()
                else:
                    self.driver.rest(self)
        except BaseException:
            self.abandon()
            raise
        return self.outcome()

    def _has_news(self) -> bool:
        return self._stirred or self.decision is not None or bool(self.sends) or self.fatal is not None

    def _launch(self) -> None:
        executor = self.driver.executor
        with self._changed:
            if not self.sends:
                return
            attempt = self.sends.pop(0)
            # Under the lock, so that a cancel finds the future.
            mistake = None if executor is None else self._submit(executor, attempt)
        if executor is None:
            self._run(attempt)
        elif mistake is not None:
            self.failed(attempt, mistake)

    def _submit(self, executor: Executor, attempt: Attempt) -> RuntimeError | None:
        try:
            self._futures[attempt] = executor.submit(copy_context().run, self._work, attempt)
        except RuntimeError as error:
            return error
        return None

    def _work(self, attempt: Attempt) -> None:
        try:
            self._run(attempt)
        except BaseException as error:  # goes to the caller, whatever it is
            self.fatal = error
            self.cancelled(attempt)
            self.wake()

    def _run(self, attempt: Attempt) -> None:
        token = scope.set(self.scope(attempt))
        try:
            value = self.invoke(attempt)
        except Exception as error:
            self.failed(attempt, error)
        else:
            self.answered(attempt, value)
        finally:
            scope.reset(token)
