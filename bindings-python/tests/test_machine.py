"""Any order of calls, answers, failures, cancellations and time, driven through the public face.

The model knows what a caller may rely on: every call ends exactly once, with a value that one of its own attempts gave
or with an error; attempts within their bound, one token to a call, nothing left in flight when all is over.
"""

import asyncio
from typing import Any

from hedgerow import AsyncClient, Attempt, HedgerowError, failure
from hedgerow.testing import ManualClock, make_async_client
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

CLASSES = ("transient", "timeout", "not_sent", "overloaded", "refused", "fatal")
LIMIT = 6
ATTEMPTS = 4
POLICY: dict[str, Any] = {
    "objective": {"max_us": 300_000},
    "limits": {"calls": LIMIT, "hedges": 3},
    "hedge": {"strategy": "fixed", "delay_us": 10_000},
    "retry": {"max_attempts": 3, "backoff": {"base_us": 5000}},
    "operations": {
        "once": {"idempotency": "none"},
        "put": {"idempotency": "retry"},
        "get": {"idempotency": "natural"},
        "pay": {"idempotency": "token"},
    },
}


class FailedError(Exception):
    pass


class Call:
    def __init__(self, op: str) -> None:
        self.op = op
        self.attempts: list[Attempt] = []
        self.open: dict[int, asyncio.Future[int]] = {}
        self.answers: set[int] = set()
        self.task: asyncio.Task[int]
        self.cancelled = False


class Callers(RuleBasedStateMachine):
    @initialize()
    def begin(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.strays: list[Any] = []
        self.loop.set_exception_handler(lambda _, context: self.strays.append(context))
        self.clock = ManualClock()
        self.calls: list[Call] = []
        self.next = 0
        self.client: AsyncClient = make_async_client(POLICY, endpoints=["a", "b", "c"], clock=self.clock)

    def settle(self) -> None:
        self.loop.run_until_complete(self.clock.settle())

    @rule(op=st.sampled_from(["once", "put", "get", "pay"]), deadline=st.sampled_from([None, 0.02, 0.1, 5.0]))
    def call(self, op: str, deadline: float | None) -> None:
        call = Call(op)

        async def send(attempt: Attempt) -> int:
            call.attempts.append(attempt)
            call.open[attempt.number] = future = self.loop.create_future()
            try:
                answer: int = await future
                return answer
            finally:
                del call.open[attempt.number]

        call.task = self.loop.create_task(self.client.call(send, op=op, deadline=deadline))
        self.calls.append(call)
        self.settle()

    def waiting(self) -> list[tuple[Call, int]]:
        return [(call, number) for call in self.calls for number, future in call.open.items() if not future.done()]

    @precondition(lambda self: self.waiting())
    @rule(pick=st.integers(0, 1000))
    def answer(self, pick: int) -> None:
        call, number = self.waiting()[pick % len(self.waiting())]
        self.next += 1
        call.answers.add(self.next)
        call.open[number].set_result(self.next)
        self.settle()

    @precondition(lambda self: self.waiting())
    @rule(pick=st.integers(0, 1000), kind=st.sampled_from(CLASSES), after=st.sampled_from([None, 0.0, 0.01, 9.0]))
    def fail(self, pick: int, kind: Any, after: float | None) -> None:
        call, number = self.waiting()[pick % len(self.waiting())]
        call.open[number].set_exception(failure(FailedError(), kind, retry_after=after))
        self.settle()

    @precondition(lambda self: any(not call.task.done() for call in self.calls))
    @rule(pick=st.integers(0, 1000))
    def give_up(self, pick: int) -> None:
        running = [call for call in self.calls if not call.task.done()]
        call = running[pick % len(running)]
        call.cancelled = True
        call.task.cancel()
        self.settle()

    @rule(seconds=st.sampled_from([0.001, 0.005, 0.01, 0.02, 0.1, 0.5]))
    def pass_time(self, seconds: float) -> None:
        self.loop.run_until_complete(self.clock.advance(seconds))

    @rule(seconds=st.sampled_from([0.02, 0.4]))
    def stall(self, seconds: float) -> None:
        self.clock.jump(seconds)
        self.settle()

    @rule(names=st.lists(st.sampled_from("abcd"), min_size=1, unique=True))
    def move(self, names: list[str]) -> None:
        self.client.set_endpoints(names)
        self.settle()

    @invariant()
    def calls_are_what_their_callers_may_rely_on(self) -> None:
        if not hasattr(self, "calls"):
            return
        assert self.strays == []
        for call in self.calls:
            assert len(call.attempts) <= (1 if call.op == "once" else ATTEMPTS)
            assert call.op in ("get", "pay") or all(attempt.kind != "hedge" for attempt in call.attempts)
            assert len({attempt.token for attempt in call.attempts}) <= 1
            assert (call.op == "pay") == all(
                attempt.token is not None for attempt in call.attempts
            ) or not call.attempts
            if call.task.done():
                # Losers are gone when a call has ended.
                assert call.open == {}
                self.end_is_right(call)
        running = sum(not call.task.done() for call in self.calls)
        assert self.client.pending == running <= LIMIT
        tokens = [call.attempts[0].token for call in self.calls if call.op == "pay" and call.attempts]
        assert len(set(tokens)) == len(tokens)

    def end_is_right(self, call: Call) -> None:
        if call.task.cancelled():
            assert call.cancelled
            return
        error = call.task.exception()
        if error is None:
            assert call.task.result() in call.answers
        else:
            assert isinstance(error, (FailedError, HedgerowError))

    def teardown(self) -> None:
        if not hasattr(self, "calls"):
            return
        self.client.close()
        self.settle()
        assert all(call.task.done() for call in self.calls)
        assert self.client.state.native.is_idle()
        assert self.clock.timers <= 1
        for call in self.calls:
            self.end_is_right(call)
        self.loop.close()
        assert self.strays == []


TestCallers = Callers.TestCase
TestCallers.settings = settings(
    max_examples=60,
    stateful_step_count=30,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
