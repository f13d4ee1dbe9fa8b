"""The tables of a study, written out of its database: points, summaries, incidents, bands.

They are made point by point, so they need little memory, and in the order of the points and replicates, so their bytes
do not depend on when, where and in which order the runs were made.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from prsim.design.points import Factor
from prsim.study.folder import stored
from prsim.study.manifest import TABLES
from prsim.study.summaries import INCIDENT_COLUMNS, Kept, unpack
from prsim.study.whole_files import part_of, whole_file

__all__ = ["QUANTILES", "are_current", "write_tables"]

QUANTILES = {"q05": 0.05, "q10": 0.10, "q25": 0.25, "q50": 0.50, "q75": 0.75, "q90": 0.90, "q95": 0.95}
_ROWS = 100_000  # rows after which a part of a file is written
_RUN = [("point", pa.int32()), ("replicate", pa.int32()), ("seed", pa.int64())]

SUMMARIES = pa.schema(
    [*_RUN, *((name, pa.string()) for name in ("segment", "metric", "statistic")), ("value", pa.float64())]
)
INCIDENTS = pa.schema(
    [*_RUN, *((name, pa.string() if text else pa.float64()) for name, text in INCIDENT_COLUMNS.items())]
)
BANDS = pa.schema(
    [
        ("point", pa.int32()), ("segment", pa.string()), ("metric", pa.string()), ("time_h", pa.float64()),
        ("runs", pa.int32()), *((name, pa.float32()) for name in ("mean", *QUANTILES)),
    ]
)  # fmt: skip

type Piece = dict[str, Any]


def write_tables(folder: Path, database: sqlite3.Connection, factors: Sequence[Factor]) -> None:
    """Write the four tables of a study; each appears whole or not at all.

    Raises
    ------
    prsim.errors.StoreError
        If they cannot be written; those that are there stay.
    """
    with stored(folder):
        points = database.execute(
            "select number, key, levels, changes from points order by number"
        ).fetchall()
        state = _state(database)
        writers: dict[str, _Table] = {}
        try:
            for name, schema in (("summaries", SUMMARIES), ("incidents", INCIDENTS), ("bands", BANDS)):
                writers[name] = _Table(folder / f"{name}.parquet", schema)
            for number, key, _, _ in points:
                runs = list(_runs(database, key))
                writers["summaries"].add(_summary_piece(number, r, seed, kept) for r, seed, kept in runs)
                writers["incidents"].add(_incident_piece(number, r, seed, kept) for r, seed, kept in runs)
                writers["bands"].add(_band_pieces(number, [kept for _, _, kept in runs]))
            _write_points(folder / "points.parquet", points, factors)
            for writer in writers.values():
                writer.finish()
        finally:
            for writer in writers.values():
                writer.drop()
        with database:
            database.execute("delete from written")
            database.execute("insert into written values (?)", (state,))


def are_current(folder: Path, database: sqlite3.Connection) -> bool:
    """Whether the tables hold what the database does."""
    if not all((folder / name).exists() for name in TABLES):
        return False
    return bool(database.execute("select what from written").fetchone() == (_state(database),))


def _state(database: sqlite3.Connection) -> str:
    """What the tables are made of: the points in their order, and how many runs are done."""
    digest = hashlib.blake2b(digest_size=8)
    for row in database.execute("select key, levels from points order by number"):
        digest.update("\0".join(row).encode())
    done = database.execute("select count(*), total(seed) from runs where status = 'done'").fetchone()
    return f"{digest.hexdigest()} {done[0]} {done[1]!r}"


def _runs(database: sqlite3.Connection, point: str) -> Iterator[tuple[int, int, Kept]]:
    rows = database.execute(
        "select replicate, seed, result from runs where point = ? and status = 'done' order by replicate",
        (point,),
    )
    for replicate, seed, result in rows:
        yield replicate, seed, unpack(result)


class _Table:
    """A Parquet file that is written piece by piece under another name, then moved into place."""

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        self.path, self.schema = path, schema
        self.part = part_of(path)
        self.pieces: list[Piece] = []
        self.rows = 0
        try:
            self.writer: Any = pq.ParquetWriter(self.part, schema, compression="zstd")
        except OSError:
            self.part.unlink(missing_ok=True)
            raise

    def add(self, pieces: Iterator[Piece]) -> None:
        """Take the rows of a point."""
        for piece in pieces:
            self.pieces.append(piece)
            self.rows += len(piece[self.schema.names[-1]])
        if self.rows >= _ROWS:
            self._flush()

    def finish(self) -> None:
        """Write what is left and move the file into place."""
        self._flush()
        self.writer.close()
        self.writer = None
        _settle(self.part)
        os.replace(self.part, self.path)

    def drop(self) -> None:
        """Remove what was not finished."""
        if self.writer is not None:
            with suppress(OSError):
                self.writer.close()
            self.part.unlink(missing_ok=True)

    def _flush(self) -> None:
        if self.rows:
            columns = [_joined([p[f.name] for p in self.pieces], f.type) for f in self.schema]
            self.writer.write_table(pa.table(columns, schema=self.schema), row_group_size=self.rows)
        self.pieces, self.rows = [], 0


def _joined(parts: Sequence[Any], kind: pa.DataType) -> pa.Array:
    if pa.types.is_string(kind) and isinstance(parts[0], _Words):
        return pa.concat_arrays([p.array() for p in parts])
    if pa.types.is_string(kind):
        return pa.array([word for part in parts for word in part], kind)
    return pa.array(np.concatenate(parts), kind)


class _Words:
    """A column of text in which few words occur, as their codes."""

    def __init__(self, words: Sequence[str], codes: NDArray[np.int32]) -> None:
        self.words, self.codes = words, codes

    def array(self) -> pa.Array:
        """The column."""
        return pa.DictionaryArray.from_arrays(self.codes, pa.array(self.words, pa.string())).cast(pa.string())


def _summary_piece(point: int, replicate: int, seed: int, kept: Kept) -> Piece:
    n = len(kept.keys)
    words = _words_of(kept.keys)
    return {
        **_numbered(point, replicate, seed, n),
        **dict(zip(("segment", "metric", "statistic"), words, strict=True)),
        "value": kept.values,
    }


_seen: dict[tuple[tuple[str, ...], ...], tuple[_Words, ...]] = {}


def _words_of(keys: tuple[tuple[str, ...], ...]) -> tuple[_Words, ...]:
    """The columns that keys make; most runs have the same keys."""
    if keys not in _seen:
        if len(_seen) >= 64:
            _seen.clear()
        columns = []
        for column in zip(*keys, strict=True):
            code = {word: i for i, word in enumerate(dict.fromkeys(column))}
            columns.append(_Words(list(code), np.array([code[word] for word in column], np.int32)))
        _seen[keys] = tuple(columns)
    return _seen[keys]


def _incident_piece(point: int, replicate: int, seed: int, kept: Kept) -> Piece:
    named = [{**row, "incident": row["id"]} for row in kept.incidents]
    columns: Piece = {}
    for name, text in INCIDENT_COLUMNS.items():
        values = [row[name] for row in named]
        columns[name] = values if text else np.array(values, np.float64)
    return {**_numbered(point, replicate, seed, len(named)), **columns}


def _numbered(point: int, replicate: int, seed: int, rows: int) -> Piece:
    return {
        "point": np.full(rows, point, np.int32),
        "replicate": np.full(rows, replicate, np.int32),
        "seed": np.full(rows, seed, np.int64),
    }


def _band_pieces(point: int, runs: Sequence[Kept]) -> Iterator[Piece]:
    """Mean and quantiles over the runs of a point, by segment, metric and day."""
    if not runs:
        return
    courses = runs[0].courses
    values = np.array([run.days for run in runs])  # [runs, courses, days]
    n = np.isfinite(values).sum(axis=0)
    course, day = np.nonzero(n)
    n = n[course, day]
    values = np.sort(
        values[:, course, day].astype(np.float64), axis=0
    )  # what is not a number goes to the end
    words = _words_of(courses)
    yield {
        "point": np.full(len(n), point, np.int32),
        "segment": _Words(words[0].words, words[0].codes[course]),
        "metric": _Words(words[1].words, words[1].codes[course]),
        "time_h": day * 24.0,
        "runs": n.astype(np.int32),
        "mean": (np.nansum(values, axis=0) / n).astype(np.float32),
        **{name: _quantile(values, n, q).astype(np.float32) for name, q in QUANTILES.items()},
    }


def _quantile(values: NDArray[np.float64], n: NDArray[np.int64], q: float) -> NDArray[np.float64]:
    """Quantile of the first ``n`` of each column of sorted values, linear between neighbours (Hyndman and Fan, 7)."""
    if len(values) == 1:
        return np.asarray(values[0])
    place = (n - 1) * q
    low = place.astype(np.int64)
    high = np.minimum(low + 1, n - 1)
    column = np.arange(values.shape[1])
    a, b = values[low, column], values[high, column]
    return np.asarray(a + (b - a) * (place - low))


def _write_points(path: Path, points: Sequence[tuple[Any, ...]], factors: Sequence[Factor]) -> None:
    import json

    levels = [json.loads(row[2]) for row in points]
    columns: dict[str, Any] = {
        "point": pa.array([row[0] for row in points], pa.int32()),
        "key": pa.array([row[1] for row in points], pa.string()),
    }
    for factor in factors:
        values = [level[factor.name] for level in levels]
        whole = all(isinstance(value, int) for value in values)
        kind = pa.string() if factor.scale == "category" else pa.int64() if whole else pa.float64()
        columns[factor.name] = pa.array(
            values if whole or factor.scale == "category" else map(float, values), kind
        )
    columns["changes"] = pa.array([row[3] for row in points], pa.string())
    with whole_file(path) as part:
        pq.write_table(pa.table(columns), part, compression="zstd")
        _settle(part)


def _settle(path: Path) -> None:
    """Have a file on the disk before it gets its name."""
    with path.open("rb") as file:
        os.fsync(file.fileno())
