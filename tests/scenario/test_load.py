from __future__ import annotations

import pickle
from dataclasses import FrozenInstanceError, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

import prsim
from prsim.scenario.calendar import at_hour, end_of_day_h, hours_since, moment, weekday
from prsim.scenario.funding import grants, occurrences_h
from prsim.scenario.load import from_plain, load_with_notes
from prsim.scenario.plain import config_hash, to_plain, to_yaml

# --- notes -----------------------------------------------------------------------------------------------


def test_nothing_to_say_about_a_plain_plan(tiny: Path) -> None:
    loaded = load_with_notes(tiny)
    assert loaded.notes == ()
    assert len(loaded.checked) >= 10


def test_kept_money_is_said(tiny: Path) -> None:
    notes = load_with_notes(tiny, ["budget.split.events=0.05", "budget.kept=0.05"]).notes
    assert notes == ("5 % of the budget (50,000 yuan) is kept unspent.",)


def test_a_shorter_horizon_cuts_the_calendar_and_says_so(tiny: Path) -> None:
    loaded = load_with_notes(tiny, ["horizon_days=8"])
    s = loaded.scenario
    assert list(s.activities) == ["security_series"]
    assert not s.incidents.schedule
    assert (s.horizon_days, s.calendar_days) == (8, 28)
    (note,) = loaded.notes
    assert note == (
        "The calendar of 28 days is cut short after 8 days: "
        "1 activity left out (launch); 1 incident left out (leak_march)."
    )


def test_a_file_may_shorten_its_base(tiny: Path, write: Any) -> None:
    write(tiny.read_text(encoding="utf-8"), "root.yaml")
    loaded = load_with_notes(write("base: root.yaml\nhorizon_days: 8 days\n", "short.yaml"))
    assert "launch" not in loaded.scenario.activities
    assert "cut short after 8 days" in loaded.notes[0]


def test_activities_without_money_are_dropped_where_that_is_wanted(tiny: Path) -> None:
    loaded = load_with_notes(tiny, ["budget.total=1000", "budget.unfunded=drop"])
    assert list(loaded.scenario.activities) == ["security_series"]  # 1000 impressions cost 30 yuan
    assert any("'launch' is dropped" in note and "seat at 300 yuan" in note for note in loaded.notes)
    assert not prsim.load(tiny, ["budget.total=0", "budget.unfunded=drop"]).activities


def test_the_order_of_the_response_is_noted_not_refused(tiny: Path) -> None:
    notes = load_with_notes(tiny, ["response.statement_h=1", "response.first_h=3"]).notes
    assert any("before the facts are known" in note for note in notes)
    assert any("the statement is the first response" in note for note in notes)


def test_no_reserve_is_noted(tiny: Path) -> None:
    notes = load_with_notes(tiny, ["budget.split.crisis_reserve=0", "budget.split.content=0.5"]).notes
    assert any("no crisis reserve" in note for note in notes)


# --- what is built ---------------------------------------------------------------------------------------


def test_a_scenario_does_not_change(tiny: Path) -> None:
    s = prsim.load(tiny)
    with pytest.raises(FrozenInstanceError):
        s.seed = 2  # type: ignore[misc]
    with pytest.raises(TypeError, match="does not change"):
        s.segments["x"] = s.segments["staff"]  # type: ignore[index]
    with pytest.raises(TypeError, match="does not change"):
        s.budget.split.update(a=1)  # type: ignore[attr-defined]
    assert hash(s) == hash(prsim.load(tiny))
    assert pickle.loads(pickle.dumps(s)) == s


def test_numbers_have_the_declared_type(tiny: Path) -> None:
    s = prsim.load(
        tiny,
        {"population.agents": "5k", "seed": np.int64(3), "budget.total": np.float64(1e6), "tick_min": 30},
    )
    assert type(s.population.agents) is int and s.population.agents == 5000
    assert type(s.seed) is int and s.seed == 3
    assert type(s.budget.total) is float
    assert type(s.tick_min) is float
    assert s.incidents.library["leak"].facts[0].after_h == 30.0
    assert prsim.load(tiny, {"seed": 2**61 + 1}).seed == 2**61 + 1


def test_the_loaded_config_file_round_trips(tiny: Path, write: Any) -> None:
    for overrides in ([], ["horizon_days=8"], ["incidents=none", "platforms.weibo.hot=null"]):
        s = prsim.load(tiny, overrides)
        assert from_plain(to_plain(s)).scenario == s
        assert prsim.load(write(to_yaml(s), "config.yaml")) == s
    default = prsim.load()
    assert from_plain(yaml.safe_load(to_yaml(default))).scenario == default


def test_yaml_of_a_part(tiny: Path) -> None:
    s = prsim.load(tiny)
    assert yaml.safe_load(to_yaml(s, "budget.split")) == s.budget.split
    assert to_yaml(s, "budget.total") == "1000000.0\n"
    with pytest.raises(KeyError):
        to_yaml(s, "budget.nothing")


def test_hash_is_stable_and_independent_of_order(tiny: Path, tiny_plain: dict[str, Any]) -> None:
    def reversed_keys(node: Any) -> Any:
        return {k: reversed_keys(node[k]) for k in reversed(node)} if isinstance(node, dict) else node

    s = prsim.load(tiny)
    backwards = reversed_keys(tiny_plain)
    backwards["response"]["levels"] = tiny_plain["response"]["levels"]  # here the order means something
    backwards["budget"]["phases"] = tiny_plain["budget"]["phases"]
    assert config_hash(from_plain(backwards).scenario) == config_hash(s)
    for same in ({"out": "x"}, {"language": "zh"}, {"workers": 3}):
        assert config_hash(replace(s, **same)) == config_hash(s)
    assert config_hash(replace(s, seed=99)) != config_hash(s)
    assert config_hash(prsim.load(tiny, ["response.first_h=30min"])) == config_hash(
        prsim.load(tiny, ["response.first_h=0.5"])
    )


# --- dates and money -------------------------------------------------------------------------------------


def test_dates_and_hours() -> None:
    start = "2024-02-01"
    assert hours_since(start, "2024-02-01") == 9.0
    assert hours_since(start, "2024-02-01", default_h=0.0) == 0.0
    assert hours_since(start, "2024-02-02T06:30") == 30.5
    assert end_of_day_h(start, "2024-09-30") == 243 * 24
    assert at_hour(start, 30.5).isoformat() == "2024-02-02T06:30:00"
    assert (weekday(start, 0), weekday(start, 72)) == (3, 6)
    assert moment("2024-02-29").day == 29


def test_repeated_activities_share_their_money_between_their_dates(tiny: Path) -> None:
    s = prsim.load(tiny)
    series = s.activities["security_series"]
    assert occurrences_h(series, s.meta.start, 28 * 24) == (33.0, 201.0, 369.0, 537.0)
    granted = [
        g for g in grants(s.budget, s.activities, s.meta.start, 28 * 24) if g.activity == "security_series"
    ]
    assert [(g.phase, g.line, g.yuan, len(g.dates_h)) for g in granted] == [
        ("guide", "content", 150_000.0, 2),
        ("guide", "media", 80_000.0, 2),
        ("rebuild", "content", 150_000.0, 2),
        ("rebuild", "media", 80_000.0, 2),
    ]
