"""What the transports for httpx and httpx2 share: both libraries have the same classes under the same names."""

from __future__ import annotations

import ssl
from typing import Any

from ._http import NO_NAME, NO_TLS, OTHER, REFUSED, RESET, TIMEOUT, Answered, Exchange, Plan

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ._async_client import AsyncClient
    from ._attempt import Attempt
    from ._client import Client

_OPTIONS = "hedgerow"


class Wire:
    """Requests of one of the libraries."""

    def __init__(self, library: Any, client: Client | AsyncClient, client_field: bool | str) -> None:
        self._library = library
        self.exchange = Exchange(client, client_field)

    def plan(self, request: Any) -> Plan | None:
        """The plan of a request, `None` when it is not the service's."""
        repeatable = isinstance(request.stream, self._library.ByteStream)
        options = request.extensions.get(_OPTIONS)
        return self.exchange.plan(request.method, str(request.url), request.headers.get, repeatable, options)

    def outgoing(self, plan: Plan, request: Any, attempt: Attempt) -> Any:
        """The request of one attempt."""
        url = self._library.URL(self.exchange.url(plan, attempt))
        headers = self._library.Headers(request.headers)
        headers["Host"] = url.netloc.decode("ascii")
        headers.update(self.exchange.headers(plan, attempt))
        extensions = {**request.extensions, "timeout": self._within(request, attempt)}
        return self._library.Request(request.method, url, headers=headers, stream=request.stream, extensions=extensions)

    def answer(self, plan: Plan, attempt: Attempt, response: Any) -> Any:
        """The response, or what it tells the policies raised."""
        return self.exchange.answer(plan, attempt, response, response.status_code, response.headers.get)

    def fault(self, error: Exception) -> Exception:
        """An error of the transport, marked with what it means."""
        return self.exchange.fault(error, self._fault(error))

    def _fault(self, error: Exception) -> int:
        library = self._library
        if isinstance(error, library.ConnectError):
            causes = _causes(error)
            if any(isinstance(cause, ssl.SSLError) for cause in causes):
                return NO_TLS
            return NO_NAME if any(type(cause).__name__ == "gaierror" for cause in causes) else REFUSED
        if isinstance(error, (library.ConnectTimeout, library.PoolTimeout)):
            return REFUSED
        if isinstance(error, library.TimeoutException):
            return TIMEOUT
        return RESET if isinstance(error, library.TransportError) else OTHER

    def _within(self, request: Any, attempt: Attempt) -> dict[str, float]:
        """The request's own timeouts, none longer than the attempt has."""
        left = self.exchange.remaining(attempt)
        given = request.extensions.get("timeout", {})
        return {
            name: left if given.get(name) is None else min(given[name], left)
            for name in ("connect", "read", "write", "pool")
        }


class SyncTransport:
    """Sends every request as one call of a `Client`."""

    _library: Any

    def __init__(self, client: Client, transport: Any = None, *, client_field: bool | str = False) -> None:
        self._client = client
        self._inner = self._library.HTTPTransport() if transport is None else transport
        self._wire = Wire(self._library, client, client_field)

    def handle_request(self, request: Any) -> Any:
        """Performs the call; answers its last response."""
        plan = self._wire.plan(request)
        if plan is None:
            return self._inner.handle_request(request)

        def send(attempt: Attempt) -> Any:
            if plan.failed is not None:
                plan.failed.close()
            try:
                response = self._inner.handle_request(self._wire.outgoing(plan, request, attempt))
            except Exception as error:
                raise self._wire.fault(error) from error.__cause__
            return self._wire.answer(plan, attempt, response)

        try:
            return self._client.call(send, **plan.options)
        except Answered as answered:
            return answered.response

    def close(self) -> None:
        """Closes the transport that sends; the client is its maker's to close."""
        self._inner.close()


class AsyncTransport:
    """Sends every request as one call of an `AsyncClient`."""

    _library: Any

    def __init__(self, client: AsyncClient, transport: Any = None, *, client_field: bool | str = False) -> None:
        self._client = client
        self._inner = self._library.AsyncHTTPTransport() if transport is None else transport
        self._wire = Wire(self._library, client, client_field)

    async def handle_async_request(self, request: Any) -> Any:
        """Performs the call; answers its last response."""
        plan = self._wire.plan(request)
        if plan is None:
            return await self._inner.handle_async_request(request)

        async def send(attempt: Attempt) -> Any:
            if plan.failed is not None:
                await plan.failed.aclose()
            try:
                response = await self._inner.handle_async_request(self._wire.outgoing(plan, request, attempt))
            except Exception as error:
                raise self._wire.fault(error) from error.__cause__
            return self._wire.answer(plan, attempt, response)

        try:
            return await self._client.call(send, **plan.options)
        except Answered as answered:
            return answered.response

    async def aclose(self) -> None:
        """Closes the transport that sends; the client is its maker's to close."""
        await self._inner.aclose()


def _causes(error: BaseException) -> list[BaseException]:
    found: list[BaseException] = []
    cause: BaseException | None = error
    while cause is not None and len(found) < 8:
        found.append(cause)
        cause = cause.__cause__ or cause.__context__
    return found
