"""Simulate: one run, or many."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

from prsim.errors import RunFailed
from prsim.measure.recorder import Recorder
from prsim.model.simulation import Simulation
from prsim.scenario.plain import graph_digests
from prsim.scenario.root import Scenario
from prsim.study.run import Run, collect
from prsim.world.build import World, build_world
from prsim.world.cache import shared_society

__all__ = ["Job", "run_jobs", "simulate", "simulate_many"]

_world: World | None = None  # of a worker process; set once by its initializer


def simulate(
    scenario: Scenario,
    seed: int | None = None,
    *,
    world: World | None = None,
    progress: Callable[[float], None] | None = None,
) -> Run:
    """Simulate one run.

    Parameters
    ----------
    scenario
        From :func:`prsim.load`.
    seed
        Seed of the run; the scenario's where None.
    world
        A world to share the audience with, if it is the same; built here where None.
    progress
        Called with the hour reached, once a simulated day.

    Returns
    -------
    Run
        The same bytes for the same scenario and seed, always.
    """
    seed = scenario.seed if seed is None else seed
    sim = Simulation(scenario, build_world(scenario, world), seed)
    Recorder(sim)
    sim.run(progress)
    return collect(sim, seed)


@dataclass(frozen=True, slots=True)
class Job:
    """A run to be made: a variant of the scenario under a name, and a seed."""

    name: str
    scenario: Scenario
    seed: int


def simulate_many(
    scenario: Scenario, seeds: Iterable[int] | int, *, workers: int = 1, world: World | None = None
) -> list[Run]:
    """Simulate several runs of one scenario, in the order of the seeds.

    Parameters
    ----------
    seeds
        Seeds, or a number of runs (the scenario's seed and those after it).
    workers
        Processes; 0 takes as many as there are cores. A script that asks for more than one needs the usual
        ``if __name__ == "__main__":`` guard. The results do not depend on it.

    Raises
    ------
    prsim.errors.RunFailed
        If a run fails; the message names its seed.
    """
    if isinstance(seeds, int):
        seeds = [scenario.seed + i for i in range(seeds)]
    jobs = [Job("run", scenario, seed) for seed in seeds]
    done = dict(run_jobs(jobs, workers, world))
    return [done[i] for i in range(len(jobs))]


def run_jobs(jobs: Sequence[Job], workers: int = 1, world: World | None = None) -> Iterator[tuple[int, Run]]:
    """Make runs that share one audience where they can; yield ``(index of the job, run)`` as they finish."""
    workers = workers or available_cores()
    workers = min(workers, len(jobs))
    if workers <= 1:
        world = world or (build_world(jobs[0].scenario) if jobs else None)
        for i, job in enumerate(jobs):
            yield i, _guarded(job, world)
        return
    first = jobs[0].scenario
    with (
        shared_society(first) as folder,
        ProcessPoolExecutor(workers, get_context("spawn"), _start_worker, (first, folder)) as pool,
    ):
        waiting = {}
        queue = iter(enumerate(jobs))
        try:
            while True:
                for i, job in queue:
                    waiting[pool.submit(_in_worker, job)] = i
                    if len(waiting) >= 2 * workers:
                        break
                if not waiting:
                    return
                for future in wait(waiting, return_when=FIRST_COMPLETED).done:
                    yield waiting.pop(future), future.result()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def read_imported(scenario: Scenario) -> tuple[str, ...]:
    """Read the graphs that a scenario imports, if any, and say what was notable.

    Raises
    ------
    prsim.errors.GraphError
        If one of them cannot be used; so it is said before anything runs, and not by a worker process.
    """
    return build_world(scenario).notes if graph_digests(scenario) else ()


def available_cores() -> int:
    """Cores this process may use."""
    return os.process_cpu_count() or 1 if hasattr(os, "process_cpu_count") else len(os.sched_getaffinity(0))


def _start_worker(scenario: Scenario, folder: Path | None) -> None:
    global _world
    _world = build_world(scenario, folder=folder)


def _in_worker(job: Job) -> Run:
    return _guarded(job, _world)


def _guarded(job: Job, world: World | None) -> Run:
    try:
        return simulate(job.scenario, job.seed, world=world)
    except Exception as error:
        raise RunFailed(f"run '{job.name}' with seed {job.seed} failed: {error!r}") from error
