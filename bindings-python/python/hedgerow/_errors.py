"""The errors that the native module raises; it finds them here when it raises the first one."""

from __future__ import annotations


class HedgerowError(Exception):
    """Anything that hedgerow refuses: `code` is a stable slug, `field` the path of a document."""

    def __init__(self, code: str, message: str, field: str | None = None) -> None:
        """Keeps the code, the text and the path, if there is one."""
        super().__init__(code, message, field)
        self.code = code
        self.message = message
        self.field = field

    def __str__(self) -> str:
        """The text alone."""
        return self.message


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
        """Keeps what the core said of the document."""
        super().__init__(code, message, field)
        self.args = (code, message, field, value, range)
        self.value = value
        self.range = range


class StateError(HedgerowError, RuntimeError):
    """A misuse: `closed`, `closed_after_fork`, `poisoned` or `invalid_argument`."""
