"""One replicate in a process of its own: seconds by part, peak memory, exposures per second against a bare loop.

``python -m benchmarks.replicate AGENTS SEED`` prints one line of JSON. Seconds are those of the processor, so that
other work on the machine disturbs them little.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np

MB = 1024.0 if sys.platform != "darwin" else 1024.0**2


def peak_mb() -> float:
    """Peak memory of this process so far, MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MB


def watched(function: Callable[..., Any], spent: list[float]) -> Callable[..., Any]:
    """Return the function, adding up its seconds in ``spent[0]``."""

    def outer(*arguments: Any) -> Any:
        begun = time.process_time()
        try:
            return function(*arguments)
        finally:
            spent[0] += time.process_time() - begun

    return outer


def bare_rate(hot: np.ndarray, rounds: int = 3) -> float:
    """Records per second of a loop that only reads, changes and writes one of these records after the other, at random.

    The bound of what any exposure loop over records of this size could do on this machine.
    """
    from numba import njit

    @njit
    def touch(records: np.ndarray, order: np.ndarray) -> None:
        for i in order:
            records[i, 8] += 1.0
            records[i, 9] = 0.5 * records[i, 9] + 1.0

    records = hot.copy()
    order = np.random.default_rng(1).integers(0, len(hot), 2_000_000)
    touch(records, order[:10])
    best = np.inf
    for _ in range(rounds):
        begun = time.process_time()
        touch(records, order)
        best = min(best, time.process_time() - begun)
    return len(order) / best


def measure(agents: int, seed: int) -> dict[str, float]:
    """Run the default scenario once."""
    begun = time.process_time()
    import prsim
    from prsim.measure.recorder import Recorder
    from prsim.model import audience, census
    from prsim.model.simulation import Simulation
    from prsim.study.run import collect
    from prsim.world.build import build_world

    imported = time.process_time()
    scenario = prsim.load("dingtalk_2024", [f"population.agents={agents}"])
    loaded = time.process_time()
    world = build_world(scenario)
    built = time.process_time()
    world_mb = peak_mb()
    prsim.simulate(
        prsim.load("dingtalk_2024", ["population.agents=500"])
    )  # every process loads the kernels once
    kernels = time.process_time()
    engine, counts, fitted = [0.0], [0.0], audience.fitted
    audience.fitted = lambda kernel, arguments: watched(fitted(kernel, arguments), engine)
    census.observe = watched(census.observe, counts)
    simulation = Simulation(scenario, world, seed)
    Recorder(simulation)
    simulation.run()
    ran = time.process_time()
    collect(simulation, seed)
    collected = time.process_time()
    exposures = int(simulation.audience.queue.today[2])
    return {
        "import_s": imported - begun,
        "load_s": loaded - imported,
        "build_s": built - loaded,
        "warm_up_s": kernels - built,
        "run_s": ran - kernels,
        "collect_s": collected - ran,
        "engine_s": engine[0],
        "census_s": counts[0],
        "institutions_s": ran - kernels - engine[0] - counts[0],
        "replicate_s": collected - kernels,
        "world_mb": world_mb,
        "peak_mb": peak_mb(),
        "exposures": exposures,
        "exposures_per_s": exposures / engine[0],
        "bare_per_s": bare_rate(world.population.hot),
    }


if __name__ == "__main__":
    print(json.dumps(measure(int(sys.argv[1]), int(sys.argv[2]))))
