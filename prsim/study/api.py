"""Simulate: one run, or many."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import prsim.model  # noqa: F401 - Mesa first: it looks through all modules that are there
from prsim.errors import RunFailed
from prsim.measure.recorder import Recorder
from prsim.model.simulation import Simulation
from prsim.scenario.plain import graph_digests
from prsim.scenario.root import Scenario
from prsim.study.executors import Crew, Here, Processes, Told
from prsim.study.run import Outcome, Run, collect, dismiss
from prsim.study.warm_up import warm_up
from prsim.study.workers import available_cores
from prsim.world.build import World, build_world
from prsim.world.cache import shared_society

__all__ = ["Job", "run_jobs", "simulate", "simulate_many"]


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
        Threads that work at a large run; 0 takes as many as there are cores. The result does not depend on it.

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
    run = collect(sim, seed)
    dismiss(sim)
    return run


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
    if not jobs:
        return
    with ExitStack() as stack:
        crew: Crew
        common: tuple[Scenario, ...] = (jobs[0].scenario,)
        if workers == 1:
            crew = Here(_Shared, (common, None, world, cores))
        else:
            warm_up()
            common = _common_scenarios(jobs, workers)
            folder = stack.enter_context(shared_society(common[0]))
            crew = stack.enter_context(Processes(_Shared, (common, folder, None, 1), workers))
        number = {id(scenario): at for at, scenario in enumerate(common)}
        tasks = ((i, j.name, number.get(id(j.scenario), j.scenario), j.seed) for i, j in enumerate(jobs))
        for (i, *_), outcome in crew.each(_make_run, tasks, progress):
            if isinstance(outcome, BaseException):
                job = jobs[i]
                raise RunFailed(f"run '{job.name}' with seed {job.seed} failed: {outcome!r}") from outcome
            yield i, Run(jobs[i].scenario, jobs[i].seed, outcome)


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


class _Shared:
    """What the jobs share: scenarios that they refer to by number, and the world of the first of them."""

    def __init__(self, plan: tuple[tuple[Scenario, ...], Path | None, World | None, int]) -> None:
        self.scenarios, folder, world, self.threads = plan
        self.world = world or build_world(self.scenarios[0], folder=folder)


def _make_run(shared: _Shared, task: tuple[int, str, Scenario | int, int], told: Told) -> Outcome:
    _, _, variant, seed = task
    scenario = shared.scenarios[variant] if isinstance(variant, int) else variant
    hours = scenario.horizon_days * 24.0
    return simulate(
        scenario,
        seed,
        world=shared.world,
        progress=lambda hour: told(min(hour / hours, 1.0)),
        threads=shared.threads,
    ).outcome
