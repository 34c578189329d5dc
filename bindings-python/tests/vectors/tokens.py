"""Tokens: minting, texts, the window of a server, the estimate of its clock."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

from hedgerow import _native as native
from hedgerow._errors import StateError
from hedgerow._native import ClockOffset, DedupWindow, TokenGenerator, TokenText

from .played import Played
from .retry import CLASSES
from .run import Bench, Json, Topic, instant, micros, seconds, seconds_if, unknown

SEED = bytes([8] * 32)
OFFERS = ["New", "Duplicate(running)", "Duplicate(done)", "TooOld", "TooNew"]


def token(step: Json) -> TokenText:
    digits = step.get("nonce_hex", f"{step.get('nonce', 0):032x}")
    return TokenText.parse(f"{step['t_us']:016x}-{digits}")


def generator(case: Json) -> TokenGenerator:
    settings: Json = {"resolution_us": 1, "max_drift_us": 1_000_000, "on_drift": "continue"}
    settings |= {name: value for name, value in (case.get("config") or {}).items() if name in settings}
    block = max(int(settings["resolution_us"]), 10)
    digits = [-(-step["digit"] * 2**32 // block) for step in case["steps"] if step["do"] == "mint"]
    return TokenGenerator.scripted({"token": settings}, SEED, digits)


def window(case: Json) -> DedupWindow:
    """A window by the settings of a case; calls must be over well before it forgets them."""
    config: Json = case.get("config") or {}
    given = {name: config[name] for name in ("past_us", "future_us", "capacity", "cold_start") if name in config}
    accept = {name: value for name, value in given.items() if name.endswith("_us")}
    kept = {name: value for name, value in given.items() if name not in accept}
    return DedupWindow({"objective": {"max_us": 1_000_000}, "token": {"accept": accept, "window": kept}})


def refusal(read: Callable[[], Any]) -> Any:
    """What is read, or the word of its refusal."""
    try:
        return read()
    except StateError as error:
        return f"error:{error.code}"


def formatted(step: Json, *, uuid7: bool) -> Any:
    return refusal(lambda: token(step).in_form(uuid7).text())


def offered(code: int | None) -> str:
    assert code is not None
    return OFFERS[code]


class TokenBench:
    def __init__(self, case: Json) -> None:
        self.config: Json = case.get("config") or {}
        self.minting = generator(case)
        self.window, self.clock = window(case), ClockOffset()

    def answer(self, step: Json) -> Any:
        match step["do"]:
            case "mint":
                return self.mint(step)
            case "parse":
                return refusal(lambda: parsed(step["text"]))
            case "format":
                return {"hex": formatted(step, uuid7=False), "uuid7": formatted(step, uuid7=True)}
            case "reencode":
                return {"uuid7": TokenText.parse(step["text"]).text()}
            case "header":
                return f"Idempotency-Key: {token(step).in_form(True).idempotency_key()}"
            case "status":
                outcome = native.read_http(step["code"], [], step["ordinal"] > 1, None)
                return {"cls": CLASSES[outcome.failure_class]}
            case "property":
                return one_token_per_call(self.config)
            case "sample" | "estimate":
                return self.timed(step)
            case _:
                return self.served(step)

    def mint(self, step: Json) -> Any:
        code = self.minting.mint(seconds_if(step.get("wall_us")), seconds(step["at_us"]))
        if code < 0:
            return f"error:{native.reason_slug(-code)}"
        last = self.minting.last()
        assert last is not None
        return {"t_us": instant(last), **({"warning": native.reason_slug(code)} if code else {})}

    def timed(self, step: Json) -> Json | None:
        at = step["recv_us"] if step["do"] == "sample" else step["at_us"]
        if step["do"] == "sample":
            self.clock.observe(seconds(step["send_us"]), seconds(at), seconds(step["server_wall_us"]))
        found = self.clock.estimate(seconds(at))
        if found is None:
            return None
        wall = instant(found[0])
        return {"wall_us": wall, "error_us": micros(found[1]), "offset_us": wall - at}

    def served(self, step: Json) -> Any:
        match step["do"]:
            case "offer":
                wall = seconds(step["wall_us"])
                foretold, found = self.window.peek(token(step), wall), self.window.offer(token(step), wall)
                assert foretold == found
                return offered(found)
            case "peek":
                return offered(self.window.peek(token(step), seconds(step["wall_us"])))
            case "done":
                self.window.done(token(step))
            case "forget":
                self.window.forget(token(step))
            case _:
                unknown(step)
        return None

    def end(self) -> Json:
        return {"entries": len(self.window), "floor_us": instant(self.window.floor())}


def parsed(text: str) -> Json:
    read = TokenText.parse(text)
    t_us = instant(read.time())
    return {"t_us": t_us, "nonce_hex": read.nonce(), "unix_ms": t_us // 1000}


def one_token_per_call(config: Json) -> Json:
    """Runs calls whose attempts all fail, so that each is hedged and retried, and looks at the tokens sent."""
    calls, total = config["calls"], config["max_attempts"] + config["hedges"]
    hedge = {"strategy": "fixed", "delay_us": 1000, "max": config["hedges"], "after_failure": False}
    document = {"hedge": hedge, "retry": {"max_attempts": config["max_attempts"]}, "budget": {"mode": "off"}}
    client = Played(document, SEED, 0)
    client.topology([{"do": "add", "name": name} for name in "abcd"], 0)
    now, most, minted = 0, 0, list[str]()
    for number in range(calls):
        # The wall clock stands still for seven calls at a time.
        wall = 1_700_000_000_000_000 + number // 7
        client.start(number, now, wall=wall, packed=255 + 256 * 3)
        seen, now = run_to_failure(client, now)
        assert len(seen) == total
        most = max(most, len(set(seen)))
        minted.append(seen[0])
    return {
        "tokens_per_call": most,
        "distinct_tokens_over_calls": len(set(minted)) == calls,
        "strictly_increasing_in_mint_order": all(a < b for a, b in pairwise(minted)),
    }


def run_to_failure(client: Played, now: int) -> tuple[list[str], int]:
    """Lets a call's hedge timer fire, then fails whatever is open until the call completes; tokens in send order."""
    seen: list[str] = []
    waiting: list[int] = []

    def take() -> bool:
        for record in client.drained:
            if record.action == "send":
                seen.append(client.client.token(record.call) or "")
                waiting.append(record.attempt)
        return any(record.action == "complete" for record in client.drained)

    complete = take()
    while not complete:
        # The primary waits for its hedge; later attempts fail as they come.
        if len(seen) == 1 or not waiting:
            wake = client.wake()
            assert wake is not None
            now = wake
            client.timeout(now)
            complete = take()
        due = list(waiting) if len(seen) > 1 else []
        del waiting[: len(due)]
        for attempt in due:
            client.failure(attempt, 2, None, None, now)
            complete = take() or complete
    return seen, now


class Tokens(Topic):
    file = "08-tokens.json"

    def begin(self, case: Json) -> Bench:
        return TokenBench(case)
