"""Transports for httpx2: every request of the service is one call.

```python
client = hedgerow.Client(policy, endpoints=["http://localhost:8081", "http://localhost:8082"])
http = httpx2.Client(transport=HedgerowTransport(client), base_url="http://localhost:8081")
http.get("/items/7", extensions={"hedgerow": {"op": "get", "deadline": 0.2}})
```

An attempt wins when its headers have arrived; the body is read by whoever reads the response. What a call may say
(`op`, `deadline`, `key`, …) is given by the extension `hedgerow` of a request. With `client_field` each attempt
carries `Hedgerow-Client`, as a text the name of the client.
"""

from __future__ import annotations

import httpx2

from ._httpx import AsyncTransport, SyncTransport


class HedgerowTransport(SyncTransport, httpx2.BaseTransport):
    """Sends every request as one call of a `Client`, through another transport."""

    _library = httpx2


class AsyncHedgerowTransport(AsyncTransport, httpx2.AsyncBaseTransport):
    """Sends every request as one call of an `AsyncClient`, through another transport."""

    _library = httpx2


__all__ = ["AsyncHedgerowTransport", "HedgerowTransport"]
