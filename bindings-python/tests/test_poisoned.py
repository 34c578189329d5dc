"""A panic under the lock, in a wheel that was built for this test alone."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
import zipfile
from pathlib import Path

import hedgerow._native
from vectors.run import REPOSITORY

PROGRAM = """
import json, sys
sys.path.insert(0, sys.argv[1])
from hedgerow import Client, StateError

broken, whole = Client(endpoints=["a"]), Client(endpoints=["a"])
told = []
try:
    broken.state.native.panic()
except BaseException as error:
    told.append([type(error).__name__, isinstance(error, Exception), str(error)])
for ask in (broken.stats, lambda: broken.call(lambda: "row")):
    try:
        ask()
    except StateError as error:
        told.append(error.code)
told.append(whole.call(lambda: "row"))
print(json.dumps(told))
"""


def test_a_panic_is_an_exception_and_its_client_is_poisoned_from_then_on(tmp_path: Path) -> None:
    (wheel,) = (REPOSITORY / "target/python/panics").glob("*.whl")
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(tmp_path)
    run = [sys.executable, "-I", "-c", textwrap.dedent(PROGRAM), str(tmp_path)]
    told = json.loads(subprocess.run(run, check=True, capture_output=True, text=True).stdout)
    assert told == [["PanicException", False, "a panic under the lock"], "poisoned", "poisoned", "row"]


def test_the_wheel_of_users_cannot_be_asked_to_panic() -> None:
    assert not hasattr(hedgerow._native.Client, "panic")
