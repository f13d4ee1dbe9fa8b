"""Any configuration that is accepted runs, conserves money and persons, and measures what lies in range."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

import prsim
from prsim.errors import ConfigError
from prsim.scenario.fields import Spec, walk
from prsim.scenario.load import from_plain
from prsim.study.run import Run
from tests.contracts.test_k10_money import check_money
from tests.laboratory import changed, fixture, plain_of

QUICK: dict[str, Any] = {
    "horizon_days": 10.0, "population.agents": 500, "engine.particles": 8, "budget.unfunded": "drop",
    "population.follower_degree": 4, "population.chat_degree": 4,
}  # fmt: skip
# Legal values may ask for runs of millions of exposures; the fuzz keeps to what finishes in a moment.
MOST: dict[str, float] = {
    "size": 1e8, "agents": 3000, "count": 60, "particles": 64, "follower_degree": 50, "chat_degree": 50,
    "per_year": 300, "items_per_month": 200, "brand_followers": 0.2, "audience": 2000, "chat_contacts": 500,
    "audience_scale": 3, "share_rate": 0.05, "virality": 3, "arousal_gain": 3, "formats": 3, "respondents": 3000,
    "horizon_days": 20,
    "total": 1e7, "frequency_cap": 20, "witnesses": 1e6, "bursts_per_month": 300, "luck_sigma": 1.0,
    "followers_max": 1e7, "see_prob": 0.6, "view_rate_per_h": 0.1, "staff_gain": 2, "private_rounds": 20,
}  # fmt: skip
LEAST: dict[str, float] = {
    "observe_h": 3.0, "cadence_h": 2.0, "yuan": 500.0, "every_days": 0.5, "placement_cpm": 5.0, "horizon_days": 2.0,
}  # fmt: skip
FIXED = {
    "meta.start",
    "replicates",
    "counterfactuals",
    "workers",
    "calendar_days",
    "engine.census_h",
    "tick_min",
}


@cache
def places() -> list[tuple[str, Any, Spec]]:
    return [
        (path, value, spec)
        for path, value, spec, _ in walk(fixture("rich"))
        if path not in FIXED and not spec.label and not isinstance(value, tuple) and spec.unit != "date"
    ]


def bounds(path: str, value: float, spec: Spec) -> tuple[float, float]:
    keys = [k for k in path.split(".") if k in MOST or k in LEAST]
    lo = spec.lo if spec.lo is not None else -1.0
    hi = spec.hi if spec.hi is not None else 1.0
    if keys:
        hi, lo = min(hi, MOST.get(keys[-1], hi)), max(lo, LEAST.get(keys[-1], lo))
    return min(lo, value), max(hi, value)


@st.composite
def overrides(draw: st.DrawFn) -> dict[str, Any]:
    """A handful of values anywhere in the scenario, each within the range that its declaration allows."""
    out: dict[str, Any] = {}
    some = st.lists(st.sampled_from(places()), min_size=1, max_size=8, unique_by=lambda place: place[0])
    for path, value, spec in draw(some):
        if isinstance(value, bool):
            out[path] = draw(st.booleans())
        elif isinstance(value, int):
            lo, hi = bounds(path, value, spec)
            out[path] = draw(st.integers(int(lo), int(min(hi, 2**40))))
        elif isinstance(value, float):
            lo, hi = bounds(path, value, spec)
            near = st.floats(max(lo, value - abs(value)), min(hi, value + abs(value) + 0.1))
            out[path] = draw(st.one_of(st.floats(lo, hi), near, st.sampled_from([lo, hi])))
        elif spec.choices:
            out[path] = draw(st.sampled_from(spec.choices))
        elif spec.refs and value and hasattr(fixture("rich"), spec.refs):
            out[path] = draw(st.sampled_from(list(getattr(fixture("rich"), spec.refs))))
    return out


def repaired(changes: dict[str, Any], plain: dict[str, Any]) -> None:
    """Bring shares that must sum to one back to it, so that most configurations are worth running."""
    for node in _mappings_of_shares(plain):
        total = sum(node.values())
        if total > 0:
            for key in node:
                node[key] /= total
    budget = plain["budget"]
    total = sum(budget["split"].values()) + budget["kept"]
    if total > 0:
        budget["split"] = {k: v / total for k, v in budget["split"].items()}
        budget["kept"] /= total
    phases = budget["phases"]
    whole = sum(p["share"] for p in phases.values())
    for phase in phases.values():
        phase["share"] = phase["share"] / whole if whole > 0 else 1.0 / len(phases)
    uses = ("placement_share", "audit_share", "compensation_share")
    spent = sum(budget["reserve"][u] for u in uses)
    for use in uses:
        budget["reserve"][use] /= max(1.0, spent)


def _mappings_of_shares(plain: dict[str, Any]) -> Iterator[dict[str, float]]:
    for segment in plain["segments"].values():
        yield segment["needs"]
    for tier in plain["kols"]["tiers"].values():
        yield tier["platforms"]
    for activity in plain["activities"].values():
        if activity["buys"]:
            yield activity["buys"]


SHARES = (
    "promoters", "detractors", "awareness", "trust", "satisfaction", "negative_share", "positive_share",
    "share_of_voice", "ugc_share", "media_positive_share", "media_invitation_coverage",
)  # fmt: skip


def check_run(run: Run) -> None:
    check_money(run)
    v = run.series["value"].to_numpy()
    assert np.all(np.isfinite(v)), run.series[~np.isfinite(v)]["metric"].unique()
    wide = run.series.groupby("metric", observed=True)["value"].agg(["min", "max"])
    for metric, (low, high) in wide.iterrows():
        name = str(metric)
        if name in SHARES:
            assert low >= -1e-12 and high <= 1.0 + 1e-9, (name, low, high)
        elif name in ("nps", "nps_survey"):
            assert low >= -100.0 and high <= 100.0, name
        elif name == "sentiment":
            assert low >= -1.0 and high <= 1.0, name
        else:
            assert low >= -1e-9, (name, low)
    sizes = {k: s.size for k, s in run.scenario.segments.items()}
    reach = run.series[run.series["metric"] == "reach"].groupby("segment", observed=True)["value"].max()
    for name, size in sizes.items():
        assert reach[name] <= size * (1 + 1e-9), name
    times = run.events["time_h"].to_numpy()
    assert np.all((times >= 0) & (times <= run.scenario.horizon_days * 24.0))
    assert np.all(np.diff(times) >= 0)


@pytest.mark.slow
@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(overrides(), st.integers(0, 2**62))
def test_a_configuration_runs_or_is_refused_by_key(changes: dict[str, Any], seed: int) -> None:
    plain = changed(plain_of("rich"), {**QUICK, **changes})
    repaired(changes, plain)
    note(f"{changes}")
    try:
        scenario = from_plain(plain, (26.0,)).scenario
    except ConfigError as refused:
        assert refused.problems
        for problem in refused.problems:
            assert problem.path
            assert problem.what
        return
    check_run(prsim.simulate(scenario, seed))
