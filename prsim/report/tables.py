"""The summary as rows of text, for the page and for the terminal."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

from prsim.report.digest import read_digest
from prsim.report.numerals import MISSING, Numerals
from prsim.report.parts import Digest, Incident, Kpi, Spread
from prsim.report.words import Words

__all__ = ["IncidentRow", "KpiRow", "incident_rows", "kpi_row", "odds_said", "summary_table", "target_said"]


class KpiRow(NamedTuple):
    """A target and how the runs stand to it, as text; `status` is the id of the status."""

    kpi: str
    target: str
    median: str
    band: str
    odds: str
    status: str


class IncidentRow(NamedTuple):
    """A measure of every incident: (median, band) per incident."""

    measure: str
    cells: list[tuple[str, str]]


def target_said(kpi: Kpi, numbers: Numerals) -> str:
    """``≥ 40``; a dash without a target."""
    if not math.isfinite(kpi.target):
        return MISSING
    sign = {">=": "≥", "<=": "≤"}.get(kpi.op, kpi.op)
    return f"{sign} {numbers.target(kpi.target, kpi.unit)}"


def odds_said(kpi: Kpi, words: Words, numbers: Numerals) -> str:
    """Share of runs that meet the target, with its interval."""
    if not (kpi.measured and math.isfinite(kpi.odds)):
        return words("not_measured")
    odds = numbers.percent(kpi.odds, 0)
    if not (math.isfinite(kpi.odds_lo) and math.isfinite(kpi.odds_hi)):
        return odds
    return f"{odds} ({numbers.percent(kpi.odds_lo, 0)}–{numbers.percent(kpi.odds_hi, 0)})"


def kpi_row(kpi: Kpi, words: Words, numbers: Numerals) -> KpiRow:
    """One target as text."""
    shown = kpi.measured
    return KpiRow(
        kpi=kpi.title.say(words.language),
        target=target_said(kpi, numbers),
        median=numbers.value(kpi.median, kpi.unit) if shown else MISSING,
        band=numbers.band(kpi.quantiles["q10"], kpi.quantiles["q90"], kpi.unit) if shown else MISSING,
        odds=odds_said(kpi, words, numbers),
        status=kpi.status if shown else "not_measured",
    )


def summary_table(summary: Mapping[str, Any] | Digest, language: str = "en") -> list[KpiRow]:
    """Targets, medians, 80 % bands and odds as text.

    Parameters
    ----------
    summary
        The summary of a study; any part may be missing.
    language
        ``en`` or ``zh``.

    Raises
    ------
    ValueError
        When the language is not known.
    """
    digest = summary if isinstance(summary, Digest) else read_digest(summary)
    words, numbers = Words(language), Numerals(language)
    return [kpi_row(kpi, words, numbers) for kpi in digest.kpis]


def incident_rows(incidents: tuple[Incident, ...], words: Words, numbers: Numerals) -> list[IncidentRow]:
    """Each measure of the incidents, one column per incident; measures that nobody has are left out."""

    def spread(key: str, field: str, unit: str) -> IncidentRow:
        cells = []
        for incident in incidents:
            value: Spread = getattr(incident, field)
            band = numbers.band(value.q10, value.q90, unit)
            cells.append((numbers.value(value.q50, unit), "" if band == MISSING else band))
        return IncidentRow(words(key), cells)

    def single(key: str, texts: list[str]) -> IncidentRow:
        return IncidentRow(words(key), [(text or MISSING, "") for text in texts])

    rows = [
        single("row_topic", [words.named("topic", incident.topic) for incident in incidents]),
        single(
            "row_level",
            [words.listing([words.named("level", level) for level in i.levels]) for i in incidents],
        ),
        single("row_severity", [incident.severity for incident in incidents]),
        single("row_persons", [numbers.value(incident.persons_hit, "persons") for incident in incidents]),
        spread("stage_detected", "detected_h", "h"),
        spread("stage_first_response", "first_response_h", "h"),
        spread("stage_statement", "statement_h", "h"),
        spread("stage_resolved", "resolved_h", "h"),
        single("row_within_48h", [numbers.percent(incident.share_within_48h, 0) for incident in incidents]),
        single("row_hot_odds", [numbers.percent(incident.hot_search_odds, 0) for incident in incidents]),
        spread("row_hot_hours", "hot_search_hours", "h"),
        spread("row_peak", "peak_negative_share", "share"),
        spread("row_72h", "negative_share_72h", "share"),
        spread("row_trough", "nps_trough", "points"),
    ]
    return [row for row in rows if any(cell[0] != MISSING for cell in row.cells)]
