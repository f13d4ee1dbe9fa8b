"""The scenario of a point is the one that loading the base with its changes gives, or is refused alike."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import prsim
from prsim.design import Experiment, Point, Variations, grid, plans, simplex_dirichlet
from prsim.design.variations import choices_of, chosen
from prsim.errors import ConfigError
from prsim.scenario.fields import walk
from prsim.scenario.overrides import parse
from prsim.scenario.plain import config_hash
from tests.laboratory import RICH, dingtalk

CUT = ["horizon_days=60", "budget.unfunded=drop", "budget.total=100000"]
BASES: dict[str, tuple[str | Path, list[str]]] = {
    "dingtalk": ("dingtalk_2024", []),
    "cut": ("dingtalk_2024", CUT),
    "rich": (RICH, ["population.agents=3000"]),
}
GROUPS = (
    {},
    {"incidents": "none"},
    {"incidents": "storm"},
    {"engine": "screening"},
    {"incidents": "scheduled"},
)
MADE = {
    name: Experiment.of(plans({str(i): g for i, g in enumerate(GROUPS)}), scenario, overrides)
    for name, (scenario, overrides) in BASES.items()
    if name != "rich"
} | {"rich": Experiment.of(plans({"base": {}}), *BASES["rich"])}
VARIATIONS = {name: experiment.variations() for name, experiment in MADE.items()}
LEAVES = {
    name: [(path, value, spec) for path, value, spec, _ in walk(experiment.scenario) if not spec.label]
    for name, experiment in MADE.items()
}
RESERVED = ("seed", "replicates", "counterfactuals", "workers", "calendar_days")


def outcome(make: Any) -> Any:
    try:
        return make()
    except ConfigError as wrong:
        return tuple((p.path, p.what.partition(" [")[0], p.given, p.nearest) for p in wrong.problems)


def loaded(name: str, changes: dict[str, Any]) -> Any:
    """The slow way: the base's overrides and the point's, loaded from the start."""
    scenario, overrides = BASES[name]
    return outcome(lambda: prsim.load(scenario, [*parse(overrides), *parse(changes)]))


@st.composite
def near(draw: st.DrawFn, value: Any, spec: Any) -> Any:
    """Another value of a parameter, mostly one that it may have."""
    if isinstance(value, bool):
        return draw(st.booleans())
    if isinstance(value, int | float) and spec.lo is not None:
        low, high = max(spec.lo, value * 0.5), min(spec.hi, value * 1.5 + 1)
        if isinstance(value, int):
            return draw(st.integers(math.ceil(low), max(math.ceil(low), int(high))))
        return draw(st.floats(low, high) | st.sampled_from([spec.lo, spec.hi, spec.hi * 2 + 1, "2h", "50%"]))
    if spec.choices:
        return draw(st.sampled_from([*spec.choices, "none_of_them"]))
    if isinstance(value, tuple):
        return list(value[: draw(st.integers(0, len(value)))])
    return draw(st.sampled_from([value, "2024-03-20", "weibo", "innovation", "", 3, None]))


@pytest.mark.parametrize("name", list(BASES))
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_at_is_loading_with_the_changes(name: str, data: st.DataObject) -> None:
    changes: dict[str, Any] = {}
    for _ in range(data.draw(st.integers(1, 4))):
        path, value, spec = data.draw(st.sampled_from(LEAVES[name]))
        if path not in RESERVED:
            changes[path] = data.draw(near(value, spec))
    if name != "rich":
        changes |= data.draw(st.sampled_from(GROUPS))
    point = Point({}, changes)
    quick = outcome(lambda: VARIATIONS[name].at(point))
    slow = loaded(name, dict(point.changes))
    assert quick == slow
    if isinstance(quick, prsim.Scenario):
        assert config_hash(quick) == config_hash(slow)


def test_sections_that_do_not_change_are_the_bases_own() -> None:
    base = dingtalk()
    made = Variations(base).at(Point({}, {"response.first_h": 9, "incidents.random.per_year": 1}))
    differ = {n for n in base.__dataclass_fields__ if getattr(made, n) is not getattr(base, n)}
    assert differ == {"response", "incidents"}
    experiment = MADE["dingtalk"]
    made = experiment.variations().at(experiment.design.points[2])  # another group, composed anew
    assert made.segments is experiment.scenario.segments and made.population is experiment.scenario.population


def test_the_base_as_it_stands_does_where_nobody_says_how_it_was_composed() -> None:
    base = dingtalk(*CUT)
    quick = Variations(base).at(Point({}, {"response.first_h": 9}))
    assert quick == dingtalk(*CUT, "response.first_h=9")
    with pytest.raises(ConfigError, match="only in an experiment that was loaded"):
        Variations(base).at(Point({"incidents": "none"}, {"incidents": "none"}))


def test_an_experiment_brings_back_what_its_base_left_out() -> None:
    """An activity without money in the base has some at a richer point; a longer horizon has its later activities."""
    few = MADE["cut"].scenario.activities
    richer = VARIATIONS["cut"].at(Point({}, {"budget.total": 2_000_000}))
    longer = VARIATIONS["cut"].at(Point({}, {"budget.total": 2_000_000, "horizon_days": 243}))
    assert len(few) < len(richer.activities) < len(longer.activities)
    assert longer == dingtalk("budget.unfunded=drop")


def test_a_wrong_point_is_named_with_its_key() -> None:
    with pytest.raises(ConfigError) as caught:
        Experiment.of(grid({"response.first_h": [1, 2000], "team.crisis": [1, 2, 3]}))
    says = str(caught.value)
    assert "response.first_h: 2000 is out of range; allowed: 0 … 1000 h" in says
    assert "point 3 and 2 more (response.first_h=2000, team.crisis=1)" in says
    with pytest.raises(ConfigError, match=r"sum to 1.25, .* \[budget.split.events=0.4\]"):
        Variations(dingtalk()).at(grid({"budget.split.events": [0.4]}).points[0])


def test_many_wrong_points_are_told_once_each_problem() -> None:
    bad = plans({f"p{i}": {"response.first_h": 2000 + i} for i in range(40)})
    with pytest.raises(ConfigError) as caught:
        Experiment.of(bad)
    assert len(caught.value.problems) == 11 and "10 of 40 are shown" in str(caught.value)


def test_an_option_that_does_not_exist_is_refused_with_its_point() -> None:
    with pytest.raises(ConfigError, match=r"did you mean 'storm'") as caught:
        Experiment.of(grid({"incidents": ["none", "stormy"]}))
    assert "point 1 (incidents=stormy)" in str(caught.value)


def test_a_point_cannot_set_what_belongs_to_the_experiment() -> None:
    for key in (*RESERVED, "out", "language", "scenario"):
        with pytest.raises(ConfigError, match="cannot be varied"):
            Variations(dingtalk()).at(Point({}, {key: 1}))


def test_choices_are_told_from_values() -> None:
    changes = parse(
        {"incidents": "storm", "engine": "final", "incidents.random.per_year": 3, "budget": {"total": 1}}
    )
    choices, values = choices_of(changes)
    assert chosen(choices) == "engine=final,incidents=storm"
    assert [c.key for c in values] == ["incidents.random.per_year", "budget"]


def test_a_thousand_splits_are_checked() -> None:
    base = dingtalk("budget.unfunded=drop")
    design = simplex_dirichlet(base, 200)
    variations = Variations(base)
    for point in design.points:
        scenario = variations.at(point)
        assert sum(scenario.budget.split.values()) == pytest.approx(1, abs=1e-9)
        assert dict(scenario.budget.split) == {
            f.name.rpartition(".")[2]: point.levels[f.name] for f in design.factors
        }
