"""What plans are compared by: a metric, how a run is summed up in it, and which way is better."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from prsim.errors import ConfigError
from prsim.measure.targets import CUMULATIVE
from prsim.scenario.metrics import METRICS
from prsim.scenario.names import listing, nearest
from prsim.scenario.plan import Target
from prsim.study.summary import EFFECTS

__all__ = ["STATISTICS", "Better", "Measure", "better_of", "headline", "measures_of"]

type Better = Literal["higher", "lower", ""]

STATISTICS = ("mean", "end", "total", "trough", "loss")
_TARGET = "target."
_UNITS = {"1": "index", "complaints": "count", "posts": "count", "items": "count"}
_MORE_IS_BETTER = {
    "nps", "nps_survey", "sentiment", "satisfaction", "awareness", "trust", "favourability", "positive_share",
    "mentions_positive", "media_positive_share", "media_invitation_coverage", "reach", "share_of_voice", "conversions",
    "participants", "engagement", "interaction_rate", "completion", "reach_precision", "followers", "resolved_48h",
}  # fmt: skip
_LESS_IS_BETTER = {
    "negative_share", "mentions_negative", "complaints", "hot_search_hours", "churn", "first_response_h",
    "service_response_h",
}  # fmt: skip
_FALLS = ("trough", "loss")  # how far a metric fell: less is better where more of the metric is


@dataclass(frozen=True, slots=True)
class Measure:
    """One number of a run.

    Attributes
    ----------
    metric
        Name of a metric, or ``target.NAME``.
    statistic
        How a run is summed up: ``mean``, ``end``, ``total``, ``trough``, ``loss``; ``value`` of a target.
    segment
        ``all`` or a segment of the audience.
    unit
        Unit as a reader sees it.
    better
        Whether higher or lower is better; empty where that depends.
    goal
        Value that a target asks for.
    """

    metric: str
    statistic: str
    segment: str = "all"
    unit: str = ""
    better: Better = ""
    goal: float = math.nan

    @property
    def key(self) -> tuple[str, str, str]:
        """``(segment, metric, statistic)``, as studies keep it."""
        return self.segment, self.metric, self.statistic

    def met(self, values: NDArray[np.float64]) -> float:
        """Share of runs that meet the goal; nan where there is none."""
        if math.isnan(self.goal) or not len(values):
            return math.nan
        return float(np.mean(values >= self.goal if self.better == "higher" else values <= self.goal))

    def __str__(self) -> str:
        where = "" if self.segment == "all" else f" of {self.segment}"
        return f"{self.metric}.{self.statistic}{where}"


def better_of(metric: str, statistic: str = "mean") -> Better:
    """Whether more of a metric is better, less, or neither in general."""
    if metric in _LESS_IS_BETTER or (metric in _MORE_IS_BETTER and statistic in _FALLS):
        return "lower"
    return "higher" if metric in _MORE_IS_BETTER else ""


def headline(targets: Mapping[str, Target], segments: Sequence[str] = ("all",)) -> list[Measure]:
    """The measures of the report's table of effects in each of some segments, then the targets."""
    found = [
        _measure(metric, how, segment) for segment in segments for metric, (how, _, _) in EFFECTS.items()
    ]
    return [*found, *(_target(name, targets) for name in targets)]


def measures_of(
    texts: Sequence[str], segments: Sequence[str], targets: Mapping[str, Target]
) -> list[Measure]:
    """Measures by name: ``nps``, ``nps.trough``, ``target.NAME``, each in each segment.

    Raises
    ------
    ConfigError
        For a name that there is not; names the nearest.
    """
    return list(dict.fromkeys(m for text in texts for m in _named(text, segments, targets)))


def _named(text: str, segments: Sequence[str], targets: Mapping[str, Target]) -> list[Measure]:
    if text.startswith(_TARGET):
        name = text.removeprefix(_TARGET)
        if name not in targets:
            raise _unknown(text, [f"{_TARGET}{t}" for t in targets])
        return [_target(name, targets)]
    metric, _, statistic = text.partition(".")
    if metric not in METRICS:
        raise _unknown(text, [*METRICS, *(f"{_TARGET}{t}" for t in targets)])
    usual = EFFECTS[metric][0] if metric in EFFECTS else "end" if metric in CUMULATIVE else "mean"
    if statistic and statistic not in STATISTICS:
        what = f"{statistic!r} is no way to sum up a run; known: {listing(STATISTICS)}"
        raise ConfigError.of("metric", what, given=text, nearest=nearest(statistic, STATISTICS))
    return [_measure(metric, statistic or usual, segment) for segment in segments]


def _unknown(text: str, known: Sequence[str]) -> ConfigError:
    what = f"there is no metric {text!r} (prsim list metrics)"
    return ConfigError.of("metric", what, given=text, nearest=nearest(text, known))


def _measure(metric: str, statistic: str, segment: str) -> Measure:
    unit = EFFECTS[metric][1] if metric in EFFECTS else METRICS[metric].unit
    unit = "index" if metric == "sentiment" else _UNITS.get(unit, unit)
    return Measure(metric, statistic, segment, unit, better_of(metric, statistic))


def _target(name: str, targets: Mapping[str, Target]) -> Measure:
    target = targets[name]
    unit = "ratio" if target.relative else target.unit
    better: Better = "higher" if target.op == ">=" else "lower"
    return Measure(f"{_TARGET}{name}", "value", target.segment or "all", unit, better, target.value)
