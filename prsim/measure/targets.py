"""Targets: what each run achieved against the plan's KPIs."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from prsim.measure.tables import Entries, Observations
from prsim.scenario.plan import Target

if TYPE_CHECKING:
    import pandas as pd

type Series = pd.DataFrame | Observations
type Events = pd.DataFrame | Entries

END_DAYS = 14.0
CONTENT_DAYS = 60.0  # content appears too seldom for shorter times
RATES = ("complaints",)  # recorded per day
CUMULATIVE = (
    "participants", "conversions", "churn", "reach", "media_items", "hot_search_hours", "engagement",
)  # fmt: skip
CONTENT_RATES = {  # metric -> counts whose ratio it is
    "interaction_rate": ("content_interactions", "content_exposures"),
    "completion": ("content_read", "content_shown"),
    "reach_precision": ("content_on_target", "content_aimed"),
}


def series_of(series: Series, metric: str, segment: str = "all") -> tuple[np.ndarray, np.ndarray]:
    """Times (h) and values of a metric of the whole audience, or of one segment."""
    if isinstance(series, Observations):
        return series.of(metric, segment)
    rows = series[(series["metric"] == metric) & (series["segment"] == segment)]
    return rows["time_h"].to_numpy(), rows["value"].to_numpy()


def weighted_share(series: Series, metric: str, since_h: float, segment: str = "all") -> float:
    """A share of posts over a time, weighted by the posts: not the mean of shares of quiet and loud intervals."""
    parts = {}
    for name in ("negative", "neutral", "positive"):
        t, v = series_of(series, f"mentions_{name}", segment)
        parts[name] = float(v[t > since_h].sum())
    if metric == "negative_share":
        total = sum(parts.values())
        return parts["negative"] / total if total else math.nan
    total = parts["negative"] + parts["positive"]
    return parts["positive"] / total if total else math.nan


def content_rate(series: Series, metric: str, lo_h: float, hi_h: float) -> float:
    """A rate of the brand's own content over a time: a ratio of sums, not the mean of ratios."""
    above, below = CONTENT_RATES[metric]
    t, shown = series_of(series, below)
    _, acted = series_of(series, above)
    inside = (t > lo_h) & (t <= hi_h)
    total = float(shown[inside].sum())
    return float(acted[inside].sum()) / total if total > 0 else math.nan


def first_response(events: Events) -> float:
    """Mean time (h) from detection to the first response; nan where nobody responded."""
    hours = np.array(
        [v for kind, v in zip(events["kind"], events["value"], strict=True) if kind == "first_response"]
    )
    return float(hours.mean()) if len(hours) else math.nan


def resolved_in_time(events: Events, horizon_h: float, resolve_h: float) -> float:
    """Share of the incidents noticed, and begun early enough, that were resolved in time and stayed so."""
    began: list[str] = []
    noticed: set[str] = set()
    took: dict[str, float] = {}  # incidents that are resolved as things stand
    rows = zip(*(events[column] for column in ("time_h", "kind", "subject", "value")), strict=True)
    for time_h, kind, subject, value in rows:
        if kind == "incident" and time_h <= horizon_h - resolve_h:
            began.append(subject)
        elif kind == "detected":
            noticed.add(subject)  # what nobody notices is no case
        elif kind == "resolved":
            took[subject] = value
        elif kind == "reopened":
            took.pop(subject, None)
    cases = [subject for subject in began if subject in noticed]
    return float(np.mean([took.get(case, math.inf) <= resolve_h for case in cases])) if cases else math.nan


def achieved(target: Target, series: Series, events: Events, horizon_h: float, resolve_h: float) -> float:
    """Value of one run to be held against a target; nan where the run does not say.

    A relative target is judged as the change against the median of the first two weeks (a total: of its mean).
    """
    if target.metric == "first_response_h":
        return first_response(events)
    if target.metric == "resolved_48h":
        return resolved_in_time(events, horizon_h, resolve_h)
    if target.metric in CONTENT_RATES:
        span = min(CONTENT_DAYS * 24.0, horizon_h / 2.0)
        value = content_rate(
            series, target.metric, horizon_h - span if target.over == "end" else 0.0, horizon_h
        )
        if not target.relative:
            return value
        early = content_rate(series, target.metric, 0.0, span)
        return value / early - 1.0 if early > 0 else math.nan
    segment = target.segment or "all"
    since = horizon_h - END_DAYS * 24.0 if target.over == "end" else 0.0
    if target.metric in ("negative_share", "positive_share") and target.over in ("end", "mean"):
        value = weighted_share(series, target.metric, since, segment)
        _, early_values = series_of(series, target.metric, segment)
        early = float(
            np.median(early_values[: max(1, round(len(early_values) * END_DAYS * 24.0 / horizon_h))])
        )
    else:
        t, v = series_of(series, target.metric, segment)
        if not len(v):
            return math.nan
        early = float(np.median(v[t <= END_DAYS * 24.0])) if (t <= END_DAYS * 24.0).any() else math.nan
        if target.metric in CUMULATIVE or target.metric == "media_positive_share":
            value = float(v[-1])
        elif target.over == "total" and not target.relative:
            value = float(v.mean()) * horizon_h / 24.0 if target.metric in RATES else float(v.sum())
        elif target.over == "max":
            value = float(v.max())
        else:
            value = float(v[t >= since].mean()) if (t >= since).any() else float(v[-1])
    if not target.relative:
        return value
    return value / early - 1.0 if early else math.nan


def baseline(target: Target, series: Series) -> float:
    """The value a target starts from: the median of the first two weeks."""
    t, v = series_of(series, target.metric, target.segment or "all")
    early = v[t <= END_DAYS * 24.0]
    return float(np.median(early)) if len(early) else math.nan


def met(target: Target, value: float) -> bool:
    """Whether a value meets a target."""
    return value >= target.value if target.op == ">=" else value <= target.value


def quantiles(values: np.ndarray) -> Mapping[str, float]:
    """Mean and the quantiles that bands are made of."""
    good = values[np.isfinite(values)]
    names = {"q025": 0.025, "q10": 0.1, "q25": 0.25, "q50": 0.5, "q75": 0.75, "q90": 0.9, "q975": 0.975}
    if not len(good):
        return {"mean": math.nan, **dict.fromkeys(names, math.nan)}
    points = np.quantile(good, list(names.values())).tolist()
    return {"mean": float(good.mean()), **dict(zip(names, points, strict=True))}
