"""What tests share: scenarios with changed values, runs, exact comparison, pooled errors, commands as typed."""

from __future__ import annotations

import copy
import dataclasses
import hashlib
import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import prsim
from prsim.cli import main
from prsim.measure.targets import series_of
from prsim.model.audience import Audience
from prsim.scenario.crisis import Scheduled
from prsim.scenario.load import from_plain
from prsim.scenario.plain import to_plain
from prsim.scenario.root import Scenario
from prsim.spread import layout as L
from prsim.spread.compiled import kernel
from prsim.spread.places import MOST_IN_BLOCK, PLACE, PLACES
from prsim.spread.walks import meet
from prsim.study.run import Run, to_json
from prsim.world.build import World, build_world

FIXTURES = Path(__file__).parent / "fixtures"
RICH = FIXTURES / "rich.yaml"
TINY = FIXTURES / "tiny.yaml"
TABLES = ("series", "events", "ledger")


@cache
def _plain(name: str) -> dict[str, Any]:
    return to_plain(prsim.load(FIXTURES / f"{name}.yaml"))


def plain_of(name: str) -> dict[str, Any]:
    """A fixture as plain data with every default written out; a copy to be changed at will."""
    return copy.deepcopy(_plain(name))


def changed(plain: dict[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Set dotted keys in plain data (in place)."""
    for path, value in changes.items():
        *parents, last = path.split(".")
        node: Any = plain
        for key in parents:
            node = node[int(key)] if isinstance(node, list) else node[key]
        node[last] = value
    return plain


def fixture(name: str, changes: Mapping[str, Any] | None = None) -> Scenario:
    """A fixture's scenario with dotted keys changed; a shorter horizon cuts its calendar short."""
    plain = plain_of(name)
    return from_plain(changed(plain, changes or {}), (_plain(name)["horizon_days"],)).scenario


def dingtalk(*overrides: str) -> Scenario:
    """The default scenario with overrides, as on the command line."""
    return prsim.load("dingtalk_2024", list(overrides))


def one_after_another(base: Scenario, names: Sequence[str], gap_days: float) -> Scenario:
    """A scenario in which incidents of its library happen at equal distances, from ten on its second day."""
    first = datetime.fromisoformat(base.meta.start) + timedelta(days=1, hours=10)
    schedule = {
        f"case-{i}": Scheduled(use=name, start=(first + timedelta(days=i * gap_days)).isoformat())
        for i, name in enumerate(names)
    }
    return dataclasses.replace(base, incidents=dataclasses.replace(base.incidents, schedule=schedule))


def runs_of(scenario: Scenario, seeds: Iterable[int], world: World | None = None) -> list[Run]:
    """Runs of a scenario that share a world."""
    world = world or build_world(scenario)
    return [prsim.simulate(scenario, seed, world=world) for seed in seeds]


def _bytes(column: pd.Series[Any]) -> bytes:
    if column.dtype.kind in "fiu":
        return np.ascontiguousarray(column.to_numpy()).tobytes()
    return "\0".join(map(str, column)).encode()


def fingerprint(run: Run) -> dict[str, str]:
    """A hash of every column of a run's tables and of its summary: equal only for the same bytes."""
    out = {"summary": hashlib.sha256(to_json(run.summary).encode()).hexdigest()}
    for table in TABLES:
        frame = getattr(run, table)
        for column in frame:
            out[f"{table}.{column}"] = hashlib.sha256(_bytes(frame[column])).hexdigest()
    return out


def before(run: Run, t: float) -> dict[str, str]:
    """The same of all rows before time ``t`` (h), the summary left out."""
    out = {}
    for table in TABLES:
        frame = getattr(run, table)
        frame = frame[frame["time_h"] < t]
        for column in frame:
            out[f"{table}.{column}"] = hashlib.sha256(_bytes(frame[column])).hexdigest()
        out[table] = str(len(frame))
    return out


def mean_of(run: Run, metric: str, since_h: float = 0.0) -> float:
    """Mean of a metric of the whole audience over the observations from ``since_h`` on."""
    t, v = series_of(run.series, metric)
    return float(v[t >= since_h].mean())


def total_of(run: Run, metric: str) -> float:
    """Sum of a metric of the whole audience over all observations."""
    return float(series_of(run.series, metric)[1].sum())


def last_of(run: Run, metric: str) -> float:
    """Last value of a metric of the whole audience."""
    return float(series_of(run.series, metric)[1][-1])


def pooled(values: Iterable[float]) -> tuple[float, float]:
    """Mean and standard error."""
    x = np.array(list(values), float)
    return float(x.mean()), float(x.std(ddof=1) / math.sqrt(len(x)))


def refused(capsys: pytest.CaptureFixture[str], *argv: str) -> str:
    """What a command says that it does not do: one message, no traceback, nothing on standard output."""
    assert main(argv) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("prsim: ")
    assert "Traceback" not in captured.err
    return captured.err


def printed(capsys: pytest.CaptureFixture[str], *argv: str) -> str:
    """What a command prints that has nothing to complain of."""
    assert main(argv) == 0
    captured = capsys.readouterr()
    assert captured.err == ""
    return captured.out


def from_python(inlined: Any) -> Any:
    """A kernel that only other kernels can call, for a test to call."""
    return kernel()(lambda *arguments: inlined(*arguments))


_meet = from_python(meet)


def met(walk: np.ndarray, visits: int, size: int, block: int, cells: np.ndarray) -> np.ndarray:
    """Agents that a walk meets at its next visits in a segment of ``size`` places, some visits at a time."""
    room = visits + MOST_IN_BLOCK
    agent, origin = np.zeros(room, np.int32), np.zeros(room, np.int32)
    for first in range(0, visits, 37):
        _meet(walk, first, min(37, visits - first), visits - first, 0, size, block, cells, agent, origin)
    return agent[:visits]


def visited(walk: np.ndarray, visits: int, size: int, block: int) -> np.ndarray:
    """Places of a walk's next visits: those whom it meets where every place belongs wholly to one agent."""
    half = size // PLACES
    cells = (np.arange(half) + half).astype(np.uint32) | np.uint32(
        PLACE << 26
    )  # the owner keeps the first place
    return met(walk, visits, size, block, cells)


def attitudes(audience: Audience) -> np.ndarray:
    """Attitudes of all agents as they were last touched, float64[N, MAX_TOPICS]."""
    return np.asarray(audience.state["attitude"] / L.UNIT)


def baselines(audience: Audience) -> np.ndarray:
    """Personal baselines of the attitudes, float64[N, MAX_TOPICS]."""
    return np.asarray(audience.state["base"] / L.UNIT)


def awareness(audience: Audience) -> np.ndarray:
    """Awareness of all agents as they were last touched, float64[N]."""
    return np.asarray(audience.state["aware"] / L.SHARE)


def touched_h(audience: Audience) -> np.ndarray:
    """When each agent was last touched, h, to the minute: float64[N]."""
    return np.asarray(audience.state["touched"] / 60.0)
