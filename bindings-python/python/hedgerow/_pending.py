"""A call that waits: its attempts, and what its driver does about each action of the core.

Attempts end by a report to the core, and only the core's completion ends the call: whoever waits for it waits for
that record. What the waiting is (a thread, an asyncio task, a trio task) is the affair of the classes below this one.
"""

from __future__ import annotations

from ._attempt import ENDED, OPEN, UNWANTED, Attempt
from ._clock import of_host
from ._errors import ENDS_BY_ITSELF, refusal
from ._failure import Failure, meaning_of
from ._generated.reasons import REASONS
from ._generated.record import CANCEL, COMPLETE, NEVER, SEND, has_token, outcome_of, reason_of
from ._report import CANCELLED, Report, attach

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, Protocol

    from ._generated.record import Record
    from ._native import Client as Native
    from ._scope import Scope
    from ._state import State, Turn

    class Driver(Protocol):
        """Brings actions to the calls of one thread or one event loop."""

        def deliver(self, record: Record, now: float) -> None:
            """Hands an action to its call, from whatever thread."""

        def due(self, at: float) -> None:
            """Sees to it that the core is asked at the latest at this time, from whatever thread."""


class Pending:
    """A call that the core has admitted."""

    __slots__ = (
        "args",
        "attempts",
        "cookie",
        "decision",
        "depth",
        "driver",
        "error",
        "fatal",
        "fn",
        "id",
        "sends",
        "state",
        "takes",
        "token",
    )

    def __init__(
        self,
        driver: Any,
        state: State,
        cookie: int,
        fn: Callable[..., Any],
        args: tuple[object, ...],
        takes: bool,
        depth: int,
        token: str | None,
    ) -> None:
        self.driver = driver
        self.state = state
        self.cookie = cookie
        self.fn = fn
        self.args = args
        self.takes = takes
        self.depth = depth
        self.token = token
        self.id = -1
        self.attempts: list[Attempt] = []
        self.sends: list[Attempt] = []
        """Attempts that the one who waits is to begin."""
        self.decision: Record | None = None
        self.error: BaseException | None = None
        """What the last attempt that failed raised."""
        self.fatal: BaseException | None = None
        """What is no `Exception` and goes to the caller at once."""

    def receive(self, record: Record, now: float) -> None:
        """Performs one action."""
        code = record[0]
        if code == SEND:
            attempt = self.admit(record, now)
            if self.decision is None:
                self.begin(attempt)
            else:
                self.cancelled(attempt)
        elif code == CANCEL:
            found = self.find(record[3])
            if found is not None and found.standing == OPEN:
                found.standing = UNWANTED
                found.reason = reason_of(record[7])
                self.stop(found)
        elif code == COMPLETE:
            self.decision = record
            self.wake()

    def admit(self, record: Record, now: float) -> Attempt:
        """The attempt of a send."""
        self.id = record[2]
        if self.token is None and has_token(record[7]):
            self.token = self.state.native.token(self.id)
        attempt = Attempt(record, self.state.endpoints.name(record[4]), self.token, now)
        self.attempts.append(attempt)
        return attempt

    def adopt(self, first: Record | Attempt, now: float) -> Attempt:
        """The first attempt of a recipe, which may have been made already."""
        if not isinstance(first, Attempt):
            return self.admit(first, now)
        self.id = first.call
        self.attempts.insert(0, first)
        return first

    def find(self, attempt: int) -> Attempt | None:
        """The attempt with this id."""
        return next((found for found in self.attempts if found.id == attempt), None)

    def begin(self, attempt: Attempt) -> None:
        """Sees to it that an attempt is begun."""
        raise NotImplementedError

    def stop(self, attempt: Attempt) -> None:
        """Stops an attempt that is not wanted any more."""
        raise NotImplementedError

    def is_over(self, attempt: Attempt) -> bool:
        """Whether nobody runs the attempt."""
        raise NotImplementedError

    def wake(self) -> None:
        """Wakes the one who waits."""
        raise NotImplementedError

    def invoke(self, attempt: Attempt) -> Any:
        """Calls the callback for an attempt."""
        return self.fn(*self.args, attempt=attempt) if self.takes else self.fn(*self.args)

    def scope(self, attempt: Attempt) -> Scope:
        """What holds for the code of an attempt."""
        return of_host(attempt.deadline, self.state.clock), self.depth + 1

    def answered(self, attempt: Attempt, value: object) -> None:
        """Reports an answer."""
        now = self.state.clock.now()
        attempt.value = value
        self._ended(attempt, 0, now)
        turn = respond(self.state.native, attempt, now)
        if turn is None:
            self.decided_by(attempt, now)
        else:
            self.state.perform(turn, now)

    def take(self, attempt: Attempt, turn: Any, value: object) -> None:
        """Keeps an answer that the core has been told already."""
        now = self.state.clock.now()
        attempt.value = value
        self._ended(attempt, 0, now)
        if turn is None:
            self.decided_by(attempt, now)
        else:
            self.state.perform(turn, now)

    def decided_by(self, attempt: Attempt, now: float) -> None:
        """Ends the call with an answer, when that is all that happened."""
        self.decision = (COMPLETE, self.cookie, self.id, attempt.id, -1, now, 0.0, 0)
        self.wake()

    def failed(self, attempt: Attempt, error: BaseException) -> None:
        """Reports a failure."""
        now = self.state.clock.now()
        try:
            meaning = meaning_of(error, self.state.classify)
        except Exception as mistake:
            # A judge that fails is a mistake of the program: it is shown at once, not retried.
            error, meaning = mistake, Failure("fatal")
        self.error = error
        packed, after, most = meaning.numbers()
        self._ended(attempt, packed % NEVER, now)
        self.state.perform(self.state.native.handle_failure(attempt.id, packed, after, most, now), now)

    def cancelled(self, attempt: Attempt) -> None:
        """Reports that an attempt is over and produced nothing."""
        now = self.state.clock.now()
        self._ended(attempt, CANCELLED, now)
        self.state.perform(self.state.native.handle_cancelled(attempt.id, now), now)

    def abandon(self) -> None:
        """Gives the call up: the caller does not want it any more."""
        self.state.calls.pop(self.cookie, None)
        if self.decision is None:
            now = self.state.clock.now()
            turn = self.state.native.cancel(self.id, now)
            for record in turn[1:]:
                if record[1] == self.cookie:
                    self.receive(record, now)
            self.state.perform(turn, now)
        for attempt in self.attempts:
            if attempt.standing != ENDED and self.is_over(attempt):
                self.cancelled(attempt)

    def outcome(self) -> Any:
        """The value of the call, or its error raised; the call is forgotten."""
        self.state.calls.pop(self.cookie, None)
        decision = self.decision
        if decision is None:
            raise AssertionError("an outcome was asked for before the call was decided")
        if outcome_of(decision[7]) == 0:
            winner = self.find(decision[3])
            return None if winner is None else winner.value
        raise self._verdict(decision)

    def _verdict(self, decision: Record) -> BaseException:
        report = Report(self.attempts, decision)
        reason = reason_of(decision[7])
        error = self.error
        if error is None:
            return refusal(reason, report)
        if REASONS[reason] in ENDS_BY_ITSELF:
            verdict = refusal(reason, report)
            verdict.__cause__ = error
            return verdict
        attach(error, report)
        return error

    def _ended(self, attempt: Attempt, result: int, now: float) -> None:
        attempt.standing = ENDED
        attempt.result = result
        attempt.end = now


def respond(native: Native, attempt: Attempt, now: float) -> Turn | None:
    """Hands in an answer, with the load and the time that the server told."""
    if attempt.load is None:
        return native.handle_response(attempt.id, now)
    return native.handle_response_with_load(attempt.id, *attempt.load, now)
