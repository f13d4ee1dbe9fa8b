"""Part ``start``: what one waits for before anything is simulated."""

from __future__ import annotations

import math
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from benchmarks.child import Child, Stopwatch, once
from benchmarks.rows import Row, summary
from benchmarks.setting import Plan

PART = "start"
IMPORT_S, FIRST_HOUR_S, COMPILE_S, BUILD_S = 0.5, 2.0, 30.0, 3.0


def measure(plan: Plan) -> list[Row]:
    """Import, first simulated hour, first compilation, building the world."""
    repeats = plan.choose(1, 5)
    pace = once("benchmarks.start:pace")["yardstick_s"]
    plan.say("import")
    found = [once("benchmarks.start:importing") for _ in range(repeats)]
    rows = [
        _row("import prsim", "processor", [x["import"] for x in found], pace, IMPORT_S),
        _row("import prsim, load and simulate at hand", "processor", [x["cpu"] for x in found], pace),
    ]
    plan.say("first simulated hour")
    overrides = plan.choose(["population.agents=2000", "horizon_days=8"], [])
    first = [_first_hour(overrides) for _ in range(plan.choose(1, repeats + 1))][
        -repeats:
    ]  # one more, to fill the caches
    case = "prsim run, to the first simulated hour"
    rows.append(_row(case, "clock", [x["wall"] for x in first], pace, FIRST_HOUR_S))
    rows.append(_row(case, "processor", [x["cpu"] for x in first], pace))
    if plan.mode != "quick":
        plan.say("first compilation")
        with tempfile.TemporaryDirectory() as folder:
            cold, warm = (once("benchmarks.start:small_run", {"NUMBA_CACHE_DIR": folder}) for _ in range(2))
        case = "the first compilation"
        rows.append(_row(case, "clock", [cold["wall"] - warm["wall"]], pace, COMPILE_S))
        # by two processes where there are two cores
        rows.append(_row(case, "processor", [cold["cpu"] + cold["children_cpu"] - warm["cpu"]], pace))
    return [*rows, *_worlds(plan, pace)]


def _row(subject: str, measure: str, seconds: list[float], pace: float, most: float = math.nan) -> Row:
    """One row; seconds of the clock are not watched, for they are also those of whatever else runs on the machine."""
    found = summary(seconds)
    relative = found["value"] / pace if measure == "processor" else math.nan
    return Row(
        part=PART, case="waiting", subject=subject, measure=f"seconds, {measure}", unit="s", **found, most=most,
        relative=relative,
    )  # fmt: skip


def _worlds(plan: Plan, pace: float) -> Iterator[Row]:
    for agents in plan.choose([2_000], [100_000, 1_000_000]):
        plan.say(f"the world of {agents:,} agents")
        pairs = []
        for _ in range(plan.choose(1, 3)):
            with tempfile.TemporaryDirectory() as folder:
                place = {"PRSIM_CACHE": folder}
                pairs.append([once("benchmarks.start:building", place, agents=agents) for _ in range(2)])
        most = BUILD_S if agents == 1_000_000 else math.nan
        for which, how in enumerate(("built", "by the next process")):
            subject, found = f"the world of {agents:,} agents, {how}", [x[which] for x in pairs]
            yield _row(subject, "clock", [x["wall"] for x in found], pace, math.nan if which else most)
            yield _row(subject, "processor", [x["cpu"] for x in found], pace)


def _first_hour(overrides: list[str]) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        arguments = [*overrides, "workers=1", f"out={Path(folder) / 'out'}"]
        with Child("benchmarks.start:first_hour", {"arguments": arguments, "begun": time.time()}) as child:
            return child.answer()


def pace() -> dict[str, float]:
    """How fast the machine is now."""
    from benchmarks.bounds import yardstick

    return {"yardstick_s": yardstick()}


def importing() -> dict[str, float]:
    """Time ``import prsim`` alone, and with the names that a script uses first."""
    watch = Stopwatch()
    import prsim

    alone = watch.read()["cpu"]
    assert callable(prsim.load)
    assert callable(prsim.simulate)
    return {"import": alone, **watch.read()}


def first_hour(arguments: list[str], begun: float) -> Any:
    """Be ``prsim run`` until it has simulated one hour; seconds since the process was asked for."""
    answer: dict[str, float] = {}

    class Enough(BaseException):
        """Nothing that prsim would catch."""

    def enough() -> None:
        answer.update(wall=time.time() - begun, cpu=time.process_time())
        raise Enough

    _on_import("prsim.model.simulation", enough)
    from prsim.cli import main

    try:
        code = main(["run", *arguments])
    except Enough:
        return answer
    raise RuntimeError(f"prsim run ended with {code} before it had simulated an hour")


def _on_import(module: str, act: Callable[[], None]) -> None:
    """Watch for the hour without importing anything before the command does."""
    import sys
    from importlib.machinery import PathFinder

    from benchmarks.instrument import when_hour_is_over

    class Finder:
        """Lets the module load as always, then looks into it."""

        def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
            if name != module:
                return None
            sys.meta_path.remove(self)
            spec = PathFinder.find_spec(name, path, target)
            assert spec is not None
            assert spec.loader is not None
            execute = spec.loader.exec_module

            def then_look(made: Any) -> None:
                execute(made)
                when_hour_is_over(made.Simulation, 1.0, act)

            spec.loader.exec_module = then_look
            return spec

    sys.meta_path.insert(0, Finder())


def small_run() -> dict[str, float]:
    """Seconds of a run of a handful of agents, compilation included where nothing is kept yet."""
    watch = Stopwatch()
    from benchmarks.instrument import load_kernels

    load_kernels()
    children = os.times()
    return {**watch.read(), "children_cpu": children.children_user + children.children_system}


def building(agents: int) -> dict[str, float]:
    """Time the world of the default plan; the compiled code is loaded before."""
    import prsim
    from benchmarks.instrument import load_kernels
    from prsim.world.build import build_world

    load_kernels()
    scenario = prsim.load("dingtalk_2024", [f"population.agents={agents}"])
    os.sync()  # so that what the process before wrote does not count here
    watch = Stopwatch()
    build_world(scenario)
    return watch.read()
