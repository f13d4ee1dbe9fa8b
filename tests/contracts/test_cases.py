"""The cases do what the plans report: M7's fall, M8's rebound, C2's private contact for small matters."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from scipy import stats

import prsim
from prsim.measure.targets import series_of
from prsim.scenario.crisis import CLUSTERS, TYPES
from prsim.scenario.root import Scenario
from prsim.study.run import Run
from prsim.world.build import build_world
from tests.contracts.test_k06_delay import alone, damage
from tests.laboratory import one_after_another

SEEDS = range(1, 9)
SMALL_SEEDS = range(1, 21)  # small matters, small differences
GAP_DAYS = 10.0
BLAMED = [c for c in CLUSTERS if c != "victim"]


def with_case(base: Scenario, name: str, **changes: float) -> Scenario:
    case = dataclasses.replace(base.incidents.library[name], **changes)
    return dataclasses.replace(base, incidents=dataclasses.replace(base.incidents, library={name: case}))


# --- M8 --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def supply_chain() -> tuple[list[Run], list[Run]]:
    """M8's doubt with the supplier's information as late as the library has it, and at once."""
    base = alone("supply_chain_doubt", 5000, 14.0)
    world = build_world(base)
    usual = prsim.load("dingtalk_2024").incidents.library["supply_chain_doubt"].info_delay_h
    assert usual > 24.0
    late, known = (
        [
            prsim.simulate(with_case(base, "supply_chain_doubt", info_delay_h=h), seed, world=world)
            for seed in SEEDS
        ]
        for h in (usual, 0.0)
    )
    return late, known


def hour_of_the_statement(run: Run) -> float:
    return float(run.events[run.events["kind"] == "statement"]["time_h"].iloc[0])


def negative_after(run: Run, since_h: float, hours: float) -> float:
    t, v = series_of(run.series, "mentions_negative")
    return float(v[(t > since_h) & (t <= since_h + hours)].sum())


@pytest.mark.slow
def test_m8_opinion_rebounds_when_the_first_statement_has_no_data_and_not_when_it_has(
    supply_chain: tuple[list[Run], list[Run]],
) -> None:
    late, known = supply_chain
    gap = late[0].scenario.response.rebound_h
    more = []
    for without, having in zip(late, known, strict=True):
        said = hour_of_the_statement(without)
        assert said == hour_of_the_statement(having), "the statement comes at its hour, with or without data"
        causes = {
            name: run.events[run.events["kind"] == "second_wave"]["cause"].tolist()
            for name, run in (("without", without), ("having", having))
        }
        assert causes == {"without": ["unconvincing statement"], "having": []}
        more.append(negative_after(without, said + gap, 72.0) / negative_after(having, said + gap, 72.0))
    assert min(more) > 1.1, "in every pair the days after bring more negative posts"
    assert np.median(more) > 1.5
    harm = [damage(w) - damage(h) for w, h in zip(late, known, strict=True)]
    assert stats.ttest_1samp(harm, 0.0, alternative="greater").pvalue < 0.01


# --- M7 --------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_m7_the_negative_share_falls_within_three_days_and_faster_than_unanswered() -> None:
    base = alone("privacy_dispute", 5000, 14.0)
    world = build_world(base)
    silent = dataclasses.replace(base, response=dataclasses.replace(base.response, strategy="silence"))
    left, lasting = [], []
    for seed in SEEDS:
        run = prsim.simulate(base, seed, world=world)
        case = run.summary["incidents"][0]
        assert "audit" in run.events[run.events["kind"] == "follow_up"]["cause"].tolist(), "the third party"
        left.append(case["negative_share_72h"] / case["peak_negative_share"])
        unanswered = prsim.simulate(silent, seed, world=world).summary["incidents"][0]
        lasting.append(unanswered["negative_share_72h"] - case["negative_share_72h"])
    assert np.mean(left) < 0.5 and max(left) < 0.6, "on average it is less than half of its peak"
    assert stats.ttest_1samp(lasting, 0.0, alternative="greater").pvalue < 0.01


# --- C2 --------------------------------------------------------------------------------------------------


def loud_less_private(severity: str) -> tuple[np.ndarray, int]:
    """Damage of the playbook's public answer less that of private contact, by seed; cases noticed."""
    names = [f"{t}_{severity}_{c}" for t in TYPES for c in BLAMED]
    # watched so closely that the small ones are noticed too
    watched = ["monitoring.alert_posts=5", "monitoring.early_posts=5", "monitoring.bursts_per_month=0"]
    base = prsim.load(
        "dingtalk_2024",
        ["incidents=none", "population.agents=3000", f"horizon_days={GAP_DAYS * len(names) + 1}", *watched],
    )
    base = one_after_another(dataclasses.replace(base, activities={}), names, GAP_DAYS)
    world = build_world(base)
    everywhere = {k: dataclasses.replace(v, loud=True) for k, v in base.response.levels.items()}
    out, noticed = [], 0
    for seed in SMALL_SEEDS:
        runs = []
        for strategy in ("matched", "private_contact"):
            response = dataclasses.replace(base.response, strategy=strategy, levels=everywhere)
            runs.append(
                prsim.simulate(dataclasses.replace(base, response=response), seed, world=world),
            )
        out.append(damage(runs[0]) - damage(runs[1]))
        noticed += sum(not np.isnan(i["detected_h"]) for i in runs[0].summary["incidents"])
    return np.array(out), noticed


@pytest.mark.slow
def test_c2_private_contact_beats_a_loud_statement_for_small_matters_and_not_for_large_ones() -> None:
    small, noticed = loud_less_private("slight")
    assert noticed > 4 * len(SMALL_SEEDS), "matters nobody notices say nothing about answers"
    assert stats.ttest_1samp(small, 0.0, alternative="greater").pvalue < 0.05, small
    large, _ = loud_less_private("grave")
    assert stats.ttest_1samp(large, 0.0, alternative="less").pvalue < 0.01, large
    assert -large.mean() > 10.0 * small.mean(), "a grave matter left to private contact costs far more"
