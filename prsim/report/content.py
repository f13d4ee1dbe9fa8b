"""The brand's own content, its followers and the return on the money, as rows of text."""

from __future__ import annotations

import math
from dataclasses import dataclass

from prsim.report.parts import ContentRow, Practice, Spread
from prsim.report.setting import Setting

__all__ = ["ContentTable", "content_tables", "return_said"]


@dataclass(frozen=True, slots=True)
class ContentTable:
    """One table: heads, then a name and (median, band) cells a row."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
    note: str


def content_tables(practice: Practice, setting: Setting) -> list[ContentTable]:
    """Content by format, then by platform, the best first; a table without rows is left out."""
    words = setting.words
    tables = []
    for rows, first, persons, ended, note in (
        (practice.formats, "col_format", "col_shown", "col_stopped", "content_reviewed"),
        (practice.platforms, "col_platform", "col_noticed", "col_moved", "content_moved"),
    ):
        if not rows:
            continue
        with_completion = any(row.completion.known for row in rows)
        adapts = practice.reviewed if first == "col_format" else practice.re_evaluated
        heads = [first, persons, "col_completion", "col_interaction", ended]
        if not with_completion:
            heads.remove("col_completion")
        if not adapts:
            heads.remove(ended)
        ordered = sorted(rows, key=lambda row: -_number(row.interaction_rate))
        tables.append(
            ContentTable(
                heads=tuple(words(head) for head in heads),
                rows=tuple((setting.say(row.title), _cells(row, heads, setting)) for row in ordered),
                note=words(note) if adapts else "",
            )
        )
    return tables


def _number(spread: Spread) -> float:
    return spread.q50 if spread.known else -math.inf


def _cells(row: ContentRow, heads: list[str], setting: Setting) -> tuple[tuple[str, str], ...]:
    numbers = setting.numbers
    cells = [(numbers.count(row.persons.q50), "")]
    if "col_completion" in heads:
        cells.append(_share(row.completion, setting))
    cells.append(_share(row.interaction_rate, setting))
    if heads[-1] in ("col_stopped", "col_moved"):
        cells.append((numbers.percent(row.ended, 0), ""))
    return tuple(cells)


def _share(spread: Spread, setting: Setting) -> tuple[str, str]:
    numbers = setting.numbers
    band = numbers.band(spread.q10, spread.q90, "share") if setting.runs > 1 else ""
    return numbers.value(spread.q50, "share"), band


def return_said(practice: Practice, setting: Setting) -> list[str]:
    """What the campaign gained in users, at what cost, and the return where a user's worth is assumed."""
    words, numbers = setting.words, setting.numbers
    if not practice.users.known:
        return []
    mean, low, high = practice.users.q50, practice.users.q10, practice.users.q90
    said = [
        words(
            "return_users", users=numbers.count(round(mean)), pairs=practice.pairs,
            interval=numbers.band(round(low), round(high), "persons"),
            spent=numbers.money(practice.spent_yuan * 100.0),
        )
    ]  # fmt: skip
    if not low > 0.0:
        return [*said, words("return_unclear")] if high > 0.0 else said
    said.append(words("return_each", cost=numbers.money(practice.spent_yuan * 100.0 / mean)))
    if practice.ratio.known:
        said.append(
            words(
                "return_ratio", value=numbers.money(practice.value_yuan * 100.0),
                ratio=numbers.plain(practice.ratio.q50, 2),
                interval=f"{numbers.plain(practice.ratio.q10, 2)}–{numbers.plain(practice.ratio.q90, 2)}",
            )
        )  # fmt: skip
    return said
