from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prsim.model.ledger import Ledger, split_fen


def test_largest_remainders() -> None:
    assert split_fen(100, {"a": 1 / 3, "b": 1 / 3, "c": 1 / 3}) == {"a": 34, "b": 33, "c": 33}
    assert split_fen(200_000_000, {"a": 0.35, "b": 0.65}) == {"a": 70_000_000, "b": 130_000_000}
    assert split_fen(10, {"a": 0.5}) == {"a": 5}
    assert split_fen(0, {"a": 1.0}) == {"a": 0}
    assert split_fen(10, {}) == {}


def test_shares_a_hair_above_one_do_not_make_money() -> None:
    parts = split_fen(10**11, {"a": 0.5000005, "b": 0.5000004})
    assert sum(parts.values()) == 10**11


@given(
    st.integers(0, 10**13),
    st.dictionaries(st.text(max_size=3), st.integers(0, 10**6), min_size=1, max_size=12),
)
def test_no_fen_is_lost(total: int, weights: dict[str, int]) -> None:
    whole = sum(weights.values()) or 1
    shares = {k: v / whole for k, v in weights.items()}
    parts = split_fen(total, shares)
    assert parts.keys() == shares.keys()
    assert sum(parts.values()) == (total if sum(weights.values()) else 0)
    for k, v in shares.items():
        assert math.isclose(parts[k], total * v, abs_tol=1.0 + 1e-9 * total)
        assert parts[k] >= 0


def test_entries_and_balance() -> None:
    ledger = Ledger(total_fen=1000)
    assert ledger.unallocated_fen == 1000
    ledger.allocate(0.0, "media", 600, "budget one")
    ledger.spend(1.0, "media", 250, "article")
    ledger.move(2.0, "media", "events", 100, "release")
    ledger.spend(2.0, "events", 0, "nothing")  # leaves no entry
    assert ledger.left == {"media": 250, "events": 100}
    assert ledger.spent_fen == 250
    assert ledger.unallocated_fen == 400
    assert ledger.balanced()
    frame = ledger.frame()
    assert list(frame["kind"]) == ["allocate", "spend", "move", "move"]
    assert list(frame["amount_fen"]) == [600, -250, -100, 100]
    assert frame["amount_fen"].dtype == "int64"


@pytest.mark.parametrize("fen", [601, -1])
def test_what_is_not_there_is_not_spent(fen: int) -> None:
    ledger = Ledger(total_fen=1000)
    ledger.allocate(0.0, "media", 600, "budget one")
    with pytest.raises(ValueError, match=f"article: {fen} fen on line media, which holds 600"):
        ledger.spend(1.0, "media", fen, "article")
    with pytest.raises(ValueError, match="which holds 0"):
        ledger.spend(1.0, "events", 1, "article")
    assert ledger.balanced()
