"""Times the native layer and the import; medians and bests of batches in one process, for people.

A call that succeeds is two crossings: its start, and its answer. What they cost beside two crossings that decide
nothing is the core's.
"""

from __future__ import annotations

import subprocess
import sys
from statistics import median
from time import monotonic, perf_counter
from typing import TYPE_CHECKING

from hedgerow._native import Client

if TYPE_CHECKING:
    from collections.abc import Callable

BATCHES = 40
CALLS = 5000
IMPORTS = 20
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


def nanoseconds(run: Callable[[int], None]) -> tuple[float, float]:
    """Median and best of the batches, for one time."""
    took: list[float] = []
    for _ in range(BATCHES):
        begun = perf_counter()
        run(CALLS)
        took.append((perf_counter() - begun) / CALLS * 1e9)
    return median(took), min(took)


def import_milliseconds() -> tuple[float, float]:
    """Median and best of imports in new interpreters, beyond Python's own start."""
    program = "from time import perf_counter as t; a = t(); import hedgerow; print((t() - a) * 1e3)"
    run = [sys.executable, "-I", "-c", program]
    took = [float(subprocess.run(run, check=True, capture_output=True).stdout) for _ in range(IMPORTS)]
    return median(took), min(took)


def main() -> None:
    rows = [
        ("start and answer of a call, clock read twice", nanoseconds(succeed), "ns"),
        ("start that is denied", nanoseconds(deny), "ns"),
        ("two crossings that decide nothing", nanoseconds(cross), "ns"),
        ("two readings of the clock", nanoseconds(clocks), "ns"),
        ("import hedgerow", import_milliseconds(), "ms"),
    ]
    print(f"{'':<48}{'median':>10}{'best':>10}")
    for name, (middle, best), unit in rows:
        digits = 1 if unit == "ms" else 0
        print(f"{name:<48}{middle:>10.{digits}f}{best:>10.{digits}f} {unit}")


if __name__ == "__main__":
    main()
