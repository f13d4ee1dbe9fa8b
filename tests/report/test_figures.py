from __future__ import annotations

import xml.etree.ElementTree as ElementTree

import numpy as np
import pandas as pd
import pytest

from prsim.report.charts import Canvas, LegendItem, clean
from prsim.report.digest import read_digest
from prsim.report.money import cumulative_spend
from prsim.report.readings import Readings
from prsim.report.scale import Scale, log_ticks, nice_range, nice_ticks
from prsim.report.setting import set_up
from prsim.report.timeline import moments, representative_run, shares_of_runs, usable_events


def test_ticks_are_round_and_inside() -> None:
    assert nice_ticks(0, 1, 6) == [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]
    assert nice_ticks(-3, 41, 6) == [0.0, 10.0, 20.0, 30.0, 40.0]
    assert nice_ticks(5, 5) == [5]
    assert nice_ticks(np.nan, 1) == []
    assert log_ticks(1, 1e6, 4) == [1.0, 100.0, 10_000.0, 1_000_000.0]


@pytest.mark.parametrize(("low", "high"), [(0.0, 0.0), (1e-9, 2e-9), (-5.0, 1e9), (0.71, 0.93)])
def test_a_widened_range_holds_the_range(low: float, high: float) -> None:
    first, last = nice_range(low, high, least_span=0.1)
    assert first <= low and high <= last and last - first >= 0.1


def test_scales_place_and_keep_inside() -> None:
    assert Scale(0, 10, 100, 200)(5) == 150
    assert Scale(0, 10, 100, 200)(99) == 200
    assert Scale(1, 100, 0, 200, log=True)(10) == pytest.approx(100)
    assert np.isnan(Scale(3, 3, 0, 1).place([np.nan])[0])


def test_curves_break_at_gaps_and_lone_points_are_dots() -> None:
    canvas = Canvas(100, 100, "x")
    canvas.curve([0, 1, 2, 3, 4], [0, 1, np.nan, 3, np.nan], stroke="#000000")
    picture = ElementTree.fromstring(canvas.svg())
    assert len(picture.findall("circle")) == 1
    path = picture.find("path")
    assert path is not None and path.attrib["d"] == "M0,0 1,1"


def test_ribbons_enclose_their_area() -> None:
    canvas = Canvas(100, 100, "x")
    canvas.ribbon([0, 10, 20, 30], [1, 1, np.nan, 1], [5, 6, 7, 8], fill="#000000")
    picture = ElementTree.fromstring(canvas.svg())
    path = picture.find("path")
    assert path is not None and path.attrib["d"] == "M0,5 10,6L10,1 0,1Z"
    assert len(picture.findall("line")) == 1


def test_texts_are_escaped_and_cleaned() -> None:
    assert clean('<a href="x">&\x07\ud800') == "&lt;a href=&#34;x&#34;&gt;&amp;"
    canvas = Canvas(10, 10, "<b>")
    canvas.text(0, 0, "a<b & c")
    canvas.mark("dot", 1, 1, fill="#000000", hint="<i>")
    assert ElementTree.fromstring(canvas.svg()).find("text").text == "a<b & c"  # type: ignore[union-attr]


def test_a_legend_wraps_within_its_width() -> None:
    canvas = Canvas(200, 100, "x")
    items = [LegendItem("line", "#000000", "a rather long legend text") for _ in range(3)]
    assert canvas.legend(0, 10, items, 200) == 10 + 3 * 17


def test_spend_adds_up_to_the_mean_over_runs() -> None:
    ledger = pd.DataFrame({
        "run": [0, 0, 0, 1], "time_h": [0.0, 12.0, 30.0, 30.0], "line": ["a", "a", "b", "a"],
        "action": ["", "x", "y", "x"], "amount_fen": [900, -200, -100, -400],
        "kind": ["allocate", "spend", "spend", "spend"],
    })  # fmt: skip
    times, lines = cumulative_spend(ledger, runs=4, horizon_h=96.0)
    np.testing.assert_array_equal(times, [0, 24, 48, 72, 96])
    np.testing.assert_allclose(lines["a"], [0, 50, 150, 150, 150])
    np.testing.assert_allclose(lines["b"], [0, 0, 25, 25, 25])


def test_the_representative_run_has_the_median_final_nps() -> None:
    rows = [(run, 6.0, "all", "nps", value) for run, value in enumerate([30.0, 10.0, 20.0, np.nan])]
    readings = Readings(pd.DataFrame(rows, columns=["run", "time_h", "segment", "metric", "value"]))
    assert representative_run(readings, usable_events(pd.DataFrame())) == 2


def test_events_take_the_title_of_the_language_or_of_their_thread() -> None:
    table = pd.DataFrame({
        "run": 0, "time_h": [2.0, 1.0, 3.0], "kind": ["statement", "incident", "hot_search_enter"],
        "subject": ["leak", "leak", "leak"], "cause": ["apologise", "", "weibo"], "value": np.nan, "thread": "leak",
        "title_en": ["", "Data leak", ""], "title_zh": ["", "数据泄露", None],
    })  # fmt: skip
    assert usable_events(table, "zh")["title"].tolist() == ["数据泄露"] * 3
    setting = set_up(read_digest({"scenario": {"start": "2024-02-01"}}), Readings(pd.DataFrame()), "en")
    listed = moments(usable_events(table, "en"), 0, setting, {"weibo": "Weibo"})
    assert [(m.when, m.kind, m.title) for m in listed] == [
        ("1 Feb 01:00", "Incident", "Data leak"),
        ("1 Feb 02:00", "Official statement", "Data leak"),
        ("1 Feb 03:00", "Enters hot list", "Data leak · Weibo"),
    ]


def test_shares_of_runs_count_runs_once() -> None:
    events = usable_events(
        pd.DataFrame({"run": [0, 0, 1, 2], "time_h": [1.0, 2.0, 3.0, None], "kind": ["a", "a", "a", "a"]})
    )
    assert shares_of_runs(events, 4) == {"a": (2, 0.75)}


@pytest.mark.parametrize(
    ("low", "high"), [(11.9, 26.5), (0.0097, 0.1097), (-0.3, 41.0), (21.2, 22.7), (0, 1)]
)
def test_both_ends_of_a_widened_range_are_ticks(low: float, high: float) -> None:
    for most in (3, 4, 6):
        first, last = nice_range(low, high, least_span=0.0, most=most)
        ticks = nice_ticks(first, last, most)
        assert (ticks[0], ticks[-1]) == (first, last)
        assert 2 <= len(ticks) <= most
