from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from prsim.errors import RunFailed
from prsim.scenario.root import Scenario
from prsim.study.api import Job, run_jobs, simulate_many
from prsim.study.run import Run
from prsim.study.workers import get_ready, worker_pool
from tests.laboratory import fingerprint, fixture

from .conftest import QUICK

PATIENCE_S = 60.0

# Writes the workers' process ids to a file, then waits for work that never ends.
PARENT = """
import os, sys, time
from prsim.study.workers import worker_pool

def note(folder):
    open(os.path.join(folder, str(os.getpid())), "w").close()

def forever():
    while True:
        time.sleep(0.01)

if __name__ == "__main__":
    with worker_pool(2, note, (sys.argv[1],)) as pool:
        tasks = [pool.submit(forever) for _ in range(3)]
        tasks[0].result()
"""


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    # a process that has ended and that nobody has asked for is still listed
    return not Path(f"/proc/{pid}/stat").exists() or ") Z " not in Path(f"/proc/{pid}/stat").read_text()


def wait_for(what: str, is_so: object) -> None:
    assert callable(is_so)
    for _ in range(int(PATIENCE_S * 20)):
        if is_so():
            return
        time.sleep(0.05)
    raise AssertionError(f"waited in vain: {what}")


@pytest.mark.skipif(os.name == "nt", reason="signals")
@pytest.mark.parametrize("how", ["SIGKILL", "SIGTERM"])
def test_workers_go_when_their_parent_is_killed(how: str, tmp_path: Path) -> None:
    program = tmp_path / "parent.py"
    program.write_text(PARENT, encoding="utf-8")
    noted = tmp_path / "workers"
    noted.mkdir()
    parent = subprocess.Popen([sys.executable, str(program), str(noted)], stderr=subprocess.DEVNULL)
    try:
        wait_for("two workers start", lambda: len(list(noted.iterdir())) == 2)
        workers = [int(file.name) for file in noted.iterdir()]
        assert all(map(alive, workers))
    finally:
        parent.send_signal(getattr(signal, how))
        parent.wait()
    wait_for("the workers end", lambda: not any(map(alive, workers)))


def test_workers_end_with_their_pool() -> None:
    get_ready()  # may be called or not, and often
    with worker_pool(2, _nothing, ()) as pool:
        workers = {pool.submit(os.getpid).result() for _ in range(4)}
    assert os.getpid() not in workers
    if os.name != "nt":
        wait_for("the workers end", lambda: not any(map(alive, workers)))


def _nothing() -> None:
    pass


def test_workers_change_nothing(quick: Scenario, two_runs: list[Run]) -> None:
    runs = simulate_many(quick, 2, workers=2)
    assert [fingerprint(run) for run in runs] == [fingerprint(run) for run in two_runs]


@pytest.mark.parametrize("workers", [1, 2])
def test_progress_counts_parts_of_runs(quick: Scenario, workers: int) -> None:
    told: list[float] = []
    jobs = [Job("", quick, seed) for seed in (1, 2, 3)]
    assert len(dict(run_jobs(jobs, workers, progress=told.append))) == 3
    assert told == sorted(told)
    assert 0.0 <= told[0] <= told[-1] <= 3.0
    if workers == 1:
        assert any(0.0 < x < 1.0 for x in told) and any(2.0 < x < 3.0 for x in told)


def test_a_run_that_fails_in_a_worker_is_named() -> None:
    """Also while others are under way: they stop at their next simulated day."""
    fails = fixture("rich", {**QUICK, "horizon_days": 2.0})
    object.__setattr__(fails, "tick_min", 0.0)
    long = fixture("rich", {**QUICK, "horizon_days": 360.0})
    told: list[float] = []
    with pytest.raises(RunFailed, match="run 'bad' with seed 5 failed: ZeroDivisionError"):
        list(run_jobs([Job("", long, 1), Job("bad", fails, 5), Job("", long, 2)], 2, progress=told.append))
    assert max(told, default=0.0) < 2.0
