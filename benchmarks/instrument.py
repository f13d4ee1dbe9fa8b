"""Where the benchmarks look inside a run. The one place that knows names of the engine's own."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any


def exposures_made(simulation: Any) -> int:
    """Exposures of agents that the engine has worked off in a run so far."""
    return int(simulation.audience.queue.free[1])


def stories_told(simulation: Any) -> int:
    """Stories of a run so far."""
    return int(simulation.audience.n_stories)


def record_bytes(simulation: Any) -> int:
    """Bytes of an agent's record that an exposure reads and changes."""
    return int(simulation.audience.state.nbytes // len(simulation.audience.agents.seg))


class Meter:
    """Seconds of the processor that some functions take in this process, added up by name."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    def watch(self, owner: Any, name: str, title: str) -> None:
        """Put a clock around a function or method."""
        setattr(owner, name, self._timed(getattr(owner, name), title))

    def _timed(self, function: Callable[..., Any], title: str) -> Callable[..., Any]:
        self.seconds[title] = 0.0

        def outer(*arguments: Any, **named: Any) -> Any:
            begun = time.process_time()
            try:
                return function(*arguments, **named)
            finally:
                self.seconds[title] += time.process_time() - begun

        return outer


def meter_engine() -> Meter:
    """Watch, in this process, what moves the audience (``engine``) and what counts it (``census``).

    The engine's time holds what passes in compiled code along with the audience: pulses and meetings at which nothing
    is decided.
    """
    from prsim.model.census import Census
    from prsim.model.simulation import Simulation

    meter = Meter()
    meter.watch(Simulation, "_let_time_pass", "engine")
    meter.watch(Census, "count", "census")
    return meter


def when_hour_is_over(simulation: Any, hour: float, act: Callable[[], None]) -> None:
    """Call `act` as soon as a run of this process has simulated so many hours; `simulation` is its class."""
    pass_time = simulation._let_time_pass

    def outer(self: Any) -> None:
        pass_time(self)
        if self.audience.tick * self.tick_h >= hour:
            act()

    simulation._let_time_pass = outer


def load_kernels() -> None:
    """Make this process load the compiled code, so that it does not count: by a whole plan, which uses all of it."""
    import prsim

    prsim.simulate(prsim.load("dingtalk_2024", ["population.agents=500"]))
