"""What goes into the textbook models is checked, and importing the package stays cheap."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import networkx as nx
import numpy as np
import pytest
from scipy import sparse

import prsim.spread as spread
from tests.spread.oracle import random_graph

GOOD: dict[str, Any] = {
    "indptr": [0, 2, 3, 3], "indices": [1, 2, 2], "p": 0.5, "seeds": [0], "seed": 1, "runs": 2
}  # fmt: skip


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"indptr": [0, 3, 2, 3]}, "goes from 3 to 2 at node 1"),
        ({"indptr": [1, 2, 3, 3]}, r"begin with 0, got \[1\]"),
        ({"indptr": []}, "begin with 0"),
        ({"indptr": [0, 2, 3, 4]}, "ends with 4, but there are 3 indices"),
        ({"indptr": [0.0, 2.0, 3.0, 3.0]}, "indptr must be a flat array of integers, got float64"),
        ({"indices": [[1, 2, 2]]}, "indices must be a flat array"),
        ({"indices": [1, 3, 2]}, "edge 1 points to node 3, but the nodes are 0 to 2"),
        ({"indices": [1, -1, 2]}, "edge 1 points to node -1"),
        ({"p": -0.1}, r"p must be between 0 and 1, got -0\.1"),
        ({"p": 1.5}, r"p must be between 0 and 1, got 1\.5"),
        ({"p": float("nan")}, "p must be between 0 and 1, got nan"),
        ({"p": [0.1, 0.2, float("nan")]}, "got nan at edge 2"),
        ({"p": [0.1, 0.2]}, r"one per edge \(3\), got shape \(2,\)"),
        ({"seeds": [0, 3]}, "seed 3 does not exist: the nodes are 0 to 2"),
        ({"seeds": [-1]}, "seed -1 does not exist"),
        ({"seeds": [0.5]}, "list of node numbers, got float64"),
        ({"runs": 0}, "runs must be an integer of at least 1, got 0"),
    ],
)
def test_nonsense_is_refused(change: dict[str, Any], message: str) -> None:
    for model in (spread.independent_cascade, spread.complex_contagion):
        with pytest.raises(ValueError, match=message):
            model(**(GOOD | change))


def test_model_specific_refusals() -> None:
    with pytest.raises(ValueError, match="more than one edge from node 0 to node 2"):
        spread.complex_contagion([0, 3, 3, 3], [2, 1, 2], 0.5, 0, 1, 1)
    with pytest.raises(ValueError, match="threshold must be one number or one per node"):
        spread.complex_contagion(**GOOD, threshold=[1, 2])
    with pytest.raises(ValueError, match=r"below must lie between 0 and 1, got 2\.0"):
        spread.complex_contagion(**GOOD, below=2)
    with pytest.raises(ValueError, match="weights into node 2 sum to 2"):
        spread.linear_threshold(GOOD["indptr"], GOOD["indices"], 1.0, 0, 1, 1)
    with pytest.raises(ValueError, match=r"beta must be a number >= 0, got -1\.0"):
        spread.sir(GOOD["indptr"], GOOD["indices"], -1.0, 1.0, 0, 1, 1)
    with pytest.raises(ValueError, match="gamma"):
        spread.sir(GOOD["indptr"], GOOD["indices"], 1.0, float("nan"), 0, 1, 1)
    with pytest.raises(ValueError, match="q must lie"):
        spread.bass(GOOD["indptr"], GOOD["indices"], 0.1, -1.0, 1, 1)
    with pytest.raises(ValueError, match="times=True"):
        spread.independent_cascade(**GOOD).curve([1.0])


SPREADING: dict[str, Any] = {
    "independent_cascade": lambda g, **k: spread.independent_cascade(*g, 0.4, [0, 1], 1, **k),
    "linear_threshold": lambda g, **k: spread.linear_threshold(*g, None, [0, 1], 1, **k),
    "complex_contagion": lambda g, **k: spread.complex_contagion(*g, 0.6, [0, 1], 1, below=0.3, **k),
    "sir": lambda g, **k: spread.sir(*g, 0.5, 1.0, [0, 1], 1, **k),
    "bass": lambda g, **k: spread.bass(*g, 0.03, 0.4, 1, horizon=9.0, **k),
    "daley_kendall": lambda g, **k: spread.daley_kendall(*g, [0, 1], 1, **k),
}


@pytest.mark.parametrize("name", SPREADING)
def test_the_number_of_workers_does_not_matter(name: str) -> None:
    graph, model = random_graph(300, 5.0, 1), SPREADING[name]
    given = {"runs": 7, "times": True} | ({} if name == "bass" else {"parents": True})
    alone = model(graph, **given)
    assert len(set(alone.sizes.tolist())) > 1
    for workers in (2, 3, 50):
        shared = model(graph, **given, workers=workers)
        for one, other in ((alone.sizes, shared.sizes), (alone.times, shared.times)):
            assert np.array_equal(one, other)
        assert name == "bass" or np.array_equal(alone.parents, shared.parents)
    assert alone.times.shape == (7, 300) and np.isfinite(alone.times).sum() == alone.sizes.sum()


def test_the_number_of_workers_does_not_matter_for_meetings() -> None:
    graph, x = random_graph(50, 6.0, 2), np.random.default_rng(1).random(50)
    for every in (None, 100):
        one, three = (
            spread.deffuant(*graph, x, 0.4, 0.3, 5, 4, steps=500, every=every, workers=w) for w in (1, 3)
        )
        assert np.array_equal(one.final, three.final)
        assert every is None or np.array_equal(one.path, three.path)


@pytest.mark.parametrize("name", [*SPREADING, "deffuant"])
def test_self_loops_are_refused(name: str) -> None:
    loop = (np.array([0, 1, 3, 3]), np.array([1, 0, 1]))
    meet: Any = lambda g, runs: spread.deffuant(*g, [0.1, 0.2, 0.3], 0.2, 0.5, 1, runs, steps=1)  # noqa: E731
    with pytest.raises(ValueError, match="edge 2 leads from node 1 to itself"):
        SPREADING.get(name, meet)(loop, runs=1)


def test_counts_are_integers() -> None:
    with pytest.raises(TypeError, match=r"runs must be an integer, got 2\.5"):
        spread.independent_cascade(**(GOOD | {"runs": 2.5}))
    with pytest.raises(ValueError, match="workers must be an integer of at least 1, got 0"):
        spread.independent_cascade(**GOOD, workers=0)


def test_a_sparse_matrix_is_a_graph() -> None:
    matrix = sparse.random_array((40, 40), density=0.1, format="csr", rng=np.random.default_rng(3))
    matrix.setdiag(0.0)
    matrix.eliminate_zeros()
    by_matrix = spread.independent_cascade(matrix.indptr, matrix.indices, matrix.data, 0, 1, 50)
    lists = (matrix.indptr.tolist(), matrix.indices.tolist(), matrix.data.tolist())
    assert np.array_equal(by_matrix.sizes, spread.independent_cascade(*lists, 0, 1, 50).sizes)
    networkx_own = nx.to_scipy_sparse_array(nx.path_graph(5), format="csr")
    assert spread.sir(networkx_own.indptr, networkx_own.indices, 1.0, 0.0, 2, 1, 1).sizes.tolist() == [5]


def test_the_package_own_graphs_are_taken_apart() -> None:
    graph = spread.block_graph(np.repeat([0, 1], 30), 5, 0.5, 1)
    lists = (graph.indptr.tolist(), graph.indices.tolist())
    assert not graph.indices.flags.writeable
    for model in SPREADING.values():
        kept = model((graph.indptr, graph.indices), runs=3)
        assert np.array_equal(kept.sizes, model(lists, runs=3).sizes)


def test_consensus_is_refused_with_the_reason() -> None:
    x = [0.0, 0.5, 1.0, 0.2]
    two_rings = ([0, 1, 2, 3, 4], [1, 0, 3, 2])
    with pytest.raises(
        ValueError, match=r"2 groups listen to nobody outside themselves, .* node 0 and node 2"
    ):
        spread.degroot(*two_rings, x, consensus=True)
    square = ([0, 2, 4, 6, 8], [1, 3, 0, 2, 1, 3, 0, 2])
    with pytest.raises(ValueError, match=r"the group of node 0 go round with period 2; .* eta below 1"):
        spread.degroot(*square, x, consensus=True)
    assert np.ptp(spread.degroot(*square, x, eta=0.9, consensus=True).final) < 1e-9
    assert np.ptp(spread.degroot(*square, x, 0.4, consensus=True).final) < 1e-9
    with pytest.raises(ValueError, match="4 groups"):
        spread.degroot(*square, x, 0.0, consensus=True)
    with pytest.raises(ValueError, match="4 groups"):
        spread.degroot(*square, x, eta=0.0, consensus=True)
    # one who listens to nobody: the others come to his opinion
    leader = ([0, 0, 1, 2, 3], [0, 1, 2])
    np.testing.assert_allclose(spread.degroot(*leader, x, consensus=True).final, 0.0)
    assert spread.degroot([0], [], [], consensus=True).final.size == 0


def test_any_integer_type_will_do() -> None:
    want = spread.independent_cascade(**GOOD).sizes
    for kind in (np.uint8, np.int32, np.int64, np.uint64):
        given = GOOD | {name: np.array(GOOD[name], dtype=kind) for name in ("indptr", "indices", "seeds")}
        assert np.array_equal(spread.independent_cascade(**given).sizes, want)


def test_input_is_left_alone() -> None:
    x = np.array([0.0, 0.2, 0.9])
    spread.degroot([0, 1, 2, 2], [1, 0], x, steps=3)
    spread.hegselmann_krause([0, 1, 2, 2], [1, 0], x, 0.5, steps=3)
    spread.deffuant([0, 1, 2, 2], [1, 0], x, 0.5, 0.5, 1, 1, steps=3)
    assert x.tolist() == [0.0, 0.2, 0.9]


def test_public_names() -> None:
    assert set(spread.__all__) <= set(dir(spread))
    assert all(getattr(spread, name) is not None for name in spread.__all__)
    with pytest.raises(AttributeError, match="independent_cascades"):
        spread.independent_cascades  # noqa: B018


def test_import_does_not_import_numba() -> None:
    code = "import sys, prsim.spread; sys.exit('numba' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
