"""Names and their numbers: hot calls carry numbers only.

A name of the document is known from the start, another one after it was made known. A call with an unknown name is
refused, because what it would get is not what its author configured.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


class Names:
    """Numbers of namespaces or of operations."""

    __slots__ = ("_configured", "_intern", "_numbers")

    def __init__(self, configured: Iterable[str], intern: Callable[[str], int]) -> None:
        self._configured = frozenset(configured)
        self._intern = intern
        self._numbers: dict[str | None, int] = {None: 0, "": 0}

    def number(self, name: str | None) -> int | None:
        """The number of a name, `None` for one that nobody made known."""
        known = self._numbers.get(name)
        if known is None and name in self._configured:
            return self.learn(name)
        return known

    def learn(self, name: str) -> int:
        """Makes a name known."""
        number = self._numbers[name] = self._intern(name)
        return number

    def configures(self, name: str | None) -> bool:
        """Whether the document says anything about a name."""
        return name in self._configured
