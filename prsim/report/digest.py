"""The summary of a study, read once into typed parts; whatever is missing becomes a stated gap."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

__all__ = [
    "Action", "Assumption", "Budget", "BudgetLine", "Contrast", "Digest", "Effect", "Incident", "Kpi", "Scenario",
    "Spread", "Title", "read_digest",
]  # fmt: skip

_NAN = math.nan
_RUNS_FOR_95 = 40


def _number(value: object) -> float:
    """A finite float, or NaN for anything else."""
    if value is None or isinstance(value, str | bytes):
        return _NAN
    try:
        number = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return _NAN
    return number if math.isfinite(number) else _NAN


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _part(owner: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    part = owner.get(key)
    return part if isinstance(part, Mapping) else {}


def _rows(owner: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    rows = owner.get(key)
    if not isinstance(rows, Sequence) or isinstance(rows, str):
        return []
    return [row for row in rows if isinstance(row, Mapping)]


@dataclass(frozen=True, slots=True)
class Title:
    """A name in both languages, falling back to the other language, then to the id."""

    ident: str
    english: str = ""
    chinese: str = ""

    @classmethod
    def of(cls, row: Mapping[str, Any], id_key: str = "id") -> Title:
        """Read ``title_en`` and ``title_zh`` beside the id."""
        return cls(_text(row.get(id_key)), _text(row.get("title_en")), _text(row.get("title_zh")))

    def say(self, language: str) -> str:
        """The name to print in a language."""
        first, second = (self.chinese, self.english) if language == "zh" else (self.english, self.chinese)
        return first or second or self.ident


@dataclass(frozen=True, slots=True)
class Spread:
    """The 10 %, 50 % and 90 % quantiles of a number over runs; NaN where unknown."""

    q10: float = _NAN
    q50: float = _NAN
    q90: float = _NAN

    @classmethod
    def of(cls, row: Mapping[str, Any], key: str) -> Spread:
        """Read ``{q10, q50, q90}``; a bare number stands for all three."""
        value = row.get(key)
        if isinstance(value, Mapping):
            return cls(_number(value.get("q10")), _number(value.get("q50")), _number(value.get("q90")))
        number = _number(value)
        return cls(number, number, number)

    @property
    def known(self) -> bool:
        """Whether there is a median."""
        return math.isfinite(self.q50)


@dataclass(frozen=True, slots=True)
class Scenario:
    """What was simulated."""

    title: Title
    start: str
    horizon_days: float
    persons: float
    agents: float
    tick_min: float


@dataclass(frozen=True, slots=True)
class Kpi:
    """A target and how the runs stand to it; `quantiles` maps ``q025`` … ``q975`` to values."""

    title: Title
    metric: str
    target: float
    op: str
    unit: str
    baseline: float
    mean: float
    quantiles: Mapping[str, float]
    odds: float
    odds_lo: float
    odds_hi: float
    source: str
    status: str

    @property
    def median(self) -> float:
        """Median over runs."""
        return self.quantiles["q50"]

    @property
    def measured(self) -> bool:
        """Whether there is anything to compare with the target."""
        return self.status != "not_measured" and math.isfinite(self.median)


@dataclass(frozen=True, slots=True)
class Action:
    """What a budget line paid for: mean count and mean spend in fen."""

    title: Title
    count: float
    spent_fen: float


@dataclass(frozen=True, slots=True)
class BudgetLine:
    """One line of the budget, in fen; spent and left are means over runs."""

    title: Title
    allocated_fen: float
    spent_fen: float
    left_fen: float
    actions: tuple[Action, ...]


@dataclass(frozen=True, slots=True)
class Budget:
    """The budget and its lines, in fen."""

    total_fen: float = _NAN
    kept_fen: float = _NAN
    lines: tuple[BudgetLine, ...] = ()


@dataclass(frozen=True, slots=True)
class Incident:
    """One incident of the scenario; times are hours after its start."""

    number: int
    title: Title
    topic: str
    start_h: float
    severity: str
    persons_hit: float
    detected_h: Spread
    first_response_h: Spread
    statement_h: Spread
    resolved_h: Spread
    share_within_48h: float
    hot_search_hours: Spread
    hot_search_odds: float
    peak_negative_share: Spread
    negative_share_72h: Spread
    nps_trough: Spread


@dataclass(frozen=True, slots=True)
class Contrast:
    """A paired difference of one measure with its interval."""

    metric: str
    mean: float
    low: float
    high: float
    unit: str
    verdict: str


@dataclass(frozen=True, slots=True)
class Effect:
    """Actual minus counterfactual, with the same luck."""

    title: Title
    runs: int
    rows: tuple[Contrast, ...]


@dataclass(frozen=True, slots=True)
class Assumption:
    """One row of the parameter register, as text."""

    path: str
    value: str
    unit: str
    range: str
    source: str
    kind: str
    doc: str


@dataclass(frozen=True, slots=True)
class Digest:
    """Everything the summary says, typed."""

    scenario: Scenario
    runs: int
    seed: str
    few_runs: bool
    runs_for_95: int
    kpis: tuple[Kpi, ...] = ()
    budget: Budget = field(default_factory=Budget)
    incidents: tuple[Incident, ...] = ()
    effects: tuple[Effect, ...] = ()
    segments: tuple[tuple[Title, float], ...] = ()
    platforms: tuple[Title, ...] = ()
    assumptions: tuple[Assumption, ...] = ()
    manifest: tuple[tuple[str, str], ...] = ()


_QUANTILES = ("q025", "q10", "q25", "q50", "q75", "q90", "q975")


def _kpi(row: Mapping[str, Any]) -> Kpi:
    return Kpi(
        title=Title.of(row),
        metric=_text(row.get("metric")),
        target=_number(row.get("target")),
        op=_text(row.get("op")) or ">=",
        unit=_text(row.get("unit")),
        baseline=_number(row.get("baseline")),
        mean=_number(row.get("mean")),
        quantiles={name: _number(row.get(name)) for name in _QUANTILES},
        odds=_number(row.get("odds")),
        odds_lo=_number(row.get("odds_lo")),
        odds_hi=_number(row.get("odds_hi")),
        source=_text(row.get("source")),
        status=_text(row.get("status")) or "not_measured",
    )


def _incident(number: int, row: Mapping[str, Any]) -> Incident:
    return Incident(
        number=number,
        title=Title.of(row),
        topic=_text(row.get("topic")),
        start_h=_number(row.get("start_h")),
        severity=_cell(row.get("severity")),
        persons_hit=_number(row.get("persons_hit")),
        detected_h=Spread.of(row, "detected_h"),
        first_response_h=Spread.of(row, "first_response_h"),
        statement_h=Spread.of(row, "statement_h"),
        resolved_h=Spread.of(row, "resolved_h"),
        share_within_48h=_number(_part(row, "resolved_h").get("share_within_48h")),
        hot_search_hours=Spread.of(row, "hot_search_hours"),
        hot_search_odds=_number(row.get("hot_search_odds")),
        peak_negative_share=Spread.of(row, "peak_negative_share"),
        negative_share_72h=Spread.of(row, "negative_share_72h"),
        nps_trough=Spread.of(row, "nps_trough"),
    )


def _budget(part: Mapping[str, Any]) -> Budget:
    lines = tuple(
        BudgetLine(
            title=Title.of(row, "line"),
            allocated_fen=_number(row.get("allocated_fen")),
            spent_fen=_number(row.get("spent_fen_mean")),
            left_fen=_number(row.get("left_fen_mean")),
            actions=tuple(
                Action(
                    Title.of(act, "action"),
                    _number(act.get("count_mean")),
                    _number(act.get("spent_fen_mean")),
                )
                for act in _rows(row, "actions")
            ),
        )
        for row in _rows(part, "lines")
    )
    return Budget(_number(part.get("total_fen")), _number(part.get("kept_fen")), lines)


def _effect(row: Mapping[str, Any]) -> Effect:
    contrasts = tuple(
        Contrast(
            metric=_text(item.get("metric")),
            mean=_number(item.get("mean")),
            low=_number(item.get("lo")),
            high=_number(item.get("hi")),
            unit=_text(item.get("unit")),
            verdict=_text(item.get("verdict")) or "cannot_tell",
        )
        for item in _rows(row, "rows")
    )
    runs = _number(row.get("runs"))
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
    number = _number(value)
    return f"{number:.6g}" if math.isfinite(number) and not isinstance(value, int) else str(value)


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
    stated = _number(summary.get("runs"))
    runs = int(stated) if math.isfinite(stated) else runs_seen
    enough = _number(note.get("runs_for_95"))
    runs_for_95 = int(enough) if math.isfinite(enough) else _RUNS_FOR_95
    by_start = sorted(_rows(summary, "incidents"), key=lambda row: _start(row.get("start_h")))
    return Digest(
        scenario=Scenario(
            title=Title.of(scenario, "name"),
            start=_text(scenario.get("start")),
            horizon_days=_number(scenario.get("horizon_days")),
            persons=_number(scenario.get("audience_persons")),
            agents=_number(scenario.get("agents")),
            tick_min=_number(scenario.get("tick_min")),
        ),
        runs=runs,
        seed=_cell(summary.get("seed")),
        few_runs=bool(note.get("few_runs", runs < runs_for_95)),
        runs_for_95=runs_for_95,
        kpis=tuple(_kpi(row) for row in _rows(summary, "kpis")),
        budget=_budget(_part(summary, "budget")),
        incidents=tuple(_incident(number, row) for number, row in enumerate(by_start, start=1)),
        effects=tuple(_effect(row) for row in _rows(summary, "effects")),
        segments=tuple((Title.of(row), _number(row.get("persons"))) for row in _rows(summary, "segments")),
        platforms=tuple(Title.of(row) for row in _rows(summary, "platforms")),
        assumptions=tuple(
            Assumption(**{name: _cell(row.get(name)) for name in Assumption.__dataclass_fields__})
            for row in _rows(summary, "assumptions")
        ),
        manifest=tuple((str(key), _cell(value)) for key, value in _part(summary, "manifest").items()),
    )


def _start(value: object) -> float:
    number = _number(value)
    return number if math.isfinite(number) else math.inf
