"""The warning system measured: how early which monitoring knows of a crisis, at what price in false alarms and money.

Each case is one incident in a run of its own, once without any answer. What monitoring saw is recorded, and every
threshold and tool level is asked about the same recordings (:func:`prsim.study.paths.replay`).
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from prsim.errors import ConfigError, Problem
from prsim.model.monitoring import MONTH_H, AlarmRule
from prsim.scenario.names import listing, unknown_name
from prsim.scenario.root import Scenario
from prsim.spread.draws import Draws
from prsim.study.paths import Crew, Path, Stage, arrivals_per_month, draw_cases, replay
from prsim.study.warning_rates import Rates, compare_tools, operating_areas, setting_rates
from prsim.study.warning_worth import damage_of, tool_prices, tool_worth
from prsim.study.workers import available_cores

__all__ = ["FACTORS", "WarningAssessment", "assess_warning", "check_request", "crisis_rate"]

FACTORS = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0)
BURST_MONTHS = 240  # months of harmless bursts that every setting is asked about

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class WarningAssessment:
    """What the warning system of a scenario does; hours count from the start of each incident.

    Attributes
    ----------
    scenario
        The scenario.
    cases : DataFrame
        ``case, seed, incident, topic, start_h, severity, witnesses, hot_list_h, peak_h, peak_per_h, negative_posts,
        crisis, deadline_h``: what became of each incident that nobody answered.
    alarms : DataFrame
        ``case, factor, tool, alarm_h, by, detected_h, lead_h``: each case under each setting.
    settings, contrasts, areas : DataFrame
        See :func:`~prsim.study.warning_rates.setting_rates`, :func:`~prsim.study.warning_rates.compare_tools`,
        :func:`~prsim.study.warning_rates.operating_areas`.
    worth : DataFrame
        See :func:`~prsim.study.warning_worth.tool_worth`.
    facts : dict
        The definitions used and how often what happens, JSON-ready.
    """

    scenario: Scenario
    cases: pd.DataFrame
    alarms: pd.DataFrame
    settings: pd.DataFrame
    contrasts: pd.DataFrame
    areas: pd.DataFrame
    worth: pd.DataFrame
    facts: dict[str, Any]


def assess_warning(
    scenario: Scenario,
    incidents: Sequence[str] | None = None,
    *,
    factors: Iterable[float] = FACTORS,
    tools: Iterable[float] | None = None,
    runs: int = 200,
    pairs: int = 30,
    days: float = 7.0,
    crisis_per_h: float | None = None,
    workers: int = 1,
    progress: Progress | None = None,
) -> WarningAssessment:
    """Measure the warning system of a scenario over many incidents.

    Parameters
    ----------
    scenario
        Its library, media, audience, team and playbook; without its campaign, and one incident at a time.
    incidents
        Names of the library, each as likely as the others. None: those that the calendar and random arrivals use,
        as often as they happen; the whole library where nothing happens.
    factors
        Factors on ``monitoring.alert_posts`` and ``monitoring.early_posts``.
    tools
        Tool levels, 0 to 1. None: without tools, those that the price list sells, and 1.
    runs
        Incidents.
    pairs
        Crises (of these) that are run again, answered, at each tool level; 0 leaves the worth of tools out.
    days
        Days for which an incident is followed.
    crisis_per_h
        Negative posts an hour from which an unanswered incident is a crisis; one that enters a hot list always is.
        None: see :func:`crisis_rate`.
    workers
        Processes; 0 takes as many as there are cores. The results do not depend on it.
    progress
        Called with the number of runs done and to be done.

    Raises
    ------
    ConfigError
        For an incident that the library does not have, and values outside their range.
    prsim.errors.RunFailed
        If a run fails; the message names the case.
    """
    asked, levels, limit = check_request(
        scenario,
        incidents,
        factors=factors,
        tools=tools,
        runs=runs,
        pairs=pairs,
        days=days,
        crisis_per_h=crisis_per_h,
    )
    prices = tool_prices(scenario)
    rates, notes = _rates(scenario, incidents)
    stage = Stage(scenario, days)
    total = runs + pairs * len(levels)

    def told(done: int, of: int) -> None:
        if progress is not None:
            progress(done, of)

    paths: list[Path] = []
    damages: list[dict[str, float]] = []
    with Crew(stage, min(workers or available_cores(), runs)) as crew:
        for path in crew.do(Stage.path, draw_cases(scenario, rates, runs)):
            paths.append(path)
            told(len(paths), total)
        cases = _case_table(paths, limit)
        crises = [p.case for p, crisis in zip(paths, cases["crisis"], strict=True) if crisis]
        tasks = [(case, tool) for case in crises[:pairs] for tool in levels]
        for damage in crew.do(damage_of, tasks):
            damages.append(damage)
            told(runs + len(damages), runs + len(tasks))
    if not crises:
        notes.append(_nothing_grows(runs, days, limit))
    alarms = _alarm_table(paths, cases, scenario, asked, levels)
    bursts, false_alarms = _bursts(paths, scenario, asked, levels)
    per_month = sum(rates.values())
    measured = Rates(cases, alarms, per_month, bursts, false_alarms)
    crises_per_month = per_month * len(crises) / runs
    return WarningAssessment(
        scenario=scenario,
        cases=cases,
        alarms=alarms,
        settings=setting_rates(measured),
        contrasts=compare_tools(measured),
        areas=operating_areas(measured),
        worth=tool_worth(tasks, damages, levels, prices, crises_per_month),
        facts={
            "runs": runs,
            "seed": scenario.seed,
            "days": days,
            "crisis_per_h": limit if math.isfinite(limit) else None,
            "crises": len(crises),
            "pairs": len(crises[:pairs]),
            "incidents_per_month": per_month,
            "crises_per_month": crises_per_month,
            "burst_months": BURST_MONTHS,
            "bursts_per_month": float(bursts.mean()),
            "rates": dict(rates),
            "tools": [_named(tool, prices) for tool in levels],
            "notes": notes,
        },
    )


def crisis_rate(scenario: Scenario) -> float:
    """Negative posts an hour from which an incident counts as a crisis: where the second-gravest warning level begins.

    The gravest where there is one only; inf (hot lists alone decide) where levels know no such rate.
    """
    heats = [level.min_heat_per_h for level in scenario.response.levels.values()][:2]
    return heats[-1] if heats and heats[-1] > 0.0 else math.inf


def _named(tool: float, prices: Mapping[float, tuple[str, str, float]]) -> dict[str, Any]:
    title_en, title_zh, yuan = prices.get(tool, ("", "", math.nan))
    price = yuan if math.isfinite(yuan) else None
    return {"tool": tool, "title_en": title_en, "title_zh": title_zh, "yuan_per_month": price}


def check_request(
    scenario: Scenario,
    incidents: Sequence[str] | None = None,
    *,
    factors: Iterable[float] = FACTORS,
    tools: Iterable[float] | None = None,
    runs: int = 200,
    pairs: int = 30,
    days: float = 7.0,
    crisis_per_h: float | None = None,
) -> tuple[list[float], list[float], float]:
    """Refuse what cannot be measured, before anything runs; parameters as of :func:`assess_warning`.

    Returns
    -------
    factors, tools : list of float
        In ascending order, each once.
    crisis_per_h : float
        Negative posts an hour that make a crisis.

    Raises
    ------
    ConfigError
        With everything that is wrong.
    """
    asked = sorted({float(f) for f in factors})
    levels = sorted(tool_prices(scenario) if tools is None else {float(t) for t in tools})
    limit = crisis_rate(scenario) if crisis_per_h is None else float(crisis_per_h)
    library = scenario.incidents.library
    problems = [
        unknown_name(
            "incidents", f"{name!r} is not in the incident library of {scenario.meta.name}", name, library
        )
        for name in incidents or ()
        if name not in library
    ]
    if not library or (incidents is not None and not incidents):
        problems.append(Problem("incidents", "no incident to be warned of: name at least one of the library"))
    if not asked or not all(0.0 < f < math.inf for f in asked):
        problems.append(Problem("factors", f"{listing(map(str, asked))} are not all above 0", allowed="> 0"))
    if not levels or not all(0.0 <= t <= 1.0 for t in levels):
        problems.append(
            Problem("tools", f"{listing(map(str, levels))} are not all levels from 0 to 1", allowed="0–1")
        )
    for name, value, least, most in (
        ("runs", runs, 2, 100_000),
        ("pairs", pairs, 0, 100_000),
        ("days", days, 1, 60),
    ):
        if not least <= value <= most:
            problems.append(Problem(name, f"{value:g} is out of range", f"{value:g}", f"{least} to {most}"))
    if not limit > 0.0:
        problems.append(
            Problem("crisis_per_h", f"{limit:g} negative posts an hour is not above 0", allowed="> 0")
        )
    if problems:
        raise ConfigError(problems)
    return asked, levels, limit


def _rates(scenario: Scenario, incidents: Sequence[str] | None) -> tuple[dict[str, float], list[str]]:
    """How often what happens, a month; and what has to be said about it."""
    rates = arrivals_per_month(scenario)
    total = sum(rates.values())
    names = tuple(dict.fromkeys(incidents)) if incidents is not None else tuple(scenario.incidents.library)
    if incidents is None and rates:
        return rates, []
    notes = []
    if not total:
        total = 1.0
        notes.append("Nothing happens in this scenario: numbers a month assume one incident a month.")
    return {name: total / len(names) for name in names}, notes


def _nothing_grows(runs: int, days: float, limit: float) -> str:
    least = f" or reaches {limit:g} negative posts an hour" if math.isfinite(limit) else ""
    return (
        f"None of the {runs} incidents enters a hot list{least} within {days:g} days, even unanswered: there is no "
        "crisis to be warned of, so hits, lead time and the worth of tools cannot be measured. Name graver incidents, "
        "or lower crisis_per_h (prsim warn --crisis)."
    )


def _case_table(paths: Sequence[Path], limit: float) -> pd.DataFrame:
    rows = []
    for path in paths:
        start = path.case.start
        listed = not math.isnan(path.hot)
        rows.append(
            {
                "case": path.case.number,
                "seed": path.case.seed,
                "incident": path.case.use,
                "topic": path.incident.topic,
                "start_h": start,
                "severity": path.incident.severity,
                "witnesses": path.incident.witnesses,
                "hot_list_h": path.hot - start,
                "peak_h": path.peak - start,
                "peak_per_h": path.peak_per_h,
                "negative_posts": path.negative_posts,
                "crisis": listed or path.peak_per_h >= limit,
                "deadline_h": (path.hot if listed else path.peak) - start,
            }
        )
    return pd.DataFrame(rows)


def scaled(scenario: Scenario, factor: float) -> Scenario:
    """The scenario with its thresholds in posts multiplied."""
    m = scenario.monitoring
    rules = dataclasses.replace(m, alert_posts=m.alert_posts * factor, early_posts=m.early_posts * factor)
    return dataclasses.replace(scenario, monitoring=rules)


def _alarm_table(
    paths: Sequence[Path],
    cases: pd.DataFrame,
    scenario: Scenario,
    factors: Sequence[float],
    tools: Sequence[float],
) -> pd.DataFrame:
    rows = []
    deadlines = cases["deadline_h"].to_numpy()
    for factor in factors:
        asked = scaled(scenario, factor)
        for tool in tools:
            for path, deadline in zip(paths, deadlines, strict=True):
                alarm = replay(path, asked, tool)
                known = alarm.known - path.case.start
                row = (path.case.number, factor, tool, alarm.raised - path.case.start, alarm.by, known)
                rows.append((*row, float(deadline) - known))
    return pd.DataFrame(rows, columns=["case", "factor", "tool", "alarm_h", "by", "detected_h", "lead_h"])


def _bursts(
    paths: Sequence[Path], scenario: Scenario, factors: Sequence[float], tools: Sequence[float]
) -> tuple[NDArray[np.int64], dict[tuple[float, float], NDArray[np.int64]]]:
    """Harmless bursts by month, all and those that raise the alarm under each setting, in quiet times."""
    mood = float(np.mean([path.mood[0] for path in paths if len(path.mood)] or [0.0]))
    monitored, draws = paths[0].monitored, Draws(scenario.seed)
    bursts = AlarmRule(scenario, draws, monitored).bursts(BURST_MONTHS * MONTH_H)
    months = np.array([int(t / MONTH_H) for t, *_ in bursts], np.int64)
    out = {}
    for factor in factors:
        rule = AlarmRule(scaled(scenario, factor), draws, monitored)
        for tool in tools:
            loud = [
                bool(rule.alarming(posts, rule.usual(topic), mood, tool)) and not rule.recognised(known, tool)
                for _, topic, posts, known in bursts
            ]
            out[factor, tool] = np.bincount(months[np.array(loud, bool)], minlength=BURST_MONTHS)
    return np.bincount(months, minlength=BURST_MONTHS), out
