"""Numbers as people write them (``120M``, ``30min``, ``50%``) in the unit a value is declared in."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from numbers import Integral, Real

__all__ = ["UnitMismatch", "number_in"]

_HOURS = {"s": 1 / 3600, "min": 1 / 60, "h": 1.0, "days": 24.0, "week": 168.0, "month": 730.5, "year": 8766.0}
_MULTIPLIERS = {"k": 1e3, "K": 1e3, "M": 1e6, "bn": 1e9, "万": 1e4, "亿": 1e8}
_SPELLINGS = {
    "s": "s sec second seconds 秒",
    "min": "min mins minute minutes 分钟",
    "h": "h hr hrs hour hours 小时",
    "days": "d day days 天 日",
    "week": "week weeks 周",
    "month": "month months mo 月",
    "year": "year years yr 年",
    "yuan": "yuan cny rmb ¥ 元",
    "persons": "person persons people 人",
    "points": "point points pt pts",
    "share": "share shares",
}
_UNIT_OF = {word: unit for unit, words in _SPELLINGS.items() for word in words.split()}
_NUMBER = re.compile(
    r"^([¥]?)\s*([+-]?(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|[+-]?(?:inf|nan))\s*(.*)$", re.DOTALL
)


class UnitMismatch(ValueError):
    """A text that is not a number in the declared unit; the message says why."""


def number_in(given: object, unit: str) -> float:
    """Read a number, or a text with a unit, as a number in ``unit``.

    Parameters
    ----------
    given
        A number, or a text such as ``"3e6"``, ``"120M"``, ``"800k yuan"``, ``"30min"``, ``"50%"``.
    unit
        The declared unit; times and rates are converted to it, every other unit has to be the same.

    Raises
    ------
    UnitMismatch
        If ``given`` is not a number or is in a unit that cannot be converted.
    """
    if isinstance(given, bool):
        raise UnitMismatch(f"{str(given).lower()} is not a number{_in(unit)}")
    if isinstance(given, Integral | Real):
        return _finite(given, given, unit)
    if not isinstance(given, str):
        raise UnitMismatch(f"{_shape(given)} is not a number{_in(unit)}")
    match = _NUMBER.match(given.strip())
    if match is None or len(given) > 100:
        raise UnitMismatch(f"{given[:60]!r} is not a number{_in(unit)}")
    currency, digits, rest = match.groups()
    value = _finite(float(digits.replace("_", "")), given, unit)
    rest = rest.strip()
    if currency:
        rest = f"{rest} yuan" if rest in _MULTIPLIERS else rest or "yuan"
    for suffix, factor in _MULTIPLIERS.items():
        if rest.startswith(suffix) and (
            rest == suffix or not rest[len(suffix)].isascii() or rest[len(suffix)] in " ¥"
        ):
            value, rest = value * factor, rest[len(suffix) :].strip()
            break
    return _finite(value * _factor(rest, unit, given), given, unit) if rest else value


def _factor(word: str, unit: str, given: str) -> float:
    """How many ``unit`` one ``word`` is."""
    if word in ("%", "percent") and unit in ("share", "1"):
        return 0.01
    if word == unit:
        return 1.0
    got, want = _canonical(word), _canonical(unit)
    if got == want:
        return 1.0
    (got_top, got_per), (want_top, want_per) = got, want
    factor = _time_factor(got_top, want_top)
    per = _time_factor(got_per, want_per)
    if factor is None or per is None:
        known = "/".join(part for part in got if part)
        raise UnitMismatch(f"{given!r} is in {known}; {_wants(unit)}")
    return factor / per


def _canonical(text: str) -> tuple[str, str]:
    top, _, per = text.strip().partition("/")
    if not per and " per " in f" {top}":
        top, _, per = f" {top}".partition(" per ")
    top, per = (_UNIT_OF.get(part.strip().lower(), part.strip()) for part in (top, per))
    return (top or "1") if per else top, per


def _time_factor(got: str, want: str) -> float | None:
    if got == want:
        return 1.0
    if got in _HOURS and want in _HOURS:
        return _HOURS[got] / _HOURS[want]
    if want and want.rstrip("s") == got.rstrip("s"):
        return 1.0
    return None


def _finite(value: Real | float, given: object, unit: str) -> float:
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        shown = "a number of that size" if isinstance(given, int) else str(given)[:40]
        raise UnitMismatch(f"{shown} is not a finite number{_in(unit)}")
    return number


def _in(unit: str) -> str:
    return f" (unit: {unit})" if unit not in ("", "1") else ""


def _wants(unit: str) -> str:
    if unit in ("", "1"):
        return "a pure number is expected here"
    return f"the unit here is {unit}"


def _shape(given: object) -> str:
    if given is None:
        return "null"
    if isinstance(given, Mapping):
        return "a mapping"
    return "a list" if isinstance(given, list | tuple) else type(given).__name__
