"""HTTP for the adapters: a request as a call, an answer as what it tells the policies.

Every endpoint has a base URL: its `url`, or its name where that is an absolute URL. A request below any endpoint's
base names a resource of the service; what follows the base is appended to the base of the endpoint that an attempt
goes to. Any other request is not the service's, and goes where it would without the adapter.

The method says whether a request may be repeated, unless the operation is configured or the call says so; a body that
can be read once only is sent once. Status, headers and faults are read by the core's tables. The last answer is given
back whatever its status; an error is raised only where there is no answer.
"""

from __future__ import annotations

from os import urandom

from ._errors import misuse
from ._failure import Failure, mark
from ._generated.words import FAILURE_CLASSES, IDEMPOTENCY
from ._native import client_field, delay_headers, fault_class, http_idempotency, read_http

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any, Final

    from ._attempt import Attempt
    from ._face import Face
    from ._options import CallOptions

    Headers = Callable[[str], str | None]

TOKEN: Final = "Idempotency-Key"
CLIENT: Final = "Hedgerow-Client"
_SIGNAL = "Hedgerow-Slo"

# Failures without an answer, as the core numbers them.
REFUSED: Final = 0
NO_NAME: Final = 1
NO_TLS: Final = 2
RESET: Final = 4
TIMEOUT: Final = 5
OTHER: Final = 7

# Half of the numbers that a float counts exactly: two of them add up to one.
_HALF = 2**52


class Answered(Exception):  # noqa: N818 - it is an answer
    """Carries an answer that is a failure to the policies and still an answer to the caller."""

    def __init__(self, response: Any) -> None:
        super().__init__("an answer that the policies count as a failure")
        self.response = response


class Plan:
    """What every attempt of a request shares."""

    __slots__ = ("failed", "options", "own_token", "resource")

    def __init__(self, resource: str, options: CallOptions, own_token: bool) -> None:
        self.resource = resource
        self.options = options
        self.own_token = own_token
        self.failed: Any = None
        """The last answer that was a failure."""


class Exchange:
    """The HTTP side of a client."""

    __slots__ = ("_client", "_field", "_seen", "_tag")

    def __init__(self, client: Face, client_field: bool | str) -> None:
        self._client = client
        self._field = client_field
        self._seen: dict[tuple[str | None, str | None], int] = {}
        self._tag = int.from_bytes(urandom(6), "big")

    def plan(
        self, method: str, url: str, headers: Headers, repeatable: bool, given: Mapping[str, Any] | None
    ) -> Plan | None:
        """The plan of a request, `None` when its URL is not the service's."""
        resource = self._resource(url)
        if resource is None:
            return None
        options: CallOptions = {**given} if given is not None else {}  # type: ignore[typeddict-item]
        token = options.get("token") or headers(TOKEN)
        if token is not None:
            options["token"] = token
        if not repeatable:
            options["idempotency"] = "none"
        elif options.get("idempotency") is None and not self._client.state.operations.configures(options.get("op")):
            options["idempotency"] = IDEMPOTENCY[http_idempotency(method, token is not None)]
        return Plan(resource, options, token is not None)

    def url(self, plan: Plan, attempt: Attempt) -> str:
        """Where an attempt goes."""
        base = self._client.state.endpoints.base(attempt.endpoint)
        if base is None:
            error = misuse(f"endpoint {attempt.endpoint} has no base URL")
            raise mark(error, Failure("fatal"))
        return base.rstrip("/") + plan.resource

    def headers(self, plan: Plan, attempt: Attempt) -> dict[str, str]:
        """The fields that an attempt carries beside those of its request."""
        fields: dict[str, str] = {}
        if attempt.token is not None:
            fields[TOKEN] = attempt.token if plan.own_token else f'"{attempt.token}"'
        if self._field:
            fields[CLIENT] = client_field(
                self._seen.get(_scope(plan)),
                attempt.number,
                attempt.kind == "hedge",
                self.remaining(attempt),
                attempt.priority,
                self._tag + attempt.call % _HALF,
                self._field if isinstance(self._field, str) else None,
            )
        return fields

    def remaining(self, attempt: Attempt) -> float:
        """Seconds that an attempt has."""
        return max(attempt.deadline - self._client.state.clock.now(), 0.0)

    def meaning(self, plan: Plan, attempt: Attempt, status: int, headers: Headers) -> Failure | None:
        """What an answer tells the policies, `None` for a success; takes the server's signal in."""
        self._signal(plan, headers(_SIGNAL))
        said = [(name, value) for name in delay_headers() if (value := headers(name)) is not None]
        repeats = attempt.number > 1 and attempt.token is not None
        found = read_http(status, said, repeats, self._client.state.clock.wall() if said else None)
        if found.failure_class <= 0:
            return None
        return Failure(
            FAILURE_CLASSES[found.failure_class - 1],
            retry_after=found.retry_after,
            never=found.never,
            max_retries=found.max_retries,
        )

    def answer(self, plan: Plan, attempt: Attempt, response: Any, status: int, headers: Headers) -> Any:
        """A response that is a success; one that is not is raised, to be judged by the policies."""
        meaning = self.meaning(plan, attempt, status, headers)
        if meaning is None:
            return response
        plan.failed = response
        raise mark(Answered(response), meaning)

    @staticmethod
    def fault(error: Exception, fault: int) -> Exception:
        """An error without an answer, marked with what it means."""
        found = fault_class(fault)
        return mark(error, Failure(FAILURE_CLASSES[found - 1])) if found > 0 else error

    def _signal(self, plan: Plan, field: str | None) -> None:
        if field is None:
            return
        namespace, op = _scope(plan)
        version = self._client.signal(field, namespace=namespace, op=op)
        if version >= 0:
            self._seen[namespace, op] = version

    def _resource(self, url: str) -> str | None:
        endpoints = self._client.state.endpoints
        below: list[str] = []
        for name in endpoints.names():
            base = (endpoints.base(name) or "").rstrip("/")
            rest = url[len(base) :]
            if base and url.startswith(base) and (not rest or rest[0] in "/?#"):
                below.append(rest if rest.startswith("/") else f"/{rest}")
        # The longest base is the most specific one.
        return min(below, key=len, default=None)


def _scope(plan: Plan) -> tuple[str | None, str | None]:
    return plan.options.get("namespace"), plan.options.get("op")
