"""Mesa is imported in part, and nobody who imports Mesa can tell."""

from __future__ import annotations

import subprocess
import sys

import pytest

PROGRAMS = {
    "a run needs no grids": """
        import prsim.model.simulation, sys
        assert not {"scipy.spatial", "networkx", "mesa.discrete_space"} & set(sys.modules)
    """,
    "what is left out comes when asked for": """
        import prsim.model.simulation as ours
        import mesa
        from mesa.discrete_space import CellAgent, Network
        assert issubclass(ours.Simulation, mesa.Model) and issubclass(CellAgent, mesa.Agent)
        assert mesa.DataCollector and mesa.batch_run and mesa.__version__ and mesa.space and mesa.time
        assert mesa.experimental.mesa_signals and mesa.experimental.continuous_space
    """,
    "names are imported from it": """
        import prsim.model.simulation
        from mesa import Agent, DataCollector, Model
        from mesa.experimental import devs
        from mesa import *
        assert DataCollector and devs and discrete_space and Model
    """,
    "a submodule is imported from it": """
        import prsim.model.simulation
        import mesa.space
        assert mesa.space.MultiGrid and mesa.datacollection
    """,
    "so is pandas, with its data frames": """
        import prsim.model.simulation, sys
        assert "pandas.core" not in sys.modules
        import pandas as pd
        from pandas.api.types import is_integer_dtype
        assert is_integer_dtype(pd.DataFrame({"a": [1]}).a) and pd.__version__
    """,
    "Mesa was there before": """
        import mesa, sys
        before = mesa
        import prsim.model.simulation as ours
        assert sys.modules["mesa"] is before and mesa.discrete_space
        assert issubclass(ours.Simulation, mesa.Model)
    """,
    "no such name": """
        import prsim.model.simulation
        import mesa
        assert not hasattr(mesa, "no_such_name") and mesa.discrete_space
    """,
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_mesa_is_whole_for_everybody_else(name: str) -> None:
    lines = [line.strip() for line in PROGRAMS[name].strip().splitlines()]
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", "\n".join(lines)], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
