"""Tables of the configuration document as values.

A table holds what its author gave and nothing else: a field that was left out stays out of the document, so every
default stands in the core alone. Ranges are checked there too, when a client is built.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from datetime import timedelta
from enum import Enum
from math import isfinite
from typing import ClassVar, Final, TypeAlias, TypeVar, cast

from ._errors import ConfigError


class Unset(Enum):
    """The type of what was not given; `None` is a value of its own in a document."""

    UNSET = "UNSET"

    def __repr__(self) -> str:
        return "UNSET"


UNSET: Final = Unset.UNSET
"""Stands for a field that was not given."""

Seconds: TypeAlias = float | timedelta
"""A duration, in seconds."""

_T = TypeVar("_T", bound="Table")
_MICROSECOND = timedelta(microseconds=1)
_SUFFIX = "_us"
_PER_SECOND = 1_000_000
# A float of seconds is a whole number of microseconds up to what its last bits lose.
_NOISE = 1e-3


class Table:
    """One table of the document."""

    __slots__ = ()

    _durations: ClassVar[frozenset[str]] = frozenset()
    _tables: ClassVar[Mapping[str, type[Table]]] = {}
    _maps: ClassVar[Mapping[str, type[Table]]] = {}

    def to_dict(self) -> dict[str, object]:
        """Renders the document: what was given, with durations in whole microseconds under names that end in `_us`.

        >>> from hedgerow import Objective, Policy
        >>> Policy(objective=Objective(target=0.01)).to_dict()
        {'objective': {'target_us': 10000}}
        """
        given = ((field.name, getattr(self, field.name)) for field in fields(self))  # type: ignore[arg-type]
        return {self._document_name(name): self._render(name, value) for name, value in given if value is not UNSET}

    @classmethod
    def from_dict(cls: type[_T], document: Mapping[str, object]) -> _T:
        """Reads a document; a name that is none of its fields is a `ConfigError`. Values are checked by the core.

        >>> from hedgerow import Policy
        >>> Policy.from_dict({"objective": {"target_us": 10000}}).objective
        Objective(target=0.01, max=UNSET)
        """
        return cls._read(document, "")

    @classmethod
    def _read(cls: type[_T], document: object, path: str) -> _T:
        if not isinstance(document, Mapping):
            raise ConfigError("config", f"{path or 'the document'}: {document!r}, want a map", path)
        entries = cast("Mapping[str, object]", document)
        names = {cls._document_name(field.name): field.name for field in fields(cls)}  # type: ignore[arg-type]
        for key in entries:
            if key not in names:
                raise ConfigError(
                    "config", f"{_join(path, key)}: unknown, want one of {', '.join(names)}", _join(path, key)
                )
        return cls(**{names[key]: cls._value(names[key], value, _join(path, key)) for key, value in entries.items()})

    @classmethod
    def _value(cls, name: str, value: object, path: str) -> object:
        if name in cls._durations and isinstance(value, int) and not isinstance(value, bool):
            return value / _PER_SECOND
        if name in cls._tables and value is not None:
            return cls._tables[name]._read(value, path)
        if name in cls._maps and isinstance(value, Mapping):
            entries = cast("Mapping[str, object]", value)
            return {key: cls._maps[name]._read(entry, _join(path, key)) for key, entry in entries.items()}
        return value

    @classmethod
    def _document_name(cls, name: str) -> str:
        return name + _SUFFIX if name in cls._durations else name

    @classmethod
    def _render(cls, name: str, value: object) -> object:
        if isinstance(value, Table):
            return value.to_dict()
        if name in cls._maps and isinstance(value, Mapping):
            entries = cast("Mapping[str, object]", value)
            return {key: entry.to_dict() if isinstance(entry, Table) else entry for key, entry in entries.items()}
        return _micros(value) if name in cls._durations else value


def _micros(value: object) -> object:
    """Whole microseconds; what is no duration goes to the core as it is, to be refused there."""
    if isinstance(value, timedelta):
        return value // _MICROSECOND
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not isfinite(value):
        return value
    scaled = value * _PER_SECOND
    whole = round(scaled)
    return whole if abs(scaled - whole) < _NOISE else scaled


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
