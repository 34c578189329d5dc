"""Health, ejection, breakers, heartbeats, and the client's own stalls."""

from __future__ import annotations

from bisect import bisect_left
from typing import Any

from hedgerow._native import Breaker, Ejection, Health, PhiDetector, Stall

from .run import Bench, Json, Topic, given, micros, seconds, unknown

ENDS = {
    **dict.fromkeys(["transient", "timeout", "not_sent"], "failure"),
    **dict.fromkeys(["ok", "success", "fatal"], "answer"),
    **dict.fromkeys(["overloaded", "refused"], "refusal"),
    **dict.fromkeys(["cancelled", "client_pause_timeout"], "unseen"),
}
LEVELS = ["ok", "warn", "trip"]
TIMES = ("interval_us", "base_us", "max_us")

# Only the tests of a sweep eject, and all outliers may go.
SWEEPS = {"consecutive": 0, "max_percent": 100}


def outliers(ejection: Json, successes: list[int], requests: list[int]) -> Json:
    policy = Ejection({"ejection": ejection}, 0.0)
    for position, count in enumerate(requests):
        policy.add(position)
        for made in range(count):
            policy.on_result(position, made < successes[position], 0.0)
    swept = policy.sweep(10.0)
    found = [position for position in range(len(requests)) if policy.is_ejected(position)]
    assert len(found) == swept
    return {"outliers": found}


def success_rate(config: Json, step: Json) -> Json:
    names = ["min_endpoints", "min_requests", "factor_permille", "min_gap_ppm"]
    ejection = {**SWEEPS, "success_rate": given(config, names)}
    return outliers(ejection, step["successes"], step["requests"])


def failure_percentage(config: Json, step: Json) -> Json:
    rule = {"threshold": config.get("threshold_percent", 85), **given(config, ["min_endpoints", "min_requests"])}
    pairs = zip(step["requests"], step["failures"], strict=True)
    successes = [max(0, count - failed) for count, failed in pairs]
    enabled = {"failure_percentage": rule} if config.get("enabled", True) else {}
    return outliers({**SWEEPS, "success_rate": {"enabled": False}, **enabled}, successes, step["requests"])


class Repeated:
    """One endpoint that is ejected, observed at each sweep until it returns, and ejected again."""

    def __init__(self, config: Json) -> None:
        self.policy = Ejection({"ejection": {"consecutive": 1, **given(config, TIMES)}}, 0.0)
        self.policy.add(0)
        self.interval: int = config.get("interval_us", 10_000_000)
        self.now = 0
        self.wait(1)

    def wait(self, count: int) -> None:
        for _ in range(count):
            self.now += self.interval
            self.policy.sweep(seconds(self.now))

    def eject_and_wait(self) -> int:
        since = self.now
        assert self.policy.on_result(0, False, seconds(self.now))
        while self.policy.is_ejected(0):
            self.wait(1)
        return self.now - since


def max_ejected(endpoints: int = 0, percent: int = 10) -> int:
    policy = Ejection({"ejection": {"consecutive": 1, "max_percent": percent}}, 0.0)
    for position in range(endpoints):
        policy.add(position)
    return sum(policy.on_result(position, False, 0.0) for position in range(endpoints))


def time_to_trip(share: float) -> float | None:
    """Short cycles, stalled for the given share: seconds until the trip."""
    cycle = 10_000
    stall = Stall({}, 0.0)
    for now in range(cycle, 200_000 * cycle + 1, cycle):
        if LEVELS[stall.stall(seconds(now - int(share * cycle)), seconds(now))] == "trip":
            return now / 1e6
    return None


def unhealthy(config: Json, step: Json) -> bool:
    health = Health({"health": given(config, ["min_in_flight", "window_us"])})
    for at in step["responses_at"]:
        health.on_response(seconds(at))
    return health.is_unhealthy(step["in_flight"], 0.0, seconds(step["at_us"]))


def first_suspect(mean_us: int, threshold_milli: int) -> int:
    """The first microsecond of silence that is too long; each question is put to a detector of its own."""

    def suspects(silence: int) -> bool:
        detector = PhiDetector(threshold_milli, seconds(mean_us))
        detector.add(0, 0.0)
        return detector.suspect(0, seconds(silence))

    return bisect_left(range(2**40), True, key=suspects)


class BreakerBench:
    def __init__(self, config: Json) -> None:
        ratio = {"failure_ratio": config["failure_ppm"] / 1e6}
        names = ["window_us", "min_requests", "sleep_us"]
        self.breaker = Breaker({"breaker": {**given(config, names), **ratio}})

    def answer(self, step: Json) -> Any:
        breaker, now = self.breaker, seconds(step["at_us"])
        match step["do"]:
            case "results":
                for done in range(step["ok"] + step["failed"]):
                    breaker.on_result(done < step["ok"], now)
            case "allow":
                allowed = breaker.allows(now)
                if allowed:
                    breaker.on_sent(now)
                return allowed
            case "probe_ok" | "probe_failed":
                breaker.on_probe(step["do"] == "probe_ok", now)
            case _:
                unknown(step)
        return "closed" if breaker.is_closed() else "open"


class HealthBench:
    def __init__(self, config: Json) -> None:
        self.config = config
        self.now: int = config.get("covered_until_us", 0)
        self.ejection = Ejection({"ejection": given(config, TIMES)}, 0.0)
        stall = given(config, ["threshold_us", "warn_us", "slack_us", "weight"])
        self.stall = Stall({"stall": stall}, seconds(self.now))
        self.names: list[str] = []

    def position(self, name: str) -> int:
        if name not in self.names:
            self.ejection.add(len(self.names))
            self.names.append(name)
        return self.names.index(name)

    def answer(self, step: Json) -> Any:
        match step["do"]:
            case "unhealthy":
                return unhealthy(self.config, step)
            case "sweep_success_rate":
                return success_rate(self.config, step)
            case "sweep_failure_percentage":
                return failure_percentage(self.config, step)
            case "eject_again_at_return":
                one = Repeated(self.config)
                return [one.eject_and_wait() for _ in range(step["times"])]
            case "multiplier":
                one = Repeated(self.config)
                for _ in range(step["start"]):
                    one.eject_and_wait()
                one.wait(step["healthy_sweeps"])
                return {"next_ejection_us": one.eject_and_wait()}
            case "result" | "eject" | "query":
                return self.ejected(step)
            case "max_ejected":
                return max_ejected(**given(step, ["endpoints", "percent"]))
            case "first_suspect_us":
                return first_suspect(step["mean_us"], step["threshold_milli"])
            case "time_to_trip":
                return time_to_trip(step["stall_fraction"])
            case _:
                return self.stalled(step)

    def ejected(self, step: Json) -> Json:
        if step["do"] == "result":
            return {"ejected": self.result(self.position(step["endpoint"]), ENDS[step["cls"]])}
        now, at = seconds(step["at_us"]), 0
        if step["do"] == "query":
            self.ejection.sweep(now)
        else:
            at = self.position(step["endpoint"])
            while not self.ejection.on_result(at, False, now):
                pass
        return {"ejected": self.ejection.is_ejected(at), "multiplier": self.ejection.multiplier(at)}

    def result(self, position: int, end: str) -> bool:
        now = seconds(self.now)
        if end == "refusal":
            return self.ejection.on_overload(position, now)
        return end != "unseen" and self.ejection.on_result(position, end == "answer", now)

    def stalled(self, step: Json) -> Json:
        match step["do"]:
            case "run_then_stall":
                start = self.now + step["run_us"]
                self.now = start + step["stall_us"]
                self.stall.stall(seconds(start), seconds(self.now))
            case "stall" if step.get("source") == "late_tick":
                self.stall.late_tick(seconds(step["from_us"]), seconds(step["to_us"]))
            case "stall":
                self.stall.stall(seconds(step["from_us"]), seconds(step["to_us"]))
            case "tick":
                self.stall.late_tick(seconds(step["due_us"]), seconds(step["observed_us"]))
            case _:
                unknown(step)
        return {"debt_us": micros(self.stall.debt()), "level": LEVELS[self.stall.level()]}


class HealthTopic(Topic):
    file = "07-health.json"

    def begin(self, case: Json) -> Bench:
        config = case.get("config") or {}
        return BreakerBench(config) if "failure_ppm" in config else HealthBench(config)

    def same(self, found: Any, expected: Any, case: Json) -> str | None:
        """A time to the trip is exact to a tenth of a second and one cycle."""
        if isinstance(found, float) and isinstance(expected, int | float):
            return None if abs(found - expected) <= 0.11 else f"found {found}, want {expected}"
        return super().same(found, expected, case)
