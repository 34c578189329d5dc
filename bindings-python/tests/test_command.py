"""`python -m hedgerow` prints, byte for byte, what the native command prints."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hedgerow import Client

TESTS = Path(__file__).resolve().parents[2] / "tests"
CASES: list[dict[str, Any]] = json.loads((TESTS / "commands/cases.json").read_text("utf-8"))["cases"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("commands")
    for file in (TESTS / "commands/files").iterdir():
        shutil.copy(file, made)
    shutil.copy(TESTS / "traces/scripted.trace.jsonl", made / "run.jsonl")
    return made


def hedgerow(folder: Path, words: list[str]) -> tuple[int, bytes, bytes]:
    run = [sys.executable, "-I", "-m", "hedgerow", *words]
    done = subprocess.run(run, cwd=folder, capture_output=True, check=False)
    return done.returncode, done.stdout, done.stderr


def text(lines: list[str]) -> bytes:
    return "".join(line + "\n" for line in lines).encode()


@pytest.mark.parametrize("case", CASES, ids=[" ".join(case["words"]) for case in CASES])
def test_it_prints_what_the_native_command_prints(case: dict[str, Any], folder: Path) -> None:
    told = hedgerow(folder, case["words"])
    assert told == (case["exit"], text(case["stdout"]), text(case["stderr"]))
    for path, lines in case.get("wrote", {}).items():
        assert (folder / path).read_bytes() == text(lines)


def test_its_help_names_what_it_can_do(folder: Path) -> None:
    code, stdout, stderr = hedgerow(folder, ["--help"])
    assert (code, stderr) == (0, b"")
    assert all(f"\n  {command} ".encode() in stdout for command in ("bounds", "check", "explain", "replay"))


def test_what_a_client_records_is_explained_and_replayed(tmp_path: Path) -> None:
    policy = {"operations": {"get": {"idempotency": "natural"}}, "trace": {"enabled": True}}
    (tmp_path / "client.json").write_text(json.dumps(policy))
    client = Client(policy, endpoints=["a", "b"], on_event=lambda event: None)
    with (tmp_path / "run.trace").open("wb") as file:
        for _ in range(3):
            assert client.call(lambda: 1, op="get") == 1
            file.write(client.take_trace())
        client.close()
        file.write(client.take_trace())
    code, stdout, stderr = hedgerow(tmp_path, ["replay", "run.trace", "--config", "client.json"])
    assert (code, stdout.startswith(b"the same: "), stderr) == (0, True, b"")
    code, stdout, _ = hedgerow(tmp_path, ["explain", "run.trace", "--json", "-"])
    calls = json.loads(stdout)
    assert [call["end"] for call in calls] == ["response"] * 3
    code, stdout, _ = hedgerow(tmp_path, ["explain", "run.trace", str(calls[1]["call"]), "--config", "client.json"])
    assert code == 0
    assert b"-> send attempt 1 (primary) to " in stdout


def test_a_reader_that_goes_away_is_no_error(folder: Path) -> None:
    program = f"{sys.executable} -I -m hedgerow bounds client.json | true"
    done = subprocess.run(program, cwd=folder, shell=True, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
