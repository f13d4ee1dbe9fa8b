"""A scenario as plain data again: for ``config.yaml``, for hashes, for reading by other programs."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

from prsim.scenario.check_graphs import GRAPH_KEYS
from prsim.scenario.root import Scenario

__all__ = ["to_plain", "to_yaml", "config_hash", "graph_digests"]

_NOT_IN_HASH = ("out", "language", "workers")


def to_plain(scenario: Scenario) -> dict[str, Any]:
    """The scenario as nested dictionaries, lists and scalars, every default written out.

    Loading the result gives an equal scenario. Optional parts that are absent are left out.
    """
    plain = _plain(scenario)
    assert isinstance(plain, dict)
    return plain


def to_yaml(scenario: Scenario, key: str = "") -> str:
    """The scenario, or what lies below a dotted key of it, as YAML.

    Raises
    ------
    KeyError
        If there is no such key; its argument lists the valid ones at the first place that does not match.
    """
    import yaml

    node: Any = to_plain(scenario)
    for part in key.split(".") if key else ():
        if not isinstance(node, dict) or part not in node:
            raise KeyError(part, tuple(node) if isinstance(node, dict) else ())
        node = node[part]
    text: str = yaml.safe_dump(node, allow_unicode=True, sort_keys=False, width=110, default_flow_style=None)
    return text.removesuffix("...\n")


def config_hash(scenario: Scenario) -> str:
    """SHA-256 over everything that can change a result.

    Independent of the order of keys, and of ``out``, ``language`` and ``workers``. Of a graph file its content counts,
    not where it lies.
    """
    plain = to_plain(scenario)
    for key in _NOT_IN_HASH:
        del plain[key]
    for key, file in graph_digests(scenario).items():
        plain["population"][key] = file["sha256"] or file["path"]
    text = json.dumps(plain, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def graph_digests(scenario: Scenario) -> dict[str, dict[str, str]]:
    """Path and SHA-256 of the content (empty where it cannot be read) of the graph files of a scenario, by key."""
    found = {}
    for key in GRAPH_KEYS:
        if path := getattr(scenario.population, key):
            digest = ""
            with suppress(OSError), Path(path).expanduser().open("rb") as stream:
                digest = hashlib.file_digest(stream, "sha256").hexdigest()
            found[key] = {"path": path, "sha256": digest}
    return found


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        named = ((f.name, getattr(value, f.name)) for f in fields(value))
        return {name: _plain(item) for name, item in named if item is not None}
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value
