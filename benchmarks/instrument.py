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
    """Watch, in this process, what moves the audience (``engine``) and what counts it (``census``)."""
    from prsim.model.audience import Audience
    from prsim.model.census import Census

    meter = Meter()
    meter.watch(Audience, "advance_to", "engine")
    meter.watch(Census, "count", "census")
    return meter


def when_hour_is_over(audience: Any, hour: float, act: Callable[[], None]) -> None:
    """Call `act` as soon as a run of this process has simulated so many hours; `audience` is the class ``Audience``."""
    advance = audience.advance_to

    def outer(self: Any, t: float) -> None:
        advance(self, t)
        if t >= hour:
            act()

    audience.advance_to = outer


def load_kernels() -> None:
    """Make this process load the compiled code, so that it does not count."""
    import prsim

    prsim.simulate(prsim.load("dingtalk_2024", ["population.agents=500", "horizon_days=12"]))
