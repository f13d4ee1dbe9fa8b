"""The command ``prsim warn``: the warning system measured, tables and a page on disk, a summary on the terminal."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from prsim.errors import ResultsExist
from prsim.scenario.plain import to_yaml
from prsim.scenario.root import Scenario
from prsim.study.progress import run_progress
from prsim.study.run import to_json
from prsim.study.warm_up import warm_up
from prsim.study.warning import WarningAssessment, assess_warning, check_request
from prsim.study.whole_files import write_table, write_text

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["AGENTS", "FILES", "run_warning_job"]

AGENTS = 20_000  # enough for single incidents: what is measured is the alarm, not the segments
_DAMAGES = {
    "nps_trough": ("NPS trough", 3),
    "negative_posts": ("negative posts", 0),
    "negative_days": ("excess days", 3),
}
FILES = (
    "config.yaml", "cases.csv", "alarms.parquet", "settings.csv", "contrasts.csv", "areas.csv", "worth.csv",
    "summary.json", "warning.html",
)  # fmt: skip


def run_warning_job(
    scenario: Scenario,
    notes: Sequence[str],
    out: Path,
    force: bool,
    console: Console,
    *,
    incidents: Sequence[str] | None = None,
    **asked: Any,
) -> Path:
    """Measure the warning system of a scenario and write everything to ``out``.

    Parameters
    ----------
    notes
        What loading had to say; stands in the summary.
    incidents, asked
        See :func:`prsim.study.warning.assess_warning`.

    Returns
    -------
    Path
        The page.

    Raises
    ------
    prsim.errors.ResultsExist
        If ``out`` holds results and ``force`` is not set.
    prsim.errors.ConfigError
        For an incident that the library does not have, and values outside their range.
    prsim.errors.RunFailed
        If a run fails.
    """
    from prsim.report.warning import write_warning

    if not force and any((out / name).exists() for name in FILES):
        raise ResultsExist(str(out))
    check_request(scenario, incidents, **asked)
    warm_up(console.print)
    found = _measure(scenario, incidents, asked, console)
    out.mkdir(parents=True, exist_ok=True)
    write_text(out / "config.yaml", to_yaml(scenario))
    for name in ("cases", "settings", "contrasts", "areas", "worth"):
        write_table(out / f"{name}.csv", getattr(found, name))
    write_table(out / "alarms.parquet", found.alarms)
    summary = {"scenario": scenario.meta.name, "notes_on_loading": list(notes), **found.facts}
    write_text(out / "summary.json", to_json(summary))
    zh = scenario.language == "zh"
    title = (scenario.meta.title_zh if zh else scenario.meta.title_en) or scenario.meta.name
    page = write_warning(
        out / "warning.html",
        language=scenario.language,
        title=title,
        settings=found.settings,
        contrasts=found.contrasts,
        areas=found.areas,
        worth=found.worth,
        facts=found.facts,
    )
    _print(found, title, console)
    return page


def _measure(
    scenario: Scenario, incidents: Sequence[str] | None, asked: dict[str, Any], console: Console
) -> WarningAssessment:
    with run_progress(console) as bar:
        task = bar.add_task("", total=None)
        return assess_warning(
            scenario,
            incidents,
            workers=scenario.workers,
            progress=lambda done, total: bar.update(task, completed=done, total=total),
            **asked,
        )


def _print(found: WarningAssessment, title: str, console: Console) -> None:
    """The plan's thresholds by tool level, and what tools save, as the page has them."""
    from rich.table import Table
    from rich.text import Text

    facts = found.facts
    console.print(Text(title, style="bold"))
    console.print(
        Text(
            f"{facts['runs']} incidents, {facts['crises']} of them crises; "
            f"{facts['incidents_per_month']:.2f} incidents a month."
        )
    )
    for note in facts["notes"]:
        console.print(Text(note, style="yellow"))
    factor = min(found.settings["factor"], key=lambda f: abs(math.log(f)))
    table = Table(
        "tool level", "known in time", "team knows (median)", "false alarms a month", "alarms that are crises"
    )
    for row in _records(found.settings[found.settings["factor"] == factor]):
        median = row["detected_h_q50"]
        table.add_row(
            f"{row['tool']:g}",
            _share(row, "hit_rate"),
            f"{median:.2f} h" if math.isfinite(median) else "–",
            f"{row['false_per_month']:.2f}",
            _share(row, "precision"),
        )
    console.print(table)
    if found.worth.empty:
        return
    table = Table("tool level", "a crisis costs", "mean", "saved (95 %)", "verdict", "yuan for one")
    for row in _records(found.worth):
        if isinstance(row["verdict"], str):
            cost = f"{row['yuan_per_unit']:,.2f}" if math.isfinite(row["yuan_per_unit"]) else "–"
            title, digits = _DAMAGES[row["measure"]]
            damage, saved, lo, hi = (f"{row[key]:,.{digits}f}" for key in ("damage", "saved", "lo", "hi"))
            table.add_row(f"{row['tool']:g}", title, damage, f"{saved} ({lo} to {hi})", row["verdict"], cost)
    console.print(table)


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(k): v for k, v in row.items()} for row in table.to_dict("records")]


def _share(row: dict[str, Any], name: str) -> str:
    value = row[name]
    return "–" if pd.isna(value) else f"{value:.0%} ({row[name + '_lo']:.0%}–{row[name + '_hi']:.0%})"
