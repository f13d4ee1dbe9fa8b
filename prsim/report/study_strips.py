"""Paired differences from a reference point as strips: a row a point, a column a measure, a dot with its intervals."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from prsim.report.charts import Canvas, LegendItem, legend_height
from prsim.report.fans import fit
from prsim.report.measures import unit_of
from prsim.report.palette import BLUE, FAINT, GREY, INK, MUTED, VERMILION, tint
from prsim.report.parts import number, text
from prsim.report.scale import Scale, nice_ticks, text_width
from prsim.report.setting import NARROW, WIDE, Figure
from prsim.report.stages import wrapped
from prsim.report.study_digest import MEASURES
from prsim.report.study_setting import StudySetting, digits_for
from prsim.report.study_words import STUDY_TEXT

__all__ = ["Column", "Difference", "columns_of", "difference_figure", "segment_figure"]

_MOST_ROWS = 40
_MOST_COLUMNS = 4
_HEAD = 52.0
_BETTER = {(m.metric, m.statistic): m.higher for m in MEASURES}


@dataclass(frozen=True, slots=True)
class Difference:
    """One paired difference, as it was given."""

    mean: float
    lo: float
    hi: float
    wide_lo: float
    wide_hi: float
    p_higher: float
    verdict: str
    n: int
    needed: float

    @property
    def told(self) -> int:
        """1 where it is told to be higher, −1 where lower, 0 where it cannot be told."""
        return {"higher": 1, "lower": -1}.get(self.verdict, 0)


@dataclass(frozen=True, slots=True)
class Column:
    """A measure's differences by row."""

    metric: str
    statistic: str
    rows: dict[object, Difference]

    @property
    def unit(self) -> str:
        """The unit of the measure."""
        return unit_of(self.metric)

    def colour(self, difference: Difference) -> str:
        """Blue for better, vermilion for worse, grey where it cannot be told or there is no better."""
        higher = _BETTER.get((self.metric, self.statistic))
        if not difference.told:
            return MUTED
        return INK if higher is None else BLUE if (difference.told > 0) == higher else VERMILION

    def verdict(self, difference: Difference, page: StudySetting) -> str:
        """Higher, lower, or cannot tell."""
        return (
            page.say(f"verdict_{difference.verdict.replace(' ', '_')}")
            if difference.told
            else page.say("verdict_cannot_tell")
        )


def _difference(row: dict[str, object]) -> Difference:
    lo, hi = number(row["lo"]), number(row["hi"])
    wide = number(row.get("lo_simultaneous")), number(row.get("hi_simultaneous"))
    return Difference(
        number(row["mean"]), lo, hi,
        wide[0] if math.isfinite(wide[0]) else lo, wide[1] if math.isfinite(wide[1]) else hi,
        number(row.get("p_higher")), text(row.get("verdict")), int(number(row["n"])),
        number(row.get("needed")),
    )  # fmt: skip


def columns_of(page: StudySetting, by: str = "point", point: int | None = None) -> list[Column]:
    """The differences by measure: of the whole audience by point, or of one point by segment."""
    table = page.study.given("differences")
    if not len(table):
        return []
    segment = table["segment"] if "segment" in table.columns else pd.Series("all", index=table.index)
    table = table.assign(segment=segment)
    table = table[table["segment"] == "all"] if by == "point" else table[table["point"] == point]
    order = {(m.metric, m.statistic): place for place, m in enumerate(MEASURES)}
    groups = [
        ((str(metric), str(statistic)), part)
        for (metric, statistic), part in table.groupby(["metric", "statistic"], observed=True, sort=False)
    ]
    groups.sort(key=lambda group: order.get(group[0], len(order)))
    columns = [
        Column(metric, statistic, {row[by]: _difference(row) for row in part.to_dict("records")})  # type: ignore[arg-type]
        for (metric, statistic), part in groups
    ]
    return columns[:_MOST_COLUMNS]


def difference_figure(page: StudySetting) -> Figure | None:
    """The difference of every point from the reference, the largest of the first measure on top."""
    columns = columns_of(page)
    if not columns:
        return None
    first = columns[0]
    sign = 1.0 if _BETTER.get((first.metric, first.statistic), True) else -1.0
    points = sorted(first.rows, key=lambda point: -sign * first.rows[point].mean)
    shown: list[list[object]] = [points]
    if len(points) > _MOST_ROWS:
        shown = [points[: _MOST_ROWS // 2], points[-_MOST_ROWS // 2 :]]
    labels = {point: _label(page, point) for part in shown for point in part}
    note = page.say("strips_note")
    if len(shown) > 1:
        note = page.sentences(
            [note, page.say("strips_note_cut", n=_MOST_ROWS // 2, left=len(points) - _MOST_ROWS)]
        )
    title = page.say("fig_strips", reference=_label(page, None))
    return Figure(title, note, *(_strips(page, columns, shown, labels, title, w) for w in (WIDE, NARROW)))


def segment_figure(page: StudySetting, index: int) -> Figure | None:
    """The differences of one point from the reference by segment of the audience."""
    columns = columns_of(page, "segment", page.study.points[index])
    if not columns or len(columns[0].rows) < 2:
        return None
    segments = list(columns[0].rows)
    labels = {
        segment: page.say("whole_audience") if segment == "all" else page.named("segment", str(segment))
        for segment in segments
    }
    title = page.say("fig_segments", point=page.label(index))
    drawings = (_strips(page, columns, [segments], labels, title, width) for width in (WIDE, NARROW))
    return Figure(title, page.say("segments_note"), *drawings)


def _label(page: StudySetting, point: object) -> str:
    index = page.study.reference if point is None else page.study.place(int(str(point)))
    return page.label(index) if index is not None else f"#{point}" if point is not None else ""


def _strips(
    page: StudySetting, columns: Sequence[Column], shown: list[list[object]], labels: dict[object, str], title: str,
    width: float,
) -> str:  # fmt: skip
    wide = width > 500
    legend = [
        LegendItem("whisker", BLUE, page.say("legend_better")),
        LegendItem("whisker", VERMILION, page.say("legend_worse")),
        LegendItem("ring", MUTED, page.say("legend_unsure")),
    ]
    head = 10 + legend_height(legend, width - 4)
    count = sum(map(len, shown)) + 0.7 * (len(shown) - 1)
    left = min(max(text_width(label, 11) for label in labels.values()) + 10, 0.36 * width) if wide else 0.0
    row = 22.0 if wide else 34.0
    blocks = [list(columns)] if wide else [[column] for column in columns]
    block = _HEAD + row * count + 24.0
    canvas = Canvas(width, head + block * len(blocks), title)
    canvas.legend(2, 10, legend, width - 4)
    for number_, part in enumerate(blocks):
        top = head + block * number_ + _HEAD
        heights = _row_labels(canvas, shown, labels, top, row, left, width)
        room = (width - left) / len(part)
        for place, column in enumerate(part):
            _strip(canvas, page, column, heights, left + room * place, room, (top, top + row * count))
    return canvas.svg()


def _head(canvas: Canvas, page: StudySetting, column: Column, left: float, top: float, room: float) -> None:
    """The measure above its strip, its unit below it."""
    title = page.metric(column.metric, column.statistic)
    size = (
        10.5 if room < text_width(title, 11.5) <= 1.1 * room else 11.5
    )  # rather smaller than a line of one letter
    for line, part in enumerate(reversed([title] if size < 11 else wrapped(title, room, 2))):
        canvas.text(left, top - 22 - 14 * line, part, size=size, weight="600")
    if f"unit_{column.unit}" in STUDY_TEXT:
        canvas.text(left, top - 7, fit(page.say(f"unit_{column.unit}"), room, 10.5), size=10.5, fill=MUTED)


def _signed(page: StudySetting, scaled: float, digits: int) -> str:
    """A difference with its sign, without the unit that stands in the head."""
    said = page.numbers.plain(scaled, digits)
    return "+" + said if scaled > 0 and said.strip("0.") else said


def _signed_band(page: StudySetting, low: float, high: float, digits: int) -> str:
    return page.say("band", low=_signed(page, low, digits), high=_signed(page, high, digits))


def _row_labels(
    canvas: Canvas, shown: list[list[object]], labels: dict[object, str], top: float, row: float, left: float,
    width: float,
) -> dict[object, float]:  # fmt: skip
    """Name the rows, beside the strips or above them; returns where each is drawn."""
    heights, y = {}, top
    for part_number, part in enumerate(shown):
        if part_number:
            canvas.text(left / 2 + 6, y + 0.5 * row, "⋮", size=13, fill=MUTED)
            y += 0.7 * row
        for place, key in enumerate(part):
            if place % 2 == 0:
                canvas.rect(0, y, width, row, fill=FAINT)
            heights[key] = y + row / 2 if left else y + 24.0
            room = left - 8 if left else width - 8
            canvas.text(4, heights[key] + 4 if left else y + 13, fit(labels[key], room, 11.0), size=11)
            y += row
    return heights


def _strip(
    canvas: Canvas, page: StudySetting, column: Column, heights: dict[object, float], left: float, room: float,
    ends_y: tuple[float, float],
) -> None:  # fmt: skip
    top, bottom = ends_y
    found = {key: d for key in heights if (d := column.rows.get(key)) is not None and math.isfinite(d.mean)}
    factor = 100.0 if column.unit in ("share", "ratio") else 1.0
    largest = max((abs(d.mean) for d in found.values()), default=0.0) * factor
    exact = max(digits_for(largest, ""), 1)
    said = {key: _signed(page, factor * d.mean, exact) for key, d in found.items()}
    digits = max((text_width(text_, 10.5) for text_ in said.values()), default=0.0)
    _head(canvas, page, column, left + 4, top, room - 10)
    ends = [end for d in found.values() for end in (d.wide_lo, d.wide_hi, d.mean) if math.isfinite(end)]
    low, high = min([0.0, *ends]), max([0.0, *ends])
    if not high > low:
        high = low + 1.0
    x = Scale(low - 0.03 * (high - low), high + 0.03 * (high - low), left + 8, left + room - digits - 12)
    zeros = [(top, bottom)] if left else [(y - 8.0, y + 10.0) for y in heights.values()]
    for first, last in zeros:
        canvas.line(x(0.0), first, x(0.0), last, stroke=MUTED)
    ticks = nice_ticks(x.low, x.high, most=3)
    step = ticks[1] - ticks[0] if len(ticks) > 1 else 1.0
    taken = -math.inf
    for tick in ticks:
        canvas.line(x(tick), bottom, x(tick), bottom + 4, stroke=GREY)
        label = page.tick(factor * tick, "", factor * step)
        half = text_width(label, 10.5) / 2
        if x(tick) - half > taken:
            canvas.text(x(tick), bottom + 15, label, size=10.5, anchor="middle", fill=MUTED)
            taken = x(tick) + half + 5
    for key, d in found.items():
        y, colour = heights[key], column.colour(d)
        for lo, hi, thick in ((d.wide_lo, d.wide_hi, 1.4), (d.lo, d.hi, 3.0)):
            if math.isfinite(lo) and math.isfinite(hi):
                canvas.line(
                    x(lo), y, x(hi), y, stroke=colour if thick > 2 else tint(colour, 0.5), width=thick
                )
        hint = page.say(
            "strip_hint", mean=_signed(page, factor * d.mean, exact + 1),
            band=_signed_band(page, factor * d.lo, factor * d.hi, exact + 1),
            wide=_signed_band(page, factor * d.wide_lo, factor * d.wide_hi, exact + 1),
            chance=page.numbers.percent(d.p_higher, 0), verdict=column.verdict(d, page), n=d.n,
        )  # fmt: skip
        if not d.told and math.isfinite(d.needed):
            hint += page.say("strip_needed", n=page.numbers.count(d.needed))
        canvas.mark("dot" if d.told else "ring", x(d.mean), y, fill=colour, size=3.8, hint=hint)
        weight = "600" if d.told else None
        canvas.text(left + room - 6, y + 4, said[key], size=10.5, anchor="end", fill=colour, weight=weight)
