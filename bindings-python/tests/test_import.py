"""What an import does: little, and nothing in the background."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap

import pytest

# Modules of the standard library that cost more than all of the package.
HEAVY = {
    "asyncio",
    "concurrent.futures",
    "dataclasses",
    "email",
    "enum",
    "http",
    "inspect",
    "logging",
    "re",
    "socket",
    "ssl",
}

# Own modules and those of the standard library that an import of everything at the top level loads.
MOST_MODULES = 50


def in_a_new_interpreter(program: str) -> object:
    run = [sys.executable, "-I", "-c", textwrap.dedent(program)]
    return json.loads(subprocess.run(run, check=True, capture_output=True, text=True).stdout)


def loaded_by(statement: str) -> set[str]:
    """Modules that a statement loads beyond those of Python's own start."""
    found = in_a_new_interpreter(
        f"""
        import sys
        before = set(sys.modules)
        {statement}
        after = sorted(set(sys.modules) - before)
        import json
        print(json.dumps(after))
        """
    )
    assert isinstance(found, list)
    return set(found)


@pytest.mark.parametrize("statement", ["import hedgerow", "from hedgerow import *", "import hedgerow._native"])
def test_an_import_loads_neither_an_event_loop_nor_anything_heavy(statement: str) -> None:
    loaded = loaded_by(statement)
    own = {"dataclasses", "enum", "inspect", "re"} if "*" in statement else set[str]()  # the tables are dataclasses
    assert loaded & (HEAVY - own) == set()
    assert not any(name.startswith(("asyncio.", "trio", "anyio", "httpx")) for name in loaded)
    assert "hedgerow._native" in loaded


def test_an_import_loads_few_modules() -> None:
    assert len(loaded_by("import hedgerow")) <= MOST_MODULES


def test_an_import_starts_no_thread() -> None:
    assert in_a_new_interpreter("import hedgerow, threading; print(threading.active_count())") == 1


def test_an_import_raises_no_switch_of_the_interpreter_lock() -> None:
    found = in_a_new_interpreter(
        """
        import json, sys
        is_enabled = getattr(sys, "_is_gil_enabled", lambda: None)
        before = is_enabled()
        import hedgerow
        print(json.dumps([before, is_enabled()]))
        """
    )
    assert isinstance(found, list)
    assert found[0] == found[1]
