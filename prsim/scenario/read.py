"""A user's scenario file: YAML that is data and nothing else.

Only plain scalars, lists and mappings are read. Tags that would build objects, keys that would run code
(``_target_``), interpolations, anchors, duplicate keys and files without bound are refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from prsim.errors import ConfigError, Problem

__all__ = ["MAX_BYTES", "is_file_name", "place_of", "read_file", "read_text"]

MAX_BYTES = 2_000_000
_MAX_DEPTH = 24
_FLOAT = re.compile(
    r"^[-+]?(?:\d[\d_]*(?:\.[\d_]*)?(?:[eE][-+]?\d+)|\d[\d_]*\.[\d_]*|\.\d[\d_]*(?:[eE][-+]?\d+)?|\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$|^[-+]\.(?:inf|Inf|INF)$"
)
_SERVES_HYDRA = {
    "defaults": "a user's file has no defaults list; inherit with base: NAME and choose groups on the command line",
    "hydra": "a user's file cannot configure Hydra",
}


# libyaml reads five times as fast; PyYAML may have been built without it. Its composer has no hooks, so Python's stays.
_Events: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(yaml.composer.Composer, _Events):  # type: ignore[misc]
    """Safe loading without timestamps, anchors and duplicate keys, and with ``1e6`` as a number."""

    depth = 0

    def __init__(self, stream: Any) -> None:
        yaml.composer.Composer.__init__(self)
        _Events.__init__(self, stream)

    def compose_node(self, parent: Any, index: Any) -> Any:
        mark = self.peek_event().start_mark
        if self.check_event(yaml.AliasEvent):
            raise yaml.composer.ComposerError(
                None, None, "anchors and aliases are refused; write the values out", mark
            )
        self.depth += 1
        if self.depth > _MAX_DEPTH:
            raise yaml.composer.ComposerError(None, None, "nested too deeply", mark)
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node

    def get_single_node(self) -> Any:
        node = super().get_single_node()
        _refuse_twice(node, "")
        return node


def _refuse_twice(node: Any, path: str) -> None:
    """Refuse a key that stands twice in one mapping: only one of the two would count, and nobody said which."""
    if isinstance(node, yaml.MappingNode):
        lines: dict[str, int] = {}
        for key, value in node.value:
            here = f"{path}.{key.value}" if path else str(key.value)
            if isinstance(key, yaml.ScalarNode):
                if key.value in lines:
                    first = lines[key.value] + 1
                    what = f"key {key.value!r} is given twice ({here}; first in line {first})"
                    raise yaml.constructor.ConstructorError(None, None, what, key.start_mark)
                lines[key.value] = key.start_mark.line
            _refuse_twice(value, here)
    elif isinstance(node, yaml.SequenceNode):
        for i, item in enumerate(node.value):
            _refuse_twice(item, f"{path}.{i}")


_Loader.yaml_implicit_resolvers = {
    first: [
        (tag, regexp)
        for tag, regexp in resolvers
        if tag not in ("tag:yaml.org,2002:timestamp", "tag:yaml.org,2002:float", "tag:yaml.org,2002:merge")
    ]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver("tag:yaml.org,2002:float", _FLOAT, list("-+.0123456789"))


def is_file_name(text: str) -> bool:
    """Whether a scenario is meant as a file rather than by name."""
    return text.lower().endswith((".yaml", ".yml")) or "/" in text or "\\" in text


def read_text(text: str) -> Any:
    """Read YAML as plain data.

    Raises
    ------
    yaml.YAMLError
        If it is not YAML, or anything but data.
    """
    return yaml.load(text, Loader=_Loader)


def place_of(path: Path, key: str) -> str:
    """File and line in which a key at the top of a file stands: ``mine.yaml, line 3``."""
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError):
        return str(path)
    found = (i for i, line in enumerate(lines, 1) if re.match(rf"['\"]?{re.escape(key)}['\"]?\s*:", line))
    number = next(found, 0)
    return f"{path}, line {number}" if number else str(path)


def read_file(path: Path) -> dict[str, Any]:
    """Read a user's file as plain data.

    Raises
    ------
    ConfigError
        If the file is missing, too large, not YAML, or anything but data.
    """
    where = str(path)
    try:
        if not path.is_file():
            raise ConfigError.of(
                "scenario", f"there is no file {where}" if not path.exists() else f"{where} is not a file"
            )
        with path.open("rb") as stream:
            content = stream.read(MAX_BYTES + 1)
    except OSError as wrong:
        raise ConfigError.of("scenario", f"{where} cannot be read: {wrong.strerror or wrong}") from None
    if len(content) > MAX_BYTES:
        raise ConfigError.of("scenario", f"{where} is larger than {MAX_BYTES // 1_000_000} MB")
    try:
        text = content.decode("utf-8-sig")
        data = read_text(text)
    except UnicodeDecodeError:
        raise ConfigError.of("scenario", f"{where} is not UTF-8 text") from None
    except yaml.MarkedYAMLError as wrong:
        raise ConfigError.of("scenario", _yaml_message(where, wrong)) from None
    except (yaml.YAMLError, ValueError, RecursionError, OverflowError) as wrong:
        raise ConfigError.of(
            "scenario", f"{where} is not valid YAML: {' '.join(str(wrong).split())[:200]}"
        ) from None
    if not isinstance(data, dict):
        raise ConfigError.of("scenario", f"{where} holds no mapping of keys to values")
    problems = list(_not_data(data, "", where))
    if problems:
        raise ConfigError(problems)
    return data


def _yaml_message(where: str, wrong: yaml.MarkedYAMLError) -> str:
    line = f", line {wrong.problem_mark.line + 1}" if wrong.problem_mark else ""
    what = " ".join(part for part in (wrong.context, wrong.problem) if part) or "not valid YAML"
    if "could not determine a constructor" in what:
        tag = what.rpartition("tag ")[2].strip("'").replace("tag:yaml.org,2002:", "!!")
        what = f"the tag {tag} is refused: a scenario is data and never runs code"
    return f"{where}{line}: {what}"


def _not_data(node: Any, path: str, where: str) -> Iterator[Problem]:
    """What is in the file that is not plain data."""
    if isinstance(node, dict):
        for key, value in node.items():
            here = f"{path}.{key}" if path else str(key)
            if not isinstance(key, str):
                yield Problem(here, f"the key {key!r} is not a text; put it in quotes ({where})", str(key))
            elif not path and key in _SERVES_HYDRA:
                yield Problem(here, f"{_SERVES_HYDRA[key]} ({where})", key)
            elif key.startswith("_") and key.endswith("_"):
                yield Problem(
                    here, f"{key} is refused: a scenario is data and never runs code ({where})", key
                )
            yield from _not_data(value, here, where)
    elif isinstance(node, list):
        for i, value in enumerate(node):
            yield from _not_data(value, f"{path}.{i}", where)
    elif isinstance(node, str) and "${" in node:
        yield Problem(
            path,
            f"{node[:60]!r}: interpolation (${{…}}) is not evaluated; write the value out ({where})",
            node,
        )
    elif node is not None and not isinstance(node, str | int | float | bool):
        yield Problem(path, f"a value of type {type(node).__name__} is refused ({where})", str(node)[:60])
