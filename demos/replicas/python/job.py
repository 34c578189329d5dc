"""What the demo asks for, and what it is told: the documents that `job.rs` and `report.rs` describe."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypedDict


class Server(TypedDict):
    """Where one server is."""

    name: str
    zone: str
    url: str


class Job(TypedDict):
    """The whole order; of `calls` each is index, when it is due (µs), key, 1 for a write, shard."""

    language: str
    arms: list[str]
    offsets_ms: list[float]
    servers: list[Server]
    zones: list[str]
    shards: list[list[str]]
    timeout_ms: float
    warm_up: list[tuple[int, int, str, int, int]]
    calls: list[tuple[int, int, str, int, int]]


class Planned:
    """One call of the load; `at` is in seconds from its start."""

    __slots__ = ("at", "index", "key", "put", "replicas", "shard")

    def __init__(self, packed: tuple[int, int, str, int, int], shards: list[list[str]]) -> None:
        self.index, due, self.key, put, self.shard = packed
        self.at = due / 1e6
        self.put = put == 1
        self.replicas = shards[self.shard]

    def body(self, write: str) -> bytes | None:
        """The value of a write: it names its key and its write, and has a usual size."""
        return f"{self.key} {write} {'·' * 200}".encode() if self.put else None


@dataclass(slots=True)
class Called:
    """How one call went; `lost` is in seconds, `None` where nobody looks for stalls."""

    error: str | None = None
    hedges: int = 0
    retries: int = 0
    lost: float | None = None


@dataclass(slots=True)
class ArmResult:
    """Everything one arm measured."""

    name: str
    language: str
    schema: str = "hedgerow-demo-arm/1"
    calls: int = 0
    reads: int = 0
    writes: int = 0
    failed: list[int] = field(default_factory=list)
    errors_by_kind: dict[str, int] = field(default_factory=dict)
    hedges: int = 0
    retries: int = 0
    duplicate_writes: int = 0
    lost_us: int | None = None
    latencies_us: list[int] = field(default_factory=list)

    def add(self, planned: Planned, called: Called, latency: float) -> None:
        """Counts a call that took so many seconds from its scheduled send."""
        self.calls += 1
        self.writes += planned.put
        self.reads += not planned.put
        self.hedges += called.hedges
        self.retries += called.retries
        if called.lost is not None:
            self.lost_us = (self.lost_us or 0) + round(called.lost * 1e6)
        if called.error is not None:
            self.failed.append(planned.index)
            self.errors_by_kind[called.error] = self.errors_by_kind.get(called.error, 0) + 1
        self.latencies_us.append(max(round(latency * 1e6), 0))
