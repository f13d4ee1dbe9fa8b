from __future__ import annotations

import numpy as np
import pytest

from prsim.spread.on_air import total


@pytest.mark.parametrize("many", [1, 2, 7, 8, 9, 15, 16, 17, 40, 63])
def test_complaints_are_added_up_as_numpy_does(many: int) -> None:
    """To the last bit, so that the results are those of an array's own sum."""
    for seed in range(20):
        values = np.random.default_rng(seed).lognormal(sigma=3.0, size=many)
        assert total(values) == values.sum()
