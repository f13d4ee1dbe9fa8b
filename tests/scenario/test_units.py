from __future__ import annotations

import math

import pytest

from prsim.scenario.units import UnitMismatch, number_in


@pytest.mark.parametrize(
    ("given", "unit", "expected"),
    [
        (3, "h", 3.0),
        ("3e6", "yuan", 3e6),
        ("1e6", "persons", 1e6),
        ("120M", "persons", 120e6),
        ("800k", "yuan", 8e5),
        ("800k yuan", "yuan", 8e5),
        ("¥800k", "yuan", 8e5),
        ("80万元", "yuan", 8e5),
        ("1.2亿", "persons", 1.2e8),
        ("2 h", "h", 2.0),
        ("30min", "h", 0.5),
        ("30 minutes", "h", 0.5),
        ("2 days", "h", 48.0),
        ("36h", "days", 1.5),
        ("0.25h", "min", 15.0),
        ("50%", "share", 0.5),
        ("-50%", "1", -0.5),
        ("5 %", "share", 0.05),
        ("120 shares/h", "shares/h", 120.0),
        ("2400 posts/day", "posts/day", 2400.0),
        ("2400 posts per day", "posts/day", 2400.0),
        ("100 posts/h", "posts/day", 2400.0),
        ("7/week", "1/day", 1.0),
        ("100_000", "agents", 1e5),
        ("5 runs", "runs", 5.0),
        ("1 run", "runs", 1.0),
    ],
)
def test_reads_numbers_in_the_declared_unit(given: object, unit: str, expected: float) -> None:
    assert number_in(given, unit) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(
    ("given", "unit", "says"),
    [
        ("30 yuan", "h", "'30 yuan' is in yuan; the unit here is h"),
        ("2h", "yuan", "is in h; the unit here is yuan"),
        ("2h", "1", "a pure number is expected here"),
        ("50%", "yuan", "is in %; the unit here is yuan"),
        ("5 days", "shares/h", "the unit here is shares/h"),
        ("5 shares", "shares/h", "the unit here is shares/h"),
        ("soon", "h", "'soon' is not a number (unit: h)"),
        ("", "h", "is not a number"),
        ("5m", "h", "is in m; the unit here is h"),
        (True, "h", "true is not a number"),
        (None, "h", "null is not a number"),
        ([1], "h", "a list is not a number"),
        ({"a": 1}, "h", "a mapping is not a number"),
        (math.nan, "h", "not a finite number"),
        (math.inf, "h", "not a finite number"),
        ("nan", "h", "not a finite number"),
        ("-inf", "h", "not a finite number"),
        ("1e400", "h", "not a finite number"),
        (10**400, "h", "not a finite number"),
    ],
)
def test_refuses_what_is_not_in_the_declared_unit(given: object, unit: str, says: str) -> None:
    with pytest.raises(UnitMismatch) as caught:
        number_in(given, unit)
    assert says in str(caught.value)
