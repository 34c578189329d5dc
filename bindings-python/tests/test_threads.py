"""Objects shared by threads: what is counted stays exact."""

from __future__ import annotations

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from hedgerow import _native as native
from hedgerow._native import Client, Limiter

THREADS = 8
CALLS = 2000
LIMIT = 5
OF_OPERATION = 65535


def test_threads_that_share_a_client_keep_its_limit_and_its_counts() -> None:
    config = {"limits": {"calls": LIMIT}, "budget": {"mode": "off"}, "hedge": {"strategy": "off"}}
    client = Client(config, bytes([3] * 32), 0.0, False)
    endpoints, _ = client.handle_topology([{"do": "add", "name": name} for name in "abc"], 0.0)
    barrier, clock = threading.Barrier(THREADS), Clock()
    held, most, lock = 0, 0, threading.Lock()

    def work(number: int) -> Counter[str]:
        nonlocal held, most
        seen: Counter[str] = Counter()
        barrier.wait()
        for made in range(CALLS):
            start = client.start(number * CALLS + made, 0, 0, (), -1.0, -1.0, OF_OPERATION, clock.now())
            if isinstance(start, int):
                seen[native.reason_slug(start) or ""] += 1
                continue
            [sent] = start[1:]
            with lock:
                held += 1
                most = max(most, held)
            assert sent[1] == number * CALLS + made, "a turn is of its own input"
            with lock:
                held -= 1
            client.handle_response(sent[3], clock.now())
            seen["ok"] += 1
        return seen

    with ThreadPoolExecutor(THREADS) as pool:
        seen = sum(pool.map(work, range(THREADS)), Counter[str]())
    assert most <= LIMIT
    assert seen.total() == THREADS * CALLS
    assert seen.keys() <= {"ok", "call_limit"}
    stats = client.stats()
    assert (stats["started"], stats["completed_ok"]) == (seen["ok"], seen["ok"])
    assert client.calls_held(0) == 0
    assert client.is_idle()
    assert [client.in_flight(endpoint) for endpoint in endpoints] == [0, 0, 0]


class Clock:
    """Virtual time that threads advance."""

    def __init__(self) -> None:
        self.lock, self.micros = threading.Lock(), 0

    def now(self) -> float:
        with self.lock:
            self.micros += 1
            return self.micros / 1e6


def test_threads_that_share_a_limiter_never_pass_its_limit() -> None:
    limiter, barrier = Limiter(), threading.Barrier(THREADS)
    held, lock = 0, threading.Lock()

    def work(_: int) -> int:
        nonlocal held
        taken = 0
        barrier.wait()
        for _ in range(CALLS):
            if limiter.try_acquire(LIMIT):
                taken += 1
                with lock:
                    held += 1
                    assert held <= LIMIT
                    held -= 1
                limiter.release()
        return taken

    with ThreadPoolExecutor(THREADS) as pool:
        assert sum(pool.map(work, range(THREADS))) > 0
    assert limiter.in_flight() == 0
