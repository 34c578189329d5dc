"""Every conformance case that the binding's surface can run."""

from __future__ import annotations

import pytest
from vectors.run import LEFT, OWN, REPOSITORY, Json, Topic, cases, in_scope, run_case
from vectors.topics import TOPICS

ALL = [(topic, case) for topic in TOPICS for case in in_scope(topic.file)]


@pytest.mark.parametrize(("topic", "case"), ALL, ids=[f"{topic.file}-{case['id']}" for topic, case in ALL])
def test_a_case_holds(topic: Topic, case: Json) -> None:
    print("source:", case.get("source"), "reading:", case.get("reading"))  # noqa: T201 - shown where it fails
    run_case(topic, case)


def test_every_file_of_cases_has_a_runner_or_stands_in_a_list() -> None:
    run = {topic.file for topic in TOPICS if any(True for _ in in_scope(topic.file))}
    files = {path.name for path in (REPOSITORY / "tests/vectors").glob("*.json")}
    assert {file for file in files - run if f"{file} *" not in LEFT} == set()


@pytest.mark.parametrize("line", OWN)
def test_every_line_of_the_list_names_a_case(line: str) -> None:
    file, name = line.split(" ")
    name, _, step = name.partition("#")
    found = [case for case in cases(file) if name in {"*", case["id"]}]
    assert found, line
    assert not step or int(step) < len(found[0]["steps"]), line
