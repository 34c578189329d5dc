"""An adapter for requests: every request of the service is one call.

```python
client = hedgerow.Client(policy, endpoints=["http://localhost:8081", "http://localhost:8082"])
session = requests.Session()
session.mount("http://localhost:8081", HedgerowAdapter(client, op="get"))
session.get("http://localhost:8081/items/7", timeout=0.2)
```

What a call may say is given to the adapter, as a request has no room for it; mount one adapter for each operation. A
timeout of the request bounds each attempt, and none is longer than the attempt has.
"""

from __future__ import annotations

from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError

from ._http import NO_NAME, NO_TLS, OTHER, REFUSED, RESET, TIMEOUT, Answered, Exchange

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Unpack

    from ._attempt import Attempt
    from ._client import Client
    from ._options import CallOptions


class HedgerowAdapter(HTTPAdapter):
    """Sends every request as one call of a `Client`."""

    def __init__(self, client: Client, *, client_field: bool | str = False, **options: Unpack[CallOptions]) -> None:
        super().__init__(max_retries=0)
        self._client = client
        self._exchange = Exchange(client, client_field)
        self._options = options

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: float | tuple[float, float] | tuple[float, None] | None = None,
        verify: bool | str = True,
        cert: bytes | str | tuple[bytes | str, bytes | str] | None = None,
        proxies: Mapping[str, str] | None = None,
    ) -> requests.Response:
        """Performs the call; answers its last response."""
        exchange = self._exchange
        # Bodies are declared to be whole, and may be generators and files all the same.
        body: Any = request.body
        repeatable = body is None or isinstance(body, (str, bytes))
        method, url = request.method or "", request.url or ""
        plan = exchange.plan(method, url, request.headers.get, repeatable, self._options)
        if plan is None:
            return super().send(request, stream, timeout, verify, cert, proxies)

        def attempted(attempt: Attempt) -> requests.Response:
            if plan.failed is not None:
                plan.failed.close()
            one = request.copy()
            one.url = exchange.url(plan, attempt)
            one.headers.update(exchange.headers(plan, attempt))
            within = _within(timeout, exchange.remaining(attempt))
            try:
                response = super(HedgerowAdapter, self).send(one, stream, within, verify, cert, proxies)
            except requests.RequestException as error:
                raise exchange.fault(error, _fault(error)) from error.__cause__
            answer: requests.Response = exchange.answer(
                plan, attempt, response, response.status_code, response.headers.get
            )
            return answer

        try:
            return self._client.call(attempted, **plan.options)
        except Answered as answered:
            found: requests.Response = answered.response
            return found


def _within(given: Any, left: float) -> tuple[float, float]:
    both: tuple[Any, Any] = given if given.__class__ is tuple else (given, given)
    connect, read = both
    # The socket takes no timeout of zero.
    left = max(left, 0.001)
    return (left if connect is None else min(connect, left), left if read is None else min(read, left))


def _fault(error: requests.RequestException) -> int:
    if isinstance(error, requests.exceptions.SSLError):
        return NO_TLS
    if isinstance(error, requests.ReadTimeout):
        return TIMEOUT
    if isinstance(error, requests.ConnectTimeout):
        return REFUSED
    if not isinstance(error, requests.ConnectionError):
        return OTHER
    reason = getattr(error.args[0] if error.args else None, "reason", None)
    if isinstance(reason, NameResolutionError):
        return NO_NAME
    return REFUSED if isinstance(reason, (NewConnectionError, ConnectTimeoutError)) else RESET


__all__ = ["HedgerowAdapter"]
