"""The activity table: everybody has a lot, as many as active; walks meet agents in proportion; reach has no ceiling."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prsim.model.audience import Audience, StorySpec
from prsim.spread.compiled import njit
from prsim.spread.layout import LUCK, WALK_WIDTH
from prsim.spread.places import (
    LOTS,
    MOST_IN_BLOCK,
    PLACE,
    PLACES,
    STEP,
    blocks_of,
    draw,
    fill_cells,
    lots_of,
    occupant,
    plain_cells,
)  # fmt: skip
from prsim.spread.walks import meet, set_walk
from prsim.world.build import build_world
from tests.laboratory import fixture, from_python, met, visited


@njit()
def holders(cells: np.ndarray) -> np.ndarray:
    """Agent of each lot."""
    out = np.empty(LOTS * cells.shape[0], np.int64)
    for lot in range(out.shape[0]):
        out[lot] = occupant(cells, lot)
    return out


def activity(n: int, sigma: float, seed: int = 1) -> np.ndarray:
    a = np.random.default_rng(seed).lognormal(sigma=sigma, size=n)
    return a / a.mean()


_draw, _meet = from_python(draw), from_python(meet)


# The table -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("sigma", [0.0, 0.3, 0.8, 1.5, 2.5])
def test_everybody_has_lots_in_proportion_to_activity(sigma: float) -> None:
    a = activity(20_000, sigma)
    lots = lots_of(a, 0.3)
    assert lots.sum() == LOTS * a.size and lots.min() >= 1
    raised = (np.maximum(LOTS * a, 1.0) - LOTS * a).sum() / (
        LOTS * a.size
    )  # what the least active get beyond their due
    scaled = LOTS * a * (1.0 - raised)
    assert np.abs(lots - scaled)[scaled > 2].max() < 1.0 + 0.01 * scaled.max(), "rounded, not more"
    if sigma <= 0.8:
        assert raised < 1e-5
    if sigma == 0.0:
        assert (lots == LOTS).all()


def test_fractions_are_rounded_right_on_average() -> None:
    a = activity(300, 0.8)
    mean = np.mean([lots_of(a, (k + 0.5) / 400) for k in range(400)], axis=0)
    assert mean == pytest.approx(np.maximum(LOTS * a, 1.0), abs=0.01)


@settings(deadline=None)
@given(st.lists(st.floats(0, 200), min_size=1, max_size=60), st.floats(0, 0.999), st.integers(0, 10**6))
def test_the_cells_hold_the_lots_that_they_should(weights: list[float], offset: float, first: int) -> None:
    lots = lots_of(np.array(weights) + 1e-3, offset)
    assert lots.sum() == LOTS * lots.size and lots.min() >= 1
    cells = fill_cells(lots.copy(), first)
    assert cells.dtype == np.uint32
    kept, other = cells >> 26, cells & (2**26 - 1)
    assert kept.max() <= LOTS
    count = np.zeros(lots.size, int)
    for cell, (own, agent) in enumerate(zip(kept.tolist(), other.tolist(), strict=True)):
        count[cell] += own
        count[agent - first] += LOTS - own
    assert count.tolist() == lots.tolist()


def test_a_lot_is_resolved_as_the_cells_say() -> None:
    lots = lots_of(activity(5000, 1.0), 0.5)
    cells = fill_cells(lots.copy(), 0)
    assert np.array_equal(np.bincount(holders(cells), minlength=lots.size), lots)
    members = np.array([4, 2, 0, 1, 3], np.int32)
    assert np.array_equal(holders(plain_cells(members)), np.repeat(members, LOTS))


@pytest.mark.parametrize("sigma", [0.8, 1.5])
def test_neighbouring_cells_have_others_of_different_agents(sigma: float) -> None:
    """A walk reads cells side by side one after the other, and should not meet the same agent each time."""
    cells = fill_cells(lots_of(activity(20_000, sigma), 0.3), 0)
    kept, other = cells >> 26, (cells & (2**26 - 1)).astype(int)
    shared = kept < LOTS
    assert shared.mean() > 0.4
    for apart in range(1, 16):
        same = (other[apart:] == other[:-apart]) & shared[apart:] & shared[:-apart]
        assert same.mean() < 0.03


@pytest.mark.parametrize(
    ("places", "alone", "block"),
    [
        (2, False, 1),
        (8191, False, 1),
        (8192, False, 2),
        (40_000, False, 8),
        (10**6, False, 16),
        (10**6, True, 1),
    ],
)
def test_a_segment_has_thousands_of_blocks_or_blocks_of_one(places: int, alone: bool, block: int) -> None:
    assert blocks_of(np.array([0, places, 2 * places]), alone).tolist() == [block, block]


@settings(deadline=None)
@given(st.integers(1, 3000), st.floats(0, 1), st.sampled_from([1, 2, 4, 16]), st.integers(0, 10**6))
def test_a_walk_visits_what_its_source_reaches_before_it_begins_anew(
    cells: int, share: float, block: int, seed: int
) -> None:
    size = PLACES * cells
    walk = np.zeros(WALK_WIDTH, np.int64)
    set_walk(walk, np.uint64(seed), np.uint64(seed + 1), share, size, block, 0)
    subset = max(1, min(size, math.ceil(share * size)))
    first, second = visited(walk, subset, size, block), visited(walk, subset, size, block)
    assert len(np.unique(first)) == subset and first.min() >= 0 and first.max() < size
    assert np.array_equal(first, second)
    leaps = np.count_nonzero((np.diff(first) != 1) & (np.diff(first) != 1 - size))
    assert leaps <= 2 * -(-subset // block), "block after block, each from the item's own place on"


# Walks ---------------------------------------------------------------------------------------------------------------


def walk_over(n: int, seed: int, block: int) -> np.ndarray:
    walk = np.zeros(WALK_WIDTH, np.int64)
    set_walk(walk, np.uint64(1_000_003 * seed + 7), np.uint64(99), 1.0, PLACES * n, block, 0)
    return walk


@pytest.mark.parametrize("block", [1, 8])
def test_items_meet_agents_in_proportion_to_activity(block: int) -> None:
    """Over many items the meetings of the least and the most active tenth are what their activity says."""
    n, items = 2000, 400
    a = activity(n, 0.8)
    cells = fill_cells(lots_of(a, 0.5), 0)
    count = np.zeros(n)
    for seed in range(items):
        count += np.bincount(met(walk_over(n, seed, block), n, PLACES * n, block, cells), minlength=n)
    order = np.argsort(a)
    for tenth in np.array_split(order, 10):
        expected = items * a[tenth].sum()
        assert abs(count[tenth].sum() - expected) < 5 * np.sqrt(expected) + 0.01 * expected
    assert (count > 0).mean() > 0.999


@pytest.mark.parametrize("block", [1, 8])
def test_a_long_broadcast_reaches_who_it_should(block: int) -> None:
    """Passes over all places miss an agent with the product of the chances that each of its places went to another."""
    n, passes = 5000, 6
    cells = fill_cells(lots_of(activity(n, 0.8), 0.5), 0)
    owner = holders(cells)
    # the first places of all cells, then the second ones
    of_place = np.tile(np.repeat([0, 1], PLACE), n) * n + np.repeat(np.arange(n), LOTS)
    pairs, lots = np.unique(of_place * n + owner, return_counts=True)
    miss = np.bincount(pairs % n, weights=np.log(np.maximum(1.0 - lots / PLACE, 1e-300)), minlength=n)
    for some in range(1, passes + 1):
        expected = (1.0 - np.exp(some * miss)).mean()
        found = np.mean(
            [
                np.unique(met(walk_over(n, seed, block), some * PLACES * n, PLACES * n, block, cells)).size
                / n
                for seed in range(20)
            ]
        )
        assert found == pytest.approx(expected, abs=0.003)
    assert found > 0.97


def test_a_segment_can_be_reached_almost_wholly() -> None:
    """In the engine: the share of persons reached is not capped."""
    world = build_world(fixture("tiny", {"population.agents": 4000}))
    a = Audience(world, 1, 0.25)
    thread = a.open_thread("thread", 0.0)
    spec = StorySpec(topic=0, stance=0.3, credibility=0.5, format=0)
    for item in range(12):
        story = a.add_story(f"story {item}", thread, spec)
        a.broadcast(
            f"item {item}", story, 0, 20.0 * item, 2.0 * world.sizes, np.ones(a.k), f"source {item}", 5.0
        )
    a.advance_to(300.0)
    assert (a.tallies.reached / world.sizes).min() > 0.95


# Blocks --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("first", [0, 3, 24, 40, 57])  # the last block goes beyond the last cell
@pytest.mark.parametrize("second", [False, True])
def test_who_is_met_side_by_side_has_the_lots_that_were_drawn(first: int, second: bool) -> None:
    n, rng = 64, np.random.default_rng(first)
    cells = fill_cells(lots_of(activity(n, 1.0), 0.4), 0)
    assert len({*holders(cells)}) == n
    for many in range(1, min(MOST_IN_BLOCK, n - first) + 1):
        bits, room = int(rng.integers(2**63)) * 2 + 1, np.full(40, -9, np.int32)
        _draw(first + n * second, many, 0, 2 * n, cells, np.uint64(bits), room, 5)
        drawn = [(bits >> 4 * k) % PLACE + PLACE * second for k in range(many)]
        assert room[5 : 5 + many].tolist() == [
            holders(cells)[(first + k) * LOTS + x] for k, x in enumerate(drawn)
        ]
        assert (room[:5] == -9).all() and (room[5 + MOST_IN_BLOCK :] == -9).all()


@pytest.mark.parametrize("block", [1, 4, 16])
def test_visits_are_named_by_the_walk_and_their_number(block: int) -> None:
    walk = np.zeros(WALK_WIDTH, np.int64)
    set_walk(walk, 7, 8, 0.7, 4096, block, 0)
    luck, cells = int(walk[LUCK]) % 2**64, plain_cells(np.arange(2048, dtype=np.int32))
    agent, origin, at = np.zeros(400, np.int32), np.zeros(400, np.int32), 0
    for many in (1, 5, 16, 40, 3, 100, 64):
        _meet(walk, at, many, many, 0, 4096, block, cells, agent, origin)
        at += many
    assert origin[:at].tolist() == [((luck + k * int(STEP)) % 2**64) >> 33 for k in range(at)]
