from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import prsim
from prsim.errors import ConfigError, Problem
from prsim.scenario.read import read_file
from tests.laboratory import TINY

type Refuse = Callable[..., dict[str, Problem]]


@pytest.fixture
def tiny_plain() -> dict[str, Any]:
    return read_file(TINY)


@pytest.fixture
def refuse(tiny: Path) -> Refuse:
    """Load with overrides that must be refused; the problems by key."""

    def load(*overrides: str, scenario: str | Path = tiny) -> dict[str, Problem]:
        with pytest.raises(ConfigError) as caught:
            prsim.load(scenario, overrides)
        return {problem.path: problem for problem in caught.value.problems}

    return load
