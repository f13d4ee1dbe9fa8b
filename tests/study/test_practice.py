"""Content, levels and return as the summary states them, against sums made here from the tables of the runs."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pandas as pd
import pytest

import prsim
from prsim.report.page import render_report
from prsim.study import practice
from prsim.study.run import Run
from prsim.study.summary import summarise
from tests.laboratory import fixture

SMALL: dict[str, Any] = {"population.agents": 500, "horizon_days": 20.0, "funnel.value_yuan": 300.0}


@pytest.fixture(scope="module")
def runs() -> tuple[list[Run], dict[int, Run]]:
    plan = fixture("rich", SMALL)
    without = dataclasses.replace(plan, activities={})
    seeds = (1, 2, 3)
    return [prsim.simulate(plan, s) for s in seeds], {s: prsim.simulate(without, s) for s in seeds}


def total(frame: pd.DataFrame, metric: str) -> float:
    return float(frame.loc[frame["metric"] == metric, "value"].sum())


def test_content_by_format_is_a_ratio_of_sums(runs: tuple[list[Run], dict[int, Run]]) -> None:
    replicates, _ = runs
    found = practice.content(replicates[0].scenario, replicates)
    rows = {row["id"]: row for row in found["formats"]}
    assert set(rows) == {"article", "video"}
    rates = [total(r.series, "read:video") / total(r.series, "shown:video") for r in replicates]
    assert rows["video"]["completion"]["q50"] == pytest.approx(np.median(rates))
    assert 0.0 < rows["video"]["completion"]["q50"] < rows["article"]["completion"]["q50"] < 1.0
    stops = [
        ((r.events["kind"] == "content_stopped") & (r.events["subject"] == "video")).any() for r in replicates
    ]
    assert rows["video"]["stopped"] == np.mean(stops)


def test_platforms_add_up_to_formats(runs: tuple[list[Run], dict[int, Run]]) -> None:
    """The same interactions, counted by format and by platform."""
    for run in runs[0]:
        by_format = sum(total(run.series, f"interactions:{f}") for f in ("article", "video"))
        names = [m for m in run.series["metric"].cat.categories if m.startswith("interactions@")]
        assert sum(total(run.series, name) for name in names) == pytest.approx(by_format)
        engagement = run.series[run.series["metric"] == "engagement"]["value"].iloc[-1]
        assert engagement == pytest.approx(by_format)


def test_the_return_is_paired(runs: tuple[list[Run], dict[int, Run]]) -> None:
    replicates, without = runs
    found = practice.returns(replicates[0].scenario, replicates, without)
    assert found is not None
    net = [
        r.summary["final"]["conversions"] - r.summary["final"]["churn"]
        - without[r.seed].summary["final"]["conversions"] + without[r.seed].summary["final"]["churn"]
        for r in replicates
    ]  # fmt: skip
    assert found["users"]["mean"] == pytest.approx(np.mean(net))
    spent = np.mean(
        [(r.summary["spent_fen"] - without[r.seed].summary["spent_fen"]) / 100 for r in replicates]
    )
    assert found["return"]["mean"] == pytest.approx(300.0 * np.mean(net) / spent, rel=0.05)
    assert practice.returns(replicates[0].scenario, replicates, {}) is None, "nothing to compare with"


def test_the_report_shows_content_return_and_who_leads(runs: tuple[list[Run], dict[int, Run]]) -> None:
    replicates, without = runs
    plan = replicates[0].scenario
    red = dataclasses.replace(plan.response.levels["red"], lead_en="PR director", lead_zh="公关总监")
    levels = {**plan.response.levels, "red": red}
    plan = dataclasses.replace(plan, response=dataclasses.replace(plan.response, levels=levels))
    summary = summarise(plan, replicates, {"campaign": without})
    tables = {
        name: pd.concat([getattr(r, name).assign(run=i) for i, r in enumerate(replicates)])
        for name in ("series", "events", "ledger")
    }
    english = render_report(summary=summary, language="en", **tables)
    chinese = render_report(summary=summary, language="zh", **tables)
    assert "Short video" in english and "短视频" in chinese
    assert "Severe, led by PR director" in english and "严重，由公关总监牵头" in chinese
    assert "for every yuan" in english and "每投入 1 元" in chinese
