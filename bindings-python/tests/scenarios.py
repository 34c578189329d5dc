"""Plays every scenario of a folder, random runs that were written down: a line `name hash` for each.

What an input may be is told where scenarios are written, in `tests/harness/src/scenario/mod.rs`.
"""

from __future__ import annotations

import json
import math
import sys
from array import array
from collections.abc import Callable
from pathlib import Path

from hedgerow import _native as native
from hedgerow._errors import ConfigError
from vectors.played import Played
from vectors.run import Json, seconds

RECORD = 8

TIMES = {64: (5, 6), 65: (5, 6), 66: (5,)}
"""The slots of a record that are times, by its code: a start, a response, a failure."""


def in_seconds(records: list[int]) -> array[float]:
    """Records of inputs whose times are microseconds, as the client takes them."""
    told = array("d", records)
    at = 0
    while at < len(told):
        code = int(told[at])
        for slot in TIMES.get(code, ()):
            if told[at + slot] > 0:
                told[at + slot] = seconds(told[at + slot])
        # The records behind a start are ids.
        ids = max(int(told[at + 4]), 0) if code == 64 else 0
        at += RECORD * (1 + math.ceil(ids / RECORD))
    return told


class Player:
    def __init__(self, scenario: Json) -> None:
        self.told = Played(scenario["config"], bytes.fromhex(scenario["seed"]), scenario["t0"], listener=False)
        self.client = self.told.client

    def records(self, told: Json, now: float) -> None:
        taken, _ = self.client.push_events(in_seconds(told["of"]), now)
        assert taken == len(told["of"]) // RECORD, told

    def start(self, told: Json, now: float) -> None:
        _, cookie, namespace, operation, _, deadline, wall, packed = told["record"]
        deadline, wall = (float(value) if value == -1 else seconds(value) for value in (deadline, wall))
        ids = tuple(told["replicas"])
        self.client.start_with_token(told["token"], cookie, namespace, operation, ids, deadline, wall, packed, now)

    def topology(self, told: Json, now: float) -> None:
        refused = False
        try:
            self.client.handle_topology(told["changes"], now)
        except ConfigError:
            refused = True
        assert refused == told["refused"], told

    def signal(self, told: Json, now: float) -> None:
        self.client.handle_signal(told["record"], told["ns"], told["op"], now)

    def header(self, told: Json, now: float) -> None:
        version, _ = self.client.handle_signal_header(told["text"], told["ns"], told["op"], now)
        assert version > 0, told

    def stall(self, told: Json, now: float) -> None:
        if told["kind"] == "paused":
            self.client.handle_pause(seconds(told["from_us"]), seconds(told["to_us"]), now)
            return
        reports: dict[str, Callable[[float], None]] = {
            "throttled": self.client.handle_throttled,
            "resumed": self.client.handle_resumed,
            "reset": self.client.reset_stall,
            "suspended": self.client.handle_suspended,
        }
        reports[told["kind"]](now)

    def drain(self, told: Json, now: float) -> None:
        deadline = told["deadline_us"]
        self.client.drain(deadline if deadline == -1 else seconds(deadline), now)

    def namespace(self, told: Json, _: float) -> None:
        self.client.namespace(told["name"])

    def operation(self, told: Json, _: float) -> None:
        self.client.operation(told["name"])


def ended(scenario: Json) -> str:
    """Plays a whole document; the hash of the last line of its trace."""
    player = Player(scenario)
    for told in scenario["inputs"]:
        at = told.get("t")
        # No time at all is NaN, which JSON lacks.
        getattr(player, told["e"])(told, math.nan if at is None else seconds(at))
    return native.trace_hash(player.client.take_trace())


if __name__ == "__main__":
    for path in sorted(Path(sys.argv[1]).glob("*.json")):
        sys.stdout.write(f"{path.stem} {ended(json.loads(path.read_text('utf-8')))}\n")
