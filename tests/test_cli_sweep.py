"""``prsim sweep`` and ``prsim run -m``, as they are typed."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml

import prsim
from prsim.cli import main
from tests.laboratory import TINY, refused
from tests.test_cli import job

__all__ = ["job"]  # a fixture

STUDY = """
scenario: {base}
set: {{population.agents: 500, horizon_days: 6, engine.particles: 8}}
experiment:
  replicates: 2
  design: [{{kind: grid, factors: {{response.first_h: [1, 4]}}}}]
"""


@pytest.fixture
def late(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "late.yaml"
    file.write_text(STUDY.format(base=TINY), encoding="utf-8")
    return file


def test_sweep_runs_an_experiment_and_goes_on(late: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sweep", "experiment=late.yaml", "workers=1"]) == 0
    captured = capsys.readouterr()
    assert captured.out == "results/late\n"
    assert "2 points × 2 seeds = 4 runs" in captured.err and "4 runs are done" in captured.err
    assert main(["sweep", "experiment=late.yaml", "workers=1"]) == 2
    assert "\nprsim: results/late holds a study; go on with it by --resume" in capsys.readouterr().err
    assert main(["sweep", "--resume", "out=results/late", "replicates=3", "workers=1"]) == 0
    assert "2 points × 3 seeds = 6 runs; 4 are there, 2 to do" in capsys.readouterr().err
    study = prsim.open_study("results/late")
    assert study.counts == (6, 0, 0) and list(study.points["response.first_h"]) == [1, 4]
    assert main(["sweep", "--force", "--quiet", "experiment=late.yaml", "replicates=1", "workers=1"]) == 0
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("results/late\n", "")


def test_sweep_says_what_failed_and_where(
    late: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from prsim.study import run_point

    class Breaks(run_point.Simulation):
        def run(self, progress: Any = None) -> None:
            raise ZeroDivisionError("of all things")

    monkeypatch.setattr(run_point, "Simulation", Breaks)
    assert main(["sweep", "experiment=late.yaml", "workers=1"]) == 1
    said = capsys.readouterr().err
    assert "0 runs are done, 4 failed" in said and "Failed: 4 while running" in said
    assert "point 0, seed 1, running: ZeroDivisionError: of all things" in said
    assert main(["sweep", "--resume", "out=results/late", "workers=1", "on_error=stop"]) == 1
    assert "seed 1 failed while running: ZeroDivisionError" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("argv", "says"),
    [
        ([], "which experiment? experiment=NAME (budget_by_delay, budget_split"),
        (["response_delay"], "did you mean: prsim sweep experiment=response_delay?"),
        (["experiment=respons_delay"], "did you mean 'response_delay'?"),
        (["experiment=nowhere.yaml"], "there is no file nowhere.yaml"),
        (["experiment=late.yaml", "workers=many"], "workers: 'many' is no number of processes"),
        (["experiment=late.yaml", "on_error=ignore"], "on_error: 'ignore' is not one of the words allowed"),
        (["experiment=late.yaml", "executor=slurm"], "executor: unknown executor 'slurm'"),
        (["experiment=late.yaml", "budget.totl=1"], "did you mean 'total'?"),
        (["--resume", "out=late.yaml"], "not a study"),
        (["--resume", "out=nowhere"], "nowhere is not a study: there is no such folder"),
    ],
)
def test_mistakes_of_sweep(
    late: Path, capsys: pytest.CaptureFixture[str], argv: list[str], says: str
) -> None:
    assert says in refused(capsys, "sweep", *argv)
    assert not Path("results").exists()


def test_run_m_runs_every_combination_whole(
    late: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    import pandas as pd

    words = [
        f"scenario={TINY}",
        "population.agents=500",
        "horizon_days=6",
        "replicates=2",
        "counterfactuals=0",
    ]
    words += ["response.first_h=1,4h", "seed=range(1,3)", "workers=1", "--quiet"]
    assert main(["run", "-m", *words]) == 0
    assert capsys.readouterr().out == "results/multirun\n"
    index = pd.read_csv("results/multirun/runs.csv")
    assert list(index["response.first_h"]) == ["1", "1", "4h", "4h"] and list(index["seed"]) == [1, 2, 1, 2]
    assert set(index["status"]) == {"done"}
    for row in index.itertuples():
        folder = Path("results/multirun") / str(row.folder)
        assert (folder / "report.html").exists()
        config = yaml.safe_load((folder / "config.yaml").read_text(encoding="utf-8"))
        assert config["seed"] == row.seed
        assert config["response"]["first_h"] == float(str(row[2]).removesuffix("h"))
        series = pd.read_parquet(folder / "series.parquet")
        run = prsim.simulate(prsim.load(folder / "config.yaml"), int(config["seed"])).series
        assert list(series[series["run"] == 0]["value"]) == list(run["value"])
    assert "already holds results" in refused(capsys, "run", "-m", *words)


def test_run_m_checks_all_before_the_first_runs(
    job: SimpleNamespace, late: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["run", "-m", f"scenario={TINY}"]
    assert "with response.first_h=-1: response.first_h" in refused(capsys, *words, "response.first_h=2,-1")
    assert "200 combinations are too many" in refused(capsys, *words, "seed=range(0,100)", "tick_min=15,30")
    assert "names no single values" in refused(capsys, *words, "response.first_h=interval(1,2)")
    assert not job.calls and not Path("results").exists()
