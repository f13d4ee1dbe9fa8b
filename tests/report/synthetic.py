"""Made-up studies with realistic shapes: two incidents, a campaign, five segments, twenty runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tests.report.synthetic_summary import (
    ACTIONS,
    ACTIVITIES,
    INCIDENTS,
    LINES,
    PLATFORMS,
    SEGMENTS,
    make_summary,
)

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Study:
    """The four things a report is made of."""

    series: pd.DataFrame
    events: pd.DataFrame
    ledger: pd.DataFrame
    summary: dict[str, Any]

    def parts(self) -> dict[str, Any]:
        """As keyword arguments of `write_report`."""
        return {"series": self.series, "events": self.events, "ledger": self.ledger, "summary": self.summary}


def make_study(runs: int = 20, days: int = 243, seed: int = 7, *, incidents: bool = True) -> Study:
    """A study of so many runs and days."""
    rng = np.random.default_rng(seed)
    times = np.arange(6.0, days * 24 + 1, 6.0)
    struck = [row for row in INCIDENTS if incidents and row[4] < days * 24]
    depth = rng.lognormal(0.0, 0.35, (runs, max(len(struck), 1)))
    return Study(
        series=_series(rng, runs, times, struck, depth),
        events=_events(rng, runs, days, struck),
        ledger=_ledger(rng, runs, days),
        summary=make_summary(runs, days, struck),
    )


def _walk(rng: np.random.Generator, runs: int, count: int, size: float) -> Floats:
    return np.cumsum(rng.normal(0, size, (runs, count)), axis=1)


def _shock(times: Floats, start_h: float, decay_h: float) -> Floats:
    after = times - start_h
    return np.where(
        after > 0, np.exp(-np.maximum(after, 0) / decay_h) * (1 - np.exp(-np.maximum(after, 0) / 6)), 0.0
    )


def _series(
    rng: np.random.Generator, runs: int, times: Floats, struck: list[Any], depth: Floats
) -> pd.DataFrame:
    count = len(times)
    burst, scar = np.zeros((runs, count)), np.zeros((runs, count))
    for index, row in enumerate(struck):
        size = row[7] * depth[:, index : index + 1]
        burst += size * _shock(times, row[4], 40.0)
        scar += size * _shock(times, row[4], 900.0)
    rise = 1 - np.exp(-times / 2500)
    nps = 21 + 9 * rise - 7 * scar + _walk(rng, runs, count, 0.05)
    hour = 1 + 0.5 * np.sin(2 * np.pi * (times % 24 - 9) / 24)
    noise = rng.lognormal(0, 0.25, (runs, count))
    negative = (120 + 26_000 * burst) * hour * noise
    positive = (900 + 1500 * rise + 3500 * burst) * hour * rng.lognormal(0, 0.2, (runs, count))
    neutral = (1100 + 9000 * burst) * hour * noise
    mentions = positive + neutral + negative
    reach = np.minimum(138e6, 138e6 * (1 - np.exp(-times / 1800)) * 0.6 + rng.normal(0, 2e5, (runs, 1)))
    measures: dict[tuple[str, str], Floats] = {
        ("nps", "all"): nps,
        ("sentiment", "all"): 0.12
        + 0.1 * rise
        - 0.35 * burst
        - 0.06 * scar
        + _walk(rng, runs, count, 0.0008),
        ("negative_share", "all"): negative / mentions,
        ("mentions_positive", "all"): positive.round(),
        ("mentions_neutral", "all"): neutral.round(),
        ("mentions_negative", "all"): negative.round(),
        ("media_positive_share", "all"): 0.7 + 0.15 * rise - 0.18 * scar + _walk(rng, runs, count, 0.0006),
        ("media_items", "all"): np.cumsum(rng.poisson(0.6, (runs, count)), axis=1).astype(float),
        ("complaints", "all"): (420 * (1 - 0.4 * rise) + 1500 * burst)
        * rng.lognormal(0, 0.08, (runs, count)),
        ("satisfaction", "all"): 0.76 + 0.07 * rise - 0.03 * scar + _walk(rng, runs, count, 0.0004),
        ("awareness", "all"): 0.41 + 0.1 * rise + _walk(rng, runs, count, 0.0003),
        ("trust", "all"): 0.52 + 0.05 * rise - 0.05 * scar + _walk(rng, runs, count, 0.0004),
        ("favourability", "all"): 66 + 6 * rise - 4 * scar + _walk(rng, runs, count, 0.03),
        ("reach", "all"): np.maximum.accumulate(reach, axis=1),
        ("frequency", "all"): 1 + 8 * rise + rng.normal(0, 0.05, (runs, count)),
        ("share_of_voice", "all"): 0.3 + 0.3 * burst / (1 + burst) + rng.normal(0, 0.01, (runs, count)),
        ("hot_search_hours", "all"): np.cumsum(6.0 * (burst > 0.3), axis=1),
        ("ugc_share", "all"): 0.15 + 0.1 * rise + _walk(rng, runs, count, 0.0005),
        ("conversions", "all"): np.cumsum(rng.poisson(40, (runs, count)), axis=1).astype(float),
        ("churn", "all"): np.cumsum(rng.poisson(8 + 300 * burst), axis=1).astype(float),
        ("service_response_h", "all"): 5.4 - 2 * rise + 3 * burst + rng.normal(0, 0.1, (runs, count)),
    }
    for name in ("short_video", "article", "livestream"):
        measures["interactions:" + name, "all"] = rng.poisson(3000, (runs, count)).astype(float)
    for name, _, _, size in PLATFORMS:
        shape = size / 4 * (1 + 8 * burst) * hour * rng.lognormal(0, 0.3, (runs, count))
        measures["volume:" + name, "all"] = shape.round()
    for place, (name, _, _, _, level) in enumerate(SEGMENTS):
        measures["nps", name] = nps - 24 + level - place * scar + _walk(rng, runs, count, 0.04)
        measures["satisfaction", name] = measures["satisfaction", "all"] + (level - 20) / 300
        for metric in ("sentiment", "negative_share", "trust", "awareness", "favourability", "reach"):
            measures[metric, name] = measures[metric, "all"] * (1 - 0.04 * place)
    frames = [
        pd.DataFrame({
            "run": np.repeat(np.arange(runs), count), "time_h": np.tile(times, runs), "segment": segment,
            "metric": metric, "value": values.ravel(),
        })
        for (metric, segment), values in measures.items()
    ]  # fmt: skip
    waves = np.arange(count // 5, count, max(count // 5, 1))
    shown = nps[:, waves] + rng.normal(0, 1.9, (runs, len(waves)))
    for metric, values in (("nps_survey", shown), ("nps_survey_se", np.full_like(shown, 1.9))):
        frames.append(pd.DataFrame({
            "run": np.repeat(np.arange(runs), len(waves)), "time_h": np.tile(times[waves], runs), "segment": "all",
            "metric": metric, "value": values.ravel(),
        }))  # fmt: skip
    return pd.concat(frames, ignore_index=True)


def _events(rng: np.random.Generator, runs: int, days: int, struck: list[Any]) -> pd.DataFrame:
    rows: list[tuple[Any, ...]] = []
    for run in range(runs):
        for ident, title, _, _, start, _, _, size in struck:
            delays = rng.lognormal(0, 0.25, 6)
            course = (
                ("incident", 0.0), ("detected", 0.2 * delays[0]), ("level", 0.3 * delays[0]),
                ("first_response", 0.45 * delays[1]), ("hot_search_enter", 1.5 * delays[2]),
                ("analysis", 2.0 * delays[3]), ("statement", 4.0 * delays[3]), ("measure", 20 * delays[4]),
                ("hot_search_exit", 26 * delays[2]), ("follow_up", 70 * delays[4]), ("resolved", 60 * size * delays[5]),
            )  # fmt: skip
            rows += [(run, start + hour, kind, ident, ident, title, np.nan, ident) for kind, hour in course]
            if rng.random() < 0.2:
                rows.append((run, start + 120, "second_wave", ident, ident, title, np.nan, ident))
            hours = start + rng.exponential(60, rng.poisson(40 * size))
            rows += [(run, h, "media_item", f"outlet_{i}", ident, "Report", rng.normal(-0.3, 0.4), ident)
                     for i, h in enumerate(hours)]  # fmt: skip
        for day, title in ACTIVITIES:
            if day < days:
                rows.append(
                    (run, day * 24 + 10.0, "activity", title.lower().replace(" ", "_"), "", title, np.nan, "")
                )
                for index, hour in enumerate(day * 24 + 10 + rng.exponential(70, rng.poisson(9))):
                    kind = "media_item" if index % 3 else "kol_post"
                    rows.append((run, hour, kind, f"outlet_{index}", "", title, rng.normal(0.4, 0.3), ""))
        for day in range(45, days, 60):
            rows.append((run, day * 24.0, "survey", "nps", "", "NPS survey", 24.0, ""))
        if rng.random() < 0.4:
            rows.append((run, rng.uniform(0, days * 24), "false_alarm", "monitoring", "", "", np.nan, ""))
    columns = ["run", "time_h", "kind", "subject", "cause", "title", "value", "thread"]
    table = pd.DataFrame(rows, columns=columns)
    return table[table["time_h"] <= days * 24]


def _ledger(rng: np.random.Generator, runs: int, days: int) -> pd.DataFrame:
    rows: list[tuple[Any, ...]] = []
    for run in range(runs):
        for line, _, _, fen, share in LINES:
            rows.append((run, 0.0, line, "", fen, "allocate"))
            when = (
                np.sort(rng.uniform(0, days * 24, 24))
                if line != "reserve"
                else 45 * 24 + rng.exponential(50, 6)
            )
            part = rng.dirichlet(np.ones(len(when))) * fen * share
            names = [action[0] for action in ACTIONS[line]]
            rows += [(run, hour, line, names[i % len(names)], -int(amount), "spend")
                     for i, (hour, amount) in enumerate(zip(when, part, strict=True))]  # fmt: skip
    return pd.DataFrame(rows, columns=["run", "time_h", "line", "action", "amount_fen", "kind"])
