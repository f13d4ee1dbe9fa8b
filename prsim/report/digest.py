"""The summary of a study, read once into typed parts; whatever is missing becomes a stated gap."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from prsim.report.parts import (
    Action,
    Assumption,
    Budget,
    BudgetLine,
    ContentRow,
    Contrast,
    Digest,
    Effect,
    Incident,
    Kpi,
    Practice,
    Scenario,
    Spread,
    Title,
    number,
    text,
)

__all__ = ["read_digest"]

_RUNS_FOR_95 = 40


def _part(owner: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    part = owner.get(key)
    return part if isinstance(part, Mapping) else {}


def _rows(owner: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    rows = owner.get(key)
    if not isinstance(rows, Sequence) or isinstance(rows, str):
        return []
    return [row for row in rows if isinstance(row, Mapping)]


_QUANTILES = ("q025", "q10", "q25", "q50", "q75", "q90", "q975")


def _kpi(row: Mapping[str, Any]) -> Kpi:
    return Kpi(
        title=Title.of(row),
        metric=text(row.get("metric")),
        segment=text(row.get("segment")),
        target=number(row.get("target")),
        op=text(row.get("op")) or ">=",
        unit=text(row.get("unit")),
        baseline=number(row.get("baseline")),
        mean=number(row.get("mean")),
        quantiles={name: number(row.get(name)) for name in _QUANTILES},
        odds=number(row.get("odds")),
        odds_lo=number(row.get("odds_lo")),
        odds_hi=number(row.get("odds_hi")),
        source=text(row.get("source")),
        status=text(row.get("status")) or "not_measured",
    )


def _incident(place: int, row: Mapping[str, Any]) -> Incident:
    return Incident(
        number=place,
        title=Title.of(row),
        topic=text(row.get("topic")),
        levels=tuple(text(level) for level in row.get("levels") or () if level),
        start_h=number(row.get("start_h")),
        severity=_cell(row.get("severity")),
        persons_hit=number(row.get("persons_hit")),
        detected_h=Spread.of(row, "detected_h"),
        first_response_h=Spread.of(row, "first_response_h"),
        statement_h=Spread.of(row, "statement_h"),
        resolved_h=Spread.of(row, "resolved_h"),
        share_within_48h=number(_part(row, "resolved_h").get("share_within_48h")),
        hot_search_hours=Spread.of(row, "hot_search_hours"),
        hot_search_odds=number(row.get("hot_search_odds")),
        peak_negative_share=Spread.of(row, "peak_negative_share"),
        negative_share_72h=Spread.of(row, "negative_share_72h"),
        nps_trough=Spread.of(row, "nps_trough"),
    )


def _budget(part: Mapping[str, Any]) -> Budget:
    lines = tuple(
        BudgetLine(
            title=Title.of(row, "line"),
            allocated_fen=number(row.get("allocated_fen")),
            spent_fen=number(row.get("spent_fen_mean")),
            left_fen=number(row.get("left_fen_mean")),
            actions=tuple(
                Action(
                    Title.of(act, "action"),
                    number(act.get("count_mean")),
                    number(act.get("spent_fen_mean")),
                )
                for act in _rows(row, "actions")
            ),
        )
        for row in _rows(part, "lines")
    )
    return Budget(number(part.get("total_fen")), number(part.get("kept_fen")), lines)


def _effect(row: Mapping[str, Any]) -> Effect:
    contrasts = tuple(
        Contrast(
            metric=text(item.get("metric")),
            mean=number(item.get("mean")),
            low=number(item.get("lo")),
            high=number(item.get("hi")),
            unit=text(item.get("unit")),
            verdict=text(item.get("verdict")) or "cannot_tell",
        )
        for item in _rows(row, "rows")
    )
    runs = number(row.get("runs"))
    return Effect(Title.of(row), int(runs) if math.isfinite(runs) else 0, contrasts)


def _cell(value: object) -> str:
    """Any value of the register as short text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:.6g}" if math.isfinite(value) else ""
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {_cell(item)}" for key, item in value.items())
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return " – ".join(_cell(item) for item in value)
    found = number(value)
    return f"{found:.6g}" if math.isfinite(found) and not isinstance(value, int) else str(value)


def read_digest(summary: Mapping[str, Any], runs_seen: int = 0) -> Digest:
    """Read the summary of a study.

    Parameters
    ----------
    summary
        As the study writes it; any part may be missing.
    runs_seen
        Runs found in the series, used when the summary does not say.
    """
    scenario, note = _part(summary, "scenario"), _part(summary, "bands_note")
    stated = number(summary.get("runs"))
    runs = int(stated) if math.isfinite(stated) else runs_seen
    enough = number(note.get("runs_for_95"))
    runs_for_95 = int(enough) if math.isfinite(enough) else _RUNS_FOR_95
    by_start = sorted(_rows(summary, "incidents"), key=lambda row: _start(row.get("start_h")))
    return Digest(
        scenario=Scenario(
            title=Title.of(scenario, "name"),
            start=text(scenario.get("start")),
            horizon_days=number(scenario.get("horizon_days")),
            persons=number(scenario.get("audience_persons")),
            agents=number(scenario.get("agents")),
            tick_min=number(scenario.get("tick_min")),
        ),
        runs=runs,
        seed=_cell(summary.get("seed")),
        few_runs=bool(note.get("few_runs", runs < runs_for_95)),
        runs_for_95=runs_for_95,
        kpis=tuple(_kpi(row) for row in _rows(summary, "kpis")),
        budget=_budget(_part(summary, "budget")),
        incidents=tuple(_incident(place, row) for place, row in enumerate(by_start, start=1)),
        effects=tuple(_effect(row) for row in _rows(summary, "effects")),
        segments=tuple((Title.of(row), number(row.get("persons"))) for row in _rows(summary, "segments")),
        platforms=tuple(Title.of(row) for row in _rows(summary, "platforms")),
        assumptions=tuple(
            Assumption(**{name: _cell(row.get(name)) for name in Assumption.__dataclass_fields__})
            for row in _rows(summary, "assumptions")
        ),
        manifest=tuple(
            (str(key), _cell(value)) for key, value in _part(summary, "manifest").items() if _cell(value)
        ),
        names=_names(summary),
        practice=_practice(summary),
    )


def _names(summary: Mapping[str, Any]) -> dict[str, Title]:
    """What the scenario calls its topics, formats, platforms and levels."""
    kinds = {"topic": "topics", "format": "formats", "platform": "platforms"}
    names = {
        f"{kind}:{title.ident}": title
        for kind, part in kinds.items()
        for title in map(Title.of, _rows(summary, part))
    }
    for row in _rows(summary, "levels"):
        title = Title.of(row)
        lead_en, lead_zh = text(row.get("lead_en")), text(row.get("lead_zh"))
        english = f"{title.say('en')}, led by {lead_en}" if lead_en else title.english
        chinese = f"{title.say('zh')}，由{lead_zh}牵头" if lead_zh else title.chinese
        names[f"level:{title.ident}"] = Title(title.ident, english, chinese)
    return names


def _practice(summary: Mapping[str, Any]) -> Practice:
    content, returns = _part(summary, "content"), _part(summary, "returns")
    users, ratio = _part(returns, "users"), _part(returns, "return")
    return Practice(
        formats=tuple(_content_row(row, "shown", "stopped") for row in _rows(content, "formats")),
        platforms=tuple(_content_row(row, "noticed", "left") for row in _rows(content, "platforms")),
        reviewed=bool(content.get("reviewed")),
        re_evaluated=bool(content.get("re_evaluated")),
        users=Spread(number(users.get("lo")), number(users.get("mean")), number(users.get("hi"))),
        spent_yuan=number(returns.get("spent_yuan")),
        value_yuan=number(returns.get("value_yuan")),
        ratio=Spread(number(ratio.get("lo")), number(ratio.get("mean")), number(ratio.get("hi"))),
        pairs=int(number(returns.get("runs"))) if returns else 0,
    )


def _content_row(row: Mapping[str, Any], size: str, ended: str) -> ContentRow:
    return ContentRow(
        title=Title.of(row),
        persons=Spread.of(row, size),
        completion=Spread.of(row, "completion"),
        interaction_rate=Spread.of(row, "interaction_rate"),
        ended=number(row.get(ended)),
    )


def _start(value: object) -> float:
    found = number(value)
    return found if math.isfinite(found) else math.inf
