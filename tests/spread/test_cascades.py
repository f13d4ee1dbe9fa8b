"""Cascades against full enumeration on small graphs, against each other, and against published thresholds."""

from __future__ import annotations

import itertools
from collections import defaultdict
from typing import Any

import networkx as nx
import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

import prsim.spread as spread

RUNS = 20_000
Csr = tuple[NDArray[np.int64], NDArray[np.int64]]


def csr(graph: nx.Graph) -> Csr:
    rows = [sorted(graph.neighbors(v)) for v in range(len(graph))]
    return np.cumsum([0, *map(len, rows)]), np.array([w for row in rows for w in row], dtype=np.int64)


def edges_of(indptr: NDArray[np.int64], indices: NDArray[np.int64]) -> list[tuple[int, int]]:
    return [(v, int(indices[k])) for v in range(len(indptr) - 1) for k in range(indptr[v], indptr[v + 1])]


def small_graphs() -> list[nx.DiGraph]:
    """All graphs of up to four nodes (both directions), all labelled digraphs of three, thirty random ones of four."""
    graphs = [g.to_directed() for g in nx.graph_atlas_g() if 1 <= len(g) <= 4]
    arcs = list(itertools.permutations(range(3), 2))
    for chosen in itertools.product([0, 1], repeat=len(arcs)):
        digraph = nx.empty_graph(3, create_using=nx.DiGraph)
        digraph.add_edges_from(arc for arc, there in zip(arcs, chosen, strict=True) if there)
        graphs.append(digraph)
    return graphs + [nx.gnp_random_graph(4, 0.6, seed=s, directed=True) for s in range(30)]


def reach(nodes: int, edges: list[tuple[int, int]], seeds: list[int]) -> int:
    """The set of nodes reached along the edges, as a bit mask."""
    found = set(seeds)
    while new := {w for v, w in edges if v in found} - found:
        found |= new
    return sum(1 << v for v in found)


def observed(result: spread.Cascades) -> NDArray[np.int64]:
    assert result.times is not None
    reached = np.isfinite(result.times)
    assert np.array_equal(reached.sum(1), result.sizes)
    return np.asarray(reached @ (1 << np.arange(reached.shape[1])))


def p_value(outcomes: NDArray[np.int64], exact: dict[int, float]) -> float:
    """Chi-square of outcomes against exact probabilities, rare ones pooled; impossible ones may not occur."""
    assert sum(exact.values()) == pytest.approx(1.0)
    assert {int(o) for o in np.unique(outcomes)} <= {o for o, p in exact.items() if p > 0}
    pairs = sorted((p * len(outcomes), float((outcomes == o).sum())) for o, p in exact.items() if p > 0)
    while len(pairs) > 1 and pairs[0][0] < 8:
        (e0, n0), (e1, n1), *rest = pairs
        pairs = sorted([(e0 + e1, n0 + n1), *rest])
    if len(pairs) == 1:
        return 1.0
    expected, counted = zip(*pairs, strict=True)
    return float(stats.chisquare(counted, np.array(expected) * (sum(counted) / sum(expected))).pvalue)


@pytest.mark.parametrize("scalar", [True, False])
def test_independent_cascade_is_exact_on_all_small_graphs(scalar: bool) -> None:
    rng = np.random.default_rng(1)
    worst = []
    for number, graph in enumerate(small_graphs()):
        indptr, indices = csr(graph)
        edges, n = edges_of(indptr, indices), len(graph)
        p = rng.choice([0.0, 0.3, 0.5, 0.9, 1.0], len(edges)) if not scalar else np.full(len(edges), 0.4)
        seeds = [0] if number % 3 else sorted({0, n - 1})
        live = (np.arange(1 << len(edges))[:, None] >> np.arange(len(edges))) & 1
        chance = np.where(live == 1, p, 1 - p).prod(axis=1)
        reached = np.full(len(live), sum(1 << s for s in seeds))
        for _ in range(n):
            for k, (v, w) in enumerate(edges):
                reached |= (live[:, k] & (reached >> v) & 1) << w
        exact: dict[int, float] = defaultdict(float)
        for mask, c in zip(reached.tolist(), chance.tolist(), strict=True):
            exact[mask] += c
        result = spread.independent_cascade(
            indptr, indices, 0.4 if scalar else p, seeds, number, RUNS, times=True
        )
        worst.append(p_value(observed(result), exact))
    assert min(worst) > 1e-5
    assert stats.kstest([w for w in worst if w < 1.0], "uniform").pvalue > 1e-4


def test_linear_threshold_is_its_triggering_set() -> None:
    # Kempe et al. (2003): each node keeps at most one in-edge, with the edge's weight as probability
    rng = np.random.default_rng(2)
    worst = []
    for number, graph in enumerate(small_graphs()):
        indptr, indices = csr(graph)
        edges, n = edges_of(indptr, indices), len(graph)
        weights = rng.random(len(edges))
        into = [[k for k, (_, w) in enumerate(edges) if w == v] for v in range(n)]
        for v in range(n):
            weights[into[v]] *= rng.choice([0.6, 1.0]) / max(weights[into[v]].sum(), 1e-9)
        exact: dict[int, float] = defaultdict(float)
        for kept in itertools.product(*([None, *row] for row in into)):
            c = np.prod([
                1 - weights[into[v]].sum() if k is None else weights[k] for v, k in enumerate(kept)
            ])  # fmt: skip
            exact[reach(n, [edges[k] for k in kept if k is not None], [0])] += max(float(c), 0.0)
        result = spread.linear_threshold(indptr, indices, weights, [0], number, RUNS, times=True)
        worst.append(p_value(observed(result), {o: c for o, c in exact.items() if c > 1e-12}))
    assert min(worst) > 1e-5


def test_linear_threshold_equal_parts() -> None:
    indptr, indices = csr(nx.gnp_random_graph(60, 0.1, seed=4))
    equal = 1.0 / np.bincount(indices, minlength=60)[indices]
    by_default = spread.linear_threshold(indptr, indices, None, [0, 1], 5, 200)
    assert np.array_equal(
        by_default.sizes, spread.linear_threshold(indptr, indices, equal, [0, 1], 5, 200).sizes
    )
    everybody = spread.linear_threshold(indptr, indices, None, np.arange(60)[indptr[:-1] < indptr[1:]], 5, 3)
    assert (everybody.sizes == (np.diff(indptr) > 0).sum()).all()


def run_model(name: str, graph: Csr, seeds: object, runs: int) -> spread.Cascades:
    common: dict[str, Any] = {"seeds": seeds, "seed": 7, "runs": runs, "times": True, "parents": True}
    if name == "independent":
        return spread.independent_cascade(*graph, 0.3, **common)
    if name == "linear":
        return spread.linear_threshold(*graph, None, **common)
    return spread.complex_contagion(*graph, 0.7, **common, beta=0.5, fade=0.1, below=0.3)


def story(result: spread.Cascades) -> tuple[NDArray[np.float64], NDArray[np.int32]]:
    assert result.times is not None and result.parents is not None
    return result.times, result.parents


@pytest.mark.parametrize("name", ["independent", "linear", "complex"])
def test_times_and_parents_form_a_forest(name: str) -> None:
    graph = csr(nx.gnp_random_graph(200, 0.03, seed=1))
    edges = set(edges_of(*graph))
    result = run_model(name, graph, [3, 5], 20)
    assert result.sizes.dtype == np.int64 and result.sizes.max() > 10
    for times, parents in zip(*story(result), strict=True):
        for v in range(200):
            if v in (3, 5):
                assert parents[v] == v and times[v] == 0
            elif np.isfinite(times[v]):
                assert (parents[v], v) in edges
                assert times[v] == times[parents[v]] + 1
            else:
                assert parents[v] == -1
    np.testing.assert_array_equal(result.curve([0, 1e9]), np.stack([np.full(20, 2), result.sizes], axis=1))


@pytest.mark.parametrize("name", ["independent", "linear", "complex"])
def test_results_depend_on_names_only(name: str) -> None:
    graph = csr(nx.gnp_random_graph(200, 0.03, seed=1))
    result = run_model(name, graph, [3, 5], 40)
    again = run_model(name, graph, np.array([5, 3, 3], dtype=np.uint8), 15)
    assert np.array_equal(result.sizes[:15], again.sizes)
    for whole, part in zip(story(result), story(again), strict=True):
        assert np.array_equal(np.asarray(whole)[:15], np.asarray(part))


def test_live_edges_are_monotone() -> None:
    indptr, indices = csr(nx.gnp_random_graph(300, 0.015, seed=2))
    few = spread.independent_cascade(indptr, indices, 0.25, [0], 3, 500)
    more_seeds = spread.independent_cascade(indptr, indices, 0.25, [0, 9], 3, 500)
    more_likely = spread.independent_cascade(indptr, indices, np.full(len(indices), 0.26), [0], 3, 500)
    assert (more_seeds.sizes >= few.sizes).all() and (more_likely.sizes >= few.sizes).all()
    assert not np.array_equal(more_likely.sizes, few.sizes)
    other = spread.independent_cascade(indptr, indices, 0.25, [0], 4, 500)
    assert abs(np.corrcoef(few.sizes, other.sizes)[0, 1]) < 0.2


def test_complex_contagion_with_threshold_one_is_the_independent_cascade() -> None:
    graph = csr(nx.gnp_random_graph(300, 0.02, seed=3))
    p = np.random.default_rng(0).random(len(graph[1])) * 0.5
    ic = spread.independent_cascade(*graph, p, [0, 1], 5, 300, times=True, parents=True)
    cc = spread.complex_contagion(*graph, p, [0, 1], 5, 300, threshold=1, times=True, parents=True)
    assert np.array_equal(ic.sizes, cc.sizes)
    for one, other in zip(story(ic), story(cc), strict=True):
        assert np.array_equal(np.asarray(one), np.asarray(other))


def test_complex_contagion_chance_of_several_tellers() -> None:
    # four seeds point to one target: it stays out with the product of (1 - p * factor(m)), m = 1..4
    indptr, indices = np.array([0, 1, 2, 3, 4, 4]), np.full(4, 4)
    beta, fade, below, p = 0.8, 0.4, 0.25, 0.3
    out = spread.complex_contagion(
        indptr, indices, p, [0, 1, 2, 3], 1, RUNS, threshold=2, beta=beta, fade=fade, below=below
    )
    factors = [below] + [(1 + beta) * np.exp(-fade * (m - 2)) for m in (2, 3, 4)]
    expected = 1 - np.prod([1 - p * f for f in factors])
    assert abs((out.sizes == 5).mean() - expected) < 4 * np.sqrt(expected * (1 - expected) / RUNS)


def test_wide_bridges_carry_complex_contagion_and_long_ties_do_not() -> None:
    # Centola and Macy (2007): on a ring with k = 4 a pair of neighbours sets off everybody at threshold two, one node
    # nobody; with long ties in place of the second-nearest neighbours (no triangles) the same pair sets off nobody
    n = 400
    ring = csr(nx.circulant_graph(n, [1, 2]))
    long_ties = csr(nx.circulant_graph(n, [1, 57]))

    def of(graph: Csr, seeds: list[int], threshold: int) -> spread.Cascades:
        return spread.complex_contagion(*graph, 1.0, seeds, 0, 2, threshold=threshold, times=True)

    assert of(ring, [0, 1], 2).sizes.tolist() == [n, n]
    assert of(ring, [0], 2).sizes.tolist() == [1, 1]
    assert of(ring, [0, 1], 3).sizes.tolist() == [2, 2]
    assert of(long_ties, [0, 1], 2).sizes.tolist() == [2, 2]
    simple_ring, simple_long = of(ring, [0, 1], 1), of(long_ties, [0, 1], 1)
    assert simple_ring.sizes.tolist() == simple_long.sizes.tolist() == [n, n]
    assert simple_ring.times is not None and simple_long.times is not None
    assert simple_long.times.max() < simple_ring.times.max()  # the strength of weak ties


def test_watts_fractional_threshold() -> None:
    # Watts (2002): on a random graph a single seed sets off a global cascade inside the window, none above the
    # threshold at which nodes of typical degree are no longer tipped by one neighbour
    g = nx.fast_gnp_random_graph(3000, 5.0 / 3000, seed=1)
    indptr, indices = csr(g)
    degree = np.diff(indptr)
    hub = int(degree.argmax())
    low = spread.complex_contagion(indptr, indices, 1.0, [hub], 0, 1, threshold=np.ceil(0.16 * degree))
    high = spread.complex_contagion(indptr, indices, 1.0, [hub], 0, 1, threshold=np.ceil(0.4 * degree))
    assert low.sizes[0] > 0.9 * 3000
    assert high.sizes[0] < 0.05 * 3000


def test_no_seeds_no_edges() -> None:
    assert spread.independent_cascade([0, 0, 0], [], 0.5, [], 1, 3).sizes.tolist() == [0, 0, 0]
    assert spread.complex_contagion([0, 0], [], 0.5, 0, 1, 2).sizes.tolist() == [1, 1]
    assert spread.linear_threshold([0, 0], [], None, 0, 1, 2).sizes.tolist() == [1, 1]
