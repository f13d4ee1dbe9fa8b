"""Designs that are written out: rows, a table, a CSV file, plans by name."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from prsim.design.factors import factor_of, group_names, parameter
from prsim.design.levels import value_of
from prsim.design.points import MOST_POINTS, Design, Factor, Level, Point, as_plain, too_many
from prsim.errors import ConfigError, Problem
from prsim.scenario.names import nearest, unknown_name
from prsim.scenario.overrides import parse
from prsim.scenario.read import MAX_BYTES
from prsim.scenario.root import Scenario

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["listed", "plans"]

type Rows = Iterable[Mapping[str, Any]] | str | Path | pd.DataFrame

_NUMBERING = "point"  # the column of a table of points that is no factor
_TRUTHS = {"true": True, "false": False}


def listed(points: Rows, scenario: Scenario | None = None) -> Design:
    """The points that are written out.

    Parameters
    ----------
    points
        Rows as mappings, a table of pandas, or the path of a CSV file. Every column is a dotted key, and every row sets
        all of them; a column ``point`` is not read.
    scenario
        Where titles of entries come from.

    Raises
    ------
    ConfigError
        If a column is no key, or a value cannot be one; of a file, with row and column.
    """
    if isinstance(points, str | Path):
        rows, places = _from_csv(Path(points))
    elif hasattr(points, "to_dict"):
        rows = [{str(k): v for k, v in row.items()} for row in points.to_dict("records")]
        places = [f"row {i}" for i in range(len(rows))]
    else:
        rows = [_row(i, row) for i, row in enumerate(points)]
        places = [f"row {i}" for i in range(len(rows))]
    if not rows:
        raise ConfigError.of("points", "is empty: there is no point to run")
    if len(rows) > MOST_POINTS:
        raise too_many(len(rows))
    keys = [key for key in rows[0] if key != _NUMBERING]
    if not keys:
        raise ConfigError.of("points", "has no column that names a key, such as response.first_h")
    problems: list[Problem] = []
    for key in keys:
        try:
            _known(key)
        except ConfigError as wrong:
            problems.extend(wrong.problems)
    if problems:
        raise ConfigError(problems)
    table = [_values(row, keys, place, problems) for row, place in zip(rows, places, strict=True)]
    if problems:
        raise ConfigError(problems[:20])
    factors = tuple(_factor(key, [row[key] for row in table], scenario) for key in keys)
    words = {f.name for f in factors if f.scale == "category"}
    made = tuple(Point({k: _level(v, k in words) for k, v in row.items()}, row) for row in table)
    return Design(factors, made)


def plans(
    levels: Mapping[str, Mapping[str, Any]],
    name: str = "plan",
    title_en: str = "Plan",
    title_zh: str = "方案",
) -> Design:
    """One factor whose levels are bundles of changes, each under a name.

    Parameters
    ----------
    levels
        For each name the changes it stands for: ``{"fast": {"response.first_h": 0.5, "response.statement_h": 2}}``;
        an empty mapping is the base itself.
    name, title_en, title_zh
        Of the factor.
    """
    if not levels:
        raise ConfigError.of("levels", "is empty: give each plan a name and its changes")
    points = []
    for level, changes in levels.items():
        if not isinstance(changes, Mapping):
            raise ConfigError.of(
                f"levels.{level}", "is not a mapping of keys to values", given=str(changes)[:60]
            )
        read = {change.key: change for change in parse({str(k): v for k, v in changes.items()})}
        for key in read:
            _known(key)
        points.append(Point({name: str(level)}, {str(k): as_plain(v) for k, v in changes.items()}))
    return Design((Factor(name, title_en, title_zh, "", "category"),), tuple(points))


def _known(key: str) -> None:
    if key not in group_names():
        parameter(key)


def _row(i: int, row: object) -> dict[str, Any]:
    if not isinstance(row, Mapping):
        raise ConfigError.of(f"points.{i}", "is not a mapping of keys to values", given=str(row)[:60])
    return {str(key): value for key, value in row.items()}


def _values(
    row: Mapping[str, Any], keys: Sequence[str], place: str, problems: list[Problem]
) -> dict[str, Any]:
    """A row's values by key; what is wrong with one is noted with its place."""
    found: dict[str, Any] = {}
    for key in keys:
        where = f"{place}, column {key!r}"
        given = as_plain(row.get(key))
        if given is None or given == "" or given != given:
            problems.append(Problem("points", f"{where}: is empty; every point sets every column"))
            continue
        try:
            found[key] = value_of(key, given, where)
        except ConfigError as wrong:
            problems.extend(
                Problem("points", f"{where}: {p.what}", p.given, p.allowed, p.nearest) for p in wrong.problems
            )
    for key in row:
        if key not in keys and key != _NUMBERING:
            what = f"{place}: {key!r} is in no other row; every point sets the same keys"
            problems.append(unknown_name("points", what, key, keys))
    return found


def _factor(key: str, values: list[Any], scenario: Scenario | None) -> Factor:
    levels = [value if isinstance(value, int | float | str) else str(value) for value in values]
    return factor_of(key, levels, scenario)


def _level(value: Any, word: bool) -> Level:
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if word or not isinstance(value, int | float) else value


def _from_csv(path: Path) -> tuple[list[dict[str, Any]], list[str]]:
    """Rows of a CSV file, with the place of each as a spreadsheet numbers it."""
    try:
        size = path.stat().st_size
        text = path.read_text(encoding="utf-8-sig") if size <= 10 * MAX_BYTES else ""
    except FileNotFoundError:
        beside = [f.name for f in path.parent.glob("*.csv")] if path.parent.is_dir() else []
        raise ConfigError.of("file", f"there is no file {path}", nearest=nearest(path.name, beside)) from None
    except UnicodeDecodeError:
        raise ConfigError.of("file", f"{path} is not UTF-8 text") from None
    except OSError as wrong:
        raise ConfigError.of("file", f"{path} cannot be read: {wrong.strerror or wrong}") from None
    if size > 10 * MAX_BYTES:
        raise ConfigError.of("file", f"{path} is larger than {10 * MAX_BYTES // 1_000_000} MB")
    try:
        lines = list(csv.reader(text.splitlines(), strict=True))
    except csv.Error as wrong:
        raise ConfigError.of("file", f"{path} is not a table of comma-separated values: {wrong}") from None
    if not lines or not any(cell.strip() for cell in lines[0]):
        raise ConfigError.of("file", f"{path} has no first row that names the keys")
    names = [cell.strip() for cell in lines[0]]
    problems = [
        Problem(
            "file",
            f"{path}, row 1, column {at}: " + ("has no name" if not name else f"{name!r} stands twice"),
        )
        for at, name in enumerate(names, 1)
        if not name or name in names[: at - 1]
    ]
    rows, places = [], []
    for number, cells in enumerate(lines[1:], 2):
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(names):
            what = f"{path}, row {number}: has {len(cells)} cells, the first row has {len(names)}"
            problems.append(Problem("file", what))
            continue
        rows.append({name: _cell(name, cell.strip()) for name, cell in zip(names, cells, strict=True)})
        places.append(f"{path}, row {number}")
    if problems:
        raise ConfigError(problems[:20])
    return rows, places


def _cell(key: str, text: str) -> Any:
    """A cell's text as a truth value where its key is one; numbers are read with their units later."""
    if text.lower() in _TRUTHS and key not in group_names():
        try:
            return _TRUTHS[text.lower()] if parameter(key).kind == "truth" else text
        except ConfigError:
            return text  # the column is refused by its name
    return text
