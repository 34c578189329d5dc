"""Endpoints: places to send to, by name and by the core's id."""

from __future__ import annotations

from ._errors import misuse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_MOST_REPLICAS = 17
"""The most replicas that count, and one more, so that the core sees that a list was cut."""


class Endpoint:
    """One server, or many servers behind one address.

    `name` is unique among the endpoints, at most 64 bytes; attempts carry it. `url` is its base, for adapters; a name
    that is an absolute URL is its own base. `factor` multiplies its score: a server twice as weak has 2. `up_since`
    is when it came up, in seconds of the client's clock; one added later starts when it is added. `pool` says that it
    stands for many servers, so that one call may use it again.
    """

    __slots__ = ("factor", "name", "pool", "region", "up_since", "url", "zone")

    def __init__(
        self,
        name: str,
        *,
        url: str | None = None,
        zone: str | None = None,
        region: str | None = None,
        factor: int | None = None,
        up_since: float | None = None,
        pool: bool = False,
    ) -> None:
        self.name = name
        self.url = url
        self.zone = zone
        self.region = region
        self.factor = factor
        self.up_since = up_since
        self.pool = pool

    def __repr__(self) -> str:
        return f"Endpoint({self.name!r})"

    def base(self) -> str | None:
        """The base URL that adapters send to."""
        if self.url is not None:
            return self.url
        return self.name if self.name.startswith(("http://", "https://")) else None

    def change(self, do: str) -> dict[str, object]:
        """The change of the topology that the core takes."""
        change: dict[str, object] = {"do": do, "name": self.name}
        given = {"zone": self.zone, "region": self.region, "factor": self.factor}
        change.update({key: value for key, value in given.items() if value is not None})
        if self.up_since is not None:
            change["up_since_us"] = int(self.up_since * 1_000_000)
        if self.pool:
            change["pool"] = True
        return change


def endpoint(given: object) -> Endpoint:
    """An endpoint, of which a name is enough."""
    if isinstance(given, Endpoint):
        return given
    if not isinstance(given, str):
        raise misuse(f"endpoint: {given!r}, want a name or an Endpoint")
    return Endpoint(given)


class Endpoints:
    """Endpoints that are known."""

    __slots__ = ("_by_name", "_ids", "by_number")

    def __init__(self) -> None:
        self._ids: dict[str, int] = {}
        self.by_number: dict[int, str] = {}
        self._by_name: dict[str, Endpoint] = {}

    def put(self, endpoint: Endpoint, number: int) -> None:
        """Makes an endpoint known by the id that the core gave it."""
        before = self._ids.get(endpoint.name)
        if before is not None and before != number:
            del self.by_number[before]
        self._ids[endpoint.name] = number
        self.by_number[number] = endpoint.name
        self._by_name[endpoint.name] = endpoint

    def drop(self, name: str) -> None:
        """Forgets an endpoint."""
        number = self._ids.pop(name, None)
        if number is not None:
            del self.by_number[number]
            del self._by_name[name]

    def name(self, number: int) -> str:
        """Its name, empty for one that is not known."""
        return self.by_number.get(number, "")

    def number(self, name: str) -> int:
        """The core's id of it, 0 for one that is not known."""
        return self._ids.get(name, 0)

    def numbers(self, names: Iterable[str]) -> tuple[int, ...]:
        """Ids of a list of replicas."""
        return tuple(self.number(name) for name in tuple(names)[:_MOST_REPLICAS])

    def base(self, name: str) -> str | None:
        """The base URL of one, `None` when it has none."""
        found = self._by_name.get(name)
        return None if found is None else found.base()

    def names(self) -> Sequence[str]:
        """Names, in the order in which they were added."""
        return list(self._ids)
