"""Times the native layer alone.

A call that succeeds is two crossings: its start, and its answer. What they cost beside two crossings that decide
nothing is the core's.
"""

from __future__ import annotations

from time import monotonic, thread_time
from typing import TYPE_CHECKING

from hedgerow._native import Client

if TYPE_CHECKING:
    from collections.abc import Callable

BATCHES = 40
CALLS = 5000
OF_OPERATION = 65535


def client() -> Client:
    made = Client({}, bytes([7] * 32), monotonic(), False)
    made.handle_topology([{"do": "add", "name": name} for name in "abc"], monotonic())
    return made


def succeed(times: int) -> None:
    one = client()
    start, answer = one.start, one.handle_response
    for _ in range(times):
        told = start(5, 0, 0, (), -1.0, -1.0, OF_OPERATION, monotonic())
        assert not isinstance(told, int)
        _, sent = told  # type: ignore[misc]
        answer(sent[3], monotonic())


def deny(times: int) -> None:
    start = client().start
    for _ in range(times):
        start(5, 0, 0, (), 0.0, -1.0, OF_OPERATION, monotonic())


def cross(times: int) -> None:
    ask = client().in_flight
    for _ in range(times):
        ask(5)
        ask(5)


def clocks(times: int) -> None:
    for _ in range(times):
        monotonic()
        monotonic()


def nanoseconds(run: Callable[[int], None]) -> list[float]:
    """What each batch took, for one time."""
    took: list[float] = []
    for _ in range(BATCHES):
        begun = thread_time()
        run(CALLS)
        took.append((thread_time() - begun) / CALLS * 1e9)
    return took


def rows() -> list[tuple[str, list[float]]]:
    return [
        ("start and answer, clock read twice", nanoseconds(succeed)),
        ("start that is denied", nanoseconds(deny)),
        ("two crossings that decide nothing", nanoseconds(cross)),
        ("two readings of the clock", nanoseconds(clocks)),
    ]
