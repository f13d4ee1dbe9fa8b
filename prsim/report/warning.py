"""The page on the warning system: one HTML file that needs nothing else."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jinja2
import pandas as pd
from markupsafe import Markup

from prsim.report.charts import Canvas, Frame, LegendItem, legend_height
from prsim.report.numerals import MISSING, Numerals
from prsim.report.palette import GREY, INK, MUTED, SERIES, tint
from prsim.report.scale import Scale, log_ticks, text_width
from prsim.report.setting import NARROW, WIDE, Figure
from prsim.report.warning_words import WARNING_TEXT
from prsim.report.words import LANGUAGES, Words

__all__ = ["render_warning", "write_warning"]

_ENVIRONMENT = jinja2.Environment(
    loader=jinja2.PackageLoader("prsim.report", "templates"),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_TIME_TICKS = (1 / 12, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 24.0, 72.0, 168.0)
_PROMPT_H = 0.5
_DIGITS = {"nps_trough": 3, "negative_posts": 0, "negative_days": 3}


@dataclass(frozen=True, slots=True)
class _Page:
    """What every part of the page needs."""

    language: str
    numbers: Numerals
    names: Mapping[float, str]
    prices: Mapping[float, float]
    settings: pd.DataFrame

    def say(self, key: str, **parts: object) -> str:
        text = WARNING_TEXT[key][LANGUAGES.index(self.language)]
        return text.format(**parts) if parts else text

    @property
    def factor(self) -> float:
        """The factor nearest to the plan's own thresholds."""
        return float(min(self.settings["factor"], key=lambda f: abs(math.log(f))))

    @property
    def tools(self) -> list[float]:
        return sorted({float(t) for t in self.settings["tool"]})

    def rows(self, tool: float) -> list[dict[str, Any]]:
        """The rows of a tool level, in the order of the thresholds."""
        return _records(self.settings[self.settings["tool"] == tool])

    def row(self, tool: float) -> dict[str, Any]:
        """The row of a tool level at the plan's thresholds."""
        return next(row for row in self.rows(tool) if row["factor"] == self.factor)

    def level(self, tool: float) -> str:
        name = self.names.get(tool, "")
        shown = self.numbers.plain(tool, 2).rstrip("0").rstrip(".")
        return self.say("level", title=name, level=shown) if name else shown

    def hours(self, hours: float) -> str:
        return self.say("never") if math.isinf(hours) else self.numbers.hours(hours)

    def share(self, row: Mapping[str, Any], name: str) -> str:
        """A share with its interval."""
        value, lo, hi = (row[name + end] for end in ("", "_lo", "_hi"))
        if not math.isfinite(value):
            return MISSING
        write = self.numbers.percent
        return f"{write(value, 0)} ({write(lo, 0)}–{write(hi, 0)})"


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
    page = _Page(
        language,
        Numerals(language),
        {t["tool"]: t["title_zh" if zh else "title_en"] for t in facts["tools"]},
        {t["tool"]: _number(t["yuan_per_month"]) for t in facts["tools"]},
        settings,
    )
    crises = facts["crises"] > 0
    reading = [*_reading(page, contrasts, worth, facts)] if crises else []
    return _ENVIRONMENT.get_template("warning.html.j2").render(
        w=page.say,
        language=language,
        title=title,
        facts=_facts(page, facts),
        what=_what(page, facts),
        reading=[*reading, *facts["notes"]],
        curve=_curve_figure(page) if crises else None,
        time=_time_figure(page) if crises else None,
        area_heads=[page.say("col_tool"), page.say("col_area")],
        area_rows=[
            (page.level(a["tool"]), f"{a['area']:.2f} ({a['lo']:.2f}–{a['hi']:.2f})") for a in _records(areas)
        ],
        worth_note=page.say("worth_note", n=facts["pairs"]),
        worth_heads=[page.say(f"col_{k}") for k in _WORTH],
        worth_rows=_worth_rows(page, worth),
        setting_heads=[page.say(f"col_{k}") for k in _SETTINGS],
        setting_tables=_setting_tables(page),
        drawn=lambda figure: (Markup(figure.wide), Markup(figure.narrow)),
    )


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(k): v for k, v in row.items()} for row in table.to_dict("records")]


def _number(value: float | None) -> float:
    return math.nan if value is None else float(value)


def _facts(page: _Page, facts: Mapping[str, Any]) -> list[tuple[str, str]]:
    say, write = page.say, page.numbers
    share = write.percent(facts["crises"] / facts["runs"], 0)
    often = {k: write.plain(facts[f"{k}_per_month"], 2) for k in ("incidents", "crises")}
    return [
        (say("fact_incidents"), say("fact_incidents_said", runs=facts["runs"], seed=facts["seed"])),
        (say("fact_crises"), say("fact_crises_said", crises=facts["crises"], share=share)),
        (say("fact_often"), say("fact_often_said", **often)),
        (say("fact_bursts"), say("fact_bursts_said", bursts=write.plain(facts["bursts_per_month"], 1))),
    ]


def _what(page: _Page, facts: Mapping[str, Any]) -> str:
    rate = facts["crisis_per_h"]
    said = page.say("what_rate", rate=page.numbers.count(rate)) if rate is not None else ""
    return page.say("what", days=page.numbers.plain(facts["days"]), rate=said)


def _reading(
    page: _Page, contrasts: pd.DataFrame, worth: pd.DataFrame, facts: Mapping[str, Any]
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
    gain = next(c for c in _records(contrasts) if (c["factor"], c["tool"], c["measure"]) == wanted)
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
    money = [_worth_said(page, row, facts, name) for row in _records(worth) if row["tool"] == tool]
    joint = page.language == "zh"
    return ["".join(said) if joint else " ".join(said), "".join(money) if joint else " ".join(money)]


def _worth_said(page: _Page, row: Mapping[str, Any], facts: Mapping[str, Any], tool: str) -> str:
    measure = page.say(row["measure"])
    saved = _unit(page, row["measure"], row["saved"])
    band = f"{_plain(page, row['measure'], row['lo'])} – {_plain(page, row['measure'], row['hi'])}"
    if not math.isfinite(row["yuan_per_unit"]):
        return page.say("read_unsure", tool=tool, measure=measure, n=row["crises"], saved=saved, band=band)
    return page.say(
        "read_worth", tool=tool, measure=measure, saved=saved, band=band,
        price=page.numbers.money(100 * row["yuan_per_month"]), cost=page.numbers.money(100 * row["yuan_per_unit"]),
        often=page.numbers.plain(facts["crises_per_month"], 2),
    )  # fmt: skip


def _plain(page: _Page, measure: str, value: float) -> str:
    return page.numbers.plain(value, _DIGITS[measure])


def _unit(page: _Page, measure: str, value: float) -> str:
    return page.say(f"unit_{measure}", value=_plain(page, measure, value))


# tables --------------------------------------------------------------------------------------------------------

_SETTINGS = (
    "factor", "hit", "noticed", "prompt", "known", "lead", "small", "small_month", "bursts", "precision",
)  # fmt: skip
_WORTH = ("tool", "measure", "price", "damage", "saved", "verdict", "unit_price")


def _setting_tables(page: _Page) -> list[tuple[str, list[list[str]]]]:
    write, tables = page.numbers, []
    for tool in page.tools:
        rows = []
        for row in page.rows(tool):
            known = [page.hours(row[f"detected_h_q{q}"]) for q in (10, 50, 90)]
            bursts = [write.plain(row["bursts_per_month" + end], 2) for end in ("", "_lo", "_hi")]
            found = bool(row["crises"])
            rows.append(
                [
                    "× " + write.plain(row["factor"], 3).rstrip("0").rstrip("."),
                    page.share(row, "hit_rate"),
                    page.share(row, "noticed_rate"),
                    page.share(row, "prompt_rate"),
                    f"{known[1]} ({known[0]} – {known[2]})" if found else MISSING,
                    write.hours(row["lead_h_q50"]),
                    page.share(row, "small_alarm_rate"),
                    write.plain(row["small_per_month"], 2),
                    f"{bursts[0]} ({bursts[1]}–{bursts[2]})",
                    page.share(row, "precision"),
                ]
            )
        tables.append((page.level(tool), rows))
    return tables


def _worth_rows(page: _Page, worth: pd.DataFrame) -> list[list[str]]:
    rows, words = [], Words(page.language)
    for row in _records(worth):
        measure = row["measure"]
        price = row["yuan_per_month"]
        money = [page.numbers.money(100 * row[k]) for k in ("yuan_per_unit", "yuan_lo", "yuan_hi")]
        compared = isinstance(row["verdict"], str)
        saved = [_plain(page, measure, row[k]) for k in ("saved", "lo", "hi")]
        rows.append(
            [
                page.level(row["tool"]),
                page.say(measure),
                page.numbers.money(100 * price) if math.isfinite(price) else page.say("not_sold"),
                _unit(page, measure, row["damage"]),
                f"{saved[0]} ({saved[1]} – {saved[2]})" if compared else MISSING,
                words.verdict(row["verdict"].replace(" ", "_")) if compared else MISSING,
                f"{money[0]} ({money[1]} – {money[2]})" if money[0] != MISSING else MISSING,
            ]
        )
    return rows


# figures -------------------------------------------------------------------------------------------------------


def _curve_figure(page: _Page) -> Figure:
    draw = [_curve(page, width) for width in (WIDE, NARROW)]
    return Figure(page.say("fig_curve"), page.say("fig_curve_note"), *draw)


def _time_figure(page: _Page) -> Figure:
    draw = [_times(page, width) for width in (WIDE, NARROW)]
    return Figure(page.say("fig_time"), page.say("fig_time_note"), *draw)


def _colours(page: _Page) -> dict[float, str]:
    return {tool: SERIES[i % len(SERIES)] for i, tool in enumerate(page.tools)}


def _curve(page: _Page, width: float) -> str:
    """Hit rate over false alarms a month, a curve for each tool level."""
    write, colours = page.numbers, _colours(page)
    legend = [LegendItem("line", colours[tool], page.level(tool)) for tool in page.tools]
    left, right = 48.0, width - 14
    head = 10 + legend_height(legend, right) + 16
    bottom = head + (270.0 if width > 500 else 230.0)
    canvas = Canvas(width, bottom + 42, page.say("fig_curve"))
    canvas.legend(2, 10, legend, right)
    false = page.settings["false_per_month"].to_numpy(float)
    seen = false[false > 0.0]
    low = 10.0 ** math.floor(math.log10(seen.min())) if len(seen) else 0.1
    high = max(10.0 ** math.ceil(math.log10(seen.max())), 10.0 * low) if len(seen) else 10.0
    frame = Frame(canvas, Scale(low, high, left, right, log=True), Scale(0.0, 1.0, bottom, head))
    frame.y_axis([0.0, 0.25, 0.5, 0.75, 1.0], lambda number: write.percent(number, 0))
    canvas.text(left, head - 8, page.say("axis_hit"), size=11, fill=MUTED)
    for tick in log_ticks(low, high, 6):
        canvas.line(frame.x(tick), head, frame.x(tick), bottom, stroke=tint(GREY, 0.3))
        label = write.plain(tick, max(0, -round(math.log10(tick))))
        canvas.text(frame.x(tick), bottom + 16, label, size=11, anchor="middle", fill=MUTED)
    canvas.line(left, bottom, right, bottom)
    canvas.text(right, bottom + 34, page.say("axis_false"), size=11, anchor="end", fill=MUTED)
    for tool in page.tools:
        rows = sorted(page.rows(tool), key=lambda row: float(row["false_per_month"]))
        x = frame.x.place([max(row["false_per_month"], low) for row in rows])
        y = frame.y.place([row["hit_rate"] for row in rows])
        canvas.curve(x, y, stroke=colours[tool])
        for at, height, row in zip(x, y, rows, strict=True):
            planned = row["factor"] == page.factor
            if planned:
                ends = frame.y(row["hit_rate_lo"]), frame.y(row["hit_rate_hi"])
                canvas.line(float(at), ends[0], float(at), ends[1], stroke=colours[tool], width=1.6)
            factor = write.plain(row["factor"], 3).rstrip("0").rstrip(".")
            hint = f"{page.level(tool)} · {page.say('factor', factor=factor)} · {page.share(row, 'hit_rate')}"
            hint += f" · {write.plain(row['false_per_month'], 2)} {page.say('axis_false').split(' (')[0]}"
            size = 6.0 if planned else 3.4
            canvas.mark("dot", float(at), float(height), fill=colours[tool], size=size, hint=hint)
    return canvas.svg()


def _times(page: _Page, width: float) -> str:
    """From the beginning of a crisis to the alarm and to the team's knowledge, a row for each tool level."""
    write, colours, wide = page.numbers, _colours(page), width > 500
    legend = [LegendItem("triangle", MUTED, page.say("alarm")), LegendItem("dot", INK, page.say("knows"))]
    head, row_height = 10 + legend_height(legend, width) + 8, 44.0 if wide else 60.0
    left, bottom = (270.0 if wide else 12.0), 0.0
    rows = [(tool, page.row(tool)) for tool in page.tools]
    ends = [v for _, r in rows for v in (r["alarm_h_q10"], r["detected_h_q90"]) if math.isfinite(v) and v > 0]
    low, high = min([0.4, *ends]) * 0.8, max([1.0, *ends]) * 1.2
    bottom = head + row_height * len(rows)
    canvas = Canvas(width, bottom + 26, page.say("fig_time"))
    canvas.legend(2, 10, legend, width)
    x = Scale(low, high, left, width - 40, log=True)
    taken = -math.inf
    for tick in (t for t in _TIME_TICKS if low <= t <= high):
        rule, label = tick == _PROMPT_H, write.hours(tick)
        canvas.line(
            x(tick),
            head,
            x(tick),
            bottom,
            stroke=MUTED if rule else tint(GREY, 0.35),
            dash="5 4" if rule else None,
        )
        half = text_width(label, 11) / 2
        if x(tick) - half > taken:
            canvas.text(x(tick), bottom + 16, label, size=11, anchor="middle", fill=INK if rule else MUTED)
            taken = x(tick) + half + 4
    for i, (tool, row) in enumerate(rows):
        top = head + row_height * i
        middle = top + row_height / 2 + (0.0 if wide else 8.0)
        canvas.line(0, top, width, top, stroke=tint(GREY, 0.35))
        canvas.text(4, middle + 4 if wide else top + 16, page.level(tool), size=11.5, halo=True)
        for name, shape, colour, y in (
            ("alarm_h", "triangle", MUTED, middle - 6),
            ("detected_h", "dot", colours[tool], middle + 7),
        ):
            q10, q50, q90 = (min(row[f"{name}_q{q}"], high) for q in (10, 50, 90))
            if not math.isfinite(q10):
                continue
            canvas.line(x(max(q10, low)), y, x(q90), y, stroke=tint(colour, 0.5), width=3.0)
            said = [page.hours(row[f"{name}_q{q}"]) for q in (10, 50, 90)]
            hint = f"{said[1]} ({said[0]} – {said[2]})"
            canvas.mark(shape, x(max(q50, low)), y, fill=colour, size=4.6, hint=hint)
    canvas.line(left, bottom, width - 40, bottom)
    return canvas.svg()
