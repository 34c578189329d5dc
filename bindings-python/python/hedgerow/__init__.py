"""Reliability policy core: hedging, retries, budgets, weighted choice and pause-tolerant timeouts.

`Client` and `AsyncClient` perform what the core decides: when to hedge, when to retry, where to send, how long to
wait, what to refuse. The tables of the configuration are in `hedgerow.config`, adapters in `hedgerow.httpx`,
`hedgerow.aiohttp` and `hedgerow.requests`, clocks and transports of tests in `hedgerow.testing`.
"""

from __future__ import annotations

from ._async_client import AsyncClient
from ._attempt import Attempt
from ._client import Client
from ._endpoint import Endpoint
from ._errors import (
    CallTimeout,
    ConfigError,
    DeadlineExceeded,
    HedgerowError,
    LimitExceeded,
    NoEndpoint,
    Refused,
    StateError,
)
from ._event import Event
from ._failure import Failure, failure
from ._report import AttemptReport, Report, report_of
from ._scope import current_deadline, deadline
from ._state import State

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .config import Backoff, Budget, Hedge, Limits, Namespace, Objective, Operation, Policy, Retry

__all__ = [
    "AsyncClient",
    "Attempt",
    "AttemptReport",
    "Backoff",
    "Budget",
    "CallTimeout",
    "Client",
    "ConfigError",
    "DeadlineExceeded",
    "Endpoint",
    "Event",
    "Failure",
    "Hedge",
    "HedgerowError",
    "LimitExceeded",
    "Limits",
    "Namespace",
    "NoEndpoint",
    "Objective",
    "Operation",
    "Policy",
    "Refused",
    "Report",
    "Retry",
    "State",
    "StateError",
    "current_deadline",
    "deadline",
    "failure",
    "report_of",
]

_TABLES = frozenset({"Backoff", "Budget", "Hedge", "Limits", "Namespace", "Objective", "Operation", "Policy", "Retry"})


def __getattr__(name: str) -> object:
    # Tables are made when they are first asked for: dataclasses take longer to make than all the rest of the import.
    if name not in _TABLES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from . import config

    found = globals()[name] = getattr(config, name)
    return found
