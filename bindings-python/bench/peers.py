"""Published packages around the same function that does nothing, each with what it has of retry, budget and limit.

A table entry is the package, what it was given, and a call. None of them hedges, picks a server or mints a token.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, TypeAlias

import anyio
import pyresilience
import redress
import stamina
import tenacity
from google.api_core.retry import Retry as GoogleRetry
from google.api_core.retry import if_exception_type
from google.api_core.retry.retry_unary_async import AsyncRetry as GoogleAsyncRetry
from hyx.bulkhead import bulkhead
from hyx.retry import retry as hyx_retry
from redress.strategies import decorrelated_jitter

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    Row: TypeAlias = tuple[str, str, Callable[[], object]]
    AsyncRow: TypeAlias = tuple[str, str, Callable[[], Awaitable[object]]]

ATTEMPTS = 3
CALLS = 1000
TIMEOUT = 0.5


def nothing() -> int:
    return 1


async def nothing_async() -> int:
    return 1


def redress_words() -> dict[str, object]:
    return {
        "classifier": redress.default_classifier,
        "strategy": decorrelated_jitter(max_s=1.0),
        "max_attempts": ATTEMPTS,
        "budget": redress.Budget(max_retries=100, window_s=10.0),
    }


def pyresilience_words() -> dict[str, object]:
    return {
        "retry": pyresilience.RetryConfig(max_attempts=ATTEMPTS),
        "retry_budget": pyresilience.RetryBudgetConfig(),
        "bulkhead": pyresilience.BulkheadConfig(max_concurrent=CALLS),
    }


def tenacity_words() -> dict[str, object]:
    return {"stop": tenacity.stop_after_attempt(ATTEMPTS), "wait": tenacity.wait_random_exponential(max=1)}


def sync_rows() -> list[Row]:
    stamina_call = stamina.RetryingCaller(attempts=ATTEMPTS).on(OSError)
    redress_call = redress.Policy(retry=redress.Retry(**redress_words())).call
    return [
        ("tenacity", "retry", tenacity.retry(**tenacity_words())(nothing)),
        ("stamina", "retry", lambda: stamina_call(nothing)),
        ("pyresilience", "retry, budget, limit", pyresilience.resilient(**pyresilience_words())(nothing)),
        ("redress", "retry, budget", lambda: redress_call(nothing)),
        ("google-api-core", "retry", GoogleRetry(predicate=if_exception_type(OSError))(nothing)),
    ]


def async_rows() -> list[AsyncRow]:
    stamina_call = stamina.AsyncRetryingCaller(attempts=ATTEMPTS).on(OSError)
    redress_call = redress.AsyncPolicy(retry=redress.AsyncRetry(**redress_words())).call
    limited = bulkhead(max_concurrency=CALLS, max_capacity=2 * CALLS)
    hyx_call = hyx_retry(on=OSError, attempts=ATTEMPTS)(nothing_async)

    async def hyx() -> object:
        async with limited:
            return await hyx_call()

    return [
        ("tenacity", "retry", tenacity.retry(**tenacity_words())(nothing_async)),
        ("stamina", "retry", lambda: stamina_call(nothing_async)),
        ("hyx", "retry", hyx_call),
        ("hyx", "retry, limit", hyx),
        ("pyresilience", "retry, budget, limit", pyresilience.resilient(**pyresilience_words())(nothing_async)),
        ("redress", "retry, budget", lambda: redress_call(nothing_async)),
        ("google-api-core", "retry", GoogleAsyncRetry(predicate=if_exception_type(OSError))(nothing_async)),
    ]


def timeout_rows() -> list[AsyncRow]:
    async def of_asyncio() -> object:
        async with asyncio.timeout(TIMEOUT):
            return await nothing_async()

    async def of_anyio() -> object:
        with anyio.fail_after(TIMEOUT):
            return await nothing_async()

    return [("asyncio.timeout", "timeout", of_asyncio), ("anyio.fail_after", "timeout", of_anyio)]
