"""What the plan's own figures say: content by format and platform, what the reviews did, the return on the money."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from prsim.measure.targets import quantiles
from prsim.scenario.root import Scenario
from prsim.statistics.differences import paired_difference
from prsim.study.run import Run
from prsim.world.build import BUILT_IN_FORMATS

__all__ = ["content", "levels", "returns"]


def content(scenario: Scenario, runs: Sequence[Run]) -> dict[str, Any]:
    """The brand's own content by format and by platform, over the whole run, as quantiles over runs."""
    happened = Counter(
        pair
        for run in runs
        for pair in set(zip(run.outcome.happened["kind"], run.outcome.happened["subject"], strict=True))
    )
    formats: list[dict[str, Any]] = [
        {
            "id": name, "title_en": f.title_en or name, "title_zh": f.title_zh or name,
            "shown": _sum(runs, f"shown:{name}"),
            "completion": _ratio(runs, f"read:{name}", f"shown:{name}"),
            "interaction_rate": _ratio(runs, f"interactions:{name}", f"noticed:{name}"),
            "stopped": happened["content_stopped", name] / len(runs),
        }
        for name, f in scenario.formats.items()
        if name not in BUILT_IN_FORMATS
    ]  # fmt: skip
    platforms: list[dict[str, Any]] = [
        {
            "id": name, "title_en": p.title_en or name, "title_zh": p.title_zh or name,
            "noticed": _sum(runs, f"noticed@{name}"),
            "interaction_rate": _ratio(runs, f"interactions@{name}", f"noticed@{name}"),
            "left": happened["platform_shift", name] / len(runs),
        }
        for name, p in scenario.platforms.items()
    ]  # fmt: skip
    return {
        "formats": [row for row in formats if row["shown"]["q50"] > 0.0],
        "platforms": [row for row in platforms if row["noticed"]["q50"] > 0.0],
        "reviewed": scenario.review.every_days > 0.0,
        "re_evaluated": scenario.review.platform_days > 0.0,
    }


def levels(scenario: Scenario) -> list[dict[str, Any]]:
    """The warning levels with their titles and who leads them."""
    return [
        {
            "id": name, "title_en": level.title_en or name, "title_zh": level.title_zh or name,
            "lead_en": level.lead_en, "lead_zh": level.lead_zh,
        }
        for name, level in scenario.response.levels.items()
    ]  # fmt: skip


def returns(scenario: Scenario, runs: Sequence[Run], without: Mapping[int, Run]) -> dict[str, Any] | None:
    """Users that the campaign gained or kept, and what they are worth against what it cost.

    Paired: each run against the one with the same luck and no campaign. None where there are fewer than two pairs.
    """
    pairs = [(run, without[run.seed]) for run in runs if run.seed in without]
    if len(pairs) < 2:
        return None
    gained = np.array([_net_users(a) - _net_users(b) for a, b in pairs])
    spent = np.array([(a.summary["spent_fen"] - b.summary["spent_fen"]) / 100.0 for a, b in pairs])
    worth = gained * scenario.funnel.value_yuan
    out = {"runs": len(pairs), "users": _interval(gained), "spent_yuan": float(spent.mean())}
    if scenario.funnel.value_yuan > 0.0 and (spent > 0.0).all():
        out["value_yuan"] = scenario.funnel.value_yuan
        out["return"] = _interval(worth / spent)
    return out


def _interval(effects: np.ndarray) -> dict[str, float]:
    """Mean of an effect over the pairs, with its 95 % interval."""
    found = paired_difference(effects, np.zeros_like(effects))
    return {"mean": found.mean, "lo": found.lo, "hi": found.hi}


def _net_users(run: Run) -> float:
    final = run.summary["final"]
    return float(final.get("conversions", 0.0) - final.get("churn", 0.0))


def _total(run: Run, metric: str) -> float:
    return float(run.outcome.observed.of(metric)[1].sum())


def _sum(runs: Sequence[Run], metric: str) -> Mapping[str, float]:
    return quantiles(np.array([_total(run, metric) for run in runs]))


def _ratio(runs: Sequence[Run], above: str, below: str) -> Mapping[str, float]:
    totals = [(_total(run, above), _total(run, below)) for run in runs]
    return quantiles(np.array([a / b if b > 0.0 else math.nan for a, b in totals]))
