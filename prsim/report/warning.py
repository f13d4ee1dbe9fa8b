"""The page on the warning system: one HTML file that needs nothing else."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
from markupsafe import Markup

from prsim.report.numerals import MISSING, Numerals
from prsim.report.parts import number
from prsim.report.templating import TEMPLATES
from prsim.report.warning_figures import WarningSetting, curve_figure, records, time_figure
from prsim.report.words import Words

__all__ = ["render_warning", "write_warning"]

_UNIT = re.compile(r"\s*[（(][^（()）]*[)）]$")  # of a price: "(month)"
_DIGITS = {"nps_trough": 3, "negative_posts": 0, "negative_days": 3}


def write_warning(path: Path, *, language: str = "en", **parts: Any) -> Path:
    """Write the page; see :func:`render_warning`.

    Returns
    -------
    Path
        The path written.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(render_warning(language=language, **parts).encode("utf-8", errors="replace"))
    return path


def render_warning(
    *,
    title: str,
    settings: pd.DataFrame,
    contrasts: pd.DataFrame,
    areas: pd.DataFrame,
    worth: pd.DataFrame,
    facts: Mapping[str, Any],
    language: str = "en",
) -> str:
    """The page on a warning system as HTML text.

    Parameters
    ----------
    title
        Title of the scenario.
    settings, contrasts, areas, worth, facts
        As in :class:`prsim.study.warning.WarningAssessment`.
    language
        ``en`` or ``zh``.

    Raises
    ------
    ValueError
        When the language is not known.
    """
    Words(language)  # refuses a language it does not know
    zh = language == "zh"
    page = WarningSetting(
        language,
        Numerals(language),
        {t["tool"]: _UNIT.sub("", t["title_zh" if zh else "title_en"]) for t in facts["tools"]},
        {t["tool"]: number(t["yuan_per_month"]) for t in facts["tools"]},
        settings,
    )
    crises = facts["crises"] > 0
    reading = [*_reading(page, contrasts, worth, facts)] if crises else []
    return TEMPLATES.get_template("warning.html.j2").render(
        w=page.say,
        language=language,
        title=title,
        facts=_facts(page, facts),
        what=_what(page, facts),
        reading=[*reading, *facts["notes"]],
        curve=curve_figure(page) if crises else None,
        time=time_figure(page) if crises else None,
        area_heads=[page.say("col_tool"), page.say("col_area")],
        area_rows=[
            (page.level(a["tool"]), f"{a['area']:.2f} ({a['lo']:.2f}–{a['hi']:.2f})") for a in records(areas)
        ],
        worth_note=page.say("worth_note", n=facts["pairs"]),
        worth_heads=[page.say(f"col_{k}") for k in _WORTH],
        worth_tables=_worth_tables(page, worth),
        setting_heads=[page.say(f"col_{k}") for k in _SETTINGS],
        setting_tables=_setting_tables(page),
        drawn=lambda figure: (Markup(figure.wide), Markup(figure.narrow)),
    )


def _facts(page: WarningSetting, facts: Mapping[str, Any]) -> list[tuple[str, str]]:
    say, write = page.say, page.numbers
    share = write.percent(facts["crises"] / facts["runs"], 0)
    often = {k: write.plain(facts[f"{k}_per_month"], 2) for k in ("incidents", "crises")}
    return [
        (say("fact_incidents"), say("fact_incidents_said", runs=facts["runs"], seed=facts["seed"])),
        (say("fact_crises"), say("fact_crises_said", crises=facts["crises"], share=share)),
        (say("fact_often"), say("fact_often_said", **often)),
        (say("fact_bursts"), say("fact_bursts_said", bursts=write.plain(facts["bursts_per_month"], 1))),
    ]


def _what(page: WarningSetting, facts: Mapping[str, Any]) -> str:
    rate = facts["crisis_per_h"]
    said = page.say("what_rate", rate=page.numbers.count(rate)) if rate is not None else ""
    return page.say("what", days=page.numbers.plain(facts["days"]), rate=said)


def _reading(
    page: WarningSetting, contrasts: pd.DataFrame, worth: pd.DataFrame, facts: Mapping[str, Any]
) -> list[str]:
    """What the best tool that is sold changes, in sentences."""
    write = page.numbers
    sold = [t for t in page.tools[1:] if math.isfinite(page.prices.get(t, math.nan))]
    if len(page.tools) < 2:
        return []
    tool = sold[-1] if sold else page.tools[-1]
    name = page.level(tool)
    low, high = page.row(page.tools[0]), page.row(tool)
    wanted = (page.factor, tool, "hit_rate")
    gain = next(c for c in records(contrasts) if (c["factor"], c["tool"], c["measure"]) == wanted)
    percent = write.percent
    said = [
        page.say(
            "read_time", slow=page.hours(low["detected_h_q50"]), fast=page.hours(high["detected_h_q50"]), tool=name
        ),
        page.say(
            "read_hit", low=percent(low["hit_rate"], 0), high=percent(high["hit_rate"], 0),
            gain=write.delta(gain["mean"], "share"), band=write.band(gain["lo"], gain["hi"], "share", delta=True),
        ),
        page.say("read_prompt", low=percent(low["prompt_rate"], 0), high=percent(high["prompt_rate"], 0)),
        page.say(
            "read_false", low=write.plain(low["false_per_month"], 1), high=write.plain(high["false_per_month"], 1),
            precision=percent(high["precision"], 0),
        ),
    ]  # fmt: skip
    said.insert(
        1, page.say("read_alarm", slow=page.hours(low["alarm_h_q50"]), fast=page.hours(high["alarm_h_q50"]))
    )
    found = [row for row in records(worth) if row["tool"] == tool]
    space = "" if page.language == "zh" else " "
    return [space.join(said), *([space.join(_money(page, found, facts, name))] if found else [])]


def _money(
    page: WarningSetting, rows: list[dict[str, Any]], facts: Mapping[str, Any], tool: str
) -> list[str]:
    """What a tool saves for certain, and what cannot be told."""
    words, said = Words(page.language), []
    sure = [row for row in rows if row["verdict"] == "better"]
    if sure:
        price = rows[0]["yuan_per_month"]
        saved = [
            page.say(
                f"saved_{row['measure']}", **{
                    part: _plain(page, row["measure"], row[key])
                    for part, key in (("value", "saved"), ("lo", "lo"), ("hi", "hi"))
                },
            )
            for row in sure
        ]  # fmt: skip
        costs = [
            page.say(f"cost_{row['measure']}", cost=page.numbers.money(100 * row["yuan_per_unit"]))
            for row in sure
        ]
        said.append(
            page.say(
                "read_worth", tool=tool, n=rows[0]["crises"], list=words.listing(saved), costs=words.listing(costs),
                price=page.numbers.money(100 * price), often=page.numbers.plain(facts["crises_per_month"], 2),
            )
        )  # fmt: skip
    unsure = [page.say(row["measure"]) for row in rows if row["verdict"] != "better"]
    if unsure:
        said.append(page.say("read_unsure", list=words.listing(unsure), n=rows[0]["crises"]))
    return said


def _plain(page: WarningSetting, measure: str, value: float) -> str:
    return page.numbers.plain(value, _DIGITS[measure])


# tables --------------------------------------------------------------------------------------------------------

_SETTINGS = ("factor", "hit", "noticed", "prompt", "known", "lead", "false", "precision")
_WORTH = ("measure", "damage", "saved", "verdict", "unit_price")


def _setting_tables(page: WarningSetting) -> list[tuple[str, list[list[str]]]]:
    write, tables = page.numbers, []
    for tool in page.tools:
        rows = []
        for row in page.rows(tool):
            known = [page.hours(row[f"detected_h_q{q}"]) for q in (10, 50, 90)]
            found = bool(row["crises"])
            rows.append(
                [
                    "× " + write.plain(row["factor"], 3).rstrip("0").rstrip("."),
                    page.share(row, "hit_rate"),
                    write.percent(row["noticed_rate"], 0),
                    page.share(row, "prompt_rate"),
                    f"{known[1]} ({known[0]} – {known[2]})" if found else MISSING,
                    write.hours(row["lead_h_q50"]),
                    f"{write.plain(row['small_per_month'], 2)} + {write.plain(row['bursts_per_month'], 2)}",
                    page.share(row, "precision"),
                ]
            )
        tables.append((page.level(tool), rows))
    return tables


def _worth_tables(page: WarningSetting, worth: pd.DataFrame) -> list[tuple[str, list[list[str]]]]:
    tables, words = list[tuple[str, list[list[str]]]](), Words(page.language)
    for tool in page.tools:
        rows, title = [], page.level(tool)
        for row in records(worth[worth["tool"] == tool]):
            measure, price = row["measure"], row["yuan_per_month"]
            money = [page.numbers.money(100 * row[k]) for k in ("yuan_per_unit", "yuan_lo", "yuan_hi")]
            compared = isinstance(row["verdict"], str)
            saved = [_plain(page, measure, row[k]) for k in ("saved", "lo", "hi")]
            rows.append(
                [
                    page.say(measure),
                    page.say(f"unit_{measure}", value=_plain(page, measure, row["damage"])),
                    f"{saved[0]} ({saved[1]} – {saved[2]})" if compared else MISSING,
                    words.verdict(row["verdict"].replace(" ", "_")) if compared else MISSING,
                    f"{money[0]} ({money[1]} – {money[2]})" if money[0] != MISSING else MISSING,
                ]
            )
            key = "worth_free" if math.isfinite(price) else "worth_none"
            title = page.say(key, title=page.level(tool), price=page.numbers.money(100 * price))
        tables += [(title, rows)] if rows else []
    return tables
