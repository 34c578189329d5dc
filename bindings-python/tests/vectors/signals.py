"""Records of servers, their header, the meter behind them, and the limit that they move."""

from __future__ import annotations

from typing import Any

from hedgerow import _native as native
from hedgerow._errors import ConfigError, StateError
from hedgerow._native import Limiter, Meter, Signals

from .run import Bench, Json, Topic, micros, seconds, unknown

GUARDS = {"min_target": "min_target_us", "max_max": "max_max_us", "ttl_min": "ttl_min_us", "ttl_max": "ttl_max_us"}


def document(config: Json) -> Json:
    guard = {GUARDS.get(name, name): value for name, value in config.get("guards", {}).items()}
    signal = {"guard": guard, **{name: config[name] for name in ("refresh_us", "ttl_us") if config.get(name)}}
    told = {"target": 10_000, "max": 500_000, "calls": 1000, "hedges": 50} | config.get("defaults", {})
    return {
        "signal": signal,
        "objective": {"target_us": told["target"], "max_us": told["max"]},
        "limits": {"calls": told["calls"], "hedges": told["hedges"]},
    }


class SignalBench:
    def __init__(self, config: Json) -> None:
        self.config = config
        self.store = Signals(document(config), bytes(32))
        self.store.script_fractions(config.get("draws_q32", []))
        self.meter = Meter(seconds(config.get("window_us", 10_000_000)), config.get("min_samples", 20))
        self.slots = Limiter()
        self.limit = 0
        self.numbers: dict[str, int] = {}

    def number(self, name: str) -> int:
        return self.numbers.setdefault(name, len(self.numbers))

    def scope(self, name: str) -> int | None:
        return None if name == "*" else self.number(name)

    def answer(self, step: Json) -> Any:
        match step["do"]:
            case "receive":
                return {"result": self.receive(step), "clamped": self.store.clamped()}
            case "resolve":
                return self.resolve(step)
            case "refresh_due":
                self.store.on_refresh(self.number(step["ns"]), seconds(step["at_us"]))
                return {"halvings": self.store.halvings(self.number(step["ns"]))}
            case "refresh_delay":
                return {"delay": micros(self.store.refresh_delay())}
            case "parse_header":
                return header(step["text"])
            case "serve" | "report":
                return self.metered(step)
            case _:
                return self.limited(step)

    def receive(self, step: Json) -> str:
        """The word of a verdict; what is no record at all is refused before it is received."""
        namespace, operation = map(self.scope, step["scope"])
        try:
            code = self.store.receive(step["rec"], namespace, operation, seconds(step.get("at_us", 0)))
        except ConfigError as error:
            assert error.code == "config"
            return "invalid"
        slug = native.reason_slug(code) or ""
        return slug.removeprefix("signal_").replace("old_version", "old")

    def resolve(self, step: Json) -> Json:
        of = self.number(step["ns"]), self.number(step["op"])
        return {
            "target": micros(self.store.target(*of)),
            "max": micros(self.store.max(*of)),
            "calls": self.store.calls(*of),
            "hedges": self.store.hedges(*of),
            "stale": self.store.is_stale(*of, seconds(step["at_us"])),
        }

    def metered(self, step: Json) -> Any:
        now = seconds(step["at_us"])
        if step["do"] == "serve":
            target, most = seconds(self.config["target"]), seconds(self.config["max"])
            for _ in range(step["n"]):
                self.meter.served(seconds(step["elapsed_us"]), target, most, now)
            return None
        overall = self.meter.report(self.config.get("compute"), self.config.get("storage"), now)
        over = {"util_target": self.meter.over_target(), "util_max": self.meter.over_max()}
        return {"total": self.meter.window(now), "overall": overall, **over}

    def limited(self, step: Json) -> Json:
        told: Json = {}
        match step["do"]:
            case "set_limit":
                self.limit = step["limit"]
            case "admit":
                told["admitted"] = sum(self.slots.try_acquire(self.limit) for _ in range(step["count"]))
            case "release":
                for _ in range(step["count"]):
                    self.slots.release()
            case _:
                unknown(step)
        return {"in_flight": self.slots.in_flight(), **told}


def header(text: str) -> Json:
    try:
        record = native.parse_signal_header(text)
    except StateError as error:
        assert error.code == "invalid_argument"
        return {"error": True}
    if record is None:
        return {"fields": None}
    breadth = native.signal_header_breadth(text)
    assert breadth is not None
    scope = [None, "ns", "all"][breadth]
    return {"fields": record if scope is None else {**record, "scope": scope}}


class SignalTopic(Topic):
    file = "03-signals.json"

    def begin(self, case: Json) -> Bench:
        return SignalBench(case.get("config") or {})
