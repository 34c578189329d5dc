"""The scripted scenario that every language plays: it must end at the hash that stands in the document."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hedgerow import _native as native
from hedgerow._errors import StateError
from vectors.played import CLASSES, Played
from vectors.run import REPOSITORY, Json, seconds

SCENARIO: Json = json.loads((REPOSITORY / "tests/traces/scripted.json").read_text("utf-8"))


class Script:
    def __init__(self) -> None:
        self.now: int = SCENARIO["t0"]
        # Without a listener, as drivers run: an answer that needs no records has none.
        seed = bytes.fromhex(SCENARIO["seed"])
        self.client = Played(SCENARIO["config"], seed, self.now, listener=False)
        self.names: dict[str, dict[str, int]] = {"ns": {}, "op": {}}
        self.calls: dict[str, int] = {}
        self.attempts: dict[str, int] = {}
        self.endpoints: dict[str, int] = {}

    def input(self, told: Json) -> None:
        if told["e"] == "run":
            return self.run(told["for_us"])
        at = self.time(told)
        # What an input that answers nothing led to is drained after it.
        self.client.keep(None)
        getattr(self, f"on_{told['e']}")(told, at)
        self.take()
        return None

    def on_namespace(self, told: Json, _: int) -> None:
        self.names["ns"][told["name"]] = self.client.client.namespace(told["name"])

    def on_operation(self, told: Json, _: int) -> None:
        self.names["op"][told["name"]] = self.client.client.operation(told["name"])

    def on_start(self, told: Json, at: int) -> None:
        token = told.get("token")
        words = told.get("priority", 255) + 256 * told.get("idempotency", 255)
        self.client.start(
            told["cookie"],
            at,
            namespace=self.name("ns", told.get("ns"), 0),
            operation=self.name("op", told.get("op"), 0),
            replicas=tuple(self.endpoints[name] for name in told.get("replicas", [])),
            deadline=relative(told.get("deadline_us"), at),
            wall=told.get("wall_us"),
            packed=words + 65536 * (token is not None),
            token=None if token == "host" else token,
        )

    def on_response(self, told: Json, at: int) -> None:
        self.client.response(self.attempt(told), at)

    def on_cancelled(self, told: Json, at: int) -> None:
        self.client.cancelled(self.attempt(told), at)

    def on_timeout(self, _: Json, at: int) -> None:
        self.client.timeout(at)

    def on_drain(self, told: Json, at: int) -> None:
        self.client.drain(relative(told.get("deadline_us"), at), at)

    def on_failure(self, told: Json, at: int) -> None:
        packed = CLASSES.index(told["class"]) + 256 * bool(told.get("never"))
        after, most = told.get("retry_after_us"), told.get("max_retries")
        self.client.failure(self.attempt(told), packed, after, most, at)

    def on_cancel(self, told: Json, at: int) -> None:
        call = told["call"]
        self.client.cancel(self.calls[call] if isinstance(call, str) else call, at)

    def on_signal(self, told: Json, at: int) -> None:
        names = self.name("ns", told.get("ns"), -1), self.name("op", told.get("op"), -1)
        self.client.signal(told["record"], *names, at)

    def on_topology(self, told: Json, at: int) -> None:
        self.client.topology(told["changes"], at)
        for change in told["changes"]:
            endpoint = self.client.client.endpoint(change["name"])
            if endpoint > 0:
                self.endpoints[change["name"]] = endpoint

    def on_stall(self, told: Json, at: int) -> None:
        client, now = self.client.client, seconds(at)
        match told["kind"]:
            case "paused":
                start, end = relative(told["from_us"], at), relative(told["to_us"], at)
                assert start is not None
                assert end is not None
                client.handle_pause(seconds(start), seconds(end), now)
            case "throttled":
                client.handle_throttled(now)
            case "resumed":
                client.handle_resumed(now)
            case kind:
                assert kind == "reset"
                client.reset_stall(now)

    def run(self, length: int) -> None:
        end = self.now + length
        while (wake := self.client.wake()) is not None and wake <= end:
            self.now = max(self.now, wake)
            self.client.timeout(self.now)
            self.take()
        self.now = end

    def time(self, told: Json) -> int:
        if "t" in told:
            return int(told["t"])
        late, wake = told.get("late_us"), self.client.wake()
        base = self.now + told.get("after_us", 0) if late is None else (wake or 0) + late
        self.now = max(self.now, base)
        return self.now

    def name(self, kind: str, value: Any, absent: int) -> int:
        if isinstance(value, str):
            return self.names[kind][value]
        return absent if value is None else int(value)

    def attempt(self, told: Json) -> int:
        attempt = told["attempt"]
        return self.attempts[attempt] if isinstance(attempt, str) else int(attempt)

    def take(self) -> None:
        for record in self.client.drained:
            if record.action == "send":
                self.attempts[f"{record.cookie}/{record.ordinal}"] = record.attempt
                self.calls[str(record.cookie)] = record.call


def relative(value: Any, at: int) -> int | None:
    """A time, or one relative to the input's own."""
    return at + int(value) if isinstance(value, str) else value


def played() -> bytes:
    script = Script()
    for told in SCENARIO["inputs"]:
        script.input(told)
    return script.client.client.take_trace()


def test_the_scripted_scenario_gives_the_committed_trace() -> None:
    trace, expected = played(), SCENARIO["expect"]
    lines = native.trace_lines(trace).splitlines()
    assert len(lines) - 1 == expected["records"]
    assert lines == (REPOSITORY / "tests/traces/scripted.trace.jsonl").read_text("utf-8").splitlines()
    assert native.trace_hash(trace) == expected["hash"]
    assert native.replay_trace(SCENARIO["config"], trace) == expected["hash"]


def test_a_trace_of_another_configuration_is_told() -> None:
    with pytest.raises(StateError) as found:
        native.replay_trace({}, played())
    assert found.value.code == "diverged"
