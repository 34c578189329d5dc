"""Tokens through the faces: tiers, leases, clocks."""

from typing import Any

import pytest
from hedgerow import Attempt, Client, HedgerowError, StateError
from hedgerow.testing import ManualClock, make_client

YEAR_2023 = 1_700_000_000
MICROS = 1_000_000


def minting(at: ManualClock, **token: Any) -> Client:
    policy = {"token": {"header_form": "hex", **token}, "operations": {"put": {"idempotency": "token"}}}
    return make_client(policy, clock=at, endpoints=["a"])


def put(client: Client) -> int:
    """The time of the token of a call, in microseconds."""

    def told(attempt: Attempt) -> int:
        assert attempt.token is not None
        return int(attempt.token[:16], 16)

    return client.call(told, op="put")


def refused(client: Client) -> str:
    with pytest.raises(HedgerowError) as caught:
        put(client)
    return str(caught.value.code)


def test_an_estimated_clock_needs_a_sample_of_a_server_and_an_attempt_may_report_one() -> None:
    clock = ManualClock()
    client = minting(clock, clock="estimated")
    assert refused(client) == "no_clock"
    now = clock.now()
    client.clock_sample(sent=now, received=now, wall=YEAR_2023)
    clock.jump(5.0)
    assert put(client) // 10 == (YEAR_2023 + 5) * MICROS // 10
    client.suspended()
    assert refused(client) == "no_clock"
    client.call(lambda attempt: attempt.report(wall=YEAR_2023 + 60.0))
    assert put(client) // 10 == (YEAR_2023 + 60) * MICROS // 10


def test_a_regional_client_mints_from_its_lease_until_it_is_used_up_or_over() -> None:
    clock = ManualClock()
    client = minting(clock, tier="regional")
    assert refused(client) == "lease_exhausted"
    start = YEAR_2023 * MICROS + 1
    client.lease(start=start, count=2, expires=clock.now() + 1.0)
    assert [put(client), put(client)] == [start, start + 1]
    assert refused(client) == "lease_exhausted"
    client.lease(start=start, count=9, expires=clock.now() + 1.0)
    clock.jump(1.0)
    assert refused(client) == "lease_exhausted"


def test_a_sample_a_lease_and_a_time_that_are_none_are_refused_by_name() -> None:
    client = minting(ManualClock())
    with pytest.raises(StateError, match="clock_sample: "):
        client.clock_sample(sent=-1.0, received=0.0, wall=0.0)
    with pytest.raises(StateError, match="lease: "):
        client.lease(start=-1, count=1, expires=1.0)
    for bad in ({"wall": -5.0}, {"latency": 1.0}):
        name = next(iter(bad))
        with pytest.raises(StateError, match=f"{name}: "):
            Client(endpoints=["a"]).call(lambda attempt, bad=bad: attempt.report(**bad), idempotency="none")
