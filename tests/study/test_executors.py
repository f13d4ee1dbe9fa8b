"""Crews: whoever does the tasks, every task is done once, and what goes wrong is told of the task it belongs to."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from prsim.errors import ClusterLost, WorkerDied
from prsim.study.executors import Crew, Elsewhere, Here, Processes, Told
from prsim.study.workers import worker_pool


def build(plan: Any) -> Any:
    return {"plan": plan, "built": (os.getpid(), threading.get_ident())}


def add(stage: Any, task: int, told: Told) -> int:
    told(0.5)
    return int(stage["plan"]) + task


def fail(stage: Any, task: int, told: Told) -> int:
    if task == 2:
        raise ValueError("of all things")
    return task


def die(stage: Any, task: int, told: Told) -> int:
    """Task 2 kills its process whenever it is tried, task 4 only the first time."""
    mark = Path(stage["plan"]) / str(task)
    first = not mark.exists()
    mark.touch()
    if task == 2 or (task == 4 and first):
        os.kill(os.getpid(), signal.SIGKILL)
    return task


def where(stage: Any, task: int, told: Told) -> Any:
    return os.getpid(), stage["built"][0]


def nothing() -> None:
    pass


@pytest.fixture(params=["here", "processes", "threads", "pool"])
def crew(request: pytest.FixtureRequest) -> Iterator[Crew]:
    if request.param == "here":
        yield Here(build, 100)
    elif request.param == "processes":
        with Processes(build, 100, 2) as crew:
            yield crew
    else:
        pool: Executor = ThreadPoolExecutor(3) if request.param == "threads" else worker_pool(2, nothing, ())
        with pool:
            yield Elsewhere(build, 100, pool)


def test_every_task_is_done_once_by_whoever(crew: Crew) -> None:
    told: list[float] = []
    done = dict(crew.each(add, range(20), told.append))
    assert done == {i: 100 + i for i in range(20)}
    assert all(0.0 <= t <= 20.0 for t in told)
    assert list(crew.each(add, [])) == []


def test_a_failure_is_told_of_its_task_and_the_others_go_on(crew: Crew) -> None:
    done = dict(crew.each(fail, range(5)))
    assert isinstance(done.pop(2), ValueError)
    assert done == {0: 0, 1: 1, 3: 3, 4: 4}


def test_tasks_are_taken_as_they_are_needed(crew: Crew) -> None:
    """A million of them take no more memory than a few."""
    taken = 0

    def tasks() -> Iterator[int]:
        nonlocal taken
        for i in range(10_000):
            taken += 1
            yield i

    results = crew.each(add, tasks())
    for _ in range(3):
        next(results)
    assert taken <= 3 + 2 * crew.limit
    results.close()  # type: ignore[attr-defined]


@pytest.mark.skipif(os.name == "nt", reason="signals")
def test_a_task_that_kills_its_worker_fails_alone(tmp_path: Path) -> None:
    with Processes(build, str(tmp_path), 2) as crew:
        done = dict(crew.each(die, range(12)))
    assert isinstance(done.pop(2), WorkerDied), "it was tried twice"
    assert done == {i: i for i in range(12) if i != 2}, "one that was unlucky is made again"


@pytest.mark.skipif(os.name == "nt", reason="signals")
def test_workers_that_all_die_end_it(tmp_path: Path) -> None:
    with Processes(build, str(tmp_path), 1) as crew, pytest.raises(ClusterLost, match="one after the other"):
        for _ in crew.each(die, [2] * 50):
            pass


def test_a_stage_is_built_once_in_a_process() -> None:
    with Processes(build, 100, 2) as crew:
        done = [result for _, result in crew.each(where, range(20))]
    assert all(process == built for process, built in done), "each by itself"
    assert 1 <= len({process for process, _ in done}) <= 2
    assert os.getpid() not in {process for process, _ in done}


def test_a_plan_is_sent_only_to_those_who_lack_it() -> None:
    """To a process that joined later too; otherwise a task is a few bytes."""
    sent: list[int] = []

    class Counting(ThreadPoolExecutor):
        def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
            sent.append(len(args[1] or b""))
            return super().submit(fn, *args, **kwargs)

    with Counting(1) as pool:
        plan = os.urandom(100_000)
        done = dict(Elsewhere(len, plan, pool).each(lambda stage, task, told: stage + task, range(50)))
    assert done == {i: 100_000 + i for i in range(50)}
    assert sum(n > 0 for n in sent) <= 2, "one, or two that asked at the same time"


@pytest.mark.skipif(os.name == "nt", reason="signals")
def test_an_executor_of_ones_own_that_breaks_is_said(tmp_path: Path) -> None:
    pool: ProcessPoolExecutor = worker_pool(2, nothing, ())
    with pool, pytest.raises(ClusterLost):
        dict(Elsewhere(build, str(tmp_path), pool).each(die, range(5)))
