"""A scenario's values as lines of YAML, each with its unit, range, meaning and source from the declarations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any

from prsim.authoring.titles import title_of, title_of_entry
from prsim.authoring.yaml_text import WIDTH, columns, commented, flow, folded, paragraph, scalar
from prsim.scenario.build import range_of
from prsim.scenario.chinese import MEANINGS, REFERENCES, UNITS
from prsim.scenario.fields import Spec
from prsim.scenario.root import Scenario

__all__ = ["Annotated"]

_ROOM = 30  # columns that a list or a mapping on one line leaves to its comment


@dataclass(frozen=True, slots=True)
class Annotated:
    """Writes parts of one scenario.

    The first entry of a mapping explains its values with range, meaning and source; those after it give units.

    Attributes
    ----------
    scenario
        Where the titles come from.
    language
        Language of the comments.
    only
        Patterns of the keys to write (``segments.*.size``); everything where empty.
    unless_used
        Patterns of keys that are left out where they are empty or zero.
    never
        Patterns of keys that are not written at all.
    """

    scenario: Scenario
    language: str
    only: frozenset[str] = frozenset()
    unless_used: frozenset[str] = frozenset()
    never: frozenset[str] = frozenset()

    def item(
        self,
        key: str,
        value: Any,
        spec: Spec,
        pattern: str,
        indent: int = 0,
        own: str = "",
        first: bool = True,
    ) -> Iterator[str]:
        """A key with what lies below it.

        Parameters
        ----------
        key, value, spec
            What is written, and its declaration.
        pattern
            Its path, ``*`` standing for any name.
        indent
            Columns to the left of it.
        own
            The source that the enclosing entry names.
        first
            Whether it stands here for the first time and is explained.
        """
        if value is None or not self._wanted(pattern, value):
            return
        lead = f"{' ' * indent}{scalar(key)}:"
        meaning = self._meaning(pattern, spec) if indent and first else ""
        if is_dataclass(value):
            body = list(self.fields_of(value, pattern, indent + 2, own, first))
            if body:
                yield from commented(lead, "", meaning, self._cited(value))
                yield from body
        elif isinstance(value, Mapping) and value and is_dataclass(next(iter(value.values()))):
            yield from commented(lead, "", meaning)
            yield from self._entries(value, f"{pattern}.*", indent + 2, own)
        elif isinstance(value, tuple) and value and is_dataclass(value[0]):
            yield from commented(lead, "", meaning)
            yield from self._items(value, pattern, indent + 2)
        elif isinstance(value, Mapping) and value and isinstance(next(iter(value.values())), Mapping):
            yield from self._leaf(lead, spec, pattern, own, first)
            for name, inner in value.items():
                yield f"{' ' * (indent + 2)}{scalar(name)}: {flow(inner, spec.unit, self.language)}"
        else:
            yield from self._value(key, value, spec, pattern, indent, own, first)

    def fields_of(
        self, entry: Any, pattern: str, indent: int, own: str = "", first: bool = True
    ) -> Iterator[str]:
        """The fields of an entry or of a section (see :meth:`item`)."""
        cited = getattr(entry, "source", "")
        own = cited if cited and cited != "assumption" else own
        for f in fields(entry):
            spec: Spec = f.metadata["spec"]
            here = f"{pattern}.{f.name}"
            if here == "targets.*.value":  # its unit is the target's own
                spec = replace(spec, unit=entry.unit, lo=None, hi=None)
            yield from self.item(f.name, getattr(entry, f.name), spec, here, indent, own, first)

    def _entries(self, entries: Mapping[str, Any], pattern: str, indent: int, own: str) -> Iterator[str]:
        for i, (name, entry) in enumerate(entries.items()):
            titled = self._wanted(f"{pattern}.title_en", "title") and hasattr(entry, "title_en")
            title = "" if titled else title_of_entry(entry, self.language, self.scenario)
            yield from commented(f"{' ' * indent}{scalar(name)}:", title, "", self._cited(entry))
            yield from self.fields_of(entry, pattern, indent + 2, own, i == 0)

    def _items(self, items: tuple[Any, ...], pattern: str, indent: int) -> Iterator[str]:
        """Entries of a list, one line each where they are short."""
        for i, entry in enumerate(items):
            line = f"{' ' * indent}- {flow({f.name: getattr(entry, f.name) for f in fields(entry)})}"
            if columns(line) <= WIDTH:
                yield line
                continue
            body = list(self.fields_of(entry, pattern, indent + 2, "", i == 0))
            at = next(n for n, text in enumerate(body) if not text.lstrip().startswith("#"))
            yield from body[:at]
            yield f"{' ' * indent}- {body[at].lstrip()}"
            yield from body[at + 1 :]

    def _value(
        self, key: str, value: Any, spec: Spec, pattern: str, indent: int, own: str, first: bool
    ) -> Iterator[str]:
        lead = f"{' ' * indent}{scalar(key)}:"
        line = f"{lead} {flow(value, spec.unit, self.language)}"
        if isinstance(value, str) and columns(line) > WIDTH:
            yield from paragraph(self._meaning(pattern, spec) if first else "", indent)
            yield from folded(key, value, indent)
        elif isinstance(value, Mapping) and columns(line) > WIDTH - _ROOM:
            yield from self._leaf(lead, spec, pattern, own, first)
            for name, number in value.items():
                inner = f"{' ' * (indent + 2)}{scalar(name)}: {flow(number, spec.unit, self.language)}"
                yield from commented(inner, title_of(self.scenario, spec.refs, name, self.language))
        elif isinstance(value, tuple) and columns(line) > WIDTH - _ROOM:
            yield from self._leaf(lead, spec, pattern, own, first)
            yield from _filled(value, spec.unit, self.language, indent + 2)
        else:
            yield from self._leaf(line, spec, pattern, own, first)

    def _leaf(self, line: str, spec: Spec, pattern: str, own: str, first: bool) -> Iterator[str]:
        """A line with unit and range and, where it stands for the first time, meaning and source."""
        meaning = self._meaning(pattern, spec) if first else ""
        if spec.label:
            yield from commented(line, "", meaning)
            return
        if not first:
            yield from commented(line, "" if spec.refs or spec.unit == "date" else self._unit(spec))
            return
        source = own if spec.source == "assumption" and own else spec.source
        shown = self._source(source) if source != own else ""
        joint = "：" if self.language == "zh" else ": "
        yield from commented(line, self._allowed(spec), meaning, shown, joint)

    def _allowed(self, spec: Spec) -> str:
        """Unit and range, or what a name has to refer to."""
        zh = self.language == "zh"
        unit = self._unit(spec)
        if spec.refs and not spec.choices:
            english, chinese = REFERENCES[spec.refs]
            if spec.unit:
                unit = f"{unit or '数值'}（按{chinese}）" if zh else f"{unit or 'number'} by {english}"
            else:
                article = "an" if english[0] in "aeiou" else "a"
                unit = f"{chinese}名" if zh else f"name of {article} {english}"
        return ("，" if zh else ", ").join(part for part in (unit, range_of(spec, unit=False)) if part)

    def _unit(self, spec: Spec) -> str:
        if spec.unit in ("", "1"):
            return ""
        return UNITS.get(spec.unit, spec.unit) if self.language == "zh" else spec.unit

    def _meaning(self, pattern: str, spec: Spec) -> str:
        return MEANINGS.get(pattern, spec.doc) if self.language == "zh" else spec.doc

    def _cited(self, entry: Any) -> str:
        """The source an entry names, where it does not stand below it anyway."""
        return "" if not self.only else self._source(getattr(entry, "source", ""))

    def _source(self, source: str) -> str:
        return source.replace("assumption", "假设") if self.language == "zh" else source

    def _wanted(self, pattern: str, value: Any) -> bool:
        if pattern in self.never or (pattern in self.unless_used and not value):
            return False
        below = f"{pattern}."
        return not self.only or any(known == pattern or known.startswith(below) for known in self.only)


def _filled(items: tuple[Any, ...], unit: str, language: str, indent: int) -> Iterator[str]:
    """A long list in brackets over several lines."""
    line = " " * indent + "["
    for i, item in enumerate(items):
        piece = flow(item, unit, language) + ("]" if i == len(items) - 1 else ",")
        if columns(line) + columns(piece) + 1 > WIDTH:
            yield line.rstrip()
            line = " " * (indent + 1)
        line += piece + " "
    yield line.rstrip()
