"""An agent-based simulation laboratory for PR decisions.

Examples
--------
>>> import prsim
>>> scenario = prsim.load("dingtalk_2024", ["response.first_h=2"])  # doctest: +SKIP
>>> run = prsim.simulate(scenario, seed=1)  # doctest: +SKIP
>>> run.summary["nps"]  # doctest: +SKIP
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from prsim.design.experiment import Experiment
    from prsim.design.points import Design
    from prsim.design.reading import experiment_names, load_experiment
    from prsim.errors import ConfigError, GraphError, PrsimError
    from prsim.scenario.load import load, load_with_notes
    from prsim.scenario.plain import config_hash, to_plain
    from prsim.scenario.root import Scenario
    from prsim.spread.graphs import Graph
    from prsim.study.api import simulate, simulate_many
    from prsim.study.choice import choose_best
    from prsim.study.comparison import Comparison, compare
    from prsim.study.opened import Study, open_study
    from prsim.study.response_curve import response_curve
    from prsim.study.run import Run
    from prsim.study.sweep import sweep
    from prsim.study.warning import assess_warning
    from prsim.world.describe import layer_statistics
    from prsim.world.imported import SocialGraph, read_graph

__version__ = "0.1.0"

__all__ = [
    "compare",
    "choose_best",
    "response_curve",
    "Comparison",
    "load",
    "load_with_notes",
    "simulate",
    "simulate_many",
    "sweep",
    "open_study",
    "Study",
    "assess_warning",
    "load_experiment",
    "experiment_names",
    "Scenario",
    "Run",
    "Design",
    "Experiment",
    "to_plain",
    "config_hash",
    "PrsimError",
    "ConfigError",
    "GraphError",
    "Graph",
    "SocialGraph",
    "read_graph",
    "layer_statistics",
    "__version__",
]

_HOMES = {
    "compare": "prsim.study.comparison",
    "choose_best": "prsim.study.choice",
    "response_curve": "prsim.study.response_curve",
    "Comparison": "prsim.study.comparison",
    "load": "prsim.scenario.load",
    "load_with_notes": "prsim.scenario.load",
    "simulate": "prsim.study.api",
    "simulate_many": "prsim.study.api",
    "sweep": "prsim.study.sweep",
    "open_study": "prsim.study.opened",
    "Study": "prsim.study.opened",
    "assess_warning": "prsim.study.warning",
    "load_experiment": "prsim.design.reading",
    "experiment_names": "prsim.design.reading",
    "Design": "prsim.design.points",
    "Experiment": "prsim.design.experiment",
    "Scenario": "prsim.scenario.root",
    "Run": "prsim.study.run",
    "to_plain": "prsim.scenario.plain",
    "config_hash": "prsim.scenario.plain",
    "PrsimError": "prsim.errors",
    "ConfigError": "prsim.errors",
    "GraphError": "prsim.errors",
    "Graph": "prsim.spread.graphs",
    "SocialGraph": "prsim.world.imported",
    "read_graph": "prsim.world.imported",
    "layer_statistics": "prsim.world.describe",
}


def __getattr__(name: str) -> Any:
    """Import public names when they are first used, so that ``import prsim`` stays quick."""
    if name not in _HOMES:
        raise AttributeError(f"module 'prsim' has no attribute {name!r}")
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
