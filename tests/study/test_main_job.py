from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from rich.console import Console

from prsim.errors import ResultsExist, RunFailed
from prsim.model.simulation import Simulation
from prsim.scenario.root import Scenario
from prsim.study import api
from prsim.study.api import Job, run_jobs, simulate, simulate_many
from prsim.study.main_job import plan_jobs, run_main_job
from prsim.study.run import Run
from prsim.study.store import FILES
from tests.laboratory import fingerprint, fixture

from .conftest import QUICK


def console() -> Console:
    return Console(file=io.StringIO(), width=120, force_terminal=False)


@pytest.fixture(scope="module")
def done(quick: Scenario, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, str]:
    out = tmp_path_factory.mktemp("main") / "job"
    screen = console()
    report = run_main_job(quick, ("A note.",), out, False, screen)
    assert isinstance(screen.file, io.StringIO)
    return out, report, screen.file.getvalue()


def test_all_seven_files_and_nothing_else(done: tuple[Path, Path, str]) -> None:
    out, report, _ = done
    assert {path.name for path in out.iterdir()} == set(FILES)
    assert report == out / "report.html"


def test_tables_hold_the_replicates_only(done: tuple[Path, Path, str], two_runs: list[Run]) -> None:
    out, _, _ = done
    for name in ("series", "events", "ledger"):
        table = pd.read_parquet(out / f"{name}.parquet")
        assert sorted(table["run"].unique()) == [0, 1], name
        assert len(table) == sum(len(getattr(run, name)) for run in two_runs), name


def test_summary_and_report(done: tuple[Path, Path, str]) -> None:
    out, report, screen = done
    summary = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    assert summary["runs"] == 2
    assert summary["notes"] == ["A note."]
    assert {e["id"] for e in summary["effects"]} == {"incidents", "response", "campaign"}
    assert summary["assumptions"]
    html = report.read_text(encoding="utf-8")
    assert html.lower().startswith("<!doctype html>")
    assert "A plan with everything in it" in html
    assert "<svg" in html
    assert "NPS" in screen


def test_results_are_refused_before_anything_runs(
    done: tuple[Path, Path, str], quick: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    out, _, _ = done

    def fail(*_: Any, **__: Any) -> Run:
        raise AssertionError("nothing must run")

    monkeypatch.setattr(api, "simulate", fail)
    with pytest.raises(ResultsExist):
        run_main_job(quick, (), out, False, console())


def test_jobs_are_the_replicates_and_the_counterfactuals_of_the_first() -> None:
    s = fixture("rich", {**QUICK, "replicates": 3, "counterfactuals": 2, "seed": 7})
    jobs = [(job.name, job.seed) for job in plan_jobs(s)]
    others = [(name, seed) for name in ("incidents", "response", "campaign") for seed in (7, 8)]
    assert jobs == [("", 7), ("", 8), ("", 9), *others]
    none = fixture(
        "rich", {**QUICK, "incidents.schedule": {}, "incidents.random.per_year": 0.0, "activities": {}}
    )
    assert {job.name for job in plan_jobs(none)} == {""}


class Breaks(Simulation):
    def run(self, progress: Any = None) -> None:
        if self.draws.seed == 3:
            raise ZeroDivisionError("of all things")
        super().run(progress)


def test_a_run_that_fails_is_named_by_its_seed(
    quick: Scenario, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(api, "Simulation", Breaks)
    assert len(simulate_many(quick, [1, 2])) == 2
    with pytest.raises(RunFailed, match=r"seed 3 failed: ZeroDivisionError\('of all things'\)") as caught:
        simulate_many(quick, [2, 3, 4])
    assert isinstance(caught.value.__cause__, ZeroDivisionError)
    named = fixture("rich", {**QUICK, "seed": 3})
    with pytest.raises(RunFailed, match="seed 3"):
        run_main_job(named, (), tmp_path / "out", False, console())
    assert not (tmp_path / "out").exists()


def test_jobs_come_back_with_their_index(quick: Scenario, two_runs: list[Run]) -> None:
    jobs = [Job("b", quick, 2), Job("a", quick, 1)]
    done = dict(run_jobs(jobs))
    assert [done[0].seed, done[1].seed] == [2, 1]
    assert fingerprint(done[1]) == fingerprint(two_runs[0])
    assert list(run_jobs([])) == []


def test_a_number_of_runs_starts_at_the_scenarios_seed() -> None:
    s = fixture("rich", {**QUICK, "horizon_days": 1.0, "seed": 41})
    assert [run.seed for run in simulate_many(s, 2)] == [41, 42]
    assert simulate(s).seed == 41


def test_progress_is_told_once_a_day(quick: Scenario) -> None:
    told: list[float] = []
    simulate(quick, 1, progress=told.append)
    assert [int(t / 24.0) for t in told] == [0, 1, 2, 3, 4, 5]
