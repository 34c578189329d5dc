"""Every file of cases that the binding runs, with its runner."""

from __future__ import annotations

from .choice import Choice
from .estimators import Estimators, HedgeDelays, HedgeTheory
from .flow import HedgeFlow
from .health import HealthTopic
from .limits import Limits
from .machine import Machine
from .outcomes import Outcomes, Pushbacks
from .random import Random
from .retry import AwsRetry, Backoffs, Budgets, GrpcThrottle
from .run import Topic
from .signals import SignalTopic
from .timers import Pauses, Timers
from .tokens import Tokens

TOPICS: list[Topic] = [
    Pauses(),
    Timers(),
    Random(),
    Pushbacks(),
    SignalTopic(),
    Estimators(),
    HedgeDelays(),
    HedgeFlow(),
    HedgeTheory(),
    AwsRetry(),
    Backoffs(),
    Budgets(),
    GrpcThrottle(),
    Choice(),
    HealthTopic(),
    Limits(),
    Tokens(),
    Machine(),
    Outcomes(),
]
