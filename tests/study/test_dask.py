"""A real Dask cluster over TCP: a scheduler and two workers, each a process of its own."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from prsim.errors import ConfigError
from prsim.study.opened import open_study
from prsim.study.sweep import sweep

from .sweeps import ROOT, said_by, small, start, tables
from .test_resume import PATIENCE_S, made

pytest.importorskip("distributed", reason="needs the extra dask")

POINTS, REPLICATES, DAYS = 4, 8, 12.0


class Cluster:
    """A scheduler and its workers."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.processes: list[subprocess.Popen[bytes]] = []
        self.address = ""

    def run(self, name: str, *words: str) -> subprocess.Popen[bytes]:
        with (self.place / f"{name}.log").open("w") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", f"distributed.cli.{words[0]}", *words[1:]],
                cwd=self.place,
                env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path])},
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        self.processes.append(process)
        return process

    def begin(self) -> None:
        self.run("scheduler", "dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard")
        self.address = self.wait_for("scheduler", r"Scheduler at:\s+(tcp://\S+)")

    def join(self, name: str) -> subprocess.Popen[bytes]:
        process = self.run(
            name, "dask_worker", self.address, "--nthreads", "1", "--no-nanny", "--no-dashboard"
        )
        self.wait_for(name, r"(Registered to)")
        return process

    def wait_for(self, name: str, pattern: str) -> str:
        begun = time.monotonic()
        while time.monotonic() < begun + PATIENCE_S:
            if found := re.search(pattern, (self.place / f"{name}.log").read_text()):
                return found[1]
            time.sleep(0.05)
        raise AssertionError((self.place / f"{name}.log").read_text())


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    found = Cluster(tmp_path)
    try:
        found.begin()
        yield found
    finally:
        for process in found.processes:
            process.kill()
            process.wait()


@pytest.mark.skipif(os.name == "nt", reason="signals")
def test_one_of_two_workers_is_killed_half_way_and_the_bytes_are_the_same(
    cluster: Cluster, tmp_path: Path
) -> None:
    whole, folder = tmp_path / "whole", tmp_path / "study"
    workers = [cluster.join("a"), cluster.join("b")]
    process = start(folder, POINTS, REPLICATES, cluster.address, DAYS)
    begun = time.monotonic()
    while len(made(folder)) < POINTS * REPLICATES // 2 and process.poll() is None:
        assert time.monotonic() < begun + PATIENCE_S
        time.sleep(0.01)
    assert process.poll() is None, said_by(folder).read_text()
    workers[0].send_signal(signal.SIGKILL)
    assert process.wait(PATIENCE_S) == 0, said_by(folder).read_text()
    assert open_study(folder).counts == (POINTS * REPLICATES, 0, 0)
    sweep(small(POINTS, REPLICATES, horizon_days=DAYS), whole, workers=1)
    assert tables(folder) == tables(whole)


@pytest.mark.skipif(os.name == "nt", reason="signals")
def test_a_scheduler_that_is_gone_is_said_and_the_study_goes_on_elsewhere(
    cluster: Cluster, tmp_path: Path
) -> None:
    folder = tmp_path / "study"
    cluster.join("a")
    process = start(folder, POINTS, REPLICATES, cluster.address, DAYS)
    begun = time.monotonic()
    while len(made(folder)) < 3 and process.poll() is None:
        assert time.monotonic() < begun + PATIENCE_S
        time.sleep(0.01)
    cluster.processes[0].send_signal(signal.SIGKILL)
    assert process.wait(PATIENCE_S) == 1, said_by(folder).read_text()
    said = said_by(folder).read_text()
    assert f"Go on with: prsim sweep --resume out={folder}" in said
    kept = open_study(folder).counts
    assert kept.failed == 0 and 3 <= kept.done < POINTS * REPLICATES
    study = sweep(small(POINTS, REPLICATES, horizon_days=DAYS), folder, resume=True, workers=1)
    assert study.counts == (POINTS * REPLICATES, 0, 0)


def test_a_cluster_that_does_not_answer_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from prsim.study import clusters

    monkeypatch.setattr(clusters, "_CONNECT_S", 0.5)
    with pytest.raises(ConfigError, match="no Dask cluster with workers answers at tcp"):
        sweep(small(1, 1), tmp_path / "study", executor="tcp://127.0.0.1:1")
