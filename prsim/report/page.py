"""The report: one HTML file that needs nothing else."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from markupsafe import Markup

from prsim.report import figures
from prsim.report.content import content_tables, return_said
from prsim.report.digest import read_digest
from prsim.report.fans import sparkline
from prsim.report.measures import FLOW, kind_of, unit_of
from prsim.report.parts import Digest, Kpi
from prsim.report.reading import plain_reading
from prsim.report.readings import Readings
from prsim.report.setting import Figure, Setting, set_up
from prsim.report.stages import kpi_bullet
from prsim.report.tables import incident_rows, kpi_row
from prsim.report.templating import TEMPLATES
from prsim.report.timeline import (
    moments,
    representative_run,
    shares_of_runs,
    unlisted_incidents,
    usable_events,
)
from prsim.report.titles import KINDS

__all__ = ["render_report", "write_report"]

_INCIDENTS_PER_TABLE = 4
_NOT_LISTED = (  # shown elsewhere, by format or platform
    "mentions_", "nps_survey_se", "volume:", "shown:", "noticed:", "read:", "interactions:", "interactions@",
    "noticed@", "content_",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Card:
    """A target as the page shows it."""

    title: str
    status: str
    verdict: str
    median: str
    band: str
    bullet: Markup
    odds: str
    foot: str


def write_report(
    path: Path, *, series: pd.DataFrame, events: pd.DataFrame, ledger: pd.DataFrame, summary: dict[str, Any],
    language: str = "en",
) -> Path:  # fmt: skip
    """Write a study's report as one self-contained HTML file.

    Parameters
    ----------
    path
        Where to write; folders that lack are made, a file that is there is replaced.
    series
        Columns run, time_h (hours since the scenario's start), segment (``all`` for the whole audience), metric, value.
    events
        Columns run, time_h, kind, subject, cause, title (or title_en and title_zh), value, thread.
    ledger
        Columns run, time_h, line, action, amount_fen (negative is spending), kind (allocate, spend, return).
    summary
        Scenario, targets, budget, incidents, effects, assumptions; any part may be missing.
    language
        ``en`` or ``zh``.

    Returns
    -------
    Path
        The path written.

    Raises
    ------
    ValueError
        When the language is not known, or a table that has rows lacks a column.
    """
    page = render_report(series=series, events=events, ledger=ledger, summary=summary, language=language)
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(page.encode("utf-8", errors="replace"))
    return path


def render_report(
    *,
    series: pd.DataFrame,
    events: pd.DataFrame,
    ledger: pd.DataFrame,
    summary: Mapping[str, Any],
    language: str = "en",
) -> str:
    """The report as HTML text; see `write_report`."""
    readings = Readings(series)
    digest = read_digest(summary, runs_seen=len(readings.runs))
    setting = set_up(digest, readings, language)
    happened = usable_events(events, language)
    run = representative_run(readings, happened)
    platforms = {title.ident: setting.say(title) for title in digest.platforms}
    unlisted = unlisted_incidents(happened, {row.title.ident for row in digest.incidents}, digest.runs)
    page: dict[str, Any] = {
        "w": setting.words,
        "n": setting.numbers,
        "d": setting.dates,
        "say": setting.say,
        "digest": digest,
        "title": setting.say(digest.scenario.title) or setting.words("untitled"),
        "facts": _facts(digest, setting),
        "bands": _bands(digest, setting),
        "cards": [_card(kpi, digest, setting) for kpi in digest.kpis],
        "reading": plain_reading(digest, setting, unlisted),
        "unlisted": _unlisted_said(unlisted, digest, setting),
        "content": content_tables(digest.practice, setting),
        "returned": return_said(digest.practice, setting),
        "incident_tables": _incident_tables(digest, setting),
        "moments": moments(happened, run, setting, platforms) if run is not None else [],
        "frequencies": _frequencies(shares_of_runs(happened, digest.runs), digest.runs, setting),
        "measures": _measures(readings, setting),
        "money": _money(digest, setting),
        "bases": {kind: sum(row.kind == kind for row in digest.assumptions) for kind in _BASES},
        **_figures(readings, happened, ledger, run, setting, digest),
    }
    return TEMPLATES.get_template("report.html.j2").render(page)


_BASES = ("evidence", "fact", "assumption")


def _figures(
    readings: Readings,
    events: pd.DataFrame,
    ledger: pd.DataFrame,
    run: int | None,
    setting: Setting,
    digest: Digest,
) -> dict[str, Any]:
    def safe(panels: list[str]) -> list[Markup]:
        return [Markup(panel) for panel in panels]

    platforms, left_out = figures.platform_panels(readings, setting, digest)
    return {
        "course": [
            (figures.nps_figure(readings, setting, digest), setting.words("fig_nps_title")),
            (figures.nps_enlarged(readings, setting, digest), ""),
            (figures.negative_figure(readings, setting, digest), setting.words("fig_negative_title")),
            (figures.sentiment_figure(readings, setting, digest), setting.words("fig_sentiment_title")),
            (figures.complaints_figure(readings, setting, digest), setting.words("fig_complaints_title")),
            *((figure, "") for figure in figures.target_figures(readings, setting, digest)),
        ],
        "media": figures.media_figure(readings, setting, digest),
        "platforms": safe(platforms),
        "platforms_left_out": left_out,
        "segments": [
            (
                setting.words("panel_" + metric),
                safe(figures.segment_panels(readings, setting, digest, metric)),
            )
            for metric in ("nps", "satisfaction")
        ],
        "response": figures.response_figure(setting, digest),
        "closeups": safe(figures.closeup_panels(readings, setting)),
        "effects": [(title, Markup(svg)) for title, svg in figures.effect_panels(setting, digest)],
        "budget": figures.budget_figure(setting, digest),
        "spend": figures.spend_figure(ledger, setting, digest),
        "timeline": figures.timeline_figure(events, run, setting),
        "drawn": _drawn,
    }


def _drawn(figure: Figure) -> tuple[Markup, Markup]:
    """The two drawings of a figure, marked as safe: their texts were escaped when they were drawn."""
    return Markup(figure.wide), Markup(figure.narrow)


def _facts(digest: Digest, setting: Setting) -> list[tuple[str, str]]:
    words, numbers, scenario = setting.words, setting.numbers, digest.scenario
    facts: list[tuple[str, str]] = []
    if setting.horizon_h > 0:
        days = words("fact_days", days=numbers.plain(math.ceil(setting.horizon_h / 24)))
        facts.append((words("fact_period"), f"{setting.period()} · {days}"))
    if math.isfinite(scenario.persons):
        key = "fact_persons" if digest.segments else "fact_persons_only"
        persons = numbers.count(scenario.persons)
        facts.append((words("fact_audience"), words(key, persons=persons, segments=len(digest.segments))))
    if math.isfinite(scenario.agents):
        key = "fact_agents" if math.isfinite(scenario.tick_min) else "fact_agents_only"
        said = words(key, agents=numbers.count(scenario.agents), tick=numbers.plain(scenario.tick_min))
        facts.append((words("fact_resolution"), said))
    seeded = words("fact_runs_said", runs=digest.runs, seed=digest.seed) if digest.seed else str(digest.runs)
    facts.append((words("fact_runs"), seeded))
    if math.isfinite(digest.budget.total_fen):
        facts.append((words("fact_budget"), numbers.money(digest.budget.total_fen)))
    return facts


def _unlisted_said(unlisted: float, digest: Digest, setting: Setting) -> str:
    key = "incidents_unlisted" if digest.incidents else "incidents_only_random"
    return setting.words(key, mean=setting.numbers.plain(unlisted, 1)) if unlisted > 0 else ""


def _bands(digest: Digest, setting: Setting) -> str:
    """What the bands cover, with a word of caution when the runs are few."""
    words = setting.words
    if digest.runs < 2:
        return words("bands_cover_one") if digest.runs == 1 else ""
    said = words("bands_cover", runs=digest.runs)
    if not digest.few_runs:
        return said
    caution = words("few_runs", runs=digest.runs, enough=digest.runs_for_95)
    return said + words("space") + caution


def _card(kpi: Kpi, digest: Digest, setting: Setting) -> Card:
    words, numbers = setting.words, setting.numbers
    row = kpi_row(kpi, words, numbers)
    foot = (
        [words("card_baseline", value=numbers.value(kpi.baseline, kpi.unit))]
        if math.isfinite(kpi.baseline)
        else []
    )
    foot += [words("card_source", source=kpi.source)] if kpi.source else []
    odds = ""
    if kpi.measured and math.isfinite(kpi.odds):
        odds = words(
            "card_met", met=round(kpi.odds * digest.runs), runs=digest.runs, odds=numbers.percent(kpi.odds, 0),
            low=numbers.percent(kpi.odds_lo, 0), high=numbers.percent(kpi.odds_hi, 0),
        )  # fmt: skip
    label = f"{row.kpi}: {row.median} ({row.band}), {row.target}"
    bullet = kpi_bullet(dict(kpi.quantiles), kpi.target, kpi.baseline, row.target, label)
    return Card(
        title=row.kpi,
        status=row.status,
        verdict=words.status(row.status),
        median=row.median,
        band=words("card_band", band=row.band) if kpi.measured and digest.runs > 1 else "",
        bullet=Markup(bullet) if kpi.measured else Markup(""),
        odds=odds if kpi.measured else words("card_not_measured"),
        foot=" · ".join(foot if kpi.measured else [row.target, *foot]),
    )


def _incident_tables(digest: Digest, setting: Setting) -> list[dict[str, Any]]:
    tables = []
    for first in range(0, len(digest.incidents), _INCIDENTS_PER_TABLE):
        part = digest.incidents[first : first + _INCIDENTS_PER_TABLE]
        heads = [(str(i.number), setting.say(i.title), setting.dates.moment(i.start_h)) for i in part]
        tables.append({"heads": heads, "rows": incident_rows(part, setting.words, setting.numbers)})
    return tables


def _frequencies(
    shares: dict[str, tuple[int, float]], runs: int, setting: Setting
) -> list[tuple[str, str, str]]:
    said = []
    order = [kind for kind in KINDS if kind in shares] + sorted(set(shares) - set(KINDS))
    for kind in order:
        count, mean = shares[kind]
        often = setting.words("share_of_runs", n=count, runs=runs)
        said.append((setting.words.kind(kind), often, setting.numbers.plain(mean, 1 if mean < 100 else 0)))
    return said


def _measures(readings: Readings, setting: Setting) -> list[dict[str, Any]]:
    """One row for each measure of the whole audience: start, end, band and course."""
    rows = []
    for metric in sorted(readings.metrics, key=lambda name: (":" in name, setting.words.metric(name))):
        track = readings.track(metric)
        if track is None or metric.startswith(_NOT_LISTED):
            continue
        unit, flow = unit_of(metric, track), kind_of(metric) == FLOW
        last = np.nansum(track.values, axis=1) if flow else track.last()
        last = last[np.isfinite(last)]
        low, median, high = (float(np.quantile(last, level)) for level in (0.1, 0.5, 0.9))
        first = track.values[:, np.isfinite(track.values).any(axis=0)][:, 0]
        rows.append({
            "title": setting.words.metric(metric),
            "first": "" if flow else setting.numbers.value(float(np.nanmedian(first)), unit),
            "last": setting.numbers.value(median, unit),
            "band": setting.numbers.band(low, high, unit) if len(last) > 1 else "",
            "course": Markup(sparkline(track, setting, setting.words.metric(metric))),
        })  # fmt: skip
    return rows


def _money(digest: Digest, setting: Setting) -> list[tuple[str, str]]:
    budget, words, numbers = digest.budget, setting.words, setting.numbers
    known = {
        "money_total": budget.total_fen,
        "money_spent": sum(line.spent_fen for line in budget.lines) if budget.lines else math.nan,
        "money_left": sum(line.left_fen for line in budget.lines) if budget.lines else math.nan,
        "money_kept": budget.kept_fen,
    }
    return [(words(key), numbers.money(fen)) for key, fen in known.items() if math.isfinite(fen)]
