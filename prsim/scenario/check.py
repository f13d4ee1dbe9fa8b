"""What a scenario must satisfy beyond types, ranges and names: money, dates, incidents, the response."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from prsim.errors import Problem
from prsim.scenario.build import SUM_TOLERANCE, shown_shares
from prsim.scenario.calendar import at_hour, end_of_day_h, hours_since
from prsim.scenario.funding import (
    SHORTEST_REPEAT_DAYS,
    grants,
    occurrences_h,
    phase_at,
    phase_span_h,
    phase_spans_h,
)
from prsim.scenario.names import listing
from prsim.scenario.root import Scenario

__all__ = ["Findings", "check"]


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


def _money_adds_up(s: Scenario, found: Findings, _: float) -> None:
    budget = s.budget
    total = sum(budget.split.values()) + budget.kept
    gap = 1.0 - total
    if abs(gap) > SUM_TOLERANCE:
        parts = shown_shares(budget.split) + (f" + kept {budget.kept:.6g}" if budget.kept else "")
        if gap > 0:
            what = (
                f"the shares sum to {total:.6g}, {gap:.6g} ({gap * 100:.4g} %, {_yuan(gap * budget.total)}) is missing: "
                f"assign it to a line, or say that it is kept with budget.kept={budget.kept + gap:.6g}"
            )
        else:
            what = f"the shares sum to {total:.6g}, {-gap:.6g} ({-gap * 100:.4g} %) too much: lower a line or budget.kept"
        found.refuse("budget.split", f"{what} ({parts})", f"{total:.6g}", "1")
    elif budget.kept > 0:
        found.notes.append(
            f"{budget.kept * 100:.4g} % of the budget ({_yuan(budget.kept * budget.total)}) is kept unspent."
        )
    shares = sum(phase.share for phase in budget.phases.values())
    if abs(shares - 1.0) > SUM_TOLERANCE:
        gap_text = f"{1 - shares:.6g} is missing" if shares < 1 else f"{shares - 1:.6g} too much"
        parts = shown_shares({name: phase.share for name, phase in budget.phases.items()})
        found.refuse(
            "budget.phases",
            f"the phases' shares sum to {shares:.6g}, not 1: {gap_text} ({parts})",
            f"{shares:.6g}",
            "1",
        )


def _reserve(s: Scenario, found: Findings, calendar_h: float) -> None:
    budget, reserve = s.budget, s.budget.reserve
    uses = {
        f"{name}_share": getattr(reserve, f"{name}_share") for name in ("placement", "audit", "compensation")
    }
    if sum(uses.values()) > 1 + SUM_TOLERANCE:
        total = sum(uses.values())
        found.refuse(
            "budget.reserve",
            f"a release is divided into more than it is: {total:.6g} ({shown_shares(uses)})",
            f"{total:.6g}",
            "at most 1",
        )
    if reserve.leftover == "release":
        if not reserve.release_line:
            found.refuse(
                "budget.reserve.release_line",
                f"is required with leftover=release; lines: {listing(budget.lines)}",
            )
        elif reserve.release_line == reserve.line:
            found.refuse(
                "budget.reserve.release_line",
                f"{reserve.line!r} is the reserve itself; name another line",
                reserve.line,
            )
        if not reserve.release_date:
            found.refuse("budget.reserve.release_date", "is required with leftover=release (an ISO date)")
    if reserve.release_date:
        _inside(s, found, calendar_h, "budget.reserve.release_date", reserve.release_date)
    if budget.split.get(reserve.line, 0.0) == 0.0:
        found.notes.append(f"There is no crisis reserve: line {reserve.line!r} has no share of the budget.")
    for name, activity in s.activities.items():
        if reserve.line in activity.lines:
            found.refuse(
                f"activities.{name}.lines.{reserve.line}",
                "an activity cannot draw from the crisis reserve; it pays only in a crisis",
            )


def _phases(s: Scenario, found: Findings, calendar_h: float) -> None:
    last_name, last_end = "", float("-inf")
    for name, phase in s.budget.phases.items():
        begin, end = phase_span_h(phase, s.meta.start)
        path = f"budget.phases.{name}"
        _inside(s, found, calendar_h, f"{path}.start", phase.start, default_h=0.0)
        if end > calendar_h + 1e-9:
            found.refuse(f"{path}.end", _after_end(s, phase.end, calendar_h), phase.end, _span(s, calendar_h))
        if end <= begin:
            found.refuse(f"{path}.end", f"{phase.end} is before the phase's start {phase.start}", phase.end)
        if begin < last_end - 1e-9:
            found.refuse(
                f"{path}.start",
                f"{phase.start} is before the end of phase {last_name!r}; phases follow one another",
                phase.start,
            )
        last_name, last_end = name, max(last_end, end)


def _activities(s: Scenario, found: Findings, calendar_h: float) -> None:
    for name, a in s.activities.items():
        path = f"activities.{name}"
        inside = _inside(s, found, calendar_h, f"{path}.start", a.start)
        if 0 < a.every_days < SHORTEST_REPEAT_DAYS:
            found.refuse(
                f"{path}.every_days",
                f"{a.every_days:g} days is out of range; repeat at most once an hour (0: once only)",
                f"{a.every_days:g}",
                "0, or 0.0417 … 400 days",
            )
        if a.until:
            if not a.every_days:
                found.refuse(
                    f"{path}.until", "is only for an activity that repeats; set every_days too", a.until
                )
            if end_of_day_h(s.meta.start, a.until) > calendar_h + 1e-9:
                found.refuse(
                    f"{path}.until", _after_end(s, a.until, calendar_h), a.until, _span(s, calendar_h)
                )
            elif inside and end_of_day_h(s.meta.start, a.until) < hours_since(s.meta.start, a.start):
                found.refuse(f"{path}.until", f"{a.until} is before the activity's start {a.start}", a.until)
        if inside and not a.every_days:
            over = hours_since(s.meta.start, a.start) + a.days * 24 - calendar_h
            if over > 24:
                found.notes.append(
                    f"Activity {name!r} lasts {over / 24:.3g} days beyond the end of the scenario; what it buys after the end is not bought."
                )


def _incidents(s: Scenario, found: Findings, calendar_h: float) -> None:
    for name, scheduled in s.incidents.schedule.items():
        _inside(s, found, calendar_h, f"incidents.schedule.{name}.start", scheduled.start)
    if s.incidents.random.per_year > 0 and not s.incidents.random.library:
        found.refuse(
            "incidents.random.library",
            "is empty, but incidents arrive at random (incidents.random.per_year > 0); name what they are drawn from",
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


def _funding(s: Scenario, found: Findings, calendar_h: float) -> None:
    budget = s.budget
    drawn: dict[tuple[str, str], dict[str, float]] = {}
    money: dict[str, dict[str, float]] = {}
    lines: dict[str, dict[str, float]] = {}
    for grant in grants(budget, s.activities, s.meta.start, calendar_h):
        share = s.activities[grant.activity].lines[grant.line]
        drawn.setdefault((grant.phase, grant.line), {})[grant.activity] = share
        by_phase = money.setdefault(grant.activity, {})
        by_phase[grant.phase] = by_phase.get(grant.phase, 0.0) + grant.yuan
        by_line = lines.setdefault(grant.activity, {})
        by_line[grant.line] = by_line.get(grant.line, 0.0) + grant.yuan
    for (phase, line), shares in drawn.items():
        total = sum(shares.values())
        if total > 1 + SUM_TOLERANCE:
            found.refuse(
                f"budget.phases.{phase}",
                f"activities draw {total:.6g} of line {line!r} in this phase, {total - 1:.6g} too much: {shown_shares(shares)}",
                f"{total:.6g}",
                "at most 1",
            )
    for name, a in s.activities.items():
        path = f"activities.{name}"
        if a.buys and not a.lines:
            found.refuse(
                path,
                f"has no money: it buys {listing(a.buys)} but draws from no budget line (set {path}.lines)",
            )
        elif a.lines and not a.buys:
            found.refuse(path, f"draws from {listing(a.lines)} but buys nothing (set {path}.buys)")
        elif a.buys:
            _one_unit(s, found, name, money.get(name, {}), lines.get(name, {}), calendar_h)


def _one_unit(
    s: Scenario,
    found: Findings,
    name: str,
    by_phase: Mapping[str, float],
    by_line: Mapping[str, float],
    calendar_h: float,
) -> None:
    """Refuse, or drop, an activity whose money does not buy one unit of anything."""
    a, prices = s.activities[name], s.budget.prices
    if any(
        yuan * weight >= prices[price].yuan for yuan in by_phase.values() for price, weight in a.buys.items()
    ):
        return
    first = occurrences_h(a, s.meta.start, calendar_h)[0]
    if not 0 <= first < calendar_h:
        return  # its date is refused already
    cheapest = min(a.buys, key=lambda price: prices[price].yuan)
    if not phase_at(phase_spans_h(s.budget, s.meta.start), first) and not by_phase:
        why = f"has no money: {a.start} is in no phase of the budget"
    else:
        parts = ", ".join(f"{line} {_yuan(yuan)}" for line, yuan in by_line.items())
        why = f"has too little money to buy one unit of anything: {parts}; the cheapest it buys is {cheapest} at {_yuan(prices[cheapest].yuan)}"
    if s.budget.unfunded == "drop":
        found.dropped.append(name)
        found.notes.append(f"Activity {name!r} is dropped from the plan: it {why}.")
    else:
        found.refuse(f"activities.{name}", f"{why}; budget.unfunded=drop leaves it out of the plan")


def _prices(s: Scenario, found: Findings, _: float) -> None:
    for name, price in s.budget.prices.items():
        path = f"budget.prices.{name}"
        if price.action == "content" and not price.format:
            found.refuse(f"{path}.format", f"is required for content; formats: {listing(s.formats)}")
        if price.action == "kol" and price.tier not in s.kols.tiers:
            found.refuse(
                f"{path}.tier",
                f"{price.tier!r} is not a tier of KOLs; tiers: {listing(s.kols.tiers)}",
                price.tier,
            )
        tiers = {group.tier for group in s.media.groups.values()}
        if price.action in ("feature", "media_relations") and price.tier and price.tier not in tiers:
            found.refuse(
                f"{path}.tier",
                f"no outlet is of tier {price.tier!r}; tiers: {listing(sorted(tiers))}",
                price.tier,
            )


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
            "tick_min",
            f"{s.tick_min:g} min does not divide an hour; use 5, 6, 10, 12, 15, 20, 30 or 60",
            f"{s.tick_min:g}",
        )


def _inside(
    s: Scenario, found: Findings, calendar_h: float, path: str, date: str, *, default_h: float = 9.0
) -> bool:
    """Refuse a date outside the scenario; whether it is inside."""
    hour = hours_since(s.meta.start, date, default_h=default_h)
    if hour < 0:
        found.refuse(
            path, f"{date} is before the scenario's start {s.meta.start}", date, _span(s, calendar_h)
        )
    elif hour >= calendar_h:
        found.refuse(path, _after_end(s, date, calendar_h), date, _span(s, calendar_h))
    return 0 <= hour < calendar_h


def _after_end(s: Scenario, date: str, calendar_h: float) -> str:
    return f"{date} is after the scenario's end {_last_day(s, calendar_h)} ({calendar_h / 24:g} days from {s.meta.start})"


def _span(s: Scenario, calendar_h: float) -> str:
    return f"{s.meta.start} … {_last_day(s, calendar_h)}"


def _last_day(s: Scenario, calendar_h: float) -> str:
    return at_hour(s.meta.start, calendar_h - 1e-3).date().isoformat()


def _yuan(amount: float) -> str:
    return f"{amount:,.0f} yuan" if amount >= 100 or amount == int(amount) else f"{amount:,.2f} yuan"


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
    (("budget",), (), "the budget's shares and the phases' shares sum to one", _money_adds_up),
    (("budget", *_DATES), ("activities",), "the crisis reserve and what becomes of what is left", _reserve),
    (_DATES, ("budget",), "phases follow one another inside the scenario", _phases),
    (("formats", "kols", "media"), ("budget",), "the price list names formats and tiers that exist", _prices),
    (_DATES, ("activities",), "activities take place inside the scenario", _activities),
    (
        ("budget", *_DATES),
        ("activities",),
        "every activity has money that buys something; no line is drawn twice",
        _funding,
    ),
    (_DATES, ("incidents",), "incidents happen inside the scenario", _incidents),
    (("segments",), ("incidents",), "an incident's first witnesses exist", _witnesses),
    (("response",), (), "the response's order and its warning levels", _response),
    (("tick_min",), (), "numerical resolution", _resolution),
)
