"""Which money an activity draws, and when: the arithmetic of the plan before the run.

An activity draws a share of each of its lines' money of the phase in which it takes place. One that repeats
draws from every phase in which it recurs, its share divided evenly over its dates in that phase. One that
lasts into the next phase draws from the phase of its first day.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from prsim.scenario.calendar import end_of_day_h, hours_since
from prsim.scenario.plan import Activity, Budget, Phase

__all__ = [
    "SHORTEST_REPEAT_DAYS",
    "Grant",
    "grants",
    "occurrences_h",
    "phase_at",
    "phase_span_h",
    "phase_spans_h",
    "line_money",
]

SHORTEST_REPEAT_DAYS = 1 / 24


@dataclass(frozen=True, slots=True)
class Grant:
    """Money that an activity draws from one line in one phase.

    Attributes
    ----------
    activity, phase, line
        Names.
    yuan
        Money for all dates of the activity in the phase together.
    dates_h
        Hours since the start at which the activity takes place in the phase.
    """

    activity: str
    phase: str
    line: str
    yuan: float
    dates_h: tuple[float, ...]


def phase_span_h(phase: Phase, start: str) -> tuple[float, float]:
    """First and last hour of a phase, since the scenario's start; the last day counts."""
    return hours_since(start, phase.start, default_h=0.0), end_of_day_h(start, phase.end)


def phase_at(spans: Mapping[str, tuple[float, float]], hour: float) -> str:
    """Name of the phase that an hour falls into, empty where it falls into none (see :func:`phase_spans_h`)."""
    for name, (begin, end) in spans.items():
        if begin <= hour < end:
            return name
    return ""


def phase_spans_h(budget: Budget, start: str) -> dict[str, tuple[float, float]]:
    """First and last hour of every phase."""
    return {name: phase_span_h(phase, start) for name, phase in budget.phases.items()}


def occurrences_h(activity: Activity, start: str, end_h: float) -> tuple[float, ...]:
    """Hours at which an activity takes place, from its first date until ``end_h`` or its own last day."""
    first = hours_since(start, activity.start)
    if activity.every_days <= 0:
        return (first,)
    last = min(end_h, end_of_day_h(start, activity.until)) if activity.until else end_h
    step = max(activity.every_days, SHORTEST_REPEAT_DAYS) * 24.0
    count = max(1, int((last - first) // step) + 1)
    return tuple(first + i * step for i in range(count) if i == 0 or first + i * step < last)


def line_money(budget: Budget, line: str, phase: str) -> float:
    """Yuan of a line that a phase releases."""
    return budget.total * budget.split.get(line, 0.0) * budget.phases[phase].share


def grants(budget: Budget, activities: Mapping[str, Activity], start: str, end_h: float) -> Iterable[Grant]:
    """Yield what every activity draws, by phase and line."""
    spans = phase_spans_h(budget, start)
    for name, activity in activities.items():
        dates: dict[str, list[float]] = {}
        for hour in occurrences_h(activity, start, end_h):
            phase = phase_at(spans, hour)
            if phase:
                dates.setdefault(phase, []).append(hour)
        for phase, hours in dates.items():
            for line, share in activity.lines.items():
                yield Grant(name, phase, line, line_money(budget, line, phase) * share, tuple(hours))
