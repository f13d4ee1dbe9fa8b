"""Designs of what goes wrong: one incident alone, or storms of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from prsim.design.levels import levels_of, number, sequence
from prsim.design.points import Design, Factor, Point
from prsim.errors import ConfigError
from prsim.scenario.calendar import at_hour
from prsim.scenario.library import ALL
from prsim.scenario.names import unknown_name
from prsim.scenario.root import Scenario

__all__ = ["incidents_alone", "storms"]

CASE = "case"  # name of the scheduled incident


def incidents_alone(scenario: Scenario, use: Sequence[str], after_h: float = 44.0) -> Design:
    """One incident of the library at a time, with no other incident in the run.

    Parameters
    ----------
    scenario
        The base, with its library.
    use
        Names of incidents of the library.
    after_h
        Hours after the scenario's start at which it breaks; 44 is the evening of the second day.
    """
    library = scenario.incidents.library
    names = [str(name) for name in sequence(use, "use", "incidents")]
    for i, name in enumerate(names):
        if name not in library:
            raise ConfigError([unknown_name(f"use.{i}", f"unknown incident {name!r}", name, library)])
    hour = number(after_h, "after_h", "h")
    end_h = scenario.horizon_days * 24.0
    if not 0 <= hour < end_h:
        what = f"{hour:g} h is outside the scenario"
        raise ConfigError.of("after_h", what, given=f"{hour:g}", allowed=f"0 … {end_h:g} h")
    start = at_hour(scenario.meta.start, hour).isoformat(timespec="minutes")
    nothing_else: dict[str, Any] = {
        f"~incidents.schedule.{n}": None for n in scenario.incidents.schedule if n != CASE
    }
    if scenario.incidents.random.per_year:
        nothing_else["incidents.random.per_year"] = 0
    points = [
        Point(
            {"incident": name}, {f"incidents.schedule.{CASE}": {"use": name, "start": start}, **nothing_else}
        )
        for name in names
    ]
    return Design((Factor("incident", "Incident", "事件", "", "category"),), tuple(points))


def storms(scenario: Scenario, per_year: Any, follow_up: Any = None) -> Design:
    """Random incidents, more or less often, more or less clustered.

    Parameters
    ----------
    scenario
        The base; where it names nothing that random incidents are drawn from, they are drawn from its whole library.
    per_year
        Mean numbers of incidents a year that come of themselves: a list, or a span with a count.
    follow_up
        Mean numbers of further incidents that each brings about directly; crossed with ``per_year``.
    """
    rates = levels_of("incidents.random.per_year", per_year, scenario)
    library = {} if scenario.incidents.random.library else {"incidents.random.library": [ALL]}
    name = "incidents_per_year"
    factor = Factor(name, "Random incidents a year", "每年随机事件数", "1/year", rates.factor.scale)
    points = [
        Point({name: level}, {"incidents.random.per_year": rate, **library}) for level, rate in rates.values
    ]
    design = Design((factor,), tuple(points))
    if follow_up is None:
        return design
    clusters = levels_of("incidents.random.follow_up", follow_up, scenario)
    clustered = Factor(
        "follow_up",
        "Further incidents each brings about",
        "每个事件引出的后续事件数",
        "incidents",
        clusters.factor.scale,
    )
    return design.cross(
        Design(
            (clustered,),
            tuple(
                Point({"follow_up": level}, {"incidents.random.follow_up": v}) for level, v in clusters.values
            ),
        )
    )
