"""Streams, scripts and nonces."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hedgerow._native import Nonces, Stream

from .run import Bench, Json, Topic, unknown


class RandomBench:
    def __init__(self, config: Json) -> None:
        self.seed = bytes.fromhex(config.get("seed_hex", ""))
        self.stream = configured(config)

    def answer(self, step: Json) -> Any:
        stream, count = self.stream, step.get("count")
        times = range(1 if count is None else count)
        match step["do"]:
            case "xoshiro256++":
                return outputs([stream.u64() for _ in times])
            case "stream":
                derived = Stream(self.seed, step["stream"])
                state = derived.state()
                assert state is not None
                state_hex = "".join(word.to_bytes(8, "little").hex() for word in state)
                return {"state_hex": state_hex, **outputs([derived.u64() for _ in times])}
            case "nonce":
                nonces = Nonces(self.seed, 0)
                return {"hex": [nonces.next_nonce() for _ in times]}
            case "below" if count is not None:
                return {"values": [stream.below(step["n"]) for _ in times]}
            case "below":
                return self.drawn(lambda: stream.below(step["n"]))
            case "range":
                return self.drawn(lambda: stream.range(step["lo"], step["hi"]))
            case "chance":
                return self.drawn(lambda: stream.chance(step["p_q32"]))
            case _:
                unknown(step)

    def drawn(self, draw: Callable[[], int | bool]) -> Json:
        before = self.stream.remaining()
        value = draw()
        assert self.stream.overdrawn() == 0, "the script is exhausted"
        return {"value": value, "words_used": before - self.stream.remaining()}


def configured(config: Json) -> Stream:
    if "words" in config:
        return Stream.from_words(config["words"])
    if "draws_q32" in config:
        return Stream.from_fractions(config["draws_q32"])
    if "state" in config:
        return Stream.from_state(*map(int, config["state"]))
    if config.get("state_from") == "splitmix64":
        return Stream.from_state(*splitmix(int(config["seed"]), 4))
    return Stream.from_words([])


def splitmix(seed: int, count: int) -> list[int]:
    """SplitMix64, by which cases seed a generator; the core has none."""
    cut = (1 << 64) - 1
    words: list[int] = []
    for _ in range(count):
        seed = (seed + 0x9E3779B97F4A7C15) & cut
        mixed = ((seed ^ (seed >> 30)) * 0xBF58476D1CE4E5B9) & cut
        mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & cut
        words.append(mixed ^ (mixed >> 31))
    return words


def outputs(values: list[int]) -> Json:
    return {"values": [str(value) for value in values], "values_hex": [f"{value:016x}" for value in values]}


class Random(Topic):
    file = "02-random.json"

    def begin(self, case: Json) -> Bench:
        return RandomBench(case.get("config") or {})
