"""The thin layer: its turns, errors and documents, and what it refuses."""

from __future__ import annotations

import json
import math
import os
import pickle
import sys
from array import array
from collections import OrderedDict
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import pytest
from hedgerow import _native as native
from hedgerow._errors import ConfigError, StateError
from hedgerow._native import Client, Peak, Picker

if TYPE_CHECKING:
    from hedgerow._native import Record, Turn

SEED = bytes([7] * 32)
OF_OPERATION = 65535
SEND, COMPLETE = 1, 3


def client(config: dict[str, Any] | None = None, *, listener: bool = False) -> Client:
    made = Client(config or {}, SEED, 0.0, listener)
    made.handle_topology([{"do": "add", "name": name} for name in "abc"], 0.0)
    return made


def start(of: Client, now: float, *, deadline: float = -1.0, operation: int = 0) -> Turn:
    told = of.start(5, 0, operation, (), deadline, -1.0, OF_OPERATION, now)
    assert not isinstance(told, int)
    return told


def sole(turn: Turn) -> tuple[float, Record]:
    """A turn of one record."""
    wake, *records = turn
    [record] = records
    return wake, record


def test_a_start_answers_when_to_wake_and_what_to_send() -> None:
    wake, sent = sole(start(client(), 1.0))
    assert sent[:2] == (SEND, 5)
    assert isinstance(sent[3], int)
    assert sent[5:7] == (31.0, 30.0)
    assert 1.0 < wake < 31.0


def test_an_answer_that_ends_its_call_answers_nothing() -> None:
    one = client()
    _, sent = sole(start(one, 1.0))
    assert one.handle_response(sent[3], 1.001) is None
    assert one.is_idle()


def test_an_answer_to_a_listener_answers_its_records() -> None:
    one = client(listener=True)
    _, sent = sole(start(one, 1.0))
    told = one.handle_response(sent[3], 1.5)
    assert told is not None
    _, ended = sole(told)
    assert (ended[0], ended[5]) == (COMPLETE, 0.5)


def test_an_answer_that_beats_a_hedge_answers_the_cancel() -> None:
    one = client({"hedge": {"strategy": "fixed", "delay_us": 1000}, "operations": {"get": {"idempotency": "natural"}}})
    wake, sent = sole(start(one, 1.0, operation=one.operation("get")))
    _, hedge = sole(one.handle_timeout(wake))
    assert hedge[0] == SEND
    told = one.handle_response(sent[3], 1.002)
    assert told is not None
    assert sorted(record[0] for record in told[1:]) == [2, COMPLETE]
    assert one.handle_cancelled(hedge[3], 1.003)[1:] == ()


def test_an_answer_that_needs_an_earlier_wake_up_tells_it() -> None:
    one = client()
    told = [start(one, 1.0), start(one, 1.5)]
    for turn in told:
        later = one.handle_response(sole(turn)[1][3], 2.0)
        # Nothing is told, or something earlier than what was told before.
        assert later is None or later[0] < told[-1][0]
        assert one.poll_timeout() >= told[-1][0]


def test_a_denied_start_answers_the_code_of_its_reason() -> None:
    one = client()
    denied = one.start(1, 0, 0, (), 0.5, -1.0, OF_OPERATION, 1.0)
    assert isinstance(denied, int)
    assert native.reason_slug(denied) == "deadline_passed"
    empty = Client({}, SEED, 0.0, False).start(1, 0, 0, (), -1.0, -1.0, OF_OPERATION, 0.0)
    assert isinstance(empty, int)
    assert native.reason_slug(empty) == "no_endpoint"


def test_more_actions_than_a_small_turn_holds_come_all_at_once() -> None:
    one = client({"limits": {"calls": 100}})
    records = array("d")
    for cookie in range(10):
        records.extend([64.0, cookie, 0.0, 0.0, 0.0, -1.0, -1.0, OF_OPERATION])
    taken, told = one.push_events(records, 1.0)
    assert taken == 10
    assert [record[1] for record in told[1:]] == list(range(10))


def test_what_is_no_buffer_of_floats_is_refused() -> None:
    for bad in (array("i", [1, 2]), b"12345678", [64.0]):
        with pytest.raises(StateError) as found:
            client().push_events(bad, 0.0)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
        assert found.value.code == "invalid_argument"


def test_a_bad_document_is_told_by_path_value_and_range() -> None:
    with pytest.raises(ConfigError) as found:
        Client({"retry": {"max_attempts": 0}}, SEED, 0.0, False)
    error = found.value
    assert str(error) == "retry.max_attempts: 0, want 1..=10"
    assert (error.code, error.field, error.value, error.range) == ("config", "retry.max_attempts", "0", "1..=10")
    for bad, text in (({"limits": {"calls": 1.5}}, "limits.calls: 1.5, want "), ({"speed": 1}, "speed: unknown field")):
        with pytest.raises(ConfigError) as found:
            Client(bad, SEED, 0.0, False)
        assert str(found.value).startswith(text)


def test_whatever_has_the_form_of_a_document_is_one() -> None:
    plain = {"operations": {"get": {"idempotency": "natural"}}, "limits": {"calls": 3}, "zone": None}
    del plain["zone"]
    hashed = native.config_hash(plain)
    assert native.config_hash(MappingProxyType(OrderedDict(plain))) == hashed
    assert json.loads(native.config_json(plain))["limits"]["calls"] == 3


@pytest.mark.parametrize("bad", [2**70, -(2**70), 10**400, math.nan, math.inf, True, "3", [3], {"a": 1}, None])
def test_a_number_that_is_none_is_refused_by_its_path(bad: object) -> None:
    with pytest.raises(ConfigError) as found:
        native.config_json({"limits": {"calls": bad}})
    assert str(found.value).startswith("limits.calls: ")


def test_what_is_no_document_is_refused() -> None:
    loop: dict[str, Any] = {}
    loop["operations"] = loop
    for bad in (loop, {"limits": {3: 4}}, {"limits": object()}, {"limits": {"calls": 1j}}):
        with pytest.raises(ConfigError) as found:
            native.config_json(bad)
        assert found.value.code == "config"


def test_a_seed_has_32_bytes() -> None:
    with pytest.raises(StateError) as found:
        Client({}, bytes(31), 0.0, False)
    assert found.value.code == "invalid_argument"


def test_a_bad_topology_changes_nothing() -> None:
    one = Client({}, SEED, 0.0, False)
    with pytest.raises(ConfigError) as found:
        one.handle_topology([{"do": "add", "name": "a"}, {"do": "add", "name": ""}], 0.0)
    assert found.value.field == "endpoints[1].name"
    assert one.endpoint("a") == -1


def test_a_time_that_is_none_is_clamped_and_counted() -> None:
    one = client()
    for bad in (math.nan, math.inf, -1e9, 1e300):
        one.handle_timeout(bad)
    assert one.stats()["clock_bad"] == 4


def test_a_stale_id_is_answered() -> None:
    one = client()
    for stale in (0, -5, 2**53, 2**62):
        assert one.handle_response(stale, 1.0) is not None
        assert one.cancel(stale, 1.0)[1:] == ()
        assert one.in_flight(stale) == 0
        assert one.explain(stale) is None
    assert one.stats()["stale_attempts"] == 4


def test_a_picker_bars_what_it_is_told_to_and_heeds_cost_and_reports() -> None:
    seed = bytes(32)
    barring = Picker({}, seed)
    one, other = (barring.add(None, None, None, None) for _ in range(2))
    assert barring.set_barred(one, True)
    assert [pick[0] for pick in barring.pick([], 1.0)] == [other]
    assert barring.set_barred(one, False)
    assert len(barring.pick([], 1.0)) == 2
    assert not barring.set_barred(99, True)

    costly = Picker({"balance": {"policy": "peak_ewma"}}, seed)
    slow, fast = (costly.add(None, None, None, None) for _ in range(2))
    assert costly.on_latency(slow, True, 0.5, 1.0)
    assert costly.on_latency(fast, True, 0.001, 1.0)
    assert [costly.pick([], 1.0)[0][0] for _ in range(9)] == [fast] * 9
    assert not costly.on_latency(99, True, 0.1, 1.0)

    told = Picker({"balance": {"policy": "hot_cold"}}, seed)
    hot, cold = (told.add(None, None, None, None) for _ in range(2))
    assert told.on_report(hot, 90, 0.1, 1.0)
    assert told.on_report(cold, 1, 0.001, 1.0)
    assert told.pick([], 1.0)[0][0] == cold
    assert not told.on_report(99, 1, 0.1, 1.0)


def test_a_cost_rises_at_once_and_sinks_with_time() -> None:
    peak = Peak({"balance": {"policy": "peak_ewma", "half_life_us": 1_000_000}})
    assert peak.cost() is None
    peak.on_answer(0.1, 1.0)
    assert peak.cost() == 0.1
    peak.on_answer(0.2, 1.0)
    assert peak.cost() == 0.2
    peak.on_failure(0.05, 1.0)
    assert peak.cost() == 0.2, "a fast failure does not lower it"
    peak.on_answer(0.1, 2.0)
    cost = peak.cost()
    assert cost is not None
    assert 0.1 < cost < 0.2
    assert peak.base(3) > peak.base(0)


def test_every_class_is_frozen() -> None:
    classes = [found for found in vars(native).values() if isinstance(found, type)]
    assert len(classes) > 25
    assert {each.__dictoffset__ for each in classes} == {0}
    one = client()
    with pytest.raises(AttributeError):
        one.start = None  # type: ignore[method-assign, assignment]


def test_stats_and_explanations_are_plain_documents() -> None:
    one = client()
    _, sent = sole(start(one, 1.0))
    one.handle_response(sent[3], 1.5)
    assert one.stats()["completed_ok"] == 1
    assert json.loads(json.dumps(one.explain(sent[2]))) == one.explain(sent[2])


def test_errors_come_back_from_a_pickle() -> None:
    with pytest.raises(ConfigError) as found:
        native.config_json({"speed": 1})
    again = pickle.loads(pickle.dumps(found.value))
    assert (str(again), again.field, again.range) == (str(found.value), "speed", found.value.range)


if sys.platform != "win32":  # where there is a fork

    @pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning")
    def test_what_was_made_before_a_fork_is_refused_after_it() -> None:
        inherited = [client(), native.Limiter()]
        child = os.fork()
        if child == 0:
            os._exit(child_of_fork(inherited))
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        assert client().is_idle()


def child_of_fork(inherited: list[Any]) -> int:
    """Zero when the inherited ones are refused and a new one works."""
    refused = 0
    for use in (inherited[0].poll_timeout, inherited[1].in_flight):
        try:
            use()
        except StateError as error:
            refused += error.code == "closed_after_fork"
    return 0 if refused == 2 and client().is_idle() else 1
