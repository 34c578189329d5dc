"""The asynchronous face, for asyncio and trio."""

from __future__ import annotations

from _thread import get_ident
from sys import modules
from time import monotonic
from types import CoroutineType

from ._attempt import Attempt
from ._callback import KNOWN, not_awaitable, takes_attempt
from ._clock import HOST, from_host
from ._errors import misuse
from ._face import Face
from ._generated.record import OPERATIONS_OWN
from ._options import absolute, numbers
from ._scope import scope

TYPE_CHECKING = False
if TYPE_CHECKING:
    from asyncio import AbstractEventLoop
    from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping
    from types import TracebackType
    from typing import Any, ParamSpec, Self, TypeVar, Unpack

    from ._async_call import AsyncCall
    from ._clock import Clock, HostClock
    from ._endpoint import Endpoint
    from ._event import Listener
    from ._face import Nested
    from ._failure import Classify
    from ._generated.config import Policy
    from ._generated.words import Idempotency, Priority
    from ._options import CallOptions
    from ._state import Placement, State

    P = ParamSpec("P")
    T = TypeVar("T")

_OWN = OPERATIONS_OWN << 8 | OPERATIONS_OWN


class AsyncClient(Face):
    """Calls one service by the policies of its configuration, in the event loop of whoever calls.

    Works on asyncio and on trio, and so under anyio; which one runs is looked up at each call.

    >>> import asyncio
    >>> from hedgerow import AsyncClient, Attempt
    >>> async def fetch(key: str, *, attempt: Attempt) -> str:
    ...     return f"{key} of {attempt.endpoint}"
    >>> client = AsyncClient(endpoints=["a"])
    >>> asyncio.run(client.call(fetch, "row", deadline=0.2))
    'row of a'
    """

    __slots__ = ("_drivers", "_here", "_parts", "_running_loop", "_short")

    def __init__(
        self,
        policy: Policy | Mapping[str, Any] | None = None,
        *,
        endpoints: Iterable[str | Endpoint] = (),
        state: State | None = None,
        placement: Placement | None = None,
        classify: Classify | None = None,
        nested: Nested = "outer",
        seed: bytes | None = None,
        clock: Clock | HostClock = HOST,
        on_event: Listener | None = None,
        snapshot: Mapping[str, Any] | None = None,
        elapsed: float = 0.0,
    ) -> None:
        """Builds a client; a document that the core refuses is a `ConfigError`.

        `state` is that of another face, to share budgets, limits and averages; the other arguments are those of
        `Client`.
        """
        super().__init__(
            policy,
            endpoints=endpoints,
            state=state,
            placement=placement,
            classify=classify,
            nested=nested,
            seed=seed,
            clock=clock,
            on_event=on_event,
            snapshot=snapshot,
            elapsed=elapsed,
        )
        # Not imported with the package, which threads use alone.
        import asyncio

        self._running_loop: Callable[[], AbstractEventLoop | None] = asyncio._get_running_loop  # pyright: ignore[reportPrivateUsage]
        self._drivers: dict[object, Any] = {}
        self._here: Any = None
        self._short: dict[str | None, int] = {}
        native = self._state.native
        self._parts: tuple[Any, ...] = (
            native.start,
            native.handle_response,
            self._state.calls,
            self._state.cookie,
            scope,
            self._state.endpoints.by_number,
            asyncio.current_task,
            _OWN | self._inside(1),
        )

    async def call(
        self,
        fn: Callable[..., Awaitable[T]],
        /,
        *args: object,
        op: str | None = None,
        namespace: str | None = None,
        replicas: Iterable[str] | None = None,
        key: str | None = None,
        deadline: float | None = None,
        idempotency: Idempotency | None = None,
        priority: Priority | None = None,
        token: str | None = None,
    ) -> T:
        """Performs one call: sends, hedges, retries and gives up as the configuration says.

        `fn(*args)` is called and awaited once for each attempt; one with a parameter `attempt` is given the attempt
        by that keyword. `op` and `namespace` are names of the document, `deadline` counts in seconds from now. Raises
        what the last attempt raised, or an error of this package when no attempt did, or when time ran out. A
        cancellation of the caller, and whatever is no `Exception`, is never retried.
        """
        # The short way, for a call without rare options: nothing is made but the recipe of a call.
        try:
            takes = KNOWN[id(fn.__code__)]
            short = self._short[op]
        except (AttributeError, KeyError):
            short, takes = None, False
        driver = self._here
        start, respond, calls, next_cookie, scope, names, current_task, inside = self._parts
        if (
            short is None
            or namespace is not None
            or replicas is not None
            or key is not None
            or idempotency is not None
            or priority is not None
            or token is not None
            # Cheaper than to ask for the running loop, which asks the system for the process each time.
            or driver.thread != get_ident()
            or "trio" in modules
            or (task := current_task(driver.loop)) is None
        ):
            options: CallOptions = {
                "op": op,
                "namespace": namespace,
                "replicas": replicas,
                "key": key,
                "deadline": deadline,
                "idempotency": idempotency,
                "priority": priority,
                "token": token,
            }
            return await self._call(fn, args, options)  # type: ignore[no-any-return]
        until, depth = scope.get()
        now = monotonic()
        if deadline is not None:
            at = now + deadline if deadline.__class__ is float and deadline > 0.0 else absolute(now, deadline)
            if at < until:
                until = at
        cookie = next_cookie()
        calls[cookie] = recipe = [
            driver, task, task.cancelling(), fn, args, depth, now, takes, None,
        ]  # fmt: skip
        turn = start(cookie, 0, short, (), until, -1.0, _OWN if depth == 0 else inside, now)
        try:
            wake, record = turn
        except (TypeError, ValueError):
            return await driver.begun(cookie, turn, now).finish()  # type: ignore[no-any-return]
        recipe[-1] = first = Attempt(record, names.get(record[4], ""), None, now) if takes else record
        if wake < driver.armed:
            driver.arm(wake)
        outside = scope.set((record[5], depth + 1))
        try:
            answer = fn(*args, attempt=first) if takes else fn(*args)
            if answer.__class__ is not CoroutineType and not hasattr(answer, "__await__"):
                raise not_awaitable(answer)
            value = await answer
        except BaseException as error:  # told apart below, outside of this block
            failed = error
        else:
            turn = driver.respond(first) if takes and first.load else respond(record[3], monotonic())
            if turn is None and calls[cookie] is recipe:
                del calls[cookie]
                return value
            return await self._answered(cookie, record, turn, value)  # type: ignore[no-any-return]
        finally:
            scope.reset(outside)
        return await self._failed(cookie, record, failed)  # type: ignore[no-any-return]

    def wrap(
        self, **options: Unpack[CallOptions]
    ) -> Callable[[Callable[P, Awaitable[T]]], Callable[P, Coroutine[Any, Any, T]]]:
        """Makes every call of an async function a call of this client, with these options.

        >>> import asyncio
        >>> from hedgerow import AsyncClient
        >>> client = AsyncClient(endpoints=["a"])
        >>> @client.wrap(deadline=1.0)
        ... async def double(number: int) -> int:
        ...     return 2 * number
        >>> asyncio.run(double(21))
        42
        """
        from functools import partial, wraps

        def wrapping(fn: Callable[P, Awaitable[T]]) -> Callable[P, Coroutine[Any, Any, T]]:
            takes_attempt(fn)

            @wraps(fn)
            async def wrapped(*args: P.args, **kwargs: P.kwargs) -> T:
                return await self.call(partial(fn, **kwargs) if kwargs else fn, *args, **options)

            return wrapped

        return wrapping

    def close(self) -> None:
        """Ends the service for all who share its state: calls that wait end with `shutdown`, later ones are refused."""
        self._state.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    async def _call(self, fn: Callable[..., Any], args: tuple[object, ...], options: CallOptions) -> Any:
        state = self._state
        state.check()
        takes = takes_attempt(fn)
        driver = self._driver()
        namespace, operation, replicas, wall, packed = numbers(state, options)
        outer, depth = scope.get()
        packed |= self._inside(depth)
        now = state.clock.now()
        until = min(absolute(now, options.get("deadline")), from_host(outer, state.clock))
        cookie = state.cookie()
        call: AsyncCall = driver.call(state, cookie, fn, args, takes, depth, options.get("token"))
        state.calls[cookie] = call
        turn = state.native.start(cookie, namespace, operation, replicas, until, wall, packed, now)
        if isinstance(turn, int):
            raise state.denied(cookie, turn, now)
        self._learn(driver, options.get("op"), operation)
        state.perform(turn, now)
        return await call.finish()

    async def _answered(self, cookie: int, record: Any, turn: Any, value: object) -> Any:
        call, attempt = self._here.ended(cookie, record)
        call.is_own()
        call.take(attempt, turn, value)
        return await call.finish()

    async def _failed(self, cookie: int, record: Any, error: BaseException) -> Any:
        call, attempt = self._here.ended(cookie, record)
        await call.broke(attempt, error)
        return await call.finish()

    def _driver(self) -> Any:
        trio = modules.get("trio")
        if trio is not None and trio.lowlevel.in_trio_task():
            return self._driver_of(trio.lowlevel.current_trio_token())
        loop = self._running_loop()
        if loop is None:
            raise misuse("no event loop runs here: await the call on asyncio or trio")
        return self._driver_of(loop)

    def _driver_of(self, run: Any) -> Any:
        found = self._drivers.get(run)
        if found is not None:
            return found
        # Loops that have ended are forgotten when another one comes.
        self._drivers = {known: driver for known, driver in self._drivers.items() if not driver.has_ended()}
        if hasattr(run, "call_at"):
            from ._asyncio import AsyncioDriver

            found = AsyncioDriver(self._state, run)
        else:
            from ._trio import TrioDriver

            found = TrioDriver(self._state, run)
        self._drivers[run] = found
        return found

    def _learn(self, driver: Any, op: str | None, operation: int) -> None:
        """Lets later calls of an operation take the short way, where there is one."""
        state = self._state
        if state.sink is None and state.clock is HOST and hasattr(driver, "loop"):
            self._here = driver
            if not state.mints(op):
                self._short[op] = operation
