"""Jobs go to worker processes and come back as the runs they asked for."""

from __future__ import annotations

import dataclasses
import pickle

import pandas as pd

from prsim.scenario.root import Scenario
from prsim.study.api import Job, run_jobs, simulate
from prsim.study.run import Run, to_json

TABLES = ("series", "events", "ledger")


def same(a: Run, b: Run) -> None:
    assert (a.seed, a.scenario) == (b.seed, b.scenario)
    assert to_json(a.summary) == to_json(b.summary)
    for table in TABLES:
        pd.testing.assert_frame_equal(getattr(a, table), getattr(b, table), check_exact=True)


def test_every_job_gets_its_own_run_back_whoever_sends_its_scenario(quick: Scenario) -> None:
    """Scenarios of many jobs are sent once, rare ones with their job; neither may be taken for the other."""
    silent = dataclasses.replace(quick, response=dataclasses.replace(quick.response, strategy="silence"))
    quiet = dataclasses.replace(quick, activities={})
    jobs = [Job("", quick, seed) for seed in (1, 2)] + [Job("quiet", quiet, 1)]
    jobs += [Job("silent", silent, seed) for seed in (1, 2, 3)]
    runs = dict(run_jobs(jobs, workers=2))
    assert sorted(runs) == list(range(len(jobs)))
    for i, job in enumerate(jobs):
        assert runs[i].scenario is job.scenario
        same(runs[i], simulate(job.scenario, job.seed))
    assert len(runs[2].ledger) < len(runs[0].ledger)


def test_a_run_can_be_kept_and_read_again(two_runs: list[Run]) -> None:
    run = two_runs[0]
    assert len(run.series), "made now, not kept with the run"
    again = pickle.loads(pickle.dumps(run))
    same(again, run)
    assert again.series is again.series, "made once"
