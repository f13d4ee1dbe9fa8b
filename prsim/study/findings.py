"""What a study says: differences from a reference point, the best points, the response-time curve."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from prsim.errors import StudyRefused
from prsim.statistics.differences import paired_differences
from prsim.study.candidates import Candidate
from prsim.study.comparison import best_rows, difference_rows
from prsim.study.measures import Measure, headline
from prsim.study.opened import Study
from prsim.study.paired_runs import stored_values
from prsim.study.response_curve import DELAY, response_curve

if TYPE_CHECKING:
    pass

__all__ = ["findings"]

_RESAMPLES = 2000


def findings(
    study: Study, *, reference: int | None = None, measures: Sequence[Measure] = (), level: float = 0.95
) -> dict[str, Any]:
    """The statistics that the report of a study shows.

    Parameters
    ----------
    reference
        Point that the others are compared with; the first if None.
    measures
        The headline measures and targets if empty.
    level
        Of the intervals.

    Returns
    -------
    dict
        ``reference`` (number of the point); ``differences`` from it, a row for each other point and measure (``point``
        and the columns of :class:`prsim.study.comparison.Comparison`); ``best``, a mapping for each measure (``point,
        undecided``: points that may be better); ``curve`` and ``knees`` of a study that varies the delay (see
        :func:`prsim.study.response_curve.response_curve`); ``notes``. Empty tables where there is too little.
    """
    import pandas as pd

    points = [int(point) for point in study.points["point"]]
    reference = points[0] if reference is None else reference
    order = [reference, *(point for point in points if point != reference)]
    found: dict[str, Any] = {"reference": reference, "differences": pd.DataFrame(), "best": [], "notes": []}
    if len(order) > 1 and study.counts.done:
        found |= _compared(study, order, measures, level)
    if DELAY in study.points:
        try:
            curve = response_curve(study, level=level)
        except StudyRefused:
            return found
        knees = curve.knees[curve.knees["axis"] == "linear"]  # where another hour costs most
        found |= {"curve": curve.curve, "knees": knees.reset_index(drop=True)}
        found["notes"] += curve.notes
    return found


def _compared(
    study: Study, order: Sequence[int], measures: Sequence[Measure], level: float
) -> dict[str, Any]:
    measures = measures or headline(study.experiment.scenario.targets)
    candidates = [Candidate(str(point), None, study, point) for point in order]
    values, _, notes = stored_values(candidates, measures)
    known = [k for k in range(len(measures)) if np.isfinite(values[:, :, k]).any()]
    measures, values = [measures[k] for k in known], values[:, :, known]
    others = range(1, len(order))
    a = np.concatenate([values[i] for i in others], axis=1)
    b = np.concatenate([values[0]] * len(others), axis=1)
    pairs = [(i, 0) for i in others]
    differences = paired_differences(a, b, level=level, resamples=_RESAMPLES)
    rows = difference_rows(order, measures, values, pairs, differences)
    return {
        "differences": rows.rename(columns={"plan": "point"}),
        "best": best_rows(order, measures, values, level)
        .rename(columns={"plan": "point"})
        .to_dict("records"),
        "notes": notes,
    }
