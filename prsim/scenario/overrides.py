"""Overrides of single keys, written as on Hydra's command line or given as a mapping."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from prsim.errors import ConfigError, Problem
from prsim.scenario.names import nearest
from prsim.scenario.read import is_file_name

__all__ = ["Change", "Overrides", "parse", "apply"]

_WITH_OTHER_SIGNS = re.compile(r"[^\s{}\[\],:]*[^\x00-\x7f][^\s{}\[\],:]*")

# What most overrides are made of: a number or a word. Hydra reads them in the same way (a test compares the two), but to
# import its grammar takes longer than to load the scenario.
_PLAIN = re.compile(
    r"(?P<key>[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)="
    r"(?:(?P<int>-?(?:0|[1-9][0-9]*))|(?P<float>-?(?:0|[1-9][0-9]*)\.[0-9]+)|(?P<word>(?:/|\.{1,2}/)?[A-Za-z_][\w./-]*))",
    re.ASCII,
)
_NOT_WORDS = ("true", "false", "null", "nan", "inf")

type Overrides = Iterable[str | Change] | Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Change:
    """One override: a value set at a key, or a key removed."""

    key: str
    value: Any
    action: Literal["set", "remove"] = "set"
    expected: bool = False  # remove only if it has this value (~key=value)


def parse(overrides: Overrides) -> tuple[Change, ...]:
    """Read overrides.

    Parameters
    ----------
    overrides
        ``["budget.total=3e6", "~incidents.schedule.outage"]``, or ``{"budget.total": 3e6}``. One that is read already
        stands as it is.

    Raises
    ------
    ConfigError
        If one cannot be read, or asks for a sweep over several values.
    """
    if isinstance(overrides, str):
        overrides = [overrides]
    if isinstance(overrides, Mapping):
        return tuple(_from_pair(key, value) for key, value in overrides.items())
    texts = list(overrides)
    if not texts:
        return ()
    problems: list[Problem] = []
    changes: list[Change] = []
    for text in texts:
        try:
            changes.append(text if isinstance(text, Change) else _from_text(text))
        except ConfigError as wrong:
            problems.extend(wrong.problems)
    if problems:
        raise ConfigError(problems)
    return tuple(changes)


def _from_pair(key: object, value: Any) -> Change:
    if not isinstance(key, str) or not key.strip("~+"):
        raise ConfigError.of("", f"an override needs a dotted key, not {key!r}")
    if key.startswith("~"):
        return Change(key.lstrip("~"), value, "remove", expected=value is not None)
    return Change(key.lstrip("+"), value)


def _plain(text: str) -> Change | None:
    """An override that is a number or a word; None for all others."""
    match = _PLAIN.fullmatch(text)
    if match is None:
        return None
    key, whole, real, word = match.group("key", "int", "float", "word")
    if word is None:
        return Change(key, float(real) if whole is None else int(whole))
    return None if word.lower() in _NOT_WORDS else Change(key, word)


def _from_text(text: object) -> Change:
    if isinstance(text, str) and (plain := _plain(text)):
        return plain

    from hydra.core.override_parser.overrides_parser import OverridesParser
    from hydra.core.override_parser.types import OverrideType
    from hydra.errors import HydraException

    if not isinstance(text, str):
        raise ConfigError.of("", f"an override is a text such as 'budget.total=3e6', not {text!r}")
    asked, key = text, text.partition("=")[0]
    if not text.isascii():
        asked, key = _in_ascii(text)
    try:
        override = OverridesParser.create().parse_override(asked)
    except (HydraException, ValueError, RecursionError):
        if "=" not in text and is_file_name(text):
            raise ConfigError.of("", f"{text!r} is not an override; did you mean scenario={text}?") from None
        if "=" not in text:
            raise ConfigError.of(
                "", f"{text!r} is not an override; write key=value, for example budget.total=3e6"
            ) from None
        what = f"{text!r} cannot be read; quote a value with special signs: {key}='\"…\"'"
        raise ConfigError.of(key.strip("+~"), what, given=text) from None
    if asked == text:
        key = override.key_or_group
    if override.package is not None:
        raise ConfigError.of(key, f"{text!r}: a package (@) cannot be chosen here")
    if override.type == OverrideType.DEL:
        return Change(key.lstrip("~"), override.value(), "remove", expected="=" in text)
    if override.is_sweep_override():
        what = f"{text!r} gives several values; one run takes one (quote a text that contains commas)"
        raise ConfigError.of(key, what, given=text)
    return Change(key.lstrip("+"), override.value())


def _in_ascii(text: str) -> tuple[str, str]:
    """An override as Hydra's grammar can read it, which knows no Chinese outside of quotes, and its key."""
    key, equals, value = text.partition("=")
    bare = key.lstrip("+~")
    sign = key[: len(key) - len(bare)]
    if not value.isascii() and not set(value) & set("'\"\\"):
        value = _WITH_OTHER_SIGNS.sub(r"'\g<0>'", value) if set(value) & set("{}[],") else f"'{value}'"
    return f"{sign}{bare if bare.isascii() else 'key'}{equals}{value}", key


def apply(data: dict[str, Any], changes: Iterable[Change]) -> None:
    """Apply overrides to plain data, in place.

    Raises
    ------
    ConfigError
        If a key leads through something that is not a mapping, or a key to remove is not there.
    """
    problems: list[Problem] = []
    for change in changes:
        try:
            _apply(data, change)
        except ConfigError as wrong:
            problems.extend(wrong.problems)
    if problems:
        raise ConfigError(problems)


def _apply(data: dict[str, Any], change: Change) -> None:
    *parents, last = change.key.split(".")
    node: Any = data
    for i, name in enumerate(parents):
        here = ".".join(parents[: i + 1])
        if isinstance(node, dict):
            if change.action == "remove" and name not in node:
                raise _absent(change.key, name, node)
            if node.get(name) is None:
                node[name] = {}
            node = node[name]
        elif isinstance(node, list):
            node = node[_index(node, name, change.key)]
        if not isinstance(node, dict | list):
            raise ConfigError.of(
                change.key, f"{here} is a single value and has no keys below it", given=str(node)[:60]
            )
    if isinstance(node, list):
        at = _index(node, last, change.key)
        if change.action == "remove":
            del node[at]
        else:
            node[at] = _merged(node[at], change.value)
        return
    if change.action == "set":
        node[last] = _merged(node.get(last), change.value)
        return
    if last not in node:
        raise _absent(change.key, last, node)
    if change.expected and node[last] != change.value:
        raise ConfigError.of(change.key, f"is {node[last]!r}, not {change.value!r}; it was not removed")
    del node[last]


def _merged(old: Any, new: Any) -> Any:
    """A mapping is merged into a mapping; everything else replaces, and so does an empty mapping."""
    if isinstance(new, Mapping) and new:
        merged = dict(old) if isinstance(old, dict) else {}
        for key, value in new.items():
            merged[key] = _merged(merged.get(key), value)
        return merged
    return list(new) if isinstance(new, tuple) else dict(new) if isinstance(new, Mapping) else new


def _index(node: list[Any], name: str, key: str) -> int:
    if name.isdecimal() and int(name[:6]) < len(node):
        return int(name)
    raise ConfigError.of(key, f"{name!r} is not a place in a list of {len(node)}", given=name)


def _absent(key: str, name: str, node: dict[str, Any]) -> ConfigError:
    return ConfigError.of(
        key, f"there is no {name!r} to remove", given=name, nearest=nearest(name, map(str, node))
    )
