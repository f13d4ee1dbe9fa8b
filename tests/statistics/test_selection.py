"""Ranking and selection, against its promises, a published example and another implementation."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from sim_tools.ovs.fixed_budget import OCBA as PeerOCBA
from sim_tools.ovs.indifference_zone import KN as PeerKN

from prsim.statistics.selection import could_be_best, kim_nelson, ocba, ocba_allocation, ocba_shares

# Chen & Lee (2010), Stochastic Simulation Optimization: the example of the program in the appendix; smallest is best
BOOK_MEANS = -np.array([1.2, 2.1, 3.4, 4.87, 6.05])
BOOK_VARIANCES = np.array([3.3, 2.0, 4.5, 5.3, 6.9])
BOOK_RUNS = np.array([12, 6, 5, 5, 4])


def world(seed: int, means: Sequence[float], shared: float = 0.0, n: int = 4000) -> np.ndarray:
    """Values of plans with these means and variance 1, of which ``shared`` is luck that they share, float64[n, k]."""
    rng = np.random.default_rng(seed)
    own = rng.standard_normal((n, len(means))) * np.sqrt(1 - shared)
    return np.asarray(means) + own + rng.standard_normal((n, 1)) * np.sqrt(shared)


def choose(x: np.ndarray, indifference: float, **asked: int) -> tuple[int, float]:
    found = kim_nelson(lambda p, i, j: x[i:j, list(p)], x.shape[1], indifference, most=len(x), **asked)
    assert found.done
    return found.best, float(np.mean(found.runs))


# --- KN -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shared", [0.0, 0.9])
def test_the_best_is_chosen_as_often_as_promised_at_the_edge_of_indifference(shared: float) -> None:
    """The hardest case: all others exactly the indifference zone behind the best."""
    means = [0.0, 0.0, 0.0, 0.5, 0.0]
    found = [choose(world(i, means, shared, 1500), 0.5)[0] for i in range(300)]
    assert np.mean([best == 3 for best in found]) >= 0.95 - 2 * np.sqrt(0.05 * 0.95 / 300)


def test_common_luck_saves_runs() -> None:
    apart = [choose(world(i, [0, 0.2, 0]), 0.2)[1] for i in range(20)]
    together = [choose(world(i, [0, 0.2, 0], 0.9), 0.2)[1] for i in range(20)]
    assert np.mean(together) < np.mean(apart) / 5


def test_clearly_worse_plans_are_left_out_early() -> None:
    x = world(1, [0.0, 0.2, -3.0])
    found = kim_nelson(lambda p, i, j: x[i:j, list(p)], 3, 0.1, most=4000)
    assert found.best == 1
    assert found.runs[2] < 30 < found.runs[0]
    assert found.left == (1,)
    assert found.chance == 0.95


class Replay:
    """A simulation model as sim-tools wants one, that replays a table."""

    def __init__(self, x: np.ndarray) -> None:
        self.x, self.gone = x, np.zeros(x.shape[1], int)

    def register_observer(self, observer: object) -> None:
        self.observer = observer

    def simulate(self, plan: int) -> None:
        value = self.x[self.gone[plan], plan]
        self.gone[plan] += 1
        self.observer.feedback(self, plan, value)  # type: ignore[attr-defined]


@pytest.mark.parametrize("seed", range(25))
def test_two_plans_take_as_many_runs_as_with_another_implementation(seed: int) -> None:
    x = world(seed, [5.0, 5.3], 0.5)
    peer = PeerKN(Replay(x), 2, delta=0.25, alpha=0.05, n_0=10)
    (best,) = peer.solve()
    found = kim_nelson(lambda p, i, j: x[i:j, list(p)], 2, 0.25, most=4000)
    assert found.best == best
    # the peer makes one more round after its decision
    assert found.runs[0] == peer._r - 1 or found.runs[0] == peer._r == 10


@pytest.mark.parametrize("seed", range(15))
def test_four_plans_take_as_many_runs_as_with_another_implementation(seed: int) -> None:
    """First replicates whose differences all vary alike: the peer mixes up the variances of some pairs."""
    x = world(seed, [5.0, 5.4, 5.1, 4.0])
    basis, _ = np.linalg.qr(
        np.column_stack([np.ones(10), np.random.default_rng(seed).standard_normal((10, 4))])
    )
    x[:10] = x[:10].mean(axis=0) + 3.0 * basis[:, 1:]
    model = Replay(x)
    peer = PeerKN(model, 4, delta=0.3, alpha=0.05, n_0=10)
    (best,) = peer.solve()
    found = kim_nelson(lambda p, i, j: x[i:j, list(p)], 4, 0.3, most=4000)
    assert found.best == best
    others = [i for i in range(4) if i != best]
    # a plan that is left out is drawn no more in either; the best is drawn once more by the peer
    assert [found.runs[i] for i in others] == [int(model.gone[i]) for i in others]


def test_batches_change_what_is_drawn_and_not_what_is_chosen() -> None:
    x = world(3, [0.0, 0.3, 0.2, -1.0])
    one = kim_nelson(lambda p, i, j: x[i:j, list(p)], 4, 0.2, most=4000)
    many = kim_nelson(lambda p, i, j: x[i:j, list(p)], 4, 0.2, most=4000, batch=16)
    assert (one.best, one.left) == (many.best, many.left)
    assert all(0 <= b - a < 16 for a, b in zip(one.runs, many.runs, strict=True))


def test_plans_that_are_the_same_come_to_an_end() -> None:
    x = np.repeat(world(1, [0.0]), 3, axis=1)
    found = kim_nelson(lambda p, i, j: x[i:j, list(p)], 3, 0.1)
    assert found.done
    assert found.runs == (10, 10, 10)


def test_a_budget_that_does_not_do_is_said_to() -> None:
    x = world(1, [0.0, 0.01])
    found = kim_nelson(lambda p, i, j: x[i:j, list(p)], 2, 0.01, most=50, batch=7)
    assert not found.done
    assert found.left == (0, 1)
    assert found.runs == (50, 50)
    assert np.isnan(found.chance)
    assert found.means == pytest.approx(tuple(x[:50].mean(axis=0)))


@pytest.mark.parametrize(
    "wrong",
    [{"indifference": 0.0}, {"confidence": 1.0}, {"first": 1}, {"plans": 1}, {"most": 5}, {"batch": 0}],
)
def test_arguments_out_of_range_are_refused(wrong: dict[str, float]) -> None:
    asked = {"plans": 2, "indifference": 1.0} | wrong
    with pytest.raises(ValueError, match="KN needs"):
        kim_nelson(lambda p, i, j: np.zeros((j - i, len(p))), **asked)  # type: ignore[arg-type]


def test_a_run_without_a_value_is_refused() -> None:
    with pytest.raises(ValueError, match="no value"):
        kim_nelson(lambda p, i, j: np.full((j - i, len(p)), np.nan), 2, 1.0)


# --- OCBA ---------------------------------------------------------------------------------------------------


def test_the_allocation_of_the_book() -> None:
    more = ocba_allocation(BOOK_MEANS, BOOK_VARIANCES, BOOK_RUNS, 100)
    np.testing.assert_array_equal(more, [48, 38, 11, 2, 1])


def test_shares_follow_the_published_formula() -> None:
    means, sd = np.array([3.0, 2.0, 1.0, 2.5]), np.array([1.0, 2.0, 1.5, 0.5])
    shares = ocba_shares(means, sd**2)
    behind = means[0] - means[1:]
    np.testing.assert_allclose(shares[1:] / shares[1], (sd[1:] / behind) ** 2 / (sd[1] / behind[0]) ** 2)
    assert shares[0] == pytest.approx(sd[0] * np.sqrt(((shares[1:] / sd[1:]) ** 2).sum()))
    assert shares.sum() == pytest.approx(1.0)


@pytest.mark.parametrize("seed", range(30))
def test_the_allocation_is_another_implementations(seed: int) -> None:
    rng = np.random.default_rng(seed)
    k = int(rng.integers(3, 9))
    means, variances = rng.normal(0, 2, k), rng.uniform(0.5, 6, k)
    runs, more = rng.integers(5, 25, k), int(rng.integers(10, 80))
    peer = PeerOCBA(Replay(np.zeros((1, k))), k, 10 * k, 5, obj="min")
    peer._means, peer._vars, peer._allocations, peer._delta = -means, variances, runs.astype(np.int32), more
    theirs = peer._allocate()
    ours = ocba_allocation(means, variances, runs, more)
    assert ours.sum() == more
    best = int(np.argmax(means))
    apart = np.delete(np.abs(ours - theirs), best)
    assert apart.max() <= 1  # we round down where they round; the best gets the rest in both


def test_a_budget_goes_where_the_decision_lies() -> None:
    x = world(4, [0.0, 0.1, -2.0, -2.0])
    found = ocba(lambda p, i, j: x[i:j, p], 4, 400)
    assert sum(found.runs) == 400
    assert min(found.runs[:2]) > 4 * max(found.runs[2:])
    assert found.means == pytest.approx([x[:n, p].mean() for p, n in enumerate(found.runs)])


def test_it_finds_the_best_more_often_than_equal_shares_do_and_its_chance_is_about_right() -> None:
    means, k, budget = [0.3, 0.0, -0.5, -1.0, -1.5, -2.0], 6, 180
    right = equal = chance = 0.0
    for i in range(200):
        x = world(i, means)
        found = ocba(lambda p, a, b, x=x: x[a:b, p], k, budget, step=20)  # type: ignore[misc]
        right += found.best == 0
        chance += found.chance
        equal += int(x[: budget // k].mean(axis=0).argmax()) == 0
    assert right > equal
    assert chance / 200 == pytest.approx(right / 200, abs=0.1)


def test_plans_without_noise_and_equal_ones() -> None:
    np.testing.assert_allclose(ocba_shares(np.zeros(4), np.ones(4)), 0.25)
    np.testing.assert_allclose(ocba_shares(np.arange(3.0), np.zeros(3)), 1 / 3)
    assert ocba_shares(np.array([1.0, 0.0, 0.0]), np.array([1.0, 0.0, 1.0]))[1] == 0
    assert ocba_allocation(np.zeros(3), np.ones(3), np.array([5, 5, 5]), 7).sum() == 7


def test_a_budget_below_the_first_runs_is_refused() -> None:
    with pytest.raises(ValueError, match="OCBA needs"):
        ocba(lambda p, i, j: np.zeros(j - i), 4, 39)


# --- screening ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shared", [0.0, 0.9])
def test_the_best_is_seldom_ruled_out(shared: float) -> None:
    kept = [could_be_best(world(i, [0.0] * 8, shared, 15))[3] for i in range(600)]
    assert np.mean(kept) >= 0.95 - 2 * np.sqrt(0.05 * 0.95 / 600)


def test_plans_clearly_behind_are_ruled_out() -> None:
    kept = could_be_best(world(2, [1.0, 0.98, -1.0, 0.0], 0.9, 40))
    np.testing.assert_array_equal(kept, [True, True, False, False])
    assert could_be_best(np.zeros((1, 3))).all()
    assert could_be_best(np.repeat(world(1, [0.0], n=20), 3, axis=1)).all()


def test_a_run_that_is_missing_leaves_out_its_own_plan_only() -> None:
    whole = world(2, [1.0, 0.98, -1.0, 0.0], 0.9, 40)
    gappy = whole.copy()
    gappy[3, 0] = gappy[5, 1] = np.nan
    np.testing.assert_array_equal(could_be_best(gappy), could_be_best(whole))
    gappy[1:, 2] = np.nan
    np.testing.assert_array_equal(could_be_best(gappy), [True, True, True, False])
