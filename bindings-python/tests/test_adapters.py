"""The adapters against real servers: where requests go, what is repeated, what answers tell the policies."""

import asyncio
import socket
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import aiohttp
import httpx
import httpx2
import pytest
import requests
from hedgerow import AsyncClient, Client, Endpoint, StateError, report_of
from hedgerow.aiohttp import HedgerowMiddleware
from hedgerow.httpx import AsyncHedgerowTransport, HedgerowTransport
from hedgerow.httpx2 import AsyncHedgerowTransport as AsyncHedgerowTransport2
from hedgerow.httpx2 import HedgerowTransport as HedgerowTransport2
from hedgerow.requests import HedgerowAdapter
from http_server import Answer, Server, Servers

POLICY: dict[str, Any] = {
    "objective": {"max_us": 5_000_000},
    "hedge": {"strategy": "fixed", "delay_us": 30_000, "after_failure": False},
    "retry": {"backoff": {"base_us": 1000, "jitter": "none"}},
    "operations": {"pay": {"idempotency": "token"}},
}

ONE_AT_A_TIME = POLICY | {"hedge": {"strategy": "off"}}
"""The same where requests are counted: a busy machine may take longer than the hedge waits."""

Fetch = Callable[..., tuple[int, str]]
"""Sends a request (policy, endpoints, method, path, options of the call): status and text."""


def through_httpx(library: Any, transport: Any) -> Fetch:
    def fetch(
        policy: dict[str, Any],
        urls: list[str],
        method: str,
        path: str,
        content: Any = None,
        headers: Any = None,
        **options: Any,
    ) -> tuple[int, str]:
        with ThreadPoolExecutor(4) as pool, Client(policy, endpoints=urls, executor=pool) as client:
            inner = library.HTTPTransport()
            with library.Client(transport=transport(client, inner, client_field="test"), base_url=urls[0]) as http:
                answer = http.request(method, path, content=content, headers=headers, extensions={"hedgerow": options})
                return answer.status_code, answer.text

    return fetch


def through_async_httpx(library: Any, transport: Any) -> Fetch:
    def fetch(
        policy: dict[str, Any],
        urls: list[str],
        method: str,
        path: str,
        content: Any = None,
        headers: Any = None,
        **options: Any,
    ) -> tuple[int, str]:
        async def main() -> tuple[int, str]:
            client = AsyncClient(policy, endpoints=urls)
            body = _chunks(content) if hasattr(content, "__next__") else content
            async with library.AsyncClient(transport=transport(client, client_field="test"), base_url=urls[0]) as http:
                extensions = {"hedgerow": options}
                answer = await http.request(method, path, content=body, headers=headers, extensions=extensions)
                assert client.state.native.is_idle()
                return answer.status_code, answer.text

        return asyncio.run(main())

    return fetch


def through_aiohttp(
    policy: dict[str, Any],
    urls: list[str],
    method: str,
    path: str,
    content: Any = None,
    headers: Any = None,
    **options: Any,
) -> tuple[int, str]:
    async def main() -> tuple[int, str]:
        client = AsyncClient(policy, endpoints=urls)
        middleware = HedgerowMiddleware(client, client_field="test", **options)
        body = _chunks(content) if hasattr(content, "__next__") else content
        async with aiohttp.ClientSession(middlewares=[middleware]) as session:
            async with session.request(method, urls[0] + path, data=body, headers=headers) as answer:
                return answer.status, await answer.text()

    return asyncio.run(main())


def through_requests(
    policy: dict[str, Any],
    urls: list[str],
    method: str,
    path: str,
    content: Any = None,
    headers: Any = None,
    **options: Any,
) -> tuple[int, str]:
    with ThreadPoolExecutor(4) as pool, Client(policy, endpoints=urls, executor=pool) as client:
        with requests.Session() as session:
            session.trust_env = False
            session.mount("http://", HedgerowAdapter(client, client_field="test", **options))
            answer = session.request(method, urls[0] + path, data=content, headers=headers)
            return answer.status_code, answer.text


async def _chunks(content: Iterator[bytes]) -> Any:
    for chunk in content:
        yield chunk


ADAPTERS: dict[str, Fetch] = {
    "httpx": through_httpx(httpx, HedgerowTransport),
    "httpx async": through_async_httpx(httpx, AsyncHedgerowTransport),
    "httpx2": through_httpx(httpx2, HedgerowTransport2),
    "httpx2 async": through_async_httpx(httpx2, AsyncHedgerowTransport2),
    "aiohttp": through_aiohttp,
    "requests": through_requests,
}


@pytest.fixture(params=list(ADAPTERS))
def fetch(request: pytest.FixtureRequest) -> Fetch:
    return ADAPTERS[request.param]


def test_a_failing_answer_is_repeated_elsewhere(fetch: Fetch) -> None:
    with Servers([Answer(503)], [Answer(503)], [Answer()]) as found:
        status, text = fetch(POLICY, found.urls, "GET", "/items/7?x=%20y")
        assert (status, text) == (200, found.urls[2])
        command, path, headers, _ = found.all[2].seen[0]
        assert (command, path) == ("GET", "/items/7?x=%20y")
        assert headers["Host"] == found.urls[2].removeprefix("http://")
        assert "test" in headers["Hedgerow-Client"]
        assert "Idempotency-Key" not in headers


def test_the_last_answer_is_given_back_whatever_its_status(fetch: Fetch) -> None:
    with Servers([Answer(500)], [Answer(500)]) as found:
        status, _ = fetch(ONE_AT_A_TIME, found.urls, "GET", "/")
        assert status == 500
        assert len(found.seen) == 3
    with Servers([Answer(404)]) as found:
        assert fetch(POLICY, found.urls, "GET", "/")[0] == 404
        assert len(found.all[0].seen) == 1


def test_a_post_is_sent_once_and_with_a_token_again(fetch: Fetch) -> None:
    with Servers([Answer(500)], [Answer(500)]) as found:
        assert fetch(POLICY, found.urls, "POST", "/", b"body")[0] == 500
        assert len(found.seen) == 1
    with Servers([Answer(500), Answer()], [Answer(500), Answer()]) as found:
        assert fetch(POLICY, found.urls, "POST", "/", b"body", op="pay")[0] == 200
        seen = found.seen
        assert {body for _, _, _, body in seen} == {b"body"}
        assert len({headers["Idempotency-Key"] for _, _, headers, _ in seen}) == 1
    with Servers([Answer(500)]) as found:
        fetch(POLICY, found.urls, "POST", "/", b"body", {"Idempotency-Key": '"mine"'})
        seen = found.all[0].seen
        assert [headers["Idempotency-Key"] for _, _, headers, _ in seen] == ['"mine"'] * len(seen)
        assert len(seen) > 1


def test_a_body_that_can_be_read_once_is_sent_once(fetch: Fetch) -> None:
    with Servers([Answer(500)], [Answer(500)]) as found:
        assert fetch(POLICY, found.urls, "PUT", "/", iter([b"a", b"b"]))[0] == 500
        assert len(found.seen) == 1


def test_a_slow_server_is_hedged(fetch: Fetch) -> None:
    slow = [Answer(after=0.6)]
    with Servers(slow, slow, slow) as found:
        urls = found.urls
        with Server() as quick:
            policy = {**POLICY, "hedge": {"strategy": "fixed", "delay_us": 30_000, "max": 3}}
            policy["limits"] = {"hedges": 4}
            status, text = fetch(policy, [*urls, quick.url], "GET", "/")
            assert (status, text) == (200, quick.url)


def test_what_a_server_asks_for_is_heard(fetch: Fetch) -> None:
    never = Answer(503, {"x-should-retry": "false"})
    with Servers([never], [never]) as found:
        assert fetch(POLICY, found.urls, "GET", "/")[0] == 503
        assert len(found.seen) == 1
    later = Answer(503, {"Retry-After": "3600"})
    with Servers([later], [later]) as found:
        assert fetch(POLICY, found.urls, "GET", "/")[0] == 503
        assert len(found.seen) == 1


NOBODY = (httpx.ConnectError, httpx2.ConnectError, aiohttp.ClientConnectorError, requests.ConnectionError)


def test_a_server_that_is_not_there_is_passed_over(fetch: Fetch) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{closed.getsockname()[1]}"
        with Server() as server:
            for _ in range(3):
                assert fetch(POLICY, [nobody, server.url], "GET", "/") == (200, server.url)
        with pytest.raises(NOBODY) as caught:
            fetch(POLICY, [nobody], "GET", "/")
        report = report_of(caught.value)
        assert report is not None
        assert [attempt.outcome for attempt in report.attempts] == ["not_sent"] * 3


def test_a_request_elsewhere_goes_there_untouched() -> None:
    with Server() as ours, Server(Answer(500)) as other:
        with Client(POLICY, endpoints=[ours.url]) as client, httpx.Client(transport=HedgerowTransport(client)) as http:
            assert http.get(other.url).status_code == 500
            assert client.stats()
        assert len(other.seen) == 1
        assert ours.seen == []


def test_the_signal_of_a_server_is_taken_in_and_told_back() -> None:
    signal = Answer(200, {"Hedgerow-Slo": "v=7, calls=3, hedges=2"})
    with Server(signal) as server, Client(POLICY, endpoints=[server.url]) as client:
        with httpx.Client(transport=HedgerowTransport(client, client_field=True)) as http:
            http.get(server.url)
            assert client.state.native.calls_allowed(0, 0) == 3, "the limit that the server told"
            http.get(server.url)
        assert "seen=7" in server.seen[1][2]["Hedgerow-Client"]


def test_an_endpoint_without_a_base_is_named() -> None:
    with Server() as server, Client(POLICY, endpoints=["plain"]) as client:
        client.add_endpoint(Endpoint("based", url=server.url))
        with httpx.Client(transport=HedgerowTransport(client)) as http:
            named = {"hedgerow": {"replicas": ["plain"]}}
            with pytest.raises(StateError, match="endpoint plain has no base URL"):
                _until_it_raises(http, server.url, named)


def _until_it_raises(http: httpx.Client, url: str, extensions: Any) -> None:
    for _ in range(50):
        http.get(url, extensions=extensions)
