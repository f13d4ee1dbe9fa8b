"""The file of all past results, and whether anything has become slower."""

from __future__ import annotations

import csv
import math
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from benchmarks.rows import Row
from benchmarks.setting import LIBRARIES

SETTING = ("run", "mode", "commit", "processor", "cores", "python", *LIBRARIES)
FIGURES = ("value", "low", "high", "relative", "least", "most")
COLUMNS = (*SETTING, *(f.name for f in fields(Row)))
LAST = 5  # runs to compare with
TOLERATED = 0.10  # share
KNOWN = 3  # runs from which one sees how much a figure varies
SPREADS = 3.0  # times the spread of the past that a change must exceed


@dataclass(frozen=True, slots=True)
class Entry:
    """A row and the setting in which it was found."""

    setting: dict[str, str]
    row: Row


@dataclass(frozen=True, slots=True)
class Change:
    """How a figure stands against the last runs on the same processor.

    Attributes
    ----------
    share : float
        By how much it is slower than their median; below 0: faster.
    runs : int
        Number of these runs.
    limit : float
        What may be chance.
    """

    row: Row
    share: float
    runs: int
    limit: float

    @property
    def slower(self) -> bool:
        """Whether it is slower by more than chance."""
        return self.share > self.limit

    def __str__(self) -> str:
        word = "slower" if self.share >= 0 else "faster"
        runs = f"{self.runs} run{'s' * (self.runs > 1)}"
        return f"{abs(self.share):.0%} {word} than the median of the last {runs} on this processor"


def read(path: Path) -> list[Entry]:
    """All that was ever measured, oldest first.

    Raises
    ------
    ValueError
        If the file has other columns than this version writes.
    """
    if not path.exists():
        return []
    with path.open(newline="", encoding="utf-8") as file:
        lines = csv.DictReader(file)
        if tuple(lines.fieldnames or ()) != COLUMNS:
            raise ValueError(
                f"{path} has other columns than this version writes: move it away, a new one is begun"
            )
        return [_entry(line) for line in lines]


def _entry(line: dict[str, str]) -> Entry:
    figures = {name: float(line[name]) if line[name] else math.nan for name in FIGURES}
    words = {f.name: line[f.name] for f in fields(Row) if f.name not in FIGURES}
    return Entry({name: line[name] for name in SETTING}, Row(**words, **figures))


def append(path: Path, setting: dict[str, str], rows: Iterable[Row]) -> None:
    """Add the rows of one run."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = not path.exists()
    with path.open("a", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        if fresh:
            writer.writeheader()
        for row in rows:
            writer.writerow({**setting, **{k: _plain(v) for k, v in asdict(row).items()}})


def _plain(value: object) -> object:
    if isinstance(value, float):
        return "" if math.isnan(value) else f"{value:.6g}"
    return value


def compare(past: Sequence[Entry], setting: dict[str, str], rows: Iterable[Row]) -> list[Change]:
    """How each watched figure stands against the last runs of the same mode on the same processor.

    Only figures that are relative to something measured beside them are watched, since machines are not equally fast
    at all times. What may be chance is 10 %, or three times the typical deviation of the last runs from their median;
    of fewer than three runs one does not see it, and 10 % are taken for it.
    """
    place = tuple(setting[name] for name in ("processor", "cores", "mode"))
    known: dict[tuple[str, ...], list[float]] = {}
    for entry in past:
        here = tuple(entry.setting[name] for name in ("processor", "cores", "mode")) == place
        if here and math.isfinite(entry.row.relative) and entry.setting["run"] != setting["run"]:
            known.setdefault(entry.row.key, []).append(entry.row.relative)
    found = []
    for row in rows:
        before = known.get(row.key, [])[-LAST:]
        if not before or not math.isfinite(row.relative):
            continue
        median = statistics.median(before)
        spread = (
            statistics.median(abs(x / median - 1.0) for x in before) if len(before) >= KNOWN else TOLERATED
        )
        found.append(Change(row, row.relative / median - 1.0, len(before), max(TOLERATED, SPREADS * spread)))
    return found
