"""The drawing board: SVG as text. Knows shapes, axes and legends, nothing of the study."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from markupsafe import escape
from numpy.typing import ArrayLike, NDArray

from prsim.report.dates import Tick
from prsim.report.palette import FAINT, GREY, GRID, INK, MUTED, PAPER
from prsim.report.scale import Scale, text_width

__all__ = ["Canvas", "Frame", "LegendItem", "clean"]

FONT = 12.0
SMALL = 11.0


def clean(text: object) -> str:
    """A text safe inside SVG and HTML: escaped, without characters that XML forbids."""
    allowed = "".join(
        character for character in str(text)
        if character in "\t\n" or (ord(character) >= 0x20 and not 0xD800 <= ord(character) <= 0xDFFF
                                   and ord(character) not in (0xFFFE, 0xFFFF))
    )  # fmt: skip
    return str(escape(allowed))


def _short(number: float) -> str:
    text = f"{number:.1f}"
    return text[:-2] if text.endswith(".0") else text


class Canvas:
    """An SVG picture of a fixed drawing size that scales to the width it is given.

    Parameters
    ----------
    width, height
        Size in drawing units, which are pixels at full size.
    label
        What the picture shows, for a reader who does not see it.
    """

    def __init__(self, width: float, height: float, label: str) -> None:
        self.width, self.height, self.label = width, height, label
        self._parts: list[str] = []

    def add(
        self, tag: str, *, text: str | None = None, hint: str | None = None, **attributes: object
    ) -> None:
        """Append an element; floats are shortened, ``_`` in names becomes ``-``, `hint` shows on hovering."""
        written = "".join(
            f' {name.rstrip("_").replace("_", "-")}="{_short(v) if isinstance(v, float) else clean(v)}"'
            for name, v in attributes.items()
            if v is not None
        )
        inside = (f"<title>{clean(hint)}</title>" if hint else "") + (clean(text) if text is not None else "")
        self._parts.append(f"<{tag}{written}>{inside}</{tag}>" if inside else f"<{tag}{written}/>")

    def text(
        self, x: float, y: float, text: str, *, size: float = FONT, anchor: str = "start", fill: str = INK,
        weight: str | None = None, halo: bool = False,
    ) -> None:  # fmt: skip
        """Write a line of text; a halo keeps it readable on lines and bands."""
        self.add(
            "text", text=text, x=x, y=y, font_size=size, text_anchor=anchor, fill=fill, font_weight=weight,
            stroke=PAPER if halo else None, stroke_width=3.0 if halo else None, paint_order="stroke" if halo else None,
        )  # fmt: skip

    def line(
        self, x1: float, y1: float, x2: float, y2: float, *, stroke: str = GREY, width: float = 1.0,
        dash: str | None = None, hint: str | None = None,
    ) -> None:  # fmt: skip
        """A straight line."""
        self.add(
            "line",
            x1=x1,
            y1=y1,
            x2=x2,
            y2=y2,
            stroke=stroke,
            stroke_width=width,
            stroke_dasharray=dash,
            hint=hint,
        )

    def rect(self, x: float, y: float, width: float, height: float, *, fill: str, **more: object) -> None:
        """A filled rectangle; nothing when it has no area."""
        if width > 0 and height > 0:
            self.add("rect", x=x, y=y, width=width, height=height, fill=fill, **more)  # type: ignore[arg-type]

    def curve(
        self, xs: ArrayLike, ys: ArrayLike, *, stroke: str, width: float = 1.8, dash: str | None = None
    ) -> None:
        """A line through points; NaN breaks it, and a point alone is drawn as a dot."""
        x, y = np.asarray(xs, dtype=np.float64), np.asarray(ys, dtype=np.float64)
        paths: list[str] = []
        for part in _unbroken(x, y):
            if part.stop - part.start == 1:
                self.add("circle", cx=float(x[part][0]), cy=float(y[part][0]), r=2.5, fill=stroke)
            else:
                paths.append("M" + _points(x[part], y[part]))
        if paths:
            self.add("path", d="".join(paths), fill="none", stroke=stroke, stroke_width=width,
                     stroke_linejoin="round", stroke_dasharray=dash)  # fmt: skip

    def ribbon(self, xs: ArrayLike, lows: ArrayLike, highs: ArrayLike, *, fill: str) -> None:
        """The area between two lines; NaN breaks it, and an interval alone is drawn as a bar."""
        x, low, high = (np.asarray(values, dtype=np.float64) for values in (xs, lows, highs))
        paths: list[str] = []
        for part in _unbroken(x, low + high):
            if part.stop - part.start == 1:
                at, bottom, top = float(x[part][0]), float(low[part][0]), float(high[part][0])
                self.line(at, bottom, at, top, stroke=fill, width=6.0)
            else:
                back = slice(part.stop - 1, part.start - 1 if part.start else None, -1)
                paths.append(f"M{_points(x[part], high[part])}L{_points(x[back], low[back])}Z")
        if paths:
            self.add("path", d="".join(paths), fill=fill)

    def badge(self, x: float, y: float, text: str, *, fill: str = INK, hint: str | None = None) -> None:
        """A numbered disc."""
        self.add("circle", cx=x, cy=y, r=8.0, fill=fill, hint=hint)
        self.text(x, y + 3.8, text, size=10.5, anchor="middle", fill=PAPER, weight="600")

    def mark(self, shape: str, x: float, y: float, *, fill: str, size: float = 4.5, hint: str | None = None,
             stroke: str = PAPER) -> None:  # fmt: skip
        """A small ``dot``, ``ring``, ``diamond``, ``square`` or ``triangle``."""
        if shape in ("dot", "ring"):
            colours = (fill, stroke) if shape == "dot" else (PAPER, fill)
            self.add("circle", cx=x, cy=y, r=size, fill=colours[0], stroke=colours[1],
                     stroke_width=1.0 if shape == "dot" else 2.0, hint=hint)  # fmt: skip
            return
        outlines = {
            "diamond": ((0, -1.25), (1.25, 0), (0, 1.25), (-1.25, 0)),
            "triangle": ((0, -1.2), (1.15, 0.9), (-1.15, 0.9)),
            "square": ((-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)),
        }
        corners = " ".join(f"{_short(x + dx * size)},{_short(y + dy * size)}" for dx, dy in outlines[shape])
        self.add("polygon", points=corners, fill=fill, stroke=stroke, stroke_width=1.0, hint=hint)

    def dots(self, xs: ArrayLike, ys: ArrayLike, *, fill: str, size: float = 3.0) -> None:
        """Many dots without hints as one element, so that thousands stay small; NaN leaves one out."""
        x, y = np.asarray(xs, dtype=np.float64), np.asarray(ys, dtype=np.float64)
        known = np.isfinite(x) & np.isfinite(y)
        if known.any():
            pairs = zip(x[known].tolist(), y[known].tolist(), strict=True)
            path = "".join(f"M{_short(a)},{_short(b)}h0" for a, b in pairs)
            self.add("path", d=path, fill="none", stroke=fill, stroke_width=size, stroke_linecap="round")

    def legend(self, x: float, y: float, items: Iterable[LegendItem], right: float) -> float:
        """Write legend items in rows from (x, y); returns the y below the last row."""
        at = x
        for item in items:
            width = 20 + text_width(item.text, SMALL) + 14
            if at > x and at + width - 14 > right:
                at, y = x, y + 17
            self._key(item, at, y)
            self.text(at + 20, y + 4, item.text, size=SMALL, fill=MUTED)
            at += width
        return y + 17

    def _key(self, item: LegendItem, x: float, y: float) -> None:
        if item.shape == "area":
            self.rect(x, y - 5, 15, 10, fill=item.colour)
        elif item.shape in ("line", "dash"):
            self.line(
                x, y, x + 15, y, stroke=item.colour, width=2.0, dash="4 3" if item.shape == "dash" else None
            )
        elif item.shape == "whisker":
            self.line(x + 7, y - 7, x + 7, y + 7, stroke=item.colour, width=1.5)
            self.mark("dot", x + 7, y, fill=item.colour, size=3.5)
        elif item.shape == "badge":
            self.badge(x + 8, y, "n", fill=item.colour)
        else:
            self.mark(item.shape, x + 7, y, fill=item.colour)

    def svg(self) -> str:
        """The finished picture."""
        return (
            f'<svg viewBox="0 0 {_short(self.width)} {_short(self.height)}" role="img" '
            f'aria-label="{clean(self.label)}" font-family="inherit">{"".join(self._parts)}</svg>'
        )


@dataclass(frozen=True, slots=True)
class LegendItem:
    """A key (``area``, ``line``, ``dash``, ``whisker``, ``badge`` or a mark's shape) and its meaning."""

    shape: str
    colour: str
    text: str


def legend_height(items: Sequence[LegendItem], width: float) -> float:
    """The height `Canvas.legend` will use."""
    probe = Canvas(width, 0, "")
    return probe.legend(0, 0, items, width) if items else 0.0


@dataclass(frozen=True, slots=True)
class Frame:
    """A plotting area on a canvas with its two scales."""

    canvas: Canvas
    x: Scale
    y: Scale

    @property
    def left(self) -> float:
        """Left edge."""
        return self.x.start

    @property
    def right(self) -> float:
        """Right edge."""
        return self.x.end

    @property
    def bottom(self) -> float:
        """Lower edge (the y scale starts there)."""
        return self.y.start

    @property
    def top(self) -> float:
        """Upper edge."""
        return self.y.end

    def y_axis(self, ticks: Sequence[float], write: Callable[[float], str]) -> None:
        """Horizontal grid lines with their numbers."""
        for tick in ticks:
            at = self.y(tick)
            self.canvas.line(self.left, at, self.right, at, stroke=GRID)
            self.canvas.text(self.left - 7, at + 4, write(tick), size=SMALL, anchor="end", fill=MUTED)

    def x_axis(self, ticks: Sequence[Tick], *, labels: bool = True) -> None:
        """The base line with ticks; a label that would run into the one before it is left out."""
        self.canvas.line(self.left, self.bottom, self.right, self.bottom, stroke=GREY)
        taken = -math.inf
        for tick in ticks:
            at = self.x(tick.hour)
            self.canvas.line(at, self.bottom, at, self.bottom + 4, stroke=GREY)
            half = text_width(tick.label, SMALL) / 2
            middle = min(max(at, half), self.canvas.width - half)
            if labels and middle - half > taken + 4:
                self.canvas.text(
                    middle, self.bottom + 17, tick.label, size=SMALL, anchor="middle", fill=MUTED
                )
                taken = middle + half

    def span(self, first: float, last: float, *, fill: str = FAINT) -> None:
        """A vertical stripe."""
        low, high = self.x(first), self.x(last)
        self.canvas.rect(low, self.top, max(high - low, 0.5), self.bottom - self.top, fill=fill)

    def level(self, number: float, text: str, *, stroke: str = INK) -> None:
        """A dashed horizontal line with a name, for a target or a baseline."""
        at = self.y(number)
        self.canvas.line(self.left, at, self.right, at, stroke=stroke, dash="5 4", width=1.2)
        above = at - 5 if at - self.top > 16 else at + 14
        self.canvas.text(self.right - 3, above, text, size=SMALL, anchor="end", fill=stroke, halo=True)


def _unbroken(x: NDArray[np.float64], y: NDArray[np.float64]) -> list[slice]:
    """The stretches without NaN."""
    good = np.isfinite(x) & np.isfinite(y)
    edges = np.flatnonzero(np.diff(np.concatenate(([False], good, [False])).astype(np.int8)))
    return [slice(int(first), int(last)) for first, last in zip(edges[::2], edges[1::2], strict=True)]


def _points(x: NDArray[np.float64], y: NDArray[np.float64]) -> str:
    return " ".join(f"{_short(a)},{_short(b)}" for a, b in zip(x.tolist(), y.tolist(), strict=True))
