from __future__ import annotations

from typing import Any

import pytest

from prsim.scenario.root import Scenario
from prsim.study.api import simulate_many
from prsim.study.run import Run
from tests.laboratory import fixture

QUICK: dict[str, Any] = {"horizon_days": 6.0, "population.agents": 500, "engine.particles": 8, "workers": 1}


@pytest.fixture(scope="session")
def quick() -> Scenario:
    """A scenario that takes a moment: 6 days, 500 agents, two replicates, one counterfactual of each kind."""
    return fixture("rich", QUICK)


@pytest.fixture(scope="session")
def two_runs(quick: Scenario) -> list[Run]:
    return simulate_many(quick, 2)
