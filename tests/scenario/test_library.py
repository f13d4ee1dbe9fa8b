"""What a scenario cannot use of a library is left out, unless it uses it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import prsim
from prsim.scenario.compose import scenario_names
from prsim.scenario.library import fitted
from prsim.scenario.load import load_with_notes
from prsim.scenario.plain import config_hash

from .conftest import Refuse

OWN = "incidents.library.own={topic: data_security, platform: weibo, severity: 0.3, witnesses: 500}"


def test_entries_for_platforms_and_topics_that_are_missing_are_left_out(tiny: Path) -> None:
    loaded = load_with_notes(tiny, ["incident_library=general", "incidents=none", OWN])
    (note,) = loaded.notes
    assert "incidents of the library are left out" in note
    assert "no platforms douyin, wechat_accounts, zhihu" in note
    assert "no topics price, product_experience, responsibility, service" in note
    kept = loaded.scenario.incidents.library
    assert "opinion_grave_preventable" in kept and "own" in kept, "they name only what is there"
    assert {i.platform for i in kept.values()} == {"weibo"}
    assert {i.topic for i in kept.values()} <= {"data_security", "innovation"}
    again = load_with_notes(tiny, ["incident_library=general", "incidents=none", OWN]).scenario
    assert config_hash(again) == config_hash(loaded.scenario)


@pytest.mark.parametrize(
    ("entry", "why"),
    [
        ("platform: zhihu", "no platform zhihu"),
        ("topic: price", "no topic price"),
        ("segments: {students: 1}", "no segment students"),
        ("witnesses: 20M", "more first witnesses than members of the platform (other)"),
    ],
)
def test_what_is_left_out_says_why(tiny: Path, refuse: Refuse, entry: str, why: str) -> None:
    values = {"topic": "data_security", "platform": "weibo", "severity": "0.3", "witnesses": "500"}
    key, _, value = entry.partition(": ")
    values[key] = value
    other = f"incidents.library.other={{{', '.join(f'{k}: {v}' for k, v in values.items())}}}"
    loaded = load_with_notes(tiny, [other])
    assert loaded.notes == (f"1 incident of the library is left out: {_sentence(why)}.",)
    assert "other" not in loaded.scenario.incidents.library
    for use in (
        "incidents.schedule.x={use: other, start: 2024-03-10}",
        "incidents.random={per_year: 3, library: [other]}",
    ):
        problems = refuse(other, use)
        assert any(path.startswith("incidents.library.other.") for path in problems), problems


def _sentence(why: str) -> str:
    return f"the scenario has {why}" if why.startswith("no ") else why


def test_all_draws_from_every_entry_that_fits(tiny: Path) -> None:
    storm = ["incident_library=general", "incidents=storm"]
    s = prsim.load(tiny, storm)
    assert set(s.incidents.random.library) == set(s.incidents.library)
    assert s.incidents.random.per_year > 0 and not s.incidents.schedule
    named = prsim.load(tiny, [*storm, OWN, "incidents.random.library=[own, all]"])
    assert named.incidents.random.library[0] == "own"
    assert set(named.incidents.random.library) == {*s.incidents.library, "own"}


def test_all_is_a_name_like_any_other_where_an_incident_has_it(tiny: Path) -> None:
    own = OWN.replace("library.own", "library.all")
    s = prsim.load(tiny, [own, "incidents.random={per_year: 3, library: [all]}"])
    assert s.incidents.random.library == ("all",)


def test_a_storm_over_a_file_without_a_library_says_what_is_missing(refuse: Refuse) -> None:
    problems = refuse("incidents=storm", "~incidents.library")
    assert "incidents.random.library" in problems


@pytest.mark.parametrize("name", scenario_names())
def test_a_storm_can_be_chosen_by_name_and_over_a_file(name: str, write: Any) -> None:
    for scenario in (name, write(f"base: {name}\nhorizon_days: 90\n")):
        s = prsim.load(scenario, ["incidents=storm"])
        assert {"opinion_slight_victim", "brand_grave_preventable", "api_hole"} <= set(
            s.incidents.random.library
        )
        assert s.incidents.random.follow_up > 0
        # what the scenario says of a case is what happens in it
        assert s.incidents.library["api_hole"] == prsim.load(name).incidents.library["api_hole"]


@pytest.mark.parametrize(
    "incidents",
    [
        None, 3, {"library": 3}, {"library": {"x": None}}, {"library": {"x": {"platform": []}}},
        {"library": {"x": {"platform": "weibo", "witnesses": "many"}}}, {"schedule": {"a": {"use": []}}},
        {"random": {"library": 5}}, {"random": {"library": [{}]}}, {"schedule": [1]},
    ],
)  # fmt: skip
def test_what_is_no_library_is_left_to_the_checks(tiny_plain: dict[str, Any], incidents: Any) -> None:
    plain = {**tiny_plain, "incidents": incidents}
    assert fitted(plain) == (plain, [])
