"""What a study will take, said before it begins: runs, time, room on the disk."""

from __future__ import annotations

import dataclasses
import shutil
import time
from dataclasses import dataclass
from pathlib import Path

from prsim.scenario.root import Scenario

__all__ = ["Receipt", "in_words", "timed_trial"]

TRIAL_DAYS = 14.0
_BUSY = 1.3  # a day with incidents takes longer than those that a trial sees
_RUN_BYTES = 30_000  # kept of a run of 240 days, before any run says better
_SERIES_BYTES = 1_500_000
_BAND_BYTES = 32.0  # of a row of bands.parquet: little of it can be compressed


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a study will take.

    Attributes
    ----------
    points, replicates
        Of the experiment.
    runs
        Runs in all; ``done`` of them are there already, ``again`` failed before and are tried again.
    workers
        Runs that are made at the same time.
    seconds_a_run, seconds
        Time of a run on one core, and of all that are to be made.
    measured
        Whether the time was taken from runs of this study, and not from a short trial.
    bytes, free
        Room that it takes on the disk in the end, and that there is.
    """

    points: int
    replicates: int
    runs: int
    done: int
    again: int
    workers: int
    seconds_a_run: float
    seconds: float
    measured: bool
    bytes: int
    free: int

    def lines(self) -> list[str]:
        """The receipt as it is printed."""
        to_do = self.runs - self.done
        seeds = f"{self.replicates:,} seed{'s' * (self.replicates > 1)}"
        lines = [f"{self.points:,} point{'s' * (self.points > 1)} × {seeds} = {self.runs:,} runs"]
        if self.done:
            lines[0] += f"; {self.done:,} are there, {to_do:,} to do"
        if self.again:
            lines[0] += f" ({self.again:,} of them failed before)"
        if to_do:
            source = "as before" if self.measured else "a first estimate"
            lines.append(
                f"about {in_words(self.seconds)} on {self.workers} worker{'s' * (self.workers > 1)} "
                f"({self.seconds_a_run:.2g} s a run, {source}), {_size(self.bytes)} on the disk"
            )
        if self.bytes > self.free:
            lines.append(f"there are only {_size(self.free)} left on the disk")
        return lines


def expected_bytes(
    points: int, runs: int, days: float, courses: int, series: bool, run_bytes: float | None
) -> int:
    """Room that a study takes: what is kept of its runs, its tables, its series."""
    part = days / 240.0
    of_runs = runs * (run_bytes or _RUN_BYTES * part)
    of_bands = points * courses * (days + 1) * _BAND_BYTES
    return round(1.2 * of_runs + of_bands + (runs * _SERIES_BYTES * part if series else 0.0))


def free_bytes(folder: Path) -> int:
    """Room that is left where a folder is, or will be."""
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return shutil.disk_usage(folder).free


def timed_trial(scenario: Scenario) -> float:
    """Time that a run takes (s), estimated from its first two weeks."""
    from prsim.study.api import simulate
    from prsim.world.build import build_world

    days = min(TRIAL_DAYS, scenario.horizon_days)
    short = dataclasses.replace(scenario, horizon_days=days)
    world = build_world(short)
    begun = time.process_time()
    simulate(dataclasses.replace(short, horizon_days=min(1.0, days)), world=world)
    overhead = time.process_time() - begun
    begun = time.process_time()
    simulate(short, world=world)
    more = time.process_time() - begun - overhead
    return overhead + max(0.0, more) / days * scenario.horizon_days * _BUSY


def in_words(seconds: float) -> str:
    """A time as people say it."""
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    if seconds < 90 * 60:
        return f"{round(seconds / 60)} min"
    return f"{seconds / 3600:.1f} h" if seconds < 48 * 3600 else f"{seconds / 86400:.1f} days"


def _size(n: float) -> str:
    return f"{n / 1e9:.1f} GB" if n >= 1e9 else f"{max(1, round(n / 1e6))} MB"
