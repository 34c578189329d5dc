"""Tables of the configuration: what is given goes into the document, everything else is the core's."""

import pickle
from dataclasses import FrozenInstanceError, fields, replace
from datetime import timedelta
from typing import Any, cast

import hedgerow
import pytest
from hedgerow import Client, ConfigError, Hedge, Namespace, Objective, Operation, Policy, Retry, config
from hedgerow.config import Backoff, ClassPolicy, Ejection, FailurePercentage
from hypothesis import given
from hypothesis import strategies as st


def test_what_is_not_given_stays_out_of_the_document() -> None:
    assert Policy().to_dict() == {}
    assert Policy(retry=Retry()).to_dict() == {"retry": {}}
    assert Policy(hedge=Hedge(delay=None)).to_dict() == {"hedge": {"delay_us": None}}


def test_durations_are_seconds_and_become_whole_microseconds() -> None:
    objective = Objective(target=0.0003, max=timedelta(milliseconds=500))
    assert objective.to_dict() == {"target_us": 300, "max_us": 500_000}
    assert Backoff(base="target", cap=1).to_dict() == {"base_us": "target", "cap_us": 1_000_000}


def test_every_table_renders_and_reads_itself() -> None:
    policy = Policy(
        objective=Objective(target=0.01, max=0.5),
        retry=Retry(max_attempts=2, backoff=Backoff(base=0.02, jitter="full")),
        ejection=Ejection(failure_percentage=FailurePercentage(threshold=90)),
        operations={"get": Operation(idempotency="natural", hedge=Hedge(max=2))},
        namespaces={"tv": Namespace(operations={"get": ClassPolicy(limits=config.Limits(calls=5))})},
    )
    assert Policy.from_dict(policy.to_dict()) == policy
    Client(policy).close()


def test_a_table_is_frozen_replaceable_and_picklable() -> None:
    retry = Retry(max_attempts=2)
    with pytest.raises(FrozenInstanceError):
        retry.max_attempts = 3  # type: ignore[misc]
    assert replace(retry, max_attempts=3).to_dict() == {"max_attempts": 3}
    policy = Policy(retry=retry, operations={"get": Operation(priority="bulk")})
    again = pickle.loads(pickle.dumps(policy))
    assert again == policy
    assert again.hedge is policy.hedge
    with pytest.raises(TypeError):
        cast("Any", Retry)(3)


def test_an_unknown_name_is_refused_with_its_path() -> None:
    with pytest.raises(
        ConfigError, match=r"operations\.get\.retry\.tries: unknown, want one of .*max_attempts"
    ) as told:
        Policy.from_dict({"operations": {"get": {"retry": {"tries": 3}}}})
    assert told.value.field == "operations.get.retry.tries"
    with pytest.raises(ConfigError, match="want a map"):
        Policy.from_dict({"retry": 3})


@pytest.mark.parametrize(
    ("policy", "path"),
    [
        (Policy(retry=Retry(max_attempts=11)), "retry.max_attempts"),
        (Policy(objective=Objective(max=float("nan"))), "objective.max_us"),
        (Policy(objective=Objective(max=-1.0)), "objective.max_us"),
        (Policy(objective=Objective(target=0.000_000_3)), "objective.target_us"),
        (Policy(hedge=Hedge(strategy="fixed")), "hedge.delay_us"),
        (Policy(operations={"get": Operation(retry=Retry(max_attempts=0))}), "operations.get.retry.max_attempts"),
    ],
)
def test_the_core_refuses_what_is_out_of_range(policy: Policy, path: str) -> None:
    with pytest.raises(ConfigError) as told:
        Client(policy)
    assert isinstance(told.value, ValueError)
    assert (told.value.code, told.value.field) == ("config", path)
    assert path in str(told.value)


@given(st.integers(0, 3_600_000_000))
def test_every_microsecond_survives_the_way_through_seconds(micros: int) -> None:
    assert Objective.from_dict({"max_us": micros}).to_dict() == {"max_us": micros}


def test_each_table_of_the_document_is_a_class() -> None:
    tables = {field.name for field in fields(Policy)}
    assert {"objective", "limits", "hedge", "retry", "budget", "balance", "trace", "operations"} <= tables
    assert all(
        hasattr(config, name.title().replace("_", ""))
        for name in tables - {"version", "service", "breaker"} - {"operations", "namespaces"}
    )
    with pytest.raises(AttributeError):
        hedgerow.Nothing  # noqa: B018
