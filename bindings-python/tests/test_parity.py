"""The surface of the core beside that of the module: whatever has no counterpart stands in a list, with its reason.

The reasons are those of the WebAssembly binding where they are the same; `PARITY` here holds what differs.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path

from hedgerow import _native
from vectors.run import REPOSITORY

LINE = re.compile(r"^(\S+)(?: = ([^:]+))?: (.+)$")


@dataclass
class Line:
    name: str
    others: list[str]
    reason: str

    def covers(self, of: str) -> bool:
        return of.startswith(self.name[:-1]) if self.name.endswith(".*") else of == self.name


def read(path: Path) -> list[Line]:
    """Names and counterparts of a list; each line must have its reason."""
    lines = [line for line in path.read_text("utf-8").splitlines() if line and not line.startswith("#")]
    found = [(line, LINE.match(line)) for line in lines]
    assert [line for line, match in found if match is None] == []
    return [
        Line(match[1], [snake(other) for other in (match[2] or "").split()], match[3]) for _, match in found if match
    ]


def snake(name: str) -> str:
    """The same in Python's spelling; the name of a class stays."""
    first, dot, last = name.rpartition(".")
    is_class = not dot and name[0].isupper()
    return name if is_class else first + dot + re.sub(r"(?<!^)([A-Z])", r"_\1", last).lower()


OWN = read(Path(__file__).parent / "PARITY")
SHARED = read(REPOSITORY / "bindings-wasm/test/PARITY")
LISTED = [*OWN, *(line for line in SHARED if line.name not in {own.name for own in OWN})]


def surface() -> list[str]:
    """Every method and function of the core, as `Type.method` or `path::function`."""
    found = json.loads((REPOSITORY / "core/surface.json").read_text("utf-8"))
    types = [(told["name"].split("::")[-1], told["methods"]) for told in found["types"]]
    return [*(f"{name}.{method}" for name, methods in types for method in methods), *found["functions"]]


def has(name: str) -> bool:
    """Whether the module has something of the same name."""
    kind, _, method = name.rpartition(".")
    if not kind:
        return hasattr(_native, name.split("::")[-1])
    found = getattr(_native, kind, None)
    # Names that Python has its own for: a constructor, and the length of a collection.
    return found is not None and hasattr(found, {"new": "__new__", "len": "__len__"}.get(method, method))


def test_every_method_of_the_core_is_bound_under_its_name_or_listed() -> None:
    assert [name for name in surface() if not has(name) and not any(line.covers(name) for line in LISTED)] == []


def test_every_line_of_the_own_list_is_needed() -> None:
    missing = [name for name in surface() if not has(name)]
    assert [line.name for line in OWN if not any(line.covers(name) for name in missing)] == []
    assert [line.name for line in OWN if line in SHARED] == [], "said there already"


def test_every_counterpart_that_the_lists_name_is_there() -> None:
    assert [other for line in LISTED for other in line.others if not has(other)] == []
