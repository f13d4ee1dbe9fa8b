"""What a study found, for its report: every point against a reference, and what a delay costs where that is varied."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from prsim.design.points import Point
from prsim.scenario.plain import to_plain
from prsim.statistics.differences import RESAMPLES, paired_differences
from prsim.study.comparison import best_rows, difference_rows
from prsim.study.measures import Measure, measures_of
from prsim.study.opened import Study
from prsim.study.response_curve import DELAY, response_curve

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["findings", "nearest_to_plan"]

type Floats = NDArray[np.float64]

COMPARED = ("nps", "sentiment", "negative_share", "trust")
BY_SEGMENT = ("nps", "sentiment")
_WORK = 8_000_000  # differences times resamples


def findings(
    study: Study, *, reference: int | None = None, metrics: Sequence[str] = COMPARED, level: float = 0.95
) -> dict[str, Any]:
    """The statistics of a study's report, as :func:`prsim.report.study_page.write_study` takes them.

    Parameters
    ----------
    reference
        Point that the others are compared with; the one nearest to the plan if None.
    metrics
        What is compared, the most important first.
    level
        Of the intervals, which hold together.

    Returns
    -------
    dict
        ``reference``; ``differences`` from it, a row for each other point and metric (``point`` and the columns of
        :class:`prsim.study.comparison.Comparison`), and for each segment of the point with the best mean; ``best``, a
        mapping for each metric (``point, undecided``: points that may be better); ``curve`` and ``knees`` of a study
        that varies the delay by case; ``notes``. What cannot be said for want of runs is left out.
    """
    found: dict[str, Any] = {"notes": []}
    points = study.experiment.design.points
    if len(points) > 1 and study.counts.done:
        if reference is None:
            reference = nearest_to_plan(points, to_plain(study.experiment.scenario))
        found |= {"reference": reference, **_compared(study, reference, metrics, level)}
    if _varies_delay_by_case(study) and study.counts.done:
        curve = response_curve(study, level=level)
        found |= {"curve": curve.curve, "knees": curve.knees}
        found["notes"] += curve.notes
    return found


def _varies_delay_by_case(study: Study) -> bool:
    """Whether there is a curve over the delay for each of a few named cases, and no plane of numbers."""
    others = [f for f in study.experiment.design.factors if f.name != DELAY]
    varied = DELAY in study.points and study.points[DELAY].nunique() > 1
    return varied and all(f.scale == "category" for f in others)


def nearest_to_plan(points: Sequence[Point], plan: Mapping[str, Any]) -> int:
    """The point that changes least of a plan: what the others are compared with, as the plan itself may be no point.

    A number counts by how far it is from the plan's, relative to the larger of the two; what is no number, by whether
    it differs.
    """
    return min(range(len(points)), key=lambda i: _distance(points[i].changes, plan))


def _distance(changes: Mapping[str, Any], plan: Mapping[str, Any]) -> float:
    return sum(_apart(value, _at(plan, key)) for key, value in changes.items())


def _at(plan: Any, key: str) -> Any:
    for part in key.lstrip("~").split("."):
        plan = plan.get(part) if isinstance(plan, Mapping) else None
    return plan


def _apart(new: Any, old: Any) -> float:
    if isinstance(new, int | float) and isinstance(old, int | float):
        most = max(abs(new), abs(old))
        return abs(new - old) / most if most else 0.0
    return float(new != old)


def _compared(study: Study, reference: int, metrics: Sequence[str], level: float) -> dict[str, Any]:
    targets = study.experiment.scenario.targets
    measures = measures_of(metrics, ("all",), targets)
    values = _values(study, measures)
    others = [i for i in range(len(values)) if i != reference]
    points = range(len(values))
    best_of = best_rows(points, measures, values, level).rename(columns={"plan": "point"})
    best = _best_by(measures[0], best_of, reference)
    finer: list[Measure] = []
    if best != reference:
        finer = measures_of(BY_SEGMENT, tuple(study.experiment.scenario.segments), {})
    by_segment = _values(study, finer, (best, reference))
    a = np.concatenate([*(values[i] for i in others), by_segment[0]], axis=1)
    b = np.concatenate([*(values[reference] for _ in others), by_segment[1]], axis=1)
    resamples = max(RESAMPLES // 4, min(RESAMPLES, _WORK // a.shape[1]))
    found = paired_differences(a, b, level=level, resamples=resamples)
    first = len(others) * len(measures)
    rows = difference_rows(points, measures, values, [(i, reference) for i in others], found[:first])
    if finer:
        import pandas as pd

        more = difference_rows([best, reference], finer, by_segment, [(0, 1)], found[first:])
        rows = pd.concat([rows, more], ignore_index=True)
    return {"differences": rows.rename(columns={"plan": "point"}), "best": best_of.to_dict("records")}


def _best_by(measure: Measure, best_of: pd.DataFrame, otherwise: int) -> int:
    """The point that is best by a measure, where one is."""
    names = ("segment", "metric", "statistic")
    same = np.all([best_of[name] == getattr(measure, name) for name in names], axis=0)
    found = best_of.loc[same, "point"]
    return int(found.iloc[0]) if len(found) else otherwise


def _values(study: Study, measures: Sequence[Measure], points: Sequence[int] = ()) -> Floats:
    """Values of runs, float64[points, replicates, measures]; nan where a run is missing or says nothing."""
    rows = study.summaries
    wanted = list(points) or list(range(len(study.points)))
    place = np.full(len(study.points), -1)
    place[wanted] = range(len(wanted))
    out = np.full((len(wanted), study.manifest["experiment"]["replicates"], len(measures)), np.nan)
    for k, m in enumerate(measures):
        here = rows[
            (rows["metric"] == m.metric) & (rows["statistic"] == m.statistic) & (rows["segment"] == m.segment)
        ]
        at = place[here["point"].to_numpy()]
        taken = at >= 0
        out[at[taken], here["replicate"].to_numpy()[taken], k] = here["value"].to_numpy()[taken]
    return out
