"""What is tested is the installed wheel."""

import json
import sysconfig
from importlib.metadata import requires
from pathlib import Path

import hedgerow
import hedgerow._native


def test_the_wheel_is_what_is_tested() -> None:
    installed = Path(sysconfig.get_path("platlib"))
    assert Path(hedgerow._native.__file__ or "").is_relative_to(installed)
    assert (Path(hedgerow.__file__ or "").parent / "py.typed").is_file()


def test_the_schema_of_the_configuration_is_in_the_wheel() -> None:
    schema = json.loads((Path(hedgerow.__file__ or "").parent / "config.schema.json").read_text())
    assert schema["properties"]["operations"]["additionalProperties"] == {"$ref": "#/$defs/operation"}


def test_nothing_is_needed_at_run_time() -> None:
    assert all("extra ==" in needed for needed in requires("hedgerow") or [])
