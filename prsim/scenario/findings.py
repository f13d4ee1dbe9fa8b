"""What checking a scenario finds, and the refusal of dates outside of it."""

from __future__ import annotations

from dataclasses import dataclass, field

from prsim.errors import Problem
from prsim.scenario.calendar import OFFICE_OPENS_H, at_hour, hours_since
from prsim.scenario.root import Scenario

__all__ = ["Findings", "after_end", "refuse_outside", "span"]


@dataclass(slots=True)
class Findings:
    """What the checks found.

    Attributes
    ----------
    problems
        Reasons to refuse the scenario.
    notes
        What a planner should know although nothing is wrong.
    dropped
        Activities without money that ``budget.unfunded=drop`` takes out of the plan.
    checked
        What was checked, for ``prsim check``.
    """

    problems: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)
    checked: list[str] = field(default_factory=list)

    def refuse(self, path: str, what: str, given: str = "", allowed: str = "") -> None:
        """Record a reason to refuse the scenario."""
        self.problems.append(Problem(path, what, given, allowed))


def refuse_outside(
    s: Scenario,
    found: Findings,
    calendar_h: float,
    path: str,
    date: str,
    *,
    default_h: float = OFFICE_OPENS_H,
) -> bool:
    """Refuse a date outside the scenario; whether it is inside."""
    hour = hours_since(s.meta.start, date, default_h=default_h)
    if hour < 0:
        found.refuse(path, f"{date} is before the scenario's start {s.meta.start}", date, span(s, calendar_h))
    elif hour >= calendar_h:
        found.refuse(path, after_end(s, date, calendar_h), date, span(s, calendar_h))
    return 0 <= hour < calendar_h


def after_end(s: Scenario, date: str, calendar_h: float) -> str:
    """The sentence that refuses a date after the end."""
    return f"{date} is after the scenario's end {_last_day(s, calendar_h)} ({calendar_h / 24:g} days from {s.meta.start})"


def span(s: Scenario, calendar_h: float) -> str:
    """First and last day of the calendar."""
    return f"{s.meta.start} … {_last_day(s, calendar_h)}"


def _last_day(s: Scenario, calendar_h: float) -> str:
    return at_hour(s.meta.start, calendar_h - 1e-3).date().isoformat()
