"""The social layers: a directed follower graph and a clustered chat graph, as CSR grouped by target segment.

The edges of an agent are a *sample* of the ties of the persons it stands for; how many persons a share reaches
is a trait of the person (``audience``), so the number of edges is resolution, not a parameter of the world.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from prsim.errors import ConfigError
from prsim.scenario.root import Scenario
from prsim.spread.compiled import njit
from prsim.spread.draws import Stream, hash3, stream_key
from prsim.spread.graph_generators import MOST_TIES, block_mixing, mixed_ties
from prsim.spread.graphs import Graph
from prsim.spread.places import LOTS, STEP, occupant
from prsim.spread.walks import coprime_step
from prsim.world.population import Population


@dataclass(frozen=True, slots=True)
class Layer:
    """Edges of agent ``i`` into segment ``h`` are ``idx[ptr[i * K + h]:ptr[i * K + h + 1]]``."""

    ptr: NDArray[np.uint32]
    idx: NDArray[np.int32]

    def graph(self, segments: int) -> Graph:
        """The layer as a graph of agents, target segments merged; an agent drawn twice is tied twice."""
        return Graph(self.ptr[::segments].astype(np.int64), self.idx)


def mixing(scenario: Scenario) -> NDArray[np.float64]:
    """Share of the followers of a person of segment ``g`` that belong to ``h``; rows sum to one.

    ``homophily`` of them come from the own segment, the rest from all segments in proportion to size.
    """
    return block_mixing([s.size for s in scenario.segments.values()], scenario.population.homophily)


def check_ties(key: str, agents: int, degree: int) -> None:
    """Refuse more ties in one layer than can be counted in 32 bits.

    Raises
    ------
    prsim.errors.ConfigError
        Naming the key of the degree.
    """
    if agents * degree > MOST_TIES:
        most = MOST_TIES // agents
        raise ConfigError.of(
            f"population.{key}",
            f"{degree} ties of each of {agents:,} agents are too many for one layer, which holds fewer than 2³² of "
            f"them; at most {most} with so many agents",
            given=str(degree),
            allowed=f"1 to {most}",
        )


def build_follower_layer(scenario: Scenario, pop: Population) -> Layer:
    """Followers of each agent, more likely the more active they are."""
    check_ties("follower_degree", pop.n, scenario.population.follower_degree)
    key = stream_key(scenario.population.seed, Stream.GRAPH, "public")
    return Layer(
        *mixed_ties(
            key,
            pop.seg,
            pop.seg_ptr,
            pop.slots,
            mixing(scenario),
            scenario.population.follower_degree,
            False,
        )
    )


def build_chat_layer(scenario: Scenario, pop: Population) -> Layer:
    """Contacts in private chat: a ring lattice within the segment, rewired to long ties (Watts, Strogatz 1998).

    Who are neighbours on the ring are far apart in memory: those side by side meet the same items at the same time.
    """
    p = scenario.population
    key = stream_key(p.seed, Stream.GRAPH, "chat")
    degree = p.chat_degree + p.chat_degree % 2
    check_ties("chat_degree", pop.n, degree)
    return Layer(*_small_world(key, pop.seg, pop.seg_ptr, pop.slots, mixing(scenario), degree, p.chat_rewire))


@njit(cache=True)
def _unit(x: np.uint64) -> float:
    return np.float64(x >> np.uint64(11)) * 2.0**-53


@njit(cache=True)
def _small_world(key, seg, seg_ptr, cells, mix, degree, rewire):  # type: ignore[no-untyped-def]
    """Contacts by segment of the target, every agent with ``degree`` of them; see :class:`Layer`."""
    n, k = seg.shape[0], mix.shape[0]
    ptr = np.empty(n * k + 1, np.uint32)
    ptr[0] = 0
    idx = np.empty(n * degree, np.int32)
    contact, place = np.empty(degree, np.int64), np.empty(k + 1, np.int64)
    stride = np.int64(1)
    for i in range(n):
        g = seg[i]
        lo, hi = seg_ptr[g], seg_ptr[g + 1]
        if i == lo:
            stride = coprime_step(STEP, hi - lo)
        place[:] = 0
        for e in range(degree):
            step = e // 2 + 1
            if e % 2:
                step = -step
            j = lo + (i - lo + step * stride) % (hi - lo)
            if _unit(hash3(key, i, e)) < rewire:
                u, h, cum = _unit(hash3(key, i, e + 4096)), k - 1, 0.0
                for c in range(k):
                    cum += mix[g, c]
                    if u < cum:
                        h = c
                        break
                many = LOTS * (seg_ptr[h + 1] - seg_ptr[h])
                j = occupant(cells, LOTS * seg_ptr[h] + np.int64(_unit(hash3(key, i, e + 8192)) * many))
            contact[e] = j
            place[seg[j] + 1] += 1
        for h in range(k):
            place[h + 1] += place[h]
            ptr[i * k + h + 1] = i * degree + place[h + 1]
        for e in range(degree):
            h = seg[contact[e]]
            idx[i * degree + place[h]] = contact[e]
            place[h] += 1
    return ptr, idx
