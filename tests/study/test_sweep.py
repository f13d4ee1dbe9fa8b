"""What a study keeps of its runs, and what it tells on its way."""

from __future__ import annotations

import dataclasses
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

import prsim
from prsim.errors import StudyRefused
from prsim.study import tables as writing
from prsim.study.manifest import DATABASE, MANIFEST, TABLES
from prsim.study.opened import Study
from prsim.study.sweep import Progress, sweep

from .sweeps import small, tables


def files(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


# --- what is kept ----------------------------------------------------------------------------------------


def test_the_folder_holds_a_manifest_a_database_and_four_tables(done_study: Study) -> None:
    assert files(done_study.folder) == {MANIFEST, DATABASE, *TABLES}
    assert done_study.counts == (6, 0, 0)
    assert repr(done_study) == f"<Study {done_study.folder}: 6 runs done, 0 failed, 0 waiting>"


def test_every_value_is_that_of_the_run_it_names(done_study: Study) -> None:
    """Against runs made here, and sums made with pandas from their whole series."""
    experiment = small()
    seeds = {0: experiment.scenario.seed, 1: experiment.scenario.seed + 1}
    rows = done_study.summaries.set_index(["point", "replicate", "segment", "metric", "statistic"])["value"]
    assert rows.index.is_unique and rows.notna().all()
    for number, replicate in ((0, 0), (2, 1)):
        scenario = experiment.variations().at(experiment.design.points[number])
        run = prsim.simulate(scenario, seeds[replicate])
        kept = rows.loc[number, replicate]
        for segment, metric in (("all", "nps"), ("all", "sentiment"), (next(iter(scenario.segments)), "nps")):
            part = run.series[(run.series["metric"] == metric) & (run.series["segment"] == segment)]
            values = part.sort_values("time_h")["value"].to_numpy()
            assert kept[segment, metric, "mean"] == pytest.approx(values.mean(), rel=1e-12)
            assert kept[segment, metric, "trough"] == pytest.approx(values[0] - values.min(), abs=1e-12)
            assert kept[segment, metric, "loss"] == pytest.approx((values[0] - values).mean(), abs=1e-12)
        posts = {
            m: run.series.loc[
                (run.series["metric"] == f"mentions_{m}") & (run.series["segment"] == "all"), "value"
            ]
            for m in ("negative", "neutral", "positive")
        }
        share = posts["negative"].sum() / sum(p.sum() for p in posts.values())
        assert kept["all", "negative_share", "mean"] == pytest.approx(share)
        assert kept["all", "mentions_negative", "total"] == pytest.approx(posts["negative"].sum())
        hot = run.series[run.series["metric"] == "hot_search_hours"].sort_values("time_h")["value"]
        assert kept["all", "hot_search_hours", "end"] == hot.iloc[-1]
        for name, target in run.summary["targets"].items():
            if np.isfinite(target["value"]):
                segment = scenario.targets[name].segment or "all"
                assert kept[segment, f"target.{name}", "value"] == target["value"]
                assert kept[segment, f"target.{name}", "met"] == float(target["met"])
        mine = done_study.incidents[
            (done_study.incidents["point"] == number) & (done_study.incidents["replicate"] == replicate)
        ]
        assert list(mine["incident"]) == [i["id"] for i in run.summary["incidents"]]
        for column in ("start_h", "first_response_h", "nps_trough"):
            np.testing.assert_array_equal(mine[column], [i[column] for i in run.summary["incidents"]])
        assert set(mine["seed"]) == {seeds[replicate]}


def test_bands_are_the_quantiles_over_the_seeds(tmp_path: Path) -> None:
    experiment = small(1, 7)
    study = sweep(experiment, tmp_path / "study", workers=1)
    scenario = experiment.variations().at(experiment.design.points[0])
    runs = [prsim.simulate(scenario, scenario.seed + i).series for i in range(7)]
    band = study.bands[(study.bands["metric"] == "nps") & (study.bands["segment"] == "all")]
    courses = np.array([r[(r["metric"] == "nps") & (r["segment"] == "all")]["value"] for r in runs])
    assert list(band["time_h"]) == [24.0 * d for d in range(7)]
    assert (band["runs"] == 7).all()
    for name, level in writing.QUANTILES.items():
        np.testing.assert_allclose(band[name], np.quantile(courses, level, axis=0), rtol=1e-6)
    np.testing.assert_allclose(band["mean"], courses.mean(axis=0), rtol=1e-6)
    complaints = study.bands[study.bands["metric"] == "complaints"].set_index("time_h")["mean"]
    first_day = [
        r[(r["metric"] == "complaints") & (r["segment"] == "all") & (r["time_h"] <= 24.0)] for r in runs
    ]
    assert complaints[24.0] == pytest.approx(np.mean([d["value"].mean() for d in first_day]), rel=1e-6)


def test_the_tables_are_read_by_others(done_study: Study) -> None:
    duckdb = pytest.importorskip("duckdb", reason="DuckDB is an extra for tests")
    where = done_study.folder.as_posix()
    found = duckdb.sql(
        f"select p.delay_h, avg(s.value) from '{where}/summaries.parquet' s join '{where}/points.parquet' p "
        "using (point) where s.metric = 'nps' and s.segment = 'all' and s.statistic = 'mean' group by 1 order by 1"
    ).fetchall()
    joined = done_study.summaries.merge(done_study.points, on="point")
    joined = joined[
        (joined["metric"] == "nps") & (joined["segment"] == "all") & (joined["statistic"] == "mean")
    ]
    wanted = joined.groupby("delay_h")["value"].mean()
    assert found == [(delay, pytest.approx(value)) for delay, value in wanted.items()]


def test_the_manifest_is_enough_to_make_every_byte_again(done_study: Study, tmp_path: Path) -> None:
    again = sweep(done_study.experiment, tmp_path / "again", workers=1)
    assert tables(again.folder) == tables(done_study.folder)
    said = json.loads((done_study.folder / MANIFEST).read_text(encoding="utf-8"))
    assert said["seeds"] == [small().scenario.seed, small().scenario.seed + 1]
    assert said["versions"]["prsim"] == prsim.__version__ and len(said["model"]) == 16
    assert said["experiment"]["question_en"] == "How late may an answer be?"


def test_points_that_choose_whole_groups_are_continued_from_the_folder_alone(tmp_path: Path) -> None:
    file = tmp_path / "groups.yaml"
    file.write_text(
        "scenario: dingtalk_2024\n"
        "set: {population.agents: 500, horizon_days: 5, budget.unfunded: drop}\n"
        "experiment:\n  replicates: 1\n  design: [{kind: grid, factors: {incidents: [none, storm]}}]\n",
        encoding="utf-8",
    )
    study = sweep(str(file), tmp_path / "study", workers=1)
    assert list(study.points["incidents"]) == ["none", "storm"]
    again = sweep(dataclasses.replace(study.experiment, replicates=2), study.folder, resume=True, workers=1)
    assert again.counts == (4, 0, 0)
    whole = sweep(prsim.load_experiment(file, ["replicates=2"]), tmp_path / "whole", workers=1)
    assert tables(again.folder) == tables(whole.folder)


@pytest.mark.parametrize("how", ["processes", "threads"])
def test_whoever_makes_the_runs_the_bytes_are_the_same(done_study: Study, tmp_path: Path, how: str) -> None:
    if how == "threads":
        with ThreadPoolExecutor(3) as pool:
            study = sweep(small(), tmp_path / "study", executor=pool)
    else:
        study = sweep(small(), tmp_path / "study", workers=2)
    assert tables(study.folder) == tables(done_study.folder)


def test_whole_series_are_kept_if_asked_for(tmp_path: Path) -> None:
    experiment = small(2, 2, keep="series")
    study = sweep(experiment, tmp_path / "study", workers=1)
    assert len(list((study.folder / "series").iterdir())) == 4
    scenario = experiment.variations().at(experiment.design.points[1])
    run = prsim.simulate(scenario, scenario.seed + 1).series
    mine = study.series(1, 1)
    np.testing.assert_array_equal(mine["value"], run["value"])
    assert list(mine["metric"]) == list(run["metric"].astype("str")) and set(mine["seed"]) == {
        scenario.seed + 1
    }
    assert study.series(1)["replicate"].nunique() == 2
    with pytest.raises(StudyRefused, match="no series of point 1, replicate 7"):
        study.series(1, 7)


def test_seeds_are_common_unless_told_otherwise(done_study: Study, tmp_path: Path) -> None:
    assert done_study.runs.groupby("replicate")["seed"].nunique().max() == 1
    apart = sweep(small(common=False), tmp_path / "apart", workers=1)
    assert apart.runs["seed"].nunique() == 6


# --- what is told ----------------------------------------------------------------------------------------


def test_progress_and_receipt(tmp_path: Path) -> None:
    told: list[Progress] = []
    sweep(small(), tmp_path / "study", workers=1, progress=told.append)
    receipt = told[0].receipt
    assert (told[0].done, told[0].total, told[0].reached) == (0, 6, 0.0)
    assert (receipt.points, receipt.replicates, receipt.runs, receipt.workers) == (3, 2, 6, 1)
    assert receipt.seconds > 0.0 and not receipt.measured and receipt.bytes > 10_000
    assert receipt.lines()[0] == "3 points × 2 seeds = 6 runs"
    assert "a first estimate" in receipt.lines()[1] and "on 1 worker" in receipt.lines()[1]
    reached = [p.reached for p in told]
    assert reached == sorted(reached) and reached[-1] == 6.0 and told[-1].left == 0.0
    assert any(x != int(x) for x in reached), "parts of runs too"
    again: list[Progress] = []
    sweep(small(3, 3), tmp_path / "study", resume=True, workers=1, progress=again.append)
    assert again[0].receipt.measured and again[0].done == 6
    assert again[0].receipt.lines()[0] == "3 points × 3 seeds = 9 runs; 6 are there, 3 to do"
