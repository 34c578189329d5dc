"""Adaptive limits: an algorithm alone, and one with its window."""

from __future__ import annotations

from hedgerow._native import Adaptive, Limit

from .run import Bench, Json, Topic, seconds, seconds_if, unknown

SEED = bytes(32)
WORDS = ["old", "ignored", "open", "held", "underfull", "closed"]
APART = {"draws_below_500000", "window", "limit"}
WINDOW = {"min_window_us": "min_us", "max_window_us": "max_us"}


def settings(config: Json) -> Json:
    """As a document writes them: ratios are decimal there, not parts per million."""
    given = {name: value for name, value in config.items() if name not in APART}
    return {name.removesuffix("_ppm"): value / 1e6 if name.endswith("_ppm") else value for name, value in given.items()}


class Alone:
    def __init__(self, config: Json) -> None:
        self.limit = Limit({"limits": {"adaptive": settings(config)}}, SEED)
        draws = config.get("draws_below_500000", [])
        if draws:
            self.limit.script_fractions([-(-(draw << 32) // 500_000) for draw in draws])

    def answer(self, step: Json) -> Json:
        limit = self.limit
        if step["do"] == "repeat_sample_until_limit":
            samples = 0
            while limit.limit() != step["limit"]:
                limit.step(seconds(step["rtt_us"]), limit.limit(), False)
                samples += 1
            return {"samples": samples}
        if step["do"] != "sample":
            unknown(step["do"])
        limit.step(seconds_if(step["rtt_us"]), step["in_flight"], step["dropped"])
        return {
            "limit": limit.limit(),
            "estimate_u": limit.estimate_u(),
            "rtt0_us": limit.rtt0_us(),
            "long_q16": limit.long_q16(),
        }


class InWindows:
    def __init__(self, config: Json) -> None:
        window = {WINDOW.get(name, name): value for name, value in config["window"].items()}
        self.adaptive = Adaptive({"limits": {"adaptive": {**settings(config["limit"]), "window": window}}}, SEED)

    def answer(self, step: Json) -> Json:
        if step["do"] != "sample":
            unknown(step["do"])
        adaptive, now = self.adaptive, seconds(step["at_us"])
        epoch = adaptive.epoch()
        if step["dropped"]:
            code = adaptive.dropped(step["in_flight"], epoch, now)
        else:
            code = adaptive.succeeded(seconds(step["rtt_us"]), step["in_flight"], epoch, now)
        return {"window": WORDS[code], "limit": adaptive.limit()}


class Limits(Topic):
    file = "10-limits.json"

    def begin(self, case: Json) -> Bench:
        config = case["config"]
        return InWindows(config) if "limit" in config else Alone(config)
