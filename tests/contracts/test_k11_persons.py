"""K11: persons are conserved: agents times weight are the segments, and no count exceeds those it is counted from."""

from __future__ import annotations

import numpy as np
import pytest

import prsim
from prsim.measure import observe as O
from prsim.model.simulation import Simulation
from prsim.scenario.root import Scenario
from prsim.spread import layout as L
from prsim.study.run import Run
from prsim.world.build import build_world
from tests.laboratory import dingtalk, fixture


@pytest.mark.parametrize("agents", [500, 1_000, 5_003, 50_000])
@pytest.mark.parametrize("source", ["rich", "dingtalk"])
def test_agents_stand_for_all_persons(source: str, agents: int) -> None:
    s = (
        fixture("rich", {"population.agents": agents})
        if source == "rich"
        else dingtalk(f"population.agents={agents}")
    )
    pop = build_world(s).population
    sizes = np.array([segment.size for segment in s.segments.values()])
    counts = np.diff(pop.seg_ptr)
    assert counts.sum() == pop.n
    assert np.all(counts >= 1)
    np.testing.assert_allclose(counts * pop.weight, sizes, rtol=1e-12)
    np.testing.assert_array_equal(np.bincount(pop.seg, minlength=len(sizes)), counts)
    for k, segment in enumerate(s.segments.values()):
        users = pop.user[pop.seg_ptr[k] : pop.seg_ptr[k + 1]].sum()
        assert abs(users - segment.user_share * counts[k]) <= 1.0, list(s.segments)[k]
        assert users == pop.user_ptr[k + 1] - pop.user_ptr[k]


@pytest.mark.parametrize("agents", [500, 2_000])
def test_about_as_many_agents_as_asked_for(agents: int) -> None:
    assert abs(build_world(fixture("rich", {"population.agents": agents})).population.n - agents) <= 3


def by_segment(run: Run, metric: str) -> dict[str, np.ndarray]:
    rows = run.series[run.series["metric"] == metric]
    return {str(k): v["value"].to_numpy() for k, v in rows.groupby("segment", observed=True)}


def sizes_of(s: Scenario) -> dict[str, float]:
    return {k: v.size for k, v in s.segments.items()} | {"all": sum(v.size for v in s.segments.values())}


def test_shares_are_shares(rich_run: Run) -> None:
    for metric in ("promoters", "detractors", "awareness", "trust", "satisfaction", "negative_share", "positive_share",
                   "share_of_voice", "ugc_share", "media_positive_share", "media_invitation_coverage"):  # fmt: skip
        for segment, v in by_segment(rich_run, metric).items():
            assert np.all((v >= 0.0) & (v <= 1.0)), (metric, segment)
    promoters, detractors, nps = (by_segment(rich_run, m) for m in ("promoters", "detractors", "nps"))
    for segment in nps:
        passives = 1.0 - promoters[segment] - detractors[segment]
        assert np.all(passives >= -1e-12), segment
        np.testing.assert_allclose(
            100.0 * (promoters[segment] - detractors[segment]), nps[segment], atol=1e-9
        )
    for v in by_segment(rich_run, "sentiment").values():
        assert np.all(np.abs(v) <= 1.0)


def test_the_whole_is_the_sum_of_its_parts(rich_run: Run) -> None:
    sizes = sizes_of(rich_run.scenario)
    names = [k for k in sizes if k != "all"]
    for metric in ("reach", "mentions_negative", "mentions_neutral", "mentions_positive", "complaints"):
        parts = by_segment(rich_run, metric)
        np.testing.assert_allclose(
            sum(parts[k] for k in names), parts["all"], rtol=1e-9, atol=1e-9, err_msg=metric
        )
    for metric in ("promoters", "detractors", "awareness", "trust", "sentiment"):
        parts = by_segment(rich_run, metric)
        mean = sum(parts[k] * sizes[k] for k in names) / sizes["all"]
        np.testing.assert_allclose(mean, parts["all"], rtol=1e-9, atol=1e-12, err_msg=metric)


def test_counts_are_never_negative_and_reach_never_exceeds_the_persons(rich_run: Run) -> None:
    sizes = sizes_of(rich_run.scenario)
    for segment, v in by_segment(rich_run, "reach").items():
        assert np.all(np.diff(v) >= 0.0), segment
        assert v[-1] <= sizes[segment] * (1 + 1e-12), segment
        assert v[-1] > 0.0
    for metric in rich_run.series["metric"].unique():
        if metric not in ("nps", "sentiment", "nps_survey"):
            rows = rich_run.series[rich_run.series["metric"] == metric]
            assert rows["value"].min() >= 0.0, metric
    frequency = by_segment(rich_run, "frequency")["all"]
    reach = by_segment(rich_run, "reach")["all"]
    assert np.all(frequency[reach > 0] >= 1.0 - 1e-9)


def test_posts_on_the_platforms_are_the_mentions(rich_run: Run) -> None:
    wide = rich_run.series[rich_run.series["segment"] == "all"].pivot_table(
        index="time_h", columns="metric", values="value", observed=True
    )
    volume = wide[[c for c in wide if str(c).startswith("volume:")]].sum(axis=1)
    mentions = wide[["mentions_negative", "mentions_neutral", "mentions_positive"]].sum(axis=1)
    np.testing.assert_allclose(volume, mentions, rtol=1e-9, atol=1e-6)


def test_persons_hit_and_witnesses_are_persons_of_the_audience(rich_run: Run) -> None:
    s = rich_run.scenario
    for incident in rich_run.summary["incidents"]:
        users = sum(x.size * x.user_share for x in s.segments.values())
        assert 0.0 <= incident["persons_hit"] <= users
        assert incident["posts"] >= 0.0


def test_the_agents_themselves_stay_in_range() -> None:
    s = fixture("rich")
    sim = Simulation(s, build_world(s), 1)
    before = sim.audience.agents.user.copy()
    sim.run()
    a, pop, state = sim.audience.agents, sim.world.population, sim.audience.state
    assert np.all(np.abs(state["attitude"].astype(int)) <= L.UNIT)
    assert np.all(np.abs(state["base"].astype(int)) <= L.UNIT)
    assert np.all((state["trust"] >= 0.0) & (state["trust"] <= 1.0))
    assert np.all(np.isfinite(state["load"]) & (state["load"] >= 0.0) & np.isfinite(state["weary"]))
    assert np.all(a.mood[:, L.SAT_DEV] + pop.sat0 > -1.0)
    assert np.all(a.user == before)
    reached = np.array(
        [(state["seen"][pop.seg == k] > 0).sum() * pop.weight[k] for k in range(len(pop.weight))]
    )
    np.testing.assert_allclose(reached, sim.audience.tallies.reached)
    seen = sim.census.count()
    np.testing.assert_allclose(seen[:, O.USERS] + seen[:, O.NON_USERS], 1.0, atol=1e-12)


def test_the_shared_world_is_not_touched_by_a_run() -> None:
    s = fixture("rich", {"horizon_days": 8.0})
    world = build_world(s)
    pop = world.population
    copies = {name: getattr(pop, name).copy() for name in ("base", "trust0", "sat0", "personal", "user")}
    prsim.simulate(s, 1, world=world)
    for name, copy in copies.items():
        assert np.array_equal(getattr(pop, name), copy), name
