"""An imported graph as a social layer: nodes become agents, ties become ties of agents.

Agents are samples that stand for many persons, nodes are persons or accounts. Within a segment the nodes are handed to
the agents in order, as evenly as possible: several nodes to an agent where there are more nodes, several agents to a
node where there are more agents. Since the order is that of the list of nodes, neighbours in the list stay neighbours.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from prsim.errors import GraphError
from prsim.scenario.root import Scenario
from prsim.spread.draws import Stream, stream_key, uniform_array
from prsim.spread.graph_generators import MOST_TIES
from prsim.spread.graphs import Graph
from prsim.world.graph_files import refuse
from prsim.world.imported import Edges, SocialGraph, prefixed, read_graph
from prsim.world.networks import Layer
from prsim.world.population import Population

__all__ = ["Imported", "place_graphs", "read_graphs"]

type Whole = NDArray[np.int64]
type Floats = NDArray[np.float64]

_ENTRIES = 8  # entries of an agent's list per tie, where weights have to be told apart
_WHOLE_ENTRIES = 4  # whole weights stand as they are while they make no more entries per tie than this
_MUCH_WITHIN = 0.2  # share of ties within agents that deserves a note


@dataclass(frozen=True, slots=True, eq=False)
class Imported:
    """The graphs of a scenario over one list of nodes.

    Attributes
    ----------
    graphs
        ``"follower"`` and ``"chat"``, where imported; all over the same nodes.
    segment
        Segment of each node, as a number.
    notes
        What a planner should know.
    """

    graphs: Mapping[str, Graph]
    segment: Whole
    notes: tuple[str, ...]


class Hosts(NamedTuple):
    """Agents of each node: ``first[v], …, first[v] + copies[v] - 1``."""

    first: Whole
    copies: Whole


def read_graphs(scenario: Scenario) -> Imported | None:
    """Read and check the graphs that a scenario names; None where it names none.

    Raises
    ------
    prsim.errors.GraphError
        With every problem, its key, file, row and column.
    """
    p = scenario.population
    named = {"follower": (p.follower_graph, p.follower_edges), "chat": (p.chat_graph, p.chat_edges)}
    found: dict[str, SocialGraph] = {}
    problems: list[GraphError] = []
    for name, (path, edges) in named.items():
        if path:
            try:
                found[name] = read_graph(
                    path, p.graph_nodes or None, edges=cast(Edges, edges), segments=tuple(scenario.segments)
                )
            except GraphError as wrong:
                problems.append(prefixed(wrong, f"population.{name}_graph"))
    if problems:
        raise GraphError(problem for error in problems for problem in error.problems)
    if not found:
        return None
    ids = list(dict.fromkeys(i for g in found.values() for i in g.ids))
    number = {name: k for k, name in enumerate(ids)}
    graphs = {name: _over(g, number) for name, g in found.items()}
    notes = [note for g in found.values() for note in g.notes]
    return Imported(graphs, _segments(scenario, ids, found, notes), tuple(dict.fromkeys(notes)))


def _over(social: SocialGraph, number: Mapping[str, int]) -> Graph:
    """A graph over the common list of nodes."""
    at = np.array([number[i] for i in social.ids], dtype=np.int64)
    g = social.graph
    return Graph.from_edges(len(number), at[g.source], at[g.indices], g.weights)


def _segments(
    scenario: Scenario, ids: list[str], found: Mapping[str, SocialGraph], notes: list[str]
) -> Whole:
    """Segment of each node: as listed; in proportion to size, by lot, where nothing is known."""
    names = {name: k for k, name in enumerate(scenario.segments)}
    known: dict[str, str] = {}
    for name, g in found.items():
        for node, segment in zip(g.ids, g.segments, strict=False):
            if known.setdefault(node, segment) != segment:
                raise refuse(
                    f"population.{name}_graph",
                    f"node {node!r} is in segment {segment!r} here, but in {known[node]!r} in the follower graph",
                )
    if known:
        lacking = [i for i in ids if i not in known]
        if lacking:
            raise refuse(
                "population.graph_nodes",
                f"{len(lacking)} nodes of one graph have no segment, as {lacking[0]!r}; list all in graph_nodes",
            )
        return np.array([names[known[i]] for i in ids], dtype=np.int64)
    sizes = np.array([s.size for s in scenario.segments.values()])
    if len(ids) < len(sizes):
        raise refuse(
            "population.follower_graph" if "follower" in found else "population.chat_graph",
            f"has {len(ids)} nodes for {len(sizes)} segments; every segment needs at least one",
        )
    counts = _apportioned(sizes / sizes.sum(), len(ids))
    if len(sizes) > 1:
        notes.append(
            f"The {len(ids):,} nodes of the graph have no segment; they get one by lot, in proportion to size, so "
            "that ties ignore segments. A table with columns id, segment (population.graph_nodes) says who is who."
        )
    key = stream_key(scenario.population.seed, Stream.GRAPH, "segments")
    order = np.argsort(uniform_array(key, np.arange(len(ids)), 0), kind="stable")
    out = np.empty(len(ids), dtype=np.int64)
    out[order] = np.repeat(np.arange(len(sizes)), counts)
    return out


def _apportioned(share: Floats, total: int) -> Whole:
    """Whole numbers that sum to ``total``, at least one each, by largest remainders."""
    ideal = share * (total - len(share))
    n = np.floor(ideal).astype(np.int64)
    n[np.argsort(-(ideal - n), kind="stable")[: total - len(share) - int(n.sum())]] += 1
    return n + 1


def place_graphs(
    scenario: Scenario, pop: Population, imported: Imported
) -> tuple[dict[str, Layer], Population, tuple[str, ...]]:
    """Hand the nodes to the agents.

    Returns
    -------
    (dict of str to Layer, Population, notes)
        Layers by name; the audience, in which how many persons a post (a forward into chat) reaches is in proportion
        to the ties of the agent's nodes in the follower (chat) graph, the segment's mean unchanged; what was notable.
    """
    segments, node_segment = len(pop.weight), imported.segment
    hosts = hand_out(node_segment, pop.seg_ptr)
    layers: dict[str, Layer] = {}
    notes = list(imported.notes)
    for name, graph in imported.graphs.items():
        key = stream_key(scenario.population.seed, Stream.GRAPH, "hosts", name)
        layers[name], within = _layer(graph, hosts, pop.seg, segments, key)
        if within > _MUCH_WITHIN:
            notes.append(
                f"{within:.0%} of the ties of the {name} graph run between nodes of one agent and are left out; with "
                f"more agents (population.agents) than the graph's {graph.n:,} nodes none would be."
            )
        public = name == "follower"
        degree = _mean_degree(graph, hosts, pop.n)
        scaled, silent = _scaled(pop.audience if public else pop.chat, degree, pop.seg_ptr)
        pop = replace(pop, audience=scaled) if public else replace(pop, chat=scaled)
        notes += [
            f"No tie of the {name} graph begins in the segment {s!r}: what is posted there reaches nobody."
            for s, gone in zip(scenario.segments, silent, strict=True)
            if gone
        ]
    return layers, pop, tuple(notes)


def hand_out(node_segment: Whole, seg_ptr: Whole) -> Hosts:
    """Hand the nodes of each segment to its agents, in order and as evenly as possible."""
    first = np.zeros(node_segment.size, dtype=np.int64)
    count = np.ones(node_segment.size, dtype=np.int64)
    for g in range(len(seg_ptr) - 1):
        nodes = np.flatnonzero(node_segment == g)
        agents, many = int(seg_ptr[g + 1] - seg_ptr[g]), nodes.size
        rank = np.arange(many)
        if many >= agents:
            first[nodes] = seg_ptr[g] + rank * agents // many
        else:  # agent a has node a · many // agents
            begin = -(-rank * agents // many)
            first[nodes] = seg_ptr[g] + begin
            count[nodes] = -(-(rank + 1) * agents // many) - begin
    return Hosts(first, count)


def _copies(count: Whole) -> tuple[Whole, Whole]:
    """Every index as often as ``count`` says, and which copy of it each one is."""
    index = np.repeat(np.arange(count.size), count)
    return index, np.arange(index.size) - np.repeat(np.cumsum(count) - count, count)


def _layer(
    graph: Graph, hosts: Hosts, seg: NDArray[np.uint8], segments: int, key: np.uint64
) -> tuple[Layer, float]:
    """Ties of agents, and the share of ties that would have led from an agent to itself."""
    source, target = graph.source.astype(np.int64), graph.indices.astype(np.int64)
    edge, nth = _copies(hosts.copies[source])
    from_agent = hosts.first[source[edge]] + nth
    pick = uniform_array(key, edge + graph.edges * nth, 0) * hosts.copies[target[edge]]
    to_agent = hosts.first[target[edge]] + pick.astype(np.int64)
    kept = from_agent != to_agent
    slot = from_agent * segments + seg[to_agent]
    order = np.argsort(slot, kind="stable")
    order = order[kept[order]]
    slot, to_agent = slot[order], to_agent[order]
    times = np.ones(order.size, dtype=np.int64)
    if graph.weights is not None:
        times = _entries(graph.weights[edge[order]], from_agent[order], key)
    ptr = np.concatenate([[0], np.cumsum(np.bincount(slot, weights=times, minlength=seg.size * segments))])
    if ptr[-1] > MOST_TIES:
        raise refuse(
            "population.agents", f"{int(ptr[-1]):,} ties of agents are too many; a layer holds fewer than 2³²"
        )
    layer = Layer(ptr.astype(np.uint32), np.repeat(to_agent.astype(np.int32), times))
    return layer, 1.0 - float(kept.mean()) if kept.size else 0.0


def _entries(weight: Floats, agent: Whole, key: np.uint64) -> Whole:
    """How often each tie stands in its agent's list, in proportion to weight; by systematic sampling where needed."""
    if np.all(weight == np.floor(weight)) and weight.sum() <= _WHOLE_ENTRIES * weight.size:
        return weight.astype(np.int64)
    _, begin, owner = np.unique(agent, return_index=True, return_inverse=True)  # ties are sorted by agent
    mean = np.bincount(owner, weights=weight) / np.bincount(owner)
    wanted = np.cumsum(_ENTRIES * weight / mean[owner])
    base = (wanted - _ENTRIES * weight / mean[owner])[begin]
    upper = np.floor(wanted - base[owner] + uniform_array(key, agent, 1) + 1e-9).astype(np.int64)
    times = np.diff(upper, prepend=0)
    times[begin] = upper[begin]
    return times


def _mean_degree(graph: Graph, hosts: Hosts, agents: int) -> Floats:
    """Ties of an agent's nodes, on average."""
    node, nth = _copies(hosts.copies)
    agent = hosts.first[node] + nth
    total = np.bincount(agent, weights=graph.out_degree[node], minlength=agents)
    mean: Floats = total / np.bincount(agent, minlength=agents)
    return mean


def _scaled(
    trait: NDArray[np.float32], degree: Floats, seg_ptr: Whole
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """A trait in proportion to degree, its mean in each segment unchanged; segments in which nobody has a tie."""
    out = trait.astype(np.float64) * degree
    silent = np.zeros(len(seg_ptr) - 1, dtype=np.bool_)
    for g in range(len(silent)):
        here = slice(int(seg_ptr[g]), int(seg_ptr[g + 1]))
        mean = out[here].mean()
        silent[g] = mean == 0.0
        out[here] *= trait[here].mean(dtype=np.float64) / mean if mean > 0 else 0.0
    return out.astype(np.float32), silent
