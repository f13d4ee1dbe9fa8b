"""Compilation of everything that a run calls: once for a machine, by one process, announced.

Worker processes and later runs find the compiled code in numba's cache. A mark beside it says that it is complete;
without the mark (a new version, another processor, a compilation that was broken off) it is completed first.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from hashlib import blake2b
from pathlib import Path

import llvmlite.binding as llvm
import numba

from prsim.spread.compiled import FOLDER, fingerprint
from prsim.study.apart import compiled_apart, in_haste

__all__ = ["is_warm", "warm_up"]

# What the kernels' signatures depend on is the same for every scenario, so any that uses all of the model will do.
_SCENARIO = "dingtalk_2024"
_SMALL = {"population.agents": 500, "horizon_days": 61}  # with the first incident, its answer and the repair
_done = False  # in this process


def is_warm() -> bool:
    """Whether nothing is left to be compiled for a run."""
    return bool(vars(numba.config)["DISABLE_JIT"]) or _mark().exists()


def to_stderr(text: str) -> None:
    """Say something to whoever watches."""
    print(f"prsim: {text}", file=sys.stderr, flush=True)


def warm_up(say: Callable[[str], None] = to_stderr) -> None:
    """Compile what a run calls, unless that was done before; tell ``say`` in a sentence before and after.

    Where another process is at it, wait for it.
    """
    global _done
    if _done or is_warm():
        _done = True
        return
    with _alone(say):
        if not is_warm():
            say("Compiling the engine, once on this machine: up to a minute …")
            begun = time.perf_counter()
            with in_haste():
                run_all_kernels()
            with suppress(OSError):
                _mark().touch()
            say(f"Compiled in {time.perf_counter() - begun:.0f} s.")
    _done = True


def run_all_kernels() -> None:
    """Simulate a small scenario in which everything happens that the model knows.

    What lets time pass for the audience takes about as long to compile as all the rest. Where there is a second core,
    both are compiled at once: the rest by a simulation whose audience stands still.
    """
    from prsim.measure.recorder import Recorder
    from prsim.model.simulation import Simulation
    from prsim.scenario.load import load
    from prsim.spread.advance import advance
    from prsim.spread.compiled import fitted
    from prsim.spread.crew import lend_a_hand
    from prsim.study.workers import available_cores
    from prsim.world.build import build_world

    scenario = load(_SCENARIO, _SMALL)
    world = build_world(scenario)

    def set_up() -> Simulation:
        simulation = Simulation(scenario, world, seed=1)
        Recorder(simulation)
        return simulation

    if available_cores() > 1:
        simulation = set_up()
        audience = simulation.audience
        with compiled_apart(advance, (audience.tick, audience.tick, audience.handed())) as apart:
            if apart:
                audience.stand_still()
                simulation.run()
    simulation = set_up()
    simulation.run()
    audience = simulation.audience
    fitted(lend_a_hand, (audience.crew.board, 1, audience.address(), audience.handed()))


def _mark() -> Path:
    """A file that is there if all is compiled: for these kernels, this processor and this Python."""
    machine = (
        fingerprint(),
        llvm.get_host_cpu_name(),
        llvm.get_host_cpu_features().flatten(),
        sys.implementation.cache_tag,
    )
    return FOLDER / f"complete-{blake2b(repr(machine).encode(), digest_size=8).hexdigest()}"


@contextmanager
def _alone(say: Callable[[str], None]) -> Iterator[None]:
    """Let one process at a time through; where that cannot be had, go on: to compile twice costs time only."""
    if os.name != "posix":
        yield
        return
    import fcntl

    try:
        lock = (FOLDER / "compiling.lock").open("w")
    except OSError:
        yield
        return
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Another process is compiling the engine; waiting for it …")
            fcntl.flock(lock, fcntl.LOCK_EX)
        except OSError:  # a file system without locks
            pass
        yield
