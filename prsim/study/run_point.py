"""One run of a study, as whoever does it sees it: a point and a seed in, what is kept of the run out.

A failure is a result too: where it happened, what it says, and its traceback.
"""

from __future__ import annotations

import time
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, NamedTuple

from prsim.design.points import Point
from prsim.design.variations import Variations
from prsim.errors import StudyRefused
from prsim.measure.recorder import Recorder
from prsim.model.simulation import Simulation
from prsim.scenario.compose import Composed
from prsim.scenario.plain import graph_digests
from prsim.scenario.root import Scenario
from prsim.study.executors import Told
from prsim.study.model_version import model_fingerprint
from prsim.study.run import collect, dismiss
from prsim.study.summaries import kept_of, pack
from prsim.study.warm_up import warm_up
from prsim.world.build import World, build_world
from prsim.world.society import same_society

__all__ = ["Failure", "Made", "Plan", "RunStage", "Task", "run_point"]

type Origin = Literal["instantiating", "running", "measuring", "writing"]


@dataclass(frozen=True, slots=True)
class Plan:
    """What every process is sent once.

    Attributes
    ----------
    base, sources
        The scenario that points vary, and what it was composed from (see :class:`prsim.design.experiment.Experiment`).
    series
        Whether the whole series are kept.
    model
        Fingerprint of the model that the study is made by.
    graphs
        Contents of imported graphs, as :func:`prsim.scenario.plain.graph_digests` has them.
    folder
        Where the base scenario's society lies, for processes of this machine; None: build it.
    threads
        Threads that count a large audience.
    """

    base: Scenario
    sources: Mapping[str, Composed]
    series: bool
    model: str
    graphs: Mapping[str, Mapping[str, str]]
    folder: Path | None = None
    threads: int = 1


class Task(NamedTuple):
    """A run to be made."""

    point: Point
    replicate: int
    seed: int


@dataclass(frozen=True, slots=True)
class Made:
    """What is kept of a run, packed; its series as a Parquet file, if they are kept."""

    kept: bytes
    series: bytes | None
    seconds: float


@dataclass(frozen=True, slots=True)
class Failure:
    """Why there is no such run.

    Attributes
    ----------
    origin
        Where it went wrong: ``instantiating``, ``running``, ``measuring`` or ``writing``.
    """

    origin: Origin
    error: str
    traceback: str
    seconds: float


class RunStage:
    """What all runs of a study need: the variations of its scenario, and worlds."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self._last: World | None = None

    @cached_property
    def variations(self) -> Variations:
        """Scenarios by point."""
        found = model_fingerprint()
        if found != self.plan.model:
            raise StudyRefused(f"another version of prsim works here: {found}, not {self.plan.model}")
        for key, graph in graph_digests(self.plan.base).items():
            if graph["sha256"] != self.plan.graphs[key]["sha256"]:
                raise StudyRefused(
                    f"population.{key}: {graph['path']} has another content here, or is missing"
                )
        warm_up()
        return Variations(self.plan.base, self.plan.sources)

    @cached_property
    def world(self) -> World:
        """The world of the base scenario."""
        return build_world(self.plan.base, folder=self.plan.folder)

    def get_ready(self) -> None:
        """Build what all runs share, unless that was done before."""
        for part in ("variations", "world"):
            getattr(self, part)

    def world_of(self, scenario: Scenario) -> World:
        """The world of a point; what it has in common with the base or with the last point is shared."""
        like = self._last or self.world
        if not same_society(like.scenario, scenario):
            like = self.world
        self._last = build_world(scenario, like)
        return self._last


def run_point(stage: RunStage, task: Task, told: Told) -> Made | Failure:
    """Make one run."""
    origin: Origin = "instantiating"
    begun = time.perf_counter()
    try:
        stage.get_ready()
        begun = time.perf_counter()
        scenario = stage.variations.at(task.point)
        simulation = Simulation(scenario, stage.world_of(scenario), task.seed, stage.plan.threads)
        Recorder(simulation)
        origin = "running"
        hours = simulation.horizon
        simulation.run(lambda hour: told(min(hour / hours, 1.0)))
        origin = "measuring"
        run = collect(simulation, task.seed)
        dismiss(simulation)
        kept = kept_of(run)
        origin = "writing"
        series = _shard(task, run.series) if stage.plan.series else None
        return Made(pack(kept), series, time.perf_counter() - begun)
    except StudyRefused:  # no failure of the run: nothing here can be run for this study
        raise
    except Exception as error:  # noqa: BLE001 - a failure is data
        return Failure(origin, _said(error), traceback.format_exc(), time.perf_counter() - begun)


def _shard(task: Task, series: Any) -> bytes:
    """The series of a run as a Parquet file; its point is named by its key, which never changes."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.table(
        {
            "key": pa.array([task.point.key] * len(series), pa.dictionary(pa.int32(), pa.string())),
            "replicate": pa.array([task.replicate] * len(series), pa.int32()),
            "seed": pa.array([task.seed] * len(series), pa.int64()),
            "time_h": pa.array(series["time_h"].to_numpy()),
            "segment": pa.array(series["segment"].astype("str")),
            "metric": pa.array(series["metric"].astype("str")),
            "value": pa.array(series["value"].to_numpy()),
        }
    )
    buffer = pa.BufferOutputStream()
    pq.write_table(table, buffer, compression="zstd")
    out: bytes = buffer.getvalue().to_pybytes()
    return out


def _said(error: Exception) -> str:
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
