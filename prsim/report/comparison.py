"""A comparison of plans on a terminal, in words that a planner understands."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from prsim.report.comparison_words import COMPARISON_TEXT, STATISTICS
from prsim.report.numerals import MISSING, Numerals
from prsim.report.words import LANGUAGES, Words

__all__ = ["print_choice", "print_comparison"]

type Row = Mapping[str, Any]

_MANY = 20_000  # runs; nobody makes more to tell two plans apart
_STYLES = {"better": "green", "worse": "red", "open": "yellow"}


class _Page:
    """Texts and numbers in one language; plans go by letters."""

    def __init__(self, facts: Mapping[str, Any], language: str) -> None:
        self.words = Words(language)
        self.numbers = Numerals(language)
        self.titles: Mapping[str, str] = facts.get("titles") or {}
        self.letters = {name: _letter(i) for i, name in enumerate(facts["plans"])}
        self._column = LANGUAGES.index(language)

    def say(self, key: str, **parts: object) -> str:
        return COMPARISON_TEXT[key][self._column].format(**parts)

    def measure(self, row: Row) -> str:
        """``NPS, mean · developers``."""
        metric, statistic = str(row["metric"]), str(row["statistic"])
        title = self.titles.get(metric) or self.words.metric(metric.removeprefix("target."))
        said = STATISTICS[statistic][self._column].format(metric=title)
        if row["segment"] == "all":
            return said
        segment = self.titles.get(f"segment:{row['segment']}") or str(row["segment"])
        return self.say("segment", measure=said, segment=segment)

    def chance(self, p: float) -> str:
        """A probability without the certainty that no number of runs gives."""
        if not math.isfinite(p):
            return MISSING
        return ">99%" if p > 0.99 else "<1%" if p < 0.01 else self.numbers.percent(p, 0)

    def level(self, level: float) -> str:
        return self.numbers.percent(level, 0 if round(level * 100, 6) % 1 == 0 else 1)


def print_comparison(
    differences: Sequence[Row],
    best: Sequence[Row],
    facts: Mapping[str, Any],
    console: Console,
    language: str = "en",
) -> None:
    """Print differences, chances, verdicts and how many more runs would tell, and what the intervals cover.

    Parameters
    ----------
    differences, best
        Rows of :class:`prsim.study.comparison.Comparison`.
    facts
        ``plans`` (names), ``pairs``, ``looks``, ``enough``, ``level``, ``notes``, ``titles`` (metric or
        ``segment:NAME`` → title).

    Raises
    ------
    ValueError
        When the language is not known.
    """
    page = _Page(facts, language)
    for name, letter in page.letters.items():
        console.print(Text(f"{letter}  ", style="bold").append(name, style="default"))
    said = [page.say("pairs", n=f"{facts['pairs']:,}")]
    if len(facts["looks"]) > 1:
        early = facts["pairs"] < facts["looks"][-1]
        said.append(page.say("stopped" if early else "answered" if facts["enough"] else "spent"))
    console.print(Text((" " if language == "en" else "").join(said)))
    for other in dict.fromkeys(row["against"] for row in differences):
        _print_pair(page, [row for row in differences if row["against"] == other], facts, console)
    if len(page.letters) > 2:
        for row in best:
            text = page.say("best", measure=page.measure(row), best=page.letters[row["plan"]])
            if row["undecided"]:
                text += page.say(
                    "undecided", plans=", ".join(page.letters[name] for name in row["undecided"])
                )
            console.print(Text(text))
    console.print(Text(page.say("covers", level=page.level(facts["level"])), style="dim"))
    if any(not _told(row) for row in differences):
        console.print(Text(page.say("about_needed"), style="dim"))
    for note in facts["notes"]:
        console.print(Text(str(note), style="yellow"))


def print_choice(facts: Mapping[str, Any], console: Console, language: str = "en") -> None:
    """Print the best of several plans, the runs that it took, and how sure the choice is.

    Parameters
    ----------
    facts
        The fields of :class:`prsim.study.choice.Choice`, ``measure`` as a mapping, and ``titles``.
    """
    page = _Page(facts, language)
    measure = facts["measure"]
    title, unit = page.measure(measure), str(measure["unit"])
    table = Table(box=box.SIMPLE_HEAD)
    table.add_column("")
    table.add_column(Text(page.say("col_plan")), overflow="fold")
    for head in (page.say("col_runs"), title):
        table.add_column(Text(head), justify="right")
    table.add_column("")
    for name, runs, mean in zip(facts["plans"], facts["runs"], facts["means"], strict=True):
        state = "chosen" if name == facts["best"] else "left" if name in facts["left"] else "ruled_out"
        style = "green" if state == "chosen" else "yellow" if state == "left" else "dim"
        cells = [page.letters[name], name, f"{runs:,}", page.numbers.value(mean, unit)]
        table.add_row(*(Text(cell) for cell in cells), Text(page.say(state), style=style))
    console.print(table)
    chance = page.chance(facts["chance"]) if facts["method"] == "ocba" else page.level(facts["chance"] or 0.0)
    if facts["method"] == "ocba":
        text = page.say("ocba", chance=chance)
    elif facts["done"]:
        text = page.say(
            "kn_done", within=page.numbers.delta(facts["within"], unit).lstrip("+"), chance=chance
        )
    else:
        text = page.say("kn_open", runs=f"{max(facts['runs']):,}", n=len(facts["left"]))
    console.print(Text(text))
    for note in facts["notes"]:
        console.print(Text(str(note), style="yellow"))


def _letter(i: int) -> str:
    return chr(ord("A") + i) if i < 26 else f"P{i + 1}"


def _print_pair(page: _Page, rows: Sequence[Row], facts: Mapping[str, Any], console: Console) -> None:
    a, b = page.letters[rows[0]["plan"]], page.letters[rows[0]["against"]]
    if len(page.letters) > 2:
        console.print(Text(page.say("against", a=a, b=b), style="bold"))
    heads = [
        page.say("col_measure"),
        a,
        b,
        page.say("col_difference", a=a, b=b, level=page.level(facts["level"])),
        page.say("col_chance", a=a),
        page.say("col_share", a=a),
        page.say("col_verdict"),
        page.say("col_needed"),
    ]
    table = Table(box=box.SIMPLE_HEAD)
    for i, head in enumerate(heads):
        table.add_column(Text(head), justify="left" if i in (0, 6) else "right")
    for row in rows:
        verdict, style = _verdict(page, row, a, b)
        table.add_row(
            *(Text(cell) for cell in _cells(page, row)), Text(verdict, style=style), Text(_needed(page, row))
        )
    console.print(table)


def _cells(page: _Page, row: Row) -> list[str]:
    unit, title = str(row["unit"]), page.measure(row)
    number = page.numbers
    if math.isfinite(_number(row["met"])):
        title += (
            f" ({page.say('met', a=number.percent(row['met'], 0), b=number.percent(row['met_against'], 0))})"
        )
    chance, share = _number(row["p_better"]), _number(row["share_higher"])
    if row["better"] == "lower":
        share = 1.0 - share
    told = page.chance(chance) if row["better"] else page.say("higher", chance=page.chance(row["p_higher"]))
    return [
        title,
        number.value(row["value"], unit),
        number.value(row["value_against"], unit),
        _difference(page, row),
        told,
        number.percent(share, 0),
    ]


def _difference(page: _Page, row: Row) -> str:
    """``−0.31 (−3.0 to +0.1) pp``: as many digits as the largest of them needs."""
    unit = str(row["unit"])
    scale, said = {
        "share": (100.0, "percentage"), "ratio": (100.0, "percentage"), "points": (1.0, "points"), "h": (1.0, "hours"),
    }.get(unit, (1.0, ""))  # fmt: skip
    ends = [scale * _number(row[key]) for key in ("mean", "lo_simultaneous", "hi_simultaneous")]
    largest = max((abs(end) for end in ends if math.isfinite(end)), default=0.0)
    digits = min(max(1 - math.floor(math.log10(largest)), 0), 6) if largest > 0 else 0
    texts = [page.numbers.plain(end, digits) for end in ends]
    signed = [f"+{t}" if end > 0 and t.strip("0.,") else t for end, t in zip(ends, texts, strict=True)]
    mean, lo, hi = signed
    return page.say("band", mean=mean, lo=lo, hi=hi, unit=page.say(said) if said else "")


def _told(row: Row) -> bool:
    return bool(row["verdict"] != "cannot tell")


def _verdict(page: _Page, row: Row, a: str, b: str) -> tuple[str, str]:
    if not _told(row):
        return page.say("verdict_equal" if row["share_equal"] == 1 else "verdict_cannot_tell"), _STYLES[
            "open"
        ]
    if not row["better"]:
        return page.say("verdict_higher", plan=a if row["verdict"] == "higher" else b), ""
    first = row["verdict"] == row["better"]
    return page.say("verdict_better", plan=a if first else b), _STYLES["better" if first else "worse"]


def _needed(page: _Page, row: Row) -> str:
    needed = _number(row["needed"])
    if _told(row) or not math.isfinite(needed):
        return ""
    if needed > _MANY:
        return page.say("needed_many", n=f"{_MANY:,}")
    digits = max(0, math.floor(math.log10(needed)) - 1)  # two figures: it is an estimate
    return page.say("needed", n=f"{math.ceil(needed / 10**digits) * 10**digits:,}")


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else math.nan
