"""Plans to be compared, as a user names them: scenarios that are run now, or points of studies that were."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from prsim.errors import ConfigError
from prsim.scenario.load import load
from prsim.scenario.overrides import Overrides, parse
from prsim.scenario.root import Scenario
from prsim.study.manifest import MANIFEST
from prsim.study.opened import Study, open_study

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Candidate", "Given", "candidates_of"]

#: A plan: a scenario, its name or file (with changes: ``NAME:key=value,key=value``), a study, its folder, or one of its
#: points (``DIR:point``).
type Given = Scenario | str | Path | Study | tuple[Study, int]

_MOST = 100


@dataclass(frozen=True, slots=True)
class Candidate:
    """One plan.

    Attributes
    ----------
    name
        What it is called in tables.
    scenario
        What is run; None where it was.
    study, point
        Where its runs are; None where it is run now.
    """

    name: str
    scenario: Scenario | None = None
    study: Study | None = None
    point: int = -1


def candidates_of(plans: Sequence[Given], overrides: Overrides = ()) -> list[Candidate]:
    """The plans that are named, two or more, either all to be run or all stored.

    Parameters
    ----------
    overrides
        Changes of every scenario that is run now.

    Raises
    ------
    ConfigError
        If there are fewer than two or too many, some to be run and some stored, or one that cannot be used.
    """
    opened: dict[str, Study] = {}
    found = [candidate for plan in plans for candidate in _of(plan, overrides, opened)]
    if len(found) < 2:
        what = "a comparison takes two plans or more"
        if found and found[0].scenario is not None:
            what += f"; of one and the same with a change: {found[0].name} {found[0].name}:key=value"
        raise ConfigError.of("plans", what)
    if len(found) > _MOST:
        raise ConfigError.of(
            "plans", f"{len(found)} plans are too many to compare; name up to {_MOST} (DIR:POINT)"
        )
    stored = [c for c in found if c.study is not None]
    if stored and len(stored) < len(found):
        live = next(c.name for c in found if c.study is None)
        raise ConfigError.of(
            "plans", f"{live} would have to be run, {stored[0].name} is stored; name one kind only"
        )
    if stored and overrides:
        raise ConfigError.of("plans", "what is stored cannot be changed by key=value")
    return _told_apart(found)


def _of(plan: Given, overrides: Overrides, opened: dict[str, Study]) -> list[Candidate]:
    if isinstance(plan, Scenario):
        return [Candidate(plan.meta.name, plan)]
    if isinstance(plan, Study):
        return _points(plan, str(plan.folder))
    if isinstance(plan, tuple):
        return _points(plan[0], str(plan[0].folder), plan[1])
    text = str(plan)
    folder, _, point = text.rpartition(":")
    for where, number in ((text, ""), (folder, point)):
        if where and ((Path(where) / MANIFEST).exists() or Path(where).is_dir()):
            study = opened.setdefault(where, open_study(where))
            return _points(study, where, _number(number, where) if number else None)
    name, _, changes = text.partition(":")
    if not changes or "=" not in changes:
        return [Candidate(text, load(plan, overrides))]
    own = re.split(r",(?=~?[\w.#-]+=)", changes)
    return [Candidate(text, load(name, [*parse(overrides), *own]))]


def _number(text: str, folder: str) -> int:
    if not text.isdecimal():
        raise ConfigError.of("plans", f"{text!r} is no number of a point of {folder}", given=text)
    return int(text)


def _points(study: Study, where: str, point: int | None = None) -> list[Candidate]:
    rows = study.points
    if point is not None and point not in set(rows["point"]):
        raise ConfigError.of("plans", f"{where} has no point {point}", allowed=f"0 … {len(rows) - 1}")
    chosen = rows if point is None else rows[rows["point"] == point]
    return [Candidate(_levels(row, where), None, study, int(row["point"])) for _, row in chosen.iterrows()]


def _levels(row: pd.Series, where: str) -> str:
    factors = [str(name) for name in row.index if name not in ("point", "key", "changes")]
    said = ", ".join(f"{n}={row[n]:g}" if isinstance(row[n], float) else f"{n}={row[n]}" for n in factors)
    return said or f"{where}:{row['point']}"


def _told_apart(found: Sequence[Candidate]) -> list[Candidate]:
    """The same plans with names that are all different."""
    names = [c.name for c in found]
    out = []
    for i, c in enumerate(found):
        name = c.name
        if names.count(name) > 1:
            name = f"{c.study.folder}: {name}" if c.study else f"{name} #{names[: i + 1].count(c.name)}"
        out.append(dataclasses.replace(c, name=name))
    if len({c.name for c in out}) < len(out):
        out = [dataclasses.replace(c, name=f"{c.name} #{i + 1}") for i, c in enumerate(out)]
    return out
