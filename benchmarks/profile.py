"""Part ``profile``: where the time of one whole run goes, from Mesa's model to the result tables."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.child import BUILT_ANEW, ROOT, Stopwatch, once
from benchmarks.rows import Row
from benchmarks.setting import Plan

PART = "profile"
SMALLEST = 0.005  # share below which parts are put together
DEEPEST = 40  # calls from a library's function up to who asked for it

type Function = tuple[str, int, str]  # file, line, name
type Stats = dict[Function, tuple[int, int, float, float, dict[Function, tuple[int, int, float, float]]]]

ROOMS = {
    "spread/draws.py": "names of draws",
    "measure/recorder.py": "recorder",
    "measure/survey.py": "survey",
    "study/": "tables and summary",
    "measure/": "tables and summary",
    "model/audience.py": "calls of the engine, stories, threads",
    "model/census.py": "census of the audience (compiled)",
    "model/simulation.py": "pulse, hot lists, appointments",
}


def measure(plan: Plan) -> list[Row]:
    """Shares of one run."""
    rows: list[Row] = []
    for agents in plan.choose([2_000], [100_000, 1_000_000]):
        plan.say(f"profile at {agents:,} agents")
        overrides = [f"population.agents={agents}", *plan.choose(["horizon_days=20"], [])]
        found = once("benchmarks.profile:profiled", BUILT_ANEW, overrides=overrides)
        rows += _rows(f"one run at {agents:,} agents", found)
    return rows


def _rows(case: str, found: dict[str, Any]) -> Iterator[Row]:
    yield Row(
        part=PART,
        case=case,
        subject="prsim",
        measure="seconds without the profiler",
        unit="s",
        value=found["plain_s"],
    )
    yield Row(
        part=PART,
        case=case,
        subject="prsim",
        measure="seconds under the profiler",
        unit="s",
        value=found["profiled_s"],
    )
    total = sum(found["seconds"].values())
    rest = 0.0
    for part, seconds in sorted(found["seconds"].items(), key=lambda x: -x[1]):
        if seconds < SMALLEST * total:
            rest += seconds
            continue
        yield Row(part=PART, case=case, subject=part, measure="share", unit="share", value=seconds / total)
    yield Row(
        part=PART, case=case, subject="all smaller parts", measure="share", unit="share", value=rest / total
    )


def profiled(overrides: list[str]) -> dict[str, Any]:
    """Run once without and once with the profiler; its own seconds per part."""
    import cProfile
    import pstats

    from benchmarks.instrument import load_kernels
    from benchmarks.replicate import scenario_of
    from prsim.measure.recorder import Recorder
    from prsim.model.simulation import Simulation
    from prsim.study.run import collect
    from prsim.world.build import build_world

    load_kernels()
    scenario = scenario_of(overrides)
    world = build_world(scenario)

    def run() -> float:
        watch = Stopwatch()
        simulation = Simulation(scenario, world, 1)
        Recorder(simulation)
        simulation.run()
        collect(simulation, 1)
        return watch.read()["cpu"]

    plain = run()
    profiler = cProfile.Profile()
    spent = profiler.runcall(run)
    stats: Stats = pstats.Stats(profiler).stats
    return {"plain_s": plain, "profiled_s": spent, "seconds": by_part(stats)}


def by_part(stats: Stats) -> dict[str, float]:
    """Own seconds of all functions by part; those of a library or a built-in go to the part that called it.

    Where several parts call one, its seconds are divided as the profiler saw the calls.
    """
    parts: dict[str, float] = defaultdict(float)
    waiting = {function: own for function, (_, _, own, _, _) in stats.items()}
    for _ in range(DEEPEST):
        up: dict[Function, float] = defaultdict(float)
        for function, seconds in waiting.items():
            name = part_of(function)
            callers = stats[function][4]
            weights = {c: x[3] for c, x in callers.items() if c != function and c in stats}
            total = sum(weights.values())
            if name or total <= 0.0:
                parts[name or "other"] += seconds
                continue
            for caller, weight in weights.items():
                up[caller] += seconds * weight / total
        waiting = up
        if not waiting:
            break
    parts["other"] += sum(waiting.values())
    return dict(parts)


def part_of(function: Function) -> str:
    """Part of the model that a function belongs to; empty for a library's, which works for whoever called it."""
    file, _, name = function
    if file == "~":
        _, found, kernel = name.partition("<built-in method prsim.")
        return f"kernel {kernel.rstrip('>').rpartition('.')[2]} (compiled)" if found else ""
    path = Path(file)
    if "mesa" in path.parts[:-1]:
        return "Mesa's calendar"
    try:
        place = path.relative_to(ROOT / "prsim").as_posix()
    except ValueError:
        return ""
    if place.startswith("measure/observe"):
        return ROOMS["model/census.py"]
    for start, title in ROOMS.items():
        if place.startswith(start):
            return title
    if place.startswith("model/"):
        return f"institutions: {path.stem.replace('_', ' ')}"
    return place.partition("/")[0]
