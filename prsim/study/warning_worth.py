"""What a monitoring tool is worth: the damage of crises that are answered, by tool level, against its price."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from prsim.scenario.root import Scenario
from prsim.study.paths import Case, Stage
from prsim.study.verdicts import effect_of

__all__ = ["DAMAGES", "damage_of", "tool_prices", "tool_worth"]

# what a crisis costs: measure -> unit
DAMAGES = {"nps_trough": "points", "negative_posts": "posts", "negative_days": "days"}


def tool_prices(scenario: Scenario) -> dict[float, tuple[str, str, float]]:
    """Tool levels with what they are called (English, Chinese) and their price in yuan a month.

    No tool, the best value of each level that the price list sells, and the full level (without a price if not sold).
    """
    out = {0.0: ("no tool", "不用工具", 0.0)}
    for name, price in scenario.budget.prices.items():
        level = min(1.0, price.effect)
        if price.action == "tool" and level > 0.0 and price.yuan < out.get(level, ("", "", math.inf))[2]:
            out[level] = (price.title_en or name, price.title_zh or name, price.yuan)
    return {**out, 1.0: out.get(1.0, ("full level", "满级工具", math.nan))}


def damage_of(stage: Stage, task: tuple[Case, float]) -> dict[str, float]:
    """What a case costs when the playbook answers it, with a tool level.

    The NPS trough is that of a run's summary; negative posts are those of the days followed; ``negative_days`` is the
    area of the negative share of voice above its value before, in days of a share of one.
    """
    case, tool = task
    run = stage.live(case, tool)
    end = case.start + stage.days * 24.0
    posts_t, posts = run.outcome.observed.of("mentions_negative")
    share_t, share = run.outcome.observed.of("negative_share")
    usual = float(share[share_t <= case.start].mean())
    return {
        "nps_trough": float(run.summary["incidents"][0]["nps_trough"]),
        "negative_posts": float(posts[(posts_t > case.start) & (posts_t <= end)].sum()),
        "negative_days": stage.days * float(share[(share_t > case.start) & (share_t <= end)].mean() - usual),
    }


def tool_worth(
    tasks: Sequence[tuple[Case, float]],
    damages: Sequence[Mapping[str, float]],
    levels: Sequence[float],
    prices: Mapping[float, tuple[str, str, float]],
    crises_per_month: float,
) -> pd.DataFrame:
    """Damage under the lowest level less that under each other level, paired by case, against the price.

    Returns
    -------
    DataFrame
        ``tool, title_en, title_zh, yuan_per_month, measure, unit, crises, damage`` (mean of a crisis), ``saved`` (of a
        crisis, with its 95 % t interval ``lo, hi`` and ``verdict``), ``saved_per_month``, and ``yuan_per_unit`` with
        its interval: the price of a month over what is saved in one, where something is saved for certain.
    """
    columns = [
        "tool", "title_en", "title_zh", "yuan_per_month", "measure", "unit", "crises", "damage", "saved", "lo", "hi",
        "verdict", "saved_per_month", "yuan_per_unit", "yuan_lo", "yuan_hi",
    ]  # fmt: skip
    rows = []
    nameless = ("not sold", "未出售", math.nan)
    lowest = prices.get(levels[0], nameless)[2]
    for tool in levels if tasks else ():
        title_en, title_zh, yuan = prices.get(tool, nameless)
        for measure, unit in DAMAGES.items():
            x = {
                level: np.array([d[measure] for (_, t), d in zip(tasks, damages, strict=True) if t == level])
                for level in (levels[0], tool)
            }
            row = {
                "tool": tool, "title_en": title_en, "title_zh": title_zh, "yuan_per_month": yuan, "measure": measure,
                "unit": unit, "crises": len(x[tool]), "damage": float(np.nanmean(x[tool])),
            }  # fmt: skip
            if tool > levels[0]:
                d = effect_of(x[levels[0]], x[tool], better_up=True)
                more = yuan - lowest
                sure = d["verdict"] == "better"
                row |= {"saved": d["mean"], "lo": d["lo"], "hi": d["hi"], "verdict": d["verdict"]}
                row["saved_per_month"] = d["mean"] * crises_per_month
                for name, saved in (("yuan_per_unit", "mean"), ("yuan_lo", "hi"), ("yuan_hi", "lo")):
                    row[name] = more / (d[saved] * crises_per_month) if sure else math.nan
            rows.append(row)
    return pd.DataFrame(rows, columns=columns)
