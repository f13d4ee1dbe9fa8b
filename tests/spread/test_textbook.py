"""What goes into the textbook models is checked, and importing the package stays cheap."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import numpy as np
import pytest

import prsim.spread as spread

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
