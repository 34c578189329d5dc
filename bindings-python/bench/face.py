"""Times a call that succeeds through both faces, beside the bare call and `asyncio.timeout`; microseconds, for people.

Batches are small and many, and of several things in turn, so that the best of them is that of an idle machine.
"""

from __future__ import annotations

import asyncio
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING, Any

from hedgerow import AsyncClient, Client

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

BATCHES = 300
CALLS = 200
POLICY: dict[str, Any] = {
    "objective": {"max_us": 500_000},
    "hedge": {"strategy": "fixed", "delay_us": 50_000},
    "operations": {"get": {"idempotency": "natural"}, "put": {"idempotency": "retry"}},
}


def nothing() -> int:
    return 1


def told(attempt: object) -> object:
    return attempt


async def nothing_async() -> int:
    return 1


def sync_rows() -> dict[str, Callable[[], object]]:
    call = Client(POLICY, endpoints=["a", "b", "c"]).call
    return {
        "bare call": nothing,
        "Client.call: retry, budget, limit": lambda: call(nothing, op="put"),
        "Client.call, with the attempt": lambda: call(told, op="put"),
    }


async def bounded() -> int:
    async with asyncio.timeout(0.5):
        return await nothing_async()


def async_rows() -> dict[str, Callable[[], Awaitable[object]]]:
    call = AsyncClient(POLICY, endpoints=["a", "b", "c"]).call
    return {
        "bare await": nothing_async,
        "AsyncClient.call: retry, budget, limit": lambda: call(nothing_async, op="put"),
        "AsyncClient.call, deadline and hedge armed": lambda: call(nothing_async, op="get", deadline=0.5),
        "asyncio.timeout": bounded,
    }


def show(took: dict[str, list[float]]) -> None:
    for name, times in took.items():
        print(f"{name:<48}{median(times):>10.2f}{min(times):>10.2f} µs")


def time_sync() -> dict[str, list[float]]:
    rows = sync_rows()
    took: dict[str, list[float]] = {name: [] for name in rows}
    for _ in range(BATCHES):
        for name, run in rows.items():
            begun = perf_counter()
            for _ in range(CALLS):
                run()
            took[name].append((perf_counter() - begun) / CALLS * 1e6)
    return took


async def time_async() -> dict[str, list[float]]:
    rows = async_rows()
    took: dict[str, list[float]] = {name: [] for name in rows}
    for _ in range(BATCHES):
        for name, run in rows.items():
            begun = perf_counter()
            for _ in range(CALLS):
                await run()
            took[name].append((perf_counter() - begun) / CALLS * 1e6)
    return took


def main() -> None:
    print(f"{'':<48}{'median':>10}{'best':>10}")
    show(time_sync())
    show(asyncio.run(time_async()))


if __name__ == "__main__":
    main()
