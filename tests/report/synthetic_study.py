"""Made-up studies of every kind with a known truth: splits by delay, response curves, policies, storms."""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Levels = dict[str, float | int | str]

# kind of study → how many points it has in the tests
KINDS = {
    "budget_split": 40,
    "three_lines": 12,
    "budget_by_delay": 24,
    "response_delay": 81,
    "policy": 15,
    "storm": 60,
}
LINES = ("media_kol", "content", "crisis_reserve", "events", "tools")
LINE_TITLES = {
    "media_kol": ("Media and KOL", "媒体合作与KOL"),
    "content": ("Content", "内容制作"),
    "crisis_reserve": ("Crisis reserve", "危机预备金"),
    "events": ("Events", "活动"),
    "tools": ("Tools and drills", "工具与演练"),
}
INCIDENTS = {
    "privacy": ("Privacy-policy controversy", "隐私条款争议（#钉钉隐私门#）"),
    "outage": ("Outage with loss of data", "宕机致生产数据丢失"),
    "api_hole": ("Security hole in an API", "API接口安全漏洞"),
}
STRATEGIES = ("apologise", "clarify", "silence")
HOURS = (0.5, 1.0, 2.0, 4.0, 8.0, 12.0, 24.0, 48.0, 72.0)
SEGMENTS = ("all", "founders", "staff")
METRICS = ("nps", "sentiment", "negative_share", "trust", "complaints", "hot_search_hours")
_START = {
    "nps": 20.0,
    "sentiment": 0.1,
    "negative_share": 0.3,
    "trust": 0.55,
    "complaints": 90.0,
    "hot_search_hours": 9.0,
}
_SCALE = {
    "nps": 1.0,
    "sentiment": 0.02,
    "negative_share": -0.02,
    "trust": 0.01,
    "complaints": -4.0,
    "hot_search_hours": -0.8,
}
CURVE = {
    "sentiment_trough": 0.3, "sentiment_area": 0.05, "nps_loss": 4.0, "hot_search_hours": 30.0, "complaints": 60.0,
    "recovery_h": 200.0,
}  # fmt: skip


@dataclass(frozen=True)
class SyntheticStudy:
    """What a study's report is made of, and the true mean NPS of every point."""

    tables: dict[str, pd.DataFrame]
    facts: dict[str, Any]
    truth: Floats

    def parts(self) -> dict[str, Any]:
        """As keyword arguments of `render_study`."""
        return {"tables": self.tables, "facts": self.facts}


def _factor(name: str, english: str, chinese: str, unit: str, scale: str = "linear") -> dict[str, str]:
    return {"name": name, "title_en": english, "title_zh": chinese, "unit": unit, "scale": scale}


DELAY = _factor("delay_h", "Hours until the statement", "声明延迟", "h", "log")
STRATEGY = _factor("strategy", "Strategy", "应对策略", "", "category")


def _splits(rng: np.random.Generator, points: int, lines: Sequence[str]) -> list[Levels]:
    shares = rng.dirichlet(np.full(len(lines), 2.5), points)
    shares[0] = 1 / len(lines)
    return [
        {f"budget.split.{line}": float(share) for line, share in zip(lines, row, strict=True)}
        for row in shares
    ]


def _split_factors(lines: Sequence[str]) -> list[dict[str, str]]:
    return [_factor(f"budget.split.{line}", *LINE_TITLES[line], "share") for line in lines]


def _design(kind: str, points: int, rng: np.random.Generator) -> tuple[list[dict[str, str]], list[Levels]]:
    if kind == "budget_split":
        return _split_factors(LINES), _splits(rng, points, LINES)
    if kind == "three_lines":
        return _split_factors(LINES[:3]), _splits(rng, points, LINES[:3])
    if kind == "budget_by_delay":
        delays = (1.0, 4.0, 12.0, 48.0)
        rows = _splits(rng, max(points // len(delays), 1), LINES)
        crossed: list[Levels] = [{**row, "delay_h": hours} for row in rows for hours in delays]
        return [*_split_factors(LINES), DELAY], crossed[:points]
    if kind == "response_delay":
        case = _factor("incident", "Incident", "负面事件", "", "category")
        grid = itertools.product(INCIDENTS, STRATEGIES, HOURS)
        cells: list[Levels] = [{"incident": i, "strategy": s, "delay_h": h} for i, s, h in grid]
        return [case, STRATEGY, DELAY], cells[:points]
    if kind == "policy":
        level = _factor("tools", "Level of tools", "工具等级", "1")
        policies = itertools.product(("matched", "silence", "apologise", "deny", "clarify"), (0.0, 0.3, 0.6))
        return [STRATEGY, level], [{"strategy": s, "tools": t} for s, t in policies][:points]
    rates = _factor("incidents.arrivals.per_year", "Random incidents a year", "每年随机事件", "1/year", "log")
    if kind == "storm_by_delay":
        pairs = itertools.product((2.0, 6.0, 24.0), (1.0, 4.0, 24.0))
        return [rates, DELAY], [{rates["name"]: r, "delay_h": h} for r, h in pairs][:points]
    if kind == "storm":
        reserve = _factor("budget.split.crisis_reserve", "Crisis reserve", "危机预备金", "share")
        drawn = rng.random((points, 2))
        return [rates, reserve], [
            {
                "incidents.arrivals.per_year": float(np.exp(a * np.log(40.0))),
                "budget.split.crisis_reserve": float(0.05 + 0.3 * b),
            }
            for a, b in drawn
        ]
    raise ValueError(kind)


def _worth(levels: Mapping[str, Any]) -> float:
    """The true mean NPS of a point, less its start."""
    split = {line: float(levels.get(f"budget.split.{line}", 0.2)) for line in LINES}
    worth = 6.0 * split["content"] - 14.0 * (split["crisis_reserve"] - 0.25) ** 2 + 2.0 * split["events"]
    worth -= 0.8 * np.log2(float(levels.get("delay_h", 4.0)))
    worth -= 0.08 * float(levels.get("incidents.arrivals.per_year", 4.0))
    worth += 2.0 * float(levels.get("tools", 0.0))
    worth += {"silence": -3.0, "deny": -2.0, "apologise": 0.8}.get(str(levels.get("strategy")), 0.0)
    return float(worth)


def make_study(
    kind: str = "budget_by_delay", points: int = 24, replicates: int = 20, *, days: int = 90, seed: int = 5,
    failed: bool = True, difference: bool = True, title: str | None = None,
) -> SyntheticStudy:  # fmt: skip
    """A study of a kind; `failed` leaves one run out, `difference` adds what statistics add."""
    rng = np.random.default_rng(seed)
    factors, designed = _design(kind, points, rng)
    points = len(designed)
    truth = np.array([_worth(levels) for levels in designed])
    luck = rng.normal(0, 1.2, replicates)
    noise = rng.normal(0, 0.15, (points, replicates))
    effect = truth[:, None] + luck[None, :] + noise
    kept = np.ones((points, replicates), bool)
    if failed:
        kept[-1, replicates // 2] = False
    tables = {
        "points": pd.DataFrame(
            [
                {"point": number, "key": f"{number:016x}", **levels, "changes": json.dumps(levels)}
                for number, levels in enumerate(designed)
            ]
        ),
        "runs": _runs(kept),
        "summaries": _summaries(effect, kept),
        "incidents": _incidents(rng, kept, kind),
        "bands": _bands(effect, days),
    }
    name = title or kind
    facts: dict[str, Any] = {
        "experiment": {
            "name": kind, "title_en": title or f"Study of {name.replace('_', ' ')}",
            "title_zh": title or "预算分配与响应速度研究",
            "question_en": "Which split, how fast?", "question_zh": "预算怎么分，回应要多快？",
        },
        "scenario": {
            "name": "dingtalk_2024", "title_en": "DingTalk PR plan 2024", "title_zh": "钉钉2024年公关方案",
            "agents": 20_000, "horizon_days": days, "start": "2024-02-01",
        },
        "factors": factors, "replicates": replicates, "common": True, "seeds": list(range(1, replicates + 1)),
        "failures": [
            {"point": points - 1, "replicate": replicates // 2, "seed": replicates // 2 + 1, "origin": "running",
             "error": "FloatingPointError: NaN in nps"}
        ] if failed else [],
        "names": {
            **{f"incident:{key}": {"title_en": en, "title_zh": zh} for key, (en, zh) in INCIDENTS.items()},
            "target.nps_40": {"title_en": "NPS of 40", "title_zh": "净推荐值达到 40"},
            "segment:founders": {"title_en": "Founders", "title_zh": "创业者"},
            "segment:staff": {"title_en": "Staff", "title_zh": "员工"},
        },
        "manifest": {"prsim": "0.1.0", "base": "8f4e3c21aa90b7d1"},
    }  # fmt: skip
    if difference:
        facts["reference"] = 0
        facts["differences"] = _differences(effect, kept)
        facts["convergence"] = _convergence(effect, kept)
    if kind == "response_delay":
        facts["curve"], facts["knees"] = _curve(rng, replicates)
    return SyntheticStudy(tables, facts, truth + _START["nps"])


def _runs(kept: NDArray[np.bool_]) -> pd.DataFrame:
    point, replicate = (a.ravel() for a in np.indices(kept.shape))
    done = kept.ravel()
    return pd.DataFrame({
        "point": point, "replicate": replicate, "seed": replicate + 1, "status": np.where(done, "done", "failed"),
        "origin": np.where(done, "", "running"), "error": np.where(done, "", "FloatingPointError: NaN in nps"),
        "seconds": 2.5,
    })  # fmt: skip


def _value(metric: str, segment: str, effect: Floats) -> Floats:
    return _START[metric] + _SCALE[metric] * effect * (1.0 + 0.3 * SEGMENTS.index(segment))


def _summaries(effect: Floats, kept: NDArray[np.bool_]) -> pd.DataFrame:
    point, replicate = (a[kept] for a in np.indices(kept.shape))
    base = pd.DataFrame({"point": point, "replicate": replicate, "seed": replicate + 1})
    parts = [
        base.assign(
            segment=segment,
            metric=metric,
            statistic=statistic,
            value=_value(metric, segment, effect)[kept] + shift,
        )
        for segment in SEGMENTS
        for metric in METRICS
        for statistic, shift in (("mean", 0.0), ("end", 0.01))
    ]
    met = (effect[kept] > 1.0).astype(float)
    parts.append(base.assign(segment="all", metric="target.nps_40", statistic="met", value=met))
    parts.append(
        base.assign(segment="all", metric="target.nps_40", statistic="value", value=effect[kept] + 20)
    )
    order = ["point", "replicate", "segment", "metric", "statistic"]
    return pd.concat(parts, ignore_index=True).sort_values(order, ignore_index=True)


def _incidents(rng: np.random.Generator, kept: NDArray[np.bool_], kind: str) -> pd.DataFrame:
    point, replicate = (a[kept] for a in np.indices(kept.shape))
    base = pd.DataFrame({"point": point, "replicate": replicate, "seed": replicate + 1})
    parts = [
        base.assign(
            incident=name, title_en=en, title_zh=zh, topic="privacy",
            start_h=24.0 * 20 * (n + 1) if not kind.startswith("storm") else rng.uniform(0, 2000, len(base)),
            first_response_h=rng.lognormal(0, 0.5, len(base)), resolved_h=rng.lognormal(4, 0.5, len(base)),
            nps_trough=rng.lognormal(1, 0.3, len(base)), hot_search_hours=rng.lognormal(2, 0.3, len(base)),
        )
        for n, (name, (en, zh)) in enumerate(INCIDENTS.items())
    ]  # fmt: skip
    return pd.concat(parts, ignore_index=True)


def _bands(effect: Floats, days: int) -> pd.DataFrame:
    time_h = 24.0 * np.arange(1, days + 1)
    rows = []
    for metric in ("nps", "sentiment", "negative_share"):
        ramp = (time_h / time_h[-1])[None, :]
        dip = sum(np.where(time_h > at, np.exp(-(time_h - at) / 150.0), 0.0) for at in (480.0, 960.0))
        centre = _START[metric] + _SCALE[metric] * (
            effect.mean(axis=1)[:, None] * ramp - 3.0 * np.asarray(dip)[None, :]
        )
        spread = abs(_SCALE[metric]) * (0.3 + 1.2 * ramp)
        part = {"point": np.repeat(np.arange(len(effect)), days), "segment": "all", "metric": metric,
                "time_h": np.tile(time_h, len(effect)), "runs": effect.shape[1], "mean": centre.ravel()}  # fmt: skip
        for name, z in (
            ("q05", -1.64),
            ("q10", -1.28),
            ("q25", -0.67),
            ("q50", 0.0),
            ("q75", 0.67),
            ("q90", 1.28),
            ("q95", 1.64),
        ):
            part[name] = (centre + z * spread).ravel()
        rows.append(pd.DataFrame(part))
    return pd.concat(rows, ignore_index=True)


def _differences(effect: Floats, kept: NDArray[np.bool_]) -> list[dict[str, Any]]:
    rows = []
    for metric, statistic in (
        ("nps", "mean"),
        ("sentiment", "mean"),
        ("negative_share", "mean"),
        ("trust", "end"),
    ):
        for segment in SEGMENTS:
            value = _value(metric, segment, effect)
            for point in range(1, len(effect)):
                both = kept[point] & kept[0]
                d = (value[point] - value[0])[both]
                half = 2.09 * d.std(ddof=1) / np.sqrt(len(d))
                lo, hi = float(d.mean() - 1.6 * half), float(d.mean() + 1.6 * half)
                rows.append({
                    "point": point, "metric": metric, "segment": segment, "statistic": statistic,
                    "mean": float(d.mean()), "lo": float(d.mean() - half), "hi": float(d.mean() + half),
                    "lo_simultaneous": lo, "hi_simultaneous": hi, "p_higher": float((d > 0).mean()),
                    "verdict": "higher" if lo > 0 else "lower" if hi < 0 else "cannot tell", "n": len(d),
                })  # fmt: skip
    return rows


def _convergence(effect: Floats, kept: NDArray[np.bool_]) -> list[dict[str, Any]]:
    rows = []
    for metric in ("nps", "sentiment"):
        value = _value(metric, "all", effect)
        for point in range(len(effect)):
            seen = value[point][kept[point]]
            for n in range(3, len(seen) + 1):
                half = 2.2 * seen[:n].std(ddof=1) / np.sqrt(n)
                mean = float(seen[:n].mean())
                rows.append(
                    {
                        "point": point,
                        "metric": metric,
                        "n": n,
                        "mean": mean,
                        "lo": mean - half,
                        "hi": mean + half,
                    }
                )
    return rows


def _curve(rng: np.random.Generator, n: int) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    rows, knees = [], []
    for (i, incident), (s, strategy), (measure, size) in itertools.product(
        enumerate(INCIDENTS), enumerate(STRATEGIES), CURVE.items()
    ):
        centre, start = 3.0 * 2.0**i, 0.0
        for hours in HOURS:
            rise = 1 / (1 + np.exp(-2.0 * (np.log(hours) - np.log(centre))))
            mean = (
                size * ((0.25 + rise) * (1 - 0.15 * s) if strategy != "silence" else 1.1)
                + rng.normal(0, 0.01) * size
            )
            start = mean if hours == HOURS[0] else start
            more, half = (
                mean - start,
                (0.0 if hours == HOURS[0] else 0.05) * size,
            )  # pairs differ less than worlds do
            rows.append({"incident": incident, "strategy": strategy, "measure": measure, "hours": hours,
                         "mean": mean, "lo": mean - 0.08 * size, "hi": mean + 0.08 * size, "n": n,
                         "more": more, "more_lo": more - half, "more_hi": more + half})  # fmt: skip
        if strategy != "silence":
            for axis, factor in (("linear", 1.0), ("log", 2.0)):
                knees.append({"incident": incident, "strategy": strategy, "measure": measure, "axis": axis,
                              "hours": centre * factor, "lo": centre * 0.6, "hi": centre * 1.8, "slope": size / 8,
                              "slope_lo": size / 10, "slope_hi": size / 6})  # fmt: skip
        else:
            knees.append({"incident": incident, "strategy": strategy, "measure": measure, "axis": "linear",
                          "hours": None, "lo": None, "hi": None})  # fmt: skip
    return rows, knees
