"""Budgets in pictures: the shares of the best and the worst splits as bars, three lines as a triangle."""

from __future__ import annotations

import math

import numpy as np

from prsim.report.charts import Canvas, LegendItem, legend_height
from prsim.report.fans import fit
from prsim.report.palette import GREY, INK, MUTED, SERIES, tint
from prsim.report.scale import text_width
from prsim.report.setting import NARROW, WIDE, Figure
from prsim.report.study_design import shade, shade_key
from prsim.report.study_digest import Result
from prsim.report.study_setting import StudySetting

__all__ = ["bars_figure", "triangle_figure"]

_BEST, _WORST = 10, 5
_MOST_HINTS = 300


def bars_figure(page: StudySetting, result: Result) -> Figure | None:
    """The splits of the best and of the worst points, one bar each."""
    lines, order = page.study.split, page.study.order(result)
    if not lines or not order:
        return None
    parts = [order] if len(order) <= _BEST + _WORST else [order[:_BEST], order[-_WORST:]]
    title = page.say("fig_bars")
    note = page.say("bars_note_all" if len(parts) == 1 else "bars_note", best=_BEST, worst=_WORST,
                    measure=page.measure(result.measure))  # fmt: skip
    return Figure(title, note, *(_bars(page, result, parts, width) for width in (WIDE, NARROW)))


def _bars(page: StudySetting, result: Result, parts: list[list[int]], width: float) -> str:
    lines, wide = page.study.split, width > 500
    legend = [
        LegendItem("area", tint(SERIES[place % len(SERIES)], 0.75), page.title(line))
        for place, line in enumerate(lines)
    ]
    head, row = 10 + legend_height(legend, width - 4) + 6, 24.0 if wide else 38.0
    said = {i: page.result(result, i) for part in parts for i in part}
    rest = {index: _rest(page, index) for part in parts for index in part}
    left = min(max(text_width(rest[index], 11) for index in rest) + 12, 200.0) if wide else 4.0
    room = max(text_width(text, 11) for text in said.values()) + 12 if wide else 4.0
    height = head + row * sum(map(len, parts)) + 20.0 * (len(parts) - 1) + 6
    canvas = Canvas(width, height, page.say("fig_bars"))
    canvas.legend(2, 10, legend, width - 4)
    y = head
    for number, part in enumerate(parts):
        if number:
            canvas.text(left, y + 13, "⋮", size=13, fill=MUTED)
            y += 20.0
        for index in part:
            bar = y + (3.0 if wide else 17.0)
            canvas.text(
                4,
                bar + 13 if wide else y + 12,
                fit(rest[index], (left if wide else 0.5 * width) - 4, 11.0),
                size=11,
            )
            canvas.text(
                width - 4, bar + 13 if wide else y + 12, said[index], size=11, anchor="end", fill=MUTED
            )
            _bar(canvas, page, index, left, width - left - room, bar)
            y += row
    return canvas.svg()


def _rest(page: StudySetting, index: int) -> str:
    """Number of a point and its levels beside the split."""
    levels = page.levels(index).removeprefix(page.split(index)).removeprefix(" · ")
    return f"{page.number(index)} · {levels}" if levels else page.number(index)


def _bar(canvas: Canvas, page: StudySetting, index: int, left: float, room: float, y: float) -> None:
    shares = [float(line.levels[index]) for line in page.study.split]
    total, at = sum(shares) or 1.0, left
    for place, (line, share) in enumerate(zip(page.study.split, shares, strict=True)):
        width, said = room * share / total, page.numbers.percent(share, 0)
        hint = f"{page.title(line)}: {page.numbers.percent(share)}"
        canvas.rect(at, y, width, 17.0, fill=tint(SERIES[place % len(SERIES)], 0.75), hint=hint)
        if text_width(said, 10.5) + 4 <= width:
            canvas.text(at + width / 2, y + 12.5, said, size=10.5, anchor="middle")
        at += width


def triangle_figure(page: StudySetting, result: Result) -> Figure | None:
    """Three lines that share a budget as places in a triangle; None for any other number of lines."""
    if len(page.study.split) != 3 or not page.study.order(result):
        return None
    title = page.say("fig_triangle", measure=page.measure(result.measure))
    return Figure(
        title, page.say("triangle_note"), *(_triangle(page, result, width) for width in (WIDE, NARROW))
    )


def _triangle(page: StudySetting, result: Result, width: float) -> str:
    lines = page.study.split
    shares = np.array([line.numbers for line in lines]).T
    shares = shares / shares.sum(axis=1, keepdims=True)
    # drawn from the least share of each line up, so that bounds do not push all points into a corner
    least = shares.min(axis=0)
    size = max(1.0 - float(least.sum()), 1e-9)
    side = min(0.78 * width, 380.0)
    top, left, tall = 44.0, (width - side) / 2, side * math.sqrt(3) / 2
    corners = ((left + side / 2, top), (left, top + tall), (left + side, top + tall))
    canvas = Canvas(width, top + tall + 50, page.say("fig_triangle", measure=page.measure(result.measure)))
    for step in (0.0, 0.25, 0.5, 0.75):
        for axis in range(3):
            a, b = (axis + 1) % 3, (axis + 2) % 3
            ends = [[0.0] * 3, [0.0] * 3]
            ends[0][axis] = ends[1][axis] = step
            ends[0][a] = ends[1][b] = 1 - step
            (x1, y1), (x2, y2) = (_mix(corners, end) for end in ends)
            canvas.line(x1, y1, x2, y2, stroke=GREY if step == 0 else tint(GREY, 0.35))
    anchors = (("middle", 0.0, -24.0), ("start", -24.0, 22.0), ("end", 24.0, 22.0))
    for axis, (anchor, dx, dy) in enumerate(anchors):
        x, y = corners[axis][0] + dx, corners[axis][1] + dy
        most = page.numbers.percent(float(least[axis] + size), 0)
        canvas.text(x, y, fit(page.title(lines[axis]), 0.46 * width), size=11.5, anchor=anchor, weight="600")
        canvas.text(x, y + 15, page.say("corner", most=most), size=10.5, anchor=anchor, fill=MUTED)
    order = page.study.order(result)[::-1]
    for index in order:
        x, y = _mix(corners, ((shares[index] - least) / size).tolist())
        said = page.result(result, index)
        hint = f"{page.label(index)}: {said}" if len(order) <= _MOST_HINTS else None
        best = index == order[-1]
        canvas.add("circle", cx=x, cy=y, r=5.5, fill=shade(result, index), stroke=INK if best else tint(GREY, 0.7),
                   stroke_width=2.0 if best else 0.7, hint=hint)  # fmt: skip
    x, y = _mix(corners, ((shares[order[-1]] - least) / size).tolist())
    canvas.text(x + 9, y + 4, page.number(order[-1]), size=11, weight="600", halo=True)
    shade_key(canvas, page, result, left=4.0, y=12.0)
    return canvas.svg()


def _mix(corners: tuple[tuple[float, float], ...], parts: list[float]) -> tuple[float, float]:
    """The place between the corners that belongs to three shares."""
    x = sum(part * corner[0] for part, corner in zip(parts, corners, strict=True))
    return x, sum(part * corner[1] for part, corner in zip(parts, corners, strict=True))
