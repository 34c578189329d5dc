"""Whoever sleeps for a timer is woken when another thread, or another input, led to one that is due before."""

import functools
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import anyio
import pytest
from hedgerow import AsyncClient, Client, Refused

POLICY: dict[str, Any] = {
    "objective": {"max_us": 60_000_000},
    "hedge": {"strategy": "off"},
    "retry": {"backoff": {"base_us": 1000, "jitter": "none"}},
    "operations": {"get": {"idempotency": "natural"}},
}
"""Nothing but the call timer is armed at first, the first stage of which is due after many seconds."""

SOON = 5.0
"""Far from what is expected, a few milliseconds, and far from that stage."""


@contextmanager
def soon() -> Iterator[None]:
    begin = time.monotonic()
    yield
    assert time.monotonic() - begin < SOON


def test_a_thread_that_waits_retries_what_failed_in_the_executor() -> None:
    answers = iter([OSError(), OSError()])

    def third() -> int:
        for error in answers:
            raise error
        return 3

    with ThreadPoolExecutor(1) as pool, soon():
        assert Client(POLICY, endpoints=["a", "b"], executor=pool).call(third, op="get") == 3


def test_a_thread_that_waits_ends_with_a_drain() -> None:
    release = threading.Event()
    with ThreadPoolExecutor(1) as pool:
        one = Client(POLICY, endpoints=["a"], executor=pool)
        threading.Timer(0.01, one.drain, [0.01]).start()
        try:
            with soon(), pytest.raises(Refused, match="shutdown"):
                one.call(release.wait, op="get")
        finally:
            release.set()


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
@pytest.mark.parametrize("from_the_loop", [True, False])
def test_a_task_that_waits_ends_with_a_drain(backend: str, from_the_loop: bool) -> None:
    async def main() -> None:
        one = AsyncClient(POLICY, endpoints=["a"])

        async def drain() -> None:
            await anyio.sleep(0.01)
            if from_the_loop:
                one.drain(0.01)
            else:
                await anyio.to_thread.run_sync(one.drain, 0.01)

        async with anyio.create_task_group() as group:
            group.start_soon(drain)
            with soon(), pytest.raises(Refused, match="shutdown"):
                await one.call(functools.partial(anyio.sleep, 30), op="get")

    anyio.run(main, backend=backend)


def test_a_loop_that_is_over_is_told_nothing() -> None:
    one = AsyncClient(POLICY, endpoints=["a"])

    async def main() -> None:
        await one.call(functools.partial(anyio.sleep, 0), op="get")

    for backend in ("asyncio", "trio"):
        anyio.run(main, backend=backend)
    one.drain(0.01)
    assert Client(state=one.state).pending == 0
