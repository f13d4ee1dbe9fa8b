"""The textbook models against maintained implementations of others, on the same graphs from the same seeds.

EoN 2.0 (Miller and Ting 2019, Journal of Open Source Software 4(44)) has the SIR epidemic in continuous time, CyNetDiff
the independent cascade and the linear threshold model, NDlib the independent cascade and the threshold model.
"""

from __future__ import annotations

import importlib
import warnings
from array import array
from typing import Any

import networkx as nx
import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

import prsim.spread as spread
from prsim.spread.draws import uniform_array
from tests.spread.oracle import (
    Csr,
    arcs_of,
    configuration_graph,
    csr,
    from_pairs,
    heavy_tailed_degrees,
    random_graph,
    standard_errors_apart,
)

PEOPLE = 100_000


def networkx_of(graph: Csr) -> nx.Graph:
    made = nx.empty_graph(len(graph[0]) - 1)
    made.add_edges_from(arc for arc in arcs_of(graph) if arc[0] < arc[1])
    return made


def test_sir_on_a_large_configuration_model_agrees_with_eon() -> None:
    with warnings.catch_warnings():  # EoN asks SciPy for `shift` by the name it had before 1.8
        warnings.filterwarnings("ignore", "Please import `shift`", DeprecationWarning)
        eon = importlib.import_module("EoN")
    graph = configuration_graph(heavy_tailed_degrees(PEOPLE, 3), 4)
    theirs = networkx_of(graph)
    seeds, beta, gamma, moment = list(range(0, PEOPLE, 500)), 0.3, 1.0, 4.0
    sizes, early = [], []
    for number in range(5):
        times, susceptible, _, recovered = eon.fast_SIR(
            theirs, beta, gamma, initial_infecteds=seeds, rng=np.random.default_rng(number)
        )
        sizes.append(int(recovered[-1]))
        early.append(PEOPLE - int(susceptible[np.searchsorted(times, moment, side="right") - 1]))
    ours = spread.sir(*graph, beta, gamma, seeds, 1, 40)
    by_then = spread.sir(*graph, beta, gamma, seeds, 2, 40, horizon=moment)
    assert abs(standard_errors_apart(ours.sizes, np.array(sizes))) < 3
    assert abs(standard_errors_apart(by_then.sizes, np.array(early))) < 3
    assert 0.25 < ours.sizes.mean() / PEOPLE < 0.35


def cynetdiff() -> Any:
    return pytest.importorskip("cynetdiff.models", reason="CyNetDiff has no wheel for this platform")


def directed_configuration(seed: int) -> Csr:
    rng = np.random.default_rng(seed)
    degrees = heavy_tailed_degrees(PEOPLE, seed)
    told, heard = (rng.permutation(np.repeat(np.arange(PEOPLE), rng.permutation(degrees))) for _ in range(2))
    return from_pairs(PEOPLE, told, heard, directed=True)


def cynetdiff_sizes(model: Any, seeds: list[int], runs: int) -> NDArray[np.int64]:
    model.set_seeds(seeds)
    sizes = np.empty(runs, dtype=np.int64)
    for run in range(runs):
        model.reset_model()
        model.advance_until_completion()
        sizes[run] = model.get_num_activated_nodes()
    return sizes


@pytest.mark.parametrize("directed", [False, True])
def test_independent_cascade_on_a_large_configuration_model_agrees_with_cynetdiff(directed: bool) -> None:
    models = cynetdiff()
    graph = directed_configuration(5) if directed else configuration_graph(heavy_tailed_degrees(PEOPLE, 3), 4)
    seeds, starts, edges = list(range(0, PEOPLE, 500)), array("I", graph[0][:-1]), array("I", graph[1])
    given: dict[str, Any] = {"activation_prob": 0.2}
    p: Any = 0.2
    if directed:  # one chance per edge
        p = np.random.default_rng(6).uniform(0.1, 0.7, len(graph[1])).astype(np.float32)
        given = {"activation_probs": array("f", p)}
    model = models.IndependentCascadeModel(starts, edges, rng=np.random.default_rng(7), **given)
    theirs = cynetdiff_sizes(model, seeds, 80)
    ours = spread.independent_cascade(*graph, p, seeds, 8, 160).sizes
    assert abs(standard_errors_apart(ours, theirs)) < 3
    assert stats.ks_2samp(ours, theirs).pvalue > 0.003
    assert ours.mean() > 0.1 * PEOPLE


def test_linear_threshold_agrees_with_cynetdiff_in_the_mean() -> None:
    models = cynetdiff()
    graph = configuration_graph(heavy_tailed_degrees(20_000, 9), 10)
    model = models.LinearThresholdModel(
        array("I", graph[0][:-1]), array("I", graph[1]), rng=np.random.default_rng(11)
    )
    theirs = cynetdiff_sizes(model, list(range(20)), 300)
    ours = spread.linear_threshold(*graph, None, range(20), 12, 1000).sizes
    assert abs(standard_errors_apart(ours, theirs)) < 3


def thresholds(seed: int, run: int, nodes: int) -> NDArray[np.float64]:
    """The thresholds that `linear_threshold` draws."""
    key = spread.stream_key(seed, spread.Stream.TEXTBOOK, "threshold")
    return uniform_array(key, np.arange(nodes), run)


def test_linear_threshold_reaches_the_very_nodes_that_cynetdiff_reaches() -> None:
    models = cynetdiff()
    graph = random_graph(2000, 6.0, 1)
    ours = spread.linear_threshold(*graph, None, range(60), 5, 20, times=True)
    assert ours.times is not None
    model = models.LinearThresholdModel(array("I", graph[0][:-1]), array("I", graph[1]))
    model.set_seeds(list(range(60)))
    for run, times in enumerate(ours.times):
        model.reset_model()
        model._assign_thresholds(array("f", thresholds(5, run, 2000)))
        model.advance_until_completion()
        assert set(model.get_activated_nodes()) == set(np.flatnonzero(np.isfinite(times)).tolist())
    assert np.std(ours.sizes) > 20


def ndlib(model: str) -> tuple[Any, Any]:
    settings = importlib.import_module("ndlib.models.ModelConfig").Configuration()
    return getattr(importlib.import_module("ndlib.models.epidemics"), model), settings


def steps_until_rest(model: Any, nodes: int) -> NDArray[np.float64]:
    """The step at which each node was infected, infinite if never."""
    when, step, fresh = np.full(nodes, np.inf), 0, True
    while fresh:
        status = model.iteration()["status"]
        new = [v for v, state in status.items() if state == 1]
        when[new] = np.minimum(when[new], step)
        fresh, step = bool(new), step + 1
    return when


def test_linear_threshold_agrees_with_ndlib_step_by_step() -> None:
    model_of, settings = ndlib("ThresholdModel")
    nodes = 2000
    graph = random_graph(nodes, 6.0, 1)
    ours = spread.linear_threshold(*graph, None, range(60), 5, 6, times=True)
    assert ours.times is not None
    theirs = networkx_of(graph)
    settings.add_model_initial_configuration("Infected", list(range(60)))
    for run, times in enumerate(ours.times):
        for v, threshold in enumerate(thresholds(5, run, nodes)):
            settings.add_node_configuration("threshold", v, threshold)
        model = model_of(theirs, seed=1)
        model.set_initial_status(settings)
        assert np.array_equal(steps_until_rest(model, nodes), times)


def test_independent_cascade_agrees_with_ndlib() -> None:
    model_of, settings = ndlib("IndependentCascadesModel")
    network = nx.karate_club_graph()
    graph, runs = csr(network), 1500
    settings.add_model_initial_configuration("Infected", [0])
    for edge in network.edges:
        settings.add_edge_configuration("threshold", edge, 0.15)
    model = model_of(network, seed=2)
    model.set_initial_status(settings)
    sizes = np.empty(runs, dtype=np.int64)
    for run in range(runs):
        model.reset([0])
        sizes[run] = np.isfinite(steps_until_rest(model, len(network))).sum()
    ours = spread.independent_cascade(*graph, 0.15, 0, 3, 40 * runs).sizes
    assert abs(standard_errors_apart(ours, sizes)) < 3
    cuts = np.quantile(ours, [0.1, 0.25, 0.5, 0.75, 0.9])
    table = [np.bincount(np.searchsorted(cuts, given), minlength=6) for given in (ours, sizes)]
    assert stats.chi2_contingency(table).pvalue > 0.003
