"""The story of a call that failed: its attempts, its times, and why it ended.

It is told only when a call fails, from what the driver holds anyway, so a call that succeeds pays nothing for it.
"""

from __future__ import annotations

from ._errors import HedgerowError
from ._generated.reasons import REASONS
from ._generated.record import cause_of, reason_of
from ._generated.words import CAUSES, FAILURE_CLASSES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ._attempt import Attempt
    from ._generated.reasons import ReasonSlug
    from ._generated.record import Record
    from ._generated.words import AttemptKind, Cause

_NOTE = "hedgerow: "

CANCELLED = 99
"""Stands, among codes of failure classes, for an attempt that ended without an answer, as asked."""


class AttemptReport:
    """The story of an attempt."""

    __slots__ = ("duration", "endpoint", "kind", "number", "outcome", "reason", "start")

    def __init__(self, attempt: Attempt) -> None:
        self.endpoint: str = attempt.endpoint
        self.number: int = attempt.number
        """From 1, in order of sending."""
        self.kind: AttemptKind = attempt.kind
        self.start: float = attempt.start
        """When it was sent, in seconds of the client's clock."""
        self.duration: float | None = attempt.end - attempt.start if attempt.end >= 0 else None
        """Seconds until its end; `None` when that is not known."""
        self.outcome: str | None = _outcome(attempt.result)
        """A failure class, `success`, `cancelled`, or `None` when the end is not known."""
        self.reason: ReasonSlug = REASONS[attempt.why()]
        """Why it was sent, or why it was cancelled."""

    def __repr__(self) -> str:
        took = "?" if self.duration is None else f"{self.duration * 1000:.1f} ms"
        return f"<{self.kind} {self.number} at {self.endpoint}: {self.outcome or 'unknown'} in {took}, {self.reason}>"


class Report:
    """The story of a call."""

    __slots__ = ("attempts", "cause", "lost", "reason", "token", "wall")

    def __init__(self, attempts: Sequence[Attempt], decision: Record) -> None:
        self.reason: ReasonSlug = REASONS[reason_of(decision[7])]
        """Why it ended."""
        self.attempts: tuple[AttemptReport, ...] = tuple(AttemptReport(attempt) for attempt in attempts)
        """Every attempt, in order of sending."""
        self.wall: float = decision[5]
        """Seconds since its start."""
        self.lost: float = decision[6]
        """Seconds of them in which this process did not run."""
        cause = cause_of(decision[7])
        self.cause: Cause | None = CAUSES[cause - 1] if cause > 0 else None
        """On a timeout, whose fault it was."""
        self.token: str | None = attempts[0].token if attempts else None
        """The idempotency token that every attempt carried."""

    def __repr__(self) -> str:
        return f"<{self.reason} after {self.wall * 1000:.1f} ms: {list(self.attempts)}>"


def report_of(error: BaseException) -> Report | None:
    """The story of the call that raised this error; `None` when no call did."""
    if isinstance(error, HedgerowError):
        return error.report
    found: Report | None = getattr(error, "hedgerow", None)
    return found


def attach(error: BaseException, report: Report) -> None:
    """Puts a report beside an error of the caller's own: as `error.hedgerow`, and as a note where it is printed."""
    try:
        error.hedgerow = report  # type: ignore[attr-defined]
    except AttributeError:
        return
    # An error that is raised again and again has the story of the last time.
    notes: list[str] = getattr(error, "__notes__", [])
    notes[:] = [note for note in notes if not note.startswith(_NOTE)]
    error.add_note(f"{_NOTE}{report.reason}, attempts: {', '.join(map(repr, report.attempts))}")


def _outcome(result: int) -> str | None:
    if result == 0:
        return "success"
    if result == CANCELLED:
        return "cancelled"
    return FAILURE_CLASSES[result - 1] if result > 0 else None
