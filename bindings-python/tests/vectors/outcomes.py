"""What answers, failures and headers mean, and what servers ask for."""

from __future__ import annotations

from typing import Any

from hedgerow import _native as native
from hedgerow._errors import StateError
from hedgerow._native import Outcome

from .run import Bench, Json, Topic, micros, seconds_if, unknown

FAULTS = {
    "connect_refused": 0,
    "name_resolution": 1,
    "tls_before_request": 2,
    "h2_refused_stream": 3,
    "h2_goaway": 3,
    "reset_after_send": 4,
    "attempt_timer": 5,
    "caller_abort": 6,
}
BODIES = ["none", "bytes", "string", "factory", "stream"]


def word(code: int) -> str | None:
    """The word of a failure class."""
    if code == 0:
        return "success"
    return "cancelled" if code < 0 else native.failure_class_slug(code)


def read(step: Json) -> Outcome:
    repeats = (step.get("attempt") or 0) > 1 and step.get("token") is True
    headers = list(step.get("headers", {}).items())
    return native.read_http(step.get("status", 0), headers, repeats, seconds_if(step.get("wall_us")))


def said(outcome: Outcome) -> Json:
    after, most = micros(outcome.retry_after), outcome.max_retries
    none = after is None and not outcome.never and most is None
    return {"after_us": after, "never": outcome.never, "max_retries": most, "none": none}


class OutcomeBench:
    def answer(self, step: Json) -> Any:
        match step["do"]:
            case "http_status":
                outcome = read(step)
                return {"class": word(outcome.failure_class), "unclassified": outcome.unclassified}
            case "grpc_status":
                return {"class": word(native.grpc_status(step["status"]))}
            case "failure":
                return {"class": word(native.fault_class(FAULTS[step["kind"]]))}
            case "method":
                often = native.http_idempotency(step["name"], step.get("token", False))
                return {"idempotent": often > 0, "hedgeable": often > 1}
            case "delay" if step.get("protocol") == "grpc":
                return said(native.grpc_pushback(step["values"]))
            case "delay":
                return said(read(step))
            case "body":
                return {"repeatable": native.is_repeatable_body(BODIES.index(step["kind"]))}
            case _:
                unknown(step)


class Outcomes(Topic):
    file = "16-http-outcomes.json"

    def begin(self, case: Json) -> Bench:
        del case
        return OutcomeBench()


class PushbackBench:
    def __init__(self, config: Json) -> None:
        self.config = config

    def answer(self, step: Json) -> Any:
        match step["do"]:
            # The reader of the one header tells what it says; the cut to an hour comes with the whole answer.
            case "retry_after":
                return said(read({"status": 503, "headers": {"retry-after": step["text"]}, **self.config}))
            case "grpc":
                return said(native.grpc_pushback(step["values"]))
            case "pushback_map":
                return from_map(step["map"])
            case _:
                unknown(step)


def number_text(value: object) -> str | None:
    return None if value is None else str(value)


def from_map(told: Json) -> Json:
    try:
        outcome = native.pushback_from_map(
            number_text(told.get("maxRetries")), number_text(told.get("retryAfterSeconds"))
        )
    except StateError as error:
        assert error.code == "invalid_argument"
        return {"error": True}
    return said(outcome)


class Pushbacks(Topic):
    file = "03-pushback.json"

    def begin(self, case: Json) -> Bench:
        return PushbackBench(case.get("config") or {})
