"""What a run leaves behind, held compactly: arrays and names; the tables a user sees are made when asked for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Entries", "Key", "Observations", "stacked_entries", "stacked_observations"]

type Floats = NDArray[np.float64]
type Key = tuple[str, str]  # metric, segment

CODEC = "lz4_raw"


@dataclass(eq=False)
class Observations:
    """The time series of a run: for each metric and segment the values that there are, with their times.

    They travel between processes compressed (most content is zero most of the time), and stay so until they are read.

    Attributes
    ----------
    keys : tuple of (metric, segment)
        Sorted.
    grids : tuple of float64[m]
        Times (h) of observation that occur; most keys share one.
    grid : int32[n]
        Grid of each key.
    held : float64[sum of m over keys], or bytes
        Finite values, key by key; or the same compressed.
    """

    keys: tuple[Key, ...]
    grids: tuple[Floats, ...]
    grid: NDArray[np.int32]
    held: Floats | bytes

    @classmethod
    def of_blocks(cls, blocks: Iterable[tuple[Sequence[Key], Floats, Floats]]) -> Observations:
        """Gather blocks ``(keys, times float64[m], values float64[n, m])``; what is not finite is left out."""
        found: dict[bytes, int] = {}
        grids: list[Floats] = []
        rows: dict[Key, tuple[int, Floats]] = {}

        def number(times: Floats) -> int:
            at = found.setdefault(times.tobytes(), len(grids))
            if at == len(grids):
                grids.append(_locked(times))
            return at

        for keys, times, values in blocks:
            good = np.isfinite(values)
            whole, usual = good.all(axis=1), number(times)
            for j, key in enumerate(keys):
                if whole[j]:
                    rows[key] = usual, values[j]
                elif good[j].any():
                    rows[key] = number(times[good[j]]), values[j][good[j]]
        keys = sorted(rows)
        return cls(
            keys=tuple(keys),
            grids=tuple(grids),
            grid=np.array([rows[key][0] for key in keys], np.int32),
            held=_locked(np.concatenate([rows[key][1] for key in keys]) if keys else np.empty(0)),
        )

    def __reduce__(self) -> tuple[Any, ...]:
        return _received, (self.keys, self.grids, self.grid, self.packed())

    def packed(self) -> bytes:
        """The values, compressed."""
        if isinstance(self.held, bytes):
            return self.held
        import pyarrow as pa

        out: bytes = pa.compress(self.held, codec=CODEC, asbytes=True)
        return out

    @property
    def values(self) -> Floats:
        """Finite values, key by key, float64[sum of m over keys]; read-only."""
        if isinstance(self.held, bytes):
            import pyarrow as pa

            size = 8 * int(self.lengths.sum())
            self.held = _locked(np.frombuffer(pa.decompress(self.held, size, codec=CODEC), np.float64))
        return self.held

    @cached_property
    def lengths(self) -> NDArray[np.int64]:
        """Number of values of each key, int64[n]."""
        sizes = np.array([len(times) for times in self.grids], np.int64)
        return sizes[self.grid]

    @cached_property
    def _rows(self) -> dict[Key, tuple[int, int, int]]:
        ends = np.cumsum(self.lengths)
        rows = zip((ends - self.lengths).tolist(), ends.tolist(), self.grid.tolist(), strict=True)
        return dict(zip(self.keys, rows, strict=True))

    def of(self, metric: str, segment: str = "all") -> tuple[Floats, Floats]:
        """Times (h) and values of a metric of the whole audience or of one segment, read-only; empty if unknown."""
        row = self._rows.get((metric, segment))
        if row is None:
            return np.empty(0), np.empty(0)
        begin, end, grid = row
        return self.grids[grid], self.values[begin:end]

    def metrics(self, segment: str = "all") -> list[str]:
        """Names of the metrics that were recorded of a segment, sorted."""
        return [metric for metric, where in self.keys if where == segment]

    def frame(self) -> pd.DataFrame:
        """Tidy table ``time_h, segment, metric, value``."""
        return stacked_observations([self]).drop(columns="run")


def _received(
    keys: tuple[Key, ...], grids: tuple[Floats, ...], grid: NDArray[np.int32], packed: bytes
) -> Observations:
    return Observations(_shared(keys), tuple(map(_locked, grids)), grid, packed)


@lru_cache(maxsize=64)
def _shared(keys: tuple[Key, ...]) -> tuple[Key, ...]:
    """The same keys, as another run has them: a thousand runs of a scenario hold them once."""
    return keys


def stacked_observations(runs: Sequence[Observations]) -> pd.DataFrame:
    """Tidy table ``run, time_h, segment, metric, value`` of several runs, the number of the run in front."""
    import pandas as pd

    lengths = [run.lengths for run in runs]
    columns: dict[str, Any] = {
        "run": np.repeat(np.arange(len(runs)), [int(n.sum()) for n in lengths]),
        "time_h": _joined([run.grids[g] for run in runs for g in run.grid.tolist()]),
    }
    for part, column in ((1, "segment"), (0, "metric")):
        names = sorted({key[part] for run in runs for key in run.keys})
        code = {name: i for i, name in enumerate(names)}
        codes = [
            np.repeat(np.array([code[key[part]] for key in run.keys], np.int32), many)
            for run, many in zip(runs, lengths, strict=True)
        ]
        categories = pd.CategoricalDtype(pd.Index(names, dtype="str" if names else object))
        columns[column] = pd.Categorical.from_codes(np.concatenate(codes), dtype=categories)
    columns["value"] = _joined([run.values for run in runs])
    return pd.DataFrame(columns)


@dataclass(frozen=True, eq=False)
class Entries:
    """A log as columns: numbers as arrays, text as codes of the names that occur.

    Attributes
    ----------
    columns : tuple of str
        Names of the columns.
    data
        For each column an int64 or float64 array, or (names, codes).
    """

    columns: tuple[str, ...]
    data: tuple[NDArray[Any] | tuple[tuple[str, ...], NDArray[Any]], ...]

    @classmethod
    def of_rows(cls, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> Entries:
        """Columns of rows; a column holds text or numbers, integers if all of its values are."""
        if not rows:
            return cls(tuple(columns), tuple(np.empty(0) for _ in columns))
        return cls(tuple(columns), tuple(map(_packed, zip(*rows, strict=True))))

    def __len__(self) -> int:
        first = self.data[0]
        return len(first[1] if isinstance(first, tuple) else first)

    def __getitem__(self, column: str) -> list[Any]:
        """Values of a column."""
        held = self.data[self.columns.index(column)]
        if isinstance(held, tuple):
            names, codes = held
            return [names[code] for code in codes.tolist()]
        values: list[Any] = held.tolist()
        return values

    def frame(self) -> pd.DataFrame:
        """The log as a table."""
        import pandas as pd

        if not len(self):
            return pd.DataFrame([], columns=list(self.columns))
        return pd.DataFrame(
            {column: _unpacked(held) for column, held in zip(self.columns, self.data, strict=True)}
        )


def stacked_entries(runs: Sequence[Entries]) -> pd.DataFrame:
    """The logs of several runs as one table, with the number of the run in front."""
    import pandas as pd

    frames = [run.frame() for run in runs]
    return pd.concat(
        [frame.assign(run=i)[["run", *frame.columns]] for i, frame in enumerate(frames)], ignore_index=True
    )


def _packed(values: Sequence[Any]) -> NDArray[Any] | tuple[tuple[str, ...], NDArray[Any]]:
    if isinstance(values[0], str):
        code = {name: i for i, name in enumerate(dict.fromkeys(values))}
        smallest = np.uint8 if len(code) <= 256 else np.uint16 if len(code) <= 65536 else np.uint32
        return tuple(code), np.fromiter(map(code.__getitem__, values), smallest, len(values))
    whole = all(issubclass(kind, int | np.integer) for kind in set(map(type, values)))
    return np.array(values, np.int64 if whole else np.float64)


def _unpacked(held: NDArray[Any] | tuple[tuple[str, ...], NDArray[Any]]) -> NDArray[Any]:
    if isinstance(held, tuple):
        names, codes = held
        out: NDArray[Any] = np.array(names, object)[codes]
        return out
    return held


def _joined(pieces: Sequence[Floats]) -> Floats:
    return np.concatenate(pieces) if pieces else np.empty(0)


def _locked(values: Floats) -> Floats:
    """Several tables read the same array; nobody may write to it."""
    values.setflags(write=False)
    return values
