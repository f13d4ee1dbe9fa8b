"""The figures of the page on the warning system: hits against false alarms, and how early the team knows."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from prsim.report.charts import Canvas, Frame, LegendItem, legend_height
from prsim.report.numerals import MISSING, Numerals
from prsim.report.palette import GREY, INK, MUTED, SERIES, tint
from prsim.report.scale import Scale, log_ticks, text_width
from prsim.report.setting import NARROW, WIDE, Figure
from prsim.report.warning_words import WARNING_TEXT
from prsim.report.words import LANGUAGES

__all__ = ["WarningSetting", "curve_figure", "records", "time_figure"]

_TIME_TICKS = (1 / 12, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 24.0, 72.0, 168.0)
_PROMPT_H = 0.5


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a table as mappings."""
    return [{str(k): v for k, v in row.items()} for row in table.to_dict("records")]


@dataclass(frozen=True, slots=True)
class WarningSetting:
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
        return records(self.settings[self.settings["tool"] == tool])

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


def curve_figure(page: WarningSetting) -> Figure:
    """Crises known in time over false alarms a month."""
    draw = [_curve(page, width) for width in (WIDE, NARROW)]
    return Figure(page.say("fig_curve"), page.say("fig_curve_note"), *draw)


def time_figure(page: WarningSetting) -> Figure:
    """How long it takes until the alarm, and until the team knows."""
    draw = [_times(page, width) for width in (WIDE, NARROW)]
    return Figure(page.say("fig_time"), page.say("fig_time_note"), *draw)


def _colours(page: WarningSetting) -> dict[float, str]:
    return {tool: SERIES[i % len(SERIES)] for i, tool in enumerate(page.tools)}


def _curve(page: WarningSetting, width: float) -> str:
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


def _times(page: WarningSetting, width: float) -> str:
    """From the beginning of a crisis to the alarm and to the team's knowledge, a row for each tool level."""
    write, colours, wide = page.numbers, _colours(page), width > 500
    legend = [LegendItem("triangle", MUTED, page.say("alarm")), LegendItem("dot", INK, page.say("knows"))]
    head, row_height = 10 + legend_height(legend, width) + 8, 44.0 if wide else 60.0
    widest = max(text_width(page.level(tool), 11.5) for tool in page.tools)
    left = min(widest + 24, 0.5 * width) if wide else 12.0
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
