"""The tables of the configuration document, one class each.

Durations are float seconds or `timedelta`; ratios and counts are plain numbers. Nothing has a default here: what is
left out is filled in by the core, which also checks every value when a client is built.

>>> from hedgerow.config import Objective, Policy, Retry
>>> policy = Policy(objective=Objective(target=0.01, max=0.5), retry=Retry(max_attempts=3))
>>> policy.to_dict()["objective"]
{'target_us': 10000, 'max_us': 500000}
"""

from __future__ import annotations

from ._generated.config import *  # noqa: F403
