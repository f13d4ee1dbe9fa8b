"""A study along an axis: results over time by level, damage over hours of delay, intervals over replicates."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd

from prsim.report.charts import Canvas, Frame, LegendItem, legend_height
from prsim.report.dates import Tick
from prsim.report.fans import Style, fan_panel, fit
from prsim.report.measures import unit_of
from prsim.report.palette import GREY, MUTED, SERIES, tint
from prsim.report.parts import number
from prsim.report.readings import Fan
from prsim.report.scale import Scale, nice_range, nice_ticks
from prsim.report.setting import NARROW, WIDE
from prsim.report.study_digest import Measure, Result, mean_interval
from prsim.report.study_setting import StudySetting, colour_of

__all__ = ["convergence_panels", "curve_legend", "curve_panels", "fan_groups", "slices"]

_MOST_PANELS = 9
_MOST_SLICES = 2
_MOST_TIMES = 122
_FANS = (
    Measure("nps", "mean", True),
    Measure("sentiment", "mean", True),
    Measure("negative_share", "mean", False),
)
_LEAST_SPAN = {"points": 1.0, "index": 0.02, "share": 0.02}
_HOUR_TICKS = (0.5, 1.0, 2.0, 4.0, 8.0, 24.0, 72.0, 168.0)
_CONVERGING = 3


# over time -----------------------------------------------------------------------------------------------------


def slices(page: StudySetting, anchor: int, result: Result | None) -> list[tuple[str, list[tuple[str, int]]]]:
    """(what is shown, (panel's title, point)…): all points, or those along a factor, or from best to worst."""
    study = page.study
    everything = list(range(len(study.points)))
    if len(everything) <= _MOST_PANELS:
        return [(page.say("fans_all"), [(page.label(index), index) for index in everything])]
    found: list[tuple[str, list[tuple[str, int]]]] = []
    for factor in study.varied:
        others = [other for other in study.varied if other is not factor]
        along = [i for i in everything if all(o.levels[i] == o.levels[anchor] for o in others)]
        along.sort(key=lambda index: float(factor.numbers[index]))
        if len(along) < 2 or len(along) < min(len(factor.distinct), 3):
            continue
        named = [(page.level(factor, factor.levels[index]), index) for index in _spaced(along)]
        others_said = page.say("fans_along", factor=page.title(factor), anchor=page.label(anchor))
        found.append((others_said if len(study.varied) > 1 else page.say("fans_all"), named))
    found.sort(key=lambda part: -len(part[1]))
    found = found[:_MOST_SLICES]
    if len(found) < _MOST_SLICES and result is not None:
        order = _spaced(study.order(result))
        said = page.say(
            "fans_ranked", measure=page.measure(result.measure), n=len(order), points=len(everything)
        )
        found.append((said, [(page.label(index), index) for index in order]))
    return found


def _spaced(order: list[int]) -> list[int]:
    """At most nine of a list, both ends among them, evenly spaced."""
    if len(order) <= _MOST_PANELS:
        return order
    return [order[round(place)] for place in np.linspace(0, len(order) - 1, _MOST_PANELS)]


def fan_groups(
    page: StudySetting, chosen: list[tuple[str, int]], metric_count: int = len(_FANS)
) -> list[tuple[str, list[str]]]:
    """(measure, panels on a common scale) of the chosen points, the reference's median in grey."""
    bands = page.study.bands
    if not len(bands):
        return []
    reference = page.study.reference
    wanted = {index for _, index in chosen} | ({reference} if reference is not None else set())
    points = {page.study.points[index]: index for index in wanted}
    near = bands[(bands["segment"] == "all") & bands["point"].isin(points)]
    groups = []
    for measure in _FANS[:metric_count]:
        rows = near[near["metric"] == measure.metric]
        fans = {index: _fan(rows[rows["point"] == point]) for point, index in points.items()}
        fans = {index: fan for index, fan in fans.items() if np.isfinite(fan.median).any()}
        shown = [(title, fans[index], index) for title, index in chosen if index in fans]
        if not shown:
            continue
        lows, highs = zip(*(fan.extent() for _, fan, _ in shown), strict=True)
        unit = page.unit(measure)
        limits = nice_range(min(lows), max(highs), least_span=_LEAST_SPAN.get(unit, 1.0), most=4)
        beside = fans.get(reference) if reference is not None else None
        style = Style(unit, colour_of(measure))
        panels = [
            fan_panel(
                fan, page.setting, style, title, limits, said=_last(page, fan, unit, limits[1] - limits[0]),
                beside=None if index == reference else beside,
            )
            for title, fan, index in shown
        ]  # fmt: skip
        groups.append((page.setting.words.metric(measure.metric), panels))
    return groups


def _last(page: StudySetting, fan: Fan, unit: str, spread: float) -> str:
    known = fan.median[np.isfinite(fan.median)]
    return page.write(float(known[-1]), unit, spread)


def _fan(rows: pd.DataFrame) -> Fan:
    """Quantiles over runs as they are stored, thinned to what a small panel can show."""
    rows = rows.sort_values("time_h")
    stride = math.ceil(len(rows) / _MOST_TIMES)
    times, low, median, high = (
        rows[name].to_numpy(dtype=np.float64, na_value=np.nan)[::stride]
        for name in ("time_h", "q10", "q50", "q90")
    )
    return Fan(times, median, (("band80", low, high),))


# over hours of delay -------------------------------------------------------------------------------------------


def curve_panels(page: StudySetting) -> list[tuple[str, list[str]]]:
    """(measure, a panel for each incident): damage over hours with intervals, a line a strategy, and the knees."""
    table, knees = page.study.curve, page.study.knees
    if not len(table):
        return []
    groups = []
    for measure in dict.fromkeys(table["measure"]):
        rows = table[table["measure"] == measure]
        title, unit = page.curve_measure(str(measure))
        ends = rows[["mean", "lo", "hi"]].to_numpy(dtype=np.float64, na_value=np.nan)
        ends = ends[np.isfinite(ends)]
        if not len(ends):
            continue
        limits = nice_range(
            float(ends.min()), float(ends.max()), least_span=_LEAST_SPAN.get(unit, 1.0), most=5
        )
        if unit in ("h", "count") and ends.min() < 0.0 <= float(rows["mean"].min()):
            # an interval may reach below nothing where the measure itself cannot
            limits = nice_range(0.0, float(ends.max()), least_span=1.0, most=5)
        found = knees[knees["measure"] == measure] if len(knees) else knees
        panels = [
            _curve_panel(page, str(incident), rows[rows["incident"] == incident], found, limits, unit)
            for incident in dict.fromkeys(rows["incident"])
        ]
        groups.append((page.say("in_hours", title=title) if unit == "h" else title, panels))
    return groups


def _strategies(page: StudySetting) -> dict[Any, str]:
    """The colour of each strategy."""
    strategies = dict.fromkeys(page.study.curve["strategy"])
    return {strategy: SERIES[place % len(SERIES)] for place, strategy in enumerate(strategies)}


def curve_legend(page: StudySetting) -> tuple[str, str] | None:
    """The strategies' colours and the sign of a knee, wide and narrow."""
    if not len(page.study.curve):
        return None
    items = [
        LegendItem("line", colour, page.strategy(strategy)) for strategy, colour in _strategies(page).items()
    ]
    if len(page.study.knees):
        items.append(LegendItem("triangle", MUTED, page.say("legend_knee")))
    drawn = []
    for width in (WIDE, NARROW):
        canvas = Canvas(width, 6 + legend_height(items, width - 4), page.say("sec_curve"))
        canvas.legend(2, 10, items, width - 4)
        drawn.append(canvas.svg())
    return drawn[0], drawn[1]


def _curve_panel(
    page: StudySetting, incident: str, rows: pd.DataFrame, knees: pd.DataFrame, limits: tuple[float, float], unit: str
) -> str:  # fmt: skip
    width, left = 300.0, 48.0
    height = 196.0 + 7.0 * min(len(_strategies(page)), 4)
    name = page.incident(incident)
    canvas = Canvas(width, height, name)
    hours = rows["hours"].to_numpy(dtype=np.float64)
    low, high = float(hours[hours > 0].min()), float(hours.max())
    frame = Frame(
        canvas, Scale(low, max(high, low * 1.01), left, width - 12, log=True), Scale(*limits, 158.0, 28.0)
    )
    ticks = nice_ticks(*limits, most=5)
    step = ticks[1] - ticks[0] if len(ticks) > 1 else 1.0
    frame.y_axis(ticks, lambda value: page.tick(value, unit, step))
    frame.x_axis([Tick(tick, page.numbers.target(tick, "h")) for tick in _HOUR_TICKS if low <= tick <= high])
    canvas.text(4, 15, fit(name, width - 8), weight="600")
    lines = [
        (strategy, colour, rows[rows["strategy"] == strategy].sort_values("hours"))
        for strategy, colour in _strategies(page).items()
    ]
    for _, colour, part in lines:
        canvas.ribbon(
            frame.x.place(part["hours"]),
            frame.y.place(part["lo"]),
            frame.y.place(part["hi"]),
            fill=tint(colour, 0.18),
        )
    for strategy, colour, part in lines:
        canvas.curve(frame.x.place(part["hours"]), frame.y.place(part["mean"]), stroke=colour)
        for row in part.to_dict("records"):
            if math.isfinite(row["mean"]):
                said = page.interval(row["mean"], row["lo"], row["hi"], unit, limits[1] - limits[0])
                hint = f"{page.strategy(strategy)} · {page.numbers.hours(row['hours'])}: {said}"
                canvas.mark(
                    "dot", frame.x(row["hours"]), frame.y(row["mean"]), fill=colour, size=2.8, hint=hint
                )
    _knees(canvas, frame, page, knees[knees["incident"] == incident] if len(knees) else knees)
    return canvas.svg()


def _knees(canvas: Canvas, frame: Frame, page: StudySetting, knees: pd.DataFrame) -> None:
    """The knee of each strategy below the axis, with its interval."""
    colours = _strategies(page)
    for place, row in enumerate(knees.to_dict("records")):
        y, colour = frame.bottom + 27.0 + 7.0 * (place % 4), colours.get(row["strategy"], MUTED)
        canvas.line(frame.x(row["lo"]), y, frame.x(row["hi"]), y, stroke=tint(colour, 0.6), width=2.0)
        hint = page.say(
            "knee_hint", strategy=page.strategy(row["strategy"]), hours=page.numbers.hours(row["hours"]),
            band=page.numbers.band(row["lo"], row["hi"], "h"),
        )  # fmt: skip
        shape = "ring" if number(row.get("slope_lo")) <= 0.0 else "triangle"
        canvas.mark(shape, frame.x(row["hours"]), y, fill=colour, size=3.4, hint=hint)


# over replicates -----------------------------------------------------------------------------------------------


def convergence_panels(page: StudySetting, results: list[Result], points: list[int]) -> list[str]:
    """How mean and interval of a few points settle as replicates are added, a panel for each measure."""
    given, panels = page.study.given("convergence"), []
    for result in results[:_CONVERGING]:
        rows = given[given["metric"] == result.measure.metric] if len(given) else given
        tracks = [track for index in points if (track := _track(page, result, rows, index)) is not None]
        if tracks:
            panels.append(_convergence(page, result, tracks))
    return panels


def _track(
    page: StudySetting, result: Result, rows: pd.DataFrame, index: int
) -> tuple[int, pd.DataFrame] | None:
    if len(rows):
        part = rows[rows["point"] == page.study.points[index]].sort_values("n")
    else:
        values = result.values[index][np.isfinite(result.values[index])]
        ends = [(n, *map(float, mean_interval(values[:n]))) for n in range(2, len(values) + 1)]
        part = pd.DataFrame(ends, columns=["n", "mean", "lo", "hi"])
    return (index, part) if len(part) > 1 else None


def _convergence(page: StudySetting, result: Result, tracks: list[tuple[int, pd.DataFrame]]) -> str:
    width, height, left = 300.0, 196.0, 46.0
    name, unit = page.measure(result.measure), unit_of(result.measure.metric)
    canvas = Canvas(width, height, name)
    # the first few intervals are so wide that they would flatten all that follows
    settled = [part[part["n"] >= min(5, int(part["n"].max()))] for _, part in tracks]
    ends = pd.concat(settled)[["lo", "hi", "mean"]].to_numpy(dtype=np.float64)
    limits = nice_range(
        float(np.nanmin(ends)), float(np.nanmax(ends)), least_span=page.least_span(result.measure), most=5
    )
    last = max(int(part["n"].max()) for _, part in tracks)
    first = min(int(part["n"].min()) for _, part in tracks)
    frame = Frame(canvas, Scale(first, last, left, width - 10), Scale(*limits, height - 24, 44.0))
    ticks = nice_ticks(*limits, most=5)
    step = ticks[1] - ticks[0] if len(ticks) > 1 else 1.0
    frame.y_axis(ticks, lambda value: page.tick(value, unit, step))
    frame.x_axis([Tick(n, str(round(n))) for n in nice_ticks(first, last, most=6) if n == round(n)])
    canvas.text(4, 15, fit(name, width - 8), weight="600")
    items = []
    for place, (index, part) in enumerate(tracks):
        colour, x = SERIES[place % len(SERIES)], frame.x.place(part["n"])
        canvas.ribbon(x, frame.y.place(part["lo"]), frame.y.place(part["hi"]), fill=tint(colour, 0.22))
        canvas.curve(x, frame.y.place(part["lo"]), stroke=tint(colour, 0.6), width=0.8)
        canvas.curve(x, frame.y.place(part["hi"]), stroke=tint(colour, 0.6), width=0.8)
        end = part.iloc[-1]
        half = page.numbers.plain(
            (end["hi"] - end["lo"]) / 2 * (100 if unit == "share" else 1), 3 if unit == "index" else 2
        )
        half = page.say("half_share", half=half) if unit == "share" else half
        items.append(LegendItem("line", colour, f"{page.number(index)} ± {half}"))
    for place, (_, part) in enumerate(tracks):
        canvas.curve(
            frame.x.place(part["n"]), frame.y.place(part["mean"]), stroke=SERIES[place % len(SERIES)]
        )
    canvas.line(frame.left, frame.bottom, frame.right, frame.bottom, stroke=GREY)
    canvas.legend(2, 30, items, width)
    return canvas.svg()
