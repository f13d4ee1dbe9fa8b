"""The runs that are compared: made when they are asked for, or read from studies; the same seeds for every plan."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from prsim.errors import ConfigError
from prsim.scenario.names import listing
from prsim.scenario.root import Scenario
from prsim.study.api import Job, run_jobs
from prsim.study.candidates import Candidate
from prsim.study.measures import Measure
from prsim.study.summaries import kept_of

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["LiveRuns", "stored_values"]

type Floats = NDArray[np.float64]


class LiveRuns:
    """Runs of several plans, made when they are first asked for.

    Parameters
    ----------
    candidates
        Plans with scenarios. Replicate r of each has the seed of the first plan plus r.
    measures
        What is kept of a run.
    workers
        Processes; 0 takes as many as there are cores.
    progress
        Told how many runs are done (parts of runs among them), and how many have been asked for.
    """

    def __init__(
        self,
        candidates: Sequence[Candidate],
        measures: Sequence[Measure],
        workers: int = 1,
        progress: Callable[[float, int], None] | None = None,
    ) -> None:
        self.candidates, self.measures, self.workers = candidates, measures, workers
        self.seed = _scenario(candidates[0]).seed
        self._progress = progress
        self._values: dict[tuple[int, int], Floats] = {}

    def values(self, plans: Sequence[int], replicates: range) -> Floats:
        """Values of the measures, float64[len(plans), len(replicates), len(measures)]; nan where a run says nothing.

        Raises
        ------
        prsim.errors.RunFailed
            If a run fails; the message names the plan and the seed.
        """
        wanted = [(p, r) for r in replicates for p in plans if (p, r) not in self._values]
        jobs = [Job(self.candidates[p].name, _scenario(self.candidates[p]), self.seed + r) for p, r in wanted]
        before, total = len(self._values), len(self._values) + len(jobs)
        tell = self._progress
        told = None if tell is None else lambda done: tell(before + done, total)
        for i, run in run_jobs(jobs, self.workers, progress=told):
            kept = kept_of(run)
            rows = dict(zip(kept.keys, kept.values.tolist(), strict=True))
            self._values[wanted[i]] = np.array([rows.get(m.key, math.nan) for m in self.measures])
        found = [[self._values[p, r] for r in replicates] for p in plans]
        return np.array(found).reshape(len(plans), len(replicates), len(self.measures))


def _scenario(candidate: Candidate) -> Scenario:
    assert candidate.scenario is not None, "a stored plan is not run"
    return candidate.scenario


def stored_values(
    candidates: Sequence[Candidate], measures: Sequence[Measure]
) -> tuple[Floats, list[int], list[str]]:
    """Values of stored runs, paired by seed; by replicate where the plans do not share seeds.

    Returns
    -------
    float64[plans, n, measures]
        nan where a run says nothing.
    list of int
        Seeds of the first plan.
    list of str
        What is to be known about the pairs.

    Raises
    ------
    ConfigError
        If the plans have no run in common.
    """
    tables = _tables(candidates, measures)
    seeds = [{int(s) for s in table["seed"]} for table in tables]
    common = sorted(set.intersection(*seeds))
    by, notes = "seed", []
    if not common:
        by = "replicate"
        common = sorted(set.intersection(*({int(r) for r in table["replicate"]} for table in tables)))
        notes.append("The plans share no seeds: runs are paired by number, and luck does not cancel out.")
    if not common:
        empty = [c.name for c, table in zip(candidates, tables, strict=True) if not len(table)]
        what = f"no run of {listing(empty)} is done" if empty else "the plans have no run in common"
        raise ConfigError.of("plans", what)
    lost = [len(table) - len(common) for table in tables]
    if any(lost):
        notes.append(
            f"{len(common)} runs that all plans have are compared; {sum(lost)} others, which not all have, are not."
        )
    values = np.array([table.set_index(by).loc[common, list(range(len(measures)))] for table in tables])
    return values, [int(s) for s in tables[0].set_index(by, drop=False).loc[common, "seed"]], notes


def _tables(candidates: Sequence[Candidate], measures: Sequence[Measure]) -> list[pd.DataFrame]:
    """For each candidate ``replicate, seed`` of its runs and a column for each measure, by its number."""
    import pandas as pd

    found: dict[int, tuple[pd.DataFrame, pd.DataFrame]] = {}
    tables = []
    for candidate in candidates:
        study = candidate.study
        assert study is not None, "a plan that is run is not stored"
        if id(study) not in found:
            points = [c.point for c in candidates if c.study is study]
            found[id(study)] = study.runs, _wide(study.summaries, points, measures)
        runs, wide = found[id(study)]
        done = runs[(runs["point"] == candidate.point) & (runs["status"] == "done")]
        index = pd.MultiIndex.from_product([[candidate.point], done["replicate"]])
        values = wide.reindex(index=index, columns=range(len(measures))).reset_index(drop=True)
        tables.append(pd.concat([done[["replicate", "seed"]].reset_index(drop=True), values], axis=1))
    return tables


def _wide(rows: pd.DataFrame, points: Sequence[int], measures: Sequence[Measure]) -> pd.DataFrame:
    """A row for each point and replicate, a column for each measure."""
    number = {measure.key: k for k, measure in enumerate(measures)}
    names = ("segment", "metric", "statistic")
    rows = rows[rows["point"].isin(points)]
    for part, name in enumerate(names):
        rows = rows[rows[name].isin({key[part] for key in number})]
    which = [number.get(key, -1) for key in zip(*(rows[name] for name in names), strict=True)]
    rows = rows.assign(measure=which)
    return rows[rows["measure"] >= 0].pivot(index=["point", "replicate"], columns="measure", values="value")
