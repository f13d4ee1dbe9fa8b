"""Colours: the Okabe–Ito set, told apart with any colour vision, and greys with enough contrast on white."""

from __future__ import annotations

__all__ = ["BLUE", "FAINT", "GREEN", "GRID", "GREY", "INK", "MUTED", "ORANGE", "PAPER", "PURPLE", "SERIES", "SKY",
           "VERMILION", "tint"]  # fmt: skip

INK = "#1b2733"
MUTED = "#52606d"
GREY = "#8a949e"
GRID = "#e3e7eb"
FAINT = "#f3f5f7"
PAPER = "#ffffff"

BLUE = "#0072b2"
VERMILION = "#d55e00"
GREEN = "#009e73"
ORANGE = "#e69f00"
SKY = "#56b4e9"
PURPLE = "#cc79a7"

SERIES = (BLUE, ORANGE, GREEN, PURPLE, SKY, VERMILION, GREY)


def tint(colour: str, strength: float) -> str:
    """A colour mixed with white: 1 is the colour, 0 is white. Opaque, so that overlapping bands stay exact."""
    channels = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    return "#" + "".join(f"{round(255 + (channel - 255) * strength):02x}" for channel in channels)
