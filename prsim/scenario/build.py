"""Plain data → frozen dataclasses, refusing whatever a declaration does not allow.

Every problem is collected, so that a user sees all of them at once. An entry of a mapping that cannot be
built is left out of it, so that the entries beside it are still checked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass
from datetime import date
from functools import cache
from types import NoneType, UnionType
from typing import Any, Union, cast, get_args, get_origin, get_type_hints

from prsim.errors import Problem
from prsim.scenario.calendar import moment
from prsim.scenario.crisis import CLUSTERS, STRATEGIES
from prsim.scenario.fields import Spec
from prsim.scenario.frozen import FrozenDict
from prsim.scenario.mechanisms import SOURCES, OutletGroup
from prsim.scenario.metrics import METRICS
from prsim.scenario.names import listing, nearest
from prsim.scenario.root import Scenario
from prsim.scenario.units import UnitMismatch, number_in

__all__ = ["BAD", "Builder", "SUM_TOLERANCE", "range_of", "references_of", "shown_shares"]

SUM_TOLERANCE = 1e-6
BAD: Any = object()
_NAME = re.compile(r"[^\W_][\w-]*")
_FIRST_YEAR, _LAST_YEAR = 1900, 2200


@cache
def _hints(cls: type) -> Mapping[str, Any]:
    return get_type_hints(cls)


@cache
def _leaf_paths() -> Mapping[str, tuple[str, ...]]:
    """Where each field name occurs, so that a key in the wrong place can be pointed to the right one."""
    found: dict[str, list[str]] = {}
    for path in _paths(Scenario, ""):
        found.setdefault(path.rpartition(".")[2], []).append(path)
    return {name: tuple(paths) for name, paths in found.items()}


def _paths(cls: type, prefix: str) -> Iterator[str]:
    for name, hint in _hints(cls).items():
        yield prefix + name
        if is_dataclass(hint):
            yield from _paths(cast(type, hint), f"{prefix}{name}.")


@dataclass(slots=True)
class Builder:
    """Builds one scenario from plain data; ``problems`` holds what was wrong with it."""

    raw: Mapping[str, Any]
    problems: list[Problem]
    references: dict[str, tuple[str, ...]]

    def __init__(self, raw: Mapping[str, Any], references: dict[str, tuple[str, ...]] | None = None) -> None:
        self.raw = raw
        self.problems = []
        self.references = references_of(raw) if references is None else references

    def sections(self) -> dict[str, Any]:
        """The sections of a scenario by name; :data:`BAD` where one cannot be built."""
        return self._fields(Scenario, self.raw, "")

    def section(self, name: str) -> Any:
        """One section; what stands built in the plain data is taken as it is."""
        return self._field(Scenario, Scenario.__dataclass_fields__[name], self.raw, name)

    def _fields(self, cls: type, raw: Mapping[str, Any], path: str) -> dict[str, Any]:
        declared = {f.name: f for f in fields(cls)}
        for key in raw:
            if key not in declared:
                self._unknown_key(key, tuple(declared), path)
        return {name: self._field(cls, f, raw, _join(path, name)) for name, f in declared.items()}

    def _field(self, cls: type, f: Field[Any], raw: Mapping[str, Any], path: str) -> Any:
        spec: Spec = f.metadata["spec"]
        hint = _hints(cls)[f.name]
        default = f.default_factory() if f.default_factory is not MISSING else f.default
        if f.name not in raw:
            if is_dataclass(default):
                return self._entry(type(default), {}, path)
            if default is MISSING:
                meaning = f": {spec.doc[0].lower()}{spec.doc[1:].rstrip('.')}" if spec.doc else ""
                return self._bad(path, f"is required{meaning}", allowed=range_of(spec))
            if isinstance(default, str):
                return self._text(default, spec, path, default)
            return self._value(hint, spec, default, path, default) if isinstance(default, dict) else default
        given = raw[f.name]
        if isinstance(default, dict) and default and isinstance(given, Mapping):
            given = _over(default, given)  # a fixed vocabulary: what is not named keeps its default
        return self._value(hint, spec, given, path, default)

    def _value(self, hint: Any, spec: Spec, given: Any, path: str, default: Any = MISSING) -> Any:
        origin = get_origin(hint)
        if origin in (Union, UnionType):
            if given is None:
                return None
            (hint,) = (arg for arg in get_args(hint) if arg is not NoneType)
            origin = get_origin(hint)
        if is_dataclass(hint):
            return self._entry(cast(type, hint), given, path)
        if origin is not None and issubclass(origin, Mapping):
            return self._mapping(get_args(hint)[1], spec, given, path)
        if origin is tuple:
            return self._sequence(get_args(hint)[0], spec, given, path)
        if hint is bool:
            if isinstance(given, bool):
                return given
            return self._bad(
                path, f"{_show(given)} is not a truth value; write true or false", _show(given), "true, false"
            )
        if hint is str:
            return self._text(given, spec, path, default)
        return self._number(hint, spec, given, path)

    def _entry(self, cls: type, given: Any, path: str) -> Any:
        if is_dataclass(given) and isinstance(given, cls):
            return given
        if not isinstance(given, Mapping):
            return self._bad(
                path,
                f"{_show(given)} is not a mapping; keys here: {listing(f.name for f in fields(cls))}",
                _show(given),
            )
        before = len(self.problems)
        values = self._fields(cls, given, path)
        return BAD if len(self.problems) > before else cls(**values)

    def _mapping(self, hint: Any, spec: Spec, given: Any, path: str) -> Any:
        if not isinstance(given, Mapping):
            return self._bad(path, f"{_show(given)} is not a mapping of names to values", _show(given))
        built: dict[str, Any] = {}
        before = len(self.problems)
        for name, item in given.items():
            here = _join(path, name)
            if spec.refs:
                self._reference(name, spec.refs, here)
            elif not isinstance(name, str) or not _NAME.fullmatch(name):
                self._bad(
                    here,
                    f"{_show(name)} is not a name; use letters, digits, _ and -, beginning with a letter or digit",
                    _show(name),
                )
                continue
            if item is None:
                self._bad(here, f"is null; give it a value, or remove it with ~{here}", "null")
                continue
            inner = _inner(spec) if get_origin(hint) is not None else spec
            value = self._value(hint, inner, item, here)
            if value is not BAD:
                built[name] = value
        complete = len(self.problems) == before
        if complete and spec.sums_to_one and built:
            complete = self.sums_to_one(built, path)
        # Numbers belong together (a split with a hole means nothing); entities stand for themselves.
        return FrozenDict(built) if complete or is_dataclass(hint) else BAD

    def sums_to_one(
        self, shares: Mapping[str, float], path: str, *, what: str = "the shares", hint: str = ""
    ) -> bool:
        """Record a problem unless shares sum to one."""
        total = sum(shares.values())
        if abs(total - 1.0) <= SUM_TOLERANCE:
            return True
        gap = f"{abs(1 - total):.6g} is missing" if total < 1 else f"{total - 1:.6g} too much"
        self._bad(
            path,
            f"{what} sum to {total:.6g}, not 1: {gap}{hint} ({shown_shares(shares)})",
            f"{total:.6g}",
            "1",
        )
        return False

    def _sequence(self, hint: Any, spec: Spec, given: Any, path: str) -> Any:
        if isinstance(given, str) or not isinstance(given, list | tuple):
            return self._bad(path, f"{_show(given)} is not a list", _show(given))
        before = len(self.problems)
        built = tuple(self._value(hint, spec, item, _join(path, i)) for i, item in enumerate(given))
        return built if len(self.problems) == before else BAD

    def _text(self, given: Any, spec: Spec, path: str, default: Any) -> Any:
        if isinstance(given, date):  # also a datetime
            given = given.isoformat()
        if spec.label and isinstance(given, int | float) and not isinstance(given, bool):
            given = str(given)
        if not isinstance(given, str):
            hint = " (put it in quotes)" if isinstance(given, int | float) else ""
            return self._bad(
                path, f"{_show(given)} is not a text{hint}", _show(given), ", ".join(spec.choices)
            )
        if "${" in given:
            return self._bad(
                path,
                f"{_show(given)}: interpolation (${{…}}) is not evaluated; write the value out",
                _show(given),
            )
        if spec.choices and given not in spec.choices:
            what = f"{_show(given)} is not one of the words allowed"
            return self._bad(path, what, given, range_of(spec), nearest(given, spec.choices))
        if given == "" and default == "":
            return given
        if spec.unit == "date":
            return self._date(given, path)
        if spec.refs and not spec.choices and not self._reference(given, spec.refs, path):
            return BAD
        return given

    def _date(self, given: str, path: str) -> Any:
        try:
            if not _FIRST_YEAR <= moment(given).year <= _LAST_YEAR:
                raise ValueError(f"the year is outside {_FIRST_YEAR} … {_LAST_YEAR}")
        except (ValueError, OverflowError) as wrong:
            why = f": {wrong}" if "time zone" in str(wrong) or "year is" in str(wrong) else ""
            return self._bad(
                path,
                f"{_show(given)} is not an ISO date (2024-03-01, or 2024-03-01T14:30){why}",
                given,
                "ISO date",
            )
        return given.strip()

    def _reference(self, name: Any, section: str, path: str) -> bool:
        valid = self.references[section]
        if name in valid:
            return True
        word = _WORDS.get(section, section.rstrip("s"))
        hint = nearest(name, valid) if isinstance(name, str) else ""
        self._bad(path, f"unknown {word} {_show(name)}", _show(name), listing(valid), hint)
        return False

    def _number(self, hint: Any, spec: Spec, given: Any, path: str) -> Any:
        try:
            value = number_in(given, spec.unit)
        except UnitMismatch as wrong:
            return self._bad(path, str(wrong), _show(given), range_of(spec))
        if hint is int:
            exact = given if isinstance(given, int) else round(value)
            if exact != value and exact != given:
                return self._bad(path, f"{_show(given)} is not a whole number", _show(given), range_of(spec))
            value = exact
        if (spec.lo is not None and value < spec.lo) or (spec.hi is not None and value > spec.hi):
            as_read = (
                f"{_show(given)} = {value:.6g}" if isinstance(given, str) and spec.unit else _show(given)
            )
            return self._bad(
                path, f"{as_read} is out of range; allowed: {range_of(spec)}", _show(given), range_of(spec)
            )
        return value if hint is int else float(value)

    def _unknown_key(self, key: Any, valid: tuple[str, ...], path: str) -> None:
        here = _join(path, key)
        if isinstance(key, str) and key.startswith("_") and key.endswith("_"):
            self._bad(here, f"{key} is refused: a scenario is data and never runs code", key)
            return
        near = ""
        if isinstance(key, str):
            elsewhere = _leaf_paths().get(key, ())
            near = elsewhere[0] if len(elsewhere) == 1 else nearest(key, valid)
        self._bad(here, "unknown key", here, listing(valid), near)

    def _bad(self, path: str, what: str, given: str = "", allowed: str = "", near: str = "") -> Any:
        self.problems.append(Problem(path, what, given, allowed, near))
        return BAD


_WORDS = {
    "library": "incident",
    "strategies": "strategy",
    "sources": "kind of source",
    "lines": "budget line",
    "tiers": "tier",
    "prices": "price",
    "clusters": "responsibility cluster",
}


def references_of(raw: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """The names that each kind of reference may use, read from the plain data."""

    def names(*keys: str) -> tuple[str, ...]:
        node: Any = raw
        for key in keys:
            node = node.get(key) if isinstance(node, Mapping) else None
        return tuple(k for k in node if isinstance(k, str)) if isinstance(node, Mapping) else ()

    tiers = OutletGroup.__dataclass_fields__["tier"].metadata["spec"].choices
    return {
        "topics": names("topics"),
        "platforms": names("platforms"),
        "segments": names("segments"),
        "formats": names("formats"),
        "rhythms": names("rhythms"),
        "lines": names("budget", "lines"),
        "prices": names("budget", "prices"),
        "library": names("incidents", "library"),
        "tiers": (*names("kols", "tiers"), *tiers),
        "sources": SOURCES,
        "strategies": STRATEGIES,
        "clusters": CLUSTERS,
        "metrics": tuple(METRICS),
    }


def _inner(spec: Spec) -> Spec:
    """The declaration of a mapping inside a mapping: fit by strategy, then by cluster."""
    return Spec(spec.unit, spec.lo, spec.hi, spec.source, spec.doc, refs="clusters")


def _over(base: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in given.items():
        inherited = merged.get(key)
        merged[key] = (
            _over(inherited, value)
            if isinstance(inherited, Mapping) and isinstance(value, Mapping)
            else value
        )
    return merged


def shown_shares(shares: Mapping[str, float]) -> str:
    """Shares as ``events 0.15 + content 0.25``."""
    return " + ".join(f"{name} {share:.6g}" for name, share in shares.items())


def range_of(spec: Spec, *, unit: bool = True) -> str:
    """Allowed values as text: ``0 … 1000 h``, or the allowed words."""
    if spec.choices:
        return ", ".join(choice or "(empty)" for choice in spec.choices)
    if spec.lo is None or spec.hi is None:
        return ""
    suffix = f" {spec.unit}" if unit and spec.unit not in ("", "1") else ""
    return f"{_plain(spec.lo)} … {_plain(spec.hi)}{suffix}"


def _plain(number: float) -> str:
    if isinstance(number, int) and abs(number) >= 1e15:
        return f"2^{number.bit_length() - 1}" if number.bit_count() == 1 else str(number)
    whole = float(number).is_integer()
    return f"{number:,.0f}" if whole and 1e4 <= abs(number) < 1e12 else f"{number:.15g}"


def _show(given: Any) -> str:
    """A value as the user wrote it, cut where it is long."""
    if given is None:
        return "null"
    if isinstance(given, bool):
        return str(given).lower()
    if isinstance(given, Mapping):
        return "a mapping"
    if isinstance(given, list | tuple):
        return "a list"
    try:
        text = repr(given) if isinstance(given, str) else str(given)
    except ValueError:  # an integer with more digits than Python prints
        return "a number with thousands of digits"
    return text if len(text) <= 60 else f"{text[:57]}…"


def _join(path: str, key: object) -> str:
    text = _show(key) if not isinstance(key, str) or not key.strip() else key[:60]
    return f"{path}.{text}" if path else text
