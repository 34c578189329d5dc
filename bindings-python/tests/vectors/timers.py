"""The wheel, the clock, and the timers that tolerate pauses."""

from __future__ import annotations

import math
from typing import Any

from hedgerow._native import Monotone, PauseTimer, Wheel

from .run import Bench, Json, Topic, instant, micros, seconds, unknown


class TimerBench:
    def __init__(self, config: Json) -> None:
        self.on_fire: Json = config.get("on_fire", {})
        self.wheel = Wheel()
        self.clock = Monotone(0.0)
        self.names: list[str] = []
        self.ids: dict[str, int] = {}

    def answer(self, step: Json) -> Any:
        match step["do"]:
            case "insert":
                return self.insert(step["id"], step["deadline"])
            case "cancel":
                return {"removed": self.wheel.cancel(self.ids[step["id"]])}
            case "next":
                due = self.wheel.next_deadline()
                return {"next": None if due == math.inf else instant(due)}
            case "advance":
                return {"fired": self.advance(seconds(step["at_us"]))}
            case "clock":
                return {
                    "now": instant(self.clock.observe(seconds(step["at_us"]))),
                    "steps_back": self.clock.steps_back(),
                    "largest_back": micros(self.clock.largest_back()),
                    "clock_bad": self.clock.bad(),
                }
            case _:
                unknown(step)

    def insert(self, name: str, deadline: int) -> Json:
        timer = self.wheel.insert(seconds(deadline), len(self.names))
        self.names.append(name)
        self.ids[name] = timer
        due = self.wheel.deadline(timer)
        assert due is not None
        return {"effective": instant(due)}

    def advance(self, now: float) -> list[tuple[str, int]]:
        fired: list[tuple[str, int]] = []
        while (found := self.wheel.advance(now)) is not None:
            name = self.names[found[0]]
            fired.append((name, instant(found[1])))
            for other, deadline in self.on_fire.get(name, []):
                self.insert(other, deadline)
        return fired


class Timers(Topic):
    file = "01-timers.json"

    def begin(self, case: Json) -> Bench:
        return TimerBench(case.get("config") or {})


VARIANTS: dict[str, Json] = {
    "naive": {"stages": 1, "grace": False},
    "chain": {"slack_us": 0, "grace": False},
    "slack": {"grace": False},
    "grace": {},
}


def settings(config: Json) -> tuple[Json, int]:
    """The `timer` settings of a case, and the maximum that its ceiling counts from."""
    own = ("duration", "variant", "pauses", "wake_period", "ceiling_us")
    timer = VARIANTS[config.get("variant", "grace")] | {k: v for k, v in config.items() if k not in own}
    duration, ceiling = config["duration"], config.get("ceiling_us")
    if ceiling is None:
        return timer, duration
    # A ceiling given in real time is a factor of the duration, or once a longer maximum of the call.
    factor, rest = divmod(ceiling, duration)
    whole = rest == 0 and 1 <= factor <= 100
    return timer | {"ceiling_factor": factor if whole else 1}, duration if whole else ceiling


def runs_at(time: int, pauses: list[list[int]], period: int) -> int:
    """When a host runs that stands still during pauses and wakes at multiples of its period."""

    def up(value: int) -> int:
        return -(-value // period) * period

    at = up(time)
    while held := [end for start, end in pauses if start <= at < end]:
        at = up(held[0])
    return at


class PauseBench:
    def __init__(self, config: Json) -> None:
        self.config = config

    def answer(self, step: Json) -> Any:
        """Plays one timer to its end, with a host that sleeps until the wheel's next deadline."""
        if step["do"] != "arm":
            unknown(step)
        armed = seconds(step["at_us"])
        timer, longest = settings(self.config)
        wheel = Wheel()
        wheel.advance(armed)
        one = PauseTimer({"timer": timer}, seconds(self.config["duration"]), seconds(longest), armed)
        wheel.insert(one.due(), 0)
        observed: list[tuple[int, int]] = []
        while True:
            due = instant(wheel.next_deadline())
            at = runs_at(due, self.config.get("pauses", []), self.config.get("wake_period", 1))
            while wheel.advance(seconds(at)) is not None:
                observed.append((instant(one.due()), at))
                state = one.observe(seconds(at))
                assert state != 0, "observed before it was due"
                if state == 2:
                    return report(one, at, observed)
                wheel.insert(one.due(), 0)


def report(timer: PauseTimer, at: int, observed: list[tuple[int, int]]) -> Json:
    end = timer.end()
    assert end is not None
    wall, live = round(end.wall * 1e6), round(end.live * 1e6)
    return {
        "fires_at": at,
        "wall": wall,
        "live": live,
        "lost": wall - live,
        "late": end.late_count,
        "ext": end.extensions,
        "cause": [None, "server", "client_pause"][end.cause],
        "by": "ceiling" if end.by_ceiling else "due",
        "observed": observed,
    }


class Pauses(Topic):
    file = "01-pauses.json"

    def begin(self, case: Json) -> Bench:
        return PauseBench(case["config"])
