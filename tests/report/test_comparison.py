"""What a comparison says on a terminal."""

from __future__ import annotations

import io
import math
from typing import Any

import pytest
from rich.console import Console

from prsim.report.comparison import print_choice, print_comparison

FACTS = {
    "plans": ["now", "fast [bold]"],
    "pairs": 40,
    "looks": [10, 20, 40],
    "enough": False,
    "level": 0.95,
    "notes": ["reach: 3 of 40 pairs have no value and are left out."],
    "titles": {"target.nps_40": "NPS by the end", "segment:devs": "Developers"},
}


def difference(**changed: Any) -> dict[str, Any]:
    return {
        "plan": "now",
        "against": "fast [bold]",
        "segment": "all",
        "metric": "nps",
        "statistic": "mean",
        "unit": "points",
        "better": "higher",
        "value": 12.81,
        "value_against": 13.94,
        "n": 40,
        "mean": -1.13,
        "lo": -1.4,
        "hi": -0.9,
        "lo_simultaneous": -1.52,
        "hi_simultaneous": -0.8,
        "level": 0.95,
        "sd": 0.5,
        "p_higher": 0.0001,
        "p_better": 0.0001,
        "share_higher": 0.05,
        "share_equal": 0.0,
        "needed": 40.0,
        "verdict": "lower",
        "goal": math.nan,
        "met": math.nan,
        "met_against": math.nan,
    } | changed


def printed(rows: list[dict[str, Any]], language: str = "en", best: Any = (), **facts: Any) -> str:
    out = io.StringIO()
    print_comparison(rows, best, FACTS | facts, Console(file=out, width=200), language)
    return out.getvalue()


def test_a_clear_difference() -> None:
    text = printed([difference()])
    assert "A  now\nB  fast [bold]\n" in text
    assert "40 pairs of runs on the same luck. All runs that were allowed are used up." in text
    line = next(line for line in text.splitlines() if "NPS, mean" in line)
    assert "12.8" in line
    assert "−1.1 (−1.5 to −0.8) points" in line
    assert "<1%" in line
    assert "B better" in line
    assert "40" not in line, "nothing more is needed"


def test_lower_may_be_better() -> None:
    row = difference(metric="complaints", unit="count", better="lower", p_better=0.998, share_higher=0.05)
    text = printed([row])
    assert "A better" in text
    assert ">99%" in text
    assert "95%" in text  # A comes out lower in 95 % of the runs


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"needed": 123.0}, "about 130"),
        ({"needed": 7.0}, "about 7"),
        ({"needed": 1234.0}, "about 1,300"),
        ({"needed": 250_000.0}, "over 20,000"),
        ({"needed": math.inf, "share_equal": 1.0, "mean": 0.0}, "equal in every run"),
        ({"needed": math.nan}, "cannot tell"),
    ],
)
def test_what_cannot_be_told(changed: dict[str, Any], said: str) -> None:
    text = printed([difference(verdict="cannot tell", lo_simultaneous=-2.0, hi_simultaneous=0.4, **changed)])
    assert said in text
    assert "cannot tell" in text or "equal in every run" in text
    assert "four times in five" in text


def test_small_differences_show_their_digits() -> None:
    text = printed(
        [difference(unit="share", mean=0.00004, lo_simultaneous=-0.00002, hi_simultaneous=0.00012)]
    )
    assert "+0.004 (−0.002 to +0.012) pp" in text


def test_neither_way_is_better() -> None:
    text = printed(
        [difference(metric="frequency", better="", p_better=math.nan, p_higher=0.8, verdict="lower")]
    )
    assert "higher: 80%" in text
    assert "B higher" in text


def test_targets_segments_and_notes() -> None:
    target = difference(metric="target.nps_40", statistic="value", goal=40.0, met=0.25, met_against=0.5)
    text = printed([target, difference(segment="devs")])
    assert "Target: NPS by the end (met: 25%, 50%)" in text
    assert "NPS, mean · Developers" in text
    assert "3 of 40 pairs" in text


def test_what_the_intervals_cover_is_said() -> None:
    text = " ".join(printed([difference()]).split())
    assert "hold together with 95% probability, whenever the runs were stopped" in text
    assert "not how wrong the model's assumptions may be" in text
    assert "four times in five" not in text, "nothing is left open"
    assert "hold together with 97.5% probability" in " ".join(printed([difference()], level=0.975).split())


def test_three_plans_and_the_best() -> None:
    best = [
        {"segment": "all", "metric": "nps", "statistic": "mean", "plan": "c", "undecided": ["now"], "n": 40}
    ]
    rows = [difference(), difference(against="c")]
    text = printed(rows, best=best, plans=["now", "fast [bold]", "c"])
    assert "A against B" in text
    assert "A against C" in text
    assert "Best by NPS, mean: C; not ruled out: A" in text


def test_in_chinese() -> None:
    rows = [difference(), difference(verdict="cannot tell", needed=120.0)]
    text = printed(rows, "zh")
    for said in ("40 对模拟", "B 更优", "无法判断", "约 120", "−1.1（−1.5 至 −0.8） 分", "所有行的区间"):
        assert said in text
    with pytest.raises(ValueError, match="language"):
        printed(rows, "fr")


CHOICE = {
    "plans": ["a", "b", "c"],
    "measure": {"segment": "all", "metric": "nps", "statistic": "mean", "unit": "points"},
    "method": "kn",
    "within": 0.5,
    "best": "b",
    "left": ["b"],
    "runs": [30, 44, 12],
    "means": [12.0, 13.0, 9.0],
    "done": True,
    "chance": 0.95,
    "notes": [],
    "titles": {},
}


def chosen(language: str = "en", **changed: Any) -> str:
    out = io.StringIO()
    print_choice(CHOICE | changed, Console(file=out, width=160), language)
    return " ".join(out.getvalue().split())


def test_a_choice() -> None:
    text = chosen()
    assert "B b 44 13.0 best" in text
    assert "A a 30 12.0 ruled out" in text
    assert "ahead by 0.5 points or more, this is the best with 95% probability" in text
    assert "2 plans are left" in chosen(done=False, left=["a", "b"], chance=None)
    assert "estimated probability of 87%" in chosen(method="ocba", within=None, chance=0.87)
    assert "最优" in chosen("zh")
