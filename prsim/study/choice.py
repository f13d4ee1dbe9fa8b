"""Which of several plans to take: runs go to those that are hard to tell apart."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from prsim.errors import ConfigError
from prsim.scenario.overrides import Overrides
from prsim.statistics.selection import Selection, kim_nelson, ocba
from prsim.study.candidates import Given
from prsim.study.comparison import FIRST_LOOK, MOST_RUNS, prepare
from prsim.study.measures import Measure
from prsim.study.paired_runs import LiveRuns
from prsim.study.workers import available_cores

__all__ = ["Choice", "choose_best"]

_BATCH = 10  # replicates asked for at a time: processes are started for each batch

type Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Choice:
    """The best of several plans.

    Attributes
    ----------
    plans
        Their names.
    measure
        What they were judged by.
    method
        ``kn`` or ``ocba``.
    within
        KN: the difference from which on it matters which plan is taken; nan with OCBA.
    best
        Name of the plan chosen.
    left
        Plans that were not ruled out.
    runs, means
        Runs of each plan, and the mean of the measure over them.
    done
        Whether the procedure came to its end within its runs.
    chance
        KN: the probability asked for, if ``done``: that the choice is right if it matters. OCBA: the estimated
        probability that the choice is right.
    notes
        What a reader should know.
    """

    plans: tuple[str, ...]
    measure: Measure
    method: Literal["kn", "ocba"]
    within: float
    best: str
    left: tuple[str, ...]
    runs: tuple[int, ...]
    means: tuple[float, ...]
    done: bool
    chance: float
    notes: tuple[str, ...]


def choose_best(
    plans: Sequence[Given],
    metric: str,
    *,
    segment: str = "all",
    within: float | None = None,
    runs: int = 200,
    level: float = 0.95,
    workers: int = 1,
    overrides: Overrides = (),
    progress: Callable[[float, int], None] | None = None,
) -> Choice:
    """Find the best of several plans with few runs.

    With ``within``, by the procedure KN (Kim & Nelson 2001): all plans are run on the same seeds, and one that is
    clearly behind is left out, until one is left. Without, by OCBA (Chen et al. 2000): a budget of ``runs`` times the
    number of plans is given to those between which the decision lies.

    Parameters
    ----------
    plans
        Two or more that are run now (see :func:`prsim.compare`).
    metric
        As in :func:`prsim.compare`; it is known of it whether more is better.
    within
        Difference in the metric from which on it matters which plan is taken.
    runs
        KN: runs of a plan at most. OCBA: runs per plan on average.
    level
        KN: probability of a right choice.

    Raises
    ------
    ConfigError
        For plans, metrics and numbers that cannot be used, and if a run has no value of the metric.
    prsim.errors.RunFailed
        If a run fails.
    """
    candidates, (measure, *_), notes = prepare(plans, [metric], [segment], overrides)
    if any(c.study for c in candidates):
        raise ConfigError.of("plans", "stored runs are compared, not added to; name plans that can be run")
    if not measure.better:
        raise ConfigError.of(
            "metric", f"of {metric} neither more nor less is better; name another", given=metric
        )
    if within is not None and not (math.isfinite(within) and within > 0):
        raise ConfigError.of("within", f"{within:g} is no difference; it is above zero")
    if not FIRST_LOOK <= runs <= MOST_RUNS or not 0.5 <= level < 1.0:
        what = f"{runs} runs of a plan at a level of {level:g}"
        raise ConfigError.of("runs", what, allowed=f"{FIRST_LOOK} … {MOST_RUNS:,} runs, level 0.5 … below 1")
    live = LiveRuns(candidates, [measure], workers, progress)
    sign = -1.0 if measure.better == "lower" else 1.0

    def values(chosen: Sequence[int], begin: int, end: int) -> Floats:
        found = sign * live.values(chosen, range(begin, end))[:, :, 0].T
        if not np.isfinite(found).all():
            r, i = np.argwhere(~np.isfinite(found))[0]
            what = f"{candidates[chosen[i]].name} with seed {live.seed + begin + r} has no value of {measure}"
            raise ConfigError.of("metric", what)
        return found

    made: Selection
    if within is None:
        made = ocba(
            lambda i, begin, end: values([i], begin, end)[:, 0],
            len(candidates),
            runs * len(candidates),
            first=FIRST_LOOK,
        )
    else:
        made = kim_nelson(
            values,
            len(candidates),
            within,
            confidence=level,
            first=FIRST_LOOK,
            most=runs,
            batch=max(_BATCH, workers or available_cores()),
        )
    names = tuple(c.name for c in candidates)
    return Choice(
        plans=names,
        measure=measure,
        method="ocba" if within is None else "kn",
        within=math.nan if within is None else within,
        best=names[made.best],
        left=tuple(names[i] for i in made.left),
        runs=made.runs,
        means=tuple(sign * mean for mean in made.means),
        done=made.done,
        chance=made.chance,
        notes=tuple(notes),
    )
