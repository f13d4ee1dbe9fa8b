"""K9: each budget line has diminishing marginal returns in its working range.

The money of one line of the default plan is taken times 1/4 to 4, all else unchanged; paired by seed. Returns are NPS
for the lines that talk, hours to the statement for tools and drills, NPS after a grave incident for the reserve.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from prsim.scenario.root import Scenario
from tests.laboratory import dingtalk, mean_of, pooled, runs_of

LINES = {"media_kol": 0.35, "content": 0.25, "crisis_reserve": 0.20, "events": 0.15, "tools": 0.05}
FACTORS = (0.25, 0.5, 1.0, 2.0, 4.0)
SEEDS = range(1, 9)
PIECE = 0.01  # NPS, points: what one whole piece more or less makes of a step; the range gains 0.14


def funded(line: str, factor: float, *overrides: str) -> Scenario:
    """The plan with so much more or less money on one line."""
    money = {name: 2e6 * share * (factor if name == line else 1.0) for name, share in LINES.items()}
    total = sum(money.values())
    split = [f"budget.split.{name}={yuan / total}" for name, yuan in money.items()]
    return dingtalk(
        "population.agents=2000", "budget.unfunded=drop", f"budget.total={total}", *split, *overrides
    )


def nps_by_factor(
    line: str, factors: Sequence[float], seeds: range, since_h: float, *overrides: str
) -> np.ndarray:
    """Mean NPS from ``since_h`` on, float64[factors, seeds]."""
    return np.array(
        [[mean_of(r, "nps", since_h) for r in runs_of(funded(line, f, *overrides), seeds)] for f in factors]
    )


def report(line: str, factors: Sequence[float], nps: np.ndarray) -> str:
    slopes = np.diff(nps, axis=0) / np.diff(factors)[:, None]
    bends = np.diff(slopes, axis=0)
    shown = ", ".join(f"x{f:g} {v:.4f}" for f, v in zip(factors, nps.mean(axis=1), strict=True))
    steps = ", ".join("{:+.4f} ± {:.4f}".format(*pooled(bend)) for bend in bends)
    return f"K9 {line}: {shown}; second differences {steps}"


@pytest.mark.slow
@pytest.mark.parametrize("line", ["media_kol", "content", "events"])
def test_what_is_said_with_more_money_is_worth_less_and_less(
    line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    nps = nps_by_factor(line, FACTORS, SEEDS, 600.0, "horizon_days=60", "incidents=none")
    with capsys.disabled():
        print(f"\n{report(line, FACTORS, nps)}")
    at = {factor: nps[i] for i, factor in enumerate(FACTORS)}
    gain, error = pooled(at[4.0] - at[0.25])
    assert gain > -2.0 * error, "more money does no harm"
    # whole pieces cannot be halved: single steps are uneven, the range as a whole is not
    below, above = (at[1.0] - at[0.25]) / 0.75, (at[4.0] - at[1.0]) / 3.0
    bend, error = pooled(above - below)
    assert bend <= 2.0 * error + PIECE, f"over the working range: {bend:+.4f} ± {error:.4f}"
    bend, error = pooled((at[4.0] - at[2.0]) / 2.0 - (at[2.0] - at[1.0]))
    assert bend <= 3.0 * error + PIECE, f"from the plan's money up: {bend:+.4f} ± {error:.4f}"


@pytest.mark.slow
def test_tools_and_drills_save_less_and_less_time(capsys: pytest.CaptureFixture[str]) -> None:
    factors = (0.25, 1.0, 4.0)
    grave = (
        "horizon_days=45", "incidents.schedule={}", "incidents.random.per_year=24",
        "incidents.random.library=[privacy,api_hole,price_rise]",
    )  # fmt: skip
    hours, nps = [], []
    for factor in factors:
        runs = runs_of(funded("tools", factor, *grave), range(1, 7))
        cases = [[i["statement_h"] for i in r.summary["incidents"]] for r in runs]
        hours.append([float(np.nanmean(x)) for x in cases if np.isfinite(x).any()])
        nps.append([mean_of(run, "nps") for run in runs])
    saved = -np.array(hours)
    with capsys.disabled():
        print(f"\n{report('tools, hours to the statement', factors, saved)}")
        print(report("tools", factors, np.array(nps)))
    first, then = saved[1] - saved[0], (saved[2] - saved[1]) / 4.0
    assert pooled(first)[0] > 0.0
    assert pooled(saved[2] - saved[1])[0] >= 0.0
    bend, error = pooled(then - first)
    assert bend <= 2.0 * error
    gain, error = pooled(np.array(nps)[2] - np.array(nps)[0])
    assert gain > -2.0 * error, f"better tools and drills do no harm: {gain:+.3f} ± {error:.3f}"


@pytest.mark.slow
def test_a_reserve_many_times_as_large_repairs_little_more(capsys: pytest.CaptureFixture[str]) -> None:
    factors = (0.25, 1.0, 4.0)
    one = ("horizon_days=20", "incidents=scheduled", "incidents.schedule.privacy.start=2024-02-03T19:30")
    nps = nps_by_factor("crisis_reserve", factors, range(1, 13), 96.0, *one)
    with capsys.disabled():
        print(f"\n{report('crisis_reserve', factors, nps)}")
    gain, error = pooled(nps[2] - nps[0])
    assert gain > -2.0 * error
    bend, error = pooled((nps[2] - nps[1]) / 3.0 - (nps[1] - nps[0]) / 0.75)
    assert bend <= 2.0 * error, f"{bend:+.4f} ± {error:.4f}"
