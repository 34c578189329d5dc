"""Callbacks: what may be called once for each attempt, and whether it wants to know of the attempt."""

from __future__ import annotations

from types import CoroutineType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import CodeType
    from typing import Any, Final

_NAME = "attempt"
_VARKEYWORDS = 0x08
_MOST_KNOWN = 4096

KNOWN: Final[dict[int, bool]] = {}
"""What is known of a code, by its address, for a look without a call."""

# The codes themselves are kept, so that no other one can have their address.
_kept: Final[list[CodeType]] = []


def takes_attempt(fn: Callable[..., object]) -> bool:
    """Whether a callback has a parameter `attempt`; a `TypeError` for what cannot be called again."""
    try:
        code: CodeType = fn.__code__
    except AttributeError:
        return _inspected(fn)
    known = KNOWN.get(id(code))
    if known is not None:
        return known
    if _NAME not in _named(code) and code.co_flags & _VARKEYWORDS:
        # A wrapper passes on what it is given, and is not alike for all that it may wrap.
        inner = getattr(fn, "__wrapped__", None)
        return inner is not None and takes_attempt(inner)
    return _learn(code)


def not_awaitable(answer: object) -> TypeError:
    """The error of a callback that is not asynchronous."""
    kind = type(answer).__name__
    return TypeError(f"fn: answered {kind}, want an async function, or one that answers an awaitable")


def _named(code: CodeType) -> tuple[str, ...]:
    return code.co_varnames[code.co_posonlyargcount : code.co_argcount + code.co_kwonlyargcount]


def _learn(code: CodeType) -> bool:
    if len(_kept) >= _MOST_KNOWN:
        KNOWN.clear()
        _kept.clear()
    _kept.append(code)
    takes = KNOWN[id(code)] = _NAME in _named(code)
    return takes


def _inspected(fn: Any) -> bool:
    if isinstance(fn, CoroutineType):
        fn.close()
        raise TypeError(
            "fn: a coroutine object, which can run once only; "
            "pass the function and its arguments: call(fetch, url), not call(fetch(url))"
        )
    if not callable(fn):
        raise TypeError(f"fn: {type(fn).__name__}, want a function that can be called for each attempt")
    # A partial function, or an object that is called like one.
    inner: Any = getattr(fn, "func", None) or type(fn).__dict__.get("__call__")
    return hasattr(inner, "__code__") and takes_attempt(inner)
