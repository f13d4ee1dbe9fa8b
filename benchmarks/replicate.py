"""One run of a scenario in a process of its own: seconds by part, memory, exposures, and what the machine allows."""

from __future__ import annotations

import dataclasses
from typing import Any

from benchmarks.bounds import bounds, yardstick
from benchmarks.child import Stopwatch, peak_mb
from benchmarks.instrument import exposures_made, load_kernels, meter_engine, record_bytes, stories_told


def scenario_of(overrides: list[str], calendars: int = 1) -> Any:
    """`dingtalk_2024` with overrides; every activity of its calendar so many times, and as much more money."""
    import prsim

    scenario = prsim.load("dingtalk_2024", overrides)
    if calendars == 1:
        return scenario
    activities = {
        f"{name}_{i}" if i else name: activity
        for i in range(calendars)
        for name, activity in scenario.activities.items()
    }
    budget = dataclasses.replace(scenario.budget, total=scenario.budget.total * calendars)
    return dataclasses.replace(scenario, activities=activities, budget=budget)


def replicate(overrides: list[str], seed: int = 1, calendars: int = 1, bare: bool = False) -> dict[str, Any]:
    """Build the world and run once; seconds are those of the processor.

    `bare` measures the loops of :mod:`benchmarks.bounds` in the same process, with as many records as there are agents;
    after the run, when the peak of the memory has been read.
    """
    from prsim.measure.recorder import Recorder
    from prsim.model.simulation import Simulation
    from prsim.study.run import collect
    from prsim.world.build import build_world

    scenario = scenario_of(overrides, calendars)
    load_kernels()
    meter = meter_engine()
    watch = Stopwatch()
    world = build_world(scenario)
    built = watch.read()
    for title in meter.seconds:
        meter.seconds[title] = 0.0
    watch = Stopwatch()
    simulation = Simulation(scenario, world, seed)
    Recorder(simulation)
    simulation.run()
    ran = watch.read()
    collect(simulation, seed)
    done = watch.read()
    peak = peak_mb()
    widths = sorted({16, 64, record_bytes(simulation)}) if bare else []
    return {
        "agents": scenario.population.agents,
        "build_s": built["cpu"],
        "run_s": done["cpu"],
        "wall_s": done["wall"],
        "engine_s": meter.seconds["engine"],
        "census_s": meter.seconds["census"],
        "tables_s": done["cpu"] - ran["cpu"],
        "exposures": exposures_made(simulation),
        "stories": stories_told(simulation),
        "peak_mb": peak,
        "yardstick_s": yardstick(),
        "record_bytes": record_bytes(simulation),
        "bounds": {str(w): bounds(scenario.population.agents, w) for w in widths},
    }


def many(overrides: list[str], counts: list[int], workers: int) -> dict[str, Any]:
    """Runs through ``simulate_many``: seconds by the clock for each number of runs."""
    import prsim

    load_kernels()
    plan = prsim.load("dingtalk_2024", overrides)
    out = []
    for count in counts:
        watch = Stopwatch()
        runs = prsim.simulate_many(plan, range(1, count + 1), workers=workers)
        assert len(runs) == count
        del runs
        out.append({"runs": count, "wall": watch.read()["wall"]})
    return {"times": out, "peak_mb": peak_mb(), "yardstick_s": yardstick()}
