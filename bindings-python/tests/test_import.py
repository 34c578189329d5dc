"""What an import does: little, and nothing in the background."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap

# What a start of Python alone may have loaded already, or loads for nothing.
HEAVY = ["asyncio", "concurrent.futures", "socket", "ssl", "http", "logging", "inspect", "email", "typing_extensions"]


def in_a_new_interpreter(program: str) -> object:
    run = [sys.executable, "-I", "-c", textwrap.dedent(program)]
    return json.loads(subprocess.run(run, check=True, capture_output=True, text=True).stdout)


def test_an_import_of_the_native_layer_loads_nothing_heavy() -> None:
    loaded = in_a_new_interpreter(
        """
        import sys
        before = set(sys.modules)
        import hedgerow._native
        after = set(sys.modules) - before
        import json
        print(json.dumps(sorted(after)))
        """
    )
    assert isinstance(loaded, list)
    assert [name for name in loaded if name in HEAVY or name.split(".")[0] == "asyncio"] == []
    assert "hedgerow._native" in loaded


def test_an_import_starts_no_thread() -> None:
    assert in_a_new_interpreter("import hedgerow._native, threading; print(threading.active_count())") == 1


def test_an_import_raises_no_switch_of_the_interpreter_lock() -> None:
    found = in_a_new_interpreter(
        """
        import json, sys
        is_enabled = getattr(sys, "_is_gil_enabled", lambda: None)
        before = is_enabled()
        import hedgerow._native
        print(json.dumps([before, is_enabled()]))
        """
    )
    assert isinstance(found, list)
    assert found[0] == found[1]
