"""Graphs and exact laws that the textbook models are judged by.

A state of a spreading process is a pair of bit masks: the nodes that are active, and those that have been reached
and are active no more. A model is its rates (or probabilities) from state to state; everything else follows.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Callable, Iterator

import networkx as nx
import numpy as np
from numpy.typing import NDArray
from scipy import stats

import prsim.spread as spread

Csr = tuple[NDArray[np.int64], NDArray[np.int64]]
State = tuple[int, int]
Rates = Callable[[State], dict[State, float]]
Law = NDArray[np.float64]  # chance of each set of reached nodes, the set as a bit mask


def csr(graph: nx.Graph) -> Csr:
    rows = [sorted(graph.neighbors(v)) for v in range(len(graph))]
    return np.cumsum([0, *map(len, rows)]), np.array([w for row in rows for w in row], dtype=np.int64)


def arcs_of(graph: Csr) -> list[tuple[int, int]]:
    indptr, indices = graph
    source = np.repeat(np.arange(len(indptr) - 1), np.diff(indptr))
    return list(zip(source.tolist(), indices.tolist(), strict=True))


def complete(n: int) -> Csr:
    everybody = np.tile(np.arange(n), n)
    return np.arange(n + 1) * (n - 1), everybody[everybody != np.repeat(np.arange(n), n)]


def from_pairs(n: int, a: NDArray[np.int64], b: NDArray[np.int64], directed: bool = False) -> Csr:
    """A graph without self-loops and parallel edges."""
    a, b = a[a != b], b[a != b]
    key = np.unique(a * n + b if directed else np.concatenate([a * n + b, b * n + a]))
    return np.searchsorted(key // n, np.arange(n + 1)), key % n


def configuration_graph(degrees: NDArray[np.int64], seed: int) -> Csr:
    """A random graph of these degrees, up to the few edges lost as self-loops or parallel ones."""
    rng = np.random.default_rng(seed)
    stubs = rng.permutation(np.repeat(np.arange(len(degrees)), degrees))
    stubs = stubs[: len(stubs) // 2 * 2]
    return from_pairs(len(degrees), stubs[::2], stubs[1::2])


def heavy_tailed_degrees(n: int, seed: int) -> NDArray[np.int64]:
    """Degrees of 2 to 100 with a chance that falls as the power -2.5."""
    k = np.arange(2, 101)
    return np.random.default_rng(seed).choice(k, n, p=k**-2.5 / (k**-2.5).sum())


def random_graph(n: int, mean_degree: float, seed: int) -> Csr:
    """An Erdős–Rényi graph: as many random pairs as its edges."""
    rng = np.random.default_rng(seed)
    pairs = rng.integers(0, n, (2, rng.poisson(n * mean_degree / 2)))
    return from_pairs(n, pairs[0], pairs[1])


def small_graphs() -> list[Csr]:
    """All graphs of one to five nodes up to renaming."""
    return [csr(g) for g in nx.graph_atlas_g() if 1 <= len(g) <= 5]


def small_digraphs() -> list[Csr]:
    """All directed graphs of three nodes up to renaming, and thirty random ones of four and five nodes."""
    arcs = list(itertools.permutations(range(3), 2))
    found: dict[frozenset[tuple[int, int]], nx.DiGraph] = {}
    for size in range(len(arcs) + 1):
        for chosen in itertools.combinations(arcs, size):
            names = (frozenset((p[v], p[w]) for v, w in chosen) for p in itertools.permutations(range(3)))
            if not any(name in found for name in names):
                found[frozenset(chosen)] = nx.empty_graph(3, create_using=nx.DiGraph)
                found[frozenset(chosen)].add_edges_from(chosen)
    assert len(found) == 16
    random = [nx.gnp_random_graph(4 + s % 2, 0.55, seed=s, directed=True) for s in range(30)]
    return [csr(g) for g in [*found.values(), *random]]


def members(mask: int) -> Iterator[int]:
    return (v for v in range(mask.bit_length()) if mask >> v & 1)


def final_law(nodes: int, start: State, rates: Rates) -> Law:
    """Law of the nodes reached in the end, along the jumps from state to state, none of which may recur."""
    law = np.zeros(1 << nodes)
    now = {start: 1.0}
    while now:
        following: dict[State, float] = defaultdict(float)
        for state, chance in now.items():
            moves = rates(state)
            total = sum(moves.values())
            if total == 0.0:
                law[state[0] | state[1]] += chance
            for other, rate in moves.items():
                following[other] += chance * rate / total if total else 0.0
        now = {state: chance for state, chance in following.items() if chance > 0.0}
    return law


def law_at(nodes: int, start: State, rates: Rates, time: float) -> Law:
    """Law of the nodes reached by a time: as many jumps as a Poisson clock strikes, some of them on the spot."""
    number, entries = {start: 0}, []
    for state in (queue := [start]):
        for other, rate in rates(state).items():
            if other not in number:
                number[other] = len(queue)
                queue.append(other)
            entries.append((number[state], number[other], rate))
    jumps = np.zeros((len(queue), len(queue)))
    for i, j, rate in entries:
        jumps[i, j] += rate
    fastest = max(jumps.sum(axis=1).max(), 1e-300)
    jumps = jumps / fastest
    np.fill_diagonal(jumps, jumps.diagonal() + 1.0 - jumps.sum(axis=1))
    now, chance = np.eye(1, len(queue))[0], np.zeros(len(queue))
    for strikes in range(int(stats.poisson.ppf(1 - 1e-13, fastest * time)) + 1):
        chance += stats.poisson.pmf(strikes, fastest * time) * now
        now = now @ jumps
    return np.bincount([a | b for a, b in queue], weights=chance, minlength=1 << nodes)


def reached_sets(result: spread.Cascades, by: float = np.inf) -> NDArray[np.int64]:
    """The set of nodes reached by a time, in each run."""
    assert result.times is not None
    reached = np.isfinite(result.times) & (result.times <= by)
    if by == np.inf:
        assert np.array_equal(reached.sum(1), result.sizes)
    return np.asarray(reached @ (1 << np.arange(reached.shape[1])))


class Verdict:
    """Many chi-square tests, judged together: by their sum, and the worst by Bonferroni."""

    def __init__(self) -> None:
        self.statistics: list[float] = []
        self.freedoms: list[int] = []

    def add(self, outcomes: NDArray[np.int64], law: Law) -> None:
        """Compare outcomes with their law; the rarest are pooled until 8 are expected; no impossible one may occur."""
        assert abs(law.sum() - 1.0) < 1e-9
        possible = law > 1e-12
        counted = np.bincount(outcomes, minlength=len(law))
        assert counted[~possible].sum() == 0, "an impossible outcome"
        order = np.argsort(law[possible])
        expected = law[possible][order] * len(outcomes)
        seen = counted[possible][order].astype(float)
        rare = int(np.searchsorted(expected, 8.0))
        while rare and rare < len(expected) and expected[:rare].sum() < 8.0:
            rare += 1
        if rare:
            expected = np.append(expected[:rare].sum(), expected[rare:])
            seen = np.append(seen[:rare].sum(), seen[rare:])
        if len(expected) > 1:
            self.statistics.append(float(((seen - expected) ** 2 / expected).sum()))
            self.freedoms.append(len(expected) - 1)

    @property
    def pooled(self) -> float:
        """P-value of all the tests together."""
        return float(stats.chi2.sf(sum(self.statistics), sum(self.freedoms)))

    @property
    def worst(self) -> float:
        """The smallest p-value, times the number of tests."""
        return min(float(p) for p in stats.chi2.sf(self.statistics, self.freedoms)) * len(self.statistics)

    def __repr__(self) -> str:
        return (
            f"{len(self.statistics)} laws, chi-square {sum(self.statistics):.1f} with {sum(self.freedoms)} degrees of "
            f"freedom, p = {self.pooled:.3f}, worst after Bonferroni {self.worst:.3f}"
        )

    def passes(self) -> bool:
        """Whether the tests look like chance: a false alarm in one of 300 verdicts."""
        return 0.001 < self.pooled < 0.999 and self.worst > 0.001


def standard_errors_apart(one: NDArray[np.int64], other: NDArray[np.int64]) -> float:
    """Difference of the means of two samples of one law, as is claimed, in its standard error."""
    n, m = len(one), len(other)
    pooled = ((n - 1) * one.var(ddof=1) + (m - 1) * other.var(ddof=1)) / (n + m - 2)
    return float((one.mean() - other.mean()) / np.sqrt(pooled * (1 / n + 1 / m)))
