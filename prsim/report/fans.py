"""Measures over time with their bands: a track of readings in, an SVG picture out."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from prsim.report.charts import Canvas, Frame, LegendItem, legend_height
from prsim.report.palette import BLUE, FAINT, GREY, INK, MUTED, PAPER, VERMILION, tint
from prsim.report.readings import Fan, Track
from prsim.report.scale import Scale, log_ticks, nice_range, nice_ticks, text_width
from prsim.report.setting import WIDE, Marker, Setting

__all__ = [
    "Strip", "Style", "Waves", "draw_fan", "fan_chart", "fan_panel", "fit", "mark_incidents", "small_fan", "sparkline",
]  # fmt: skip

_STRENGTH = {"band95": 0.14, "band_range": 0.14, "band80": 0.3, "band50": 0.52}
_MOST_POINTS = 260


@dataclass(frozen=True, slots=True)
class Style:
    """How a measure is drawn: its unit, colour, target, natural limits and the least range worth showing."""

    unit: str
    colour: str = BLUE
    target: float = math.nan
    low: float = -math.inf
    high: float = math.inf
    least_span: float = 0.0


@dataclass(frozen=True, slots=True)
class Waves:
    """A measure as surveyed: median over runs per wave and the standard error of one survey."""

    survey: Track
    error: Track | None


@dataclass(frozen=True, slots=True)
class Strip:
    """A narrow logarithmic panel under the main one, for how much a share is a share of."""

    track: Track
    title: str


def _span(fan: Fan, style: Style, extra: Sequence[float]) -> tuple[float, float]:
    low, high = fan.extent()
    numbers = [number for number in (low, high, style.target, *extra) if math.isfinite(number)]
    if not numbers:
        return 0.0, 1.0
    low, high = nice_range(min(numbers), max(numbers), least_span=style.least_span)
    low, high = max(low, style.low), min(high, style.high)
    return (low, high) if high > low else (low - 0.5, low + 0.5)


def draw_fan(frame: Frame, fan: Fan, colour: str, *, width: float = 1.8) -> None:
    """Bands from the outermost in, then the median."""
    x = frame.x.place(fan.times_h)
    for name, low, high in fan.bands:
        frame.canvas.ribbon(x, frame.y.place(low), frame.y.place(high), fill=tint(colour, _STRENGTH[name]))
    frame.canvas.curve(x, frame.y.place(fan.median), stroke=colour, width=width)


def fan_legend(fan: Fan, setting: Setting, colour: str) -> list[LegendItem]:
    """The median (or the one run) and each band."""
    words = setting.words
    items = [LegendItem("line", colour, words("legend_median" if fan.bands else "legend_run"))]
    for name, _, _ in reversed(fan.bands):
        items.append(
            LegendItem("area", tint(colour, _STRENGTH[name]), words("legend_" + name, runs=setting.runs))
        )
    return items


def mark_incidents(frame: Frame, markers: Sequence[Marker], setting: Setting, badges_y: float) -> None:
    """Shade each incident until it is resolved, and number it above the plot."""
    low, high = frame.x.low, frame.x.high
    shown = [marker for marker in markers if low <= marker.start_h <= high]
    for marker in shown:
        if math.isfinite(marker.resolved_h):
            frame.span(marker.start_h, min(marker.resolved_h, high))
    taken = -math.inf
    for marker in shown:
        at = frame.x(marker.start_h)
        frame.canvas.line(at, frame.top, at, frame.bottom, stroke=MUTED, dash="2 3")
        badge_x = max(at, taken + 17)
        taken = badge_x
        hint = f"{marker.title} · {setting.dates.moment(marker.start_h)}"
        frame.canvas.badge(badge_x, badges_y, str(marker.number), hint=hint)


def mark_statements(frame: Frame, markers: Sequence[Marker], setting: Setting) -> None:
    """A diamond on the base line at the median time of each official statement."""
    for marker in markers:
        if math.isfinite(marker.statement_h) and frame.x.low <= marker.statement_h <= frame.x.high:
            hint = f"{setting.words('stage_statement')} · {setting.dates.moment(marker.statement_h)}"
            frame.canvas.mark("diamond", frame.x(marker.statement_h), frame.bottom, fill=INK, hint=hint)


def _waves(frame: Frame, waves: Waves, setting: Setting) -> None:
    middle = waves.survey.fan(setting.runs_for_95).median
    spread = np.full(len(middle), np.nan)
    if waves.error is not None and np.array_equal(waves.error.times_h, waves.survey.times_h):
        spread = 1.96 * waves.error.fan(setting.runs_for_95).median
    for hour, value, half in zip(waves.survey.times_h, middle, spread, strict=True):
        if not math.isfinite(value):
            continue
        at = frame.x(float(hour))
        if math.isfinite(half):
            frame.canvas.line(at, frame.y(value - half), at, frame.y(value + half), stroke=INK, width=1.4)
        write = setting.numbers.value
        hint = f"{setting.dates.day(float(hour))} · {write(float(value), 'points')} ± {write(float(half), 'points')}"
        frame.canvas.mark("dot", at, frame.y(value), fill=INK, size=3.8, hint=hint)


def _wave_extent(waves: Waves | None, setting: Setting) -> list[float]:
    if waves is None:
        return []
    middle = waves.survey.fan(setting.runs_for_95).median
    half = np.zeros(len(middle))
    if waves.error is not None and len(waves.error.times_h) == len(middle):
        half = np.nan_to_num(1.96 * waves.error.fan(setting.runs_for_95).median)
    ends = np.concatenate([middle - half, middle + half])
    ends = ends[np.isfinite(ends)]
    return [float(ends.min()), float(ends.max())] if ends.size else []


def fan_chart(
    track: Track, setting: Setting, style: Style, title: str, width: float = WIDE, *,
    waves: Waves | None = None, strip: Strip | None = None,
) -> str:  # fmt: skip
    """A measure over the whole period: bands, target, incidents, survey waves and a strip for its base.

    Parameters
    ----------
    track
        The measure, already at the resolution to draw (it is thinned to days or longer when it is finer).
    setting, style
        Language, calendar and markers; unit, colour and target.
    title
        What the picture shows, for readers who do not see it.
    width
        Drawing width; the height follows.
    """
    words, wide = setting.words, width > 500
    fan = track.thinned(_MOST_POINTS).fan(setting.runs_for_95)
    legend = fan_legend(fan, setting, style.colour)
    if waves is not None:
        legend.append(LegendItem("whisker", INK, words("legend_survey")))
    if setting.markers:
        legend.append(LegendItem("badge", INK, words("legend_incident")))
        legend.append(LegendItem("diamond", INK, words("legend_statement")))
    left, right = 48.0, width - 10
    head = 8 + legend_height(legend, right) + (20 if setting.markers else 4)
    plot = 230.0 if wide else 210.0
    strip_height = 62.0 if strip else 0.0
    canvas = Canvas(width, head + plot + strip_height + 24, title)
    canvas.legend(2, 10, legend, right)
    low, high = _span(fan, style, _wave_extent(waves, setting))
    x = Scale(0.0, max(setting.horizon_h, float(track.times_h[-1])), left, right)
    frame = Frame(canvas, x, Scale(low, high, head + plot, head))
    mark_incidents(frame, setting.markers, setting, head - 10)
    ticks = nice_ticks(low, high)
    step = ticks[1] - ticks[0] if len(ticks) > 1 else 1.0
    frame.y_axis(ticks, lambda number: setting.numbers.tick(number, style.unit, step))
    draw_fan(frame, fan, style.colour)
    dates = setting.dates.ticks(x.low, x.high, 9 if wide else 5)
    frame.x_axis(dates, labels=strip is None)
    if math.isfinite(style.target):
        target = setting.numbers.target(style.target, style.unit)
        frame.level(style.target, words("target_level", target=target))
    if waves is not None:
        _waves(frame, waves, setting)
    mark_statements(frame, setting.markers, setting)
    if strip is not None:
        bottom = head + plot + strip_height
        _draw_strip(canvas, strip, x, Scale(0, 1, bottom, bottom - strip_height + 22), setting).x_axis(dates)
    return canvas.svg()


def _draw_strip(canvas: Canvas, strip: Strip, x: Scale, place: Scale, setting: Setting) -> Frame:
    fan = strip.track.thinned(_MOST_POINTS).fan(setting.runs_for_95, outer=False)
    top = np.nanmax(fan.median) if np.isfinite(fan.median).any() else 1.0
    positive = fan.median[fan.median > 0]
    low = 10.0 ** math.floor(math.log10(positive.min())) if positive.size else 1.0
    high = 10.0 ** math.ceil(math.log10(max(top, low * 10)))
    frame = Frame(canvas, x, Scale(low, high, place.start, place.end, log=True))
    frame.y_axis(log_ticks(low, high, 3), lambda number: setting.numbers.count(number))
    base = np.where(np.isfinite(fan.median), low, np.nan)
    xs = x.place(fan.times_h)
    canvas.ribbon(xs, frame.y.place(base), frame.y.place(np.maximum(fan.median, low)), fill=tint(GREY, 0.55))
    canvas.text(frame.left, frame.top - 5, strip.title, size=11, fill=MUTED)
    return frame


def small_fan(
    track: Track,
    setting: Setting,
    style: Style,
    title: str,
    limits: tuple[float, float],
    *,
    log: bool = False,
) -> str:
    """One of several small panels on a common scale: median, one band, and the last number."""
    fan = track.thinned(_MOST_POINTS).fan(setting.runs_for_95, outer=False)
    final = np.nanmedian(track.last())
    said = "" if log else setting.numbers.value(float(final), style.unit)
    return fan_panel(fan, setting, style, title, limits, said=said, log=log)


def fan_panel(
    fan: Fan, setting: Setting, style: Style, title: str, limits: tuple[float, float], *, said: str = "",
    beside: Fan | None = None, log: bool = False,
) -> str:  # fmt: skip
    """A small panel: median and bands, a number in the corner, and another median in grey to compare with."""
    width, height, left = 300.0, 168.0, 44.0
    canvas = Canvas(width, height, title)
    x = Scale(0.0, max(setting.horizon_h, float(fan.times_h[-1])), left, width - 8)
    frame = Frame(canvas, x, Scale(*limits, height - 24, 30.0, log=log))
    for marker in setting.markers:
        at = x(marker.start_h)
        canvas.line(at, frame.top, at, frame.bottom, stroke=GREY, dash="2 3")
    ticks = log_ticks(*limits, most=4) if log else nice_ticks(*limits, most=4)
    step = ticks[1] - ticks[0] if len(ticks) > 1 else 1.0
    frame.y_axis(ticks, lambda number: setting.numbers.tick(number, style.unit, step))
    if beside is not None:
        canvas.curve(
            x.place(beside.times_h), frame.y.place(beside.median), stroke=MUTED, width=1.2, dash="3 2"
        )
    draw_fan(frame, fan, style.colour, width=1.5)
    frame.x_axis(setting.dates.ticks(x.low, x.high, 4))
    canvas.text(width - 8, 16, said, anchor="end", weight="600", fill=style.colour)
    room = width - 16 - (text_width(said, 13) if said else 0)
    canvas.text(4, 16, fit(title, room), weight="600")
    return canvas.svg()


def fit(text: str, room: float, size: float = 12.5) -> str:
    """A text cut to the room it has, with an ellipsis where something is lost."""
    if text_width(text, size) <= room:
        return text
    while text and text_width(text + "…", size) > room:
        text = text[:-1]
    return text + "…"


def sparkline(track: Track, setting: Setting, title: str) -> str:
    """A measure in the height of a line of text."""
    canvas = Canvas(150, 30, title)
    fan = track.thinned(130).fan(setting.runs_for_95, outer=False)
    low, high = fan.extent()
    if not high > low:
        low, high = low - 1, high + 1
    x = Scale(0.0, max(setting.horizon_h, float(track.times_h[-1])), 2, 148)
    canvas.rect(0, 0, 150, 30, fill=FAINT)
    draw_fan(Frame(canvas, x, Scale(low, high, 27, 3)), fan, BLUE, width=1.3)
    return canvas.svg()


def closeup(track: Track, setting: Setting, marker: Marker, last_h: float, title: str) -> str:
    """The negative share around one incident, from a day before to a week after, in hours since it began."""
    width, height, left = 300.0, 190.0, 40.0
    canvas = Canvas(width, height, title)
    fan = track.fan(setting.runs_for_95, outer=False)
    x = Scale(marker.start_h - 24, last_h, left, width - 10)
    frame = Frame(canvas, x, Scale(0.0, 1.0, height - 24, 32.0))
    frame.y_axis([0, 0.25, 0.5, 0.75, 1.0], lambda number: setting.numbers.tick(number, "share", 0.25))
    inside = (fan.times_h >= x.low) & (fan.times_h <= x.high)
    bands = tuple((name, low[inside], high[inside]) for name, low, high in fan.bands)
    draw_fan(frame, Fan(fan.times_h[inside], fan.median[inside], bands), VERMILION)
    at = frame.x(marker.start_h)
    canvas.line(at, frame.top, at, frame.bottom, stroke=MUTED, dash="2 3")
    canvas.badge(11, 12, str(marker.number))
    canvas.text(25, 16, fit(marker.title, width - 40), weight="600")
    for shape, hour in (
        ("dot", marker.first_response_h),
        ("diamond", marker.statement_h),
        ("ring", marker.resolved_h),
    ):
        if math.isfinite(hour) and hour <= x.high:
            canvas.mark(shape, frame.x(hour), frame.bottom, fill=INK, stroke=PAPER, size=4.0)
    canvas.line(frame.left, frame.bottom, frame.right, frame.bottom, stroke=GREY)
    for day in range(-1, int((x.high - marker.start_h) // 24) + 1):
        place = frame.x(marker.start_h + 24 * day)
        canvas.line(place, frame.bottom, place, frame.bottom + 4, stroke=GREY)
        if day % 2 == 0:
            label = (
                setting.dates.day(marker.start_h)
                if day == 0
                else "+" + setting.words("hours_later", hours=day * 24)
            )
            canvas.text(place, frame.bottom + 17, label, size=10.5, anchor="middle", fill=MUTED)
    return canvas.svg()
