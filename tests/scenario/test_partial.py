"""A scenario with a few values changed is the one that loading it with these overrides gives, or is refused alike."""

from __future__ import annotations

import copy
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from prsim.errors import ConfigError
from prsim.scenario.compose import Composed, compose_plain
from prsim.scenario.load import from_plain
from prsim.scenario.overrides import Change, apply, parse
from prsim.scenario.partial import Template
from prsim.scenario.read import read_file
from tests.laboratory import RICH, TINY
from tests.scenario.test_fuzz import VALUES, places

FAR = "{topic: data_security, severity: 0.5, witnesses: 1000, platform: television}"
TIGHT = ["horizon_days=60", "budget.unfunded=drop", "budget.total=60000", f"incidents.library.far={FAR}"]
BASES = {
    "tiny": Composed("tiny", read_file(TINY), ()),
    "rich": Composed("rich", read_file(RICH), ()),
    # activities without money, a calendar cut short, an incident on a platform that is not there
    "tight": compose_plain("dingtalk_2024", TIGHT),
}
TEMPLATES = {name: Template(composed) for name, composed in BASES.items()}
KEYS = {name: [".".join(map(str, p)) for p in places(b.plain)] for name, b in BASES.items()}
SANE: dict[str, st.SearchStrategy[Any]] = {
    "response.first_h": st.floats(0, 100),
    "budget.total": st.floats(0, 1e7),
    "horizon_days": st.sampled_from([20, 28, 45, 60, 120, 243]),
    "incidents.random.per_year": st.integers(0, 30),
    "incidents.random.library": st.just(["all"]),
    "population.agents": st.integers(1000, 9000),
    "budget.unfunded": st.sampled_from(["drop", "refuse"]),
    "response": st.fixed_dictionaries({"statement_h": st.floats(0, 40)}),
    "activities": st.just({}),
    "meta.start": st.sampled_from(["2024-01-20", "2024-03-04"]),
}


def slowly(base: Composed, changes: Iterable[Change]) -> Any:
    plain = copy.deepcopy(base.plain)
    try:
        apply(plain, changes)
        return from_plain(plain, base.horizons)
    except ConfigError as wrong:
        return wrong.problems


def quickly(template: Template, changes: Iterable[Change]) -> Any:
    try:
        return template.changed(changes)
    except ConfigError as wrong:
        return wrong.problems


@st.composite
def changes_of(draw: st.DrawFn, name: str) -> tuple[Change, ...]:
    made: list[Change] = []
    for _ in range(draw(st.integers(1, 3))):
        kind = draw(st.sampled_from(["any", "any", "sane", "sane", "new", "remove"]))
        key = draw(st.sampled_from(KEYS[name]))
        if kind == "sane":
            key = draw(st.sampled_from(sorted(SANE)))
            made.append(Change(key, draw(SANE[key])))
        elif kind == "remove":
            made.append(Change(key, None, "remove"))
        else:
            key += ".more" if kind == "new" else ""
            made.append(Change(key, draw(VALUES)))
    return tuple(made)


@pytest.mark.parametrize("name", list(BASES))
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_quickly_made_is_slowly_loaded(name: str, data: st.DataObject) -> None:
    changes = data.draw(changes_of(name))
    assert quickly(TEMPLATES[name], changes) == slowly(BASES[name], changes)


def test_the_template_itself_never_changes() -> None:
    """Whatever was asked of it before, it gives the base when asked for no change."""
    fresh = Composed("tiny", read_file(TINY), ())
    template = Template(fresh)
    for key in KEYS["tiny"]:
        for value in (None, 0.25, {}, {"x": 1}, "weibo"):
            quickly(template, [Change(key, value)])
        quickly(template, [Change(key, None, "remove")])
    assert fresh.plain == read_file(TINY)
    assert template.changed(()) == from_plain(read_file(TINY))


def test_what_is_not_changed_is_shared() -> None:
    base = from_plain(BASES["rich"].plain).scenario
    template = Template(BASES["rich"], base)
    made = template.changed(parse({"response.first_h": 7.0, "budget.total": 3e6})).scenario
    same = {n for n in base.__dataclass_fields__ if getattr(made, n) is getattr(base, n)}
    assert base.__dataclass_fields__.keys() - same == {"response", "budget"}
    assert made.budget.prices["article"] is base.budget.prices["article"]


def test_what_a_change_brings_back_is_back() -> None:
    """Money brings back an activity that was dropped, days one that was cut off."""
    base, template = BASES["tight"], TEMPLATES["tight"]
    few = template.changed(()).scenario.activities
    rich = template.changed([Change("budget.total", 2e6)]).scenario.activities
    long = template.changed([Change("budget.total", 2e6), Change("horizon_days", 243)]).scenario.activities
    assert len(few) < len(rich) < len(long) == len(base.plain["activities"])


def test_a_name_that_is_gone_is_missed_in_sections_that_did_not_change() -> None:
    name = next(iter(BASES["tiny"].plain["topics"]))
    problems = quickly(TEMPLATES["tiny"], [Change(f"topics.{name}", None, "remove")])
    assert any(not p.path.startswith("topics") for p in problems)
    assert problems == slowly(BASES["tiny"], [Change(f"topics.{name}", None, "remove")])


def test_a_wrong_base_is_refused_whole() -> None:
    plain = read_file(TINY)
    plain["horizon_days"] = 1e9
    with pytest.raises(ConfigError, match="horizon_days"):
        Template(Composed("tiny", plain, ()))
