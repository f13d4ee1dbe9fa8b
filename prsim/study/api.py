"""Simulate: one run, or many."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass
from multiprocessing.sharedctypes import RawArray
from pathlib import Path
from typing import Any

from prsim.errors import RunFailed
from prsim.measure.recorder import Recorder
from prsim.model.simulation import Simulation
from prsim.scenario.plain import graph_digests
from prsim.scenario.root import Scenario
from prsim.study.run import Outcome, Run, collect
from prsim.study.warm_up import warm_up
from prsim.study.workers import available_cores, worker_pool
from prsim.world.build import World, build_world
from prsim.world.cache import shared_society

__all__ = ["Job", "run_jobs", "simulate", "simulate_many"]

_world: World | None = None  # of a worker process; set once by its initializer
_common: tuple[Scenario, ...] = ()  # what its jobs refer to by number
_reached: Any = None  # how far each job has come, shared with the parent
_TELL_S = 0.2  # s between two reports of progress


def simulate(
    scenario: Scenario,
    seed: int | None = None,
    *,
    world: World | None = None,
    progress: Callable[[float], None] | None = None,
    threads: int = 1,
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
    threads
        Threads that count a large audience; 0 takes as many as there are cores. The result does not depend on it.

    Returns
    -------
    Run
        The same bytes for the same scenario and seed, always.
    """
    warm_up()
    seed = scenario.seed if seed is None else seed
    sim = Simulation(scenario, build_world(scenario, world), seed, threads or available_cores())
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


def run_jobs(
    jobs: Sequence[Job],
    workers: int = 1,
    world: World | None = None,
    progress: Callable[[float], None] | None = None,
) -> Iterator[tuple[int, Run]]:
    """Make runs that share one audience where they can; yield ``(index of the job, run)`` as they finish.

    ``progress`` is told how many runs are done, parts of runs among them, several times a second.
    """
    cores = workers or available_cores()
    workers = min(cores, len(jobs))
    if workers <= 1:
        world = world or (build_world(jobs[0].scenario) if jobs else None)
        for i, job in enumerate(jobs):
            yield i, _guarded(job, world, _told(progress, i, job), cores)
        return
    warm_up()
    common = _common_scenarios(jobs, workers)
    number = {id(scenario): at for at, scenario in enumerate(common)}
    reached = RawArray("d", len(jobs) + 1)  # part of each job that is done, and whether to stop
    with (
        shared_society(common[0]) as folder,
        worker_pool(workers, _start_worker, (common, folder, reached)) as pool,
    ):
        waiting: dict[Future[Outcome], int] = {}
        queue = iter(enumerate(jobs))
        try:
            while True:
                while len(waiting) < 2 * workers and (entry := next(queue, None)):
                    i, job = entry
                    variant = number.get(id(job.scenario), job.scenario)
                    waiting[pool.submit(_in_worker, i, job.name, variant, job.seed)] = i
                if not waiting:
                    return
                done = wait(waiting, _TELL_S if progress else None, FIRST_COMPLETED).done
                if progress:
                    progress(sum(reached[:-1]))
                for future in done:
                    i = waiting.pop(future)
                    yield i, Run(jobs[i].scenario, jobs[i].seed, future.result())
        except BaseException:
            reached[-1] = 1.0
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


def _common_scenarios(jobs: Sequence[Job], workers: int) -> tuple[Scenario, ...]:
    """The first job's scenario and those of many jobs: sent to each worker once; a rare one travels with its job."""
    many = Counter(id(job.scenario) for job in jobs)
    scenarios = {id(job.scenario): job.scenario for job in jobs if many[id(job.scenario)] > workers}
    return tuple({id(jobs[0].scenario): jobs[0].scenario, **scenarios}.values())


def _start_worker(common: tuple[Scenario, ...], folder: Path | None, reached: Any) -> None:
    global _common, _world, _reached
    _common, _world, _reached = common, build_world(common[0], folder=folder), reached


def _in_worker(i: int, name: str, variant: Scenario | int, seed: int) -> Outcome:
    def note(part: float) -> None:
        if _reached[-1]:
            raise SystemExit  # the parent wants no more of this
        _reached[i] = part

    job = Job(name, _common[variant] if isinstance(variant, int) else variant, seed)
    outcome = _guarded(job, _world, _told(note, 0, job)).outcome
    _reached[i] = 1.0
    return outcome


def _told(progress: Callable[[float], None] | None, before: int, job: Job) -> Callable[[float], None] | None:
    """Make an hour reached in a job the number of jobs done, with ``before`` of them done earlier."""
    hours = job.scenario.horizon_days * 24.0
    return None if progress is None else lambda hour: progress(before + min(hour / hours, 1.0))


def _guarded(
    job: Job, world: World | None, progress: Callable[[float], None] | None = None, threads: int = 1
) -> Run:
    try:
        return simulate(job.scenario, job.seed, world=world, progress=progress, threads=threads)
    except Exception as error:
        raise RunFailed(f"run '{job.name}' with seed {job.seed} failed: {error!r}") from error
