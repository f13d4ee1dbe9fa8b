"""SIR, Bass and the rumour against exact distributions, closed forms and published limits."""

from __future__ import annotations

from collections import defaultdict
from math import comb

import networkx as nx
import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import optimize, stats

import prsim.spread as spread
from tests.spread.oracle import complete, csr


def chi2_p(sizes: NDArray[np.int64], exact: NDArray[np.float64]) -> float:
    """Chi-square of sizes 0, 1, ... against exact probabilities, neighbours pooled until 8 are expected."""
    counted, expected = [0.0], [0.0]
    for size, p in enumerate(exact):
        if expected[-1] >= 8:
            counted.append(0.0)
            expected.append(0.0)
        counted[-1] += float((sizes == size).sum())
        expected[-1] += p * len(sizes)
    counted[-2:], expected[-2:] = [sum(counted[-2:])], [sum(expected[-2:])]
    assert sum(counted) == len(sizes)
    return float(stats.chisquare(counted, np.array(expected) * sum(counted) / sum(expected)).pvalue)


def ball_final_size(n: int, m: int, rate: float, laplace: object) -> NDArray[np.float64]:
    """P(k of n susceptibles are ever infected by m infectives): the triangular equations of Ball (1986)."""
    p = np.zeros(n + 1)
    for size in range(n + 1):
        phi = laplace(rate * (n - size))  # type: ignore[operator]
        before = sum(comb(n - k, size - k) * p[k] / phi ** (k + m) for k in range(size))
        p[size] = (comb(n, size) - before) * phi ** (size + m)
    return p


@pytest.mark.parametrize("recovery", ["exponential", "fixed"])
def test_sir_final_size_distribution(recovery: str) -> None:
    n, m, beta, gamma = 12, 2, 0.25, 1.6
    laplace = {"exponential": lambda s: gamma / (gamma + s), "fixed": lambda s: np.exp(-s / gamma)}[recovery]
    exact = ball_final_size(n, m, beta, laplace)
    assert exact.sum() == pytest.approx(1.0)
    out = spread.sir(*complete(n + m), beta, gamma, [0, 1], 1, 20_000, recovery=recovery)
    assert chi2_p(out.sizes - m, exact) > 1e-4


def test_sir_with_fixed_recovery_is_bond_percolation() -> None:
    graph = csr(nx.gnp_random_graph(400, 0.012, seed=1))
    beta = np.random.default_rng(2).random(len(graph[1]))
    epidemic = spread.sir(*graph, beta, 2.0, [0, 7], 3, 400, recovery="fixed")
    percolation = spread.independent_cascade(*graph, 1 - np.exp(-beta / 2.0), [0, 7], 3, 400)
    assert np.array_equal(epidemic.sizes, percolation.sizes)
    assert epidemic.sizes.max() > 100


@pytest.mark.parametrize("recovery", ["exponential", "fixed"])
def test_sir_final_size_equation(recovery: str) -> None:
    n, r0, runs = 500, 2.0, 200
    out = spread.sir(*complete(n), r0 / n, 1.0, [0], 5, runs, recovery=recovery)
    attack = optimize.brentq(lambda z: 1 - np.exp(-r0 * z) - z, 0.1, 1.0)
    # extinction of the branching process: the offspring is geometric or Poisson
    extinct = 1 / r0 if recovery == "exponential" else 1 - attack
    major = out.sizes > 0.3 * n
    assert abs(out.sizes[major].mean() / n - attack) < 0.015
    assert abs((1 - major.mean()) - extinct) < 4 * np.sqrt(extinct * (1 - extinct) / runs)


def test_sir_times() -> None:
    beta, gamma, runs = 0.7, 0.4, 10_000
    out = spread.sir([0, 1, 1], [1], beta, gamma, 0, 1, runs, times=True, parents=True)
    assert out.times is not None and out.parents is not None
    at = out.times[:, 1]
    p = beta / (beta + gamma)
    assert abs(np.isfinite(at).mean() - p) < 4 * np.sqrt(p * (1 - p) / runs)
    assert stats.kstest(at[np.isfinite(at)], stats.expon(scale=1 / (beta + gamma)).cdf).pvalue > 1e-4
    assert set(out.parents[np.isfinite(at), 1]) == {0}
    cut = spread.sir([0, 1, 1], [1], beta, gamma, 0, 1, runs, horizon=0.5)
    assert np.array_equal(cut.sizes == 2, at <= 0.5)


def test_sir_without_recovery_is_first_passage() -> None:
    g = nx.gnp_random_graph(200, 0.04, seed=3)
    graph = csr(g)
    out = spread.sir(*graph, 1.0, 0.0, [0], 2, 3, times=True, parents=True)
    assert set(out.sizes) == {len(nx.node_connected_component(g, 0))}
    assert out.times is not None and out.parents is not None
    child = np.flatnonzero((out.parents[0] >= 0) & (np.arange(200) != 0))
    assert (out.times[0][child] > out.times[0][out.parents[0][child]]).all()
    assert spread.sir(*graph, 0.0, 1.0, [0], 2, 3).sizes.tolist() == [1, 1, 1]


def test_bass_follows_the_closed_form() -> None:
    p, q, n = 0.03, 0.38, 400
    out = spread.bass(*complete(n), p, q, 1, 40, times=True)
    t = np.linspace(0, 20, 21)
    closed = (1 - np.exp(-(p + q) * t)) / (1 + q / p * np.exp(-(p + q) * t))
    mean = out.curve(t).mean(axis=0) / n
    np.testing.assert_allclose(mean, closed, atol=0.015)
    assert (out.sizes == n).all()
    cut = spread.bass(*complete(n), p, q, 1, 40, horizon=8.0)
    assert np.array_equal(cut.sizes, out.curve(8.0)[:, 0])


def test_bass_two_nodes_exactly() -> None:
    p, q = 0.2, 0.5
    out = spread.bass([0, 1, 2], [1, 0], p, q, 3, 10_000, times=True)
    assert out.times is not None
    first, second = np.sort(out.times, axis=1).T
    assert stats.kstest(first, stats.expon(scale=1 / (2 * p)).cdf).pvalue > 1e-4
    assert stats.kstest(second - first, stats.expon(scale=1 / (p + q)).cdf).pvalue > 1e-4
    assert abs(np.corrcoef(first, second - first)[0, 1]) < 4 / np.sqrt(10_000)


def test_bass_limits() -> None:
    graph = csr(nx.gnp_random_graph(100, 0.03, seed=5))
    alone = spread.bass(*graph, 0.5, 0.0, 3, 100, times=True)
    assert alone.times is not None
    assert stats.kstest(alone.times.ravel(), stats.expon(scale=2.0).cdf).pvalue > 1e-4
    assert spread.bass(*graph, 0.0, 1.0, 3, 2).sizes.tolist() == [0, 0]
    by_imitation = spread.bass(*graph, 0.0, 1.0, 3, 2, seeds=[0])
    component = nx.node_connected_component(nx.gnp_random_graph(100, 0.03, seed=5), 0)
    assert by_imitation.sizes.tolist() == [len(component)] * 2


def rumour_distribution(n: int, both: bool) -> NDArray[np.float64]:
    """P(size) of the rumour in a closed group of n with one spreader, from the jump chain on (ignorants, spreaders)."""
    chance: dict[tuple[int, int], float] = defaultdict(float)
    chance[n - 1, 1] = 1.0
    for ignorant in range(n - 1, -1, -1):
        for spreaders in range(n - ignorant, 0, -1):
            c = chance[ignorant, spreaders]
            stiflers = n - ignorant - spreaders
            tell, meet, stop = spreaders * ignorant, spreaders * (spreaders - 1), spreaders * stiflers
            rates = {(ignorant - 1, spreaders + 1): float(tell)}
            if both:
                rates |= {(ignorant, spreaders - 2): meet / 2, (ignorant, spreaders - 1): float(stop)}
            else:
                rates |= {(ignorant, spreaders - 1): float(meet + stop)}
            for state, rate in rates.items():
                if rate > 0:
                    chance[state] += c * rate / sum(rates.values())
    return np.array([chance[n - size, 0] for size in range(n + 1)])


@pytest.mark.parametrize("variant", ["daley-kendall", "maki-thompson"])
def test_rumour_distribution_on_a_small_group(variant: str) -> None:
    exact = rumour_distribution(15, variant == "daley-kendall")
    assert exact.sum() == pytest.approx(1.0)
    out = spread.daley_kendall(*complete(15), [4], 2, 20_000, variant=variant)
    assert chi2_p(out.sizes, exact) > 1e-4


@pytest.mark.parametrize("variant", ["daley-kendall", "maki-thompson"])
def test_rumour_leaves_a_fifth_ignorant(variant: str) -> None:
    limit = optimize.brentq(lambda x: np.exp(-2 * (1 - x)) - x, 0.01, 0.9)
    assert limit == pytest.approx(0.2032, abs=5e-5)
    n, runs = 1000, 300
    left = 1 - spread.daley_kendall(*complete(n), [0], 3, runs, variant=variant).sizes / n
    assert abs(left.mean() - limit) < 3 * left.std(ddof=1) / np.sqrt(runs) + 1 / n


def test_rumour_times_and_parents() -> None:
    graph = csr(nx.random_regular_graph(6, 200, seed=1))
    out = spread.daley_kendall(*graph, [0, 1], 3, 10, times=True, parents=True)
    assert out.times is not None and out.parents is not None
    assert np.array_equal(np.isfinite(out.times).sum(1), out.sizes)
    for times, parents in zip(out.times, out.parents, strict=True):
        heard = np.flatnonzero(parents >= 0)
        told = heard[heard > 1]
        assert (times[told] > times[parents[told]]).all()
        assert all(v in graph[1][graph[0][parents[v]] : graph[0][parents[v] + 1]] for v in told)
    again = spread.daley_kendall(*graph, [1, 0], 3, 4)
    assert np.array_equal(again.sizes, out.sizes[:4])


def test_unknown_variants() -> None:
    with pytest.raises(ValueError, match='"exponential" or "fixed", got \'gamma\''):
        spread.sir([0, 0], [], 1.0, 1.0, 0, 1, 1, recovery="gamma")
    with pytest.raises(ValueError, match="maki-thompson"):
        spread.daley_kendall([0, 0], [], 0, 1, 1, variant="both")
