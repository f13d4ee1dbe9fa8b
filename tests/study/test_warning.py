"""The warning system: replay equals live, lower thresholds never detect later, rates agree with what is known."""

from __future__ import annotations

import dataclasses
import math
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from prsim.errors import ConfigError
from prsim.model.monitoring import AlarmRule
from prsim.scenario.root import Scenario
from prsim.spread.draws import Draws
from prsim.study.paths import Case, Stage, arrivals_per_month, draw_cases, replay
from prsim.study.warning import WarningAssessment, assess_warning, crisis_rate, scaled
from prsim.study.warning_rates import Rates, operating_areas, poisson_interval, setting_rates
from prsim.study.warning_worth import tool_prices, tool_worth
from tests.laboratory import fixture

SMALL: dict[str, Any] = {
    "population.agents": 500, "engine.particles": 8, "competitors": {}, "monitoring.alert_posts": 60.0,
    "monitoring.early_posts": 20.0, "monitoring.bursts_per_month": 12.0, "monitoring.burst_posts": 15.0,
    "incidents.library.leak.facts": [],
}  # fmt: skip
FACTORS = (0.25, 1.0, 4.0, 16.0)
TOOLS = (0.0, 0.5, 1.0)


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return fixture("rich", SMALL)


@pytest.fixture(scope="module")
def assessed(scenario: Scenario) -> WarningAssessment:
    return assess_warning(scenario, factors=FACTORS, tools=TOOLS, runs=40, pairs=3, crisis_per_h=200.0)


# replay ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("indicator", ["count", "mood", "node"])
def test_a_replay_is_what_a_live_run_does(scenario: Scenario, indicator: str) -> None:
    """Every way in which the alarm is raised, without tools, with half of one, with a full one."""
    rules: dict[str, dict[str, float]] = {
        "count": {"alert_posts": 90.0, "early_posts": 1e6},
        "mood": {"alert_posts": 1e6, "early_posts": 5.0, "alert_mood": 0.45, "alert_keyword": 1.2},
        "node": {"alert_posts": 1e6, "early_posts": 1e6},
    }
    changed = dataclasses.replace(
        scenario, monitoring=dataclasses.replace(scenario.monitoring, **rules[indicator])
    )
    stage = Stage(changed, 4.0)
    ways, silent = set(), 0
    for seed, use in enumerate(["leak", "outage", "complaint"]):
        path = stage.path(Case(seed, seed, use, 30.0 + 7.3 * seed))
        for tool in TOOLS:
            events = stage.live(path.case, tool).events
            live = events.loc[events["kind"] == "detected", "time_h"].tolist()
            alarm = replay(path, changed, tool)
            assert live == ([] if math.isnan(alarm.known) else [alarm.known]), (use, tool)
            ways.add(alarm.by)
            silent += not alarm.by
    assert {"node": "node"}.get(indicator, "posts") in ways
    assert silent, "some are never noticed: the comparison sees that as well"


def test_harmless_bursts_are_those_of_a_live_run(scenario: Scenario) -> None:
    one = dataclasses.replace(
        scenario, monitoring=dataclasses.replace(scenario.monitoring, early_posts=1e6, alert_posts=20.0)
    )
    stage = Stage(one, 20.0)
    run = stage.live(Case(0, 5, "complaint", 30.0), 0.5)
    rule = AlarmRule(one, Draws(5), 0.8)
    expected = [
        t
        for t, topic, posts, known in rule.bursts(stage.answered.horizon_days * 24.0)
        if rule.alarming(posts, rule.usual(topic), 0.0, 0.5) and not rule.recognised(known, 0.5)
    ]
    assert expected
    assert run.events.loc[run.events["kind"] == "false_alarm", "time_h"].tolist() == expected


def test_nothing_seen_raises_no_alarm(scenario: Scenario) -> None:
    eager = dataclasses.replace(scenario.monitoring, alert_posts=0.1, early_posts=0.0, alert_keyword=1.0)
    quiet = dataclasses.replace(
        scenario, monitoring=eager, ambient=dataclasses.replace(scenario.ambient, mentions_per_day=0.0)
    )
    rule = AlarmRule(quiet, Draws(1), 1.0)
    assert not rule.alarming(0.0, rule.usual("service"), 0.9, 1.0)
    assert rule.alarming(0.2, rule.usual("service"), 0.9, 1.0)


# monotone --------------------------------------------------------------------------------------------------------


def test_lower_thresholds_and_better_tools_never_detect_later(assessed: WarningAssessment) -> None:
    wide = assessed.alarms.pivot(index="case", columns=["factor", "tool"], values="detected_h").fillna(np.inf)
    for tool in TOOLS:
        for low, high in pairwise(FACTORS):
            assert (wide[low, tool] <= wide[high, tool]).all(), (low, high, tool)
    for factor in FACTORS:
        for less, more in pairwise(TOOLS):
            known = np.isfinite(wide[factor, less])
            assert (wide[factor, more] < wide[factor, less])[known].all(), (factor, less, more)


def test_lower_thresholds_bring_more_false_alarms_and_more_hits(assessed: WarningAssessment) -> None:
    table = assessed.settings.set_index(["factor", "tool"])
    for tool in TOOLS:
        rows = table.xs(tool, level="tool")
        for column in ("bursts_per_month", "small_alarm_rate", "hit_rate", "noticed_rate"):
            assert (np.diff(rows[column]) <= 0.0).all(), (tool, column)
    assert table.loc[(1.0, 0.0), "bursts_per_month"] > table.loc[(4.0, 0.0), "bursts_per_month"]
    sooner = assessed.contrasts.query("measure == 'detected_h'")
    assert (sooner["mean"] < 0.0).all()
    assert (sooner.query("factor == 0.25")["verdict"] == "better").all()


@pytest.mark.parametrize("tool", TOOLS)
@pytest.mark.parametrize("factor", [0.25, 1.0])
def test_false_alarms_from_bursts_are_the_normal_tail(
    assessed: WarningAssessment, factor: float, tool: float
) -> None:
    """Log-normal sizes, independent recognition: the rate is a normal tail times what a tool does not recognise."""
    m = assessed.scenario.monitoring
    row = assessed.settings.query("factor == @factor and tool == @tool").iloc[0]
    # the general talk of the fixture is so large that mood and keyword need more posts than the count does
    sharp = m.alert_posts * factor * m.tool_sensitivity**-tool
    tail = norm.sf(math.log(sharp / m.burst_posts) / m.burst_sigma)
    expected = m.bursts_per_month * tail * (1.0 - m.tool_filter * tool)
    assert abs(row["bursts_per_month"] - expected) < 4.0 * math.sqrt(expected / 240.0)
    assert row["bursts_per_month_lo"] < row["bursts_per_month"] < row["bursts_per_month_hi"]


# rates -----------------------------------------------------------------------------------------------------------


def synthetic(n: int, seed: int, base: float, gain: float) -> Rates:
    """Crises of which a share ``base`` is known in time without a tool, ``base + gain`` with one; a quarter small."""
    rng = np.random.default_rng(seed)
    crisis = rng.random(n) < 0.75
    luck = rng.random(n)
    cases = pd.DataFrame({"case": range(n), "crisis": crisis, "deadline_h": 1.0})
    rows = []
    for tool, chance in ((0.0, base), (1.0, base + gain)):
        known = np.where(luck < chance, 0.5, 2.0)
        rows.append(
            pd.DataFrame(
                {"case": range(n), "factor": 1.0, "tool": tool, "alarm_h": known, "detected_h": known}
            )
        )
    months = rng.poisson(3.0, 48)
    return Rates(
        cases, pd.concat(rows), 2.0, months + rng.poisson(1.0, 48), {(1.0, 0.0): months, (1.0, 1.0): months}
    )


def test_intervals_cover_what_is_known() -> None:
    """Hit rate, precision and the false alarms of a known case lie in their 95 % intervals about 95 times in 100."""
    base, gain, trials = 0.3, 0.4, 120
    truth = {"hit_rate": base, "bursts_per_month": 3.0, "precision": 1.5 / (2.0 + 3.0)}
    inside = dict.fromkeys([*truth, "gain"], 0)
    for seed in range(trials):
        rates = synthetic(60, seed, base, gain)
        row = setting_rates(rates).iloc[0]
        for name, value in truth.items():
            inside[name] += row[f"{name}_lo"] <= value <= row[f"{name}_hi"]
        gained = (rates.hit_rate((1.0, 1.0)) - rates.hit_rate((1.0, 0.0)))[1:]
        inside["gain"] += np.quantile(gained, 0.025) <= gain <= np.quantile(gained, 0.975)
    # 95 % of 120 are 114; four standard errors below are 104
    assert all(count >= 104 for count in inside.values()), inside


def test_rates_of_a_case_counted_by_hand() -> None:
    cases = pd.DataFrame(
        {"case": [0, 1, 2, 3], "crisis": [True, True, True, False], "deadline_h": [1.0, 2.0, 3.0, 4.0]}
    )
    alarms = pd.DataFrame(
        {
            "case": [0, 1, 2, 3], "factor": 1.0, "tool": 0.0,
            "alarm_h": [0.5, 0.2, math.nan, 1.0], "detected_h": [1.5, 0.4, math.nan, 1.2],
        }
    )  # fmt: skip
    rates = Rates(cases, alarms, 2.0, np.array([3, 5]), {(1.0, 0.0): np.array([1, 0])})
    row = setting_rates(rates).iloc[0]
    assert row["hit_rate"] == pytest.approx(1 / 3), "case 0 is known too late, case 2 never"
    assert row["noticed_rate"] == pytest.approx(2 / 3)
    assert row["prompt_rate"] == pytest.approx(1 / 3)
    assert (row["detected_h_q50"], row["detected_h_q90"], row["lead_h_q10"]) == (1.5, np.inf, -np.inf)
    assert row["lag_h_q10"] == pytest.approx(0.2)
    assert row["small_per_month"] == pytest.approx(2.0 / 4)
    assert row["bursts_per_month"] == pytest.approx(0.5)
    assert row["precision"] == pytest.approx(1.0 / (1.0 + 0.5 + 0.5))
    # harmless: half a small incident and four bursts a month; loud: half and half of one -> x = 1/4.5, y = 1/3
    x = 1.0 / 4.5
    assert operating_areas(rates)["area"].iloc[0] == pytest.approx((0.5 * x + 1.0 - x) / 3.0)


def test_poisson_interval() -> None:
    assert poisson_interval(0, 2.0) == (0.0, pytest.approx(3.689 / 2.0, abs=1e-3))
    assert poisson_interval(10, 1.0) == (pytest.approx(4.795, abs=1e-3), pytest.approx(18.39, abs=1e-2))


# worth -----------------------------------------------------------------------------------------------------------


def test_worth_is_price_over_what_is_saved() -> None:
    prices = {0.0: ("no tool", "", 0.0), 0.5: ("some", "", 1000.0)}
    tasks = [(Case(i, i, "leak", 30.0), tool) for i in range(3) for tool in (0.0, 0.5)]

    def damage(trough: float, posts: float) -> dict[str, float]:
        return {"nps_trough": trough, "negative_posts": posts, "negative_days": 1.0}

    damages = [
        damage(2.0 - tool, 100.0 * i + tool * (-1) ** i) for (case, tool) in tasks for i in [case.number]
    ]
    damages = [
        d if d["nps_trough"] < 2.0 else damage(2.0 + 1e-3 * i, d["negative_posts"])
        for i, d in enumerate(damages)
    ]
    table = tool_worth(tasks, damages, [0.0, 0.5], prices, 0.25).set_index(["tool", "measure"])
    row = table.loc[(0.5, "nps_trough")]
    assert row["verdict"] == "better"
    assert row["yuan_per_unit"] == pytest.approx(1000.0 / (row["saved"] * 0.25))
    assert row["yuan_lo"] < row["yuan_per_unit"] < row["yuan_hi"]
    unsure = table.loc[(0.5, "negative_posts")]
    assert unsure["verdict"] == "cannot tell"
    assert math.isnan(unsure["yuan_per_unit"])


def test_worth_compares_the_same_crises(assessed: WarningAssessment) -> None:
    assert set(assessed.worth["crises"]) == {3}
    first = assessed.worth.query("tool == 0.0 and measure == 'negative_posts'")["damage"].iloc[0]
    others = assessed.worth.query("tool > 0.0 and measure == 'negative_posts'")
    assert list(others["tool"]) == [0.5, 1.0]
    for _, row in others.iterrows():
        assert row["saved"] == pytest.approx(first - row["damage"])


def test_tools_of_the_price_list(scenario: Scenario) -> None:
    sold = {p.effect: p.yuan for p in scenario.budget.prices.values() if p.action == "tool"}
    prices = tool_prices(scenario)
    assert {level: price[2] for level, price in prices.items() if level in sold} == sold
    assert prices[0.0][2] == 0.0
    assert set(prices) == {0.0, 1.0, *sold}


# the study -------------------------------------------------------------------------------------------------------


def test_cases_are_drawn_as_often_as_they_happen(scenario: Scenario) -> None:
    rates = arrivals_per_month(scenario)
    # 25 a year, each bringing about 0.4 more; and what the calendar of 26 days holds
    random = 25.0 / 12.0 / 0.6
    assert sum(rates.values()) == pytest.approx(random + 3.0 * 730.5 / (26.0 * 24.0))
    drawn = pd.Series([case.use for case in draw_cases(scenario, rates, 2000)]).value_counts(normalize=True)
    for use, rate in rates.items():
        assert abs(drawn[use] - rate / sum(rates.values())) < 0.05


def test_processes_change_nothing(scenario: Scenario) -> None:
    one, two = (
        assess_warning(scenario, ["leak"], runs=4, pairs=1, days=2.0, crisis_per_h=1.0, workers=workers)
        for workers in (1, 2)
    )
    for table in ("cases", "alarms", "settings", "contrasts", "areas", "worth"):
        pd.testing.assert_frame_equal(getattr(one, table), getattr(two, table))


def test_progress_counts_every_run(scenario: Scenario) -> None:
    told: list[tuple[int, int]] = []
    assess_warning(
        scenario, ["leak"], tools=(0.0, 1.0), runs=3, pairs=2, days=1.0, crisis_per_h=1.0,
        progress=lambda done, total: told.append((done, total)),
    )  # fmt: skip
    assert told == [(i, 7) for i in range(1, 8)]


def test_where_nothing_grows_it_says_so(scenario: Scenario) -> None:
    calm = assess_warning(scenario, ["complaint"], runs=4, days=1.0, crisis_per_h=1e6)
    assert calm.facts["crises"] == 0
    assert "no crisis to be warned of" in calm.facts["notes"][-1]
    assert calm.worth.empty
    assert calm.settings["hit_rate"].isna().all()
    assert calm.settings["small_alarm_rate"].notna().all()
    assert np.isfinite(calm.settings["bursts_per_month"]).all()


def test_a_calm_scenario_is_measured_over_its_library() -> None:
    calm = fixture("rich", {**SMALL, "incidents.schedule": {}, "incidents.random.per_year": 0.0})
    found = assess_warning(calm, runs=6, pairs=0, days=1.0)
    assert found.facts["incidents_per_month"] == pytest.approx(1.0)
    assert set(found.facts["rates"]) == set(calm.incidents.library)
    assert "one incident a month" in found.facts["notes"][0]


def test_a_crisis_is_where_the_second_level_begins(scenario: Scenario) -> None:
    assert crisis_rate(scenario) == 500.0
    levels = {"only": scenario.response.levels["red"]}
    one = dataclasses.replace(scenario, response=dataclasses.replace(scenario.response, levels=levels))
    assert crisis_rate(one) == 2000.0
    none = dataclasses.replace(scenario, response=dataclasses.replace(scenario.response, levels={}))
    assert math.isinf(crisis_rate(none))


def test_thresholds_are_scaled_together(scenario: Scenario) -> None:
    m = scaled(scenario, 0.5).monitoring
    assert (m.alert_posts, m.early_posts) == (30.0, 10.0)
    assert m.alert_keyword == scenario.monitoring.alert_keyword


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"incidents": ["leek"]}, ["'leek' is not in the incident library of rich", "did you mean 'leak'?"]),
        ({"incidents": []}, ["incidents: no incident to be warned of"]),
        ({"factors": [1.0, 0.0]}, ["factors: 0.0, 1.0 are not all above 0"]),
        ({"factors": []}, ["factors"]),
        ({"tools": [0.0, 1.5]}, ["tools: 0.0, 1.5 are not all levels from 0 to 1"]),
        ({"runs": 1}, ["runs: 1 is out of range", "2 to 100000"]),
        ({"days": math.nan}, ["days: nan is out of range"]),
        ({"crisis_per_h": -1.0, "runs": 0}, ["crisis_per_h: -1 negative posts", "runs: 0"]),
    ],
)
def test_what_cannot_be_measured_is_refused(
    scenario: Scenario, given: dict[str, Any], says: list[str]
) -> None:
    with pytest.raises(ConfigError) as refusal:
        assess_warning(scenario, **given)
    for part in says:
        assert part in str(refusal.value)
