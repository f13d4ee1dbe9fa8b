from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

import prsim
from prsim.errors import ResultsExist
from prsim.scenario.load import from_plain
from prsim.scenario.read import read_file
from prsim.scenario.root import Scenario
from prsim.study.run import Run
from prsim.study.store import FILES, refuse_existing, save_runs, stacked

SAVED = set(FILES) - {"report.html"}


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_a_run_is_saved_whole_and_read_back_the_same(two_runs: list[Run], tmp_path: Path) -> None:
    run = two_runs[0]
    folder = run.save(tmp_path / "deep" / "run")
    assert names(folder) == SAVED
    series = pd.read_parquet(folder / "series.parquet")
    assert list(series) == ["run", "time_h", "segment", "metric", "value"]
    assert (series["run"] == 0).all()
    pd.testing.assert_series_equal(series["value"], run.series["value"], check_exact=True)
    assert list(series["metric"].astype(str)) == list(run.series["metric"].astype(str))
    events = pd.read_parquet(folder / "events.parquet")
    assert list(events)[:6] == ["run", "time_h", "kind", "subject", "cause", "value"]
    assert len(events) == len(run.events)
    ledger = pd.read_parquet(folder / "ledger.parquet")
    assert {"run", "time_h", "line", "action", "amount_fen"} <= set(ledger)
    assert list(ledger["amount_fen"]) == list(run.ledger["amount_fen"])
    assert json.loads((folder / "summary.json").read_text(encoding="utf-8"))["seed"] == run.seed


def test_the_saved_configuration_is_the_one_that_ran(two_runs: list[Run], tmp_path: Path) -> None:
    run = two_runs[0]
    folder = run.save(tmp_path / "run")
    again = from_plain(read_file(folder / "config.yaml")).scenario
    assert prsim.config_hash(again) == run.config_hash
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["config_hash"] == run.config_hash
    assert manifest["seeds"] == [run.seed]
    assert manifest["prsim"] == prsim.__version__
    assert {"python", "numpy", "numba", "mesa"} <= set(manifest["versions"])
    assert pd.Timestamp(manifest["created"]).tzinfo is not None


def test_results_are_not_overwritten_unless_told(two_runs: list[Run], tmp_path: Path) -> None:
    first, second = two_runs
    folder = first.save(tmp_path)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    with pytest.raises(ResultsExist, match="already holds results"):
        second.save(tmp_path)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    second.save(tmp_path, force=True)
    assert json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["seeds"] == [second.seed]
    assert names(folder) == SAVED


@pytest.mark.parametrize("name", FILES)
def test_any_result_in_the_folder_counts(tmp_path: Path, name: str) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    refuse_existing(tmp_path, force=False)
    (tmp_path / name).write_text("")
    with pytest.raises(ResultsExist):
        refuse_existing(tmp_path, force=False)
    refuse_existing(tmp_path, force=True)


def test_several_runs_are_one_table(two_runs: list[Run], quick: Scenario, tmp_path: Path) -> None:
    series = stacked(two_runs, "series")
    assert list(series["run"].unique()) == [0, 1]
    assert len(series) == sum(len(run.series) for run in two_runs)
    for column in ("segment", "metric"):
        assert isinstance(series[column].dtype, pd.CategoricalDtype)
    folder = save_runs(tmp_path / "runs", quick, two_runs, {"runs": 2, "odd": float("nan")})
    assert json.loads((folder / "summary.json").read_text(encoding="utf-8")) == {"runs": 2, "odd": None}
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["seeds"] == [1, 2]
