"""Factors, points, designs: keys by content, crossing, joining, and what is refused."""

from __future__ import annotations

import hashlib
import json
import pickle
from typing import Any

import numpy as np
import pytest

from prsim.design.points import MOST_POINTS, Design, Factor, Point
from prsim.errors import ConfigError


def design(name: str, key: str, levels: list[Any], **kind: Any) -> Design:
    return Design((Factor(name, **kind),), tuple(Point({name: v}, {key: v}) for v in levels))


def refusal(make: Any) -> str:
    with pytest.raises(ConfigError) as caught:
        make()
    return str(caught.value)


A = design("a", "response.first_h", [1.0, 2.0, 4.0])
B = design("b", "response.strategy", ["deny", "fix"], scale="category")


def test_a_key_is_a_hash_of_the_changes() -> None:
    changes = {"response.strategy": "deny", "budget.split": {"b": 0.25, "a": 0.75}}
    canonical = json.dumps(changes, sort_keys=True, separators=(",", ":"))
    wanted = hashlib.blake2b(canonical.encode(), digest_size=8).hexdigest()
    assert Point({}, changes).key == wanted
    assert Point({"x": 1}, dict(reversed(changes.items()))).key == wanted


def test_equal_numbers_have_equal_keys_whatever_their_type() -> None:
    same = [4, 4.0, np.float64(4), np.int64(4), np.array(4.0)]
    assert len({Point({}, {"k": value}).key for value in same}) == 1
    assert len({Point({}, {"k": value}).key for value in (4, "4", 4.5, True, [4], None)}) == 6


def test_keys_do_not_collide() -> None:
    keys = {Point({}, {"k": float(x)}).key for x in range(20_000)}
    assert len(keys) == 20_000 and all(len(key) == 16 and int(key, 16) >= 0 for key in keys)


def test_a_point_cannot_be_changed_and_travels() -> None:
    point = Point({"a": 1.0}, {"k": 1.0})
    with pytest.raises(TypeError):
        point.changes["k"] = 2.0  # type: ignore[index]
    again = pickle.loads(pickle.dumps(A.cross(B)))
    assert again == A.cross(B) and again.points[3].key == A.cross(B).points[3].key


def test_crossing_takes_every_pair_once() -> None:
    both = A.cross(B)
    assert len(both) == 6 and [f.name for f in both.factors] == ["a", "b"]
    assert {(p.levels["a"], p.levels["b"]) for p in both.points} == {
        (a, b) for a in (1.0, 2.0, 4.0) for b in ("deny", "fix")
    }
    assert both.points[1].changes == {"response.first_h": 1.0, "response.strategy": "fix"}


def test_joining_takes_common_points_once() -> None:
    more = A + design("a", "response.first_h", [4.0, 8.0])
    assert [p.levels["a"] for p in more.points] == [1.0, 2.0, 4.0, 8.0]
    assert "same factors" in refusal(lambda: A + B)


def test_the_table_has_one_type_in_each_column() -> None:
    table = design("n", "team.crisis", [1, 2]).cross(A).cross(B).frame()
    assert list(table.columns) == ["point", "n", "a", "b"]
    assert [str(t) for t in table.dtypes] == ["int64", "int64", "float64", "str"]
    assert table["point"].tolist() == list(range(12))
    assert str(design("m", "k", [1, 2.5]).frame()["m"].dtype) == "float64"


def test_two_factors_that_set_the_same_key_are_refused() -> None:
    other = design("c", "response.first_h", [3.0])
    assert "two factors set the same key: 'response.first_h' (factors a; c)" in refusal(
        lambda: A.cross(other)
    )
    whole = Design((Factor("w"),), (Point({"w": 1}, {"response": {"statement_h": 3}}),))
    assert "'response.first_h' and 'response'" in refusal(lambda: A.cross(whole))
    gone = Design((Factor("g"),), (Point({"g": 1}, {"~response.first_h": None}),))
    assert "same key" in refusal(lambda: A.cross(gone))
    assert "same name: a" in refusal(lambda: A.cross(design("a", "response.statement_h", [1.0])))


def test_a_name_that_only_begins_alike_is_another_key() -> None:
    assert len(A.cross(design("x", "response.first_h_of_all", [1.0]))) == 3


def test_what_no_design_can_be() -> None:
    assert "is empty" in refusal(lambda: Design((Factor("a"),), ()))
    twice = refusal(lambda: design("a", "k", [1.0, 2.0, 1]))
    assert "design.points.2: is the same as point 0" in twice
    assert "at most 100,000" in refusal(lambda: design("a", "k", list(range(MOST_POINTS + 1))))
    assert "has no level" in refusal(lambda: Design((Factor("a"),), (Point({}, {"k": 1}),)))
    other = refusal(lambda: Design((Factor("delay"),), (Point({"delay": 1, "delai": 2}, {"k": 1}),)))
    assert "is no factor of the design; did you mean 'delay'?" in other
    assert "is not a number" in refusal(lambda: design("a", "k", ["x"]))
    assert "no plain value" in refusal(lambda: Point({}, {"k": object()}))
    assert "is not a name" in refusal(lambda: design("a", "k", [1.0], scale="category"))


def test_a_cross_that_is_too_large_is_refused_before_it_is_made() -> None:
    many = design("x", "k", list(range(1000)))
    assert "has 1,000,000 points" in refusal(lambda: many.cross(design("y", "l", list(range(1000)))))
