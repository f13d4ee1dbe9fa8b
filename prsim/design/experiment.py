"""An experiment: a question, a scenario, what is varied in it, and how often each point is repeated."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal, get_args

from prsim.design.levels import whole
from prsim.design.points import Design, Point
from prsim.design.variations import Variations, choices_of, chosen
from prsim.errors import ConfigError
from prsim.scenario.compose import DEFAULT_SCENARIO, Composed, compose_plain
from prsim.scenario.load import from_plain
from prsim.scenario.names import unknown_name
from prsim.scenario.overrides import Change, Overrides, parse
from prsim.scenario.root import Scenario

__all__ = ["MOST_RUNS", "Experiment", "Keep", "sources_of"]

MOST_RUNS = 10_000_000

Keep = Literal["summaries", "series"]
_KEEPS: tuple[str, ...] = get_args(Keep)

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
    sources
        The base as it was composed, by the groups that points choose (see
        :class:`~prsim.design.variations.Variations`).

    Raises
    ------
    ConfigError
        If there are too few or too many runs.
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
    sources: Mapping[str, Composed] = field(default_factory=dict, repr=False, compare=False)

    def __post_init__(self) -> None:
        whole(self.replicates, "experiment.replicates", 1, 100_000)
        if self.runs > MOST_RUNS:
            what = f"{len(self.design):,} points with {self.replicates:,} replicates are {self.runs:,} runs"
            raise ConfigError.of("experiment", what, given=str(self.runs), allowed=f"at most {MOST_RUNS:,}")
        if self.keep not in _KEEPS:
            what = f"{self.keep!r} is not one of the words allowed"
            raise ConfigError([unknown_name("experiment.keep", what, str(self.keep), _KEEPS)])

    @classmethod
    def of(
        cls,
        design: Design,
        scenario: str | Path = DEFAULT_SCENARIO,
        overrides: Overrides = (),
        *,
        name: str = "experiment",
        replicates: int = 20,
        common: bool = True,
        keep: Keep = "summaries",
        title_en: str = "",
        title_zh: str = "",
        question_en: str = "",
        question_zh: str = "",
    ) -> Experiment:
        """An experiment on a scenario by name or file; the scenario of every point is checked.

        Raises
        ------
        ConfigError
            If the scenario or a point cannot be used; the message names the point and the key.
        """
        base = parse(overrides)
        sources = sources_of(scenario, base, design)
        loaded = from_plain(sources[""].plain, sources[""].horizons)
        titles = (title_en or name, title_zh or title_en or name)
        made = cls(
            name,
            *titles,
            question_en,
            question_zh or question_en,
            loaded.scenario,
            design,
            replicates,
            common,
            keep,
            (*loaded.notes, *design.notes),
            sources,
        )
        made.check()
        return made

    @property
    def runs(self) -> int:
        """Runs in all."""
        return len(self.design) * self.replicates

    def variations(self) -> Variations:
        """What makes the scenario of a point."""
        return Variations(self.scenario, self.sources)

    def check(self) -> None:
        """Make the scenario of every point once.

        Raises
        ------
        ConfigError
            With what is wrong, naming the points.
        """
        self.variations().check(self.design.points)

    def seed(self, point: Point, replicate: int) -> int:
        """Seed of a run: the same at every point with common random numbers, else its own.

        It depends on what the point sets, not on its number, so that points can be added without changing the others.
        """
        if self.common:
            return self.scenario.seed + replicate
        text = f"{self.scenario.seed}/{point.key}/{replicate}"
        return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest()) % _SEEDS


def sources_of(scenario: str | Path, overrides: Sequence[Change], design: Design) -> dict[str, Composed]:
    """The base as plain data, once for every choice of groups that a point makes (empty: none)."""
    found = {"": compose_plain(scenario, overrides)}
    for i, point in enumerate(design.points):
        choices, _ = choices_of(parse(point.changes))
        text = chosen(choices)
        if text not in found:
            try:
                found[text] = compose_plain(scenario, [*overrides, *choices])
            except ConfigError as wrong:
                raise ConfigError(
                    replace(p, what=f"{p.what} [point {i} ({point})]") for p in wrong.problems
                ) from None
    return found
