"""Snapshots through the faces: what one client learned, another knows."""

import asyncio
import json
from typing import Any

import pytest
from hedgerow import AsyncClient, Attempt, Client, ConfigError, failure
from hedgerow.testing import ManualClock, make_client

POLICY: dict[str, Any] = {
    "objective": {"max_us": 500_000},
    "operations": {"get": {"idempotency": "natural"}, "put": {"idempotency": "token"}},
    "namespaces": {"cart": {}},
}


def taught(clock: ManualClock) -> Client:
    client = make_client(POLICY, clock=clock, endpoints=["a", "b"])
    for _ in range(20):
        client.call(lambda: clock.jump(0.002), op="get", namespace="cart")
    return client


def test_what_a_client_learned_goes_through_json_into_another_one() -> None:
    clock = ManualClock()
    kept = json.loads(json.dumps(taught(clock).snapshot()))
    restored = Client.restore(kept, POLICY, endpoints=["a", "b"], clock=ManualClock(1000.0))
    assert restored.snapshot() == kept
    assert restored.stats()["started"] == 20
    assert restored.stats()["snapshot_dropped"] == 0
    assert restored.call(lambda attempt: attempt.endpoint in ("a", "b"), op="get")
    again = asyncio.run(called(AsyncClient.restore(kept, POLICY, endpoints=["a"])))
    assert again == (True, 1), "an endpoint that is not there any more is forgotten"


async def called(client: AsyncClient) -> tuple[bool, int]:
    async def fetch(*, attempt: Attempt) -> bool:
        return attempt.token is not None

    answer = await client.call(fetch, op="put")
    return answer, client.stats()["snapshot_dropped"]


def test_ages_grow_by_what_passed() -> None:
    clock = ManualClock()
    client = taught(clock)
    kept = client.snapshot()
    clock.jump(7.5)
    waited = client.snapshot()
    restored = Client.restore(kept, POLICY, elapsed=7.5, endpoints=["a", "b"], clock=ManualClock())
    assert restored.snapshot() == waited


def test_a_snapshot_that_is_none_is_refused_by_path() -> None:
    with pytest.raises(ConfigError, match=r"snapshot\.version: none"):
        Client.restore({}, POLICY)
    with pytest.raises(ConfigError, match=r"snapshot\.at_us: "):
        Client.restore({"version": 1, "at_us": -1}, POLICY)


def test_a_restored_client_fails_as_any_other() -> None:
    restored = Client.restore(taught(ManualClock()).snapshot(), POLICY, endpoints=["a"])

    def broken() -> None:
        raise failure(OSError("no"), "fatal")

    with pytest.raises(OSError, match="no"):
        restored.call(broken, op="get")
    restored.close()
