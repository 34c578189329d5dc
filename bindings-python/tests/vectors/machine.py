"""End-to-end calls, action by action, note by note, wake-up by wake-up."""

from __future__ import annotations

from typing import Any

from hedgerow import _native as native

from .played import CLASSES, OF_OPERATION, Played, Told
from .run import Bench, Json, Topic, equal, given, unknown

BACKOFF = 2
TOKEN = "0000000000000001-00000000000000000000000000000001"
BUDGETS: dict[str, Json] = {
    "off": {"mode": "off"},
    "empty": {"mode": "ratio", "ratio": 0, "cap": 1, "min_rate": 0, "initial": 0},
}


def document(config: Json) -> Json:
    hedge, retry = config["hedge"], config["retry"]
    fixed = {"delay_us": hedge["delay_us"]} if hedge["strategy"] == "fixed" else {}

    def operation(told: Json) -> Json:
        return {"idempotency": "natural" if told["idempotent"] else "none"}

    return {
        "locality": given(config, ["zone"]),
        "objective": config["slo"],
        "limits": config["limits"],
        "hedge": {**given(hedge, ["strategy", "max"]), **fixed},
        "retry": {
            "max_attempts": retry["max_attempts"],
            "backoff": {"jitter": retry["jitter"]},
            "pushback": {"spread": retry["pushback_spread"]},
        },
        "budget": BUDGETS[config["budget"]["mode"]],
        "operations": {name: operation(told) for name, told in config["operations"].items()},
        "trace": {"notes": 1000},
    }


def endpoint(told: Json) -> Json:
    return {"do": "add", "name": told["id"], **{k: told[k] for k in ("zone", "factor") if told.get(k)}}


def fraction(draw: Json) -> int:
    """A fraction f gives floor(f·n / 2^32); the smallest f that gives the wanted offset."""
    low, high, value = int(draw["lo_us"]), int(draw["hi_us"]), int(draw["value_us"])
    return -(-(value - low) * 2**32 // (high - low + 1))


class Script:
    def __init__(self, config: Json, state: Json) -> None:
        assert not state.get("in_flight")
        assert not state.get("responses")
        self.client = Played(document(config), bytes([7] * 32), 0)
        self.cookies: list[str] = []
        self.calls: dict[str, int] = {}
        self.attempts: dict[str, int] = {}
        self.rejected = 0
        self.zero = 0
        self.client.topology([endpoint(told) for told in config["endpoints"]], 0)
        for op, average in state.get("avg_us", {}).items():
            self.learn(op, average)
        if config.get("draws"):
            self.client.client.script_fractions(BACKOFF, [fraction(draw) for draw in config["draws"]])

    def learn(self, op: str, average: int) -> None:
        """Ten answers that take this long; the script starts when the last has come."""
        operation = self.client.client.operation(op)
        for _ in range(10):
            self.client.start(0, self.zero, operation=operation)
            [sent] = self.client.drained
            self.zero += average
            self.client.response(sent.attempt, self.zero)
            self.client.notes()

    def answer(self, step: Json) -> Any:
        denied = self.input(step, self.zero + step["at_us"])
        actions = [self.render(record) for record in self.client.drained]
        notes = [self.note(note) for note in self.client.notes()]
        return {"actions": [*actions, *denied], "notes": notes, "wake": self.wake()}

    def wake(self) -> Json | None:
        at = self.client.wake()
        reason = native.reason_slug(self.client.client.poll_timeout_reason())
        return None if at is None else {"at_us": at - self.zero, "reason": reason}

    def input(self, step: Json, now: int) -> list[Json]:
        """Hands a step in; the refusal of a start, if it is one."""
        client = self.client
        match step["do"]:
            case "start":
                return self.start(step, now)
            case "response":
                client.response(self.attempts[step["attempt"]], now)
            case "cancelled":
                client.cancelled(self.attempts[step["attempt"]], now)
            case "timeout":
                client.timeout(now)
            case "cancel":
                client.cancel(self.calls[step["call"]], now)
            case "failure":
                said = step.get("pushback") or {}
                packed = CLASSES.index(step["class"]) + 256 * bool(said.get("never"))
                attempt, after, most = (
                    self.attempts[step["attempt"]],
                    said.get("retry_after_us"),
                    said.get("max_retries"),
                )
                client.failure(attempt, packed, after, most, now)
            case _:
                self.cold(step, now)
        return []

    def cold(self, step: Json, now: int) -> None:
        match step["do"]:
            case "signal":
                names = {"version": "v", "target_us": "target", "max_us": "max"}
                told = step["record"]
                self.client.signal({**given(told, names), **told.get("limits", {})}, -1, -1, now)
            case "drain":
                until = step.get("until_us")
                self.client.drain(None if until is None else self.zero + until, now)
            case "topology":
                removed = [{"do": "remove", "name": name} for name in step.get("remove", [])]
                self.client.topology([*removed, *map(endpoint, step.get("add", []))], now)
            case _:
                unknown(step)

    def start(self, step: Json, now: int) -> list[Json]:
        name, deadline, own = step["call"], step.get("deadline"), "token" in step
        self.cookies.append(name)
        denied = self.client.start(
            len(self.cookies) - 1,
            now,
            operation=self.client.client.operation(step.get("op", "get")),
            deadline=None if deadline is None else self.zero + deadline,
            packed=OF_OPERATION + 65536 * own,
            token=TOKEN if own else None,
        )
        if denied is None:
            self.calls[name] = next(record.call for record in self.client.drained if record.action == "send")
            return []
        self.rejected += 1
        return [{"action": "reject", "call": name, "reason": native.reason_slug(denied)}]

    def attempt_name(self, attempt: int) -> str | None:
        return next((name for name, each in self.attempts.items() if each == attempt), None)

    def render(self, told: Told) -> Json:
        action = {"action": told.action, "reason": told.reason}
        if told.action == "send":
            name = f"{self.cookies[told.cookie]}/{told.ordinal}"
            self.attempts[name] = told.attempt
            held = {"token": "T1"} if self.client.client.token(told.call) else {}
            at = self.client.client.endpoint_name(told.endpoint)
            sent = {"attempt": name, "kind": told.kind, "endpoint": at, "remaining_us": told.arg}
            return {**action, "call": self.cookies[told.cookie], **sent, **held}
        action["attempt"] = self.attempt_name(told.attempt)
        if told.action == "cancel":
            return {**action, "endpoint": self.client.client.endpoint_name(told.endpoint)}
        assert told.action == "complete"
        times = {"latency_us": told.time, "wall_us": told.time, "live_us": told.time - told.arg, "lost_us": told.arg}
        ended = {"outcome": told.outcome, "failure": told.failure, "cause": told.cause}
        return {**action, "call": self.cookies[told.cookie], **ended, **times}

    def note(self, told: Told) -> Json:
        call = next((name for name, each in self.calls.items() if each == told.call), None)
        return {"reason": told.reason, "call": call, "attempt": self.attempt_name(told.attempt), "due_us": told.time}

    def end(self) -> Any:
        return self

    def final(self) -> Json:
        native_client = self.client.client
        stats = native_client.stats()
        codes = {native.reason_slug(code): str(code) for code in native.reason_codes()}
        return {
            "calls_held": native_client.calls_held(0),
            "hedges_in_flight": native_client.hedges_in_flight(0),
            "budget_withdrawn": stats["budget_withdrawn"],
            **{slug: stats["reasons"].get(codes[slug], 0) for slug in ("late", "duplicate")},
            "stale": stats["stale_attempts"],
            "rejected": self.rejected,
        }


def fields(found: list[Json], expected: list[Json], what: str) -> str | None:
    """Every field that the expectation names agrees; fields it does not name are free."""
    if len(found) != len(expected):
        return f"{what}: found {found}, want {expected}"
    for told, want in zip(found, expected, strict=True):
        for name, value in want.items():
            if what == "notes" and name == "action":
                continue
            if name not in told or not equal(told[name], value):
                return f"{what}, {name}: found {told}, want {want}"
    return None


def wakes(found: Json | None, expected: Json | None) -> str | None:
    """An implementation may ask to be woken earlier than the case says, never later."""
    told = f"wakes at {found}, due is {expected}"
    if expected is None or found is None:
        return None if expected is found else told
    return None if found["at_us"] < expected["at_us"] or equal(found, expected) else told


class Machine(Topic):
    file = "09-client-machine.json"

    def begin(self, case: Json) -> Bench:
        return Script(case["config"], case.get("state") or {})

    def same(self, found: Any, expected: Any, case: Json) -> str | None:
        del case
        if "final" in expected:
            return last(found, expected["final"])
        assert expected.keys() <= {"actions", "notes", "next_due"}, expected.keys()
        return (
            fields(found["actions"], expected.get("actions", []), "actions")
            or fields(found["notes"], expected.get("notes", []), "notes")
            or wakes(found["wake"], expected.get("next_due"))
        )


def last(script: Script, expected: Json) -> str | None:
    for name, count in expected["in_flight"].items():
        at = script.client.client.endpoint(name)
        found = count if at < 0 else script.client.client.in_flight(at)
        if found != count:
            return f"in_flight of {name} is {found}, not {count}"
    rest = {name: value for name, value in expected.items() if name != "in_flight"}
    return None if equal(script.final(), rest) else f"found {script.final()}, want {rest}"
