"""A factor for any parameter of the register, and for a whole group of the configuration."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, is_dataclass
from fnmatch import fnmatchcase
from functools import cache
from types import NoneType
from typing import Any, Literal, cast, get_args, get_origin, get_type_hints

from prsim.design.points import Factor, Scale
from prsim.errors import ConfigError
from prsim.scenario.chinese import MEANINGS
from prsim.scenario.compose import groups
from prsim.scenario.fields import Spec, specs_of
from prsim.scenario.names import listing, nearest
from prsim.scenario.register import declared
from prsim.scenario.root import Scenario

__all__ = ["Parameter", "factor_of", "group_names", "parameter", "refuse_reserved"]

type Kind = Literal["number", "whole", "truth", "text", "group", "structure"]

_RESERVED = {
    "seed": "the seeds follow from the experiment (replicates, common)",
    "replicates": "is set for the experiment, not varied",
    "counterfactuals": "is for single plans; an experiment compares its points",
    "workers": "changes no result",
    "language": "changes no result",
    "out": "changes no result",
    "calendar_days": "follows from the scenario",
    "scenario": "a design varies one scenario; compare scenarios with prsim compare A B",
}


@dataclass(frozen=True, slots=True)
class Parameter:
    """What is declared about a key.

    Attributes
    ----------
    key
        Dotted key.
    kind
        A number, a whole number, a truth value, a text, the choice of a group, or something with keys below it.
    spec
        Its declaration; None for a group.
    """

    key: str
    kind: Kind
    spec: Spec | None


def parameter(key: str) -> Parameter:
    """What is declared about a dotted key.

    Raises
    ------
    ConfigError
        If there is no such key; the message names the nearest.
    """
    refuse_reserved(key)
    hint: Any = Scenario
    spec: Spec | None = None
    parts = key.lstrip("~").split(".")
    for i, name in enumerate(parts):
        if is_dataclass(hint):
            hints = get_type_hints(cast(type, hint))
            if name not in hints:
                raise _unknown(key, ".".join(parts[:i]), name, tuple(hints))
            spec, hint = specs_of(cast(type, hint))[name], _required(hints[name])
        elif _is_mapping(hint):
            hint = get_args(hint)[1]
        elif get_origin(hint) is tuple:
            hint = get_args(hint)[0]
        else:
            raise ConfigError.of(key, f"{'.'.join(parts[:i])} is a single value and has no keys below it")
    return Parameter(key, _kind(hint), spec)


@cache
def group_names() -> frozenset[str]:
    """Groups of the configuration, one of whose options can be a level."""
    return frozenset(groups())


def refuse_reserved(key: str) -> None:
    """Refuse a key that no design may vary."""
    why = _RESERVED.get(key)
    if why:
        raise ConfigError.of(key, f"cannot be varied: {why}", given=key)


def factor_of(
    key: str, levels: Sequence[object], scenario: Scenario | None = None, scale: Scale = "linear"
) -> Factor:
    """The factor of a key: its title, its unit and its scale.

    Parameters
    ----------
    key
        Dotted key, or the name of a group.
    levels
        Levels it takes; all numbers or all names.
    scenario
        Where the titles of its entries stand (budget lines, segments, activities).
    scale
        Scale of its axis where it is a number.
    """
    if key in group_names() and all(isinstance(level, str) for level in levels):
        refuse_reserved(key)
        return Factor(key, *_group_titles(key), "", "category")
    found = parameter(key)
    assert found.spec is not None
    words = found.kind in ("text", "truth") or any(isinstance(level, str | bool) for level in levels)
    unit = "" if words or found.spec.unit == "1" else found.spec.unit
    return Factor(key, *_titles(key, found.spec, scenario), unit, "category" if words else scale)


def _group_titles(key: str) -> tuple[str, str]:
    return key.replace("_", " ").capitalize(), key


def _titles(key: str, spec: Spec, scenario: Scenario | None) -> tuple[str, str]:
    """What a key is called: a budget line by its title, everything else by its meaning and the entry it belongs to."""
    section, _, name = key.rpartition(".")
    if scenario is not None and section == "budget.split" and name in scenario.budget.lines:
        line = scenario.budget.lines[name]
        return line.title_en or name, line.title_zh or line.title_en or name
    meaning, meaning_zh = spec.doc.rstrip(".") or key, _in_chinese(key)
    owner = _owner(key, scenario)
    if owner is not None:
        return f"{owner.title_en}: {meaning}", f"{owner.title_zh or owner.title_en}：{meaning_zh or name}"
    return meaning, meaning_zh or key


def _in_chinese(key: str) -> str:
    """The Chinese meaning of a key, where it is written down."""
    found = (text for pattern, text in MEANINGS.items() if fnmatchcase(key, pattern))
    return next(found, "").rstrip("。")


def _owner(key: str, scenario: Scenario | None) -> Any:
    """The entry with a title of its own that a key lies in."""
    node: Any = scenario
    found = None
    for part in key.split(".")[:-1]:
        node = node.get(part) if isinstance(node, Mapping) else getattr(node, part, None)
        if getattr(node, "title_en", ""):
            found = node
    return found


def _required(hint: Any) -> Any:
    """A type without its None."""
    if NoneType in get_args(hint):
        (hint,) = (arg for arg in get_args(hint) if arg is not NoneType)
    return hint


def _is_mapping(hint: Any) -> bool:
    origin = get_origin(hint)
    return isinstance(origin, type) and issubclass(origin, Mapping)


def _kind(hint: Any) -> Kind:
    kinds: dict[Any, Kind] = {float: "number", int: "whole", bool: "truth", str: "text"}
    return kinds.get(hint, "structure")


def _unknown(key: str, path: str, name: str, valid: tuple[str, ...]) -> ConfigError:
    """The refusal of a key that does not exist, with the nearest that does."""
    near = nearest(name, valid)
    last = key.rpartition(".")[2]
    elsewhere = [row.path for row in declared() if row.path.rpartition(".")[2] == last]
    if near:
        near = f"{path}.{near}" if path else near
        rest = key.split(".")[near.count(".") + 1 :]
        with suppress(ConfigError):
            near = parameter(".".join([near, *rest])).key
    elif len(elsewhere) == 1:
        near = elsewhere[0]
    return ConfigError.of(key, "there is no such key", given=key, allowed=listing(valid), nearest=near)
