"""Deadlines and depth that travel with the running code, in one context variable.

The value is (deadline in seconds of the monotonic clock, depth): the depth counts the calls around the code that
runs, so that a client inside of another client's attempt knows that it is the outer one that retries.
"""

from __future__ import annotations

from contextvars import ContextVar
from time import monotonic

from ._errors import misuse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from contextvars import Token
    from types import TracebackType
    from typing import Final, TypeAlias

    Scope: TypeAlias = tuple[float, int]

INFINITY: Final = float("inf")

scope: Final[ContextVar[Scope]] = ContextVar("hedgerow_scope", default=(INFINITY, 0))
"""What holds for the code that runs."""


class deadline:  # noqa: N801 - used like a function
    """Bounds every call made inside, in seconds from now; an outer deadline that is earlier stays in force.

    >>> from hedgerow import deadline
    >>> with deadline(2.0):
    ...     with deadline(5.0) as inner:
    ...         inner.remaining() <= 2.0
    True
    """

    __slots__ = ("_at", "_token", "_within")

    def __init__(self, seconds: float) -> None:
        self._within = _seconds(seconds)
        self._at = INFINITY

    def __enter__(self) -> deadline:
        outer, depth = scope.get()
        self._at = min(outer, monotonic() + self._within)
        self._token: Token[Scope] = scope.set((self._at, depth))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        scope.reset(self._token)

    @property
    def at(self) -> float:
        """The deadline that is in force inside, in seconds of the monotonic clock."""
        return self._at

    def remaining(self) -> float:
        """Seconds until then, 0 when it has passed."""
        return max(self._at - monotonic(), 0.0)


def _seconds(given: object) -> float:
    if not isinstance(given, (int, float)) or given != given:
        raise misuse(f"deadline: {given!r}, want a number of seconds")
    return given


def current_deadline() -> float | None:
    """The deadline in force here, in seconds of the monotonic clock; `None` when there is none."""
    at = scope.get()[0]
    return None if at == INFINITY else at
