"""A whole design of paired runs: made, kept, resumable at any moment."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Executor
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from prsim.design.experiment import Experiment
from prsim.design.reading import load_experiment
from prsim.errors import (
    ClusterLost,
    ConfigError,
    PrsimError,
    RunFailed,
    StoreError,
    StudyInterrupted,
    StudyRefused,
)
from prsim.scenario.plain import graph_digests
from prsim.study.api import read_imported
from prsim.study.clusters import DaskCluster, is_cluster
from prsim.study.executors import Crew, Elsewhere, Here, Processes
from prsim.study.folder import StudyFolder
from prsim.study.model_version import model_fingerprint
from prsim.study.opened import Study
from prsim.study.receipt import Receipt, expected_bytes, free_bytes, timed_trial
from prsim.study.run_point import Failure, Made, Plan, RunStage, Task, run_point
from prsim.study.summaries import BANDS, BANDS_BY_SEGMENT
from prsim.study.tables import write_tables
from prsim.study.warm_up import warm_up
from prsim.study.workers import available_cores
from prsim.world.cache import shared_society

__all__ = ["OnError", "Progress", "check_request", "sweep"]

type OnError = Literal["record", "stop"]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a study is.

    Attributes
    ----------
    receipt
        What was expected of it.
    done, failed, total
        Runs; those that were there before count as done.
    reached
        Runs done and failed, and parts of those under way.
    seconds, left
        Time gone, and time left (s).
    """

    receipt: Receipt
    done: int
    failed: int
    total: int
    reached: float
    seconds: float
    left: float


def sweep(
    experiment: Experiment | str,
    out: str | Path,
    *,
    resume: bool = False,
    force: bool = False,
    workers: int = 0,
    executor: str | Executor | None = None,
    on_error: OnError = "record",
    progress: Callable[[Progress], None] | None = None,
) -> Study:
    """Run every point of an experiment with every seed, and keep what comes of it in a folder.

    Parameters
    ----------
    experiment
        From :func:`prsim.load_experiment`, or its name or file.
    out
        The study's folder.
    resume
        Go on with the study that is there: only what is new, waits or has failed is run.
    force
        Remove the study that is there, and start anew.
    workers
        Processes; 0 takes as many as there are cores (or as the executor has), 1 works in this process. A script that
        asks for more than one needs the usual ``if __name__ == "__main__":`` guard.
    executor
        Where runs are made: processes of this machine (None, ``"local"``), a Dask cluster (``"dask"`` for one on this
        machine, or its address, ``"tcp://…"``), or any executor of :mod:`concurrent.futures`. The
        results are the same.
    on_error
        What happens when a run fails: ``record`` it and go on, or ``stop``.
    progress
        Told how far the study is: once before it begins, then several times a second.

    Returns
    -------
    Study
        Its tables are read when they are asked for.

    Raises
    ------
    prsim.errors.ConfigError
        If a point cannot be run; it is named, and nothing has run.
    prsim.errors.ResultsExist, prsim.errors.StudyRefused
        If the folder holds something else, or is in use.
    prsim.errors.StoreError, prsim.errors.ClusterLost
        If the folder cannot be written, or nobody is left to make the runs; what was made is kept.
    prsim.errors.RunFailed
        With ``on_error="stop"``, if a run fails.
    prsim.errors.StudyInterrupted
        On Ctrl-C; what was made is kept.
    """
    if isinstance(experiment, str):
        experiment = load_experiment(experiment)
    check_request(executor, on_error)
    if not experiment.sources:  # made by hand: nobody has looked at its points
        experiment.check()
    read_imported(experiment.scenario)
    folder = Path(out)
    with StudyFolder(folder, experiment, resume=resume, force=force) as kept:
        try:
            _make_runs(kept, workers, executor, on_error, progress)
            _write(kept)
        except KeyboardInterrupt:
            _write(kept)
            raise StudyInterrupted(_said(kept, "interrupted")) from None
        except (ClusterLost, StoreError) as error:
            with suppress(PrsimError):
                _write(kept)
            raise type(error)(_said(kept, str(error))) from error
        except RunFailed:
            _write(kept)
            raise
    return Study(folder)


def check_request(executor: str | Executor | None, on_error: str) -> None:
    """Refuse words that mean nothing.

    Raises
    ------
    prsim.errors.ConfigError
    """
    if isinstance(executor, str) and executor != "local" and not is_cluster(executor):
        what = f"unknown executor {executor!r}"
        raise ConfigError.of("executor", what, given=executor, allowed="local, dask, or tcp://HOST:PORT")
    if on_error not in ("record", "stop"):
        what = f"{on_error!r} is not one of the words allowed"
        raise ConfigError.of("on_error", what, given=on_error, allowed="record, stop")


def _make_runs(
    kept: StudyFolder,
    workers: int,
    executor: str | Executor | None,
    on_error: OnError,
    progress: Callable[[Progress], None] | None,
) -> None:
    before = kept.counts()
    wanted = before.waiting
    if not wanted:
        return
    with ExitStack() as stack:
        crew = stack.enter_context(_crew(kept.experiment, workers, executor, wanted, stack))
        tell = _Teller(kept, crew, progress)
        for task, result in crew.each(run_point, kept.waiting(), tell.reached):
            if isinstance(result, StudyRefused):
                raise result
            if isinstance(result, BaseException):
                result = Failure("running", f"{type(result).__name__}: {result}", "", 0.0)
            kept.keep(task, result)
            tell.one(result)
            if isinstance(result, Failure) and on_error == "stop":
                raise RunFailed(
                    _said(kept, f"{_named(kept, task)} failed while {result.origin}: {result.error}")
                )


def _crew(
    experiment: Experiment, workers: int, executor: str | Executor | None, wanted: int, stack: ExitStack
) -> Crew:
    """Those who make the runs."""
    scenario = experiment.scenario

    def plan(folder: Path | None = None, threads: int = 1) -> Plan:
        series = experiment.keep == "series"
        return Plan(
            scenario,
            experiment.sources,
            series,
            model_fingerprint(),
            graph_digests(scenario),
            folder,
            threads,
        )

    if isinstance(executor, Executor):
        return Elsewhere(RunStage, plan(), executor, workers)
    if executor is not None and executor != "local":
        return DaskCluster(RunStage, plan(), executor, workers)
    cores = workers or available_cores()
    warm_up()
    if min(cores, wanted) <= 1:
        return Here(RunStage, plan(threads=cores))
    folder = stack.enter_context(shared_society(scenario))
    return Processes(RunStage, plan(folder), min(cores, wanted))


class _Teller:
    """Counts runs, and tells whoever watches."""

    def __init__(self, kept: StudyFolder, crew: Crew, progress: Callable[[Progress], None] | None) -> None:
        self.progress = progress
        before = kept.counts()
        self.done, self.failed, self.total = before.done, 0, sum(before)
        self.first = before.done
        self.begun = time.monotonic()
        self.receipt: Receipt | None = None
        if progress is not None:
            self.receipt = _receipt(kept, crew)
            self.begun = time.monotonic()
            self.tell(0.0)

    @property
    def reached(self) -> Callable[[float], None] | None:
        """Told how many of the runs to be made are done; None where nobody watches."""
        return None if self.progress is None else self.tell

    def one(self, result: Made | Failure) -> None:
        """A run is done, or has failed."""
        self.done += isinstance(result, Made)
        self.failed += isinstance(result, Failure)

    def tell(self, runs: float) -> None:
        """Tell how far it is."""
        if self.progress is None or self.receipt is None:
            return
        gone = time.monotonic() - self.begun
        to_do = self.total - self.first
        # what was expected counts as much as two rounds of runs
        weight = 2.0 * self.receipt.workers
        rate = (gone + weight * self.receipt.seconds / max(1, to_do)) / (runs + weight)
        left = max(0.0, (to_do - runs) * rate)
        reached = self.first + runs
        self.progress(Progress(self.receipt, self.done, self.failed, self.total, reached, gone, left))


def _receipt(kept: StudyFolder, crew: Crew) -> Receipt:
    e, counts = kept.experiment, kept.counts()
    measured = kept.seconds()
    of_a_run = timed_trial(e.scenario) if measured is None else measured
    courses = len(BANDS) + len(BANDS_BY_SEGMENT) * len(e.scenario.segments)
    total = sum(counts)
    return Receipt(
        points=len(e.design),
        replicates=e.replicates,
        runs=total,
        done=counts.done,
        again=kept.failed_before,
        workers=crew.size,
        seconds_a_run=of_a_run,
        seconds=of_a_run * (total - counts.done) / crew.size,
        measured=measured is not None,
        bytes=expected_bytes(
            len(e.design), total, e.scenario.horizon_days, courses, e.keep == "series", kept.size_of_a_run()
        ),
        free=free_bytes(kept.path),
    )


def _write(kept: StudyFolder) -> None:
    write_tables(kept.path, kept.database, kept.experiment.design.factors)


def _said(kept: StudyFolder, what: str) -> str:
    """What happened, what is kept, and how to go on."""
    counts = kept.counts()
    total = sum(counts)
    return f"{what}; {counts.done:,} of {total:,} runs are kept. Go on with: prsim sweep --resume out={kept.path}"


def _named(kept: StudyFolder, task: Task) -> str:
    number = kept.experiment.design.points.index(task.point)
    return f"point {number} ({task.point}) with seed {task.seed}"
