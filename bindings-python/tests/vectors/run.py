"""Runs conformance cases: every case, every step, and what a runner does not know fails it."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NoReturn, Protocol

Json = dict[str, Any]

REPOSITORY = Path(__file__).parents[3]


class Bench(Protocol):
    """What a case sets up; `answer` takes one step."""

    def answer(self, step: Json) -> Any: ...


class Topic:
    """One file of cases: `begin` sets a case up, `same` tells what is wrong with an answer, if anything is."""

    file: str

    def begin(self, case: Json) -> Bench:
        raise NotImplementedError

    def same(self, found: Any, expected: Any, case: Json) -> str | None:
        del case
        return agrees(found, expected)


def seconds(micros: float) -> float:
    """The least number of seconds that reads back as these microseconds."""
    told = micros / 1e6
    return math.nextafter(told, math.inf) if math.floor(told * 1e6) < micros else told


def seconds_if(micros: float | None) -> float | None:
    return None if micros is None else seconds(micros)


def micros(told: float | None) -> int | None:
    """Whole microseconds of a length of time."""
    return None if told is None else round(told * 1e6)


def instant(told: float) -> int:
    """Whole microseconds of a time, as the core reads it."""
    return math.floor(told * 1e6)


def cases(file: str) -> list[Json]:
    found: list[Json] = json.loads((REPOSITORY / "tests/vectors" / file).read_text("utf-8"))["cases"]
    return found


def listed(path: Path) -> list[str]:
    """Lines `file case reason…` as `file case`."""
    lines = (line for line in path.read_text("utf-8").splitlines() if line.strip() and not line.startswith("#"))
    return [" ".join(line.split()[:2]) for line in lines]


# The surface is that of the WebAssembly binding, and so is the list of cases that it cannot run.
OWN = listed(REPOSITORY / "bindings-wasm/test/vectors/NOT-THROUGH-THE-BINDING")
LEFT = {*OWN, *(case for name in ("DEFERRED", "ELSEWHERE") for case in listed(REPOSITORY / "tests/vectors" / name))}


def in_scope(file: str) -> Iterable[Json]:
    """The cases of a file that stand in no list."""
    if f"{file} *" in LEFT:
        return []
    return [case for case in cases(file) if f"{file} {case['id']}" not in LEFT]


def run_case(topic: Topic, case: Json) -> None:
    """Runs one case; fails with the first step that is wrong."""
    steps, expect = case["steps"], case["expect"]
    bench = topic.begin(case)
    for at, step in enumerate(steps):
        if f"{topic.file} {case['id']}#{at}" in LEFT:
            continue
        found = bench.answer(step)
        fault = None if expect[at] is None else topic.same(found, expect[at], case)
        assert fault is None, f"step {at} {step}: {fault}"
    for end in expect[len(steps) :]:
        told: Any = bench
        fault = topic.same(told.end(), end, case)
        assert fault is None, f"at the end: {fault}"


def agrees(found: Any, expected: Any) -> str | None:
    """An object is checked field by field, anything else is equal; what is wrong, if anything is."""
    if not isinstance(expected, dict):
        return None if equal(found, expected) else f"found {found}, want {expected}"
    for field, want in expected.items():
        if not isinstance(found, dict) or field not in found:
            return f"unknown field of an expectation: {field}"
        if not equal(found[field], want):
            return f"{field} is {found[field]}, not {want}"
    return None


def equal(one: Any, other: Any) -> bool:
    """As documents are equal: a truth value is no number, a list may be a tuple."""
    if isinstance(one, bool) or isinstance(other, bool) or one is None or other is None:
        return one is other
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(equal(*pair) for pair in zip(one, other, strict=True))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(equal(one[name], other[name]) for name in one)
    return bool(one == other)


def given(source: Json, names: Iterable[str] | dict[str, str]) -> Json:
    """What is given of an object, perhaps under other names."""
    renamed = names if isinstance(names, dict) else {name: name for name in names}
    return {to: source[name] for name, to in renamed.items() if name in source}


def unknown(what: object) -> NoReturn:
    """An unknown kind of step."""
    message = f"unknown: {what}"
    raise AssertionError(message)
