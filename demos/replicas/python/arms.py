"""The two arms in Python, both on aiohttp: what `plain.rs` and `hedged.rs` do in Rust."""

from __future__ import annotations

from contextvars import ContextVar
from itertools import count
from typing import TYPE_CHECKING, Any, Protocol

from aiohttp import ClientError, ClientSession, ClientTimeout
from hedgerow import AsyncClient, Endpoint, HedgerowError
from hedgerow.aiohttp import HedgerowMiddleware
from job import Called

if TYPE_CHECKING:
    from hedgerow import Event
    from job import Job, Planned

ATTEMPTS = 3
"""Attempts of one call of the plain arm at most."""

WRITE_ID = "x-write-id"


class Arm(Protocol):
    """One way to make the calls, with one client in each zone."""

    async def call(self, planned: Planned, zone: int, write: str) -> Called:
        """Makes one call through the client of a zone; `write` names a logical write."""
        ...

    async def close(self) -> None:
        """Closes what it holds open."""
        ...


class Plain:
    """Keep-alive, round robin over the key's replicas, one timeout for each attempt, up to two immediate retries."""

    def __init__(self, job: Job) -> None:
        timeout = ClientTimeout(total=job["timeout_ms"] / 1000)
        self._urls = {server["name"]: server["url"] for server in job["servers"]}
        self._clients = [(ClientSession(timeout=timeout), count()) for _ in job["zones"]]

    async def call(self, planned: Planned, zone: int, write: str) -> Called:
        """Makes one call."""
        session, turns = self._clients[zone]
        called = Called()
        for attempt in range(ATTEMPTS):
            replica = planned.replicas[next(turns) % len(planned.replicas)]
            called.retries = attempt
            called.error = await _attempt(session, f"{self._urls[replica]}/kv/{planned.key}", planned, write)
            if called.error is None or (called.error.startswith("status_4") and called.error != "status_429"):
                break
        return called

    async def close(self) -> None:
        """Closes its connections."""
        for session, _ in self._clients:
            await session.close()


async def _attempt(session: ClientSession, url: str, planned: Planned, write: str) -> str | None:
    try:
        return await _exchange(session, url, planned, write)
    except TimeoutError:
        return "timeout"
    except (ClientError, OSError):
        return "connection"


async def _exchange(session: ClientSession, url: str, planned: Planned, write: str, **how: Any) -> str | None:
    method, headers = ("PUT", {WRITE_ID: write}) if planned.put else ("GET", {})
    async with session.request(method, url, data=planned.body(write), headers=headers, **how) as answer:
        await answer.read()
        return None if answer.ok else f"status_{answer.status}"


class Hedged:
    """Through hedgerow: one client in each zone. Target and max are not configured: the servers tell them."""

    def __init__(self, job: Job) -> None:
        # Requests name a resource of the service by any server's base; where they go is decided for each.
        self._base = job["servers"][0]["url"]
        self._clients = [_ZoneClient(zone, job) for zone in job["zones"]]

    async def call(self, planned: Planned, zone: int, write: str) -> Called:
        """Makes one call."""
        return await self._clients[zone].call(f"{self._base}/kv/{planned.key}", planned, write)

    async def close(self) -> None:
        """Closes its connections."""
        for client in self._clients:
            await client.close()


_CALLED: ContextVar[Called] = ContextVar("called")


class _ZoneClient:
    def __init__(self, zone: str, job: Job) -> None:
        endpoints = [Endpoint(one["name"], url=one["url"], zone=one["zone"]) for one in job["servers"]]
        self._client = AsyncClient(
            {
                "service": "replicas",
                "locality": {"zone": zone},
                "operations": {"get": {"idempotency": "natural"}, "put": {"idempotency": "token"}},
            },
            endpoints=endpoints,
            on_event=self._hear,
        )
        self._session = ClientSession()
        self._through = {
            (op, shard): (HedgerowMiddleware(self._client, op=op, replicas=replicas),)
            for op in ("get", "put")
            for shard, replicas in enumerate(job["shards"])
        }
        self._open: dict[int, Called] = {}

    async def call(self, url: str, planned: Planned, write: str) -> Called:
        called = Called(lost=0.0)
        _CALLED.set(called)
        through = self._through["put" if planned.put else "get", planned.shard]
        try:
            called.error = await _exchange(self._session, url, planned, write, middlewares=through)
        except HedgerowError as error:
            called.error = error.code
        except (ClientError, OSError) as error:
            called.error = type(error).__name__
        return called

    async def close(self) -> None:
        self._client.close()
        await self._session.close()

    def _hear(self, event: Event) -> None:
        if event.type == "send":
            # The first send is decided in the task that calls, later ones wherever time or an answer comes in.
            called = _CALLED.get() if event.kind == "primary" else self._open[event.call]
            self._open[event.call] = called
            called.hedges += event.kind == "hedge"
            called.retries += event.kind == "retry"
        elif event.type == "complete" and event.call in self._open:
            self._open.pop(event.call).lost = event.value
