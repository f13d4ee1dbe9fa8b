"""Factors, points and designs: what is varied, and the settings that are looked at."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import product
from typing import TYPE_CHECKING, Any, Literal

from prsim.errors import ConfigError, Problem
from prsim.scenario.frozen import FrozenDict
from prsim.scenario.names import unknown_name

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["MOST_POINTS", "Design", "Factor", "Level", "Point", "Scale", "as_plain"]

MOST_POINTS = 100_000

type Level = float | int | str
type Scale = Literal["linear", "log", "category"]


@dataclass(frozen=True, slots=True)
class Factor:
    """Something that is varied.

    Attributes
    ----------
    name
        Column of the table of points: ``delay_h``, ``budget.split.events``, ``strategy``.
    title_en, title_zh
        What a reader sees.
    unit
        Unit of its levels; empty for categories.
    scale
        How its axis is drawn, and whether its levels are numbers (``linear``, ``log``) or names (``category``).
    """

    name: str
    title_en: str = ""
    title_zh: str = ""
    unit: str = ""
    scale: Scale = "linear"


@dataclass(frozen=True, slots=True)
class Point:
    """One setting of all factors.

    Attributes
    ----------
    levels
        Level by name of the factor: what tables and figures show.
    changes
        Plain value by dotted key: what an override would say.
    key
        16 hexadecimal digits of BLAKE2b over the changes; the same for the same changes, whatever their order.
    """

    levels: Mapping[str, Level]
    changes: Mapping[str, Any]
    key: str = field(init=False, compare=False)

    def __post_init__(self) -> None:
        changes = {str(name): as_plain(value) for name, value in self.changes.items()}
        object.__setattr__(self, "levels", FrozenDict({n: as_plain(v) for n, v in self.levels.items()}))
        object.__setattr__(self, "changes", FrozenDict(changes))
        try:
            text = json.dumps(_canonical(changes), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        except TypeError as wrong:
            raise ConfigError.of("design", f"a point sets what is no plain value: {wrong}") from None
        object.__setattr__(self, "key", hashlib.blake2b(text.encode(), digest_size=8).hexdigest())

    def __str__(self) -> str:
        return ", ".join(f"{name}={_shown(level)}" for name, level in self.levels.items())


@dataclass(frozen=True, slots=True)
class Design:
    """Factors and the points that are looked at.

    Attributes
    ----------
    factors
        What is varied.
    points
        The settings, each with a level of every factor; no two of them set the same.
    notes
        What whoever reads the results should know about how the points were chosen.

    Raises
    ------
    ConfigError
        If there is no point, or too many, or two that are the same, or one that lacks a factor.
    """

    factors: tuple[Factor, ...]
    points: tuple[Point, ...]
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        names = [f.name for f in self.factors]
        twice = [name for name in dict.fromkeys(names) if names.count(name) > 1]
        if twice:
            raise ConfigError.of("design", f"two factors have the same name: {', '.join(twice)}")
        if not self.points:
            raise ConfigError.of("design", "is empty: there is no point to run")
        if len(self.points) > MOST_POINTS:
            raise too_many(len(self.points))
        problems = [p for i, point in enumerate(self.points) for p in self._wrong(i, point)]
        seen: dict[str, int] = {}
        for i, point in enumerate(self.points):
            first = seen.setdefault(point.key, i)
            if first != i:
                what = f"is the same as point {first} ({point}); name each once"
                problems.append(Problem(f"design.points.{i}", what))
        if problems:
            raise ConfigError(problems[:20])

    def _wrong(self, i: int, point: Point) -> list[Problem]:
        path = f"design.points.{i}"
        names = [f.name for f in self.factors]
        found = [Problem(f"{path}.{n}", "has no level") for n in names if n not in point.levels]
        found += [
            unknown_name(f"{path}.{n}", "is no factor of the design", n, names)
            for n in point.levels
            if n not in names
        ]
        for factor in self.factors:
            level = point.levels.get(factor.name)
            if level is not None and isinstance(level, str) != (factor.scale == "category"):
                wanted = "a name" if factor.scale == "category" else "a number"
                found.append(Problem(f"{path}.{factor.name}", f"{level!r} is not {wanted}", str(level)))
        return found

    def __len__(self) -> int:
        return len(self.points)

    def __add__(self, other: Design) -> Design:
        """The points of both designs, which vary the same factors; points that both have are taken once."""
        if [f.name for f in self.factors] != [f.name for f in other.factors]:
            here, there = (", ".join(f.name for f in d.factors) for d in (self, other))
            raise ConfigError.of("design", f"only designs of the same factors are joined: {here}; {there}")
        points = {point.key: point for point in (*self.points, *other.points)}
        return Design(self.factors, tuple(points.values()), tuple(dict.fromkeys(self.notes + other.notes)))

    def cross(self, other: Design) -> Design:
        """Every point of this design with every point of the other.

        Raises
        ------
        ConfigError
            If two factors set the same key, or one sets a part of what the other sets.
        """
        self._apart(other)
        if len(self) * len(other) > MOST_POINTS:
            raise too_many(len(self) * len(other))
        points = tuple(
            Point({**a.levels, **b.levels}, {**a.changes, **b.changes})
            for a, b in product(self.points, other.points)
        )
        return Design((*self.factors, *other.factors), points, (*self.notes, *other.notes))

    def _apart(self, other: Design) -> None:
        """Refuse two designs that set the same key."""
        here, there = ({key.lstrip("~") for p in d.points for key in p.changes} for d in (self, other))
        for a in sorted(here):
            for b in sorted(there):
                if a == b or a.startswith(f"{b}.") or b.startswith(f"{a}."):
                    both = repr(a) if a == b else f"{a!r} and {b!r}"
                    what = f"two factors set the same key: {both} (factors {self._names()}; {other._names()})"
                    raise ConfigError.of("design", what, given=a)

    def _names(self) -> str:
        return ", ".join(f.name for f in self.factors)

    def frame(self) -> pd.DataFrame:
        """The points as a table: ``point`` (its number), then a column for each factor."""
        import pandas as pd

        columns: dict[str, Any] = {"point": range(len(self))}
        for factor in self.factors:
            levels = [point.levels[factor.name] for point in self.points]
            whole = all(isinstance(level, int) for level in levels)
            kind = "str" if factor.scale == "category" else "int64" if whole else "float64"
            columns[factor.name] = pd.Series(levels, dtype=kind)
        return pd.DataFrame(columns)


def too_many(points: int) -> ConfigError:
    """The refusal of a design that is too large."""
    return ConfigError.of(
        "design",
        f"has {points:,} points; at most {MOST_POINTS:,}",
        given=str(points),
        allowed=f"1 … {MOST_POINTS:,}",
    )


def as_plain(value: Any) -> Any:
    """A value as plain data: numbers of NumPy become Python's, tuples lists."""
    if isinstance(value, Mapping):
        return {str(key): as_plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [as_plain(item) for item in value]
    return value.item() if hasattr(value, "item") and getattr(value, "ndim", 1) == 0 else value


def _canonical(value: Any) -> Any:
    """Numbers that are equal written alike, so that 4 and 4.0 are the same change."""
    if isinstance(value, dict):
        return {key: _canonical(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_canonical(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _shown(level: Level) -> str:
    return level if isinstance(level, str) else f"{level:.6g}"
