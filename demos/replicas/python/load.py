"""The load from Python: `python load.py DESK`, where DESK is the base URL of the demo that asks for it.

The loop is open: calls go out when they are due, whether or not earlier ones have come back. Latency counts from the
scheduled send: what the event loop is late, the call pays for.
"""

from __future__ import annotations

import asyncio
import sys
from contextlib import suppress
from dataclasses import asdict
from time import monotonic, time
from traceback import format_exc
from typing import TYPE_CHECKING, Any

from aiohttp import ClientSession, ClientTimeout
from arms import Hedged, Plain
from job import ArmResult, Planned
from scenario import scenario_hash

if TYPE_CHECKING:
    from collections.abc import Iterator

    from arms import Arm
    from job import Job

AT_ONCE = 8

Turn = tuple[float, Planned, int, int]
"""One copy of a call: when it is due in seconds from the start, the call, its zone, the number of its arm."""


async def work(desk: ClientSession) -> None:
    """Does a whole job: the scripted scenario, the warm-up, the load."""
    job: Job = await told(desk, "GET", "/desk/job/python")
    trace = scenario_hash(await told(desk, "GET", "/tests/traces/scripted.json"))
    arms: list[Arm] = [Plain(job), Hedged(job)]
    for arm, name in zip(arms, job["arms"], strict=True):
        await warm_up(arm, job, name)
    due = sorted(turns(job), key=lambda turn: turn[0])
    ready = await told(desk, "PUT", "/desk/ready/python", {"hash": trace})
    results = await measure(arms, job, due, monotonic() + ready["start_ms"] / 1000 - time())
    await told(desk, "PUT", "/desk/result/python", [asdict(result) for result in results])
    for arm in arms:
        await arm.close()


async def told(desk: ClientSession, method: str, path: str, document: object = None) -> Any:
    """What the desk answers, `None` when it has nothing to say."""
    async with desk.request(method, path, json=document) as answer:
        answer.raise_for_status()
        return await answer.json() if await answer.read() else None


async def warm_up(arm: Arm, job: Job, name: str) -> None:
    """Makes the first calls, a few at once."""
    waiting = enumerate(Planned(packed, job["shards"]) for packed in job["warm_up"])

    async def line() -> None:
        for position, planned in waiting:
            await arm.call(planned, position % len(job["zones"]), f"warm-{name}-{planned.index}")

    await asyncio.gather(*(line() for _ in range(AT_ONCE)))


def turns(job: Job) -> Iterator[Turn]:
    """The copies of every call; they take turns in going first."""
    for position, packed in enumerate(job["calls"]):
        planned = Planned(packed, job["shards"])
        for arm in range(len(job["arms"])):
            offset = job["offsets_ms"][(arm + position) % len(job["arms"])] / 1000
            yield planned.at + offset, planned, position % len(job["zones"]), arm


async def measure(arms: list[Arm], job: Job, due: list[Turn], begin: float) -> list[ArmResult]:
    """Makes every call when it is due."""
    results = [ArmResult(name, job["language"]) for name in job["arms"]]

    async def make(turn: Turn) -> None:
        at, planned, zone, number = turn
        called = await arms[number].call(planned, zone, f"{job['arms'][number]}-{planned.index}")
        results[number].add(planned, called, monotonic() - begin - at)

    async with asyncio.TaskGroup() as running:
        for turn in due:
            await asyncio.sleep(max(begin + turn[0] - monotonic(), 0.0))
            running.create_task(make(turn))
    for result in results:
        result.latencies_us.sort()
    return results


async def main(url: str) -> None:
    """Works for a desk and tells it when that is not possible."""
    # Who is ready waits as long as others need.
    async with ClientSession(url, timeout=ClientTimeout(total=None)) as desk:
        try:
            await work(desk)
        except Exception:
            await desk.put("/desk/failed/python", data=format_exc())
            raise


if __name__ == "__main__":
    # Ctrl-C is for the demo, which says what there is to say.
    with suppress(KeyboardInterrupt):
        asyncio.run(main(sys.argv[1]))
