"""Whatever ends a study, going on gives what an uninterrupted one gives, and nothing is run twice."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import time
from contextlib import closing, suppress
from pathlib import Path

import pytest

from prsim.study.manifest import DATABASE
from prsim.study.opened import open_study
from prsim.study.sweep import sweep

from .sweeps import said_by, small, start, tables

POINTS, REPLICATES, DAYS = 5, 8, 12.0
PATIENCE_S = 120.0


def made(folder: Path) -> dict[str, float]:
    """The runs that are done, and how long each took: another time if it was run again."""
    with (
        suppress(sqlite3.Error),
        closing(sqlite3.connect(f"file:{folder / DATABASE}?mode=ro", uri=True)) as db,
    ):
        return dict(db.execute("select key, seconds from runs where status = 'done'"))
    return {}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The study without any interruption, made by this process alone."""
    folder = tmp_path_factory.mktemp("whole") / "study"
    sweep(small(POINTS, REPLICATES, horizon_days=DAYS), folder, workers=1)
    return folder


@pytest.mark.skipif(os.name == "nt", reason="signals")
@pytest.mark.parametrize("kills", [3, pytest.param(10, marks=pytest.mark.slow)])
def test_killed_at_random_moments_it_ends_with_the_same_bytes(
    kills: int, whole: Path, tmp_path: Path
) -> None:
    seed = random.randrange(2**32)
    print("moments of seed", seed)  # shown if the test fails
    moments = random.Random(seed)
    folder = tmp_path / "study"
    before: dict[str, float] = {}
    total, early = POINTS * REPLICATES, 0
    for kill in range(kills):
        process = start(folder, POINTS, REPLICATES, days=DAYS)
        # some die while they begin, the others after a few more runs
        enough = len(before) + moments.randint(0, max(1, 2 * (total - len(before)) // (kills - kill + 1)))
        begun = time.monotonic()
        while len(made(folder)) < enough and process.poll() is None:
            assert time.monotonic() < begun + PATIENCE_S
            time.sleep(0.01)
        time.sleep(moments.uniform(0.0, 0.3))
        process.send_signal(signal.SIGKILL)
        process.wait()
        now = made(folder)
        assert now.items() >= before.items(), "what was done is still there, and was not run again"
        before = now
        early += len(now) < total
    assert early, "it was killed before it was done"
    last = start(folder, POINTS, REPLICATES, days=DAYS)
    assert last.wait(PATIENCE_S) == 0, said_by(folder).read_text()
    assert made(folder).items() >= before.items()
    assert tables(folder) == tables(whole)


@pytest.mark.skipif(os.name == "nt", reason="signals")
def test_ctrl_c_keeps_what_is_done_and_says_how_to_go_on(whole: Path, tmp_path: Path) -> None:
    folder = tmp_path / "study"
    process = start(folder, POINTS, REPLICATES, days=DAYS)
    begun = time.monotonic()
    while len(made(folder)) < 5 and process.poll() is None:
        assert time.monotonic() < begun + PATIENCE_S
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    assert process.wait(PATIENCE_S) == 130, said_by(folder).read_text()
    study = open_study(folder)
    done = study.counts.done
    total = POINTS * REPLICATES
    assert 5 <= done < total
    wanted = f"interrupted; {done} of {total} runs are kept. Go on with: prsim sweep --resume out={folder}"
    assert said_by(folder).read_text().strip() == wanted, "and no traceback of a worker"
    assert study.summaries.groupby(["point", "replicate"]).ngroups == done, "the tables hold what is there"
    sweep(small(POINTS, REPLICATES, horizon_days=DAYS), folder, resume=True, workers=1)
    assert tables(folder) == tables(whole)


@pytest.mark.skipif(not Path("/proc").exists(), reason="needs to know the workers' process ids")
def test_a_worker_that_is_killed_loses_nothing(whole: Path, tmp_path: Path) -> None:
    folder = tmp_path / "study"
    process = start(folder, POINTS, REPLICATES, days=DAYS)
    begun = time.monotonic()
    while len(made(folder)) < 3 and process.poll() is None:
        assert time.monotonic() < begun + PATIENCE_S
        time.sleep(0.01)
    workers = [pid for server in children(process.pid) for pid in children(server)]
    assert len(workers) >= 2
    os.kill(workers[0], signal.SIGKILL)
    assert process.wait(PATIENCE_S) == 0, said_by(folder).read_text()
    assert open_study(folder).counts == (POINTS * REPLICATES, 0, 0)
    assert tables(folder) == tables(whole)


def children(pid: int) -> list[int]:
    found = []
    for entry in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            after = entry.read_text().rpartition(") ")[2].split()
            if int(after[1]) == pid:
                found.append(int(entry.parent.name))
    return found


def test_added_points_and_seeds_run_only_what_is_new(tmp_path: Path) -> None:
    """A study that grew is the one that was made at once; points added in between are numbered in order."""
    grown, whole = tmp_path / "grown", tmp_path / "whole"
    first = small(4, 2)
    fewer = small(4, 2)
    object.__setattr__(fewer, "design", type(first.design)(first.design.factors, first.design.points[::2]))
    sweep(fewer, grown, workers=1)
    early = made(grown)
    assert len(early) == 4
    study = sweep(small(4, 3), grown, resume=True, workers=1)
    assert study.counts == (12, 0, 0)
    assert made(grown).items() >= early.items()
    sweep(small(4, 3), whole, workers=1)
    assert tables(grown) == tables(whole)
    again = sweep(small(4, 2), grown, resume=True, workers=1)
    assert again.counts == (12, 0, 0), "what was done stays, though fewer are asked for"
    assert tables(grown) == tables(whole)
