"""Errors: why a call has no result, and what was wrong with a document or an argument.

What an attempt raised is raised again, with the story of the call beside it (`report_of`). The classes here appear
where no attempt left an error, and where the time of the call ran out.
"""

from __future__ import annotations

from ._generated.reasons import REASONS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ._report import Report


class HedgerowError(Exception):
    """Anything that hedgerow refuses: `code` is the stable short name of what happened."""

    def __init__(self, code: str, message: str, field: str | None = None, report: Report | None = None) -> None:
        super().__init__(code, message, field)
        self.code = code
        self.message = message
        self.field = field
        """Path in the document, of an error in one."""
        self.report = report
        """The story of the call, when there was one."""

    def __str__(self) -> str:
        return self.message

    @property
    def cause(self) -> str | None:
        """On a timeout, whose fault it was: `server` or `client_pause`."""
        return self.report.cause if self.report is not None else None

    @property
    def lost(self) -> float:
        """Seconds of the call in which this process did not run."""
        return self.report.lost if self.report is not None else 0.0


class DeadlineExceeded(HedgerowError, TimeoutError):
    """The caller's deadline passed, before the call or during it."""


class CallTimeout(HedgerowError, TimeoutError):
    """The call's own time was over; `cause` is `client_pause` when this process was to blame."""


class LimitExceeded(HedgerowError):
    """The namespace holds as many calls as its limit allows."""


class NoEndpoint(HedgerowError):
    """No live endpoint was in reach."""


class Refused(HedgerowError):
    """The call was not admitted for another reason, or the client was shut down."""


class ConfigError(HedgerowError, ValueError):
    """A document that is refused: `field` is the path, `value` what stands there, `range` what may."""

    def __init__(
        self,
        code: str,
        message: str,
        field: str | None = None,
        value: str | None = None,
        range: str | None = None,  # noqa: A002 - the core's name
    ) -> None:
        super().__init__(code, message, field)
        self.args = (code, message, field, value, range)
        self.value = value
        self.range = range


class StateError(HedgerowError, RuntimeError):
    """A misuse: `closed`, `closed_after_fork`, `poisoned` or `invalid_argument`."""


_CLASSES: dict[str, type[HedgerowError]] = {
    "deadline": DeadlineExceeded,
    "deadline_passed": DeadlineExceeded,
    "call_timeout": CallTimeout,
    "call_limit": LimitExceeded,
    "no_endpoint": NoEndpoint,
}

ENDS_BY_ITSELF = frozenset({"deadline", "call_timeout", "shutdown"})
"""Reasons that end a call whatever its attempts did; an attempt's error then is only the cause."""


def refusal(reason: int, report: Report | None = None) -> HedgerowError:
    """The error of a call that ended for this reason without an error of its own."""
    code = REASONS[reason]
    message: str = code
    if report is not None and report.attempts:
        count = len(report.attempts)
        message = f"{code} after {count} attempt{'' if count == 1 else 's'}"
        if report.cause == "client_pause":
            message += f", client_pause: {report.lost * 1000:g} ms lost"
    return _CLASSES.get(code, Refused)(code, message, None, report)


def misuse(message: str) -> StateError:
    """The error of an argument that is none."""
    return StateError("invalid_argument", message)
