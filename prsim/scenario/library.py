"""The library of incidents, fitted to a scenario: what it cannot use is left out, unless it is used.

Libraries are shared between scenarios (``incident_library=general``), and not every scenario has every platform, topic
or segment, or an audience large enough. An entry that is neither scheduled nor drawn at random does no harm then.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from prsim.scenario.names import listing
from prsim.scenario.units import UnitMismatch, number_in

__all__ = ["ALL", "fitted"]

ALL = "all"  # in incidents.random.library: every entry that the scenario can use
_SECTIONS = {"topic": "topics", "platform": "platforms", "segment": "segments"}


def fitted(plain: Mapping[str, Any]) -> tuple[Mapping[str, Any], list[str]]:
    """Leave out the library's entries that the scenario neither uses nor could use.

    Parameters
    ----------
    plain
        A scenario as plain data, nothing of it checked yet. It is not changed.

    Returns
    -------
    plain
        The same without these entries, and with ``all`` in ``incidents.random.library`` written out.
    notes
        One sentence if anything was left out.
    """
    incidents = _mapping(plain, "incidents")
    library = _mapping(incidents, "library")
    random = _mapping(incidents, "random")
    drawn = random.get("library")
    names = list(drawn) if isinstance(drawn, list | tuple) else []
    dated = [s.get("use") for s in _mapping(incidents, "schedule").values() if isinstance(s, Mapping)]
    used = {name for name in [*dated, *names] if isinstance(name, str)}
    spare = {name: entry for name, entry in library.items() if name not in used}
    lacking = {name: found for name, entry in spare.items() if (found := _lacks(plain, entry))}
    members: dict[str, float] = {}
    crowded = [
        name for name, entry in spare.items() if name not in lacking and _too_many(plain, entry, members)
    ]
    kept = {name: entry for name, entry in library.items() if name not in lacking and name not in crowded}
    changed: dict[str, Any] = {}
    if len(kept) < len(library):
        changed["library"] = kept
    if ALL in names and ALL not in library:
        rest = [name for name in kept if name not in names]
        at = names.index(ALL)
        written = [*names[:at], *rest, *names[at + 1 :]]
        changed["random"] = {**random, "library": written}
    if not changed:
        return plain, []
    out = {**plain, "incidents": {**incidents, **changed}}
    return out, [_note(lacking, crowded)] if "library" in changed else []


def _mapping(node: Any, key: str) -> Mapping[str, Any]:
    found = node.get(key) if isinstance(node, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def _lacks(plain: Mapping[str, Any], entry: Any) -> list[tuple[str, str]]:
    """What an entry refers to and the scenario does not have, as (kind, name)."""
    wanted = [(kind, entry.get(kind)) for kind in ("topic", "platform")] if isinstance(entry, Mapping) else []
    wanted += [("segment", name) for name in _mapping(entry, "segments")]
    return [
        (kind, name)
        for kind, name in wanted
        if isinstance(name, str) and name not in _mapping(plain, _SECTIONS[kind])
    ]


def _too_many(plain: Mapping[str, Any], entry: Any, members: dict[str, float]) -> bool:
    """Whether an entry's first witnesses are more than the members of its platform, which are counted once."""
    if not isinstance(entry, Mapping):
        return False
    with suppress(UnitMismatch):  # a value that is no number is refused where it stands
        platform = str(entry.get("platform"))
        if platform not in members:
            members[platform] = _members(plain, platform)
        return number_in(entry.get("witnesses"), "persons") > members[platform]
    return False


def _members(plain: Mapping[str, Any], platform: str) -> float:
    there = 0.0
    for segment in _mapping(plain, "segments").values():
        share = _mapping(segment, "platforms").get(platform)
        if share is not None:
            there += number_in(share, "share") * number_in(segment.get("size"), "persons")
    return there


def _note(lacking: Mapping[str, list[tuple[str, str]]], crowded: list[str]) -> str:
    missing: dict[str, set[str]] = {}
    for found in lacking.values():
        for kind, name in found:
            missing.setdefault(kind, set()).add(name)
    parts = []
    if lacking:
        what = [
            f"{kind if len(names) == 1 else _SECTIONS[kind]} {listing(sorted(names))}"
            for kind, names in sorted(missing.items())
        ]
        parts.append(f"{_are(len(lacking))} left out: the scenario has no {', no '.join(what)}")
    if crowded:
        parts.append(
            f"{_are(len(crowded))} left out: more first witnesses than members of the platform ({listing(crowded)})"
        )
    return "; ".join(parts) + "."


def _are(many: int) -> str:
    return f"{many} incident of the library is" if many == 1 else f"{many} incidents of the library are"
