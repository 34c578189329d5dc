"""A client whose times are microseconds, and its records read as the cases write them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hedgerow import _native as native
from hedgerow._native import Client

from .run import Json, instant, seconds

if TYPE_CHECKING:
    from hedgerow._native import Record, Turn

CODES = {1: "send", 2: "cancel", 3: "complete", 4: "reject", 5: "handshake", 6: "note"}
KINDS = ["primary", "hedge", "retry"]
OUTCOMES = ["ok", "failed", "cancelled"]
CAUSES = [None, "server", "client_pause"]
CLASSES = [None, "fatal", "transient", "timeout", "not_sent", "overloaded", "refused"]

OF_OPERATION = 255 + 256 * 255
"""Priority and idempotency of a start: as the operation says."""


@dataclass
class Told:
    """One record with its fields taken apart; times are microseconds."""

    action: str
    cookie: int
    call: int
    attempt: int
    endpoint: int
    time: int
    arg: int
    reason: str | None
    code: int
    ordinal: int
    detail: int

    @property
    def kind(self) -> str:
        return KINDS[self.detail & 3]

    @property
    def outcome(self) -> str:
        return OUTCOMES[self.detail & 3]

    @property
    def failure(self) -> str | None:
        return CLASSES[self.detail >> 2 & 7]

    @property
    def cause(self) -> str | None:
        return CAUSES[self.detail >> 5]


def read(record: Record) -> Told:
    code, cookie, call, attempt, endpoint, time, arg, packed = record
    reason, ordinal, detail = packed & 0xFFFF, packed >> 16 & 0xFF, packed >> 24
    times = round(time * 1e6), round(arg * 1e6)
    slug = native.reason_slug(reason)
    return Told(CODES[code], cookie, call, attempt, endpoint, *times, slug, reason, ordinal, detail)


def told_if(value: float | None) -> float:
    return -1.0 if value is None else seconds(value)


class Played:
    """A native client in microseconds; what an input led to is kept until the next one."""

    def __init__(self, config: Json, seed: bytes, now: int, *, listener: bool = True) -> None:
        self.client = Client(config, seed, seconds(now), listener)
        self.drained: list[Told] = []

    def keep(self, turn: Turn | None) -> None:
        self.drained = [read(record) for record in turn[1:]] if turn else []

    def start(
        self,
        cookie: int,
        now: float,
        *,
        namespace: int = 0,
        operation: int = 0,
        replicas: tuple[int, ...] = (),
        deadline: float | None = None,
        wall: float | None = None,
        packed: int = OF_OPERATION,
        token: str | None = None,
    ) -> int | None:
        """Starts a call; the code of the reason when it is denied."""
        numbers = cookie, namespace, operation, replicas, told_if(deadline), told_if(wall), packed, seconds(now)
        start = self.client.start(*numbers) if token is None else self.client.start_with_token(token, *numbers)
        if isinstance(start, int):
            self.drained = []
            return start
        self.keep(start)
        return None

    def response(self, attempt: int, now: float) -> None:
        self.keep(self.client.handle_response(attempt, seconds(now)))

    def failure(self, attempt: int, packed: int, after: float | None, most: int | None, now: float) -> None:
        most = -1 if most is None else most
        self.keep(self.client.handle_failure(attempt, packed, told_if(after), most, seconds(now)))

    def cancelled(self, attempt: int, now: float) -> None:
        self.keep(self.client.handle_cancelled(attempt, seconds(now)))

    def cancel(self, call: int, now: float) -> None:
        self.keep(self.client.cancel(call, seconds(now)))

    def timeout(self, now: float) -> None:
        self.keep(self.client.handle_timeout(seconds(now)))

    def drain(self, deadline: float | None, now: float) -> None:
        self.keep(self.client.drain(told_if(deadline), seconds(now)))

    def topology(self, changes: list[Json], now: float) -> None:
        self.keep(self.client.handle_topology(changes, seconds(now))[1])

    def signal(self, record: Json, namespace: int, operation: int, now: float) -> None:
        self.keep(self.client.handle_signal(record, namespace, operation, seconds(now)))

    def notes(self) -> list[Told]:
        """Notes that were not fetched yet."""
        found: list[Told] = []
        while notes := self.client.poll_notes():
            found += map(read, notes)
        return found

    def wake(self) -> int | None:
        at = self.client.poll_timeout()
        return None if at == math.inf else instant(at)
