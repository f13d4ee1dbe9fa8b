"""A scenario with a few values changed, for the price of what is changed.

A study loads one scenario and varies it thousands of times. Building a scenario takes longer than the rest of a short run's
preparations, so only the parts that a change touches are built again; the checks are all made. The result equals
that of loading the scenario with these changes as overrides.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import is_dataclass
from typing import Any

from prsim.scenario.build import BAD, Builder, references_of
from prsim.scenario.compose import Composed
from prsim.scenario.library import fitted
from prsim.scenario.load import Loaded, finished, from_plain
from prsim.scenario.overrides import Change, apply
from prsim.scenario.root import Scenario

__all__ = ["Template"]

_ABSENT: Any = object()
# what decides which incidents of the library a scenario can use (:func:`prsim.scenario.library.fitted`)
_FITTING = (
    ("segments",),
    ("topics",),
    ("platforms",),
    ("incidents", "library"),
    ("incidents", "schedule"),
    ("incidents", "random", "library"),
)


class Template:
    """A scenario, as plain data and as built sections.

    Parameters
    ----------
    composed
        The scenario as plain data.
    like
        A scenario whose sections are taken where they are equal, so that both share them.

    Raises
    ------
    ConfigError
        If it is no valid scenario.
    """

    def __init__(self, composed: Composed, like: Scenario | None = None) -> None:
        self.composed = composed
        self._plain = composed.plain
        self._fitted, self._notes = fitted(composed.plain)
        self._references = references_of(self._fitted)
        builder = Builder(self._fitted)
        self._sections = builder.sections()
        finished(dict(self._sections), builder.problems, composed.horizons, self._notes)
        if like is not None:
            self._share(like)

    def _share(self, like: Scenario) -> None:
        for name, section in self._sections.items():
            if section == getattr(like, name):
                self._sections[name] = getattr(like, name)

    def changed(self, changes: Iterable[Change]) -> Loaded:
        """The scenario with changes, checked; unchanged sections are the template's own objects.

        Raises
        ------
        ConfigError
            With every problem found, as loading with these overrides would.
        """
        changes = tuple(changes)
        plain = dict(self._plain)
        for change in changes:
            _own_path(plain, change.key.split("."))
        apply(plain, changes)
        fit, notes = self._fit(plain)
        known = fit.keys() <= self._sections.keys()
        if not known or references_of(fit) != self._references:
            return from_plain(plain, self.composed.horizons)
        raw = {name: _built(fit[name], self._fitted.get(name, _ABSENT), self._sections[name]) for name in fit}
        builder = Builder(raw, self._references)
        sections = dict(self._sections)
        for name in sections:
            if fit.get(name, _ABSENT) is not self._fitted.get(name, _ABSENT):
                section = builder.section(name)
                sections[name] = sections[name] if section == sections[name] else section
        return finished(sections, builder.problems, self.composed.horizons, notes)

    def _fit(self, plain: Mapping[str, Any]) -> tuple[Mapping[str, Any], Sequence[str]]:
        """Plain data with its library fitted; as the template's where nothing that decides it has changed."""
        if any(_at(plain, path) is not _at(self._plain, path) for path in _FITTING):
            return fitted(plain)
        if self._fitted is self._plain:
            return plain, self._notes
        for path in _FITTING[3:]:
            fit = _at(self._fitted, path)
            if fit is not _at(self._plain, path):
                plain = _with(plain, path, fit)
        return plain, self._notes


def _own_path(node: Any, path: list[str]) -> None:
    """Copy what lies on the way to a key, so that applying a change leaves the template's plain data alone."""
    for name in path:
        at: Any = name
        if isinstance(node, list):
            if not name.isdecimal() or int(name[:6]) >= len(node):
                return
            at = int(name)
        elif not isinstance(node, dict) or name not in node:
            return
        below = node[at]
        if isinstance(below, dict | list):
            node[at] = below.copy()
        node = node[at]


def _at(plain: Mapping[str, Any], path: tuple[str, ...]) -> Any:
    node: Any = plain
    for name in path:
        node = node.get(name, _ABSENT) if isinstance(node, Mapping) else _ABSENT
    return node


def _with(plain: Mapping[str, Any], path: tuple[str, ...], value: Any) -> dict[str, Any]:
    """A mapping with one value replaced, the rest shared."""
    first, *rest = path
    return {**plain, first: _with(plain[first], tuple(rest), value) if rest else value}


def _built(plain: Any, before: Any, built: Any) -> Any:
    """Plain data in which what has not changed stands built."""
    if built is BAD or plain is _ABSENT:
        return plain
    if plain is before:
        return built
    if isinstance(plain, dict) and isinstance(before, dict):
        if is_dataclass(built):
            return {
                k: _built(v, before.get(k, _ABSENT), getattr(built, str(k), BAD)) for k, v in plain.items()
            }
        if isinstance(built, Mapping):
            return {k: _built(v, before.get(k, _ABSENT), built.get(k, BAD)) for k, v in plain.items()}
    return plain
