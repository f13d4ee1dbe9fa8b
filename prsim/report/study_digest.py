"""What a study's report is made of, typed: factors, points, and the results of every point in every replicate."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import stdtrit

from prsim.report.parts import Title, number, text
from prsim.statistics.selection import could_be_best

__all__ = [
    "BY_CHANCE",
    "MEASURES",
    "Best",
    "Factor",
    "Measure",
    "Result",
    "StudyDigest",
    "mean_interval",
    "read_study",
]

Floats = NDArray[np.float64]

_COLUMNS = {
    "points": ("point",),
    "runs": ("point", "replicate", "status"),
    "summaries": ("point", "replicate", "segment", "metric", "statistic", "value"),
    "incidents": ("point", "replicate", "incident"),
    "bands": ("point", "segment", "metric", "time_h", "q10", "q50", "q90"),
}
BY_CHANCE = ("incident", "ambient", "competitor")  # beginnings of factors that nobody chooses
_MOST_CASES = 6
_MOST_STRATEGIES = 7  # as many as there are colours


@dataclass(frozen=True, slots=True)
class Measure:
    """A result that plans are judged by: what is measured, how a run is summed up, which way is better."""

    metric: str
    statistic: str
    higher: bool

    @property
    def sign(self) -> float:
        """1 where more is better, else −1."""
        return 1.0 if self.higher else -1.0


MEASURES = (
    Measure("nps", "mean", True),
    Measure("sentiment", "mean", True),
    Measure("negative_share", "mean", False),
    Measure("trust", "end", True),
    Measure("satisfaction", "mean", True),
    Measure("complaints", "mean", False),
    Measure("hot_search_hours", "end", False),
)


@dataclass(frozen=True)
class Factor:
    """Something that is varied; `levels` has one entry a point, `chosen` says whether a plan decides on it."""

    title: Title
    unit: str
    scale: str
    levels: tuple[Any, ...]
    chosen: bool

    @property
    def name(self) -> str:
        """Column of the points table."""
        return self.title.ident

    @property
    def category(self) -> bool:
        """Whether the levels are names."""
        return self.scale == "category"

    @property
    def log(self) -> bool:
        """Whether it belongs on a logarithmic axis."""
        return self.scale == "log" and float(np.nanmin(self.numbers)) > 0.0

    @cached_property
    def numbers(self) -> Floats:
        """The levels as numbers; those of a category are its places in order of appearance."""
        if self.category:
            order = {level: place for place, level in enumerate(self.distinct)}
            return np.array([order[level] for level in self.levels], dtype=np.float64)
        return np.array([number(level) for level in self.levels], dtype=np.float64)

    @cached_property
    def distinct(self) -> list[Any]:
        """The levels that occur: names in order of appearance, numbers ascending."""
        found = list(dict.fromkeys(self.levels))
        return found if self.category else sorted(found)


@dataclass(frozen=True, slots=True)
class Result:
    """A measure of every point: one value a replicate, shape (points, replicates), NaN where there is none."""

    measure: Measure
    values: Floats
    mean: Floats
    lo: Floats
    hi: Floats


@dataclass(frozen=True, slots=True)
class Best:
    """The point with the best mean on a measure, and those that the runs cannot rule out as the best."""

    measure: Measure
    index: int
    others: int
    undecided: tuple[int, ...]
    replicates: int


def mean_interval(values: Floats, level: float = 0.95) -> tuple[Floats, Floats, Floats]:
    """Mean over the last axis with its Student interval, leaving out NaN; no interval from fewer than two.

    For the bands of a drawing, each around a mean of its own. It says nothing of the difference of two means: that is
    :func:`prsim.statistics.differences.paired_difference`.

    Parameters
    ----------
    values
        Shape (…, replicates).
    level
        Coverage of the interval.

    Returns
    -------
    tuple of ndarray
        mean, lower and upper end.
    """
    known = np.isfinite(values)
    n = known.sum(axis=-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(n > 0, np.where(known, values, 0.0).sum(axis=-1) / n, np.nan)
        squares = np.where(known, (values - mean[..., None]) ** 2, 0.0).sum(axis=-1)
        half = np.sqrt(squares / (n - 1.0) / n) * stdtrit(np.maximum(n - 1.0, 1.0), 0.5 + level / 2)
    half = np.where(n > 1, half, np.nan)
    return mean, mean - half, mean + half


@dataclass(frozen=True)
class StudyDigest:
    """A study as its report needs it. Points are known by their place in `points`, not by their number."""

    facts: Mapping[str, Any]
    points: tuple[int, ...]
    factors: tuple[Factor, ...]
    replicates: int
    common: bool
    results: Mapping[str, Result]
    runs: Mapping[str, int]
    reference: int | None
    failed: pd.DataFrame
    incidents: pd.DataFrame
    bands: pd.DataFrame
    targets: Mapping[str, Floats]

    @property
    def shown(self) -> list[Result]:
        """The results in the order of `MEASURES`, the headline first."""
        return [self.results[m.metric] for m in MEASURES if m.metric in self.results]

    @cached_property
    def varied(self) -> list[Factor]:
        """The factors with more than one level."""
        return [factor for factor in self.factors if len(factor.distinct) > 1]

    @cached_property
    def split(self) -> list[Factor]:
        """The lines of the budget that are varied together: at least three, with a constant sum."""
        lines = [factor for factor in self.varied if factor.name.startswith("budget.split.")]
        if len(lines) < 3:
            return []
        total = np.sum([factor.numbers for factor in lines], axis=0)
        return lines if np.ptp(total) < 1e-6 else []

    def cases(self) -> list[tuple[tuple[Any, ...], list[int]]] | None:
        """Points by the levels of what nobody chooses (an incident, a rate); None where such cases are too many."""
        given = [factor for factor in self.varied if not factor.chosen]
        found: dict[tuple[Any, ...], list[int]] = {}
        for index in range(len(self.points)):
            found.setdefault(tuple(factor.levels[index] for factor in given), []).append(index)
        if len(found) > _MOST_CASES or len(found) == len(self.points) > 1:
            return None
        return list(found.items())

    @cached_property
    def comparable(self) -> bool:
        """Whether every point is a plan for the same circumstances, so that one can be the best."""
        cases = self.cases()
        return cases is not None and len(cases) == 1

    def place(self, point: float) -> int | None:
        """Where a point stands, by its number; None for one that is not in the table."""
        return self.points.index(int(point)) if point in self.points else None

    def order(self, result: Result) -> list[int]:
        """The points with a result, the best first."""
        worth = result.measure.sign * result.mean
        return [int(i) for i in np.argsort(-worth, kind="stable") if math.isfinite(worth[i])]

    def best(self, result: Result, among: Sequence[int] | None = None) -> Best | None:
        """The point with the best mean, and which others may be the best as well.

        A point is ruled out where :func:`~prsim.statistics.selection.could_be_best` does so: with at least 95 % the
        truly best one is not. ``facts["best"]``, which says the same of all points, takes precedence where it covers
        the measure.
        """
        wanted = set(range(len(self.points)) if among is None else among)
        ranked = [index for index in self.order(result) if index in wanted]
        if not ranked:
            return None
        if among is None:
            given = self._given_best(result.measure, len(ranked) - 1)
            if given is not None:
                return given
        first, others = ranked[0], ranked[1:]
        replicates = int(np.isfinite(result.values[first]).sum())
        if not others:
            return Best(result.measure, first, 0, (), replicates)
        maybe = could_be_best(result.measure.sign * result.values[ranked].T)[1:]
        unsure = tuple(index for index, kept in zip(others, maybe, strict=True) if kept)
        return Best(result.measure, first, len(others), unsure, replicates)

    def _given_best(self, measure: Measure, others: int) -> Best | None:
        for row in self.facts.get("best") or ():
            said = (row["metric"], row["statistic"], row.get("segment", "all"))
            index = self.place(row["point"])
            if said == (measure.metric, measure.statistic, "all") and index is not None:
                unsure = tuple(i for i in map(self.place, row["undecided"]) if i is not None)
                return Best(measure, index, others, unsure, int(row.get("n", self.replicates)))
        return None

    @property
    def failures(self) -> list[Mapping[str, Any]]:
        """The runs that failed: from the facts, else from the table of runs."""
        return list(self.facts.get("failures") or self.failed.to_dict("records"))

    def given(self, key: str) -> pd.DataFrame:
        """Rows among the facts, as a table; empty where there are none."""
        rows = self.facts.get(key)
        return rows if isinstance(rows, pd.DataFrame) else pd.DataFrame(list(rows or ()))

    @cached_property
    def curve(self) -> pd.DataFrame:
        """Damage over hours of delay; at most as many strategies as there are colours."""
        table = self.given("curve")
        return table[table["strategy"].isin(_first(table["strategy"]))] if len(table) else table

    @cached_property
    def knees(self) -> pd.DataFrame:
        """Where another hour costs most: the rows of the linear axis where there are others, without empty ones."""
        table = self.given("knees")
        if not len(table):
            return table
        table = table[table["axis"] == "linear"] if "axis" in table.columns else table
        ends = ["hours", "lo", "hi"]
        return table.assign(**{end: pd.to_numeric(table[end], errors="coerce") for end in ends}).dropna(
            subset=ends
        )

    @property
    def strategies_left_out(self) -> int:
        """How many strategies of the curve there is no colour for."""
        table = self.given("curve")
        return table["strategy"].nunique() - self.curve["strategy"].nunique() if len(table) else 0

    def without_luck(self, result: Result) -> Floats:
        """The values without what a replicate did to all points alike, where the points share their seeds.

        What is left differs between points by their levels, so that intervals of it are about differences.
        """
        if not self.common or len(self.points) < 2:
            return result.values
        known = np.isfinite(result.values)
        off = np.where(known, result.values - result.mean[:, None], 0.0).sum(axis=0)
        return np.asarray(result.values - off / np.maximum(known.sum(axis=0), 1))


def _first(names: pd.Series) -> list[Any]:
    """The first few different names."""
    return list(dict.fromkeys(names))[:_MOST_STRATEGIES]


def read_study(tables: Mapping[str, pd.DataFrame], facts: Mapping[str, Any]) -> StudyDigest:
    """The digest of a study's tables and facts.

    Raises
    ------
    ValueError
        When a table that has rows lacks a column.
    """
    found = {name: tables.get(name, pd.DataFrame()) for name in _COLUMNS}
    for name, table in found.items():
        missing = [column for column in _COLUMNS[name] if column not in table.columns]
        if missing and len(table):
            raise ValueError(f"{name} lacks the columns {missing}; it has {list(table.columns)}")
    designed = found["points"]
    if "point" not in designed.columns:
        designed = pd.DataFrame({"point": []})
    points = tuple(int(point) for point in designed["point"])
    status = found["runs"]["status"].value_counts() if len(found["runs"]) else pd.Series(dtype=int)
    replicates = number(facts.get("replicates"))
    results, targets = _results(found["summaries"], points)
    return StudyDigest(
        facts=facts,
        points=points,
        factors=tuple(
            _factor(row, designed) for row in facts.get("factors") or () if row["name"] in designed.columns
        ),
        replicates=int(replicates) if math.isfinite(replicates) else 0,
        common=bool(facts.get("common", True)),
        results=results,
        runs={str(name): int(count) for name, count in status.items()},
        reference=_reference(facts, points),
        failed=found["runs"][found["runs"]["status"] == "failed"] if len(found["runs"]) else found["runs"],
        incidents=found["incidents"],
        bands=found["bands"],
        targets=targets,
    )


def _factor(row: Mapping[str, Any], designed: pd.DataFrame) -> Factor:
    name = text(row["name"])
    scale = text(row.get("scale")) or "linear"
    levels: list[Any] = [None if pd.isna(level) else level for level in designed[name].tolist()]
    if scale != "category" and not all(math.isfinite(number(level)) for level in levels):
        scale = "category"
    chosen = bool(row.get("chosen", not name.startswith(BY_CHANCE)))
    kept = tuple(text(level) for level in levels) if scale == "category" else tuple(map(number, levels))
    return Factor(Title.of(row, "name"), text(row.get("unit")), scale, kept, chosen)


def _reference(facts: Mapping[str, Any], points: tuple[int, ...]) -> int | None:
    """The point that the differences are differences from: named, or the only one they leave out."""
    if facts.get("reference") is not None:
        return points.index(int(facts["reference"])) if int(facts["reference"]) in points else None
    given = facts.get("differences")
    rows = given if isinstance(given, pd.DataFrame) else pd.DataFrame(list(given or ()))
    compared = {int(point) for point in rows["point"]} if len(rows) else set()
    left_out = [index for index, point in enumerate(points) if point not in compared]
    return left_out[0] if compared and len(left_out) == 1 else None


def _results(summaries: pd.DataFrame, points: tuple[int, ...]) -> tuple[dict[str, Result], dict[str, Floats]]:
    """Results by metric, and whether each target was met, as points × replicates."""
    if not len(summaries):
        return {}, {}
    rows = summaries[summaries["segment"].astype(object).to_numpy() == "all"]
    replicates = np.unique(rows["replicate"].to_numpy())
    results, targets = {}, {}
    for (metric, statistic), part in rows.groupby(["metric", "statistic"], observed=True, sort=True):
        wanted = [m for m in MEASURES if (m.metric, m.statistic) == (metric, statistic)]
        target = str(metric).startswith("target.") and statistic == "met"
        if not wanted and not target:
            continue
        place = pd.Index(points).get_indexer(part["point"])
        values = np.full((len(points), len(replicates)), np.nan)
        known = place >= 0
        numbers = part["value"].to_numpy(dtype=np.float64, na_value=np.nan)
        values[place[known], np.searchsorted(replicates, part["replicate"].to_numpy()[known])] = numbers[
            known
        ]
        values[~np.isfinite(values)] = np.nan
        if target:
            targets[str(metric).removeprefix("target.")] = values
        elif np.isfinite(values).any():
            results[str(metric)] = Result(wanted[0], values, *mean_interval(values))
    return results, targets
