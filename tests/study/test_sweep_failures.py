"""What a study refuses, and what it does when something goes wrong."""

from __future__ import annotations

import dataclasses
import errno
import json
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from prsim.design.experiment import Experiment
from prsim.errors import ClusterLost, ConfigError, ResultsExist, RunFailed, StoreError, StudyRefused
from prsim.model.simulation import Simulation
from prsim.study import run_point as module
from prsim.study import sweep as sweeping
from prsim.study import tables as writing
from prsim.study.folder import StudyFolder
from prsim.study.manifest import DATABASE, MANIFEST
from prsim.study.opened import Study, open_study
from prsim.study.sweep import Progress, sweep

from .sweeps import small, tables

# --- what is refused -------------------------------------------------------------------------------------


def changed(change: Callable[[dict[str, Any]], None]) -> Callable[[Path], None]:
    def edit(folder: Path) -> None:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        change(manifest)
        (folder / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")

    return edit


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (
            changed(lambda m: m.update(model="0123")),
            "was made by another model: prsim 0.1.0, model 0123; here it is",
        ),
        (changed(lambda m: m.update(study=99)), "is a study in format 99; this prsim reads 1"),
        (changed(lambda m: m.pop("study")), "is not a study: its manifest.json is not that of a study"),
        (lambda folder: (folder / MANIFEST).write_text("{"), "is not a study"),
        (lambda folder: (folder / MANIFEST).unlink(), "is not a study"),
    ],
)
def test_what_is_no_study_of_this_model_is_not_continued(
    copy: Path, spoil: Callable[[Path], None], says: str, nothing_runs: None
) -> None:
    spoil(copy)
    before = {path.name: path.read_bytes() for path in copy.iterdir()}
    with pytest.raises(StudyRefused, match=says):
        sweep(small(), copy, resume=True, workers=1)
    assert {path.name: path.read_bytes() for path in copy.iterdir() if path.name[0] != "."} == before


def other_base() -> Experiment:
    return small(**{"belief.eta": 0.07, "seed": 9})


def other_factor() -> Experiment:
    e = small()
    (factor,) = e.design.factors
    points = tuple(dataclasses.replace(p, levels={"late": p.levels["delay_h"]}) for p in e.design.points)
    return dataclasses.replace(e, design=type(e.design)((dataclasses.replace(factor, name="late"),), points))


@pytest.mark.parametrize(
    ("other", "says"),
    [
        (other_base, r"was made with another plan: belief.eta \(was .*, now 0.07\), seed \(was 1, now 9\)"),
        (other_factor, "varies delay_h, and the experiment late"),
        (lambda: small(common=False), "with common=True"),
        (lambda: small(keep="series"), "with keep=summaries"),
    ],
)
def test_what_cannot_be_compared_is_not_mixed(
    copy: Path, other: Callable[[], Experiment], says: str, nothing_runs: None
) -> None:
    with pytest.raises(StudyRefused, match=says):
        sweep(other(), copy, resume=True, workers=1)
    assert open_study(copy).counts == (6, 0, 0)


def test_results_are_not_lost_by_mistake(copy: Path, tmp_path: Path, nothing_runs: None) -> None:
    with pytest.raises(
        StudyRefused, match="holds a study; go on with it by --resume, or start anew by --force"
    ):
        sweep(small(), copy, workers=1)
    other = tmp_path / "other"
    other.mkdir()
    (other / "summary.json").write_text("{}")
    with pytest.raises(ResultsExist):
        sweep(small(), other, workers=1)
    with pytest.raises(StudyRefused, match="not a study"):
        sweep(small(), other, resume=True, workers=1)
    with pytest.raises(StudyRefused, match="is a file"):
        sweep(small(), other / "summary.json", workers=1)
    with pytest.raises(StudyRefused, match="there is no such folder"):
        open_study(tmp_path / "nowhere")


def test_force_starts_anew_and_leaves_what_is_not_its_own(copy: Path) -> None:
    (copy / "notes.txt").write_text("mine")
    study = sweep(small(1, 1), copy, force=True, workers=1)
    assert study.counts == (1, 0, 0)
    assert (copy / "notes.txt").read_text() == "mine"


def test_one_process_at_a_time(copy: Path, nothing_runs: None) -> None:
    with (
        StudyFolder(copy, small(), resume=True, force=False),
        pytest.raises(StudyRefused, match="is in use"),
    ):
        sweep(small(), copy, resume=True, workers=1)
    assert sweep(small(), copy, resume=True, workers=1).counts == (6, 0, 0), "and then it is free again"


def test_a_point_that_cannot_be_run_is_named_before_anything_runs(tmp_path: Path, nothing_runs: None) -> None:
    e = small()
    bad = dataclasses.replace(e.design.points[1], changes={"response.first_h": -4.0})
    design = dataclasses.replace(e.design, points=(e.design.points[0], bad))
    with pytest.raises(ConfigError, match=r"response\.first_h: .*delay_h=2"):
        sweep(dataclasses.replace(e, design=design, sources={}), tmp_path / "study", workers=1)
    assert not (tmp_path / "study").exists()


def test_an_executor_that_does_not_exist(tmp_path: Path, nothing_runs: None) -> None:
    with pytest.raises(ConfigError, match="unknown executor 'slurm'"):
        sweep(small(), tmp_path / "study", executor="slurm")


# --- what goes wrong -------------------------------------------------------------------------------------


class Breaks(Simulation):
    """Fails with seed 2 where the answer is late: in its constructor at 2 h, on its way at 4 h."""

    def __init__(self, scenario: Any, world: Any, seed: int, cores: int = 1) -> None:
        self.hours = scenario.response.first_h
        if seed == 2 and self.hours == 2.0:
            raise OverflowError("too much")
        super().__init__(scenario, world, seed, cores)

    def run(self, progress: Any = None) -> None:
        super().run(progress)
        if self.draws.seed == 2 and self.hours == 4.0:
            raise ZeroDivisionError


@pytest.fixture
def breaks(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with monkeypatch.context() as patch:
        patch.setattr(module, "Simulation", Breaks)
        yield


def test_failures_are_data_and_the_others_go_on(breaks: None, done_study: Study, tmp_path: Path) -> None:
    study = sweep(small(), tmp_path / "study", workers=1)
    assert study.counts == (4, 2, 0)
    failed = study.failures
    assert list(failed["point"]) == [1, 2] and list(failed["seed"]) == [2, 2]
    assert list(failed["origin"]) == ["instantiating", "running"]
    assert list(failed["error"]) == ["OverflowError: too much", "ZeroDivisionError"]
    assert all(
        text.startswith("Traceback") and "test_sweep_failures.py" in text for text in failed["traceback"]
    )
    kept = study.summaries.groupby(["point", "replicate"]).ngroups
    assert kept == 4


def test_what_failed_is_tried_again(
    tmp_path: Path, done_study: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(module, "Simulation", Breaks)
        sweep(small(), tmp_path / "study", workers=1)
    told: list[Progress] = []
    study = sweep(small(), tmp_path / "study", resume=True, workers=1, progress=told.append)
    assert study.counts == (6, 0, 0)
    assert (
        told[0].receipt.lines()[0]
        == "3 points × 2 seeds = 6 runs; 4 are there, 2 to do (2 of them failed before)"
    )
    assert tables(study.folder) == tables(done_study.folder)


def test_a_failure_can_stop_the_study(breaks: None, tmp_path: Path) -> None:
    with pytest.raises(RunFailed) as caught:
        sweep(small(), tmp_path / "study", workers=1, on_error="stop")
    said = str(caught.value)
    assert said.startswith(
        "point 1 (delay_h=2) with seed 2 failed while instantiating: OverflowError: too much; 4 of 6"
    )
    assert said.endswith(f"Go on with: prsim sweep --resume out={tmp_path / 'study'}")
    assert open_study(tmp_path / "study").counts == (4, 1, 1)


def test_a_metric_that_is_not_a_number_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    real = module.collect

    def collect(simulation: Any, seed: int) -> Any:
        run = real(simulation, seed)
        o = run.outcome.observed
        at = o.keys.index(("trust", "all"))
        begin = int(o.lengths[:at].sum())
        values = o.values.copy()
        values[begin + 3] = np.nan
        blocks = []
        ends = np.cumsum(o.lengths)
        for key, g, a, b in zip(o.keys, o.grid, ends - o.lengths, ends, strict=True):
            blocks.append(([key], o.grids[g], values[None, a:b]))
        return dataclasses.replace(run, outcome=run.outcome._replace(observed=type(o).of_blocks(blocks)))

    monkeypatch.setattr(module, "collect", collect)
    study = sweep(small(1, 1), tmp_path / "study", workers=1)
    (row,) = study.failures.to_dict("records")
    assert row["origin"] == "measuring"
    assert row["error"] == (
        "NotANumber: trust of the whole audience is not a number at 1 of 7 censuses, first at hour 72"
    )


def test_a_full_disk_is_said_and_the_study_goes_on_later(
    tmp_path: Path, done_study: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite itself refuses: the database may grow by a few pages only."""
    folder = tmp_path / "study"
    real = StudyFolder.waiting

    def waiting(self: StudyFolder) -> Any:
        (pages,) = self.database.execute("pragma page_count").fetchone()
        self.database.execute(f"pragma max_page_count = {pages + 5}")
        return real(self)

    with monkeypatch.context() as patch:
        patch.setattr(StudyFolder, "waiting", waiting)
        with pytest.raises(StoreError) as caught:
            sweep(small(), folder, workers=1)
    said = str(caught.value)
    assert said.startswith(f"no room left for {folder}: database or disk is full; ")
    assert said.endswith(f"Go on with: prsim sweep --resume out={folder}")
    kept = open_study(folder).counts.done
    assert 1 <= kept < 6
    assert tables(sweep(small(), folder, resume=True, workers=1).folder) == tables(done_study.folder)


def test_tables_that_cannot_be_written_leave_the_old_ones(
    copy: Path, done_study: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(writing.pq.ParquetWriter, "write_table", full)
        with pytest.raises(StoreError, match="no room left"):
            sweep(small(4, 2), copy, resume=True, workers=1)
    assert tables(copy) == tables(done_study.folder), "each is there whole, as it was"
    assert not [path for path in copy.iterdir() if path.suffix == ".part"]
    study = open_study(copy)
    assert study.counts == (8, 0, 0)
    assert study.summaries["point"].nunique() == 4, "made when they are asked for"


def test_a_lost_cluster_keeps_what_is_done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Lost(sweeping.Here):
        def each(self, *args: Any, **kwargs: Any) -> Any:
            for i, found in enumerate(super().each(*args, **kwargs)):
                if i == 3:
                    raise ClusterLost("the scheduler is gone")
                yield found

    monkeypatch.setattr(sweeping, "Here", Lost)
    with pytest.raises(
        ClusterLost, match=r"the scheduler is gone; 3 of 6 runs are kept\. Go on with: prsim sweep"
    ):
        sweep(small(), tmp_path / "study", workers=1)
    assert open_study(tmp_path / "study").summaries.groupby(["point", "replicate"]).ngroups == 3


def test_a_study_that_was_killed_can_be_read(done_study: Study, tmp_path: Path) -> None:
    """Its database is newer than its tables, which are made when they are asked for."""
    folder = tmp_path / "study"
    with StudyFolder(folder, small(), resume=False, force=False) as kept:
        source = sqlite3.connect(done_study.folder / DATABASE)
        blobs = source.execute("select result, point, replicate from runs where replicate = 0").fetchall()
        with kept.database as db:
            db.executemany(
                "update runs set status = 'done', seconds = 1, result = ? where point = ? and replicate = ?",
                blobs,
            )
        source.close()
    study = open_study(folder)
    assert study.counts == (3, 0, 3)
    pd.testing.assert_frame_equal(
        study.summaries, done_study.summaries[done_study.summaries["replicate"] == 0].reset_index(drop=True)
    )
