"""Cascades against each other and against published thresholds; their exact laws are in test_against_enumeration."""

from __future__ import annotations

from typing import Any

import networkx as nx
import numpy as np
import pytest
from numpy.typing import NDArray

import prsim.spread as spread
from tests.spread.oracle import Csr, arcs_of, csr

RUNS = 20_000


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
    edges = set(arcs_of(graph))
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


def test_no_seeds_no_edges() -> None:
    assert spread.independent_cascade([0, 0, 0], [], 0.5, [], 1, 3).sizes.tolist() == [0, 0, 0]
    assert spread.complex_contagion([0, 0], [], 0.5, 0, 1, 2).sizes.tolist() == [1, 1]
    assert spread.linear_threshold([0, 0], [], None, 0, 1, 2).sizes.tolist() == [1, 1]
