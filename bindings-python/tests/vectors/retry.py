"""Backoff, budgets, throttles, and the decision about a retry."""

from __future__ import annotations

from typing import Any

from hedgerow import _native as native
from hedgerow._native import Backoff, Budget, RetryCall, RetryPolicy

from .run import Bench, Json, Topic, given, micros, seconds, seconds_if, unknown

SEED = bytes(32)
LONGEST = 3_600_000_000
CLASSES = ["success", "fatal", "transient", "timeout", "not_sent", "overloaded", "refused"]
TRANSIENT = CLASSES.index("transient")
OFF = {"budget": {"mode": "off"}}


def backoff(config: Json) -> Json:
    names = {"base": "base_us", "cap": "cap_us", "step": "step_us"}
    told = given(config, {"kind": "kind", "jitter": "jitter", "order": "order", **names})
    milli = {"factor_milli": "factor", "p_milli": "proportion"}
    return told | {to: config[name] / 1000 for name, to in milli.items() if name in config}


def pushback(step: Json) -> Json:
    told = given(step, {"mode": "mode", "window": "window_us", "clamp": "clamp_us"})
    return told | ({"spread": step["spread_milli"] / 1000} if "spread_milli" in step else {})


def fixed(delay: int) -> Json:
    """The own delay is given: a constant backoff without jitter draws it."""
    return {"kind": "constant", "base_us": delay, "cap_us": LONGEST, "jitter": "none"}


def answered(delay: float) -> Json:
    return {"stop": native.reason_slug(-int(delay))} if delay < 0 else {"delay": micros(delay)}


def fail(policy: RetryPolicy, call: RetryCall, code: int, step: Json, name: str, now: float = 0.0) -> float:
    """Reports a failure with what a step says of the server."""
    after, most = seconds_if(step.get(name)), step.get("pushback_max_retries")
    return policy.handle_failure(call, code, after, step.get("never", False), most, now)


class BackoffBench:
    def __init__(self, config: Json) -> None:
        self.config = config
        draws = config.get("draws_q32", [])
        retry = {"max_attempts": config.get("attempts", 10)}
        own = {"retry": {**retry, "backoff": backoff(config), "pushback": pushback(config)}}
        self.series = Backoff(own, SEED)
        self.series.script_fractions(draws)
        self.policy = RetryPolicy({**own, **OFF}, SEED, 0.0)
        self.policy.script_fractions(draws)
        self.call = self.policy.start(True, None, 0.0)
        self.cumulative = 0

    def answer(self, step: Json) -> Any:
        match step["do"]:
            case "retry":
                delay = round(self.series.draw(step["k"], TRANSIENT, None) * 1e6)
                self.cumulative += delay
                return {"delay": delay, "cumulative": self.cumulative}
            case "fail":
                return answered(fail(self.policy, self.call, TRANSIENT, step, "pushback_us"))
            case "with_pushback":
                return with_pushback(step)
            case "decide":
                return decide({**self.config, **step})
            case _:
                unknown(step)


def with_pushback(step: Json) -> Json:
    retry = {"max_attempts": 3, "backoff": fixed(step["own"]), "pushback": pushback(step)}
    policy = RetryPolicy({"retry": retry, **OFF}, SEED, 0.0)
    policy.script_fractions([step["draw_q32"]] if "draw_q32" in step else [])
    return answered(fail(policy, policy.start(True, None, 0.0), TRANSIENT, step, "pushback_us"))


def decide(told: Json) -> Json:
    empty = {"mode": "ratio", "ratio": 0, "cap": 1, "min_rate": 0, "initial": 0}
    now = seconds(told["now"])
    retry = {
        "max_attempts": told["max_attempts"],
        "resend_not_sent": told.get("resend_not_sent", False),
        "backoff": fixed(told["delay"]),
        "pushback": {**pushback(told), "spread": 0},
    }
    budget = {"mode": "off"} if told.get("budget_ok", True) else empty
    policy = RetryPolicy({"retry": retry, "budget": budget}, SEED, now)
    policy.set_average(seconds(told["avg"]))
    call = policy.start(told.get("idempotent", True), seconds_if(told.get("deadline")), now)
    for _ in range(1, told["made"]):
        policy.handle_failure(call, TRANSIENT, None, False, None, now)
    code = CLASSES.index(told.get("cls", "transient"))
    found = answered(fail(policy, call, code, told, "retry_after", now))
    return found if "stop" in found else {"retry_at": told["now"] + found["delay"]}


class Backoffs(Topic):
    file = "05-backoff.json"

    def begin(self, case: Json) -> Bench:
        return BackoffBench(case.get("config") or {})


class AwsBench:
    def __init__(self, config: Json) -> None:
        own = given(config, {"base": "base_us", "cap": "cap_us"})
        retry: Json = {"preset": {"2.0": "aws_2_0", "2.1": "aws_2_1"}[config["version"]], "backoff": own}
        if config.get("max_attempts"):
            retry["max_attempts"] = config["max_attempts"]
        self.long_poll = config.get("long_poll", False)
        self.policy = RetryPolicy({"retry": retry}, SEED, 0.0)
        if "quota" in config:
            drain_to(self.policy, config["quota"])
        self.policy.script_fractions([2**32 - 1] * 100)
        self.call = self.policy.start(True, None, 0.0)

    def level(self) -> float:
        return self.policy.level(0.0) / 1e6

    def answer(self, step: Json) -> Any:
        match step["do"]:
            case "reply":
                return {**self.reply(step), "quota": self.level()}
            case "call":
                self.call = self.policy.start(True, None, 0.0)
                return {"quota": self.level()}
            case _:
                unknown(step)

    def reply(self, step: Json) -> Json:
        if step["cls"] == "ok":
            self.policy.handle_success(self.call, 0.0)
            return {"done": True}
        delay = fail(self.policy, self.call, CLASSES.index(step["cls"]), {"hint_us": step.get("hint_us")}, "hint_us")
        refused = micros(self.call.refused_delay())
        first = {"sleep_first": refused} if self.long_poll and refused is not None else {}
        return {**answered(delay), **first}


def drain_to(policy: RetryPolicy, quota: int) -> None:
    """Takes the quota down by retries of other calls: 14 for a transient failure, 5 for an overload."""
    spent = policy.level(0.0) // 1_000_000 - quota
    overloads = next(count for count in range(spent + 1) if (spent - 5 * count) % 14 == 0)
    words = ["overloaded"] * overloads + ["transient"] * ((spent - 5 * overloads) // 14)
    for word in words:
        policy.handle_failure(policy.start(True, None, 0.0), CLASSES.index(word), None, False, None, 0.0)
    assert policy.level(0.0) == quota * 1_000_000


class AwsRetry(Topic):
    file = "05-aws-retry.json"

    def begin(self, case: Json) -> Bench:
        return AwsBench(case["config"])


def budget_document(config: Json) -> Json:
    millionths = {"cap": "cap", "initial": "initial", "min_rate": "min_rate", "ratio_ppm": "ratio", "pct_ppm": "pct"}
    scaled = {to: config[name] / 1e6 for name, to in millionths.items() if name in config}
    return {"budget": {**given(config, ["mode", "window_us", "ttl_us", "min_per_s"]), **scaled}}


class BudgetBench:
    def __init__(self, config: Json) -> None:
        self.budget = Budget(budget_document(config), 0.0)

    def answer(self, step: Json) -> Any:
        kind, now = step["do"], seconds(step["at_us"])
        if kind not in {"deposit", "withdraw", "alternate", "balance"}:
            unknown(step)
        allowed = 0
        for _ in range(step.get("count", 1)):
            if kind in {"deposit", "alternate"}:
                self.budget.deposit(now)
            if kind in {"withdraw", "alternate"}:
                allowed += self.budget.withdraw(TRANSIENT, now) is not None
        return {"allowed": allowed, "balance": self.budget.level(now)}


class Budgets(Topic):
    file = "05-budgets.json"

    def begin(self, case: Json) -> Bench:
        return BudgetBench(case["config"])


def throttle(most: int, ratio: int) -> Json:
    return {"budget": {"mode": "grpc", "max": most / 1000, "ratio": ratio / 1000}}


class ThrottleBench:
    def __init__(self, config: Json) -> None:
        self.config = config
        own = throttle(config["max"], config["ratio"])
        self.budget = Budget(own, 0.0)
        if "ok_calls" in config:
            retry = {"preset": "finagle", "max_attempts": config["max_attempts"]}
            self.policy = RetryPolicy({"retry": retry, **own}, SEED, 0.0)
            self.next = 0

    def answer(self, step: Json) -> Any:
        match step["do"]:
            case "fail":
                self.budget.on_failure(TRANSIENT, False, 0.0)
            case "ok":
                self.budget.on_success(None, 0.0)
            case "other":
                self.budget.on_failure(CLASSES.index("fatal"), False, 0.0)
            case "configure":
                pair: Any = step.get("to", step.get("value", step))
                most, ratio = pair if isinstance(pair, list) else (pair["max"], pair["ratio"])
                self.budget.reconfigure(throttle(most, ratio), 0.0)
            case "rpc":
                return self.rpc()
            case _:
                unknown(step)
        permitted = self.budget.withdraw(TRANSIENT, 0.0) is not None
        return {"tokens": self.budget.level(0.0) / 1000, "permitted": permitted}

    def rpc(self) -> Json:
        """An RPC whose attempts succeed when their running number is in the list."""
        call = self.policy.start(True, None, 0.0)
        while True:
            attempts, last = call.made(), self.next
            self.next += 1
            ok = last in self.config["ok_calls"]
            if ok:
                self.policy.handle_success(call, 0.0)
            if ok or self.policy.handle_failure(call, TRANSIENT, None, False, None, 0.0) < 0:
                tokens = self.policy.level(0.0) / 1000
                status = "OK" if ok else "UNAVAILABLE"
                return {"status": status, "attempts": attempts, "last_call": last, "tokens": tokens}


class GrpcThrottle(Topic):
    file = "05-grpc-throttle.json"

    def begin(self, case: Json) -> Bench:
        return ThrottleBench(case["config"])
