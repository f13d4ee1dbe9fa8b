"""Part ``growth``: how time and memory grow with agents, ties, days and stories; slopes of logarithms."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from benchmarks.child import BUILT_ANEW, once
from benchmarks.rows import Row
from benchmarks.setting import Plan, free_gigabytes

PART = "growth"
STEEPEST = 1.05
GIGABYTES_PER_MILLION = 1.0
LARGE = 1_000_000  # agents from which fixed costs do not matter
COUNTRY = 1.4e9  # persons
MEASURES = {"after building": ("run_s", "s"), "building": ("build_s", "s"), "peak memory": ("peak_mb", "MB")}
ALONG = {
    "agents": "agents",
    "degree": "ties per agent",
    "days": "days",
    "stories": "stories told",
    "exposures": "exposures",
}


def measure(plan: Plan) -> list[Row]:
    """Every series, and the slopes of each."""
    rows: list[Row] = []
    for along, steps in _series(plan).items():
        points: list[tuple[float, dict[str, Any]]] = []
        for x, arguments in steps:
            need = x / 1e6 * GIGABYTES_PER_MILLION if along == "agents" else 0.0
            if need > free_gigabytes():
                note = f"needs about {need:.0f} GB, {free_gigabytes():.0f} GB are free"
                absent = {"measure": "skipped", "value": math.nan, "note": note}
                rows.append(Row(part=PART, case=ALONG[along], subject=f"{x:,.0f}", **absent))
                continue
            plan.say(f"growth with {ALONG[along]}: {x:,.0f}")
            found = once("benchmarks.replicate:replicate", BUILT_ANEW, **arguments)
            reached = {"stories": found["stories"], "exposures": found["exposures"]}.get(along, x)
            points.append((reached, found))
        rows += _points(along, points)
        rows += _slopes(along, points)
        if along == "agents" and len(points) > 1 and points[-1][0] >= LARGE:
            rows += _country(points)
        if along == "degree" and len(points) > 1:
            rows.append(_per_tie(points))
    return rows


def _series(plan: Plan) -> dict[str, list[tuple[float, dict[str, Any]]]]:
    """What is varied, and with which arguments each step is run."""
    some = plan.choose(2_000, 100_000)
    short = plan.choose(["horizon_days=8", "calendar_days=243"], [])

    def run(*overrides: str, **more: Any) -> dict[str, Any]:
        return {"overrides": [f"population.agents={some}", *short, *overrides], **more}

    agents = plan.choose(
        [1_000, 2_000, 4_000],
        [20_000, 50_000, 100_000, 200_000, 500_000, 1_000_000],
        [20_000, 50_000, 100_000, 200_000, 500_000, 1_000_000, 3_000_000, 10_000_000],
    )
    factors = plan.choose([1, 2], [1, 2, 4, 8])
    days = plan.choose([4, 8], [30, 61, 122, 243])
    particles = plan.choose([256, 1024], [1024, 4096, 16384, 65536])
    return {
        "agents": [(n, run(f"population.agents={n}")) for n in agents],
        "degree": [
            (24.0 * f, run(f"population.follower_degree={16 * f}", f"population.chat_degree={8 * f}"))
            for f in factors
        ],
        "days": [(d, run(f"horizon_days={d}", "calendar_days=243")) for d in days],
        "stories": [(f, run(calendars=f)) for f in factors],
        "exposures": [(p, run(f"engine.particles={p}")) for p in particles],
    }


def _points(along: str, points: list[tuple[float, dict[str, Any]]]) -> Iterator[Row]:
    for x, found in points:
        for measure, (key, unit) in MEASURES.items():
            yield Row(
                part=PART, case=ALONG[along], subject=f"{x:,.0f}", measure=measure, unit=unit, value=found[key]
            )  # fmt: skip


def slope(x: list[float], y: list[float]) -> tuple[float, float]:
    """Slope of log y on log x by least squares and its standard error (nan for two points)."""
    u, v = np.log(x), np.log(y)
    u = u - u.mean()
    b = float(u @ v / (u @ u))
    rest = v - v.mean() - b * u
    error = math.sqrt(float(rest @ rest) / (len(u) - 2) / float(u @ u)) if len(u) > 2 else math.nan
    return b, error


def _slopes(along: str, points: list[tuple[float, dict[str, Any]]]) -> Iterator[Row]:
    """Slopes by least squares with one standard error to either side; with agents also between the two largest."""
    x = [p for p, _ in points]
    if len(set(x)) < 2:
        return
    for measure, (key, _) in MEASURES.items():
        y = [found[key] for _, found in points]
        b, error = slope(x, y)
        aimed = measure != "building" or along in ("agents", "degree")
        yield Row(
            part=PART, case=ALONG[along], subject="slope", measure=measure, value=b, low=b - error, high=b + error,
            most=STEEPEST if aimed else math.nan,
        )  # fmt: skip
        if along == "agents":
            b, _ = slope(x[-2:], y[-2:])
            top = f"slope from {x[-2]:,.0f} to {x[-1]:,.0f}"
            yield Row(part=PART, case=ALONG[along], subject=top, measure=measure, value=b)


def _country(points: list[tuple[float, dict[str, Any]]]) -> Iterator[Row]:
    """One agent for each person of a country, by the straight line through the two largest runs."""
    (x0, less), (x1, more) = points[-2:]
    for measure, (key, unit) in MEASURES.items():
        value = more[key] + (more[key] - less[key]) / (x1 - x0) * (COUNTRY - x1)
        value, unit = (value / 1024.0, "GB") if unit == "MB" else (value / 3600.0, "h")
        subject = f"a country of {COUNTRY:,.0f}, extrapolated"
        yield Row(part=PART, case=ALONG["agents"], subject=subject, measure=measure, unit=unit, value=value)


def _per_tie(points: list[tuple[float, dict[str, Any]]]) -> Row:
    """Bytes that a further tie of an agent takes at the peak."""
    (x0, less), (x1, more) = points[0], points[-1]
    value = (more["peak_mb"] - less["peak_mb"]) * 2.0**20 / (x1 - x0) / more["agents"]
    return Row(
        part=PART, case=ALONG["degree"], subject="each further tie of an agent", measure="peak memory", unit="bytes",
        value=value,
    )  # fmt: skip
