"""The synchronous face: what a call gives, raises, and leaves behind."""

import functools
import os
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hedgerow import (
    AsyncClient,
    Attempt,
    Client,
    ConfigError,
    DeadlineExceeded,
    Endpoint,
    Event,
    HedgerowError,
    LimitExceeded,
    NoEndpoint,
    Refused,
    StateError,
    current_deadline,
    deadline,
    failure,
    report_of,
)
from hedgerow.testing import Line, ManualClock, ScriptedError, ScriptedTransport, make_client

POLICY: dict[str, Any] = {
    "objective": {"max_us": 500_000},
    "hedge": {"strategy": "fixed", "delay_us": 10_000},
    "retry": {"backoff": {"base_us": 1000, "jitter": "none"}},
    "operations": {"get": {"idempotency": "natural"}, "put": {"idempotency": "retry"}, "pay": {"idempotency": "token"}},
}


def client(**options: Any) -> Client:
    return Client(POLICY, endpoints=["a", "b", "c"], **options)


def test_arguments_go_through_and_the_attempt_comes_by_its_keyword() -> None:
    def fetch(key: str, size: int, *, attempt: Attempt) -> tuple[str, int, int, str]:
        return key, size, attempt.number, attempt.kind

    one = client()
    for _ in range(3):
        assert one.call(fetch, "k", 2, op="get") == ("k", 2, 1, "primary")
        assert one.call(functools.partial(fetch, "k"), 2) == ("k", 2, 1, "primary")
        assert one.call(lambda: 5, op="get") == 5


def test_a_failure_is_retried_elsewhere() -> None:
    seen: list[Attempt] = []

    def flaky(attempt: Attempt) -> str:
        seen.append(attempt)
        if len(seen) < 3:
            raise OSError("down")
        return attempt.kind

    one = client()
    assert one.call(flaky, op="put") == "retry"
    assert len({attempt.endpoint for attempt in seen}) == 3
    assert one.state.native.is_idle()


@pytest.mark.parametrize("takes", [False, True])
def test_the_last_error_is_raised_with_its_story(takes: bool) -> None:
    def plain() -> None:
        raise OSError("down")

    def told(attempt: Attempt) -> None:
        raise OSError(attempt.endpoint)

    one = client()
    for _ in range(2):
        with pytest.raises(OSError, match="[abc]" if takes else "down") as caught:
            one.call(told if takes else plain, op="put")
        report = report_of(caught.value)
        assert report is not None
        assert report.reason == "attempts_exhausted"
        assert [attempt.outcome for attempt in report.attempts] == ["transient"] * 3
        assert [attempt.kind for attempt in report.attempts] == ["primary", "retry", "retry"]
        notes = caught.value.__notes__
        assert len(notes) == 1
        assert notes[0].startswith("hedgerow: attempts_exhausted")
        assert caught.value.__cause__ is None


def test_one_error_that_is_raised_again_and_again_has_one_note() -> None:
    error = OSError("always the same")

    def raising() -> None:
        raise error

    one = client()
    for _ in range(5):
        with pytest.raises(OSError):
            one.call(raising)
    assert len(error.__notes__) == 1


def test_a_call_that_is_not_idempotent_is_sent_once() -> None:
    count: list[int] = []

    def fails() -> None:
        count.append(1)
        raise OSError

    with pytest.raises(OSError) as caught:
        client().call(fails)
    assert len(count) == 1
    assert caught.value.hedgerow.reason == "not_idempotent"  # type: ignore[attr-defined]


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit, GeneratorExit])
def test_only_exceptions_are_caught(error: type[BaseException]) -> None:
    count: list[int] = []

    def stops() -> None:
        count.append(1)
        raise error

    def stops_told(attempt: Attempt) -> None:
        stops()

    one = client()
    for fn in (stops, stops, stops_told, stops_told):
        with pytest.raises(error):
            one.call(fn, op="get")
    assert len(count) == 4
    assert one.state.native.is_idle()
    assert one.pending == 0


def test_what_cannot_be_repeated_is_refused_with_the_fix() -> None:
    async def fetch() -> None: ...

    one = client()
    with pytest.raises(TypeError, match=r"pass the function and its arguments: call\(fetch, url\)"):
        one.call(fetch())  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="fn: int, want a function"):
        one.call(3)  # type: ignore[arg-type]


def test_each_refusal_has_its_class_and_code() -> None:
    one = client()
    with pytest.raises(Refused) as unknown:
        one.call(lambda: 1, op="nothing")
    assert unknown.value.code == "unknown_operation"
    with pytest.raises(DeadlineExceeded) as passed:
        one.call(lambda: 1, op="get", deadline=-1)
    assert passed.value.code == "deadline_passed"
    assert isinstance(passed.value, TimeoutError)
    with pytest.raises(NoEndpoint) as nowhere:
        Client(POLICY).call(lambda: 1)
    assert nowhere.value.code == "no_endpoint"
    limited = Client({"limits": {"calls": 1}}, endpoints=["a"])
    with pytest.raises(LimitExceeded) as full:
        limited.call(lambda: limited.call(lambda: 1))
    assert full.value.code == "call_limit"
    assert full.value.hedgerow.reason == "not_idempotent"  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"deadline": float("nan")}, "deadline: nan, want a number of seconds"),
        ({"deadline": "soon"}, "deadline: 'soon', want a number"),
        ({"priority": "urgent"}, "priority: 'urgent', want one of critical, degraded"),
        ({"idempotency": "yes"}, "idempotency: 'yes', want one of none, retry, natural, token"),
    ],
)
def test_a_bad_option_is_named(options: dict[str, Any], told: str) -> None:
    one = client()
    one.call(lambda: 1, op="get")
    with pytest.raises(StateError, match=told) as caught:
        one.call(lambda: 1, op="get", **options)
    assert caught.value.code == "invalid_argument"
    assert one.pending == 0


def test_no_retry_is_sent_for_which_no_time_is_left() -> None:
    clock = ManualClock()
    one = make_client(POLICY, endpoints=["a", "b"], clock=clock)
    transport = ScriptedTransport(clock, [Line[str](after=0.6, fails="transient")])
    with pytest.raises(ScriptedError) as first:
        one.call(transport.run, op="put", deadline=10)
    assert first.value.hedgerow.reason == "retry_no_time"  # type: ignore[attr-defined]


def test_tokens_travel_with_every_attempt() -> None:
    tokens: list[str | None] = []

    def pay(attempt: Attempt) -> None:
        tokens.append(attempt.token)
        raise OSError

    one = client()
    for _ in range(2):
        with pytest.raises(OSError):
            one.call(pay, op="pay")
    assert len(set(tokens)) == 2
    assert all(tokens.count(token) >= 3 for token in tokens)
    assert None not in tokens
    assert one.call(lambda attempt: attempt.token, op="pay", token="mine") == "mine"

    def broken(attempt: Attempt) -> None:
        tokens.append(attempt.token)
        raise OSError("down")

    for given in (None, "mine"):
        with pytest.raises(OSError, match="down") as caught:
            one.call(broken, op="pay", token=given)
        report = report_of(caught.value)
        assert report is not None
        assert report.token == tokens[-1]
    assert tokens[-1] == "mine"


def test_a_mark_and_a_judge_say_what_an_error_means() -> None:
    def marked() -> None:
        raise failure(ValueError("no such row"), "fatal")

    count: list[int] = []

    def judged() -> None:
        count.append(1)
        raise KeyError("x")

    with pytest.raises(ValueError, match="row") as caught:
        client().call(marked, op="put")
    assert caught.value.hedgerow.reason == "fatal"  # type: ignore[attr-defined]
    one = client(classify=lambda error: "fatal" if isinstance(error, KeyError) else None)
    with pytest.raises(KeyError):
        one.call(judged, op="put")
    assert len(count) == 1

    def broken(error: BaseException) -> None:
        raise RuntimeError("the judge")

    with pytest.raises(RuntimeError, match="the judge"):
        client(classify=broken).call(judged, op="put")
    with pytest.raises(StateError, match="class: 'bad'"):
        failure(OSError(), "bad")  # type: ignore[arg-type]


def test_a_server_that_says_never_is_not_asked_again() -> None:
    count: list[int] = []

    def busy() -> None:
        count.append(1)
        raise failure(OSError("busy"), "overloaded", never=True)

    with pytest.raises(OSError) as caught:
        client().call(busy, op="put")
    assert len(count) == 1
    assert caught.value.hedgerow.reason == "pushback_stop"  # type: ignore[attr-defined]


def test_deadlines_nest_and_reach_the_attempts() -> None:
    one = client()
    with deadline(0.2) as outer:
        assert current_deadline() == outer.at
        with deadline(5) as inner:
            assert inner.at == outer.at
            until = one.call(lambda attempt: attempt.deadline, op="get")
            assert until == pytest.approx(outer.at, abs=1e-5)
            inside = one.call(current_deadline, op="get")
            assert inside == pytest.approx(outer.at, abs=1e-5)
            with deadline(0.05) as innermost:
                assert innermost.remaining() <= 0.05
    assert current_deadline() is None
    with deadline(-1), pytest.raises(DeadlineExceeded):
        one.call(lambda: 1, op="get")


@pytest.mark.parametrize(("nested", "sent"), [("outer", 3), ("inner", 9)])
def test_a_call_inside_of_an_attempt_leaves_retrying_to_the_outer_one(nested: Any, sent: int) -> None:
    count: list[int] = []
    inner = client(nested=nested)
    outer = client()

    def fails() -> None:
        count.append(1)
        raise OSError

    with pytest.raises(OSError):
        outer.call(lambda: inner.call(fails, op="put"), op="put")
    assert len(count) == sent


def test_a_call_inside_leaves_retrying_to_the_outer_one_whatever_the_server_is_allowed_to_say() -> None:
    deaf = POLICY | {"retry": {"backoff": {"base_us": 1000, "jitter": "none"}, "pushback": {"mode": "ignore"}}}
    inner, sent = Client(deaf, endpoints=["a", "b"]), list[int]()

    def fails() -> None:
        sent.append(1)
        raise OSError

    for options in ({}, {"priority": "critical"}):
        with pytest.raises(OSError) as told:
            Client(endpoints=["a"]).call(lambda options=options: inner.call(fails, op="put", **options))
        assert inner.stats()["started"] == len(sent)
        assert told.value is not None


def test_what_servers_tell_of_their_load_decides_where_calls_go() -> None:
    one = Client({"balance": {"policy": "hot_cold"}}, endpoints=["idle"])
    went: list[str] = []

    def fetch(attempt: Attempt) -> None:
        went.append(attempt.endpoint)
        idle = attempt.endpoint == "idle"
        attempt.report(in_flight=0 if idle else 1000, latency=0.001 if idle else 0.9)

    one.call(fetch)
    one.add_endpoint("busy")
    for _ in range(200):
        one.call(fetch)
    # Without reports one of two is drawn for each call.
    assert went.count("idle") > 150
    assert one.pending == 0
    assert one.in_flight("busy") == one.in_flight("idle") == 0


@pytest.mark.parametrize("bad", [{"in_flight": -1}, {"in_flight": 1.5}, {"in_flight": 1, "latency": float("nan")}])
def test_a_report_that_is_none_is_named(bad: Any) -> None:
    def fetch(attempt: Attempt) -> None:
        attempt.report(**bad)

    with pytest.raises(StateError, match=f"{list(bad)[-1]}: .*, want a"):
        Client(endpoints=["a"], classify=lambda _: "fatal").call(fetch)


def test_wrap_makes_calls_of_a_function() -> None:
    one = client()

    @one.wrap(op="get")
    def add(left: int, right: int = 1) -> int:
        """Adds."""
        return left + right

    @one.wrap(op="get")
    def where(attempt: Attempt | None = None) -> str:
        assert attempt is not None
        return attempt.endpoint

    assert add(1) == 2
    assert add(1, right=5) == 6
    assert add.__doc__ == "Adds."
    assert where() in "abc"
    assert one.stats()


def test_a_hedge_needs_an_executor() -> None:
    def slow(attempt: Attempt) -> str:
        if attempt.kind == "primary":
            time.sleep(0.15)
        return attempt.kind

    assert client().call(slow, op="get") == "primary"
    with ThreadPoolExecutor(4) as pool:
        one = client(executor=pool)
        assert one.call(slow, op="get") == "hedge"
        pool.submit(time.sleep, 0.2).result()
        assert one.state.native.is_idle()
        assert [one.in_flight(name) for name in "abc"] == [0, 0, 0]


@pytest.mark.parametrize("op", ["get", "pay"])
@pytest.mark.parametrize("after_failure", [True, False])
def test_without_an_executor_a_failure_is_followed_by_retries_alone(op: str, after_failure: bool) -> None:
    policy = POLICY | {"hedge": {"strategy": "fixed", "delay_us": 10_000, "after_failure": after_failure}}
    one = Client(policy, endpoints=["a", "b", "c"])
    for options in ({}, {"priority": "critical"}):
        kinds: list[str] = []

        def fails(attempt: Attempt, kinds: list[str] = kinds) -> None:
            kinds.append(attempt.kind)
            raise OSError

        with pytest.raises(OSError):
            one.call(fails, op=op, **options)  # type: ignore[arg-type]
        assert kinds == ["primary", "retry", "retry"]
    assert one.stats()["completed_failed"] == 2


def test_with_an_executor_time_ends_a_call_whose_thread_goes_on() -> None:
    with ThreadPoolExecutor(4) as pool:
        one = client(executor=pool)
        begin = time.monotonic()
        with pytest.raises(DeadlineExceeded) as caught:
            one.call(time.sleep, 0.3, op="put", deadline=0.05)
        assert time.monotonic() - begin < 0.2
        assert caught.value.report is not None
        with pytest.raises(KeyboardInterrupt):
            one.call(_interrupting, op="put")


def _interrupting() -> None:
    raise KeyboardInterrupt


def test_eight_threads_keep_limits_and_counts_exact() -> None:
    limit, most, now = 5, 0, 0
    lock = threading.Lock()
    one = Client({**POLICY, "limits": {"calls": limit}}, endpoints=["a", "b", "c"])
    outcomes: list[str] = []

    def work(number: int) -> None:
        nonlocal most, now
        with lock:
            now += 1
            most = max(most, now)
        if number % 7 == 0:
            time.sleep(0.0005)
        with lock:
            now -= 1
        if number % 5 == 0:
            raise OSError

    def run(seed: int) -> None:
        for number in range(seed, seed + 300):
            try:
                one.call(work, number, op="put" if number % 2 else "get")
                outcomes.append("ok")
            except LimitExceeded:
                outcomes.append("limit")
            except OSError:
                outcomes.append("failed")

    threads = [threading.Thread(target=run, args=(seed * 1000,)) for seed in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(outcomes) == 2400
    assert {"ok", "failed"} <= set(outcomes)
    assert most <= limit
    assert one.pending == 0
    assert one.state.native.is_idle()
    assert [one.in_flight(name) for name in "abc"] == [0, 0, 0]


def test_faces_of_one_service_share_its_state() -> None:
    one = client()
    other = AsyncClient(state=one.state)
    other.add_endpoint("d")
    assert one.endpoints == ["a", "b", "c", "d"]
    assert Client(POLICY, state=one.state).state is one.state
    with pytest.raises(StateError, match="another one than that of the state"):
        Client({}, state=one.state)
    with pytest.raises(StateError, match="it has its endpoints"):
        Client(state=one.state, endpoints=["x"])


def test_endpoints_change_while_calls_run() -> None:
    one = Client(POLICY, endpoints=[Endpoint("a", zone="z", factor=2), "b"])
    seen: list[str] = []

    def moving(attempt: Attempt) -> str:
        seen.append(attempt.endpoint)
        one.set_endpoints(["c"])
        if len(seen) == 1:
            raise OSError
        return attempt.endpoint

    assert one.call(moving, op="put") == "c"
    assert one.endpoints == ["c"]
    one.update_endpoint(Endpoint("c", pool=True))
    one.remove_endpoint("c")
    with pytest.raises(NoEndpoint):
        one.call(lambda: 1)
    with pytest.raises(StateError, match="endpoint: 3"):
        one.add_endpoint(3)  # type: ignore[arg-type]
    with pytest.raises(HedgerowError, match="name"):
        one.add_endpoint("x" * 65)


def test_replicas_and_placement_name_where_a_key_lies() -> None:
    one = client(placement=lambda key: [key])
    assert {one.call(lambda attempt: attempt.endpoint, key="b") for _ in range(30)} == {"b"}
    assert {one.call(lambda attempt: attempt.endpoint, replicas=["c"]) for _ in range(30)} == {"c"}


def test_a_listener_is_told_every_decision_and_calls_can_be_explained() -> None:
    events: list[Event] = []
    one = client(on_event=events.append)
    count: list[int] = []

    def flaky() -> int:
        count.append(1)
        if len(count) == 1:
            raise OSError
        return 1

    assert one.call(flaky, op="put") == 1
    told = [event for event in events if event.type != "note"]
    assert [event.type for event in told] == ["send", "send", "complete"]
    assert [event.kind for event in told] == ["primary", "retry", None]
    assert (told[2].outcome, told[2].number) == ("ok", 2)
    assert any(event.reason == "retry_scheduled" for event in events)
    with pytest.raises(Refused):
        one.call(lambda: 1, op="nothing")
    story = one.explain(told[0].call)
    assert story is not None
    assert one.explain(1) is None


def test_a_listener_that_raises_is_not_called_again(caplog: pytest.LogCaptureFixture) -> None:
    calls: list[int] = []

    def broken(event: Event) -> None:
        calls.append(1)
        raise RuntimeError

    one = client(on_event=broken)
    assert one.call(lambda: 1) == 1
    assert one.call(lambda: 2) == 2
    assert len(calls) == 1
    assert "not called again" in caplog.text


def test_a_closed_client_refuses() -> None:
    with client() as one:
        assert one.call(lambda: 1, op="get") == 1
        one.drain()
        with pytest.raises(Refused) as draining:
            one.call(lambda: 1, op="get")
        assert draining.value.code == "draining"
    for use in (lambda: one.call(lambda: 1, op="get"), lambda: one.call(lambda attempt: attempt), one.stats):
        with pytest.raises(StateError) as closed:
            use()
        assert closed.value.code == "closed"
    one.close()


def test_closing_ends_calls_that_wait() -> None:
    waiting = Client(
        {"retry": {"backoff": {"base_us": 5_000_000, "jitter": "none"}}, "operations": POLICY["operations"]},
        endpoints=["a"],
    )
    errors: list[BaseException] = []

    def fails() -> None:
        raise OSError

    def run() -> None:
        try:
            waiting.call(fails, op="put")
        except BaseException as error:
            errors.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    while waiting.state.native.poll_timeout_reason() != 162:
        time.sleep(0.001)
    waiting.close()
    thread.join(5)
    assert not thread.is_alive()
    assert isinstance(errors[0], Refused)
    assert errors[0].code == "shutdown"
    assert isinstance(errors[0].__cause__, OSError)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="a fork is of POSIX")
def test_a_client_is_refused_after_a_fork() -> None:
    code = """if True:
        import os, sys
        from hedgerow import Client, StateError
        client = Client(endpoints=["a"])
        client.call(lambda: 1)
        pid = os.fork()
        if pid == 0:
            try:
                client.call(lambda: 1)
            except StateError as error:
                os._exit(7 if error.code == "closed_after_fork" else 1)
            os._exit(2)
        sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
    """
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 7


def test_attempts_can_be_bounded_for_a_test() -> None:
    count: list[int] = []

    def fails() -> None:
        count.append(1)
        raise OSError

    policy = {**POLICY, "operations": {"put": {"idempotency": "retry", "retry": {"max_attempts": 5}}}}
    with pytest.raises(OSError):
        make_client(policy, endpoints=["a"], attempts=1).call(fails, op="put")
    assert len(count) == 1


def test_records_of_a_handshake_are_heard_one_by_one_and_one_that_is_none_is_counted() -> None:
    one = client()
    one.add_namespace("cart")
    records = [{"op": "get", "ns": "cart", "v": 1, "calls": 1}, {"v": "two"}, {"ns": "*", "v": 3, "hedges": 0}]
    assert one.signals({"records": records}) == 1
    assert one.stats()["reasons"] == {"140": 2}

    def nested() -> None:
        with pytest.raises(LimitExceeded):
            one.call(lambda: 1, op="get", namespace="cart")
        assert one.call(lambda: 1, op="get") == 1

    one.call(nested, op="get", namespace="cart")
    with pytest.raises(ConfigError, match="records"):
        one.signals({"records": 5})
