"""Servers that lie, err or rave, over real sockets: each call ends, and no more is sent than the policy allows."""

from __future__ import annotations

import contextlib
import socket
import threading
from typing import Any, Self

import httpx
import pytest
from hedgerow import Client
from hedgerow.httpx import HedgerowTransport

CALLS = 20
BUDGET = {"mode": "ratio", "ratio": 0.1, "cap": 5, "initial": 5, "min_rate": 0}
MOST = CALLS + 5 + CALLS // 10
"""First attempts, the burst of the budget, and a tenth of the first attempts."""

POLICY: dict[str, Any] = {
    "objective": {"max_us": 5_000_000},
    "retry": {"backoff": {"base_us": 1000, "cap_us": 1000, "jitter": "none"}},
    "budget": BUDGET,
    "signal": {"guard": {"max_calls": 4, "max_hedges": 2, "min_target_us": 1_000_000}},
}

GOOD = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nConnection: close\r\n\r\nfine"


def answer(status: str, *headers: str) -> bytes:
    head = "\r\n".join([f"HTTP/1.1 {status}", *headers, "Content-Length: 0", "Connection: close", "", ""])
    return head.encode("latin-1")


RAW = {
    "nothing": b"",
    "noise": bytes(range(256)) * 64,
    "half a line": b"HTTP/1.1 2",
    "no status": b"HTTP/1.1 abc OK\r\n\r\n",
    "a head without an end": b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 100_000,
    "a field of a megabyte": answer("200 OK", "Hedgerow-Slo: v=1" + ", a" * 350_000),
    "a status of nobody": answer("999 Odd"),
    "a body that is shorter than told": b"HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\nx",
}

SIGNALS = [
    "v=0",
    "v=1, calls=0",
    "v=1, target=1, max=1",
    "v=1, calls=4294967295, hedges=4294967295",
    "v=999999999999999, ttl=999999999999999, reset",
    "v=1, scope=all, target=999999999999999, max=999999999999999",
    "v=1,,",
    "(" * 4000,
    "v=1, compress=(" + "a " * 1500 + ")",
    "\xff\xfe\x01",
]

DELAYS = [
    ("503 Busy", "Retry-After: 0"),
    ("429 Busy", "Retry-After: 0", "Retry-After: 0"),
    ("503 Busy", "Retry-After: 99999999999999999999"),
    ("503 Busy", "Retry-After: Fri, 31 Dec 9999 23:59:59 GMT"),
    ("503 Busy", "Retry-After: -1"),
    ("400 Bad", "x-should-retry: true", "retry-after-ms: 0"),
    ("429 Busy", "ratelimit-reset: 0"),
]


class Hostile:
    """Says these bytes to whoever asks, and closes; `good` makes it a sound server."""

    def __init__(self, says: bytes) -> None:
        self.asked = 0
        self.says = says
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def good(self) -> None:
        self.says = GOOD

    def _serve(self) -> None:
        while True:
            try:
                peer, _ = self._listener.accept()
            except OSError:
                return
            with peer, contextlib.suppress(OSError):
                while b"\r\n\r\n" not in peer.recv(65_536):
                    pass
                self.asked += 1
                peer.sendall(self.says)

    def __enter__(self) -> Self:
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.close()


def each_call_ends_within_the_policy(says: bytes) -> None:
    with Hostile(says) as server, Client(POLICY, endpoints=[server.url]) as client:
        transport = HedgerowTransport(client, httpx.HTTPTransport())
        with httpx.Client(transport=transport, base_url=server.url) as http:
            for _ in range(CALLS):
                # An answer, or an error of the library: whatever it is, the call is over.
                with contextlib.suppress(httpx.HTTPError):
                    http.get("/")
            assert CALLS <= server.asked <= MOST
            assert client.state.native.is_idle()
            server.good()
            assert http.get("/").text == "fine"


@pytest.mark.parametrize("says", RAW.values(), ids=RAW)
def test_bytes_that_are_no_answer_end_a_call(says: bytes) -> None:
    each_call_ends_within_the_policy(says)


@pytest.mark.parametrize("field", SIGNALS)
def test_a_signal_of_any_kind_is_survived(field: str) -> None:
    each_call_ends_within_the_policy(answer("500 Down", f"Hedgerow-Slo: {field}"))


@pytest.mark.parametrize("head", DELAYS)
def test_a_delay_of_any_kind_is_no_way_to_more_attempts(head: tuple[str, ...]) -> None:
    each_call_ends_within_the_policy(answer(*head))
