"""What a scenario must satisfy beyond types, ranges and names: money, dates, incidents, the response."""

from __future__ import annotations

from collections.abc import Callable

from prsim.scenario.calendar import end_of_day_h, hours_since
from prsim.scenario.check_graphs import graph_files_exist
from prsim.scenario.check_money import activities_funded, prices_complete, reserve_usable, shares_add_up
from prsim.scenario.findings import Findings, after_end, refuse_outside, span
from prsim.scenario.funding import SHORTEST_REPEAT_DAYS, phase_span_h
from prsim.scenario.metrics import BY_SEGMENT
from prsim.scenario.names import listing
from prsim.scenario.root import Scenario

__all__ = ["check"]


def check(s: Scenario, damaged: frozenset[str], unbuilt: frozenset[str], calendar_h: float) -> Findings:
    """Check a scenario whose parts are built.

    Parameters
    ----------
    s
        The scenario; sections named in ``unbuilt`` are ``None``.
    damaged
        Sections with problems of their own: entries may be missing. Checks that need them whole are left out.
    unbuilt
        Sections that could not be built at all.
    calendar_h
        Hours for which the calendar was written; later than ``horizon_days`` where that was shortened.
    """
    found = Findings()
    for whole, present, title, rule in _RULES:
        if not damaged.intersection(whole) and not unbuilt.intersection(present):
            rule(s, found, calendar_h)
            found.checked.append(title)
    return found


def _phases(s: Scenario, found: Findings, calendar_h: float) -> None:
    last_name, last_end = "", float("-inf")
    for name, phase in s.budget.phases.items():
        begin, end = phase_span_h(phase, s.meta.start)
        path = f"budget.phases.{name}"
        refuse_outside(s, found, calendar_h, f"{path}.start", phase.start, default_h=0.0)
        if end > calendar_h + 1e-9:
            found.refuse(f"{path}.end", after_end(s, phase.end, calendar_h), phase.end, span(s, calendar_h))
        if end <= begin:
            found.refuse(f"{path}.end", f"{phase.end} is before the phase's start {phase.start}", phase.end)
        if begin < last_end - 1e-9:
            found.refuse(
                f"{path}.start",
                f"{phase.start} is before the end of phase {last_name!r}; phases follow one another",
                phase.start,
            )
        last_name, last_end = name, max(last_end, end)


def _seldom_enough(found: Findings, path: str, days: float, zero: str) -> None:
    """Refuse what would be repeated without end before any time has passed."""
    if 0 < days < SHORTEST_REPEAT_DAYS:
        what = f"{days:g} days is out of range; repeat at most once an hour (0: {zero})"
        found.refuse(path, what, f"{days:g}", "0, or 0.0417 … 400 days")


def _review(s: Scenario, found: Findings, calendar_h: float) -> None:
    for key in ("every_days", "platform_days"):
        _seldom_enough(found, f"review.{key}", getattr(s.review, key), "none")


def _activities(s: Scenario, found: Findings, calendar_h: float) -> None:
    for name, a in s.activities.items():
        path = f"activities.{name}"
        inside = refuse_outside(s, found, calendar_h, f"{path}.start", a.start)
        _seldom_enough(found, f"{path}.every_days", a.every_days, "once only")
        if a.until:
            if not a.every_days:
                found.refuse(
                    f"{path}.until", "is only for an activity that repeats; set every_days too", a.until
                )
            if end_of_day_h(s.meta.start, a.until) > calendar_h + 1e-9:
                found.refuse(f"{path}.until", after_end(s, a.until, calendar_h), a.until, span(s, calendar_h))
            elif inside and end_of_day_h(s.meta.start, a.until) < hours_since(s.meta.start, a.start):
                found.refuse(f"{path}.until", f"{a.until} is before the activity's start {a.start}", a.until)
        if inside and not a.every_days:
            over = hours_since(s.meta.start, a.start) + a.days * 24 - calendar_h
            if over > 24:
                found.notes.append(
                    f"Activity {name!r} lasts {over / 24:.3g} days beyond the end of the scenario; what it buys after the end is not bought."
                )


def _targets(s: Scenario, found: Findings, _: float) -> None:
    for name, target in s.targets.items():
        if target.segment and target.metric not in BY_SEGMENT:
            found.refuse(
                f"targets.{name}.segment",
                f"{target.metric} is not recorded by segment; metrics that are: {listing(BY_SEGMENT)}",
                target.segment,
            )


def _incidents(s: Scenario, found: Findings, calendar_h: float) -> None:
    for name, scheduled in s.incidents.schedule.items():
        refuse_outside(s, found, calendar_h, f"incidents.schedule.{name}.start", scheduled.start)
    random = s.incidents.random
    if random.per_year > 0 and not random.library:
        found.refuse(
            "incidents.random.library",
            "is empty, but incidents arrive at random (incidents.random.per_year > 0); name what they are drawn from",
        )
    there = {s.incidents.library[use].topic for use in random.library if use in s.incidents.library}
    for topic, weight in random.by_topic.items():
        if weight > 0 and random.per_year > 0 and random.library and topic not in there:
            found.refuse(
                f"incidents.random.by_topic.{topic}",
                f"no incident of incidents.random.library is about {topic!r}",
                f"{weight:g}",
                f"topics of the library: {listing(sorted(there))}",
            )


def _witnesses(s: Scenario, found: Findings, _: float) -> None:
    for name, incident in s.incidents.library.items():
        there = sum(seg.size * seg.platforms.get(incident.platform, 0.0) for seg in s.segments.values())
        if incident.witnesses > there:
            found.refuse(
                f"incidents.library.{name}.witnesses",
                f"{incident.witnesses:g} persons, but only {there:g} are on {incident.platform!r}",
                f"{incident.witnesses:g}",
                f"0 … {there:g} persons",
            )


def _response(s: Scenario, found: Findings, _: float) -> None:
    r = s.response
    if r.statement_h < r.analysis_h:
        found.notes.append(
            f"The statement (after {r.statement_h:g} h) comes before the facts are known (after {r.analysis_h:g} h): it carries little evidence."
        )
    if r.first_h > r.statement_h:
        found.notes.append(
            f"The first response (after {r.first_h:g} h) is set later than the statement (after {r.statement_h:g} h): the statement is the first response."
        )
    graver = None
    for name, level in r.levels.items():
        if graver is not None:
            for key in ("min_severity", "min_heat_per_h"):
                here, above = getattr(level, key), getattr(r.levels[graver], key)
                if here > above:
                    found.refuse(
                        f"response.levels.{name}.{key}",
                        f"{here:g} is above that of {graver!r} ({above:g}), which comes before it; list the gravest level first",
                        f"{here:g}",
                    )
        graver = name


def _world(s: Scenario, found: Findings, _: float) -> None:
    for section in ("segments", "topics", "platforms"):
        if not getattr(s, section):
            found.refuse(section, "is empty; at least one entry is required")
    for name, rhythm in s.rhythms.items():
        if len(rhythm.hours) != 24:
            found.refuse(
                f"rhythms.{name}.hours",
                f"has {len(rhythm.hours)} values, not 24 (one for each hour of the day)",
                str(len(rhythm.hours)),
                "24 values",
            )
        elif not sum(rhythm.hours) > 0:
            found.refuse(f"rhythms.{name}.hours", "is zero at every hour; somebody must be active", "0")
    for name, tier in s.kols.tiers.items():
        if tier.followers_max < tier.followers_min:
            found.refuse(
                f"kols.tiers.{name}.followers_max",
                f"{tier.followers_max:g} is below followers_min {tier.followers_min:g}",
                f"{tier.followers_max:g}",
            )


def _resolution(s: Scenario, found: Findings, _: float) -> None:
    if 60.0 % s.tick_min > 1e-9:
        found.refuse(
            "tick_min", f"{s.tick_min:g} min does not divide an hour; use 5, 6, 10, 12, 15, 20, 30 or 60"
        )
    observe, census = s.engine.observe_h, s.engine.census_h
    if abs(census / observe - round(census / observe)) > 1e-9 or census < observe:
        found.refuse(
            "engine.census_h",
            f"{census:g} h is not a multiple of engine.observe_h ({observe:g} h)",
            f"{census:g}",
        )


type _Rule = Callable[[Scenario, Findings, float], None]

_DATES = ("meta", "horizon_days", "calendar_days")
_RULES: tuple[tuple[tuple[str, ...], tuple[str, ...], str, _Rule], ...] = (
    # whole, present, what is checked, rule
    (
        (),
        ("segments", "topics", "platforms", "rhythms", "kols"),
        "audience, platforms, rhythms and KOLs are complete",
        _world,
    ),
    (("budget",), (), "the budget's shares and the phases' shares sum to one", shares_add_up),
    (
        ("budget", *_DATES),
        ("activities",),
        "the crisis reserve and what becomes of what is left",
        reserve_usable,
    ),
    (_DATES, ("budget",), "phases follow one another inside the scenario", _phases),
    (
        ("formats", "kols", "media"),
        ("budget",),
        "the price list names formats and tiers that exist",
        prices_complete,
    ),
    (_DATES, ("activities",), "activities take place inside the scenario", _activities),
    (
        ("budget", *_DATES),
        ("activities",),
        "every activity has money that buys something; no line is drawn twice",
        activities_funded,
    ),
    (_DATES, ("incidents",), "incidents happen inside the scenario", _incidents),
    ((), ("review",), "reviews take place at most once an hour", _review),
    (("targets",), (), "targets of a segment use metrics recorded by segment", _targets),
    (("segments",), ("incidents",), "an incident's first witnesses exist", _witnesses),
    (("response",), (), "the response's order and its warning levels", _response),
    (("tick_min", "engine"), (), "numerical resolution", _resolution),
    (("population",), (), "graph files are there", graph_files_exist),
)
