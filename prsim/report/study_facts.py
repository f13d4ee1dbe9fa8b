"""The facts of a study's report out of the study's manifest: what was studied, and what its parts are called."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

__all__ = ["study_facts"]

# where the configuration keeps titles, and what its names are called among the facts
_TITLED = (
    (("segments",), "segment:"),
    (("targets",), "target."),
    (("incidents", "library"), "incident:"),
    (("platforms",), "platform:"),
)


def study_facts(manifest: Mapping[str, Any], *, notes: Iterable[str] = (), **more: Any) -> dict[str, Any]:
    """The facts for :func:`prsim.report.study_page.write_study`.

    Parameters
    ----------
    manifest
        A study's ``manifest.json``: ``experiment`` with its factors, ``config``, ``seeds``, ``versions``, ``model``,
        ``config_hash``; a part that is missing is left out of the report.
    notes
        What a reader should know beside the experiment's own notes, such as those of a response curve.
    **more
        Further facts: ``reference``, ``differences``, ``best``, ``curve``, ``knees``, ``convergence``, ``command`` …

    Returns
    -------
    dict
    """
    experiment, config = manifest.get("experiment") or {}, manifest.get("config") or {}
    meta = config.get("meta") or {}
    return {
        "experiment": experiment,
        "scenario": {
            "name": meta.get("name"),
            "title_en": meta.get("title_en"),
            "title_zh": meta.get("title_zh"),
            "start": meta.get("start"),
            "agents": (config.get("population") or {}).get("agents"),
            "horizon_days": config.get("horizon_days"),
        },
        "factors": experiment.get("factors") or [],
        "replicates": experiment.get("replicates"),
        "common": experiment.get("common", True),
        "seeds": manifest.get("seeds") or [],
        "notes": [*(experiment.get("notes") or ()), *notes],
        "names": _names(config),
        "manifest": _fingerprints(manifest),
        **more,
    }


def _names(config: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Titles of segments, targets, incidents and platforms."""
    names = {}
    for path, prefix in _TITLED:
        part: Any = config
        for key in path:
            part = part.get(key) or {}
        for name, row in part.items():
            names[prefix + name] = {"title_en": row.get("title_en"), "title_zh": row.get("title_zh")}
    return names


def _fingerprints(manifest: Mapping[str, Any]) -> dict[str, str]:
    """Versions, and what tells this configuration and this model from any other."""
    found = {str(name): str(version) for name, version in (manifest.get("versions") or {}).items()}
    for key, name in (("model", "model"), ("config_hash", "configuration"), ("created", "created")):
        if manifest.get(key):
            found[name] = str(manifest[key])[:16].replace("T", " ")
    return found
