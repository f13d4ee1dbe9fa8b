"""What an hour of delay costs: damage against hours of response, by incident and strategy, and where it is steepest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from prsim.errors import StudyRefused
from prsim.statistics.differences import paired_differences
from prsim.statistics.knee import knee_of
from prsim.study.opened import Study

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["CURVES", "ResponseCurve", "response_curve"]

type Floats = NDArray[np.float64]

DELAY = "delay_h"
BY = ("incident", "strategy")
# measure -> metric and statistic of the summaries
CURVES: Mapping[str, tuple[str, str]] = {
    "sentiment_trough": ("sentiment", "trough"),
    "sentiment_area": ("sentiment", "loss"),
    "nps_loss": ("nps", "loss"),
    "nps_trough": ("nps", "trough"),
    "hot_search_hours": ("hot_search_hours", "end"),
    "complaints": ("complaints", "mean"),
}
RECOVERY = "recovery_h"
_RECOVERED = 0.9  # share of the rise of negative talk that has gone


@dataclass(frozen=True, slots=True)
class ResponseCurve:
    """Damage against the delay of the response.

    Attributes
    ----------
    curve : DataFrame
        ``incident, strategy, hours, measure, n, mean, lo, hi``: mean over the runs, and the interval that covers the
        true mean with probability ``level``; ``rise, rise_lo, rise_hi``: what it is more than at the shortest delay,
        run by run, which is known far better.
    knees : DataFrame
        ``incident, strategy, measure, axis, hours, lo, hi, begin, end, slope, slope_lo, slope_hi, agree, rises``: the
        middle of the interval between two delays in which another hour (``axis`` linear) or twice the time (``axis``
        log) costs most; ``lo`` and ``hi`` from drawing the runs again. Empty cells where the damage does not rise.
    level
        Of the intervals.
    notes
        What a reader should know.
    """

    curve: pd.DataFrame
    knees: pd.DataFrame
    level: float
    notes: tuple[str, ...]


def response_curve(
    study: Study, *, measures: Sequence[str] = (*CURVES, RECOVERY), level: float = 0.95, resamples: int = 1000
) -> ResponseCurve:
    """Read the response-time curve out of a study that varies ``delay_h``, such as ``experiment=response_delay``.

    ``sentiment_trough`` and ``nps_trough`` are the deepest fall below the start, ``sentiment_area`` and ``nps_loss``
    the mean fall over the run. ``recovery_h`` is the time from the incident until nine tenths of the rise of the
    negative share of posts have gone for the rest of the run, by days; a run that ends before counts to its end.
    (NPS and sentiment recover over months, which such a run does not see.)

    Parameters
    ----------
    measures
        Of these: ``sentiment_trough, sentiment_area, nps_loss, nps_trough, hot_search_hours, complaints, recovery_h``.
    level
        Of the intervals.
    resamples
        For the band of a knee.

    Raises
    ------
    prsim.errors.StudyRefused
        If the study does not vary the delay, or no run of it is done.
    """
    import pandas as pd

    points = study.points
    if DELAY not in points or points[DELAY].nunique() < 2:
        raise StudyRefused(
            f"{study.folder} does not vary {DELAY}; run: prsim sweep experiment=response_delay"
        )
    by = [name for name in points.columns if name not in ("point", "key", "changes", DELAY)]
    values, notes = _values(study, measures)
    if values.empty:
        raise StudyRefused(f"no run of {study.folder} is done")
    rows: list[dict[str, Any]] = []
    knees: list[dict[str, Any]] = []
    for labels, part in _groups(points, by):
        for measure in measures:
            hours, table = _table(part, values[values["measure"] == measure])
            if not table.size:
                continue
            rows += [{**labels, "measure": measure, **row} for row in _levels(hours, table, level)]
            knees += [{**labels, "measure": measure, **k} for k in _knees(hours, table, level, resamples)]
    return ResponseCurve(pd.DataFrame(rows), pd.DataFrame(knees), level, tuple(notes))


def _groups(points: pd.DataFrame, by: Sequence[str]) -> Iterator[tuple[dict[str, str], pd.DataFrame]]:
    """Points that differ in nothing but the delay; factors beside incident and strategy are named with the latter."""
    groups = points.groupby(list(by), sort=False, observed=True) if by else [((), points)]
    for levels, part in groups:
        held = dict(zip(by, map(str, levels), strict=True))
        others = [f"{name}={held[name]}" for name in by if name not in BY]
        strategy = ", ".join([*([held["strategy"]] if "strategy" in held else []), *others])
        yield {"incident": held.get("incident", ""), "strategy": strategy}, part


def _values(study: Study, measures: Sequence[str]) -> tuple[pd.DataFrame, list[str]]:
    """``point, replicate, measure, value`` of all runs."""
    import pandas as pd

    rows = study.summaries
    rows = rows[rows["segment"] == "all"]
    parts, notes = [], []
    for measure in measures:
        if measure == RECOVERY:
            recovered, cut = _recovery(study)
            parts.append(recovered)
            if cut:
                notes.append(
                    f"In {cut:.0%} of the runs negative talk had not gone before the end; they count to the end, so "
                    "recovery takes longer than is shown."
                )
            continue
        metric, statistic = CURVES[measure]
        part = rows[(rows["metric"] == metric) & (rows["statistic"] == statistic)]
        parts.append(part[["point", "replicate", "value"]].assign(measure=measure))
    return pd.concat(parts, ignore_index=True), notes


def _recovery(study: Study) -> tuple[pd.DataFrame, float]:
    """Hours from the first incident until talk is as before, by run; share of runs that ended before."""
    import pandas as pd

    starts = study.incidents.groupby(["point", "replicate"])["start_h"].min().to_dict()
    rows, cut = [], 0
    for point, replicate, course in study.courses("negative_share"):
        hours, whole = recovery_hours(course, starts.get((point, replicate), 0.0))
        cut += not whole
        rows.append((point, replicate, hours, RECOVERY))
    table = pd.DataFrame(rows, columns=["point", "replicate", "value", "measure"])
    return table, cut / len(rows) if rows else 0.0


def recovery_hours(
    course: NDArray[np.floating], start_h: float = 0.0, share: float = _RECOVERED
) -> tuple[float, bool]:
    """Hours from an incident until ``share`` of a rise has gone for the rest of the run.

    Parameters
    ----------
    course : float[days + 1]
        Something that an incident raises, at the end of each day; nan where nothing is said.
    start_h
        When the incident began.

    Returns
    -------
    float, bool
        Hours (to the end of the run if it is not over by then), and whether it is. 0 if nothing rose.
    """
    end_h = 24.0 * np.arange(len(course))
    known = np.isfinite(course)
    before = course[known & (end_h <= start_h) & (end_h > 0)]
    after = known & (end_h > start_h)
    if not after.any():
        return 0.0, True
    usual = float(before.mean()) if len(before) else float(course[known][0])
    v, hours = course[after], end_h[after] - start_h
    if float(v.max()) <= usual:
        return 0.0, True
    above = np.flatnonzero(v > usual + (1.0 - share) * (float(v.max()) - usual))
    over = int(above[-1]) + 1
    return (float(hours[over]), True) if over < len(v) else (float(hours[-1]), False)


def _table(points: pd.DataFrame, values: pd.DataFrame) -> tuple[Floats, Floats]:
    """Hours, increasing, and the values of each run at them, float64[n, hours]."""
    here = points[["point", DELAY]].merge(values, on="point")
    if here.empty:
        return np.empty(0), np.empty((0, 0))
    wide = here.pivot_table(index="replicate", columns=DELAY, values="value").sort_index(axis=1)
    return wide.columns.to_numpy(float), wide.to_numpy(float)


def _levels(hours: Floats, table: Floats, level: float) -> Iterator[dict[str, Any]]:
    """The damage at each delay, and what it is more than at the first."""
    means = paired_differences(table, np.zeros_like(table), level=level)
    rises = paired_differences(table, np.repeat(table[:, :1], table.shape[1], axis=1), level=level)
    for h, d, rise in zip(hours, means, rises, strict=True):
        if d.n:
            ends = {"rise": rise.mean, "rise_lo": rise.lo, "rise_hi": rise.hi}
            yield {"hours": h, "n": d.n, "mean": d.mean, "lo": d.lo, "hi": d.hi, **ends}


def _knees(hours: Floats, table: Floats, level: float, resamples: int) -> Iterator[dict[str, Any]]:
    if len(hours) < 2:
        return
    for axis in ("linear", "log"):
        knee = knee_of(hours, table, axis=axis, level=level, resamples=resamples)
        yield {
            "axis": axis,
            "hours": knee.at,
            "lo": knee.at_lo,
            "hi": knee.at_hi,
            "begin": knee.begin,
            "end": knee.end,
            "slope": knee.slope,
            "slope_lo": knee.slope_lo,
            "slope_hi": knee.slope_hi,
            "agree": knee.agree,
            "rises": knee.rises,
        }
