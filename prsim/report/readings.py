"""The long table of observations as runs × times arrays, and the bands over runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

__all__ = ["Fan", "Readings", "Track", "quantiles", "ratio_of_sums"]

Floats = NDArray[np.float64]

_COLUMNS = ("run", "time_h", "segment", "metric", "value")


def quantiles(values: Floats, levels: Sequence[float]) -> Floats:
    """Quantiles over the first axis, leaving out NaN, by linear interpolation.

    The same numbers as ``numpy.nanquantile(values, levels, axis=0)``, without its loop over columns.

    Parameters
    ----------
    values
        Shape (runs, times).
    levels
        Quantile levels in [0, 1].

    Returns
    -------
    ndarray
        Shape (levels, times); NaN where a column has no value.
    """
    ordered = np.sort(values, axis=0)
    known = np.count_nonzero(~np.isnan(ordered), axis=0)
    columns = np.arange(values.shape[1])
    result = np.full((len(levels), values.shape[1]), np.nan)
    if values.shape[0] == 0:
        return result
    for row, level in enumerate(levels):
        place = level * np.maximum(known - 1, 0)
        below = np.floor(place).astype(np.intp)
        above = np.minimum(below + 1, np.maximum(known - 1, 0))
        low, high = ordered[below, columns], ordered[above, columns]
        result[row] = low + (high - low) * (place - below)
    return result


@dataclass(frozen=True, slots=True)
class Fan:
    """A median with nested bands.

    Attributes
    ----------
    times_h
        Hours since the start, shape (times,).
    median
        Median over runs, shape (times,).
    bands
        (name, low, high), outermost first; the name is a key of the word table: ``band95``, ``band_range``,
        ``band80``, ``band50``.
    """

    times_h: Floats
    median: Floats
    bands: tuple[tuple[str, Floats, Floats], ...]

    def extent(self) -> tuple[float, float]:
        """Smallest and largest number drawn; NaN when nothing is."""
        drawn = np.concatenate([self.median, *(end for _, low, high in self.bands for end in (low, high))])
        drawn = drawn[np.isfinite(drawn)]
        return (float(drawn.min()), float(drawn.max())) if drawn.size else (np.nan, np.nan)


@dataclass(frozen=True, slots=True)
class Track:
    """One measure of one segment over time, in every run.

    Attributes
    ----------
    times_h
        Hours since the start, ascending, shape (times,).
    runs
        Run numbers, shape (runs,).
    values
        Shape (runs, times); NaN where a run has no observation.
    """

    times_h: Floats
    runs: NDArray[np.int64]
    values: Floats

    def fan(self, runs_for_95: int, *, outer: bool = True) -> Fan:
        """Median and bands: 95 % only with enough runs, the plain range of the runs before that."""
        run_count = len(self.runs)
        low95, low80, low50, median, high50, high80, high95 = quantiles(
            self.values, (0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975)
        )
        bands: list[tuple[str, Floats, Floats]] = []
        if outer and run_count >= runs_for_95:
            bands.append(("band95", low95, high95))
        elif (outer or run_count < 10) and run_count > 1:
            bands.append(("band_range", *quantiles(self.values, (0.0, 1.0))))
        if run_count >= 10:
            bands.append(("band80", low80, high80))
            if outer:
                bands.append(("band50", low50, high50))
        return Fan(self.times_h, median, tuple(bands))

    def binned(self, step_h: float, how: str = "mean") -> Track:
        """Means (or sums) over intervals of `step_h` hours, placed at the middle of each.

        An observation at time t closes the interval before it, so the one at 24 h belongs to the first day.
        A sum over an interval with fewer (or more) observations than usual is scaled to the usual number.
        """
        if how == "sum" and self.times_h[0] <= 0.0 < self.times_h[-1]:
            # an observation at the very start counts an interval of no length
            return self.between(np.nextafter(0.0, 1.0), np.inf).binned(step_h, how)
        slot = np.maximum(np.ceil(self.times_h / step_h - 1e-9) - 1, 0)
        slots, starts, columns = np.unique(slot, return_index=True, return_counts=True)
        known = ~np.isnan(self.values)
        sums = np.add.reduceat(np.where(known, self.values, 0.0), starts, axis=1)
        counts = np.add.reduceat(known.astype(np.float64), starts, axis=1)
        with np.errstate(invalid="ignore", divide="ignore"):
            values = np.where(counts > 0, sums / counts, np.nan)
        if how == "sum":
            values = values * np.median(columns)
        return Track((slots + 0.5) * step_h, self.runs, values)

    def thinned(self, most: int) -> Track:
        """Itself when it has at most `most` times, else means over whole steps of days (or of hours)."""
        if len(self.times_h) <= most:
            return self
        span = float(self.times_h[-1] - self.times_h[0])
        steps = (1.0, 2.0, 3.0, 6.0, 12.0, 24.0, 48.0, 72.0, 168.0, 336.0)
        return self.binned(next((step for step in steps if span / step <= most), span / most))

    def last(self) -> Floats:
        """The last known value of each run, NaN for a run without any."""
        known = ~np.isnan(self.values)
        column = known.shape[1] - 1 - np.argmax(known[:, ::-1], axis=1)
        return np.where(known.any(axis=1), self.values[np.arange(len(self.runs)), column], np.nan)

    def between(self, first_h: float, last_h: float) -> Track:
        """The part between two times, both included."""
        inside = (self.times_h >= first_h) & (self.times_h <= last_h)
        return Track(self.times_h[inside], self.runs, self.values[:, inside])


def ratio_of_sums(part: Track, whole: Sequence[Track], step_h: float, least: float) -> Track:
    """A share over intervals, weighted by its base: sum of `part` over sum of `whole`.

    Parameters
    ----------
    part
        The numerator per observation interval, for example negative mentions.
    whole
        The tracks whose sum is the base, on the same times and runs as `part`.
    step_h
        Length of the intervals in hours.
    least
        Intervals of a run with a smaller base are NaN: a share of nearly nothing says nothing.
    """
    share = part.binned(step_h, "sum")
    base = np.zeros_like(share.values)
    for track in whole:
        base = base + track.binned(step_h, "sum").values
    with np.errstate(invalid="ignore", divide="ignore"):
        values = np.where(base >= max(least, 1e-12), share.values / base, np.nan)
    return Track(share.times_h, share.runs, values)


class Readings:
    """Fast access to the observations: sorted once, each measure cut out when it is asked for.

    Parameters
    ----------
    series
        Columns run, time_h, segment, metric, value; an empty frame may lack them.

    Raises
    ------
    ValueError
        When a column is missing from a frame that has rows.
    """

    def __init__(self, series: pd.DataFrame) -> None:
        missing = [column for column in _COLUMNS if column not in series.columns]
        if missing and len(series):
            raise ValueError(f"series lacks the columns {missing}; it has {list(series.columns)}")
        if missing:
            series = pd.DataFrame({column: [] for column in _COLUMNS})
        metric_codes, metrics = pd.factorize(series["metric"])
        segment_codes, segments = pd.factorize(series["segment"])
        self.metrics: tuple[str, ...] = tuple(str(name) for name in metrics)
        self.segments: tuple[str, ...] = tuple(str(name) for name in segments)
        keys = metric_codes.astype(np.int64) * max(len(segments), 1) + segment_codes
        keys[(metric_codes < 0) | (segment_codes < 0)] = -1
        narrow = keys.astype(np.int16) if keys.size and keys.max() < 2**15 else keys
        order = np.argsort(narrow, kind="stable")
        sorted_keys = keys[order]
        self._starts = np.searchsorted(sorted_keys, np.arange(len(metrics) * len(segments) + 1))
        self._times = series["time_h"].to_numpy(dtype=np.float64, na_value=np.nan)[order]
        run_codes, runs = pd.factorize(series["run"], sort=True)
        self.runs: NDArray[np.int64] = np.asarray(runs, dtype=np.int64)
        self._run_codes = run_codes[order]
        self._values = series["value"].to_numpy(dtype=np.float64, na_value=np.nan)[order]
        self._values[~np.isfinite(self._values)] = np.nan

    @property
    def horizon_h(self) -> float:
        """Time of the last observation; 0 without any."""
        known = self._times[np.isfinite(self._times)]
        return float(known.max()) if known.size else 0.0

    def with_prefix(self, prefix: str) -> list[str]:
        """Names of the measures that begin so, without the prefix, in order of appearance."""
        return [name.removeprefix(prefix) for name in self.metrics if name.startswith(prefix)]

    def track(self, metric: str, segment: str = "all") -> Track | None:
        """The observations of one measure; None when there are none or all are NaN."""
        if metric not in self.metrics or segment not in self.segments:
            return None
        key = self.metrics.index(metric) * len(self.segments) + self.segments.index(segment)
        part = slice(int(self._starts[key]), int(self._starts[key + 1]))
        times, values, runs = self._times[part], self._values[part], self._run_codes[part]
        usable = np.isfinite(times) & (runs >= 0)
        times, values, runs = times[usable], values[usable], runs[usable]
        if not np.isfinite(values).any():
            return None
        grid, column = np.unique(times, return_inverse=True)
        present, row = np.unique(runs, return_inverse=True)
        table = np.full((len(present), len(grid)), np.nan)
        table[row, column] = values
        return Track(grid, self.runs[present], table)

    def aligned(self, metrics: Sequence[str], segment: str = "all") -> list[Track] | None:
        """Several measures on the same runs and times; None when one is absent or they differ."""
        tracks = [self.track(metric, segment) for metric in metrics]
        found = [track for track in tracks if track is not None]
        if not found or len(found) < len(tracks):
            return None
        first = found[0]
        same = all(
            np.array_equal(track.times_h, first.times_h) and np.array_equal(track.runs, first.runs)
            for track in found
        )
        return found if same else None
