"""Time as the drivers see it: the host's clocks, or those of a test."""

from __future__ import annotations

from time import monotonic, time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from threading import Condition
    from typing import Protocol

    class Timer(Protocol):
        """A timer that is armed."""

        def cancel(self) -> object:
            """Takes it back."""

    class Clock(Protocol):
        """A clock that is not the host's."""

        def now(self) -> float:
            """Monotonic seconds."""
            ...

        def wall(self) -> float:
            """Seconds since 1970."""
            ...

        def call_at(self, when: float, callback: Callable[[], object]) -> Timer:
            """Calls back when the time has come."""
            ...

        def wait(self, condition: Condition, seconds: float) -> None:
            """Waits, with the condition's lock held, until it is notified or the seconds are over."""


class HostClock:
    """The clocks of the operating system; event loops arm their own timers."""

    __slots__ = ()

    now = staticmethod(monotonic)
    wall = staticmethod(time)

    @staticmethod
    def wait(condition: Condition, seconds: float) -> None:
        """Waits, with the condition's lock held, until it is notified or the seconds are over."""
        condition.wait(min(seconds, _LONGEST))


_LONGEST = 3600.0

HOST = HostClock()


def of_host(at: float, clock: Clock | HostClock) -> float:
    """A time of this clock in the time of the host's monotonic clock."""
    return at if clock is HOST else monotonic() + (at - clock.now())


def from_host(at: float, clock: Clock | HostClock) -> float:
    """A time of the host's monotonic clock in the time of this clock."""
    return at if clock is HOST else clock.now() + (at - monotonic())
