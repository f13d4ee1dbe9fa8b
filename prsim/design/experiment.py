"""An experiment: a question, a scenario, what is varied in it, and how often each point is repeated."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Literal

from prsim.design.points import Design, Point
from prsim.errors import ConfigError
from prsim.scenario.root import Scenario

__all__ = ["Experiment", "Keep"]

type Keep = Literal["summaries", "series"]

_SEEDS = 2**62  # a seed of a scenario lies below


@dataclass(frozen=True)
class Experiment:
    """A question, and the runs that answer it.

    Attributes
    ----------
    name, title_en, title_zh, question_en, question_zh
        What it is called and what it asks.
    scenario
        The base, loaded and checked; every point changes a few of its keys.
    design
        What is varied.
    replicates
        Runs at every point.
    common
        Common random numbers: the same seeds at every point, so that differences between points are not luck.
    keep
        What is kept of a run: its summaries, or its whole series too.
    notes
        What whoever reads the results should know.
    """

    name: str
    title_en: str
    title_zh: str
    question_en: str
    question_zh: str
    scenario: Scenario
    design: Design
    replicates: int
    common: bool = True
    keep: Keep = "summaries"
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not 1 <= self.replicates <= 100_000:
            what = f"{self.replicates} is out of range"
            raise ConfigError.of("experiment.replicates", what, allowed="1 … 100,000 runs")

    @property
    def runs(self) -> int:
        """Runs in all."""
        return len(self.design) * self.replicates

    def seed(self, point: Point, replicate: int) -> int:
        """Seed of a run: the same at every point with common random numbers, else its own.

        It depends on what the point sets, not on its number, so that points can be added without changing the others.
        """
        if self.common:
            return self.scenario.seed + replicate
        text = f"{self.scenario.seed}/{point.key}/{replicate}"
        return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest()) % _SEEDS
