"""Levels of one factor, as somebody writes them: a list, names with values, or a span of numbers."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from prsim.design.factors import Parameter, factor_of, group_names, parameter, refuse_reserved
from prsim.design.points import MOST_POINTS, Factor, Level, Scale, as_plain, too_many
from prsim.errors import ConfigError
from prsim.scenario.build import range_of
from prsim.scenario.names import unknown_name
from prsim.scenario.root import Scenario
from prsim.scenario.units import UnitMismatch, number_in

__all__ = ["Levels", "Span", "levels_of", "number", "spans_of", "tidy", "value_of", "whole"]

_SPAN_KEYS = ("lo", "hi", "count", "scale")


@dataclass(frozen=True, slots=True)
class Span:
    """Numbers from ``lo`` to ``hi``.

    Attributes
    ----------
    lo, hi
        First and last number.
    scale
        ``linear``, or ``log`` for equal ratios.
    count
        How many numbers, both ends among them, where levels are wanted.
    """

    lo: float
    hi: float
    scale: Scale = "linear"
    count: int = 0

    def at(self, u: float, *, whole: bool = False) -> float | int:
        """The number at a share of the way; of whole numbers, each has the same part of the way."""
        if whole:
            return min(int(self.hi), int(self.lo) + math.floor(u * (int(self.hi) - int(self.lo) + 1)))
        if self.scale == "log":
            return tidy(self.lo * (self.hi / self.lo) ** u)
        return tidy(self.lo + (self.hi - self.lo) * u)

    def levels(self, *, whole: bool = False) -> list[float | int]:
        """Numbers at equal distances, both ends among them."""
        steps = [i / (self.count - 1) for i in range(self.count)] if self.count > 1 else [0.0]
        found = [self.at(u) for u in steps]
        return list(dict.fromkeys(round(n) for n in found)) if whole else found


@dataclass(frozen=True, slots=True)
class Levels:
    """The levels of one factor, with what each sets its key to."""

    factor: Factor
    values: tuple[tuple[Level, Any], ...]


def tidy(value: float) -> float:
    """A number to twelve digits, so that a last digit of this machine's arithmetic is no part of a point."""
    return float(f"{value:.12g}")


def levels_of(key: str, given: Any, scenario: Scenario | None = None) -> Levels:
    """Levels of a key.

    Parameters
    ----------
    key
        Dotted key of the register, or a group of the configuration.
    given
        A list of values; names with values (``{slow: 12, fast: 1}``); or a span (:class:`Span`, or a mapping with
        ``lo``, ``hi``, ``count`` and ``scale``).

    Raises
    ------
    ConfigError
        If there is no such key, or a level cannot be one of its values.
    """
    if isinstance(given, Mapping) and given.keys().isdisjoint(_SPAN_KEYS):
        names = [str(name) for name in given]
        values = [(n, value_of(key, v, f"{key}.{n}")) for n, v in zip(names, given.values(), strict=True)]
        return Levels(factor_of(key, names, scenario), tuple(values))
    if isinstance(given, Span | Mapping):
        span = _span(key, given)
        if span.count < 1:
            raise ConfigError.of(f"{key}.count", "is required: how many levels from lo to hi")
        if span.count > MOST_POINTS:
            raise too_many(span.count)
        numbers = span.levels(whole=_numeric(key).kind == "whole")
        factor = factor_of(key, numbers, scenario, span.scale)
        return Levels(factor, tuple((n, n) for n in numbers))
    listed = sequence(given, key, "levels")
    values = [(level, value_of(key, level, f"{key}.{i}")) for i, level in enumerate(listed)]
    shown = [_level(value, f"{key}.{i}") for i, (_, value) in enumerate(values)]
    factor = factor_of(key, shown, scenario)
    return Levels(factor, tuple(zip(shown, (value for _, value in values), strict=True)))


def spans_of(given: Mapping[str, Any], scenario: Scenario | None = None) -> list[tuple[Factor, Span, bool]]:
    """Factors that are drawn from spans, with whether each is of whole numbers.

    Parameters
    ----------
    given
        For each key a :class:`Span`, ``(lo, hi)``, ``(lo, hi, "log")``, or a mapping with ``lo``, ``hi`` and ``scale``.
    """
    if not given:
        raise ConfigError.of("factors", "is empty: name at least one key with its lo and hi")
    found = []
    for key, span in given.items():
        read = _span(key, span)
        whole = _numeric(key).kind == "whole"
        found.append((factor_of(key, (read.lo,), scenario, read.scale), read, whole))
    return found


def value_of(key: str, given: Any, path: str) -> Any:
    """A level as the plain value that its key is set to: numbers in the declared unit."""
    given = as_plain(given)
    if key in group_names() and isinstance(given, str):
        refuse_reserved(key)
        return given
    declared = parameter(key)
    if declared.kind in ("number", "whole"):
        value = number(given, path, declared.spec.unit if declared.spec else "")
        if isinstance(given, int):
            return given
        return int(value) if declared.kind == "whole" and value.is_integer() else value
    return given


def number(given: Any, path: str, unit: str = "1") -> float:
    """A number, or a text with a unit, as a number in that unit."""
    try:
        return number_in(as_plain(given), unit)
    except UnitMismatch as wrong:
        raise ConfigError.of(path, str(wrong), given=str(given)[:60]) from None


def whole(given: Any, path: str, lo: int, hi: int) -> int:
    """A whole number within bounds."""
    value = number(given, path)
    if not value.is_integer() or not lo <= value <= hi:
        raise ConfigError.of(
            path,
            f"{given} is not a whole number from {lo} to {hi:,}",
            given=str(given)[:60],
            allowed=f"{lo} … {hi:,}",
        )
    return int(value)


def sequence(given: Any, path: str, what: str) -> list[Any]:
    """A list that is not empty."""
    plain = as_plain(given.tolist()) if hasattr(given, "tolist") else given
    if isinstance(plain, str) or not isinstance(plain, Sequence):
        raise ConfigError.of(path, f"is not a list of {what}", given=str(given)[:60])
    if not plain:
        raise ConfigError.of(path, f"is empty: there are no {what}")
    return list(plain)


def _numeric(key: str) -> Parameter:
    declared = parameter(key)
    if declared.kind not in ("number", "whole"):
        raise ConfigError.of(key, "is not a number; only a number has a span from lo to hi (list its levels)")
    return declared


def _span(key: str, given: Any) -> Span:
    spec = _numeric(key).spec
    unit = spec.unit if spec else ""
    if isinstance(given, Span):
        span = given
    elif isinstance(given, Mapping):
        for name in given:
            if name not in _SPAN_KEYS:
                raise ConfigError([unknown_name(f"{key}.{name}", "unknown key", str(name), _SPAN_KEYS)])
        for end in ("lo", "hi"):
            if end not in given:
                raise ConfigError.of(f"{key}.{end}", "is required")
        count = whole(given.get("count", 0), f"{key}.count", 0, 10**9)
        span = Span(given["lo"], given["hi"], given.get("scale", "linear"), count)
    else:
        ends = sequence(given, key, "bounds")
        if len(ends) not in (2, 3):
            raise ConfigError.of(
                key, "is not a span; write [lo, hi] or {lo: …, hi: …, scale: log}", given=str(given)[:60]
            )
        span = Span(*ends)
    lo, hi = number(span.lo, f"{key}.lo", unit), number(span.hi, f"{key}.hi", unit)
    if span.scale not in ("linear", "log"):
        raise ConfigError.of(f"{key}.scale", f"{span.scale!r} is not a scale", allowed="linear, log")
    if span.scale == "log" and lo <= 0:
        raise ConfigError.of(
            f"{key}.lo", f"{lo:g} has no logarithm; a log axis begins above 0", given=f"{lo:g}"
        )
    if hi < lo or (hi == lo and span.count != 1):
        raise ConfigError.of(f"{key}.hi", f"{hi:g} is not above lo ({lo:g})", given=f"{hi:g}")
    if spec and spec.lo is not None and spec.hi is not None:
        for end, value in (("lo", lo), ("hi", hi)):
            if not spec.lo <= value <= spec.hi:
                raise ConfigError.of(f"{key}.{end}", f"{value:g} is out of range; allowed: {range_of(spec)}")
    return Span(lo, hi, span.scale, span.count)


def _level(value: Any, path: str) -> Level:
    """What tables show of a value."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float | str):
        return value
    raise ConfigError.of(path, "is a mapping or a list; give the levels names: {NAME: value, …}")
