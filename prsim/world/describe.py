"""What the social layers of a world look like."""

from __future__ import annotations

from dataclasses import asdict

import pandas as pd

from prsim.scenario.root import Scenario
from prsim.spread.graph_measures import graph_statistics
from prsim.world.build import World, build_world
from prsim.world.networks import Layer

__all__ = ["layer_statistics"]


def layer_statistics(what: Scenario | World) -> pd.DataFrame:
    """Statistics of the two social layers over agents.

    Parameters
    ----------
    what
        A world, or a scenario whose world is built.

    Returns
    -------
    DataFrame
        One column per layer (``follower``, ``chat``); rows as in :func:`prsim.spread.graph_measures`, with the
        exponent of the tail of the out-degrees. Groups are segments, and `homophily` reckons chance by persons.
        Agents drawn twice as a tie of one agent count once.
    """
    world = build_world(what) if isinstance(what, Scenario) else what
    t, columns = world.ties, {}
    for name, ptr, idx in (("follower", t.public_ptr, t.public_idx), ("chat", t.chat_ptr, t.chat_idx)):
        found = asdict(
            graph_statistics(
                Layer(ptr, idx).graph(len(world.segments)), world.population.seg.astype(int), world.sizes
            )
        )
        found["tail"] = found["tail"][0]
        columns[name] = found
    return pd.DataFrame(columns).rename(
        index={"tail": "tail_exponent", "group_assortativity": "segment_assortativity"}
    )
