"""K10: money is conserved, in integer fen, at every entry; every spending names its action; no line is overdrawn."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

import prsim
from prsim.errors import ConfigError
from prsim.model.ledger import FEN
from prsim.scenario.root import Scenario
from prsim.study.run import Run
from tests.laboratory import dingtalk, fixture

RESERVE_ACTIONS = {"emergency placement", "third-party audit", "compensation", "statement carried by a KOL"}
QUICK: dict[str, Any] = {
    "horizon_days": 26.0, "population.agents": 500, "engine.particles": 8, "population.follower_degree": 2,
    "population.chat_degree": 2, "engine.observe_h": 24.0,
}  # fmt: skip


def check_money(run: Run) -> None:
    """Follow the ledger entry by entry."""
    s = run.scenario
    total = round(s.budget.total * FEN)
    left: dict[str, int] = dict.fromkeys(s.budget.lines, 0)
    allocated = spent = 0
    last = 0.0
    for t, line, action, kind, fen in run.ledger.itertuples(index=False):
        assert isinstance(fen, int)
        assert 0.0 <= last <= t < s.horizon_days * 24.0
        last = t
        assert line in s.budget.lines
        left[line] += fen
        if kind == "allocate":
            assert fen >= 0
            allocated += fen
        elif kind == "spend":
            assert fen < 0
            spent -= fen
            reserve = line == s.budget.reserve.line and action in RESERVE_ACTIONS
            assert reserve or action in s.budget.prices, action
        else:
            assert kind == "move"
        assert left[line] >= 0, (t, line, action)
        unallocated = total - allocated
        assert unallocated >= 0, (t, line, action)
        if kind != "move":  # a move is two entries
            assert spent + sum(left.values()) + unallocated == total
    assert spent + sum(left.values()) + total - allocated == total
    assert run.ledger.loc[run.ledger["kind"] == "move", "amount_fen"].sum() == 0
    assert run.summary["spent_fen"] == spent
    assert {k: v for k, v in run.summary["left_fen"].items() if v} == {k: v for k, v in left.items() if v}
    assert run.summary["total_fen"] == total
    assert run.summary["balanced"] is True


def check_kept(run: Run) -> None:
    """What the split leaves over is not touched; over the whole plan every line gets its share to the fen."""
    b = run.scenario.budget
    granted = run.ledger[run.ledger["kind"] == "allocate"].groupby("line")["amount_fen"].sum()
    for line, share in b.split.items():
        assert abs(int(granted.get(line, 0)) - b.total * FEN * share) <= 1.0, line


def test_the_rich_scenario(rich_run: Run) -> None:
    check_money(rich_run)
    check_kept(rich_run)
    spending = rich_run.ledger[rich_run.ledger["kind"] == "spend"]
    assert RESERVE_ACTIONS | set(rich_run.scenario.budget.prices) == set(spending["action"])
    assert (rich_run.ledger["kind"] == "move").sum() == 2


def test_the_default_plan() -> None:
    run = prsim.simulate(dingtalk("population.agents=2000"), 1)
    check_money(run)
    check_kept(run)
    assert run.summary["spent_fen"] > 0.6 * run.summary["total_fen"]


def test_purchases_are_whole_units(rich_run: Run) -> None:
    spending = rich_run.ledger[(rich_run.ledger["kind"] == "spend")]
    for name, price in rich_run.scenario.budget.prices.items():
        rows = spending[spending["action"] == name]
        by_order = rows.groupby("time_h")["amount_fen"].sum()
        assert (by_order % round(price.yuan * FEN) == 0).all(), name


def test_the_reserve_pays_only_in_a_crisis() -> None:
    calm = {"incidents.schedule": {}, "incidents.random.per_year": 0.0, "budget.reserve.leftover": "keep"}
    run = prsim.simulate(fixture("rich", {**QUICK, **calm}), 1)
    check_money(run)
    line = run.scenario.budget.reserve.line
    assert not (run.ledger.loc[run.ledger["line"] == line, "kind"] == "spend").any()
    assert run.summary["left_fen"][line] == round(0.2 * 2e6 * FEN)


LINES = ("media", "content", "events", "tools", "crisis_reserve")


@st.composite
def budgets(draw: st.DrawFn) -> dict[str, Any]:
    """A budget of any size, split in any way, awkward fractions included."""
    parts = draw(st.lists(st.integers(0, 997), min_size=len(LINES) + 1, max_size=len(LINES) + 1))
    assume(sum(parts) > 0)
    whole = sum(parts)
    guide = draw(st.floats(0.0, 1.0))
    return {
        "budget.total": draw(
            st.one_of(st.floats(0.0, 3e6), st.integers(0, 200_000_000).map(lambda x: x / 100))
        ),
        "budget.split": {line: part / whole for line, part in zip(LINES, parts[1:], strict=True)},
        "budget.kept": parts[0] / whole,
        "budget.phases.guide.share": guide,
        "budget.phases.rebuild.share": 1.0 - guide,
        "budget.unfunded": "drop",
        "budget.reserve.leftover": draw(st.sampled_from(["keep", "release"])),
        "budget.reserve.audit_yuan": draw(st.sampled_from([1.0, 4999.99, 1e5])),
        "budget.prices.article.yuan": draw(st.sampled_from([0.01, 33.33, 7999.99])),
    }


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(budgets())
def test_any_budget_and_any_split(changes: dict[str, Any]) -> None:
    if changes["budget.prices.article.yuan"] < 1.0:
        changes["budget.total"] /= 1000.0  # otherwise a hundred million articles
    changes |= QUICK
    try:
        scenario: Scenario = fixture("rich", changes)
    except ConfigError as refused:
        assert all(p.path for p in refused.problems)
        return
    run = prsim.simulate(scenario, 1)
    check_money(run)
    check_kept(run)


@pytest.mark.parametrize("total", [0.0, 0.01, 1e11])
def test_the_smallest_and_the_largest_budget(total: float) -> None:
    dear: dict[str, Any] = {f"budget.prices.{p}.yuan": 1e9 for p in fixture("rich").budget.prices}
    dear |= {"budget.reserve.placement_cpm": 1e5, "budget.reserve.placement_share": 0.001}
    changes = {**QUICK, "budget.total": total, "budget.unfunded": "drop", **(dear if total > 1e6 else {})}
    check_money(prsim.simulate(fixture("rich", changes), 1))


def test_shares_within_the_tolerance_of_one_do_not_make_money() -> None:
    split = {"media": 0.3, "content": 0.25, "events": 0.1, "tools": 0.15, "crisis_reserve": 0.2000009}
    dear = {f"budget.prices.{p}.yuan": 1e7 for p in fixture("rich").budget.prices}
    changes = {**QUICK, **dear, "budget.total": 1e9, "budget.kept": 0.0, "budget.split": split}
    check_money(prsim.simulate(fixture("rich", changes), 1))


def test_an_activity_that_bought_more_than_its_share_waits() -> None:
    """Money left over buys on its last date; a date after it, in no phase or in the next one, has a wish below zero."""
    check_money(prsim.simulate(fixture("rich", {**QUICK, "budget.phases.rebuild.start": "2024-03-18"}), 1))
