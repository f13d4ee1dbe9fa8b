"""How two scenarios differ: one record per value and per entry, in a planner's order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, Literal

from prsim.authoring.sections import SECTIONS
from prsim.scenario.fields import Spec, kind_of
from prsim.scenario.root import Scenario

__all__ = ["Difference", "differences"]

_NEVER = frozenset({"meta.name", "out", "language", "workers"})  # they change no result


@dataclass(frozen=True, slots=True)
class Difference:
    """One value, or one whole entry, in which two scenarios differ.

    Attributes
    ----------
    path
        Dotted key, ``budget.total``, ``activities.open_day``.
    pattern
        The same with ``*`` for names, ``activities.*``.
    section
        Name of the section in :data:`prsim.authoring.sections.SECTIONS`.
    kind
        ``"changed"``, or in which scenario alone it stands: ``"only_a"``, ``"only_b"``.
    a, b
        Its value, or its entry, in either; ``None`` where it does not stand.
    spec
        Declaration of the value: unit, range, meaning.
    source_a, source_b
        Where the two values come from.
    entry
        Path of the innermost entry around the value, with its two objects in ``entry_a`` and ``entry_b``; empty
        for what is no part of an entry.
    """

    path: str
    pattern: str
    section: str
    kind: Literal["changed", "only_a", "only_b"]
    a: Any
    b: Any
    spec: Spec
    source_a: str = ""
    source_b: str = ""
    entry: str = ""
    entry_a: Any = None
    entry_b: Any = None

    @property
    def whole_entry(self) -> bool:
        """Whether an entry (an activity, a segment) stands in only one of the two."""
        return is_dataclass(self.b if self.a is None else self.a)

    @property
    def assumed(self) -> bool:
        """Whether the newer value (the older one where there is none) is an assumption."""
        return kind_of(self.source_a if self.kind == "only_a" else self.source_b) == "assumption"

    @property
    def label(self) -> bool:
        """Whether it is only a text: a title or a citation, which changes no number."""
        return self.spec.label and not self.whole_entry


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the comparison stands."""

    path: str
    pattern: str
    section: str
    own_a: str = ""
    own_b: str = ""
    entry: str = ""
    entry_a: Any = None
    entry_b: Any = None

    def at(self, name: str, *, star: bool = False) -> _Place:
        """One key deeper."""
        return _Place(
            f"{self.path}.{name}",
            f"{self.pattern}.{'*' if star else name}",
            self.section,
            self.own_a,
            self.own_b,
            self.entry,
            self.entry_a,
            self.entry_b,
        )

    def inside(self, a: Any, b: Any, *, entry: bool) -> _Place:
        """Within two objects, which may name sources of their own."""
        return _Place(
            self.path,
            self.pattern,
            self.section,
            _own(a) or self.own_a,
            _own(b) or self.own_b,
            self.path if entry else self.entry,
            a if entry else self.entry_a,
            b if entry else self.entry_b,
        )

    def found(self, kind: Literal["changed", "only_a", "only_b"], a: Any, b: Any, spec: Spec) -> Difference:
        """A difference at this place."""
        source_a, source_b = (
            own if spec.source == "assumption" and own else spec.source
            for own in (_own(a) or self.own_a, _own(b) or self.own_b)
        )
        return Difference(
            self.path, self.pattern, self.section, kind, a, b, spec, source_a, source_b,
            self.entry, self.entry_a, self.entry_b,
        )  # fmt: skip


def differences(a: Scenario, b: Scenario) -> list[Difference]:
    """Everything in which two scenarios differ, except their names and what changes no result.

    Parameters
    ----------
    a, b
        Two loaded scenarios.

    Returns
    -------
    list of Difference
        In the order of :data:`~prsim.authoring.sections.SECTIONS`; empty where they say the same. What is not compared:
        ``meta.name``, ``out``, ``language``, ``workers``.
    """
    found: list[Difference] = []
    for name, section in SECTIONS.items():
        for key in section.keys:
            spec: Spec = Scenario.__dataclass_fields__[key].metadata["spec"]
            found.extend(_compare(getattr(a, key), getattr(b, key), spec, _Place(key, key, name)))
    return found


def _compare(a: Any, b: Any, spec: Spec, place: _Place) -> Iterator[Difference]:
    if a == b or place.path in _NEVER:
        return
    if is_dataclass(a) and is_dataclass(b):
        yield from _fields(a, b, place.inside(a, b, entry=False))
    elif isinstance(a, Mapping) and isinstance(b, Mapping):
        yield from _mapping(a, b, spec, place)
    elif a is None or b is None:
        yield place.found("only_b" if a is None else "only_a", a, b, spec)
    else:
        yield place.found("changed", a, b, spec)


def _fields(a: Any, b: Any, place: _Place) -> Iterator[Difference]:
    for f in fields(a):
        yield from _compare(getattr(a, f.name), getattr(b, f.name), f.metadata["spec"], place.at(f.name))


def _mapping(a: Mapping[str, Any], b: Mapping[str, Any], spec: Spec, place: _Place) -> Iterator[Difference]:
    for name in [*a, *(name for name in b if name not in a)]:
        here = place.at(name, star=True)
        if name not in b:
            yield here.found("only_a", a[name], None, spec)
        elif name not in a:
            yield here.found("only_b", None, b[name], spec)
        elif is_dataclass(a[name]) and a[name] != b[name]:
            yield from _fields(a[name], b[name], here.inside(a[name], b[name], entry=True))
        else:
            yield from _compare(a[name], b[name], spec, here)


def _own(value: Any) -> str:
    """The source that an entry names for what lies in it."""
    source = getattr(value, "source", "")
    return source if isinstance(source, str) and source != "assumption" else ""
