"""What a study's summary is made of, typed."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = [
    "Action", "Assumption", "Budget", "BudgetLine", "ContentRow", "Contrast", "Digest", "Effect", "Incident", "Kpi",
    "Practice", "Scenario", "Spread", "Title", "number", "text",
]  # fmt: skip

NAN = math.nan


def number(value: object) -> float:
    """A finite float, or NaN for anything else."""
    if value is None or isinstance(value, str | bytes):
        return NAN
    try:
        found = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return NAN
    return found if math.isfinite(found) else NAN


def text(value: object) -> str:
    """Any value as text, nothing for None."""
    return "" if value is None else str(value)


@dataclass(frozen=True, slots=True)
class Title:
    """A name in both languages, falling back to the other language, then to the id."""

    ident: str
    english: str = ""
    chinese: str = ""

    @classmethod
    def of(cls, row: Mapping[str, Any], id_key: str = "id") -> Title:
        """Read ``title_en`` and ``title_zh`` beside the id."""
        return cls(text(row.get(id_key)), text(row.get("title_en")), text(row.get("title_zh")))

    def say(self, language: str) -> str:
        """The name to print in a language."""
        first, second = (self.chinese, self.english) if language == "zh" else (self.english, self.chinese)
        return first or second or self.ident


@dataclass(frozen=True, slots=True)
class Spread:
    """The 10 %, 50 % and 90 % quantiles of a number over runs; NaN where unknown."""

    q10: float = NAN
    q50: float = NAN
    q90: float = NAN

    @classmethod
    def of(cls, row: Mapping[str, Any], key: str) -> Spread:
        """Read ``{q10, q50, q90}``; a bare number stands for all three."""
        value = row.get(key)
        if isinstance(value, Mapping):
            return cls(number(value.get("q10")), number(value.get("q50")), number(value.get("q90")))
        single = number(value)
        return cls(single, single, single)

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
    segment: str
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

    total_fen: float = NAN
    kept_fen: float = NAN
    lines: tuple[BudgetLine, ...] = ()


@dataclass(frozen=True, slots=True)
class Incident:
    """One incident of the scenario; times are hours after its start."""

    number: int
    title: Title
    topic: str
    levels: tuple[str, ...]
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
class ContentRow:
    """The brand's own content in one format or on one platform; ``ended`` is the share of runs that gave it up."""

    title: Title
    persons: Spread
    completion: Spread
    interaction_rate: Spread
    ended: float


@dataclass(frozen=True, slots=True)
class Practice:
    """What the plan's own figures say; ``users`` and ``ratio`` hold a mean within its 95 % interval."""

    formats: tuple[ContentRow, ...] = ()
    platforms: tuple[ContentRow, ...] = ()
    reviewed: bool = False
    re_evaluated: bool = False
    users: Spread = field(default_factory=Spread)
    spent_yuan: float = NAN
    value_yuan: float = NAN
    ratio: Spread = field(default_factory=Spread)
    pairs: int = 0


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
    names: Mapping[str, Title] = field(default_factory=dict)
    practice: Practice = field(default_factory=Practice)
