"""From runs to what a report says: targets and their odds, money, incidents, paired differences."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from prsim.measure.targets import baseline, quantiles
from prsim.scenario.root import Scenario
from prsim.statistics.proportions import wilson
from prsim.study import practice
from prsim.study.run import Run
from prsim.study.summaries import value_of
from prsim.study.verdicts import effect_of

INCIDENT_LABELS = ("id", "title_en", "title_zh", "topic", "start_h", "severity", "persons_hit")
RUNS_FOR_95 = 40  # a 95 % band from quantiles needs at least one run beyond each end

# metric -> (how one run is summed up, unit, whether more is better)
EFFECTS = {
    "nps": ("mean", "points", True),
    "sentiment": ("mean", "ratio", True),
    "negative_share": ("mean", "share", False),
    "trust": ("end", "share", True),
    "satisfaction": ("mean", "share", True),
    "complaints": ("mean", "count", False),
    "hot_search_hours": ("end", "h", False),
    "awareness": ("end", "share", True),
}

# what the reserve pays is in no price list
RESERVE_ACTIONS = {
    "emergency placement": "应急投放",
    "third-party audit": "第三方审计",
    "compensation": "用户补偿",
    "statement carried by a KOL": "KOL 转发声明",
}

COUNTERFACTUALS = {
    "incidents": ("What the incidents did", "舆情事件的影响"),
    "response": ("What the response changed", "危机响应的作用"),
    "campaign": ("What the campaign changed", "传播计划的作用"),
}


def summarise(
    scenario: Scenario, runs: Sequence[Run], others: Mapping[str, Mapping[int, Run]]
) -> dict[str, Any]:
    """Everything the report and the terminal show, JSON-ready.

    Parameters
    ----------
    runs
        The replicates.
    others
        Counterfactual runs by kind and seed: the same luck without incidents, response or campaign.
    """
    n = len(runs)
    return {
        "scenario": {
            "name": scenario.meta.name,
            "title_en": scenario.meta.title_en,
            "title_zh": scenario.meta.title_zh,
            "question_en": scenario.meta.question_en,
            "question_zh": scenario.meta.question_zh,
            "start": scenario.meta.start,
            "horizon_days": scenario.horizon_days,
            "audience_persons": sum(s.size for s in scenario.segments.values()),
            "agents": scenario.population.agents,
            "tick_min": scenario.tick_min,
        },
        "runs": n,
        "seed": runs[0].seed,
        "seeds": [run.seed for run in runs],
        "bands_note": {"few_runs": n < RUNS_FOR_95, "runs_for_95": RUNS_FOR_95},
        "kpis": [_kpi(scenario, name, runs) for name in scenario.targets],
        "metrics": _final_metrics(runs),
        "budget": _budget(scenario, runs),
        "incidents": _incidents(scenario, runs),
        "random_incidents": _random_incidents(runs),
        "effects": [_effect(kind, runs, by_seed) for kind, by_seed in others.items() if by_seed],
        "segments": [
            {"id": k, "title_en": s.title_en or k, "title_zh": s.title_zh or k, "persons": s.size}
            for k, s in scenario.segments.items()
        ],
        "platforms": [
            {"id": k, "title_en": p.title_en or k, "title_zh": p.title_zh or k}
            for k, p in scenario.platforms.items()
        ],
        "formats": [
            {"id": k, "title_en": f.title_en or k, "title_zh": f.title_zh or k}
            for k, f in scenario.formats.items()
        ],
        "topics": [
            {"id": k, "title_en": t.title_en or k, "title_zh": t.title_zh or k}
            for k, t in scenario.topics.items()
        ],
        "levels": practice.levels(scenario),
        "content": practice.content(scenario, runs),
        "returns": practice.returns(scenario, runs, others.get("campaign", {})),
    }


def _kpi(scenario: Scenario, name: str, runs: Sequence[Run]) -> dict[str, Any]:
    target = scenario.targets[name]
    values = np.array([run.summary["targets"][name]["value"] for run in runs], float)
    good = np.isfinite(values)
    hits = sum(1 for run in runs if run.summary["targets"][name]["met"])
    n = int(good.sum())
    lo, hi = wilson(hits, n)
    odds = hits / n if n else math.nan
    status = "not_measured" if not n else "likely" if lo > 0.5 else "unlikely" if hi < 0.5 else "open"
    return {
        "id": name,
        "title_en": target.title_en or name,
        "title_zh": target.title_zh or name,
        "metric": target.metric,
        "segment": target.segment,
        "target": target.value,
        "relative": target.relative,
        "over": target.over,
        "op": target.op,
        "unit": target.unit,
        "baseline": baseline(target, runs[0].outcome.observed) if not target.relative else 0.0,
        **quantiles(values),
        "measured_runs": n,
        "odds": odds,
        "odds_lo": lo,
        "odds_hi": hi,
        "source": target.source,
        "status": status,
    }


def _final_metrics(runs: Sequence[Run]) -> dict[str, Any]:
    names = sorted({m for run in runs for m in run.summary["final"]})
    return {
        m: {
            "final": quantiles(np.array([run.summary["final"].get(m, math.nan) for run in runs], float)),
            "mean": quantiles(np.array([run.summary["mean"].get(m, math.nan) for run in runs], float)),
        }
        for m in names
    }


def _budget(scenario: Scenario, runs: Sequence[Run]) -> dict[str, Any]:
    b = scenario.budget
    spent: dict[str, float] = defaultdict(float)
    actions: dict[tuple[str, str], list[float]] = defaultdict(lambda: [0.0, 0.0])
    allocated: dict[str, float] = defaultdict(float)
    for run in runs:
        booked = run.outcome.booked
        columns = (booked[name] for name in ("line", "action", "kind", "amount_fen"))
        for line, action, kind, fen in zip(*columns, strict=True):
            if kind == "spend":
                spent[line] -= fen / len(runs)
                actions[line, action][0] += 1 / len(runs)
                actions[line, action][1] -= fen / len(runs)
            else:
                allocated[line] += fen / len(runs)
    lines = []
    for line, config in b.lines.items():
        rows = []
        for (where, action), (count, fen) in sorted(actions.items(), key=lambda x: -x[1][1]):
            if where != line:
                continue
            price = b.prices.get(action)
            units = fen / (price.yuan * 100) if price else count
            rows.append(
                {
                    "action": action,
                    "title_en": (price.title_en if price else "") or action,
                    "title_zh": (price.title_zh if price else "") or RESERVE_ACTIONS.get(action, action),
                    "count_mean": units,
                    "spent_fen_mean": fen,
                }
            )
        lines.append(
            {
                "line": line,
                "title_en": config.title_en or line,
                "title_zh": config.title_zh or line,
                "allocated_fen": allocated[line],
                "spent_fen_mean": spent[line],
                "left_fen_mean": allocated[line] - spent[line],
                "actions": rows,
            }
        )
    return {"total_fen": round(b.total * 100), "kept_fen": round(b.total * b.kept * 100), "lines": lines}


def _incidents(scenario: Scenario, runs: Sequence[Run]) -> list[dict[str, Any]]:
    out = []
    for name in scenario.incidents.schedule:
        rows = [i for run in runs for i in run.summary["incidents"] if i["id"] == name]
        if not rows:
            continue
        resolved = np.array([r["resolved_h"] for r in rows], float)
        within = float(np.mean(np.nan_to_num(resolved, nan=np.inf) <= scenario.response.resolve_h))
        out.append(
            {
                **{k: rows[0][k] for k in INCIDENT_LABELS},
                **{
                    k: quantiles(np.array([r[k] for r in rows], float))
                    for k in (
                        "detected_h", "first_response_h", "statement_h", "hot_search_hours", "peak_negative_share",
                        "negative_share_72h", "nps_trough",
                    )
                },
                "resolved_h": {**quantiles(resolved), "share_within_48h": within},
                "hot_search_odds": float(np.mean([r["hot_search_hours"] > 0.5 for r in rows])),
                "detected_odds": float(np.mean([math.isfinite(r["detected_h"]) for r in rows])),
                "levels": sorted({r["level"] for r in rows}),
                "strategies": sorted({r["strategy"] for r in rows}),
            }
        )  # fmt: skip
    return out


def _random_incidents(runs: Sequence[Run]) -> Mapping[str, float]:
    """How many incidents arrived at random in a run."""
    return quantiles(
        np.array(
            [sum(i["id"].startswith("random-") for i in run.summary["incidents"]) for run in runs], float
        )
    )


def _effect(kind: str, runs: Sequence[Run], others: Mapping[int, Run]) -> dict[str, Any]:
    pairs = [(run, others[run.seed]) for run in runs if run.seed in others]
    rows = []
    for metric, (how, unit, up) in EFFECTS.items():
        both = np.array([[value_of(run.outcome.observed, metric, how) for run in pair] for pair in pairs])
        a, b = both.reshape(-1, 2).T
        rows.append({"metric": metric, "unit": unit, **effect_of(a, b, up)})
    title_en, title_zh = COUNTERFACTUALS[kind]
    return {"id": kind, "title_en": title_en, "title_zh": title_zh, "runs": len(pairs), "rows": rows}
