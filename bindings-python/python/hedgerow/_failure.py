"""What the end of an attempt means.

An exception of a plain callback is `transient`, unless it was marked with a class (`failure`), or the client's
`classify` answers one. What each class then does is the core's affair.
"""

from __future__ import annotations

from ._errors import misuse
from ._generated.record import NEVER, NOT_GIVEN
from ._generated.words import FAILURE_CLASSES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias, TypeVar

    from ._generated.words import FailureClass

    E = TypeVar("E", bound=BaseException)
    Classify: TypeAlias = Callable[[BaseException], "Failure | FailureClass | None"]

_MARK = "__hedgerow_failure__"


class Failure:
    """What a failed attempt tells the policies.

    `kind` is `fatal`, `transient`, `timeout`, `not_sent`, `overloaded` or `refused`; `retry_after` the seconds after
    which the server wants to be asked again; `never` that it asked not to be; `max_retries` how many retries of the
    whole call it allows.
    """

    __slots__ = ("kind", "max_retries", "never", "retry_after")

    def __init__(
        self,
        kind: FailureClass,
        *,
        retry_after: float | None = None,
        never: bool = False,
        max_retries: int | None = None,
    ) -> None:
        if kind not in FAILURE_CLASSES:
            raise misuse(f"class: {kind!r}, want one of {', '.join(FAILURE_CLASSES)}")
        self.kind = kind
        self.retry_after = retry_after
        self.never = never
        self.max_retries = max_retries

    def numbers(self) -> tuple[int, float, int]:
        """What a report to the core takes: packed class, delay, retries."""
        packed = FAILURE_CLASSES.index(self.kind) + 1 + (NEVER if self.never else 0)
        after = NOT_GIVEN if self.retry_after is None else self.retry_after
        return packed, after, NOT_GIVEN if self.max_retries is None else self.max_retries


def failure(
    error: E,
    kind: FailureClass,
    *,
    retry_after: float | None = None,
    never: bool = False,
    max_retries: int | None = None,
) -> E:
    """Marks an exception with what it means and gives it back, to be raised.

    >>> from hedgerow import failure
    >>> error = failure(OSError("busy"), "overloaded", retry_after=0.25)
    """
    return mark(error, Failure(kind, retry_after=retry_after, never=never, max_retries=max_retries))


def mark(error: E, meaning: Failure) -> E:
    """Marks an exception with a meaning that is known already."""
    setattr(error, _MARK, meaning)
    return error


def meaning_of(error: BaseException, classify: Classify | None) -> Failure:
    """What an exception means."""
    marked: Failure | None = getattr(error, _MARK, None)
    if marked is not None:
        return marked
    judged = classify(error) if classify is not None else None
    if judged is None:
        return _UNKNOWN
    return as_failure(judged)


def as_failure(meaning: Failure | FailureClass) -> Failure:
    """A meaning of which the class is enough."""
    return meaning if isinstance(meaning, Failure) else Failure(meaning)


_UNKNOWN = Failure("transient")
