"""What a study keeps of a run: its values in short, its incidents, the course of the headline metrics by day.

A thousand runs of a plan hold a gigabyte of series; what is kept of them here is a few per cent of that.
"""

from __future__ import annotations

import json
import math
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from prsim.measure.tables import Entries, Observations
from prsim.measure.targets import (
    CONTENT_RATES,
    CUMULATIVE,
    END_DAYS,
    content_rate,
    first_response,
    resolved_in_time,
    weighted_share,
)
from prsim.scenario.metrics import METRICS
from prsim.scenario.root import Scenario
from prsim.study.run import Run

__all__ = [
    "BANDS", "BANDS_BY_SEGMENT", "INCIDENT_COLUMNS", "Kept", "NotANumber", "kept_of", "pack", "unpack", "value_of",
]  # fmt: skip

type Floats = NDArray[np.float64]
type SummaryKey = tuple[str, str, str]  # segment, metric, statistic
type BandKey = tuple[str, str]  # segment, metric

# what the censuses say of the audience: values that have a start, to fall below
STATES = ("nps", "sentiment", "satisfaction", "awareness", "trust", "favourability")
# share -> posts that it is a share of, those that it counts first
PARTS = {
    "negative_share": ("mentions_negative", "mentions_neutral", "mentions_positive"),
    "positive_share": ("mentions_positive", "mentions_negative"),
}
COUNTS = ("mentions_negative", "mentions_neutral", "mentions_positive")  # by interval of observation
PER_DAY = ("complaints",)

# the metrics whose course by day is kept: of the whole audience; of each segment too
BANDS = (
    "nps", "sentiment", "satisfaction", "awareness", "trust", "favourability", "negative_share", "mentions_negative",
    "complaints", "hot_search_hours", "share_of_voice",
)  # fmt: skip
BANDS_BY_SEGMENT = ("nps", "sentiment")

# column -> whether it is text; the fields of prsim.study.run.incident_summary
INCIDENT_COLUMNS = {
    "incident": True, "title_en": True, "title_zh": True, "topic": True, "start_h": False, "severity": False,
    "persons_hit": False, "level": True, "strategy": True, "detected_h": False, "first_response_h": False,
    "statement_h": False, "resolved_h": False, "hot_search_hours": False, "posts": False,
    "peak_negative_share": False, "negative_share_72h": False, "nps_trough": False,
}  # fmt: skip

_DAY_H = 24.0
_MAGIC = b"prs1"
_CODEC = "zstd"


class NotANumber(ValueError):
    """A metric of a run is not a number where it has to be one."""


@dataclass(frozen=True, eq=False)
class Kept:
    """What is kept of one run.

    Attributes
    ----------
    keys : tuple of (segment, metric, statistic)
        Sorted.
    values : float64[len(keys)]
        Never missing: what a run does not say has no key.
    incidents : list of dict
        As :func:`prsim.study.run.incident_summary` has them.
    courses : tuple of (segment, metric)
        Sorted.
    days : float32[len(courses), days + 1]
        Value at the end of each day (counts and rates: of that day), the start first; nan where nothing is said.
    """

    keys: tuple[SummaryKey, ...]
    values: Floats
    incidents: list[dict[str, Any]]
    courses: tuple[BandKey, ...]
    days: NDArray[np.float32]


def kept_of(run: Run) -> Kept:
    """Sum up a run.

    Raises
    ------
    NotANumber
        If a state of the audience is not a number at some time; names the metric and the hour.
    """
    observed, scenario = run.outcome.observed, run.scenario
    _refuse_gaps(scenario, observed)
    rows = dict(_summaries(observed))
    rows |= _targets(scenario, run.summary["targets"])
    rows |= _answers(scenario, run.outcome.happened)
    keys = sorted(key for key, value in rows.items() if math.isfinite(value))
    by_segment = ((segment, metric) for segment in scenario.segments for metric in BANDS_BY_SEGMENT)
    courses = sorted([*(("all", metric) for metric in BANDS), *by_segment])
    hours = scenario.horizon_days * _DAY_H
    return Kept(
        keys=tuple(keys),
        values=np.array([rows[key] for key in keys], np.float64),
        incidents=run.summary["incidents"],
        courses=tuple(courses),
        days=np.array([by_day(observed, m, s, hours) for s, m in courses], np.float32),
    )


def value_of(observed: Observations, metric: str, statistic: str, segment: str = "all") -> float:
    """Sum up a metric of a run in one number; nan where the run does not say.

    Parameters
    ----------
    statistic
        ``mean``: over time. ``end``: mean of the last 14 days; of what only grows, the last value. ``total``: of
        counts and rates. ``trough``: largest fall below the value at the start; ``loss``: mean of that fall over time.
        Shares of posts are weighted by the posts, rates of content by its showings.
    """
    t, v = observed.of(metric, segment)
    if not len(v):
        return math.nan
    since = t[-1] - END_DAYS * _DAY_H if statistic == "end" else -math.inf
    if metric in PARTS:
        return weighted_share(observed, metric, since, segment)
    if metric in CONTENT_RATES:
        return content_rate(observed, metric, since, math.inf)
    match statistic:
        case "mean":
            return float(v.mean())
        case "end":
            return float(v[-1]) if metric in CUMULATIVE else float(v[t >= since].mean())
        case "total":
            return float(v.mean()) * float(t[-1]) / _DAY_H if metric in PER_DAY else float(v.sum())
        case "trough":
            return float(v[0] - v.min())
        case "loss":
            return float(v[0] - v.mean())
    raise ValueError(f"no such statistic: {statistic}")


def by_day(observed: Observations, metric: str, segment: str, hours: float) -> Floats:
    """The course of a metric by day, float64[days + 1]: the start, then the end (or the sum, or mean) of each day."""
    days = math.ceil(hours / _DAY_H - 1e-9)
    out = np.full(days + 1, np.nan)
    t, v = observed.of(metric, segment)
    if not len(v):
        return out
    if metric in PARTS:
        parts = [observed.of(part, segment) for part in PARTS[metric]]
        sums = [np.bincount(_day(times), posts, days + 1) for times, posts in parts]
        return np.asarray(np.divide(sums[0], sum(sums), out=out, where=np.asarray(sum(sums)) > 0))
    day = _day(t)
    if metric in COUNTS or metric in PER_DAY:
        n, total = np.bincount(day, minlength=days + 1), np.bincount(day, v, days + 1)
        return np.asarray(np.divide(total, n if metric in PER_DAY else 1.0, out=out, where=n > 0))
    last = np.append(day[1:] != day[:-1], True)
    out[day[last]] = v[last]
    return out


def pack(kept: Kept) -> bytes:
    """A few kilobytes that hold it all; nothing in them is ever executed."""
    header = _header(kept.keys, kept.courses)
    body = kept.values.tobytes() + kept.days.tobytes() + json.dumps(kept.incidents).encode()
    import pyarrow as pa

    packed: bytes = pa.compress(body, codec=_CODEC, asbytes=True)
    return _MAGIC + struct.pack("<IQI", len(header), len(body), kept.days.shape[1]) + header + packed


def unpack(blob: bytes) -> Kept:
    """What :func:`pack` made.

    Raises
    ------
    ValueError
        If it is something else.
    """
    import pyarrow as pa

    if blob[:4] != _MAGIC:
        raise ValueError("not what a study keeps of a run")
    begin = 4 + struct.calcsize("<IQI")
    length, size, days = struct.unpack("<IQI", blob[4:begin])
    keys, courses = _read_header(blob[begin : begin + length])
    body: bytes = pa.decompress(blob[begin + length :], size, codec=_CODEC, asbytes=True)
    a = 8 * len(keys)
    b = a + 4 * len(courses) * days
    return Kept(
        keys=keys,
        values=np.frombuffer(body[:a], np.float64),
        incidents=json.loads(body[b:]),
        courses=courses,
        days=np.frombuffer(body[a:b], np.float32).reshape(len(courses), days),
    )


@lru_cache(maxsize=256)
def _header(keys: tuple[SummaryKey, ...], courses: tuple[BandKey, ...]) -> bytes:
    return zlib.compress(json.dumps([keys, courses], ensure_ascii=False).encode())


@lru_cache(maxsize=256)
def _read_header(header: bytes) -> tuple[tuple[SummaryKey, ...], tuple[BandKey, ...]]:
    keys, courses = json.loads(zlib.decompress(header))
    return tuple((s, m, how) for s, m, how in keys), tuple((s, m) for s, m in courses)


def _statistics(metric: str) -> tuple[str, ...]:
    if metric in CUMULATIVE:
        return ("end",)
    if metric in COUNTS or metric in PER_DAY:
        return ("mean", "end", "total")
    return ("mean", "end", "trough", "loss") if metric in STATES else ("mean", "end")


def _summaries(observed: Observations) -> Iterator[tuple[SummaryKey, float]]:
    for metric, segment in observed.keys:
        if metric in METRICS:
            for statistic in _statistics(metric):
                yield (segment, metric, statistic), value_of(observed, metric, statistic, segment)


def _targets(scenario: Scenario, reached: dict[str, Any]) -> dict[SummaryKey, float]:
    rows: dict[SummaryKey, float] = {}
    for name, found in reached.items():
        segment = scenario.targets[name].segment or "all"
        rows[segment, f"target.{name}", "value"] = float(found["value"])
        rows[segment, f"target.{name}", "met"] = math.nan if found["met"] is None else float(found["met"])
    return rows


def _answers(scenario: Scenario, happened: Entries) -> dict[SummaryKey, float]:
    hours = scenario.horizon_days * _DAY_H
    return {
        ("all", "first_response_h", "mean"): first_response(happened),
        ("all", "resolved_48h", "mean"): resolved_in_time(happened, hours, scenario.response.resolve_h),
    }


def _refuse_gaps(scenario: Scenario, observed: Observations) -> None:
    step = scenario.engine.census_h
    due = np.arange(int(scenario.horizon_days * _DAY_H / step + 1e-9) + 1)
    for metric in STATES:
        t, _ = observed.of(metric)
        missing = np.setdiff1d(due, np.rint(t / step))
        if len(missing) and metric != "satisfaction":  # of which there is none where nobody is a user
            raise NotANumber(
                f"{metric} of the whole audience is not a number at {len(missing)} of {len(due)} censuses, first at "
                f"hour {missing[0] * step:g}"
            )


def _day(t: Floats) -> NDArray[np.int64]:
    """The day that a time ends or lies in; 0 is the start."""
    return np.ceil(t / _DAY_H - 1e-9).astype(np.int64)
