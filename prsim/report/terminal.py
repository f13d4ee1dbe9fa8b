"""The summary of a study on a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from prsim.report.digest import read_digest
from prsim.report.tables import summary_table
from prsim.report.words import Words

__all__ = ["print_summary"]

_STYLES = {"likely": "green", "open": "yellow", "unlikely": "red", "not_measured": "dim"}


def print_summary(summary: Mapping[str, Any], console: Console, language: str = "en") -> None:
    """Print targets, medians, bands and odds as a table, with a caution when the runs are few.

    Raises
    ------
    ValueError
        When the language is not known.
    """
    digest, words = read_digest(summary), Words(language)
    rows = summary_table(digest, language)
    # Text objects throughout: a title may contain what rich would read as markup
    console.print(Text(digest.scenario.title.say(language) or words("untitled"), style="bold"))
    if not rows:
        console.print(Text(words("no_kpis")))
        return
    table = Table()
    for key in ("col_kpi", "col_target", "col_median", "col_band80", "col_odds", "col_status"):
        table.add_column(Text(words(key)), justify="left" if key in ("col_kpi", "col_status") else "right")
    for row in rows:
        status = Text(words.status(row.status), style=_STYLES.get(row.status, ""))
        table.add_row(*(Text(text) for text in row[:5]), status)
    console.print(table)
    if digest.few_runs:
        console.print(Text(words("few_runs", runs=digest.runs, enough=digest.runs_for_95), style="dim"))
