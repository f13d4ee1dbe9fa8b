"""Which plan is better, and how sure that is: paired differences with honest intervals."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from prsim.errors import ConfigError, Problem
from prsim.scenario.names import nearest
from prsim.scenario.overrides import Overrides
from prsim.scenario.plan import Target
from prsim.scenario.root import Scenario
from prsim.statistics.differences import Difference, paired_differences
from prsim.statistics.selection import could_be_best
from prsim.statistics.sequential import look_times, replicate
from prsim.study.candidates import Candidate, Given, candidates_of
from prsim.study.measures import Measure, headline, measures_of
from prsim.study.paired_runs import LiveRuns, stored_values

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Comparison", "best_rows", "compare", "difference_rows", "prepare"]

type Floats = NDArray[np.float64]
type Progress = Callable[[float, int], None]

FIRST_LOOK = 10  # pairs; fewer say little of how much the difference varies
MOST_RUNS = 100_000


@dataclass(frozen=True, slots=True)
class Comparison:
    """Plans compared in pairs of runs on the same luck.

    Attributes
    ----------
    plans
        Names of the plans; the others are compared with the first.
    differences : DataFrame
        A row for each other plan, segment and measure: ``plan`` (the first), ``against`` (the other), ``segment,
        metric, statistic, unit, better``, ``value`` and ``value_against`` (means of the runs compared), then the
        fields of :class:`~prsim.statistics.differences.Difference` (of plan − against), ``p_better`` (chance that the
        first plan is the better one in the mean; nan where neither way is better), and for targets ``goal``, ``met``
        and ``met_against`` (shares of runs).
    best : DataFrame
        ``segment, metric, statistic, plan, undecided``: the plan with the best mean and the plans that may be better
        than it, with the best among all of these at the level of the comparison, measure by measure.
    values : DataFrame
        ``plan, seed, segment, metric, statistic, value`` of every run compared.
    pairs
        Runs of each plan.
    looks
        Numbers of pairs after which sampling might have ended; one if it was fixed before.
    enough
        Whether it ended because the question was answered, and not because the runs were used up.
    level
        Probability that all simultaneous intervals hold together.
    notes
        What a reader should know.
    """

    plans: tuple[str, ...]
    differences: pd.DataFrame
    best: pd.DataFrame
    values: pd.DataFrame
    pairs: int
    looks: tuple[int, ...]
    enough: bool
    level: float
    notes: tuple[str, ...]


def compare(
    plans: Sequence[Given],
    *,
    metrics: Sequence[str] = (),
    segments: Sequence[str] = ("all",),
    precision: float | None = None,
    runs: int = 40,
    level: float = 0.95,
    workers: int = 1,
    overrides: Overrides = (),
    progress: Progress | None = None,
) -> Comparison:
    """Compare plans in pairs of runs: the same seeds, so that differences are not luck.

    Plans that are run now are run until every difference asked for is clear, or has the precision that is asked for, or
    ``runs`` pairs are made; it is looked at after 10, 20, 40 … pairs. The intervals hold whenever that ends, and all
    of them together.

    Parameters
    ----------
    plans
        Two or more: scenarios, names or files of scenarios (with changes: ``"NAME:key=value,key=value"``); or studies,
        their folders, or points of them (``"DIR:point"``). The others are compared with the first.
    metrics
        ``"nps"``, ``"nps.trough"``, ``"target.NAME"``; headline metrics and all targets where empty.
    segments
        ``all`` and segments of the audience.
    precision
        Half-width of the intervals that is enough, in the unit of the metrics asked for.
    runs
        Runs of each plan at most.
    level
        Probability that all intervals hold.
    workers
        Processes; 0 takes as many as there are cores. The results do not depend on it.
    overrides
        Changes of all scenarios.
    progress
        Told how many runs are done and how many have been asked for.

    Raises
    ------
    ConfigError
        For plans, metrics, segments and numbers that cannot be used, and if there is nothing to compare.
    prsim.errors.RunFailed
        If a run fails.
    """
    candidates, measures, notes = prepare(plans, metrics, segments, overrides)
    _check(precision, runs, level, bool(metrics))
    names = tuple(c.name for c in candidates)
    others = range(1, len(candidates))

    def sides(values: Floats) -> tuple[Floats, Floats]:
        a = np.concatenate([values[0]] * len(others), axis=1)
        return a, np.concatenate([values[i] for i in others], axis=1)

    if candidates[0].study is not None:
        values, seeds, more = stored_values(candidates, measures)
        notes += more
        looks: tuple[int, ...] = (values.shape[1],)
        found, enough = paired_differences(*sides(values), level=level), True
    else:
        live = LiveRuns(candidates, measures, workers, progress)
        looks = look_times(FIRST_LOOK, runs)
        everyone = range(len(candidates))
        made = replicate(
            lambda begin, end: sides(live.values(everyone, range(begin, end))),
            looks,
            lambda d: _enough(d, precision),
            level=level,
        )
        found, enough = made.differences, made.enough
        values = live.values(everyone, range(made.pairs))
        seeds = [live.seed + r for r in range(made.pairs)]
    pairs = [(0, i) for i in others]
    rows = difference_rows(names, measures, values, pairs, found)
    rows = rows[rows["n"] > 0].reset_index(drop=True)
    notes += _gaps(rows, measures, values, bool(metrics))
    return Comparison(
        plans=names,
        differences=rows,
        best=best_rows(names, measures, values, level),
        values=_long(names, seeds, measures, values),
        pairs=values.shape[1],
        looks=looks,
        enough=enough,
        level=level,
        notes=tuple(notes),
    )


def prepare(
    plans: Sequence[Given], metrics: Sequence[str], segments: Sequence[str], overrides: Overrides = ()
) -> tuple[list[Candidate], list[Measure], list[str]]:
    """The plans, what they are compared by, and what is to be known of them.

    Raises
    ------
    ConfigError
        For plans, metrics and segments that cannot be used.
    """
    candidates = candidates_of(plans, overrides)
    scenarios = [_scenario_of(c) for c in candidates]
    targets = _shared([s.targets for s in scenarios])
    for segment in segments:
        known = ["all", *_shared([s.segments for s in scenarios])]
        if segment not in known:
            what = f"not all plans have a segment {segment!r}"
            raise ConfigError.of("segment", what, given=segment, nearest=nearest(segment, known))
    measures = measures_of(metrics, segments, targets) if metrics else headline(targets, segments)
    return candidates, measures, _unlike(candidates, scenarios, targets)


def difference_rows(
    names: Sequence[Any],
    measures: Sequence[Measure],
    values: Floats,
    pairs: Iterable[tuple[int, int]],
    found: Sequence[Difference],
) -> pd.DataFrame:
    """Differences as a tidy table, see :class:`Comparison`.

    Parameters
    ----------
    values : float64[plans, n, measures]
    pairs
        (plan, the one that it is compared with), in the order of ``found``; each with all measures.
    """
    import pandas as pd

    keys = [(i, j, k) for i, j in pairs for k in range(len(measures))]
    rows = []
    for (i, j, k), d in zip(keys, found, strict=True):
        measure = measures[k]
        both = np.isfinite(values[i, :, k]) & np.isfinite(values[j, :, k])
        a, b = values[i, both, k], values[j, both, k]
        p_better = {"higher": d.p_higher, "lower": 1.0 - d.p_higher}.get(measure.better, math.nan)
        rows.append(
            {
                "plan": names[i],
                "against": names[j],
                **_labels(measure),
                "unit": measure.unit,
                "better": measure.better,
                "value": float(a.mean()) if len(a) else math.nan,
                "value_against": float(b.mean()) if len(b) else math.nan,
                **dataclasses.asdict(d),
                "p_better": p_better,
                "goal": measure.goal,
                "met": measure.met(a),
                "met_against": measure.met(b),
            }
        )
    return pd.DataFrame(rows)


def best_rows(
    names: Sequence[Any], measures: Sequence[Measure], values: Floats, level: float = 0.95
) -> pd.DataFrame:
    """The best plan by each measure that has a better side, see :class:`Comparison`."""
    import pandas as pd

    rows = []
    for k, measure in enumerate(measures):
        x = values[:, :, k].T * (-1.0 if measure.better == "lower" else 1.0)
        x = x[np.isfinite(x).all(axis=1)]
        if not measure.better or not len(x):
            continue
        best = int(x.mean(axis=0).argmax())
        maybe = [names[i] for i in np.flatnonzero(could_be_best(x, level)).tolist() if i != best]
        rows.append({**_labels(measure), "plan": names[best], "undecided": maybe, "n": len(x)})
    return pd.DataFrame(rows, columns=["segment", "metric", "statistic", "plan", "undecided", "n"])


def _labels(measure: Measure) -> dict[str, str]:
    return {"segment": measure.segment, "metric": measure.metric, "statistic": measure.statistic}


def _check(precision: float | None, runs: int, level: float, asked: bool) -> None:
    problems = []
    if precision is not None and not (math.isfinite(precision) and precision > 0):
        problems.append(Problem("precision", f"{precision:g} is no half-width; it is above zero"))
    if precision is not None and not asked:
        problems.append(Problem("precision", "is in the unit of a metric; name the metric too"))
    if not 2 <= runs <= MOST_RUNS:
        problems.append(Problem("runs", f"{runs} runs of each plan", str(runs), f"2 … {MOST_RUNS:,}"))
    if not 0.5 <= level < 1.0:
        problems.append(Problem("level", f"{level:g} is out of range", f"{level:g}", "0.5 … below 1"))
    if problems:
        raise ConfigError(problems)


def _enough(found: Sequence[Difference], precision: float | None) -> bool:
    """Whether everything that varies is clear, or precise enough."""
    varies = [d for d in found if d.n and d.sd > 0]
    if precision is not None:
        return all(d.half_width <= precision for d in varies)
    return all(d.told for d in varies)


def _scenario_of(candidate: Candidate) -> Scenario:
    if candidate.scenario is not None:
        return candidate.scenario
    assert candidate.study is not None
    return candidate.study.experiment.scenario


def _shared[T](parts: Sequence[Mapping[str, T]]) -> dict[str, T]:
    """Entries of the first that all others have too."""
    return {name: value for name, value in parts[0].items() if all(name in part for part in parts)}


def _unlike(
    candidates: Sequence[Candidate], scenarios: Sequence[Scenario], targets: Mapping[str, Target]
) -> list[str]:
    """What makes plans hard to compare."""
    notes = []
    first = scenarios[0]
    for candidate, other in zip(candidates, scenarios, strict=True):
        if other.horizon_days != first.horizon_days:
            notes.append(
                f"{candidate.name} runs for {other.horizon_days:g} days, {candidates[0].name} for "
                f"{first.horizon_days:g}: means and totals are over different times."
            )
        if (other.population, other.segments) != (first.population, first.segments):
            notes.append(
                f"{candidate.name} has another audience than {candidates[0].name}: luck does not cancel out."
            )
        moved = [name for name in targets if other.targets[name] != first.targets[name]]
        if moved:
            notes.append(f"Targets differ ({', '.join(moved)}); those of {candidates[0].name} are used.")
    return list(dict.fromkeys(notes))


def _gaps(rows: pd.DataFrame, measures: Sequence[Measure], values: Floats, asked: bool) -> list[str]:
    """Notes on what has no value; refuses a comparison of nothing."""
    there = set(zip(rows["segment"], rows["metric"], rows["statistic"], strict=True))
    missing = [measure for measure in measures if measure.key not in there]
    if missing and (asked or not there):
        what = f"no pair of runs has a value of {', '.join(map(str, missing))}; there is nothing to compare"
        raise ConfigError.of("metric", what)
    notes = [f"No pair of runs has a value of {', '.join(map(str, missing))}; left out."] if missing else []
    for k, measure in enumerate(measures):
        lost = int((~np.isfinite(values[:, :, k])).any(axis=0).sum())
        if lost and measure not in missing:
            notes.append(f"{measure}: {lost} of {values.shape[1]} pairs have no value and are left out.")
    return notes


def _long(
    names: Sequence[str], seeds: Sequence[int], measures: Sequence[Measure], values: Floats
) -> pd.DataFrame:
    import pandas as pd

    index = pd.MultiIndex.from_product(
        [names, seeds, range(len(measures))], names=["plan", "seed", "measure"]
    )
    table = pd.Series(values.ravel(), index, name="value").reset_index()
    for part in ("segment", "metric", "statistic"):
        table[part] = [getattr(measures[k], part) for k in table["measure"]]
    return table[["plan", "seed", "segment", "metric", "statistic", "value"]]
