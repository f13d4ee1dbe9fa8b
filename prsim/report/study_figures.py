"""Pictures of a study's results: one factor at a time, two at a time."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from prsim.report.charts import Canvas, Frame
from prsim.report.fans import fit
from prsim.report.palette import FAINT, GREY, INK, MUTED, PAPER, tint
from prsim.report.scale import Scale, nice_range, nice_ticks, text_width
from prsim.report.study_digest import Factor, Result, mean_interval
from prsim.report.study_setting import StudySetting, colour_of

__all__ = ["MOST_LEVELS", "Bins", "bins", "heat_panels", "level_panels"]

Floats = NDArray[np.float64]

MOST_LEVELS = 9  # a factor with more levels is cut into bins
_BINS = 5
_MOST_PAIRS = 3
_MOST_COLUMNS = 6
_LEAST_FILLED = 0.6
_CELL_FONT = 10.0


@dataclass(frozen=True, slots=True)
class Bins:
    """A factor's levels, or intervals of them: what each is called, its middle, and each point's place."""

    labels: tuple[str, ...]
    middles: Floats
    places: NDArray[np.int64]


def bins(factor: Factor, page: StudySetting) -> Bins:
    """The levels of a factor; those of one with many are put into five intervals of equal length."""
    distinct, numbers = factor.distinct, factor.numbers
    if factor.category or len(distinct) <= MOST_LEVELS:
        middles = np.arange(len(distinct), dtype=np.float64) if factor.category else np.array(distinct, float)
        places = np.array([distinct.index(level) for level in factor.levels], dtype=np.int64)
        return Bins(tuple(page.level(factor, level) for level in distinct), middles, places)
    low, high = float(numbers.min()), float(numbers.max())
    edges = np.geomspace(low, high, _BINS + 1) if factor.log else np.linspace(low, high, _BINS + 1)
    places = np.clip(np.searchsorted(edges, numbers, side="right") - 1, 0, _BINS - 1)
    middles = np.sqrt(edges[:-1] * edges[1:]) if factor.log else (edges[:-1] + edges[1:]) / 2
    labels = tuple(page.level(factor, _rounded(middle)) for middle in middles)
    return Bins(tuple("≈" + label for label in labels), middles, places.astype(np.int64))


def _rounded(value: float) -> float:
    """Two significant digits: the middle of an interval is no more exact than that."""
    return float(f"{value:.2g}")


def _group_means(values: Floats, places: NDArray[np.int64], count: int) -> tuple[Floats, Floats, Floats]:
    """Mean and interval of groups of points: a replicate's mean over the group is one observation."""
    means = np.full((count, values.shape[1]), np.nan)
    for group in range(count):
        part = values[places == group]
        known = np.isfinite(part)
        n = known.sum(axis=0)
        total = np.where(known, part, 0.0).sum(axis=0)
        means[group] = np.where(n > 0, total / np.maximum(n, 1), np.nan)
    return mean_interval(means)


# one factor at a time ------------------------------------------------------------------------------------------


def level_panels(page: StudySetting, result: Result) -> list[str]:
    """A panel for each factor: every point's mean as a dot, and the mean at each level with its interval."""
    limits = _limits(page, result)
    return [
        (_category_panel if factor.category else _number_panel)(page, factor, result, limits)
        for factor in page.study.varied
    ]


def _limits(page: StudySetting, result: Result) -> tuple[float, float]:
    known = result.mean[np.isfinite(result.mean)]
    return nice_range(
        float(known.min()), float(known.max()), least_span=page.least_span(result.measure), most=5
    )


def _number_panel(page: StudySetting, factor: Factor, result: Result, limits: tuple[float, float]) -> str:
    width, height, left = 300.0, 186.0, 46.0
    canvas = Canvas(width, height, f"{page.title(factor)}: {page.measure(result.measure)}")
    numbers, unit, colour = factor.numbers, page.unit(result.measure), colour_of(result.measure)
    low, high = float(numbers.min()), float(numbers.max())
    frame = Frame(
        canvas, Scale(low, high, left + 10, width - 16, log=factor.log), Scale(*limits, height - 24, 28.0)
    )
    ticks = nice_ticks(*limits, most=5)
    step = ticks[1] - ticks[0] if len(ticks) > 1 else 1.0
    for tick in ticks:
        canvas.line(left, frame.y(tick), width - 6, frame.y(tick), stroke=tint(GREY, 0.25))
        canvas.text(
            left - 6, frame.y(tick) + 4, page.tick(tick, unit, step), size=11, anchor="end", fill=MUTED
        )
    canvas.line(left, frame.bottom, width - 6, frame.bottom, stroke=GREY)
    canvas.text(4, 15, fit(page.title(factor), width - 8), weight="600")
    canvas.dots(frame.x.place(numbers), frame.y.place(result.mean), fill=tint(GREY, 0.75), size=3.8)
    found = bins(factor, page)
    spread = page.spread(result)
    mean, lo, hi = _group_means(page.study.without_luck(result), found.places, len(found.labels))
    known = np.isfinite(mean)
    canvas.curve(frame.x.place(found.middles[known]), frame.y.place(mean[known]), stroke=colour)
    for place in np.flatnonzero(known):
        at, said = (
            frame.x(float(found.middles[place])),
            page.interval(mean[place], lo[place], hi[place], unit, spread),
        )
        if math.isfinite(lo[place]):
            canvas.line(at, frame.y(lo[place]), at, frame.y(hi[place]), stroke=colour, width=2.0)
        canvas.mark(
            "dot", at, frame.y(mean[place]), fill=colour, size=4.2, hint=f"{found.labels[place]}: {said}"
        )
    _bin_labels(canvas, frame, found, known)
    return canvas.svg()


def _bin_labels(canvas: Canvas, frame: Frame, found: Bins, known: NDArray[np.bool_]) -> None:
    taken: list[tuple[float, float]] = []
    places = [int(place) for place in np.flatnonzero(known)]
    for place in [places[0], places[-1], *places[1:-1]] if places else []:
        label, at = found.labels[place], frame.x(float(found.middles[place]))
        half = text_width(label, 10.5) / 2 + 2
        at = min(max(at, half), canvas.width - half)
        if all(at + half < first or at - half > last for first, last in taken):
            canvas.text(at, frame.bottom + 16, label, size=10.5, anchor="middle", fill=MUTED)
            taken.append((at - half, at + half))


def _category_panel(page: StudySetting, factor: Factor, result: Result, limits: tuple[float, float]) -> str:
    found, unit, colour = bins(factor, page), page.unit(result.measure), colour_of(result.measure)
    row, top, width = 34.0, 28.0, 300.0
    height = top + row * len(found.labels) + 24
    canvas = Canvas(width, height, f"{page.title(factor)}: {page.measure(result.measure)}")
    canvas.text(4, 15, fit(page.title(factor), width - 8), weight="600")
    x = Scale(*limits, 12.0, width - 16)
    bottom = top + row * len(found.labels)
    ticks = nice_ticks(*limits, most=5)
    step = ticks[1] - ticks[0] if len(ticks) > 1 else 1.0
    for tick in ticks:
        canvas.line(x(tick), top, x(tick), bottom, stroke=tint(GREY, 0.25))
        label = page.tick(tick, unit, step)
        middle = max(x(tick), text_width(label, 11) / 2 + 2)
        canvas.text(middle, bottom + 16, label, size=11, anchor="middle", fill=MUTED)
    spread = page.spread(result)
    mean, lo, hi = _group_means(page.study.without_luck(result), found.places, len(found.labels))
    for place, label in enumerate(found.labels):
        y = top + row * place + 24
        canvas.text(6, y - 10, fit(label, width - 12), size=11, halo=True)
        members = result.mean[found.places == place]
        canvas.dots(x.place(members), np.full(len(members), y), fill=tint(GREY, 0.75), size=3.8)
        if math.isfinite(mean[place]):
            if math.isfinite(lo[place]):
                canvas.line(x(lo[place]), y, x(hi[place]), y, stroke=colour, width=2.0)
            said = page.interval(mean[place], lo[place], hi[place], unit, spread)
            canvas.mark("dot", x(mean[place]), y, fill=colour, size=4.2, hint=f"{label}: {said}")
    canvas.line(12, bottom, width - 16, bottom, stroke=GREY)
    return canvas.svg()


# two factors at a time -----------------------------------------------------------------------------------------


def heat_panels(page: StudySetting, results: list[Result]) -> list[tuple[str, list[str]]]:
    """(pair of factors, a heat map for each measure), the pairs that move the first measure most first."""
    if not results:
        return []
    found = []
    for one, other in itertools.combinations(page.study.varied, 2):
        if one in page.study.split and other in page.study.split:
            continue
        across, down = sorted((one, other), key=lambda f: (f.category, -len(bins(f, page).labels)))
        if len(bins(across, page).labels) > _MOST_COLUMNS >= len(bins(down, page).labels):
            across, down = down, across  # narrow cells would have no room for their numbers
        columns, rows = bins(across, page), bins(down, page)
        cells = columns.places + len(columns.labels) * rows.places
        count = len(columns.labels) * len(rows.labels)
        mean, _, _ = _group_means(page.study.without_luck(results[0]), cells, count)
        filled = np.isfinite(mean)
        if filled.mean() >= _LEAST_FILLED and len(page.study.points) > max(
            len(columns.labels), len(rows.labels)
        ):
            found.append((float(np.ptp(mean[filled])), (across, columns), (down, rows)))
    found.sort(key=lambda row: -row[0])
    return [
        (
            page.say("pair", across=page.title(across[0]), down=page.title(down[0])),
            [_heat(page, across, down, result) for result in results],
        )
        for _, across, down in found[:_MOST_PAIRS]
    ]


def _heat(page: StudySetting, across: tuple[Factor, Bins], down: tuple[Factor, Bins], result: Result) -> str:
    columns, rows, unit = across[1], down[1], page.unit(result.measure)
    width, top, cell_height = 300.0, 28.0, 30.0
    wide, high = len(columns.labels), len(rows.labels)
    left = min(max(text_width(label, 10.5) for label in rows.labels) + 10, 74.0)
    bottom = top + cell_height * high
    shown = f"{page.measure(result.measure)}: {page.title(across[0])} × {page.title(down[0])}"
    canvas = Canvas(width, bottom + 40, shown)
    canvas.text(4, 15, fit(page.measure(result.measure), width - 8), weight="600", fill=INK)
    mean, lo, hi = _group_means(
        page.study.without_luck(result), columns.places + wide * rows.places, wide * high
    )
    worth = result.measure.sign * mean
    worst, best = float(np.nanmin(worth)), float(np.nanmax(worth))
    step = (width - left) / wide
    for row, column in itertools.product(range(high), range(wide)):
        x, y, place = left + step * column, top + cell_height * row, row * wide + column
        if not math.isfinite(mean[place]):
            canvas.rect(x + 0.5, y + 0.5, step - 1, cell_height - 1, fill=FAINT)
            continue
        strength = 0.06 + 0.84 * ((worth[place] - worst) / (best - worst) if best > worst else 0.5)
        said = page.interval(mean[place], lo[place], hi[place], unit, best - worst)
        hint = f"{columns.labels[column]} · {rows.labels[row]}: {said}"
        colour = tint(colour_of(result.measure), strength)
        canvas.rect(x + 0.5, y + 0.5, step - 1, cell_height - 1, fill=colour, hint=hint)
        label = _cell_label(page, float(mean[place]), unit, best - worst, step - 3)
        ink = PAPER if strength > 0.6 else INK
        canvas.text(x + step / 2, y + cell_height / 2 + 4, label, size=_CELL_FONT, anchor="middle", fill=ink)
    if best > worst:
        row, column = divmod(int(np.nanargmax(worth)), wide)
        corner = left + step * column + 1, top + cell_height * row + 1
        canvas.rect(*corner, step - 2, cell_height - 2, fill="none", stroke=INK, stroke_width=2.0)
    for row, label in enumerate(rows.labels):
        y = top + cell_height * (row + 0.5) + 4
        canvas.text(left - 5, y, fit(label, left - 6, 10.5), size=10.5, anchor="end", fill=MUTED)
    taken = -math.inf
    for column, name in enumerate(columns.labels):
        label = fit(name, step - 2, 10.5) if across[0].category else name
        at, half = left + step * (column + 0.5), text_width(label, 10.5) / 2
        at = min(at, width - half)
        if at - half > taken + 6:
            canvas.text(at, bottom + 14, label, size=10.5, anchor="middle", fill=MUTED)
            taken = at + half
    below = fit(page.title(across[0]), width - 20)
    canvas.text(width - 2, bottom + 32, f"→ {below}", size=11, anchor="end", fill=MUTED)
    return canvas.svg()


def _cell_label(page: StudySetting, value: float, unit: str, spread: float, room: float) -> str:
    """The number of a cell, shortened where room is short; nothing where that would make all cells look alike."""
    said = [page.write(value, unit, spread)]
    scaled, number = (100.0 * spread, 100.0 * value) if unit == "share" else (spread, value)
    for digits in (3, 2, 1, 0):
        if abs(number) < 1e4 and 10.0**-digits <= scaled / 5:
            said.append(page.numbers.plain(number, digits) + ("%" if unit == "share" else ""))
    return next((text for text in said if text_width(text, _CELL_FONT) <= room), "")
