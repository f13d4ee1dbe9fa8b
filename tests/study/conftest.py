from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from prsim.scenario.root import Scenario
from prsim.study import run_point
from prsim.study.api import simulate_many
from prsim.study.opened import Study
from prsim.study.run import Run
from prsim.study.sweep import sweep
from tests.laboratory import fixture

from .sweeps import small

QUICK: dict[str, Any] = {"horizon_days": 6.0, "population.agents": 500, "engine.particles": 8, "workers": 1}


@pytest.fixture(scope="session")
def quick() -> Scenario:
    """A scenario that takes a moment: 6 days, 500 agents, two replicates, one counterfactual of each kind."""
    return fixture("rich", QUICK)


@pytest.fixture(scope="session")
def two_runs(quick: Scenario) -> list[Run]:
    return simulate_many(quick, 2)


@pytest.fixture(scope="session")
def done_study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    return sweep(small(), tmp_path_factory.mktemp("done") / "study", workers=1)


@pytest.fixture
def nothing_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise AssertionError("nothing must run")

    monkeypatch.setattr(run_point, "Simulation", fail)


@pytest.fixture
def copy(done_study: Study, tmp_path: Path) -> Path:
    """The study, to do with as one likes."""
    folder = tmp_path / "study"
    folder.mkdir()
    for path in done_study.folder.iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    return folder
