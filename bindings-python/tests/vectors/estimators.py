"""The average, the histogram, and the delay before a hedge."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from hedgerow import _native as native
from hedgerow._native import Bucket, Ewma, HedgeDelay, Histogram

from .run import Bench, Json, Topic, micros, seconds, seconds_if, unknown


class EstimatorBench:
    def __init__(self, config: Json) -> None:
        names = {"idle_reset_us": 60_000_000, "half_us": 10_000_000, "refresh_every": 64}
        document = {"estimator": {name: config.get(name, value) for name, value in names.items()}}
        self.average, self.window = Ewma(document), Histogram(document)
        self.clamp: float = config.get("target", math.inf)

    def answer(self, step: Json) -> Any:
        now = seconds(step.get("at_us", 0))
        match step["do"]:
            case "success":
                for _ in range(step.get("repeat", 1)):
                    self.average.sample(seconds(min(step["latency_us"], self.clamp)), now)
                return self.learned(now)
            case "bound":
                self.average.bound(seconds(min(step["elapsed_us"], self.clamp)), now)
                return self.learned(now)
            case "target":
                self.clamp = step["target"]
                return self.learned(now)
            case "bucket":
                found = Bucket.of(seconds(step["v"]))
                return {"index": found.index(), "low": micros(found.low()), "high": micros(found.high())}
            case "record":
                for _ in range(step.get("n", 1)):
                    self.window.record(seconds(step["v"]), now)
                return None
            case "quantile":
                return self.quantile(step["ppm"], now)
            case _:
                unknown(step)

    def learned(self, now: float) -> Json:
        average = self.average
        return {"state_q16": average.state_q16(), "avg": micros(average.average(now)), "count": average.count(now)}

    def quantile(self, ppm: int, now: float) -> Json:
        found = self.window.cached_quantile(ppm, now)
        upper, middle = (None, None) if found is None else (found.high(), found.middle())
        return {"samples": self.window.samples(now), "upper": micros(upper), "middle": micros(middle)}


class Estimators(Topic):
    file = "04-estimators.json"

    def begin(self, case: Json) -> Bench:
        return EstimatorBench(case.get("config") or {})


def settings(step: Json) -> Json:
    strategy = step.get("strategy", "slo")
    return {
        "strategy": strategy,
        **({"delay_us": step["fixed"]} if strategy == "fixed" else {}),
        "min_delay_us": step.get("min_delay", 0),
        "min_samples": step.get("min_samples", 10),
        "budget_fraction": step.get("budget_ppm", 50_000) / 1e6,
        "miss_ratio": step.get("miss_ppm", 950_000) / 1e6,
    }


class HedgeDelayBench:
    def answer(self, step: Json) -> Any:
        match step["do"]:
            case "delay":
                return delay(step)
            case "gate_time":
                times = (seconds(step[name]) for name in ("elapsed", "avg", "max"))
                return {"allowed": native.is_hedge_in_time(*times)}
            case "single_r_q":
                policy = HedgeDelay({"hedge": {**settings(step), "strategy": "single_r"}})
                return {"p_q32": policy.coin(1e-5, 10, step["samples"], step["above"])}
            case _:
                unknown(step)


def delay(step: Json) -> Json:
    policy = HedgeDelay({"hedge": settings(step)})
    target = seconds_if(step.get("target"))
    # Cases write an empty window as a quantile of 0; a quantile that is not asked must not matter.
    asked = policy.needs_quantile(target, step["samples"]) and step["q"] > 0
    found = policy.delay(target, seconds(step["avg"]), step["samples"], seconds(step["q"]) if asked else None)
    if found < 0:
        return {"delay": None, "reason": native.reason_slug(-int(found))}
    return {"delay": micros(found), "reason": None}


class HedgeDelays(Topic):
    file = "04-hedge-delay.json"

    def begin(self, case: Json) -> Bench:
        del case
        return HedgeDelayBench()


class TheoryBench:
    def answer(self, step: Json) -> Any:
        if step.get("latency") != "Exp(1)":
            unknown(step)
        return single_r(step["percentile"], step["budget"])


def single_r(percentile: float, budget: float) -> Json:
    """The percentile of Exp(1) alone, with a hedge after the delay that spends the budget, and with the best coin."""
    base, delayed = -math.log(1 - percentile), -math.log(budget)
    hedge = {"strategy": "single_r", "min_samples": 1, "budget_fraction": budget}
    policy = HedgeDelay({"hedge": hedge})
    best = base
    for part in range(4001):
        after = delayed * part / 4000
        coin = (policy.coin(1.0, 1, 1_000_000, round(math.exp(-after) * 1e6)) or 0) / 2**32

        def holds(t: float, after: float = after, coin: float = coin) -> bool:
            hedged = 1 - coin * (1 - math.exp(after - t)) if t > after else 1
            return math.exp(-t) * hedged <= 1 - percentile

        best = min(best, bisect(0, base, holds))
    return {"base": base, "single_d": (base + delayed) / 2 if base > delayed else base, "single_r": best}


def bisect(low: float, high: float, holds: Callable[[float], bool]) -> float:
    """The least value for which a monotone condition holds."""
    for _ in range(60):
        middle = (low + high) / 2
        if holds(middle):
            high = middle
        else:
            low = middle
    return high


class HedgeTheory(Topic):
    file = "04-hedge-theory.json"

    def begin(self, case: Json) -> Bench:
        del case
        return TheoryBench()

    def same(self, found: Any, expected: Any, case: Json) -> str | None:
        off = [name for name, want in expected.items() if not abs(found[name] - want) <= case["tolerance"] * want]
        return f"{off} differ: {found}, want {expected}" if off else None
