"""Times a call that succeeds at once, beside a bare call and published packages; and the import.

All subjects of a group run in turn, batch by batch in one thread, so that whatever else the machine does meets them
alike, and what is told is the thread's processor time: on an idle machine the same as the time that passes. Told are
the median and the best of the batches; `--json FILE` writes the same figures there.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import platform
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from statistics import median
from time import thread_time
from typing import TYPE_CHECKING, Any

import peers
from hedgerow import AsyncClient, Client
from native import rows as native_rows

if TYPE_CHECKING:
    from peers import AsyncRow, Row

BATCHES = 100
CALLS = 300
INTERPRETERS = 25
POLICY: dict[str, Any] = {
    "objective": {"max_us": 500_000},
    "hedge": {"strategy": "fixed", "delay_us": 50_000},
    "operations": {"get": {"idempotency": "natural"}, "put": {"idempotency": "retry"}},
}
SYNC = "sync, µs"
ASYNC = "async, µs"
NATIVE = "native layer, ns"
IMPORT = "import beyond Python's own start, ms"


def told(attempt: object) -> object:
    return attempt


def sync_rows() -> list[Row]:
    call = Client(POLICY, endpoints=["a", "b", "c"]).call
    return [
        ("bare call", "", peers.nothing),
        ("hedgerow", "retry, budget, limit, pick", lambda: call(peers.nothing, op="put")),
        ("hedgerow", "the same, and the attempt told", lambda: call(told, op="put")),
        *peers.sync_rows(),
    ]


def async_rows() -> list[AsyncRow]:
    call = AsyncClient(POLICY, endpoints=["a", "b", "c"]).call
    return [
        ("bare await", "", peers.nothing_async),
        ("hedgerow", "retry, budget, limit, pick", lambda: call(peers.nothing_async, op="put")),
        ("hedgerow", "the same, deadline and hedge armed", lambda: call(peers.nothing_async, op="get", deadline=0.5)),
        *peers.async_rows(),
        *peers.timeout_rows(),
    ]


def time_sync(rows: list[Row]) -> list[list[float]]:
    took: list[list[float]] = [[] for _ in rows]
    for _ in range(BATCHES):
        for (_, _, run), times in zip(rows, took, strict=True):
            begun = thread_time()
            for _ in range(CALLS):
                run()
            times.append((thread_time() - begun) / CALLS * 1e6)
    return took


async def time_async(rows: list[AsyncRow]) -> list[list[float]]:
    took: list[list[float]] = [[] for _ in rows]
    for _ in range(BATCHES):
        for (_, _, run), times in zip(rows, took, strict=True):
            begun = thread_time()
            for _ in range(CALLS):
                await run()
            times.append((thread_time() - begun) / CALLS * 1e6)
    return took


def time_imports() -> dict[str, list[float]]:
    """Processor time of whole new interpreters, in turn, less that of one that imports nothing."""
    programs = {"": "pass", "hedgerow": "import hedgerow", "hedgerow and its tables": "from hedgerow import *"}
    took: dict[str, list[float]] = {name: [] for name in programs}
    for _ in range(INTERPRETERS + 1):
        for name, program in programs.items():
            begun = children()
            subprocess.run([sys.executable, "-I", "-c", program], check=True)
            took[name].append((children() - begun) * 1e3)
    # The first round fills the caches of the system.
    bare = took.pop("")[1:]
    return {name: [each - median(bare) for each in times[1:]] for name, times in took.items()}


def children() -> float:
    """Processor time of the programs that have ended."""
    used = getrusage(RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def figures() -> list[dict[str, object]]:
    found: list[dict[str, object]] = []

    def add(group: str, name: str, what: str, times: list[float]) -> None:
        entry = {"group": group, "name": name, "with": what, "median": median(times), "best": min(times)}
        found.append({**entry, "batches": len(times)})

    sync, asynchronous = sync_rows(), async_rows()
    for (name, what, _), times in zip(sync, time_sync(sync), strict=True):
        add(SYNC, name, what, times)
    for (name, what, _), times in zip(asynchronous, asyncio.run(time_async(asynchronous)), strict=True):
        add(ASYNC, name, what, times)
    for name, times in native_rows():
        add(NATIVE, "hedgerow._native", name, times)
    for name, times in time_imports().items():
        add(IMPORT, name, "", times)
    return found


def show(found: list[dict[str, object]]) -> None:
    group = None
    for entry in found:
        if entry["group"] != group:
            group = entry["group"]
            print(f"\n{group!s:<62}{'median':>10}{'best':>10}")
        print(f"  {entry['name']!s:<24}{entry['with']!s:<36}{entry['median']:>10.2f}{entry['best']:>10.2f}")


def versions() -> dict[str, str]:
    names = ("hedgerow", "tenacity", "stamina", "hyx", "pyresilience", "redress", "google-api-core", "anyio")
    return {"python": platform.python_version(), **{name: version(name) for name in names}}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there")
    json_file: Path | None = parser.parse_args().json
    found, of = figures(), versions()
    print(", ".join(f"{name} {number}" for name, number in of.items()))
    show(found)
    if json_file is not None:
        json_file.write_text(json.dumps({"versions": of, "figures": found}, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
