"""What is handed over once is what compiled code then works on, whatever it is and however often it changes."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pytest

from prsim.spread.compiled import fitted, kernel
from prsim.spread.handed import Handed, taken


class Shelf(NamedTuple):
    """Two arrays and a flag."""

    wide: np.ndarray
    ids: np.ndarray
    open: bool


@kernel()
def look(row, handed):  # type: ignore[no-untyped-def]
    """Read from all that was handed over, and write into it."""
    factor, shelf, number = taken(handed)
    shelf.ids[row] += number
    return factor * shelf.wide[row, 1] + shelf.ids[row] + (100.0 if shelf.open else 0.0) + shelf.wide.shape[0]


def shelf(rows: int, is_open: bool = False, kind: Any = np.int64) -> Shelf:
    """Numbers that name their place."""
    return Shelf(np.arange(2.0 * rows).reshape(rows, 2), np.arange(rows).astype(kind), is_open)


def asked(row: int, handed: Handed) -> float:
    """What :func:`look` says."""
    return float(fitted(look, (row, handed))(row, handed))


def test_compiled_code_reads_and_writes_what_was_handed_over() -> None:
    mine = shelf(5)
    handed = Handed((0.5, mine, 3))
    assert asked(2, handed) == 0.5 * 5.0 + (2 + 3) + 5
    assert mine.ids.tolist() == [0, 1, 5, 3, 4]
    mine.wide[2, 1] = 7.0
    assert asked(2, handed) == 0.5 * 7.0 + (5 + 3) + 5


def test_other_arguments_take_the_place_of_the_first() -> None:
    handed, before = Handed((0.5, shelf(5), 3)), shelf(5)
    for rows in (6, 60, 6000):
        handed.hand_over((2.0, shelf(rows, is_open=True), 0))
        assert asked(1, handed) == 2.0 * 3.0 + 1 + 100.0 + rows
    assert np.array_equal(before.ids, np.arange(5))


def test_arrays_live_as_long_as_they_are_handed_over() -> None:
    handed = Handed((1.0, shelf(100_000), 0))
    others = [np.full((100_000, 2), -1.0) for _ in range(5)]
    assert asked(99_999, handed) == 199_999.0 + 99_999 + 100_000
    assert len(others) == 5


@pytest.mark.parametrize("kind", [np.int32, np.int16, np.float64])
def test_each_kind_of_array_is_read_as_what_it_is(kind: Any) -> None:
    assert asked(3, Handed((1.0, shelf(5, kind=kind), 1))) == 7.0 + 4 + 5
    assert asked(3, Handed((1.0, shelf(5), 1))) == 7.0 + 4 + 5
