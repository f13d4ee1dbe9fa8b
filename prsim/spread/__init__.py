"""The compiled engine: draws, kernels, textbook models. Knows nothing of PR, brands or money.

Names are loaded when first used, so that importing the package does not import numba.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from prsim.spread.cascades import complex_contagion, independent_cascade, linear_threshold
    from prsim.spread.clocks import bass, daley_kendall
    from prsim.spread.draws import STREAMS, Draws, Stream, stream_key
    from prsim.spread.epidemic import sir
    from prsim.spread.graph_generators import (
        block_graph,
        configuration_graph,
        heavy_tailed_graph,
        small_world_graph,
    )
    from prsim.spread.graph_measures import GraphStatistics, graph_statistics
    from prsim.spread.graphs import Graph
    from prsim.spread.opinion import deffuant, degroot, hegselmann_krause
    from prsim.spread.textbook import Cascades, Opinions

_HOMES = {
    "cascades": ("complex_contagion", "independent_cascade", "linear_threshold"),
    "clocks": ("bass", "daley_kendall"),
    "draws": ("STREAMS", "Draws", "Stream", "stream_key"),
    "epidemic": ("sir",),
    "graph_generators": ("block_graph", "configuration_graph", "heavy_tailed_graph", "small_world_graph"),
    "graph_measures": ("GraphStatistics", "graph_statistics"),
    "graphs": ("Graph",),
    "opinion": ("deffuant", "degroot", "hegselmann_krause"),
    "textbook": ("Cascades", "Opinions"),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "STREAMS",
    "Cascades",
    "Draws",
    "Graph",
    "GraphStatistics",
    "Opinions",
    "Stream",
    "bass",
    "block_graph",
    "complex_contagion",
    "configuration_graph",
    "daley_kendall",
    "deffuant",
    "degroot",
    "graph_statistics",
    "heavy_tailed_graph",
    "hegselmann_krause",
    "independent_cascade",
    "linear_threshold",
    "sir",
    "small_world_graph",
    "stream_key",
]


def __getattr__(name: str) -> Any:
    """Load a public name from its module on first use."""
    home = _HOME_OF.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{home}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
