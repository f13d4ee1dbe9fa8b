"""Quantities as people say them: 2,360,000 yuan, 30 min, 35 %, 20 April 2024, and how two of them differ."""

from __future__ import annotations

import math
from datetime import datetime

from prsim.scenario.calendar import is_date_only, moment
from prsim.scenario.chinese import UNITS

__all__ = ["amount", "change", "day", "shift"]

_MONTHS = "January February March April May June July August September October November December"
_RATES = {"1/year": "a year", "1/month": "a month", "1/day": "a day"}
_TIMES_FROM = 3.0  # from here on a rise is said as a multiple


def amount(value: float, unit: str, language: str = "en") -> str:
    """A number with its unit.

    Parameters
    ----------
    value
        Number in ``unit``.
    unit
        Unit as declarations name it (``"share"``, ``"yuan"``, ``"h"``, ``"1"``).
    language
        ``"en"`` or ``"zh"``.
    """
    zh = language == "zh"
    if unit in ("share", "ratio"):
        text = _number(value * 100, zh)
        return f"{text}%" if zh else f"{text} %"
    if unit == "h":
        value, unit = _hours(value)
    if unit in ("", "1", "count"):
        return _number(value, zh)
    if unit == "days" and value == 1:
        return "1 天" if zh else "1 day"
    if zh:
        joint = "" if unit in ("yuan", "persons") else " "
        return f"{_number(value, zh)}{joint}{UNITS.get(unit, unit)}"
    return f"{_number(value, zh)} {_RATES.get(unit, unit)}"


def _hours(hours: float) -> tuple[float, str]:
    """Hours in the unit in which one would say them."""
    if 0 < abs(hours) < 1:
        return hours * 60, "min"
    if abs(hours) >= 72 and hours % 24 == 0:
        return hours / 24, "days"
    return hours, "h"


def _number(value: float, chinese: bool) -> str:
    """Thousands separators, as many digits as say something; 万 and 亿 where nothing is lost."""
    size = abs(value)
    if chinese and size >= 10_000:
        factor, suffix = (1e8, "亿") if size >= 1e8 else (1e4, "万")
        short = f"{value / factor:.6g}"
        if round(float(short) * factor, 4) == value:
            return short.replace("-", "−") + suffix
    if size >= 1e15 or (0 < size < 1e-4):
        text = f"{value:.4g}"
    elif float(value).is_integer() or size >= 10_000:
        text = f"{value:,.0f}"
    else:
        digits = 6 if size < 1 else 5 - int(math.log10(size))
        text = f"{value:,.{digits}f}".rstrip("0").rstrip(".")
    return text.replace("-", "−") if text.startswith("-") else text


def change(a: float, b: float, unit: str, language: str = "en") -> str:
    """How a number changes from ``a`` to ``b``: relative for quantities, in points for shares; empty where neither says anything."""
    zh = language == "zh"
    difference = b - a
    if unit in ("share", "ratio"):
        points = _signed(difference * 100)
        if zh:
            return f"{points} 个百分点"
        return f"{points} percentage point" + ("" if points in ("+1", "−1") else "s")
    if unit == "points":
        return f"{_signed(difference)} 分" if zh else f"{_signed(difference)} points"
    if a == 0 or a * b < 0 or unit == "":
        return ""
    ratio = b / a
    if unit == "1" and (a < 0 or (abs(a) <= 1 and abs(b) <= 1)):  # a position on a scale
        return _signed(difference)
    if ratio >= _TIMES_FROM:
        times = f"{ratio:.3g}" if ratio < 1000 else f"{ratio:,.0f}"
        return f"{times} 倍" if zh else f"{times} times as much"
    if ratio == 0:
        return ""
    percent = _signed(float(f"{(ratio - 1) * 100:.3g}"))
    return f"{percent}%" if zh else f"{percent} %"


def _signed(number: float) -> str:
    text = f"{abs(number):.6f}".rstrip("0").rstrip(".") if abs(number) < 1 else f"{abs(number):.4g}"
    return ("−" if number < 0 else "+") + (text or "0")


def day(text: str, language: str = "en") -> str:
    """An ISO date, or date and time, in words; the text itself where it is no date."""
    try:
        when = moment(text)
    except ValueError:
        return text
    clock = "" if is_date_only(text) else f"{when:%H:%M}"
    if language == "zh":
        return f"{when.year}年{when.month}月{when.day}日" + (f" {clock}" if clock else "")
    return f"{when.day} {_MONTHS.split()[when.month - 1]} {when.year}" + (f", {clock}" if clock else "")


def shift(a: str, b: str, language: str = "en") -> str:
    """By how much a date moves; empty where one of the two is none."""
    try:
        first, second = moment(a), moment(b)
    except ValueError:
        return ""
    return _later(first, second, language)


def _later(first: datetime, second: datetime, language: str) -> str:
    hours = (second - first).total_seconds() / 3600
    size = abs(hours)
    days, unit = (round(size / 24), "days") if size >= 48 else (size, "h")
    said = amount(days, unit, language)
    if language == "zh":
        return f"{'晚' if hours > 0 else '早'} {said}"
    return f"{said} {'later' if hours > 0 else 'earlier'}"
