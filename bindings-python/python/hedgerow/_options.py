"""What a call may say beside its callback, as the numbers that the core takes."""

from __future__ import annotations

from ._errors import misuse, refusal
from ._generated.reasons import CODES
from ._generated.record import NOT_GIVEN, OPERATIONS_OWN, WITH_TOKEN
from ._generated.words import IDEMPOTENCY, PRIORITY
from ._scope import INFINITY

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import NamedTuple, TypedDict

    from ._generated.words import Idempotency, Priority
    from ._state import State

    class CallOptions(TypedDict, total=False):
        """What a call may say beside its callback; `None` is as good as nothing."""

        op: str | None
        namespace: str | None
        replicas: Iterable[str] | None
        key: str | None
        deadline: float | None
        idempotency: Idempotency | None
        priority: Priority | None
        token: str | None

    class Numbers(NamedTuple):
        """The numbers of a start."""

        namespace: int
        operation: int
        replicas: tuple[int, ...]
        wall: float
        packed: int


_PRIORITIES: dict[str, int] = {word: code for code, word in enumerate(PRIORITY)}
_IDEMPOTENCIES: dict[str, int] = {word: code << 8 for code, word in enumerate(IDEMPOTENCY)}


def numbers(state: State, options: CallOptions) -> tuple[int, int, tuple[int, ...], float, int]:
    """Namespace, operation, replicas, wall time and packed words; raises for a word that is none."""
    op, token, word = options.get("op"), options.get("token"), options.get("idempotency")
    packed = _code(_PRIORITIES, "priority", options.get("priority"), OPERATIONS_OWN)
    packed += _code(_IDEMPOTENCIES, "idempotency", word, OPERATIONS_OWN << 8) + (0 if token is None else WITH_TOKEN)
    namespace = state.namespaces.number(options.get("namespace"))
    if namespace is None:
        raise refusal(CODES["unknown_namespace"])
    operation = state.operations.number(op)
    if operation is None:
        raise refusal(CODES["unknown_operation"])
    mints = token is None and (state.mints(op) if word is None else word == "token")
    return namespace, operation, _replicas(state, options), state.clock.wall() if mints else NOT_GIVEN, packed


def absolute(now: float, deadline: float | None) -> float:
    """A deadline from now as a time; infinity for none."""
    if deadline is None:
        return INFINITY
    try:
        at = now + deadline
    except TypeError:
        at = float("nan")
    if at != at:
        raise misuse(f"deadline: {deadline!r}, want a number of seconds")
    # What has passed already must not read as "not given".
    return max(at, 0.0)


def _replicas(state: State, options: CallOptions) -> tuple[int, ...]:
    named, key = options.get("replicas"), options.get("key")
    if named is None and key is not None and state.placement is not None:
        named = state.placement(key)
    return () if named is None else state.endpoints.numbers(named)


def _code(codes: dict[str, int], name: str, word: str | None, otherwise: int) -> int:
    if word is None:
        return otherwise
    found = codes.get(word)
    if found is None:
        raise misuse(f"{name}: {word!r}, want one of {', '.join(codes)}")
    return found
