from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np
import pytest

from prsim.measure.targets import quantiles
from prsim.scenario.root import Scenario
from prsim.statistics.proportions import wilson
from prsim.study.api import simulate
from prsim.study.main_job import variants
from prsim.study.run import Run, to_json
from prsim.study.summary import EFFECTS, summarise


@pytest.mark.parametrize(
    ("successes", "n", "low", "high"),
    [
        (0, 10, 0.0, 0.2775),  # closed form at zero: z2 / (n + z2)
        (10, 10, 0.7225, 1.0),
        (5, 10, 0.2366, 0.7634),
        (1, 20, 0.0089, 0.2361),
        (81, 263, 0.2553, 0.3662),  # Newcombe (1998), table I, method 3
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilsons_interval(successes: int, n: int, low: float, high: float) -> None:
    assert wilson(successes, n) == pytest.approx((low, high), abs=5e-5)


def test_wilsons_interval_solves_its_equation() -> None:
    """Its ends are the proportions from which the observed one is exactly z standard errors away."""
    z = NormalDist().inv_cdf(0.975)
    for successes, n in ((3, 17), (40, 41), (200, 1000)):
        for end in wilson(successes, n):
            assert abs(successes / n - end) == pytest.approx(z * math.sqrt(end * (1 - end) / n))
    assert wilson(0, 0) == (0.0, 1.0)
    wide, narrow = wilson(5, 10, level=0.99), wilson(5, 10, level=0.5)
    assert wide[0] < narrow[0] < 0.5 < narrow[1] < wide[1]


def test_quantiles() -> None:
    q = quantiles(np.arange(101.0))
    assert q == {
        "mean": 50.0, "q025": 2.5, "q10": 10.0, "q25": 25.0, "q50": 50.0, "q75": 75.0, "q90": 90.0, "q975": 97.5,
    }  # fmt: skip
    assert quantiles(np.array([1.0, math.nan, 3.0, math.inf]))["mean"] == 2.0
    assert all(math.isnan(v) for v in quantiles(np.array([math.nan])).values())


@pytest.fixture(scope="module")
def summary(quick: Scenario, two_runs: list[Run]) -> dict[str, object]:
    others = {
        name: {run.seed: simulate(variant, run.seed) for run in two_runs}
        for name, variant in variants(quick).items()
    }
    return summarise(quick, two_runs, others)


def test_counterfactuals_share_everything_but_one_thing(quick: Scenario) -> None:
    made = variants(quick)
    assert set(made) == {"incidents", "response", "campaign"}
    assert not made["incidents"].incidents.schedule and made["incidents"].incidents.random.per_year == 0
    assert made["response"].response.strategy == "silence"
    assert made["campaign"].activities == {}
    assert all(v.segments == quick.segments and v.seed == quick.seed for v in made.values())


def test_a_summary_says_what_was_run_and_is_json(summary: dict[str, object], quick: Scenario) -> None:
    assert summary["runs"] == 2
    assert summary["seeds"] == [1, 2]
    scenario = summary["scenario"]
    assert isinstance(scenario, dict)
    assert scenario["audience_persons"] == 8.5e6
    assert scenario["agents"] == 500
    text = to_json(summary)
    assert "NaN" not in text and "Infinity" not in text


def test_odds_come_with_their_interval(summary: dict[str, object], quick: Scenario) -> None:
    kpis = summary["kpis"]
    assert isinstance(kpis, list)
    assert [k["id"] for k in kpis] == list(quick.targets)
    for kpi in kpis:
        if kpi["measured_runs"]:
            assert 0.0 <= kpi["odds_lo"] <= kpi["odds"] <= kpi["odds_hi"] <= 1.0
            assert kpi["status"] == "open", "two runs cannot tell"
        else:
            assert kpi["status"] == "not_measured"


def test_effects_are_the_paired_differences(summary: dict[str, object], two_runs: list[Run]) -> None:
    effects = summary["effects"]
    assert isinstance(effects, list)
    assert {e["id"] for e in effects} == {"incidents", "response", "campaign"}
    for effect in effects:
        assert effect["runs"] == 2
        assert {row["metric"] for row in effect["rows"]} == set(EFFECTS)
    calm = next(e for e in effects if e["id"] == "incidents")
    hours = next(row for row in calm["rows"] if row["metric"] == "hot_search_hours")
    assert hours["mean"] == pytest.approx(
        np.mean([run.summary["final"]["hot_search_hours"] for run in two_runs])
    )


def test_money_in_the_summary_is_the_ledgers(summary: dict[str, object], two_runs: list[Run]) -> None:
    budget = summary["budget"]
    assert isinstance(budget, dict)
    assert budget["total_fen"] == 200_000_000
    assert budget["kept_fen"] == 10_000_000
    spent = sum(line["spent_fen_mean"] for line in budget["lines"])
    assert spent == pytest.approx(np.mean([run.summary["spent_fen"] for run in two_runs]))
    for line in budget["lines"]:
        assert line["allocated_fen"] - line["spent_fen_mean"] == pytest.approx(line["left_fen_mean"])
        assert sum(a["spent_fen_mean"] for a in line["actions"]) == pytest.approx(line["spent_fen_mean"])


def test_incidents_in_the_summary(summary: dict[str, object], quick: Scenario) -> None:
    rows = summary["incidents"]
    assert isinstance(rows, list)
    ids = [row["id"] for row in rows]
    assert ids == ["leak_march", "outage_march"], "the third one lies beyond six days"
    for row in rows:
        assert row["detected_h"]["mean"] > 0.0
        assert row["detected_odds"] == 1.0
        assert 0.0 <= row["resolved_h"]["share_within_48h"] <= 1.0
