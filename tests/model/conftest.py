from __future__ import annotations

import pandas as pd
import pytest

import prsim
from prsim.study.run import Run
from tests.laboratory import fixture


@pytest.fixture(scope="session")
def rich_run() -> Run:
    """One run of the scenario with everything in it, seed 1."""
    return prsim.simulate(fixture("rich"), 1)


@pytest.fixture(scope="session")
def rich_events(rich_run: Run) -> pd.DataFrame:
    return rich_run.events
