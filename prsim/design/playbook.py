"""Designs of the response: how late, and with which policy."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import Any

from prsim.design.levels import Span, number, sequence, tidy, whole
from prsim.design.points import MOST_POINTS, Design, Factor, Point, too_many
from prsim.errors import ConfigError
from prsim.scenario.crisis import CLUSTERS, STRATEGIES
from prsim.scenario.names import unknown_name
from prsim.scenario.root import Scenario

__all__ = ["HOURS", "POLICIES", "policies", "response_delays"]

HOURS = (0.5, 1.0, 2.0, 4.0, 8.0, 12.0, 24.0, 48.0, 72.0)
POLICIES = ("matched", *(strategy for strategy in STRATEGIES if strategy != "private_contact"))
_MOST_H = 1000.0


def response_delays(
    hours: Sequence[float] | None = None, lo: float = 0.5, hi: float = 72.0, count: int = 0
) -> Design:
    """How late the brand answers, on a log axis.

    An answer after ``h`` hours is a first response and a statement at that hour, with the brand's own analysis done by
    then: ``response.first_h = response.statement_h = h`` and ``response.analysis_h = 0``. Approvals and the wait for a
    free handler come on top, and drills shorten it, as always. Other departments stay as late with the facts as the
    base has them, and an answer before those is one without data; ``team.coordination = 0`` varies the moment alone.

    Parameters
    ----------
    hours
        The delays; 0.5 to 72 h in nine steps where neither they nor ``count`` are given.
    lo, hi, count
        In their place, so many delays from ``lo`` to ``hi`` in equal ratios, as far as possible in three digits.
    """
    if hours is not None:
        delays = [number(h, f"hours.{i}", "h") for i, h in enumerate(sequence(hours, "hours", "hours"))]
    elif count:
        ends = number(lo, "lo", "h"), number(hi, "hi", "h")
        if not 0 < ends[0] < ends[1]:
            raise ConfigError.of("lo", f"{ends[0]:g} … {ends[1]:g} h is no log axis; 0 < lo < hi")
        count = whole(count, "count", 2, 10**12)
        if count > MOST_POINTS:
            raise too_many(count)
        exact = Span(*ends, "log", count).levels()
        delays = [float(f"{h:.3g}") for h in exact]
        if len(set(delays)) < count:  # too close together to be told apart by three digits
            delays = [float(h) for h in exact]
    else:
        delays = list(HOURS)
    for i, h in enumerate(delays):
        if not 0 < h <= _MOST_H:
            raise ConfigError.of(
                f"hours.{i}", f"{h:g} h is out of range", given=f"{h:g}", allowed=f"above 0 … {_MOST_H:g} h"
            )
    factor = Factor("delay_h", "Delay of the response", "回应延迟", "h", "log")
    keys = ("response.first_h", "response.statement_h")
    points = [
        Point({"delay_h": tidy(h)}, {**dict.fromkeys(keys, tidy(h)), "response.analysis_h": 0.0})
        for h in delays
    ]
    return Design((factor,), tuple(points))


def policies(scenario: Scenario, strategies: Sequence[str] = POLICIES, levels: Sequence[str] = ()) -> Design:
    """With which strategy the brand answers, and from which warning level on it does so in public.

    A policy (strategy, level) uses the strategy for every responsibility cluster in cases of that level and graver
    ones, and private contact below. ``matched`` keeps the scenario's own playbook.

    Parameters
    ----------
    scenario
        The base, with its warning levels (``response.levels``).
    strategies
        ``matched``, or a strategy; all but private contact by default.
    levels
        Names of warning levels; all of the scenario where empty.
    """
    known = tuple(scenario.response.levels)
    if not known:
        raise ConfigError.of("levels", "the scenario has no warning levels (response.levels)")
    allowed = ("matched", *STRATEGIES)
    chosen = [str(s) for s in sequence(strategies, "strategies", "strategies")]
    for name in chosen:
        if name not in allowed:
            raise ConfigError([unknown_name("strategies", f"unknown strategy {name!r}", name, allowed)])
    public = [str(n) for n in sequence(levels, "levels", "levels")] if levels else list(known)
    for name in public:
        if name not in known:
            raise ConfigError([unknown_name("levels", f"unknown warning level {name!r}", name, known)])
    points = []
    for strategy, level in product(chosen, public):
        changes: dict[str, Any] = {"response.strategy": "matched"}
        for i, name in enumerate(known):
            changes[f"response.levels.{name}.loud"] = i <= known.index(level)
        if strategy != "matched":
            changes |= {f"response.playbook.{cluster}": strategy for cluster in CLUSTERS}
        points.append(Point({"strategy": strategy, "level": level}, changes))
    return Design(
        (
            Factor("strategy", "Strategy", "策略", "", "category"),
            Factor("level", "Answers in public from this level", "从该级别起公开回应", "", "category"),
        ),
        tuple(points),
    )
