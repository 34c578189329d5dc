"""The synchronous face."""

from __future__ import annotations

from time import monotonic

from ._attempt import Attempt
from ._callback import KNOWN, takes_attempt
from ._clock import HOST, from_host
from ._face import Face
from ._generated.record import NO_HEDGES, OPERATIONS_OWN
from ._options import absolute, numbers
from ._scope import scope

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from concurrent.futures import Executor
    from types import TracebackType
    from typing import Any, ParamSpec, Self, TypeVar, Unpack

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

# The words of a call that says nothing itself, in the one thread that it has.
_ALONE = OPERATIONS_OWN << 8 | OPERATIONS_OWN | NO_HEDGES


class Client(Face):
    """Calls one service by the policies of its configuration, and waits in the thread that calls.

    Threads may share it. Retries run in the thread that calls; hedges need an `executor` to run in, and without one
    none is sent.

    >>> from hedgerow import Client, Objective, Operation, Policy
    >>> policy = Policy(objective=Objective(max=0.5), operations={"get": Operation(idempotency="natural")})
    >>> client = Client(policy, endpoints=["a", "b"])
    >>> client.call(lambda attempt: attempt.endpoint in ("a", "b"), op="get")
    True
    """

    __slots__ = ("_parts", "_short", "_threads")

    def __init__(
        self,
        policy: Policy | Mapping[str, Any] | None = None,
        *,
        endpoints: Iterable[str | Endpoint] = (),
        state: State | None = None,
        executor: Executor | None = None,
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

        `placement` names the endpoints that hold a key; `classify` judges exceptions that carry no class of their own;
        `nested="inner"` lets calls retry that run inside of another client's attempt; `seed` is 32 secret bytes, drawn
        from the host when absent; `on_event` is told every decision, and not called again once it raised; `snapshot`
        and `elapsed` are those of `restore`.
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
        state = self._state
        # Not imported with the package, which an event loop may use alone.
        from ._threads import Threads

        self._threads = Threads(state, executor)
        # Numbers of the operations whose calls may take the short way; learnt at their first call.
        self._short: dict[str | None, int] = {}
        self._parts: tuple[Any, ...] = (
            state.native.start,
            state.native.handle_response,
            state.calls,
            state.cookie,
            self._threads,
            scope,
            state.endpoints.by_number,
            _ALONE | self._inside(1),
        )

    def call(
        self,
        fn: Callable[..., T],
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

        `fn(*args)` is called once for each attempt; one with a parameter `attempt` is given the attempt by that
        keyword. `op` and `namespace` are names of the document, `deadline` counts in seconds from now. Raises what
        the last attempt raised, or an error of this package when no attempt did, or when time ran out; only
        `Exception` is retried.
        """
        # The short way, for a call without rare options: nothing is made but the recipe of a call.
        try:
            takes = KNOWN[id(fn.__code__)]
            short = self._short[op]
        except (AttributeError, KeyError):
            short, takes = None, False
        if (
            short is None
            or namespace is not None
            or replicas is not None
            or key is not None
            or idempotency is not None
            or priority is not None
            or token is not None
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
            return self._call(fn, args, options)  # type: ignore[no-any-return]
        start, respond, calls, next_cookie, threads, scope, names, inside = self._parts
        until, depth = scope.get()
        now = monotonic()
        if deadline is not None:
            at = now + deadline if deadline.__class__ is float and deadline > 0.0 else absolute(now, deadline)
            if at < until:
                until = at
        cookie = next_cookie()
        calls[cookie] = recipe = [threads, fn, args, depth, now, takes, None]
        turn = start(cookie, 0, short, (), until, -1.0, _ALONE if depth == 0 else inside, now)
        try:
            wake, record = turn
        except (TypeError, ValueError):
            return threads.begun(cookie, turn, now)  # type: ignore[no-any-return]
        if wake <= now:
            self._state.timeout(now)
        recipe[-1] = first = Attempt(record, names.get(record[4], ""), None, now) if takes else record
        outside = scope.set((record[5], depth + 1))
        try:
            value = fn(*args, attempt=first) if takes else fn(*args)
        except Exception as error:
            failed: Exception = error
        except BaseException:
            threads.abandoned(cookie, first)
            raise
        else:
            turn = threads.respond(first) if takes and first.load else respond(record[3], monotonic())
            if turn is None:
                entry = calls.pop(cookie, None)
                if entry is recipe:
                    return value
                if entry is not None:
                    calls[cookie] = entry
            return threads.answered(cookie, first, turn, value)  # type: ignore[no-any-return]
        finally:
            scope.reset(outside)
        return threads.failed(cookie, first, failed)  # type: ignore[no-any-return]

    def wrap(self, **options: Unpack[CallOptions]) -> Callable[[Callable[P, T]], Callable[P, T]]:
        """Makes every call of a function a call of this client, with these options.

        >>> from hedgerow import Client
        >>> client = Client(endpoints=["a"])
        >>> @client.wrap(deadline=1.0)
        ... def double(number: int) -> int:
        ...     return 2 * number
        >>> double(21)
        42
        """
        from functools import partial, wraps

        def wrapping(fn: Callable[P, T]) -> Callable[P, T]:
            takes_attempt(fn)

            @wraps(fn)
            def wrapped(*args: P.args, **kwargs: P.kwargs) -> T:
                return self.call(partial(fn, **kwargs) if kwargs else fn, *args, **options)

            return wrapped

        return wrapping

    def close(self) -> None:
        """Ends the service for all who share its state: calls that wait end with `shutdown`, later ones are refused."""
        self._state.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _call(self, fn: Callable[..., Any], args: tuple[object, ...], options: CallOptions) -> Any:
        state = self._state
        state.check()
        takes = takes_attempt(fn)
        namespace, operation, replicas, wall, packed = numbers(state, options)
        if self._threads.executor is None:
            packed |= NO_HEDGES
        outer, depth = scope.get()
        packed |= self._inside(depth)
        now = state.clock.now()
        until = min(absolute(now, options.get("deadline")), from_host(outer, state.clock))
        self._learn(options.get("op"), operation)
        cookie = state.cookie()
        token = options.get("token")
        call = self._threads.call(cookie, fn, args, takes, depth, token)
        state.calls[cookie] = call
        turn = state.native.start(cookie, namespace, operation, replicas, until, wall, packed, now)
        if isinstance(turn, int):
            raise state.denied(cookie, turn, now)
        state.perform(turn, now)
        return call.finish()

    def _learn(self, op: str | None, operation: int) -> None:
        """Lets later calls of an operation take the short way, where there is one."""
        state = self._state
        if self._threads.executor is not None or state.sink is not None or state.clock is not HOST:
            return
        if not state.mints(op):
            self._short[op] = operation
