"""The hedge machine of the article and of gRPC's proposal A6."""

from __future__ import annotations

from typing import Any

from .played import CLASSES, Played, Told
from .run import Bench, Json, Topic, equal, unknown

# The longest delay that a configuration allows; slower scripts are run faster by one factor.
LONGEST = 60_000_000


def document(config: Json, scale: int) -> Json:
    def operation(delay: int) -> Json:
        hedge = {"strategy": "fixed", "delay_us": delay // scale, "max": config.get("max_attempts", 2) - 1}
        return {"idempotency": "natural", "hedge": hedge}

    throttle = config.get("throttle")
    grpc = {"mode": "grpc", "max": throttle[0] / 1000, "ratio": throttle[1] / 1000} if throttle else {"mode": "off"}
    return {
        "objective": {"max_us": 3_600_000_000},
        "limits": {"hedges": config.get("limit", 1000)},
        "retry": {"max_attempts": 1},
        "timer": {"resolution_us": 0},
        "operations": {name: operation(delay) for name, delay in config["delay"].items()},
        "trace": {"notes": 1000},
        "budget": grpc,
    }


class Flow:
    def __init__(self, config: Json) -> None:
        self.scale = 10 if max(config["delay"].values()) > LONGEST else 1
        self.client = Played(document(config, self.scale), bytes([7] * 32), 0)
        self.client.topology([{"do": "add", "name": name} for name in "abcdef"], 0)
        self.names: list[str] = []
        self.attempts: dict[tuple[str, int], int] = {}
        self.calls: dict[int, str] = {}
        self.seen: list[Any] = []

    def answer(self, step: Json) -> Any:
        self.seen = []
        now = step["at_us"] / self.scale
        # Timers before this instant; results win over timers at it.
        self.advance(now if step["do"] == "advance" else now - 1)
        if step["do"] != "advance":
            self.input(step, now)
            self.collect(now, step.get("attempt"))
        return {"actions": self.seen}

    def input(self, step: Json, now: float) -> None:
        match step["do"]:
            case "start":
                self.names.append(step["call"])
                operation = self.client.client.operation(step["op"])
                self.client.start(len(self.names) - 1, now, operation=operation)
            case "ended":
                self.client.cancelled(self.attempt(step), now)
            case "result" if step["outcome"] == "ok":
                self.client.response(self.attempt(step), now)
            case "result":
                packed = CLASSES.index(step["outcome"]) + 256 * (step.get("pushback") == "never")
                after = step["pushback_us"] / self.scale if "pushback_us" in step else None
                self.client.failure(self.attempt(step), packed, after, None, now)
            case _:
                unknown(step)

    def attempt(self, step: Json) -> int:
        return self.attempts[step["call"], step["attempt"]]

    def advance(self, until: float) -> None:
        """Timers of these scripts are never late: each is observed at its own time."""
        while (wake := self.client.wake()) is not None and wake <= until:
            self.client.timeout(wake)
            self.collect(wake)

    def collect(self, now: float, last: int | None = None) -> None:
        """Takes denials and actions over into the list that the cases compare; denials come before actions."""
        when = now * self.scale
        records = self.client.drained
        for record in records:
            if record.action == "send":
                self.calls[record.call] = self.names[record.cookie]
                self.attempts[self.names[record.cookie], record.ordinal] = record.attempt
        denied = [note for note in self.client.notes() if 50 <= note.code <= 55]
        self.seen += [[when, "deny", self.calls.get(note.call), note.reason] for note in denied]
        self.seen += [[when, *self.line(record, last)] for record in records]

    def line(self, told: Told, last: int | None) -> list[Any]:
        name = self.calls[told.call]
        if told.action == "send":
            return ["send", name, told.ordinal]
        if told.action == "cancel":
            return ["cancel", name, self.ordinal(told.attempt)]
        assert told.action == "complete"
        ended = last if told.attempt < 0 else self.ordinal(told.attempt)
        return ["complete" if told.outcome == "ok" else "fail", name, ended]

    def ordinal(self, attempt: int) -> int:
        return next(ordinal for (_, ordinal), each in self.attempts.items() if each == attempt)


class HedgeFlow(Topic):
    file = "04-hedge-flow.json"

    def begin(self, case: Json) -> Bench:
        return Flow(case["config"])

    def same(self, found: Any, expected: Any, case: Json) -> str | None:
        del case
        return None if equal(found, expected) else f"found {found}, want {expected}"
