"""The social layers: a directed follower graph and a clustered chat graph, as CSR grouped by target segment.

The edges of an agent are a *sample* of the ties of the persons it stands for; how many persons a share reaches
is a trait of the person (``audience``), so the number of edges is resolution, not a parameter of the world.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from prsim.scenario.root import Scenario
from prsim.spread.compiled import njit
from prsim.spread.draws import Stream, hash3, stream_key
from prsim.spread.graph_generators import block_mixing, mixed_ties
from prsim.spread.graphs import Graph
from prsim.world.population import Population


@dataclass(frozen=True, slots=True)
class Layer:
    """Edges of agent ``i`` into segment ``h`` are ``idx[ptr[i * K + h]:ptr[i * K + h + 1]]``."""

    ptr: NDArray[np.int64]
    idx: NDArray[np.int32]

    def graph(self, segments: int) -> Graph:
        """The layer as a graph of agents, target segments merged; an agent drawn twice is tied twice."""
        return Graph(self.ptr[::segments], self.idx)


def mixing(scenario: Scenario) -> NDArray[np.float64]:
    """Share of the followers of a person of segment ``g`` that belong to ``h``; rows sum to one.

    ``homophily`` of them come from the own segment, the rest from all segments in proportion to size.
    """
    return block_mixing([s.size for s in scenario.segments.values()], scenario.population.homophily)


def build_follower_layer(scenario: Scenario, pop: Population) -> Layer:
    """Followers of each agent, more likely the more active they are."""
    key = stream_key(scenario.population.seed, Stream.GRAPH, "public")
    return Layer(
        *mixed_ties(
            key,
            pop.seg,
            pop.slot_ptr,
            pop.slots,
            mixing(scenario),
            scenario.population.follower_degree,
            False,
        )
    )


def build_chat_layer(scenario: Scenario, pop: Population) -> Layer:
    """Contacts in private chat: a ring lattice within the segment, rewired to long ties (Watts, Strogatz 1998)."""
    p = scenario.population
    key = stream_key(p.seed, Stream.GRAPH, "chat")
    degree = p.chat_degree + p.chat_degree % 2
    return Layer(
        *_small_world(
            key, pop.seg, pop.seg_ptr, pop.slot_ptr, pop.slots, mixing(scenario), degree, p.chat_rewire
        )
    )


@njit(cache=True)
def _unit(x: np.uint64) -> float:
    return np.float64(x >> np.uint64(11)) * 2.0**-53


@njit(cache=True)
def _small_world(key, seg, seg_ptr, slot_ptr, slots, mix, degree, rewire):  # type: ignore[no-untyped-def]
    n, k = seg.shape[0], mix.shape[0]
    ptr = np.zeros(n * k + 1, np.int64)
    target = np.empty((n, degree), np.int32)
    for i in range(n):
        g = seg[i]
        size = seg_ptr[g + 1] - seg_ptr[g]
        for e in range(degree):
            step = e // 2 + 1
            if e % 2:
                step = -step
            j = seg_ptr[g] + (i - seg_ptr[g] + step) % size
            if _unit(hash3(key, i, e)) < rewire:
                u, h, cum = _unit(hash3(key, i, e + 4096)), k - 1, 0.0
                for c in range(k):
                    cum += mix[g, c]
                    if u < cum:
                        h = c
                        break
                many = slot_ptr[h + 1] - slot_ptr[h]
                j = slots[slot_ptr[h] + np.int64(_unit(hash3(key, i, e + 8192)) * many)]
            target[i, e] = j
            ptr[i * k + seg[j] + 1] += 1
    for e in range(n * k):
        ptr[e + 1] += ptr[e]
    fill = ptr[:-1].copy()
    idx = np.empty(ptr[n * k], np.int32)
    for i in range(n):
        for e in range(degree):
            slot = i * k + seg[target[i, e]]
            idx[fill[slot]] = target[i, e]
            fill[slot] += 1
    return ptr, idx
