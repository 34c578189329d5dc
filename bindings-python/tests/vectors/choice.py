"""Weighted choice, through the picker."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from hedgerow import _native as native
from hedgerow._native import Picker, ReportPool

from .run import Bench, Json, Topic, given, micros, seconds, unknown

NOW_US = 1_000_000_000_000
NOW = seconds(NOW_US)
FACTORS = {"other_zone": 1, "nonrep": 2, "starting": 4, "unhealthy": 8, "region": 16}


@dataclass
class Line:
    position: int
    score: int
    bits: int


def fraction(draw: Json) -> int:
    """The smallest fraction that a draw below `bound` answers with `value`."""
    value, bound = int(draw["value"]), int(draw["bound"])
    return -(-value * 2**32 // bound)


class Choosing:
    """A picker with endpoints by position."""

    def __init__(self, balance: Json, count: int = 0, locality: Json | None = None) -> None:
        self.picker = Picker({"balance": balance, "locality": locality or {}}, bytes([6] * 32))
        self.ids: list[int] = []
        for _ in range(count):
            self.add()

    def add(self, zone: str | None = None, factor: int | None = None, up_since: float | None = None) -> int:
        self.ids.append(self.picker.add(zone, None, factor, up_since))
        return self.ids[-1]

    def pick(self, replicas: list[int] | None = None) -> list[Line]:
        """The plan; the endpoints are positions."""
        found = self.picker.pick([self.ids[position] for position in replicas or []], NOW)
        return [Line(self.ids.index(endpoint), score, bits) for endpoint, score, _, bits in found]

    def exhausted(self) -> None:
        """Every draw of the script was made, and no other."""
        assert self.picker.overdrawn() == 0
        assert self.picker.draws_left() == 0

    def busy(self, position: int, count: int) -> None:
        for _ in range(count):
            self.picker.on_sent(self.ids[position])

    def answers(self, position: int) -> None:
        """Two fresh responses: busy, but not silent."""
        for _ in range(2):
            self.picker.on_response(self.ids[position], NOW)


def groups(plan: list[Line]) -> list[list[int]]:
    """Runs of equal scores."""
    return [[line.position for line in group] for _, group in groupby(plan, key=lambda line: line.score)]


def plan(config: Json, candidates: list[Json]) -> Json:
    zone = config.get("zone")
    bench = Choosing({}, 0, {} if zone is None else {"zone": zone})
    replicas: list[int] = []
    for at, told in enumerate(candidates):
        endpoint, in_flight = bench.add(told.get("zone"), told.get("factor")), told.get("in_flight", 0)
        bench.busy(at, in_flight)
        if not told.get("unhealthy"):
            bench.answers(at)
        elif in_flight < 10:
            bench.picker.set_ejected(endpoint, True)
        if told.get("replica", True):
            replicas.append(at)
    lines = bench.pick(replicas)
    ordered = [[candidates[at]["id"] for at in sorted(group)] for group in groups(lines)]
    return {"groups": ordered, "scores": {candidates[line.position]["id"]: line.score for line in lines}}


def sampled(bench: Choosing, step: Json) -> Json:
    # More draws than any tie shuffle needs; the greatest value leaves each entry where it is.
    script = [*map(fraction, step["draws"]), *[2**32 - 1] * 64]
    bench.picker.script_fractions(script)
    lines = bench.pick(step.get("replicas"))
    for_ties = sum(len(group) - 1 for group in groups(lines))
    assert bench.picker.overdrawn() == 0
    return {
        "candidates": [line.position for line in lines],
        "draws_used": len(script) - bench.picker.draws_left() - for_ties,
        "permutation": bench.picker.permutation(),
    }


def order(scores: list[Any], draws: list[Json]) -> Json:
    bench = Choosing({"n": 64}, len(scores))
    for at, (_, score) in enumerate(scores):
        bench.busy(at, score - 1)
        bench.answers(at)
    bench.picker.script_fractions([fraction(draw) for draw in draws])
    lines = bench.pick(list(range(len(scores))))
    bench.exhausted()
    return {"plan": [scores[line.position][0] for line in lines]}


def starting(window: int, age: int) -> Choosing:
    bench = Choosing({"start_min_us": window, "start_spread_us": 0})
    assert micros(bench.picker.start_window()) == window
    bench.add(up_since=seconds(NOW_US - age))
    return bench


def starts(bench: Choosing) -> bool:
    return bench.pick()[0].bits & FACTORS["starting"] != 0


def least_request(told: Json, count: int) -> Choosing:
    balance: Json = {"policy": "least_request", **given(told, ["choices", "replacement"])}
    return Choosing(balance, count)


def share(times: int, happens: Callable[[], bool]) -> float:
    return sum(happens() for _ in range(times)) / times


def pick(bench: Choosing, draws: list[int]) -> int:
    count = len(bench.ids)
    bench.picker.script_fractions([fraction({"value": draw % count, "bound": count}) for draw in draws])
    position = bench.pick()[0].position
    bench.exhausted()
    bench.busy(position, 1)
    return position


def hot_cold(step: Json) -> Any:
    reports = ReportPool(step["q_ppm"], 1)
    for at, (_, in_flight, latency) in enumerate(step["pool"]):
        reports.on_report(at, in_flight, seconds(latency), NOW)
    chosen = reports.choose(NOW)
    assert chosen is not None
    return step["pool"][chosen][0]


class ChoiceBench:
    def __init__(self, config: Json) -> None:
        self.config = config
        self.kept: Choosing | None = None

    def answer(self, step: Json) -> Any:
        match step["do"]:
            case "score":
                bits = sum(FACTORS[name] for name in step["applies"])
                return native.score(step.get("in_flight", 0), bits, step.get("factor", 1))
            case "plan":
                return plan(self.config, step["candidates"])
            case "candidates":
                balance = {"n": self.config["n"]} if "n" in self.config else {}
                self.kept = self.kept or Choosing(balance, self.config["endpoints"])
                return sampled(self.kept, step)
            case "order":
                return order(step["scores"], step["draws"])
            case "pick":
                self.kept = self.kept or least_request(self.config, self.config["endpoints"])
                return pick(self.kept, step["draws"])
            case "hot_cold":
                return hot_cold(step)
            case "reuse":
                rates = round(step["probes"] * 1e6), round(step["remove"] * 1e6)
                uses = native.report_uses(step["pool"], step["endpoints"], *rates)
                return "config_error" if uses is None else uses / 1e6
            case "decay":
                return {"q32": native.decay(seconds(step["dt_us"]), seconds(self.config["half_life_us"]))}
            case _:
                return self.chances(step)

    def chances(self, step: Json) -> Any:
        match step["do"]:
            case "starting":
                bench, draw = starting(step["window_us"], step["age_us"]), step.get("draw")
                bench.picker.script_fractions([] if draw is None else [fraction(draw)])
                found = starts(bench)
                bench.exhausted()
                return found
            case "starting_share":
                bench = starting(self.config["window_us"], self.config["age_us"])
                return {"share": share(self.config["draws"], lambda: starts(bench))}
            case "share":
                bench = least_request(step, step["n"])
                bench.busy(0, 1)
                return share(100_000, lambda: bench.pick()[0].position == 0)
            case _:
                unknown(step)

    def end(self) -> Json:
        assert self.kept is not None
        return {"final_in_flight": [self.kept.picker.in_flight(each) for each in self.kept.ids]}


class Choice(Topic):
    file = "06-choice.json"

    def begin(self, case: Json) -> Bench:
        return ChoiceBench(case.get("config") or {})

    def same(self, found: Any, expected: Any, case: Json) -> str | None:
        """Shares have the tolerance that their case states; figures of the decay and of uses have their own."""
        told = f"found {found}, want {expected}"
        if isinstance(expected, float) and not expected.is_integer():
            return None if abs(found - expected) <= 0.01 else told
        if isinstance(expected, dict) and "share" in expected:
            return None if abs(found["share"] - expected["share"]) <= 0.02 else told
        if isinstance(expected, dict) and "q32" in expected:
            near = abs(found["q32"] / 2**32 - expected["real"]) <= 2e-5
            return None if near and found["q32"] == expected["q32"] else told
        return super().same(found, expected, case)
