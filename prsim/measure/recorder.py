"""What is recorded of a run: observations at fixed times, events, nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from prsim.measure import observe as O
from prsim.measure.survey import survey_wave
from prsim.spread import layout as L

if TYPE_CHECKING:
    from prsim.model.simulation import Simulation

EVENT_COLUMNS = ["time_h", "kind", "subject", "cause", "value", "thread", "title_en", "title_zh"]


class Recorder:
    """Observes the audience every ``observe_h`` hours and turns counts into metrics."""

    def __init__(self, sim: Simulation) -> None:
        self.sim = sim
        sim.observer = self
        s = sim.scenario
        self.times: list[float] = []
        self.rows: list[dict[tuple[str, str], float]] = []
        self.segments = list(s.segments)
        self.platforms = list(s.platforms)
        self.formats = list(sim.world.formats)
        self.own = sim.world.own_formats
        self.engagement = 0.0
        self.exposures = np.zeros(len(self.segments))
        self.hot_hours = 0.0
        self.survey_next = s.survey.every_days * 24.0
        self.wave = 0
        self.survey_now: tuple[float, float] | None = None

    def record(self, hours: float, counted: bool) -> None:
        """One observation; counts are those of the last ``hours``. ``counted`` says whether the census is new."""
        sim = self.sim
        self.survey_now = None
        if sim.now >= self.survey_next:
            self.survey_now = survey_wave(sim, self.wave)
            n = self.wave + 1
            sim.log("survey", f"wave-{n}", "", self.survey_now[0], "", f"Wave {n}", f"第 {n} 轮")
            self.wave += 1
            self.survey_next += sim.scenario.survey.every_days * 24.0
        row: dict[tuple[str, str], float] = {}
        if counted:
            self._state(row, sim.census.seen)
        self._counts(row, sim.census.seen, hours)
        self.times.append(sim.now)
        self.rows.append(row)

    def _state(self, row: dict[tuple[str, str], float], seen: np.ndarray) -> None:
        sizes = self.sim.world.sizes
        users = sizes * self.sim.user_share()
        metrics = {
            "nps": (100.0 * (seen[:, O.PROMOTERS] - seen[:, O.DETRACTORS]), sizes),
            "sentiment": (seen[:, O.POSITIVE] - seen[:, O.NEGATIVE], sizes),
            "satisfaction": (seen[:, O.SATISFACTION], users),
            "awareness": (seen[:, O.AWARENESS], sizes),
            "trust": (seen[:, O.TRUST], sizes),
            "favourability": (50.0 + 25.0 * (seen[:, O.ATTITUDE] + 2.0 * seen[:, O.TRUST] - 1.0), sizes),
            "promoters": (seen[:, O.PROMOTERS], sizes),
            "detractors": (seen[:, O.DETRACTORS], sizes),
        }
        for name, (values, weights) in metrics.items():
            good = np.isfinite(values) & (weights > 0)
            if good.any():
                row[name, "all"] = float(np.average(values[good], weights=weights[good]))
            for k, segment in enumerate(self.segments):
                row[name, segment] = float(values[k])
        if self.survey_now is not None:
            row["nps_survey", "all"], row["nps_survey_se", "all"] = self.survey_now

    def _counts(self, row: dict[tuple[str, str], float], seen: np.ndarray, hours: float) -> None:
        sim, tally = self.sim, self.sim.audience.tallies
        posts = tally.posts.copy()  # [P, K, 3]
        ambient = sim.scenario.ambient.mentions_per_day * hours / 24.0
        size = sim.world.sizes / sim.world.sizes.sum()
        everyday = np.stack(
            [seen[:, O.NEGATIVE], 1.0 - seen[:, O.NEGATIVE] - seen[:, O.POSITIVE], seen[:, O.POSITIVE]],
            axis=1,
        )
        everyday *= ambient * size[:, None]
        everyday[:, 0] += sim.desk.public_posts * size
        sim.desk.public_posts = 0.0
        by_segment = posts.sum(axis=0) + everyday
        total = by_segment.sum(axis=0)
        for c, name in enumerate(("mentions_negative", "mentions_neutral", "mentions_positive")):
            row[name, "all"] = float(total[c])
            for k, segment in enumerate(self.segments):
                row[name, segment] = float(by_segment[k, c])
        for segment, counts in zip(
            [*self.segments, "all"], [*by_segment.tolist(), total.tolist()], strict=True
        ):
            negative, neutral, positive = counts
            if negative + neutral + positive > 0:
                row["negative_share", segment] = negative / (negative + neutral + positive)
                row["positive_share", segment] = positive / max(negative + positive, 1e-12)
        for p, platform in enumerate(self.platforms):
            extra = float(everyday.sum()) if p == sim.main_platform else 0.0
            row[f"volume:{platform}", "all"] = float(posts[p].sum()) + extra
        self.exposures += tally.exposures
        reached = float(tally.reached.sum())
        row["reach", "all"] = reached
        row["frequency", "all"] = float(self.exposures.sum()) / reached if reached else 0.0
        row["exposures", "all"] = float(tally.exposures.sum())
        for k, segment in enumerate(self.segments):
            row["reach", segment] = float(tally.reached[k])
        self._content(row)
        if total.sum() > 0:
            row["ugc_share", "all"] = min(1.0, float(tally.own_posts[0] / total.sum()))
        rivals = sum(r.posts(hours) for r in sim.rivals)
        if total.sum() + rivals > 0:
            row["share_of_voice", "all"] = float(total.sum() / (total.sum() + rivals))
        row["media_items", "all"] = float(sum(sim.newsroom.items))
        row["media_positive_share", "all"] = sim.newsroom.positive_share
        row["media_invitation_coverage", "all"] = len(sim.campaign.actions.met) / max(1, len(sim.outlets))
        if hours:
            row["complaints", "all"] = float(sim.desk.by_segment.sum()) * 24.0 / hours
            for k, segment in enumerate(self.segments):
                row["complaints", segment] = float(sim.desk.by_segment[k]) * 24.0 / hours
        sim.desk.by_segment[:] = 0.0
        row["service_response_h", "all"] = sim.desk.response_h
        row["participants", "all"] = sim.campaign.actions.participants
        row["conversions", "all"] = float(sim.funnel.conversions.sum())
        row["churn", "all"] = float(sim.funnel.churn.sum())
        negative = [r.thread.index for r in sim.incidents.records]
        row["hot_search_hours", "all"] = (
            float(sim.audience.tf[negative, L.HOT_HOURS].sum()) if negative else 0.0
        )

    def _content(self, row: dict[tuple[str, str], float]) -> None:
        """The brand's own content: by format, by platform, in all."""
        sim, tally = self.sim, self.sim.audience.tallies
        counts = {"interactions": tally.interactions, "shown": tally.shown, "noticed": tally.noticed}
        counts["read"] = tally.read
        for name, table in counts.items():
            by_format = np.ascontiguousarray(table.T).sum(axis=1).tolist()
            for f, fmt in enumerate(self.formats):
                if self.own[f] or name == "interactions":
                    row[f"{name}:{fmt}", "all"] = by_format[f]
        for name in ("interactions", "noticed"):
            by_platform = np.ascontiguousarray(counts[name][:, self.own]).sum(axis=1).tolist()
            for p, platform in enumerate(self.platforms):
                row[f"{name}@{platform}", "all"] = by_platform[p]
        shown, noticed, read, acted = (
            float(counts[name][:, self.own].sum()) for name in ("shown", "noticed", "read", "interactions")
        )
        row["content_exposures", "all"], row["content_interactions", "all"] = noticed, acted
        row["content_shown", "all"], row["content_read", "all"] = shown, read
        if noticed > 0:
            row["interaction_rate", "all"] = acted / noticed
        if shown > 0:
            row["completion", "all"] = read / shown
        row["content_aimed", "all"], row["content_on_target", "all"] = map(float, tally.aimed)
        if tally.aimed[0] > 0:
            row["reach_precision", "all"] = float(tally.aimed[1] / tally.aimed[0])
        self.engagement += acted
        row["engagement", "all"] = self.engagement
        row["followers", "all"] = sim.following.persons()

    def series(self) -> pd.DataFrame:
        """Observations as a tidy table ``time_h, segment, metric, value``."""
        alike: dict[tuple[tuple[str, str], ...], list[int]] = {}  # observations that have the same keys
        for i, row in enumerate(self.rows):
            alike.setdefault(tuple(row), []).append(i)
        keys = sorted({key for present in alike for key in present})
        column = {key: j for j, key in enumerate(keys)}
        table = np.full((len(keys), len(self.rows)), np.nan)
        for present, which in alike.items():
            block = [list(self.rows[i].values()) for i in which]
            table[np.ix_([column[key] for key in present], which)] = np.array(block).T
        times = np.array(self.times)
        blocks = []
        for (metric, segment), values in zip(keys, table, strict=True):
            good = np.isfinite(values)
            blocks.append((times[good], segment, metric, values[good]))
        lengths = [len(b[0]) for b in blocks]
        return pd.DataFrame(
            {
                "time_h": np.concatenate([b[0] for b in blocks]) if blocks else np.empty(0),
                "segment": pd.Categorical(np.repeat([b[1] for b in blocks], lengths)),
                "metric": pd.Categorical(np.repeat([b[2] for b in blocks], lengths)),
                "value": np.concatenate([b[3] for b in blocks]) if blocks else np.empty(0),
            }
        )

    def event_frame(self) -> pd.DataFrame:
        """Events as a table."""
        return pd.DataFrame(self.sim.events, columns=EVENT_COLUMNS)
