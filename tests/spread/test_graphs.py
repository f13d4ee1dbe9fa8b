"""Graphs: the type, the generators against theory, the statistics against NetworkX."""

from __future__ import annotations

import hashlib
import math
from typing import Any

import networkx as nx
import numpy as np
import pytest
from scipy.sparse import csr_array, random_array

from prsim.spread import Graph, block_graph, configuration_graph, heavy_tailed_graph, small_world_graph
from prsim.spread.graph_generators import block_mixing, mixed_ties
from prsim.spread.graph_measures import (
    attribute_assortativity,
    degree_assortativity,
    graph_statistics,
    group_mixing,
    homophily,
    local_clustering,
    out_clustering,
    reciprocity,
    tail_exponent,
    weak_components,
)
from prsim.spread.places import fill_cells, lots_of


def is_simple(g: Graph) -> bool:
    code = g.source.astype(np.int64) * g.n + g.indices
    return bool((g.source != g.indices).all()) and np.unique(code).size == g.edges


# The type ------------------------------------------------------------------------------------------------------------


def test_a_graph_goes_to_scipy_and_networkx_and_back() -> None:
    g = Graph.from_edges(4, [2, 0, 0, 3], [1, 3, 1, 2], [0.5, 2.0, 1.0, 4.0])
    assert g.indptr.tolist() == [0, 2, 2, 3, 4]
    assert g.indices.tolist() == [3, 1, 1, 2], "the edges of a node keep their order"
    assert g.source.tolist() == [0, 0, 2, 3]
    assert g.out_degree.tolist() == [2, 0, 1, 1] and g.in_degree.tolist() == [0, 2, 1, 1]
    dense = g.to_scipy().toarray()
    assert dense[0, 3] == 2.0 and dense[2, 1] == 0.5 and dense.sum() == 7.5
    assert np.array_equal(Graph.from_scipy(csr_array(dense)).to_scipy().toarray(), dense)
    made = g.to_networkx()
    assert made.number_of_nodes() == 4 and made.edges[3, 2]["weight"] == 4.0
    assert np.array_equal(nx.to_numpy_array(made, nodelist=range(4)), dense)
    assert np.array_equal(g.reversed().to_scipy().toarray(), dense.T)


def test_a_graph_cannot_be_written_to() -> None:
    g = Graph.from_edges(3, [0, 1], [1, 2], [1.0, 1.0])
    for array in (g.indptr, g.indices, g.weights):
        assert array is not None
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1
    with pytest.raises(AttributeError):
        g.indptr = np.zeros(1)  # type: ignore[misc, assignment]


def test_simple_merges_and_undirected_goes_both_ways() -> None:
    g = Graph.from_edges(3, [0, 0, 1, 2, 0], [1, 1, 1, 0, 2], [1.0, 2.0, 9.0, 3.0, 4.0])
    s = g.simple()
    assert list(zip(s.source.tolist(), s.indices.tolist(), strict=True)) == [(0, 1), (0, 2), (2, 0)]
    assert s.weights is not None and s.weights.tolist() == [3.0, 4.0, 3.0]
    u = g.undirected()
    assert np.array_equal(u.to_scipy().toarray(), [[0, 1, 1], [1, 0, 0], [1, 0, 0]])


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Graph([0, 1], [1]), "edge 0 points to node 1"),  # type: ignore[arg-type]
        (lambda: Graph.from_edges(2, [0, 2], [1, 1]), "edge 1 starts at node 2"),
        (lambda: Graph.from_edges(2, [0], [1, 0]), "as long"),
        (lambda: Graph.from_edges(2, [0], [1], [-1.0]), "weights must be a number >= 0, got -1.0 at edge 0"),
        (lambda: Graph.from_edges(2, [0], [1], [math.inf]), "finite"),
        (lambda: Graph.from_scipy(csr_array((2, 3))), "square, got 2 × 3"),
        (lambda: heavy_tailed_graph(100, 5, 2.0, 1), "exponent must be above 2, got 2"),
        (lambda: heavy_tailed_graph(100, 60, 2.5, 1), "mean_degree must be above 0 and below 49, got 60"),
        (lambda: heavy_tailed_graph(100, 5, 2.5, 1, largest=80), r"half of the other nodes \(49\), got 80"),
        (lambda: heavy_tailed_graph(2, 1, 2.5, 1), "n must be an integer of at least 3"),
        (lambda: configuration_graph([1, 1], [1, 0], 1), "one sum, got 2 nodes with 2 edges and 2 with 1"),
        (lambda: configuration_graph([1, -1], [0, 0], 1), "out_degree must be a flat array"),
        (lambda: block_graph([0, 0, 2, 2], 1, 0.5, 1), "group 1 is empty"),
        (lambda: block_graph([0, 0, 0, 0, 1, 1], 2, 1.0, 1), "group 1 has 2 nodes, too few for up to 2 ties"),
        (lambda: block_graph([0, 0, 0, 0], 1, 1.5, 1), "homophily must lie between 0 and 1, got 1.5"),
        (lambda: small_world_graph(100, 5, 0.1, 1), "degree must be even, got 5"),
        (lambda: small_world_graph(16, 8, 0.1, 1), r"more than twice the degree \(16\), got 16"),
        (lambda: small_world_graph(100, 4, -0.1, 1), "rewire must lie between 0 and 1"),
    ],
)
def test_bad_arguments_are_named(make: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make()


# The generators ------------------------------------------------------------------------------------------------------

GROUPS = np.repeat([0, 1, 2], [600, 300, 100])
GENERATORS = {
    "heavy": lambda seed: heavy_tailed_graph(1000, 8, 2.5, seed),
    "configuration": lambda seed: configuration_graph(np.full(1000, 5), np.full(1000, 5), seed),
    "block": lambda seed: block_graph(GROUPS, 12, 0.5, seed),
    "small world": lambda seed: small_world_graph(1000, 8, 0.2, seed),
}


@pytest.mark.parametrize("kind", list(GENERATORS))
def test_generators_are_keyed_by_their_seed_and_make_simple_graphs(kind: str) -> None:
    state = np.random.get_state()  # noqa: NPY002 - to see that nobody touches it
    a, b, c = (GENERATORS[kind](seed) for seed in (5, 5, 6))
    after = np.random.get_state()  # noqa: NPY002
    assert np.array_equal(a.indptr, b.indptr) and np.array_equal(a.indices, b.indices)
    assert not np.array_equal(a.indices, c.indices)
    assert is_simple(a)
    assert np.array_equal(state[1], after[1])


@pytest.mark.parametrize(("mean", "exponent"), [(8.0, 2.3), (16.0, 2.5), (12.0, 3.0), (3.0, 3.5)])
def test_heavy_tails_have_the_stated_mean_and_exponent(mean: float, exponent: float) -> None:
    g = heavy_tailed_graph(100_000, mean, exponent, 3)
    error = g.out_degree.std() / math.sqrt(g.n)
    assert abs(g.out_degree.mean() - mean) < 4 * error
    fit = tail_exponent(g.out_degree, start=max(20, int(3 * mean)))
    assert abs(fit.exponent - exponent) < 4 * fit.error + 0.02, fit
    assert fit.nodes > 200 and fit.distance < 0.06
    # above a degree the share of nodes falls as k ** (1 - exponent)
    low, high = 3 * mean, 12 * mean
    share = (g.out_degree >= high).mean() / (g.out_degree >= low).mean()
    nodes = (g.out_degree >= low).sum()
    wanted = ((high - 0.5) / (low - 0.5)) ** (1 - exponent)
    assert abs(share - wanted) < 4 * math.sqrt(wanted * (1 - wanted) / nodes) + 0.03 * wanted


def test_in_degrees_of_heavy_tails_are_poisson() -> None:
    g = heavy_tailed_graph(50_000, 10.0, 3.0, 8)
    reach = g.in_degree
    assert reach.mean() == pytest.approx(g.edges / g.n)
    assert reach.var() == pytest.approx(reach.mean(), rel=0.05)


def test_the_largest_degree_is_kept() -> None:
    g = heavy_tailed_graph(200, 30.0, 2.1, 4)
    assert g.out_degree.max() <= 99 and is_simple(g)
    assert heavy_tailed_graph(2000, 5.0, 2.2, 4, largest=40).out_degree.max() <= 40


def test_configuration_keeps_degrees_up_to_what_is_erased() -> None:
    degrees = heavy_tailed_graph(20_000, 6.0, 3.0, 1).out_degree
    turned = np.roll(degrees, 777)
    g = configuration_graph(degrees, turned, 2)
    lost = degrees - g.out_degree
    assert (lost >= 0).all() and (turned - g.in_degree >= 0).all()
    assert lost.sum() < 0.02 * degrees.sum()
    assert abs(degree_assortativity(g)) < 0.02


def test_configuration_matches_every_pair_of_stubs_as_often() -> None:
    """Two edges 0 → . and 1 → . to two targets: both matchings equally often; exact degrees where nothing is erased."""
    out, into = [1, 1, 0, 0], [0, 0, 1, 1]
    first = [configuration_graph(out, into, seed).indices.tolist() for seed in range(400)]
    assert abs(sum(f == [2, 3] for f in first) - 200) < 4 * 10


@pytest.mark.parametrize("share", [0.0, 0.3, 0.5, 0.9])
def test_blocks_have_the_stated_homophily(share: float) -> None:
    groups = np.repeat([0, 1, 2], [6000, 3000, 1000])
    g = block_graph(groups, 16, share, 7)
    assert (g.out_degree == 16).all() and is_simple(g)
    sizes = np.bincount(groups)
    mix = block_mixing(sizes, share)
    expected = mix * (sizes / sizes.sum())[:, None]
    assert group_mixing(g, groups) == pytest.approx(expected, abs=4 * math.sqrt(0.25 / g.edges))
    assert homophily(g, groups) == pytest.approx(share, abs=0.01)
    e = expected
    chance = e.sum(axis=1) @ e.sum(axis=0)
    theory = (np.trace(e) - chance) / (1 - chance)
    assert attribute_assortativity(g, groups) == pytest.approx(theory, abs=0.01)


def test_the_ties_of_the_models_follower_layer_are_still_the_same_bytes() -> None:
    """Results of earlier versions rest on them; changing them changes every run."""
    group = np.repeat([0, 1], [30, 70]).astype(np.uint8)
    parts = ((30, 0), (70, 30))
    cells = np.concatenate([fill_cells(lots_of(np.arange(n) % 3 + 1.0, 0.5), first) for n, first in parts])
    ptr, idx = mixed_ties(
        np.uint64(7), group, np.array([0, 30, 100]), cells, block_mixing([3.0, 7.0], 0.5), 5, False
    )
    assert ptr.dtype == np.uint32 and idx.dtype == np.int32
    assert (
        hashlib.sha256(ptr.astype(np.int64).tobytes() + idx.tobytes()).hexdigest()[:16] == "40bdf2ce466fb0e8"
    )


def test_equal_blocks_have_the_homophily_as_assortativity() -> None:
    groups = np.arange(8000) % 4
    assert attribute_assortativity(block_graph(groups, 12, 0.6, 1), groups) == pytest.approx(0.6, abs=0.01)


@pytest.mark.parametrize("degree", [4, 8, 12])
@pytest.mark.parametrize("rewire", [0.0, 0.1, 0.3])
def test_small_worlds_have_the_clustering_of_theory(degree: int, rewire: float) -> None:
    g = small_world_graph(20_000, degree, rewire, 9)
    assert is_simple(g) and reciprocity(g) == 1.0
    assert g.edges == 20_000 * degree
    theory = 3 * (degree - 2) / (4 * (degree - 1)) * (1 - rewire) ** 3
    d, local = g.out_degree, local_clustering(g)
    among = (local * d * (d - 1)).mean() / (degree * (degree - 1))
    assert among == pytest.approx(theory, rel=1e-9 if rewire == 0.0 else 0.015)
    assert local.mean() == pytest.approx(theory, rel=0.06), "the mean of ratios is near the ratio of means"


def test_small_worlds_become_short() -> None:
    long, short = (nx.Graph(small_world_graph(400, 4, p, 2).to_networkx()) for p in (0.0, 0.3))
    assert nx.average_shortest_path_length(long) == pytest.approx(400 / 8, rel=0.02)
    assert nx.average_shortest_path_length(short) < 8


def test_a_wholly_rewired_ring_is_random() -> None:
    g = small_world_graph(20_000, 8, 1.0, 5)
    assert local_clustering(g).mean() < 0.002
    moved = (g.out_degree - 4).astype(float)  # four kept ends, the rest Poisson
    assert moved.var() == pytest.approx(4.0, rel=0.05)


# The statistics ------------------------------------------------------------------------------------------------------


def some_graphs() -> list[Graph]:
    made = [make(3) for make in GENERATORS.values()]
    for seed, density in ((1, 0.02), (2, 0.3)):
        rng = np.random.default_rng(seed)
        made.append(Graph.from_scipy(random_array((60, 60), density=density, rng=rng)))  # with self-loops
    made.append(Graph.from_edges(5, [0, 1, 0, 3], [1, 0, 1, 4]))
    return made


@pytest.mark.parametrize("g", some_graphs(), ids=[*GENERATORS, "sparse", "dense", "small"])
def test_statistics_agree_with_networkx(g: Graph) -> None:
    d = g.to_networkx()
    d.remove_edges_from(list(nx.selfloop_edges(d)))
    both = d.to_undirected()
    theirs = nx.clustering(both)
    assert local_clustering(g) == pytest.approx([theirs[v] for v in range(g.n)])
    inside = [sum(d.has_edge(j, h) for j in d[v] for h in d[v]) for v in range(g.n)]
    assert out_clustering(g) * g.simple().out_degree * (g.simple().out_degree - 1) == pytest.approx(inside)
    assert reciprocity(g) == pytest.approx(nx.overall_reciprocity(d))
    for x in ("out", "in"):
        for y in ("out", "in"):
            ours = degree_assortativity(g, x, y)
            if not math.isnan(ours):
                assert ours == pytest.approx(nx.degree_pearson_correlation_coefficient(d, x=x, y=y), abs=1e-9)
    groups = np.arange(g.n) % 3
    nx.set_node_attributes(d, dict(enumerate(groups.tolist())), "group")
    assert attribute_assortativity(g, groups) == pytest.approx(
        nx.attribute_assortativity_coefficient(d, "group")
    )
    parts = [{int(v) for v in part} for part in nx.weakly_connected_components(d)]
    label = weak_components(g)
    assert {frozenset(np.flatnonzero(label == c).tolist()) for c in np.unique(label)} == set(
        map(frozenset, parts)
    )
    whole = graph_statistics(g, groups)
    assert whole.nodes == d.number_of_nodes() and whole.edges == d.number_of_edges()
    assert whole.clustering == pytest.approx(nx.average_clustering(both))
    assert whole.components == len(parts)
    assert whole.largest_component == pytest.approx(max(map(len, parts)) / g.n)
    assert whole.mean_degree == pytest.approx(np.mean([k for _, k in d.out_degree()]))
    assert whole.out_variance == pytest.approx(np.var([k for _, k in d.out_degree()]))
    assert whole.in_variance == pytest.approx(np.var([k for _, k in d.in_degree()]))


def test_the_tail_estimate_is_that_of_the_paper() -> None:
    """A rounded Pareto distribution above a Poisson bulk: the estimate is within its standard error."""
    rng = np.random.default_rng(1)
    pareto = np.floor(9.5 * (1 - rng.random(100_000)) ** (-1 / 1.5) + 0.5).astype(
        int
    )  # from 10 on, exponent 2.5
    fit = tail_exponent(pareto, start=10)
    assert fit.error == pytest.approx(1.5 / math.sqrt(100_000), rel=0.02)
    assert abs(fit.exponent - 2.5) < 4 * fit.error
    bulk = rng.poisson(6, 100_000)
    found = tail_exponent(np.concatenate([bulk[bulk < 10], pareto]))
    assert 8 <= found.start < 100 and abs(found.exponent - 2.5) < 4 * found.error
    assert found.distance < 0.02
    poisson = tail_exponent(np.random.default_rng(1).poisson(30, 20_000), start=20)
    assert poisson.distance > 0.1, "no power law: the distance says so"


@pytest.mark.parametrize("degrees", [[], [0, 0], [4] * 100, [1, 2, 3], [15, 16] * 100])
def test_where_nothing_can_be_fitted_there_is_no_exponent(degrees: list[int]) -> None:
    assert math.isnan(tail_exponent(degrees).exponent)


def test_statistics_of_nothing() -> None:
    empty = graph_statistics(Graph.from_edges(3, [], []), [0, 1, 1])
    assert empty.edges == 0 and empty.components == 3 and empty.clustering == 0.0
    assert math.isnan(empty.reciprocity) and math.isnan(empty.degree_assortativity)
    with pytest.raises(ValueError, match=r"one number from 0 on per node \(2\)"):
        group_mixing(Graph.from_edges(2, [0], [1]), [0, 1, 1])
    with pytest.raises(ValueError, match="'out' or 'in', not 'both'"):
        degree_assortativity(Graph.from_edges(2, [0], [1]), "both")
