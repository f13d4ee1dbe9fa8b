"""Metrics are made for all observations at once; here each is counted again, at its time, in plain arithmetic."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from prsim.measure import observe as O
from prsim.measure.recorder import Recorder
from prsim.measure.tables import Observations
from prsim.model.simulation import Simulation
from prsim.spread import layout as L
from prsim.world.build import build_world
from tests.laboratory import fixture

type Row = dict[tuple[str, str], float]


class ByHand:
    """Counts at each observation, before the recorder takes its notes and begins anew."""

    def __init__(self, sim: Simulation) -> None:
        self.sim, self.recorder = sim, Recorder(sim)
        sim.observer = self
        self.rows: list[tuple[float, Row]] = []
        self.exposures = self.engagement = 0.0

    def record(self, hours: float, counted: bool) -> None:
        row: Row = {}
        for part in (self.stances, self.audience, self.content, self.institutions):
            part(row, hours)
        if counted:
            self.states(row)
        self.rows.append((self.sim.now, row))
        self.recorder.record(hours, counted)

    def states(self, row: Row) -> None:
        sim, seen = self.sim, self.sim.census.seen
        for k, (name, segment) in enumerate(sim.scenario.segments.items()):
            row["nps", name] = 100.0 * (seen[k, O.PROMOTERS] - seen[k, O.DETRACTORS])
            row["trust", name] = seen[k, O.TRUST]
            if segment.user_share:
                row["satisfaction", name] = seen[k, O.SATISFACTION]
        for metric in ("nps", "trust", "satisfaction"):
            weights = {
                name: s.size * (s.user_share if metric == "satisfaction" else 1.0)
                for name, s in sim.scenario.segments.items()
                if (metric, name) in row
            }
            total = sum(weight * row[metric, name] for name, weight in weights.items())
            row[metric, "all"] = total / sum(weights.values())

    def stances(self, row: Row, hours: float) -> None:
        sim, posts = self.sim, self.sim.audience.tallies.posts
        names = ("mentions_negative", "mentions_neutral", "mentions_positive")
        everyday = sim.scenario.ambient.mentions_per_day * hours / 24.0
        persons = sum(s.size for s in sim.scenario.segments.values())
        for k, (name, segment) in enumerate(sim.scenario.segments.items()):
            seen, part = sim.census.seen[k], segment.size / persons
            neutral = 1.0 - seen[O.NEGATIVE] - seen[O.POSITIVE]
            usual = [everyday * part * share for share in (seen[O.NEGATIVE], neutral, seen[O.POSITIVE])]
            usual[0] += sim.desk.public_posts * part
            for c, metric in enumerate(names):
                row[metric, name] = usual[c] + sum(posts[p, k, c] for p in range(len(posts)))
                row[metric, "all"] = row.get((metric, "all"), 0.0) + row[metric, name]
        for name in (*sim.scenario.segments, "all"):
            negative, neutral, positive = (row[metric, name] for metric in names)
            if negative + neutral + positive:
                row["negative_share", name] = negative / (negative + neutral + positive)
                row["positive_share", name] = positive / max(negative + positive, 1e-12)
        total = sum(row[metric, "all"] for metric in names)
        for p, name in enumerate(sim.scenario.platforms):
            row[f"volume:{name}", "all"] = posts[p].sum()
        main = f"volume:{list(sim.scenario.platforms)[sim.main_platform]}", "all"
        row[main] += total - posts.sum()
        readers = [rival.readers for rival in sim.rivals]
        rivals = sum(rival.posts(hours) for rival in sim.rivals)
        for rival, many in zip(sim.rivals, readers, strict=True):
            rival.readers = many  # to be asked again by the recorder
        if total:
            row["ugc_share", "all"] = min(1.0, sim.audience.tallies.own_posts[0] / total)
            row["share_of_voice", "all"] = total / (total + rivals)

    def audience(self, row: Row, hours: float) -> None:
        tallies = self.sim.audience.tallies
        self.exposures += tallies.exposures.sum()
        for k, name in enumerate(self.sim.scenario.segments):
            row["reach", name] = tallies.reached[k]
        row["reach", "all"] = reached = sum(tallies.reached)
        row["exposures", "all"] = sum(tallies.exposures)
        row["frequency", "all"] = self.exposures / reached if reached else 0.0

    def content(self, row: Row, hours: float) -> None:
        sim, t = self.sim, self.sim.audience.tallies
        total = dict.fromkeys(("interactions", "noticed", "shown", "read"), 0.0)
        for metric in total:
            table = getattr(t, metric)
            for f, name in enumerate(sim.world.formats):
                own = name in sim.scenario.formats and sim.world.own_formats[f]
                if own or metric == "interactions":
                    row[f"{metric}:{name}", "all"] = sum(table[:, f])
                if own:
                    total[metric] += sum(table[:, f])
            for p, name in enumerate(sim.scenario.platforms):
                if metric in ("interactions", "noticed"):
                    row[f"{metric}@{name}", "all"] = table[p][sim.world.own_formats].sum()
        self.engagement += total["interactions"]
        row["engagement", "all"] = self.engagement
        row["content_exposures", "all"], row["content_interactions", "all"] = (
            total["noticed"],
            total["interactions"],
        )
        row["content_shown", "all"], row["content_read", "all"] = total["shown"], total["read"]
        row["content_aimed", "all"], row["content_on_target", "all"] = t.aimed
        for metric, above, below in (
            ("interaction_rate", total["interactions"], total["noticed"]),
            ("completion", total["read"], total["shown"]),
            ("reach_precision", t.aimed[1], t.aimed[0]),
        ):
            if below:
                row[metric, "all"] = above / below

    def institutions(self, row: Row, hours: float) -> None:
        sim = self.sim
        if hours:
            for k, name in enumerate(sim.scenario.segments):
                row["complaints", name] = sim.desk.by_segment[k] * 24.0 / hours
            row["complaints", "all"] = sum(sim.desk.by_segment) * 24.0 / hours
        row["conversions", "all"], row["churn", "all"] = sum(sim.funnel.conversions), sum(sim.funnel.churn)
        row["media_items", "all"] = sum(sim.newsroom.items)
        if sum(sim.newsroom.items):
            row["media_positive_share", "all"] = sim.newsroom.items[2] / sum(sim.newsroom.items)
        row["media_invitation_coverage", "all"] = len(sim.campaign.actions.met) / len(sim.outlets)
        row["service_response_h", "all"] = sim.desk.response_h
        row["participants", "all"] = sim.campaign.actions.participants
        row["followers", "all"] = sim.following.persons()
        row["hot_search_hours", "all"] = sum(
            sim.audience.tf[record.thread.index, L.HOT_HOURS] for record in sim.incidents.records
        )


def counted_twice(**changes: Any) -> tuple[ByHand, Observations]:
    scenario = fixture("rich", {"population.agents": 500, "engine.particles": 8, **changes})
    sim = Simulation(scenario, build_world(scenario), 1)
    hand = ByHand(sim)
    sim.run()
    return hand, hand.recorder.observations()


@pytest.fixture(scope="module")
def long() -> tuple[ByHand, Observations]:
    """More observations than are summed up at a time, and censuses at some of them only."""
    return counted_twice(**{"horizon_days": 25.0, "engine.observe_h": 6.0, "engine.census_h": 24.0})


def test_every_metric_is_what_a_count_at_its_time_says(long: tuple[ByHand, Observations]) -> None:
    hand, observed = long
    assert len(hand.rows) == 101
    for key in sorted({key for _, row in hand.rows for key in row}):
        t, v = observed.of(*key)
        expected = [(time, row[key]) for time, row in hand.rows if key in row]
        assert list(t) == [time for time, _ in expected], key
        np.testing.assert_allclose(
            v, [value for _, value in expected], rtol=1e-12, atol=1e-300, err_msg=str(key)
        )


def test_no_metric_is_left_unchecked(long: tuple[ByHand, Observations]) -> None:
    hand, observed = long
    also = {
        "sentiment",
        "awareness",
        "favourability",
        "promoters",
        "detractors",
        "nps_survey",
        "nps_survey_se",
    }
    assert {metric for metric, _ in observed.keys} == {m for _, row in hand.rows for m, _ in row} | also


def test_something_happens_in_what_is_checked(long: tuple[ByHand, Observations]) -> None:
    _, observed = long
    for metric in ("reach", "engagement", "completion", "hot_search_hours", "media_items", "participants"):
        assert observed.of(metric)[1].max() > 0.0, metric


def test_a_survey_is_recorded_with_its_wave(long: tuple[ByHand, Observations]) -> None:
    hand, observed = long
    told = {event[0]: event[4] for event in hand.sim.events if event[1] == "survey"}
    assert told
    assert dict(zip(*observed.of("nps_survey"), strict=True)) == told


def test_only_segments_with_users_have_a_satisfaction() -> None:
    name = next(iter(fixture("rich").segments))
    _, observed = counted_twice(**{"horizon_days": 2.0, f"segments.{name}.user_share": 0.0})
    assert not len(observed.of("satisfaction", name)[1])
    assert math.isfinite(observed.of("satisfaction")[1][-1])
