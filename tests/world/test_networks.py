"""The generated layers as rows of ties: 32-bit offsets, everybody's ties in a row, too many refused."""

from __future__ import annotations

import numpy as np
import pytest

from prsim.errors import ConfigError
from prsim.world.build import build_world
from prsim.world.networks import check_ties
from tests.laboratory import fixture


def test_layers_are_rows_of_ties_by_target_segment() -> None:
    w = build_world(fixture("rich", {"population.agents": 900, "population.chat_degree": 6}))
    k, seg = len(w.segments), w.population.seg
    for ptr, idx, degree in (
        (w.ties.public_ptr, w.ties.public_idx, w.scenario.population.follower_degree),
        (w.ties.chat_ptr, w.ties.chat_idx, 6),
    ):
        assert ptr.dtype == np.uint32 and idx.dtype == np.int32
        assert ptr.size == w.population.n * k + 1 and ptr[0] == 0 and ptr[-1] == idx.size
        assert (np.diff(ptr[::k].astype(np.int64)) == degree).all()
        row = np.repeat(np.arange(ptr.size - 1), np.diff(ptr.astype(np.int64)))
        assert np.array_equal(seg[idx], row % k)


def test_a_layer_of_four_thousand_million_ties_is_refused() -> None:
    check_ties("follower_degree", 10_000_000, 429)
    with pytest.raises(
        ConfigError, match=r"population\.follower_degree: 430 ties .* at most 429 with so many"
    ):
        check_ties("follower_degree", 10_000_000, 430)
