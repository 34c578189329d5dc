"""Calls of event loops: the task that calls runs one attempt itself, and further ones run beside it.

The first attempt, and each that is sent while nothing else runs, is awaited in the task that called. Only an attempt
sent while another one runs, a hedge, gets a task of its own. The running attempt is stopped by a cancellation of
exactly its part of the caller's task; whatever else was cancelled goes to the caller at once.

Losers are cancelled and awaited before the call returns, and what they raise goes to the core alone.
"""

from __future__ import annotations

from ._callback import not_awaitable
from ._pending import Pending
from ._scope import scope

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ._attempt import Attempt


class AsyncCall(Pending):
    """A call that a task waits for."""

    __slots__ = ("inline",)

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.inline: Attempt | None = None
        """The attempt that the task of the caller runs."""

    def begin(self, attempt: Attempt) -> None:
        """Lets the caller's task run it, or one beside when that is busy."""
        if self.inline is None and not self.sends:
            self.sends.append(attempt)
            self.wake()
        else:
            self.spawn(attempt)

    def stop(self, attempt: Attempt) -> None:
        """Cancels an attempt, whoever runs it."""
        if attempt is self.inline:
            self.interrupt()
        elif attempt in self.sends:
            self.sends.remove(attempt)
            self.cancelled(attempt)
        else:
            self.cancel(attempt)

    async def finish(self) -> Any:
        """Runs attempts and waits until the call is decided."""
        try:
            while self.decision is None:
                if self.fatal is not None:
                    raise self.fatal
                if self.sends:
                    await self.run(self.sends.pop(0))
                else:
                    await self.park()
        except (GeneratorExit, KeyboardInterrupt, SystemExit):
            self.abandon()
            raise
        except BaseException:
            self.abandon()
            await self.join()
            raise
        await self.join()
        return self.outcome()

    async def run(self, attempt: Attempt) -> None:
        """Runs an attempt in the caller's task."""
        self.inline = attempt
        outside = scope.set(self.scope(attempt))
        try:
            await self.guarded(self.awaitable(attempt), attempt)
        finally:
            self.inline = None
            scope.reset(outside)

    async def awaitable(self, attempt: Attempt) -> Any:
        """The answer of the callback."""
        found = self.invoke(attempt)
        if not hasattr(found, "__await__"):
            raise not_awaitable(found)
        return await found

    def is_over(self, attempt: Attempt) -> bool:
        """Whether no task runs the attempt."""
        return attempt.running is None

    async def guarded(self, answer: Any, attempt: Attempt) -> None:
        """Awaits the inline attempt and reports its end; raises only what is the caller's."""
        raise NotImplementedError

    def spawn(self, attempt: Attempt) -> None:
        """Begins a task for an attempt."""
        raise NotImplementedError

    def cancel(self, attempt: Attempt) -> None:
        """Cancels the task of an attempt."""
        raise NotImplementedError

    def interrupt(self) -> None:
        """Cancels the inline attempt."""
        raise NotImplementedError

    async def park(self) -> None:
        """Waits until it is woken."""
        raise NotImplementedError

    async def join(self) -> None:
        """Waits until no task of the call is left."""
        raise NotImplementedError
