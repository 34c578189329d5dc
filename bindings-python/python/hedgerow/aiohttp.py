"""A middleware for the client of aiohttp: every request of the service is one call.

```python
client = hedgerow.AsyncClient(policy, endpoints=["http://localhost:8081", "http://localhost:8082"])
async with aiohttp.ClientSession(middlewares=[HedgerowMiddleware(client, op="get")]) as session:
    await session.get("http://localhost:8081/items/7")
```

What a call may say is given to the middleware, which may also be that of one request. An attempt wins when its
headers have arrived.
"""

from __future__ import annotations

import asyncio
from copy import copy
from typing import Any

import aiohttp
from aiohttp import payload
from yarl import URL

from ._http import NO_NAME, NO_TLS, OTHER, REFUSED, RESET, TIMEOUT, Answered, Exchange

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Unpack

    from aiohttp import ClientHandlerType, ClientRequest, ClientResponse

    from ._async_client import AsyncClient
    from ._attempt import Attempt
    from ._http import Plan
    from ._options import CallOptions


class HedgerowMiddleware:
    """Sends every request as one call of an `AsyncClient`."""

    def __init__(
        self, client: AsyncClient, *, client_field: bool | str = False, **options: Unpack[CallOptions]
    ) -> None:
        self._client = client
        self._exchange = Exchange(client, client_field)
        self._options = options

    async def __call__(self, request: ClientRequest, handler: ClientHandlerType) -> ClientResponse:
        """Performs the call; answers its last response."""
        exchange = self._exchange
        plan = exchange.plan(
            request.method, str(request.url), request.headers.get, _is_repeatable(request), self._options
        )
        if plan is None:
            return await handler(request)

        async def send(attempt: Attempt) -> ClientResponse:
            if plan.failed is not None:
                plan.failed.release()
            try:
                response = await handler(self._outgoing(plan, request, attempt))
            except (aiohttp.ClientError, TimeoutError, OSError) as error:
                raise exchange.fault(error, _fault(error)) from error.__cause__
            answer: ClientResponse = exchange.answer(plan, attempt, response, response.status, response.headers.get)
            return answer

        try:
            return await self._client.call(send, **plan.options)
        except Answered as answered:
            found: ClientResponse = answered.response
            return found

    def _outgoing(self, plan: Plan, request: ClientRequest, attempt: Attempt) -> ClientRequest:
        # Attempts run side by side, so none of them may be the request itself.
        one = copy(request)
        one.url = URL(self._exchange.url(plan, attempt), encoded=True)
        one.headers = request.headers.copy()
        port = "" if one.url.is_default_port() else f":{one.url.port}"
        one.headers["Host"] = f"{one.url.host_subcomponent}{port}"
        one.headers.update(self._exchange.headers(plan, attempt))
        return one


def _is_repeatable(request: ClientRequest) -> bool:
    body: Any = request.body
    return not body or isinstance(body, (bytes, payload.BytesPayload))


def _fault(error: Exception) -> int:
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return NO_NAME
    if isinstance(error, aiohttp.ClientSSLError):
        return NO_TLS
    if isinstance(error, (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError)):
        return REFUSED
    if isinstance(error, (asyncio.TimeoutError, aiohttp.ServerTimeoutError)):
        return TIMEOUT
    return RESET if isinstance(error, (aiohttp.ClientConnectionError, aiohttp.ClientPayloadError)) else OTHER


__all__ = ["HedgerowMiddleware"]
