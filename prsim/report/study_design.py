"""Where the points of a study lie: one axis a factor, or a plane for two numbers; darker for better."""

from __future__ import annotations

import math

import numpy as np

from prsim.report.charts import Canvas, Frame
from prsim.report.fans import fit
from prsim.report.palette import BLUE, GREY, INK, MUTED, PAPER, tint
from prsim.report.scale import Scale, nice_ticks, text_width
from prsim.report.setting import NARROW, WIDE, Figure
from prsim.report.study_digest import Factor, Result
from prsim.report.study_figures import MOST_LEVELS
from prsim.report.study_setting import StudySetting, colour_of

__all__ = ["design_figure", "shade", "shade_key"]

_MOST_LINES = 400
_MOST_HINTS = 300
_LOG_TICKS = (1.0, 2.0, 5.0)


def design_figure(page: StudySetting, result: Result | None) -> Figure | None:
    """Every point as a line through its levels, one axis a factor, darker for better; None for one factor."""
    if len(page.study.varied) < 2:
        return None
    pair = len(page.study.varied) == 2 and not any(factor.category for factor in page.study.varied)
    note = page.say("design_note_dots" if pair else "design_note")
    if result is not None:
        key = "design_note_dark" if page.study.comparable else "design_note_shade"
        note = page.sentences([note, page.say(key, measure=page.inline(result.measure))])
    draw = _plane if pair else _axes
    return Figure(page.say("fig_design"), note, *(draw(page, result, width) for width in (WIDE, NARROW)))


def _axes(page: StudySetting, result: Result | None, width: float) -> str:
    factors, wide = page.study.varied, width > 500
    left = min(max(text_width(page.title(f), 11.5) for f in factors) + 18, 0.3 * width) if wide else 12.0
    row, first = (46.0 if wide else 62.0), (18.0 if wide else 36.0)
    height = first + row * (len(factors) - 1) + 28
    canvas = Canvas(width, height, page.say("fig_design"))
    heights = [first + row * place for place in range(len(factors))]
    scales = [_axis(factor, left, width - 24) for factor in factors]
    places = np.array([scale.place(factor.numbers) for factor, scale in zip(factors, scales, strict=True)])
    order = list(range(len(page.study.points))) if result is None else page.study.order(result)[::-1]
    stride = math.ceil(len(order) / _MOST_LINES)
    drawn = order[::-1][::stride][::-1]  # the best is always among them
    for rank, index in enumerate(drawn):
        best = result is not None and page.study.comparable and rank == len(drawn) - 1
        strength = 0.12 + 0.68 * rank / max(len(drawn) - 1, 1) if result is not None else 0.4
        colour = INK if best else tint(BLUE, strength)
        canvas.curve(places[:, index], heights, stroke=colour, width=2.4 if best else 1.0)
    for factor, scale, y in zip(factors, scales, heights, strict=True):
        canvas.line(left, y, width - 24, y, stroke=GREY)
        title = fit(page.title(factor), (left - 8) if wide else width - 20, 11.5)
        if not wide:
            canvas.rect(2, y - 25, text_width(title, 11.5) + 6, 15, fill=PAPER)
        canvas.text(2 if wide else 4, y + 4 if wide else y - 14, title, size=11.5)
        _axis_labels(canvas, page, factor, scale, y, left if wide else 0.0)
    return canvas.svg()


def _axis(factor: Factor, left: float, right: float) -> Scale:
    numbers = factor.numbers
    margin = 14.0
    return Scale(float(numbers.min()), float(numbers.max()), left + margin, right - margin, log=factor.log)


def _axis_labels(
    canvas: Canvas, page: StudySetting, factor: Factor, scale: Scale, y: float, least: float
) -> None:
    """The levels that have room, the ends first."""
    levels: list[tuple[float, str]] = []
    if factor.category:
        levels = [(float(place), page.level(factor, level)) for place, level in enumerate(factor.distinct)]
    else:
        distinct = factor.distinct
        shown = distinct if len(distinct) <= MOST_LEVELS else [scale.low, scale.high]
        levels = [(float(level), page.level(factor, level)) for level in shown]
    taken: list[tuple[float, float]] = []
    ends = [levels[0], levels[-1], *levels[1:-1]]
    for place, label in ends:
        at, half = scale(place), text_width(label, 11) / 2 + 3
        at = min(max(at, least + half), canvas.width - half)
        canvas.line(scale(place), y - 3, scale(place), y + 3, stroke=MUTED)
        if all(at + half < first or at - half > last for first, last in taken):
            canvas.rect(at - half, y + 5, 2 * half, 13, fill=PAPER)
            canvas.text(at, y + 15, label, size=11, anchor="middle", fill=MUTED)
            taken.append((at - half, at + half))


def _plane(page: StudySetting, result: Result | None, width: float) -> str:
    """Points with two numbers as dots in a plane, shaded by the result."""
    across, down = page.study.varied
    left, right, top, bottom = 62.0, width - 24, 44.0, 280.0 if width > 500 else 250.0
    canvas = Canvas(width, bottom + 42, page.say("fig_design"))
    x, y = _padded(across, left, right), _padded(down, bottom, top)
    frame = Frame(canvas, x, y)
    for tick in _ticks(down, 5):
        canvas.line(left, y(tick), right, y(tick), stroke=tint(GREY, 0.3))
        canvas.text(left - 7, y(tick) + 4, page.level(down, tick), size=11, anchor="end", fill=MUTED)
    for tick in _ticks(across, 7):
        canvas.line(x(tick), bottom, x(tick), bottom + 4, stroke=GREY)
        canvas.text(x(tick), bottom + 17, page.level(across, tick), size=11, anchor="middle", fill=MUTED)
    canvas.line(left, bottom, right, bottom, stroke=GREY)
    canvas.text(4, top - 12, fit(page.title(down), width - 8), size=11, fill=MUTED)
    canvas.text(right, bottom + 34, fit(page.title(across), width - 40), size=11, anchor="end", fill=MUTED)
    order = list(range(len(page.study.points))) if result is None else page.study.order(result)[::-1]
    for index in order:
        at = frame.x(float(across.numbers[index])), frame.y(float(down.numbers[index]))
        best = result is not None and page.study.comparable and index == order[-1]
        colour = tint(BLUE, 0.5) if result is None else shade(result, index)
        hint = page.label(index) if len(order) <= _MOST_HINTS else None
        canvas.add("circle", cx=at[0], cy=at[1], r=5.0, fill=colour, stroke=INK if best else tint(GREY, 0.7),
                   stroke_width=2.0 if best else 0.7, hint=hint)  # fmt: skip
    if result is not None and order:
        shade_key(canvas, page, result, left=4.0, y=12.0)
    return canvas.svg()


def _padded(factor: Factor, start: float, end: float) -> Scale:
    """The axis of a factor with some room at its ends."""
    room = math.copysign(10.0, end - start)
    return Scale(
        float(factor.numbers.min()), float(factor.numbers.max()), start + room, end - room, log=factor.log
    )


def _ticks(factor: Factor, most: int) -> list[float]:
    """The levels where they are few, else round numbers within their range."""
    low, high = float(factor.numbers.min()), float(factor.numbers.max())
    if len(factor.distinct) <= most:
        return [float(level) for level in factor.distinct]
    if not factor.log:
        return nice_ticks(low, high, most)
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    ticks = [step * 10.0**power for power in powers for step in _LOG_TICKS]
    ticks = [tick for tick in ticks if low <= tick <= high]
    return ticks[:: math.ceil(len(ticks) / most)] if ticks else [low, high]


def shade(result: Result, index: int) -> str:
    """The colour of a point: the better its result among all, the darker."""
    worth = result.measure.sign * result.mean
    worst, best = float(np.nanmin(worth)), float(np.nanmax(worth))
    part = (float(worth[index]) - worst) / (best - worst) if best > worst else 1.0
    return tint(colour_of(result.measure), 0.08 + 0.92 * part)


def shade_key(canvas: Canvas, page: StudySetting, result: Result, *, left: float, y: float) -> None:
    """What the shades mean, from worst to best."""
    unit, worth = page.unit(result.measure), result.measure.sign * result.mean
    ends = (result.measure.sign * float(end) for end in (np.nanmin(worth), np.nanmax(worth)))
    first, last = (page.write(end, unit, page.spread(result)) for end in ends)
    canvas.text(left, y, first, size=10.5, fill=MUTED)
    at = left + text_width(first, 10.5) + 6
    for step in range(8):
        colour = tint(colour_of(result.measure), 0.08 + 0.92 * step / 7)
        canvas.rect(at + 10 * step, y - 8, 10, 9, fill=colour)
    canvas.text(at + 86, y, last, size=10.5, fill=MUTED)
