"""Opinion dynamics against the left eigenvector, hand-worked steps and published cluster counts."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

import prsim.spread as spread
from tests.spread.oracle import complete


def clusters(opinions: NDArray[np.float64], gap: float, least: float = 0.0) -> int:
    """Groups of opinions more than `gap` apart that hold more than the share `least`."""
    groups = np.split(np.sort(opinions), np.flatnonzero(np.diff(np.sort(opinions)) > gap) + 1)
    return sum(len(group) > least * len(opinions) for group in groups)


def test_degroot_consensus_is_the_left_eigenvector() -> None:
    rng = np.random.default_rng(1)
    n = 30
    matrix = (
        rng.random((n, n)) * (rng.random((n, n)) < 0.3)
        + 0.1 * np.eye(n)
        + 0.05 * np.roll(np.eye(n), 1, axis=1)
    )
    matrix /= matrix.sum(axis=1, keepdims=True)
    rows, columns = np.nonzero(matrix)
    indptr = np.searchsorted(rows, np.arange(n + 1))
    start = rng.uniform(-1, 1, n)
    values, vectors = np.linalg.eig(matrix.T)
    left = np.real(vectors[:, np.argmax(np.real(values))])
    out = spread.degroot(indptr, columns, start, matrix[rows, columns], path=True)
    np.testing.assert_allclose(out.final, left @ start / left.sum(), atol=1e-10)
    assert out.path is not None and out.path.shape == (out.steps + 1, n)
    np.testing.assert_allclose(out.path[3], np.linalg.matrix_power(matrix, 3) @ start, atol=1e-14)
    assert np.array_equal(out.path[0], start) and np.array_equal(out.path[-1], out.final)


def test_degroot_details() -> None:
    # 0 listens to 1 and 2; 1 to 0 with weight a half; 2 to nobody
    indptr, indices = [0, 2, 3, 3], [1, 2, 0]
    one = spread.degroot(indptr, indices, [0.0, 1.0, 0.5], [0.5, 0.5, 0.5], steps=1)
    np.testing.assert_allclose(one.final, [0.75, 0.5, 0.5])
    assert one.steps == 1
    equal = spread.degroot(indptr, indices, [0.0, 1.0, 0.5], eta=0.5, steps=1)
    np.testing.assert_allclose(equal.final, [0.375, 0.5, 0.5])
    narrow = spread.degroot(indptr, indices, [0.0, 1.0, 0.5], [0.0, 1.0, 0.0], width=0.5, steps=1)
    np.testing.assert_allclose(narrow.final, [np.exp(-1.0) * 0.5, 1.0, 0.5])
    assert spread.degroot(indptr, indices, [0.0, 1.0, 0.5], steps=0).final.tolist() == [0.0, 1.0, 0.5]
    with pytest.raises(ValueError, match=r"weights of node 0 sum to 1\.5"):
        spread.degroot(indptr, indices, [0.0, 1.0, 0.5], [1.0, 0.5, 0.5])


def test_hegselmann_krause_by_hand() -> None:
    out = spread.hegselmann_krause(*complete(3), [0.0, 0.2, 0.5], 0.25, path=True)
    np.testing.assert_allclose(out.final, [0.1, 0.1, 0.5])
    # the bound itself counts as near: 1/4 apart, exactly representable
    chain = spread.hegselmann_krause(*complete(3), [0.0, 0.25, 0.5], 0.25, steps=1)
    np.testing.assert_allclose(chain.final, [0.125, 0.25, 0.375])


def test_hegselmann_krause_published_clusters() -> None:
    # Hegselmann and Krause (2002), 625 uniform opinions: 38 camps at 0.01, two at 0.15, consensus at 0.25. Their
    # picture of 0.15 is one start; others leave a third camp in the middle
    graph = complete(625)
    starts = [np.random.default_rng(number).random(625) for number in range(5)]

    def camps(eps: float) -> list[int]:
        return [clusters(spread.hegselmann_krause(*graph, x, eps).final, 1e-6) for x in starts]

    assert abs(np.mean(camps(0.01)) - 38) < 4
    assert 2 in camps(0.15) and set(camps(0.15)) <= {2, 3}
    assert camps(0.25) == camps(0.5) == [1] * 5


@pytest.mark.parametrize("eps", [0.5, 0.4, 0.3, 0.2, 0.1])
def test_deffuant_published_clusters(eps: float) -> None:
    # Deffuant et al. (2000): about int(1 / (2 eps)) large clusters; one above 0.3, where two still happen
    runs, n = 12, 500
    x = np.random.default_rng(4).random((runs, n))
    out = spread.deffuant(*complete(n), x, eps, 0.5, 2, runs, steps=150_000)
    assert out.final.shape == (runs, n)
    counts = np.array([clusters(row, eps / 2, least=0.03) for row in out.final])
    if eps > 0.3:
        assert (counts == 1).all()
    elif eps == 0.3:
        assert (counts == 1).mean() > 0.8
    else:
        assert abs(counts.mean() - int(0.5 / eps)) <= 0.75
    np.testing.assert_allclose(out.final.mean(axis=1), x.mean(axis=1), atol=1e-12)


def test_deffuant_path_and_draws() -> None:
    graph = complete(40)
    x = np.random.default_rng(1).random(40)
    whole = spread.deffuant(*graph, x, 0.4, 0.3, 5, 3, steps=200, every=50)
    assert whole.path is not None and whole.path.shape == (3, 5, 40)
    assert np.array_equal(whole.path[:, 0], np.tile(x, (3, 1))) and np.array_equal(
        whole.path[:, -1], whole.final
    )
    half = spread.deffuant(*graph, x, 0.4, 0.3, 5, 2, steps=100)
    assert np.array_equal(half.final, whole.path[:2, 2])
    assert not np.array_equal(whole.final[0], whole.final[1])
    one = spread.deffuant(*graph, x, 2.0, 0.3, 5, 1, steps=1).final[0]
    moved = np.flatnonzero(one != x)
    assert len(moved) == 2
    a, b = x[moved]
    np.testing.assert_allclose(one[moved], [a + 0.3 * (b - a), b + 0.3 * (a - b)])


def test_refusals() -> None:
    graph = complete(3)
    with pytest.raises(ValueError, match="shape"):
        spread.hegselmann_krause(*graph, [0.0, 1.0], 0.2)
    with pytest.raises(ValueError, match="finite"):
        spread.degroot(*graph, [0.0, 1.0, float("nan")])
    with pytest.raises(ValueError, match="eps must lie"):
        spread.hegselmann_krause(*graph, [0.0, 1.0, 0.5], -0.1)
    with pytest.raises(ValueError, match="mu must lie"):
        spread.deffuant(*graph, [0.0, 1.0, 0.5], 0.2, 0.6, 1, 1, steps=1)
    with pytest.raises(ValueError, match="width"):
        spread.degroot(*graph, [0.0, 1.0, 0.5], width=0.0)
    with pytest.raises(ValueError, match="no edges"):
        spread.deffuant([0, 0], [], [0.5], 0.2, 0.5, 1, 1, steps=1)
