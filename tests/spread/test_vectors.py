"""Arithmetic on whole vectors: what is brought into columns is what the agents' lines hold."""

from __future__ import annotations

import numpy as np
import pytest

from prsim.model.arrays import aligned
from prsim.spread import layout as L
from prsim.spread.compiled import njit
from prsim.spread.vectors import (
    above_zero,
    add_rows,
    equal_to,
    fill,
    gather_lines,
    lowest,
    make_rows,
    write_times,
)


@njit()
def gather_now(words, who, first, when, columns, marks, at):  # type: ignore[no-untyped-def]
    gather_lines(words, who, first, when, columns, marks, at)


@njit()
def fill_now(columns, marks, at, number, mark):  # type: ignore[no-untyped-def]
    fill(columns, at, number)
    fill(marks, at, mark)


@njit()
def rows_now(columns, first, apart, rows, at):  # type: ignore[no-untyped-def]
    make_rows(columns, first, apart, rows, at)


@njit()
def add_now(rows, first, end, counted, caused, room):  # type: ignore[no-untyped-def]
    return add_rows(rows, first, end, counted, caused, room)


@njit()
def truths_now(numbers, whole, at, one):  # type: ignore[no-untyped-def]
    return above_zero(numbers, at), equal_to(whole, at, one)


@njit()
def lowest_now(bits):  # type: ignore[no-untyped-def]
    return lowest(bits)


@njit()
def times_now(when, at, start, parts, per):  # type: ignore[no-untyped-def]
    write_times(when, at, start, parts, per)


def test_lines_of_agents_become_columns() -> None:
    rng = np.random.default_rng(2)
    flat = aligned(50 * L.BYTES)
    flat[:] = rng.integers(0, 256, flat.size)
    state = flat.view(L.STATE)
    for name in ("load", "trust", "weary", "audience", "chat"):
        state[name] = rng.normal(size=50)
    who, when = rng.integers(0, 50, 40).astype(np.int32), rng.integers(0, 2**30, 40).astype(np.int32)
    columns, marks = np.zeros(L.C_COLUMNS * L.COLUMN, np.float32), np.zeros(L.M_COLUMNS * L.COLUMN, np.int32)
    gather_now(flat.view(np.float32), who, 5, when, columns, marks, 8)
    some, met = state[who[5:13]], slice(8, 16)

    def column(start: np.uint64) -> np.ndarray:
        return columns[int(start) : int(start) + L.COLUMN][met]

    def mark(start: np.uint64) -> np.ndarray:
        return marks[int(start) : int(start) + L.COLUMN][met]

    for start, name in (
        (L.C_LOAD, "load"), (L.C_TRUST, "trust"), (L.C_WEARY, "weary"), (L.C_AUDIENCE, "audience"),
        (L.C_CONTACTS, "chat"),
    ):  # fmt: skip
        assert np.array_equal(column(start), some[name]), name
    assert np.array_equal(mark(L.M_TOUCHED).view(np.uint32), some["touched"])
    assert np.array_equal(mark(L.M_TRUST0) & 0xFFFF, some["trust0"])
    assert np.array_equal(mark(L.M_FLAGS) & 255, some["last_format"])
    assert np.array_equal(mark(L.M_WHEN), when[5:13])
    assert np.count_nonzero(columns) == 5 * 8, "and nothing else is touched"


def test_a_number_is_written_eight_times() -> None:
    columns, marks = np.zeros(20, np.float32), np.zeros(20, np.int32)
    fill_now(columns, marks, 3, np.float32(0.3), np.int32(-7))
    assert np.array_equal(columns, np.repeat(np.float32([0.0, 0.3, 0.0]), [3, 8, 9]))
    assert np.array_equal(marks, np.repeat([0, -7, 0], [3, 8, 9]))


def test_rows_are_added_until_one_sum_is_full() -> None:
    rng = np.random.default_rng(4)
    columns, rows = rng.uniform(0.0, 1.0, (8, 24)).astype(np.float32), np.zeros(24 * 8, np.float32)
    for x in range(0, 24, 8):
        rows_now(columns.ravel(), x, 24, rows, x * 8)
    assert np.array_equal(rows.reshape(24, 8), columns.T)
    counted, caused, room = np.zeros(4), np.array([0.5, 0.0, 0.0, 0.0]), np.array([1e9, 4.0, 1e9, 1e9])
    full = 3 + int(np.argmax(np.cumsum(columns[5, 3:].astype(float)) >= 4.0)) + 1
    assert 3 < full < 20
    assert add_now(rows, 3, 20, counted, caused, room) == full
    assert counted == pytest.approx(columns[:4, 3:full].sum(1), rel=1e-6)
    assert caused == pytest.approx(columns[4:, 3:full].sum(1) + np.array([0.5, 0.0, 0.0, 0.0]), rel=1e-6)
    room[1] = 1e9
    assert add_now(rows, full, 20, counted, caused, room) == 20
    assert counted == pytest.approx(columns[:4, 3:20].sum(1), rel=1e-6)


def test_truths_are_bits_from_the_lowest_on() -> None:
    rng = np.random.default_rng(5)
    for at in range(13):
        numbers = rng.choice(np.float32([-1.0, 0.0, -0.0, 1e-30, 2.0, np.nan]), 21)
        whole = rng.integers(-2, 3, 21).astype(np.int32)
        above, equal = truths_now(numbers, whole, at, np.int32(-1))
        assert [above >> k & 1 for k in range(64)] == [*(numbers[at : at + 8] > 0), *[0] * 56]
        assert [equal >> k & 1 for k in range(64)] == [*(whole[at : at + 8] == -1), *[0] * 56]
    for place in range(64):
        bits = (1 << place) | (int(rng.integers(2**63)) << (place + 1))
        assert lowest_now(np.uint64(bits % 2**64)) == place


def test_times_are_the_middles_of_equal_parts() -> None:
    start, made, per = 1_234_567.25, 41, 27_648.0 / 53
    when = np.zeros(20, np.int32)
    times_now(when, 3, start, made + 0.5, per)
    assert when.tolist() == [0] * 3 + [int(start + (made + k + 0.5) * per) for k in range(8)] + [0] * 9
