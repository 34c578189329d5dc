"""The native layer: numbers in, numbers out.

Times are float seconds of one monotonic clock, ids are ints below 2^53, −1 stands where nothing is given. All
arguments are positional. Every object may be shared by threads; one made before a fork is refused after it
(`StateError`, code `closed_after_fork`), and one in which a panic happened is `poisoned`. Errors are those of
`hedgerow._errors`: `ConfigError` for a document, `StateError` for a misuse.
"""

from array import array
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias, final

Record: TypeAlias = tuple[int, int, int, int, int, float, float, int]
"""An action or note: code, cookie, call, attempt, endpoint, time, argument, packed.

Code: 1 send, 2 cancel, 3 complete, 4 reject, 5 handshake, 6 note. −1 stands for an id that there is none of; the
endpoint of a handshake is the namespace's number. Time: of a send the effective deadline, of a completion the wall time
it took, of a note its value. Argument: of a send the time remaining, of a completion the time lost to the client's own
pauses. Packed: reason code + 2^16 × ordinal (of a completion: attempts sent) + 2^24 × detail. Detail of a send: kind (0
primary, 1 hedge, 2 retry) + 4 × priority + 16 when a token travels, to be asked by `token(call)`; of a completion:
outcome (0 ok, 1 failed, 2 cancelled) + 4 × failure class + 32 × cause (0 none, 1 server, 2 the client's pause).
"""

Turn: TypeAlias = tuple[float, *tuple[Record, ...]]
"""When to wake (infinity for never), then everything that is to be done now, oldest first."""

Document: TypeAlias = Mapping[str, Any]

@final
class Client:
    """One service: its endpoints, its calls, and every decision about them."""

    def __new__(cls, config: Document, seed: bytes, now: float, listener: bool, /) -> Client:
        """Builds a client without endpoints from its document and 32 secret bytes.

        With a listener notes are kept and `handle_response` always answers its records.
        """
    def start(
        self,
        cookie: int,
        namespace: int,
        operation: int,
        replicas: tuple[int, ...],
        deadline: float,
        wall: float,
        packed: int,
        now: float,
        /,
    ) -> Turn | int:
        """Starts a call: what it led to, or the code of the reason why it is denied.

        `deadline` is absolute, `wall` seconds since 1970, `packed` priority + 2^8 × idempotency (255: the
        operation's) + 2^16 when the caller has a token of its own.
        """
    def start_with_token(
        self,
        token: str,
        cookie: int,
        namespace: int,
        operation: int,
        replicas: tuple[int, ...],
        deadline: float,
        wall: float,
        packed: int,
        now: float,
        /,
    ) -> Turn | int:
        """Starts a call with a token of this library's form that the caller brings."""
    def handle_response(self, attempt: int, now: float, /) -> Turn | None:
        """An attempt answered.

        `None`: its answer became its call's, nothing else is to be done, and the time to wake is not earlier than the
        one last told, so that a timer armed for that may stay.
        """
    def handle_response_with_load(
        self, attempt: int, in_flight: int, latency: float, wall: float, now: float, /
    ) -> Turn | None:
        """An attempt answered and the server told its load or its time; answers as `handle_response` does.

        Requests in flight there, latency and wall time, -1 where it said nothing of that.
        """
    def handle_failure(self, attempt: int, packed: int, retry_after: float, max_retries: int, now: float, /) -> Turn:
        """An attempt failed; `packed` is its class + 256 when the server said never."""
    def handle_cancelled(self, attempt: int, now: float, /) -> Turn:
        """An attempt is over and produced nothing."""
    def cancel(self, call: int, now: float, /) -> Turn:
        """The caller gives a call up."""
    def handle_timeout(self, now: float, /) -> Turn:
        """The host's timer fired."""
    def push_events(self, records: array[float], now: float, /) -> tuple[int, Turn]:
        """Takes inputs, eight floats each: how many it took (fewer when the next is none), and what they led to."""
    def poll_actions(self) -> Turn:
        """Waiting actions; every input has already answered its own."""
    def poll_notes(self) -> list[Record]:
        """Waiting notes, oldest first, at most 64; only with a listener or where the document asks for them."""
    def poll_timeout(self) -> float:
        """When to wake, infinity for never."""
    def poll_timeout_reason(self) -> int:
        """What waits there, a reason's code; 0 for nothing."""
    def namespace(self, name: str, /) -> int:
        """The number of a namespace, which is made known if it was not."""
    def operation(self, name: str, /) -> int:
        """The number of an operation, which is made known if it was not."""
    def endpoint(self, name: str, /) -> int:
        """The id of a live endpoint, or −1."""
    def endpoint_name(self, endpoint: int, /) -> str | None:
        """The name of an endpoint that is live or has attempts in flight."""
    def handle_topology(self, changes: Sequence[Document], now: float, /) -> tuple[list[int], Turn]:
        """Applies changes of the endpoints, all or none: the ids of those added and updated, and what it led to."""
    def handle_signal_header(self, text: str, namespace: int, operation: int, now: float, /) -> tuple[int, Turn]:
        """Hands in the field `Hedgerow-Slo` of an answer: its record's version (−1: none to read), what it led to."""
    def handle_signal(self, record: Document, namespace: int, operation: int, now: float, /) -> Turn:
        """Hands in one record for a class, for a namespace (operation −1) or for all (both −1)."""
    def handle_signals(self, records: Document, now: float, /) -> tuple[int, Turn]:
        """Hands in the document of a handshake: how many records were invalid, and what it led to."""
    def handle_pause(self, start: float, end: float, now: float, /) -> None:
        """The client did not run from `start` to `end`."""
    def handle_late_tick(self, due: float, now: float, /) -> None:
        """A timer due at one time fired at another: a pause, when it is later than the configured slack."""
    def handle_throttled(self, now: float, /) -> None:
        """Timers are throttled from now on."""
    def handle_resumed(self, now: float, /) -> None:
        """The throttling has ended."""
    def reset_stall(self, now: float, /) -> None:
        """Forgets the stall debt."""
    def handle_suspended(self, now: float, /) -> None:
        """The machine slept, and its clock may have stood still: samples of a server's clock are dropped."""
    def handle_clock(self, sent: float, received: float, server: float, now: float, /) -> bool:
        """Takes a reading of a server's wall clock within a round trip; whether the three are times."""
    def handle_lease(self, start: int, count: int, expires: float, now: float, /) -> bool:
        """Takes a lease of `count` timestamps from `start` on (µs since 1970), good until `expires`.

        Answers whether the three are such numbers.
        """
    def snapshot(self, now: float, /) -> dict[str, Any]:
        """What this client has learned until now, as plain values that JSON keeps."""
    @staticmethod
    def restore(
        snapshot: Document,
        config: Document,
        nonce_seed: bytes | None,
        elapsed: float,
        now: float,
        listener: bool,
        /,
    ) -> Client:
        """Makes a client that goes on from a snapshot, `elapsed` seconds after it was taken.

        Hand in its endpoints next. Nonces are drawn from 32 fresh secret bytes; without them nothing is minted.
        """
    def drain(self, deadline: float, now: float, /) -> Turn:
        """Denies later starts; what is undecided at the deadline (−1: none) ends."""
    def token(self, call: int, /) -> str | None:
        """The token of a call in the form that headers carry, if it has one."""
    def in_flight(self, endpoint: int, /) -> int:
        """Attempts at an endpoint whose end is not known."""
    def calls_held(self, namespace: int, /) -> int:
        """Call slots that a namespace holds."""
    def calls_allowed(self, namespace: int, operation: int, /) -> int | None:
        """The limit that the next call of a class is compared with; none for a class not used yet."""
    def hedges_in_flight(self, namespace: int, /) -> int:
        """Hedges of a namespace in flight."""
    def state(self, call: int, /) -> int:
        """Where a call stands: 0 one outstanding, 1 racing, 2 waiting, 3 lingering, 4 gone."""
    def is_idle(self) -> bool:
        """Whether no call is undecided and none lingers."""
    def late_tolerance(self) -> float:
        """The lateness above which a host lets its event loop turn once more before the timeout."""
    def config_json(self) -> str:
        """The configuration in force, as canonical JSON."""
    def stats(self) -> dict[str, Any]:
        """Every counter."""
    def explain(self, call: int, /) -> dict[str, Any] | None:
        """What happened to a call and why; `None` when it is forgotten."""
    def take_trace(self) -> bytes:
        """The waiting records of the trace; joined, all answers are one trace. It holds the seed."""
    def script_words(self, kind: int, words: Sequence[int], /) -> None:
        """Puts a script of words in the place of the stream of this kind, for tests."""
    def script_fractions(self, kind: int, fractions: Sequence[int], /) -> None:
        """Puts a script of fractions of 2^32 in the place of the stream of this kind, for tests."""

@final
class Outcome:
    """What an answer means."""

    @property
    def failure_class(self) -> int:
        """The failure class, 0 for success, −1 for cancelled."""
    @property
    def retry_after(self) -> float | None:
        """The delay that the server asks for."""
    @property
    def never(self) -> bool:
        """Whether the server asks not to be tried again."""
    @property
    def max_retries(self) -> int | None:
        """The retries that the server grants."""
    @property
    def clamped(self) -> bool:
        """Whether the delay was cut to an hour."""
    @property
    def unclassified(self) -> bool:
        """Whether the status is one of no range."""

@final
class Estimator:
    """The average and the quantiles of one class."""

    def __new__(cls, config: Document) -> Estimator:
        """Starts empty, by the `estimator` settings of a document."""
    def success(self, latency: float, clamp: float, now: float) -> None:
        """An attempt answered after this time."""
    def unfinished(self, elapsed: float, clamp: float, now: float) -> None:
        """An attempt was given up after this time: a lower bound."""
    def average(self, now: float) -> float:
        """The average."""
    def samples(self, now: float) -> int:
        """Samples behind the average."""
    def quantile_upper(self, ppm: int, now: float) -> float | None:
        """The upper quantile of the window by parts per million; `None` without samples."""
    def window_samples(self, now: float) -> int:
        """Samples of the window."""
    def window_above(self, duration: float, now: float) -> int:
        """Samples of the window in the buckets from that of this time up."""

@final
class Bucket:
    """A bucket of latencies."""

    @staticmethod
    def of(value: float) -> Bucket:
        """The bucket that a length of time falls into."""
    def index(self) -> int:
        """Its number, from 0."""
    def low(self) -> float:
        """The least length of time in it."""
    def high(self) -> float:
        """The greatest length of time in it."""
    def middle(self) -> float:
        """The length of time that stands for it."""

@final
class Ewma:
    """A moving average of latencies."""

    def __new__(cls, config: Document) -> Ewma:
        """Starts empty, by the `estimator` settings of a document."""
    def sample(self, latency: float, now: float) -> None:
        """An answer took this long."""
    def bound(self, elapsed: float, now: float) -> None:
        """An answer would have taken longer than this."""
    def average(self, now: float) -> float:
        """The average, zero without samples."""
    def count(self, now: float) -> int:
        """Samples behind the average."""
    def state_q16(self) -> int:
        """The average in 65536ths of a microsecond."""

@final
class Histogram:
    """The latencies of a sliding window."""

    def __new__(cls, config: Document) -> Histogram:
        """Starts empty, by the `estimator` settings of a document."""
    def record(self, value: float, now: float) -> None:
        """Counts a latency."""
    def samples(self, now: float) -> int:
        """Samples in the window."""
    def samples_from(self, value: float, now: float) -> int:
        """Samples in the window in the buckets from that of this length up."""
    def quantile(self, ppm: int, now: float) -> Bucket | None:
        """The bucket of the quantile by parts per million; `None` without samples."""
    def cached_quantile(self, ppm: int, now: float) -> Bucket | None:
        """The same, computed anew only as often as the settings say."""

@final
class HedgeDelay:
    """The delay before a hedge."""

    def __new__(cls, config: Document) -> HedgeDelay:
        """Takes the `hedge` settings of a document."""
    def delay(self, target: float | None, average: float, samples: int, quantile: float | None) -> float:
        """The delay, or the negative code of the reason why there is none."""
    def quantile_ppm(self) -> int:
        """The quantile that the delay asks for, in parts per million."""
    def needs_quantile(self, target: float | None, samples: int) -> bool:
        """Whether the delay looks at the quantile at all."""
    def coin(self, target: float | None, samples: int, window: int, above: int) -> int | None:
        """The chance of a hedge in 2^32 parts; `None` when no coin is drawn."""

@final
class Limiter:
    """A count of what is in flight, compared with a limit when asked."""

    def __new__(cls) -> Limiter:
        """Nothing is in flight."""
    def try_acquire(self, limit: int) -> bool:
        """Takes a place, if there is one."""
    def release(self) -> None:
        """Gives a place back."""
    def in_flight(self) -> int:
        """Places taken."""
    def has_room(self, limit: int) -> bool:
        """Whether there is a place."""

@final
class Backoff:
    """The delays of one call."""

    def __new__(cls, config: Document, seed: bytes) -> Backoff:
        """Starts a series by the `retry` and `objective` settings of a document.

        Draws come from the seed's backoff stream.
        """
    def restart(self) -> None:
        """Starts the series of the next call."""
    def draw(self, made: int, code: int, hint: float | None) -> float:
        """The delay after so many attempts and a failure of this class, lifted by a server's hint."""
    def script_fractions(self, fractions: Sequence[int]) -> None:
        """Puts a script of fractions of 2^32 in the place of the stream, for tests."""

@final
class Budget:
    """What retries and hedges ask before they are sent."""

    def __new__(cls, config: Document, now: float) -> Budget:
        """Starts by the `budget` settings of a document."""
    def reconfigure(self, config: Document, now: float) -> None:
        """Takes other settings and keeps the level."""
    def deposit(self, now: float) -> None:
        """A first attempt is sent."""
    def withdraw(self, code: int, now: float) -> int | None:
        """Asks for one more attempt after a failure of this class: what it cost, `None` when it is denied."""
    def on_failure(self, code: int, never: bool, now: float) -> None:
        """An attempt failed."""
    def on_success(self, cost: int | None, now: float) -> None:
        """An attempt answered; with the cost of the last retry, if there was one."""
    def level(self, now: float) -> int:
        """What it holds, in millionths of a token."""

@final
class RetryCall:
    """One call of a retry policy."""

    def made(self) -> int:
        """Attempts made."""
    def in_time(self, average: float, now: float) -> bool:
        """Whether an attempt sent now could still be answered in time."""
    def cost(self) -> int | None:
        """What the last granted retry cost; `None` when the last answer was a refusal."""
    def refused_delay(self) -> float | None:
        """The delay that was drawn before time or budget refused."""

@final
class RetryPolicy:
    """Retries alone: settings, one budget and one stream."""

    def __new__(cls, config: Document, seed: bytes, now: float) -> RetryPolicy:
        """Takes the `retry`, `budget` and `objective` settings of a document."""
    def script_fractions(self, fractions: Sequence[int]) -> None:
        """Puts a script of fractions of 2^32 in the place of the stream, for tests.

        The budget stays as it is.
        """
    def set_average(self, average: float) -> None:
        """Tells how long an answer takes on average."""
    def start(self, idempotent: bool, deadline: float | None, now: float) -> RetryCall:
        """A call begins, perhaps with a deadline."""
    def handle_failure(
        self,
        call: RetryCall,
        code: int,
        retry_after: float | None,
        never: bool,
        max_retries: int | None,
        now: float,
    ) -> float:
        """An attempt failed.

        The delay before the next one, or the negative code of the reason why there is none.
        """
    def handle_paused(self, call: RetryCall, now: float) -> float:
        """An attempt ended by the client's own pause; answers as `handle_failure`."""
    def handle_success(self, call: RetryCall, now: float) -> None:
        """The call was answered."""
    def level(self, now: float) -> int:
        """What the budget holds, in millionths of a token."""

@final
class Wheel:
    """A wheel of timers, each with a number of the host's own."""

    def __new__(cls) -> Wheel:
        """Makes an empty wheel."""
    def insert(self, deadline: float, payload: int) -> int:
        """Arms a timer; its id."""
    def cancel(self, timer: int) -> bool:
        """Removes a timer; whether it was live."""
    def deadline(self, timer: int) -> float | None:
        """The deadline of a live timer."""
    def next_deadline(self) -> float:
        """The earliest deadline, infinity when none is armed."""
    def advance(self, now: float) -> tuple[int, float] | None:
        """Fires the next due timer: its number and its deadline; `None` when none is due any more."""
    def __len__(self) -> int:
        """Timers armed."""
    def reached(self) -> float:
        """The time that the wheel has reached."""

@final
class TimerEnd:
    """How a pause-tolerant timer ended."""

    @property
    def cause(self) -> int:
        """Whom it points to: 1 the server, 2 the client's pause."""
    @property
    def by_ceiling(self) -> bool:
        """Whether the hard ceiling ended it."""
    @property
    def wall(self) -> float:
        """Real time from its arming to its end."""
    @property
    def live(self) -> float:
        """The part of that time in which the client ran."""
    @property
    def late_count(self) -> int:
        """How many observations were late."""
    @property
    def extensions(self) -> int:
        """How many extensions were used."""

@final
class PauseTimer:
    """A timer that tells a pause of the client from the silence of a server."""

    def __new__(cls, config: Document, duration: float, max: float, now: float) -> PauseTimer:
        """Arms a timer by the `timer` settings of a document."""
    @staticmethod
    def hedge_trigger(delay: float, now: float) -> PauseTimer:
        """Arms the trigger of a hedge: one stage, extended once."""
    def due(self) -> float:
        """When to observe it next."""
    def armed(self) -> float:
        """When it was armed."""
    def lost(self) -> float:
        """The time in which the client was observed not to run."""
    def observe(self, now: float) -> int:
        """Observes it: 0 early, 1 it runs on until `due`, 2 it is over."""
    def end(self) -> TimerEnd | None:
        """How it ended; `None` while it runs."""

@final
class Monotone:
    """The clamp that keeps a host's clock from going back."""

    def __new__(cls, now: float) -> Monotone:
        """Starts at this time."""
    def observe(self, now: float) -> float:
        """The time to use."""
    def last(self) -> float:
        """The last time."""
    def steps_back(self) -> int:
        """How often the clock stepped back."""
    def largest_back(self) -> float:
        """The largest step back."""
    def bad(self) -> int:
        """How often the clock gave no usable number."""

@final
class Stall:
    """The debt of the pauses of this client."""

    def __new__(cls, config: Document, now: float) -> Stall:
        """Starts by the `stall` settings of a document."""
    def stall(self, start: float, end: float) -> int:
        """The client did not run from `start` to `end`; answers the level: 0 calm, 1 warned, 2 tripped."""
    def late_tick(self, due: float, now: float) -> int:
        """A timer was observed late; answers the level."""
    def throttled(self, now: float) -> None:
        """Timers are throttled from now on: nothing is charged."""
    def resumed(self, now: float) -> None:
        """The throttling has ended."""
    def reset(self) -> None:
        """Forgets debt and trip."""
    def level(self) -> int:
        """The level: 0 calm, 1 warned, 2 tripped."""
    def debt(self) -> float:
        """The debt."""

@final
class Picker:
    """Orders endpoints for one request, best first."""

    def __new__(cls, config: Document, seed: bytes) -> Picker:
        """Starts without endpoints, by the `balance`, `health` and `locality` settings of a document."""
    def add(self, zone: str | None, region: str | None, factor: int | None, up_since: float | None) -> int:
        """Adds an endpoint, perhaps with its place, its factor and when it came up: its id."""
    def remove(self, endpoint: int) -> bool:
        """Removes an endpoint; false for a stale id."""
    def pick(self, replicas: Sequence[int], now: float) -> list[tuple[int, int, int, int]]:
        """Picks, perhaps among replicas.

        Endpoint, score, requests in flight and bits of the factors of each, best first.
        """
    def on_sent(self, endpoint: int) -> bool:
        """A request was sent; false for a stale id."""
    def on_response(self, endpoint: int, now: float) -> bool:
        """An answer came, good or bad; false for a stale id."""
    def on_latency(self, endpoint: int, answered: bool, took: float, now: float) -> bool:
        """Tells the policy `peak_ewma` what a request took, and whether it was answered; false for a stale id."""
    def on_report(self, endpoint: int, in_flight: int, latency: float, now: float) -> bool:
        """A server told its load, for `hot_cold`; false for a stale id."""
    def on_end(self, endpoint: int) -> bool:
        """A request is known to be over; false for a stale id."""
    def set_ejected(self, endpoint: int, ejected: bool) -> bool:
        """Marks an endpoint as ejected or not; false for a stale id."""
    def set_barred(self, endpoint: int, barred: bool) -> bool:
        """Bars an endpoint from all plans, or lets it in again; false for a stale id."""
    def on_pause(self, now: float) -> None:
        """The client did not run until now."""
    def in_flight(self, endpoint: int) -> int | None:
        """Requests in flight at an endpoint; `None` for a stale id."""
    def start_window(self) -> float:
        """The start-up window, drawn at construction."""
    def permutation(self) -> list[int]:
        """The positions of the endpoints in the order of the persistent permutation."""
    def script_words(self, words: Sequence[int]) -> None:
        """Puts a script of words in the place of the stream, for tests."""
    def script_fractions(self, fractions: Sequence[int]) -> None:
        """Puts a script of fractions of 2^32 in the place of the stream, for tests."""
    def draws_left(self) -> int:
        """Words left in the script."""
    def overdrawn(self) -> int:
        """Draws from a script that had ended."""

@final
class Ejection:
    """Finds endpoints that fail more than the others; endpoints are positions of the host's own."""

    def __new__(cls, config: Document, now: float) -> Ejection:
        """Starts by the `ejection` settings of a document."""
    def add(self, position: int) -> None:
        """Adds a position."""
    def remove(self, position: int) -> None:
        """Removes a position."""
    def sweep(self, now: float) -> int:
        """Sweeps if it is time to; answers how many were ejected."""
    def on_result(self, position: int, success: bool, now: float) -> bool:
        """An attempt ended; whether that ejected the endpoint."""
    def on_overload(self, position: int, now: float) -> bool:
        """An endpoint refused for load; whether that ejected it."""
    def is_ejected(self, position: int) -> bool:
        """Whether an endpoint is ejected."""
    def ejected(self) -> int:
        """Endpoints ejected now."""
    def multiplier(self, position: int) -> int:
        """By how much the next ejection of an endpoint is lengthened."""
    def next_sweep(self) -> float:
        """When the next sweep is due."""

@final
class Health:
    """Tells a busy endpoint that answers from one that is silent."""

    def __new__(cls, config: Document) -> Health:
        """Starts by the `health` settings of a document."""
    def on_response(self, now: float) -> None:
        """An answer came."""
    def is_unhealthy(self, in_flight: int, calm_until: float, now: float) -> bool:
        """Whether it is silent under so many requests; nobody is before `calm_until`."""

@final
class Breaker:
    """Lets nothing through to an endpoint for a while after too many failures."""

    def __new__(cls, config: Document) -> Breaker:
        """Starts closed, by the `breaker` settings of a document, which must not be null."""
    def allows(self, now: float) -> bool:
        """Whether an attempt may go there."""
    def is_closed(self) -> bool:
        """Whether it is neither open nor half-open."""
    def on_sent(self, now: float) -> bool:
        """An attempt is sent; whether it is the probe."""
    def on_result(self, success: bool, now: float) -> bool:
        """An attempt that is no probe told of the server; whether that opened it."""
    def on_probe(self, success: bool | None, now: float) -> None:
        """The probe has ended: with a success, with a failure, or without telling anything (`None`)."""

@final
class Limit:
    """A limit that is stepped with every sample."""

    def __new__(cls, config: Document, seed: bytes) -> Limit:
        """Starts by the `limits.adaptive` settings of a document; probes come from the seed's stream."""
    def step(self, rtt: float | None, in_flight: int, dropped: bool) -> None:
        """Takes a sample; the response time may be none."""
    def limit(self) -> int:
        """The limit."""
    def estimate_u(self) -> int:
        """The estimate in millionths."""
    def long_q16(self) -> int:
        """The long average of `gradient2` in 1/65536 µs, else 0."""
    def rtt0_us(self) -> int:
        """The response time without load of `vegas` in µs, else 0."""
    def script_fractions(self, fractions: list[int]) -> None:
        """Starts anew with a script of fractions of 2^32 in the place of the stream, for tests."""

@final
class Adaptive:
    """A limit with its window and its epochs."""

    def __new__(cls, config: Document, seed: bytes) -> Adaptive:
        """Starts by the `limits.adaptive` settings of a document; probes come from the seed's stream."""
    def limit(self) -> int:
        """The limit in force."""
    def epoch(self) -> int:
        """The epoch that a request begins in."""
    def reset(self) -> None:
        """Raises the epoch and discards the open window."""
    def succeeded(self, rtt: float, in_flight: int, epoch: int, now: float) -> int:
        """A request that began in this epoch was answered; what became of the sample, as a number."""
    def dropped(self, in_flight: int, epoch: int, now: float) -> int:
        """A request that began in this epoch ran out of time or was refused because of load."""

@final
class Peak:
    """Rises at once to a slow answer and sinks with time."""

    def __new__(cls, config: Document) -> Peak:
        """Starts without a measurement, by the `balance` settings of a document."""
    def on_answer(self, latency: float, now: float) -> None:
        """An answer came after this time."""
    def on_failure(self, duration: float, now: float) -> None:
        """A failure came after this time, which never lowers the cost."""
    def cost(self) -> float | None:
        """The cost after the last answer; `None` before the first."""
    def base(self, in_flight: int) -> int:
        """What takes the place of requests in flight and one in a score, in microseconds."""

@final
class PhiDetector:
    """Suspects endpoints whose heartbeats fail to come; endpoints are positions of the host's own."""

    def __new__(cls, threshold_milli: int | None, initial_mean: float | None) -> PhiDetector:
        """Starts without endpoints.

        Φ in thousandths and the mean before the first interval may be left to the core.
        """
    def add(self, position: int, now: float) -> None:
        """Adds a position, as if it had just been heard."""
    def remove(self, position: int) -> None:
        """Removes a position."""
    def heartbeat(self, position: int, now: float) -> bool:
        """A heartbeat came; false for an unknown position."""
    def on_pause(self, now: float) -> None:
        """The client was seen to have paused."""
    def suspect(self, position: int, now: float) -> bool:
        """Whether an endpoint has been silent for too long."""
    def mean(self, position: int) -> float:
        """The mean of its last intervals."""

@final
class ReportPool:
    """The last reports of servers; endpoints are positions of the host's own."""

    def __new__(cls, quantile_ppm: int, uses: int) -> ReportPool:
        """Starts empty; a report is used so many times, and an endpoint above the quantile is hot."""
    def on_report(self, position: int, in_flight: int, latency: float, now: float) -> None:
        """A server told its load."""
    def on_sent(self, position: int) -> None:
        """A request was sent there."""
    def remove(self, position: int) -> None:
        """Forgets an endpoint."""
    def choose(self, now: float) -> int | None:
        """The position to send to; `None` without reports."""
    def __len__(self) -> int:
        """Reports held."""

@final
class Signals:
    """The records of one client."""

    def __new__(cls, config: Document, seed: bytes) -> Signals:
        """Starts empty, by a document's `signal` settings and what its `objective` and `limits` configure."""
    def receive_header(self, text: str, namespace: int, operation: int, now: float) -> int | None:
        """Receives the header of an answer to a request of this class.

        The code of the verdict; `None` when there is nothing to read.
        """
    def receive(self, record: Document, namespace: int | None, operation: int | None, now: float) -> int:
        """Receives a record for a class, for a namespace or for all: the code of the verdict."""
    def clamped(self) -> list[str]:
        """Names of the fields of the last record that the guard rails cut."""
    def target(self, namespace: int, operation: int) -> float | None:
        """The latency to meet; `None` while unknown."""
    def max(self, namespace: int, operation: int) -> float:
        """The time after which a call is given up."""
    def calls(self, namespace: int, operation: int) -> int:
        """Calls that may be in flight."""
    def hedges(self, namespace: int, operation: int) -> int:
        """Hedges that may be in flight."""
    def is_stale(self, namespace: int, operation: int, now: float) -> bool:
        """Whether the record that supplies the hedge limit outlived its lifetime."""
    def seen(self, namespace: int, operation: int) -> int | None:
        """The version seen for a class."""
    def halvings(self, namespace: int) -> int:
        """How often the hedge limit of a namespace is halved."""
    def on_refresh(self, namespace: int, now: float) -> int:
        """The refresh timer of a namespace fired: the code of the reason for a handshake."""
    def refresh_delay(self) -> float:
        """The time until the next refresh, drawn."""
    def script_fractions(self, fractions: Sequence[int]) -> None:
        """Puts a script of fractions of 2^32 in the place of the stream of refreshes, for tests."""
    def __len__(self) -> int:
        """Records held."""

@final
class Meter:
    """Counts what was served late, and tells shares in ten-thousandths."""

    def __new__(cls, window: float, min_samples: int) -> Meter:
        """Starts empty; below `min_samples` requests in the window, shares of them are not told."""
    def served(self, elapsed: float, target: float, max: float, now: float) -> None:
        """A request was served in this time, under this target and maximum."""
    def report(self, compute: int | None, storage: int | None, now: float) -> int | None:
        """Computes the shares, with what the host knows of compute and storage: the overall one."""
    def over_target(self) -> int | None:
        """The share of the last report that missed the target."""
    def over_max(self) -> int | None:
        """The share of the last report that missed the maximum."""
    def window(self, now: float) -> int:
        """Requests in the window."""
    def refused(self) -> int:
        """Requests whose times could not be counted."""

@final
class TokenGenerator:
    """Mints tokens."""

    def __new__(cls, config: Document, seed: bytes) -> TokenGenerator:
        """Starts by the `token` settings of a document; digits and nonces come from the seed."""
    @staticmethod
    def scripted(config: Document, seed: bytes, fractions: Sequence[int]) -> TokenGenerator:
        """The same with a script of fractions of 2^32 for the digits, for tests."""
    def mint(self, wall: float | None, now: float) -> int:
        """Mints a token from a wall time, if there is one.

        0, the code of a warning, or the negative code of a refusal.
        """
    def token(self) -> str | None:
        """The token minted last, in the form that headers carry."""
    def last(self) -> float | None:
        """The time of the last token."""
    def handle_lease(self, start: int, count: int, expires: float, now: float) -> None:
        """Takes a lease of `count` microseconds from `start` on, good until `expires`."""

@final
class TokenText:
    """A token as text."""

    @staticmethod
    def parse(text: str) -> TokenText:
        """Reads a token in either form."""
    @staticmethod
    def from_idempotency_key(value: str) -> TokenText:
        """Reads the value of an `Idempotency-Key` field."""
    def in_form(self, uuid7: bool) -> TokenText:
        """The same token in another form."""
    def text(self) -> str:
        """The text."""
    def idempotency_key(self) -> str:
        """The value of an `Idempotency-Key` field."""
    def is_uuid7(self) -> bool:
        """Whether the text has the form of a UUID."""
    def time(self) -> float:
        """The time of the token."""
    def nonce(self) -> str:
        """The nonce, 32 hex digits."""

@final
class DedupWindow:
    """A server's window: each token is accepted once."""

    def __new__(cls, config: Document) -> DedupWindow:
        """Starts empty, by the `token.accept` and `token.window` settings of a document."""
    def offer(self, token: TokenText, wall: float) -> int | None:
        """Offers a token.

        0 new, 1 still running, 2 done, 3 too old, 4 too new; `None` for a wall time that is none.
        """
    def peek(self, token: TokenText, wall: float) -> int | None:
        """What an offer would answer."""
    def done(self, token: TokenText) -> bool:
        """The work of a token is done; whether it was known."""
    def forget(self, token: TokenText) -> bool:
        """The work of a token failed and may be tried again; whether it was known."""
    def __len__(self) -> int:
        """Tokens held."""
    def floor(self) -> float:
        """The time up to which every token is refused."""

@final
class ClockOffset:
    """The estimate of a server's wall clock."""

    def __new__(cls) -> ClockOffset:
        """Knows nothing."""
    def observe(self, sent: float, received: float, server: float) -> bool:
        """A request was sent and answered, and the answer named the server's wall time.

        Whether the sample counts.
        """
    def clear(self) -> None:
        """Forgets every sample."""
    def estimate(self, now: float) -> tuple[float, float] | None:
        """The estimated wall time and by how much it may be off; `None` without samples."""
    def rejected(self) -> int:
        """Samples that were refused."""

@final
class Stream:
    """A stream of draws."""

    def __new__(cls, seed: bytes, number: int) -> Stream:
        """The stream with this number that follows from a seed."""
    @staticmethod
    def from_state(a: int, b: int, c: int, d: int) -> Stream:
        """The stream that goes on from this state."""
    @staticmethod
    def from_words(words: Sequence[int]) -> Stream:
        """A script of words, for tests."""
    @staticmethod
    def from_fractions(fractions: Sequence[int]) -> Stream:
        """A script of fractions of 2^32, for tests."""
    def state(self) -> tuple[int, int, int, int] | None:
        """The state of the generator; `None` for a script."""
    def u64(self) -> int:
        """The next 64 bits."""
    def u32(self) -> int:
        """The next 32 bits."""
    def below(self, n: int) -> int:
        """A whole number below `n`, 0 for 0."""
    def range(self, low: int, high: int) -> int:
        """A whole number from `low` to `high`."""
    def chance(self, threshold: int) -> bool:
        """True with this chance in 2^32 parts."""
    def remaining(self) -> int:
        """Words left in a script."""
    def overdrawn(self) -> int:
        """Draws from a script that had ended."""

@final
class Nonces:
    """The nonces of tokens."""

    def __new__(cls, seed: bytes, instance: int) -> Nonces:
        """The nonces that follow from a seed for one instance."""
    def next_nonce(self) -> str:
        """The next nonce, 32 hex digits."""

def config_json(document: Document, /) -> str:
    """The canonical configuration of a document: every field present, compact JSON."""

def config_hash(document: Document, /) -> str:
    """The hash of the canonical configuration, 16 hex digits."""

def reason_codes() -> list[int]:
    """Every code of a reason, ascending."""

def reason_slug(code: int) -> str | None:
    """The short name of a reason."""

def reason_text(code: int) -> str | None:
    """One sentence on a reason."""

def failure_class_slug(code: int) -> str | None:
    """The short name of a failure class."""

def read_http(status: int, headers: Sequence[tuple[str, str]], repeats_token: bool, wall: float | None) -> Outcome:
    """Reads a final HTTP answer; headers are pairs of name and value."""

def delay_headers() -> list[str]:
    """Names of the headers that `read_http` looks at, in order of precedence."""

def http_idempotency(method: str, token: bool) -> int:
    """How often a request with this method may be sent.

    0 once, 1 again, 2 also at the same time, 3 with its token.
    """

def is_repeatable_body(kind: int) -> bool:
    """Whether a body can be sent again: 0 none, 1 bytes, 2 text, 3 factory, 4 stream."""

def grpc_status(code: int) -> int:
    """The failure class of a gRPC status, 0 for success."""

def grpc_pushback(values: Sequence[str]) -> Outcome:
    """What the values of a gRPC pushback trailer say."""

def fault_class(fault: int) -> int:
    """The failure class of a failure without a status, −1 for cancelled.

    0 connection refused, 1 name resolution, 2 TLS before the request, 3 stream refused, 4 reset after
    sending, 5 the attempt's own timer, 6 the caller's abort, 7 anything else.
    """

def pushback_from_map(max_retries: str | None, seconds: str | None) -> Outcome:
    """What a server's map `{maxRetries, retryAfterSeconds}` says, from the texts of its numbers."""

def retry_after(text: str, wall: float | None) -> float | None:
    """The delay of a `Retry-After` text; `None` when it is unusable."""

def retry_after_ms(text: str) -> float | None:
    """The delay of a `Retry-After-Ms` text; `None` when it is unusable."""

def ratelimit_reset(text: str, wall: float | None) -> float | None:
    """The delay of a rate limit's reset; `None` when it is unusable."""

def parse_http_date(text: str, wall: float | None) -> float | None:
    """The time of an HTTP date, `None` when it is none; the wall time tells the century of a short year."""

def client_field(
    seen: int | None,
    attempt: int,
    hedge: bool,
    left: float | None,
    priority: int,
    call: int | None,
    client: str | None,
) -> str:
    """The request field that tells a server of an attempt.

    `None` where nothing is to be told. Empty when a value breaks its rule.
    """

def is_hedge_in_time(elapsed: float, average: float, max: float) -> bool:
    """Whether a hedge sent after this time would, on average, be answered before the call is given up."""

def report_uses(pool: int, endpoints: int, probes_ppm: int, removals_ppm: int) -> int | None:
    """How often a report may be used, in millionths.

    `None` where no number of uses is enough. Rates are millionths per request.
    """

def decay(elapsed: float, half_life: float) -> int:
    """What is left of a weight after this time, in 2^32 parts."""

def score(in_flight: int, factors: int, factor: int) -> int:
    """The score of an endpoint by the published weights; factors are the bits that a pick tells."""

def signal_header_breadth(text: str) -> int | None:
    """How far a signal header reaches.

    0 its operation, 1 its namespace, 2 everything; `None` when there is no record to read.
    """

def parse_signal_header(text: str) -> dict[str, Any] | None:
    """The record of a signal header as a document, `None` for an empty one."""

def run_command(
    words: list[str], read: Callable[[str], bytes | str], write: Callable[[str, bytes], str | None]
) -> tuple[str, str, int]:
    """Answers the words behind the command's name: standard output, standard error, exit code.

    `read` and `write` answer the word of a fault (`not_found`, `denied`, `folder`, `other`) where they fail.
    """

def trace_lines(trace: bytes) -> str:
    """The lines of a trace, each ended by a line feed. They hold the seed."""

def trace_hash(trace: bytes) -> str:
    """The hash of the last line, 16 hex digits: the same on every target."""

def replay_trace(config: Document, trace: bytes) -> str:
    """Repeats a trace under its configuration.

    The hash of the run, or an error that tells the first difference.
    """
