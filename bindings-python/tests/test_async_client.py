"""The asynchronous face, on asyncio and on trio."""

import asyncio
import functools
import gc
import socket
import threading
import time
from collections.abc import Awaitable, Callable
from typing import Any

import anyio
import anyio.lowlevel
import pytest
import trio
from hedgerow import (
    AsyncClient,
    Attempt,
    CallTimeout,
    Client,
    DeadlineExceeded,
    Refused,
    StateError,
    current_deadline,
    deadline,
    report_of,
)
from hedgerow.testing import Line, ManualClock, ScriptedError, ScriptedTransport, make_async_client

POLICY: dict[str, Any] = {
    "objective": {"max_us": 300_000},
    "hedge": {"strategy": "fixed", "delay_us": 10_000},
    "retry": {"backoff": {"base_us": 1000, "jitter": "none"}},
    "operations": {"get": {"idempotency": "natural"}, "put": {"idempotency": "retry"}},
}

Run = Callable[[Callable[[], Awaitable[Any]]], Any]


@pytest.fixture(params=["asyncio", "trio"])
def run(request: pytest.FixtureRequest) -> Run:
    return functools.partial(anyio.run, backend=request.param)


def client(**options: Any) -> AsyncClient:
    return AsyncClient(POLICY, endpoints=["a", "b", "c"], **options)


def assert_quiet(one: AsyncClient) -> None:
    assert one.pending == 0
    assert one.state.native.is_idle()
    assert [one.in_flight(name) for name in "abc"] == [0, 0, 0]


def test_a_call_answers_what_its_callback_answers(run: Run) -> None:
    async def main() -> None:
        one = client()

        async def fetch(key: str, *, attempt: Attempt) -> tuple[str, str]:
            await anyio.lowlevel.checkpoint()
            return key, attempt.kind

        async def plain() -> int:
            return 5

        for _ in range(3):
            assert await one.call(fetch, "k", op="get") == ("k", "primary")
            assert await one.call(plain, op="get") == 5
            assert await one.call(plain, op="get", deadline=0.1) == 5
            assert await one.call(functools.partial(fetch, "p")) == ("p", "primary")
        assert_quiet(one)

    run(main)


def test_a_hedge_rescues_a_call_and_the_loser_is_awaited(run: Run) -> None:
    async def main() -> None:
        one = client()
        ended: list[str] = []

        async def slow(attempt: Attempt) -> str:
            if attempt.kind == "primary":
                try:
                    await anyio.sleep(10)
                finally:
                    with anyio.CancelScope(shield=True):
                        await anyio.sleep(0.005)
                    ended.append(attempt.kind)
            return attempt.kind

        assert await one.call(slow, op="get") == "hedge"
        assert ended == ["primary"]
        assert_quiet(one)

    run(main)


def test_the_hedge_is_the_loser_when_the_first_attempt_answers_after_all(run: Run) -> None:
    async def main() -> None:
        one = client()
        ended: list[str] = []

        async def slow(attempt: Attempt) -> str:
            try:
                await anyio.sleep(0.05 if attempt.kind == "primary" else 10)
            finally:
                ended.append(attempt.kind)
            return attempt.kind

        assert await one.call(slow, op="get") == "primary"
        assert ended == ["primary", "hedge"]
        assert_quiet(one)

    run(main)


def test_what_a_loser_raises_is_nobodys(run: Run) -> None:
    async def main() -> None:
        one = client()
        told: list[Any] = []
        if isinstance(run, functools.partial) and run.keywords["backend"] == "asyncio":
            asyncio.get_running_loop().set_exception_handler(lambda _, context: told.append(context))

        async def slow(attempt: Attempt) -> str:
            if attempt.kind == "hedge":
                return "hedge"
            try:
                await anyio.sleep(10)
            finally:
                raise OSError("while it was cancelled")

        assert await one.call(slow, op="get") == "hedge"
        gc.collect()
        await anyio.sleep(0.01)
        assert told == []
        assert_quiet(one)

    run(main)


def test_a_failure_beside_a_hedge_waits_for_the_hedge(run: Run) -> None:
    async def main() -> None:
        one = client()

        async def mixed(attempt: Attempt) -> str:
            await anyio.sleep(0.03 if attempt.kind == "primary" else 0.06)
            if attempt.kind == "primary":
                raise OSError
            return attempt.kind

        assert await one.call(mixed, op="get") == "hedge"
        assert_quiet(one)

    run(main)


def test_failures_are_retried_and_the_last_is_raised(run: Run) -> None:
    async def main() -> None:
        one = client()
        count: list[int] = []

        async def fails() -> None:
            count.append(1)
            raise OSError(len(count))

        for expected in (3, 6):
            with pytest.raises(OSError, match=str(expected)) as caught:
                await one.call(fails, op="put")
            report = report_of(caught.value)
            assert report is not None
            assert [attempt.kind for attempt in report.attempts] == ["primary", "retry", "retry"]
        assert_quiet(one)

    run(main)


def test_time_ends_a_call(run: Run) -> None:
    async def main() -> None:
        one = client()
        stopped: list[int] = []

        async def stuck() -> None:
            try:
                await anyio.sleep(10)
            finally:
                stopped.append(1)

        begin = time.monotonic()
        with pytest.raises(DeadlineExceeded) as passed:
            await one.call(stuck, op="put", deadline=0.03)
        with pytest.raises(CallTimeout) as over:
            await one.call(stuck, op="put")
        assert 0.3 < time.monotonic() - begin < 2
        assert passed.value.report is not None
        assert passed.value.report.attempts[0].outcome == "cancelled"
        assert over.value.cause == "server"
        assert stopped == [1, 1]
        assert_quiet(one)
        await anyio.lowlevel.checkpoint()

    run(main)


def test_time_that_ends_a_call_after_a_failure_names_the_failure_as_its_cause(run: Run) -> None:
    async def main() -> None:
        one = client()

        async def worse(attempt: Attempt) -> None:
            if attempt.number == 1:
                raise OSError("first")
            await anyio.sleep(10)

        with pytest.raises(DeadlineExceeded) as passed:
            await one.call(worse, op="put", deadline=0.1)
        assert isinstance(passed.value.__cause__, OSError)
        assert_quiet(one)

    run(main)


def test_a_cancelled_caller_leaves_at_once_and_is_not_retried(run: Run) -> None:
    async def main() -> None:
        one = AsyncClient(
            {**POLICY, "retry": {"backoff": {"base_us": 200_000, "jitter": "none"}}}, endpoints=["a", "b", "c"]
        )
        seen: list[str] = []
        scopes: list[anyio.CancelScope] = []

        async def stuck(last: str, attempt: Attempt) -> None:
            seen.append(attempt.kind)
            if attempt.kind == last:
                scopes[-1].cancel()
            await anyio.sleep(10)

        async def fails(_last: str) -> None:
            scopes[-1].deadline = anyio.current_time() + 0.01
            raise OSError

        for fn, last in ((stuck, "primary"), (stuck, "hedge"), (fails, "")):
            begin = time.monotonic()
            with anyio.CancelScope() as cancel:
                scopes.append(cancel)
                await one.call(fn, last, op="put" if fn is fails else "get")
            assert cancel.cancelled_caught
            assert time.monotonic() - begin < 3
            assert_quiet(one)
        assert seen == ["primary", "primary", "hedge"]

    run(main)


def test_a_hedge_that_never_began_is_counted_as_ended() -> None:
    async def main() -> None:
        one = AsyncClient({**POLICY, "hedge": {"strategy": "fixed", "delay_us": 0}}, endpoints=["a", "b", "c"])

        async def at_once(attempt: Attempt) -> str:
            return attempt.kind

        for _ in range(5):
            assert await one.call(at_once, op="get") == "primary"
            assert_quiet(one)

    asyncio.run(main())


def test_cancellations_of_asyncio_keep_their_count() -> None:
    async def main() -> None:
        one = client()

        async def slow(attempt: Attempt) -> str:
            await asyncio.sleep(10 if attempt.kind == "primary" else 0)
            return attempt.kind

        task = asyncio.current_task()
        assert task is not None
        for _ in range(3):
            assert await one.call(slow, op="get") == "hedge"
            assert task.cancelling() == 0
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.02):
                await one.call(asyncio.sleep, 10, op="put")
        with pytest.raises(asyncio.CancelledError):
            await one.call(_cancelled, op="put")
        assert task.cancelling() == 0
        inner = asyncio.create_task(one.call(asyncio.sleep, 10, op="put"))
        await asyncio.sleep(0.01)
        inner.cancel("why")
        with pytest.raises(asyncio.CancelledError):
            await inner
        assert inner.cancelled()
        assert_quiet(one)

    asyncio.run(main())


async def _cancelled() -> None:
    raise asyncio.CancelledError


def test_only_exceptions_are_caught(run: Run) -> None:
    class Stop(BaseException):
        pass

    async def main() -> None:
        one = client()

        async def stops() -> None:
            raise Stop

        async def later(attempt: Attempt) -> None:
            await anyio.sleep(0.02)
            raise Stop

        for fn in (stops, stops, later):
            with pytest.raises(Stop):
                await one.call(fn, op="put")
        assert_quiet(one)

    run(main)


def test_what_a_hedge_raises_that_is_no_exception_goes_to_the_caller() -> None:
    class Stop(BaseException):
        pass

    async def hedged(attempt: Attempt) -> None:
        if attempt.kind == "hedge":
            raise Stop
        await trio.sleep(10)

    async def main() -> None:
        one = client()
        with pytest.raises(Stop):
            await one.call(hedged, op="get")
        assert_quiet(one)

    trio.run(main)


def test_no_task_is_made_unless_a_hedge_fires() -> None:
    async def main() -> None:
        one = client()
        tasks: list[Any] = []

        def factory(loop: asyncio.AbstractEventLoop, coroutine: Any, **options: Any) -> Any:
            tasks.append(coroutine)
            return asyncio.Task(coroutine, loop=loop, **options)

        asyncio.get_running_loop().set_task_factory(factory)
        count: list[int] = []

        async def flaky() -> int:
            count.append(1)
            await asyncio.sleep(0.002)
            if len(count) % 2:
                raise OSError
            return len(count)

        for _ in range(3):
            await one.call(flaky, op="put", deadline=1.0)
        assert tasks == []

        async def slow(attempt: Attempt) -> None:
            await asyncio.sleep(10 if attempt.kind == "primary" else 0)

        await one.call(slow, op="get")
        assert len(tasks) == 1

    asyncio.run(main())


def test_a_thousand_calls_share_one_timer() -> None:
    async def main() -> None:
        one = AsyncClient({"objective": {"max_us": 5_000_000}}, endpoints=["a"])
        loop = asyncio.get_running_loop()
        tasks = [asyncio.create_task(one.call(_forever)) for _ in range(1000)]
        counts: list[int] = []
        while len(counts) < 20 or counts[-1] != 1:
            await asyncio.sleep(0.005)
            counts.append(sum(not handle.cancelled() for handle in loop._scheduled))  # type: ignore[attr-defined]
        assert one.pending == 1000
        # None while the loop is late and reads its sockets first.
        assert set(counts) <= {0, 1}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        assert one.pending == 0

    asyncio.run(main())


async def _forever() -> None:
    await asyncio.get_running_loop().create_future()


def test_what_cannot_be_repeated_is_refused_with_the_fix(run: Run) -> None:
    async def fetch() -> None: ...

    async def main() -> None:
        one = client()
        with pytest.raises(TypeError, match=r"pass the function and its arguments: call\(fetch, url\)"):
            await one.call(fetch())  # type: ignore[arg-type]
        for _ in range(2):
            with pytest.raises(TypeError, match="fn: answered int, want an async function"):
                await one.call(lambda: 5)  # type: ignore[arg-type, return-value]

    run(main)


def test_deadlines_and_depth_reach_the_attempts(run: Run) -> None:
    async def main() -> None:
        outer, inner = client(), client()
        count: list[int] = []

        async def fails() -> None:
            count.append(1)
            assert current_deadline() is not None
            raise OSError

        async def between() -> None:
            await inner.call(fails, op="put")

        with deadline(0.25) as bound, pytest.raises(OSError):
            await outer.call(between, op="put")
        assert len(count) == 3
        assert bound.remaining() > 0
        hedged: list[float | None] = []

        async def slow(attempt: Attempt) -> None:
            hedged.append(current_deadline())
            await anyio.sleep(10 if attempt.kind == "primary" else 0)

        with deadline(0.25) as bound:
            await outer.call(slow, op="get")
        assert hedged == [pytest.approx(bound.at, abs=1e-5)] * 2
        assert current_deadline() is None

    run(main)


@pytest.mark.parametrize(("nested", "sent"), [("outer", 1), ("inner", 2)])
def test_the_attempt_timeout_of_a_call_inside_leads_to_no_retry(run: Run, nested: Any, sent: int) -> None:
    async def main() -> None:
        clock = ManualClock()
        policy = POLICY | {"attempt": {"timeout_us": 20_000}, "hedge": {"strategy": "off"}}
        inner = make_async_client(policy, endpoints=["a", "b"], clock=clock, nested=nested)
        transport = ScriptedTransport(clock, [Line(after=0.1, answer="slow"), Line(after=0.001, answer="fast")])
        outer = AsyncClient(endpoints=["out"])
        answers: list[str] = []

        async def call() -> None:
            answers.append(await outer.call(lambda: inner.call(transport.send, op="put")))

        async with anyio.create_task_group() as group:
            group.start_soon(call)
            await anyio.wait_all_tasks_blocked()
            await clock.advance(0.15)
        assert answers == ["slow" if sent == 1 else "fast"]
        assert len(transport.sent) == sent

    run(main)


def test_what_servers_tell_of_their_load_is_heard(run: Run) -> None:
    async def main() -> None:
        one = AsyncClient({"balance": {"policy": "hot_cold"}}, endpoints=["idle"])
        went: list[str] = []

        async def fetch(attempt: Attempt) -> None:
            went.append(attempt.endpoint)
            idle = attempt.endpoint == "idle"
            attempt.report(in_flight=0 if idle else 1000, latency=0.001 if idle else 0.9)

        await one.call(fetch)
        one.add_endpoint("busy")
        for _ in range(200):
            await one.call(fetch)
        assert went.count("idle") > 150

    run(main)


def test_a_trio_run_inside_of_an_asyncio_task_is_served_by_trio() -> None:
    one = client()

    async def slow(attempt: Attempt) -> str:
        if attempt.kind == "primary":
            await trio.sleep(10)
        return attempt.kind

    async def main() -> None:
        async def quick() -> int:
            return 1

        # The short way of asyncio has been learnt.
        assert [await one.call(quick, op="get") for _ in range(2)] == [1, 1]

        async def guest() -> str:
            return await one.call(slow, op="get")

        assert trio.run(guest) == "hedge"

    asyncio.run(main())


def test_a_client_serves_one_loop_after_another() -> None:
    one = client()

    async def quick() -> int:
        return 1

    async def main() -> list[int]:
        return [await one.call(quick, op="get") for _ in range(3)]

    loops = [asyncio.new_event_loop() for _ in range(2)]
    for loop in loops + loops:
        assert loop.run_until_complete(main()) == [1, 1, 1]
    for loop in loops:
        loop.close()


def test_wrap_makes_calls_of_a_function(run: Run) -> None:
    async def main() -> None:
        one = client()

        @one.wrap(op="get")
        async def add(left: int, right: int = 1) -> int:
            return left + right

        assert await add(1) == 2
        assert await add(1, right=5) == 6

    run(main)


def test_threads_and_loops_share_one_state() -> None:
    sync = Client(POLICY, endpoints=["a", "b", "c"])

    async def fetch(number: int) -> int:
        await asyncio.sleep(0.001)
        if number % 5 == 0:
            raise OSError
        return number

    async def main() -> int:
        one = AsyncClient(state=sync.state)
        answers = await asyncio.gather(
            *(one.call(fetch, number, op="put") for number in range(60)), return_exceptions=True
        )
        return sum(isinstance(answer, int) for answer in answers)

    async def both() -> list[int]:
        return list(await asyncio.gather(*(asyncio.to_thread(asyncio.run, main()) for _ in range(4))))

    assert asyncio.run(both()) == [48] * 4
    assert sync.pending == 0
    assert sync.state.native.is_idle()


def test_closing_ends_calls_that_wait(run: Run) -> None:
    async def main() -> None:
        one = client()
        errors: list[BaseException] = []

        async def wait() -> None:
            try:
                await one.call(anyio.sleep, 10, op="put")
            except Refused as error:
                errors.append(error)

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(wait)
            tasks.start_soon(wait)
            await anyio.sleep(0.01)
            one.close()
        assert [error.code for error in errors if isinstance(error, Refused)] == ["shutdown", "shutdown"]
        with pytest.raises(StateError) as closed:
            await one.call(anyio.sleep, 0)
        assert closed.value.code == "closed"
        async with client() as other:
            await other.call(anyio.sleep, 0)
        with pytest.raises(StateError):
            await other.call(anyio.sleep, 0)

    run(main)


def test_without_a_loop_it_says_so() -> None:
    coroutine = client().call(_forever)
    with pytest.raises(StateError, match="no event loop runs here"):
        coroutine.send(None)


def test_a_manual_clock_needs_no_real_time(run: Run) -> None:
    async def main() -> None:
        clock = ManualClock()
        one = make_async_client(POLICY, endpoints=["a", "b", "c"], clock=clock)
        script = [Line[str](after=5), Line[str](after=0.004, answer="rescued")]
        transport = ScriptedTransport(clock, script)
        answers: list[str] = []

        async def call() -> None:
            answers.append(await one.call(transport.send, op="get"))

        begin = time.monotonic()
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(call)
            assert await clock.advance_to_next() == pytest.approx(0.01, abs=1e-5)
            assert [attempt.kind for attempt in transport.sent] == ["primary", "hedge"]
            await clock.advance(0.003)
            assert answers == []
            await clock.advance(0.002)
            assert answers == ["rescued"]
        assert transport.stopped == transport.sent[:1]
        failing = ScriptedTransport(clock, [Line[str](fails="transient")])

        async def fail() -> None:
            with pytest.raises(ScriptedError):
                await one.call(failing.send, op="put")

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(fail)
            await clock.advance(1)
        assert len(failing.sent) == 3
        assert time.monotonic() - begin < 1

    run(main)


def _answering_socket(after: float) -> socket.socket:
    """A real connection on which an answer arrives after a while."""
    near, far = socket.socketpair()

    def answer() -> None:
        time.sleep(after)
        far.sendall(b"answer")
        far.close()

    threading.Thread(target=answer).start()
    near.setblocking(False)
    return near


@pytest.mark.parametrize("time_over", ["deadline", "call_timeout"])
def test_an_answer_in_the_socket_wins_over_a_time_that_passed_in_a_stall(run: Run, time_over: str) -> None:
    async def main() -> None:
        max_us = 200_000 if time_over == "call_timeout" else 5_000_000
        one = AsyncClient({"objective": {"max_us": max_us}, "timer": {"grace": False}}, endpoints=["a"])
        for _ in range(5):
            near = _answering_socket(0.05)

            async def stall() -> None:
                await anyio.sleep(0.01)
                time.sleep(0.3)

            async with anyio.create_task_group() as tasks:
                tasks.start_soon(stall)
                within = 0.2 if time_over == "deadline" else None
                assert await one.call(_receive, near, deadline=within) == b"answer"
            near.close()

    run(main)


async def _receive(near: socket.socket) -> bytes:
    await anyio.wait_readable(near)
    return near.recv(100)
