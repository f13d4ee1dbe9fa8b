"""Loading: compose, build, check; a :class:`~prsim.scenario.root.Scenario` or every reason why not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from prsim.errors import ConfigError, Problem
from prsim.scenario.build import BAD, Builder
from prsim.scenario.calendar import hours_since
from prsim.scenario.check import check
from prsim.scenario.compose import DEFAULT_SCENARIO, compose_plain
from prsim.scenario.fields import specs_of
from prsim.scenario.findings import Findings
from prsim.scenario.frozen import FrozenDict
from prsim.scenario.library import fitted
from prsim.scenario.overrides import Overrides
from prsim.scenario.root import Scenario
from prsim.scenario.units import UnitMismatch, number_in

__all__ = ["Loaded", "finished", "load", "load_with_notes", "from_plain"]


@dataclass(frozen=True, slots=True)
class Loaded:
    """A scenario with what loading had to say about it.

    Attributes
    ----------
    scenario
        The scenario.
    notes
        Sentences a planner should read: money that is kept, a calendar cut short, activities left out.
    checked
        What was checked.
    """

    scenario: Scenario
    notes: tuple[str, ...]
    checked: tuple[str, ...]


def load(scenario: str | Path = DEFAULT_SCENARIO, overrides: Overrides = ()) -> Scenario:
    """Load and validate a scenario.

    Parameters
    ----------
    scenario
        Name of a scenario, or path of a YAML file.
    overrides
        ``["budget.total=3e6", "incidents=none"]``, or a mapping of dotted keys to values.

    Raises
    ------
    ConfigError
        With every problem found, each naming its key.
    """
    return load_with_notes(scenario, overrides).scenario


def load_with_notes(scenario: str | Path = DEFAULT_SCENARIO, overrides: Overrides = ()) -> Loaded:
    """Load and validate a scenario, and keep what a planner should know about it (see :func:`load`)."""
    composed = compose_plain(scenario, overrides)
    return from_plain(composed.plain, composed.horizons)


def from_plain(plain: Mapping[str, Any], horizons: tuple[Any, ...] = ()) -> Loaded:
    """Build a scenario from plain data.

    Parameters
    ----------
    plain
        Nested mappings, lists and scalars, as a YAML file holds them.
    horizons
        ``horizon_days`` as declared before it was overridden; where they are longer, the calendar is cut short.

    Raises
    ------
    ConfigError
        With every problem found.
    """
    plain, notes = fitted(plain)
    builder = Builder(plain)
    return finished(builder.sections(), builder.problems, horizons, notes)


def finished(
    sections: dict[str, Any], problems: Sequence[Problem], horizons: tuple[Any, ...], notes: Sequence[str]
) -> Loaded:
    """Check the built sections of a scenario together, and cut it to its horizon and its money.

    Parameters
    ----------
    sections
        Sections by name; :data:`~prsim.scenario.build.BAD` where one could not be built.
    problems
        What was wrong with them.
    horizons
        See :func:`from_plain`.
    notes
        What a planner should know already.

    Raises
    ------
    ConfigError
        With every problem found.
    """
    damaged = frozenset(p.path.partition(".")[0] for p in problems)
    for name, section in sections.items():
        if section is BAD:
            sections[name] = FrozenDict[Any]() if name == "activities" else None
    draft = Scenario(**sections)
    declared = 0.0 if "horizon_days" in damaged else _calendar_days(draft, horizons)
    unbuilt = frozenset(name for name, section in sections.items() if section is None)
    findings = check(draft, damaged, unbuilt, declared * 24.0)
    if problems or findings.problems:
        raise ConfigError([*problems, *findings.problems])
    scenario = _cut(draft, declared, findings)
    return Loaded(scenario, (*findings.notes, *notes), tuple(findings.checked))


def _calendar_days(draft: Scenario, horizons: tuple[Any, ...]) -> float:
    """Days for which the calendar was written."""
    days = [draft.horizon_days, draft.calendar_days or 0.0]
    for horizon in horizons:
        with suppress(UnitMismatch):
            days.append(min(number_in(horizon, "days"), specs_of(Scenario)["horizon_days"].hi or 0.0))
    return max(days)


def _cut(draft: Scenario, declared_days: float, findings: Findings) -> Scenario:
    """Leave out what has no money or lies after a shortened horizon."""
    end_h = draft.horizon_days * 24.0
    activities = {k: a for k, a in draft.activities.items() if k not in findings.dropped}
    schedule = dict(draft.incidents.schedule)
    if declared_days > draft.horizon_days:
        late_activities = [
            k for k, a in activities.items() if hours_since(draft.meta.start, a.start) >= end_h
        ]
        late_incidents = [k for k, i in schedule.items() if hours_since(draft.meta.start, i.start) >= end_h]
        findings.notes.append(_truncation(draft, declared_days, late_activities, late_incidents))
        for name in late_activities:
            del activities[name]
        for name in late_incidents:
            del schedule[name]
    else:
        declared_days = 0.0
    changed: dict[str, Any] = {}  # what is left whole stays the same object
    if len(activities) < len(draft.activities):
        changed["activities"] = FrozenDict(activities)
    if len(schedule) < len(draft.incidents.schedule):
        changed["incidents"] = replace(draft.incidents, schedule=FrozenDict(schedule))
    return replace(draft, calendar_days=declared_days, **changed)


def _truncation(draft: Scenario, declared_days: float, activities: list[str], incidents: list[str]) -> str:
    left_out = [
        f"{len(names)} {one if len(names) == 1 else many} left out ({', '.join(names)})"
        for one, many, names in (("activity", "activities", activities), ("incident", "incidents", incidents))
        if names
    ]
    what = "; ".join(left_out) or "nothing scheduled is left out"
    return f"The calendar of {declared_days:g} days is cut short after {draft.horizon_days:g} days: {what}."
