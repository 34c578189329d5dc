"""The scripted scenario that every language plays (`tests/traces/scripted.json`), through the extension module."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from hedgerow import _native as native

if TYPE_CHECKING:
    from hedgerow._native import Turn

Json = dict[str, Any]

SEND = 1
OWN = 255
CLASSES = ("", "fatal", "transient", "timeout", "not_sent", "overloaded", "refused")


def scenario_hash(scenario: Json) -> str:
    """Plays the scenario; the hash of the last line of its trace."""
    script = Script(scenario)
    for told in scenario["inputs"]:
        script.play(told)
    return native.trace_hash(script.client.take_trace())


def seconds(micros: int) -> float:
    """The least number of seconds that reads back as these microseconds."""
    told = micros / 1e6
    return math.nextafter(told, math.inf) if math.floor(told * 1e6) < micros else told


def told_if(micros: int | None) -> float:
    """Seconds, or what says that there are none."""
    return -1.0 if micros is None else seconds(micros)


def instant(value: Any, at: int) -> int | None:
    """A time, or one relative to the input's own."""
    return at + int(value) if isinstance(value, str) else value


class Script:
    """A client in the middle of the scenario; `now` is in microseconds."""

    def __init__(self, scenario: Json) -> None:
        self.now: int = scenario["t0"]
        self.client = native.Client(scenario["config"], bytes.fromhex(scenario["seed"]), seconds(self.now), False)
        self.names: dict[str, dict[str, int]] = {"ns": {}, "op": {}}
        self.calls: dict[str, int] = {}
        self.attempts: dict[str, int] = {}
        self.endpoints: dict[str, int] = {}

    def play(self, told: Json) -> None:
        """Plays one input."""
        if told["e"] == "run":
            self.run(told["for_us"])
        else:
            at = self.time(told)
            self.take(getattr(self, f"on_{told['e']}")(told, at))

    def run(self, length: int) -> None:
        """A timeout at each wake-up that the client asks for within this time."""
        end = self.now + length
        while (wake := self.client.poll_timeout()) <= seconds(end):
            self.now = max(self.now, math.floor(wake * 1e6))
            self.take(self.client.handle_timeout(seconds(self.now)))
        self.now = end

    def time(self, told: Json) -> int:
        """When an input comes."""
        if "t" in told:
            return int(told["t"])
        at = self.now + told.get("after_us", 0)
        if "late_us" in told:
            at = math.floor(self.client.poll_timeout() * 1e6) + told["late_us"]
        self.now = max(self.now, at)
        return self.now

    def take(self, turn: Turn | int | None) -> None:
        """Learns ids of what was sent."""
        for record in turn[1:] if isinstance(turn, tuple) else ():
            code, cookie, call, attempt, *_, packed = record
            if code == SEND:
                self.calls[str(cookie)] = call
                self.attempts[f"{cookie}/{packed >> 16 & 255}"] = attempt

    def named(self, kind: str, value: str | int | None, absent: int) -> int:
        """The number of a name."""
        if isinstance(value, str):
            return self.names[kind][value]
        return absent if value is None else value

    def attempt(self, told: Json) -> int:
        """The attempt that an input is about."""
        attempt = told["attempt"]
        return self.attempts[attempt] if isinstance(attempt, str) else int(attempt)

    def on_namespace(self, told: Json, _: int) -> None:
        self.names["ns"][told["name"]] = self.client.namespace(told["name"])

    def on_operation(self, told: Json, _: int) -> None:
        self.names["op"][told["name"]] = self.client.operation(told["name"])

    def on_start(self, told: Json, at: int) -> Turn | int:
        token = told.get("token")
        words = told.get("priority", OWN) + 256 * told.get("idempotency", OWN)
        numbers = (
            told["cookie"],
            self.named("ns", told.get("ns"), 0),
            self.named("op", told.get("op"), 0),
            tuple(self.endpoints[name] for name in told.get("replicas", [])),
            told_if(instant(told.get("deadline_us"), at)),
            told_if(told.get("wall_us")),
            words + 65536 * (token is not None),
            seconds(at),
        )
        if token is None or token == "host":
            return self.client.start(*numbers)
        return self.client.start_with_token(token, *numbers)

    def on_topology(self, told: Json, at: int) -> Turn | None:
        _, turn = self.client.handle_topology(told["changes"], seconds(at))
        found = ((change["name"], self.client.endpoint(change["name"])) for change in told["changes"])
        self.endpoints.update({name: number for name, number in found if number > 0})
        return turn

    def on_response(self, told: Json, at: int) -> Turn | None:
        return self.client.handle_response(self.attempt(told), seconds(at))

    def on_failure(self, told: Json, at: int) -> Turn | None:
        packed = CLASSES.index(told["class"]) + 256 * bool(told.get("never"))
        after, most = told_if(told.get("retry_after_us")), told.get("max_retries", -1)
        return self.client.handle_failure(self.attempt(told), packed, after, most, seconds(at))

    def on_cancelled(self, told: Json, at: int) -> Turn | None:
        return self.client.handle_cancelled(self.attempt(told), seconds(at))

    def on_cancel(self, told: Json, at: int) -> Turn | None:
        call = told["call"]
        return self.client.cancel(self.calls[call] if isinstance(call, str) else call, seconds(at))

    def on_timeout(self, _: Json, at: int) -> Turn | None:
        return self.client.handle_timeout(seconds(at))

    def on_drain(self, told: Json, at: int) -> Turn | None:
        return self.client.drain(told_if(instant(told.get("deadline_us"), at)), seconds(at))

    def on_signal(self, told: Json, at: int) -> Turn | None:
        names = self.named("ns", told.get("ns"), -1), self.named("op", told.get("op"), -1)
        return self.client.handle_signal(told["record"], *names, seconds(at))

    def on_stall(self, told: Json, at: int) -> None:
        start, end = (instant(told.get(name), at) for name in ("from_us", "to_us"))
        match told["kind"]:
            case "paused":
                self.client.handle_pause(told_if(start), told_if(end), seconds(at))
            case "throttled":
                self.client.handle_throttled(seconds(at))
            case "resumed":
                self.client.handle_resumed(seconds(at))
            case kind:
                if kind != "reset":
                    raise ValueError(f"stall: {kind!r}")
                self.client.reset_stall(seconds(at))
