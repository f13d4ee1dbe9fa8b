"""How fast the team acted, and what difference incidents, response and campaign made."""

from __future__ import annotations

import math
from collections.abc import Sequence

from prsim.report.charts import Canvas, LegendItem, legend_height
from prsim.report.palette import BLUE, FAINT, GREEN, GREY, INK, MUTED, ORANGE, PURPLE, VERMILION, tint
from prsim.report.parts import Contrast, Effect, Incident
from prsim.report.scale import Scale, text_width
from prsim.report.setting import Setting

__all__ = ["effect_chart", "kpi_bullet", "response_chart", "row_scales", "wrapped"]

_STAGES = (
    ("detected_h", "stage_detected", "dot", GREY),
    ("first_response_h", "stage_first_response", "triangle", BLUE),
    ("statement_h", "stage_statement", "diamond", PURPLE),
    ("resolved_h", "stage_resolved", "square", GREEN),
)
_RULES = (0.5, 48.0)
_HOUR_TICKS = (1 / 12, 0.5, 2.0, 8.0, 24.0, 48.0, 168.0, 720.0)


def response_chart(incidents: Sequence[Incident], setting: Setting, width: float) -> str:
    """Time from the start of each incident to each stage, on a logarithmic scale, with 80 % intervals."""
    words, numbers, wide = setting.words, setting.numbers, width > 500
    legend = [LegendItem(shape, colour, words(name)) for _, name, shape, colour in _STAGES]
    head = 8 + legend_height(legend, width) + 12
    row = 54.0 if wide else 80.0
    left = 190.0 if wide else 10.0
    canvas = Canvas(width, head + row * len(incidents) + 28, words("fig_response_title"))
    canvas.legend(2, 10, legend, width - 4)
    known = [
        number for incident in incidents for stage in _STAGES
        for number in (getattr(incident, stage[0]).q10, getattr(incident, stage[0]).q90) if number > 0
    ]  # fmt: skip
    low = max(min([0.4, *known]) * 0.8, 1 / 60)
    high = max([60.0, *known]) * 1.25
    bottom = head + row * len(incidents)
    x = Scale(low, high, left, width - 14, log=True)
    _hour_axis(canvas, x, head, bottom, setting)
    for index, incident in enumerate(incidents):
        top = head + index * row
        canvas.line(0, top, width, top, stroke=tint(GREY, 0.35))
        canvas.badge(11, top + 16, str(incident.number))
        name = setting.say(incident.title)
        for line, part in enumerate(wrapped(name, left - 34 if wide else width - 40, 2 if wide else 1)):
            canvas.text(26, top + 20 + 14 * line, part, size=11.5, halo=True)
        first = top + (12 if wide else 38)
        for place, (field, label, shape, colour) in enumerate(_STAGES):
            spread = getattr(incident, field)
            if not spread.known:
                continue
            y = first + place * 10.0
            if spread.q90 > 0 and math.isfinite(spread.q10):
                canvas.line(x(max(spread.q10, low)), y, x(spread.q90), y, stroke=tint(colour, 0.6), width=3.0)
            hint = (
                f"{words(label)}: {numbers.hours(spread.q50)} ({numbers.band(spread.q10, spread.q90, 'h')})"
            )
            canvas.mark(shape, x(max(spread.q50, low)), y, fill=colour, size=4.2, hint=hint)
    canvas.line(left, bottom, width - 14, bottom, stroke=GREY)
    return canvas.svg()


def _hour_axis(canvas: Canvas, x: Scale, top: float, bottom: float, setting: Setting) -> None:
    """Hours on a logarithmic axis; the two rules of the trade are dashed and get their labels first."""
    taken: list[tuple[float, float]] = []
    ticks = [tick for tick in _HOUR_TICKS if x.low <= tick <= x.high]
    for tick in sorted(ticks, key=lambda tick: tick not in _RULES):
        at, label, rule = x(tick), setting.numbers.hours(tick), tick in _RULES
        canvas.line(
            at, top, at, bottom, stroke=MUTED if rule else tint(GREY, 0.35), dash="5 4" if rule else None
        )
        half = text_width(label, 11) / 2 + 2
        if all(at + half < first or at - half > last for first, last in taken):
            canvas.text(at, bottom + 16, label, size=11, anchor="middle", fill=INK if rule else MUTED)
            taken.append((at - half, at + half))


def wrapped(text: str, room: float, most: int) -> list[str]:
    """Break a title into at most `most` lines; what does not fit ends in an ellipsis."""
    lines = [""]
    for character in text:
        closes = character in "）】》”，。、：；？！)"  # never begins a line
        if text_width(lines[-1] + character, 11.5) > room and not closes:
            head, space, tail = lines[-1].rpartition(" ")
            if len(lines) == most:
                return [*lines[:-1], lines[-1][:-1] + "…"]
            if space and character.isascii():
                lines[-1] = head
                lines.append(tail + character)
                continue
            lines.append("")
        lines[-1] += character
    return [line.strip() for line in lines]


def row_scales(effects: Sequence[Effect]) -> dict[str, float]:
    """For each measure the largest end of any interval, so that its rows share a scale across effects."""
    largest: dict[str, float] = {}
    for effect in effects:
        for row in effect.rows:
            ends = [abs(number) for number in (row.mean, row.low, row.high) if math.isfinite(number)]
            largest[row.metric] = max([largest.get(row.metric, 0.0), *ends])
    return largest


def effect_chart(effect: Effect, setting: Setting, scales: dict[str, float]) -> str:
    """Paired differences as dots with intervals around a common zero; each measure has its own scale."""
    width, row, top = 300.0, 40.0, 4.0
    height = top + row * len(effect.rows) + 6
    canvas = Canvas(width, height, setting.say(effect.title))
    middle, half = 116.0, 104.0
    for index in range(0, len(effect.rows), 2):
        canvas.rect(0, top + row * index, width, row, fill=FAINT)
    for index, contrast in enumerate(effect.rows):
        y = top + row * (index + 0.5)
        canvas.line(middle, y, middle, y + 14, stroke=MUTED)
        canvas.text(4, y - 6, setting.words.metric(contrast.metric), size=11.5)
        _contrast(canvas, contrast, setting, middle, half, y + 7, scales.get(contrast.metric, 0.0))
        said = setting.numbers.delta(contrast.mean, contrast.unit)
        canvas.text(
            width - 4, y - 6, said, size=11.5, anchor="end", weight="600", fill=_verdict_colour(contrast)
        )
        canvas.text(
            width - 4, y + 11, setting.words.verdict(contrast.verdict), size=10.5, anchor="end", fill=MUTED
        )
    return canvas.svg()


def _verdict_colour(contrast: Contrast) -> str:
    return {"better": BLUE, "worse": VERMILION}.get(contrast.verdict, MUTED)


def _contrast(
    canvas: Canvas, contrast: Contrast, setting: Setting, middle: float, half: float, y: float, largest: float
) -> None:
    if not (largest > 0 and math.isfinite(contrast.mean)):
        return
    x = Scale(-largest, largest, middle - half, middle + half)
    colour = _verdict_colour(contrast)
    if math.isfinite(contrast.low) and math.isfinite(contrast.high):
        canvas.line(x(contrast.low), y, x(contrast.high), y, stroke=colour, width=2.4)
    hint = setting.numbers.band(contrast.low, contrast.high, contrast.unit, delta=True)
    shape = "dot" if contrast.verdict in ("better", "worse") else "ring"
    canvas.mark(shape, x(contrast.mean), y, fill=colour, size=4.5, hint=hint)


def kpi_bullet(
    quantiles: dict[str, float], target: float, baseline: float, write_target: str, label: str
) -> str:
    """A target against the bands of a result: 80 % light, 50 % dark, median white, target a line."""
    width, height = 240.0, 44.0
    canvas = Canvas(width, height, label)
    numbers = [n for n in (quantiles["q10"], quantiles["q90"], target, baseline) if math.isfinite(n)]
    if not numbers:
        return canvas.svg()
    low, high = min(numbers), max(numbers)
    room = (high - low) * 0.08 or max(abs(high), 1.0) * 0.1
    x = Scale(low - room, high + room, 2, width - 2)
    top, depth = 20.0, 14.0
    canvas.rect(0, top, width, depth, fill=FAINT)
    for first, last, strength in (("q10", "q90", 0.35), ("q25", "q75", 0.7)):
        left, right = x(quantiles[first]), x(quantiles[last])
        if math.isfinite(left) and math.isfinite(right):
            canvas.rect(left, top, max(right - left, 2.0), depth, fill=tint(BLUE, strength))
    if math.isfinite(baseline):
        canvas.mark("ring", x(baseline), top + depth / 2, fill=GREY, size=3.6)
    if math.isfinite(quantiles["q50"]):
        at = x(quantiles["q50"])
        canvas.line(at, top - 2, at, top + depth + 2, stroke=INK, width=2.6)
    if math.isfinite(target):
        at = x(target)
        canvas.line(at, top - 6, at, top + depth + 6, stroke=ORANGE, width=2.4)
        edge = text_width(write_target, 11) / 2 + 2
        canvas.text(min(max(at, edge), width - edge), 11, write_target, size=11, anchor="middle", fill=MUTED)
    return canvas.svg()
