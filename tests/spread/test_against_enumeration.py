"""Every spreading model against its exact law on all graphs of up to five nodes, from every node, by enumeration."""

from __future__ import annotations

import itertools
from collections import defaultdict
from fractions import Fraction

import numpy as np
import pytest
from numpy.typing import NDArray

import prsim.spread as spread
from tests.spread.oracle import (
    Csr,
    Law,
    Rates,
    State,
    Verdict,
    arcs_of,
    final_law,
    law_at,
    members,
    reached_sets,
    small_digraphs,
    small_graphs,
)

RUNS = 20_000
FEWER = 6_000  # for the models with clocks, which take longer
GRAPHS = small_graphs()
DIGRAPHS = small_digraphs()


def starts(graph: Csr) -> range:
    return range(len(graph[0]) - 1)


def live_edge_law(nodes: int, start: int, pairs: list[tuple[int, int]], p: NDArray[np.float64]) -> Law:
    """Law of what is reached from `start` where pair k of (from, to) is open with probability ``p[k]``."""
    live = (np.arange(1 << len(p))[:, None] >> np.arange(len(p))) & 1
    chance = np.where(live == 1, p, 1 - p).prod(axis=1)
    reached = np.full(len(live), 1 << start)
    for _ in range(nodes):
        for j, (v, w) in enumerate(pairs):
            reached |= (live[:, j % len(p)] & (reached >> v) & 1) << w
    return np.bincount(reached, weights=chance, minlength=1 << nodes)


def test_there_are_as_many_graphs_as_there_should_be() -> None:
    assert [sum(len(g[0]) - 1 == n for g in GRAPHS) for n in range(1, 6)] == [1, 2, 4, 11, 34]


@pytest.mark.parametrize("scalar", [True, False])
def test_independent_cascade_on_undirected_graphs(scalar: bool) -> None:
    """An edge with the same chance both ways is one open or closed bond (Newman 2002): 2**edges cases."""
    rng, verdict = np.random.default_rng(1), Verdict()
    for number, graph in enumerate(GRAPHS):
        arcs = arcs_of(graph)
        bonds = [(v, w) for v, w in arcs if v < w]
        p = np.full(len(bonds), 0.4) if scalar else rng.choice([0.0, 0.3, 0.5, 0.9, 1.0], len(bonds))
        of = dict(zip(bonds, p, strict=True))
        each = [of[min(arc), max(arc)] for arc in arcs]
        for v in starts(graph):
            law = live_edge_law(len(graph[0]) - 1, v, bonds + [(b, a) for a, b in bonds], p)
            given = 0.4 if scalar else np.array(each)
            result = spread.independent_cascade(*graph, given, v, 100 * number + v, RUNS, times=True)
            verdict.add(reached_sets(result), law)
    assert verdict.passes(), verdict


def test_independent_cascade_on_directed_graphs() -> None:
    rng, verdict = np.random.default_rng(2), Verdict()
    for number, graph in enumerate(DIGRAPHS):
        arcs = arcs_of(graph)
        p = rng.random(len(arcs))
        for v in starts(graph):
            law = live_edge_law(len(graph[0]) - 1, v, arcs, p)
            result = spread.independent_cascade(*graph, p, v, 100 * number + v, RUNS, times=True)
            verdict.add(reached_sets(result), law)
    assert verdict.passes(), verdict


def test_linear_threshold_is_its_triggering_set() -> None:
    """Kempe et al. (2003): each node keeps at most one edge into it, with the edge's weight as probability."""
    rng, verdict = np.random.default_rng(3), Verdict()
    for number, graph in enumerate(GRAPHS + DIGRAPHS):
        arcs, n = arcs_of(graph), len(graph[0]) - 1
        weights = rng.random(len(arcs))
        into = [[k for k, (_, w) in enumerate(arcs) if w == v] for v in range(n)]
        for v in range(n):
            weights[into[v]] *= rng.choice([0.6, 1.0]) / max(weights[into[v]].sum(), 1e-9)
        rest = [1 - weights[row].sum() for row in into]
        laws = np.zeros((n, 1 << n))
        for kept in itertools.product(*([None, *row] for row in into)):
            chance = np.prod([
                rest[v] if k is None else weights[k] for v, k in enumerate(kept)
            ])  # fmt: skip
            teller = [None if k is None else arcs[k][0] for k in kept]
            for start, mask in enumerate(reach_along(teller)):
                laws[start, mask] += max(float(chance), 0.0)
        for v in range(n):
            result = spread.linear_threshold(*graph, weights, v, 100 * number + v, RUNS, times=True)
            verdict.add(reached_sets(result), laws[v])
    assert verdict.passes(), verdict


def reach_along(teller: list[int | None]) -> list[int]:
    """The set that each node reaches where each node hears one other node or nobody."""
    masks = [0] * len(teller)
    for w in range(len(teller)):
        v: int | None = w
        seen = 0
        while v is not None and not seen >> v & 1:
            seen |= 1 << v
            masks[v] |= 1 << w
            v = teller[v]
    return masks


def complex_rates(graph: Csr, p: NDArray[np.float64], factor: list[float]) -> Rates:
    """One step of complex contagion: `factor[m]` is the factor on the chance given by the m-th teller heard."""
    into = defaultdict(dict)
    for k, (v, w) in enumerate(arcs_of(graph)):
        into[w][v] = p[k]

    def moves(state: State) -> dict[State, float]:
        active, done = state
        if not active:
            return {}
        joins = {}
        for w in starts(graph):
            if not (active | done) >> w & 1 and (tellers := [v for v in into[w] if active >> v & 1]):
                heard = sum(done >> v & 1 for v in into[w])
                chances = [into[w][v] * factor[heard + i + 1] for i, v in enumerate(sorted(tellers))]
                joins[w] = 1.0 - np.prod([1.0 - min(c, 1.0) for c in chances])
        out: dict[State, float] = {}
        for chosen in itertools.product([False, True], repeat=len(joins)):
            new = sum(1 << w for w, yes in zip(joins, chosen, strict=True) if yes)
            out[new, active | done] = float(
                np.prod([c if yes else 1 - c for c, yes in zip(joins.values(), chosen, strict=True)])
            )
        return out

    return moves


def test_complex_contagion_from_step_to_step() -> None:
    rng, verdict = np.random.default_rng(4), Verdict()
    beta, fade, below = 0.6, 0.3, 0.4
    for number, graph in enumerate(GRAPHS + DIGRAPHS):
        n = len(graph[0]) - 1
        threshold = 1 + number % 3
        p = rng.uniform(0.2, 0.7, len(graph[1]))
        factor = [0.0] + [
            below if m < threshold else (1 + beta * min(m - 1, 1)) * np.exp(-fade * max(m - 2, 0))
            for m in range(1, n + 1)
        ]
        rates = complex_rates(graph, p, factor)
        for first in {(0,), (0, n - 1), (n // 2, n - 1)}:
            law = final_law(n, (sum(1 << v for v in set(first)), 0), rates)
            result = spread.complex_contagion(
                *graph, p, first, 100 * number + sum(first), RUNS,
                threshold=threshold, beta=beta, fade=fade, below=below, times=True,
            )  # fmt: skip
            verdict.add(reached_sets(result), law)
    assert verdict.passes(), verdict


def test_certain_complex_contagion_reaches_the_least_fixed_point() -> None:
    """Watts (2002), Centola and Macy (2007): who has enough neighbours inside comes in, until nobody does."""
    for graph in GRAPHS + DIGRAPHS:
        n = len(graph[0]) - 1
        inside = np.zeros((n, n), dtype=int)
        for v, w in arcs_of(graph):
            inside[w, v] = 1
        for first, need in itertools.product(range(1 << n), range(1, 4)):
            active = np.array([first >> v & 1 for v in range(n)])
            for _ in range(n):
                active = np.maximum(active, inside @ active >= need)
            seeds = list(members(first))
            result = spread.complex_contagion(*graph, 1.0, seeds, 1, 1, threshold=need, times=True)
            assert reached_sets(result)[0] == (active @ (1 << np.arange(n)))


def sir_rates(graph: Csr, beta: NDArray[np.float64], gamma: float) -> Rates:
    rates = [(v, w, float(beta[k])) for k, (v, w) in enumerate(arcs_of(graph))]

    def moves(state: State) -> dict[State, float]:
        active, done = state
        out: dict[State, float] = defaultdict(float)
        for v in members(active):
            out[active & ~(1 << v), done | 1 << v] += gamma
        for v, w, rate in rates:
            if active >> v & 1 and not (active | done) >> w & 1:
                out[active | 1 << w, done] += rate
        return out

    return moves


def test_sir_final_sizes_and_times() -> None:
    """The jumps of the Markov chain on susceptible, infected and recovered nodes; and its law after a time."""
    rng, verdict, early = np.random.default_rng(5), Verdict(), Verdict()
    for number, graph in enumerate(GRAPHS + DIGRAPHS):
        n, beta, gamma = len(graph[0]) - 1, rng.uniform(0.0, 2.0, len(graph[1])), 0.8
        rates = sir_rates(graph, beta, gamma)
        for v in starts(graph):
            result = spread.sir(*graph, beta, gamma, v, 100 * number + v, FEWER, times=True)
            verdict.add(reached_sets(result), final_law(n, (1 << v, 0), rates))
            if v == number % n:
                early.add(reached_sets(result, by=0.6), law_at(n, (1 << v, 0), rates, 0.6))
    assert verdict.passes(), verdict
    assert early.passes(), early


def bass_rates(graph: Csr, p: float, q: float) -> Rates:
    tellers = [[v for v, w in arcs_of(graph) if w == u] for u in starts(graph)]

    def moves(state: State) -> dict[State, float]:
        adopted = state[0]
        return {
            (adopted | 1 << w, 0): p + q * sum(adopted >> v & 1 for v in row) / max(len(row), 1)
            for w, row in enumerate(tellers)
            if not adopted >> w & 1
        }

    return moves


def test_bass_adopters_after_a_time() -> None:
    verdict, p, q, time = Verdict(), 0.2, 1.1, 1.5
    for number, graph in enumerate(GRAPHS + DIGRAPHS):
        result = spread.bass(*graph, p, q, number, RUNS, times=True)
        law = law_at(len(graph[0]) - 1, (0, 0), bass_rates(graph, p, q), time)
        verdict.add(reached_sets(result, by=time), law)
    assert verdict.passes(), verdict


def rumour_rates(graph: Csr, both_stop: bool) -> Rates:
    arcs, degree = arcs_of(graph), np.diff(graph[0])

    def moves(state: State) -> dict[State, float]:
        active, done = state
        out: dict[State, float] = defaultdict(float)
        for v, w in arcs:
            if not active >> v & 1:
                continue
            rate, stop = 1.0 / degree[v], 1 << v
            if active >> w & 1 and both_stop:
                stop, rate = stop | 1 << w, rate / 2
            if not (active | done) >> w & 1:
                out[active | 1 << w, done] += rate
            else:
                out[active & ~stop, done | stop] += rate
        return out

    return moves


@pytest.mark.parametrize("variant", ["daley-kendall", "maki-thompson"])
def test_rumour_final_sizes_and_times(variant: str) -> None:
    verdict, early = Verdict(), Verdict()
    for number, graph in enumerate(GRAPHS):
        n, rates = len(graph[0]) - 1, rumour_rates(graph, variant == "daley-kendall")
        for v in starts(graph):
            result = spread.daley_kendall(*graph, v, 100 * number + v, FEWER, variant=variant, times=True)
            verdict.add(reached_sets(result), final_law(n, (1 << v, 0), rates))
            if v == number % n:
                early.add(reached_sets(result, by=1.2), law_at(n, (1 << v, 0), rates, 1.2))
    assert verdict.passes(), verdict
    assert early.passes(), early


def test_degroot_consensus_where_the_powers_of_the_matrix_say_so() -> None:
    """Consensus is certain if all rows of a high power of the weights agree, and is then that row's mean."""
    agreed = 0
    for number, graph in enumerate(GRAPHS + DIGRAPHS):
        n = len(graph[0]) - 1
        matrix = np.zeros((n, n))
        for v, w in arcs_of(graph):
            matrix[v, w] = 1.0 / np.diff(graph[0])[v]
        matrix[np.diff(graph[0]) == 0, np.diff(graph[0]) == 0] = 1.0
        matrix[np.diff(graph[0]) == 0] = np.eye(n)[np.diff(graph[0]) == 0]
        power = np.linalg.matrix_power(matrix, 3001)
        one = bool(np.allclose(power, power[0], atol=1e-9))
        start = np.random.default_rng(number).random(n)
        if one:
            agreed += 1
            final = spread.degroot(*graph, start, consensus=True).final
            np.testing.assert_allclose(final, power[0] @ start, atol=1e-9)
            continue
        with pytest.raises(ValueError, match="no consensus: "):
            spread.degroot(*graph, start, consensus=True)
        # laziness ends periods, not divisions
        lazy = np.linalg.matrix_power((matrix + np.eye(n)) / 2, 3001)
        if np.allclose(lazy, lazy[0], atol=1e-9):
            final = spread.degroot(*graph, start, eta=0.5, consensus=True).final
            np.testing.assert_allclose(final, lazy[0] @ start, atol=1e-9)
        else:
            with pytest.raises(ValueError, match="groups listen to nobody outside themselves"):
                spread.degroot(*graph, start, eta=0.5, consensus=True)
    assert 30 < agreed < len(GRAPHS + DIGRAPHS) - 20


def test_hegselmann_krause_in_fractions() -> None:
    rng, eps = np.random.default_rng(6), Fraction(1, 3)
    for graph in GRAPHS + DIGRAPHS:
        n = len(graph[0]) - 1
        x = [Fraction(int(a), 1009) for a in rng.integers(0, 1010, n)]
        result = spread.hegselmann_krause(*graph, [float(a) for a in x], float(eps), steps=3)
        listens: list[set[int]] = [{v} for v in range(n)]
        for v, w in arcs_of(graph):
            listens[v].add(w)
        for _ in range(3):
            near = [[x[w] for w in row if abs(x[w] - x[v]) <= eps] for v, row in enumerate(listens)]
            x = [sum(row, Fraction(0)) / len(row) for row in near]
        np.testing.assert_allclose(result.final, [float(a) for a in x], atol=1e-12)
