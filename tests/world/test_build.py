"""A world that is made out of another one equals the one that is built from nothing."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np
import pytest

from prsim.scenario.root import Scenario
from prsim.world.build import World, build_world
from tests.laboratory import fixture, plain_of

SMALL: dict[str, Any] = {"population.agents": 500, "horizon_days": 10.0}
PLAIN = plain_of("rich")
SEGMENT, PLATFORM, FORMAT = (next(iter(PLAIN[part])) for part in ("segments", "platforms", "formats"))
TIER = next(iter(PLAIN["kols"]["tiers"]))

# at least one change of every part of a scenario that a world is made of, and of parts that it is not
CHANGES: list[dict[str, Any]] = [
    {"response.first_h": 7.0}, {"response.strategy": "silence"}, {"response.reach": 0.123},
    {"belief.eta": 0.0777}, {"attention.capacity": 5.5}, {"sharing.fade": 0.5},
    {"service.satisfaction_half_life_h": 99.0}, {"media.doubt_share": 0.9}, {f"kols.tiers.{TIER}.credibility": 0.11},
    {f"formats.{FORMAT}.virality": 0.11},
    {"ambient.spread": 0.07}, {"monitoring.window_h": 3.0}, {"engine.particles": 16}, {"horizon_days": 12.0},
    {"meta.start": "2024-03-03", "calendar_days": 40.0}, {f"segments.{SEGMENT}.awareness": 0.111},
    {"population.seed": 9},
    {"population.agents": 600}, {f"platforms.{PLATFORM}.share_rate": 0.0123}, {"budget.total": 9e5}, {"activities": {}},
]  # fmt: skip


@pytest.fixture(scope="module")
def base() -> World:
    return build_world(fixture("rich", SMALL))


def parts(value: Any, path: str = "") -> dict[str, Any]:
    """All arrays and plain values of a world, by where they stand; the scenario left out."""
    if isinstance(value, Scenario):
        return {}
    if isinstance(value, dict):
        return {k: v for key, item in value.items() for k, v in parts(item, f"{path}.{key}").items()}
    if hasattr(value, "_asdict"):
        return parts(value._asdict(), path)
    if hasattr(value, "__dataclass_fields__"):
        return parts({f.name: getattr(value, f.name) for f in fields(value)}, path)
    if isinstance(value, tuple):
        return parts(dict(enumerate(value)), path)
    return {path: value}


@pytest.mark.parametrize("changes", CHANGES, ids=lambda c: next(iter(c)))
def test_out_of_another_or_from_nothing(base: World, changes: dict[str, Any]) -> None:
    scenario = fixture("rich", {**SMALL, **changes})
    made, built = build_world(scenario, base), build_world(scenario)
    assert made.scenario is scenario
    a, b = parts(made), parts(built)
    assert a.keys() == b.keys() and len(a) > 100
    for name, value in b.items():
        np.testing.assert_array_equal(a[name], value, err_msg=name)
