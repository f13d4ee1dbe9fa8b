"""Cascades and epidemics as searches: SciPy's on the live edges of a run, which NumPy draws, node by node.

The graphs have what the compiled search treats apart: rows longer than a block of draws, frontiers large enough to be
sorted by bits, times far beyond the calendar.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.sparse import csgraph, csr_array

import prsim.spread as spread
from prsim.spread.draws import uniform_array
from tests.spread.oracle import Csr

NODES = 20_000
SEEDS = [0, 7, 11, 19_999]


def with_hubs(seed: int) -> Csr:
    """A simple directed graph in which a few rows are very long, and not sorted."""
    rng = np.random.default_rng(seed)
    degrees = np.minimum(3.0 * (1.0 + rng.pareto(1.3, NODES)), 4000.0).astype(np.int64)
    source = np.repeat(np.arange(NODES), degrees)
    pairs = np.unique(source * NODES + rng.integers(0, NODES, source.size))
    pairs = rng.permutation(pairs[pairs // NODES != pairs % NODES])
    pairs = pairs[np.argsort(pairs // NODES, kind="stable")]
    assert np.bincount(pairs // NODES).max() > 2000
    return np.append(0, np.cumsum(np.bincount(pairs // NODES, minlength=NODES))), pairs % NODES


def draws(seed: int, name: str, count: int, run: int) -> NDArray[np.float64]:
    return uniform_array(spread.stream_key(seed, spread.Stream.TEXTBOOK, name), np.arange(count), run)


def searched(graph: Csr, live: NDArray[np.bool_], length: NDArray[np.float64]) -> NDArray[np.float64]:
    """How far each node is from the nearest seed over live edges."""
    source = np.repeat(np.arange(NODES), np.diff(graph[0]))
    matrix = csr_array((length[live], (source[live], graph[1][live])), shape=(NODES, NODES))
    found: NDArray[np.float64] = csgraph.dijkstra(matrix, indices=SEEDS, min_only=True)
    return found


def check_parents(
    graph: Csr, cascades: spread.Cascades, run: int, live: NDArray[np.bool_], length: Any
) -> None:
    """The parent of each node is the lowest-numbered one from which it is as far as it is from the seeds."""
    assert cascades.times is not None and cascades.parents is not None
    times, source = cascades.times[run], np.repeat(np.arange(NODES), np.diff(graph[0]))
    shortest = live & np.isfinite(times[source]) & (times[source] + length == times[graph[1]])
    want = np.full(NODES, NODES)
    np.minimum.at(want, graph[1][shortest], source[shortest])
    want[~np.isfinite(times)] = -1
    want[SEEDS] = SEEDS
    assert np.array_equal(cascades.parents[run], want)


@pytest.mark.parametrize("chance", ["common", "per edge", "per edge, single"])
def test_independent_cascade_is_a_search_by_steps(chance: str) -> None:
    graph, runs = with_hubs(1), 3
    p: Any = 0.15
    if chance != "common":
        p = np.random.default_rng(2).uniform(0.0, 0.3, graph[1].size)
        p = p.astype(np.float32) if chance.endswith("single") else p
    told = spread.independent_cascade(*graph, p, SEEDS, 5, runs, times=True, parents=True)
    assert told.times is not None and told.sizes.max() > NODES / 4
    for run in range(runs):
        live = draws(5, "edge", graph[1].size, run) < p
        assert np.array_equal(told.times[run], searched(graph, live, np.ones(live.size)))
        check_parents(graph, told, run, live, 1.0)
    for alone in ({}, {"times": True}):
        again = spread.independent_cascade(*graph, p, SEEDS, 5, runs, **alone)
        assert np.array_equal(again.sizes, told.sizes)
        assert again.times is None or np.array_equal(again.times, told.times)


@pytest.mark.parametrize("recovery", ["exponential", "fixed", "never"])
@pytest.mark.parametrize("rates", ["common", "per edge", "of all magnitudes"])
def test_sir_is_a_search_for_the_shortest_ways(recovery: str, rates: str) -> None:
    graph, runs, gamma = with_hubs(3), 2, 0.0 if recovery == "never" else 0.8
    rng = np.random.default_rng(4)
    beta: Any = {
        "common": 0.2,
        "per edge": rng.uniform(0.0, 0.4, graph[1].size),
        "of all magnitudes": 10.0 ** rng.uniform(-7.0, 1.0, graph[1].size),
    }[rates]
    given: dict[str, Any] = {"recovery": "fixed" if recovery == "fixed" else "exponential"}
    epidemic = spread.sir(*graph, beta, gamma, SEEDS, 6, runs, times=True, parents=True, **given)
    assert epidemic.times is not None and epidemic.sizes.max() > NODES / 10
    source = np.repeat(np.arange(NODES), np.diff(graph[0]))
    for run in range(runs):
        period = np.full(NODES, np.inf if recovery == "never" else 1.0 / gamma)
        if recovery == "exponential":
            period = -np.log1p(-draws(6, "recovery", NODES, run)) / gamma
        delay = -np.log1p(-draws(6, "edge", graph[1].size, run)) / beta
        live = delay < period[source]
        np.testing.assert_allclose(epidemic.times[run], searched(graph, live, delay), rtol=1e-12)
    assert np.array_equal(spread.sir(*graph, beta, gamma, SEEDS, 6, runs, **given).sizes, epidemic.sizes)
    moment = float(np.median(epidemic.times[np.isfinite(epidemic.times)]))
    early = spread.sir(*graph, beta, gamma, SEEDS, 6, runs, times=True, horizon=moment, **given)
    assert early.times is not None and early.sizes.max() < epidemic.sizes.max()
    assert np.array_equal(early.times, np.where(epidemic.times <= moment, epidemic.times, np.inf))
    assert np.array_equal(early.sizes, np.isfinite(early.times).sum(axis=1))


def test_who_infected_whom() -> None:
    graph = with_hubs(7)
    epidemic = spread.sir(*graph, 0.2, 0.5, SEEDS, 8, 1, times=True, parents=True)
    assert epidemic.times is not None and epidemic.parents is not None
    (times,), (parents,) = epidemic.times, epidemic.parents
    source = np.repeat(np.arange(NODES), np.diff(graph[0]))
    delay = -np.log1p(-draws(8, "edge", graph[1].size, 0)) / 0.2
    ill = np.setdiff1d(np.flatnonzero(np.isfinite(times)), SEEDS)
    edge = {(a, b): d for a, b, d in zip(source.tolist(), graph[1].tolist(), delay.tolist(), strict=True)}
    along = [edge[int(parents[v]), int(v)] for v in ill]
    np.testing.assert_allclose(times[ill], times[parents[ill]] + along, rtol=1e-12)
    assert (parents[~np.isfinite(times)] == -1).all() and np.array_equal(parents[SEEDS], SEEDS)


def test_a_graph_that_cannot_be_written_to_is_not_copied() -> None:
    indptr, indices = (
        np.array(part, dtype=kind) for part, kind in zip(with_hubs(9), (np.int64, np.int32), strict=True)
    )
    want = spread.sir(indptr, indices, 0.2, 1.0, SEEDS, 1, 2).sizes
    for part in (indptr, indices):
        part.flags.writeable = False
    graph = spread.Graph(indptr, indices)
    assert np.shares_memory(graph.indptr, indptr) and np.shares_memory(graph.indices, indices)
    assert np.array_equal(spread.sir(graph.indptr, graph.indices, 0.2, 1.0, SEEDS, 1, 2).sizes, want)
