"""The textbook models on large random graphs against generating functions, branching processes and published limits."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import integrate, optimize, stats

import prsim.spread as spread
from tests.spread.oracle import (
    Csr,
    complete,
    configuration_graph,
    heavy_tailed_degrees,
    random_graph,
)

PEOPLE = 100_000
Function = Callable[[float], float]


def degree_functions(graph: Csr) -> tuple[Function, Function]:
    """Generating functions of the degree and of the further edges behind an edge (Newman 2002)."""
    degree = np.diff(graph[0])
    k = np.arange(degree.max() + 1)
    share = np.bincount(degree) / len(degree)
    behind = (share * k)[1:] / (share * k).sum()
    return lambda x: float(share @ x**k), lambda x: float(behind @ x ** k[:-1])


def fixed_point(f: Function) -> float:
    """The smallest solution of u = f(u) in [0, 1], by iteration from 0."""
    u = 0.0
    for _ in range(100_000):
        u, before = f(u), u
        if abs(u - before) < 1e-14:
            break
    return u


def random_starts(
    model: Callable[[int, int], spread.Cascades], starts: int, nodes: int, seed: int
) -> NDArray[np.int64]:
    """Sizes from single nodes picked at random, one row per node."""
    picked = np.random.default_rng(seed).integers(0, nodes, starts)
    return np.array([model(int(v), number).sizes for number, v in enumerate(picked)])


@pytest.fixture(scope="module")
def heavy() -> Csr:
    return configuration_graph(heavy_tailed_degrees(PEOPLE, 13), 14)


@pytest.mark.parametrize("p", [0.15, 0.3])
def test_independent_cascade_has_the_size_and_the_odds_of_percolation(heavy: Csr, p: float) -> None:
    """Newman (2002): the giant cluster holds 1 - G0(1 - p + p u) with u = G1(1 - p + p u), and is met as often."""
    g0, g1 = degree_functions(heavy)
    u = fixed_point(lambda x: g1(1 - p + p * x))
    giant = 1 - g0(1 - p + p * u)
    sizes = random_starts(lambda v, i: spread.independent_cascade(*heavy, p, v, i, 2), 200, PEOPLE, 1)
    large = sizes > 0.2 * giant * PEOPLE
    assert sizes[large].mean() / PEOPLE == pytest.approx(giant, rel=0.02)
    se = large.mean(axis=1).std(ddof=1) / np.sqrt(len(sizes))
    assert abs(large.mean() - giant) < 3 * se


def test_small_cascades_have_the_mean_size_of_a_branching_process() -> None:
    """Newman (2002): one plus p G0'(1) / (1 - p G1'(1)) below the threshold."""
    nodes, p = 30_000, 0.2
    graph = random_graph(nodes, 4.0, 15)
    degree = np.diff(graph[0])
    first, further = degree.mean(), (degree * (degree - 1)).mean() / degree.mean()
    expected = 1 + p * first / (1 - p * further)
    sizes = random_starts(lambda v, i: spread.independent_cascade(*graph, p, v, i, 20), 1000, nodes, 2)
    se = sizes.mean(axis=1).std(ddof=1) / np.sqrt(len(sizes))
    assert abs(sizes.mean() - expected) < 3 * se
    assert se < 0.05 * expected


@pytest.mark.parametrize("recovery", ["exponential", "fixed"])
def test_sir_on_a_random_graph(recovery: str) -> None:
    """Size from the mean chance of an edge, odds from its spread over infectious periods (Newman 2002; Kenah and
    Robins 2007, "Second look at the spread of epidemics on networks", Physical Review E 76, 036113)."""
    nodes, beta, gamma = 30_000, 0.5, 1.0
    graph = random_graph(nodes, 5.0, 16)
    z = float(np.diff(graph[0]).mean())
    mean_chance = beta / (beta + gamma) if recovery == "exponential" else 1 - np.exp(-beta / gamma)
    size = optimize.brentq(lambda s: 1 - np.exp(-z * mean_chance * s) - s, 0.1, 1.0)

    def extinct(u: float) -> float:
        """P(no epidemic) of one infected whose targets each start none with probability u."""
        if recovery == "fixed":
            return float(np.exp(-z * mean_chance * (1 - u)))
        # over the chance x = 1 - exp(-beta t) of an edge, t exponential: the density of x is r (1 - x)**(r - 1)
        r = gamma / beta
        value, _ = integrate.quad(
            lambda x: r * (1 - x) ** (r - 1) * np.exp(-z * x * (1 - u)), 0.0, 1.0, epsabs=1e-12
        )
        return float(value)

    odds = 1 - fixed_point(extinct)
    sizes = random_starts(
        lambda v, i: spread.sir(*graph, beta, gamma, v, i, 2, recovery=recovery), 150, nodes, 3
    )
    large = sizes > 0.2 * size * nodes
    assert sizes[large].mean() / nodes == pytest.approx(size, rel=0.01)
    assert abs(large.mean() - odds) < 3 * np.sqrt(odds * (1 - odds) / large.size)
    if recovery == "exponential":
        assert odds < size - 0.1  # an epidemic is rarer than it is large, unlike in percolation


def vulnerable_offspring(mean_degree: float, most: int) -> float:
    """Mean number of further nodes behind an edge to a node of degree up to `most`, others counting none."""
    k = np.arange(1, most + 1)
    return float((k * (k - 1)) @ stats.poisson.pmf(k, mean_degree)) / mean_degree


def odds_of_a_global_cascade(mean_degree: float, most: int) -> float:
    """Chance that a random node has a neighbour in the giant cluster of nodes of degree up to `most`."""
    k = np.arange(1, most + 1)
    behind = k * stats.poisson.pmf(k, mean_degree) / mean_degree
    u = fixed_point(lambda x: 1 - behind.sum() + float(behind @ x ** (k - 1.0)))
    return float(1 - np.exp(-mean_degree * (1 - u)))


def cascade_size(mean_degree: float, fraction: float) -> float:
    """Size of a global cascade from a vanishing seed (Gleeson and Cahalane 2007, Physical Review E 75, 056103)."""
    k = np.arange(0, 60)
    need = np.ceil(fraction * k)  # active neighbours needed

    def tipped(q: float, known: int) -> float:
        """Chance that a node is tipped by its neighbours but `known`, of whom each is active with probability q."""
        others = np.maximum(k - known, 0)
        weight = stats.poisson.pmf(k, mean_degree) * (k / mean_degree if known else 1.0)
        return float(weight @ (stats.binom.sf(need - 1, others, q) * (k > 0)))

    q, before = (
        1e-4,
        0.0,
    )  # a seed that is small, not zero: the fixed point at zero is unstable inside the window
    while q - before > 1e-9:
        q, before = tipped(q, 1), q
    return tipped(q, 0)


@pytest.mark.parametrize("mean_degree", [0.7, 1.5, 4.0, 8.0])
def test_watts_window_of_global_cascades(mean_degree: float) -> None:
    """Watts (2002), fraction 0.18: global cascades where the sum of k (k - 1) p(k) over k < 1 / 0.18 exceeds z."""
    fraction, nodes, tries = 0.18, 40_000, 120
    odds = odds_of_a_global_cascade(mean_degree, int(1 / fraction))
    graph = random_graph(nodes, mean_degree, 17)
    need = np.ceil(fraction * np.diff(graph[0]))
    picked = np.random.default_rng(18).integers(0, nodes, tries)
    sizes = np.array([
        spread.complex_contagion(*graph, 1.0, int(v), 0, 1, threshold=need).sizes[0] for v in picked
    ])  # fmt: skip
    large = sizes > 0.1 * nodes
    if vulnerable_offspring(mean_degree, int(1 / fraction)) < 1:
        assert mean_degree in (0.7, 8.0) and not large.any() and odds < 1e-6
        return
    assert abs(large.mean() - odds) < 3 * np.sqrt(odds * (1 - odds) / tries) + 0.02
    assert sizes[large].mean() / nodes == pytest.approx(cascade_size(mean_degree, fraction), abs=0.02)


def test_watts_window_closes_where_he_says() -> None:
    """Watts (2002), figure 1: for a fraction of 0.18 the window lies between mean degrees of about 1 and 6."""
    edges = [
        optimize.brentq(lambda z: vulnerable_offspring(z, 5) - 1, *bracket)
        for bracket in ((0.5, 2.0), (4.0, 9.0))
    ]
    assert edges[0] == pytest.approx(1.0, abs=0.1)
    assert edges[1] == pytest.approx(5.8, abs=0.2)


def test_degroot_on_an_undirected_graph_weighs_everybody_by_his_degree() -> None:
    """DeGroot (1974); the stationary law of a walk on an undirected graph is proportional to the degrees."""
    nodes = 5000
    graph = configuration_graph(heavy_tailed_degrees(nodes, 19), 20)
    opinions = np.random.default_rng(21).random(nodes)
    giant = spread.independent_cascade(*graph, 1.0, 0, 1, 1, times=True).times
    assert giant is not None
    inside = np.isfinite(giant[0])
    degree = np.diff(graph[0])
    assert inside.mean() > 0.99
    final = spread.degroot(*graph, opinions, steps=2000, tolerance=1e-13).final[inside]
    np.testing.assert_allclose(final, np.average(opinions[inside], weights=degree[inside]), atol=1e-9)


def test_hegselmann_krause_camps_lie_about_two_bounds_apart() -> None:
    """Blondel, Hendrickx and Tsitsiklis (2007), "On the 2R conjecture for multi-agent systems", European Control
    Conference: with many agents the distances between camps are roughly 2 eps."""
    n, eps = 1500, 0.025  # 37.5 places to a bound, so that no distance equals it
    final = spread.hegselmann_krause(*complete(n), (np.arange(n) + 0.5) / n, eps).final
    camps = np.unique(final.round(6))
    gaps = np.diff(camps) / eps
    assert gaps.min() > 1.0 and 2.0 < gaps.mean() < 2.5
    assert 15 < len(camps) < 20
